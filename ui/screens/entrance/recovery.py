"""New passphrase by the printed recovery code."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from ui.look.style import Tone
from ui.screens.entrance.base import Links
from ui.screens.entrance.recovery_code_page import RecoveryCodePage
from ui.widgets.buttons import link, primary
from ui.widgets.fields import Choice, Labelled, TextLine
from ui.widgets.labels import label
from ui.widgets.message import Message
from ui.widgets.passphrases import NewPassphrase

if TYPE_CHECKING:
    from desktop.site.site import Site
    from ui.background.jobs import Job
    from ui.background.site_access import Session, SiteAccess


class RecoveryForm(QWidget):
    """Who one is, the code, and a new passphrase."""

    entered = Signal()
    left = Signal()

    def __init__(self, access: SiteAccess, folder: Path) -> None:
        super().__init__()
        self._access = access
        self._folder = folder
        self._title = label(kind="title")
        self._text = label(tone=Tone.SECONDARY, wrap=True)
        self.user = Choice()
        self._user = Labelled(self.user, "recovery_user")
        self.code = TextLine()
        self._code = Labelled(self.code, "recovery_code")
        self.new = NewPassphrase("recovery_passphrase")
        self.message = Message()
        self.button = primary(name="recover", icon="key")
        self.back = link(name="leave_recovery")
        self.button.make_wide()
        self.button.clicked.connect(self._recover)
        self.new.done.connect(self._recover)
        self.back.clicked.connect(self.left)
        self._form = QWidget()
        self.code_page = RecoveryCodePage()
        self.code_page.kept.connect(self.entered)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._form)
        self._stack.addWidget(self.code_page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        column = QVBoxLayout(self._form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addStretch(1)
        parts = (self._title, self._text, self._user, self._code, self.new, self.message, self.button)
        for part in parts:
            column.addWidget(part)
        column.addWidget(Links((self.back,)))
        column.addStretch(1)
        self.retranslate()

    def start(self, names: tuple[str, ...], chosen: str) -> None:
        """Begin anew."""
        self._stack.setCurrentIndex(0)
        self.user.show_choices(tuple((name, name) for name in names))
        self.user.choose(chosen)
        self.code.clear()
        self.new.clear()
        self.message.clear()
        self.code.setFocus()

    def retranslate(self) -> None:
        """Set the texts anew."""
        self._title.setText(self.tr("Recovery code"))
        self._text.setText(
            self.tr("The code is on paper, in the site's safe. With it you give yourself a new passphrase.")
        )
        self._user.say(self.tr("User"))
        self._code.say(self.tr("Recovery code"))
        self.button.setText(self.tr("Set the new passphrase and sign in"))
        self.back.setText(self.tr("Back to sign-in"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    @Slot()
    def _recover(self) -> None:
        passphrase = self.new.checked()
        code, name, folder = self.code.text(), str(self.user.currentData()), self._folder
        if not code.strip():
            self.message.say(Tone.WRONG, self.tr("The recovery code is needed."))
            self.code.setFocus()
        elif passphrase is not None:
            self.button.setEnabled(False)
            codes: list[str] = []

            def way(_: Job) -> Site:
                from desktop.site.opening import recover_site

                site, new_code = recover_site(folder, code, name, passphrase)
                codes.append(new_code)
                return site

            self._access.open(way, partial(self._recovered, codes), self._fail)

    def _recovered(self, codes: list[str], _: Session) -> None:
        self.button.setEnabled(True)
        self.code.clear()
        self.new.clear()
        self._stack.setCurrentIndex(1)
        self.code_page.show_code(codes.pop())

    def _fail(self, error: Exception) -> None:
        self.button.setEnabled(True)
        self.message.say_error(error)
        self.code.setFocus()
