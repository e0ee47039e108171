"""Table view of a grid: lines by days, planned dose as a hint, one key for "as planned"."""

import datetime
from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from desktop.study.values.item_values import tidy
from desktop.wizard.grid import Cell, Sheet
from ui.form.fields.typed import Line
from ui.form.pages.grid_model import Index, SheetModel
from ui.look import language, style
from ui.look.style import Tone
from ui.widgets.drawing import draw_text
from ui.widgets.labels import label

MIN_LABEL: Final = 160
MAX_LABEL: Final = 260
MIN_COLUMN: Final = 48
MAX_COLUMN: Final = 84
HEADER_HEIGHT: Final = 40
PADDING: Final = 10
MAX_LINES_SHOWN: Final = 12
ZERO: Final = "0"


class _Delegate(QStyledItemDelegate):
    """Draws a cell and lends a line to type into."""

    def __init__(self, table: "SheetTable") -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        c = style.colours()
        model = self._table.sheet_model
        sheet = model.sheet
        rect = QRect(option.rect)
        painter.save()
        cell = model.cell(index)
        today = sheet.columns[index.column()] == self._table.today_column
        ink, ground, bold = c.ink, c.accent_ground if today else c.face, False
        text = str(model.data(index) or "")
        size = style.TEXT
        if cell is None:
            ink, size = c.secondary, style.SMALL
            ground = c.face
        else:
            planned = sheet.planned(cell)
            if planned is not None and not sheet.has_plan(cell):
                planned = None
            if sheet.is_filled(cell):
                if sheet.deviates(cell):
                    nothing = text in (ZERO, "0.0")
                    ink, ground = (c.wrong, c.wrong_ground) if nothing else (c.due, c.due_ground)
                    bold = True
                elif cell in self._table.wrong:
                    ink, ground = c.wrong, c.wrong_ground
            elif planned is not None:
                text, ink = planned.value, c.faint
            else:
                ground = c.ground
        painter.fillRect(rect, QColor(ground))
        painter.setPen(QColor(c.row_line))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setFont(style.font(size, bold=bold))
        painter.setPen(QColor(ink))
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width() - 6)
        draw_text(painter, QRectF(rect), shown, rect.left() + (rect.width() - metrics.horizontalAdvance(shown)) / 2)
        if cell is not None and sheet.needs_reason(cell):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.due))
            painter.drawEllipse(QRectF(rect.right() - 8, rect.top() + 4, 5, 5))
        if option.state & QStyle.StateFlag.State_Selected and self._table.shows_here:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(c.focus if self._table.hasFocus() else c.field_line), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        line = Line(parent)
        line.setObjectName("cell")
        line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        line.setAccessibleName(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
        line.setStyleSheet("padding: 0; border-radius: 0;")
        return line

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, Line) and not editor.text():
            cell = self._table.sheet_model.cell(index)
            value = None if cell is None else self._table.sheet_model.sheet.value(cell)
            editor.setText("" if value is None else value.value)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: object, index: Index) -> None:
        cell = self._table.sheet_model.cell(index)
        if isinstance(editor, Line) and cell is not None:
            self._table.give(cell, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Enter takes what was typed and goes on; the rest is Qt's."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and isinstance(editor, Line):
            if editor.is_composing:
                return False
            steps = {Qt.Key.Key_Return: 1, Qt.Key.Key_Enter: 1}
            step = steps.get(Qt.Key(event.key()))
            if step is not None:
                back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                aside = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)
                self._table.taken.emit(0 if aside else -1 if back else 1)
                return True
        return super().eventFilter(editor, event)


class _Days(QHeaderView):
    """The days with their dates; today's stands out."""

    def __init__(self, table: "SheetTable") -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self.setFixedHeight(HEADER_HEIGHT)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        c = style.colours()
        sheet = self._table.sheet_model.sheet
        column = sheet.columns[section]
        today = column == self._table.today_column
        painter.save()
        date = sheet.date(column)
        for text, top, height in (
            (f"{sheet.grid.column_label}{column}", 2 if date else 0, 19 if date else rect.height()),
            (_short(date), 20, 16),
        ):
            bold = today and height != 16
            painter.setFont(style.font(style.SMALL if height != 16 else style.HINT, bold=bold))
            painter.setPen(QColor(c.accent if today else c.secondary))
            left = rect.left() + (rect.width() - painter.fontMetrics().horizontalAdvance(text)) / 2
            draw_text(painter, QRectF(rect.left(), rect.top() + top, rect.width(), height), text, left)
        painter.setPen(QColor(c.line))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.restore()


class _Labels(QHeaderView):
    """What each line stands for; it stays where it is when the days scroll."""

    def __init__(self, table: "SheetTable") -> None:
        super().__init__(Qt.Orientation.Vertical, table)
        self._table = table
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(style.ROW)
        self.setDefaultSectionSize(style.ROW)

    def sizeHint(self) -> QSize:
        """As wide as the widest line, within limits."""
        model = self._table.sheet_model
        bold, small = QFontMetrics(style.font(bold=True)), QFontMetrics(style.font(style.SMALL))
        widths = [
            bold.horizontalAdvance(model.line_label(row)) + small.horizontalAdvance(model.line_unit(row))
            for row in range(model.rowCount())
        ]
        wide = max(widths, default=0) + 2 * PADDING + 8
        return QSize(max(MIN_LABEL, min(wide, MAX_LABEL)), style.ROW)

    def event(self, event: QEvent) -> bool:
        """The whole of what found no room."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self.logicalIndexAt(event.pos())
            model = self._table.sheet_model
            text = f"{model.line_label(row)} {model.line_unit(row)}" if row >= 0 else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        c = style.colours()
        model = self._table.sheet_model
        is_line = section < len(model.sheet.codes)
        painter.save()
        painter.fillRect(rect, QColor(c.face))
        painter.setPen(QColor(c.row_line))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        left = rect.left() + PADDING
        room = rect.width() - 2 * PADDING
        painter.setFont(style.font(style.TEXT if is_line else style.SMALL, bold=is_line))
        painter.setPen(QColor(c.ink if is_line else c.secondary))
        text = painter.fontMetrics().elidedText(model.line_label(section), Qt.TextElideMode.ElideRight, room)
        draw_text(painter, QRectF(rect), text, left)
        wide = painter.fontMetrics().horizontalAdvance(text) + 6
        painter.setFont(style.font(style.SMALL))
        painter.setPen(QColor(c.secondary))
        rest = painter.fontMetrics().elidedText(
            model.line_unit(section), Qt.TextElideMode.ElideRight, max(0, room - wide)
        )
        draw_text(painter, QRectF(rect), rest, left + wide)
        painter.restore()


class SheetTable(QTableView):
    """The sheet under the keys: Space as planned, 0 not given, digits the dose, Ctrl+D the whole day."""

    given = Signal(object, str)
    """A cell and what was typed into it."""
    planned = Signal(object)
    """Cells (a tuple) that were given as planned."""
    emptied = Signal(object)
    """A cell that is to be emptied."""
    taken = Signal(int)
    """What was typed was taken with Enter: go on (1) or back (-1); with Ctrl+Enter (0): explain it."""
    here = Signal(object)
    """The cell on which one is."""

    def __init__(self, sheet: Sheet, today: datetime.date, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.title = title
        self.read_only = False
        self.shows_here = True
        self._today = today.isoformat()
        self.today_column = 0
        self.wrong: frozenset[Cell] = frozenset()
        """Cells whose dose is wrong, as of the last time the rules were asked."""
        self.sheet_model = SheetModel(sheet, self)
        self.setModel(self.sheet_model)
        self.setItemDelegate(_Delegate(self))
        self.setHorizontalHeader(_Days(self))
        self.setVerticalHeader(_Labels(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # A dose is digits: an input method has nothing to compose here.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.selectionModel().currentChanged.connect(self._moved)
        self._corner = label(kind="small", tone=Tone.SECONDARY, parent=self)
        self._corner.setContentsMargins(PADDING, 0, 0, 0)
        self.refresh()

    @property
    def cell(self) -> Cell | None:
        """The cell on which one is."""
        return self.sheet_model.cell(self.currentIndex())

    def show_cells(self, cells: Iterable[Cell]) -> None:
        """Draw these cells again, before anybody asks what follows from them."""
        for cell in cells:
            index = self.sheet_model.index_of(cell)
            self.sheet_model.dataChanged.emit(index, index)

    def refresh(self) -> None:
        """The form has changed."""
        sheet = self.sheet_model.sheet
        wizard = sheet.wizard
        value = sheet.grid.value
        bad = {
            p.place for p in wizard.assessment.problems if p.place and p.place.item == value and wizard.stops(p.place)
        }
        self.wrong = (
            frozenset(
                cell
                for code in sheet.codes
                for column in sheet.columns
                if sheet.place(cell := (code, column), value) in bad
            )
            if bad
            else frozenset()
        )
        self.today_column = next((column for column in sheet.columns if sheet.date(column) == self._today), 0)
        definition = sheet.wizard.definition
        self._corner.setText(language.words(definition.items[sheet.grid.rows].question))
        self.sheet_model.refresh()
        self.updateGeometry()

    def go(self, cell: Cell) -> None:
        """Go to a cell."""
        index = self.sheet_model.index_of(cell)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def give(self, cell: Cell, typed: str) -> None:
        """Take what was typed into a cell."""
        text = tidy(self.sheet_model.sheet.value_item, typed)
        value = self.sheet_model.sheet.value(cell)
        if not text:
            self.emptied.emit(cell)
        elif value is None or value.value != text:
            self.given.emit(cell, text)

    def sizeHint(self) -> QSize:
        lines = min(self.sheet_model.rowCount(), MAX_LINES_SHOWN)
        bar = self.horizontalScrollBar().sizeHint().height() if self._scrolls() else 0
        return QSize(MAX_LABEL + MIN_COLUMN * 8, HEADER_HEIGHT + lines * style.ROW + bar)

    def minimumSizeHint(self) -> QSize:
        return QSize(MIN_LABEL + MIN_COLUMN * 4, HEADER_HEIGHT + 3 * style.ROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        count = max(self.sheet_model.columnCount(), 1)
        width = max(MIN_COLUMN, min(MAX_COLUMN, self.viewport().width() // count))
        self.horizontalHeader().setDefaultSectionSize(width)
        self._corner.setGeometry(0, 0, self.verticalHeader().width(), HEADER_HEIGHT)
        self.updateGeometry()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin where one is, with the days before it in view."""
        super().showEvent(event)
        self.scrollTo(self.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)

    def _scrolls(self) -> bool:
        return self.sheet_model.columnCount() * MIN_COLUMN > self.width() - self.verticalHeader().width()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        cell = self.cell
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        text = event.text()
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Tab | Qt.Key.Key_F2 | Qt.Key.Key_Escape:
                event.ignore()
            case Qt.Key.Key_D if control and cell is not None and not self.read_only:
                self.planned.emit(tuple((code, cell[1]) for code in self.sheet_model.sheet.codes))
            case _ if control or cell is None or self.read_only:
                super().keyPressEvent(event)
            case Qt.Key.Key_Space:
                self.planned.emit((cell,))
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.emptied.emit(cell)
            case Qt.Key.Key_0 if not self.sheet_model.sheet.is_filled(cell):
                self.given.emit(cell, ZERO)
            case _ if text and (text.isdecimal() or text in ".-。．"):
                self._type(text)
            case _:
                super().keyPressEvent(event)

    def _type(self, text: str) -> None:
        """Open the cell with the digit that was pressed; after a 0, a point goes on from it."""
        cell = self.cell
        value = None if cell is None else self.sheet_model.sheet.value(cell)
        before = ZERO if text in ".。．" and value is not None and value.value == ZERO else ""
        self.edit(self.currentIndex())
        editor = self.indexWidget(self.currentIndex()) or self.findChild(Line, "cell")
        if isinstance(editor, Line):
            editor.setText(before + text)
            editor.deselect()
            editor.end(False)

    def _moved(self, index: QModelIndex, _: QModelIndex) -> None:
        self.here.emit(self.sheet_model.cell(index))


def _short(date: str) -> str:
    """`23 Nov` or `11-23`; nothing for a day that is not known."""
    try:
        return language.short_date(datetime.date.fromisoformat(date))
    except ValueError:
        return ""
