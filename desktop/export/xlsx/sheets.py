"""Contents of the sheets of a transfer, before any file is written.

One sheet a form, and one for each of its repeating groups, keyed back to the form; then the data dictionary and the code lists.
A value that the definition has no column for (an older version asked it, or it came with a unit of its own) stands on
the sheet `Other values`: nothing is left out silently.
"""

import itertools
import re
from collections.abc import Iterable, Iterator

import msgspec

from desktop.errors import RefusedError
from desktop.export.transfer import Transfer, TransferForm
from desktop.export.xlsx.cells import Cell, Kind, Mark, value_cell
from desktop.export.xlsx.data_dictionary import CODE_LISTS, DICTIONARY, code_lists, dictionary
from desktop.export.xlsx.sheet_model import COVER, HEAD_ROWS, Cells, Column, Sheet, both
from desktop.messages import bilingual
from desktop.study.clinical_data import ItemValue
from desktop.study.clinical_data import Row as Values
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import NON_REPEATING_ROW, Definition, FormDef, ItemDef, ItemGroupDef, ItemRef
from desktop.study.values.item_values import CODE_SEPARATOR

OTHER = "Other values"
MAX_NAME_LENGTH = 31
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384

SUBJECT = Column(name="SubjectKey", label=bilingual("Subject"), width=12)
EVENT = Column(name="StudyEventOID", label=bilingual("Event"), width=15)
EVENT_REPEAT = Column(name="StudyEventRepeatKey", label=bilingual("Event number"), width=8)
FORM = Column(name="FormOID", label=bilingual("Form"), width=9)
FORM_REPEAT = Column(name="FormRepeatKey", label=bilingual("Form number"), width=8)
GROUP = Column(name="ItemGroupOID", label=bilingual("Group"))
ROW = Column(name="ItemGroupRepeatKey", label=bilingual("Row"), width=10)
STATE = Column(name="State", label=bilingual("State of the form"), width=12)
SAVED = (
    Column(name="MetaDataVersionOID", label=bilingual("Definition it was entered under")),
    Column(name="FirstSaved", label=bilingual("First saved"), width=30),
    Column(name="LastSaved", label=bilingual("Last saved"), width=30),
    Column(name="UserOID", label=bilingual("Last saved by")),
)
KEYS = (SUBJECT, EVENT, EVENT_REPEAT, FORM, FORM_REPEAT)
FROZEN_KEYS = 3


def sheets_of(transfer: Transfer) -> tuple[Sheet, ...]:
    """Every sheet but the cover, in their order.

    Raises RefusedError where there is more than an Excel sheet can hold.
    """
    definition = transfer.definition
    by_form: dict[str, list[TransferForm]] = {}
    for instance in transfer.forms:
        by_form.setdefault(instance.key.form, []).append(instance)
    names = sheet_names(definition)
    sheets: list[Sheet] = []
    for form in definition.version.forms:
        instances = by_form.get(form.oid, [])
        sheets.append(_form_sheet(definition, form, names[form.oid, ""], instances))
        sheets += [
            _group_sheet(definition, form, group, names[form.oid, group.oid], instances)
            for group in definition.form_groups(form.oid)
            if group.repeating
        ]
    if others := list(_other_values(definition, transfer.forms)):
        sheets.append(_other_sheet(others))
    sheets += [dictionary(definition), code_lists(definition)]
    for sheet in sheets:
        if sheet.count + HEAD_ROWS > MAX_ROWS or len(sheet.columns) > MAX_COLUMNS:
            raise RefusedError(
                "The sheet {name} would have {rows} rows and {columns} columns: more than Excel can hold.",
                name=sheet.name,
                rows=sheet.count,
                columns=len(sheet.columns),
            )
    return tuple(sheets)


def sheet_names(definition: Definition) -> dict[tuple[str, str], str]:
    """(form OID, OID of a repeating group or nothing) -> the name of its sheet: none twice, whatever the case."""
    # Excel keeps "History" for itself.
    taken = {name.casefold() for name in (COVER, OTHER, DICTIONARY, CODE_LISTS, "History")}
    names: dict[tuple[str, str], str] = {}
    for form in definition.version.forms:
        names[form.oid, ""] = _unused(taken, form.name)
        for group in definition.form_groups(form.oid):
            if group.repeating:
                names[form.oid, group.oid] = _unused(taken, f"{form.name}.{group.name}")
    return names


def _unused(taken: set[str], wanted: str) -> str:
    """A name that Excel takes and that no other sheet has; `taken` learns it."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "_", wanted)
    tails = itertools.chain([""], (f"_{number}" for number in itertools.count(2)))
    names = (_shortened(clean, MAX_NAME_LENGTH - len(tail)).strip("' ") + tail for tail in tails)
    name = next(name for name in names if name and name.casefold() not in taken)
    taken.add(name.casefold())
    return name


def _shortened(text: str, units: int) -> str:
    """At most so many UTF-16 units, which is how Excel counts."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


# Forms and groups


class _ItemColumns(msgspec.Struct, frozen=True, kw_only=True):
    """The one to three columns of an item: its value, its unit where it has several, its codes in words."""

    item: ItemDef
    label: Text
    group: str
    units: bool
    decode: dict[str, str] | None

    @property
    def columns(self) -> tuple[Column, ...]:
        item = self.item
        derived = item.derivation is not None
        columns = [
            Column(name=item.name, oid=item.oid, label=self.label, width=_width(item), derived=derived),
        ]
        if self.units:
            unit: Text = bilingual("Unit")
            columns.append(Column(name=f"{item.name}U", oid=f"{item.oid}/Unit", label=unit, width=10, derived=derived))
        if self.decode is not None:
            told: Text = bilingual("In words")
            name = f"{item.name}_DECODE"
            columns.append(Column(name=name, oid=f"{item.oid}/Decode", label=told, width=22, derived=derived))
        return tuple(columns)

    def fill(self, cells: Cells, entered: Values, derived: Values) -> None:
        """Add the item's cells."""
        value = entered.get(self.item.oid)
        is_derived = value is None
        if value is None:
            value = derived.get(self.item.oid)
        cells.append(None if value is None else value_cell(self.item, value, derived=is_derived))
        if self.units:
            cells.append(Cell(value.unit) if value is not None and value.unit else None)
        if self.decode is not None:
            cells.append(Cell(self._decoded(value.value)) if value is not None and value.value else None)

    def _decoded(self, text: str) -> str:
        assert self.decode is not None  # noqa: S101 - only called where there is a code list
        codes = text.split(CODE_SEPARATOR) if self.item.multiple else [text]
        return "; ".join(self.decode.get(code, code) for code in codes)


def _item_columns(definition: Definition, refs: Iterable[tuple[ItemGroupDef, ItemRef]]) -> tuple[_ItemColumns, ...]:
    decodes = {
        codelist.oid: {item.code: both(item.label) for item in codelist.items}
        for codelist in definition.version.codelists
    }
    items = [(group, definition.items[ref.item]) for group, ref in refs]
    return tuple(
        _ItemColumns(
            item=item,
            label=_label(definition, item),
            group=group.oid,
            units=len(item.units) > 1,
            decode=None if item.codelist is None else decodes[item.codelist],
        )
        for group, item in items
    )


def _label(definition: Definition, item: ItemDef) -> Text:
    """The question; where the item has one unit, that with it."""
    if len(item.units) != 1:
        return item.question
    symbol = definition.units[item.units[0].unit].symbol
    return bilingual("{question} ({symbol})", question=item.question, symbol=symbol)


def _width(item: ItemDef) -> int:
    if item.data_type.value == "text" and item.codelist is None and (item.length or 100) > 20:
        return 28
    return min(max(11, len(item.name) + 3), 24)


def _form_sheet(definition: Definition, form: FormDef, name: str, instances: list[TransferForm]) -> Sheet:
    parts = _item_columns(
        definition,
        [(group, ref) for group in definition.form_groups(form.oid) if not group.repeating for ref in group.items],
    )

    def rows() -> Iterator[Cells]:
        for instance in instances:
            cells = _key_cells(instance)
            cells.append(Cell(instance.state))
            for part in parts:
                entered = instance.content.get(part.group, {}).get(NON_REPEATING_ROW, {})
                part.fill(cells, entered, instance.derived.get(part.group, {}).get(NON_REPEATING_ROW, {}))
            saved = (instance.version, instance.first_wall, instance.wall, instance.user)
            yield [*cells, *map(Cell, saved)]

    return Sheet(
        name=name,
        oid=form.oid,
        title=form.title,
        columns=_distinct((*KEYS, STATE, *(column for part in parts for column in part.columns), *SAVED)),
        frozen=FROZEN_KEYS,
        count=len(instances),
        rows=rows,
    )


def _group_sheet(
    definition: Definition, form: FormDef, group: ItemGroupDef, name: str, instances: list[TransferForm]
) -> Sheet:
    parts = _item_columns(definition, [(group, ref) for ref in group.items])

    def rows() -> Iterator[Cells]:
        for instance in instances:
            entered, derived = instance.content.get(group.oid, {}), instance.derived.get(group.oid, {})
            for key in _row_keys(instance, group.oid):
                cells = [*_key_cells(instance), Cell(key)]
                for part in parts:
                    part.fill(cells, entered.get(key, {}), derived.get(key, {}))
                yield cells

    return Sheet(
        name=name,
        oid=group.oid,
        title=bilingual("{form}: {group}", form=form.title, group=group.title),
        columns=_distinct((*KEYS, ROW, *(column for part in parts for column in part.columns))),
        frozen=FROZEN_KEYS,
        count=sum(len(_row_keys(instance, group.oid)) for instance in instances),
        rows=rows,
    )


def _row_keys(form: TransferForm, group: str) -> list[str]:
    """The rows of a group, in order: entered ones first, then any that has worked-out values only."""
    return list(dict.fromkeys([*form.content.get(group, {}), *form.derived.get(group, {})]))


def _key_cells(form: TransferForm) -> Cells:
    key = form.key
    return [
        Cell(form.subject),
        Cell(key.event),
        Cell(str(key.event_repeat), Kind.NUMBER),
        Cell(key.form),
        Cell(str(key.form_repeat), Kind.NUMBER),
    ]


def _distinct(columns: Iterable[Column]) -> tuple[Column, ...]:
    """The columns, none named like another: programs read columns by their names."""
    taken: set[str] = set()
    made: list[Column] = []
    for column in columns:
        counted = (f"{column.name}_{number}" for number in itertools.count(2))
        wanted = itertools.chain((column.name, column.oid), counted)
        name = next(name for name in wanted if name and name.casefold() not in taken)
        taken.add(name.casefold())
        made.append(msgspec.structs.replace(column, name=name))
    return tuple(made)


# What has no column of its own


def _other_values(definition: Definition, forms: Iterable[TransferForm]) -> Iterator[Cells]:
    groups = definition.group_of_item
    for form in forms:
        for is_derived, content in ((False, form.content), (True, form.derived)):
            for group, rows in content.items():
                for row, values in rows.items():
                    for oid, value in values.items():
                        place = groups.get((form.key.form, oid))
                        if (
                            place is None
                            or place.oid != group
                            or not (place.repeating or row == NON_REPEATING_ROW)
                            or not _fits(definition, definition.items[oid], value)
                            or (is_derived and oid in form.content.get(group, {}).get(row, {}))
                        ):
                            yield _other_row(form, group, row, oid, value, is_derived=is_derived)


def _fits(definition: Definition, item: ItemDef, value: ItemValue) -> bool:
    if value.missing:
        return not value.value and not value.unit
    return not value.unit or len(item.units) > 1 or (value.unit,) == definition.unit_names(item)


def _other_row(form: TransferForm, group: str, row: str, item: str, value: ItemValue, *, is_derived: bool) -> Cells:
    mark = Mark.DERIVED if is_derived else Mark.PLAIN
    return [
        *_key_cells(form),
        Cell(group),
        Cell(row),
        Cell(item),
        Cell(value.value, Kind.TEXT, mark),
        Cell(value.unit),
        Cell(value.missing, Kind.TEXT, Mark.MISSING),
    ]


def _other_sheet(rows: list[Cells]) -> Sheet:
    columns = (
        Column(name="ItemOID", label=bilingual("Item")),
        Column(name="Value", label=bilingual("Value"), width=28),
        Column(name="Unit", label=bilingual("Unit")),
        Column(name="Missing", label=bilingual("Why there is no value")),
    )
    return Sheet(
        name=OTHER,
        title=bilingual("Values that this definition has no column for"),
        columns=(*KEYS, GROUP, ROW, *columns),
        frozen=FROZEN_KEYS,
        count=len(rows),
        rows=lambda: iter(rows),
    )
