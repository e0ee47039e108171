"""The first start: a new site, and a restored one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.site import opening
from ui.screens.base import Where
from ui.screens.entrance.first_start import StartScreen, Way


def begin(open_window: Callable[[Path], Any], folder: Path, way: Way) -> tuple[Any, Any]:
    driver = open_window(folder)
    start = driver.window.entrance
    assert isinstance(start, StartScreen)
    driver.click(start.ways[way])
    return driver, start._forms[way]


def make_site(driver: Any, form: Any) -> str:
    QTest.keyClicks(form.admin, "Head nurse")
    for field in (form.new.first, form.new.second):
        QTest.keyClicks(field, "a good passphrase")
    driver.click(form.make)
    code = form.code_page.code.text()
    assert not form.code_page.go_on.isEnabled()
    driver.click(form.code_page.on_paper)
    driver.click(form.code_page.go_on)
    return code


def test_a_new_site_is_made_and_its_recovery_code_shown_once(
    open_window: Callable[[Path], Any], tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "vault"
    driver, form = begin(open_window, folder, Way.NEW)
    assert form.study.count() >= 1
    assert form.site.count() >= 1
    code = make_site(driver, form)
    assert driver.window.frame.place.where is Where.TODAY
    assert form.code_page.code.text() == ""
    driver.window.sign_out()
    driver.settle()
    with opening.recover_site(folder, code, "Head nurse", "a better passphrase")[0] as site:
        assert site.user.name == "Head nurse"


def test_whoever_joins_comes_to_the_centres_address(open_window: Callable[[Path], Any], tmp_path: Path) -> None:
    driver, form = begin(open_window, tmp_path / "vault", Way.JOIN)
    make_site(driver, form)
    assert driver.window.frame.place.where is Where.SYNC
    card = driver.window.frame.screen_at(Where.SYNC).join_card
    assert card.isVisible()
    assert card.url.hasFocus()


def test_what_is_missing_is_said_beside_the_field(open_window: Callable[[Path], Any], tmp_path: Path) -> None:
    driver, form = begin(open_window, tmp_path / "vault", Way.NEW)
    driver.click(form.make)
    assert form._admin.message.text == "The first manager needs a name."
    QTest.keyClicks(form.admin, "Head nurse")
    QTest.keyClicks(form.new.first, "short")
    driver.click(form.make)
    assert "at least 12" in form.new._first.message.text
    assert not (tmp_path / "vault").exists()


def test_a_backup_is_restored_and_goes_on_as_a_new_device(
    open_window: Callable[[Path], Any], vault: Path, tmp_path: Path
) -> None:
    file = tmp_path / "copy.sitebook-backup"
    with opening.open_site(vault, "Manager", "manager passphrase") as site:
        site.backup(file)
        old = site.device
    driver, form = begin(open_window, tmp_path / "restored", Way.RESTORE)
    form.file.setText(str(file))
    QTest.keyClicks(form.user, "Manager")
    QTest.keyClicks(form.passphrase, "not this one at all")
    driver.click(form.button)
    assert form.message.text == "The user or the passphrase is not right."
    QTest.keyClicks(form.passphrase, "manager passphrase")
    QTest.keyClick(form.passphrase, Qt.Key.Key_Return)
    driver.settle()
    assert driver.window.frame is not None
    assert driver.window.access.session.device != old
    screen = driver.go(Where.SUBJECTS)
    assert [line.key for line in screen.table.lines] == ["01-A001", "01-A002", "01-A003"]


def test_a_file_that_is_no_backup_is_said_so(open_window: Callable[[Path], Any], tmp_path: Path) -> None:
    file = tmp_path / "holiday.jpg"
    file.write_bytes(b"no backup")
    driver, form = begin(open_window, tmp_path / "restored", Way.RESTORE)
    form.file.setText(str(file))
    QTest.keyClicks(form.user, "Manager")
    QTest.keyClicks(form.passphrase, "manager passphrase")
    driver.click(form.button)
    assert "not a Sitebook backup" in form.message.text
    assert form.button.isEnabled()
