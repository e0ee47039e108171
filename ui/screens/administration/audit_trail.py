"""The audit trail: the journal shown to a person, and every change of a subject's values."""

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.study.clinical_data import ItemPlace
from desktop.study.definition.metadata import Definition
from desktop.views.audit import AuditLine, Change
from desktop.views.people import Role
from ui.background.site_access import SiteAccess
from ui.look import language, style, vocabulary
from ui.look.style import Tone
from ui.screens.base import Place, Screen, Where
from ui.widgets.buttons import secondary
from ui.widgets.card import Card, EmptyState
from ui.widgets.message import Message
from ui.widgets.segments import Segments
from ui.widgets.table import Align, Cell, Column, Line, Table

AT_ONCE = 200
VALUES, ENTRIES = "values", "entries"


class AuditList(QWidget):
    """Entries of the journal, newest first; a few letters narrow down what is shown."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self._subject: str | None = None
        self._lines: tuple[AuditLine, ...] = ()
        self._is_whole = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        tools = QHBoxLayout()
        self.filter = QLineEdit()
        self.filter.setObjectName("filter_audit")
        self.filter.setMaximumWidth(320)
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._show)
        self.older = secondary(name="older", icon="down")
        self.older.clicked.connect(self._ask_older)
        tools.addWidget(self.filter, 1)
        tools.addStretch(1)
        tools.addWidget(self.older)
        self.message = Message()
        self.card = Card(flush=True)
        self.table = Table("audit_list")
        self._nothing = EmptyState("find")
        self.card.body.addWidget(self.table)
        self.card.body.addWidget(self._nothing)
        column.addLayout(tools)
        column.addWidget(self.message)
        column.addWidget(self.card)
        column.addStretch(1)
        self.retranslate()

    def show_subject(self, subject: str | None) -> None:
        """Show the entries of a subject, or all."""
        self._subject = subject
        self._lines, self._is_whole = (), False
        self._ask(None)

    def retranslate(self) -> None:
        """Set the texts anew."""
        self.filter.setPlaceholderText(self.tr("Subject, person, form or reason"))
        self.filter.setAccessibleName(self.tr("Narrow the audit trail down"))
        self.older.setText(self.tr("Show older entries"))
        self.table.setAccessibleName(self.tr("Audit trail"))
        self._nothing.say(self.tr("No entry shown here matches."))
        self._show()

    def _ask(self, before: tuple[int, str, int] | None) -> None:
        subject = self._subject
        self._access.ask(lambda site: site.audit(before, AT_ONCE, subject), self._add, self.message.say_error)

    @Slot()
    def _ask_older(self) -> None:
        self._ask(self._lines[-1].order if self._lines else None)

    def _add(self, lines: tuple[AuditLine, ...]) -> None:
        self._lines = (*self._lines, *lines)
        self._is_whole = len(lines) < AT_ONCE
        self._show()

    @Slot()
    def _show(self) -> None:
        definition = self._access.session.definition
        made = (_entry_line(definition, line, self.tr("clock set back")) for line in self._lines)
        wanted = self.filter.text().strip().casefold()
        shown = tuple(line for line in made if wanted in " ".join(c.text for c in line.cells).casefold())
        columns = (
            Column(title=self.tr("When"), width=216),
            Column(title=self.tr("Who"), width=124),
            Column(title=self.tr("Subject"), width=88),
            Column(title=self.tr("What"), stretch=3, width=200),
            Column(title=self.tr("Form"), stretch=2, width=130),
            Column(title=self.tr("Reason"), stretch=2, width=90),
            Column(title=self.tr("Entry"), width=84, align=Align.RIGHT),
        )
        self.table.show_lines(columns, shown)
        self.table.setVisible(bool(shown))
        self._nothing.setVisible(not shown)
        self.older.setVisible(not self._is_whole)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()


def _entry_line(definition: Definition, line: AuditLine, clock: str) -> Line:
    form = ""
    if line.key is not None and line.key.form in definition.forms:
        event = vocabulary.where(definition, line.key) if line.key.event in definition.events else ""
        form = language.joined(vocabulary.form_title(definition, line.key), event)
    when = language.full_moment(line.wall)
    warned = Cell(text=when, icon="warning", icon_tone=Tone.DUE, tip=clock)
    return Line(
        key=(line.device, line.sequence),
        cells=(
            warned if line.clock_behind else Cell(text=when, tone=Tone.SECONDARY),
            Cell(text=line.user),
            Cell(text=line.subject or "", bold=True),
            Cell(text=language.format_message(line.detail, _fields(line))),
            Cell(text=form, tone=Tone.SECONDARY),
            Cell(text=line.reason),
            Cell(text=language.number(line.sequence), tone=Tone.FAINT, tip=line.device),
        ),
    )


def _fields(line: AuditLine) -> dict[str, str]:
    """The fields of a line, roles by the words of this moment."""
    if "roles" not in line.fields:
        return line.fields
    roles = [vocabulary.role_words(Role(role)) for role in line.fields["roles"].split(", ")]
    return {**line.fields, "roles": language.listed(roles)}


class AuditScreen(Screen):
    """The audit trail of one subject: its values, or its entries."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(access, "audit", parent)
        self._changes: tuple[Change, ...] = ()
        self.segments = Segments("audit_parts")
        self.segments.chosen.connect(self._show_part)
        self.back = secondary(name="back_to_casebook", icon="left")
        self.back.clicked.connect(self._go_back)
        self.header.add_action(self.segments)
        self.header.add_action(self.back)
        column = QVBoxLayout()
        column.setContentsMargins(style.MARGIN, 0, style.MARGIN, style.MARGIN)
        self._values = Card(flush=True)
        self.table = Table("changes")
        self._values.body.addWidget(self.table)
        self.entries = AuditList(access)
        column.addWidget(self._values)
        column.addWidget(self.entries)
        column.addStretch(1)
        self.set_body(column)
        self.retranslate()

    def enter(self, place: Place) -> None:
        self.header.say(place.subject, self.tr("Audit trail"))
        self.entries.show_subject(place.subject)
        super().enter(place)

    def refresh(self) -> None:
        if self.place is not None:
            subject = self.place.subject
            self.access.ask(lambda site: site.history(subject), self._show, self.fail)

    def focus_next_step(self) -> None:
        self.table.setFocus()

    def retranslate(self) -> None:
        self.back.setText(self.tr("Casebook"))
        self.segments.show_segments(
            (
                (VALUES, self.tr("Values"), str(len(self._changes)) if self._changes else ""),
                (ENTRIES, self.tr("Entries"), ""),
            )
        )
        self.table.setAccessibleName(self.tr("Changes of values"))
        if self.place is not None:
            self.header.say(self.place.subject, self.tr("Audit trail"))
        self._show_part(self.segments.current)
        self._show_changes()

    @Slot(str)
    def _show_part(self, part: str) -> None:
        self._values.setVisible(part == VALUES)
        self.entries.setVisible(part == ENTRIES)

    def _show(self, changes: tuple[Change, ...]) -> None:
        self._changes = changes
        self.retranslate()

    def _show_changes(self) -> None:
        columns = (
            Column(title=self.tr("When"), width=216),
            Column(title=self.tr("Who"), width=116),
            Column(title=self.tr("Form"), stretch=2, width=166),
            Column(title=self.tr("Item"), stretch=2, width=150),
            Column(title=self.tr("Before"), stretch=1, width=84),
            Column(title=self.tr("Now"), stretch=1, width=84),
            Column(title=self.tr("Reason"), stretch=4, width=120),
            Column(width=36),
        )
        lines = tuple(self._change_line(number, change) for number, change in enumerate(reversed(self._changes)))
        self.table.show_lines(columns, lines)

    def _change_line(self, number: int, change: Change) -> Line:
        definition = self.access.session.definition
        item = definition.items.get(change.item)
        place = ItemPlace(change.group, change.row, change.item)
        old = vocabulary.value_words(definition, item, change.old) if item else ""
        new = vocabulary.value_words(definition, item, change.new) if item else ""
        known = change.key.form in definition.forms and change.key.event in definition.events
        form = (
            language.joined(vocabulary.form_title(definition, change.key), vocabulary.where(definition, change.key))
            if known
            else change.key.form
        )
        when = language.full_moment(change.wall)
        return Line(
            key=(number, place),
            cells=(
                Cell(text=when, tone=Tone.SECONDARY),
                Cell(text=change.user),
                Cell(text=form, tone=Tone.SECONDARY),
                Cell(text=language.words(item.question) if item else change.item),
                Cell(text=old, tone=Tone.SECONDARY),
                Cell(text=new, tone=Tone.SECONDARY if change.derived else Tone.INK),
                Cell(text=change.reason),
                Cell(icon="check", tone=Tone.DONE, tip=self.tr("received by the centre"))
                if change.received
                else Cell(icon="computer", tone=Tone.FAINT, tip=self.tr("on this computer only")),
            ),
        )

    @Slot()
    def _go_back(self) -> None:
        if self.place is not None:
            self.go.emit(Place(Where.CASEBOOK, self.place.subject))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._go_back()
        else:
            super().keyPressEvent(event)
