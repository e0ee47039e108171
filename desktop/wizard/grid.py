"""A repeating group as a grid: one line for each code, one column for each day.

The plan of a cell that nobody has filled yet is worked out by the same derivation as that of a filled one: the form is
assessed once with the empty cells in it, and again only when something outside the sheet changes.

A sheet may have thousands of cells, and a dose must be drawn before the next key is pressed. So a cell that is given is
known here at once; what the rules say about the whole form, the wizard works out when it is next asked.
"""

from collections.abc import Iterable, Mapping

import msgspec

from desktop.study.clinical_data import FormContent, ItemPlace, ItemValue, Row, copy_content
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import Grid, ItemDef, ItemGroupDef
from desktop.study.rules.assessment import assess
from desktop.study.values.item_values import number_in_first_unit
from desktop.wizard.evidence import form_date
from desktop.wizard.form_wizard import FormWizard

Cell = tuple[str, int]
"""(code of the line, number of the column, counted from 1)."""


class LineTotal(msgspec.Struct, frozen=True):
    """What a line adds up to, over the columns that have been filled, in the item's first unit."""

    code: str
    given: float
    planned: float | None
    """None where the plan of a filled cell is unknown."""


class ContextLine(msgspec.Struct, frozen=True):
    """Values of another form, by the column of their day."""

    item: str
    values: dict[int, ItemValue]


class Sheet:
    """The lines and columns of one `grid` group of a form that is being filled."""

    def __init__(self, wizard: FormWizard, group: ItemGroupDef, grid: Grid) -> None:
        self.wizard = wizard
        self.group = group
        self.grid = grid
        definition = wizard.definition
        self.value_item: ItemDef = definition.items[grid.value]
        codelist = definition.codelist_of(definition.items[grid.rows])
        self._labels = codelist.by_code if codelist else {}
        self.codes: tuple[str, ...] = tuple(self._labels)
        self.columns = range(1, grid.column_count + 1)
        self._rows: dict[Cell, str] = {}
        self._deviating: set[Cell] = set()
        self._plans: dict[Cell, Row] = {}
        self._plans_from: FormContent | None = None
        self._numbers: dict[ItemValue, float | None] = {}
        self.refresh()

    # What stands in a cell

    def refresh(self) -> None:
        """Look again at what the form holds. To be called after every change of the form from elsewhere."""
        grid = self.grid
        self._rows = {
            (items[grid.rows].value, int(items[grid.columns].value)): row
            for row, items in self.wizard.content.get(self.group.oid, {}).items()
            if grid.rows in items and grid.columns in items and items[grid.columns].value.isdecimal()
        }
        self._plan()
        self._deviating = {cell for cell in self._rows if self._differs(cell)}

    def place(self, cell: Cell, item: str) -> ItemPlace:
        """Where an item of this cell stands."""
        return ItemPlace(self.group.oid, self._rows.get(cell, _row_key(cell)), item)

    def is_filled(self, cell: Cell) -> bool:
        """Whether the cell has a value or a marker."""
        return self.value(cell) is not None

    def value(self, cell: Cell) -> ItemValue | None:
        """What was given."""
        return self._entered(cell, self.grid.value)

    def planned(self, cell: Cell) -> ItemValue | None:
        """What the plan says; None where it is unknown."""
        return None if self.grid.planned is None else self._plans.get(cell, {}).get(self.grid.planned)

    def has_plan(self, cell: Cell) -> bool:
        """Whether the plan gives anything there: a plan of 0 asks nobody to enter that nothing was given."""
        return bool(self._number(self.planned(cell)))

    def date(self, column: int) -> str:
        """The day of a column as the form works it out; empty where it cannot."""
        if self.grid.date is not None:
            for code in self.codes:
                found = self._plans.get((code, column), {}).get(self.grid.date)
                if found is not None:
                    return found.value
        return ""

    def deviates(self, cell: Cell) -> bool:
        """Whether something else was given than planned, so that a reason is asked."""
        return cell in self._deviating

    def needs_reason(self, cell: Cell) -> bool:
        """Whether the cell deviates and nobody has said why."""
        return self.grid.reason is not None and self.deviates(cell) and self._entered(cell, self.grid.reason) is None

    def deviations(self) -> tuple[Cell, ...]:
        """The cells that deviate, day by day."""
        order = {code: number for number, code in enumerate(self.codes)}
        return tuple(sorted(self._deviating, key=lambda cell: (cell[1], order.get(cell[0], -1))))

    def totals(self) -> tuple[LineTotal, ...]:
        """Given and planned of each line that has been filled."""
        given = dict.fromkeys(self.codes, 0.0)
        planned: dict[str, float | None] = dict.fromkeys(self.codes, 0.0)
        filled: set[str] = set()
        for cell in self._rows:
            value = self.value(cell)
            code = cell[0]
            if value is None or code not in given:
                continue
            filled.add(code)
            given[code] += self._number(value) or 0.0
            plan, before = self._number(self.planned(cell)), planned[code]
            planned[code] = None if plan is None or before is None else before + plan
        return tuple(LineTotal(code, given[code], planned[code]) for code in self.codes if code in filled)

    def last_filled(self) -> int:
        """The last column in which anything was given; 0 where none was."""
        return max((column for code, column in self._rows if self.is_filled((code, column))), default=0)

    def detail(self, code: str) -> Text:
        """What the study says beside the name of a line."""
        nothing: Text = {}
        return next(iter(self._labels[code].details.values()), nothing)

    def unit(self, code: str) -> str:
        """The unit of a line's doses: the item's first, else the one by which the study details the line."""
        units = self.wizard.definition.unit_names(self.value_item)
        return units[0] if units else next(iter(self._labels[code].details), "")

    def context(self) -> tuple[ContextLine, ...]:
        """Values of other forms that fall on the days of the columns; of two on one day the later form's."""
        columns = {date: column for column in self.columns if (date := self.date(column))}
        forms = sorted(self.wizard.view.others.items(), key=lambda pair: self.wizard.rules.order(pair[0]))
        lines: list[ContextLine] = []
        for item in self.grid.context:
            values: dict[int, ItemValue] = {}
            for key, content in forms:
                group = self.wizard.definition.group_of_item.get((key.form, item))
                for items in content.get(group.oid, {}).values() if group else ():
                    date = form_date(self.wizard.definition, key, content, group.oid if group else "", items)
                    if item in items and date in columns:
                        values[columns[date]] = items[item]
            lines.append(ContextLine(item, values))
        return tuple(lines)

    # What the person does

    def give(self, cell: Cell, text: str) -> None:
        """Enter what was given."""
        self._fill({cell: self._as_value(text)})

    def give_as_planned(self, cells: Iterable[Cell]) -> tuple[Cell, ...]:
        """Fill the cells that have a plan and no value yet with what was planned; returns which these were."""
        filled = {
            cell: self._as_value(planned.value)
            for cell in cells
            if not self.is_filled(cell) and self.has_plan(cell) and (planned := self.planned(cell)) is not None
        }
        self._fill(filled)
        return tuple(filled)

    def mark(self, cell: Cell, missing: str) -> None:
        """Say why a cell has no value."""
        self._fill({cell: ItemValue(missing=missing)})

    def clear(self, cells: Iterable[Cell]) -> None:
        """Empty cells: their rows are taken out."""
        filled = [cell for cell in cells if cell in self._rows]
        self.wizard.remove_rows(self.group.oid, tuple(self._rows.pop(cell) for cell in filled))
        self._deviating.difference_update(filled)

    # Inside

    def _fill(self, values: Mapping[Cell, ItemValue]) -> None:
        changes: dict[ItemPlace, ItemValue | None] = {}
        for cell, value in values.items():
            if cell not in self._rows:
                changes[self.place(cell, self.grid.rows)] = ItemValue(value=cell[0])
                changes[self.place(cell, self.grid.columns)] = ItemValue(value=str(cell[1]))
            changes[self.place(cell, self.grid.value)] = value
        self.wizard.put_all(changes)
        for cell in values:
            self._rows.setdefault(cell, _row_key(cell))
            (self._deviating.add if self._differs(cell) else self._deviating.discard)(cell)

    def _entered(self, cell: Cell, item: str) -> ItemValue | None:
        row = self._rows.get(cell)
        return None if row is None else self.wizard.content[self.group.oid][row].get(item)

    def _differs(self, cell: Cell) -> bool:
        value, planned = self.value(cell), self.planned(cell)
        if value is None or planned is None:
            return False
        number = self._number(value)
        return number is None or number != self._number(planned)

    def _as_value(self, text: str) -> ItemValue:
        units = self.wizard.definition.unit_names(self.value_item)
        return ItemValue(value=text, unit=units[0] if units else "")

    def _number(self, value: ItemValue | None) -> float | None:
        if value is None:
            return None
        if value not in self._numbers:
            self._numbers[value] = number_in_first_unit(self.wizard.definition, self.value_item, value)
        return self._numbers[value]

    def _plan(self) -> None:
        """Work out plan and day of every cell: of the filled ones the wizard knows them."""
        outside = {group: rows for group, rows in self.wizard.content.items() if group != self.group.oid}
        if outside != self._plans_from:
            self._plans_from = copy_content(outside)
            self._plans = {}
        cells = [(code, column) for code in self.codes for column in self.columns]
        filled = [cell for cell in self._rows if cell not in self._plans]
        if filled:
            self._take_plans(filled, self.wizard.assessment.derived)
        empty = [cell for cell in cells if cell not in self._plans]
        if empty:
            rows = {
                _row_key(cell): {
                    self.grid.rows: ItemValue(value=cell[0]),
                    self.grid.columns: ItemValue(value=str(cell[1])),
                }
                for cell in empty
            }
            view = self.wizard.view
            content = {**self.wizard.content, self.group.oid: rows}
            derived = assess(self.wizard.rules, view.key, content, view.others, view.today).derived
            self._take_plans(empty, derived)

    def _take_plans(self, cells: list[Cell], derived: Mapping[ItemPlace, ItemValue | None]) -> None:
        wanted = [item for item in (self.grid.planned, self.grid.date) if item is not None]
        for cell in cells:
            self._plans[cell] = {
                item: value for item in wanted if (value := derived.get(self.place(cell, item))) is not None
            }


def _row_key(cell: Cell) -> str:
    """The key that a cell's row gets: the same on every computer."""
    return f"{cell[0]}.{cell[1]}"
