"""A choice shown as cards with their descriptions: the grades of a term."""

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.form.fields.segments import keys_of
from ui.look import style
from ui.widgets.drawing import draw_text

GAP = 8
PADDING = 10
MIN_WIDTH = 120
PLAIN_HEIGHT = 40


class Cards(QWidget):
    """Choose one of a few cards."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.read_only = False
        self._options: tuple[tuple[str, str, str], ...] = ()
        self._keys: dict[str, str] = {}
        self._code = ""
        self._hovered = -1
        self._wrong = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def code(self) -> str:
        """What is chosen; empty where nothing is."""
        return self._code

    def show_options(self, options: tuple[tuple[str, str, str], ...]) -> None:
        """Offer (code, label, details)."""
        if options != self._options:
            self._options = options
            self._keys = keys_of([code for code, _, _ in options])
            self.updateGeometry()
            self.update()

    def choose(self, code: str) -> None:
        """Show what is chosen; nobody is told."""
        if code != self._code:
            self._code = code
            self._describe()
            self.update()

    def show_wrong(self, *, wrong: bool) -> None:
        """Draw the frames as wrong."""
        self._wrong = wrong
        self.update()

    # Size

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        rows = self._rows(width)
        return sum(height for _, height in rows) + GAP * max(len(rows) - 1, 0)

    def sizeHint(self) -> QSize:
        width = (MIN_WIDTH + GAP) * max(len(self._options), 1)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(MIN_WIDTH, PLAIN_HEIGHT)

    def _in_row(self, width: int) -> int:
        metrics = QFontMetrics(style.font(bold=True))
        labels = [metrics.horizontalAdvance(label) + 2 * PADDING + 4 for _, label, _ in self._options]
        least = max([MIN_WIDTH, *labels])
        fit = max(1, (width + GAP) // (least + GAP))
        return max(1, min(fit, len(self._options)))

    def _rows(self, width: int) -> list[tuple[int, int]]:
        """(index of the first card, height) of each row of cards."""
        if not self._options:
            return []
        count = self._in_row(width)
        wide = (width - GAP * (count - 1)) // count
        rows: list[tuple[int, int]] = []
        for first in range(0, len(self._options), count):
            heights = [self._height(option, wide) for option in self._options[first : first + count]]
            rows.append((first, max(heights)))
        return rows

    def _height(self, option: tuple[str, str, str], width: int) -> int:
        _, _, details = option
        if not details:
            return PLAIN_HEIGHT
        metrics = QFontMetrics(style.font(style.SMALL))
        box = metrics.boundingRect(
            QRect(0, 0, max(20, width - 2 * PADDING), 2000), int(Qt.TextFlag.TextWordWrap), details
        )
        return 34 + box.height() + PADDING

    def _rects(self) -> list[QRect]:
        if not self._options:
            return []
        width = self.width()
        count = self._in_row(width)
        wide = (width - GAP * (count - 1)) // count
        rects: list[QRect] = []
        top = 0
        for first, height in self._rows(width):
            columns = range(min(count, len(self._options) - first))
            rects += [QRect(column * (wide + GAP), top, wide, height) for column in columns]
            top += height + GAP
        return rects

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not plain or not self._options or self.read_only:
            event.ignore()
            return
        by_key = next((code for code, key in self._keys.items() if key == event.text()), None)
        pressed = event.key()
        if by_key is not None:
            self._set(by_key)
        elif pressed in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self._move(1)
        elif pressed in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self._move(-1)
        elif pressed in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self._set("")
        else:
            event.ignore()

    def _move(self, step: int) -> None:
        order = [code for code, _, _ in self._options]
        if self._code not in order:
            self._set(order[0 if step > 0 else -1])
            return
        position = order.index(self._code) + step
        if 0 <= position < len(order):
            self._set(order[position])

    def _set(self, code: str) -> None:
        if code != self._code:
            self._code = code
            self._describe()
            self.update()
            self.chosen.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position().toPoint())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton and not self.read_only:
            self._set(self._options[index][0])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = -1 if self.read_only else self._at(event.position().toPoint())
        if index != self._hovered:
            self._hovered = index
            self.setCursor(Qt.CursorShape.PointingHandCursor if index >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.update()

    def _at(self, point: QPoint) -> int:
        return next((n for n, rect in enumerate(self._rects()) if rect.contains(point)), -1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def _describe(self) -> None:
        told = next((f"{label} {details}" for code, label, details in self._options if code == self._code), "")
        self.setAccessibleDescription(told.strip())

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rects = self._rects()
        order = [code for code, _, _ in self._options]
        here = order.index(self._code) if self._code in order else 0
        for index, (rect, option) in enumerate(zip(rects, self._options, strict=True)):
            self._paint_card(
                painter, rect, option, focused=self.hasFocus() and index == here, hovered=index == self._hovered
            )

    def _paint_card(
        self, painter: QPainter, rect: QRect, option: tuple[str, str, str], *, focused: bool, hovered: bool
    ) -> None:
        c = style.colours()
        code, label, details = option
        chosen = code == self._code
        frame = QRectF(rect).adjusted(1, 1, -1, -1)
        edge = c.focus if focused else c.accent if chosen else c.wrong if self._wrong else c.line
        painter.setPen(QPen(QColor(edge), 2 if chosen or focused else 1))
        painter.setBrush(QColor(c.accent_ground if chosen else c.hover if hovered else c.face))
        painter.drawRoundedRect(frame, style.RADIUS, style.RADIUS)
        left = rect.left() + PADDING
        line = QRectF(left, rect.top() + 6, rect.width() - 2 * PADDING, 26 if details else rect.height() - 12)
        key = self._keys.get(code, "")
        if key and key not in label:
            painter.setFont(style.font(style.HINT))
            painter.setPen(QColor(c.faint))
            draw_text(painter, line, key, left)
            left += self.fontMetrics().horizontalAdvance("0") + 8
        painter.setFont(style.font(bold=True))
        painter.setPen(QColor(c.ink))
        draw_text(painter, line, label, left)
        if details:
            painter.setFont(style.font(style.SMALL))
            painter.setPen(QColor(c.secondary if not chosen else c.ink))
            room = QRect(rect.left() + PADDING, rect.top() + 32, rect.width() - 2 * PADDING, rect.height() - 34)
            painter.drawText(room, int(Qt.TextFlag.TextWordWrap), details)
