"""A new passphrase, typed twice."""

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.vault.key_slots import PASSPHRASE_LENGTH
from ui.widgets.fields import Labelled, Passphrase


class NewPassphrase(QWidget):
    """Two fields that must hold the same."""

    done = Signal()
    """Enter was pressed in the second field."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.first = Passphrase()
        self.second = Passphrase()
        self._first = Labelled(self.first, f"{name}_first")
        self._second = Labelled(self.second, f"{name}_second")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._first)
        column.addWidget(self._second)
        self.first.done.connect(self._go_on)
        self.second.done.connect(self.done)
        self.first.textEdited.connect(self._clear_error)
        self.second.textEdited.connect(self._clear_error)
        self.retranslate()

    def retranslate(self) -> None:
        """Set the texts anew."""
        self._first.say(
            self.tr("New passphrase"),
            self.tr("At least {n} characters; a few words are easier to keep than one with signs.").format(
                n=PASSPHRASE_LENGTH
            ),
        )
        self._second.say(self.tr("The same once more"))

    def checked(self) -> str | None:
        """The passphrase; None, and said why beside the field, where it will not do."""
        first, second = self.first.text(), self.second.text()
        if len(first) < PASSPHRASE_LENGTH:
            self._first.show_wrong(
                self.tr("It has {n} of at least {least} characters.").format(n=len(first), least=PASSPHRASE_LENGTH)
            )
            self.first.setFocus()
            return None
        if first != second:
            self._second.show_wrong(self.tr("The two are not the same."))
            self.second.setFocus()
            return None
        return first

    def clear(self) -> None:
        """Forget what was typed."""
        self.first.clear()
        self.second.clear()
        self._clear_error()

    @Slot()
    def _clear_error(self) -> None:
        self._first.show_wrong("")
        self._second.show_wrong("")

    @Slot()
    def _go_on(self) -> None:
        self.second.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
