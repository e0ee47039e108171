"""A choice shown as a row or column of buttons, one key each.

Drawn as one widget: a page of sixty questions has hundreds of choices.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.look import icons, style
from ui.look.style import Tone
from ui.widgets.drawing import draw_text

PADDING = 10
KEY_GAP = 8
COMPACT_PADDING = 6
COMPACT_KEY_GAP = 4
LIST_ROW = 30
BOX = 16
MAX_KEYS = 9
MAX_COLUMNS = 2
ALWAYS_FITS = 240
"""Width that a field has in the narrowest window."""


def keys_of(codes: Sequence[str]) -> dict[str, str]:
    """The key of each code: the code itself where every code is one digit (a grade), else its place, counted from 1."""
    if codes and all(len(code) == 1 and code.isdecimal() and code.isascii() for code in codes):
        return {code: code for code in codes}
    return {code: str(number) for number, code in enumerate(codes[:MAX_KEYS], 1)}


class Segments(QWidget):
    """Choose one of a few, or several of them."""

    chosen = Signal()
    """The person chose; `codes` says what is chosen now."""

    def __init__(self, *, multiple: bool = False, compact: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.multiple = multiple
        self._padding, self._key_gap = (COMPACT_PADDING, COMPACT_KEY_GAP) if compact else (PADDING, KEY_GAP)
        self.read_only = False
        self._options: tuple[tuple[str, str], ...] = ()
        self._keys: dict[str, str] = {}
        self._chosen: tuple[str, ...] = ()
        self._here = 0
        """The option on which the keys are, of several that may be chosen."""
        self._hovered = -1
        self._wrong = False
        self._widths: list[int] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    # What it holds

    def show_options(self, options: tuple[tuple[str, str], ...]) -> None:
        """Offer (code, label)."""
        if options == self._options:
            return
        self._options = options
        self._keys = keys_of([code for code, _ in options])
        self._here = min(self._here, max(len(options) - 1, 0))
        metrics = QFontMetrics(style.font(bold=True))
        key_room = QFontMetrics(style.font(style.HINT)).horizontalAdvance("0") + self._key_gap if self._keys else 0
        box = BOX + self._key_gap if self.multiple else 0
        self._widths = [2 * self._padding + key_room + box + metrics.horizontalAdvance(label) for _, label in options]
        policy = self.sizePolicy()
        policy.setHeightForWidth(self.hasHeightForWidth())
        self.setSizePolicy(policy)
        self._describe()
        self.updateGeometry()
        self.update()

    @property
    def codes(self) -> tuple[str, ...]:
        """What is chosen, in the order in which it is offered."""
        return self._chosen

    def choose(self, codes: tuple[str, ...]) -> None:
        """Show what is chosen; nobody is told."""
        order = [code for code, _ in self._options]
        chosen = tuple(sorted(codes, key=lambda code: order.index(code) if code in order else len(order)))
        if chosen != self._chosen:
            self._chosen = chosen
            self._describe()
            self.update()

    def show_wrong(self, *, wrong: bool) -> None:
        """Draw the frame as wrong."""
        if wrong is not self._wrong:
            self._wrong = wrong
            self.update()

    # Size

    @property
    def natural_width(self) -> int:
        """The width in which everything stands in one line."""
        return sum(self._widths) + 1

    def _is_list(self, width: int) -> bool:
        return self.multiple or width < self.natural_width

    def hasHeightForWidth(self) -> bool:
        """What always finds room in one line has one height, which is much less work to lay out."""
        return self.multiple or self.natural_width > ALWAYS_FITS

    def heightForWidth(self, width: int) -> int:
        if self._is_list(width):
            return sum(self._row_heights(width)) + 2
        return style.FIELD

    def sizeHint(self) -> QSize:
        width = self.natural_width if not self.multiple else max(self._widths, default=0) + 2
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.natural_width, 150), style.FIELD)

    def _text_left(self) -> int:
        key_room = QFontMetrics(style.font(style.HINT)).horizontalAdvance("0") + self._key_gap if self._keys else 0
        return self._padding + key_room + (BOX + self._key_gap if self.multiple else 0)

    def _columns(self, width: int) -> int:
        """How many stand beside each other in a list: as many as leave every label at most two lines."""
        most = max(1, min(MAX_COLUMNS, len(self._options)))
        two_lines = QFontMetrics(style.font(bold=True)).lineSpacing() * 2
        return next(
            (columns for columns in range(most, 1, -1) if max(self._label_heights(width // columns)) <= two_lines), 1
        )

    def _label_heights(self, width: int) -> list[int]:
        metrics = QFontMetrics(style.font(bold=True))
        room = max(60, width - self._text_left() - self._padding - 2)
        flags = int(Qt.TextFlag.TextWordWrap)
        return [metrics.boundingRect(QRect(0, 0, room, 1000), flags, label).height() for _, label in self._options]

    def _row_heights(self, width: int) -> list[int]:
        """Heights of the rows of a list, where a long label goes on in a second line."""
        columns = self._columns(width)
        heights = [max(LIST_ROW, height + 10) for height in self._label_heights(width // columns)]
        return [max(heights[first : first + columns]) for first in range(0, len(heights), columns)]

    def _rects(self) -> list[QRect]:
        width = self.width()
        rects: list[QRect] = []
        above = max(0, (self.height() - self.heightForWidth(width)) // 2)
        if self._is_list(width):
            columns = self._columns(width)
            wide = min(width // columns, max(self._widths, default=0) + 2)
            top = above + 1
            for row, height in enumerate(self._row_heights(width)):
                count = min(columns, len(self._options) - row * columns)
                rects += [QRect(column * wide, top, wide, height) for column in range(count)]
                top += height
            return rects
        left = 0
        for wide in self._widths:
            rects.append(QRect(left, above, wide, style.FIELD))
            left += wide
        return rects

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        pressed = event.key()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not plain or not self._options or self.read_only:
            event.ignore()
            return
        by_key = next((code for code, key in self._keys.items() if key == event.text()), None)
        if by_key is not None:
            self._take(by_key)
        elif pressed in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self._move(1)
        elif pressed in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self._move(-1)
        elif pressed in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            if self._chosen:
                self._set(())
        elif pressed == Qt.Key.Key_Space and self.multiple:
            self._take(self._options[self._here][0])
        else:
            event.ignore()

    def _move(self, step: int) -> None:
        order = [code for code, _ in self._options]
        if self.multiple:
            self._here = max(0, min(self._here + step, len(order) - 1))
            self.update()
            return
        if not self._chosen or self._chosen[0] not in order:
            self._take(order[0 if step > 0 else -1])
            return
        position = order.index(self._chosen[0]) + step
        if 0 <= position < len(order):
            self._take(order[position])

    def _take(self, code: str) -> None:
        order = [known for known, _ in self._options]
        self._here = order.index(code)
        if not self.multiple:
            self._set((code,))
            return
        kept = set(self._chosen) ^ {code}
        self._set(tuple(known for known in order if known in kept))

    def _set(self, codes: tuple[str, ...]) -> None:
        changed = codes != self._chosen
        self._chosen = codes
        self._describe()
        self.update()
        if changed:
            self.chosen.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position().toPoint())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton and not self.read_only:
            self._take(self._options[index][0])

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
        labels = dict(self._options)
        self.setAccessibleDescription(", ".join(labels.get(code, code) for code in self._chosen))

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._options:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        c = style.colours()
        rects = self._rects()
        right, bottom = max(rect.right() for rect in rects), rects[-1].bottom()
        whole = QRectF(rects[0].topLeft(), QPoint(right + 1, bottom + 1)).adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(whole, style.RADIUS, style.RADIUS)
        painter.fillPath(shape, QColor(c.wrong_ground if self._wrong else c.face))
        painter.save()
        painter.setClipPath(shape)
        for index, (rect, (code, label)) in enumerate(zip(rects, self._options, strict=True)):
            self._paint_option(painter, index, rect, code, label)
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.hasFocus():
            painter.setPen(QPen(QColor(c.focus), 2))
            painter.drawRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), style.RADIUS, style.RADIUS)
        else:
            painter.setPen(QPen(QColor(c.wrong if self._wrong else c.field_line), 1))
            painter.drawRoundedRect(whole, style.RADIUS, style.RADIUS)

    def _paint_option(self, painter: QPainter, index: int, rect: QRect, code: str, label: str) -> None:
        c = style.colours()
        chosen = code in self._chosen
        filled = chosen and not self.multiple
        if filled:
            painter.fillRect(rect, QColor(c.accent))
        elif index == self._hovered or (self.multiple and self.hasFocus() and index == self._here):
            painter.fillRect(rect, QColor(c.hover if index == self._hovered else c.accent_ground))
        painter.setPen(QPen(QColor(c.line), 1))
        if index and self._is_list(self.width()):
            painter.drawLine(rect.topLeft(), rect.topRight())
        if rect.left() > 0:
            painter.drawLine(rect.topLeft(), rect.bottomLeft())
        left = rect.left() + self._padding
        key = self._keys.get(code)
        if self._keys:
            painter.setFont(style.font(style.HINT))
            painter.setPen(QColor(c.on_accent_hint if filled else c.faint))
            draw_text(painter, QRectF(rect), key or "", left)
            left += painter.fontMetrics().horizontalAdvance("0") + self._key_gap
        if self.multiple:
            box = QRectF(left + 0.5, rect.center().y() - BOX / 2 + 1, BOX - 1, BOX - 1)
            painter.setPen(QPen(QColor(c.accent if chosen else c.field_line), 1))
            painter.setBrush(QColor(c.accent if chosen else c.face))
            painter.drawRoundedRect(box, 3, 3)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if chosen:
                icons.paint(painter, "check", box.adjusted(1, 1, -1, -1), Tone.ON_ACCENT)
            left += BOX + self._key_gap
        painter.setFont(style.font(bold=chosen))
        painter.setPen(QColor(c.on_accent if filled else c.faint if self.read_only else c.ink))
        if rect.height() > style.FIELD:
            room = QRect(left, rect.top(), rect.right() - left - self._padding + 2, rect.height())
            painter.drawText(room, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter), label)
        else:
            draw_text(painter, QRectF(rect), label, left)
