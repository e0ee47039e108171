"""Export and verification of the centre's evidence: signed statements, receipts and public keys.

With the folder alone one sees that each device's statements follow each other without a gap, that the device signed each,
and that the centre signed for each. Neither a value nor a person is in it. That the keys are the study's is seen from the
fingerprint words, compared with those that people know.
"""

from pathlib import Path

import msgspec
from sqlalchemy import select

from center.store.store import Store
from center.store.tables import batch
from desktop.errors import DamagedError, EnvironmentProblemError
from desktop.journal.hash_chain import START
from desktop.output_files import refuse_program_folder
from desktop.sync.formats import signed_statement
from desktop.sync.formats.batch import STATEMENT_TYPE, Statement
from desktop.sync.formats.directory import DIRECTORY_TYPE, Directory
from desktop.sync.formats.fingerprint import fingerprint
from desktop.sync.formats.receipt import RECEIPT_TYPE, Receipt
from desktop.sync.formats.signed_statement import Signed

DIRECTORY = "directory.json"
STATEMENTS = "statements.jsonl"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the verification of a folder found."""

    ok: bool
    fingerprint: str
    """Words of the root key that signed the directory; empty where it did not."""
    statements: int
    failures: list[dict[str, str]]


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    statement: Signed
    receipt: Signed


def write_evidence(store: Store, out: Path) -> int:
    """Write the folder; returns the number of statements. Raises EnvironmentProblemError where it is there already."""
    refuse_program_folder(out)
    with store.begin() as connection:
        directory = msgspec.json.encode(store.directory(connection))
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
    try:
        out.mkdir(parents=True)
        (out / STATEMENTS).write_bytes(b"".join(line + b"\n" for line in lines))
        # Last: a folder without it was not finished.
        (out / DIRECTORY).write_bytes(directory)
    except FileExistsError as error:
        raise EnvironmentProblemError("The folder is there already. Choose a new one.") from error
    except OSError as error:
        raise EnvironmentProblemError("The folder cannot be written: {why}.", why=error.strerror) from error
    return len(lines)


def verify_evidence(folder: Path) -> Evidence:
    """Verify a folder with what lies in it alone.

    Raises EnvironmentProblemError where it is not there, DamagedError where it cannot be read at all.
    """
    if not folder.is_dir():
        raise EnvironmentProblemError("There is no such folder.")
    try:
        kept = msgspec.json.decode((folder / DIRECTORY).read_bytes(), type=Signed)
        lines = (folder / STATEMENTS).read_bytes().splitlines()
        claimed = signed_statement.unsafe_read(kept, Directory)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, DamagedError) as error:
        raise DamagedError("The folder is not an export of a centre.") from error
    try:
        directory = signed_statement.verify(DIRECTORY_TYPE, kept, claimed.root_key, Directory)
    except DamagedError as error:
        failure = {"where": DIRECTORY, "message": str(error)}
        return Evidence(ok=False, fingerprint="", statements=len(lines), failures=[failure])
    failures: list[dict[str, str]] = []
    chains: dict[str, _Chain] = {}
    for number, line in enumerate(lines, 1):
        try:
            _verify_line(msgspec.json.decode(line, type=_Line), directory, chains)
        except (DamagedError, msgspec.DecodeError, UnicodeDecodeError) as error:
            failures.append({"where": f"{STATEMENTS}:{number}", "message": str(error)})
    return Evidence(
        ok=not failures, fingerprint=fingerprint(directory.root_key), statements=len(lines), failures=failures
    )


class _Chain:
    """What the statements of one device say of its chain: the values at the ends of its batches, and how far it goes."""

    def __init__(self) -> None:
        self._values = {0: START.hex()}
        self._end = 0

    def take(self, statement: Statement) -> None:
        """Add a statement, in the order of their first entries. Raises DamagedError where it does not fit the others."""
        before = statement.first - 1
        if before > self._end:
            raise DamagedError("Statements of device {device} are missing.", device=statement.device)
        for sequence, value in ((before, statement.head_before), (statement.last, statement.head_after)):
            if self._values.setdefault(sequence, value) != value:
                raise DamagedError("Statements of device {device} do not follow each other.", device=statement.device)
        self._end = max(self._end, statement.last)


def _verify_line(line: _Line, directory: Directory, chains: dict[str, _Chain]) -> None:
    claimed = signed_statement.unsafe_read(line.statement, Statement)
    record = directory.device(claimed.device)
    if record is None:
        raise DamagedError("No directory here names the device {device}.", device=claimed.device)
    statement = signed_statement.verify(STATEMENT_TYPE, line.statement, record.signing_key, Statement)
    receipt = signed_statement.verify(RECEIPT_TYPE, line.receipt, directory.centre.signing_key, Receipt)
    if (receipt.device, receipt.first, receipt.last, receipt.head) != (
        statement.device,
        statement.first,
        statement.last,
        statement.head_after,
    ):
        raise DamagedError("The receipt is not for the batch that it lies with.")
    chains.setdefault(statement.device, _Chain()).take(statement)
