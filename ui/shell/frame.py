"""The frame of a signed-in person: navigation rail, top bar, current screen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QActionGroup, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from desktop.actions import Recorded
from desktop.site.site import Site
from desktop.views.today import ShellView
from ui.background.site_access import SiteAccess
from ui.look import language, style, vocabulary
from ui.look.style import Choice
from ui.screens.base import Place, Screen, Where
from ui.shell.navigation_rail import LOWER, UPPER, Rail
from ui.shell.top_bar import FindResults, TopLine
from ui.widgets.buttons import Button
from ui.widgets.labels import literal

if TYPE_CHECKING:
    from desktop.study.clinical_data import FormKey
    from ui.form.screen import FormScreen

RAIL_OF = {Where.CASEBOOK: Where.SUBJECTS, Where.AUDIT: Where.SUBJECTS, Where.FORM: Where.SUBJECTS}


class Frame(QWidget):
    """Holds the screens, makes each when it is first wanted, and goes from one to the other."""

    lock_wished = Signal()
    sign_out_wished = Signal()
    language_wished = Signal()
    theme_wished = Signal(object)
    fold_changed = Signal(bool)

    def __init__(self, access: SiteAccess, *, folded: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self._wants_fold = folded
        self._place: Place | None = None
        self._came_from = Place(Where.TODAY)
        self._screens: dict[Where, Screen] = {}
        self._form: FormScreen | None = None
        self._theme = Choice.SYSTEM
        self.rail = Rail()
        self.stack = QStackedWidget()
        self._results = FindResults(self)
        self.top = TopLine(access, self._results)
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addWidget(self.rail)
        below.addWidget(self.stack, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.top)
        whole.addLayout(below, 1)
        self._menu = QMenu(self)
        self._menu.setObjectName("user_menu")
        self._connect()

    def _connect(self) -> None:
        self.rail.went.connect(self._go_to)
        self.top.found.connect(self.go)
        self.top.language_wished.connect(self.language_wished)
        self.top.lock_wished.connect(self.lock_wished)
        self.top.menu_wished.connect(self._show_menu)
        self.top.sync_wished.connect(partial(self.go, Place(Where.SYNC)))
        self._access.recorded.connect(self._see_recorded)
        shortcuts = {
            "Ctrl+K": self._find,
            "Ctrl+L": self.lock_wished.emit,
            "Ctrl+B": self._toggle_fold,
        }
        for number, where in enumerate((*UPPER, *LOWER), start=1):
            shortcuts[f"Ctrl+{number}"] = partial(self.go, Place(where))
        for keys, act in shortcuts.items():
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(act)

    # Going

    @property
    def place(self) -> Place | None:
        """Where one is."""
        return self._place

    @property
    def form(self) -> FormScreen | None:
        """The form screen, once a form was opened."""
        return self._form

    def screen_at(self, where: Where) -> Screen:
        """A screen; made when it is first wanted."""
        if where not in self._screens:
            screen = _make_screen(where, self._access)
            screen.go.connect(self.go)
            screen.changed.connect(self._see_change)
            self._screens[where] = screen
            self.stack.addWidget(screen)
        return self._screens[where]

    @Slot(object)
    def go(self, place: Place) -> None:
        """Go to a place; from a form only when what was typed there is kept, or the person gives it up."""
        form = self._form
        if form is not None and self._place is not None and self._place.where is Where.FORM:
            form.release(partial(self._go, place))
        else:
            self._go(place)

    def _go(self, place: Place) -> None:
        if place.where is Where.FORM:
            self._open_form(place)
        else:
            screen = self.screen_at(place.where)
            self.stack.setCurrentWidget(screen)
            screen.enter(place)
        self._place = place
        self.rail.show_here(RAIL_OF.get(place.where, place.where))
        self._refresh()

    @Slot(object)
    def _go_to(self, where: Where) -> None:
        self.go(Place(where))

    def _open_form(self, place: Place) -> None:
        if place.key is None:
            return
        form = self._form or self._make_form()
        if self._place is not None and self._place.where is not Where.FORM:
            self._came_from = self._place
        self.stack.setCurrentWidget(form)
        form.open(place.subject, place.key, place.part)

    def _make_form(self) -> FormScreen:
        from ui.form.screen import FormScreen

        form = FormScreen(self._access.jobs, self._access, self)
        form.left.connect(self._leave_form)
        form.next_wished.connect(self._open_next)
        self.stack.addWidget(form)
        self._form = form
        return form

    @Slot(str, object)
    def _open_next(self, subject: str, key: FormKey) -> None:
        self.go(Place(Where.FORM, subject, key))

    @Slot()
    def _leave_form(self) -> None:
        """Back to where the form was opened from; after a first form, to the new casebook."""
        form = self._place
        back = self._came_from
        if form is not None and form.where is Where.FORM and back.where is Where.CASEBOOK:
            back = Place(Where.CASEBOOK, form.subject, form.key)
        self.go(back)

    @Slot()
    def _find(self) -> None:
        self.top.finder.screens = tuple((where, item.text()) for where, item in self.rail.items.items())
        self.top.finder.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.top.finder.selectAll()

    # What the frame shows

    def _refresh(self) -> None:
        self._access.ask(Site.shell, self._show, self._not_shown)

    def _show(self, view: ShellView) -> None:
        self.top.show_view(view)
        self.rail.items[Where.TODAY].show_count(view.due)
        self.rail.items[Where.DISCREPANCIES].show_count(view.discrepancies)
        self.rail.items[Where.SYNC].show_count(view.entries.waiting)

    def _not_shown(self, error: Exception) -> None:
        """The screen that asks next says why; the frame has no place for a sentence of its own."""
        if self._place is not None and self._place.where in self._screens:
            self._screens[self._place.where].fail(error)

    @Slot(object)
    def _see_recorded(self, recorded: Recorded) -> None:
        self._see_change()
        if recorded.study:
            for screen in self._screens.values():
                screen.study_changed()
        current = self.stack.currentWidget()
        if isinstance(current, Screen):
            current.refresh()

    @Slot()
    def _see_change(self) -> None:
        self._refresh()
        sync = self._screens.get(Where.SYNC)
        if sync is not None:
            from ui.screens.sync.screen import SyncScreen

            self.top.show_line(is_down=isinstance(sync, SyncScreen) and sync.line_is_down)

    # Folding

    @Slot()
    def _toggle_fold(self) -> None:
        self._wants_fold = not self._wants_fold
        self._fold()
        self.fold_changed.emit(self._wants_fold)

    def _fold(self) -> None:
        self.rail.fold(folded=self._wants_fold or self.width() < style.FOLD_BELOW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    # The user's menu

    def show_theme(self, choice: Choice) -> None:
        """Which theme is ticked in the menu."""
        self._theme = choice

    @Slot(object)
    def _show_menu(self, button: Button) -> None:
        menu = self._menu
        menu.clear()
        roles = [vocabulary.role_words(role) for role in self._access.session.user.roles]
        who = menu.addAction(literal(language.joined(self._access.session.user.name, language.listed(roles))))
        who.setEnabled(False)
        menu.addSeparator()
        menu.addAction(self.tr("Change passphrase")).triggered.connect(self.change_passphrase)
        menu.addSeparator()
        group = QActionGroup(menu)
        names = {
            Choice.SYSTEM: self.tr("Light or dark as the system"),
            Choice.LIGHT: self.tr("Light"),
            Choice.DARK: self.tr("Dark"),
        }
        for choice, name in names.items():
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(choice is self._theme)
            group.addAction(action)
            action.triggered.connect(partial(self._wish_theme, choice))
        menu.addSeparator()
        fold = menu.addAction(self.tr("Fold the navigation"))
        fold.setShortcut("Ctrl+B")
        fold.setCheckable(True)
        fold.setChecked(self._wants_fold)
        fold.triggered.connect(self._toggle_fold)
        menu.addSeparator()
        menu.addAction(self.tr("Sign out")).triggered.connect(self.sign_out_wished)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _wish_theme(self, choice: Choice, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt adds it
        self.theme_wished.emit(choice)

    @Slot()
    def change_passphrase(self) -> None:
        """Ask for the person's own new passphrase."""
        from ui.shell.change_passphrase import OwnPassphrase

        dialog = OwnPassphrase(self._access, self)
        dialog.open()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._results.hide()


def _make_screen(where: Where, access: SiteAccess) -> Screen:
    """Imported when wanted, so that the first one is there at once."""
    match where:
        case Where.TODAY:
            from ui.screens.today import TodayScreen as Made
        case Where.SUBJECTS:
            from ui.screens.subjects import SubjectsScreen as Made
        case Where.DISCREPANCIES:
            from ui.screens.discrepancies.screen import DiscrepanciesScreen as Made
        case Where.SYNC:
            from ui.screens.sync.screen import SyncScreen as Made
        case Where.EXPORT:
            from ui.screens.export.screen import ExportScreen as Made
        case Where.STUDY:
            from ui.screens.study.screen import StudyScreen as Made
        case Where.ADMINISTRATION:
            from ui.screens.administration.screen import AdministrationScreen as Made
        case Where.CASEBOOK:
            from ui.screens.casebook.screen import CasebookScreen as Made
        case Where.AUDIT:
            from ui.screens.administration.audit_trail import AuditScreen as Made
        case Where.FORM:
            raise ValueError("A form has a screen of its own.")
    return Made(access)
