"""Sign-in, unlock, and the way to recovery."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.errors import SignInError
from ui.background.site_access import PRACTICE_FILE
from ui.look import language, style
from ui.look.style import Tone
from ui.screens.entrance.base import Entrance, Links, centred, column
from ui.widgets.buttons import link, primary
from ui.widgets.fields import Choice, Labelled, Passphrase
from ui.widgets.labels import label
from ui.widgets.message import Message

if TYPE_CHECKING:
    from desktop.site.opening import VaultLabel
    from desktop.site.site import Site
    from ui.background.jobs import Job
    from ui.background.site_access import Session, SiteAccess
    from ui.screens.entrance.recovery import RecoveryForm

SECOND_MS = 1000
TALL = 36


class SignInScreen(Entrance):
    """Who are you, and the passphrase. While the window is locked: the passphrase alone."""

    unlocked = Signal()
    other_wished = Signal()
    """Another person wants to sign in while the window is locked."""

    def __init__(self, access: SiteAccess, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__("sign_in", parent)
        self._access = access
        self._folder = folder
        self._label: VaultLabel | None = None
        self._locked_user = ""
        self._practice: dict[str, str] = {}
        """At the practice site everything is invented, the passphrases too: they are shown."""
        self._error: SignInError | None = None
        self._left = 0
        self._submit_when_ready = False
        self._clock = QTimer(self)
        self._clock.setInterval(SECOND_MS)
        self._clock.timeout.connect(self._count_down)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._build_sign_in())
        self._recovery: RecoveryForm | None = None
        self.set_form(self._stack)
        self.retranslate()

    def _build_sign_in(self) -> QWidget:
        self._title = label(kind="title")
        self.user = Choice()
        self._user = Labelled(self.user, "user")
        self.passphrase = Passphrase()
        self._passphrase = Labelled(self.passphrase, "passphrase")
        self.message = Message()
        self.hint = Message()
        self.user.currentIndexChanged.connect(self._show_hint)
        self.button = primary(name="sign_in_button", hint="Enter")
        for field in (self.user, self.passphrase):
            field.setProperty("tall", "true")
        self.button.make_wide(TALL)
        self.forgot = link(name="forgot")
        self.other = link(name="other_user")
        self.language = link(name="language_link")
        self.passphrase.done.connect(self._sign_in)
        self.passphrase.caps_changed.connect(self._show_message)
        self.passphrase.textEdited.connect(self._clear_error)
        self.button.clicked.connect(self._sign_in)
        self.forgot.clicked.connect(self._show_recovery)
        self.other.clicked.connect(self.other_wished)
        self.language.clicked.connect(self.language_wished)
        self._links = Links((self.forgot, self.other, self.language))
        whole = column(
            self._title,
            self._user,
            column(self._passphrase, self.message, self.hint, spacing=6),
            self.button,
            self._links,
        )
        return centred(whole)

    # What it shows

    @Slot()
    def ask_label(self) -> None:
        """Ask whose vault it is, and who may sign in."""
        folder = self._folder

        def look(_: Job) -> tuple[VaultLabel, dict[str, str]]:
            from desktop.site.opening import label

            return label(folder), _practice_passphrases(folder)

        self._access.jobs.run(look, self._show_found, self.show_error)

    def _show_found(self, found: tuple[VaultLabel, dict[str, str]]) -> None:
        vault_label, self._practice = found
        self.show_label(vault_label)
        if self._submit_when_ready:
            self._submit_when_ready = False
            self._sign_in()

    def show_label(self, found: VaultLabel) -> None:
        """Whose vault it is, and who may sign in."""
        self._label = found
        if not self._locked_user:
            self.user.show_choices(tuple((name, name) for name in found.users))
            self.user.choose(found.last_user)
        self.retranslate()

    def show_locked(self, user: str) -> None:
        """Ask the person who locked the window for the passphrase."""
        self._locked_user = user
        self.user.show_choices(((user, user),))
        self.reset()
        self.retranslate()

    def reset(self) -> None:
        """Forget what was typed and said."""
        self._clock.stop()
        self._error, self._left = None, 0
        self.passphrase.clear()
        self._stack.setCurrentIndex(0)
        self._show_busy(busy=False)
        self._show_message()

    def show_error(self, error: Exception) -> None:
        """Say why nobody can sign in."""
        self.message.say_error(error)

    def focus_next_step(self) -> None:
        """Go to the passphrase."""
        self.passphrase.setFocus()

    def retranslate(self) -> None:
        locked = bool(self._locked_user)
        self._title.setText(self.tr("Locked") if locked else self.tr("Sign in"))
        self._user.say(self.tr("User"))
        self.user.setEnabled(not locked)
        self._passphrase.say(self.tr("Passphrase"))
        self.button.setText(self.tr("Unlock") if locked else self.tr("Sign in"))
        self.forgot.setText(self.tr("Passphrase forgotten: recovery code"))
        self.other.setText(self.tr("Another person signs in"))
        self._links.show_only((self.other if locked else self.forgot, self.language))
        self.language.setText("English" if language.is_chinese() else "中文")
        site = study = ""
        if self._label is not None:
            name = language.words(self._label.site_name)
            site = language.joined(self.tr("Site {oid}").format(oid=self._label.site), name)
            study = self._label.study_name
        self.side.say(site, study, self.tr("Data are kept encrypted on this computer. It works without a network."))
        self._show_message()
        self._show_hint()

    @Slot()
    def _show_hint(self) -> None:
        passphrase = self._practice.get(str(self.user.currentData()), "")
        told = self.tr("Practice site. The passphrase: {passphrase}").format(passphrase=passphrase)
        self.hint.say(Tone.QUERY, told if passphrase else "", "practice")

    @Slot()
    def _show_message(self) -> None:
        caps = self.tr("Caps Lock is on.") if self.passphrase.caps else ""
        if self._error is not None:
            told = self._error_words(self._error)
            self.message.say(Tone.WRONG, language.sentences(told, caps))
        elif caps:
            self.message.say(Tone.DUE, caps)
        elif self.message.tone is not Tone.WRONG:
            self.message.clear()
        style.set_kind(self.passphrase, wrong="true" if self._error is not None else "false")

    def _error_words(self, error: SignInError) -> str:
        if self._left and "{wait}" in error.message:
            return language.format_message(error.message, {"wait": self._left})
        wait = self.tr("Wait {n} s, then try again.").format(n=self._left) if self._left else ""
        return language.sentences(language.sentence(error), wait)

    def _show_busy(self, *, busy: bool) -> None:
        self.button.setEnabled(not busy and not self._left)
        self.passphrase.setReadOnly(busy)

    # Signing in

    @Slot()
    def _sign_in(self) -> None:
        if self._left or not self.button.isEnabled():
            return
        if self.user.currentData() is None:
            # Whoever is faster than the label signs in as the person who was here last.
            self._submit_when_ready = True
            return
        typed = self.passphrase.text()
        if not typed:
            self.passphrase.setFocus()
            return
        self._show_busy(busy=True)
        if self._locked_user:
            self._access.ask(lambda site: site.unlock(typed), self._unlocked, self._fail)
            return
        folder, name = self._folder, str(self.user.currentData())

        def way(_: Job) -> Site:
            from desktop.site.opening import open_site

            return open_site(folder, name, typed)

        self._access.open(way, self._signed_in, self._fail)

    def _signed_in(self, _: Session) -> None:
        self.reset()
        self.entered.emit(None)

    def _unlocked(self, _: object) -> None:
        self._locked_user = ""
        self.reset()
        self.unlocked.emit()

    def _fail(self, error: Exception) -> None:
        self.passphrase.clear()
        if isinstance(error, SignInError):
            self._error, self._left = error, error.wait
            if self._left:
                self._clock.start()
            self._show_message()
        else:
            self._error = None
            self.message.say_error(error)
        self._show_busy(busy=False)
        self.passphrase.setFocus()

    @Slot()
    def _count_down(self) -> None:
        self._left = max(0, self._left - 1)
        if not self._left:
            self._clock.stop()
            self._show_busy(busy=False)
        self._show_message()

    @Slot()
    def _clear_error(self) -> None:
        if self._error is not None and not self._left:
            self._error = None
            self.message.clear()
            self._show_message()

    # The recovery code

    @Slot()
    def _show_recovery(self) -> None:
        if self._recovery is None:
            from ui.screens.entrance.recovery import RecoveryForm

            form = RecoveryForm(self._access, self._folder)
            form.entered.connect(self._recovered)
            form.left.connect(self._leave_recovery)
            self._recovery = form
            self._stack.addWidget(form)
        names = tuple(self._label.users) if self._label is not None else ()
        self._recovery.start(names, str(self.user.currentData() or ""))
        self._stack.setCurrentWidget(self._recovery)

    @Slot()
    def _leave_recovery(self) -> None:
        self._stack.setCurrentIndex(0)
        self.passphrase.setFocus()

    @Slot()
    def _recovered(self) -> None:
        self.reset()
        self.entered.emit(None)


def _practice_passphrases(folder: Path) -> dict[str, str]:
    """Who may sign in at a practice site, and with what; nobody where the vault is a real one."""
    if not (folder.parent / PRACTICE_FILE).exists():
        return {}
    from desktop.practice.practice_site import practice_of

    found = practice_of(folder)
    return {} if found is None else {user.name: user.passphrase for user in found.users}
