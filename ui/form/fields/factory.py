"""Chooses the field for an item."""

from desktop.study.clinical_data import ItemPlace
from desktop.study.definition.metadata import DataType, Definition, ItemDef
from ui.form.fields.base import Field
from ui.form.fields.chosen import CardsField, ChoiceField, SegmentsField, TermField
from ui.form.fields.typed import DateField, DatetimeField, NumberField, TextField, WorkedField

MAX_SEGMENTS = 9
"""More choices than there are digits to choose by."""
MAX_OPEN = 6
"""Choices with long labels stand open, one under the other, up to this many."""
LINE_OF_SEGMENTS = 330
"""Width that a row of choices has beside its question."""
LINE_IN_TABLE = 350
"""The same in a table, where choices stand closer."""
MAX_CHOICES = 30
"""Longer lists are searched."""


def field_for(definition: Definition, item: ItemDef, place: ItemPlace, *, compact: bool = False) -> Field:
    """The field for an item. `compact`: it stands in a table, where choices must find room in one line."""
    if item.derivation is not None:
        return WorkedField(definition, item, place)
    codelist = definition.codelist_of(item)
    if codelist is not None:
        return _choice_for(definition, item, place, len(codelist.items), compact=compact)
    match item.data_type:
        case DataType.BOOLEAN:
            return SegmentsField(definition, item, place)
        case DataType.INTEGER | DataType.FLOAT:
            return NumberField(definition, item, place)
        case DataType.DATE | DataType.PARTIAL_DATE | DataType.TIME:
            return DateField(definition, item, place)
        case DataType.DATETIME:
            return DatetimeField(definition, item, place)
        case DataType.TEXT:
            return TextField(definition, item, place)


def _choice_for(definition: Definition, item: ItemDef, place: ItemPlace, count: int, *, compact: bool) -> Field:
    if count > MAX_CHOICES and not item.multiple:
        return TermField(definition, item, place)
    if item.narrowed_by is not None and not compact and not item.multiple:
        return CardsField(definition, item, place)
    if item.multiple:
        return SegmentsField(definition, item, place)
    field = SegmentsField(definition, item, place, compact=compact)
    if count <= MAX_SEGMENTS and field.natural_width <= (LINE_IN_TABLE if compact else LINE_OF_SEGMENTS):
        return field
    field.deleteLater()
    if count <= MAX_OPEN and not compact:
        return SegmentsField(definition, item, place)
    return ChoiceField(definition, item, place, compact=compact)
