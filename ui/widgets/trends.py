"""Plot of a subject's laboratory values over dosing days."""

import datetime

import msgspec
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.casebook import DosingSpan, TrendPoint
from ui.look import language, style

STRIP = 74
TITLE = 20
LEFT = 34
RIGHT = 10
FOOT = 18


class Strip(msgspec.Struct, frozen=True):
    """One item's course; its name carries the unit."""

    name: str
    points: tuple[TrendPoint, ...]


class TrendPlot(QWidget):
    """One strip an item, each with a scale of its own, all over the same days."""

    def __init__(self) -> None:
        super().__init__()
        self._strips: tuple[Strip, ...] = ()
        self._spans: tuple[DosingSpan, ...] = ()
        self._dosing = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_course(self, strips: tuple[Strip, ...], spans: tuple[DosingSpan, ...], dosing: str) -> None:
        """Show it; `dosing` says what the shaded days are."""
        self._strips = tuple(strip for strip in strips if strip.points)
        self._spans, self._dosing = spans, dosing
        said = [f"{s.name}: {', '.join(f'{p.value:g}' for p in s.points)}" for s in self._strips]
        self.setAccessibleName("; ".join(said))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, len(self._strips) * STRIP + FOOT + (20 if self._spans else 0))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._strips:
            return
        c = style.colours()
        painter = QPainter(self)
        painter.setFont(style.font(style.HINT))
        dates = [point.date for strip in self._strips for point in strip.points]
        dates += [day for span in self._spans for day in (span.first, span.last)]
        first, last = min(dates), max(dates)
        across = max((last - first).days, 1)
        width = self.width() - LEFT - RIGHT

        def x(day: datetime.date) -> float:
            return LEFT + width * (day - first).days / across

        for number, strip in enumerate(self._strips):
            area = QRectF(LEFT, number * STRIP + TITLE, width, STRIP - TITLE - 8)
            for span in self._spans:
                left = x(span.first)
                ground = QRectF(left, area.top(), max(x(span.last) - left, 2), area.height())
                painter.fillRect(ground, QColor(c.accent_ground))
            self._paint_strip(painter, strip, area, [x(point.date) for point in strip.points])
        foot = len(self._strips) * STRIP
        painter.setPen(QColor(c.faint))
        ends = QRectF(LEFT, foot - 4, width + RIGHT, FOOT)
        painter.drawText(ends, Qt.AlignmentFlag.AlignLeft, language.short_date(first))
        if last > first:
            painter.drawText(ends.adjusted(0, 0, -RIGHT, 0), Qt.AlignmentFlag.AlignRight, language.short_date(last))
        if self._spans:
            mark = QRectF(LEFT, foot + FOOT + 2, 10, 10)
            painter.fillRect(mark, QColor(c.accent_ground))
            painter.setPen(QColor(c.secondary))
            painter.drawText(QPointF(LEFT + 16, foot + FOOT + 11), self._dosing)

    def _paint_strip(self, painter: QPainter, strip: Strip, area: QRectF, places: list[float]) -> None:
        c = style.colours()
        top = max(point.value for point in strip.points) or 1.0
        painter.setPen(QPen(QColor(c.line), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(QColor(c.secondary))
        metrics = QFontMetrics(painter.font())
        painter.drawText(QPointF(LEFT, area.top() - 7), strip.name)
        newest = f"{strip.points[-1].value:g}"
        painter.setPen(QColor(c.ink))
        right = area.right() - metrics.horizontalAdvance(newest)
        painter.drawText(QPointF(right, area.top() - 7), newest)
        painter.setPen(QColor(c.faint))
        scale = QRectF(0, area.top() - 6, LEFT - 6, 14)
        painter.drawText(scale, Qt.AlignmentFlag.AlignRight, f"{top:g}")
        painter.drawText(scale.translated(0, area.height()), Qt.AlignmentFlag.AlignRight, "0")
        spots = [
            QPointF(place, area.bottom() - area.height() * point.value / top)
            for place, point in zip(places, strip.points, strict=True)
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(c.accent), 1.6))
        painter.drawPolyline(QPolygonF(spots))
        painter.setBrush(QColor(c.accent))
        for spot in spots:
            painter.drawEllipse(spot, 1.8, 1.8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
