"""Item values: validity, and what expressions and people see of them."""

import datetime
import decimal
from typing import Any

from desktop.messages import bilingual, joined
from desktop.study.clinical_data import ItemValue
from desktop.study.definition.base import Text, words
from desktop.study.definition.metadata import DataType, Definition, ItemDef, Missing, UnitRef
from desktop.study.values.item_types import ITEM_TYPES, NUMBER_TYPES, ValueFault, comparator_of
from desktop.study.values.typed_input import TIDY

CODE_SEPARATOR = ";"
"""Between the codes of an item that takes several."""

BEYOND_ALL = 1e15
"""Above every result of a laboratory."""
_BEYOND = {"<": 1 - decimal.Decimal("1e-9"), ">": 1 + decimal.Decimal("1e-9")}
"""By how much expressions see `<0.5` below 0.5: it is below a limit of 0.5, and far from the next number that is written."""

MISSING_WORDS: dict[str, Text] = {
    Missing.NOT_DONE: bilingual("Not done"),
    Missing.UNKNOWN: bilingual("Unknown"),
    Missing.NOT_APPLICABLE: bilingual("Not applicable"),
}
_TRUTH_WORDS: dict[bool, Text] = {True: bilingual("Yes"), False: bilingual("No")}


def tidy(item: ItemDef, text: str) -> str:
    """What a person typed, as it is to be stored. Nothing is guessed: what is ambiguous stays as it was typed."""
    return text.strip() if item.codelist is not None else TIDY[item.data_type](text)


def value_fault(definition: Definition, item: ItemDef, value: ItemValue) -> Text | None:
    """Why this is not a value of the item; None where it is one."""
    try:
        _check(definition, item, value)
    except ValueFault as fault:
        return fault.message
    return None


def parsed(item: ItemDef, value: ItemValue) -> Any:
    """The typed value of an item without a code list. Raises ValueFault."""
    return ITEM_TYPES[item.data_type].parse(item, value.value)


def expression_value(definition: Definition, item: ItemDef, value: ItemValue) -> object:
    """What expressions see; None where they see nothing: a marker, or a text that is no value of the item."""
    if value.missing:
        return None
    try:
        _check(definition, item, value)
    except ValueFault:
        return None
    return sound_expression_value(definition, item, value)


def sound_expression_value(definition: Definition, item: ItemDef, value: ItemValue) -> object:
    """What expressions see of a value that is known to be one of the item; None of a marker."""
    if value.missing:
        return None
    if item.codelist is not None:
        return value.value.split(CODE_SEPARATOR) if item.multiple else value.value
    if item.data_type in NUMBER_TYPES:
        return float(number(definition, item, value) * _BEYOND.get(comparator_of(value.value), 1))
    return ITEM_TYPES[item.data_type].to_expression(parsed(item, value))


def number(definition: Definition, item: ItemDef, value: ItemValue) -> decimal.Decimal:
    """A sound number in the item's first unit, exactly."""
    entered = decimal.Decimal(parsed(item, value))
    ref = unit_of(definition, item, value)
    return entered if ref is None else entered * decimal.Decimal(repr(ref.factor))


def unit_of(definition: Definition, item: ItemDef, value: ItemValue) -> UnitRef | None:
    """The unit in which a sound value is given; None where the item has none."""
    if not value.unit:
        return item.units[0] if item.units else None
    return next((ref for ref in item.units if definition.units[ref.unit].name == value.unit), None)


def bounds(definition: Definition, item: ItemDef, value: ItemValue) -> tuple[float, float]:
    """Between which numbers, in the item's first unit, a sound number lies: one number, but of `<0.5` everything below."""
    seen = float(number(definition, item, value) * _BEYOND.get(comparator_of(value.value), 1))
    match comparator_of(value.value)[:1]:
        case "<":
            return (min(0.0, seen), seen)
        case ">":
            return (seen, BEYOND_ALL)
        case _:
            return (seen, seen)


def number_in_first_unit(definition: Definition, item: ItemDef, value: ItemValue) -> float | None:
    """A number in the item's first unit; None where there is none."""
    if item.data_type not in NUMBER_TYPES or item.codelist is not None:
        return None
    seen = expression_value(definition, item, value)
    return seen if isinstance(seen, float) else None


def display(definition: Definition, item: ItemDef, value: ItemValue | None, language: str) -> str:
    """A value for a person: codes as labels, the unit's symbol, a marker in words; empty where there is none."""
    if value is None:
        return ""
    if value.missing:
        return words(MISSING_WORDS.get(value.missing, {"en": value.missing}), language)
    codelist = definition.codelist_of(item)
    if codelist is not None:
        codes = value.value.split(CODE_SEPARATOR) if item.multiple else [value.value]
        labels = [words(codelist.by_code[code].label, language) if code in codelist.by_code else code for code in codes]
        return ("、" if language == "zh" else ", ").join(labels)
    if item.data_type == DataType.BOOLEAN and value.value:
        return words(_TRUTH_WORDS[value.value in ("true", "1")], language)
    if item.data_type == DataType.DATETIME:
        return value.value.replace("T", " ")
    unit = value.unit or next(iter(definition.unit_names(item)), "")
    return f"{value.value} {definition.unit_symbol(unit, language)}" if unit else value.value


def _check(definition: Definition, item: ItemDef, value: ItemValue) -> None:
    if value.missing:
        if value.missing not in MISSING_WORDS or value.value or value.unit:
            raise ValueFault(
                "A marker is NOT_DONE, UNKNOWN or NOT_APPLICABLE, without a value.",
            )
        return
    if not value.value:
        raise ValueFault("The value is empty.")
    _check_unit(definition, item, value.unit)
    codelist = definition.codelist_of(item)
    if codelist is None:
        ITEM_TYPES[item.data_type].parse(item, value.value)
        return
    codes = value.value.split(CODE_SEPARATOR) if item.multiple else [value.value]
    if len(set(codes)) != len(codes):
        raise ValueFault("A code stands twice.")
    if any(code not in codelist.by_code for code in codes):
        raise ValueFault("This is not one of the codes.")


def _check_unit(definition: Definition, item: ItemDef, unit: str) -> None:
    names = definition.unit_names(item)
    if unit and not names:
        raise ValueFault("This item has no unit.")
    if unit and unit not in names:
        raise ValueFault("The unit should be one of: {known}.", known=joined(names))
    if not unit and len(names) > 1 and not any(ref.assumed for ref in item.units):
        raise ValueFault("Say the unit: {known}.", known=joined(names))


def date_of(text: str) -> datetime.date | None:
    """The date with which a value begins; None where it is none: another computer may have recorded anything."""
    try:
        return datetime.date.fromisoformat(text[:10])
    except ValueError:
        return None
