"""Bytes that are not what was written: a typed error or a failed verification, never a wrong value or a traceback."""

import datetime
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from desktop.actions import SaveForm
from desktop.errors import DamagedError, SitebookError
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import ItemPlace, ItemValue
from desktop.study.definition.metadata import Definition
from desktop.vault import failed_sign_ins, key_slots
from desktop.vault.key_slots import Unlocked, VaultFile
from desktop.vault.vault import DATABASE, Vault
from tests.conftest import NURSE, Clinic, SetClock
from tests.fault import worker

PAGE = 4096
FLIPS, SOAK_FLIPS = 400, 20_000
SUBJECTS = 8


class Kept(NamedTuple):
    """A vault that nobody has open, what opens it, and what it says."""

    folder: Path
    file: VaultFile
    unlocked: Unlocked
    definition: Definition
    clock: SetClock
    slot: key_slots.Slot
    said: bytes


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A vault with a few subjects. Tests get copies of it."""
    clock = SetClock(datetime.datetime.fromisoformat("2026-11-24T08:00:00+08:00"))
    clinic = Clinic(tmp_path_factory.mktemp("made") / "vault", clock)
    with clinic.sign_in(NURSE) as site:
        for number in range(1, SUBJECTS + 1):
            subject = f"01-A{number:03}"
            consent, sex = (ItemPlace("IG.DM", "", item) for item in ("IT.ICDAT", "IT.SEX"))
            items = {consent: ItemValue(value="2026-11-20"), sex: ItemValue(value="F")}
            site.record(SaveForm(subject=subject, key=worker.DM, items=items))
            weight = ItemValue(value=f"{60 + number}.5", unit="kg")
            site.record(SaveForm(subject=subject, key=worker.VS, items={worker.WEIGHT: weight}))
    file = key_slots.read(clinic.folder)
    slot = key_slots.find_slot(file, NURSE[0])
    assert slot is not None
    unlocked = key_slots.unwrap(NURSE[1], slot)
    vault = Vault.unlock(clinic.folder, slot, unlocked, clock)
    try:
        said = everything(Site(vault, slot.user))
    finally:
        vault.close()
    return Kept(clinic.folder, file, unlocked, clinic.definition, clock, slot, said)


@pytest.fixture
def kept(made: Kept, tmp_path: Path) -> Kept:
    """A copy to be damaged."""
    return made._replace(folder=shutil.copytree(made.folder, tmp_path / "vault"))


def everything(site: Site) -> bytes:
    """All that a vault says of its subjects, through the questions that screens and commands ask."""
    said: list[object] = [site.status(), site.today(), site.users(), site.audit(limit=1000), site.subjects()]
    for line in site.subjects():
        said += [site.form(line.subject, form.key).content for form in site.casebook(line.subject).forms]
        said.append(site.history(line.subject))
    return msgspec.json.encode(said)


def found(kept: Kept) -> str:
    """How the vault as it lies now is found out: `refused`, `failed`, or nothing where it is whole.

    Any error that is not ours, and any content that differs without one, fails the test.
    """
    try:
        vault = Vault.unlock(kept.folder, kept.slot, kept.unlocked, kept.clock)
    except DamagedError:
        return "refused"
    try:
        site = Site(vault, kept.slot.user)
        ok = site.verify().ok
        try:
            said = everything(site)
        except DamagedError:
            assert not ok
            return "failed"
        # What can still be read is right; or else the verification had found it.
        assert said == kept.said or not ok
        return "" if ok else "failed"
    finally:
        vault.close()


def positions(size: int, soak: bool) -> list[int]:
    """Where to flip: the file's head byte by byte in part, and all pages, at random."""
    chance = random.Random(20261124)
    count = SOAK_FLIPS if soak else FLIPS
    return sorted({0, 15, 16, 17, 24, 40, 92, 99, 100, size - 1, *(chance.randrange(size) for _ in range(count))})


def test_an_untouched_vault_is_whole(kept: Kept) -> None:
    assert found(kept) == ""


@pytest.mark.timeout(3600)
def test_a_flipped_byte_anywhere_in_the_database_is_found(kept: Kept, soak: bool) -> None:
    database = kept.folder / DATABASE
    whole = database.read_bytes()
    missed: list[int] = []
    for position in positions(len(whole), soak):
        broken = bytearray(whole)
        broken[position] ^= 1 << position % 8
        database.write_bytes(broken)
        if not found(kept):
            missed.append(position)
    database.write_bytes(whole)
    assert found(kept) == ""
    assert missed == []


def test_a_truncated_database_is_found(kept: Kept) -> None:
    database = kept.folder / DATABASE
    whole = database.read_bytes()
    lengths = {0, 1, 100, PAGE - 1, PAGE, PAGE + 1, len(whole) // 2, len(whole) // PAGE // 2 * PAGE, len(whole) - 1}
    for length in sorted({*lengths, len(whole) - PAGE}):
        database.write_bytes(whole[:length])
        assert found(kept), length
    database.unlink()
    assert found(kept) == "refused"
    database.write_bytes(whole)
    assert found(kept) == ""


def test_pages_of_another_place_or_time_are_found(kept: Kept) -> None:
    """Each page bears an authentication code over its number: two cannot be exchanged, nor one be put back."""
    database = kept.folder / DATABASE
    older = database.read_bytes()
    with opening.open_site(kept.folder, *NURSE, wall=kept.clock) as site:
        weight = ItemValue(value="99.5", unit="kg")
        site.record(SaveForm(subject="01-A001", key=worker.VS, items={worker.WEIGHT: weight}, reason="weighed again"))
    newer = database.read_bytes()
    pages = len(newer) // PAGE
    changed = [n for n in range(min(pages, len(older) // PAGE)) if newer[n * PAGE :][:PAGE] != older[n * PAGE :][:PAGE]]
    assert len(changed) > 2
    exchanged = bytearray(newer)
    exchanged[PAGE : 2 * PAGE], exchanged[2 * PAGE : 3 * PAGE] = newer[2 * PAGE : 3 * PAGE], newer[PAGE : 2 * PAGE]
    database.write_bytes(exchanged)
    assert found(kept)
    # A page of the older state is genuine: what gives it away is that chain and casebook no longer fit together.
    silent: list[int] = []
    for number in changed:
        mixed = bytearray(newer)
        mixed[number * PAGE : (number + 1) * PAGE] = older[number * PAGE : (number + 1) * PAGE]
        database.write_bytes(mixed)
        try:
            vault = Vault.unlock(kept.folder, kept.slot, kept.unlocked, kept.clock)
        except DamagedError:
            continue
        try:
            if Site(vault, kept.slot.user).verify().ok:
                silent.append(number)
        finally:
            vault.close()
    # The first page alone may be old: its counters then tell SQLite of a shorter file, which loses nothing that was committed.
    assert silent in ([], [0])


def test_foreign_bytes_are_no_database(kept: Kept) -> None:
    for content in (b"SQLite format 3\x00" + bytes(8 * PAGE), b"<html>", bytes(20 * PAGE), b"\xff" * PAGE):
        (kept.folder / DATABASE).write_bytes(content)
        assert found(kept) == "refused"


# vault.json


def flipped(data: bytes, soak: bool) -> Iterator[bytes]:
    """The data with one bit flipped: of each byte, or of every eleventh, one after the other."""
    for position in range(0, len(data), 1 if soak else 11):
        broken = bytearray(data)
        broken[position] ^= 1 << position % 8
        yield bytes(broken)


def test_a_flipped_byte_in_vault_json_is_covered_by_its_copy(kept: Kept, soak: bool) -> None:
    for name in (key_slots.FILE, key_slots.COPY):
        whole = (kept.folder / name).read_bytes()
        for broken in flipped(whole, soak):
            (kept.folder / name).write_bytes(broken)
            assert key_slots.read(kept.folder) == kept.file
        (kept.folder / name).write_bytes(whole)


def test_the_same_flip_in_both_copies_is_told(kept: Kept, soak: bool) -> None:
    whole = (kept.folder / key_slots.FILE).read_bytes()
    for broken in flipped(whole, soak):
        for name in (key_slots.FILE, key_slots.COPY):
            (kept.folder / name).write_bytes(broken)
        try:
            # White space and escapes may be said in two ways; the content may not.
            assert key_slots.read(kept.folder) == kept.file
        except DamagedError:
            continue
    for content in (
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"sha256": "", "content": {}}',
        whole[:-1],
        whole[: len(whole) // 2],
    ):
        for name in (key_slots.FILE, key_slots.COPY):
            (kept.folder / name).write_bytes(content)
        with pytest.raises(DamagedError):
            key_slots.read(kept.folder)
        with pytest.raises(DamagedError):
            opening.open_site(kept.folder, *NURSE)


def test_a_damaged_slot_is_not_taken_for_a_wrong_passphrase(kept: Kept) -> None:
    slot = key_slots.find_slot(kept.file, NURSE[0])
    assert slot is not None
    for change in ({"salt": "00" * 16}, {"nonce": "00" * 12}, {"wrapped": "00" * 64}, {"memory_kib": 16}):
        with pytest.raises(DamagedError):
            key_slots.unwrap(NURSE[1], msgspec.structs.replace(slot, **change))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b'{"count": "x"}',
        b'{"count": 9, "last": "yesterday"}',
        b"\xff",
        b'{"count": -1, "last": ""}',
        b'{"count": 99999999999, "last": "2020-01-01T00:00:00+08:00"}',
        b'{"count": 9, "last": "2020-01-01T00:00:00"}',
    ],
)
def test_a_damaged_count_of_failures_locks_nobody_out(kept: Kept, content: bytes) -> None:
    (kept.folder / failed_sign_ins.FILE).write_bytes(content)
    with opening.open_site(kept.folder, *NURSE, wall=kept.clock) as site:
        assert site.verify().ok


# What a crash leaves beside the database


@pytest.fixture
def crashed(kept: Kept, tmp_path: Path) -> Kept:
    """The folder as it lies after a power cut within a large transaction: half of it written, the way back beside it."""
    folder = tmp_path / "crashed"
    vault = Vault.unlock(kept.folder, kept.slot, kept.unlocked, kept.clock)
    try:
        vault.user = kept.slot.user
        # So little memory that pages go to the disk before the commit.
        vault.driver_connection().execute("PRAGMA cache_size = 1").fetchall()
        site = Site(vault, kept.slot.user)
        with vault.begin():
            for number in range(1, SUBJECTS + 1):
                weight = ItemValue(value=f"{90 + number}.5", unit="kg")
                items = {worker.WEIGHT: weight}
                site.record(SaveForm(subject=f"01-A{number:03}", key=worker.VS, items=items, reason="weighed again"))
            shutil.copytree(kept.folder, folder)
    finally:
        vault.close()
    return kept._replace(folder=folder)


def test_a_transaction_cut_by_a_power_cut_is_rolled_back(crashed: Kept, made: Kept) -> None:
    journal = crashed.folder / f"{DATABASE}-journal"
    assert journal.stat().st_size > PAGE
    assert (crashed.folder / DATABASE).read_bytes() != (made.folder / DATABASE).read_bytes()
    assert found(crashed) == ""


@pytest.mark.timeout(3600)
def test_a_flipped_byte_in_the_way_back_never_gives_a_wrong_record(crashed: Kept, soak: bool) -> None:
    """SQLite's own checksum of the rollback journal is weak: pages and chain must tell."""
    database, beside = crashed.folder / DATABASE, crashed.folder / f"{DATABASE}-journal"
    half, way_back = database.read_bytes(), beside.read_bytes()
    outcomes = {"": 0, "refused": 0, "failed": 0}
    # Its header names the length that the file had: one bit there makes it gigabytes of nothing, which takes minutes to read.
    length = range(16, 20)
    for position in positions(len(way_back), soak):
        if position in length:
            continue
        broken = bytearray(way_back)
        broken[position] ^= 1 << position % 8
        database.write_bytes(half)
        beside.write_bytes(broken)
        # `found` itself compares what can be read with what was committed.
        outcomes[found(crashed)] += 1
    assert sum(outcomes.values()) > FLIPS // 2


@pytest.mark.parametrize("content", [b"", b"nonsense" * 600, bytes(3 * PAGE), b"\xd9\xd5\x05\xf9\x20\xa1\x63"])
def test_nonsense_beside_the_database_is_not_played_back(kept: Kept, content: bytes) -> None:
    (kept.folder / f"{DATABASE}-journal").write_bytes(content)
    assert found(kept) == ""


def test_files_of_the_vault_that_are_folders_are_told(kept: Kept, tmp_path: Path) -> None:
    for name in (DATABASE, key_slots.FILE):
        folder = tmp_path / f"copy-{name}"
        shutil.copytree(kept.folder, folder)
        (folder / name).unlink()
        (folder / key_slots.COPY).unlink()
        (folder / name).mkdir()
        with pytest.raises(SitebookError):
            opening.open_site(folder, *NURSE)
