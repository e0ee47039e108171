"""What the centre hands to anyone who wants to check it: statements and receipts as they were signed, and public keys.

With the folder alone one sees that each device's statements follow each other without a gap, that the device signed each,
and that the centre signed for each. Neither a value nor a person is in it.
"""

from pathlib import Path

import msgspec
from sqlalchemy import select

from center.store import Store, batch
from desktop.errors import DamagedError, EnvironmentProblemError
from desktop.journal.chain import ChainPoint
from desktop.sync import protocol, signed
from desktop.sync.batch import STATEMENT_TYPE, Statement
from desktop.sync.signed import Signed

DIRECTORY = "directory.json"
STATEMENTS = "statements.jsonl"


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    statement: Signed
    receipt: Signed


def write_evidence(store: Store, out: Path) -> int:
    """Write the folder; returns the number of statements. Raises EnvironmentProblemError where it is there already."""
    try:
        out.mkdir(parents=True)
        with store.begin() as connection:
            (out / DIRECTORY).write_bytes(msgspec.json.encode(store.directory(connection)))
            rows = connection.execute(select(batch).order_by(batch.c.device, batch.c.first, batch.c.last)).all()
        lines = [
            msgspec.json.encode(
                _Line(
                    statement=msgspec.msgpack.decode(row.statement, type=Signed),
                    receipt=msgspec.msgpack.decode(row.receipt, type=Signed),
                )
            )
            for row in rows
        ]
        (out / STATEMENTS).write_bytes(b"".join(line + b"\n" for line in lines))
    except FileExistsError as error:
        raise EnvironmentProblemError("The folder is there already. Choose a new one.") from error
    except OSError as error:
        raise EnvironmentProblemError("The folder cannot be written: {why}.", why=error.strerror) from error
    return len(lines)


def verify_evidence(folder: Path) -> tuple[int, list[dict[str, str]]]:
    """Verify a folder: (number of statements, failures). Raises DamagedError where it cannot be read at all."""
    try:
        kept = msgspec.json.decode((folder / DIRECTORY).read_bytes(), type=Signed)
        lines = (folder / STATEMENTS).read_bytes().splitlines()
        claimed = signed.unsafe_read(kept, protocol.Directory)
        directory = signed.verify(protocol.DIRECTORY_TYPE, kept, claimed.root_key, protocol.Directory)
    except (OSError, msgspec.DecodeError) as error:
        raise DamagedError("The folder is not an export of a centre.") from error
    failures: list[dict[str, str]] = []
    heads: dict[str, ChainPoint] = {}
    for number, line in enumerate(lines, 1):
        try:
            _verify_line(msgspec.json.decode(line, type=_Line), directory, heads)
        except (DamagedError, msgspec.DecodeError) as error:
            failures.append({"where": f"statement {number}", "message": str(error)})
    return len(lines), failures


def _verify_line(line: _Line, directory: protocol.Directory, heads: dict[str, ChainPoint]) -> None:
    claimed = signed.unsafe_read(line.statement, Statement)
    record = directory.device(claimed.device)
    if record is None:
        raise DamagedError("No directory here names the device {device}.", device=claimed.device)
    statement = signed.verify(STATEMENT_TYPE, line.statement, record.signing_key, Statement)
    receipt = signed.verify(protocol.RECEIPT_TYPE, line.receipt, directory.centre.signing_key, protocol.Receipt)
    if (receipt.device, receipt.first, receipt.last, receipt.head) != (
        statement.device,
        statement.first,
        statement.last,
        statement.head_after,
    ):
        raise DamagedError("The receipt is not for the batch that it lies with.")
    head = heads.get(statement.device, ChainPoint())
    if statement.first > head.sequence + 1:
        raise DamagedError("Statements of device {device} are missing.", device=statement.device)
    if statement.first == head.sequence + 1 and statement.head_before != head.value.hex():
        raise DamagedError("Statements of device {device} do not follow each other.", device=statement.device)
    heads[statement.device] = ChainPoint(statement.last, bytes.fromhex(statement.head_after))
