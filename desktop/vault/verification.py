"""Verification: what was written is what is there. Nothing is mended here; `rebuild` mends the casebook."""

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import Connection, select

from desktop.errors import CancelledError, DamagedError, SitebookError
from desktop.journal.entry import RawEntry
from desktop.journal.hash_chain import ChainPoint, verified
from desktop.progress import Cancelled, Progress
from desktop.vault import casebook_tables, journal_table
from desktop.vault import tables as t
from desktop.vault.vault import Vault, folds
from desktop.views.verification import Failure, Verification

STEP = 2000
"""Entries read at a time."""

MOST_FAILURES = 50
"""More than these help nobody."""


Signatures = Callable[[Connection], tuple[int, list[Failure]]]
"""Verifies what is signed in the outbox: how many signatures hold, and what does not."""


def verify_vault(
    vault: Vault, signatures_of: Signatures, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> Verification:
    """Verify the pages of the file, every device's chain, every signature, and that the casebook is the journal's fold.

    Raises CancelledError; whatever else is wrong becomes a failure of the result.
    """
    failures: list[Failure] = []
    entries = signatures = subjects = 0
    try:
        with vault.begin() as connection:
            failures += _pages(connection)
            total = journal_table.count(connection)
            for device in journal_table.devices(connection):
                for sequence in _chain(connection, device, failures):
                    entries += 1
                    if sequence % STEP == 0:
                        if progress is not None:
                            progress(entries, total)
                        if cancelled is not None and cancelled():
                            raise CancelledError("The verification was stopped.")
            signatures, wrong = signatures_of(connection)
            failures += wrong
            subjects = len(casebook_tables.all_subjects(connection))
            failures += _casebook(connection)
    except DamagedError as error:
        failures.append(failure_of("journal.db", error))
    return Verification(
        ok=not failures,
        entries=entries,
        signatures=signatures,
        subjects=subjects,
        failures=tuple(failures[:MOST_FAILURES]),
    )


def failure_of(where: str, error: SitebookError) -> Failure:
    """A failure out of an error."""
    return Failure(
        where=where, message=error.message, fields={name: str(value) for name, value in error.fields.items()}
    )


def _pages(connection: Connection) -> Iterator[Failure]:
    """SQLCipher's own check of every page's authentication code, and SQLite's of the structure."""
    for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check"):
        yield Failure(where="journal.db", message="A page of the database is damaged: {what}.", fields={"what": row[0]})
    for row in connection.exec_driver_sql("PRAGMA integrity_check(5)"):
        if row[0] != "ok":
            message = "The structure of the database is damaged: {what}."
            yield Failure(where="journal.db", message=message, fields={"what": row[0]})


def _chain(connection: Connection, device: str, failures: list[Failure]) -> Iterator[int]:
    """Walk a device's chain; stops at its first break, since nothing after it can be believed."""
    stored = connection.execute(select(t.journal).where(t.journal.c.device == device).order_by(t.journal.c.sequence))
    columns: list[tuple[bytes, int, str, str | None]] = []

    def raws() -> Iterator[RawEntry]:
        for row in stored:
            columns.append((row.chain, row.time, row.kind, row.subject))
            yield RawEntry(row.head, row.body, row.body_hash)

    try:
        for number, (_, entry, point) in enumerate(verified(raws(), device, ChainPoint())):
            head = entry.head
            if columns[number] != (point.value, head.time, head.kind, head.subject):
                message = "Entry {sequence} of device {device} is not the one that the chain holds."
                fields = {"sequence": str(head.sequence), "device": device}
                failures.append(Failure(where=f"{device}/{head.sequence}", message=message, fields=fields))
                return
            yield head.sequence
    except DamagedError as error:
        failures.append(failure_of(device, error))


def _casebook(connection: Connection) -> Iterable[Failure]:
    """Fold the journal's bytes anew and compare with what is stored, row by row."""
    form_rows, group_rows, decision_rows = casebook_tables.stored_rows(connection)
    stored_forms = {casebook_tables.form_row_key(row): row for row in form_rows}
    stored_groups = {casebook_tables.group_row_key(row): row for row in group_rows}
    stored_decisions = {casebook_tables.decision_row_key(row): row for row in decision_rows}
    wrong: list[str] = []
    for fold in folds(journal_table.all_by_subject(connection)):
        for key, form in fold.forms.items():
            form_row, rows = casebook_tables.rows_of(fold.subject, key, form)
            pairs = [(form_row, stored_forms.pop(casebook_tables.form_row_key(form_row), None))]
            pairs += [(row, stored_groups.pop(casebook_tables.group_row_key(row), None)) for row in rows]
            if any(folded != stored for folded, stored in pairs):
                wrong.append(f"{fold.subject}/{key.event}/{key.event_repeat}/{key.form}/{key.form_repeat}")
        for row in casebook_tables.decision_rows(fold):
            key = casebook_tables.decision_row_key(row)
            if stored_decisions.pop(key, None) != row:
                wrong.append("/".join(map(str, key)))
    wrong += ["/".join(map(str, key)) for key in [*stored_forms, *stored_groups, *stored_decisions]]
    return [
        Failure(where=where, message="The casebook differs here from what the journal says. Rebuild the casebook.")
        for where in dict.fromkeys(wrong)
    ]
