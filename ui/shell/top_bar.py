"""The top bar: study and site, find, entries not yet received, language, user, lock."""

from functools import partial

import shiboken6
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.errors import SitebookError
from desktop.reading import find
from desktop.reading.find import Found
from desktop.study.definition.metadata import Definition
from desktop.study.values.pinyin import initials
from desktop.views.today import ShellView
from ui.background.site_access import SiteAccess
from ui.look import icons, language, style, vocabulary
from ui.look.icons import SIGN_OF_STATE
from ui.look.style import Tone
from ui.screens.base import Place, Where
from ui.widgets.buttons import Button, plain
from ui.widgets.chip import Chip, paint_chip
from ui.widgets.labels import ElidedLabel, key, label
from ui.widgets.table import Cell, Column, Line, Table

FIND_WIDTH, MIN_FIND_WIDTH = 270, 190
TYPING_PAUSE_MS = 120
FOUND_WIDTH = 560


class EntriesChip(Button):
    """How many entries the centre has not signed for; a click leads to the sync screen."""

    def __init__(self) -> None:
        super().__init__(name="entries", kind="plain")
        self._chip_tone = Tone.SECONDARY
        self._chip_icon = "offline"

    def say(self, text: str, tone: Tone, icon: str) -> None:
        """Say it."""
        self._chip_tone, self._chip_icon = tone, icon
        self.set_icon(icon, tone)
        self.setText(text)
        self.setAccessibleName(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = self.rect().toRectF().adjusted(0, 3, 0, -3)
        paint_chip(painter, rect, self.text(), self._chip_icon, self._chip_tone)
        if self.hasFocus():
            painter.setPen(style.colours().focus)
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


class FindBox(QLineEdit):
    """Where one types what to find; the results hang under it."""

    chosen = Signal(object)
    """A `Place`."""

    def __init__(self, access: SiteAccess, results: "FindResults", parent: QWidget) -> None:
        super().__init__(parent)
        self._access = access
        self._results = results
        self.setObjectName("find")
        self.setProperty("kind", "find")
        self.setFixedHeight(28)
        self.setMinimumWidth(MIN_FIND_WIDTH)
        self.setMaximumWidth(FIND_WIDTH)
        self.setTextMargins(31, 0, 58, 0)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(0, 0, 8, 0)
        inside.addStretch(1)
        self._key = key("Ctrl K")
        self._key.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside.addWidget(self._key)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._answered: str | None = None
        """What the results under the box answer."""
        self._enter_waits = False
        """Enter was pressed before the answer to what stands in the box was here."""
        self._came_from: QWidget | None = None
        self.screens: tuple[tuple[Where, str], ...] = ()
        """The screens that can be found, with their names."""
        self.textEdited.connect(self._typed)
        results.table.opened.connect(self._choose)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            self._give_back()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._results.step(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._enter_waits = False
        self._results.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        icons.paint(painter, "find", QRectF(9, 6, style.ICON, style.ICON), Tone.SECONDARY)

    @Slot(QWidget, QWidget)
    def _focus_moved(self, before: QWidget | None, now: QWidget | None) -> None:
        if now is self and before is not None:
            self._came_from = before

    @Slot()
    def _typed(self) -> None:
        self._enter_waits = False
        self._pause.start()

    def _enter(self) -> None:
        """Open what is chosen, where the results answer what stands in the box; else wait for that answer."""
        if self._answered == self.text() and self._results.isVisible():
            found = self._results.table.current_key
            if isinstance(found, Found | Where):
                self._choose(found)
        elif self.text().strip():
            self._enter_waits = True
            self._ask()

    @Slot()
    def _ask(self) -> None:
        self._pause.stop()
        text = self.text()
        if text.strip():
            self._access.ask(lambda site: find.find(site, text), partial(self._show, text), partial(self._fail, text))
        else:
            self._results.hide()

    def _show(self, text: str, found: tuple[Found, ...]) -> None:
        if not self.hasFocus() or text != self.text():
            return
        words = text.casefold().split()
        screens = tuple(where for where, name in self.screens if _names(name, words))
        self._answered = text
        self._results.show_found(self._access.session.definition, found, screens, dict(self.screens), self)
        waited, self._enter_waits = self._enter_waits, False
        # Whoever has not seen the list opens only what cannot be another one.
        if waited and len(found) + len(screens) == 1:
            self._choose((*found, *screens)[0])

    def _fail(self, text: str, error: Exception) -> None:
        self._enter_waits = False
        if text == self.text():
            self._results.show_error(error, self)

    @Slot(object)
    def _choose(self, found: Found | Where) -> None:
        self._leave()
        self.clearFocus()
        if isinstance(found, Where):
            self.chosen.emit(Place(found))
        else:
            where = Where.CASEBOOK if found.key is None else Where.FORM
            self.chosen.emit(Place(where, found.subject, found.key))

    def _leave(self) -> None:
        self._pause.stop()
        self._enter_waits, self._answered = False, None
        self.clear()
        self._results.hide()

    def _give_back(self) -> None:
        """The focus goes back to where it was before the person came here."""
        before = self._came_from
        if before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.clearFocus()


def _names(name: str, words: list[str]) -> bool:
    """Whether words name a screen: parts of its name, or its pinyin initials."""
    return all(word in name.casefold() or initials(name).startswith(word) for word in words)


class FindResults(QFrame):
    """What was found, under the find box."""

    def __init__(self, frame: QWidget) -> None:
        super().__init__(frame)
        self._frame = frame
        self.setProperty("kind", "card")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        self.table = Table("find_results", fit=True)
        self.table.keeps_choice = True
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._nothing = label(tone=Tone.SECONDARY)
        self._nothing.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self.table)
        column.addWidget(self._nothing)
        self.hide()

    def show_found(
        self,
        definition: Definition,
        found: tuple[Found, ...],
        screens: tuple[Where, ...],
        names: dict[Where, str],
        under: QWidget,
    ) -> None:
        """Show it."""
        columns = (Column(width=36), Column(width=90), Column(stretch=1), Column(), Column())
        lines = [self._line(definition, each) for each in found]
        lines += [_screen_line(where, names[where]) for where in screens]
        self.table.show_lines(columns, tuple(lines))
        found_any = bool(lines)
        self.table.setVisible(found_any)
        self.table.choose_first()
        self._nothing.setText("" if found_any else self.tr("Nothing found"))
        self._hang(under, found=found_any)

    def show_error(self, error: Exception, under: QWidget) -> None:
        """Say why nothing could be looked for."""
        self.table.hide()
        told = language.sentence(error) if isinstance(error, SitebookError) else str(type(error))
        self._nothing.setText(told)
        self._hang(under, found=False)

    def _hang(self, under: QWidget, *, found: bool) -> None:
        self._nothing.setVisible(not found)
        self.setFixedWidth(max(under.width(), FOUND_WIDTH) if found else under.width())
        self.adjustSize()
        corner = under.mapToGlobal(QPoint(under.width(), under.height() + 4))
        self.move(self._frame.mapFromGlobal(corner) - QPoint(self.width(), 0))
        self.show()
        self.raise_()

    def _line(self, definition: Definition, found: Found) -> Line:
        """A subject or form; what identifies the subject beside its key stands with it."""
        who = Cell(text=vocabulary.headline(definition, found.headline), tone=Tone.SECONDARY, small=True)
        subject = Cell(text=found.subject, bold=True)
        if found.key is None:
            return Line(key=found, cells=(Cell(icon="subjects", tone=Tone.SECONDARY), subject, who))
        title = Cell(text=vocabulary.form_title(definition, found.key))
        event = Cell(text=vocabulary.where(definition, found.key), tone=Tone.SECONDARY, small=True)
        if found.state is None:
            sign = Cell(icon="add", tone=Tone.ACCENT, tip=self.tr("begin"))
        else:
            shown = SIGN_OF_STATE[found.state]
            sign = Cell(icon=shown.icon, tone=shown.tone, tip=vocabulary.sign_words(shown))
        return Line(key=found, cells=(sign, subject, title, event, who))

    def step(self, step: int) -> None:
        """Go to another line."""
        lines = self.table.lines
        if self.isVisible() and lines:
            row = (self.table.currentIndex().row() + step) % len(lines)
            self.table.choose(lines[row].key)


def _screen_line(where: Where, name: str) -> Line:
    cells = (Cell(icon=where.value, tone=Tone.SECONDARY), Cell(text=name, bold=True))
    return Line(key=where, cells=cells)


class TopLine(QFrame):
    """The line."""

    found = Signal(object)
    """A `Place`."""
    language_wished = Signal()
    lock_wished = Signal()
    menu_wished = Signal(object)
    """The button under which the user's menu opens."""
    sync_wished = Signal()

    def __init__(self, access: SiteAccess, results: FindResults, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self.setProperty("kind", "top")
        self.setFixedHeight(style.TOP_LINE)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 8, 1)
        row.setSpacing(14)
        self._study = label(kind="section")
        self._site = ElidedLabel()
        self._site.setProperty("tone", Tone.SECONDARY.value)
        self.finder = FindBox(access, results, self)
        self.entries = EntriesChip()
        self.language = plain(name="language")
        self.user = plain(name="user")
        self.lock = plain(name="lock", icon="lock", tone=Tone.SECONDARY)
        self._practice = Chip()
        row.addWidget(self._study)
        row.addWidget(self._practice)
        self._practice.setVisible(access.session.is_practice)
        row.addWidget(self._site, 1)
        row.addWidget(self.finder, 2)
        row.addWidget(self.entries)
        tail = QHBoxLayout()
        tail.setSpacing(2)
        for button in (self.language, self.user, self.lock):
            tail.addWidget(button)
        row.addLayout(tail)
        self.finder.chosen.connect(self.found)
        self.entries.clicked.connect(self.sync_wished)
        self.language.clicked.connect(self.language_wished)
        self.lock.clicked.connect(self.lock_wished)
        self.user.clicked.connect(self._wish_menu)
        self._view: ShellView | None = None
        self._line_is_down = False
        self.retranslate()

    def show_view(self, view: ShellView) -> None:
        """Show who is here and how far the entries are."""
        self._view = view
        self._show()

    def show_line(self, *, is_down: bool) -> None:
        """Whether the centre could not be reached the last time."""
        self._line_is_down = is_down
        self._show()

    def retranslate(self) -> None:
        """Set the texts anew."""
        self.finder.setPlaceholderText(self.tr("Find a subject or form"))
        self.finder.setAccessibleName(self.tr("Find a subject or form"))
        self.language.setText("English" if language.is_chinese() else "中文")
        self.lock.setText(self.tr("Lock"))
        self._practice.say(self.tr("Practice"), Tone.QUERY, "practice")
        self.lock.setToolTip("Ctrl+L")
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _show(self) -> None:
        session = self._access.session
        self._study.setText(session.definition.version.name)
        name = language.words(session.location.name)
        site = self.tr("Site {oid}").format(oid=session.location.oid)
        self._site.setText(language.joined(site, name))
        if self._view is not None:
            self.user.setText(self._view.user.name)
            self.entries.say(*self._entries_words(self._view))

    def _entries_words(self, view: ShellView) -> tuple[str, Tone, str]:
        waiting = view.entries.waiting
        if waiting == 0:
            return self.tr("The centre has everything"), Tone.DONE, "check"
        count = language.counted(
            waiting,
            self.tr("1 entry not yet received"),
            self.tr("{n} entries not yet received"),
        )
        if not view.enrolled:
            return language.joined(self.tr("No centre"), count), Tone.SECONDARY, "computer"
        if self._line_is_down:
            return language.joined(self.tr("Offline"), count), Tone.DUE, "offline"
        return count, Tone.DUE, "sync"

    @Slot()
    def _wish_menu(self) -> None:
        self.menu_wished.emit(self.user)
