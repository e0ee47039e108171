"""Base class of all screens: header, messages, navigation."""

import enum
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.background.site_access import SiteAccess
from ui.look import style
from ui.widgets.card import Header
from ui.widgets.focus import types_elsewhere
from ui.widgets.message import Message

if TYPE_CHECKING:
    from desktop.study.clinical_data import FormKey


class Where(enum.Enum):
    """The screens that one can go to."""

    TODAY = "today"
    SUBJECTS = "subjects"
    DISCREPANCIES = "discrepancies"
    SYNC = "sync"
    EXPORT = "export"
    STUDY = "study"
    ADMINISTRATION = "administration"
    CASEBOOK = "casebook"
    AUDIT = "audit"
    FORM = "form"


JOIN = "join"


class Place(NamedTuple):
    """Where one is: a screen and, for some, the subject and the form."""

    where: Where
    subject: str = ""
    key: "FormKey | None" = None
    part: str = ""
    """A part of the screen to begin with, e.g. joining the centre; of a form, the OID of an item."""


class Screen(QWidget):
    """A screen beside the rail. It asks for its data each time that it is entered."""

    go = Signal(object)
    """A `Place` to go to."""
    changed = Signal()
    """Something outside the casebook changed (entries were sent): what the frame shows is old."""

    def __init__(self, access: SiteAccess, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.access = access
        self.setObjectName(name)
        self.place: Place | None = None
        self._focus_at_entering: QWidget | None = None
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(0)
        self.header = Header()
        self.notice = Message()
        beside = QHBoxLayout()
        beside.setContentsMargins(style.MARGIN, 0, style.MARGIN, style.UNIT)
        beside.addWidget(self.notice)
        self._whole.addWidget(self.header)
        self._whole.addLayout(beside)

    def set_body(self, body: QWidget | QVBoxLayout) -> None:
        """What fills the screen under its header."""
        if isinstance(body, QWidget):
            self._whole.addWidget(body, 1)
        else:
            self._whole.addLayout(body, 1)

    def enter(self, place: Place) -> None:
        """Come here: show what there is, and put the focus on the next step."""
        self.place = place
        self.notice.clear()
        self.refresh()
        self.focus_next_step()
        self._focus_at_entering = QApplication.focusWidget()

    def focus_when_loaded(self) -> None:
        """Put the focus where the work goes on, unless the person has moved it since the screen was entered."""
        focus = QApplication.focusWidget()
        if self.isVisible() and focus in (None, self._focus_at_entering) and not types_elsewhere(self):
            self.focus_next_step()

    def refresh(self) -> None:
        """Ask for what is shown."""

    def retranslate(self) -> None:
        """Set every text anew."""

    def study_changed(self) -> None:
        """The study's rules are others now: show anew what was drawn from them and is not asked for at each entering."""

    def focus_next_step(self) -> None:
        """Put the focus where the work goes on."""

    @Slot(object)
    def fail(self, error: Exception) -> None:
        """Say why something did not work."""
        self.notice.say_error(error)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()


class Page(QScrollArea):
    """Cards under each other, and beside them a narrow column; scrolls where there is more than fits."""

    def __init__(self, *, side: int = style.SIDE, left: int = style.MARGIN) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        page.setProperty("kind", "page")
        row = QHBoxLayout(page)
        row.setContentsMargins(left, 0, style.MARGIN, style.MARGIN)
        row.setSpacing(style.GAP)
        self.main = QVBoxLayout()
        self.main.setSpacing(style.GAP)
        row.addLayout(self.main, 1)
        self.side = QVBoxLayout()
        self.side.setSpacing(style.GAP)
        if side:
            column = QWidget()
            column.setFixedWidth(side)
            column.setLayout(self.side)
            self.side.setContentsMargins(0, 0, 0, 0)
            row.addWidget(column)
        self.setWidget(page)
