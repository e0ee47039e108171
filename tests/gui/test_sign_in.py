"""Signing in, the lock, the recovery code, signing out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.errors import SignInError
from desktop.site import opening
from desktop.vault import failed_sign_ins
from ui.look.style import Tone
from ui.screens.base import Where
from ui.screens.entrance.sign_in import SignInScreen

NURSE = ("Study nurse A", "nurse A passphrase")
CONTROL = Qt.KeyboardModifier.ControlModifier


def test_a_nurse_signs_in_by_keyboard_and_comes_to_today(driver: Any) -> None:
    driver.settle()
    screen = driver.sign_in_screen
    assert screen.passphrase.hasFocus()
    screen.user.choose(NURSE[0])
    driver.give_passphrase(NURSE[1])
    assert driver.window.frame.place.where is Where.TODAY
    assert screen.passphrase.text() == ""
    assert driver.window.frame.top.user.text() == NURSE[0]


def test_the_vault_says_whose_it_is_before_anyone_signs_in(driver: Any) -> None:
    driver.settle()
    screen = driver.sign_in_screen
    users = [screen.user.itemText(number) for number in range(screen.user.count())]
    assert set(users) == {"Manager", "Study nurse A", "研究者"}
    assert screen.user.currentText() == "Study nurse A"


def test_whoever_is_faster_than_the_label_signs_in_as_the_last_person(driver: Any) -> None:
    driver.settle()
    screen = driver.sign_in_screen
    screen.user.show_choices(())
    QTest.keyClicks(screen.passphrase, NURSE[1])
    QTest.keyClick(screen.passphrase, Qt.Key.Key_Return)
    assert driver.window.jobs.is_idle
    screen.ask_label()
    driver.settle()
    assert driver.window.frame.top.user.text() == NURSE[0]


def test_a_wrong_passphrase_is_said_in_place_and_forgiven_when_typing(driver: Any) -> None:
    driver.settle()
    screen = driver.sign_in_screen
    driver.give_passphrase("not the passphrase")
    assert driver.window.frame is None
    assert screen.message.text == "The user or the passphrase is not right."
    assert screen.message.tone is Tone.WRONG
    assert screen.passphrase.text() == ""
    assert screen.passphrase.hasFocus()
    QTest.keyClicks(screen.passphrase, "n")
    assert screen.message.text == ""


def test_caps_lock_is_noticed(driver: Any) -> None:
    driver.settle()
    screen = driver.sign_in_screen
    QTest.keyClicks(screen.passphrase, "n")
    assert screen.message.text == ""
    # Caps Lock gives capitals while no Shift is held.
    QTest.keyClick(screen.passphrase, "N", Qt.KeyboardModifier.NoModifier)
    assert screen.message.text == "Caps Lock is on."


def test_after_many_failed_tries_one_has_to_wait(driver: Any, vault: Path) -> None:
    driver.settle()
    screen = driver.sign_in_screen
    while not failed_sign_ins.wait(failed_sign_ins.read(vault), opening.system_wall()):
        with pytest.raises(SignInError):
            opening.open_site(vault, NURSE[0], "wrong")
    driver.give_passphrase(NURSE[1])
    assert driver.window.frame is None
    assert "Wait" in screen.message.text
    assert not screen.button.isEnabled()
    driver.until(screen.button.isEnabled)


def test_a_vault_that_is_open_elsewhere_is_said_so(driver: Any, vault: Path) -> None:
    driver.settle()
    with opening.open_site(vault, *NURSE):
        driver.give_passphrase(NURSE[1])
        assert driver.window.frame is None
        assert "open already" in driver.sign_in_screen.message.text
    driver.give_passphrase(NURSE[1])
    assert driver.window.frame is not None


def test_a_damaged_vault_is_said_so(open_window: Callable[[Path], Any], vault: Path) -> None:
    for name in ("vault.json", "vault-copy.json"):
        (vault / name).write_bytes(b"{}")
    driver = open_window(vault)
    driver.settle()
    assert "damaged" in driver.sign_in_screen.message.text


def test_ctrl_l_locks_and_the_same_passphrase_unlocks(driver: Any) -> None:
    driver.sign_in(NURSE)
    driver.go(Where.SUBJECTS)
    driver.press(Qt.Key.Key_L, CONTROL)
    screen = driver.window.stack.currentWidget()
    assert isinstance(screen, SignInScreen)
    assert not screen.user.isEnabled()
    driver.press(Qt.Key.Key_K, CONTROL)
    assert driver.window.stack.currentWidget() is screen
    driver.give_passphrase("wrong passphrase")
    assert driver.window.stack.currentWidget() is screen
    assert screen.message.text.startswith("The user or the passphrase is not right.")
    driver.give_passphrase(NURSE[1])
    assert driver.window.stack.currentWidget() is driver.window.frame
    assert driver.window.frame.place.where is Where.SUBJECTS


def test_nothing_is_recorded_while_locked(driver: Any) -> None:
    from desktop.actions import RemoveForm
    from desktop.study.clinical_data import FormKey

    driver.sign_in(NURSE)
    driver.window.lock()
    errors: list[Exception] = []
    act = RemoveForm(subject="01-A001", key=FormKey("SE.VISIT", 1, "F.DM", 1), reason="x")
    driver.window.access.record(act, print, errors.append)
    driver.settle()
    assert [str(error) for error in errors] == ["The window is locked. Give the passphrase first."]


def test_an_idle_window_locks_itself_and_a_key_keeps_it_open(driver: Any, qtbot: Any) -> None:
    driver.sign_in(NURSE)
    idle = driver.window._idle
    assert idle.interval() == 10 * 60_000
    assert idle.isActive()
    before = idle.timerId()
    QTest.keyClick(driver.window.windowHandle(), Qt.Key.Key_F9)
    assert idle.timerId() != before, "a key begins the minutes anew"
    idle.setInterval(0)
    qtbot.waitUntil(lambda: isinstance(driver.window.stack.currentWidget(), SignInScreen), timeout=5000)
    driver.settle()


def test_another_person_signs_in_at_a_locked_window(driver: Any) -> None:
    driver.sign_in(NURSE)
    driver.window.lock()
    driver.settle()
    driver.click(driver.sign_in_screen.other)
    assert driver.window.frame is None
    driver.sign_in(("研究者", "doctor passphrase"))
    assert driver.window.frame.top.user.text() == "研究者"


def test_signing_out_gives_the_vault_free(driver: Any, vault: Path) -> None:
    driver.sign_in(NURSE)
    driver.window.sign_out()
    driver.settle()
    with opening.open_site(vault, *NURSE) as site:
        assert [line.detail for line in site.audit(limit=2)] == ["Signed in.", "Signed out."]


def test_closing_the_window_signs_out(driver: Any, vault: Path) -> None:
    driver.sign_in(NURSE)
    driver.window.close()
    with opening.open_site(vault, *NURSE) as site:
        assert [line.detail for line in site.audit(limit=2)] == ["Signed in.", "Signed out."]


def test_the_recovery_code_gives_a_new_passphrase(driver: Any, made_vault: tuple[Path, str]) -> None:
    driver.settle()
    driver.click(driver.sign_in_screen.forgot)
    form = driver.sign_in_screen._recovery
    form.user.choose("Study nurse A")
    QTest.keyClicks(form.code, made_vault[1])
    QTest.keyClicks(form.new.first, "one new passphrase")
    QTest.keyClicks(form.new.second, "another one")
    driver.click(form.button)
    assert driver.window.frame is None
    form.new.second.clear()
    QTest.keyClicks(form.new.second, "one new passphrase")
    QTest.keyClick(form.new.second, Qt.Key.Key_Return)
    driver.settle()
    # The code is used up: the new one is shown before anything else.
    assert driver.window.frame is None
    assert form.code_page.code.text() not in ("", made_vault[1])
    driver.click(form.code_page.on_paper)
    driver.click(form.code_page.go_on)
    driver.settle()
    assert driver.window.frame is not None
    driver.window.sign_out()
    driver.sign_in(("Study nurse A", "one new passphrase"))
    assert driver.window.frame is not None


def test_a_wrong_recovery_code_is_said_in_place(driver: Any) -> None:
    driver.settle()
    driver.click(driver.sign_in_screen.forgot)
    form = driver.sign_in_screen._recovery
    QTest.keyClicks(form.code, "AAAA-BBBB")
    for field in (form.new.first, form.new.second):
        QTest.keyClicks(field, "one new passphrase")
    driver.click(form.button)
    assert form.message.text.startswith("The user or the recovery code is not right.")


def test_anyone_changes_their_own_passphrase(driver: Any) -> None:
    from ui.shell.change_passphrase import OwnPassphrase

    driver.sign_in(NURSE)
    driver.window.frame.change_passphrase()
    [dialog] = driver.window.findChildren(OwnPassphrase)
    QTest.keyClicks(dialog.old, "not this one")
    for field in (dialog.new.first, dialog.new.second):
        QTest.keyClicks(field, "a quite new passphrase")
    QTest.keyClick(dialog.new.second, Qt.Key.Key_Return)
    driver.settle()
    assert dialog._old.message.text == "This is not your present passphrase."
    dialog.old.clear()
    QTest.keyClicks(dialog.old, NURSE[1])
    with driver._qtbot.waitSignal(dialog.changed, timeout=20_000):
        driver.click(dialog.button)
    driver.window.sign_out()
    driver.sign_in((NURSE[0], "a quite new passphrase"))


@pytest.mark.parametrize("content", [b"", b"{", b'{"port": 1}', b'{"port": 1, "complete": true, "device": "A-0"}'])
def test_a_file_of_the_practice_sites_name_beside_a_real_vault_means_nothing(
    vault: Path, open_window: Callable[[Path], Any], content: bytes
) -> None:
    (vault.parent / "practice.json").write_bytes(content)
    driver = open_window(vault)
    driver.settle()
    assert not driver.sign_in_screen.message.text
    assert not driver.sign_in_screen.hint.text
    driver.sign_in(NURSE)
    assert driver.window.frame.place.where is Where.TODAY
    assert not driver.window.access.session.is_practice
