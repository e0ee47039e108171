"""Forms under the keys: the real window over a real vault of a study with every kind of question."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop.actions import AddUser, SaveForm
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from tests.gui.form.study import definition
from ui.form.fields.base import Field
from ui.form.fields.factory import field_for
from ui.form.screen import FormScreen
from ui.screens.base import Place, Where

MANAGER = ("Manager", "manager passphrase")
NURSE = ("Study nurse A", "nurse A passphrase")
MONITOR = ("Monitor", "monitor passphrase")
SUBJECT = "01-A001"
VISIT = FormKey("SE.1", 1, "F.IN", 1)


@pytest.fixture(scope="session")
def made_forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault of the study with a nurse, a monitor, and one subject whose first form is saved. Copied for each test."""
    folder = tmp_path_factory.mktemp("forms") / "vault"
    site, _ = opening.create_site(folder, definition(), "01", *MANAGER)
    with site:
        site.record(AddUser(name=NURSE[0], roles=("entry",), passphrase=NURSE[1]))
        site.record(AddUser(name=MONITOR[0], roles=("monitor",), passphrase=MONITOR[1]))
    with opening.open_site(folder, *NURSE) as site:
        items = {
            ItemPlace("IG.IN", "", "IT.DATE"): ItemValue(value="2026-10-05"),
            ItemPlace("IG.IN", "", "IT.BLAST"): ItemValue(value="40", unit="%"),
            ItemPlace("IG.IN", "", "IT.YES"): ItemValue(value="Y"),
        }
        site.record(SaveForm(subject=SUBJECT, key=VISIT, items=items))
    return folder


class FormDriver:
    """Fills a form as a person does: keys where the focus is, and a look at what is there."""

    def __init__(self, driver: Any, folder: Path) -> None:
        self.driver = driver
        self.folder = folder

    @property
    def screen(self) -> FormScreen:
        form = self.driver.window.frame.form
        assert form is not None
        return form

    @property
    def page(self) -> Any:
        return self.screen.page

    @property
    def message(self) -> str:
        return self.screen.notice.text

    def open(self, form: str, repeat: int = 1, event: str = "SE.1", subject: str = SUBJECT) -> None:
        self.driver.window.frame.go(Place(Where.FORM, subject, FormKey(event, 1, form, repeat)))
        self.driver.settle()
        assert self.screen.wizard is not None

    def press(self, *keys: Qt.Key, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            self.driver.press(key, modifiers)

    def enter(self) -> None:
        self.press(Qt.Key.Key_Return)

    def back(self) -> None:
        self.press(Qt.Key.Key_Return, modifiers=Qt.KeyboardModifier.ShiftModifier)

    def save(self) -> None:
        self.press(Qt.Key.Key_S, modifiers=Qt.KeyboardModifier.ControlModifier)

    def type(self, *lines: str) -> None:
        """Type each line where the focus is, and Enter after it."""
        for line in lines:
            QTest.keyClicks(self.focus, line)
            self.enter()

    @property
    def focus(self) -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    @property
    def here(self) -> str:
        """The item on whose field the keys are; of a comment, the item with `comment.` before it."""
        widget: QWidget | None = self.focus
        while widget is not None:
            if widget.objectName().startswith("comment."):
                return ".".join(widget.objectName().split(".")[:3])
            if isinstance(widget, Field):
                return widget.place.item
            widget = widget.parentWidget()
        return self.focus.objectName()

    def field(self, item: str, row: str = "") -> Field:
        name = f"field.{item}.{row}" if row else f"field.{item}"
        found = [each for each in self.page.findChildren(Field, name) if not each.parent().isHidden()]
        assert len(found) == 1, (name, found)
        return found[0]

    def ask(self, question: Callable[[Site], Any]) -> Any:
        """Ask the very vault that the window has open."""
        answers: list[Any] = []
        self.driver.window.access.ask(question, answers.append, answers.append)
        self.driver.until(lambda: bool(answers))
        assert not isinstance(answers[0], Exception), answers[0]
        return answers[0]

    def saved(self, form: str, repeat: int = 1, event: str = "SE.1") -> Any:
        """The form as the casebook has it."""
        return self.ask(lambda site: site.form(SUBJECT, FormKey(event, 1, form, repeat)))


@pytest.fixture
def forms(open_window: Callable[[Path], Any], made_forms: Path, tmp_path: Path) -> FormDriver:
    """The window with the nurse signed in."""
    folder = Path(shutil.copytree(made_forms, tmp_path / "vault"))
    driver = open_window(folder)
    driver.sign_in(NURSE)
    return FormDriver(driver, folder)


@pytest.fixture
def field(qapp: QApplication) -> Iterator[Callable[[str], Field]]:
    """Makes the field of an item of the study, alone in a window, with the keys."""
    study = definition()
    windows: list[QDialog] = []

    def make(oid: str) -> Field:
        window = QDialog()
        windows.append(window)
        made = field_for(study, study.items[oid], ItemPlace("IG.ALL", "", oid))
        made.setParent(window)
        made.setGeometry(0, 0, 420, 120)
        window.resize(500, 300)
        window.show()
        window.activateWindow()
        QCoreApplication.processEvents()
        made.take_focus()
        return made

    yield make
    for window in windows:
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def keys() -> Callable[..., None]:
    """Presses keys where the focus is: texts are typed, others pressed."""

    def press(*what: str | Qt.Key) -> None:
        for each in what:
            widget = QApplication.focusWidget()
            assert widget is not None
            if isinstance(each, str):
                QTest.keyClicks(widget, each)
            else:
                QTest.keyClick(widget, each)

    return press
