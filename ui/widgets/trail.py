"""A breadcrumb trail that elides its middle."""

from collections.abc import Iterator

import msgspec
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.look import icons, style
from ui.look.style import Tone
from ui.widgets.drawing import draw_text

HEIGHT = 26
SIGN = 14
PADDING = 9
SIGN_GAP = 5
BETWEEN = 18
"""Room of the arrow between two stations."""


class Station(msgspec.Struct, frozen=True):
    """One station of the way."""

    text: str
    icon: str = "check"
    tip: str = ""
    """Said on hovering."""


class _Part(msgspec.Struct, frozen=True):
    """A station as it is drawn; or the gap, which stands for those left out."""

    station: Station
    left: float
    width: float
    is_here: bool = False
    is_gap: bool = False


class Trail(QWidget):
    """The stations from left to right; the last one is where one is."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._stations: tuple[Station, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)

    def show_stations(self, stations: tuple[Station, ...]) -> None:
        """Show them."""
        self._stations = stations
        self.setAccessibleName(" → ".join(station.text for station in stations))
        self.update()

    @property
    def shown(self) -> tuple[str, ...]:
        """The texts that find room, as they are drawn."""
        return tuple(part.station.text for part in self._parts())

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def _widths(self) -> list[float]:
        plain, bold = QFontMetrics(style.font(style.SMALL)), QFontMetrics(style.font(style.SMALL, bold=True))
        widths = [SIGN + SIGN_GAP + plain.horizontalAdvance(station.text) + 1.0 for station in self._stations[:-1]]
        return [*widths, 2 * PADDING + bold.horizontalAdvance(self._stations[-1].text) + 1.0]

    def _parts(self) -> Iterator[_Part]:
        """What there is room for: all, or the first and the last ones, and between them how many are left out."""
        if not self._stations:
            return
        widths, last = self._widths(), len(self._stations) - 1
        shown = list(range(last + 1))
        if sum(widths) + BETWEEN * last > self.width():
            gap = QFontMetrics(style.font(style.SMALL)).horizontalAdvance(f"⋯ {last}") + BETWEEN
            room = self.width() - widths[0] - widths[last] - gap - BETWEEN
            first_shown = last
            while first_shown > 1 and room >= widths[first_shown - 1] + BETWEEN:
                first_shown -= 1
                room -= widths[first_shown] + BETWEEN
            shown = [0, *range(first_shown, last + 1)] if last else [0]
        left, before = 0.0, -1
        for number in shown:
            if number > before + 1:
                missing = self._stations[before + 1 : number]
                station = Station(f"⋯ {len(missing)}", "", "\n".join(each.text for each in missing))
                width = float(QFontMetrics(style.font(style.SMALL)).horizontalAdvance(station.text))
                yield _Part(station, left, width, is_gap=True)
                left += width + BETWEEN
            is_here = number == last
            width = min(widths[number], self.width() - left) if is_here else widths[number]
            yield _Part(self._stations[number], left, width, is_here=is_here)
            left += widths[number] + BETWEEN
            before = number

    def paintEvent(self, event: QPaintEvent) -> None:
        c = style.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for part in self._parts():
            rect = QRectF(part.left, 0, part.width, HEIGHT)
            if part.left:
                self._paint_arrow(painter, part.left - BETWEEN / 2)
            if part.is_here:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(c.accent_ground))
                painter.drawRoundedRect(rect, style.RADIUS, style.RADIUS)
                painter.setFont(style.font(style.SMALL, bold=True))
                painter.setPen(QColor(c.accent))
                room = int(part.width - 2 * PADDING) + 1
                text = painter.fontMetrics().elidedText(part.station.text, Qt.TextElideMode.ElideRight, room)
                draw_text(painter, rect, text, part.left + PADDING)
                continue
            painter.setFont(style.font(style.SMALL))
            painter.setPen(QColor(c.faint if part.is_gap else c.secondary))
            text_left = part.left
            if not part.is_gap:
                sign = QRectF(part.left, (HEIGHT - SIGN) / 2, SIGN, SIGN)
                icons.paint(painter, part.station.icon, sign, Tone.DONE if part.station.icon == "check" else Tone.QUERY)
                text_left += SIGN + SIGN_GAP
            draw_text(painter, rect, part.station.text, text_left)

    @staticmethod
    def _paint_arrow(painter: QPainter, middle: float) -> None:
        painter.setPen(QPen(QColor(style.colours().faint), 1.2))
        top, half = HEIGHT / 2, 3.5
        painter.drawLine(QRectF(middle - 2, top - half, 0, 0).topLeft(), QRectF(middle + 2, top, 0, 0).topLeft())
        painter.drawLine(QRectF(middle + 2, top, 0, 0).topLeft(), QRectF(middle - 2, top + half, 0, 0).topLeft())

    def event(self, event: QEvent) -> bool:
        """Tell on hovering what led on from a station, and what the gap leaves out."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = event.pos().x()
            tips = [p.station.tip or p.station.text for p in self._parts() if p.left <= at <= p.left + p.width]
            QToolTip.showText(event.globalPos(), tips[0] if tips else "", self)
            return True
        return super().event(event)
