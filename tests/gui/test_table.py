"""The one table: keys, clicks, what gives way, and what is told where there is no room."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QToolTip, QVBoxLayout

from ui.look import style
from ui.widgets.table import TWO_LINES, Align, Cell, Column, Line, Table

COLUMNS = (Column(title="Subject", width=90), Column(title="Form", stretch=1, width=100), Column(align=Align.RIGHT))
LONG = "A title that is longer than there is room for it in a narrow column"


def line(number: int) -> Line:
    return Line(key=number, cells=(Cell(text=f"01-A{number:03}", bold=True), Cell(text=LONG), Cell(text=str(number))))


class Holder:
    """A window with one table, and what the table said."""

    def __init__(self, **options: Any) -> None:
        self.window = QDialog()
        self.window.resize(400, 300)
        self.table = Table("table", **options)
        QVBoxLayout(self.window).addWidget(self.table)
        self.opened: list[object] = []
        self.cells: list[tuple[object, int]] = []
        self.table.opened.connect(self.opened.append)
        self.table.cell_opened.connect(self.open_cell)
        style.theme()
        self.window.show()
        self.window.activateWindow()
        self.table.setFocus()

    def open_cell(self, key: object, column: int) -> None:
        self.cells.append((key, column))

    def fill(self, count: int) -> None:
        self.table.show_lines(COLUMNS, tuple(line(number) for number in range(count)))
        self.table.choose_first()
        QApplication.processEvents()


@pytest.fixture
def holder(qapp: QApplication) -> Iterator[Holder]:
    made = Holder()
    made.fill(5)
    yield made
    made.window.close()


@pytest.fixture
def matrix(qapp: QApplication) -> Iterator[Holder]:
    made = Holder(by_cell=True)
    made.fill(3)
    yield made
    made.window.close()


def test_keys_move_and_enter_opens(holder: Holder) -> None:
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(holder.table, key)
    assert holder.opened == [2]


def test_a_click_opens_once(holder: Holder) -> None:
    place = holder.table.visualRect(holder.table.lines_model.index(3, 0)).center()
    QTest.mouseClick(holder.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert holder.opened == [3]


def test_a_matrix_opens_cells(matrix: Holder) -> None:
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(matrix.table, key)
    assert matrix.cells == [(1, 1)]
    assert matrix.opened == []


def test_lines_that_cannot_be_opened_are_not(holder: Holder) -> None:
    holder.table.can_open = lambda key: key != 0
    QTest.keyClick(holder.table, Qt.Key.Key_Return)
    assert holder.opened == []


def test_the_person_stays_on_the_line_of_the_same_key(holder: Holder) -> None:
    holder.table.choose(3)
    holder.table.show_lines(COLUMNS, tuple(line(number) for number in (9, 3, 1)))
    assert holder.table.current_key == 3
    assert holder.table.currentIndex().row() == 1


def test_what_gives_way_is_told_whole(holder: Holder) -> None:
    table = holder.table
    index = table.lines_model.index(0, 1)
    rect = table.visualRect(index)
    event = QHelpEvent(QEvent.Type.ToolTip, rect.center(), table.viewport().mapToGlobal(rect.center()))
    QApplication.sendEvent(table.viewport(), event)
    assert QToolTip.text() == LONG
    QToolTip.hideText()
    assert table.lines_model.data(index, Qt.ItemDataRole.AccessibleTextRole) == LONG


def test_columns_share_out_the_width(holder: Holder) -> None:
    table = holder.table
    widths = [table.columnWidth(number) for number in range(3)]
    assert widths[0] == 90
    assert sum(widths) <= table.viewport().width()
    holder.window.resize(700, 300)
    QApplication.processEvents()
    assert sum(table.columnWidth(number) for number in range(3)) == table.viewport().width()


def test_a_table_is_as_high_as_its_lines(qapp: QApplication) -> None:
    made = Holder(fit=True)
    made.fill(4)
    assert made.table.height() == 32 + 4 * style.ROW + 1
    made.table.set_row_height(TWO_LINES)
    made.fill(2)
    assert made.table.height() == 32 + 2 * TWO_LINES + 1
    made.window.close()


def test_thousands_of_lines_are_there_at_once(holder: Holder, qtbot: Any) -> None:
    import time

    begun = time.perf_counter()
    holder.fill(5000)
    assert time.perf_counter() - begun < 1
    holder.table.choose(4999)
    assert holder.table.indexAt(QPoint(10, holder.table.viewport().height() - 20)).row() > 4900
