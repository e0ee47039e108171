"""Every screen in both languages: nothing cut off, no letter missing, the focus where the work goes on."""

import gc
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication

from ui.look import language
from ui.look.language import Language
from ui.look.style import Choice
from ui.screens.base import Where

LANGUAGES = tuple(Language)
SIZES = ((1366, 768), (1280, 720))
SCREENS = tuple(where for where in Where if where is not Where.FORM)


def speak(driver: Any, chosen: Language) -> None:
    if language.present() is not chosen:
        driver.window.change_language()
    driver.settle()


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("chosen", LANGUAGES)
def test_every_screen_shows_all_that_it_says(
    driver: Any, looking: Any, chosen: Language, size: tuple[int, int]
) -> None:
    driver.window.resize(*size)
    driver.sign_in(("研究者", "doctor passphrase"))
    speak(driver, chosen)
    found: list[object] = []
    for where in SCREENS:
        screen = driver.go(where, "01-A001")
        found += [(where.value, fault) for fault in looking.cut_off(driver.window)]
        found += [(where.value, letter) for letter in looking.without_glyph(driver.window)]
        for part in screen.segments.values if hasattr(screen, "segments") else ():
            screen.segments.choose(part)
            driver.settle()
            found += [(part, fault) for fault in looking.cut_off(driver.window)]
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_every_way_in_shows_all_that_it_says(
    open_window: Callable[[Path], Any], tmp_path: Path, looking: Any, chosen: Language
) -> None:
    driver = open_window(tmp_path / "nothing here")
    speak(driver, chosen)
    assert looking.cut_off(driver.window) == []
    for way, button in driver.window.entrance.ways.items():
        driver.click(button)
        assert looking.cut_off(driver.window) == [], way
        assert looking.without_glyph(driver.window) == set(), way
        driver.window.entrance._go_back()


def test_a_language_is_changed_without_a_restart(driver: Any) -> None:
    driver.sign_in()
    today = driver.go(Where.TODAY)
    assert today.header.title == "Today"
    driver.click(driver.window.frame.top.language)
    assert today.header.title == "今日"
    assert driver.window.frame.rail.items[Where.SYNC].text() == "同步"
    assert driver.window.preferences.language is Language.CHINESE
    driver.click(driver.window.frame.top.language)
    assert today.header.title == "Today"


@pytest.mark.parametrize("where", SCREENS)
def test_the_focus_is_where_the_work_goes_on(driver: Any, where: Where) -> None:
    driver.sign_in()
    screen = driver.go(where, "01-A001")
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus is screen or screen.isAncestorOf(focus)


def test_every_field_has_a_name_for_a_screen_reader(driver: Any) -> None:
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QTableView

    driver.sign_in(("研究者", "doctor passphrase"))
    for where in SCREENS:
        screen = driver.go(where, "01-A001")
        for kind in (QAbstractButton, QComboBox, QLineEdit, QTableView):
            for widget in screen.findChildren(kind):
                inner = widget.objectName().startswith("qt_") or not widget.isVisible()
                named = widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text())
                assert inner or named, (where, widget)
                assert inner or widget.objectName(), (where, widget)


def test_the_rail_goes_everywhere_by_keyboard(driver: Any) -> None:
    driver.sign_in()
    for number, where in enumerate(
        (Where.TODAY, Where.SUBJECTS, Where.DISCREPANCIES, Where.SYNC, Where.EXPORT, Where.STUDY, Where.ADMINISTRATION)
    ):
        driver.press(Qt.Key(Qt.Key.Key_1 + number), Qt.KeyboardModifier.ControlModifier)
        assert driver.window.frame.place.where is where
        assert driver.window.frame.rail.items[where].isChecked()


def test_dark_and_light_change_at_once(driver: Any) -> None:
    driver.sign_in()
    driver.go(Where.TODAY)
    ground = {}
    for choice in (Choice.DARK, Choice.LIGHT):
        driver.window.choose_theme(choice)
        driver.settle()
        ground[choice] = driver.window.grab().toImage().pixelColor(1300, 700).name().upper()
    assert ground == {Choice.DARK: "#151C22", Choice.LIGHT: "#F3F5F7"}
    assert driver.window.preferences.theme is Choice.LIGHT


def test_signing_out_lets_every_screen_go(driver: Any) -> None:
    driver.sign_in()
    kept = [weakref.ref(driver.go(where, "01-A001")) for where in SCREENS]
    driver.window.sign_out()
    driver.settle()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert [screen() for screen in kept if screen() is not None] == []
