"""The header of a form: subject, form, what is saved, time limits."""

import datetime
import zoneinfo

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.study.clinical_data import ItemPlace
from desktop.wizard.form_wizard import FormWizard
from ui.look import language, style
from ui.look.icons import SIGN_OF_STATE
from ui.look.style import Tone
from ui.look.vocabulary import form_title, where
from ui.widgets.buttons import secondary
from ui.widgets.card import Header
from ui.widgets.chip import Chip
from ui.widgets.labels import IconView, label, set_tone

CLOCK_EVERY_MS = 30_000


class FormHeader(Header):
    """Says what a person must see on every page of a form."""

    history_wished = Signal()
    print_wished = Signal()
    help_wished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._wizard: FormWizard | None = None
        self._zone = "UTC"
        self._read_only = False
        self._received = False
        self._is_older = False
        self._draft_kept = self._not_kept_since = ""
        self._is_saving = False
        self._event = Chip()
        self.beside.addWidget(self._event)
        self._version = Chip()
        self._version.setObjectName("version")
        self._version.hide()
        self.beside.addWidget(self._version)
        self._deadline = Chip()
        self._deadline.setObjectName("deadline")
        self._deadline.hide()
        self._kept_icon = IconView("check", Tone.SECONDARY)
        self._kept = label(kind="small", tone=Tone.SECONDARY)
        self._kept.setObjectName("kept")
        kept = QWidget()
        row = QHBoxLayout(kept)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._kept_icon)
        row.addWidget(self._kept)
        self._history = secondary(name="form.history", icon="history", hint="F4")
        self._history.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._history.clicked.connect(self.history_wished)
        self._print = secondary(name="form.print", icon="print")
        self._print.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._print.clicked.connect(self.print_wished)
        self._help = secondary(name="form.help", icon="help")
        self._help.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._help.clicked.connect(self.help_wished)
        for widget in (self._deadline, kept, self._help, self._print, self._history):
            self.add_action(widget)
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_EVERY_MS)
        self._clock.timeout.connect(self._show_deadline)
        self.clear()

    @property
    def kept(self) -> str:
        """What is said to be safe."""
        return self._kept.text()

    @property
    def deadline(self) -> str:
        """What is said about the time left; empty where nothing is."""
        return "" if self._deadline.isHidden() else self._deadline.text

    @property
    def version(self) -> str:
        """What is said about the study version; empty where it is the one in force."""
        return "" if self._version.isHidden() else self._version.text

    def clear(self) -> None:
        """There is no form."""
        self._clock.stop()
        self._wizard = None
        self._draft_kept, self._not_kept_since, self._is_saving = "", "", False
        self.say("")
        self._deadline.hide()
        self._version.hide()

    def show_form(self, wizard: FormWizard, zone: str, *, read_only: bool, received: bool, older: bool = False) -> None:
        """Show another form.

        `zone`: the site's; `received`: the centre has signed for its newest entry; `older`: it keeps to another study
        version than the one in force.
        """
        self._wizard, self._zone, self._read_only, self._received = wizard, zone, read_only, received
        self._is_older = older
        self._draft_kept, self._not_kept_since, self._is_saving = "", "", False
        self.refresh()
        self._run_clock()

    def show_draft_kept(self, time: str) -> None:
        """A draft of what is typed is on the disk since then."""
        self._draft_kept = time
        self._show_kept()

    def show_not_kept(self, since: str) -> None:
        """What is typed is not on the disk since then; nothing: it is again."""
        self._not_kept_since = since
        self._show_kept()

    def show_saving(self, *, saving: bool) -> None:
        """The form is on its way into the journal."""
        self._is_saving = saving
        self._show_kept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._name_history()

    def _name_history(self) -> None:
        """Where there is little room the sign and the key stand alone."""
        words = self.tr("History")
        self._history.setText("" if self.width() < style.PAGES_FOLD_BELOW else words)
        self._history.setAccessibleName(words)
        self._history.setToolTip(words)

    def refresh(self) -> None:
        """Say what holds now."""
        wizard = self._wizard
        if wizard is None:
            return
        title = language.joined(wizard.view.subject, form_title(wizard.definition, wizard.view.key))
        entry = self.tr("First entry") if wizard.view.entry_pass == 1 else self.tr("Second entry")
        self.say(title, self.tr("Read only") if self._read_only else entry)
        self._event.say(where(wizard.definition, wizard.view.key), Tone.SECONDARY)
        self._version.say(
            self.tr("Study version {version}").format(version=wizard.definition.version.oid), Tone.QUERY, "study"
        )
        self._version.setToolTip(
            self.tr(
                "This form was entered under this version of the study and keeps to it. Another one is in force now."
            )
        )
        self._version.setVisible(self._is_older)
        self._name_history()
        self._print.setToolTip(self.tr("Print what is recorded") + " (Ctrl P)")
        self._print.setAccessibleName(self.tr("Print what is recorded"))
        self._help.setToolTip(self.tr("Help and evidence") + " (F1)")
        self._help.setAccessibleName(self.tr("Help and evidence"))
        self._print.setEnabled(wizard.view.exists)
        self._show_kept()
        self._show_deadline()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.refresh()

    def showEvent(self, event: QEvent) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._run_clock()
        self._show_deadline()

    def hideEvent(self, event: QEvent) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._clock.stop()

    def _run_clock(self) -> None:
        if self._wizard is not None and self._wizard.form.deadline is not None and self.isVisible():
            self._clock.start()

    def _show_kept(self) -> None:
        """What is safe at this moment: a draft on this computer, an entry here, an entry that the centre has."""
        wizard = self._wizard
        if wizard is None:
            return
        view = wizard.view
        icon, tone, text = "state-empty", Tone.FAINT, self.tr("Nothing recorded yet")
        if self._is_saving:
            icon, tone, text = "wait", Tone.SECONDARY, self.tr("Saving")
        elif self._not_kept_since:
            icon, tone = "error", Tone.WRONG
            text = self.tr("NOT kept since {time}").format(time=self._not_kept_since)
        elif wizard.is_changed and (self._draft_kept or view.draft is not None):
            draft = view.draft
            kept = self._draft_kept or (language.moment(draft.wall) if draft else "")
            icon, tone, text = "check", Tone.SECONDARY, self.tr("Draft kept {time}").format(time=kept)
        elif view.exists and view.state is not None:
            sign = SIGN_OF_STATE[view.state]
            icon, tone = sign.icon, sign.tone
            at = language.moment(view.wall) if view.wall else ""
            text = (
                self.tr("Recorded {time}, received by the centre").format(time=at)
                if self._received
                else self.tr("Recorded {time}, not yet received").format(time=at)
            )
        self._kept_icon.show_icon(icon, tone)
        self._kept.setText(text)
        set_tone(self._kept, Tone.WRONG if tone is Tone.WRONG else Tone.SECONDARY)

    @Slot()
    def _show_deadline(self) -> None:
        """How long there is until what the form calls its deadline."""
        until = self._until()
        self._deadline.setVisible(until is not None)
        if until is None or self._wizard is None or self._wizard.form.deadline is None:
            return
        left = until - datetime.datetime.now(zoneinfo.ZoneInfo(self._zone)).replace(tzinfo=None)
        what = language.words(self._wizard.definition.items[self._wizard.form.deadline].question)
        hours, minutes = divmod(abs(int(left.total_seconds())) // 60, 60)
        span = self.tr("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
        text = (
            self.tr("{what}: within {span}").format(what=what, span=span)
            if left.total_seconds() >= 0
            else self.tr("{what}: overdue by {span}").format(what=what, span=span)
        )
        self._deadline.say(text, Tone.WRONG, "state-due")

    def _until(self) -> datetime.datetime | None:
        wizard = self._wizard
        if wizard is None or wizard.form.deadline is None:
            return None
        group = wizard.definition.group_of_item[wizard.form.oid, wizard.form.deadline]
        value = wizard.value(ItemPlace(group.oid, "", wizard.form.deadline))
        try:
            return datetime.datetime.fromisoformat(value.value) if value is not None and value.value else None
        except ValueError:
            # Another computer may have recorded anything.
            return None
