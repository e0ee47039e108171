"""Backup, verification, rebuild and the recovery code."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDate, QEvent, QStandardPaths, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from desktop.site.site import Site
from desktop.views.verification import Verification
from ui.background.jobs import Job
from ui.background.site_access import SiteAccess
from ui.look import language, style
from ui.look.style import Tone
from ui.widgets.buttons import Button, secondary
from ui.widgets.card import Card
from ui.widgets.labels import label
from ui.widgets.message import Message
from ui.widgets.table import Cell, Column, Line, Table


class Work(Card):
    """One long work: what it is for, a button, its progress, and what came out."""

    started = Signal()

    def __init__(self, name: str, icon: str) -> None:
        super().__init__()
        self.body.setSpacing(10)
        self._text = label(tone=Tone.SECONDARY, wrap=True)
        self.button: Button = secondary(name=name, icon=icon)
        self.button.clicked.connect(self.started)
        self._stop = secondary(name=f"stop_{name}", icon="close")
        self._stop.clicked.connect(self._cancel)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self.message = Message()
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addWidget(self._stop)
        row.addWidget(self._progress, 8)
        row.addStretch(1)
        self.body.addWidget(self._text)
        self.body.addLayout(row)
        self.body.addWidget(self.message)
        self.job: Job | None = None
        self._show_running()

    def say(self, title: str, text: str, button: str, stop: str) -> None:
        """Name it."""
        self.set_title(title)
        self._text.setText(text)
        self.button.setText(button)
        self._stop.setText(stop)

    def begin(self, job: Job) -> None:
        """It runs."""
        self.job = job
        self.message.clear()
        self._progress.setRange(0, 0)
        self._show_running()

    def tell(self, done: int, total: int) -> None:
        """How far it is."""
        self._progress.setRange(0, total)
        self._progress.setValue(done)

    def end(self) -> None:
        """It runs no more."""
        self.job = None
        self._show_running()

    def fail(self, error: Exception) -> None:
        """It did not come to its end."""
        self.end()
        self.message.say_error(error)

    def _show_running(self) -> None:
        running = self.job is not None
        self.button.setEnabled(not running)
        self._stop.setVisible(running)
        self._progress.setVisible(running)

    @Slot()
    def _cancel(self) -> None:
        if self.job is not None:
            self.job.cancel()


class SafekeepingPart(QWidget):
    """The long works on the vault as a whole."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self._dialog: QFileDialog | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(style.GAP)
        row = QHBoxLayout()
        row.setSpacing(style.GAP)
        self.backup = Work("backup", "backup")
        self.verify = Work("verify", "verify")
        self.rebuild = Work("rebuild", "rebuild")
        self.recovery = Card()
        self._recovery_text = label(tone=Tone.SECONDARY, wrap=True)
        self.recovery.body.addWidget(self._recovery_text)
        columns = (
            (self.backup, self.rebuild),
            (self.verify, self.recovery),
        )
        for cards in columns:
            column = QVBoxLayout()
            column.setSpacing(style.GAP)
            for card in cards:
                column.addWidget(card)
            column.addStretch(1)
            row.addLayout(column, 1)
        whole.addLayout(row)
        self._failures = Card(flush=True)
        self.failures = Table("failures", fit=True)
        self._failures.body.addWidget(self.failures)
        self._failures.hide()
        whole.addWidget(self._failures)
        whole.addStretch(1)
        self.backup.started.connect(self._choose_backup)
        self.verify.started.connect(self._verify)
        self.rebuild.started.connect(self._rebuild)
        self.retranslate()

    def retranslate(self) -> None:
        """Set the texts anew."""
        stop = self.tr("Stop")
        self.backup.say(
            self.tr("Backup"),
            self.tr(
                "An encrypted copy of everything, opened with the same passphrases. Keep it on another disk"
                " or a stick. It is read back at once to see that it is whole."
            ),
            self.tr("Write backup"),
            stop,
        )
        self.verify.say(
            self.tr("Verify"),
            self.tr(
                "Checks that no entry was changed, that the signatures are right, and that every form shows"
                " what the journal says. Nothing is changed by it."
            ),
            self.tr("Verify now"),
            stop,
        )
        self.rebuild.say(
            self.tr("Rebuild the casebook"),
            self.tr(
                "Reads the casebook off the journal anew, if a verification asks for it. Entries, drafts and"
                " users stay as they are."
            ),
            self.tr("Rebuild"),
            stop,
        )
        self.recovery.set_title(self.tr("Recovery code"))
        self._recovery_text.setText(
            self.tr(
                "It was shown once, when this vault was made, and belongs on paper in the site's safe. With it"
                " a person who lost the passphrase sets a new one, on the sign-in screen. Whoever has it and"
                " this computer can read everything."
            )
        )

    def _run(
        self,
        card: Work,
        question: Callable[[Site, Job], Any],
        done: Callable[[Any], None],
    ) -> None:
        self._failures.hide()
        card.begin(self._access.ask_long(question, done, card.fail, progress=card.tell))

    @Slot()
    def _choose_backup(self) -> None:
        session = self._access.session
        day = QDate.currentDate().toString(Qt.DateFormat.ISODate)
        name = f"{session.definition.version.name}_{session.location.oid}_{day}.sitebook-backup"
        self._dialog = QFileDialog(self, self.tr("Write the backup to"))
        self._dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self._dialog.setNameFilter(self.tr("Sitebook backups (*.sitebook-backup)"))
        self._dialog.setDirectory(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        self._dialog.selectFile(name)
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.fileSelected.connect(self.backup_to)
        self._dialog.open()

    @Slot(str)
    def backup_to(self, file: str) -> None:
        """Write a backup."""
        out = Path(file)

        def work(site: Site, job: Job) -> Path:
            site.backup(out, job.progress, job.is_cancelled)
            return out

        self._run(self.backup, work, self._backed_up)

    def _backed_up(self, out: Path) -> None:
        self.backup.end()
        self.backup.message.say(Tone.DONE, self.tr("Written and read back: {file}").format(file=str(out)))

    @Slot()
    def _verify(self) -> None:
        self._run(
            self.verify,
            lambda site, job: site.verify(job.progress, job.is_cancelled),
            self._verified,
        )

    def _verified(self, found: Verification) -> None:
        self.verify.end()
        if found.ok:
            self.verify.message.say(
                Tone.DONE,
                self.tr("All is right: {entries} entries, {signatures} signatures, {subjects} subjects.").format(
                    entries=language.number(found.entries),
                    signatures=language.number(found.signatures),
                    subjects=language.number(found.subjects),
                ),
            )
            return
        self.verify.message.say(
            Tone.WRONG,
            self.tr("Not everything is right. Look below, and leave this computer as it is until it is clear."),
        )
        self._failures.set_title(self.tr("What did not verify"), str(len(found.failures)))
        self.failures.show_lines(
            (Column(width=36), Column(stretch=1, width=160), Column(stretch=3, width=300)),
            tuple(
                Line(
                    key=number,
                    cells=(
                        Cell(icon="error", tone=Tone.WRONG),
                        Cell(text=failure.where, bold=True),
                        Cell(text=language.format_message(failure.message, {})),
                    ),
                )
                for number, failure in enumerate(found.failures)
            ),
        )
        self._failures.show()

    @Slot()
    def _rebuild(self) -> None:
        self._run(
            self.rebuild,
            lambda site, job: site.rebuild(job.progress, job.is_cancelled),
            self._rebuilt,
        )

    def _rebuilt(self, subjects: int) -> None:
        self.rebuild.end()
        self.rebuild.message.say(
            Tone.DONE,
            language.counted(
                subjects,
                self.tr("1 subject was read off the journal."),
                self.tr("{n} subjects were read off the journal."),
            ),
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
