"""Keeps what is typed and not yet saved as an encrypted draft, and offers it again."""

from PySide6.QtCore import QEvent, QObject, Qt, QTime, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop.study.clinical_data import FormKey
from desktop.views.forms import Draft
from desktop.wizard.form_wizard import FormWizard
from ui.background.site_access import SiteAccess
from ui.look import language, style
from ui.look.style import Tone
from ui.widgets.buttons import Button, secondary
from ui.widgets.labels import IconView, label

_Form = tuple[str, FormKey]


class DraftKeeper(QObject):
    """Hands drafts to the vault's thread: one at a time, and of several that wait the newest only."""

    kept = Signal(str)
    """The time at which what was typed was on the disk."""
    failed = Signal(object)
    """The error for which it is not."""
    rested = Signal()
    """Nothing is on its way to the disk any more."""

    def __init__(self, access: SiteAccess, parent: QObject) -> None:
        super().__init__(parent)
        self._access = access
        self._running: _Form | None = None
        self._waiting: dict[_Form, FormWizard] = {}
        self._has_draft: set[_Form] = set()
        self._kept_at: dict[_Form, str] = {}
        self._not_kept_since: dict[_Form, str] = {}

    @property
    def is_busy(self) -> bool:
        """Whether something is on its way to the disk."""
        return self._running is not None or bool(self._waiting)

    def not_kept_since(self, wizard: FormWizard) -> str:
        """Since when the form could not be kept; empty where it is."""
        return self._not_kept_since.get(_form(wizard), "")

    def begin(self, wizard: FormWizard) -> None:
        """A form is filled from here on."""
        self.forget(wizard)
        if wizard.view.draft is not None:
            self._has_draft.add(_form(wizard))
        else:
            self._has_draft.discard(_form(wizard))

    def forget(self, wizard: FormWizard) -> None:
        """Nothing more is to be said of what could not be kept."""
        self._not_kept_since.pop(_form(wizard), None)
        self._kept_at.pop(_form(wizard), None)

    def rest(self, wizard: FormWizard) -> None:
        """What waits for this form needs no keeping: it is being saved, or thrown away."""
        self._waiting.pop(_form(wizard), None)

    def keep(self, wizard: FormWizard) -> None:
        """Keep what is in the form now; where nothing differs from what is saved, there is no draft."""
        form = _form(wizard)
        if self._running is not None:
            self._waiting[form] = wizard
            return
        subject, key = form
        if wizard.is_changed:
            draft = wizard.draft()
            self._running = form
            self._has_draft.add(form)
            self._access.ask(lambda site: site.keep_draft(draft), self._done, self._not_done)
        elif form in self._has_draft:
            self._running = form
            self._has_draft.discard(form)
            entry_pass = wizard.view.entry_pass
            self._access.ask(lambda site: site.drop_draft(subject, key, entry_pass), self._done, self._not_done)

    def _done(self, _: None) -> None:
        now = QTime.currentTime().toString("HH:mm:ss")
        if self._running is not None:
            self._kept_at[self._running] = now
            self._not_kept_since.pop(self._running, None)
        self._running = None
        self.kept.emit(now)
        self._go_on()

    def _not_done(self, error: Exception) -> None:
        if self._running is not None:
            since = self._kept_at.get(self._running) or QTime.currentTime().toString("HH:mm:ss")
            self._not_kept_since.setdefault(self._running, since)
        self._running = None
        self.failed.emit(error)
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and self._running is None:
            self.keep(self._waiting.pop(next(iter(self._waiting))))
        if self._running is None:
            self.rested.emit()


def _form(wizard: FormWizard) -> _Form:
    return (wizard.view.subject, wizard.view.key)


class TakenUp(QFrame):
    """Says that what is shown was typed before and not saved, and offers the way back."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(style.MARGIN + 4, 8, style.MARGIN, 0)
        row.setSpacing(8)
        self._text = label(tone=Tone.DUE)
        self.go_on: Button = secondary(name="draft.go_on")
        self.start_again: Button = secondary(name="draft.start_again")
        for button in (self.go_on, self.start_again):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row.addWidget(IconView("state-draft", Tone.DUE))
        row.addWidget(self._text, 1)
        row.addWidget(self.go_on)
        row.addWidget(self.start_again)
        self._wall = ""
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty where it is not there."""
        return "" if self.isHidden() else self._text.text()

    def show_draft(self, draft: Draft | None) -> None:
        """Say when the draft was kept; say nothing where there is none."""
        self._wall = "" if draft is None else draft.wall
        self.setVisible(draft is not None)
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._say()

    def _say(self) -> None:
        at = language.moment(self._wall) if self._wall else ""
        self._text.setText(self.tr("You left this on {time}. It is not saved yet.").format(time=at))
        self.go_on.setText(self.tr("Go on"))
        self.start_again.setText(self.tr("Start again from what is saved"))
