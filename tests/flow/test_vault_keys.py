"""Who opens a vault, and what is left when a change of the keys, a restore or a recovery does not come to its end."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from desktop.actions import AddUser, ChangePassphrase, ChangeUser
from desktop.errors import EnvironmentProblemError, NotAllowedError, RefusedError, SignInError
from desktop.site import opening
from desktop.site.site import Site
from desktop.vault import failed_sign_ins, key_slots
from desktop.vault.vault import BUILDING, DATABASE, LOCK
from tests.conftest import ADMIN, NURSE, OTHER_NURSE, Clinic

ANOTHER = "another passphrase"
COPIES = (key_slots.FILE, key_slots.COPY)


def suspend(site: Site, name: str) -> None:
    user = next(user for user in site.users() if user.name == name)
    site.record(ChangeUser(user=user.oid, roles=tuple(user.roles), suspended=True, reason="left the hospital"))


@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff"])
def test_a_backup_of_a_vault_with_one_damaged_copy_restores(
    clinic: Clinic, tmp_path: Path, name: str, content: bytes | None
) -> None:
    with clinic.sign_in() as site:
        whole = (clinic.folder / name).read_bytes()
        # While it is open, and before it is opened.
        for number in range(2):
            (clinic.folder / name).unlink(missing_ok=True)
            if content is not None:
                (clinic.folder / name).write_bytes(content)
            if number == 0:
                site.backup(tmp_path / "0.backup")
    with clinic.sign_in() as site:
        assert (clinic.folder / name).read_bytes() == whole
        site.backup(tmp_path / "1.backup")
    for number in range(2):
        opening.restore_site(tmp_path / f"{number}.backup", tmp_path / str(number), *NURSE, wall=clinic.clock).close()


def test_an_older_copy_brings_no_old_passphrase_back(clinic: Clinic) -> None:
    old = (clinic.folder / key_slots.FILE).read_bytes()
    with clinic.sign_in() as site:
        site.record(ChangePassphrase(old=NURSE[1], new=ANOTHER))
    for name in COPIES:
        (clinic.folder / name).write_bytes(old)
        with pytest.raises(SignInError):
            clinic.sign_in()
        clinic.sign_in((NURSE[0], ANOTHER)).close()
        assert (clinic.folder / name).read_bytes() != old


def test_who_was_added_while_another_signs_in_keeps_the_slot(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the reading of vault.json and the lock lies the cost of Argon2: long enough for a manager."""
    unwrap = key_slots.unwrap
    added = False

    def slowly(secret: str, slot: key_slots.Slot) -> key_slots.Unlocked:
        nonlocal added
        if not added:
            added = True
            with clinic.sign_in(ADMIN) as manager:
                manager.record(AddUser(name="Li", roles=("entry",), passphrase="passphrase of Li"))
        return unwrap(secret, slot)

    monkeypatch.setattr(key_slots, "unwrap", slowly)
    clinic.sign_in().close()
    assert added
    clinic.sign_in(("Li", "passphrase of Li")).close()


def test_a_passphrase_that_was_changed_while_it_was_tried_opens_nothing(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    unwrap = key_slots.unwrap
    slot = key_slots.find_slot(key_slots.read(clinic.folder), NURSE[0])
    assert slot is not None
    with clinic.sign_in() as site:
        site.record(ChangePassphrase(old=NURSE[1], new=ANOTHER))
    monkeypatch.setattr(key_slots, "find_slot", lambda _file, _name: slot)
    assert unwrap(NURSE[1], slot)
    with pytest.raises(SignInError):
        clinic.sign_in()
    monkeypatch.undo()
    clinic.sign_in((NURSE[0], ANOTHER)).close()


def test_a_change_of_passphrase_that_fails_leaves_the_old_one(clinic: Clinic) -> None:
    copy = clinic.folder / key_slots.COPY
    with clinic.sign_in() as site:
        copy.unlink()
        (copy / "x").mkdir(parents=True)
        with pytest.raises(EnvironmentProblemError):
            site.record(ChangePassphrase(old=NURSE[1], new=ANOTHER))
        site.lock()
        site.unlock(NURSE[1])
        shutil.rmtree(copy)
    with pytest.raises(SignInError):
        clinic.sign_in((NURSE[0], ANOTHER))
    with clinic.sign_in() as site:
        assert not any(line.kind == "passphrase_changed" for line in site.audit())
        site.record(ChangePassphrase(old=NURSE[1], new=ANOTHER))
    clinic.sign_in((NURSE[0], ANOTHER)).close()


def test_a_wrong_old_passphrase_counts_like_one_at_sign_in(clinic: Clinic) -> None:
    with clinic.sign_in() as site:
        for _ in range(failed_sign_ins.FREE_ATTEMPTS):
            with pytest.raises(SignInError) as error:
                site.record(ChangePassphrase(old="not the passphrase", new=ANOTHER))
        assert error.value.wait == failed_sign_ins.FIRST_WAIT_SECONDS
        with pytest.raises(SignInError):
            site.record(ChangePassphrase(old=NURSE[1], new=ANOTHER))
        clinic.clock.advance(seconds=error.value.wait)
        site.record(ChangePassphrase(old=NURSE[1], new=ANOTHER))
        [failures] = [line for line in site.audit() if line.detail == "Failed sign-ins: {n}."]
        assert failures.fields["n"] == str(failed_sign_ins.FREE_ATTEMPTS)
    clinic.sign_in((NURSE[0], ANOTHER)).close()


def test_a_suspended_person_comes_in_by_no_way(clinic: Clinic, tmp_path: Path) -> None:
    backup, folder = tmp_path / "backup", tmp_path / "restored"
    with clinic.sign_in(ADMIN) as site:
        suspend(site, NURSE[0])
        site.backup(backup)
    with pytest.raises(NotAllowedError):
        clinic.sign_in()
    with pytest.raises(NotAllowedError):
        opening.recover_site(clinic.folder, clinic.recovery_code, NURSE[0], ANOTHER, wall=clinic.clock)
    with pytest.raises(NotAllowedError):
        opening.restore_site(backup, folder, *NURSE, wall=clinic.clock)
    assert not folder.exists()
    # Who may restore it does so, and the suspension holds there, with the rights that each had.
    with opening.restore_site(backup, folder, *OTHER_NURSE, wall=clinic.clock) as site:
        with pytest.raises(NotAllowedError):
            site.record(AddUser(name="Li", roles=("manager",), passphrase="passphrase of Li"))
        assert [user.suspended for user in site.users() if user.name == NURSE[0]] == [True]
    with pytest.raises(NotAllowedError):
        opening.open_site(folder, *NURSE, wall=clinic.clock)


def test_a_window_that_was_locked_is_not_opened_by_who_was_suspended(clinic: Clinic) -> None:
    with clinic.sign_in(ADMIN) as site:
        site.record(AddUser(name="Second", roles=("manager",), passphrase=ANOTHER))
    with clinic.sign_in(ADMIN) as site:
        suspend(site, ADMIN[0])
        with pytest.raises(NotAllowedError):
            site.record(AddUser(name="Li", roles=("entry",), passphrase=ANOTHER))
        site.lock()
        with pytest.raises(NotAllowedError):
            site.unlock(ADMIN[1])


def test_a_recovery_code_opens_once(clinic: Clinic) -> None:
    site, new_code = opening.recover_site(clinic.folder, clinic.recovery_code, NURSE[0], ANOTHER, wall=clinic.clock)
    site.close()
    assert new_code != clinic.recovery_code
    with pytest.raises(SignInError):
        opening.recover_site(clinic.folder, clinic.recovery_code, OTHER_NURSE[0], ANOTHER, wall=clinic.clock)
    site, _ = opening.recover_site(clinic.folder, new_code, OTHER_NURSE[0], ANOTHER, wall=clinic.clock)
    with site:
        assert site.user.name == OTHER_NURSE[0]


class CannotBeShownError(Exception):
    """The console cannot show it."""


def cannot_show(_device: str, _code: str) -> None:
    raise CannotBeShownError


def test_a_recovery_whose_new_code_cannot_be_shown_changes_nothing(clinic: Clinic) -> None:
    for _ in range(2):
        # The second time it would be open already, had the first left it so.
        with pytest.raises(CannotBeShownError):
            opening.recover_site(
                clinic.folder, clinic.recovery_code, NURSE[0], ANOTHER, wall=clinic.clock, show_code=cannot_show
            )
    clinic.sign_in().close()
    opening.recover_site(clinic.folder, clinic.recovery_code, NURSE[0], ANOTHER, wall=clinic.clock)[0].close()


def test_no_vault_is_made_whose_recovery_code_nobody_saw(clinic: Clinic, tmp_path: Path) -> None:
    folder = tmp_path / "中心 01"
    with pytest.raises(CannotBeShownError):
        opening.create_site(folder, clinic.definition, "01", *ADMIN, wall=clinic.clock, show_code=cannot_show)
    assert not folder.exists()
    shown: list[tuple[str, str]] = []

    def show(device: str, code: str) -> None:
        with pytest.raises(EnvironmentProblemError):
            opening.label(folder)
        shown.append((device, code))

    site, code = opening.create_site(folder, clinic.definition, "01", *ADMIN, wall=clinic.clock, show_code=show)
    with site:
        assert shown == [(site.device, code)]
        assert site.verify().ok


@pytest.mark.parametrize("moved", [(), (DATABASE,), (DATABASE, key_slots.FILE)])
def test_a_making_that_was_cut_is_no_vault_before_its_last_step(
    clinic: Any, tmp_path: Path, moved: tuple[str, ...]
) -> None:
    backup, folder = tmp_path / "backup", tmp_path / "restored"
    with clinic.sign_in() as site:
        site.backup(backup)
    building = folder / BUILDING
    opening.restore_site(backup, tmp_path / "whole", *NURSE, wall=clinic.clock).close()
    folder.mkdir()
    (tmp_path / "whole").rename(building)
    (folder / LOCK).touch()
    for name in moved:
        (building / name).rename(folder / name)
    if key_slots.FILE in moved:
        opening.open_site(folder, *NURSE, wall=clinic.clock).close()
        with pytest.raises(EnvironmentProblemError):
            opening.restore_site(backup, folder, *NURSE, wall=clinic.clock)
    else:
        with pytest.raises(EnvironmentProblemError):
            opening.label(folder)
        opening.restore_site(backup, folder, *NURSE, wall=clinic.clock).close()
    with opening.open_site(folder, *NURSE, wall=clinic.clock) as site:
        assert site.verify().ok
        assert site.vault.letter == "B"
        assert not building.exists()


def test_a_folder_with_a_database_alone_is_not_empty(clinic: Clinic, tmp_path: Path) -> None:
    """It may be all that is left of a vault: a backup's keys can open it."""
    backup = tmp_path / "backup"
    with clinic.sign_in() as site:
        site.backup(backup)
    for name in COPIES:
        (clinic.folder / name).unlink()
    before = (clinic.folder / DATABASE).read_bytes()
    for make in (
        lambda: opening.restore_site(backup, clinic.folder, *NURSE, wall=clinic.clock),
        lambda: opening.create_site(clinic.folder, clinic.definition, "01", *ADMIN),
    ):
        with pytest.raises(EnvironmentProblemError):
            make()
    assert (clinic.folder / DATABASE).read_bytes() == before


def test_the_last_manager_is_not_suspended(clinic: Clinic) -> None:
    with clinic.sign_in(ADMIN) as site:
        me = site.user
        with pytest.raises(RefusedError):
            site.record(ChangeUser(user=me.oid, roles=("manager",), suspended=True, reason="goes on leave"))
        site.record(AddUser(name="Second", roles=("manager",), passphrase=ANOTHER))
        site.record(ChangeUser(user=me.oid, roles=("manager",), suspended=True, reason="goes on leave"))
        second = next(user for user in site.users() if user.name == "Second")
        assert not second.suspended
    with clinic.sign_in(("Second", ANOTHER)) as site, pytest.raises(RefusedError):
        site.record(ChangeUser(user=second.oid, roles=("manager",), suspended=True, reason="goes, too"))


def test_a_name_that_is_not_there_costs_as_much_as_a_wrong_passphrase(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else names could be tried out by how fast the answer comes."""
    unwrap = key_slots.unwrap
    tried: list[str] = []

    def count(secret: str, slot: key_slots.Slot) -> key_slots.Unlocked:
        tried.append(secret)
        return unwrap(secret, slot)

    monkeypatch.setattr(key_slots, "unwrap", count)
    messages: list[str] = []
    for name in (NURSE[0], "Nobody of this site"):
        with pytest.raises(SignInError) as error:
            clinic.sign_in((name, "a wrong passphrase"))
        messages.append(str(error.value))
        with pytest.raises(SignInError) as error:
            opening.recover_site(clinic.folder, "WRONG", name, ANOTHER, wall=clinic.clock)
        messages.append(str(error.value))
    assert len(tried) == 4
    assert messages[:2] == messages[2:]
