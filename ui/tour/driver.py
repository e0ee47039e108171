"""Drives the windows for the tour and saves screenshots.

Nothing is staged: the real window, keys sent to whatever has the focus, a real vault, a real centre in a process of its
own. What the day consists of is in `day.py`; here is the hand that does it. With no display it runs offscreen.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPlainTextEdit, QWidget

from desktop.errors import RefusedError
from desktop.study.clinical_data import FormKey, ItemPlace
from ui.form.fields.base import Field
from ui.form.fields.chosen import ChoiceField, TermField
from ui.form.fields.segments import keys_of
from ui.form.screen import FormScreen
from ui.look import language, style
from ui.look.language import Language
from ui.look.style import Choice
from ui.screens.base import Place, Screen, Where
from ui.screens.entrance.sign_in import SignInScreen
from ui.shell.window import MainWindow

NO_MODIFIER = Qt.KeyboardModifier.NoModifier
LAYOUT_PASSES = 6
"""A sentence that wraps changes the height of what it stands in, and so on outwards."""
MAX_KEYS = 200
"""More Enters than any form has questions: then it does not come to an end."""

COMMENT = "Checked against the source"
Answers = Mapping[str, str]
"""Item OID, or `ITEM/ROW` in a line, or `comment.ITEM` -> what is typed; of a choice, the code."""


class Tour:
    """A person at the keyboard, with a camera."""

    def __init__(self, folder: Path, out: Path) -> None:
        self.folder = folder
        self.out = out
        self.shots: list[Path] = []
        self.window = MainWindow(folder / "none yet", folder / "practice", folder / "preferences.json")
        self.window.resize(*style.WINDOW_SIZE)
        style.theme().choose(Choice.LIGHT)
        language.translator().choose(Language.ENGLISH)
        self.window.show()
        self.window.activateWindow()
        self.settle()

    # Waiting and looking

    def settle(self) -> None:
        """Until every worker rests, and what they told is drawn."""
        for _ in range(LAYOUT_PASSES):
            QCoreApplication.processEvents()
            # What was told may have asked anew.
            while not self.window.jobs.is_idle:
                QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def shoot(self, name: str, *, dark: bool = False, again: Callable[[], None] | None = None) -> None:
        """Save the window in both languages, and in the dark where that is asked.

        `again` brings back what a change of language takes away, such as a list that is open.
        """
        number = len({path.name.split("-")[0] for path in self.shots}) + 1
        for shown in Language:
            language.translator().choose(shown)
            self.settle()
            if again is not None:
                again()
                self.settle()
            self._save(f"{number:02d}-{name}-{shown.value}")
            if dark:
                style.theme().choose(Choice.DARK)
                self.settle()
                self._save(f"{number:02d}-{name}-{shown.value}-dark")
                style.theme().choose(Choice.LIGHT)
        language.translator().choose(Language.ENGLISH)
        self.settle()
        if again is not None:
            again()
            self.settle()

    def _save(self, name: str) -> None:
        picture = self.window.grab()
        for dialog in self.window.findChildren(QDialog):
            if dialog.isVisible():
                painter = QPainter(picture)
                painter.fillRect(picture.rect(), Qt.GlobalColor.transparent)
                painter.drawPixmap(self.window.rect().center() - dialog.rect().center(), dialog.grab())
                painter.end()
        path = self.out / f"{name}.png"
        if not picture.save(str(path)):
            raise RefusedError("The folder for the screenshots cannot be written: {path}", path=path)
        self.shots.append(path)

    def expect(self, holds: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Raises RefusedError where the day does not go as it should."""
        if not holds:
            raise RefusedError("The tour expected: {what}", what=what)

    def failed(self, error: Exception) -> None:
        """Something that was asked of the vault did not work."""
        raise error

    # Keys and mouse

    @property
    def focus(self) -> QWidget:
        """What has the keys."""
        return QApplication.focusWidget() or self.window

    def press(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> None:
        """Press keys where the focus is."""
        for key in keys:
            QTest.keyClick(self.focus, key, modifiers)
            self.settle()

    def type(self, text: str) -> None:
        """Type where the focus is. What is no ASCII comes as from an input method."""
        widget = self.focus
        if text.isascii():
            for letter in text:
                # The first may open what takes the next.
                QTest.keyClicks(self.focus, letter)
        elif isinstance(widget, QLineEdit):
            widget.insert(text)
        elif isinstance(widget, QPlainTextEdit):
            widget.insertPlainText(text)

    def enter(self) -> None:
        """Go on."""
        self.press(Qt.Key.Key_Return)

    def save(self) -> None:
        """Save the form."""
        self.press(Qt.Key.Key_S, modifiers=Qt.KeyboardModifier.ControlModifier)

    def click(self, name: str) -> None:
        """Click on the one visible widget of this name."""
        found = [each for each in self.window.findChildren(QWidget, name) if each.isVisible()]
        self.expect(len(found) == 1, f"one {name} on the screen, not {len(found)}")
        QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)
        self.settle()

    # Places

    def sign_in(self, user: str, passphrase: str) -> None:
        """Sign in where the sign-in screen is."""
        self.settle()
        screen = self.window.entrance
        self.expect(isinstance(screen, SignInScreen), "the sign-in screen")
        if isinstance(screen, SignInScreen):
            while not screen.button.isEnabled():
                # After a wrong passphrase the next try has to wait.
                QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            screen.user.choose(user)
            screen.focus_next_step()
            self.type(passphrase)
            self.enter()

    def go(self, where: Where, subject: str = "") -> Screen:
        """Go to a screen beside the rail."""
        frame = self.window.frame
        if frame is None:
            raise RefusedError("The tour expected: {what}", what="someone signed in")
        frame.go(Place(where, subject))
        self.settle()
        screen = frame.stack.currentWidget()
        if not isinstance(screen, Screen):
            raise RefusedError("The tour expected: {what}", what=f"the screen {where.value}")
        return screen

    def open(self, subject: str, event: str, form: str, repeat: int = 1, event_repeat: int = 1) -> FormScreen:
        """Open a form."""
        frame = self.window.frame
        if frame is None:
            raise RefusedError("The tour expected: {what}", what="someone signed in")
        frame.go(Place(Where.FORM, subject, FormKey(event, event_repeat, form, repeat)))
        self.settle()
        return self.form

    @property
    def form(self) -> FormScreen:
        """The form screen."""
        found = self.window.frame.form if self.window.frame is not None else None
        if found is None or found.wizard is None:
            raise RefusedError("The tour expected: {what}", what="an open form")
        return found

    # Forms

    @property
    def here(self) -> str:
        """The item whose field has the keys, with its row; of a comment with `comment.` before it; else the widget's name."""
        widget: QWidget | None = self.focus
        while widget is not None:
            if widget.objectName().startswith("comment."):
                return widget.objectName()
            if isinstance(widget, Field):
                return _named(widget.place)
            widget = widget.parentWidget()
        return self.focus.objectName()

    def fill(self, answers: Answers, until: str = "form.primary") -> None:
        """Answer question after question with Enter, until the keys come to `until`."""
        for _ in range(MAX_KEYS):
            here = self.here
            if here == until:
                return
            plain = here.split("/")[0]
            answer = answers.get(here) or answers.get(plain) or (COMMENT if here.startswith("comment.") else "")
            if answer:
                self.answer(answer)
            self.enter()
        raise RefusedError("The tour expected: {what}", what=f"to come to {until}")

    def answer_checks(self) -> None:
        """Answer what a save asks about checks, one comment after the other."""
        for _ in range(MAX_KEYS):
            if not self.here.startswith("comment."):
                return
            self.type(COMMENT)
            self.enter()

    def answer(self, answer: str) -> None:
        """Give the answer in the field that has the keys."""
        field = self._field()
        if field is None:
            self._type_over(answer)
            return
        codelist = field.definition.codelist_of(field.item)
        if isinstance(field, TermField):
            self.type(answer)
            self.enter()
        elif codelist is None:
            self._type_over(answer)
        elif isinstance(field, ChoiceField):
            self.press(Qt.Key(Qt.Key.Key_0 + 1 + list(codelist.by_code).index(answer)))
        else:
            wizard = self.form.wizard
            allowed = wizard.codes(field.place) if wizard is not None else None
            self.type(keys_of(allowed or tuple(codelist.by_code))[answer])
            self.settle()

    def _type_over(self, text: str) -> None:
        widget = self.focus
        if isinstance(widget, QLineEdit):
            widget.selectAll()
        if " " in text and not isinstance(widget, QPlainTextEdit) and text[0].isdigit():
            first, _, second = text.partition(" ")
            self.type(first)
            self.enter()
            self.type(second)
            return
        self.type(text)

    def _field(self) -> Field | None:
        widget: QWidget | None = self.focus
        while widget is not None:
            if isinstance(widget, Field):
                return widget
            widget = widget.parentWidget()
        return None


def _named(place: ItemPlace) -> str:
    return f"{place.item}/{place.row}" if place.row else place.item
