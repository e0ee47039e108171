"""What the centre exports can be checked by anyone, with what lies in the folder alone."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from center.ledger.evidence import DIRECTORY, STATEMENTS, verify_evidence, write_evidence
from desktop.errors import DamagedError, EnvironmentProblemError
from desktop.sync.formats.fingerprint import fingerprint
from desktop.sync.formats.receipt import RECEIPT_TYPE, Receipt


@pytest.fixture
def folder(desk: Any, device: Any, chain: Callable[..., Any], tmp_path: Path) -> Path:
    """An export: two devices, and batches that overlap."""
    other = chain("B-00000001", study=desk.study).grow(3)
    desk.enrol(other)
    for first, last in ((1, 2), (1, 4), (3, 3), (5, 5)):
        desk.receipt(desk.send(device, desk.batch(device, first, last)))
    desk.receipt(desk.send(other, desk.batch(other)))
    assert write_evidence(desk.store, tmp_path / "export" / "2026-11") == 5
    return tmp_path / "export" / "2026-11"


def reported(folder: Path) -> list[str]:
    return [failure["message"] for failure in verify_evidence(folder).failures]


def test_a_whole_export_verifies(desk: Any, folder: Path) -> None:
    found = verify_evidence(folder)
    assert (found.ok, found.statements, found.failures) == (True, 5, [])
    assert found.fingerprint == fingerprint(desk.store.root_public)
    content = (folder / STATEMENTS).read_bytes() + (folder / DIRECTORY).read_bytes()
    assert b"Nurse" not in content


def test_a_statement_that_is_missing_is_found(folder: Path) -> None:
    lines = (folder / STATEMENTS).read_bytes().splitlines(keepends=True)
    (folder / STATEMENTS).write_bytes(b"".join(lines[2:]))
    assert any("missing" in message for message in reported(folder))
    (folder / STATEMENTS).write_bytes(b"".join(lines[:2] + lines[3:]))
    assert reported(folder) == []  # 3-3 lies within 1-4: nothing is missing without it


def test_a_changed_byte_anywhere_is_found(folder: Path) -> None:
    whole = (folder / STATEMENTS).read_bytes()
    for position in range(0, len(whole), 41):
        broken = bytearray(whole)
        broken[position] ^= 1
        (folder / STATEMENTS).write_bytes(bytes(broken))
        assert not verify_evidence(folder).ok
    (folder / STATEMENTS).write_bytes(whole)
    directory = (folder / DIRECTORY).read_bytes()
    for position in range(0, len(directory), 97):
        broken = bytearray(directory)
        broken[position] ^= 1
        (folder / DIRECTORY).write_bytes(bytes(broken))
        with contextlib.suppress(DamagedError):
            assert not verify_evidence(folder).ok


def test_a_receipt_beside_another_statement_is_found(folder: Path) -> None:
    import msgspec

    first, second, *rest = map(msgspec.json.decode, (folder / STATEMENTS).read_bytes().splitlines())
    first["receipt"], second["receipt"] = second["receipt"], first["receipt"]
    lines = [msgspec.json.encode(line) for line in (first, second, *rest)]
    (folder / STATEMENTS).write_bytes(b"\n".join(lines))
    assert reported(folder)[:2] == ["The receipt is not for the batch that it lies with."] * 2


def test_statements_of_a_device_that_parted_do_not_verify(desk: Any, device: Any, folder: Path) -> None:
    """A centre that accepted a fork could not hide it."""
    import msgspec

    from desktop.sync.formats import batch, signed_statement

    twin = device.twin(3).grow(2, value="6")
    envelope = batch.read_envelope(desk.batch(twin, 4, 5))
    statement = batch.unsafe_statement(envelope)
    receipt = Receipt(
        study=statement.study,
        site=statement.site,
        device=statement.device,
        first=statement.first,
        last=statement.last,
        head=statement.head_after,
        batch_sha256="00" * 32,
        received="",
    )
    proof = signed_statement.sign(RECEIPT_TYPE, receipt, desk.store.keys.signing)
    line = msgspec.json.encode({"statement": envelope.statement, "receipt": proof})
    lines = (folder / STATEMENTS).read_bytes()
    (folder / STATEMENTS).write_bytes(lines + line + b"\n")
    assert any("do not follow" in message for message in reported(folder))


def test_what_is_no_export_is_told(desk: Any, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblemError, match="no such folder"):
        verify_evidence(tmp_path / "none")
    with pytest.raises(DamagedError, match="not an export"):
        verify_evidence(tmp_path)
    with pytest.raises(EnvironmentProblemError, match="there already"):
        write_evidence(desk.store, folder)
    with pytest.raises(EnvironmentProblemError, match="cannot be written"):
        write_evidence(desk.store, folder / STATEMENTS / "x")
    (folder / DIRECTORY).write_bytes(b"{}")
    with pytest.raises(DamagedError, match="not an export"):
        verify_evidence(folder)
