"""The disk is full, or cannot be written: nothing is lost, nothing is left behind, and the work goes on when there is room."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from desktop.actions import AddUser, ChangePassphrase, SaveForm
from desktop.errors import EnvironmentProblemError, SignInError
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import ItemPlace, ItemValue
from desktop.views.forms import Draft
from tests.conftest import ADMIN, DOCTOR, NURSE, Clinic, SetClock
from tests.fault import worker
from tests.fault.conftest import Disk

SUBJECT = "01-A001"
MONTH = "2026-11"
LONG_NOTE = "x" * 200
NOBODY = 65534
"""The user that owns nothing."""


def weigh(kilograms: str) -> SaveForm:
    value = ItemValue(value=kilograms, unit="kg")
    return SaveForm(subject=SUBJECT, key=worker.VS, items={worker.WEIGHT: value}, reason="weighed again")


def register(site: Site, subject: str = SUBJECT) -> None:
    values = {"IT.ICDAT": "2026-11-20", "IT.SEX": "M", "IT.NOTE": LONG_NOTE}
    items = {ItemPlace("IG.DM", "", item): ItemValue(value=value) for item, value in values.items()}
    site.record(SaveForm(subject=subject, key=worker.DM, items=items))


def weight(site: Site) -> str:
    return site.form(SUBJECT, worker.VS).content["IG.VS"][""]["IT.WEIGHT"].value


def until_refused(work: Callable[[int], object]) -> tuple[int, EnvironmentProblemError]:
    """Do it again and again until there is no more room; how often it was done."""
    for number in range(200):
        try:
            work(number)
        except EnvironmentProblemError as error:
            return number, error
    pytest.fail("the disk did not fill")


@pytest.fixture
def on_disk(disk: Disk, clock: SetClock) -> Clinic:
    """A site whose vault lies on the small disk, with one subject."""
    clinic = Clinic(disk.folder / "vault", clock)
    with clinic.sign_in(DOCTOR) as site:
        register(site)
        site.record(weigh("70.0"))
    return clinic


# Full


def test_saving_on_a_full_disk(on_disk: Clinic, disk: Disk) -> None:
    with on_disk.sign_in() as site:
        disk.fill()
        # A page that is there already may still take a save or two.
        kilograms = [f"{80 + number % 100}.5" for number in range(200)]
        saved, error = until_refused(lambda number: site.record(weigh(kilograms[number])))
        assert "full" in str(error)
        assert weight(site) == ("70.0" if not saved else kilograms[saved - 1])
        assert site.verify().ok
        disk.free()
        site.record(weigh("75.0"))
        assert weight(site) == "75.0"
        assert site.verify().ok
    with on_disk.sign_in() as site:
        assert weight(site) == "75.0"
        assert site.verify().ok


def test_every_amount_of_room_gives_all_or_nothing(on_disk: Clinic, disk: Disk) -> None:
    """Whatever is left, a save is there as a whole or not at all: journal, casebook, drafts."""
    with on_disk.sign_in() as site:
        number = 1
        for pages in range(12):
            disk.fill(leave=pages * 4096)
            before = {line.subject for line in site.subjects()}
            subject = f"01-A{number + 1:03}"
            try:
                register(site, subject)
            except EnvironmentProblemError:
                assert {line.subject for line in site.subjects()} == before
            else:
                assert {line.subject for line in site.subjects()} == before | {subject}
                number += 1
            assert site.verify().ok
            disk.free()


def test_drafts_people_and_passphrases_on_a_full_disk(on_disk: Clinic, disk: Disk) -> None:
    with on_disk.sign_in(ADMIN) as site:
        disk.fill()
        until_refused(
            lambda number: site.record(AddUser(name=f"N{number}", roles=("entry",), passphrase="a long passphrase"))
        )
        people = {user.name for user in site.users()}
        secrets = (ADMIN[1], "another passphrase") * 100
        until_refused(lambda n: site.record(ChangePassphrase(old=secrets[n], new=secrets[n + 1])))
        disk.free()
        assert {user.name for user in site.users()} == people
        assert {user.name for user in site.users() if user.here} == people
    opened = 0
    for passphrase in (ADMIN[1], "another passphrase"):
        try:
            on_disk.sign_in((ADMIN[0], passphrase)).close()
            opened += 1
        except SignInError:
            continue
    assert opened == 1
    with on_disk.sign_in() as site:
        disk.fill()
        typed = [(f"IG.DM||IT.NOTE{number}", ItemValue(value=LONG_NOTE)) for number in range(2000)]
        until_refused(
            lambda number: site.keep_draft(Draft(subject=SUBJECT, key=worker.VS, items=dict(typed[: 10 * number])))
        )
        disk.free()
        assert site.verify().ok


@pytest.mark.parametrize("what", ["backup", "excel"])
def test_taking_something_away_to_a_full_disk(clinic: Any, disk: Disk, what: str) -> None:
    """The vault lies on another disk."""
    out = disk.folder / "out"
    with clinic.sign_in(DOCTOR) as site:
        register(site)
        work = taking_away(site, what, out)
        # From nothing at all to not quite enough.
        size = finished_size(work, out)
        for leave in (0, 4096, size // 2, size):
            disk.fill(leave=leave)
            with pytest.raises(EnvironmentProblemError) as error:
                work()
            assert "full" in str(error.value)
            assert {path.name for path in disk.folder.iterdir()} == {"ballast"}
            disk.free()
        work()
        assert out.stat().st_size == pytest.approx(size, rel=0.2)
        assert site.verify().ok


@pytest.mark.parametrize("what", ["backup", "excel"])
def test_taking_something_away_when_the_vault_has_no_room(
    on_disk: Clinic, disk: Disk, tmp_path: Path, what: str
) -> None:
    """An export is noted in the journal before its file is there; a backup is a copy and needs no room in the vault."""
    out = tmp_path / "out"
    with on_disk.sign_in(DOCTOR) as site:
        disk.fill()
        if what == "backup":
            finished_size(taking_away(site, what, out), out)
        else:
            until_refused(lambda _: finished_size(taking_away(site, what, out), out))
        assert not out.exists()
        assert not list(tmp_path.glob(".sitebook-*"))
        disk.free()
        assert site.verify().ok


def taking_away(site: Site, what: str, out: Path) -> Callable[[], object]:
    if what == "backup":
        return lambda: site.backup(out)
    return lambda: site.export_excel(MONTH, out)


def finished_size(work: Callable[[], object], out: Path) -> int:
    work()
    size = out.stat().st_size
    out.unlink()
    return size


def test_making_and_restoring_a_vault_on_a_full_disk(clinic: Any, disk: Disk, tmp_path: Path) -> None:
    backup, folder = tmp_path / "backup", disk.folder / "vault"
    with clinic.sign_in() as site:
        register(site)
        site.backup(backup)
    for leave in (0, 4096, 65_536):
        disk.fill(leave=leave)
        with pytest.raises(EnvironmentProblemError):
            opening.create_site(folder, clinic.definition, "01", *ADMIN, wall=clinic.clock)
        with pytest.raises(EnvironmentProblemError):
            opening.restore_site(backup, folder, *NURSE, wall=clinic.clock)
        assert not folder.exists()
        disk.free()
    with opening.restore_site(backup, folder, *NURSE, wall=clinic.clock) as site:
        assert len(site.subjects()) == 1


# Write-protected


def test_opening_on_a_write_protected_disk(on_disk: Clinic, disk: Disk) -> None:
    disk.protect()
    before = {path.name: path.read_bytes() for path in on_disk.folder.iterdir()}
    with pytest.raises(EnvironmentProblemError):
        on_disk.sign_in()
    with pytest.raises((EnvironmentProblemError, SignInError)):
        on_disk.sign_in((NURSE[0], "a wrong passphrase"))
    with pytest.raises(EnvironmentProblemError):
        opening.recover_site(on_disk.folder, on_disk.recovery_code, NURSE[0], "a new passphrase", wall=on_disk.clock)
    with pytest.raises(EnvironmentProblemError):
        opening.create_site(disk.folder / "other", on_disk.definition, "01", *ADMIN)
    assert opening.label(on_disk.folder).site == "01"
    disk.unprotect()
    assert {path.name: path.read_bytes() for path in on_disk.folder.iterdir()} == before
    with on_disk.sign_in() as site:
        assert weight(site) == "70.0"
        assert site.verify().ok


def test_taking_something_away_to_a_write_protected_disk(clinic: Any, disk: Disk) -> None:
    with clinic.sign_in(DOCTOR) as site:
        register(site)
        disk.protect()
        for what in ("backup", "excel"):
            with pytest.raises(EnvironmentProblemError) as error:
                taking_away(site, what, disk.folder / "out")()
            assert "cannot be written" in str(error.value)
        disk.unprotect()
        assert not any(disk.folder.iterdir())
        assert not any(line.kind == "exported" for line in site.audit())


def test_taking_something_away_to_where_nothing_can_be(clinic: Any, tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    (tmp_path / "a file").write_bytes(b"")
    with clinic.sign_in(DOCTOR) as site:
        for out in (tmp_path / "none" / "out", tmp_path / "a file" / "out", folder, tmp_path / ("n" * 300)):
            for what in ("backup", "excel"):
                with pytest.raises(EnvironmentProblemError):
                    taking_away(site, what, out)()
    assert {path.name for path in tmp_path.iterdir()} == {"a folder", "a file", "vault"}
    assert not any(folder.iterdir())


# A person without the right


@contextmanager
def without_rights(*folders: Path, mode: int = 0o555) -> Iterator[None]:
    """Take the right to write in these folders, also from whoever runs the tests as the administrator."""
    if os.name != "posix":
        pytest.skip("left out: rights of this kind are POSIX's")
    before = {folder: folder.stat().st_mode for folder in folders}
    administrator = os.geteuid() == 0
    for folder in folders:
        folder.chmod(mode)
    if administrator:
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if administrator:
            os.seteuid(0)
            os.setegid(0)
        for folder, old in before.items():
            folder.chmod(old)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everyone may reach; pytest's own are for its user alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_a_person_without_the_right_to_write(open_folder: Path, clock: SetClock) -> None:
    clinic = Clinic(open_folder / "vault", clock)
    with clinic.sign_in(DOCTOR) as site:
        register(site)
        # What is imported late is imported now: another user may not read where it lies.
        finished_size(taking_away(site, "excel", open_folder / "out"), open_folder / "out")
        with without_rights(open_folder):
            for what in ("backup", "excel"):
                with pytest.raises(EnvironmentProblemError) as error:
                    taking_away(site, what, open_folder / "out")()
                assert "cannot be written" in str(error.value)
            with pytest.raises(EnvironmentProblemError):
                opening.create_site(open_folder / "other", clinic.definition, "01", *ADMIN, wall=clock)
    for path in clinic.folder.iterdir():
        path.chmod(0o644)
    with without_rights(clinic.folder), pytest.raises(EnvironmentProblemError):
        clinic.sign_in()
    with without_rights(clinic.folder, mode=0o000):
        for ask in (lambda: opening.label(clinic.folder), clinic.sign_in):
            with pytest.raises(EnvironmentProblemError):
                ask()
    with clinic.sign_in(ADMIN) as site:
        assert site.verify().ok
        with without_rights(clinic.folder):
            # The slot file is replaced as a whole, which takes the folder: neither slot nor entry comes to be.
            with pytest.raises(EnvironmentProblemError):
                site.record(AddUser(name="Nurse C", roles=("entry",), passphrase="nurse C passphrase"))
            assert "Nurse C" not in {user.name for user in site.users()}
        site.record(AddUser(name="Nurse C", roles=("entry",), passphrase="nurse C passphrase"))
        assert site.verify().ok
    with clinic.sign_in(("Nurse C", "nurse C passphrase")) as site:
        assert len(site.subjects()) == 1
