"""The screen on which a form is filled. It draws a `FormWizard` and takes its answers to the vault's thread and back."""

import datetime
import zoneinfo
from functools import partial

from PySide6.QtCore import QEvent, Qt, QTime, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.acts import Recorded, RemoveForm
from desktop.casebook.saving import FormRefusedError
from desktop.casebook.views import Change, Draft, FormView, Role, SyncView
from desktop.study.assess import Problem
from desktop.study.data import FormKey, ItemPlace
from desktop.wizard.wizard import FormWizard, PageState
from ui import language, style
from ui.access import SiteAccess
from ui.form.evidence import EvidenceColumn
from ui.form.grid import GridPage
from ui.form.history import HistoryColumn
from ui.form.lines import LinesPage
from ui.form.page import PageView, QuestionsPage
from ui.form.page_list import PageList
from ui.form.question import MARKERS
from ui.form.reason import Asked, SavePanel
from ui.form.rows import RowsPage
from ui.icons import SIGN_OF_STATE
from ui.jobs import Jobs
from ui.style import Tone
from ui.widgets.buttons import Button, plain, primary, secondary
from ui.widgets.card import Header
from ui.widgets.chip import Chip
from ui.widgets.labels import IconView, label, line
from ui.widgets.message import Message
from ui.words import form_title, where

FILLS_FORMS = frozenset({Role.ENTRY, Role.INVESTIGATOR})
CLOCK_EVERY_MS = 30_000


class FormScreen(QWidget):
    """One form, page by page."""

    saved = Signal(object)
    """A `Recorded`: the form was recorded, or removed."""
    left = Signal()
    """The person leaves; what was typed is kept as a draft."""

    def __init__(self, jobs: Jobs, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("form")
        self._jobs = jobs
        self._access = access
        self.wizard: FormWizard | None = None
        self._asked: tuple[str, FormKey] | None = None
        """The form that was asked for; what arrives about another one is too late."""
        self._pages: dict[str, PageView] = {}
        self._to_build: list[str] = []
        self._read_only = False
        self._just_saved = False
        """Nothing was touched since the save: what is left to do is to go on."""
        self._last_place: ItemPlace | None = None
        """Where the keys were last."""
        self._received = False
        self._saving = False
        self._draft_running = False
        self._draft_waits = False
        self._draft_kept = ""
        self._build()
        self._idle = QTimer(self)
        self._idle.setInterval(0)
        self._idle.timeout.connect(self._build_next_page)
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_EVERY_MS)
        self._clock.timeout.connect(self._show_deadline)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)
        self._relabel()

    # Building

    def _build(self) -> None:
        self._page_list = PageList()
        self._page_list.wanted.connect(self._go_to_page)
        self._evidence = EvidenceColumn()
        self._history = HistoryColumn()
        self._history.hide()
        self._history.closed.connect(self._close_history)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self._page_list)
        body.addLayout(self._build_middle(), 1)
        body.addWidget(self._evidence)
        body.addWidget(self._history)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._build_header())
        whole.addWidget(line())
        whole.addLayout(body, 1)
        whole.addWidget(self._build_footer())

    def _build_header(self) -> Header:
        self._header = Header()
        self._event = Chip()
        self._header.beside.addWidget(self._event)
        self._deadline = Chip()
        self._deadline.setObjectName("deadline")
        self._deadline.hide()
        kept = QWidget()
        row = QHBoxLayout(kept)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._kept_icon = IconView("check", Tone.SECONDARY)
        self._kept = label(kind="small", tone=Tone.SECONDARY)
        self._kept.setObjectName("kept")
        row.addWidget(self._kept_icon)
        row.addWidget(self._kept)
        self._remove_button = plain(name="form.remove", icon="remove", tone=Tone.SECONDARY)
        self._remove_button.clicked.connect(self._ask_remove)
        self._history_button = secondary(name="form.history", icon="history", hint="F4")
        self._history_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._history_button.clicked.connect(self.show_history)
        for widget in (self._deadline, kept, self._remove_button, self._history_button):
            self._header.add_action(widget)
        return self._header

    def _build_middle(self) -> QVBoxLayout:
        self._stack = QStackedWidget()
        self._taken_up = _TakenUp()
        self._taken_up.go_on.clicked.connect(self._taken_up.hide)
        self._taken_up.start_again.clicked.connect(self._ask_start_again)
        self._message = Message()
        self._panel = SavePanel()
        self._panel.wanted.connect(self._jump)
        messages = QVBoxLayout()
        messages.setContentsMargins(style.MARGIN, 8, style.MARGIN, 0)
        messages.addWidget(self._message)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self._taken_up)
        middle.addLayout(messages)
        middle.addWidget(self._stack, 1)
        middle.addWidget(self._panel)
        return middle

    def _build_footer(self) -> QFrame:
        footer = QFrame()
        footer.setProperty("kind", "bottom")
        footer.setFixedHeight(style.FOOTER)
        row = QHBoxLayout(footer)
        row.setContentsMargins(style.MARGIN, 0, style.MARGIN, 0)
        row.setSpacing(10)
        self._back = secondary(name="form.back")
        self._back.clicked.connect(self._go_back)
        self._position = label(tone=Tone.SECONDARY)
        self._leave = secondary(name="form.leave", hint="Esc")
        self._leave.clicked.connect(self.leave)
        self._save_now = secondary(name="form.save", hint="Ctrl S")
        self._save_now.clicked.connect(self.save)
        self._primary = primary(name="form.primary")
        self._primary.clicked.connect(self._press_primary)
        row.addWidget(self._back)
        row.addWidget(self._position)
        row.addStretch(1)
        row.addWidget(self._leave)
        row.addWidget(self._save_now)
        row.addWidget(self._primary)
        return footer

    # Opening

    def open(self, subject: str, key: FormKey) -> None:
        """Show a form of a subject; also one of which nothing is recorded yet."""
        self.keep()
        self._forget()
        self._asked = (subject, key)
        self._access.ask(
            lambda site: (site.form(subject, key), site.sync_view()), partial(self._opened, subject, key), self._failed
        )

    def _opened(self, subject: str, key: FormKey, answer: tuple[FormView, SyncView]) -> None:
        if self._asked != (subject, key):
            return
        view, sync = answer
        self._see_received(view, sync)
        self.show_view(view)
        self._page_here().focus_first()

    def _see_received(self, view: FormView, sync: SyncView) -> None:
        device = self._access.session.device
        self._received = view.exists and 0 < view.basis.get(device, 0) <= sync.received_to

    def show_view(self, view: FormView) -> None:
        """Begin with a form as it stands, and with the draft where there is one."""
        session = self._access.session
        self._read_only = not FILLS_FORMS & set(session.user.roles)
        self.wizard = FormWizard(session.rules, view)
        self._taken_up.show_draft(view.draft if view.draft and self.wizard.is_changed else None)
        self._show_form()

    def _show_form(self) -> None:
        wizard = self.wizard
        if wizard is None:
            return
        self._clear_pages()
        if wizard.pages and self._state_of(wizard.page) is PageState.SKIPPED:
            wizard.page = next(
                (page.group for page in wizard.pages if page.state is not PageState.SKIPPED), wizard.page
            )
        self._clock.start()
        self._relabel()
        self._show_page()
        self._to_build = [group for group in wizard.form.groups if group not in self._pages]
        if self._to_build:
            self._idle.start()

    def _forget(self) -> None:
        self._idle.stop()
        self._clock.stop()
        self._clear_pages()
        self.wizard = None
        self._panel.hide()
        self._taken_up.hide()
        self._message.clear()
        self._close_history()
        self._draft_kept = ""
        self._saving = False
        self._just_saved = False

    def _clear_pages(self) -> None:
        for page in self._pages.values():
            self._stack.removeWidget(page)
            page.deleteLater()
        self._pages = {}

    def _page(self, group: str) -> PageView:
        """The page of a group, built when it is first needed."""
        if group not in self._pages and self.wizard is not None:
            page = self._make_page(self.wizard, group)
            page.set_read_only(read_only=self._read_only)
            page.changed.connect(self._changed)
            page.moved.connect(self._moved)
            self._pages[group] = page
            self._stack.addWidget(page)
        return self._pages[group]

    @staticmethod
    def _make_page(wizard: FormWizard, oid: str) -> PageView:
        group = wizard.definition.groups[oid]
        if group.grid is not None:
            return GridPage(wizard, group, group.grid)
        if group.lines:
            return LinesPage(wizard, group)
        return RowsPage(wizard, group) if group.repeating else QuestionsPage(wizard, group)

    @Slot()
    def _build_next_page(self) -> None:
        """While nothing else is to be done, make the other pages ready: turning to them then takes no time."""
        if not self._to_build or self.wizard is None:
            self._idle.stop()
            return
        page = self._page(self._to_build.pop(0))
        page.resize(self._stack.size())
        page.ensurePolished()
        for child in page.findChildren(QWidget):
            child.ensurePolished()
        if (layout := page.layout()) is not None:
            layout.activate()

    # What is shown

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            if self.wizard is not None and self._pages:
                place = self._page_here().place
                self._page_here().commit()
                self._show_form()
                # A form behind another screen takes no focus from it.
                if self.isVisible() and (place is None or not self._page_here().focus_place(place)):
                    self._page_here().focus_first()
            else:
                self._relabel()

    def _relabel(self) -> None:
        self._back.setText(self.tr("Back"))
        self._leave.setText(self.tr("Leave as draft"))
        self._save_now.setText(self.tr("Save"))
        self._history_button.setText(self.tr("History"))
        self._remove_button.setText(self.tr("Remove"))
        self._remove_button.setToolTip(self.tr("Remove a form that should not be there"))
        self._taken_up.relabel()
        self._show_header()
        self._show_footer()

    def _show_header(self) -> None:
        wizard = self.wizard
        if wizard is None:
            self._header.say("")
            return
        view = wizard.view
        title = language.joined(view.subject, form_title(wizard.definition, view.key))
        self._header.say(title, self.tr("Read only") if self._read_only else self.tr("First entry"))
        self._event.say(where(wizard.definition, view.key), Tone.SECONDARY)
        self._remove_button.setVisible(view.exists and not self._read_only)
        self._show_kept()
        self._show_deadline()

    def _show_kept(self) -> None:
        """What is safe at this moment: a draft on this computer, an entry here, an entry that the centre has."""
        wizard = self.wizard
        if wizard is None:
            return
        view = wizard.view
        icon, tone, text = "state-empty", Tone.FAINT, self.tr("Nothing recorded yet")
        if self._draft_kept and wizard.is_changed:
            icon, tone = "check", Tone.SECONDARY
            text = self.tr("Draft kept {time}").format(time=self._draft_kept)
        elif wizard.is_changed and view.draft is not None:
            icon, tone = "check", Tone.SECONDARY
            text = self.tr("Draft kept {time}").format(time=language.moment(view.draft.wall))
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

    @Slot()
    def _show_deadline(self) -> None:
        """How long there is until what the form calls its deadline."""
        wizard = self.wizard
        self._deadline.hide()
        if wizard is None or wizard.form.deadline is None:
            return
        group = wizard.definition.group_of_item[wizard.form.oid, wizard.form.deadline]
        value = wizard.value(ItemPlace(group.oid, "", wizard.form.deadline))
        if value is None or not value.value:
            return
        until = datetime.datetime.fromisoformat(value.value)
        zone = zoneinfo.ZoneInfo(self._access.session.location.zone)
        left = until - datetime.datetime.now(zone).replace(tzinfo=None)
        what = language.words(wizard.definition.items[wizard.form.deadline].question)
        hours, minutes = divmod(abs(int(left.total_seconds())) // 60, 60)
        span = self.tr("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
        text = (
            self.tr("{what}: within {span}").format(what=what, span=span)
            if left.total_seconds() >= 0
            else self.tr("{what}: overdue by {span}").format(what=what, span=span)
        )
        self._deadline.say(text, Tone.WRONG, "state-due")
        self._deadline.show()

    def _show_page(self) -> None:
        """Show the page on which the wizard is."""
        wizard = self.wizard
        if wizard is None:
            return
        page = self._page(wizard.page)
        page.refresh()
        self._stack.setCurrentWidget(page)
        self._show_around()

    def _show_around(self) -> None:
        wizard = self.wizard
        if wizard is None:
            return
        pages = wizard.pages
        self._page_list.show_pages(pages, wizard.page)
        self._page_list.setVisible(len(pages) > 1)
        self._show_columns()
        self._show_evidence()
        self._show_footer()
        self._show_kept()
        self._show_deadline()

    def _show_evidence(self) -> None:
        """Where nobody sees the column, nothing is looked up for it."""
        if self.wizard is not None and not self._evidence.isHidden():
            self._evidence.show_place(self.wizard, self._page_here().place)

    def _show_columns(self) -> None:
        history = not self._history.isHidden()
        room = self.window().width() >= style.FOLD_BELOW if self.window() else True
        wide = bool(self._pages) and self.wizard is not None and self._page_here().full_width
        shown = room and not wide and not history
        if shown == self._evidence.isHidden():
            self._evidence.setVisible(shown)
            self._show_evidence()

    def _show_footer(self) -> None:
        wizard = self.wizard
        asking = not self._panel.isHidden()
        if wizard is None:
            for widget in (self._position, self._save_now, self._primary, self._leave, self._back):
                widget.setVisible(False)
            return
        groups = [page.group for page in wizard.pages if page.state is not PageState.SKIPPED] or [wizard.page]
        index = groups.index(wizard.page) if wizard.page in groups else 0
        last = index == len(groups) - 1
        done = self._just_saved and not asking
        self._position.setVisible(len(groups) > 1 and not asking)
        self._position.setText(self.tr("Page {number} of {count}").format(number=index + 1, count=len(groups)))
        self._back.setVisible(index > 0 or asking)
        self._leave.setText(
            self.tr("Leave as draft") if wizard.is_changed and not self._read_only else self.tr("Leave")
        )
        self._leave.setVisible(not asking and not done)
        self._save_now.setVisible(wizard.is_changed and not last and not asking and not self._read_only)
        self._primary.setVisible(done or not (self._read_only and last))
        if done:
            self._primary.setText(self.tr("Done"))
            self._primary.set_hint("Enter")
        elif asking:
            self._primary.setText(self._panel_words(wizard))
            self._primary.set_hint("Enter")
        elif last:
            self._primary.setText(self._save_words(wizard))
            self._primary.set_hint("Ctrl S")
        else:
            self._primary.setText(self.tr("Next"))
            self._primary.set_hint("Enter")
        self._primary.setEnabled(not self._saving)
        self._save_now.setEnabled(not self._saving)

    def _save_words(self, wizard: FormWizard) -> str:
        return self.tr("Save as incomplete") if wizard.missing else self.tr("Save as complete")

    def _panel_words(self, wizard: FormWizard) -> str:
        match self._panel.asked:
            case Asked.REMOVE:
                return self.tr("Remove this form")
            case Asked.START_AGAIN:
                return self.tr("Throw them away")
            case Asked.SAVE:
                changes = len(wizard.changes_of_saved)
                if not changes:
                    return self._save_words(wizard)
                return (
                    self.tr("Record the change")
                    if changes == 1
                    else self.tr("Record {count} changes").format(count=changes)
                )

    def _page_here(self) -> PageView:
        if self.wizard is None:
            raise RuntimeError("No form is open.")
        return self._page(self.wizard.page)

    def _state_of(self, group: str) -> PageState:
        pages = self.wizard.pages if self.wizard is not None else ()
        return next((page.state for page in pages if page.group == group), PageState.EMPTY)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_columns()

    def hideEvent(self, event: QHideEvent) -> None:
        """Whatever takes the screen away, what was typed is kept."""
        super().hideEvent(event)
        self._clock.stop()
        self.keep()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.wizard is not None:
            self._clock.start()
            self._show_deadline()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever comes back to the form comes back to a question."""
        super().focusInEvent(event)
        if self.wizard is not None and self._pages:
            page = self._page_here()
            if self._last_place is None or not page.focus_place(self._last_place):
                page.focus_first()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.wizard is None:
            super().keyPressEvent(event)
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._enter(back=shift)
            case Qt.Key.Key_S if control:
                self.save()
            case Qt.Key.Key_F2:
                self._next_marker()
            case Qt.Key.Key_F4:
                self.show_history()
            case Qt.Key.Key_Escape:
                self._escape()
            case Qt.Key.Key_Insert:
                self._page_here().add()
            case Qt.Key.Key_PageDown:
                self._turn(1)
            case Qt.Key.Key_PageUp:
                self._turn(-1)
            case _:
                super().keyPressEvent(event)

    def _enter(self, *, back: bool) -> None:
        if not self._panel.isHidden():
            self._press_primary()
            return
        if self._page_here().step(-1 if back else 1):
            return
        if not self._turn(-1 if back else 1) and not back:
            self._primary.setFocus(Qt.FocusReason.TabFocusReason)

    def _next_marker(self) -> None:
        """Go from no marker to the first, to the next, and round to none."""
        if self.wizard is None or self._read_only:
            return
        place = self._page_here().place
        if place is None or self.wizard.definition.items[place.item].derivation is not None:
            return
        value = self.wizard.value(place)
        order = ["", *map(str, MARKERS)]
        now = order.index(value.missing) if value is not None and value.missing in order else 0
        self._page_here().mark(order[(now + 1) % len(order)])

    def _escape(self) -> None:
        if not self._history.isHidden():
            self._close_history()
        elif not self._panel.isHidden():
            self._close_panel()
        else:
            self.leave()

    @Slot(QWidget, QWidget)
    def _focus_moved(self, before: QWidget | None, now: QWidget | None) -> None:
        if self.wizard is not None and self._pages and self.isVisible():
            self._page_here().focus_moved(before, now)

    # Pages

    @Slot()
    def _press_primary(self) -> None:
        if not self._panel.isHidden():
            self._go_on()
        elif self._just_saved:
            self.leave()
        elif self._has_next():
            self._turn(1)
        else:
            self.save()

    @Slot()
    def _go_back(self) -> None:
        if not self._panel.isHidden():
            self._close_panel()
        else:
            self._turn(-1)

    def _has_next(self) -> bool:
        wizard = self.wizard
        if wizard is None:
            return False
        groups = [page.group for page in wizard.pages]
        later = wizard.pages[groups.index(wizard.page) + 1 :]
        return any(page.state is not PageState.SKIPPED for page in later)

    def _turn(self, step: int) -> bool:
        wizard = self.wizard
        if wizard is None:
            return False
        self._page_here().commit()
        if not wizard.turn(step):
            return False
        self._message.clear()
        self._show_page()
        page = self._page_here()
        if step > 0:
            page.focus_first()
        else:
            page.focus_last()
        self._keep_draft()
        return True

    @Slot(str)
    def _go_to_page(self, group: str) -> None:
        if self.wizard is None:
            return
        self._page_here().commit()
        self.wizard.page = group
        self._show_page()
        self._page_here().focus_first()

    @Slot(object)
    def _jump(self, place: ItemPlace) -> None:
        """Go to a place, on whichever page it is."""
        if self.wizard is None:
            return
        self._close_panel()
        if place.group in self.wizard.form.groups:
            self.wizard.page = place.group
        self._show_page()
        page = self._page_here()
        page.show_missing = True
        page.refresh()
        if not page.focus_place(place):
            page.focus_first()

    # What the pages say

    @Slot()
    def _changed(self) -> None:
        """Something new is in the wizard: every page that is seen shows what follows, and the draft is kept."""
        if self.wizard is None:
            return
        self._just_saved = False
        self._page_here().refresh()
        self._message.clear()
        self._show_around()
        self._keep_draft()

    @Slot(object)
    def _moved(self, place: ItemPlace | None) -> None:
        self._last_place = place
        if self.wizard is not None:
            self._show_evidence()
            if not self._history.isHidden():
                self.show_history()

    # Drafts

    def keep(self) -> None:
        """Keep also what is being typed at this moment."""
        if self.wizard is not None and self._pages and self._access.is_open:
            self._page_here().commit()

    def _keep_draft(self) -> None:
        """Hand the draft to the vault's thread; one at a time, and the newest only."""
        if self.wizard is None or self._read_only or self._saving:
            return
        if self._draft_running:
            self._draft_waits = True
            return
        if not self.wizard.is_changed:
            if self._draft_kept or self.wizard.view.draft is not None:
                subject, key = self.wizard.view.subject, self.wizard.view.key
                self._start_draft(None, subject, key)
            return
        draft = self.wizard.draft()
        self._start_draft(draft, draft.subject, draft.key)

    def _start_draft(self, draft: Draft | None, subject: str, key: FormKey) -> None:
        self._draft_running = True
        if draft is None:
            self._access.ask(lambda site: site.drop_draft(subject, key), self._draft_done, self._draft_failed)
        else:
            self._access.ask(lambda site: site.keep_draft(draft), self._draft_done, self._draft_failed)

    def _draft_done(self, _: None) -> None:
        self._draft_running = False
        self._draft_kept = QTime.currentTime().toString("HH:mm:ss")
        if self._draft_waits:
            self._draft_waits = False
            self._keep_draft()
        self._show_kept()

    def _draft_failed(self, error: Exception) -> None:
        self._draft_running = False
        self._draft_waits = False
        self._message.say_error(error)

    @Slot()
    def _ask_start_again(self) -> None:
        if self.wizard is not None:
            self._panel.ask_start_again(max(len(self.wizard.changes), 1))
            self._show_footer()
            self._primary.setFocus(Qt.FocusReason.OtherFocusReason)

    def _start_again(self) -> None:
        if self.wizard is None:
            return
        subject, key = self.wizard.view.subject, self.wizard.view.key
        self._panel.hide()
        self._forget()
        self._asked = (subject, key)
        self._access.ask(lambda site: site.drop_draft(subject, key), partial(self._dropped, subject, key), self._failed)

    def _dropped(self, subject: str, key: FormKey, _: None) -> None:
        self.open(subject, key)

    # Saving

    @Slot()
    def save(self) -> None:
        """Record the form, or say what still stands against it."""
        if self.wizard is None or self._read_only or self._saving:
            return
        if not self._panel.isHidden():
            self._go_on()
            return
        self._page_here().commit()
        wizard = self.wizard
        obstacles = wizard.obstacles(complete=False)
        if obstacles:
            self._stop(obstacles)
            return
        if wizard.missing or wizard.changes_of_saved:
            self._panel.ask_save(wizard)
            self._show_footer()
            if not self._panel.needs_reason:
                self._primary.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._record(reason="")

    def _stop(self, problems: tuple[Problem, ...]) -> None:
        """Say how much stands against the save, and go to the first of it."""
        place = problems[0].place
        if place is not None:
            self._jump(place)
        if len(problems) == 1:
            text = self.tr("Not saved: one answer needs you first. What is the matter stands beside it.")
        else:
            text = self.tr("Not saved: {count} answers need you first. What is the matter stands beside each.").format(
                count=len(problems)
            )
        self._message.say(Tone.WRONG, text)

    def _go_on(self) -> None:
        """The panel's question was answered."""
        if self._panel.needs_reason and not self._panel.reason_text:
            self._panel.ask_for_reason()
            return
        match self._panel.asked:
            case Asked.SAVE:
                self._record(reason=self._panel.reason_text)
            case Asked.REMOVE:
                self._remove(self._panel.reason_text)
            case Asked.START_AGAIN:
                self._start_again()

    def _record(self, reason: str) -> None:
        wizard = self.wizard
        if wizard is None:
            return
        act = wizard.save_form(complete=not wizard.missing, reason=reason)
        self._saving = True
        self._show_footer()
        self._kept.setText(self.tr("Saving"))
        self._access.record(act, self._recorded, self._refused)

    @Slot()
    def _ask_remove(self) -> None:
        if self.wizard is not None:
            self._panel.ask_remove(form_title(self.wizard.definition, self.wizard.view.key))
            self._show_footer()

    def _remove(self, reason: str) -> None:
        wizard = self.wizard
        if wizard is None:
            return
        self._saving = True
        self._show_footer()
        act = RemoveForm(subject=wizard.view.subject, key=wizard.view.key, reason=reason, basis=wizard.basis)
        self._access.record(act, self._recorded, self._refused)

    def _recorded(self, recorded: Recorded) -> None:
        """The entry survives a power cut from here on."""
        wizard, removed = self.wizard, self._panel.asked is Asked.REMOVE and not self._panel.isHidden()
        self._saving = False
        self._panel.hide()
        self.saved.emit(recorded)
        if wizard is None:
            return
        if removed:
            self._forget()
            self._asked = None
            self.left.emit()
            return
        subject, key, page = wizard.view.subject, wizard.view.key, wizard.page
        self._access.ask(
            lambda site: (site.form(subject, key), site.sync_view()),
            partial(self._show_saved, recorded, page),
            self._failed,
        )

    def _show_saved(self, recorded: Recorded, page: str, answer: tuple[FormView, SyncView]) -> None:
        """Say that it is safe, on the form as it now stands; the next step is to go on."""
        view, sync = answer
        if self._asked != (view.subject, view.key):
            return
        self._forget()
        self._see_received(view, sync)
        self.show_view(view)
        if self.wizard is not None:
            self.wizard.page = page
        self._just_saved = True
        self._show_page()
        self._message.say(
            Tone.DONE,
            self.tr("Saved: it is recorded on this computer. The centre has not signed for it yet.")
            if recorded.changed
            else self.tr("Nothing was different from what is saved, so nothing was recorded."),
        )
        self._primary.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refused(self, error: Exception) -> None:
        self._saving = False
        self._close_panel()
        if isinstance(error, FormRefusedError) and error.problems:
            self._stop(error.problems)
            self._message.say(
                Tone.WRONG,
                language.listed(list(dict.fromkeys(language.words(problem.message) for problem in error.problems))),
            )
        else:
            self._message.say_error(error)
        self._show_around()

    def _close_panel(self) -> None:
        if not self._panel.isHidden():
            self._panel.hide()
            self._show_footer()
            if self.wizard is not None:
                self._page_here().focus_first()

    # Leaving and looking back

    @Slot()
    def leave(self) -> None:
        """Go away; what was typed is kept as a draft."""
        self.keep()
        self._idle.stop()
        self._clock.stop()
        self.left.emit()

    @Slot()
    def show_history(self) -> None:
        """Show what was ever recorded at the place where the keys are."""
        if self.wizard is None:
            return
        place = self._page_here().place
        if place is None:
            return
        subject, key = self.wizard.view.subject, self.wizard.view.key
        self._access.ask(
            lambda site: site.history(subject, key, place), partial(self._show_changes, place), self._failed
        )

    def _show_changes(self, place: ItemPlace, changes: tuple[Change, ...]) -> None:
        if self.wizard is not None:
            self._history.show_changes(self.wizard, place, changes)
            self._history.show()
            self._show_columns()

    @Slot()
    def _close_history(self) -> None:
        self._history.hide()
        self._show_columns()

    def _failed(self, error: Exception) -> None:
        self._message.say_error(error)


class _TakenUp(QFrame):
    """Says that what is shown was typed before and not saved, and offers the way back."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(style.MARGIN + 4, 8, style.MARGIN, 0)
        row.setSpacing(8)
        self._icon = IconView("state-draft", Tone.DUE)
        self._text = label(tone=Tone.DUE)
        self.go_on = Button(name="draft.go_on")
        self.start_again = Button(name="draft.start_again")
        self.go_on.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.start_again.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self.go_on)
        row.addWidget(self.start_again)
        self._wall = ""
        self.hide()

    def show_draft(self, draft: Draft | None) -> None:
        """Say when the draft was kept; say nothing where there is none."""
        self._wall = "" if draft is None else draft.wall
        self.setVisible(draft is not None)
        self.relabel()

    def relabel(self) -> None:
        """Say everything again in the language of this moment."""
        at = language.moment(self._wall) if self._wall else ""
        self._text.setText(self.tr("You left this on {time}. It is not saved yet.").format(time=at))
        self.go_on.setText(self.tr("Go on"))
        self.start_again.setText(self.tr("Start again from what is saved"))
