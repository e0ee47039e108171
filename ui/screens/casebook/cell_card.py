"""Details of the current cell of a casebook's matrix, and its actions."""

from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.actions import Recorded, RemoveForm
from desktop.site.site import FILLS_FORMS
from desktop.study.clinical_data import FormKey
from ui.background.site_access import SiteAccess
from ui.look import language, vocabulary
from ui.look.icons import Sign
from ui.look.style import Tone
from ui.screens.casebook.matrix import MatrixCell
from ui.widgets import lists
from ui.widgets.buttons import secondary
from ui.widgets.card import Card
from ui.widgets.fields import Labelled, TextLine
from ui.widgets.labels import KeyLine, label
from ui.widgets.message import Message
from ui.widgets.table import Align, Cell, Column, Line, Table


class CellCard(Card):
    """The instances of one form at one event: open one, begin another, remove one with a reason."""

    form_wished = Signal(object)
    """The `FormKey` of a form to open."""
    left = Signal()
    """The person is done here: back to the matrix."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._access = access
        self._subject = ""
        self._cell: MatrixCell | None = None
        self._to_remove: FormKey | None = None
        self.body.setSpacing(6)
        self._event = label(tone=Tone.SECONDARY, wrap=True)
        self.instances = Table("instances", fit=True)
        self.instances.keeps_choice = True
        self.instances.opened.connect(self.form_wished)
        self.open_form = secondary(name="open_form")
        self.open_form.clicked.connect(self._open)
        self.add_form = secondary(name="add_form", icon="add")
        self.add_form.clicked.connect(self._add)
        self.remove = secondary(name="remove_form", icon="remove")
        self.remove.clicked.connect(self.ask_reason)
        row = QHBoxLayout()
        row.setSpacing(6)
        for button in (self.open_form, self.add_form, self.remove):
            row.addWidget(button)
        row.addStretch(1)
        self._removing = self._build_removing()
        self._message = Message()
        self._keys = KeyLine()
        self.body.addWidget(self._event)
        self.body.addWidget(self.instances)
        self.body.addLayout(row)
        self.body.addWidget(self._removing)
        self.body.addWidget(self._message)
        self.body.addWidget(self._keys)
        self.retranslate()

    def _build_removing(self) -> QWidget:
        self.reason_field = TextLine()
        self.reason_field.done.connect(self._remove)
        self._reason = Labelled(self.reason_field, "remove_reason")
        self.really = secondary(name="remove_really", icon="remove")
        self.really.clicked.connect(self._remove)
        self._keep = secondary(name="remove_keep")
        self._keep.clicked.connect(self._leave)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.really)
        row.addWidget(self._keep)
        row.addStretch(1)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._reason)
        column.addLayout(row)
        made.hide()
        return made

    @property
    def is_asking(self) -> bool:
        """Whether the reason for a removal is being asked."""
        return not self._removing.isHidden()

    def retranslate(self) -> None:
        """Set the texts anew."""
        self.instances.setAccessibleName(self.tr("Forms here"))
        self.remove.setText(self.tr("Remove"))
        self.add_form.setText(self.tr("Another"))
        self._reason.say(
            self.tr("Why should this form not be there"),
            self.tr("The form goes out of the casebook and stays in the audit trail."),
        )
        self.really.setText(self.tr("Remove this form"))
        self._keep.setText(self.tr("Keep it"))
        self._keys.show_keys(
            (
                ("\u2190 \u2191 \u2192 \u2193", self.tr("move")),
                ("Enter", self.tr("open")),
                ("Del", self.tr("remove")),
            )
        )
        if self._cell is not None:
            self.show_cell(self._subject, self._cell)

    def show_cell(self, subject: str, cell: MatrixCell | None) -> None:
        """Show a cell; none is there where the event does not ask the form."""
        if cell is None or self._cell is None or cell.first_key != self._cell.first_key:
            self.stop_asking()
        self._subject, self._cell = subject, cell
        self.setVisible(cell is not None)
        if cell is None:
            return
        definition = self._access.session.definition
        form = definition.forms[cell.form]
        event = vocabulary.event_title(definition.events[cell.event], cell.event_repeat)
        state = "" if cell.keys else vocabulary.sign_words(cell.sign)
        self.set_title(language.words(form.title))
        self._event.setText(language.joined(event, state))
        self.instances.show_lines(
            (Column(width=36), Column(stretch=1, width=100), Column(align=Align.RIGHT)),
            tuple(self._line(cell, key) for key in cell.keys),
        )
        self.instances.setVisible(bool(cell.keys))
        self.instances.choose_first()
        self.open_form.setText(self.tr("Open") if cell.keys else self.tr("Begin"))
        self.open_form.setVisible(bool(cell.keys) or self._may_fill)
        self.add_form.setVisible(form.repeating and bool(cell.keys) and self._may_fill)
        self.remove.setVisible(bool(cell.summaries) and self._may_fill)

    @property
    def _may_fill(self) -> bool:
        return bool(FILLS_FORMS & set(self._access.session.user.roles))

    def _line(self, cell: MatrixCell, key: FormKey) -> Line:
        definition = self._access.session.definition
        summary = next((each for each in cell.summaries if each.key == key), None)
        if summary is None:
            return Line(
                key=key,
                cells=(
                    lists.sign_cell(Sign.DRAFT),
                    Cell(text=vocabulary.form_title(definition, key)),
                    Cell(text=self.tr("your draft"), tone=Tone.DUE, small=True),
                ),
            )
        state = vocabulary.state_words(summary.state)
        named = vocabulary.label_words(definition, key.form, summary.label)
        repeating = definition.forms[key.form].repeating
        return Line(
            key=key,
            cells=(
                lists.state_cell(summary),
                Cell(
                    text=language.joined(str(key.form_repeat), named) if repeating else state,
                    tip=state,
                ),
                Cell(text=lists.last_saved(summary), tone=Tone.SECONDARY, small=True),
            ),
        )

    @Slot()
    def _open(self) -> None:
        if self._cell is not None:
            chosen = self.instances.current_key if self._cell.keys else self._cell.first_key
            self.form_wished.emit(chosen)

    @Slot()
    def _add(self) -> None:
        if self._cell is None:
            return
        subject, cell = self._subject, self._cell
        drafted = max((key.form_repeat for key in cell.drafts), default=0)
        self._access.ask(
            lambda site: site.next_repeat(subject, cell.event, cell.event_repeat, cell.form),
            partial(self._open_new, cell, drafted),
            self._message.say_error,
        )

    def _open_new(self, cell: MatrixCell, drafted: int, repeat: int) -> None:
        number = max(repeat, drafted + 1)
        self.form_wished.emit(FormKey(cell.event, cell.event_repeat, cell.form, number))

    @Slot()
    def ask_reason(self) -> None:
        """Ask why the chosen form should go."""
        if self._cell is None or not self._cell.summaries or not self._may_fill:
            return
        saved = [summary.key for summary in self._cell.summaries]
        chosen = self.instances.current_key
        self._to_remove = next((key for key in saved if key == chosen), saved[0])
        self._removing.show()
        self.reason_field.setFocus()

    def stop_asking(self) -> None:
        """Remove nothing."""
        self._to_remove = None
        self._removing.hide()
        self._message.clear()
        self.reason_field.clear()

    @Slot()
    def _leave(self) -> None:
        self.stop_asking()
        self.left.emit()

    @Slot()
    def _remove(self) -> None:
        if self._to_remove is not None:
            act = RemoveForm(subject=self._subject, key=self._to_remove, reason=self.reason_field.text())
            self._access.record(act, self._removed, self._message.say_error)

    def _removed(self, _: Recorded) -> None:
        self._leave()
