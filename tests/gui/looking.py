"""Looks at what a window shows: texts that are cut off, and letters that no font has."""

from collections.abc import Iterator

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QWidget

from ui.look import style
from ui.screens.entrance.first_start import WayButton
from ui.shell.navigation_rail import RailItem
from ui.widgets.buttons import Button
from ui.widgets.chip import Chip
from ui.widgets.fields import Check
from ui.widgets.labels import ElidedLabel
from ui.widgets.segments import Segment
from ui.widgets.table import PADDING, Table, cell_width

LONG_TEXT = 24
"""Texts of more letters than this may be cut in a table, where the tool tip tells the whole."""


def visible(window: QWidget) -> Iterator[QWidget]:
    """Every widget that can be seen, also by scrolling."""
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and widget.width() > 0:
            yield widget


def cut_off(window: QWidget) -> list[str]:
    """Texts that find no room where they stand."""
    return [fault for widget in visible(window) for fault in _faults(widget)]


def _faults(widget: QWidget) -> list[str]:
    name = f"{type(widget).__name__} {widget.objectName()}"
    if isinstance(widget, Table):
        return list(_table_faults(widget, name))
    fits, said = _fits(widget)
    return [] if fits else [f"{name}: {said!r}"]


def _fits(widget: QWidget) -> tuple[bool, str]:
    """Whether a widget shows all that it says, and what it says."""
    match widget:
        case ElidedLabel():
            return widget.text() == widget.whole, widget.whole
        case QLabel():
            return _label_fits(widget), widget.text()
        case RailItem():
            return widget.folded or widget.natural_width() <= widget.width(), widget.text()
        case WayButton():
            return widget.fits(), widget.sentence
        case Chip():
            return widget.sizeHint().width() <= widget.width(), widget.text
        case Button() | Segment() | Check():
            return widget.sizeHint().width() <= widget.width(), widget.text()
        case QComboBox():
            text = widget.currentText()
            return widget.fontMetrics().horizontalAdvance(text) <= widget.width() - 36, text
        case QLineEdit():
            text, margins = widget.placeholderText(), widget.textMargins()
            room = widget.width() - 20 - margins.left() - margins.right()
            return widget.fontMetrics().horizontalAdvance(text) <= room, text
        case _:
            return True, ""


def _label_fits(shown: QLabel) -> bool:
    if not shown.text():
        return True
    room = shown.contentsRect()
    flags = Qt.TextFlag.TextWordWrap if shown.wordWrap() else Qt.TextFlag.TextSingleLine
    needed = shown.fontMetrics().boundingRect(QRect(0, 0, room.width(), 10_000), flags, shown.text())
    # Chinese stands a little higher than the line of the first font.
    return needed.width() <= room.width() + 1 and needed.height() <= room.height() + 3


def _table_faults(table: Table, name: str) -> Iterator[str]:
    header = table.horizontalHeader()
    small = QFontMetrics(style.font(style.SMALL))
    for number, column in enumerate(table.lines_model.columns):
        room = table.columnWidth(number)
        if column.title and header.isVisible() and small.horizontalAdvance(column.title) + 2 * PADDING > room:
            yield f"{name}: title {column.title!r}"
        for line in table.lines:
            if number < len(line.cells):
                cell = line.cells[number]
                short = len(cell.text) <= LONG_TEXT or cell.chip
                if short and cell_width(cell) > room:
                    yield f"{name}: {cell.text!r}"
    wide = sum(table.columnWidth(number) for number in range(len(table.lines_model.columns)))
    if not table.by_cell and wide > table.viewport().width() + 1:
        yield f"{name}: {wide} pixels in {table.viewport().width()}"


def texts(window: QWidget) -> Iterator[str]:
    """Everything that is written anywhere in the window."""
    for widget in visible(window):
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        if isinstance(widget, Chip):
            yield widget.text
        if isinstance(widget, Table):
            yield from (column.title for column in widget.lines_model.columns)
            yield from (cell.text for line in widget.lines for cell in line.cells)


def without_glyph(window: QWidget) -> set[str]:
    """Letters that would be drawn as boxes."""
    metrics = QFontMetrics(style.font())
    return {
        letter
        for text in texts(window)
        for letter in text
        if letter.isprintable() and not metrics.inFontUcs4(ord(letter))
    }
