"""Key slots: four different messages for four different troubles."""

import datetime
import json
from pathlib import Path

import msgspec
import pytest

from desktop.errors import DamagedError, EnvironmentProblemError, NewerReleaseError, RefusedError, SignInError
from desktop.vault import failed_sign_ins, key_slots
from desktop.vault.key_slots import Unlocked, VaultFile
from tests.conftest import FULL_COST

PASSPHRASE = "correct horse battery"
KEYS = Unlocked(bytes(range(32)), bytes(range(32, 64)))


def vault_file(*slots: key_slots.Slot) -> VaultFile:
    return VaultFile(
        release="0.1.0",
        study="S.X",
        study_name="X",
        site="01",
        site_name={"en": "Site"},
        device="A-1",
        letter="A",
        slots=slots,
    )


def test_a_slot_opens_with_its_passphrase_alone() -> None:
    slot = key_slots.wrap(PASSPHRASE, "U.1", "Nurse", KEYS)
    assert key_slots.unwrap(PASSPHRASE, slot) == KEYS
    with pytest.raises(SignInError):
        key_slots.unwrap(PASSPHRASE + " ", slot)


def test_a_passphrase_means_the_same_in_either_unicode_form() -> None:
    slot = key_slots.wrap("e\N{COMBINING ACUTE ACCENT}clair e\N{COMBINING ACUTE ACCENT}clair", "U.1", "Nurse", KEYS)
    assert (
        key_slots.unwrap("\N{LATIN SMALL LETTER E WITH ACUTE}clair \N{LATIN SMALL LETTER E WITH ACUTE}clair", slot)
        == KEYS
    )


def test_a_damaged_slot_is_not_called_a_wrong_passphrase() -> None:
    slot = key_slots.wrap(PASSPHRASE, "U.1", "Nurse", KEYS)
    for field in ("wrapped", "salt", "nonce"):
        text = getattr(slot, field)
        broken = msgspec.structs.replace(slot, **{field: ("1" if text[0] == "0" else "0") + text[1:]})
        with pytest.raises(DamagedError):
            key_slots.unwrap(PASSPHRASE, broken)


def test_a_slot_cannot_be_given_to_another_user_or_weakened() -> None:
    slot = key_slots.wrap(PASSPHRASE, "U.1", "Nurse", KEYS)
    for changes in ({"user": "U.2"}, {"name": "Manager"}, {"passes": 2}):
        forged = msgspec.structs.replace(slot, **changes)
        forged = msgspec.structs.replace(forged, checksum=key_slots._slot_checksum(forged))
        with pytest.raises(SignInError):
            key_slots.unwrap(PASSPHRASE, forged)


def test_the_recovery_code_survives_a_persons_hand() -> None:
    code = key_slots.new_recovery_code()
    assert key_slots.tidy_recovery_code(code.lower().replace("-", " ") + "\n") == code


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(RefusedError):
        key_slots.check_passphrase("eleven char")
    key_slots.check_passphrase("twelve chars")


def test_the_file_comes_back_from_its_copy_and_says_when_neither_is_whole(tmp_path: Path) -> None:
    file = vault_file(key_slots.wrap(PASSPHRASE, "U.1", "研究护士 A", KEYS))
    key_slots.write(tmp_path, file)
    assert key_slots.read(tmp_path) == file
    whole = (tmp_path / key_slots.FILE).read_bytes()
    for position in range(0, len(whole), 7):
        broken = bytearray(whole)
        broken[position] ^= 1
        (tmp_path / key_slots.FILE).write_bytes(broken)
        assert key_slots.read(tmp_path) == file
    (tmp_path / key_slots.COPY).write_bytes(whole[:-5])
    with pytest.raises(DamagedError):
        key_slots.read(tmp_path)


def test_the_newer_of_two_whole_copies_counts_and_is_written_into_both(tmp_path: Path) -> None:
    old = vault_file(key_slots.wrap(PASSPHRASE, "U.1", "Nurse", KEYS))
    new = msgspec.structs.replace(
        old, slots=(key_slots.wrap("another passphrase", "U.1", "Nurse", KEYS),), generation=1
    )
    for older, newer in ((key_slots.FILE, key_slots.COPY), (key_slots.COPY, key_slots.FILE)):
        (tmp_path / older).write_bytes(key_slots.encode(old))
        (tmp_path / newer).write_bytes(key_slots.encode(new))
        assert key_slots.read(tmp_path) == new
        assert key_slots.heal(tmp_path) == new
        assert {(tmp_path / name).read_bytes() for name in (older, newer)} == {key_slots.encode(new)}


def test_what_is_missing_or_damaged_is_written_anew(tmp_path: Path) -> None:
    file = vault_file(key_slots.wrap(PASSPHRASE, "U.1", "Nurse", KEYS))
    for name in (key_slots.FILE, key_slots.COPY):
        for content in (None, b"", b"{}", key_slots.encode(file)[:-9]):
            key_slots.write(tmp_path, file)
            if content is None:
                (tmp_path / name).unlink()
            else:
                (tmp_path / name).write_bytes(content)
            assert key_slots.heal(tmp_path) == file
            assert (tmp_path / name).read_bytes() == key_slots.encode(file)


def test_a_change_that_fails_at_its_second_file_leaves_the_old_slots(tmp_path: Path) -> None:
    old = vault_file(key_slots.wrap(PASSPHRASE, "U.1", "Nurse", KEYS))
    new = msgspec.structs.replace(old, generation=1, last_user="Nurse")
    key_slots.write(tmp_path, old)
    (tmp_path / key_slots.COPY).unlink()
    # No file can take the place of a folder with something in it.
    (tmp_path / key_slots.COPY / "x").mkdir(parents=True)
    with pytest.raises(OSError), key_slots.replaced(tmp_path, old, new):  # noqa: PT011 - the system says which
        pytest.fail("the block must not run")
    assert key_slots.read(tmp_path) == old
    assert {path.name for path in tmp_path.iterdir()} == {key_slots.FILE, key_slots.COPY}


def test_a_change_whose_other_half_fails_leaves_the_old_slots(tmp_path: Path) -> None:
    old = vault_file(key_slots.wrap(PASSPHRASE, "U.1", "Nurse", KEYS))
    new = msgspec.structs.replace(old, generation=1, last_user="Nurse")
    key_slots.write(tmp_path, old)
    seen: list[VaultFile] = []

    def other_half() -> None:
        seen.append(key_slots.read(tmp_path))
        raise RefusedError("The other half failed.")

    with pytest.raises(RefusedError), key_slots.replaced(tmp_path, old, new):
        other_half()
    assert seen == [new]
    assert [(tmp_path / name).read_bytes() for name in (key_slots.FILE, key_slots.COPY)] == [key_slots.encode(old)] * 2


def test_no_vault_and_a_newer_vault_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblemError):
        key_slots.read(tmp_path)
    newer = msgspec.structs.replace(vault_file(), format=key_slots.FORMAT + 1, release="9.0")
    key_slots.write(tmp_path, newer)
    with pytest.raises(NewerReleaseError, match=r"9\.0"):
        key_slots.read(tmp_path)


def test_the_file_names_no_secret(tmp_path: Path) -> None:
    key_slots.write(tmp_path, vault_file(key_slots.wrap(PASSPHRASE, "U.1", "Nurse", KEYS)))
    text = (tmp_path / key_slots.FILE).read_text()
    json.loads(text)
    assert PASSPHRASE not in text
    assert KEYS.database_key.hex() not in text


def test_failed_sign_ins_wait_longer_and_longer(tmp_path: Path) -> None:
    now = datetime.datetime(2026, 11, 24, 8, tzinfo=datetime.UTC)
    waits = [failed_sign_ins.wait(failed_sign_ins.record_failure(tmp_path, now), now) for _ in range(12)]
    assert waits[: failed_sign_ins.FREE_ATTEMPTS - 1] == [0] * (failed_sign_ins.FREE_ATTEMPTS - 1)
    assert waits[failed_sign_ins.FREE_ATTEMPTS - 1 :][:3] == [10, 20, 40]
    assert waits == sorted(waits)
    assert max(waits) == failed_sign_ins.MAX_WAIT_SECONDS
    later = now + datetime.timedelta(seconds=failed_sign_ins.MAX_WAIT_SECONDS)
    assert failed_sign_ins.wait(failed_sign_ins.read(tmp_path), later) == 0
    assert (
        failed_sign_ins.wait(failed_sign_ins.read(tmp_path), now - datetime.timedelta(days=365))
        <= failed_sign_ins.MAX_WAIT_SECONDS
    )
    failed_sign_ins.forget(tmp_path)
    assert failed_sign_ins.read(tmp_path) == failed_sign_ins.Attempts()


def test_a_garbled_count_gains_nothing(tmp_path: Path) -> None:
    (tmp_path / failed_sign_ins.FILE).write_bytes(b"{")
    assert failed_sign_ins.read(tmp_path).count == failed_sign_ins.FREE_ATTEMPTS


def test_a_slot_costs_what_rfc_9106_recommends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one slot of the tests at full cost: 64 MiB, 3 passes, 4 lanes (RFC 9106, section 4)."""
    monkeypatch.setattr(key_slots, "COST", FULL_COST)
    slot = key_slots.wrap(PASSPHRASE, "U.1", "Nurse", KEYS)
    assert (slot.memory_kib, slot.passes, slot.lanes) == (65536, 3, 4)
    assert key_slots.unwrap(PASSPHRASE, slot) == KEYS


def test_two_slots_of_one_passphrase_share_nothing() -> None:
    """The same key and nonce twice would give AES-GCM away."""
    one, other = (key_slots.wrap(PASSPHRASE, "U.1", "Nurse", KEYS) for _ in range(2))
    assert one.salt != other.salt
    assert one.nonce != other.nonce
    assert one.wrapped != other.wrapped
