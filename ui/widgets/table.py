"""The table widget of all screens.

A line carries whatever it stands for (`key`); activating it, by a click or by Enter, gives that back.
A table chooses whole lines, or single cells where it is a matrix.
"""

import enum
from collections.abc import Callable
from typing import Any, Final

import msgspec
from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from ui.look import icons, style
from ui.look.style import Tone
from ui.widgets.chip import chip_width, paint_chip
from ui.widgets.drawing import draw_text

CELL_ROLE: Final = int(Qt.ItemDataRole.UserRole)
PADDING: Final = 10
ICON_GAP: Final = 6
HEADER_HEIGHT: Final = 32
CHIP_HEIGHT: Final = 24
TWO_LINES: Final = 46
"""Height of the lines of a table whose cells have a second line."""

Index = QModelIndex | QPersistentModelIndex


class Align(enum.Enum):
    """Where a cell's content stands."""

    LEFT = Qt.AlignmentFlag.AlignLeft
    RIGHT = Qt.AlignmentFlag.AlignRight
    CENTRE = Qt.AlignmentFlag.AlignHCenter


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column. `width` 0: as wide as its content; `stretch` shares out the room that is left."""

    title: str = ""
    width: int = 0
    stretch: int = 0
    align: Align = Align.LEFT


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What one cell shows."""

    text: str = ""
    icon: str = ""
    icon_tone: Tone | None = None
    """None: the tone of the text."""
    tone: Tone = Tone.INK
    bold: bool = False
    small: bool = False
    chip: bool = False
    below: str = ""
    """A second, smaller line; the table needs higher lines for it (`TWO_LINES`)."""
    tip: str = ""
    """Said on hovering, and to a screen reader, where the text alone does not say it."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line: what it stands for, and its cells."""

    key: Any
    cells: tuple[Cell, ...]


class LinesModel(QAbstractTableModel):
    """Frozen lines, as Qt wants them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.columns: tuple[Column, ...] = ()
        self.lines: tuple[Line, ...] = ()

    def show_lines(self, columns: tuple[Column, ...], lines: tuple[Line, ...]) -> None:
        """Replace everything."""
        self.beginResetModel()
        self.columns, self.lines = columns, lines
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.columns)

    def cell(self, index: Index) -> Cell:
        """The cell at an index."""
        cells = self.lines[index.row()].cells
        return cells[index.column()] if index.column() < len(cells) else Cell()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        cell = self.cell(index)
        if role == CELL_ROLE:
            return cell
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return " ".join(part for part in (cell.text, cell.below, cell.tip) if part)
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and section < len(self.columns):
            column = self.columns[section]
            if role == Qt.ItemDataRole.DisplayRole:
                return column.title
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return int(column.align.value | Qt.AlignmentFlag.AlignVCenter)
        return None


class _CellDelegate(QStyledItemDelegate):
    """Draws a cell: ground, icon, text or chip, and the line under it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        table = self.parent()
        if not isinstance(table, Table):
            return
        c = style.colours()
        cell = table.lines_model.cell(index)
        painter.save()
        rect = QRect(option.rect)
        current = table.currentIndex()
        here = index.row() == current.row()
        if not table.by_cell:
            if here and (table.keeps_choice or table.hasFocus()):
                painter.fillRect(rect, QColor(c.accent_ground))
            elif index.row() == table.hovered_row:
                painter.fillRect(rect, QColor(c.hover))
        painter.setPen(QColor(c.row_line))
        if table.lines_between and (index.row() < len(table.lines_model.lines) - 1 or table.line_after_last):
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        column = table.lines_model.columns[index.column()]
        _paint_cell(painter, rect, cell, column.align)
        if table.by_cell and here and index.column() == current.column() and table.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(c.focus), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        table = self.parent()
        cell = table.lines_model.cell(index) if isinstance(table, Table) else Cell()
        return QSize(cell_width(cell), style.ROW)

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """Tell what a cell means, or the whole of a text that found no room."""
        if event.type() != QEvent.Type.ToolTip or not index.isValid():
            return False
        cell = index.data(CELL_ROLE)
        cut = cell_width(cell) > option.rect.width()
        whole = (cell.text, cell.below) if cut else ()
        text = "\n".join(part for part in (*whole, cell.tip) if part)
        QToolTip.showText(event.globalPos(), text, view)
        return True


def _font_of(cell: Cell) -> tuple[int, bool]:
    return (style.SMALL if cell.small else style.TEXT), cell.bold


def cell_width(cell: Cell) -> int:
    """The width in which a cell shows all that it has to show."""
    size, bold = _font_of(cell)
    metrics = QFontMetrics(style.font(size, bold=bold))
    text = metrics.horizontalAdvance(cell.text) + 1 if cell.text else 0
    if cell.below:
        text = max(text, QFontMetrics(style.font(style.SMALL)).horizontalAdvance(cell.below) + 1)
    if cell.chip:
        return chip_width(text, with_icon=bool(cell.icon)) + 2 * PADDING
    icon = (style.ICON + (ICON_GAP if cell.text else 0)) if cell.icon else 0
    return text + icon + 2 * PADDING


def _paint_cell(painter: QPainter, rect: QRect, cell: Cell, align: Align) -> None:
    size, bold = _font_of(cell)
    font = style.font(size, bold=bold)
    painter.setFont(font)
    metrics = QFontMetrics(font)
    inner = rect.adjusted(PADDING, 0, -PADDING, 0)
    if cell.chip and cell.text:
        around = chip_width(0, with_icon=bool(cell.icon))
        text_room = min(metrics.horizontalAdvance(cell.text) + 1, inner.width() - around)
        shown = metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, text_room)
        width = around + text_room
        left = inner.right() - width + 1 if align is Align.RIGHT else inner.left()
        top = rect.top() + (rect.height() - CHIP_HEIGHT) / 2
        paint_chip(painter, QRectF(left, top, width, CHIP_HEIGHT), shown, cell.icon, cell.tone)
        return
    icon_room = (style.ICON + (ICON_GAP if cell.text else 0)) if cell.icon else 0
    shown = metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, max(0, inner.width() - icon_room))
    width = metrics.horizontalAdvance(shown) + icon_room
    left = {
        Align.LEFT: inner.left(),
        Align.RIGHT: inner.right() - width + 1,
        Align.CENTRE: rect.left() + (rect.width() - width) // 2,
    }[align]
    if cell.icon:
        side = style.ICON
        top = rect.top() + (rect.height() - side) / 2
        icons.paint(painter, cell.icon, QRectF(left, top, side, side), cell.icon_tone or cell.tone)
        left += icon_room
    painter.setPen(QColor(style.colours().ink_of(cell.tone)))
    if not cell.below:
        draw_text(painter, QRectF(rect), shown, left)
        return
    half = rect.height() / 2
    draw_text(painter, QRectF(rect).adjusted(0, 4, 0, -half + 2), shown, left)
    painter.setFont(style.font(style.SMALL))
    painter.setPen(QColor(style.colours().secondary))
    below = painter.fontMetrics().elidedText(cell.below, Qt.TextElideMode.ElideRight, max(0, inner.width() - icon_room))
    draw_text(painter, QRectF(rect).adjusted(0, half - 2, 0, -4), below, left)


class _Titles(QTableView):
    """The first column of a matrix, over the matrix itself: it stays while the others scroll under it."""

    def __init__(self, table: "Table", name: str) -> None:
        super().__init__(table)
        self.setObjectName(f"{name}_titles")
        self.setProperty("kind", "titles")
        self.setModel(table.lines_model)
        self.setItemDelegate(_CellDelegate(table))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        for policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setFixedHeight(HEADER_HEIGHT)
        self.horizontalHeader().setMinimumSectionSize(20)
        self.hide()

    def place_over(self, table: "Table") -> None:
        """Stand over the first column, where the matrix is wider than its place."""
        columns = len(table.lines_model.columns)
        wide = sum(table.columnWidth(number) for number in range(columns)) > table.viewport().width()
        width = table.columnWidth(0) if columns else 0
        shown = wide and 0 < width < table.viewport().width() / 2
        self.setVisible(shown)
        if not shown:
            return
        self.setAccessibleName(table.accessibleName())
        row = table.verticalHeader().defaultSectionSize()
        self.verticalHeader().setMinimumSectionSize(row)
        self.verticalHeader().setDefaultSectionSize(row)
        self.horizontalHeader().setVisible(not table.horizontalHeader().isHidden())
        for number in range(columns):
            self.setColumnHidden(number, number > 0)
        self.setColumnWidth(0, width)
        self.setGeometry(0, 0, width, table.viewport().geometry().bottom() + 1)
        self.verticalScrollBar().setValue(table.verticalScrollBar().value())
        self.raise_()


class Table(QTableView):
    """A table of lines: as high as they are, and where there is less room it scrolls.

    One with `fit` never scrolls by itself: it stands in a page that does.
    """

    chosen = Signal(object)
    """The key of the line where the person now is."""
    opened = Signal(object)
    """The key of a line that was clicked, or where Enter was pressed."""
    cell_opened = Signal(object, int)
    """The same of a single cell: the line's key and the column; only of a table by cells."""

    def __init__(self, name: str, *, fit: bool = False, by_cell: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.fit = fit
        self.by_cell = by_cell
        self.keeps_choice = False
        """Show the chosen line also while the focus is elsewhere, as a list beside its details does."""
        self.lines_between = True
        self.line_after_last = False
        self.hovered_row = -1
        self._titles: _Titles | None = None
        self.can_open: Callable[[Any], bool] | None = None
        """Which lines can be opened; all, when nobody says."""
        self.lines_model = LinesModel(self)
        self.setModel(self.lines_model)
        self.setItemDelegate(_CellDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(
            QAbstractItemView.SelectionBehavior.SelectItems
            if by_cell
            else QAbstractItemView.SelectionBehavior.SelectRows
        )
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(style.ROW)
        self.verticalHeader().setMinimumSectionSize(style.ROW)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)
        header.setFixedHeight(HEADER_HEIGHT)
        self.setMouseTracking(True)
        if by_cell:
            self._titles = _Titles(self, name)
        if fit:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        vertical = QSizePolicy.Policy.Fixed if fit else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        self.clicked.connect(self._click)
        self.selectionModel().currentChanged.connect(self._move)

    def show_lines(self, columns: tuple[Column, ...], lines: tuple[Line, ...]) -> None:
        """Show lines; the person stays on the line of the same key where it is still there."""
        key, column = self.current_key, self.currentIndex().column()
        self.hovered_row = -1
        self.lines_model.show_lines(columns, lines)
        self.horizontalHeader().setVisible(any(column.title for column in columns))
        self._share_width()
        self.updateGeometry()
        if key is not None:
            self.choose(key, max(column, 0))

    def set_row_height(self, height: int) -> None:
        """Give the lines another height than a table's usual one."""
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self.lines_model.lines

    @property
    def current_key(self) -> object:
        """The key of the line where the person is; None where there is none."""
        row = self.currentIndex().row()
        return self.lines[row].key if 0 <= row < len(self.lines) else None

    def choose(self, key: object, column: int = 0) -> bool:
        """Go to the line of this key; False where there is none."""
        for row, line in enumerate(self.lines):
            if line.key == key:
                self.setCurrentIndex(self.lines_model.index(row, column))
                return True
        return False

    def choose_first(self) -> None:
        """Go to the first line, unless the person is on one."""
        if self.lines and not self.currentIndex().isValid():
            self.setCurrentIndex(self.lines_model.index(0, 0))

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """Bring a cell in sight: beside the titles, not under them."""
        super().scrollTo(index, hint)
        if self._titles is not None and not self._titles.isHidden() and index.column() > 0:
            hidden = self._titles.width() - self.visualRect(index).left()
            if hidden > 0:
                bar = self.horizontalScrollBar()
                bar.setValue(bar.value() - hidden)

    def sizeHint(self) -> QSize:
        return QSize(200, self._whole_height())

    def minimumSizeHint(self) -> QSize:
        least = self._whole_height()
        return QSize(80, least if self.fit else min(least, 4 * style.ROW))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self._open(self.currentIndex())
                return
            event.ignore()
            return
        super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()).row())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        self.choose_first()
        self.viewport().update()

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def _whole_height(self) -> int:
        header = HEADER_HEIGHT if any(c.title for c in self.lines_model.columns) else 0
        wide = sum(self.columnWidth(number) for number in range(len(self.lines_model.columns)))
        scrolls = (
            self.horizontalScrollBar().sizeHint().height() if self.by_cell and wide > self.viewport().width() else 0
        )
        return header + self.verticalHeader().defaultSectionSize() * len(self.lines) + 1 + scrolls

    def _hover(self, row: int) -> None:
        if row != self.hovered_row:
            self.hovered_row = row
            openable = row >= 0 and self._opens(self.lines[row].key)
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if openable else Qt.CursorShape.ArrowCursor)
            self.viewport().update()

    def _opens(self, key: object) -> bool:
        return self.can_open is None or self.can_open(key)

    @Slot(QModelIndex)
    def _click(self, index: QModelIndex) -> None:
        self._open(index)

    def _open(self, index: QModelIndex) -> None:
        key = self.lines[index.row()].key
        if not self._opens(key):
            return
        if self.by_cell:
            self.cell_opened.emit(key, index.column())
        else:
            self.opened.emit(key)

    @Slot(QModelIndex, QModelIndex)
    def _move(self, index: QModelIndex, _before: QModelIndex) -> None:
        self.viewport().update()
        if index.isValid():
            self.chosen.emit(self.lines[index.row()].key)

    def _share_width(self) -> None:
        """Give each column its width; what is left goes to those that stretch."""
        columns = self.lines_model.columns
        if not columns:
            return
        natural = [column.width or self._content_width(n) for n, column in enumerate(columns)]
        left = self.viewport().width() - sum(natural)
        shares = sum(column.stretch for column in columns)
        for number, column in enumerate(columns):
            extra = left * column.stretch // shares if shares else 0
            # A column that stretches also gives way, down to a readable rest; a matrix scrolls instead.
            least = natural[number] if self.by_cell else min(natural[number], 80)
            self.setColumnWidth(number, max(natural[number] + extra, least))
        if self._titles is not None:
            self.updateGeometry()
            self._titles.place_over(self)

    def _content_width(self, number: int) -> int:
        """The widest content among the first lines: looking at thousands would take longer than it helps."""
        header = QFontMetrics(style.font(style.SMALL)).horizontalAdvance(self.lines_model.columns[number].title)
        cells = (line.cells[number] for line in self.lines[:200] if number < len(line.cells))
        return max([header + 2 * PADDING, *map(cell_width, cells)])
