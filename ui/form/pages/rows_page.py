"""The page of a repeating group: a table of rows, and the questions of the current row."""

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.study.clinical_data import ItemPlace
from desktop.study.definition.metadata import ItemGroupDef
from desktop.wizard.form_wizard import FormWizard
from ui.form.pages.page import MAX_WIDTH, Stop, StopsPage
from ui.form.pages.question import Question
from ui.look import language
from ui.look.style import Tone
from ui.look.vocabulary import value_words
from ui.widgets.buttons import Button
from ui.widgets.card import Card, EmptyState
from ui.widgets.labels import label
from ui.widgets.table import Cell, Column, Line, Table

MAX_COLUMNS = 5
MAX_ROWS_SHOWN = 8
ROW_HEIGHT = 32


class RowsPage(StopsPage):
    """Rows are added and taken out here; the questions of one row stand below the table."""

    def __init__(self, wizard: FormWizard, group: ItemGroupDef) -> None:
        super().__init__(wizard, group)
        self._row = ""
        self._questions: list[Question] = []
        self._card = Card(flush=True)
        self._card.setMaximumWidth(MAX_WIDTH)
        self._table = _RowsTable(f"rows.{group.oid}")
        self._table.keeps_choice = True
        self._table.chosen.connect(self._choose)
        self._table.removed.connect(self._remove)
        self._table.opened.connect(self._open)
        self._empty = EmptyState("info")
        self._card.body.addWidget(self._table)
        self._card.body.addWidget(self._empty)
        self._add_button = Button(name=f"add.{group.oid}", icon="add", hint="Insert")
        self._add_button.clicked.connect(self.add)
        self._remove_button = Button(name=f"remove.{group.oid}", icon="remove", hint="Delete")
        self._remove_button.clicked.connect(self._remove)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 8, 0, 4)
        buttons.setSpacing(8)
        buttons.addWidget(self._add_button)
        buttons.addWidget(self._remove_button)
        buttons.addStretch(1)
        self._title = label(kind="section")
        self._title.setContentsMargins(0, 10, 0, 2)
        self._form = QWidget()
        self.column.addSpacing(6)
        self.column.addWidget(self._card)
        self.column.addLayout(buttons)
        self.column.addWidget(self._title)
        self.column.addStretch(1)
        rows = wizard.rows(group.oid)
        self.relabel()
        self._show_row(rows[0] if rows else "")
        self.refresh()

    def relabel(self) -> None:
        super().relabel()
        if not hasattr(self, "_add_button"):
            return
        self._add_button.setText(self.tr("Add a row"))
        self._remove_button.setText(self.tr("Take out this row"))
        self._empty.say(self.tr("No row yet."))
        for question in self._questions:
            question.relabel()

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self._add_button.setVisible(not read_only)
        self._remove_button.setVisible(not read_only)
        for question in self._questions:
            question.set_read_only(read_only=read_only)

    def refresh(self) -> None:
        self._refresh_whole()
        rows = self.wizard.rows(self.group.oid)
        if self._row not in rows:
            self._show_row(rows[0] if rows else "")
        shown = [self.wizard.definition.items[ref.item] for ref in self.group.items[:MAX_COLUMNS]]
        columns = (
            Column(width=34),
            *(Column(title=language.words(item.question), stretch=1) for item in shown),
        )
        lines = tuple(
            Line(
                key=row,
                cells=(
                    self._sign(row, number),
                    *(Cell(text=self._words(ItemPlace(self.group.oid, row, item.oid))) for item in shown),
                ),
            )
            for number, row in enumerate(rows, 1)
        )
        self._table.blockSignals(True)
        self._table.show_lines(columns, lines)
        if self._row:
            self._table.choose(self._row)
        self._table.blockSignals(False)
        self._table.setVisible(bool(rows))
        self._table.setFixedHeight(min(len(rows), MAX_ROWS_SHOWN) * ROW_HEIGHT + 34)
        self._empty.setVisible(not rows)
        self._remove_button.setEnabled(bool(self._row))
        self._title.setVisible(bool(self._row))
        if self._row:
            self._title.setText(
                self.tr("Row {number} of {count}").format(number=rows.index(self._row) + 1, count=len(rows))
            )
        for question in self._questions:
            question.refresh(self.wizard, show_missing=self.show_missing)

    def _sign(self, row: str, number: int) -> Cell:
        places = [ItemPlace(self.group.oid, row, ref.item) for ref in self.group.items]
        if any(self.wizard.stops(place) or self.wizard.waits_for_comment(place) for place in places):
            tone = Tone.WRONG if any(map(self.wizard.stops, places)) else Tone.DUE
            return Cell(icon="warning", tone=tone, tip=QCoreApplication.translate("RowsPage", "something to look at"))
        return Cell(text=str(number), tone=Tone.FAINT)

    def _words(self, place: ItemPlace) -> str:
        value = self.wizard.value(place)
        return (
            ""
            if value is None
            else value_words(self.wizard.definition, self.wizard.definition.items[place.item], value)
        )

    def stops(self) -> list[Stop]:
        found: list[Stop] = []
        for question in self._questions:
            if not question.isHidden():
                if question.item.derivation is None:
                    found.append(question.field)
                if question.comment is not None and not question.comment.isHidden():
                    found.append(question.comment)
        return found

    def focus_first(self) -> None:
        if self._row:
            super().focus_first()
        else:
            self._add_button.setFocus(Qt.FocusReason.TabFocusReason)

    def focus_place(self, place: ItemPlace) -> bool:
        if place.row != self._row and place.row in self.wizard.rows(self.group.oid):
            self._show_row(place.row)
            self.refresh()
        return super().focus_place(place)

    def step(self, step: int) -> bool:
        if self._table.hasFocus() and step > 0 and self._questions:
            super().focus_first()
            return True
        return super().step(step)

    @Slot()
    def add(self) -> None:
        """Add a row and go to its first question."""
        if self.read_only:
            return
        self.commit()
        self._show_row(self.wizard.add_row(self.group.oid))
        self.changed.emit()
        super().focus_first()

    @Slot()
    def _remove(self) -> None:
        rows = self.wizard.rows(self.group.oid)
        if self._row not in rows or self.read_only:
            return
        index = rows.index(self._row)
        self.wizard.remove_row(self.group.oid, self._row)
        left = self.wizard.rows(self.group.oid)
        self._show_row(left[min(index, len(left) - 1)] if left else "")
        self.changed.emit()
        (self._table if left else self._add_button).setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _choose(self, row: str) -> None:
        if row != self._row:
            self._show_row(row)
            self.refresh()

    @Slot(object)
    def _open(self, row: str) -> None:
        self._choose(row)
        super().focus_first()

    def _show_row(self, row: str) -> None:
        """Put the questions of another row below the table."""
        self._row = row
        for question in self._questions:
            self.column.removeWidget(question)
            question.hide()
            question.deleteLater()
        self._questions = []
        if not row:
            return
        position = self.column.count() - 1
        for number, ref in enumerate(self.group.items, 1):
            place = ItemPlace(self.group.oid, row, ref.item)
            item = self.wizard.definition.items[ref.item]
            question = Question(self.wizard.definition, place, ref, item, ref.number or str(number))
            question.setMaximumWidth(MAX_WIDTH)
            question.edited.connect(self._edited)
            question.marked.connect(self._marked)
            question.set_read_only(read_only=self.read_only)
            self.column.insertWidget(position, question)
            self._questions.append(question)
            position += 1


class _RowsTable(Table):
    """The rows; Delete takes one out."""

    removed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
            return
        super().keyPressEvent(event)
