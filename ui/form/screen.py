"""The form screen: shows a `FormWizard` and passes its answers to the vault thread and back."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.actions import Recorded
from desktop.casebook.form_fold import SECOND_PASS
from desktop.recording.save_form import FormRefusedError
from desktop.site.site import FILLS_FORMS
from desktop.study.clinical_data import FormKey, ItemPlace
from desktop.study.rules.assessment import Problem
from desktop.study.values.typed_input import has_words
from desktop.views.audit import Change
from desktop.wizard.form_wizard import FormWizard, PageState
from ui.background.jobs import Jobs
from ui.background.site_access import SiteAccess
from ui.form import print_preview
from ui.form.draft_keeper import DraftKeeper, TakenUp
from ui.form.opened_form import OpenedForm, open_form
from ui.form.pages.page import EDGE, PageView
from ui.form.pages.page_stack import Pages
from ui.form.pages.question import MARKERS
from ui.form.panels.evidence import EvidenceColumn
from ui.form.panels.footer import Foot, FormFooter
from ui.form.panels.header import FormHeader
from ui.form.panels.history import HistoryColumn
from ui.form.panels.notice import Notice
from ui.form.panels.page_list import PageList, state_words
from ui.form.panels.save_questions import Asked, SavePanel
from ui.form.panels.second_entry_band import SecondEntryBand
from ui.form.save_flow import Saved, Saving
from ui.form.unkept import UnkeptDialog
from ui.look import language, style
from ui.look.style import Tone
from ui.look.vocabulary import form_title
from ui.widgets.focus import types_elsewhere
from ui.widgets.labels import line, literal


class FormScreen(QWidget):
    """One form, page by page."""

    saved = Signal(object)
    """A `Recorded`: the form was recorded."""
    next_wished = Signal(str, object)
    """Subject and key of the form to which the person goes on after a save."""
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
        self._read_only = False
        self._just_saved = False
        """Nothing was touched since the save: what is left to do is to go on."""
        self._next_key: FormKey | None = None
        """After a save, the form that the same visit waits for."""
        self._last_place: ItemPlace | None = None
        """Where the keys were last."""
        self._last_in_comment = False
        self._before_check: ItemPlace | None = None
        """Where the keys were when the person turned to the checks."""
        self._page_wished = ""
        """The page with which a form that is opened anew begins."""
        self._item_wished = ""
        self._keeper = DraftKeeper(access, self)
        self._keep_error: Exception | None = None
        self._then: Callable[[], None] | None = None
        """What goes on when the draft is kept."""
        self.saving = Saving(access, self)
        self.band = SecondEntryBand()
        self.header = FormHeader()
        self.page_list = PageList()
        self.pages = Pages()
        self.taken_up = TakenUp()
        self.notice = Notice()
        self.panel = SavePanel()
        self.evidence = EvidenceColumn()
        self.history = HistoryColumn()
        self.footer = FormFooter()
        self.history.hide()
        self._beside = QWidget()
        """The room of the evidence column, where it stands beside the page and not over it."""
        self._beside.setFixedWidth(style.EVIDENCE)
        self._evidence_wished: bool | None = None
        """Whether the person called for the evidence column, or sent it away."""
        self._build()
        self.evidence.setParent(self)
        self._connect()

    def _build(self) -> None:
        notices = QVBoxLayout()
        notices.setContentsMargins(EDGE, 8, EDGE, 0)
        notices.addWidget(self.notice)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.taken_up)
        middle.addLayout(notices)
        middle.addWidget(self.pages, 1)
        middle.addWidget(self.panel)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self.page_list)
        body.addLayout(middle, 1)
        body.addWidget(self._beside)
        body.addWidget(self.history)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.band)
        whole.addWidget(self.header)
        whole.addWidget(line())
        whole.addLayout(body, 1)
        whole.addWidget(self.footer)

    def _connect(self) -> None:
        self.header.history_wished.connect(self.show_history)
        self.header.print_wished.connect(self.print_report)
        self.header.help_wished.connect(self.toggle_evidence)
        self.page_list.wanted.connect(self.go_to_page)
        self.pages.changed.connect(self._changed)
        self.pages.moved.connect(self._moved)
        self.taken_up.go_on.clicked.connect(self.taken_up.hide)
        self.taken_up.start_again.clicked.connect(self._ask_start_again)
        self.panel.wanted.connect(self.jump)
        self.history.closed.connect(self._close_history)
        self.footer.back_wished.connect(self._go_back)
        self.footer.leave_wished.connect(self.leave)
        self.footer.save_wished.connect(self.save)
        self.footer.go_on_wished.connect(self._press_primary)
        self.footer.check_wished.connect(self.next_check)
        self.footer.pages_wished.connect(self.show_page_menu)
        self._keeper.kept.connect(self._draft_kept)
        self._keeper.failed.connect(self._draft_failed)
        self._keeper.rested.connect(self._keeper_rested)
        self.saving.stopped.connect(self._stop)
        self.saving.asks.connect(self._ask)
        self.saving.recorded.connect(self._recorded)
        self.saving.done.connect(self._show_saved)
        self.saving.refused.connect(self._refused)
        self._access.recorded.connect(self._see_recorded)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)

    # Opening

    def open(self, subject: str, key: FormKey, item: str = "") -> None:
        """Show a form of a subject; also one of which nothing is recorded yet. `item` is where the keys shall be."""
        self.keep()
        self._forget()
        self._asked = (subject, key)
        self._item_wished = item
        self._access.ask(lambda site: open_form(site, subject, key), partial(self._opened, subject, key), self._failed)

    def _opened(self, subject: str, key: FormKey, opened: OpenedForm) -> None:
        if self._asked == (subject, key):
            self._begin(opened, self._page_wished)
            place = self._place_of(self._item_wished)
            if types_elsewhere(self):
                self._last_place = place or self._last_place
            elif place is None:
                self._give_keys()
            else:
                self.jump(place)

    def _place_of(self, item: str) -> ItemPlace | None:
        """Where the form has an item: of several rows in the first that has a value."""
        wizard = self.wizard
        group = None if wizard is None else wizard.definition.group_of_item.get((wizard.form.oid, item))
        if wizard is None or group is None:
            return None
        places = [ItemPlace(group.oid, row, item) for row in wizard.rows(group.oid)]
        return next((place for place in places if wizard.value(place) is not None), next(iter(places), None))

    def _begin(self, opened: OpenedForm, page: str = "") -> None:
        """Begin with a form as it stands, and with the draft where there is one."""
        session = self._access.session
        view = opened.view
        self._read_only = not FILLS_FORMS & set(session.user.roles)
        self.wizard = FormWizard(opened.rules, view)
        if page in self.wizard.form.groups:
            self.wizard.page = page
        received = view.exists and 0 < view.basis.get(session.device, 0) <= opened.received_to
        self.band.setVisible(view.entry_pass == SECOND_PASS)
        self._keeper.begin(self.wizard)
        self.taken_up.show_draft(view.draft if view.draft and self.wizard.is_changed else None)
        self.header.show_form(
            self.wizard,
            session.location.zone,
            read_only=self._read_only,
            received=received,
            older=opened.is_older(session.definition.sha256),
        )
        self.pages.begin(self.wizard, read_only=self._read_only)
        self._show_around()

    @Slot(object)
    def _see_recorded(self, recorded: Recorded) -> None:
        """The study's rules are others now: go on by them, with what was typed so far."""
        if recorded.study and self.wizard is not None and self.isVisible() and not self.saving.runs:
            place, page = self._last_place, self.wizard.page
            self.open(self.wizard.view.subject, self.wizard.view.key)
            self._last_place, self._page_wished = place, page

    def _forget(self) -> None:
        self.wizard = None
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            # What has the focus goes away, and Qt would hand it to any other widget of the window.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.pages.clear()
        self.band.hide()
        self.header.clear()
        self.panel.hide()
        self.taken_up.hide()
        self.notice.clear()
        self._close_history()
        self._just_saved = False
        self._next_key = None
        self._last_place = self._before_check = None
        self._evidence_wished = None
        self._page_wished = self._item_wished = ""

    @property
    def page(self) -> PageView:
        """The page on which one is."""
        page = self.pages.here
        if page is None:
            raise RuntimeError("No form is open.")
        return page

    def _give_keys(self) -> None:
        """Put the keys where they were last, else on the first question that waits."""
        if self.wizard is None:
            return
        place = self._last_place
        go = self.page.focus_comment if self._last_in_comment else self.page.focus_place
        if place is None or not go(place):
            self.page.focus_first()

    # What is shown

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self.wizard is not None:
            place, in_comment = self.page.place, self.page.is_at_comment
            self.pages.commit()
            self.pages.rebuild()
            self._show_around()
            self.panel.say_again(self.wizard)
            # A form behind another screen takes no keys from it, nor does a page from the button that has them.
            if self.isVisible() and place is not None:
                self._last_place, self._last_in_comment = place, in_comment
                self._give_keys()

    def _show_around(self) -> None:
        wizard = self.wizard
        if wizard is not None:
            self.page_list.show_pages(wizard.pages, wizard.page)
            self.header.refresh()
        self._show_columns()
        self._show_evidence()
        self._show_footer()

    def _show_evidence(self) -> None:
        """Where nobody sees the column, nothing is looked up for it."""
        if self.wizard is not None and not self.evidence.isHidden():
            self.evidence.show_place(self.wizard, self.page.place)

    def _show_columns(self) -> None:
        """The evidence stands beside the page where there is room, and over it where the person calls it (F1)."""
        wizard = self.wizard
        width = self.window().width()
        listed = width >= style.PAGES_FOLD_BELOW
        self.page_list.setVisible(wizard is not None and len(wizard.pages) > 1 and listed)
        beside = width >= style.FOLD_BELOW and not (wizard is not None and self.page.full_width)
        shown = beside if self._evidence_wished is None else self._evidence_wished
        shown = shown and wizard is not None and self.history.isHidden()
        self._beside.setVisible(shown and beside)
        changed = shown == self.evidence.isHidden()
        self.evidence.setVisible(shown)
        self._place_evidence()
        if changed:
            self._show_evidence()

    def _place_evidence(self) -> None:
        top, foot = self.header.geometry().bottom() + 2, self.footer.geometry().top()
        self.evidence.setGeometry(self.width() - style.EVIDENCE, top, style.EVIDENCE, max(foot - top, 0))
        self.evidence.raise_()

    @Slot()
    def toggle_evidence(self) -> None:
        """Call the evidence and help, or send them away; at any width of the window."""
        self._close_history()
        self._evidence_wished = self.evidence.isHidden()
        self._show_columns()

    @Slot()
    def show_page_menu(self) -> None:
        """The pages of the form with their states, where the list is not on the screen."""
        if self.wizard is None:
            return
        menu = QMenu(self)
        menu.setObjectName("form.page_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for page in self.wizard.pages:
            action = menu.addAction(literal(language.joined(language.words(page.title), state_words(page.state))))
            action.setCheckable(True)
            action.setChecked(page.group == self.wizard.page)
            action.setEnabled(page.state is not PageState.SKIPPED)
            action.triggered.connect(partial(self._turn_to, page.group))
        menu.popup(self.footer.pages.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def _turn_to(self, group: str, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt adds it
        self.go_to_page(group)

    def _show_footer(self) -> None:
        wizard = self.wizard
        if wizard is None:
            self.footer.show_foot(Foot(go_on="", leave=False))
            return
        asked = [page.group for page in wizard.pages if page.state is not PageState.SKIPPED] or [wizard.page]
        index = asked.index(wizard.page) if wizard.page in asked else 0
        is_last = index == len(asked) - 1
        changed = wizard.is_changed and not self._read_only
        if self.is_asking:
            foot = Foot(go_on=self._panel_words(wizard), back=True, leave=False, busy=self.saving.runs)
        elif self._just_saved:
            words = self.tr("Done")
            if self._next_key is not None:
                words = self.tr("Next: {form}").format(form=form_title(wizard.definition, self._next_key))
            foot = Foot(
                go_on=words, back=index > 0, leave=self._next_key is not None, number=index + 1, pages=len(asked)
            )
        else:
            last_step = "" if self._read_only else self._save_words(wizard)
            foot = Foot(
                go_on=last_step if is_last else self.tr("Next"),
                key="Ctrl S" if is_last else "Enter",
                number=index + 1,
                pages=len(asked),
                back=index > 0,
                keeps_draft=changed,
                save=changed and not is_last,
                lists_pages=self.page_list.isHidden(),
                checks=0 if self._read_only else len(wizard.open_checks),
                busy=self.saving.runs,
            )
        self.footer.show_foot(foot)

    def _save_words(self, wizard: FormWizard) -> str:
        return self.tr("Save as incomplete") if wizard.missing else self.tr("Save as complete")

    def _panel_words(self, wizard: FormWizard) -> str:
        changes = len(wizard.changes_of_saved)
        if self.panel.asked is Asked.START_AGAIN:
            return self.tr("Throw them away")
        if not changes:
            return self._save_words(wizard)
        return self.tr("Record the change") if changes == 1 else self.tr("Record {n} changes").format(n=changes)

    @property
    def is_asking(self) -> bool:
        """Whether a question stands above the footer."""
        return not self.panel.isHidden()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_columns()
        self._show_footer()

    def hideEvent(self, event: QHideEvent) -> None:
        """Whatever takes the screen away, what was typed is kept."""
        super().hideEvent(event)
        self.keep()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever comes back to the form comes back to a question."""
        super().focusInEvent(event)
        if not self.saving.runs:
            self._give_keys()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.wizard is None:
            super().keyPressEvent(event)
            return
        if self.saving.runs:
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        key = Qt.Key(event.key())
        plain: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_F1: self.toggle_evidence,
            Qt.Key.Key_F2: partial(self._next_marker, self.wizard),
            Qt.Key.Key_F4: self.show_history,
            Qt.Key.Key_F6: self.next_check,
            Qt.Key.Key_F7: self.show_page_menu,
            Qt.Key.Key_Escape: self._escape,
            Qt.Key.Key_Insert: self.page.add,
            Qt.Key.Key_PageDown: partial(self._turn, 1),
            Qt.Key.Key_PageUp: partial(self._turn, -1),
        }
        with_control: dict[Qt.Key, Callable[[], object]] = {Qt.Key.Key_S: self.save, Qt.Key.Key_P: self.print_report}
        act = plain.get(key) or (with_control.get(key) if control else None)
        if act is not None:
            act()
        elif key not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif control:
            self.page.explain()
        else:
            self._enter(back=shift)

    def _enter(self, *, back: bool) -> None:
        if self.is_asking:
            self._press_primary()
        elif self.page.is_at_comment:
            self._leave_comment()
        elif not self.page.step(-1 if back else 1) and not self._turn(-1 if back else 1) and not back:
            self.footer.go_on.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def next_check(self) -> None:
        """Go to the comment of the next check that waits for one, round all pages."""
        wizard = self.wizard
        if wizard is None or self._read_only or self.saving.runs or self.is_asking:
            return
        here, order = self.page.place if self.page.is_at_comment else None, wizard.open_checks
        self.pages.commit()
        if self.page.explain():
            return
        waiting = wizard.open_checks
        if not waiting:
            if here is not None:
                self._leave_comment()
            return
        if here is None:
            self._before_check = None if self.page.is_aside else self._last_place
        # The check that was just answered is in the list no more: its place is found in the list as it was before.
        after = order[order.index(here) + 1 :] if here in order else ()
        self.pages.go_to_comment(next((place for place in after if place in waiting), waiting[0]))
        self._show_around()

    def _leave_comment(self) -> None:
        """From a comment back to where the person came from, else to its question."""
        self.pages.commit()
        back, self._before_check = self._before_check, None
        if back is None:
            self.page.close_aside()
        else:
            self.jump(back, missing=False)

    def _next_marker(self, wizard: FormWizard) -> None:
        """Go from no marker to the first, to the next, and round to none."""
        place = self.page.markable
        if place is None or self._read_only:
            return
        value = wizard.value(place)
        order = ["", *map(str, MARKERS)]
        now = order.index(value.missing) if value is not None and value.missing in order else 0
        self.page.mark(order[(now + 1) % len(order)])

    def _escape(self) -> None:
        if not self.history.isHidden():
            self._close_history()
        elif self.is_asking:
            self._close_panel()
        elif self.page.is_at_comment:
            self._leave_comment()
        elif not self.page.close_aside():
            self.leave()

    @Slot(QWidget, QWidget)
    def _focus_moved(self, before: QWidget | None, now: QWidget | None) -> None:
        if self.wizard is not None and self.isVisible():
            self.page.focus_moved(before, now)

    # Pages

    @Slot()
    def _press_primary(self) -> None:
        if self.is_asking:
            self._answer()
        elif self._just_saved and self._next_key is not None and self.wizard is not None:
            self.next_wished.emit(self.wizard.view.subject, self._next_key)
        elif self._just_saved:
            self.leave()
        elif not self._turn(1):
            self.save()

    @Slot()
    def _go_back(self) -> None:
        if self.is_asking:
            self._close_panel()
        else:
            self._turn(-1)

    def _turn(self, step: int) -> bool:
        wizard = self.wizard
        if wizard is None:
            return False
        self.pages.commit()
        if not wizard.turn(step):
            return False
        self.notice.clear()
        self.pages.show_here()
        self._show_around()
        if step > 0:
            self.page.focus_first()
        else:
            self.page.focus_last()
        self._keep_draft()
        return True

    @Slot(str)
    def go_to_page(self, group: str) -> None:
        """Go to a page of the list."""
        if self.wizard is not None:
            self.pages.commit()
            self.wizard.page = group
            self.pages.show_here()
            self._show_around()
            self.page.focus_first()

    @Slot(object)
    def jump(self, place: ItemPlace, *, missing: bool = True) -> None:
        """Go to a place, on whichever page it is; the page then shows what it misses, unless that is not wanted."""
        if self.wizard is not None:
            self.panel.hide()
            self.pages.go_to(place, missing=missing)
            self._show_around()

    @Slot()
    def _changed(self) -> None:
        """Something new is in the wizard: what is seen shows what follows, and the draft is kept."""
        self._just_saved = False
        self.notice.clear()
        self.page.refresh()
        self._show_around()
        self._keep_draft()

    @Slot()
    def _moved(self) -> None:
        self._last_place, self._last_in_comment = self.page.place, self.page.is_at_comment
        self._show_evidence()
        if not self.history.isHidden():
            self.show_history()

    # Drafts

    def keep(self) -> None:
        """Keep also what is being typed at this moment."""
        if self._access.is_open:
            self.pages.commit()

    def _keep_draft(self) -> None:
        if self.wizard is not None and not self._read_only and not self.saving.runs:
            self._keeper.keep(self.wizard)

    @Slot(str)
    def _draft_kept(self, time: str) -> None:
        self.header.show_draft_kept(time)
        self._show_alarm()
        if self._keep_error is not None and not self._not_kept:
            self._keep_error = None
            self.notice.clear()

    @Slot(object)
    def _draft_failed(self, error: Exception) -> None:
        self._keep_error = error
        self.notice.say_error(error)
        self._show_alarm()

    def _show_alarm(self) -> None:
        self.header.show_not_kept(self._not_kept)

    @property
    def _not_kept(self) -> str:
        """Since when the answers of this form are in memory only; empty where they are kept."""
        return "" if self.wizard is None else self._keeper.not_kept_since(self.wizard)

    @property
    def is_keeping(self) -> bool:
        """Whether what was typed is on its way to the disk."""
        return self._keeper.is_busy

    @property
    def is_kept(self) -> bool:
        """Whether nothing would be lost if the person went away."""
        wizard = self.wizard
        if wizard is None or self._read_only or self.saving.runs or not wizard.is_changed:
            return True
        return not self._keeper.is_busy and not self._not_kept

    def release(self, then: Callable[[], None]) -> None:
        """Go on with `then` when what was typed is kept; where it cannot be, the person is asked."""
        self.keep()
        if self.is_kept or self.wizard is None:
            then()
            return
        self._then = then
        if not self._keeper.is_busy:
            # It failed before: perhaps there is room by now.
            self._keeper.keep(self.wizard)

    @Slot()
    def _keeper_rested(self) -> None:
        then, self._then = self._then, None
        if then is None:
            return
        if self.is_kept or self.wizard is None:
            then()
            return
        wizard = self.wizard
        count = len(wizard.changes) + len(wizard.removed_rows)
        dialog = UnkeptDialog(max(count, 1), self._keep_error, self)
        dialog.again.connect(partial(self.release, then))
        dialog.lost.connect(partial(self._lose, then))
        dialog.rejected.connect(self._stay)
        dialog.open()

    @Slot()
    def _stay(self) -> None:
        self.window().activateWindow()
        self._give_keys()

    def _lose(self, then: Callable[[], None]) -> None:
        """The person leaves answers that could not be kept."""
        if self.wizard is not None:
            self._keeper.forget(self.wizard)
        self._forget()
        then()

    @Slot()
    def _ask_start_again(self) -> None:
        if self.wizard is not None:
            self.panel.ask_start_again(max(len(self.wizard.changes), 1))
            self._show_footer()
            self.footer.go_on.setFocus(Qt.FocusReason.OtherFocusReason)

    def _start_again(self, wizard: FormWizard) -> None:
        subject, key = wizard.view.subject, wizard.view.key
        self._keeper.rest(wizard)
        self._forget()
        self._access.ask(lambda site: site.drop_draft(subject, key), partial(self._dropped, subject, key), self._failed)

    def _dropped(self, subject: str, key: FormKey, _: None) -> None:
        self.open(subject, key)

    # Saving

    @Slot()
    def save(self) -> None:
        """Record the form, or say what still stands against it."""
        if self.wizard is None or self._read_only:
            return
        if self.is_asking:
            self._answer()
            return
        self.pages.commit()
        self.saving.begin(self.wizard)
        self._show_saving()

    def _answer(self) -> None:
        """The question above the footer is answered."""
        if self.wizard is None:
            return
        if self.panel.asked is Asked.SAVE and not self.panel.take_comments(self.wizard):
            return
        if self.panel.needs_reason and not has_words(self.panel.reason_text):
            self.panel.ask_for_reason()
        elif self.panel.asked is Asked.START_AGAIN:
            self._start_again(self.wizard)
        else:
            self.saving.go_on(self.wizard, self.panel.reason_text)
            self._show_saving()

    def _show_saving(self) -> None:
        runs = self.saving.runs
        if self.wizard is not None and runs:
            self._keeper.rest(self.wizard)
            # What would be typed now would be gone when the form comes back as it was saved.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.pages.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, runs)
        self.header.show_saving(saving=self.saving.runs)
        self._show_footer()

    @Slot(object)
    def _stop(self, problems: tuple[Problem, ...]) -> None:
        """Say how much stands against the save, and go to the first of it."""
        if problems[0].place is not None:
            self.jump(problems[0].place)
        self.notice.tell(Tone.WRONG, partial(self.saving.stopped_words, len(problems)))

    @Slot()
    def _ask(self) -> None:
        if self.wizard is not None:
            self.panel.ask_save(self.wizard)
            self._show_footer()
            if not self.panel.asks_for_text:
                self.footer.go_on.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _recorded(self, recorded: Recorded) -> None:
        self.panel.hide()
        self.saved.emit(recorded)

    @Slot(object)
    def _show_saved(self, saved: Saved) -> None:
        """Say that it is safe, on the form as it now stands; the next step is to go on."""
        view = saved.opened.view
        if self.wizard is None or self._asked != (view.subject, view.key):
            return
        page = self.wizard.page
        was_second = self.wizard.view.entry_pass == SECOND_PASS
        self._forget()
        self._just_saved = True
        self._next_key = saved.next_key
        self._show_saving()
        self._begin(saved.opened, page)
        if was_second and view.compared:
            tone = Tone.DUE if view.different else Tone.DONE
            self.notice.tell(tone, partial(self.saving.compared_words, view.compared, view.different))
        else:
            self.notice.tell(Tone.DONE, partial(self.saving.saved_words, changed=saved.recorded.changed))
        self.footer.go_on.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        self.panel.hide()
        if isinstance(error, FormRefusedError):
            self.notice.tell(Tone.WRONG, partial(self.saving.refused_words, error.problems))
        else:
            self.notice.say_error(error)
        self._show_saving()
        self._show_around()
        if self.focusWidget() is None or self.hasFocus():
            self._give_keys()
        self._keep_draft()

    def _close_panel(self) -> None:
        self.panel.hide()
        self._show_footer()
        self._give_keys()

    # Leaving and looking back

    @Slot()
    def leave(self) -> None:
        """Go away; what was typed is kept as a draft."""
        self.release(self._leave)

    def _leave(self) -> None:
        self.pages.stop()
        self.left.emit()

    @Slot()
    def print_report(self) -> None:
        """Show the report of what is recorded here, to be printed."""
        if self.wizard is not None and self.wizard.view.exists:
            print_preview.preview(self, print_preview.report(self._access.session, self.wizard))

    def show_history(self) -> None:
        """Show what was ever recorded at the place where the keys are."""
        place = self._last_place
        if self.wizard is not None and place is not None:
            subject, key = self.wizard.view.subject, self.wizard.view.key
            self._access.ask(
                lambda site: site.history(subject, key, place), partial(self._show_changes, place), self._failed
            )

    def _show_changes(self, place: ItemPlace, changes: tuple[Change, ...]) -> None:
        if self.wizard is not None:
            self.history.show_changes(self.wizard, place, changes)
            self.history.show()
            self._show_columns()

    @Slot()
    def _close_history(self) -> None:
        self.history.hide()
        self._show_columns()

    def _failed(self, error: Exception) -> None:
        self.notice.say_error(error)
