"""Inline messages."""

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desktop.errors import CancelledError, SitebookError
from ui.look import language, style
from ui.look.style import Tone
from ui.widgets.labels import IconView, label

ICONS = {
    Tone.DONE: "check",
    Tone.DUE: "warning",
    Tone.WRONG: "error",
    Tone.QUERY: "info",
    Tone.SECOND: "state-twice",
}


class Message(QWidget):
    """An icon and a sentence on the ground of its tone; not there while it has nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = Tone.QUERY
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(7)
        self._icon = IconView("info", Tone.QUERY)
        self._text = label(kind="small", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._text, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._error: SitebookError | None = None
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty when it is not there."""
        return "" if self.isHidden() else self._text.text()

    @property
    def tone(self) -> Tone:
        """Its tone."""
        return self._tone

    def say(self, tone: Tone, text: str, icon: str = "") -> None:
        """Say a sentence; an empty one takes the message away."""
        self._error = None
        self._say(tone, text, icon)

    def say_error(self, error: Exception) -> None:
        """Say what an error of the engine says; of a cancelled work nobody needs to be told."""
        if isinstance(error, CancelledError):
            self.clear()
        elif isinstance(error, SitebookError):
            self._error = error
            self._say(Tone.WRONG, language.sentence(error))
        else:
            self.say(
                Tone.WRONG,
                self.tr(
                    "Something went wrong inside Sitebook. Nothing that was recorded is lost."
                    " Tell the people who support it what you did."
                ),
            )

    def clear(self) -> None:
        """Say nothing."""
        self._error = None
        self._text.clear()
        self.hide()

    def _say(self, tone: Tone, text: str, icon: str = "") -> None:
        self._tone = tone
        self._text.setText(text)
        style.set_kind(self._text, tone=tone.value)
        self._icon.show_icon(icon or ICONS.get(tone, "info"), tone)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self._error is not None:
            self._say(Tone.WRONG, language.sentence(self._error))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(style.colours().ground_of(self._tone)))
        painter.drawRoundedRect(QRectF(self.rect()), style.RADIUS, style.RADIUS)
