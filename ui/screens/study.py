"""Study: what the trial asks, the points that its protocol leaves open, and the checks."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.study.definition import EditCheck, FormDef, Setting
from ui import language, style
from ui.access import SiteAccess
from ui.screens.screen import Screen
from ui.style import Tone
from ui.widgets.card import Card, Facts
from ui.widgets.labels import label
from ui.widgets.segments import Segments
from ui.widgets.table import Align, Cell, Column, Line, Table

POINTS, FORMS, CHECKS = "points", "forms", "checks"
SIDE = 340


class StudyScreen(Screen):
    """Three lists, and beside them what the line in focus says at length."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(access, "study", parent)
        self.segments = Segments("study_parts")
        self.segments.chosen.connect(self._show_part)
        self.header.add_action(self.segments)
        row = QHBoxLayout()
        row.setContentsMargins(style.MARGIN, 0, style.MARGIN, style.MARGIN)
        row.setSpacing(style.GAP)
        self._card = Card(flush=True)
        self.table = Table("study_list")
        self.table.keeps_choice = True
        self.table.chosen.connect(self._show_one)
        self._card.body.addWidget(self.table)
        left = QVBoxLayout()
        left.addWidget(self._card)
        left.addStretch(1)
        row.addLayout(left, 1)
        side = QVBoxLayout()
        side.setSpacing(style.GAP)
        self._detail = Card()
        self._detail.setFixedWidth(SIDE)
        self._detail_texts = [label(wrap=True, tone=Tone.SECONDARY) for _ in range(4)]
        for text in self._detail_texts:
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._detail.body.addWidget(text)
        self._about = Card()
        self._about.setFixedWidth(SIDE)
        self._about_text = label(wrap=True, tone=Tone.SECONDARY)
        self._facts = Facts(shares=(1, 3))
        self._about.body.addWidget(self._about_text)
        self._about.body.addWidget(self._facts)
        side.addWidget(self._detail)
        side.addWidget(self._about)
        side.addStretch(1)
        row.addLayout(side)
        body = QVBoxLayout()
        body.addLayout(row)
        self.set_body(body)
        self.retranslate()

    def focus_next_step(self) -> None:
        self.table.setFocus()
        self.table.choose_first()

    def retranslate(self) -> None:
        version = self.access.session.definition.version
        self.header.say(self.tr("Study"), language.words(version.title))
        unsettled = sum(setting.open for setting in version.settings)
        checks = sum(len(form.checks) for form in version.forms)
        self.segments.show_segments(
            (
                (POINTS, self.tr("Open points"), str(unsettled) if unsettled else ""),
                (FORMS, self.tr("Forms"), str(len(version.forms))),
                (CHECKS, self.tr("Checks"), str(checks)),
            )
        )
        self._about.set_title(version.name)
        self._about_text.setText(language.words(version.description))
        self._about_text.setVisible(bool(version.description))
        items = sum(1 for form in version.forms for _ in self.access.session.definition.form_items(form.oid))
        self._facts.show_facts(
            (
                (self.tr("Version"), version.oid),
                (self.tr("Protocol"), version.protocol or "–"),
                (self.tr("Checksum"), self.access.session.definition.sha256[:16]),
                (self.tr("Events"), str(len(version.events))),
                (self.tr("Forms"), str(len(version.forms))),
                (self.tr("Items"), str(items)),
                (self.tr("Site"), language.words(self.access.session.location.name)),
                (self.tr("Time zone"), self.access.session.location.zone),
            )
        )
        self._show_part(self.segments.current)

    @Slot(str)
    def _show_part(self, part: str) -> None:
        version = self.access.session.definition.version
        if part == POINTS:
            columns = (
                Column(width=36),
                Column(title=self.tr("Point"), stretch=3, width=240),
                Column(title=self.tr("Taken as"), stretch=2, width=130),
                Column(title=self.tr("State"), width=130),
            )
            lines = tuple(self._point(setting) for setting in version.settings)
        elif part == FORMS:
            columns = (
                Column(width=36),
                Column(title=self.tr("Form"), stretch=2, width=170),
                Column(title=self.tr("Events"), stretch=3, width=170),
                Column(title=self.tr("Pages"), width=70, align=Align.RIGHT),
                Column(title=self.tr("Items"), width=70, align=Align.RIGHT),
                Column(title=self.tr("Checks"), width=76, align=Align.RIGHT),
            )
            lines = tuple(self._form(form) for form in version.forms)
        else:
            columns = (
                Column(width=36),
                Column(title=self.tr("Form"), width=150),
                Column(title=self.tr("Message"), stretch=1, width=240),
                Column(title=self.tr("Kind")),
            )
            lines = tuple(self._check(form, check) for form in version.forms for check in form.checks)
        self.table.show_lines(columns, lines)
        self.table.setAccessibleName(self.segments.current_text)
        self.table.choose_first()
        self._show_one(self.table.current_key)

    def _point(self, setting: Setting) -> Line:
        state = (
            Cell(text=self.tr("To confirm"), icon="help", tone=Tone.DUE, chip=True)
            if setting.open
            else Cell(text=self.tr("Confirmed"), icon="check", tone=Tone.DONE, chip=True)
        )
        return Line(
            key=setting,
            cells=(
                Cell(icon="help", tone=Tone.DUE) if setting.open else Cell(icon="check", tone=Tone.DONE),
                Cell(text=language.words(setting.question)),
                Cell(text=setting.value, bold=True),
                state,
            ),
        )

    def _form(self, form: FormDef) -> Line:
        definition = self.access.session.definition
        events = [
            language.words(event.title)
            for event in definition.version.events
            if any(ref.form == form.oid for ref in event.forms)
        ]
        items = sum(1 for _ in definition.form_items(form.oid))
        return Line(
            key=form,
            cells=(
                Cell(icon="study", tone=Tone.SECONDARY),
                Cell(text=language.words(form.title)),
                Cell(text=language.listed(events), tone=Tone.SECONDARY),
                Cell(text=str(len(form.groups))),
                Cell(text=str(items)),
                Cell(text=str(len(form.checks))),
            ),
        )

    def _check(self, form: FormDef, check: EditCheck) -> Line:
        kind = (
            Cell(text=self.tr("Asks for a comment"), tone=Tone.DUE, small=True)
            if check.soft
            else Cell(text=self.tr("Must be met"), tone=Tone.WRONG, small=True)
        )
        return Line(
            key=(form, check),
            cells=(
                Cell(icon="warning", tone=Tone.DUE) if check.soft else Cell(icon="error", tone=Tone.WRONG),
                Cell(text=language.words(form.title), tone=Tone.SECONDARY),
                Cell(text=language.words(check.message)),
                kind,
            ),
        )

    @Slot(object)
    def _show_one(self, key: object) -> None:
        definition = self.access.session.definition
        match key:
            case Setting():
                title = self.tr("Why it is taken so")
                texts = [
                    language.words(key.question),
                    self.tr("Taken as: {value}").format(value=key.value),
                    language.words(key.why),
                    self.tr("Source: {source}").format(source=key.source) if key.source else "",
                ]
            case FormDef():
                title = language.words(key.title)
                pages = [language.words(group.title) for group in definition.form_groups(key.oid)]
                repeats = self.tr("Can be filled several times.") if key.repeating else ""
                twice = self.tr("Is entered twice.") if key.double_entry else ""
                texts = [key.oid, language.listed(pages), language.sentences(repeats, twice), ""]
            case (FormDef() as form, EditCheck() as check):
                title = language.words(form.title)
                item = definition.items[check.item]
                texts = [
                    language.words(check.message),
                    self.tr("Shown at: {question}").format(question=language.words(item.question)),
                    check.expression,
                    self.tr("Source: {source}").format(source=check.source) if check.source else "",
                ]
            case _:
                title, texts = self.tr("Nothing here"), ["", "", "", ""]
        self._detail.set_title(title)
        for shown, text in zip(self._detail_texts, texts, strict=True):
            shown.setText(text)
            shown.setVisible(bool(text))
