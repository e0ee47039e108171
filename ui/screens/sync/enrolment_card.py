"""Enrolment at a centre: address, one-time code, comparison of fingerprint words."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.site.site import Site
from ui.background.jobs import Job
from ui.background.site_access import SiteAccess
from ui.look.style import Tone
from ui.widgets.buttons import primary, secondary
from ui.widgets.card import Card
from ui.widgets.fields import Labelled, TextLine
from ui.widgets.labels import label
from ui.widgets.message import Message

if TYPE_CHECKING:
    from desktop.sync.client.enrolment import Enrolment

FIELD_WIDTH = 420


class JoinCard(Card):
    """Two steps: ask the centre for its words, and join when they are the right ones."""

    joined = Signal()
    left = Signal()

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._access = access
        self._enrolment: Enrolment | None = None
        self._job: Job | None = None
        self._intro = label(tone=Tone.SECONDARY, wrap=True)
        self.url = TextLine()
        self.code = TextLine()
        self._url = Labelled(self.url, "join_url")
        self._code = Labelled(self.code, "join_code")
        for field in (self.url, self.code):
            field.setMaximumWidth(FIELD_WIDTH)
            field.done.connect(self._ask)
        self._message = Message()
        self.words = label(kind="number", wrap=True)
        self.words.setObjectName("join_words")
        self._compare = label(wrap=True)
        self.ask = primary(name="join_ask")
        self.ask.clicked.connect(self._ask)
        self.same = primary(name="join_same", icon="check")
        self.same.clicked.connect(self._join)
        self.differ = secondary(name="join_differ")
        self.differ.clicked.connect(self._refuse)
        self.leave = secondary(name="join_leave")
        self.leave.clicked.connect(self._leave)
        row = QHBoxLayout()
        for button in (self.ask, self.same, self.differ, self.leave):
            row.addWidget(button)
        row.addStretch(1)
        parts = (self._intro, self._url, self._code, self._compare, self.words, self._message)
        for part in parts:
            self.body.addWidget(part)
        self.body.addLayout(row)
        self.body.setSpacing(10)
        self._show_step()
        self.retranslate()

    def start(self) -> None:
        """Begin anew."""
        self._enrolment = None
        self._message.clear()
        self._show_step()
        self.url.setFocus()

    def retranslate(self) -> None:
        """Set the texts anew."""
        self.set_title(self.tr("Join a centre"))
        self._intro.setText(
            self.tr(
                "The coordinating centre gives you its address and a code that works once. Everything that was"
                " recorded here goes there with the first sync."
            )
        )
        self._url.say(self.tr("Address of the centre"), "https://…")
        self._code.say(self.tr("One-time code"))
        self._compare.setText(
            self.tr("Call the centre and read these words to each other. Join only when they are the same.")
        )
        self.ask.setText(self.tr("Ask the centre"))
        self.same.setText(self.tr("The words are the same: join"))
        self.differ.setText(self.tr("They differ"))
        self.leave.setText(self.tr("Not now"))

    def _show_step(self) -> None:
        comparing = self._enrolment is not None
        for part in (self._intro, self._url, self._code, self.ask, self.leave):
            part.setVisible(not comparing)
        for part in (self._compare, self.words, self.same, self.differ):
            part.setVisible(comparing)
        for button in (self.ask, self.same, self.differ):
            button.setEnabled(True)

    @Slot()
    def _ask(self) -> None:
        url, code = self.url.text().strip(), self.code.text().strip()
        if not url or not code:
            self._message.say(Tone.WRONG, self.tr("The address and the code are both needed."))
            (self.code if url else self.url).setFocus()
            return
        self._message.say(Tone.QUERY, self.tr("Asking the centre …"), "wait")
        self.ask.setEnabled(False)
        self._access.ask(lambda site: site.begin_enrolment(url, code), self._compare_words, self._fail)

    def _compare_words(self, enrolment: "Enrolment") -> None:
        self._enrolment = enrolment
        self._message.clear()
        self.words.setText(enrolment.fingerprint)
        self._show_step()
        self.same.setFocus()

    @Slot()
    def _join(self) -> None:
        enrolment = self._enrolment
        if enrolment is not None:
            self.same.setEnabled(False)
            self.differ.setEnabled(False)
            self._access.ask(lambda site: Site.finish_enrolment(site, enrolment), self._joined, self._fail)

    def _joined(self, _: object) -> None:
        self.code.clear()
        self.start()
        self.joined.emit()

    @Slot()
    def _refuse(self) -> None:
        self.start()
        self._message.say(
            Tone.WRONG,
            self.tr(
                "Not joined. Another computer may answer at this address: check it with the centre,"
                " and ask for a new code."
            ),
        )

    def _fail(self, error: Exception) -> None:
        self.start()
        self._message.say_error(error)

    @Slot()
    def _leave(self) -> None:
        self.left.emit()
