"""The page of a sheet: the table, the reason for what deviates, the list of deviations, the sums."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.study.assess import Code
from desktop.study.data import ItemPlace, ItemValue, value_at
from desktop.study.definition import Definition, Grid, ItemGroupDef
from desktop.wizard.sheet import Cell, Sheet
from desktop.wizard.wizard import FormWizard
from ui import language, style
from ui.form.fields.base import Field
from ui.form.fields.chosen import SegmentsField
from ui.form.fields.factory import field_for
from ui.form.grid_table import SheetTable
from ui.form.page import PageArea, PageView
from ui.form.question import CommentLine
from ui.style import Tone
from ui.widgets import table as tables
from ui.widgets.card import Card, Facts
from ui.widgets.labels import ElidedLabel, KeyLine, label
from ui.widgets.message import Message
from ui.words import value_words

MOST_DEVIATIONS_SHOWN = 4
CARD_HEIGHT = 150


class GridPage(PageView):
    """A `grid` group on the screen."""

    full_width = True

    def __init__(self, wizard: FormWizard, group: ItemGroupDef, grid: Grid) -> None:
        super().__init__(wizard, group)
        self.sheet = Sheet(wizard, group, grid)
        self.grid = grid
        self.table = SheetTable(self.sheet, wizard.view.today, f"grid.{group.oid}", language.words(group.title))
        self.table.setAccessibleName(language.words(group.title))
        self._card = _CellCard(self)
        self._deviations = Card(flush=True)
        self._list = tables.Table(f"deviations.{group.oid}", fit=True)
        self._deviations.body.addWidget(self._list)
        self._deviations.body.addStretch(1)
        self._totals = Card()
        self._facts = Facts()
        self._totals.body.addWidget(self._facts)
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
            self.table.go(next(filter(self._waits, cells), cells[0]))

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
        cards.addWidget(self._card, 4)
        cards.addWidget(self._deviations, 4)
        cards.addWidget(self._totals, 3)
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
        if not self._card.focus_item(place.item):
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def step(self, step: int) -> bool:
        """Day by day, from the first line to the last; out of the reason's card back to the sheet."""
        if self._card.place is not None:
            if self._card.step(step):
                return True
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
            return self._advance(1) if step > 0 else True
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
        self._touch((cell,))
        if text == "0" and self.table.hasFocus():
            # Entered by its one key: nothing more comes, so the reason is asked at once.
            self._explain_or_advance(cell)

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
        cell = self.table.cell
        if cell is not None and step > 0:
            self._explain_or_advance(cell)
        else:
            self._advance(step)

    def _explain_or_advance(self, cell: Cell) -> None:
        if self.sheet.needs_reason(cell):
            self._card.show_cell(cell)
            if self.grid.reason is not None and self._card.focus_item(self.grid.reason):
                return
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._advance(1)

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
        if not self._rest.isActive():
            self._show_message()
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

    def cell_words(self, cell: Cell) -> str:
        """`D6 Venetoclax`."""
        row = self.sheet.codes.index(cell[0])
        return f"{self.grid.column_label}{cell[1]} {self.table.sheet_model.line_label(row)}"

    def dose_words(self, cell: Cell, value: ItemValue | None) -> str:
        """`200 mg`."""
        words = value_words(self.wizard.definition, self.sheet.value_item, value)
        if value is None or value.missing or self.sheet.value_item.units:
            return words
        return f"{words} {self.table.sheet_model.total_unit(cell[0])}".strip()

    def _show_deviations(self, deviations: tuple[Cell, ...]) -> None:
        open_ones = [cell for cell in deviations if self.sheet.needs_reason(cell)]
        shown = (open_ones + [cell for cell in reversed(deviations) if cell not in open_ones])[:MOST_DEVIATIONS_SHOWN]
        lines: list[tables.Line] = []
        for cell in shown:
            waits = self.sheet.needs_reason(cell)
            reason = "" if self.grid.reason is None else self._reason_words(cell)
            lines.append(
                tables.Line(
                    key=cell,
                    cells=(
                        tables.Cell(text=f"{self.cell_words(cell)} {self.dose_words(cell, self.sheet.value(cell))}"),
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
        facts: list[tuple[str, str]] = []
        for total in self.sheet.totals():
            row = self.sheet.codes.index(total.code)
            unit = self.table.sheet_model.total_unit(total.code)
            given = _plain(total.given)
            if total.planned:
                share = f"{round(100 * total.given / total.planned)} %"
                text = self.tr("{given} of {planned} {unit} ({share})").format(
                    given=given, planned=_plain(total.planned), unit=unit, share=share
                )
            else:
                text = f"{given} {unit}"
            facts.append((self.table.sheet_model.line_label(row), text))
        self._facts.show_facts(tuple(facts))

    def _show_message(self) -> None:
        """What is wrong in the cell on which one is, or with the whole sheet."""
        texts: list[str] = []
        tone = Tone.DUE
        cell = self.table.cell
        places = [ItemPlace(self.group.oid, "", ref.item) for ref in self.group.items]
        if cell is not None:
            shown = {self.grid.reason, self.grid.note}
            places += [self.sheet.place(cell, ref.item) for ref in self.group.items if ref.item not in shown]
        for place in places:
            if any(problem.code is not Code.COMMENT_NEEDED for problem in self.wizard.problems_at(place)):
                tone = Tone.WRONG
            texts += [language.words(problem.message) for problem in self.wizard.problems_at(place)]
        self._message.say(tone, " ".join(dict.fromkeys(texts)))

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


class _CellCard(Card):
    """What there is to say about one cell: why it deviates, and whatever else the study asks about it."""

    def __init__(self, page: GridPage) -> None:
        super().__init__()
        self._page = page
        self._cell: Cell | None = None
        self._parts: list[tuple[ItemPlace, _Asked | CommentLine]] = []
        self.setMinimumHeight(CARD_HEIGHT)
        self._read_only = False
        self._hint = label(tone=Tone.SECONDARY, wrap=True)
        self.body.addWidget(self._hint)
        self.body.addStretch(1)

    @property
    def place(self) -> ItemPlace | None:
        """The place on which the keys are, where they are in this card."""
        focused = self.window().focusWidget()
        if focused is None or not self.isAncestorOf(focused):
            return None
        return next((stop.place for stop in self._stops() if stop is focused or stop.isAncestorOf(focused)), None)

    def set_read_only(self, *, read_only: bool) -> None:
        """Let it be read and not changed."""
        self._read_only = read_only

    def show_cell(self, cell: Cell | None) -> None:
        """Show what is asked about a cell."""
        page = self._page
        wanted = [] if cell is None else self._wanted(cell)
        if [place for place, _ in self._parts] != wanted:
            self._arrange(wanted)
        self._cell = cell
        self._hint.setVisible(cell is None)
        if cell is None:
            self.set_title(self.tr("Nothing to explain"))
            self._hint.setText(self.tr("A dose that differs from the plan asks for its reason here."))
            return
        value, planned = page.sheet.value(cell), page.sheet.planned(cell)
        title = f"{page.cell_words(cell)} {page.dose_words(cell, value)}"
        if planned is not None and page.sheet.deviates(cell):
            title = self.tr("{what} (planned {dose})").format(what=title, dose=page.dose_words(cell, planned))
        self.set_title(title)
        for place, part in self._parts:
            if isinstance(part, _Asked):
                part.field.show_value(page.wizard.content.get(place.group, {}).get(place.row, {}).get(place.item))
                known = not page.wizard.is_stale
                part.field.show_problem(Tone.WRONG if known and page.wizard.stops(place) else None)
            else:
                part.show_text(page.wizard.comments.get(place, ""))

    def _wanted(self, cell: Cell) -> list[ItemPlace]:
        """The places that are asked about; those of which only the rules know it, once they were asked."""
        page = self._page
        grid = page.grid
        own = {grid.rows, grid.columns, grid.value, grid.planned, grid.date}
        about_deviation = {grid.reason, grid.note}
        known = not page.wizard.is_stale
        places: list[ItemPlace] = []
        for ref in page.group.items:
            if ref.item in own or page.wizard.definition.items[ref.item].derivation is not None:
                continue
            place = page.sheet.place(cell, ref.item)
            given = value_at(page.wizard.content, place) is not None
            if ref.item in about_deviation:
                asked = given or page.sheet.deviates(cell)
            else:
                asked = given or (known and page.wizard.is_asked(place))
            if asked:
                places.append(place)
        value = page.sheet.place(cell, grid.value)
        if known and any(problem.code is Code.COMMENT_NEEDED for problem in page.wizard.problems_at(value)):
            places.append(value)
        return places

    def _arrange(self, places: list[ItemPlace]) -> None:
        """Have a part for each place, in order; what is there already stays, with the keys in it."""
        there = dict(self._parts)
        for place, part in self._parts:
            if place not in places:
                self.body.removeWidget(part)
                part.hide()
                part.deleteLater()
        self._parts = [(place, there.get(place) or self._make(place)) for place in places]
        for number, (_, part) in enumerate(self._parts):
            self.body.insertWidget(number + 1, part)

    def _make(self, place: ItemPlace) -> "_Asked | CommentLine":
        page = self._page
        if place.item == page.grid.value:
            return CommentLine(place)
        asked = _Asked(page.wizard.definition, place)
        asked.field.set_read_only(read_only=self._read_only)
        asked.field.edited.connect(self._edited)
        return asked

    def _stops(self) -> list[Field | CommentLine]:
        return [part.field if isinstance(part, _Asked) else part for _, part in self._parts]

    def focus_item(self, item: str) -> bool:
        """Go to the field of an item; False where the card does not ask it."""
        for stop in self._stops():
            if isinstance(stop, Field) and stop.item.oid == item:
                stop.take_focus(Qt.FocusReason.TabFocusReason)
                return True
        return False

    def step(self, step: int) -> bool:
        """Go on or back within the card."""
        stops = self._stops()
        place = self.place
        self.commit()
        index = next((n for n, stop in enumerate(stops) if stop.place == place), -1) + step
        if not 0 <= index < len(stops):
            return False
        stops[index].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def commit(self) -> None:
        """Take what is being typed."""
        place = self.place
        for stop in self._stops():
            if stop.place == place:
                self._take(stop)

    def focus_moved(self, before: QWidget | None, now: QWidget | None) -> None:
        """Take what was typed into the field that was left."""
        for stop in self._stops():
            if before is not None and (stop is before or stop.isAncestorOf(before)):
                inside = now is not None and stop.isAncestorOf(now)
                if not inside:
                    self._take(stop)
                return

    def _take(self, stop: Field | CommentLine) -> None:
        page = self._page
        if self._read_only:
            return
        if isinstance(stop, CommentLine):
            if stop.text() != page.wizard.comments.get(stop.place, ""):
                page.wizard.comment(stop.place, stop.text())
                page.changed.emit()
        elif stop.value() != page.wizard.value(stop.place):
            page.wizard.put(stop.place, stop.value())
            page.changed.emit()

    @Slot()
    def _edited(self) -> None:
        sender = self.sender()
        if isinstance(sender, Field):
            self._take(sender)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no field wants belong to the page."""
        event.ignore()


class _Asked(QWidget):
    """A field with its name: beside it where it is short, above it where it chooses."""

    def __init__(self, definition: Definition, place: ItemPlace) -> None:
        super().__init__()
        item = definition.items[place.item]
        self.field = field_for(definition, item, place)
        self.field.setObjectName(f"card.{place.item}")
        self.field.set_accessible_name(language.words(item.question))
        name = label(language.words(item.question), kind="small", tone=Tone.SECONDARY)
        name.setBuddy(self.field)
        box = QVBoxLayout(self) if isinstance(self.field, SegmentsField) else QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(name)
        box.addWidget(self.field, 1)


def _plain(number: float) -> str:
    """A sum without a needless point."""
    return f"{number:,.10g}" if number != int(number) else f"{int(number):,}"
