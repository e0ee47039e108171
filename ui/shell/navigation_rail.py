"""The navigation rail, with counts."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout, QWidget

from ui.look import icons, style
from ui.look.style import Tone
from ui.screens.base import Where
from ui.widgets.drawing import draw_text

ITEM = 36
ICON_LEFT = 17
TEXT_LEFT = 43
COUNT_HEIGHT = 16

UPPER = (Where.TODAY, Where.SUBJECTS, Where.DISCREPANCIES, Where.SYNC, Where.EXPORT)
LOWER = (Where.STUDY, Where.ADMINISTRATION)


class RailItem(QAbstractButton):
    """One place to go to."""

    def __init__(self, where: Where, parent: QWidget) -> None:
        super().__init__(parent)
        self.where = where
        self.count = 0
        self.folded = False
        self.setObjectName(f"rail_{where.value}")
        self.setCheckable(True)
        self.setFixedHeight(ITEM)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def say(self, text: str) -> None:
        """Name it."""
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(text if self.folded else "")

    def show_count(self, count: int) -> None:
        """Show how many things wait there; none is not shown."""
        self.count = count
        self.setAccessibleDescription(str(count) if count else "")
        self.update()

    def fold(self, *, folded: bool) -> None:
        """Show the icon alone."""
        self.folded = folded
        self.setToolTip(self.text() if folded else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(style.RAIL_FOLDED if self.folded else style.RAIL, ITEM)

    def natural_width(self) -> int:
        """The width in which it shows everything."""
        text = QFontMetrics(style.font(bold=True)).horizontalAdvance(self.text())
        count = self._count_width() + 10 if self.count else 0
        return TEXT_LEFT + text + count + 14

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = style.colours()
        here = self.isChecked()
        painter = QPainter(self)
        if here or self.underMouse():
            painter.fillRect(self.rect(), QColor(c.rail_here))
        if here:
            painter.fillRect(0, 0, 3, self.height(), QColor(c.rail_bar))
        tone = Tone.RAIL_HERE if here else Tone.RAIL
        top = (self.height() - style.ICON) / 2
        left = (self.width() - style.ICON) / 2 if self.folded else ICON_LEFT
        icons.paint(painter, self.where.value, QRectF(left, top, style.ICON, style.ICON), tone)
        if not self.folded:
            painter.setFont(style.font(bold=here))
            painter.setPen(QColor(c.ink_of(tone)))
            draw_text(painter, self.rect().toRectF(), self.text(), TEXT_LEFT)
        if self.count:
            self._paint_count(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(c.rail_bar), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _count_font(self) -> QFont:
        return style.font(style.HINT)

    def _count_width(self) -> int:
        text = QFontMetrics(self._count_font()).horizontalAdvance(str(self.count))
        return max(text + 12, COUNT_HEIGHT + 4)

    def _paint_count(self, painter: QPainter) -> None:
        c = style.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self._count_width()
        if self.folded:
            rect = QRectF(self.width() - width - 3, 2, width, COUNT_HEIGHT)
        else:
            top = (self.height() - COUNT_HEIGHT) / 2
            rect = QRectF(self.width() - 14 - width, top, width, COUNT_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.rail_count))
        painter.drawRoundedRect(rect, COUNT_HEIGHT / 2, COUNT_HEIGHT / 2)
        painter.setPen(QColor(c.rail_here_ink))
        painter.setFont(self._count_font())
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(self.count))


class Rail(QFrame):
    """The rail."""

    went = Signal(object)
    """The `Where` that was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "rail")
        self.setObjectName("rail")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 10)
        column.setSpacing(2)
        self.items: dict[Where, RailItem] = {}
        for where in (*UPPER, *LOWER):
            if where is LOWER[0]:
                column.addStretch(1)
            item = RailItem(where, self)
            item.clicked.connect(self._go)
            column.addWidget(item)
            self.items[where] = item
        self.folded = False
        self.fold(folded=False)
        self.retranslate()

    def fold(self, *, folded: bool) -> None:
        """Leave only the icons, or show the names again."""
        self.folded = folded
        self.setFixedWidth(style.RAIL_FOLDED if folded else style.RAIL)
        for item in self.items.values():
            item.fold(folded=folded)

    def show_here(self, where: Where) -> None:
        """Mark where one is."""
        for item in self.items.values():
            item.setChecked(item.where is where)

    def retranslate(self) -> None:
        """Name the places."""
        names = {
            Where.TODAY: self.tr("Today"),
            Where.SUBJECTS: self.tr("Subjects"),
            Where.DISCREPANCIES: self.tr("Discrepancies"),
            Where.SYNC: self.tr("Sync"),
            Where.EXPORT: self.tr("Export"),
            Where.STUDY: self.tr("Study"),
            Where.ADMINISTRATION: self.tr("Administration"),
        }
        for where, name in names.items():
            self.items[where].say(name)
        self.setAccessibleName(self.tr("Navigation"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    @Slot()
    def _go(self) -> None:
        item = self.sender()
        if isinstance(item, RailItem):
            item.setChecked(True)
            self.went.emit(item.where)
