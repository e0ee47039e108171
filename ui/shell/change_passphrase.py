"""Change of one's own passphrase."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.actions import ChangePassphrase, Recorded
from desktop.errors import SignInError
from ui.background.site_access import SiteAccess
from ui.widgets.buttons import primary, secondary
from ui.widgets.fields import Labelled, Passphrase
from ui.widgets.message import Message
from ui.widgets.passphrases import NewPassphrase

WIDTH = 400


class OwnPassphrase(QDialog):
    """The present passphrase, and the new one twice."""

    changed = Signal()

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self.setObjectName("own_passphrase")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH)
        self.old = Passphrase()
        self._old = Labelled(self.old, "old_passphrase")
        self.new = NewPassphrase("own_new_passphrase")
        self.message = Message()
        self.button = primary(name="change_passphrase")
        self._leave = secondary(name="leave_passphrase", hint="Esc")
        self.button.clicked.connect(self._change)
        self.new.done.connect(self._change)
        self._leave.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._leave)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(14)
        for part in (self._old, self.new, self.message):
            column.addWidget(part)
        column.addLayout(row)
        self.retranslate()
        self.old.setFocus()

    def retranslate(self) -> None:
        """Set the texts anew."""
        self.setWindowTitle(self.tr("Change your passphrase"))
        self._old.say(self.tr("Present passphrase"))
        self.button.setText(self.tr("Change passphrase"))
        self._leave.setText(self.tr("Not now"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    @Slot()
    def _change(self) -> None:
        new = self.new.checked()
        if new is not None:
            self._old.show_wrong("")
            self.button.setEnabled(False)
            act = ChangePassphrase(old=self.old.text(), new=new)
            self._access.record(act, self._done, self._fail)

    def _done(self, _: Recorded) -> None:
        self.changed.emit()
        self.accept()

    def _fail(self, error: Exception) -> None:
        self.button.setEnabled(True)
        if isinstance(error, SignInError):
            self._old.show_wrong(self.tr("This is not your present passphrase."))
            self.old.setFocus()
        else:
            self.message.say_error(error)
