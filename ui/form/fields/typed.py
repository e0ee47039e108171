"""Typed fields: text, number with unit, date and time."""

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from desktop.study.clinical_data import ItemPlace, ItemValue
from desktop.study.definition.metadata import DataType, Definition, ItemDef
from desktop.study.rules.laboratory import Flag
from desktop.study.values.item_values import tidy
from desktop.study.values.typed_input import tidy_date, tidy_time
from ui.form.fields.base import Field
from ui.form.fields.flag import FlagView
from ui.look import language, style
from ui.look.style import Tone
from ui.widgets.fields import Choice
from ui.widgets.labels import label

NUMBER_WIDTH = 88
DATE_WIDTH = 118
TIME_WIDTH = 88
LINE_WIDTH = 300
WORKED_WIDTH = 230
SHORT_WIDTH = 160
SHORT_TEXT = 24
MAX_LINE_LENGTH = 200
"""Characters up to which a text is asked in one line."""
TEXT_LINES = 2


class _Composing:
    """Knows whether an input method is in the middle of a word: then every key is its own."""

    composing = False

    def note(self, event: QInputMethodEvent) -> None:
        """Look at what the input method says."""
        self.composing = bool(event.preeditString())

    def keeps(self, event: QEvent) -> bool:
        """Whether a key is the input method's, and none of ours: neither shortcut nor Enter."""
        kinds = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        if self.composing and event.type() in kinds:
            event.accept()
            return True
        return False


class Line(QLineEdit):
    """One line of text that leaves the keys to an input method while it composes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composing = _Composing()

    @property
    def is_composing(self) -> bool:
        """Whether an input method is in the middle of a word."""
        return self._composing.composing

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing.note(event)
        super().inputMethodEvent(event)

    def event(self, event: QEvent) -> bool:
        return self._composing.keeps(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down are for whoever holds the line: a line has none."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
            return
        super().keyPressEvent(event)


class Lines(QPlainTextEdit):
    """Several lines of text. Enter goes on, as everywhere; Ctrl+Enter begins a new line; Tab leaves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composing = _Composing()
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(LINE_WIDTH, self.fontMetrics().lineSpacing() * TEXT_LINES + 14)

    def minimumSizeHint(self) -> QSize:
        return QSize(SHORT_WIDTH, self.sizeHint().height())

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing.note(event)
        super().inputMethodEvent(event)

    def event(self, event: QEvent) -> bool:
        return self._composing.keeps(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.insertPlainText("\n")
            else:
                event.ignore()
            return
        super().keyPressEvent(event)


class TextField(Field):
    """A text: one line, or several where the item allows a long one."""

    def __init__(self, definition: Definition, item: ItemDef, place: ItemPlace) -> None:
        super().__init__(definition, item, place)
        self._edit: Line | Lines
        if item.length is not None and item.length <= MAX_LINE_LENGTH:
            self._edit = Line()
            width = SHORT_WIDTH if item.length <= SHORT_TEXT else LINE_WIDTH
            self._edit.setMinimumWidth(min(width, SHORT_WIDTH))
            self._edit.setMaximumWidth(width)
            self._edit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._hold(self._edit, stretch=1)
        else:
            self._edit = Lines()
            self._hold(self._edit, stretch=1)

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self._edit.setReadOnly(read_only)

    def _value(self) -> ItemValue | None:
        text = self._edit.text() if isinstance(self._edit, Line) else self._edit.toPlainText()
        text = tidy(self.item, text)
        return ItemValue(value=text) if text else None

    def _show(self, value: ItemValue | None) -> None:
        text = value.value if value else ""
        if isinstance(self._edit, Line):
            if self._edit.text() != text:
                self._edit.setText(text)
        elif self._edit.toPlainText() != text:
            self._edit.setPlainText(text)
            self._edit.moveCursor(QTextCursor.MoveOperation.End)


class NumberField(Field):
    """A number, its unit beside it; a choice of units where there are several."""

    def __init__(self, definition: Definition, item: ItemDef, place: ItemPlace) -> None:
        super().__init__(definition, item, place)
        self._units = definition.unit_names(item)
        self._unit = self._units[0] if self._units else ""
        inner = QWidget()
        row = QHBoxLayout(inner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._line = Line()
        self._line.setFixedWidth(NUMBER_WIDTH)
        row.addWidget(self._line)
        self._choice: Choice | None = None
        self._symbol = label(tone=Tone.SECONDARY)
        if len(self._units) > 1:
            self._choice = Choice()
            self._choice.setObjectName(f"unit.{place.item}")
            self._choice.currentIndexChanged.connect(self._choose_unit)
            row.addWidget(self._choice)
        else:
            row.addWidget(self._symbol)
        inner.setFocusProxy(self._line)
        self._flag: FlagView | None = None
        if item.oid in definition.measured_items:
            self._flag = FlagView(definition, item, row if self._choice is None else None)
            self.under = self._flag.under
        self._hold(inner)
        self.relabel()

    def show_flag(self, flag: Flag | None) -> None:
        if self._flag is None:
            return
        if flag is None:
            self._flag.clear()
        self._line.setAccessibleDescription("" if flag is None else self._flag.show_flag(flag, self._unit))

    def relabel(self) -> None:
        super().relabel()
        self._symbol.setText(self.definition.unit_symbol(self._unit, language.present()) if self._unit else "")
        if self._choice is not None:
            choice = self._choice
            choice.show_choices(
                tuple((unit, self.definition.unit_symbol(unit, language.present())) for unit in self._units)
            )

    def set_accessible_name(self, name: str) -> None:
        super().set_accessible_name(name)
        self._line.setAccessibleName(name)
        if self._choice is not None:
            self._choice.setAccessibleName(language.joined(name, self.tr("unit")))

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self._line.setReadOnly(read_only)
        if self._choice is not None:
            self._choice.setEnabled(not read_only)

    def _show_problem(self, *, wrong: bool) -> None:
        style.set_kind(self._line, wrong="true" if wrong else "false")

    def _choose_unit(self, _: int) -> None:
        if self._choice is not None:
            self._unit = str(self._choice.currentData())
            if self._line.text().strip():
                self.edited.emit()

    def _value(self) -> ItemValue | None:
        text = tidy(self.item, self._line.text())
        return ItemValue(value=text, unit=self._unit) if text else None

    def _show(self, value: ItemValue | None) -> None:
        text = value.value if value else ""
        if self._line.text() != text:
            self._line.setText(text)
        if value is None:
            return
        # A value that was given without its only unit stays so: entering it again is no change.
        self._unit = value.unit
        if self._choice is not None and value.unit in self._units:
            self._choice.blockSignals(True)
            self._choice.choose(value.unit)
            self._choice.blockSignals(False)


class DateField(Field):
    """A date, a partial date or a time of day, typed in any common order."""

    def __init__(self, definition: Definition, item: ItemDef, place: ItemPlace) -> None:
        super().__init__(definition, item, place)
        self._line = Line()
        self._line.setFixedWidth(TIME_WIDTH if item.data_type is DataType.TIME else DATE_WIDTH)
        self._hold(self._line)
        self.relabel()

    def relabel(self) -> None:
        super().relabel()
        self._line.setPlaceholderText(time_hint() if self.item.data_type is DataType.TIME else date_hint())

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self._line.setReadOnly(read_only)

    def _value(self) -> ItemValue | None:
        text = tidy(self.item, self._line.text())
        return ItemValue(value=text) if text else None

    def _show(self, value: ItemValue | None) -> None:
        text = value.value if value else ""
        if self._line.text() != text:
            self._line.setText(text)


class DatetimeField(Field):
    """A date and a time of day beside each other, kept as one value."""

    def __init__(self, definition: Definition, item: ItemDef, place: ItemPlace) -> None:
        super().__init__(definition, item, place)
        inner = QWidget()
        row = QHBoxLayout(inner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._date, self._time = Line(), Line()
        self._date.setFixedWidth(DATE_WIDTH)
        self._time.setFixedWidth(TIME_WIDTH)
        row.addWidget(self._date)
        row.addWidget(self._time)
        inner.setFocusProxy(self._date)
        self._hold(inner)
        self.relabel()

    def relabel(self) -> None:
        super().relabel()
        self._date.setPlaceholderText(date_hint())
        self._time.setPlaceholderText(time_hint())

    def set_accessible_name(self, name: str) -> None:
        super().set_accessible_name(name)
        self._date.setAccessibleName(language.joined(name, self.tr("date")))
        self._time.setAccessibleName(language.joined(name, self.tr("time")))

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self._date.setReadOnly(read_only)
        self._time.setReadOnly(read_only)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes from the date to its time first."""
        on = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if on and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._date.hasFocus():
            self._time.setFocus(Qt.FocusReason.TabFocusReason)
            self._time.selectAll()
            return
        super().keyPressEvent(event)

    def _show_problem(self, *, wrong: bool) -> None:
        for line in (self._date, self._time):
            style.set_kind(line, wrong="true" if wrong else "false")

    def _value(self) -> ItemValue | None:
        # Each part by itself: a date that is right stays right beside a time that is not yet.
        date, time = tidy_date(self._date.text()), tidy_time(self._time.text())
        text = f"{date}T{time}" if date and time else date or time
        return ItemValue(value=text) if text else None

    def _show(self, value: ItemValue | None) -> None:
        text = value.value if value else ""
        date, _, time = text.partition("T")
        if not time and ":" in date:
            date, time = "", date
        if self._date.text() != date:
            self._date.setText(date)
        if self._time.text() != time:
            self._time.setText(time)


class WorkedField(Field):
    """A value that the program works out: it is read, not typed."""

    def __init__(self, definition: Definition, item: ItemDef, place: ItemPlace) -> None:
        super().__init__(definition, item, place)
        self._shown: ItemValue | None = None
        inner = QWidget()
        row = QHBoxLayout(inner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self._text = label()
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._mark_label = label(kind="small", tone=Tone.FAINT)
        row.addWidget(self._text)
        row.addWidget(self._mark_label)
        row.addStretch(1)
        self._hold(inner, stretch=1)
        self.setFocusProxy(None)  # pyright: ignore[reportArgumentType] - Qt takes a null for "no proxy"
        self.relabel()

    def relabel(self) -> None:
        super().relabel()
        from ui.look.vocabulary import value_words

        words = value_words(self.definition, self.item, self._shown)
        wraps = self._text.fontMetrics().horizontalAdvance(words) > WORKED_WIDTH
        self._text.setWordWrap(wraps)
        self._text.setMinimumWidth(WORKED_WIDTH if wraps else 0)
        self._text.setText(words)
        self._mark_label.setText(self.tr("worked out"))

    def take_focus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """It takes no keys."""

    def _show_problem(self, *, wrong: bool) -> None:
        style.set_kind(self._text, tone=(Tone.WRONG if wrong else Tone.INK).value)

    def _value(self) -> ItemValue | None:
        return self._shown

    def _show(self, value: ItemValue | None) -> None:
        if value != self._shown:
            self._shown = value
            self.relabel()


def date_hint() -> str:
    """What an empty date shows."""
    return QCoreApplication.translate("Field", "YYYY-MM-DD")


def time_hint() -> str:
    """What an empty time shows."""
    return QCoreApplication.translate("Field", "hh:mm")
