"""Versions of the study at this site: add, rehearse, activate once approved."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout

from desktop.actions import ActivateStudyVersion, AddStudyVersion, Recorded
from desktop.errors import DefinitionError
from desktop.journal.hybrid_clock import parse_wall
from desktop.reading.amendment_rehearsal import Rehearsal
from desktop.site.site import MANAGES, Site
from desktop.study.definition.metadata import Definition
from desktop.study.formats.faults import Fault
from desktop.study.load import STUDY_FILE, load_definition
from desktop.study.values.typed_input import tidy_date
from desktop.views.study import VersionLine
from ui.background.jobs import Job
from ui.background.site_access import SiteAccess
from ui.look import language
from ui.look.style import Tone
from ui.screens.study.base import StudyPart, TextCard
from ui.screens.study.rehearsal_words import rehearsal_lines
from ui.widgets.buttons import primary, secondary
from ui.widgets.card import Card
from ui.widgets.fields import Labelled, TextLine
from ui.widgets.labels import label
from ui.widgets.message import Message
from ui.widgets.table import TWO_LINES, Cell, Column, Line, Table


class Rehearsed:
    """What a rehearsal found, with the definition that was rehearsed."""

    def __init__(self, definition: Definition, found: Rehearsal) -> None:
        self.definition = definition
        self.found = found


class VersionsPart(StudyPart):
    """The versions; beside them what can be done with the one in focus."""

    def __init__(self, access: SiteAccess) -> None:
        super().__init__(access, "study_versions")
        self._version: VersionLine | None = None
        self._job: Job | None = None
        self._brought = ""
        """SHA-256 of the version that is being brought here; its line is chosen once it is there."""
        self._dialog: QFileDialog | None = None
        self._rehearsed: Rehearsed | None = None
        self._faults: tuple[Fault, ...] = ()
        self.result_card = Card(flush=True)
        self.results = Table("version_results", fit=False)
        self._result_message = Message()
        self.results.set_row_height(TWO_LINES)
        told = QVBoxLayout()
        told.setContentsMargins(14, 2, 14, 8)
        told.addWidget(self._result_message)
        self.result_card.body.addLayout(told)
        self.result_card.body.addWidget(self.results)
        self.result_card.hide()
        self.left.addWidget(self.result_card)
        self.detail = TextCard()
        self.add_card = self._build_add()
        self.rehearse_card = self._build_rehearse()
        self.activate_card = self._build_activate()
        for card in (self.add_card, self.detail, self.rehearse_card, self.activate_card):
            self.add_to_side(card)
        self.end_layout()
        self._show_running()

    def _build_add(self) -> Card:
        card = Card()
        self._add_text = label(wrap=True, tone=Tone.SECONDARY)
        self.add = secondary(name="version_add", icon="add")
        self.add.clicked.connect(self._choose_file)
        self._add_message = Message()
        card.body.addWidget(self._add_text)
        card.body.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        card.body.addWidget(self._add_message)
        card.hide()
        return card

    def _build_rehearse(self) -> Card:
        card = Card()
        self._rehearse_text = label(wrap=True, tone=Tone.SECONDARY)
        self.rehearse = secondary(name="version_rehearse", icon="verify")
        self.rehearse.clicked.connect(self._rehearse)
        self.stop = secondary(name="version_stop", icon="close")
        self.stop.clicked.connect(self._stop)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._rehearse_message = Message()
        row = QHBoxLayout()
        row.addWidget(self.rehearse)
        row.addWidget(self.stop)
        row.addStretch(1)
        card.body.addWidget(self._rehearse_text)
        card.body.addLayout(row)
        card.body.addWidget(self._progress)
        card.body.addWidget(self._rehearse_message)
        card.hide()
        return card

    def _build_activate(self) -> Card:
        card = Card()
        card.body.setSpacing(10)
        self.approved, self.reference = TextLine(), TextLine()
        self._approved = Labelled(self.approved, "version_approved")
        self._reference = Labelled(self.reference, "version_reference")
        self.approved.done.connect(self.reference.setFocus)
        self.reference.done.connect(self._activate)
        self._activate_message = Message()
        self.activate = primary(name="version_activate", icon="check")
        self.activate.clicked.connect(self._activate)
        for part in (self._approved, self._reference, self._activate_message):
            card.body.addWidget(part)
        card.body.addWidget(self.activate, 0, Qt.AlignmentFlag.AlignLeft)
        card.hide()
        return card

    # Showing

    def show_all(self) -> None:
        columns = (
            Column(title=self.tr("Version"), stretch=2, width=100),
            Column(title=self.tr("State")),
            Column(title=self.tr("Came here"), stretch=1, width=100),
            Column(title=self.tr("Approved"), stretch=1, width=100),
            Column(title=self.tr("Approval document"), stretch=3, width=150),
        )
        versions = self.view.versions if self.view else ()
        first = versions[0].sha256 if versions else ""
        self.table.show_lines(columns, tuple(self._line(version, first) for version in reversed(versions)))
        self.table.setAccessibleName(self.tr("Study versions"))
        if any(version.sha256 == self._brought for version in versions):
            # What is to be done with it stands beside it.
            self.table.choose(self._brought)
            self._brought = ""
        self.table.choose_first()
        manages = self.may(MANAGES)
        self.add_card.setVisible(manages)
        self.add_card.set_title(self.tr("A new version"))
        self._add_text.setText(
            self.tr(
                "A study definition or an ODM-XML file. It comes to this site and is not in force before you say so."
            )
        )
        self.add.setText(self.tr("Add a version"))
        self.show_one(self.table.current_key)
        self._show_result()

    def _line(self, version: VersionLine, first: str) -> Line:
        was_in_force = bool(version.activated) or version.sha256 == first
        if version.is_active:
            since = _date(version.activated or version.added)
            text = self.tr("In force since {date}").format(date=since)
            state = Cell(text=text, icon="check", tone=Tone.DONE, chip=True)
        elif was_in_force:
            state = Cell(text=self.tr("Earlier version"), icon="history", tone=Tone.SECONDARY, chip=True)
        else:
            state = Cell(text=self.tr("Not in force yet"), icon="wait", tone=Tone.DUE, chip=True)
        return Line(
            key=version.sha256,
            cells=(
                Cell(text=version.oid, bold=True, tip=version.sha256),
                state,
                Cell(text=_date(version.added), tone=Tone.SECONDARY),
                Cell(text=version.approved, tone=Tone.SECONDARY),
                Cell(text=version.reference, tone=Tone.SECONDARY, tip=version.user),
            ),
        )

    @Slot(object)
    def show_one(self, key: object) -> None:
        before = self._version.sha256 if self._version else ""
        versions = self.view.versions if self.view else ()
        version = self._version = next((each for each in versions if each.sha256 == key), None)
        if version is None or version.sha256 != before:
            self._rehearse_message.clear()
            self._activate_message.clear()
        offers = version is not None and not version.is_active and self.may(MANAGES)
        self.rehearse_card.setVisible(offers)
        self.activate_card.setVisible(offers)
        self.detail.setVisible(version is not None)
        if version is None:
            return
        by = self.tr("Put in force by {name}.").format(name=version.user) if version.user else ""
        self.detail.say(
            self.tr("Version {version}").format(version=version.oid),
            self.tr("Checksum {checksum}").format(checksum=version.sha256[:16]),
            by,
            self.tr("Forms keep the version that they were entered under."),
        )
        self._word_offers(version)

    def forget_messages(self) -> None:
        for message in (self._add_message, self._rehearse_message, self._activate_message):
            message.clear()

    def _word_offers(self, version: VersionLine) -> None:
        self.rehearse_card.set_title(self.tr("Rehearsal"))
        self._rehearse_text.setText(
            self.tr("What {version} would change for each subject. Nothing is recorded.").format(version=version.oid)
        )
        self.rehearse.setText(self.tr("Rehearse"))
        self.stop.setText(self.tr("Stop"))
        self.activate_card.set_title(self.tr("Put {version} in force").format(version=version.oid))
        self._approved.say(self.tr("Approved by the ethics committee on"))
        self.approved.setPlaceholderText(self.tr("YYYY-MM-DD"))
        self._reference.say(self.tr("Number or name of the approval"))
        self.activate.setText(self.tr("Put in force"))

    def begin(self, key: object) -> None:
        if self.rehearse_card.isVisible():
            self.rehearse.setFocus()

    # What came out

    def _show_result(self) -> None:
        """The faults of a file that was not taken, or what a rehearsal found."""
        self.result_card.setVisible(bool(self._faults) or self._rehearsed is not None)
        if self._faults:
            self._show_faults()
        elif self._rehearsed is not None:
            self._show_rehearsed(self._rehearsed)

    def _show_faults(self) -> None:
        count = language.counted(len(self._faults), self.tr("1 fault"), self.tr("{n} faults"))
        self.result_card.set_title(self.tr("The file was not taken"), count)
        self._result_message.clear()
        columns = (
            Column(title=self.tr("Where"), width=200),
            Column(title=self.tr("What is wrong"), stretch=1, width=200),
        )
        lines = tuple(
            Line(
                key=number,
                cells=(
                    Cell(
                        text=f"{fault.file}:{fault.line}" if fault.line else fault.file, icon="error", tone=Tone.WRONG
                    ),
                    Cell(text=language.words(fault.message), below=fault.oid),
                ),
            )
            for number, fault in enumerate(self._faults)
        )
        self.results.setAccessibleName(self.result_card.title)
        self.results.show_lines(columns, lines)
        self.results.show()

    def _show_rehearsed(self, rehearsed: Rehearsed) -> None:
        found = rehearsed.found
        told = rehearsal_lines(self.access.session.definition, rehearsed.definition, found)
        title = self.tr("What {version} would change").format(version=found.version)
        self.result_card.set_title(title, str(len(told)) if told else "")
        looked = language.counted(
            found.looked_at, self.tr("1 subject was looked at."), self.tr("{n} subjects were looked at.")
        )
        if told:
            changes = language.counted(
                len(found.subjects),
                self.tr("For 1 of them something would be otherwise."),
                self.tr("For {n} of them something would be otherwise."),
            )
            self._result_message.say(Tone.DUE, language.sentences(looked, changes))
        else:
            self._result_message.say(Tone.DONE, language.sentences(looked, self.tr("Nothing would change for any.")))
        columns = (
            Column(title=self.tr("Subject"), width=92),
            Column(title=self.tr("What would be otherwise"), stretch=1, width=240),
        )
        lines = tuple(
            Line(
                key=number,
                cells=(Cell(text=line.subject, bold=True), Cell(text=line.what, below=line.form)),
            )
            for number, line in enumerate(told)
        )
        self.results.setAccessibleName(title)
        self.results.show_lines(columns, lines)
        self.results.setVisible(bool(told))

    # Adding

    @Slot()
    def _choose_file(self) -> None:
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self._dialog = QFileDialog(self, self.tr("Take a study version from"))
        self._dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._dialog.setNameFilter(self.tr("Study definitions ({file} *.xml)").format(file=STUDY_FILE))
        self._dialog.setDirectory(documents)
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.fileSelected.connect(self.add_from)
        self._dialog.open()

    @Slot(str)
    def add_from(self, file: str) -> None:
        """Bring the version here that a file says: a folder's study.yaml, or an ODM-XML file."""
        if self._job is not None:
            return
        path = Path(file)
        where = path.parent if path.name == STUDY_FILE else path
        self._faults, self._rehearsed = (), None
        self._show_result()
        self._add_message.clear()
        self._job = self.access.ask_long(lambda _site, _job: load_definition(where), self._loaded, self._not_added)
        self._show_running()

    def _loaded(self, definition: Definition) -> None:
        self._brought = definition.sha256
        self.access.record(AddStudyVersion(definition=definition), self._added, self._not_added)

    def _added(self, _: Recorded) -> None:
        self._end()
        self._add_message.say(
            Tone.DONE, self.tr("It is here and not in force yet. Rehearse it before you put it in force.")
        )
        self.table.setFocus()

    def _not_added(self, error: Exception) -> None:
        self._end()
        if isinstance(error, DefinitionError):
            self._faults = tuple(fault for fault in error.faults if isinstance(fault, Fault))
            self._show_result()
        self._add_message.say_error(error)
        self.add.setFocus()

    # Rehearsing

    @Slot()
    def _rehearse(self) -> None:
        version = self._version
        if version is None or self._job is not None:
            return
        sha256 = version.sha256

        def work(site: Site, job: Job) -> Rehearsed:
            definition = site.definition_of(sha256)
            return Rehearsed(definition, site.rehearse(definition, job.progress, job.is_cancelled))

        self._faults, self._rehearsed = (), None
        self._show_result()
        self._rehearse_message.clear()
        self._progress.setRange(0, 0)
        self._job = self.access.ask_long(work, self._show_found, self._not_rehearsed, progress=self._tell)
        self._show_running()
        self.stop.setFocus()

    def _tell(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)

    def _show_found(self, rehearsed: Rehearsed) -> None:
        self._end()
        self._rehearsed = rehearsed
        self._show_result()
        (self.results if self.results.lines else self.rehearse).setFocus()

    def _not_rehearsed(self, error: Exception) -> None:
        self._end()
        self._rehearse_message.say_error(error)
        self.rehearse.setFocus()

    @Slot()
    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _end(self) -> None:
        self._job = None
        self._show_running()

    def _show_running(self) -> None:
        runs = self._job is not None
        for button in (self.add, self.rehearse, self.activate):
            button.setEnabled(not runs)
        self.stop.setVisible(runs)
        self._progress.setVisible(runs)

    # Putting in force

    @Slot()
    def _activate(self) -> None:
        version = self._version
        if version is None or not self.activate.isEnabled():
            return
        self.activate.setEnabled(False)
        act = ActivateStudyVersion(
            sha256=version.sha256, approved=tidy_date(self.approved.text()), reference=self.reference.text()
        )
        self.access.record(act, self._activated, self._not_activated)

    def _activated(self, _: Recorded) -> None:
        self.activate.setEnabled(True)
        self.approved.clear()
        self.reference.clear()
        self._rehearsed = None
        self._show_result()
        self._add_message.say(Tone.DONE, self.tr("The version is in force on this computer."))
        self.table.setFocus()

    def _not_activated(self, error: Exception) -> None:
        self.activate.setEnabled(True)
        self._activate_message.say_error(error)
        self.approved.setFocus()


def _date(wall: str) -> str:
    at = parse_wall(wall)
    return wall if at is None else language.date(at.date())
