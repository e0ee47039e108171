"""Nothing that was typed is lost: drafts are kept as fields are left, and taken up again."""

import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from ui.form.unkept import UnkeptDialog
from ui.screens.base import Place, Where

ALL = FormKey("SE.1", 1, "F.ALL", 1)
DOSE = ItemPlace("IG.ALL", "", "IT.DOSE")


def drafts(forms: Any) -> Any:
    return forms.ask(lambda site: site.today()).drafts


def test_a_draft_is_kept_as_each_field_is_left(forms: Any) -> None:
    forms.open("F.ALL")
    QTest.keyClicks(forms.focus, "5")
    assert drafts(forms) == ()
    forms.enter()
    (draft,) = drafts(forms)
    assert (draft.subject, draft.key, draft.items) == (
        "01-A001",
        ALL,
        {"IG.ALL||IT.DOSE": ItemValue(value="5", unit="mg")},
    )
    forms.type("2026-05")
    (draft,) = drafts(forms)
    assert len(draft.items) == 2


def test_esc_leaves_and_keeps_what_was_being_typed(forms: Any) -> None:
    forms.open("F.ALL")
    QTest.keyClicks(forms.focus, "7")
    forms.press(Qt.Key.Key_Escape)
    assert len(drafts(forms)) == 1
    forms.open("F.ALL")
    assert forms.screen.wizard.value(DOSE) == ItemValue(value="7", unit="mg")
    assert forms.screen.taken_up.isVisible()
    assert forms.screen.taken_up.text.startswith("You left this on ")


def test_going_elsewhere_by_the_rail_keeps_it_too(forms: Any) -> None:
    forms.open("F.ALL")
    QTest.keyClicks(forms.focus, "7")
    forms.driver.go(Where.TODAY)
    assert len(drafts(forms)) == 1


def test_closing_the_window_keeps_it_too(forms: Any, open_window: Any) -> None:
    forms.open("F.ALL")
    QTest.keyClicks(forms.focus, "7")
    forms.driver.window.close()
    again = open_window(forms.folder)
    again.sign_in(("Study nurse A", "nurse A passphrase"))
    forms.driver = again
    forms.open("F.ALL")
    assert forms.screen.wizard.value(DOSE) == ItemValue(value="7", unit="mg")


def test_locking_keeps_it_and_unlocking_comes_back_to_it(forms: Any) -> None:
    forms.open("F.ALL")
    QTest.keyClicks(forms.focus, "7")
    forms.driver.window.lock()
    forms.driver.settle()
    forms.driver.give_passphrase("nurse A passphrase")
    assert forms.here == "IT.DOSE"
    assert forms.screen.wizard.value(DOSE) == ItemValue(value="7", unit="mg")


def test_a_saved_form_leaves_no_draft(forms: Any) -> None:
    forms.open("F.ALL")
    forms.type("5")
    forms.save()
    assert drafts(forms) == ()


def test_typing_back_what_is_saved_drops_the_draft(forms: Any) -> None:
    forms.open("F.IN")
    forms.enter()
    forms.type("41")
    assert len(drafts(forms)) == 1
    forms.back()
    forms.type("40")
    forms.driver.settle()
    assert drafts(forms) == ()


def test_one_may_start_again_from_what_is_saved(forms: Any) -> None:
    forms.open("F.IN")
    forms.enter()
    forms.type("41")
    forms.press(Qt.Key.Key_Escape)
    forms.open("F.IN")
    forms.driver.click(forms.screen.taken_up.start_again)
    assert forms.screen.panel.isVisible()
    assert forms.screen.wizard.is_changed, "nothing is thrown away before the second word"
    forms.enter()
    assert not forms.screen.wizard.is_changed
    assert drafts(forms) == ()
    assert forms.screen.taken_up.isHidden()


def test_going_on_takes_the_line_away(forms: Any) -> None:
    forms.open("F.ALL")
    forms.type("5")
    forms.press(Qt.Key.Key_Escape)
    forms.open("F.ALL")
    forms.driver.click(forms.screen.taken_up.go_on)
    assert forms.screen.taken_up.isHidden()
    assert forms.screen.wizard.is_changed


def test_a_draft_that_cannot_be_kept_is_said(forms: Any, monkeypatch: Any) -> None:
    from desktop.errors import EnvironmentProblemError
    from desktop.vault import draft_table as store

    def full(*_: object) -> None:
        raise EnvironmentProblemError("The disk is full. Free some space, then try again.")

    monkeypatch.setattr(store, "keep", full)
    forms.open("F.ALL")
    forms.type("5")
    forms.driver.settle()
    assert forms.message == "The disk is full. Free some space, then try again."


def test_the_page_on_which_one_was_is_the_page_to_which_one_comes_back(forms: Any) -> None:
    forms.open("F.SIXTY")
    forms.type("x")
    assert forms.screen.wizard.page == "IG.SIXTY"
    forms.press(Qt.Key.Key_Escape)
    forms.open("F.SIXTY")
    assert forms.screen.wizard.page == "IG.SIXTY"


def test_two_forms_keep_two_drafts(forms: Any, tmp_path: Path) -> None:
    forms.open("F.ALL")
    forms.type("5")
    forms.open("F.IN")
    forms.enter()
    forms.type("41")
    assert {draft.key.form for draft in drafts(forms)} == {"F.ALL", "F.IN"}


@pytest.fixture
def full_disk() -> Iterator[Callable[[bool], None]]:
    """Files of this process cannot grow beyond a few pages: the vault can be read and not written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(full: bool) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192 if full else before[0], before[1]))

    yield fill
    fill(False)


def alarm(forms: Any) -> str:
    return forms.screen.header.kept


def ask(forms: Any) -> UnkeptDialog:
    found = [each for each in forms.driver.window.findChildren(UnkeptDialog) if each.isVisible()]
    assert len(found) == 1
    return found[0]


def fill_unkept(forms: Any, full_disk: Callable[[bool], None]) -> None:
    forms.open("F.ALL")
    forms.type("5")
    assert alarm(forms).startswith("Draft kept")
    full_disk(True)
    forms.type("2026-05")
    assert alarm(forms).startswith("NOT kept since ")


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_what_cannot_be_kept_is_an_alarm_and_no_way_out_loses_it_unasked(
    forms: Any, full_disk: Callable[[bool], None]
) -> None:
    fill_unkept(forms, full_disk)
    window = forms.driver.window
    ways = (
        lambda: forms.press(Qt.Key.Key_Escape),
        lambda: window.frame.go(Place(Where.TODAY)),
        window.sign_out,
        window.close,
    )
    for way in ways:
        way()
        forms.driver.settle()
        question = ask(forms)
        assert question.lose.text() == "Leave and lose 2 answers"
        assert question.stay.hasFocus()
        QTest.keyClick(question.stay, Qt.Key.Key_Escape)
        forms.driver.settle()
        assert forms.screen.isVisible()
        assert len(forms.screen.wizard.changes) == 2
    forms.press(Qt.Key.Key_Escape)
    full_disk(False)
    forms.driver.click(ask(forms).retry)
    assert not forms.screen.isVisible(), "it went on when it was kept"
    (draft,) = drafts(forms)
    assert len(draft.items) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_the_alarm_ends_when_it_is_kept_again_and_a_person_may_give_the_answers_up(
    forms: Any, full_disk: Callable[[bool], None]
) -> None:
    fill_unkept(forms, full_disk)
    full_disk(False)
    forms.type("14:00")
    assert alarm(forms).startswith("Draft kept")
    assert forms.message == ""
    full_disk(True)
    forms.type("2026-11-05")
    forms.press(Qt.Key.Key_Escape)
    forms.driver.click(ask(forms).lose)
    assert not forms.screen.isVisible()


def test_lock_closes_what_stands_in_front_of_the_window(forms: Any) -> None:
    forms.open("F.IN")
    forms.screen.print_report()
    forms.driver.settle()
    window = forms.driver.window
    preview = window.findChild(QDialog, "print_preview")
    assert preview.isVisible()
    window.lock()
    forms.driver.settle()
    assert [each for each in window.findChildren(QDialog) if each.isVisible()] == []
