"""Key hints as running text: `1 – 9 choose · Enter next`."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.look import style
from ui.widgets.drawing import draw_text

LINE = 22
KEY_HEIGHT = 18
KEY_PADDING = 5
GAP = 4
DASH = "–"


class KeyText(QWidget):
    """Keys in a column that is too narrow for one line."""

    def __init__(self) -> None:
        super().__init__()
        self._pairs: tuple[tuple[tuple[str, ...], str], ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_keys(self, pairs: tuple[tuple[tuple[str, ...], str], ...]) -> None:
        """Show (keys, what they do)."""
        self._pairs = pairs
        self.setAccessibleName("; ".join(f"{' '.join(keys)} {act}" for keys, act in pairs))
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._flow(None, width)

    def sizeHint(self) -> QSize:
        return QSize(style.EVIDENCE - 40, self.heightForWidth(style.EVIDENCE - 40))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._flow(painter, self.width())

    def _flow(self, painter: QPainter | None, width: int) -> int:
        """Lay out, and draw where there is a painter; returns the height."""
        key_metrics = QFontMetrics(style.font(style.HINT))
        text_metrics = QFontMetrics(style.font(style.SMALL))
        x, y = 0, 0
        for number, (keys, act) in enumerate(self._pairs):
            tail = " ·" if number < len(self._pairs) - 1 else ""
            pieces = [
                (key, key_metrics.horizontalAdvance(key) + (0 if key == DASH else 2 * KEY_PADDING)) for key in keys
            ]
            act_width = text_metrics.horizontalAdvance(act + tail)
            whole = sum(wide + GAP for _, wide in pieces) + act_width
            if x and x + whole > width:
                x, y = 0, y + LINE
            for key, wide in pieces:
                if painter is not None:
                    self._key(painter, QRectF(x, y, wide, LINE), key)
                x += wide + GAP
            if painter is not None:
                painter.setFont(style.font(style.SMALL))
                painter.setPen(QColor(style.colours().secondary))
                draw_text(painter, QRectF(x, y, act_width, LINE), act + tail, x)
            x += act_width + GAP
        return y + LINE

    @staticmethod
    def _key(painter: QPainter, room: QRectF, key: str) -> None:
        c = style.colours()
        painter.setFont(style.font(style.HINT))
        if key != DASH:
            painter.setPen(QPen(QColor(c.line), 1))
            painter.setBrush(QColor(c.face))
            frame = QRectF(
                room.left() + 0.5, room.top() + (room.height() - KEY_HEIGHT) / 2, room.width() - 1, KEY_HEIGHT
            )
            painter.drawRoundedRect(frame, 3, 3)
        painter.setPen(QColor(c.secondary))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), key)
