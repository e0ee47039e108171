"""Drawing one line of text so that it stands level with its neighbours."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter


def draw_text(painter: QPainter, rect: QRectF, text: str, left: float | None = None) -> None:
    """Draw a line of text, centred in the height of `rect`, starting at `left`.

    Qt centres the box of the glyphs, and that of Chinese is higher: cells beside each other would
    stand on different base lines. Here the base line follows from the font alone.
    """
    metrics = painter.fontMetrics()
    base = rect.center().y() + (metrics.ascent() - metrics.descent()) / 2
    painter.drawText(QPointF(rect.left() if left is None else left, round(base)), text)
