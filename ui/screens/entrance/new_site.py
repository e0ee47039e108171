"""New site: study, site, device letter, first manager, recovery code."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.study.definition.metadata import Definition
from ui.look import language
from ui.look.style import Tone
from ui.screens.base import JOIN, Place, Where
from ui.screens.entrance.base import Links, centred, column
from ui.screens.entrance.recovery_code_page import RecoveryCodePage
from ui.widgets.buttons import link, primary
from ui.widgets.fields import Choice, Labelled, TextLine
from ui.widgets.labels import label
from ui.widgets.message import Message
from ui.widgets.passphrases import NewPassphrase

if TYPE_CHECKING:
    from desktop.site.site import Site
    from ui.background.jobs import Job
    from ui.background.site_access import Session, SiteAccess

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class NewSiteForm(QWidget):
    """A vault is made in `folder`; with `joins` the way leads on to the centre."""

    entered = Signal(object)
    left = Signal()

    def __init__(self, access: SiteAccess, folder: Path, *, joins: bool) -> None:
        super().__init__()
        self._access = access
        self._folder = folder
        self._joins = joins
        self._studies: dict[str, Definition] = {}
        self._stack = QStackedWidget()
        self._stack.addWidget(self._build_form())
        self.code_page = RecoveryCodePage()
        self.code_page.kept.connect(self._enter)
        self._stack.addWidget(self.code_page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        self.retranslate()

    def _build_form(self) -> QWidget:
        self._title = label(kind="title")
        self._text = label(tone=Tone.SECONDARY, wrap=True)
        self.study = Choice()
        self.site = Choice()
        self.letter = Choice()
        self.admin = TextLine()
        self._study = Labelled(self.study, "new_site_study")
        self._site = Labelled(self.site, "new_site_site")
        self._letter = Labelled(self.letter, "new_site_letter")
        self._admin = Labelled(self.admin, "new_site_admin")
        self.new = NewPassphrase("new_site_passphrase")
        self.message = Message()
        self.make = primary(name="make_site", icon="site")
        self.back = link(name="leave_new_site")
        self.study.currentIndexChanged.connect(self._offer_sites)
        self.new.done.connect(self._make)
        self.make.make_wide()
        self.make.clicked.connect(self._make)
        self.back.clicked.connect(self.left)
        self.letter.setFixedWidth(72)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._site, 1)
        row.addWidget(self._letter)
        row.setAlignment(self._letter, Qt.AlignmentFlag.AlignTop)
        row.setAlignment(self._site, Qt.AlignmentFlag.AlignTop)
        return centred(
            column(
                self._title,
                self._text,
                self._study,
                row,
                self._admin,
                self.new,
                self.message,
                self.make,
                Links((self.back,)),
                spacing=10,
            )
        )

    def start(self) -> None:
        """Begin anew."""
        self._stack.setCurrentIndex(0)
        self.message.clear()
        self._access.jobs.run(_shipped, self._offer_studies, self.message.say_error)
        self.letter.show_choices(tuple((letter, letter) for letter in LETTERS))
        self.study.setFocus()

    def retranslate(self) -> None:
        """Set the texts anew."""
        if self._joins:
            self._title.setText(self.tr("Join a study's centre"))
            self._text.setText(
                self.tr(
                    "First this computer gets its own encrypted vault; then you give the centre's address and code."
                )
            )
        else:
            self._title.setText(self.tr("New site"))
            self._text.setText(
                self.tr("This computer gets an encrypted vault of its own. The centre can be joined later.")
            )
        self._study.say(self.tr("Study"))
        self._site.say(self.tr("Site"))
        self._letter.say(self.tr("Letter"))
        self.letter.setToolTip(
            self.tr("Stands in the keys of subjects registered here. Each computer of a site has its own.")
        )
        self._admin.say(self.tr("Name of the first manager"))
        self.make.setText(self.tr("Make the vault"))
        self.back.setText(self.tr("Back"))
        self._offer_sites()

    def _offer_studies(self, found: dict[str, Definition]) -> None:
        self._studies = found
        self.study.show_choices(tuple((name, definition.version.name) for name, definition in found.items()))
        self._offer_sites()

    @Slot()
    def _offer_sites(self) -> None:
        definition = self._studies.get(str(self.study.currentData()))
        if definition is not None:
            self.site.show_choices(
                tuple(
                    (place.oid, language.joined(place.oid, language.words(place.name)))
                    for place in definition.version.locations
                )
            )

    @Slot()
    def _make(self) -> None:
        definition = self._studies.get(str(self.study.currentData()))
        admin, location = self.admin.text().strip(), str(self.site.currentData())
        if not admin:
            self._admin.show_wrong(self.tr("The first manager needs a name."))
            self.admin.setFocus()
            return
        self._admin.show_wrong("")
        passphrase = self.new.checked()
        if definition is None or passphrase is None:
            return
        self.make.setEnabled(False)
        letter, folder = str(self.letter.currentData()), self._folder
        codes: list[str] = []

        def way(_: Job) -> Site:
            from desktop.site.opening import create_site

            site, code = create_site(folder, definition, location, admin, passphrase, letter=letter)
            codes.append(code)
            return site

        self._access.open(way, partial(self._made, codes), self._fail)

    def _made(self, codes: list[str], _: Session) -> None:
        self.make.setEnabled(True)
        self.new.clear()
        self._stack.setCurrentIndex(1)
        self.code_page.show_code(codes.pop())

    def _fail(self, error: Exception) -> None:
        self.make.setEnabled(True)
        self.message.say_error(error)

    @Slot()
    def _enter(self) -> None:
        self.entered.emit(Place(Where.SYNC, part=JOIN) if self._joins else None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()


def _shipped(_: Job) -> dict[str, Definition]:
    """The studies that this release ships, by name."""
    from desktop.study.load import load_definition, locate, shipped_studies

    return {name: load_definition(locate(name)) for name in shipped_studies()}
