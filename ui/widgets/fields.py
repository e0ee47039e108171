"""Labelled fields outside the forms: text, passphrase, choice."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from ui.look import icons, style
from ui.look.style import Tone
from ui.widgets.drawing import draw_text
from ui.widgets.labels import label, literal
from ui.widgets.message import Message


def bind(shown: QLabel, field: QWidget, name: str) -> None:
    """Make a label the label of a field: its buddy, its accessible name, and the name that tests know."""
    shown.setBuddy(field)
    field.setObjectName(name)
    field.setAccessibleName(shown.text())


class Labelled(QWidget):
    """A field under its label, with room for a sentence of help and for what is wrong."""

    def __init__(self, field: QWidget, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        self.label = label(tone=Tone.SECONDARY)
        self.help = label(kind="small", tone=Tone.FAINT, wrap=True)
        self.help.hide()
        self.message = Message()
        bind(self.label, field, name)
        column.addWidget(self.label)
        column.addWidget(field)
        column.addWidget(self.help)
        column.addWidget(self.message)

    def say(self, text: str, help_text: str = "") -> None:
        """Name the field."""
        self.label.setText(literal(text))
        self.field.setAccessibleName(text)
        self.field.setAccessibleDescription(help_text)
        self.help.setText(help_text)
        self.help.setVisible(bool(help_text))

    def show_wrong(self, sentence: str) -> None:
        """Say what is wrong; nothing, when it is right again."""
        self.message.say(Tone.WRONG, sentence)
        style.set_kind(self.field, wrong="true" if sentence else "false")


class Choice(QComboBox):
    """A choice among a few, each with the value that it stands for."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        side = style.ICON
        rect = QRectF(self.width() - side - 7, (self.height() - side) / 2, side, side)
        icons.paint(painter, "down", rect, Tone.SECONDARY)

    def show_choices(self, choices: tuple[tuple[object, str], ...]) -> None:
        """Offer (value, words); the chosen value stays chosen where it is still offered."""
        chosen = self.currentData()
        self.blockSignals(True)
        self.clear()
        for value, text in choices:
            self.addItem(text, value)
        index = next((i for i, (value, _) in enumerate(choices) if value == chosen), 0)
        self.setCurrentIndex(index if choices else -1)
        self.blockSignals(False)
        if choices and self.currentData() != chosen:
            self.currentIndexChanged.emit(self.currentIndex())

    def choose(self, value: object) -> None:
        """Choose a value that is offered."""
        for index in range(self.count()):
            if self.itemData(index) == value:
                self.setCurrentIndex(index)
                return


class TextLine(QLineEdit):
    """A line of text; Enter says that it is done."""

    done = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.returnPressed.connect(self.done)


class Passphrase(TextLine):
    """A passphrase: never shown, and emptied by whoever takes it."""

    caps_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.caps = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Notice Caps Lock: a capital without Shift, or a small letter with it."""
        letter = event.text()
        if event.key() == Qt.Key.Key_CapsLock:
            self._set_caps(caps=not self.caps)
        elif len(letter) == 1 and letter.isascii() and letter.isalpha():
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._set_caps(caps=letter.isupper() is not shifted)
        super().keyPressEvent(event)

    def take(self) -> str:
        """What was typed; the field is empty then."""
        typed = self.text()
        self.clear()
        return typed

    def _set_caps(self, *, caps: bool) -> None:
        if caps is not self.caps:
            self.caps = caps
            self.caps_changed.emit(caps)


class Check(QCheckBox):
    """A box to tick, with its words beside it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        c = style.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = style.ICON
        box = QRectF(0.5, (self.height() - side) / 2 + 0.5, side - 1, side - 1)
        edge = c.focus if self.hasFocus() else c.accent if self.isChecked() else c.field_line
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(c.accent if self.isChecked() else c.face))
        painter.drawRoundedRect(box, 3, 3)
        if self.isChecked():
            icons.paint(painter, "check", box.adjusted(1, 1, -1, -1), Tone.ON_ACCENT)
        painter.setPen(QColor(c.ink if self.isEnabled() else c.faint))
        draw_text(painter, self.rect().toRectF(), self.text(), side + 8)

    def sizeHint(self) -> QSize:
        return QSize(style.ICON + 10 + self.fontMetrics().horizontalAdvance(self.text()), 26)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)
