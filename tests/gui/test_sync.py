"""Joining a real centre, sending to it, and what is said when it is not there."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ui.look.style import Tone
from ui.screens.base import Place, Where

ROOT = Path(__file__).parents[2]
CLINIC = ROOT / "tests" / "data" / "clinic"
MANAGER = ("Manager", "manager passphrase")
NURSE = ("Study nurse A", "nurse A passphrase")
PROGRAM = (sys.executable, "-m", "center.command")


class Centre:
    """A centre in a process of its own, with its own store."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.run("init", "--study", str(CLINIC))
        self.process: subprocess.Popen[str] | None = None
        self.url = ""

    def run(self, *arguments: str) -> str:
        command = [*PROGRAM, *arguments, "--store", str(self.store)]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    def up(self) -> None:
        port = self.url.rsplit(":", 1)[1] if self.url else "0"
        command = [*PROGRAM, "serve", "--store", str(self.store), "--port", port]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[1]

    def down(self) -> None:
        if self.process is not None:
            self.process.terminate()
            assert self.process.wait(30) == 0
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def code(self) -> tuple[str, str]:
        found = json.loads(self.run("enrol-code", "--site", "01", "--json"))
        return found["code"], found["fingerprint"]


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path / "centre")
    made.up()
    yield made
    made.down()


def join(driver: Any, centre: Centre) -> Any:
    code, words = centre.code()
    driver.sign_in(MANAGER)
    screen = driver.go(Where.SYNC)
    assert screen.join.hasFocus()
    driver.press(Qt.Key.Key_Return)
    card = screen.join_card
    assert card.url.hasFocus()
    QTest.keyClicks(card.url, centre.url)
    QTest.keyClicks(card.code, code)
    driver.press(Qt.Key.Key_Return)
    assert card.words.text() == words
    assert card.same.isVisible()
    driver.click(card.same)
    assert screen._view.enrolled
    assert card.isHidden()
    return screen


def test_entries_go_from_recorded_to_received(driver: Any, centre: Centre) -> None:
    screen = join(driver, centre)
    waiting = screen._view.entries.waiting
    assert waiting > 10
    assert screen.send.hasFocus()
    assert driver.window.frame.rail.items[Where.SYNC].count == waiting
    driver.press(Qt.Key.Key_Return)
    assert screen._view.entries.waiting == 0
    assert screen._view.entries.received == screen._view.total
    assert driver.window.frame.rail.items[Where.SYNC].count == 0
    assert driver.window.frame.top.entries.text() == "The centre has everything"
    assert screen._state.text == "Joined"
    assert "received by the centre" in screen.log.lines[0].cells[2].text
    assert screen._agreement.title == "This computer and the centre agree"


def test_a_centre_that_is_down_is_said_so_and_nothing_is_lost(driver: Any, centre: Centre) -> None:
    screen = join(driver, centre)
    waiting = screen._view.entries.waiting
    centre.down()
    driver.click(screen.send)
    assert screen._state.text == "No connection"
    assert "cannot be reached" in screen._sentence.text()
    assert screen._view.entries.waiting == waiting
    assert driver.window.frame.top.entries.text().startswith("Offline · ")
    assert screen.send.isEnabled()
    centre.up()
    driver.click(screen.send)
    assert screen._view.entries.waiting == 0
    assert not driver.window.frame.top.entries.text().startswith("Offline")


def test_one_can_work_and_stop_while_a_centre_does_not_answer(driver: Any, centre: Centre) -> None:
    screen = join(driver, centre)
    waiting = screen._view.entries.waiting
    centre.down()
    port = int(centre.url.rsplit(":", 1)[1])
    with socket.create_server(("127.0.0.1", port)) as silent:
        QTest.mouseClick(screen.send, Qt.MouseButton.LeftButton)
        silent.settimeout(10)
        line, _ = silent.accept()
        with line:
            assert screen.is_running
            driver.window.frame.go(Place(Where.SUBJECTS))
            subjects = driver.window.frame.screen_at(Where.SUBJECTS)
            driver.until(lambda: len(subjects.table.lines) == 3)
            assert screen.is_running
            driver.window.frame.go(Place(Where.SYNC))
            assert screen.cancel.isVisible()
            driver.click(screen.cancel)
            assert not screen.is_running
    driver.go(Where.SYNC)
    assert screen._view.entries.waiting == waiting
    assert screen.notice.text == ""


def test_words_that_differ_join_nothing(driver: Any, centre: Centre) -> None:
    code, _ = centre.code()
    driver.sign_in(MANAGER)
    screen = driver.go(Where.SYNC)
    driver.click(screen.join)
    QTest.keyClicks(screen.join_card.url, centre.url)
    QTest.keyClicks(screen.join_card.code, code)
    driver.press(Qt.Key.Key_Return)
    driver.click(screen.join_card.differ)
    assert screen.join_card._message.text.startswith("Not joined.")
    screen.refresh()
    driver.settle()
    assert not screen._view.enrolled


@pytest.mark.parametrize("wrong", ["http://127.0.0.1:9", "not an address"])
def test_a_wrong_address_is_said_in_place(driver: Any, wrong: str) -> None:
    driver.sign_in(MANAGER)
    screen = driver.go(Where.SYNC)
    driver.click(screen.join)
    QTest.keyClicks(screen.join_card.url, wrong)
    QTest.keyClicks(screen.join_card.code, "AAAA-AAAA")
    driver.press(Qt.Key.Key_Return)
    assert screen.join_card._message.tone is Tone.WRONG
    assert screen.join_card.ask.isEnabled()


def test_a_nurse_is_told_who_joins_the_centre(driver: Any) -> None:
    driver.sign_in(NURSE)
    screen = driver.go(Where.SYNC)
    assert not screen.join.isVisible()
    assert not screen.send.isVisible()
    assert "manager" in screen._sentence.text()
