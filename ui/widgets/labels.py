"""Texts on a screen: by kind and tone, with or without an icon."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from ui.look import icons, style
from ui.look.style import Tone


def label(
    text: str = "",
    *,
    kind: str = "",
    tone: Tone = Tone.INK,
    wrap: bool = False,
    parent: QWidget | None = None,
) -> QLabel:
    """A text. `kind` is one of the style sheet's: title, section, small, number, key."""
    made = QLabel(text, parent)
    # Never guessed from the text: a subject's label could look like markup.
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if kind:
        made.setProperty("kind", kind)
    if tone is not Tone.INK:
        made.setProperty("tone", tone.value)
    return made


def literal(text: str) -> str:
    """A text for a label with a buddy, a menu or a tab, where a single & would vanish as the mark of a mnemonic."""
    return text.replace("&", "&&")


def set_tone(shown: QLabel, tone: Tone) -> None:
    """Give a text another tone."""
    if shown.property("tone") != tone.value:
        style.set_kind(shown, tone=tone.value)


def key(text: str) -> QLabel:
    """The name of a key, drawn as one."""
    made = label(text, kind="key")
    made.setFixedHeight(18)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return made


def line(*, vertical: bool = False) -> QFrame:
    """A hair line."""
    made = QFrame()
    made.setProperty("kind", "line")
    if vertical:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


class IconView(QWidget):
    """An icon that follows the theme."""

    def __init__(
        self,
        name: str,
        tone: Tone = Tone.INK,
        size: int = style.ICON,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._tone = tone
        self._size = size
        self.setFixedSize(size, size)

    def show_icon(self, name: str, tone: Tone) -> None:
        """Show another icon."""
        self._name, self._tone = name, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        icons.paint(painter, self._name, self.rect().toRectF(), self._tone)


class ElidedLabel(QLabel):
    """A text of one line that gives way where there is no room, and then tells the whole in its tool tip."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._whole = text
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self._fit()

    @property
    def whole(self) -> str:
        """The text without elision."""
        return self._whole

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._whole) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(min(60, metrics.horizontalAdvance(self._whole) + 2), metrics.height())

    def resizeEvent(self, event: QEvent) -> None:
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(self.width(), 0))
        super().setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class KeyLine(QWidget):
    """Keys and what they do, in a row: `Space as planned · 0 not given`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)

    def show_keys(self, pairs: tuple[tuple[str, str], ...]) -> None:
        """Show (key, what it does)."""
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for name, act in pairs:
            self._row.addWidget(key(name))
            self._row.addWidget(label(act, kind="small", tone=Tone.SECONDARY))
        self._row.addStretch(1)
