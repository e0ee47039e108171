"""One question on a page: number, text, field, and messages below it."""

from typing import Final

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.study.clinical_data import ItemPlace
from desktop.study.definition.metadata import Definition, ItemDef, ItemRef, Missing
from desktop.study.rules.assessment import Code
from desktop.study.values.item_values import MISSING_WORDS
from desktop.study.values.typed_input import has_words
from desktop.wizard.form_wizard import FormWizard
from ui.form.fields.base import Field
from ui.form.fields.chosen import CardsField
from ui.form.fields.factory import field_for
from ui.form.fields.typed import Line
from ui.look import language, style
from ui.look.style import Tone
from ui.look.vocabulary import value_words
from ui.widgets.labels import label, literal
from ui.widgets.message import Message

NUMBER_WIDTH: Final = 38
QUESTION_WIDTH: Final = 244
MARKER_WIDTH: Final = 38
QUESTION_GAP: Final = 14
MARKER_GAP: Final = 8
PADDING: Final = 6
MARKERS: Final = tuple(Missing)


class CommentLine(QWidget):
    """Where a soft check is answered, right below it."""

    def __init__(self, place: ItemPlace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = place
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._label = label(kind="small", tone=Tone.SECONDARY)
        self.line = Line()
        self.line.setObjectName(f"comment.{place.item}.{place.row}" if place.row else f"comment.{place.item}")
        self._label.setBuddy(self.line)
        row.addWidget(self._label)
        row.addWidget(self.line, 1)
        # Neither Enter nor Tab leads here from a field: whoever types from paper must not answer a check unawares.
        self.line.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.line.textChanged.connect(self._judge)
        self.setFocusProxy(self.line)
        self.relabel()

    def relabel(self) -> None:
        """Say everything again in the language of this moment."""
        self._judge()
        self.line.setAccessibleName(self.tr("Comment"))
        self.line.setPlaceholderText(self.tr("Why it is so"))

    def text(self) -> str:
        """The comment."""
        return self.line.text().strip()

    def ask(self) -> None:
        """Go here, and say that words are needed."""
        self.line.setPlaceholderText(self.tr("Say why, in a few words."))
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def lacks_words(self) -> bool:
        """Whether something was typed that is no comment."""
        return bool(self.text()) and not has_words(self.text())

    def show_text(self, text: str) -> None:
        """Show the comment that is kept; what was typed and is none stays until it is mended."""
        if self.line.text() != text and (text or not self.lacks_words):
            self.line.setText(text)

    @Slot()
    def _judge(self) -> None:
        wrong = self.lacks_words
        self._label.setText(self.tr("Comment, in words") if wrong else self.tr("Comment"))
        style.set_kind(self._label, tone=(Tone.WRONG if wrong else Tone.SECONDARY).value)


class MarkerButton(QAbstractButton):
    """Says that there is no value, and why; F2 does the same."""

    marked = Signal(str)
    """A marker, or nothing to empty the field."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._marked = False
        self.clicked.connect(self._offer)
        self.relabel()

    def relabel(self) -> None:
        """Say everything again in the language of this moment."""
        self.setText(self.tr("ND"))
        self.setToolTip(self.tr("Not done, unknown or not applicable (F2)"))
        self.setAccessibleName(self.toolTip())

    def show_marked(self, *, marked: bool) -> None:
        """Show whether a marker stands."""
        if marked is not self._marked:
            self._marked = marked
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(MARKER_WIDTH, 26)

    @Slot()
    def _offer(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for missing in MARKERS:
            menu.addAction(literal(language.words(MISSING_WORDS[missing]))).setData(str(missing))
        menu.addSeparator()
        menu.addAction(self.tr("Empty the field")).setData("")
        menu.triggered.connect(self._take)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    @Slot(object)
    def _take(self, action: object) -> None:
        data = getattr(action, "data", None)
        if callable(data):
            self.marked.emit(str(data() or ""))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        c = style.colours()
        painter.setPen(QPen(QColor(c.due if self._marked else c.line), 1))
        painter.setBrush(QColor(c.due_ground if self._marked else c.neutral_ground if self.underMouse() else c.ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), style.RADIUS, style.RADIUS)
        painter.setFont(style.font(style.HINT))
        painter.setPen(QColor(c.due if self._marked else c.secondary))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class Question(QWidget):
    """An item of a page, with its place."""

    edited = Signal(object)
    """The place whose field says that it was answered."""
    marked = Signal(object, str)
    """The place, and the marker that it is to get; an empty one empties it."""

    def __init__(self, definition: Definition, place: ItemPlace, ref: ItemRef, item: ItemDef, number: str) -> None:
        super().__init__()
        self.definition = definition
        self.place = place
        self.item = item
        self.ref = ref
        self.field: Field = field_for(definition, item, place)
        self.comment: CommentLine | None = None
        self._read_only = False
        self._message: Message | None = None
        self._follows: Message | None = None
        self._number = label(number or ref.number, tone=Tone.FAINT)
        self._question = label()
        self._note = label(kind="small", tone=Tone.FAINT) if item.note else None
        self._question.setBuddy(self.field)
        self._marker: MarkerButton | None = None
        self._build()
        self.field.edited.connect(self._edit)
        self.relabel()

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, PADDING, 0, PADDING + 1)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, NUMBER_WIDTH)
        grid.setColumnMinimumWidth(1, QUESTION_WIDTH)
        grid.setColumnStretch(2, 1)
        grid.setColumnMinimumWidth(3, MARKER_WIDTH + MARKER_GAP)
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, QUESTION_GAP, 0)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self._question)
        if self._note is not None:
            column.addWidget(self._note)
        column.addStretch(1)
        words.setFixedWidth(QUESTION_WIDTH)
        words.setMinimumHeight(style.FIELD)
        grid.addWidget(self._number, 0, 0)
        grid.addWidget(words, 0, 1)
        if isinstance(self.field, CardsField):
            # Cards stand beside each other and take the whole width.
            grid.addWidget(self.field, 1, 1, 1, 3)
        else:
            grid.addWidget(self.field, 0, 2)
        if self.field.below is not None:
            grid.addWidget(self.field.below, 1, 1, 1, 3)
        if self.field.under is not None:
            grid.addWidget(self.field.under, 1, 2, 1, 2)
        if self.item.derivation is None:
            self._marker = MarkerButton(f"marker.{self.place.item}")
            self._marker.marked.connect(self._mark)
            grid.addWidget(self._marker, 0, 3, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid = grid

    def relabel(self) -> None:
        """Say everything again in the language of this moment."""
        question = language.words(self.item.question)
        note = language.words(self.item.note)
        _say(self._question, question, style.TEXT)
        if self._note is not None:
            _say(self._note, note, style.SMALL)
        self.field.set_accessible_name(question)
        self.field.setAccessibleDescription(note)
        self.field.relabel()
        if self._marker is not None:
            self._marker.relabel()
        if self.comment is not None:
            self.comment.relabel()

    def set_read_only(self, *, read_only: bool) -> None:
        """Let it be read and not changed."""
        self._read_only = read_only
        self.field.set_read_only(read_only=read_only)
        if self._marker is not None:
            self._marker.setVisible(not read_only)

    def refresh(self, wizard: FormWizard, *, show_missing: bool) -> None:
        """Show what the wizard says about this place now."""
        asked = wizard.is_asked(self.place)
        if asked == self.isHidden():
            self.setVisible(asked)
        if not asked:
            return
        if self.item.narrowed_by is not None:
            source = wizard.value(ItemPlace(self.place.group, self.place.row, self.item.narrowed_by))
            self.field.show_codes(wizard.codes(self.place), source)
        self.field.show_value(wizard.value(self.place))
        self.field.show_flag(wizard.flag(self.place))
        if self._marker is not None:
            self._marker.show_marked(marked=self.field.is_marked)
        self._refresh_message(wizard, show_missing=show_missing)
        self._refresh_follows(wizard)

    def _refresh_message(self, wizard: FormWizard, *, show_missing: bool) -> None:
        problems = wizard.problems_at(self.place)
        stops = wizard.stops(self.place)
        soft = any(problem.code is Code.COMMENT_NEEDED for problem in problems)
        texts = [language.words(problem.message) for problem in problems]
        if texts and (other := self._other_words(wizard)):
            texts.append(other)
        tone = Tone.WRONG if stops else Tone.DUE
        if not texts and show_missing and wizard.is_missing(self.place):
            texts = [language.words(problem.message) for problem in wizard.incomplete(self.place)]
            texts = texts or [QCoreApplication.translate("Question", "Needed before the form is complete.")]
            tone = Tone.DUE
        self.field.show_problem(tone if texts else None)
        if texts and self._message is None:
            self._message = Message()
            self._grid.addWidget(self._message, 2, 2, 1, 2)
        if self._message is not None:
            self._message.say(tone, language.sentences(*dict.fromkeys(texts)))
        if soft and self.comment is None:
            self.comment = CommentLine(self.place)
            self.comment.line.setReadOnly(self._read_only)
            self._grid.addWidget(self.comment, 3, 2, 1, 2)
        if self.comment is not None:
            self.comment.setVisible(soft)
            self.comment.show_text(wizard.comment_at(self.place))

    def _other_words(self, wizard: FormWizard) -> str:
        """What other entries say where they say something else; else nothing."""
        suggestion, value = wizard.suggestion(self.place), wizard.value(self.place)
        if suggestion is None or value is None or value.value == suggestion.value:
            return ""
        words = value_words(self.definition, self.item, suggestion)
        return self.tr("Other entries say: {value}").format(value=words)

    def _refresh_follows(self, wizard: FormWizard) -> None:
        """What follows from other entries: green where it agrees, amber where it does not and no check says so."""
        suggestion = wizard.suggestion(self.place)
        other = self._other_words(wizard)
        if suggestion is None or (other and wizard.problems_at(self.place)):
            if self._follows is not None:
                self._follows.clear()
            return
        if self._follows is None:
            self._follows = Message()
            self._grid.addWidget(self._follows, 4, 2, 1, 2)
        words = value_words(self.definition, self.item, suggestion)
        if other:
            self._follows.say(Tone.DUE, other)
        elif wizard.value(self.place) is None:
            self._follows.say(Tone.QUERY, self.tr("Follows from other entries: {value}").format(value=words))
        else:
            self._follows.say(Tone.DONE, self.tr("Agrees with other entries: {value}").format(value=words))

    @Slot()
    def _edit(self) -> None:
        self.edited.emit(self.place)

    @Slot(str)
    def _mark(self, missing: str) -> None:
        self.marked.emit(self.place, missing)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(style.colours().line))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


def _say(shown: QLabel, text: str, size: int) -> None:
    """Set a text; only one that needs several lines is laid out as such, which costs a page many times as much."""
    wide = QFontMetrics(style.font(size)).horizontalAdvance(text)
    shown.setWordWrap(wide > QUESTION_WIDTH - QUESTION_GAP)
    shown.setText(literal(text))
