"""Every screen at every size that a ward PC has: header, footer and the way out stay in sight."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QByteArray, QPoint, QSize, Qt
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from desktop.study.clinical_data import FormKey
from ui.look import language
from ui.look.language import Language
from ui.screens.base import Place, Where
from ui.shell.window import MainWindow

NURSE = ("Study nurse A", "nurse A passphrase")
MANAGER = ("Manager", "manager passphrase")
SIZES = ((1920, 1040), (1366, 728), (1280, 720), (1092, 574), (960, 540))
"""Full HD; 1366 x 768 with a task bar at 100 %, 1280 x 720; the former at 125 %; full HD at 200 %."""


def outside(window: QWidget, part: QWidget) -> str:
    """What of a part lies outside of its window; nothing where all is in it."""
    corner = part.mapTo(window, QPoint(0, 0))
    inside = window.rect().contains(part.rect().translated(corner))
    needs = part.minimumSizeHint()
    fits = needs.width() <= part.width() and needs.height() <= part.height()
    return (
        ""
        if inside and fits
        else f"{part.objectName() or type(part).__name__} {corner} {part.size()}, needs {needs}, in {window.size()}"
    )


@pytest.mark.parametrize("chosen", tuple(Language))
def test_every_screen_fits_every_size(driver: Any, chosen: Language) -> None:
    driver.sign_in(MANAGER)
    if language.present() is not chosen:
        driver.window.change_language()
    window, frame = driver.window, driver.window.frame
    faults: list[str] = []
    for size in SIZES:
        window.resize(*size)
        for where in Where:
            if where is Where.FORM:
                continue
            screen = driver.go(where, "01-A001")
            assert (window.width(), window.height()) == size, "no screen widens the window"
            parts = [screen, screen.header, frame.top.lock, frame.top.finder, *frame.rail.items.values()]
            faults += [f"{where} {size}: {fault}" for part in parts if (fault := outside(window, part))]
    assert faults == []


@pytest.mark.parametrize("chosen", tuple(Language))
def test_a_form_keeps_header_and_footer_at_every_size(forms_window: Any, chosen: Language) -> None:
    driver = forms_window
    if language.present() is not chosen:
        driver.window.change_language()
    window = driver.window
    faults: list[str] = []
    for size in SIZES:
        window.resize(*size)
        for form in ("F.DM", "F.VS", "F.AE"):
            event = "SE.LOG" if form == "F.AE" else "SE.VISIT"
            window.frame.go(Place(Where.FORM, "01-A001", FormKey(event, 1, form, 1)))
            driver.settle()
            screen = window.frame.form
            parts = (screen.header, screen.footer, screen.footer.go_on, screen.header._history)
            faults += [f"{form} {size}: {fault}" for part in parts if (fault := outside(window, part))]
    assert faults == []


@pytest.fixture
def forms_window(driver: Any) -> Any:
    driver.sign_in(NURSE)
    return driver


def test_help_and_pages_are_one_key_away_where_there_is_no_room_for_them(forms_window: Any) -> None:
    driver = forms_window
    driver.window.resize(960, 540)
    driver.window.frame.go(Place(Where.FORM, "01-A001", FormKey("SE.VISIT", 1, "F.VS", 1)))
    driver.settle()
    screen = driver.window.frame.form
    assert screen.evidence.isHidden()
    assert screen.page_list.isHidden()
    before = QApplication.focusWidget()
    driver.press(Qt.Key.Key_F1)
    assert screen.evidence.isVisible()
    assert outside(driver.window, screen.evidence) == ""
    assert QApplication.focusWidget() is before, "the keys stay in the question"
    driver.press(Qt.Key.Key_F1)
    assert screen.evidence.isHidden()
    driver.press(Qt.Key.Key_F7)
    menu = screen.findChild(QMenu, "form.page_menu")
    assert [action.text() for action in menu.actions()] != []
    menu.close()


def test_the_window_comes_back_with_its_size_and_place(
    vault: Path, tmp_path: Path, open_window: Callable[[Path], Any]
) -> None:
    first = open_window(vault).window
    # The screen of the offscreen platform is 800 pixels wide: what is kept is moved into it, its height stays.
    first.setGeometry(0, 30, 900, 612)
    first.close()
    again = open_window(vault).window
    again.fit_to_screen()
    assert again.size() == QSize(900, 612)
    assert not again.isMaximized()


def test_the_first_window_lies_within_the_screen(vault: Path, open_window: Callable[[Path], Any]) -> None:
    window: MainWindow = open_window(vault).window
    assert QByteArray.fromBase64(window.preferences.geometry.encode()).isEmpty()
    window.hide()
    window.fit_to_screen()
    window.show()
    QApplication.processEvents()
    available = window.screen().availableGeometry()
    assert window.isMaximized() or available.contains(window.frameGeometry())
    assert window.height() <= max(available.height(), window.minimumHeight())
