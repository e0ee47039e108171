"""The recovery code, shown once: when a vault was made, and when a code was used up."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.look.style import Tone
from ui.screens.entrance.base import centred, column
from ui.widgets.buttons import primary
from ui.widgets.fields import Check
from ui.widgets.labels import label


class RecoveryCodePage(QWidget):
    """Shows the code until the person says that it is on paper."""

    kept = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title = label(kind="title")
        self._text = label(tone=Tone.SECONDARY, wrap=True)
        self.code = label(kind="number", wrap=True)
        self.code.setObjectName("recovery_code_shown")
        self.code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.on_paper = Check()
        self.on_paper.setObjectName("on_paper")
        self.go_on = primary(name="recovery_code_kept")
        self.go_on.setEnabled(False)
        self.go_on.make_wide()
        self.on_paper.toggled.connect(self.go_on.setEnabled)
        self.go_on.clicked.connect(self._go_on)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        parts = (self._title, self._text, self.code, self.on_paper, self.go_on)
        whole.addWidget(centred(column(*parts, spacing=16)))
        self.retranslate()

    def show_code(self, code: str) -> None:
        """Show a code; the older one on paper, where there was one, is void."""
        self.on_paper.setChecked(False)
        self.code.setText(code)
        self.on_paper.setFocus()

    def retranslate(self) -> None:
        """Set the texts anew."""
        self._title.setText(self.tr("The recovery code"))
        self._text.setText(
            self.tr(
                "Write it on paper and lay it into the site's safe; an older code is void. It is shown this once. Without"
                " it and without a passphrase nobody can read the data again, the centre neither."
            )
        )
        self.on_paper.setText(self.tr("It is on paper"))
        self.go_on.setText(self.tr("Go on"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    @Slot()
    def _go_on(self) -> None:
        self.code.clear()
        self.kept.emit()
