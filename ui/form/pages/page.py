"""Base class of a form's pages, and the plain page of questions."""

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.study.clinical_data import ItemPlace, ItemValue
from desktop.study.definition.metadata import NON_REPEATING_ROW, ItemGroupDef
from desktop.wizard.form_wizard import FormWizard
from ui.form.fields.base import Field
from ui.form.pages.question import CommentLine, Question
from ui.look import language, style
from ui.look.style import Tone
from ui.widgets.labels import label
from ui.widgets.message import Message

EDGE = 24
MAX_WIDTH = 860
"""A line of reading: on a wide screen the questions do not run apart."""

Stop = Field | CommentLine
"""Where the keys can be on a page of questions."""


class PageView(QWidget):
    """One ItemGroup on the screen. It draws what the wizard says, and says what the person did."""

    changed = Signal()
    """The wizard was given something new: look at everything again, and keep the draft."""
    moved = Signal(object)
    """The place (ItemPlace) on which the keys are now."""
    finished = Signal()
    """Enter on the last field: on to the next page."""

    full_width = False
    """Whether the page needs the room of the evidence column."""

    def __init__(self, wizard: FormWizard, group: ItemGroupDef) -> None:
        super().__init__()
        self.wizard = wizard
        self.group = group
        self.show_missing = False
        self.read_only = False
        self.setObjectName(f"page.{group.oid}")

    @property
    def place(self) -> ItemPlace | None:
        """The place on which the keys are."""
        raise NotImplementedError

    @property
    def markable(self) -> ItemPlace | None:
        """The place that a marker would be put on; None where the keys are on no field."""
        return self.place

    def refresh(self) -> None:
        """Draw what the wizard says now."""
        raise NotImplementedError

    def commit(self) -> None:
        """Take what is being typed at this moment."""
        raise NotImplementedError

    def focus_first(self) -> None:
        """Go to the first field that waits for an answer, else to the first."""
        raise NotImplementedError

    def focus_last(self) -> None:
        """Go to the last field, coming back from the next page."""
        raise NotImplementedError

    def focus_place(self, place: ItemPlace) -> bool:
        """Go to a place; False where the page does not have it."""
        raise NotImplementedError

    def focus_comment(self, place: ItemPlace) -> bool:
        """Go to the comment that answers a check at a place; False where there is none."""
        return self.focus_place(place)

    @property
    def is_at_comment(self) -> bool:
        """Whether the keys are in a comment."""
        return False

    @property
    def is_aside(self) -> bool:
        """Whether the keys are beside the questions: in a comment, or in the reason for one cell."""
        return self.is_at_comment

    def explain(self) -> bool:
        """Go to what the page itself asks to be explained next; False where it asks nothing."""
        return False

    def close_aside(self) -> bool:
        """Come back from beside the questions to the question; False where the keys were on none but it."""
        return False

    def step(self, step: int) -> bool:
        """Go on (1) or back (-1) by one field; False at the end of the page."""
        raise NotImplementedError

    def add(self) -> None:
        """Add a row, where the page has rows."""

    def mark(self, missing: str) -> None:
        """Put a marker where the keys are; an empty one empties the field."""
        place = self.place
        if place is not None and not self.read_only:
            self.wizard.put(place, ItemValue(missing=missing) if missing else None)
            self.changed.emit()

    def set_read_only(self, *, read_only: bool) -> None:
        """Let it be read and not changed."""
        self.read_only = read_only

    def focus_moved(self, before: QWidget | None, now: QWidget | None) -> None:
        """The keys went from one widget to another, anywhere in the window."""


class PageArea(QScrollArea):
    """Scrolls a page; the keys belong to its questions and to the form."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()


class StopsPage(PageView):
    """A page whose fields stand in an order: what is typed is taken as each is left."""

    def __init__(self, wizard: FormWizard, group: ItemGroupDef) -> None:
        super().__init__(wizard, group)
        self.area = PageArea()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.area)
        self.sheet = QWidget()
        self.sheet.setProperty("kind", "page")
        self.column = QVBoxLayout(self.sheet)
        self.column.setContentsMargins(EDGE, 14, EDGE, EDGE)
        self.column.setSpacing(0)
        self.area.setWidget(self.sheet)
        self.head = label(kind="section")
        self.instruction = label(tone=Tone.SECONDARY, wrap=True)
        self.instruction.setContentsMargins(0, 3, 0, 4)
        self.whole_message = Message()
        self.column.addWidget(self.head)
        self.column.addWidget(self.instruction)
        self.column.addWidget(self.whole_message)
        self.relabel()

    def relabel(self) -> None:
        """Say the heading in the language of this moment."""
        self.head.setText(language.words(self.group.title))
        instruction = language.words(self.group.instruction)
        self.instruction.setText(instruction)
        self.instruction.setVisible(bool(instruction))

    def stops(self) -> list[Stop]:
        """Where the keys can be, in order."""
        raise NotImplementedError

    def stop_of(self, widget: QWidget | None) -> Stop | None:
        """The field or comment that a widget belongs to."""
        while widget is not None and widget is not self:
            if isinstance(widget, Field | CommentLine):
                return widget
            widget = widget.parentWidget()
        return None

    @property
    def stop(self) -> Stop | None:
        """The field or comment that has the keys."""
        return self._own(self.window().focusWidget())

    @property
    def place(self) -> ItemPlace | None:
        stop = self.stop
        return None if stop is None else stop.place

    @property
    def markable(self) -> ItemPlace | None:
        stop = self.stop
        return stop.place if isinstance(stop, Field) and stop.item.derivation is None else None

    def focus_moved(self, before: QWidget | None, now: QWidget | None) -> None:
        left, entered = self._own(before), self._own(now)
        if left is not None and left is not entered:
            self._take(left)
        if entered is not None and entered is not left:
            self._show_whole(entered)
            self.moved.emit(entered.place)

    def commit(self) -> None:
        stop = self.stop
        if stop is not None:
            self._take(stop)

    def focus_first(self) -> None:
        stops = [stop for stop in self.stops() if isinstance(stop, Field)]
        if self.wizard.view.exists:
            waiting = [stop for stop in stops if self.wizard.is_missing(stop.place)]
        else:
            # On the first way through a form no question is passed by, also none that may stay open.
            waiting = [stop for stop in stops if self.wizard.value(stop.place) is None]
        target = next(iter(waiting or stops), None)
        if target is not None:
            self._go(target)

    def focus_last(self) -> None:
        fields = [stop for stop in self.stops() if isinstance(stop, Field)]
        if fields:
            self._go(fields[-1])

    def focus_place(self, place: ItemPlace) -> bool:
        return self._focus(place, Field)

    def focus_comment(self, place: ItemPlace) -> bool:
        return self._focus(place, CommentLine) or self._focus(place, Field)

    def _focus(self, place: ItemPlace, kind: type[Stop]) -> bool:
        stop = next((stop for stop in self.stops() if isinstance(stop, kind) and stop.place == place), None)
        if stop is not None:
            self._go(stop)
        return stop is not None

    @property
    def is_at_comment(self) -> bool:
        return isinstance(self.stop, CommentLine)

    def close_aside(self) -> bool:
        stop = self.stop
        return isinstance(stop, CommentLine) and self.focus_place(stop.place)

    def step(self, step: int) -> bool:
        stop = self.stop
        if stop is not None:
            # Taking what was typed may bring up the next question.
            self._take(stop)
        stops = self.stops()
        if stop is None or stop not in stops:
            return False
        # A comment is no step of the way: a check that fires while one types from paper moves nothing.
        index = stops.index(stop)
        to_come = stops[index + 1 :] if step > 0 else stops[:index][::-1]
        target = next((each for each in to_come if isinstance(each, Field)), None)
        if target is not None:
            self._go(target)
        return target is not None

    def _own(self, widget: QWidget | None) -> Stop | None:
        return self.stop_of(widget) if widget is not None and self.isAncestorOf(widget) else None

    def _take(self, stop: Stop) -> None:
        """Give the wizard what stands there, where it is new."""
        if self.read_only:
            return
        if isinstance(stop, CommentLine):
            if stop.text() != self.wizard.comment_at(stop.place):
                self.wizard.comment(stop.place, stop.text())
                self.changed.emit()
            return
        value = stop.value()
        if value != self.wizard.value(stop.place):
            self.wizard.put(stop.place, value)
            self.changed.emit()
        stop.show_value(self.wizard.value(stop.place))

    def _go(self, stop: Stop) -> None:
        if isinstance(stop, Field):
            stop.take_focus(Qt.FocusReason.TabFocusReason)
        else:
            stop.line.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_whole(self, stop: Stop) -> None:
        """Bring the field with what stands around it into view."""
        top = stop.mapTo(self.sheet, QPoint(0, 0)).y()
        room = style.QUESTION
        self.area.ensureVisible(0, top + stop.height() // 2, 0, stop.height() // 2 + room)

    @Slot(object)
    def _edited(self, place: ItemPlace) -> None:
        for stop in self.stops():
            if isinstance(stop, Field) and stop.place == place:
                self._take(stop)
                return

    @Slot(object, str)
    def _marked(self, place: ItemPlace, missing: str) -> None:
        if not self.read_only:
            self.wizard.put(place, ItemValue(missing=missing) if missing else None)
            self.changed.emit()
            self.focus_place(place)

    def _refresh_whole(self) -> None:
        """Checks that belong to no single row."""
        texts: list[str] = []
        if self.group.repeating:
            for ref in self.group.items:
                problems = self.wizard.problems_at(ItemPlace(self.group.oid, NON_REPEATING_ROW, ref.item))
                texts += [language.words(problem.message) for problem in problems]
        self.whole_message.say(Tone.WRONG, " ".join(texts))


class QuestionsPage(StopsPage):
    """Question under question."""

    def __init__(self, wizard: FormWizard, group: ItemGroupDef) -> None:
        super().__init__(wizard, group)
        self.questions: list[Question] = []
        for number, ref in enumerate(group.items, 1):
            item = wizard.definition.items[ref.item]
            place = ItemPlace(group.oid, NON_REPEATING_ROW, ref.item)
            question = Question(wizard.definition, place, ref, item, ref.number or str(number))
            question.setMaximumWidth(MAX_WIDTH)
            question.edited.connect(self._edited)
            question.marked.connect(self._marked)
            self.questions.append(question)
            self.column.addWidget(question)
        self.column.addStretch(1)
        self.refresh()

    def relabel(self) -> None:
        super().relabel()
        for question in getattr(self, "questions", []):
            question.relabel()

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        for question in self.questions:
            question.set_read_only(read_only=read_only)

    def refresh(self) -> None:
        for question in self.questions:
            question.refresh(self.wizard, show_missing=self.show_missing)

    def stops(self) -> list[Stop]:
        found: list[Stop] = []
        for question in self.questions:
            if not question.isHidden():
                if question.item.derivation is None:
                    found.append(question.field)
                if question.comment is not None and not question.comment.isHidden():
                    found.append(question.comment)
        return found
