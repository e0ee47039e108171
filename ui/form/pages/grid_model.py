"""Qt table model of a grid, and its texts."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from desktop.study.clinical_data import ItemValue
from desktop.wizard.grid import Cell, ContextLine, Sheet
from ui.look import language
from ui.look.vocabulary import value_words

Index = QModelIndex | QPersistentModelIndex


class SheetModel(QAbstractTableModel):
    """The lines of the sheet, then the lines of other forms' values, which are only read."""

    def __init__(self, sheet: Sheet, parent: QWidget) -> None:
        super().__init__(parent)
        self.sheet = sheet
        self.context: tuple[ContextLine, ...] = sheet.context()

    def refresh(self) -> None:
        """The form has changed."""
        self.context = self.sheet.context()
        if self.rowCount():
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

    def cell(self, index: Index) -> Cell | None:
        """The cell of the sheet at an index; None on a line that is only read."""
        if not index.isValid() or index.row() >= len(self.sheet.codes):
            return None
        return (self.sheet.codes[index.row()], self.sheet.columns[index.column()])

    def index_of(self, cell: Cell) -> QModelIndex:
        """Where a cell stands."""
        return self.index(self.sheet.codes.index(cell[0]), cell[1] - 1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.sheet.codes) + len(self.context)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.sheet.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled
        if self.cell(index) is not None:
            flags |= Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        cell = self.cell(index)
        if cell is None:
            value = self.context[index.row() - len(self.sheet.codes)].values.get(self.sheet.columns[index.column()])
            return "" if value is None else value.value
        value = self.sheet.value(cell)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            planned = self.sheet.planned(cell)
            parts = (
                f"{self.line_label(index.row())} {self.sheet.grid.column_label}{cell[1]}",
                self.shown(value),
                self.tr("planned {dose}").format(dose=planned.value) if planned else "",
            )
            return language.listed([part for part in parts if part])
        return self.shown(value)

    def shown(self, value: ItemValue | None) -> str:
        """A value without its unit, which the line names."""
        if value is None:
            return ""
        return value_words(self.sheet.wizard.definition, self.sheet.value_item, value) if value.missing else value.value

    def line_label(self, row: int) -> str:
        """What a line stands for."""
        definition = self.sheet.wizard.definition
        if row >= len(self.sheet.codes):
            return language.words(definition.items[self.context[row - len(self.sheet.codes)].item].question)
        codelist = definition.codelist_of(definition.items[self.sheet.grid.rows])
        return language.words(codelist.by_code[self.sheet.codes[row]].label) if codelist else ""

    def line_unit(self, row: int) -> str:
        """What stands beside the name of a line: what the study says about it, else its unit."""
        definition = self.sheet.wizard.definition
        item = self.sheet.value_item
        if row >= len(self.sheet.codes):
            item = definition.items[self.context[row - len(self.sheet.codes)].item]
        else:
            detail = language.words(self.sheet.detail(self.sheet.codes[row]))
            if detail:
                return detail
        units = definition.unit_names(item)
        return definition.unit_symbol(units[0], language.present()) if units else ""

    def total_unit(self, code: str) -> str:
        """The unit in which the doses of a line add up."""
        unit = self.sheet.unit(code)
        return self.sheet.wizard.definition.unit_symbol(unit, language.present()) if unit else ""

    def cell_words(self, cell: Cell) -> str:
        """`D6 Venetoclax`."""
        return f"{self.sheet.grid.column_label}{cell[1]} {self.line_label(self.sheet.codes.index(cell[0]))}"

    def dose_words(self, cell: Cell, value: ItemValue | None) -> str:
        """`200 mg`."""
        words = value_words(self.sheet.wizard.definition, self.sheet.value_item, value)
        if value is None or value.missing or self.sheet.value_item.units:
            return words
        return f"{words} {self.total_unit(cell[0])}".strip()
