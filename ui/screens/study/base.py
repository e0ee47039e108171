"""Base class of the parts of the Study screen: a list, and details beside it."""

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.study.definition.metadata import source_words
from desktop.views.people import Role
from desktop.views.study import StudyView
from ui.background.site_access import SiteAccess
from ui.look import language, style
from ui.look.style import Tone
from ui.widgets.card import Card, EmptyState
from ui.widgets.labels import label
from ui.widgets.table import Table

SIDE = 340
BAR = 12
"""Room for the side's scroll bar."""


class TextCard(Card):
    """A title and a few texts under each other; those that say nothing are not there."""

    def __init__(self) -> None:
        super().__init__()
        self._texts = []

    def say(self, title: str, *texts: str) -> None:
        """Say it."""
        self.set_title(title)
        while len(self._texts) < len(texts):
            made = label(wrap=True, tone=Tone.SECONDARY)
            made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._texts.append(made)
            self.body.addWidget(made)
        for number, shown in enumerate(self._texts):
            shown.setText(texts[number] if number < len(texts) else "")
            shown.setVisible(bool(shown.text()))


class StudyPart(QWidget):
    """One part of the screen."""

    def __init__(self, access: SiteAccess, name: str) -> None:
        super().__init__()
        self.access = access
        self.view: StudyView | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(style.MARGIN, 0, style.MARGIN - BAR, style.MARGIN)
        row.setSpacing(style.GAP)
        self.card = Card(flush=True)
        self.table = Table(name)
        self.table.keeps_choice = True
        self.table.chosen.connect(self.show_one)
        self.table.opened.connect(self.begin)
        self.nothing = EmptyState("info")
        self.nothing.hide()
        self.card.body.addWidget(self.table)
        self.card.body.addWidget(self.nothing)
        self.left = QVBoxLayout()
        self.left.setSpacing(style.GAP)
        self.left.addWidget(self.card)
        row.addLayout(self.left, 1)
        self.side = QVBoxLayout()
        self.side.setSpacing(style.GAP)
        column = QWidget()
        column.setProperty("kind", "page")
        column.setLayout(self.side)
        self.side.setContentsMargins(0, 0, 0, 0)
        # A low window scrolls it, so that no field is pressed flat.
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedWidth(SIDE + BAR)
        area.setWidget(column)
        row.addWidget(area)

    def _source(self, source: str) -> str:
        """What a rule or a setting rests on, in words; nothing where nothing is given."""
        version = self.access.session.definition.version
        told = source_words(version, source, language.present())
        return self.tr("Source: {source}").format(source=told) if source else ""

    def add_to_side(self, card: Card) -> None:
        """Put a card into the column at the right."""
        card.setFixedWidth(SIDE)
        self.side.addWidget(card)

    def end_layout(self) -> None:
        """Let what is there stand at the top."""
        self.left.addStretch(1)
        self.side.addStretch(1)

    def may(self, roles: frozenset[Role]) -> bool:
        """Whether the person signed in has one of the roles."""
        return bool(roles & set(self.access.session.user.roles))

    def show_view(self, view: StudyView) -> None:
        """Show how the site conducts the study."""
        self.view = view
        self.show_all()

    def show_all(self) -> None:
        """Show the list anew, and what is beside it."""

    @Slot(object)
    def show_one(self, key: object) -> None:
        """Show what the line in focus stands for."""

    @Slot(object)
    def begin(self, key: object) -> None:
        """Go to where something can be done about the line; nothing can where a part does not say so."""

    def forget_messages(self) -> None:
        """Say no more what was said of the last act."""

    def retranslate(self) -> None:
        """Set the texts anew."""
        self.forget_messages()
        self.show_all()

    def focus_next_step(self) -> None:
        """Put the focus where the work goes on."""
        self.table.setFocus()
        self.table.choose_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.table.hasFocus():
            self.table.setFocus()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
