"""The Sync screen: entries by state, connection to the centre, agreement."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.errors import CancelledError, CentreError
from desktop.site.site import MANAGES, Site
from desktop.views.sync import SyncEvent, SyncView
from ui.background.jobs import Job
from ui.background.site_access import SiteAccess
from ui.look import language, style
from ui.look.style import Tone
from ui.screens.base import JOIN, Page, Place, Screen
from ui.screens.sync.enrolment_card import JoinCard
from ui.widgets.buttons import primary, secondary
from ui.widgets.card import Card, EmptyState, Facts
from ui.widgets.chip import Chip
from ui.widgets.labels import label, line
from ui.widgets.table import Cell, Column, Line, Table

OUTCOMES = {
    "done": ("check", Tone.DONE),
    "waiting": ("wait", Tone.SECONDARY),
    "failed": ("warning", Tone.DUE),
}


class Counts(Card):
    """How many entries there are, and how far they have travelled."""

    def __init__(self) -> None:
        super().__init__(flush=True)
        row = QHBoxLayout()
        row.setSpacing(0)
        self._names = [label(tone=Tone.SECONDARY) for _ in range(4)]
        self._numbers = [label(kind="number") for _ in range(4)]
        for number, (name, count) in enumerate(zip(self._names, self._numbers, strict=True)):
            if number:
                row.addWidget(line(vertical=True))
            cell = QVBoxLayout()
            cell.setContentsMargins(16, 14, 16, 12)
            cell.setSpacing(4)
            cell.addWidget(name)
            cell.addWidget(count)
            row.addLayout(cell, 1)
        self.body.addLayout(row)

    def show_counts(self, counts: tuple[tuple[str, int], ...]) -> None:
        """Show (name, number)."""
        for name, number, (what, count) in zip(self._names, self._numbers, counts, strict=True):
            name.setText(what)
            number.setText(language.number(count))
            number.setAccessibleName(f"{what}: {count}")


class SyncScreen(Screen):
    """Everything about what this computer and the centre have of each other."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(access, "sync", parent)
        self._view: SyncView | None = None
        self._job: Job | None = None
        self._last_error: Exception | None = None
        self.cancel = secondary(name="cancel_sync", icon="close")
        self.cancel.clicked.connect(self._cancel)
        self.join = secondary(name="join", icon="join")
        self.join.clicked.connect(self._start_joining)
        self.send = primary(name="send", icon="sync")
        self.send.clicked.connect(self.send_now)
        for button in (self.cancel, self.join, self.send):
            self.header.add_action(button)
        page = Page(side=0)
        self._counts = Counts()
        page.main.addWidget(self._counts)
        self.join_card = JoinCard(access)
        self.join_card.joined.connect(self._joined)
        self.join_card.left.connect(self._stop_joining)
        self.join_card.hide()
        page.main.addWidget(self.join_card)
        page.main.addWidget(self._build_connection())
        below = QHBoxLayout()
        below.setSpacing(style.GAP)
        self._log_card = Card(flush=True)
        self.log = Table("sync_log", fit=True)
        self._no_log = EmptyState("sync")
        self._log_card.body.addWidget(self.log)
        self._log_card.body.addWidget(self._no_log)
        left = QVBoxLayout()
        left.addWidget(self._log_card)
        left.addStretch(1)
        below.addLayout(left, 1)
        self._agreement = Card()
        self._agreement.setFixedWidth(300)
        self._facts = Facts(shares=(2, 3))
        self._agreement.body.addWidget(self._facts)
        right = QVBoxLayout()
        right.addWidget(self._agreement)
        right.addStretch(1)
        below.addLayout(right)
        page.main.addLayout(below)
        page.main.addStretch(1)
        self.set_body(page)
        self.send.hide()
        self.join.hide()
        self._show_running()
        self.retranslate()

    def _build_connection(self) -> Card:
        card = Card(flush=True)
        row = QHBoxLayout()
        row.setContentsMargins(16, 11, 16, 11)
        row.setSpacing(14)
        self._state = Chip()
        self._sentence = label(wrap=True)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(220)
        self._progress_text = label(kind="small", tone=Tone.SECONDARY)
        row.addWidget(self._state)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._progress)
        row.addWidget(self._progress_text)
        card.body.addLayout(row)
        return card

    @property
    def _may_join(self) -> bool:
        return bool(MANAGES & set(self.access.session.user.roles))

    @property
    def is_running(self) -> bool:
        """Whether entries are being sent."""
        return self._job is not None

    def enter(self, place: Place) -> None:
        super().enter(place)
        if place.part == JOIN and self._may_join:
            self._start_joining()

    def refresh(self) -> None:
        self.access.ask(Site.sync_view, self._show, self.fail)

    def focus_next_step(self) -> None:
        if self.join_card.isVisible():
            self.join_card.url.setFocus()
            return
        steps = (self.cancel, self.send, self.join)
        next((step for step in steps if step.isVisible()), self).setFocus()

    def retranslate(self) -> None:
        self.cancel.setText(self.tr("Stop"))
        self.join.setText(self.tr("Join a centre"))
        self.send.setText(self.tr("Send now"))
        self.log.setAccessibleName(self.tr("What happened"))
        self.join_card.retranslate()
        if self._view is None:
            self.header.say(self.tr("Sync"))
        else:
            self._show(self._view)

    # Showing

    def _show(self, view: SyncView) -> None:
        self._view = view
        waiting = view.entries.waiting
        if waiting:
            sentence = language.sentences(
                self.tr("Everything is safe on this computer."),
                language.counted(
                    waiting,
                    self.tr("1 entry is not yet at the centre."),
                    self.tr("{n} entries are not yet at the centre."),
                ),
            )
        else:
            sentence = self.tr("The centre has every entry of this computer.")
        self.header.say(self.tr("Sync"), sentence)
        self._counts.show_counts(
            (
                (self.tr("Recorded"), view.entries.recorded),
                (self.tr("Packed"), view.entries.packed),
                (self.tr("Handed over"), view.entries.handed_over),
                (self.tr("Received"), view.entries.received),
            )
        )
        offers = not view.enrolled and self._may_join and self.join_card.isHidden()
        self.join.setVisible(offers)
        self.send.setVisible(view.enrolled)
        self._show_connection(view)
        self._show_log(view)
        self._show_agreement(view)
        if self.hasFocus():
            self.focus_next_step()

    def _show_connection(self, view: SyncView) -> None:
        last = (
            self.tr("Last receipt {moment}.").format(moment=language.moment(view.last_receipt))
            if view.last_receipt
            else self.tr("No receipt yet.")
        )
        if not view.enrolled:
            self._state.say(self.tr("No centre"), Tone.SECONDARY, "computer")
            who = self.tr("A manager joins this computer to the centre; until then everything is kept here.")
            self._sentence.setText(who)
        elif self.is_running:
            self._state.say(self.tr("Sending"), Tone.QUERY, "sync")
            self._sentence.setText(self.tr("You can go on working meanwhile."))
        elif isinstance(self._last_error, CentreError):
            self._state.say(self.tr("No connection"), Tone.DUE, "offline")
            self._sentence.setText(language.sentences(language.sentence(self._last_error), last))
        elif view.last_receipt:
            self._state.say(self.tr("Joined"), Tone.DONE, "check")
            self._sentence.setText(last)
        else:
            self._state.say(self.tr("Joined"), Tone.DONE, "check")
            self._sentence.setText(language.sentences(view.url, last))

    def _show_log(self, view: SyncView) -> None:
        self._log_card.set_title(self.tr("What happened"))
        columns = (Column(width=124), Column(width=90), Column(stretch=1, width=240))
        self.log.show_lines(columns, tuple(self._log_line(event) for event in view.log))
        self.log.setVisible(bool(view.log))
        self._no_log.setVisible(not view.log)
        self._no_log.say(self.tr("Nothing was sent or fetched yet."))

    def _log_line(self, event: SyncEvent) -> Line:
        icon, tone = OUTCOMES.get(event.outcome, ("info", Tone.SECONDARY))
        channel = self.tr("Network") if event.channel == "network" else self.tr("File")
        return Line(
            key=event,
            cells=(
                Cell(text=language.moment(event.wall), tone=Tone.SECONDARY),
                Cell(text=channel),
                Cell(text=language.format_message(event.message, event.fields), icon=icon, icon_tone=tone),
            ),
        )

    def _show_agreement(self, view: SyncView) -> None:
        agree = view.enrolled and view.entries.waiting == 0
        self._agreement.set_title(
            self.tr("This computer and the centre agree") if agree else self.tr("This computer and the centre")
        )
        facts = [
            (self.tr("Entries here"), language.number(view.total)),
            (self.tr("Received there"), language.number(view.received_to)),
        ]
        if view.head:
            facts.append((self.tr("Chain head"), view.head))
        if view.enrolled:
            facts.append((self.tr("Address"), view.url))
            facts.append((self.tr("Centre's words"), view.fingerprint))
            version = self.tr("version {n}").format(n=view.directory_version)
            facts.append((self.tr("Directory"), version))
        self._facts.show_facts(tuple(facts))

    def _show_running(self) -> None:
        self.send.setEnabled(not self.is_running)
        self.cancel.setVisible(self.is_running)
        self._progress.setVisible(self.is_running)
        self._progress_text.setVisible(self.is_running)
        if self._view is not None:
            self._show_connection(self._view)

    # Doing

    @Slot()
    def send_now(self) -> None:
        """Send and fetch."""
        if self.is_running:
            return
        self.notice.clear()
        self._last_error = None
        self._progress.setRange(0, 0)
        self._progress_text.clear()
        self._job = self.access.sync(self._sent, self._not_sent, progress=self._tell)
        self._show_running()
        self.cancel.setFocus()

    def _tell(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)
        self._progress_text.setText(
            self.tr("{done} of {total} entries").format(done=language.number(done), total=language.number(total))
        )

    def _sent(self, _: object) -> None:
        self._end()

    def _not_sent(self, error: Exception) -> None:
        self._last_error = None if isinstance(error, CancelledError) else error
        self._end()
        if not isinstance(error, CentreError):
            self.fail(error)

    def _end(self) -> None:
        self._job = None
        self._show_running()
        self.send.setFocus()
        self.refresh()
        self.changed.emit()

    @property
    def line_is_down(self) -> bool:
        """Whether the centre could not be reached the last time."""
        return isinstance(self._last_error, CentreError)

    @Slot()
    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    @Slot()
    def _start_joining(self) -> None:
        self.join_card.show()
        self.join.hide()
        self.join_card.start()

    @Slot()
    def _stop_joining(self) -> None:
        self.join_card.hide()
        self.refresh()

    @Slot()
    def _joined(self) -> None:
        self.join_card.hide()
        self.notice.say(Tone.DONE, self.tr("This computer has joined the centre. Send now to hand over what is here."))
        self.send.show()
        self.send.setFocus()
        self.refresh()
        self.changed.emit()
