"""Tabs: a few parts of one screen, one of them chosen."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from ui.look import style
from ui.widgets.drawing import draw_text

PADDING = 14
COUNT_GAP = 7


class Segment(QAbstractButton):
    """One part."""

    def __init__(self, value: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.value = value
        self.count = ""
        self.setObjectName(f"segment_{value}")
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(style.BUTTON)

    def say(self, text: str, count: str) -> None:
        """Name it."""
        self.count = count
        self.setText(text)
        self.setAccessibleName(f"{text} {count}".strip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.text()) + 2 * PADDING
        if self.count:
            width += COUNT_GAP + metrics.horizontalAdvance(self.count)
        return QSize(width, style.BUTTON)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = style.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        focus = self.hasFocus()
        box = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(c.focus if focus else c.line), 2 if focus else 1))
        painter.setBrush(QColor(c.accent_ground if chosen else c.face))
        painter.drawRoundedRect(box, style.RADIUS, style.RADIUS)
        painter.setPen(QColor(c.accent if chosen else c.ink))
        whole = QRectF(self.rect())
        draw_text(painter, whole, self.text(), PADDING)
        if self.count:
            painter.setPen(QColor(c.secondary))
            left = PADDING + self.fontMetrics().horizontalAdvance(self.text()) + COUNT_GAP
            draw_text(painter, whole, self.count, left)


class Segments(QWidget):
    """The parts; arrows go from one to the other."""

    chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._segments: list[Segment] = []

    def show_segments(self, parts: tuple[tuple[str, str, str], ...]) -> None:
        """Offer (value, text, count); the first is chosen at the beginning."""
        for value, text, count in parts:
            found = next((each for each in self._segments if each.value == value), None)
            if found is None:
                found = Segment(value, self)
                found.clicked.connect(self._choose)
                self._row.addWidget(found)
                self._segments.append(found)
            found.say(text, count)
        if self._segments and not any(each.isChecked() for each in self._segments):
            self._segments[0].setChecked(True)

    @property
    def values(self) -> tuple[str, ...]:
        """Everything that is offered."""
        return tuple(each.value for each in self._segments)

    @property
    def current(self) -> str:
        """The chosen value."""
        return next((each.value for each in self._segments if each.isChecked()), "")

    @property
    def current_text(self) -> str:
        """The words of the chosen part."""
        return next((each.text() for each in self._segments if each.isChecked()), "")

    def choose(self, value: str) -> None:
        """Choose a part."""
        for each in self._segments:
            if each.value == value:
                each.setChecked(True)
                self.chosen.emit(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        if step is None or not self._segments:
            super().keyPressEvent(event)
            return
        values = [each.value for each in self._segments]
        number = (values.index(self.current) + step) % len(values)
        self._segments[number].setFocus()
        self.choose(values[number])

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(self.current)
