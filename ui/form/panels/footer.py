"""The footer of a form: position, ways out, and the primary button."""

import msgspec
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from ui.look import language, style
from ui.look.style import Tone
from ui.widgets.buttons import Button, primary, secondary
from ui.widgets.labels import label


class Foot(msgspec.Struct, frozen=True, kw_only=True):
    """What the foot of a form shows."""

    go_on: str
    """What the one button says; empty: there is nothing to go on to."""
    key: str = "Enter"
    """The key that does the same."""
    number: int = 1
    """Number of the page, and of how many; of a form of one page it says nothing."""
    pages: int = 1
    back: bool = False
    leave: bool = True
    keeps_draft: bool = False
    """Something was typed and is not saved."""
    save: bool = False
    """Saving is offered beside going on."""
    busy: bool = False
    lists_pages: bool = False
    """The list of pages is not on the screen: a button opens it."""
    checks: int = 0
    """Checks that wait for a comment."""


class FormFooter(QFrame):
    """Shows a `Foot`."""

    back_wished = Signal()
    leave_wished = Signal()
    save_wished = Signal()
    go_on_wished = Signal()
    check_wished = Signal()
    pages_wished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "bottom")
        self.setFixedHeight(style.FOOTER)
        self._foot = Foot(go_on="", leave=False)
        self.back: Button = secondary(name="form.back")
        self._position = label(tone=Tone.SECONDARY)
        self.pages: Button = secondary(name="form.pages", icon="down", hint="F7")
        self.pages.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.pages.clicked.connect(self.pages_wished)
        self._leave: Button = secondary(name="form.leave", hint="Esc")
        self._save: Button = secondary(name="form.save", hint="Ctrl S")
        self.go_on: Button = primary(name="form.primary")
        self.checks: Button = Button(name="form.checks", icon="warning", tone=Tone.DUE, hint="F6")
        self.checks.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.checks.clicked.connect(self.check_wished)
        self.back.clicked.connect(self.back_wished)
        self._leave.clicked.connect(self.leave_wished)
        self._save.clicked.connect(self.save_wished)
        self.go_on.clicked.connect(self.go_on_wished)
        row = QHBoxLayout(self)
        row.setContentsMargins(style.MARGIN, 0, style.MARGIN, 0)
        row.setSpacing(10)
        row.addWidget(self.back)
        row.addWidget(self._position)
        row.addWidget(self.pages)
        row.addWidget(self.checks)
        row.addStretch(1)
        for button in (self._leave, self._save, self.go_on):
            row.addWidget(button)
        self._show()

    @property
    def position(self) -> str:
        """Which page of how many; empty where that says nothing."""
        return "" if self._position.isHidden() else self._position.text()

    def show_foot(self, foot: Foot) -> None:
        """Show what there is to do now."""
        if foot != self._foot:
            self._foot = foot
            self._show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show()

    def _show(self) -> None:
        foot = self._foot
        self.back.setText(self.tr("Back", "to the page before") if foot.pages > 1 else self.tr("Back"))
        self.back.setVisible(foot.back)
        self._position.setText(self.tr("Page {number} of {count}").format(number=foot.number, count=foot.pages))
        self._position.setVisible(foot.pages > 1 and not foot.lists_pages)
        self.pages.setText(self._position.text())
        self.pages.setVisible(foot.pages > 1 and foot.lists_pages)
        self._leave.setText(self.tr("Leave as draft") if foot.keeps_draft else self.tr("Leave"))
        self._leave.setVisible(foot.leave)
        one, many = self.tr("1 check to answer"), self.tr("{n} checks to answer")
        self.checks.setText(language.counted(foot.checks, one, many))
        self.checks.setVisible(foot.checks > 0)
        self._save.setText(self.tr("Save"))
        self._save.setVisible(foot.save)
        self._save.setEnabled(not foot.busy)
        self.go_on.setText(foot.go_on)
        self.go_on.set_hint(foot.key)
        self.go_on.setVisible(bool(foot.go_on))
        self.go_on.setEnabled(not foot.busy)
