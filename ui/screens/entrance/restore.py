"""Restoring a backup into this computer's vault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QWidget

from ui.look.style import Tone
from ui.screens.entrance.base import Links, column
from ui.widgets.buttons import link, primary, secondary
from ui.widgets.fields import Labelled, Passphrase, TextLine
from ui.widgets.labels import label
from ui.widgets.message import Message

if TYPE_CHECKING:
    from desktop.site.site import Site
    from ui.background.jobs import Job
    from ui.background.site_access import Session, SiteAccess


class RestoreForm(QWidget):
    """The file, and who restores it."""

    entered = Signal(object)
    left = Signal()

    def __init__(self, access: SiteAccess, folder: Path) -> None:
        super().__init__()
        self._access = access
        self._folder = folder
        self._dialog: QFileDialog | None = None
        self._title = label(kind="title")
        self._text = label(tone=Tone.SECONDARY, wrap=True)
        self.file = TextLine()
        self.choose = secondary(name="choose_backup", icon="folder")
        self.choose.clicked.connect(self._choose)
        field = QWidget()
        row = QHBoxLayout(field)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.file, 1)
        row.addWidget(self.choose)
        self._file = Labelled(field, "restore_file_row")
        self.file.setObjectName("restore_file")
        self._file.label.setBuddy(self.file)
        self.user = TextLine()
        self._user = Labelled(self.user, "restore_user")
        self.passphrase = Passphrase()
        self._passphrase = Labelled(self.passphrase, "restore_passphrase")
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.hide()
        self.message = Message()
        self.button = primary(name="restore", icon="restore")
        self.back = link(name="leave_restore")
        self.button.make_wide()
        self.button.clicked.connect(self._restore)
        self.passphrase.done.connect(self._restore)
        self.back.clicked.connect(self.left)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(
            column(
                self._title,
                self._text,
                self._file,
                self._user,
                self._passphrase,
                self._progress,
                self.message,
                self.button,
                Links((self.back,)),
            ),
            1,
            Qt.AlignmentFlag.AlignVCenter,
        )
        self.retranslate()

    def start(self) -> None:
        """Begin anew."""
        self.message.clear()
        self.passphrase.clear()
        self.choose.setFocus()

    def retranslate(self) -> None:
        """Set the texts anew."""
        self._title.setText(self.tr("Restore a backup"))
        self._text.setText(
            self.tr(
                "People and passphrases stay as they were when the backup was written. This computer goes on as a"
                " new device with a letter of its own."
            )
        )
        self._file.say(self.tr("Backup file"))
        self.file.setAccessibleName(self.tr("Backup file"))
        self.choose.setText(self.tr("Choose"))
        self._user.say(self.tr("User"))
        self._passphrase.say(self.tr("Passphrase"))
        self.button.setText(self.tr("Restore and sign in"))
        self.back.setText(self.tr("Back"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    @Slot()
    def _choose(self) -> None:
        self._dialog = QFileDialog(self, self.tr("Choose a backup"))
        self._dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._dialog.setNameFilters([self.tr("Sitebook backups (*.sitebook-backup)"), self.tr("All files (*)")])
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.fileSelected.connect(self._chosen)
        self._dialog.open()

    @Slot(str)
    def _chosen(self, file: str) -> None:
        self.file.setText(file)
        self.user.setFocus()

    @Slot()
    def _restore(self) -> None:
        file, name, typed = self.file.text().strip(), self.user.text().strip(), self.passphrase.text()
        for needed, field in ((file, self.file), (name, self.user), (typed, self.passphrase)):
            if not needed:
                self.message.say(Tone.WRONG, self.tr("File, user and passphrase are all needed."))
                field.setFocus()
                return
        folder = self._folder
        self.message.clear()
        self.button.setEnabled(False)
        self._progress.setRange(0, 0)
        self._progress.show()

        def way(job: Job) -> Site:
            from desktop.site.opening import restore_site

            return restore_site(Path(file), folder, name, typed, progress=job.progress)

        self._access.open(way, self._restored, self._fail, progress=self._tell)

    def _tell(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)

    def _restored(self, _: Session) -> None:
        self._end()
        self.entered.emit(None)

    def _fail(self, error: Exception) -> None:
        self._end()
        self.message.say_error(error)

    def _end(self) -> None:
        self.passphrase.clear()
        self.button.setEnabled(True)
        self._progress.hide()
