"""The stack of a form's pages, each built when first needed or in idle time."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QStackedWidget

from desktop.study.clinical_data import ItemPlace
from desktop.wizard.form_wizard import FormWizard, PageState
from ui.form.pages.grid_page import GridPage
from ui.form.pages.lines_page import LinesPage
from ui.form.pages.page import PageView, QuestionsPage
from ui.form.pages.rows_page import RowsPage


def make_page(wizard: FormWizard, oid: str) -> PageView:
    """The page of an ItemGroup: the one way to draw a group."""
    group = wizard.definition.groups[oid]
    if group.grid is not None:
        return GridPage(wizard, group, group.grid)
    if group.lines:
        return LinesPage(wizard, group)
    return RowsPage(wizard, group) if group.repeating else QuestionsPage(wizard, group)


class Pages(QStackedWidget):
    """Shows the page on which the wizard is."""

    changed = Signal()
    """The wizard was given something new."""
    moved = Signal()
    """The keys are at another place."""

    def __init__(self) -> None:
        super().__init__()
        self._wizard: FormWizard | None = None
        self._read_only = False
        self._pages: dict[str, PageView] = {}
        self._say_missing: set[str] = set()
        self._to_build: list[str] = []
        self._idle = QTimer(self)
        self._idle.setInterval(0)
        self._idle.timeout.connect(self._build_next)

    def begin(self, wizard: FormWizard, *, read_only: bool) -> None:
        """Show another form."""
        self.clear()
        self._wizard, self._read_only = wizard, read_only
        states = {page.group: page.state for page in wizard.pages}
        if states.get(wizard.page) is PageState.SKIPPED:
            wizard.page = next(
                (group for group, state in states.items() if state is not PageState.SKIPPED), wizard.page
            )
        self.rebuild()

    def rebuild(self) -> None:
        """Draw everything anew, e.g. in another language."""
        self._forget_pages()
        if self._wizard is not None:
            self.show_here()
            self._to_build = [group for group in self._wizard.form.groups if group not in self._pages]
            self._idle.start()

    def clear(self) -> None:
        """There is no form."""
        self._forget_pages()
        self._wizard = None
        self._say_missing = set()

    def stop(self) -> None:
        """Build nothing more by itself."""
        self._idle.stop()

    @property
    def here(self) -> PageView | None:
        """The page on which one is; None where there is no form."""
        return None if self._wizard is None else self._page(self._wizard, self._wizard.page)

    def show_here(self) -> None:
        """Show the page on which the wizard is, as things stand."""
        page = self.here
        if page is not None:
            page.refresh()
            self.setCurrentWidget(page)

    def go_to(self, place: ItemPlace, *, missing: bool = True) -> None:
        """Show the page of a place and give the place the keys; with `missing` from now on with what it misses."""
        page = self._turn_to(place.group)
        if page is None:
            return
        if missing:
            self._say_missing.add(place.group)
            page.show_missing = True
        self.show_here()
        if not page.focus_place(place):
            page.focus_first()

    def go_to_comment(self, place: ItemPlace) -> None:
        """Show the page of a place and go to the comment that answers its check."""
        page = self._turn_to(place.group)
        if page is not None:
            self.show_here()
            page.focus_comment(place)

    def _turn_to(self, group: str) -> PageView | None:
        wizard = self._wizard
        if wizard is None:
            return None
        if group in wizard.form.groups:
            wizard.page = group
        return self._page(wizard, wizard.page)

    def commit(self) -> None:
        """Take what is being typed."""
        if self._wizard is not None and self._wizard.page in self._pages:
            self._pages[self._wizard.page].commit()

    def _page(self, wizard: FormWizard, group: str) -> PageView:
        if group not in self._pages:
            page = make_page(wizard, group)
            page.set_read_only(read_only=self._read_only)
            page.show_missing = group in self._say_missing
            page.changed.connect(self.changed)
            page.moved.connect(self.moved)
            self._pages[group] = page
            self.addWidget(page)
        return self._pages[group]

    def _forget_pages(self) -> None:
        self._idle.stop()
        for page in self._pages.values():
            self.removeWidget(page)
            page.deleteLater()
        self._pages = {}

    @Slot()
    def _build_next(self) -> None:
        """Make another page ready: turning to it then takes no time."""
        if not self._to_build or self._wizard is None:
            self._idle.stop()
            return
        page = self._page(self._wizard, self._to_build.pop(0))
        page.resize(self.size())
        # Drawn once where nobody sees it: then everything in it has its style and its place.
        page.grab()
