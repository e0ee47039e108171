"""Making the practice site: a real vault and a real centre on this computer, with invented subjects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from ui.background.jobs import Lane
from ui.look.style import Tone
from ui.screens.entrance.base import Links, column
from ui.widgets.buttons import link, primary
from ui.widgets.card import Card
from ui.widgets.labels import label
from ui.widgets.message import Message
from ui.widgets.table import Cell, Column, Line, Table

if TYPE_CHECKING:
    from desktop.practice.practice_site import PracticeSite
    from ui.background.jobs import Job
    from ui.background.site_access import SiteAccess


class PracticeForm(QWidget):
    """Make the practice site, or find the one that is there; then say who may sign in."""

    ready = Signal(object)
    """The folder of the practice vault."""
    left = Signal()

    def __init__(self, access: SiteAccess, folder: Path) -> None:
        super().__init__()
        self._access = access
        self._folder = folder
        self._job: Job | None = None
        self._title = label(kind="title")
        self._text = label(tone=Tone.SECONDARY, wrap=True)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self.message = Message()
        self._users_card = Card(flush=True)
        self.users = Table("practice_users", fit=True)
        self.users.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._users_card.body.addWidget(self.users)
        self.make = primary(name="make_practice", icon="practice")
        self.sign_in = primary(name="practice_sign_in")
        self.back = link(name="leave_practice")
        self.make.make_wide()
        self.make.clicked.connect(self._make)
        self.sign_in.make_wide()
        self.sign_in.clicked.connect(self._go_on)
        self.back.clicked.connect(self._leave)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(
            column(
                self._title,
                self._text,
                self._progress,
                self.message,
                self._users_card,
                self.make,
                self.sign_in,
                Links((self.back,)),
            ),
            1,
            Qt.AlignmentFlag.AlignVCenter,
        )
        self._made: PracticeSite | None = None
        self._show()
        self.retranslate()

    def start(self) -> None:
        """Look whether there is a practice site already."""
        folder = self._folder
        self.message.clear()

        def look(_: Job) -> PracticeSite | None:
            from desktop.practice.practice_site import find

            return find(folder)

        self._access.jobs.run(look, self._found, self.message.say_error)
        self.make.setFocus()

    def retranslate(self) -> None:
        """Set the texts anew."""
        self._title.setText(self.tr("Practice site"))
        self._text.setText(
            self.tr(
                "A real vault and a real centre, both on this computer only, with invented subjects at different"
                " points of the trial. Nothing done there leaves this computer."
            )
        )
        self._users_card.set_title(self.tr("Who may sign in"))
        self.make.setText(self.tr("Make the practice site"))
        self.sign_in.setText(self.tr("Go to sign-in"))
        self.back.setText(self.tr("Back"))
        if self._made is not None:
            self._found(self._made)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _show(self) -> None:
        making = self._job is not None
        self._progress.setVisible(making)
        self.make.setVisible(self._made is None)
        self.make.setEnabled(not making)
        self._users_card.setVisible(self._made is not None)
        self.sign_in.setVisible(self._made is not None)

    def _found(self, found: PracticeSite | None) -> None:
        self._made = found
        if found is not None:
            columns = (
                Column(title=self.tr("User"), stretch=1, width=120),
                Column(title=self.tr("Passphrase"), stretch=1, width=150),
            )
            self.users.show_lines(
                columns,
                tuple(
                    Line(key=user.name, cells=(Cell(text=user.name, bold=True), Cell(text=user.passphrase)))
                    for user in found.users
                ),
            )
        self._show()
        (self.make if found is None else self.sign_in).setFocus()

    @Slot()
    def _make(self) -> None:
        folder = self._folder

        def work(job: Job) -> PracticeSite:
            from desktop.practice.practice_site import make

            return make(folder, job.progress, job.is_cancelled)

        self.message.say(Tone.QUERY, self.tr("This takes a minute: every entry is encrypted and signed."), "wait")
        self._progress.setRange(0, 0)
        # Not on the vault's thread: its own vault is opened and closed in the work.
        self._job = self._access.jobs.run(work, self._is_made, self._fail, progress=self._tell, lane=Lane.NETWORK)
        self._show()

    def _tell(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)

    def _is_made(self, made: PracticeSite) -> None:
        self._job = None
        self.message.clear()
        self._found(made)

    def _fail(self, error: Exception) -> None:
        self._job = None
        self.message.say_error(error)
        self._show()

    @Slot()
    def _go_on(self) -> None:
        from desktop.practice.practice_site import vault_of

        self.ready.emit(vault_of(self._folder))

    @Slot()
    def _leave(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self.left.emit()
