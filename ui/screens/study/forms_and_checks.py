"""Forms and checks of the study."""

from PySide6.QtCore import Slot

from desktop.study.definition.metadata import EditCheck, FormDef
from ui.background.site_access import SiteAccess
from ui.look import language
from ui.look.style import Tone
from ui.screens.study.base import StudyPart, TextCard
from ui.widgets.card import Card, Facts
from ui.widgets.labels import label
from ui.widgets.table import Align, Cell, Column, Line


class About(Card):
    """The version in force, in facts."""

    def __init__(self, access: SiteAccess) -> None:
        super().__init__()
        self._access = access
        self._text = label(wrap=True, tone=Tone.SECONDARY)
        self._facts = Facts(shares=(1, 3))
        self.body.addWidget(self._text)
        self.body.addWidget(self._facts)

    def show_study(self) -> None:
        """Show the study version in force."""
        session = self._access.session
        version = session.definition.version
        self.set_title(version.name)
        self._text.setText(language.words(version.description))
        self._text.setVisible(bool(version.description))
        items = sum(1 for form in version.forms for _ in session.definition.form_items(form.oid))
        self._facts.show_facts(
            (
                (self.tr("Version"), version.oid),
                (self.tr("Protocol"), version.protocol or "–"),
                (self.tr("Checksum"), session.definition.sha256[:16]),
                (self.tr("Events"), str(len(version.events))),
                (self.tr("Forms"), str(len(version.forms))),
                (self.tr("Items"), str(items)),
                (self.tr("Site"), language.words(session.location.name)),
                (self.tr("Time zone"), session.location.zone),
            )
        )


class _ListPart(StudyPart):
    """A list with what the line in focus says at length, and the study's facts."""

    def __init__(self, access: SiteAccess, name: str) -> None:
        super().__init__(access, name)
        self.detail = TextCard()
        self.about = About(access)
        self.add_to_side(self.detail)
        self.add_to_side(self.about)
        self.end_layout()

    def show_lines(self, columns: tuple[Column, ...], lines: tuple[Line, ...], name: str) -> None:
        """Show the list."""
        self.about.show_study()
        self.table.show_lines(columns, lines)
        self.table.setAccessibleName(name)
        self.table.choose_first()
        self.show_one(self.table.current_key)


class FormsPart(_ListPart):
    """The forms."""

    def __init__(self, access: SiteAccess) -> None:
        super().__init__(access, "study_forms")

    def show_all(self) -> None:
        columns = (
            Column(width=36),
            Column(title=self.tr("Form"), stretch=2, width=170),
            Column(title=self.tr("Events"), stretch=3, width=170),
            Column(title=self.tr("Pages"), width=70, align=Align.RIGHT),
            Column(title=self.tr("Items"), width=70, align=Align.RIGHT),
            Column(title=self.tr("Checks"), width=76, align=Align.RIGHT),
        )
        forms = self.access.session.definition.version.forms
        self.show_lines(columns, tuple(map(self._line, forms)), self.tr("Forms"))

    def _line(self, form: FormDef) -> Line:
        definition = self.access.session.definition
        events = [
            language.words(event.title)
            for event in definition.version.events
            if any(ref.form == form.oid for ref in event.forms)
        ]
        items = sum(1 for _ in definition.form_items(form.oid))
        return Line(
            key=form.oid,
            cells=(
                Cell(icon="study", tone=Tone.SECONDARY),
                Cell(text=language.words(form.title)),
                Cell(text=language.listed(events), tone=Tone.SECONDARY),
                Cell(text=str(len(form.groups))),
                Cell(text=str(items)),
                Cell(text=str(len(form.checks))),
            ),
        )

    @Slot(object)
    def show_one(self, key: object) -> None:
        definition = self.access.session.definition
        form = definition.forms.get(str(key))
        if form is None:
            self.detail.say(self.tr("Nothing here"))
            return
        pages = [language.words(group.title) for group in definition.form_groups(form.oid)]
        repeats = self.tr("Can be filled several times.") if form.repeating else ""
        twice = self.tr("Is entered twice.") if form.double_entry else ""
        self.detail.say(
            language.words(form.title), form.oid, language.listed(pages), language.sentences(repeats, twice)
        )


class ChecksPart(_ListPart):
    """The edit checks."""

    def __init__(self, access: SiteAccess) -> None:
        super().__init__(access, "study_checks")

    def show_all(self) -> None:
        columns = (
            Column(width=36),
            Column(title=self.tr("Form"), width=150),
            Column(title=self.tr("Message"), stretch=1, width=240),
            Column(title=self.tr("Kind")),
        )
        forms = self.access.session.definition.version.forms
        lines = tuple(self._line(form, check) for form in forms for check in form.checks)
        self.show_lines(columns, lines, self.tr("Checks"))

    def _line(self, form: FormDef, check: EditCheck) -> Line:
        if check.completion:
            kind = Cell(text=self.tr("Before completion"), tone=Tone.DUE, small=True)
        elif check.soft:
            kind = Cell(text=self.tr("Asks for a comment"), tone=Tone.DUE, small=True)
        else:
            kind = Cell(text=self.tr("Must be met"), tone=Tone.WRONG, small=True)
        warns = check.soft or check.completion
        return Line(
            key=(form, check),
            cells=(
                Cell(icon="warning", tone=Tone.DUE) if warns else Cell(icon="error", tone=Tone.WRONG),
                Cell(text=language.words(form.title), tone=Tone.SECONDARY),
                Cell(text=language.words(check.message)),
                kind,
            ),
        )

    @Slot(object)
    def show_one(self, key: object) -> None:
        match key:
            case (FormDef() as form, EditCheck() as check):
                item = self.access.session.definition.items.get(check.item)
                self.detail.say(
                    language.words(form.title),
                    language.words(check.message),
                    self.tr("Shown at: {question}").format(question=language.words(item.question)) if item else "",
                    check.expression,
                    self._source(check.source),
                )
            case _:
                self.detail.say(self.tr("Nothing here"))
