"""The page of a grid: table, reason for a deviation, list of deviations, sums."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.study.clinical_data import ItemPlace
from desktop.study.definition.metadata import NON_REPEATING_ROW, Grid, ItemGroupDef
from desktop.wizard.form_wizard import FormWizard
from desktop.wizard.grid import Cell, Sheet
from ui.form.pages.grid_cell_card import CellCard
from ui.form.pages.grid_table import SheetTable
from ui.form.pages.page import PageArea, PageView
from ui.look import language, style
from ui.look.style import Tone
from ui.look.vocabulary import value_words
from ui.widgets import table as tables
from ui.widgets.card import Card
from ui.widgets.labels import ElidedLabel, KeyLine, label
from ui.widgets.message import Message

MAX_DEVIATIONS_SHOWN = 4
SUM_HEIGHT = 24


class GridPage(PageView):
    """A `grid` group on the screen."""

    full_width = True

    def __init__(self, wizard: FormWizard, group: ItemGroupDef, grid: Grid) -> None:
        super().__init__(wizard, group)
        self.sheet = Sheet(wizard, group, grid)
        self.grid = grid
        self.table = SheetTable(self.sheet, wizard.view.today, f"grid.{group.oid}", language.words(group.title))
        self.table.setAccessibleName(language.words(group.title))
        self._model = self.table.sheet_model
        self._card = CellCard(self._model)
        self._deviations = Card(flush=True)
        self._list = tables.Table(f"deviations.{group.oid}", fit=True)
        self._deviations.body.addWidget(self._list)
        self._deviations.body.addStretch(1)
        self._totals = Card(flush=True)
        self._sums = tables.Table(f"sums.{group.oid}", fit=True)
        self._sums.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._sums.lines_between = False
        self._sums.set_row_height(SUM_HEIGHT)
        self._totals.body.addWidget(self._sums)
        self._totals.body.addStretch(1)
        self._keys = KeyLine()
        self._lead = label(tone=Tone.SECONDARY)
        self._around = ElidedLabel()
        self._around.setProperty("tone", Tone.SECONDARY.value)
        self._message = Message()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(0)
        self._rest.timeout.connect(self._settle)
        self._build()
        self._resume: Cell | None = None
        """Where the keys were when the person turned to a reason."""
        self._last_given: Cell | None = None
        self._card.changed.connect(self.changed)
        self.table.given.connect(self._give)
        self.table.planned.connect(self._give_as_planned)
        self.table.emptied.connect(self._empty)
        self.table.here.connect(self._here)
        self.table.taken.connect(self._taken)
        self._list.opened.connect(self._open_deviation)
        self.relabel()
        self.refresh()
        start = min(self.table.today_column or max(self.sheet.last_filled(), 1), grid.column_count)
        cells = [(code, start) for code in self.sheet.codes]
        if cells:
            self.table.go(next(filter(self._waits, cells), next(filter(self.sheet.has_plan, cells), cells[0])))

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self._lead)
        top.addWidget(self._keys)
        top.addStretch(1)
        top.addWidget(self._around)
        frame = Card(flush=True)
        frame.body.addWidget(self.table)
        cards = QHBoxLayout()
        cards.setSpacing(style.GAP)
        cards.addWidget(self._card, 11)
        cards.addWidget(self._deviations, 10)
        cards.addWidget(self._totals, 10)
        sheet = QWidget()
        sheet.setProperty("kind", "page")
        column = QVBoxLayout(sheet)
        column.setContentsMargins(style.MARGIN, 10, style.MARGIN, style.MARGIN)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self._message)
        column.addWidget(frame)
        column.addSpacing(6)
        column.addLayout(cards)
        column.addStretch(1)
        self._area = PageArea()
        self._area.setWidget(sheet)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._area)

    def relabel(self) -> None:
        """Say everything again in the language of this moment."""
        self._lead.setText(self.tr("Grey is what the plan says."))
        self._keys.show_keys(
            (
                (self.tr("Space"), self.tr("as planned")),
                ("0", self.tr("not given")),
                (self.tr("digits"), self.tr("dose given")),
                ("Ctrl D", self.tr("whole day as planned")),
                ("F6", self.tr("reason")),
            )
        )

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self.table.read_only = read_only
        self._card.set_read_only(read_only=read_only)

    # What PageView asks for

    @property
    def place(self) -> ItemPlace | None:
        inside = self._card.place
        if inside is not None:
            return inside
        cell = self.table.cell
        return None if cell is None else self.sheet.place(cell, self.grid.value)

    def refresh(self) -> None:
        self.sheet.refresh()
        self.table.refresh()
        deviations = self.sheet.deviations()
        self._show_deviations(deviations)
        self._show_totals()
        self._show_message()
        self._show_around()
        self._card.show_cell(self._cell_to_explain())

    def commit(self) -> None:
        self._card.commit()
        if self._rest.isActive():
            self._settle()

    def focus_first(self) -> None:
        self.table.setFocus(Qt.FocusReason.TabFocusReason)

    def focus_last(self) -> None:
        self.focus_first()

    def focus_place(self, place: ItemPlace) -> bool:
        items = self.wizard.content.get(self.group.oid, {}).get(place.row, {})
        code, column = items.get(self.grid.rows), items.get(self.grid.columns)
        if place.group != self.group.oid or code is None or column is None:
            return False
        self.table.go((code.value, int(column.value)))
        self._card.show_cell((code.value, int(column.value)))
        if place.item == self.grid.value or not self._card.focus_item(place.item):
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def focus_comment(self, place: ItemPlace) -> bool:
        return self.focus_place(place) and self._card.focus_comment()

    @property
    def is_at_comment(self) -> bool:
        return self._card.is_at_comment

    @property
    def is_aside(self) -> bool:
        return self._card.place is not None

    def explain(self) -> bool:
        """Go to the reason of the cell on which one is, else of the dose typed last, else of the first without one."""
        self.commit()
        waiting = [cell for cell in self.sheet.deviations() if self.sheet.needs_reason(cell)]
        if not waiting or self.read_only:
            return False
        wished = [cell for cell in (self.table.cell, self._last_given) if cell in waiting]
        if self._card.place is None:
            self._resume = self.table.cell
        self._open_deviation((wished or waiting)[0])
        return self._card.place is not None

    def close_aside(self) -> bool:
        """From the card back to the cell where the person was."""
        if self._card.place is None:
            return False
        self._card.commit()
        self.table.setFocus(Qt.FocusReason.TabFocusReason)
        if self._resume is not None:
            self.table.go(self._resume)
            self._resume = None
        return True

    def step(self, step: int) -> bool:
        """Day by day, from the first line to the last; out of the reason's card back to the sheet."""
        if self._card.place is not None:
            return self._card.step(step) or self.close_aside()
        return self._advance(step)

    def mark(self, missing: str) -> None:
        cell = self.table.cell
        if cell is None or self.read_only:
            return
        if self._card.place is not None:
            super().mark(missing)
        elif missing:
            self.sheet.mark(cell, missing)
        else:
            self.sheet.clear((cell,))
        self.changed.emit()

    def focus_moved(self, before: QWidget | None, now: QWidget | None) -> None:
        self._card.focus_moved(before, now)
        if now is not None and self.isAncestorOf(now):
            if self._card.isAncestorOf(now):
                self._area.ensureWidgetVisible(now, 0, style.QUESTION)
            if self.place is not None:
                self.moved.emit(self.place)

    # What the sheet's keys do

    @Slot(object, str)
    def _give(self, cell: Cell, text: str) -> None:
        self.sheet.give(cell, text)
        self._last_given = cell
        self._touch((cell,))

    @Slot(object)
    def _give_as_planned(self, cells: tuple[Cell, ...]) -> None:
        filled = self.sheet.give_as_planned(cells)
        if filled:
            self._touch(filled)
        if len(cells) == 1:
            self._advance(1)

    @Slot(object)
    def _empty(self, cell: Cell) -> None:
        if self.sheet.is_filled(cell):
            self.sheet.clear((cell,))
            self._touch((cell,))

    def _touch(self, cells: tuple[Cell, ...]) -> None:
        """Draw what was given at once; what follows from it, when the keys rest."""
        self.table.show_cells(cells)
        self._rest.start()

    @Slot()
    def _settle(self) -> None:
        self._rest.stop()
        self.changed.emit()

    @Slot(int)
    def _taken(self, step: int) -> None:
        """A dose that deviates waits for its reason without holding up the next one."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        if step:
            self._advance(step)
        else:
            self.explain()

    def _advance(self, step: int) -> bool:
        """The next cell that has a plan or a value, down the day and then on to the next."""
        cell = self.table.cell
        if cell is None or not self.sheet.codes:
            return False
        count = len(self.sheet.codes)
        position = (cell[1] - 1) * count + self.sheet.codes.index(cell[0]) + step
        while 0 <= position < count * len(self.sheet.columns):
            there = (self.sheet.codes[position % count], position // count + 1)
            if self.sheet.has_plan(there) or self.sheet.is_filled(there):
                self.table.go(there)
                return True
            position += step
        return False

    @Slot(object)
    def _here(self, cell: Cell | None) -> None:
        self._card.show_cell(self._cell_to_explain())
        if cell is not None:
            self.moved.emit(self.sheet.place(cell, self.grid.value))

    @Slot(object)
    def _open_deviation(self, cell: Cell) -> None:
        self.table.go(cell)
        self._card.show_cell(cell)
        if self.grid.reason is None or not self._card.focus_item(self.grid.reason):
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _waits(self, cell: Cell) -> bool:
        return self.sheet.has_plan(cell) and not self.sheet.is_filled(cell)

    # What is shown around the sheet

    def _cell_to_explain(self) -> Cell | None:
        """The cell on which one is, where there is something to say about it; else the first that lacks its reason."""
        cell = self.table.cell
        if cell is not None and self.sheet.is_filled(cell):
            return cell
        return next(filter(self.sheet.needs_reason, self.sheet.deviations()), None)

    def _show_deviations(self, deviations: tuple[Cell, ...]) -> None:
        open_ones = [cell for cell in deviations if self.sheet.needs_reason(cell)]
        shown = (open_ones + [cell for cell in reversed(deviations) if cell not in open_ones])[:MAX_DEVIATIONS_SHOWN]
        lines: list[tables.Line] = []
        for cell in shown:
            waits = self.sheet.needs_reason(cell)
            what = f"{self._model.cell_words(cell)} {self._model.shown(self.sheet.value(cell))}"
            reason = "" if self.grid.reason is None else self._reason_words(cell)
            lines.append(
                tables.Line(
                    key=cell,
                    cells=(
                        tables.Cell(text=what),
                        tables.Cell(
                            text=self.tr("reason needed") if waits else reason,
                            tone=Tone.DUE if waits else Tone.SECONDARY,
                            icon="warning" if waits else "check",
                        ),
                    ),
                )
            )
        columns = (tables.Column(stretch=1), tables.Column())
        self._list.show_lines(columns, tuple(lines))
        self._list.setVisible(bool(lines))
        self._deviations.set_title(self.tr("Deviations from the plan"), str(len(deviations)))

    def _reason_words(self, cell: Cell) -> str:
        if self.grid.reason is None:
            return ""
        value = self.wizard.value(self.sheet.place(cell, self.grid.reason))
        return value_words(self.wizard.definition, self.wizard.definition.items[self.grid.reason], value)

    def _show_totals(self) -> None:
        self._totals.set_title(self.tr("Given so far"))
        lines: list[tables.Line] = []
        for total in self.sheet.totals():
            unit = self._model.total_unit(total.code)
            given = _plain(total.given)
            text = f"{given} {unit}"
            if total.planned:
                share = f"{round(100 * total.given / total.planned)} %"
                text = self.tr("{given} of {planned} {unit} ({share})").format(
                    given=given, planned=_plain(total.planned), unit=unit, share=share
                )
            name = self._model.line_label(self.sheet.codes.index(total.code))
            cells = (tables.Cell(text=name, tone=Tone.SECONDARY, small=True), tables.Cell(text=text, small=True))
            lines.append(tables.Line(key=total.code, cells=cells))
        columns = (tables.Column(stretch=1), tables.Column(align=tables.Align.RIGHT))
        self._sums.show_lines(columns, tuple(lines))
        self._sums.setVisible(bool(lines))

    def _show_message(self) -> None:
        """What is wrong with the whole sheet; what is wrong in a cell stands in its card."""
        places = [ItemPlace(self.group.oid, NON_REPEATING_ROW, ref.item) for ref in self.group.items]
        texts = [language.words(problem.message) for place in places for problem in self.wizard.problems_at(place)]
        self._message.say(Tone.WRONG, language.sentences(*dict.fromkeys(texts)))

    def _show_around(self) -> None:
        """What the pages before the sheet work out for the whole of it, e.g. a body surface."""
        definition = self.wizard.definition
        facts: list[str] = []
        for group, ref, item in definition.form_items(self.wizard.form.oid):
            if group.oid == self.group.oid:
                break
            if group.repeating or item.derivation is None:
                continue
            value = self.wizard.value(ItemPlace(group.oid, "", ref.item))
            if value is not None:
                facts.append(f"{language.words(item.question)} {value_words(definition, item, value)}")
        self._around.setText(language.joined(*facts))


def _plain(number: float) -> str:
    """A sum without a needless point."""
    return f"{number:,.10g}" if number != int(number) else f"{int(number):,}"
