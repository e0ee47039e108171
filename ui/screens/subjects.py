"""The list of subjects."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop.site.site import FILLS_FORMS, Site
from desktop.study.clinical_data import FormKey
from desktop.views.casebook import SubjectLine
from desktop.views.forms import FormState
from ui.background.site_access import SiteAccess
from ui.look import language, style, vocabulary
from ui.look.icons import SIGN_OF_STATE
from ui.look.style import Tone
from ui.screens.base import Place, Screen, Where
from ui.widgets.buttons import primary
from ui.widgets.card import Card, EmptyState
from ui.widgets.table import Align, Cell, Column, Line, Table

SHOWN_STATES = (FormState.INCOMPLETE, FormState.DISCREPANT, FormState.COMPLETE)


class SubjectsScreen(Screen):
    """A line for each subject; a few letters narrow them down."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(access, "subjects", parent)
        self._lines: tuple[SubjectLine, ...] = ()
        self.filter = QLineEdit()
        self.filter.setObjectName("filter_subjects")
        self.filter.setFixedWidth(200)
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._show_lines)
        self.new_subject = primary(name="new_subject", icon="add")
        self.new_subject.clicked.connect(self._new_subject)
        self.header.add_action(self.filter)
        self.header.add_action(self.new_subject)
        column = QVBoxLayout()
        column.setContentsMargins(style.MARGIN, 0, style.MARGIN, style.MARGIN)
        self._card = Card(flush=True)
        self.table = Table("subjects")
        self.table.opened.connect(self._open)
        self._nothing = EmptyState("subjects")
        self._card.body.addWidget(self.table)
        self._card.body.addWidget(self._nothing)
        column.addWidget(self._card)
        column.addStretch(1)
        self.set_body(column)
        self.retranslate()

    def refresh(self) -> None:
        self.access.ask(Site.subjects, self._show, self.fail)

    def focus_next_step(self) -> None:
        if self._lines:
            self.table.setFocus()
            self.table.choose_first()
        else:
            self.new_subject.setFocus()

    def retranslate(self) -> None:
        self.new_subject.setText(self.tr("New subject"))
        self.new_subject.setVisible(bool(FILLS_FORMS & set(self.access.session.user.roles)))
        self.filter.setPlaceholderText(self.tr("Part of a key"))
        self.filter.setAccessibleName(self.tr("Narrow down by a part of the key"))
        self.table.setAccessibleName(self.tr("Subjects"))
        self._show_lines()

    def _show(self, lines: tuple[SubjectLine, ...]) -> None:
        first_time = not self._lines
        self._lines = lines
        self._show_lines()
        if first_time:
            self.focus_when_loaded()

    @Slot()
    def _show_lines(self) -> None:
        wanted = self.filter.text().strip().casefold()
        shown = [line for line in self._lines if wanted in line.subject.casefold()]
        count = language.counted(
            len(self._lines),
            self.tr("1 subject at this site."),
            self.tr("{n} subjects at this site."),
        )
        self.header.say(self.tr("Subjects"), count)
        self.table.show_lines(self._columns(), tuple(self._line(line) for line in shown))
        self.table.setVisible(bool(shown))
        self._nothing.say(
            self.tr("No subject has this in its key.")
            if self._lines
            else self.tr("No subject yet. Register the first one with its consent form.")
        )
        self._nothing.setVisible(not shown)

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column(title=self.tr("Subject"), width=110),
            Column(title=self._headline_title(), stretch=2, width=140),
            Column(title=self.tr("Furthest event"), stretch=2, width=140),
            *(
                Column(title=vocabulary.state_words(state).capitalize(), width=92, align=Align.RIGHT)
                for state in SHOWN_STATES
            ),
            Column(title=self.tr("Last entry"), width=140, align=Align.RIGHT),
            Column(width=140),
        )

    def _headline_title(self) -> str:
        definition = self.access.session.definition
        asked = [language.words(definition.items[oid].question) for oid in definition.version.headline]
        return language.joined(*asked)

    def _line(self, line: SubjectLine) -> Line:
        definition = self.access.session.definition
        event = definition.events.get(line.event)
        counts = (
            Cell(
                text=str(line.forms.get(state, 0) or "–"),
                icon=SIGN_OF_STATE[state].icon if line.forms.get(state) else "",
                icon_tone=SIGN_OF_STATE[state].tone,
                tone=Tone.INK if line.forms.get(state) else Tone.FAINT,
            )
            for state in SHOWN_STATES
        )
        return Line(
            key=line.subject,
            cells=(
                Cell(text=line.subject, bold=True),
                Cell(text=vocabulary.headline(definition, line.headline)),
                Cell(text=vocabulary.event_title(event, line.event_repeat) if event else ""),
                *counts,
                Cell(text=language.moment(line.wall) if line.wall else "", tone=Tone.SECONDARY),
                Cell(text=self.tr("Registered twice"), icon="state-flag", tone=Tone.WRONG, chip=True)
                if line.duplicate
                else Cell(),
            ),
        )

    @Slot(object)
    def _open(self, subject: Any) -> None:
        self.go.emit(Place(Where.CASEBOOK, subject))

    @Slot()
    def _new_subject(self) -> None:
        self.access.ask(Site.next_subject, self._register, self.fail)

    def _register(self, subject: str) -> None:
        version = self.access.session.definition.version
        key = FormKey(version.first_event, 1, version.first_form, 1)
        self.go.emit(Place(Where.FORM, subject, key))
