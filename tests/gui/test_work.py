"""A day's work outside the forms: Today, casebook, removing, finding, people, safekeeping, export."""

import threading
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.study.clinical_data import FormKey, ItemValue
from desktop.views.forms import Draft
from desktop.views.people import Role
from ui.look.icons import Sign
from ui.look.style import Tone
from ui.screens.base import Place, Where

MANAGER = ("Manager", "manager passphrase")
NURSE = ("Study nurse A", "nurse A passphrase")
DOCTOR = ("研究者", "doctor passphrase")
PATIENCE = 10
CONTROL = Qt.KeyboardModifier.ControlModifier
DM = FormKey("SE.VISIT", 1, "F.DM", 1)
VS = FormKey("SE.VISIT", 1, "F.VS", 1)


def compose(field: QWidget, text: str) -> None:
    """Type as an input method does: keys alone cannot give Chinese."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(field, event)


def places(driver: Any) -> list[Any]:
    """Where a screen wants to go, instead of going there."""
    found: list[Any] = []
    for screen in driver.window.frame._screens.values():
        screen.go.disconnect()
        screen.go.connect(found.append)
    return found


def test_today_opens_the_very_form(driver: Any) -> None:
    driver.sign_in(NURSE)
    screen = driver.go(Where.TODAY)
    begun = screen._cards["begun"].table
    assert [line.key for line in begun.lines] == [("01-A002", VS)]
    went = places(driver)
    begun.setFocus()
    driver.press(Qt.Key.Key_Return)
    assert [(place.where, place.subject, place.key) for place in went] == [(Where.FORM, "01-A002", VS)]


def test_today_shows_drafts_of_the_person_signed_in(driver: Any) -> None:
    driver.sign_in(NURSE)
    draft = Draft(subject="01-A003", key=VS, items={"IG.VS||IT.HEIGHT": ItemValue(value="170")})
    driver.window.access.ask(lambda site: site.keep_draft(draft), lambda _: None, pytest.fail)
    screen = driver.go(Where.TODAY)
    assert ("01-A003", VS) in [line.key for line in screen._cards["begun"].table.lines]
    driver.window.sign_out()
    driver.sign_in(DOCTOR)
    screen = driver.go(Where.TODAY)
    assert ("01-A003", VS) not in [line.key for line in screen._cards["begun"].table.lines]


def test_a_new_subject_begins_with_the_studys_first_form(driver: Any) -> None:
    driver.sign_in(NURSE)
    screen = driver.go(Where.SUBJECTS)
    went = places(driver)
    driver.click(screen.new_subject)
    assert [(place.where, place.subject, place.key) for place in went] == [(Where.FORM, "01-A004", DM)]


def test_a_manager_cannot_register_and_is_not_offered_it(driver: Any) -> None:
    driver.sign_in(MANAGER)
    assert not driver.go(Where.SUBJECTS).new_subject.isVisible()
    assert not driver.go(Where.TODAY).new_subject.isVisible()


def test_subjects_are_narrowed_down_by_a_part_of_the_key(driver: Any) -> None:
    driver.sign_in(NURSE)
    screen = driver.go(Where.SUBJECTS)
    QTest.keyClicks(screen.filter, "a003")
    assert [line.key for line in screen.table.lines] == ["01-A003"]
    QTest.keyClicks(screen.filter, "x")
    assert screen.table.lines == ()
    assert screen._nothing.isVisible()


def test_the_casebook_is_worked_by_keyboard(driver: Any) -> None:
    driver.sign_in(NURSE)
    screen = driver.go(Where.CASEBOOK, "01-A001")
    went = places(driver)
    assert screen.table.hasFocus()
    screen.table.choose("F.DM", 1)
    driver.press(Qt.Key.Key_Down)
    assert screen.table.current_key == "F.VS"
    driver.press(Qt.Key.Key_Return)
    assert (went[-1].where, went[-1].subject, went[-1].key) == (Where.FORM, "01-A001", VS)
    screen.table.choose("F.AE", 2)
    driver.press(Qt.Key.Key_Return)
    assert screen.here.instances.hasFocus()
    driver.press(Qt.Key.Key_Down)
    driver.press(Qt.Key.Key_Return)
    assert went[-1].key == FormKey("SE.LOG", 1, "F.AE", 2)
    driver.click(screen.here.add_form)
    assert went[-1].key == FormKey("SE.LOG", 1, "F.AE", 3)


def test_the_matrix_shows_each_forms_sign(driver: Any) -> None:
    driver.sign_in(NURSE)
    screen = driver.go(Where.CASEBOOK, "01-A002")
    cells = {form: screen._matrix.cell(form, 0) for form in ("F.DM", "F.VS", "F.AE")}
    assert cells["F.DM"].sign is Sign.ENTERED
    assert cells["F.VS"].sign is Sign.DRAFT
    assert cells["F.AE"] is None


def test_another_event_is_begun(driver: Any) -> None:
    driver.sign_in(NURSE)
    screen = driver.go(Where.CASEBOOK, "01-A001")
    driver.click(screen.another)
    menu = screen._menu
    assert [action.text() for action in menu.actions()] == ["Log 2"]
    menu.actions()[0].trigger()
    menu.close()
    driver.settle()
    assert screen.table.hasFocus()
    assert screen.table.current_key == "F.AE"
    assert screen._matrix.occurrences[-1] == ("SE.LOG", 2)


def test_a_form_is_removed_with_a_reason_and_stays_in_the_audit_trail(driver: Any) -> None:
    driver.sign_in(NURSE)
    screen = driver.go(Where.CASEBOOK, "01-A001")
    screen.table.choose("F.AE", 2)
    driver.press(Qt.Key.Key_Delete)
    assert screen.here.reason_field.hasFocus()
    driver.press(Qt.Key.Key_Return)
    assert screen.here._message.text.startswith("Say why")
    QTest.keyClicks(screen.here.reason_field, "entered for the wrong subject")
    driver.press(Qt.Key.Key_Return)
    cell = screen._matrix.cell("F.AE", 1)
    assert cell.keys == (FormKey("SE.LOG", 1, "F.AE", 2),)
    assert screen.table.hasFocus()
    audit = driver.go(Where.AUDIT, "01-A001")
    audit.segments.choose("entries")
    driver.settle()
    newest = audit.entries.table.lines[0].cells
    assert newest[3].text == "Form removed."
    assert newest[5].text == "entered for the wrong subject"


def test_escape_keeps_the_form(driver: Any) -> None:
    driver.sign_in(NURSE)
    screen = driver.go(Where.CASEBOOK, "01-A001")
    screen.table.choose("F.DM", 1)
    driver.press(Qt.Key.Key_Delete)
    driver.press(Qt.Key.Key_Escape)
    assert not screen.here.is_asking
    assert screen.table.hasFocus()


def test_ctrl_k_finds_subjects_and_their_forms(driver: Any) -> None:
    driver.sign_in(NURSE)
    driver.go(Where.STUDY)
    went: list[Any] = []
    driver.window.frame.top.found.disconnect()
    driver.window.frame.top.found.connect(went.append)
    finder, results = driver.window.frame.top.finder, driver.window.frame._results
    for typed, found in (
        ("a002", [("01-A002", None)]),
        ("A001 adverse", [("01-A001", 1), ("01-A001", 2), ("01-A001", 3)]),
        ("人口学 a003", [("01-A003", 1)]),
        ("nothing like this", []),
    ):
        driver.press(Qt.Key.Key_K, CONTROL)
        assert finder.hasFocus()
        compose(finder, typed)
        driver.until(results.isVisible)
        driver.settle()
        lines = [line.key for line in results.table.lines]
        assert [(each.subject, each.key and each.key.form_repeat) for each in lines] == found
        if len(found) == 3:
            driver.press(Qt.Key.Key_Down)
            driver.press(Qt.Key.Key_Return)
        else:
            driver.press(Qt.Key.Key_Escape)
        assert not results.isVisible()
        assert finder.text() == ""
    assert [(place.where, place.subject, place.key.form_repeat) for place in went] == [(Where.FORM, "01-A001", 2)]


def test_a_manager_adds_a_user_who_can_sign_in(driver: Any) -> None:
    driver.sign_in(MANAGER)
    screen = driver.go(Where.ADMINISTRATION)
    driver.click(screen.add_user)
    users = screen.users
    assert users.name.hasFocus()
    QTest.keyClicks(users.name, "Study nurse C")
    driver.click(users.new_roles.checks[Role.MONITOR])
    QTest.keyClicks(users.passphrase.first, "the third nurse")
    QTest.keyClick(users.passphrase.first, Qt.Key.Key_Return)
    QTest.keyClicks(users.passphrase.second, "the third nurse")
    driver.press(Qt.Key.Key_Return)
    names = [line.cells[1].text for line in users.table.lines]
    assert "Study nurse C" in names
    assert users.add_card.isHidden()
    assert users.passphrase.first.text() == ""
    driver.window.sign_out()
    driver.sign_in(("Study nurse C", "the third nurse"))
    assert set(driver.window.access.session.user.roles) == {Role.ENTRY, Role.MONITOR}


def test_a_name_that_is_taken_is_said_so(driver: Any) -> None:
    driver.sign_in(MANAGER)
    screen = driver.go(Where.ADMINISTRATION)
    driver.click(screen.add_user)
    QTest.keyClicks(screen.users.name, "study NURSE a")
    for field in (screen.users.passphrase.first, screen.users.passphrase.second):
        QTest.keyClicks(field, "the third nurse")
    driver.click(screen.users._add_really)
    assert screen.users._add_message.text == "There is a user of this name already."
    assert screen.users._add_really.isEnabled()


def test_a_suspension_needs_a_reason_and_keeps_the_person_out(driver: Any) -> None:
    driver.sign_in(MANAGER)
    screen = driver.go(Where.ADMINISTRATION)
    users = screen.users
    nurse = next(line.key for line in users.table.lines if line.cells[1].text == NURSE[0])
    users.table.choose(nurse)
    driver.click(users.suspended)
    driver.click(users._change_really)
    assert users._change_message.text.startswith("Say why")
    QTest.keyClicks(users.reason, "left the department")
    driver.press(Qt.Key.Key_Return)
    driver.window.sign_out()
    driver.settle()
    driver.sign_in_screen.user.choose(NURSE[0])
    driver.give_passphrase(NURSE[1])
    assert driver.window.frame is None
    assert "suspended" in driver.sign_in_screen.message.text


def test_a_nurse_sees_the_users_and_changes_none(driver: Any) -> None:
    driver.sign_in(NURSE)
    screen = driver.go(Where.ADMINISTRATION)
    assert not screen.add_user.isVisible()
    assert not screen.users._change_really.isVisible()
    assert not screen.users.suspended.isEnabled()


def test_backup_verify_and_rebuild_say_what_came_out(driver: Any, tmp_path: Path) -> None:
    driver.sign_in(MANAGER)
    part = driver.go(Where.ADMINISTRATION).safekeeping
    file = tmp_path / "copy.sitebook-backup"
    part.backup_to(str(file))
    driver.settle()
    assert file.exists()
    assert part.backup.message.tone is Tone.DONE
    part.backup_to(str(file))
    driver.settle()
    assert "never overwritten" in part.backup.message.text
    part._verify()
    driver.settle()
    assert part.verify.message.tone is Tone.DONE
    part._rebuild()
    driver.settle()
    assert part.rebuild.message.text == "3 subjects were read off the journal."
    assert part.rebuild.button.isEnabled()


def test_a_backup_into_a_folder_that_is_not_there_is_said_so(driver: Any, tmp_path: Path) -> None:
    driver.sign_in(MANAGER)
    part = driver.go(Where.ADMINISTRATION).safekeeping
    part.backup_to(str(tmp_path / "not" / "there" / "copy"))
    driver.settle()
    assert part.backup.message.tone is Tone.WRONG
    assert part.backup.button.isEnabled()


def test_the_months_excel_is_written(driver: Any, tmp_path: Path) -> None:
    driver.sign_in(DOCTOR)
    screen = driver.go(Where.EXPORT)
    assert screen.write.hasFocus()
    file = tmp_path / "transfer.xlsx"
    screen.write_to(str(file))
    driver.settle()
    assert screen.notice.tone is Tone.DONE
    assert str(file) in screen.notice.text
    book = openpyxl.load_workbook(file, read_only=True)
    assert len(book.sheetnames) >= 5
    book.close()


def test_a_nurse_is_told_who_writes_the_transfer(driver: Any) -> None:
    driver.sign_in(NURSE)
    screen = driver.go(Where.EXPORT)
    assert not screen.write.isEnabled()
    assert screen.notice.text == "A manager or an investigator writes the transfer."


def test_the_audit_trail_is_narrowed_down(driver: Any) -> None:
    driver.sign_in(MANAGER)
    screen = driver.go(Where.ADMINISTRATION)
    screen.segments.choose("audit_all")
    driver.settle()
    assert screen.audit.table.lines[0].cells[3].text == "Signed in."
    QTest.keyClicks(screen.audit.filter, "01-a002")
    assert {line.cells[2].text for line in screen.audit.table.lines} == {"01-A002"}


def test_a_click_on_a_line_opens_it(driver: Any) -> None:
    driver.sign_in(NURSE)
    screen = driver.go(Where.SUBJECTS)
    went = places(driver)
    QTest.mouseClick(screen.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, 32 + 16))
    assert [(place.where, place.subject) for place in went] == [(Where.CASEBOOK, "01-A002")]


def test_what_another_screen_recorded_is_seen(driver: Any) -> None:
    driver.sign_in(NURSE)
    today = driver.go(Where.TODAY)
    waiting = driver.window.frame.rail.items[Where.SYNC].count
    from desktop.actions import RemoveForm

    act = RemoveForm(subject="01-A002", key=VS, reason="wrong subject")
    driver.window.access.record(act, lambda _: None, pytest.fail)
    driver.settle()
    assert today._cards["begun"].isHidden()
    assert driver.window.frame.rail.items[Where.SYNC].count == waiting + 1


def test_folding_leaves_the_icons_and_a_narrow_window_folds_by_itself(driver: Any) -> None:
    driver.sign_in(NURSE)
    rail = driver.window.frame.rail
    driver.press(Qt.Key.Key_B, CONTROL)
    assert rail.width() == 56
    assert driver.window.preferences.rail_folded
    driver.press(Qt.Key.Key_B, CONTROL)
    assert rail.width() == 176
    driver.window.resize(1100, 700)
    QApplication.processEvents()
    assert rail.width() == 56


@pytest.mark.parametrize("seen", range(5))
@pytest.mark.parametrize("slow", [False, True])
def test_enter_opens_what_was_typed_however_fast_and_slow(driver: Any, seen: int, slow: bool) -> None:
    """`seen`: after how many letters the list was waited for; `slow`: the vault answers late."""
    driver.sign_in(NURSE)
    driver.go(Where.STUDY)
    went: list[Any] = []
    driver.window.frame.top.found.disconnect()
    driver.window.frame.top.found.connect(went.append)
    finder, results = driver.window.frame.top.finder, driver.window.frame._results
    driver.press(Qt.Key.Key_K, CONTROL)
    typed = "a002"
    QTest.keyClicks(finder, typed[:seen])
    if seen:
        driver.until(results.isVisible)
        driver.settle()
    gate = threading.Event()
    if slow:
        driver.window.access.ask(lambda _: gate.wait(PATIENCE), lambda _: None, lambda _: None)
    QTest.keyClicks(finder, typed[seen:])
    QTest.keyClick(finder, Qt.Key.Key_Return)
    gate.set()
    driver.until(lambda: bool(went))
    assert [(place.where, place.subject) for place in went] == [(Where.CASEBOOK, "01-A002")]


def test_enter_before_a_list_of_several_was_seen_opens_none(driver: Any) -> None:
    driver.sign_in(NURSE)
    went: list[Any] = []
    driver.window.frame.top.found.connect(went.append)
    driver.press(Qt.Key.Key_K, CONTROL)
    finder = driver.window.frame.top.finder
    QTest.keyClicks(finder, "a00")
    QTest.keyClick(finder, Qt.Key.Key_Return)
    driver.until(driver.window.frame._results.isVisible)
    driver.settle()
    assert went == []
    assert [cell.text for cell in driver.window.frame._results.table.lines[1].cells][1:] == ["01-A002", "Male"]
    driver.press(Qt.Key.Key_Down)
    driver.press(Qt.Key.Key_Return)
    assert [place.subject for place in went] == ["01-A002"]


def test_esc_in_find_gives_the_keys_back(driver: Any) -> None:
    driver.sign_in(NURSE)
    screen = driver.go(Where.SUBJECTS)
    assert screen.table.hasFocus()
    driver.press(Qt.Key.Key_K, CONTROL)
    QTest.keyClicks(driver.window.frame.top.finder, "a0")
    driver.press(Qt.Key.Key_Escape)
    assert screen.table.hasFocus()


def test_find_begins_what_is_not_there_yet_and_goes_to_screens(driver: Any) -> None:
    driver.sign_in(NURSE)
    for typed, expected in (("a003 vital", Where.FORM), ("administr", Where.ADMINISTRATION)):
        driver.press(Qt.Key.Key_K, CONTROL)
        QTest.keyClicks(driver.window.frame.top.finder, typed)
        QTest.keyClick(driver.window.frame.top.finder, Qt.Key.Key_Return)
        driver.until(lambda expected=expected: driver.window.frame.place.where is expected)
        driver.settle()


def test_a_screen_that_loads_late_leaves_the_keys_where_the_person_put_them(driver: Any) -> None:
    driver.sign_in(NURSE)
    frame = driver.window.frame
    gate = threading.Event()
    driver.window.access.ask(lambda _: gate.wait(PATIENCE), lambda _: None, lambda _: None)
    frame.go(Place(Where.SUBJECTS))
    driver.window.activateWindow()
    frame._find()
    QTest.keyClicks(frame.top.finder, "a00")
    gate.set()
    driver.settle()
    assert frame.screen_at(Where.SUBJECTS)._lines
    assert frame.top.finder.hasFocus()
    gate.clear()
    driver.window.access.ask(lambda _: gate.wait(PATIENCE), lambda _: None, lambda _: None)
    frame.go(Place(Where.FORM, "01-A001", DM))
    frame._find()
    gate.set()
    driver.settle()
    assert frame.form.wizard is not None
    assert frame.top.finder.hasFocus()
