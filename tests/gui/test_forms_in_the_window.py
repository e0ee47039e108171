"""How the window and the form screen go together: opening, leaving, and losing nothing on the way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop.site import opening
from desktop.study.clinical_data import FormKey, ItemPlace
from ui.screens.base import Place, Where

NURSE = ("Study nurse A", "nurse A passphrase")
CONTROL = Qt.KeyboardModifier.ControlModifier
DM = FormKey("SE.VISIT", 1, "F.DM", 1)
AE = FormKey("SE.LOG", 1, "F.AE", 1)
CONSENT = ItemPlace("IG.DM", "", "IT.ICDAT")
TERM = ItemPlace("IG.AE", "", "IT.AETERM")


def begin_subject(driver: Any) -> Any:
    screen = driver.go(Where.TODAY)
    driver.click(screen.new_subject)
    form = driver.window.frame.form
    assert driver.window.frame.stack.currentWidget() is form
    assert form.wizard.view.subject == "01-A004"
    return form


def type_consent(driver: Any) -> None:
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "2026-11-20")


def test_the_focus_is_in_the_first_question(driver: Any) -> None:
    driver.sign_in(NURSE)
    form = begin_subject(driver)
    assert form.isAncestorOf(QApplication.focusWidget())
    assert driver.window.frame.rail.items[Where.SUBJECTS].isChecked()


@pytest.mark.parametrize("way", ["close", "sign_out", "lock", "rail"])
def test_what_was_typed_is_a_draft_however_one_goes(
    driver: Any, open_window: Callable[[Path], Any], vault: Path, way: str
) -> None:
    driver.sign_in(NURSE)
    begin_subject(driver)
    type_consent(driver)
    match way:
        case "close":
            driver.window.close()
        case "sign_out":
            driver.window.sign_out()
            driver.settle()
        case "lock":
            driver.window.lock()
            driver.settle()
            driver.window.close()
        case _:
            driver.go(Where.STUDY)
            driver.window.close()
    with opening.open_site(vault, *NURSE) as site:
        [draft] = site.today().drafts
        assert (draft.subject, draft.key) == ("01-A004", DM)
        assert [value.value for value in draft.items.values() if value] == ["2026-11-20"]


def test_the_form_is_as_it_was_after_a_lock(driver: Any) -> None:
    driver.sign_in(NURSE)
    form = begin_subject(driver)
    type_consent(driver)
    driver.window.lock()
    driver.settle()
    driver.give_passphrase(NURSE[1])
    assert driver.window.frame.stack.currentWidget() is form
    assert form.wizard.value(CONSENT).value == "2026-11-20"
    assert form.isAncestorOf(QApplication.focusWidget())


def test_leaving_goes_back_to_where_one_came_from(driver: Any) -> None:
    driver.sign_in(NURSE)
    driver.go(Where.CASEBOOK, "01-A001")
    driver.window.frame.go(Place(Where.FORM, "01-A001", AE))
    driver.settle()
    driver.window.frame.form.leave()
    driver.settle()
    frame = driver.window.frame
    assert frame.place.where is Where.CASEBOOK
    casebook = frame.screen_at(Where.CASEBOOK)
    assert casebook.table.hasFocus()


def test_a_language_changed_in_a_form_that_was_left_takes_no_focus(driver: Any) -> None:
    driver.sign_in(NURSE)
    begin_subject(driver)
    screen = driver.go(Where.STUDY)
    driver.window.change_language()
    driver.settle()
    assert screen.isAncestorOf(QApplication.focusWidget())


def test_a_saved_form_is_seen_at_once_in_the_casebook(driver: Any) -> None:
    driver.sign_in(NURSE)
    driver.go(Where.CASEBOOK, "01-A001")
    frame = driver.window.frame
    waiting = frame.rail.items[Where.SYNC].count
    frame.go(Place(Where.FORM, "01-A001", FormKey("SE.LOG", 1, "F.AE", 3)))
    driver.settle()
    QTest.keyClicks(QApplication.focusWidget(), "Nausea")
    driver.press(Qt.Key.Key_S, CONTROL)
    driver.settle()
    assert frame.rail.items[Where.SYNC].count == waiting + 1
    frame.form.leave()
    driver.settle()
    casebook = frame.screen_at(Where.CASEBOOK)
    assert FormKey("SE.LOG", 1, "F.AE", 3) in casebook._matrix.cell("F.AE", 1).keys
