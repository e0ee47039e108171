"""First start: practice, new site, join a centre, or restore a backup."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStackedWidget, QWidget

from ui.look import icons, language, style
from ui.look.style import Tone
from ui.screens.entrance.base import Entrance, Links, centred, column
from ui.widgets.buttons import link
from ui.widgets.drawing import draw_text
from ui.widgets.labels import label

if TYPE_CHECKING:
    from ui.background.site_access import SiteAccess
    from ui.screens.entrance.new_site import NewSiteForm
    from ui.screens.entrance.practice import PracticeForm
    from ui.screens.entrance.restore import RestoreForm

WIDTH = 460
WAY_HEIGHT = 68
TEXT_LEFT = 48
NAME_HEIGHT = 22


class Way(enum.Enum):
    """The ways to begin."""

    PRACTICE = "practice"
    NEW = "site"
    JOIN = "join"
    RESTORE = "restore"


class WayButton(QAbstractButton):
    """One of them: an icon, its name, and a sentence."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self.way = way
        self.sentence = ""
        self.setObjectName(f"way_{way.value}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def say(self, text: str, sentence: str) -> None:
        """Name it."""
        self.setText(text)
        self.sentence = sentence
        self.setAccessibleName(text)
        self.setAccessibleDescription(sentence)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, WAY_HEIGHT)

    def _sentence_height(self) -> int:
        """How high the sentence is in the width that it has."""
        metrics = QFontMetrics(style.font(style.SMALL))
        room = QRect(0, 0, self.width() - TEXT_LEFT - 36, WAY_HEIGHT)
        return metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, self.sentence).height()

    def fits(self) -> bool:
        """Whether the whole sentence has room."""
        return NAME_HEIGHT + self._sentence_height() <= self.height() - 8

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = style.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.hasFocus()
        painter.setPen(QPen(QColor(c.focus if focus else c.line), 2 if focus else 1))
        painter.setBrush(QColor(c.hover if self.underMouse() else c.face))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), style.CARD_RADIUS, style.CARD_RADIUS)
        height = self._sentence_height()
        top = (self.height() - NAME_HEIGHT - height) // 2
        icons.paint(painter, self.way.value, QRectF(17, top + 3, 16, 16), Tone.ACCENT)
        painter.setPen(QColor(c.ink))
        painter.setFont(style.font(bold=True))
        name = QRect(TEXT_LEFT, top, self.width() - TEXT_LEFT - 36, NAME_HEIGHT)
        draw_text(painter, name.toRectF(), self.text())
        painter.setFont(style.font(style.SMALL))
        painter.setPen(QColor(c.secondary))
        painter.drawText(
            QRect(TEXT_LEFT, top + NAME_HEIGHT, name.width(), height),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap,
            self.sentence,
        )
        middle = (self.height() - 16) / 2
        icons.paint(painter, "right", QRectF(self.width() - 30, middle, 16, 16), Tone.FAINT)


class StartScreen(Entrance):
    """What is offered where there is no vault yet."""

    practice_ready = Signal(object)
    """The folder of the practice vault: sign in there."""

    def __init__(self, access: SiteAccess, folder: Path, practice: Path, parent: QWidget | None = None) -> None:
        super().__init__("start", parent)
        self._access = access
        self._folder = folder
        self._practice = practice
        self._forms: dict[Way, NewSiteForm | PracticeForm | RestoreForm] = {}
        self._title = label(kind="title")
        self.ways = {way: WayButton(way) for way in Way}
        for button in self.ways.values():
            button.clicked.connect(self._choose)
        self.language = link(name="language_link")
        self.language.clicked.connect(self.language_wished)
        choice = column(self._title, *self.ways.values(), Links((self.language,)), spacing=10)
        self._stack = QStackedWidget()
        self._stack.addWidget(centred(choice))
        self.set_form(self._stack, WIDTH)
        self.retranslate()

    def focus_next_step(self) -> None:
        """Go to the first way."""
        self.ways[Way.PRACTICE].setFocus()

    def retranslate(self) -> None:
        self._title.setText(self.tr("Begin"))
        self.ways[Way.PRACTICE].say(
            self.tr("Practice"),
            self.tr("A site with invented subjects, to learn on. It stays on this computer."),
        )
        self.ways[Way.NEW].say(
            self.tr("New site"),
            self.tr("Set this computer up for a site. Works without a network."),
        )
        self.ways[Way.JOIN].say(
            self.tr("Join a centre"),
            self.tr("Set this computer up, and join with the code that the coordinating centre gave you."),
        )
        self.ways[Way.RESTORE].say(
            self.tr("Restore a backup"),
            self.tr("Go on from an encrypted backup file, with the same people and passphrases."),
        )
        self.language.setText("English" if language.is_chinese() else "中文")
        self.side.say(
            self.tr("The record book of a trial site"),
            "",
            self.tr("Data are kept encrypted on this computer. It works without a network."),
        )

    @Slot()
    def _choose(self) -> None:
        button = self.sender()
        if isinstance(button, WayButton):
            form = self._forms.get(button.way) or self._make(button.way)
            self._stack.setCurrentWidget(form)
            form.start()

    def _make(self, way: Way) -> NewSiteForm | PracticeForm | RestoreForm:
        if way is Way.PRACTICE:
            from ui.screens.entrance.practice import PracticeForm

            form = PracticeForm(self._access, self._practice)
            form.ready.connect(self.practice_ready)
        elif way is Way.RESTORE:
            from ui.screens.entrance.restore import RestoreForm

            form = RestoreForm(self._access, self._folder)
            form.entered.connect(self.entered)
        else:
            from ui.screens.entrance.new_site import NewSiteForm

            form = NewSiteForm(self._access, self._folder, joins=way is Way.JOIN)
            form.entered.connect(self.entered)
        form.left.connect(self._go_back)
        self._forms[way] = form
        self._stack.addWidget(form)
        return form

    @Slot()
    def _go_back(self) -> None:
        self._stack.setCurrentIndex(0)
        self.focus_next_step()
