"""Details of the current cell of a grid."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.study.clinical_data import ItemPlace, value_at
from desktop.study.definition.metadata import Definition
from desktop.study.rules.assessment import Code
from desktop.wizard.grid import Cell
from ui.form.fields.base import Field
from ui.form.fields.chosen import SegmentsField
from ui.form.fields.factory import field_for
from ui.form.pages.grid_model import SheetModel
from ui.form.pages.question import CommentLine
from ui.look import language
from ui.look.style import Tone
from ui.widgets.card import Card
from ui.widgets.labels import label, literal
from ui.widgets.message import Message

CARD_HEIGHT = 150


class CellCard(Card):
    """What there is to say about one cell: why it deviates, and whatever else the study asks about it."""

    changed = Signal()
    """The wizard was given something new."""

    def __init__(self, model: SheetModel) -> None:
        super().__init__()
        self._model = model
        self._sheet = model.sheet
        self._wizard = model.sheet.wizard
        self._parts: list[tuple[ItemPlace, _Asked | CommentLine]] = []
        self.setMinimumHeight(CARD_HEIGHT)
        self._read_only = False
        self._hint = label(tone=Tone.SECONDARY, wrap=True)
        self._message = Message()
        self.body.addWidget(self._hint)
        self.body.addWidget(self._message)
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
        wanted = [] if cell is None else self._wanted(cell)
        if [place for place, _ in self._parts] != wanted:
            self._arrange(wanted)
        self._hint.setVisible(not wanted)
        self._show_message(cell)
        if cell is None:
            self.set_title(self.tr("Nothing to explain"))
            self._hint.setText(self.tr("A dose that differs from the plan asks for its reason here."))
            return
        value, planned = self._sheet.value(cell), self._sheet.planned(cell)
        title = f"{self._model.cell_words(cell)} {self._model.dose_words(cell, value)}"
        if planned is not None and self._sheet.deviates(cell):
            title = self.tr("{what} (planned {dose})").format(what=title, dose=self._model.dose_words(cell, planned))
        self.set_title(title)
        if value is None:
            self._hint.setText(self.tr("Nothing is entered for this day."))
        else:
            self._hint.setText(self.tr("As planned: nothing to explain.") if planned is not None else "")
        for place, part in self._parts:
            if isinstance(part, _Asked):
                part.field.show_value(value_at(self._wizard.content, place))
                known = not self._wizard.is_stale
                part.field.show_problem(Tone.WRONG if known and self._wizard.stops(place) else None)
            else:
                part.show_text(self._wizard.comment_at(place))

    def _show_message(self, cell: Cell | None) -> None:
        """What is wrong in the cell, once the rules were asked."""
        wizard = self._wizard
        if cell is None or wizard.is_stale:
            self._message.clear()
            return
        places = [self._sheet.place(cell, ref.item) for ref in self._sheet.group.items]
        texts = [language.words(problem.message) for place in places for problem in wizard.problems_at(place)]
        tone = Tone.WRONG if any(map(wizard.stops, places)) else Tone.DUE
        self._message.say(tone, language.sentences(*dict.fromkeys(texts)))

    def _wanted(self, cell: Cell) -> list[ItemPlace]:
        """The places that are asked about; those of which only the rules know it, once they were asked."""
        grid = self._sheet.grid
        own = {grid.rows, grid.columns, grid.value, grid.planned, grid.date}
        deviates = self._sheet.deviates(cell)
        known = not self._wizard.is_stale
        after_reason = False
        places: list[ItemPlace] = []
        for ref in self._sheet.group.items:
            after_reason = after_reason or ref.item in (grid.reason, grid.note)
            if ref.item in own or self._wizard.definition.items[ref.item].derivation is not None:
                continue
            place = self._sheet.place(cell, ref.item)
            asked = known and self._wizard.is_asked(place)
            if ref.item in (grid.reason, grid.note):
                asked = deviates
            elif after_reason:
                # What stands after the reason is about it.
                asked = asked and deviates
            if asked or value_at(self._wizard.content, place) is not None:
                places.append(place)
        value = self._sheet.place(cell, grid.value)
        if known and any(problem.code is Code.COMMENT_NEEDED for problem in self._wizard.problems_at(value)):
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
            self.body.insertWidget(number + 2, part)

    def _make(self, place: ItemPlace) -> "_Asked | CommentLine":
        if place.item == self._sheet.grid.value:
            return CommentLine(place)
        asked = _Asked(self._wizard.definition, place)
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

    @property
    def message(self) -> str:
        """What is wrong in the cell."""
        return self._message.text

    @property
    def is_at_comment(self) -> bool:
        """Whether the keys are in a comment."""
        focused = self.window().focusWidget()
        return focused is not None and any(
            isinstance(stop, CommentLine) and stop.isAncestorOf(focused) for stop in self._stops()
        )

    def focus_comment(self) -> bool:
        """Go to the comment that a soft check asks for; False where none does."""
        for stop in self._stops():
            if isinstance(stop, CommentLine):
                stop.line.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False

    def step(self, step: int) -> bool:
        """Go on or back within the card."""
        self.commit()
        stops = [stop for stop in self._stops() if isinstance(stop, Field)]
        place = self.place
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
        if self._read_only:
            return
        if isinstance(stop, CommentLine):
            if stop.text() != self._wizard.comment_at(stop.place):
                self._wizard.comment(stop.place, stop.text())
                self.changed.emit()
        elif stop.value() != self._wizard.value(stop.place):
            self._wizard.put(stop.place, stop.value())
            self.changed.emit()

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
        name = label(literal(language.words(item.question)), kind="small", tone=Tone.SECONDARY)
        name.setBuddy(self.field)
        box = QVBoxLayout(self) if isinstance(self.field, SegmentsField) else QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(name)
        box.addWidget(self.field, 1)
