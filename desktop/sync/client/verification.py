"""Verification of receipts in the outbox, and of batch and receipt files."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from desktop.errors import DamagedError, SitebookError
from desktop.sync.client.enrolled_centre import agreed_centre
from desktop.sync.formats import batch, signed_statement
from desktop.sync.formats.directory import Directory
from desktop.sync.formats.receipt import RECEIPT_TYPE, Receipt
from desktop.vault import journal_table, outbox_tables
from desktop.vault.vault import Vault
from desktop.vault.verification import failure_of
from desktop.views.verification import Failure, Verification


def receipts_of(vault: Vault) -> Callable[[Connection], tuple[int, list[Failure]]]:
    """A verifier of the vault's receipts and directory, for `verify_vault`."""

    def verify(connection: Connection) -> tuple[int, list[Failure]]:
        failures: list[Failure] = []
        good = 0
        try:
            centre = agreed_centre(connection)
            if centre is None:
                return 0, []
            directory = centre.read_directory()
            good += 1
        except DamagedError as error:
            return 0, [failure_of("directory", error)]
        for first, last, sha256, kept in outbox_tables.receipts(connection):
            try:
                receipt = signed_statement.verify(
                    RECEIPT_TYPE,
                    msgspec.msgpack.decode(kept, type=signed_statement.Signed),
                    directory.centre.signing_key,
                    Receipt,
                )
                head = journal_table.chain_value(connection, vault.device, last)
                if (receipt.device, receipt.last, receipt.batch_sha256) != (vault.device, last, sha256):
                    raise DamagedError("The receipt is not for the batch that it lies with.")
                if head is None or head.hex() != receipt.head:
                    raise DamagedError("The centre signed for other entries than these.")
                good += 1
            except (DamagedError, msgspec.DecodeError) as error:
                known = error if isinstance(error, SitebookError) else DamagedError("The receipt cannot be read.")
                failures.append(failure_of(f"receipt {first}-{last}", known))
        return good, failures

    return verify


def verify_batch(data: bytes, directory: Directory | None) -> Verification:
    """Verify a batch that lies in a file, by the directory that is known here: its statement and the seal of its entries."""
    try:
        envelope = batch.read_envelope(data)
        claimed = batch.unsafe_statement(envelope)
        record = directory.device(claimed.device) if directory is not None else None
        if record is None:
            raise DamagedError("No directory here names the device {device}.", device=claimed.device)
        statement = batch.statement_of(envelope, record.signing_key)
        batch.verify_sealed(envelope, record.signing_key, *([directory.centre.signing_key] if directory else []))
    except DamagedError as error:
        return Verification(ok=False, entries=0, signatures=0, subjects=0, failures=(failure_of("batch", error),))
    return Verification(ok=True, entries=statement.count, signatures=1, subjects=0)


def is_batch(path: Path) -> bool:
    """Whether a file begins as a batch does. Raises OSError."""
    with path.open("rb") as stream:
        return stream.read(len(batch.MAGIC)) == batch.MAGIC
