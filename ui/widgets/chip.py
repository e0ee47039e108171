"""A chip: an icon and a few words on a ground of their tone."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.look import icons, style
from ui.look.style import Tone
from ui.widgets.drawing import draw_text

HEIGHT = 24
PADDING = 8
ICON_GAP = 6


def chip_width(metrics_width: int, *, with_icon: bool) -> int:
    """How wide a chip is whose text has this width."""
    return metrics_width + 2 * PADDING + (style.ICON + ICON_GAP if with_icon else 0)


def paint_chip(painter: QPainter, rect: QRectF, text: str, icon: str, tone: Tone) -> None:
    """Draw a chip that fills the rectangle; also in the cells of a table."""
    c = style.colours()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(c.ground_of(tone)))
    painter.drawRoundedRect(rect, style.RADIUS, style.RADIUS)
    x = rect.left() + PADDING
    if icon:
        side = style.ICON
        icons.paint(painter, icon, QRectF(x, rect.center().y() - side / 2, side, side), tone)
        x += side + ICON_GAP
    painter.setPen(QColor(c.ink_of(tone)))
    draw_text(painter, rect, text, x)


class Chip(QWidget):
    """Says a state in an icon and a text."""

    def __init__(self, text: str = "", tone: Tone = Tone.SECONDARY, icon: str = "") -> None:
        super().__init__()
        self._text, self._tone, self._icon = text, tone, icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    def say(self, text: str, tone: Tone, icon: str = "") -> None:
        """Say something else."""
        self._text, self._tone, self._icon = text, tone, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._text)
        return QSize(chip_width(width, with_icon=bool(self._icon)), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, self.rect().toRectF(), self._text, self._icon, self._tone)
