"""Real windows over real vaults, offscreen. What a test leaves behind fails it."""

import datetime
import gc
import importlib.util
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from desktop.actions import AddUser, SaveForm
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.study.load import load_definition, locate
from ui.look import language, style
from ui.look.language import Language
from ui.look.style import Choice
from ui.screens.base import Place, Screen, Where
from ui.screens.entrance.sign_in import SignInScreen
from ui.shell.window import MainWindow

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

CLINIC = Path(__file__).parents[1] / "data" / "clinic"
MANAGER = ("Manager", "manager passphrase")
NURSE = ("Study nurse A", "nurse A passphrase")
DOCTOR = ("研究者", "doctor passphrase")
PATIENCE_MS = 20_000
PASSES = 5
"""What is told asks anew; a sentence that wraps changes the height of what it stands in, and so on outwards."""

DM = FormKey("SE.VISIT", 1, "F.DM", 1)
VS = FormKey("SE.VISIT", 1, "F.VS", 1)


def text(value: str, unit: str = "") -> ItemValue:
    return ItemValue(value=value, unit=unit)


def register(site: Site, subject: str, day: str, sex: str = "F") -> None:
    items = {ItemPlace("IG.DM", "", "IT.ICDAT"): text(day), ItemPlace("IG.DM", "", "IT.SEX"): text(sex)}
    site.record(SaveForm(subject=subject, key=DM, items=items))


@pytest.fixture(scope="session")
def made_vault(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A vault with three people and three subjects, and its recovery code. Copied for each test."""
    folder = tmp_path_factory.mktemp("made") / "vault"
    site, code = opening.create_site(folder, load_definition(locate(str(CLINIC))), "01", *MANAGER)
    with site:
        site.record(AddUser(name=NURSE[0], roles=("entry",), passphrase=NURSE[1]))
        site.record(AddUser(name=DOCTOR[0], roles=("investigator", "manager"), passphrase=DOCTOR[1]))
        today = site.civil_date
    with opening.open_site(folder, *NURSE) as site:
        for number, sex in ((1, "F"), (2, "M"), (3, "F")):
            day = today.replace(day=1) if number == 3 else today
            register(site, f"01-A00{number}", day.isoformat(), sex)
        items = {ItemPlace("IG.VS", "", "IT.HEIGHT"): text("180")}
        site.record(SaveForm(subject="01-A002", key=VS, items=items, complete=False))
        for number, term in enumerate(("Fever", "头痛"), start=1):
            site.record(
                SaveForm(
                    subject="01-A001",
                    key=FormKey("SE.LOG", 1, "F.AE", number),
                    items={ItemPlace("IG.AE", "", "IT.AETERM"): text(term)},
                )
            )
    return folder, code


WARD = Path(__file__).parents[1] / "data" / "pathway"
SCREENING = FormKey("SE.SCREEN", 1, "F.DM", 1)


def treat(site: Site, subject: str, days: Sequence[int], responses: Sequence[str] = (), eligible: str = "Y") -> None:
    """A subject whose cycles began so many days ago, and came to these responses."""
    today = site.civil_date

    def save(key: FormKey, **items: str) -> None:
        group = key.form.replace("F.", "IG.")
        values = {ItemPlace(group, "", f"IT.{name}"): text(value) for name, value in items.items()}
        site.record(SaveForm(subject=subject, key=key, items=values))

    first = today - datetime.timedelta(days=max(days, default=0) + 3)
    save(SCREENING, ICDAT=first.isoformat(), SEX="F", BRTHDAT="1981-05", ELIG=eligible)
    for number, ago in enumerate(days, 1):
        given = today - datetime.timedelta(days=ago)
        save(FormKey("SE.CYCLE", number, "F.TX", 1), TXDAT=given.isoformat())
        if number <= len(responses):
            save(FormKey("SE.EVAL", number, "F.RESP", 1), BEST=responses[number - 1], BLAST="4.5")


@pytest.fixture(scope="session")
def made_ward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault of the study with a pathway: subjects on their way, at a decision, with a missed visit, with a long way."""
    folder = tmp_path_factory.mktemp("ward") / "vault"
    site, _ = opening.create_site(folder, load_definition(locate(str(WARD))), "01", *MANAGER)
    with site:
        site.record(AddUser(name=NURSE[0], roles=("entry",), passphrase=NURSE[1]))
        site.record(AddUser(name=DOCTOR[0], roles=("investigator", "manager"), passphrase=DOCTOR[1]))
    with opening.open_site(folder, *NURSE) as site:
        treat(site, "01-A001", (40, 5), ("PR",))
        treat(site, "01-A002", (30,), ("CR",))
        treat(site, "01-A003", (60,))
        treat(site, "01-A004", tuple(range(256, 0, -28)), ("PR",) * 9)
    return folder


@pytest.fixture
def ward(open_window: "Callable[[Path], Driver]", made_ward: Path, tmp_path: Path) -> "Driver":
    """A window at the sign-in of that vault."""
    return open_window(Path(shutil.copytree(made_ward, tmp_path / "ward")))


@pytest.fixture
def vault(made_vault: tuple[Path, str], tmp_path: Path) -> Path:
    """A vault of this test's own."""
    return Path(shutil.copytree(made_vault[0], tmp_path / "vault"))


class Driver:
    """Drives a window as a person does, and waits for what it does."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window = window
        self._qtbot = qtbot

    def until(self, holds: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(lambda: bool(holds()), timeout=PATIENCE_MS)

    def settle(self) -> None:
        """Until every worker rests and what they told is shown."""
        for _ in range(PASSES):
            QCoreApplication.processEvents()
            self.until(lambda: self.window.jobs.is_idle)

    @property
    def sign_in_screen(self) -> SignInScreen:
        screen = self.window.entrance
        assert isinstance(screen, SignInScreen)
        return screen

    def give_passphrase(self, passphrase: str) -> None:
        QTest.keyClicks(self.sign_in_screen.passphrase, passphrase)
        QTest.keyClick(self.sign_in_screen.passphrase, Qt.Key.Key_Return)
        self.settle()

    def sign_in(self, who: tuple[str, str] = NURSE) -> None:
        self.settle()
        self.sign_in_screen.user.choose(who[0])
        self.give_passphrase(who[1])
        assert self.window.frame is not None

    def go(self, where: Where, subject: str = "") -> Any:
        assert self.window.frame is not None
        self.window.frame.go(Place(where, subject))
        self.settle()
        screen = self.window.frame.stack.currentWidget()
        assert isinstance(screen, Screen)
        return screen

    def ask(self, question: Callable[[Site], Any]) -> Any:
        """Ask the very vault that the window has open."""
        answers: list[Any] = []
        self.window.access.ask(question, answers.append, answers.append)
        self.until(lambda: bool(answers))
        assert not isinstance(answers[0], Exception), answers[0]
        return answers[0]

    def record(self, act: Any) -> Any:
        """Record an act as another screen would."""
        answers: list[Any] = []
        self.window.access.record(act, answers.append, answers.append)
        self.until(lambda: bool(answers))
        self.settle()
        assert not isinstance(answers[0], Exception), answers[0]
        return answers[0]

    def find(self, kind: type, name: str) -> Any:
        """The one visible widget of this name."""
        found = [each for each in self.window.findChildren(kind, name) if each.isVisible()]
        assert len(found) == 1, (name, found)
        return found[0]

    def click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        self.settle()

    def press(self, key: Qt.Key, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key wherever the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)
        self.settle()


class _Shows(QObject):
    """Sees widgets that become windows of their own though nobody wanted that."""

    def __init__(self) -> None:
        super().__init__()
        self.strays: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt names it
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            is_popup = watched.windowType() in (Qt.WindowType.Popup, Qt.WindowType.ToolTip)
            if not is_popup and not isinstance(watched, MainWindow | QDialog | QMenu):
                self.strays.append(repr(watched))
        return False


@pytest.fixture(autouse=True)
def nothing_is_left(qapp: QApplication) -> Iterator[None]:
    """No thread, no running timer and no visible window outlives the test that made it."""
    shows = _Shows()
    qapp.installEventFilter(shows)
    yield
    qapp.removeEventFilter(shows)
    language.translator().choose(Language.ENGLISH)
    style.theme().choose(Choice.LIGHT)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert shows.strays == [], "a part of a window was shown before it had its place"
    threads = [thread.name for thread in threading.enumerate() if thread.name.startswith("sitebook")]
    assert threads == []
    windows = [widget for widget in qapp.topLevelWidgets() if widget.isVisible()]
    assert windows == []
    timers = [
        timer
        for timer in gc.get_objects()
        if isinstance(timer, QTimer) and shiboken6.isValid(timer) and timer.isActive()
    ]
    assert timers == []


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[[Path], Driver]]:
    """Opens the window of a vault folder; closes it after the test."""
    windows: list[MainWindow] = []

    def make(folder: Path) -> Driver:
        window = MainWindow(folder, tmp_path / "practice", tmp_path / "preferences.json")
        windows.append(window)
        language.translator().choose(Language.ENGLISH)
        style.theme().choose(Choice.LIGHT)
        window.show()
        window.activateWindow()
        QCoreApplication.processEvents()
        return Driver(window, qtbot)

    yield make
    for window in windows:
        form = None if window.frame is None else window.frame.form
        if form is not None and form._not_kept:
            # A test may end where nothing can be kept; the window would ask.
            form._forget()
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def looking() -> ModuleType:
    """What looks at a window, from the file beside this one."""
    spec = importlib.util.spec_from_file_location("looking", Path(__file__).with_name("looking.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def driver(open_window: Callable[[Path], Driver], vault: Path) -> Driver:
    """A window at the sign-in of the vault."""
    return open_window(vault)
