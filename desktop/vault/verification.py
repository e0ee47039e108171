"""Verification of a vault: chain, signatures, and casebook against a fresh fold. Repairs nothing."""

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import Connection, Table, select

from desktop.casebook import signatures
from desktop.errors import CancelledError, DamagedError, SitebookError
from desktop.journal.bodies import FormSigned, Kind
from desktop.journal.entry import RawEntry
from desktop.journal.hash_chain import ChainPoint, verified
from desktop.progress import Cancelled, Progress
from desktop.vault import casebook_tables, journal_table
from desktop.vault import tables as t
from desktop.vault.vault import Vault, folds
from desktop.views.verification import Failure, Verification

STEP = 2000
"""Entries read at a time."""

MAX_FAILURES = 50
"""More than these help nobody."""


MISSING_BODY = (
    "The content of entry {sequence} of device {device} is missing, and no manager of the site blanked it. "
    "Tell the centre: the computer that recorded it may have it still."
)

Signatures = Callable[[Connection], tuple[int, list[Failure]]]
"""Verifies what is signed in the outbox: how many signatures hold, and what does not."""


def verify_vault(
    vault: Vault, signatures_of: Signatures, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> Verification:
    """Verify the pages of the file, every device's chain, every signature, and that the casebook is the journal's fold.

    Raises CancelledError; whatever else is wrong becomes a failure of the result.
    """
    failures: list[Failure] = []
    entries = signed = subjects = 0
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
            failures += [
                Failure(
                    where=f"{device}/{sequence}",
                    message=MISSING_BODY,
                    fields={"sequence": str(sequence), "device": device},
                )
                for device, sequence in vault.missing_bodies(connection)
            ]
            signed, wrong = signatures_of(connection)
            failures += wrong
            electronic, wrong = _electronic_signatures(vault, connection)
            signed += electronic
            failures += wrong
            subjects = len(casebook_tables.all_subjects(connection))
            failures += _casebook(vault, connection)
    except DamagedError as error:
        failures.append(failure_of("journal.db", error))
    return Verification(
        ok=not failures,
        entries=entries,
        signatures=signed,
        subjects=subjects,
        failures=tuple(failures[:MAX_FAILURES]),
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


def _electronic_signatures(vault: Vault, connection: Connection) -> tuple[int, list[Failure]]:
    """Every signature of a person, from the journal alone: its key, its bytes, and the entries that it names."""
    people = vault.staff(connection).people
    count, failures = 0, list[Failure]()
    for entry in journal_table.of_kinds_about_subjects(connection, [Kind.FORM_SIGNED]):
        head, body = entry.head, entry.body
        if not isinstance(body, FormSigned) or head.subject is None:
            continue
        person = people.get(head.user)
        is_known = person is not None and body.signing_key in person.signing_keys
        entries_hold = all(
            (journal_table.chain_value(connection, device, form.basis.get(device, 0)) or b"").hex() == value
            for form in body.forms
            for device, value in form.heads.items()
        )
        if is_known and entries_hold and signatures.holds(head.study, head.site, head.subject, body):
            count += 1
        else:
            message = "An electronic signature does not hold: it is not that person's over these entries."
            failures.append(Failure(where=f"{head.device}/{head.sequence}", message=message))
    return count, failures


def _casebook(vault: Vault, connection: Connection) -> Iterable[Failure]:
    """Fold the journal's bytes anew and compare with what is stored, row by row."""
    tables = (t.form_data, t.item_group_data, t.second_entry_data, t.pathway_decision, t.subject_record)
    stored = {
        table.name: {row[: len(table.primary_key)]: row for row in casebook_tables.stored_rows(connection, table)}
        for table in tables
    }
    wrong: list[str] = []

    def compare(table: Table, rows: Iterable[casebook_tables.Row]) -> None:
        length = len(table.primary_key)
        there = stored[table.name]
        for row in rows:
            if there.pop(row[:length], None) != row:
                # Of a group's row only the form is named: its key is a person's own text.
                wrong.append("/".join(map(str, row[: min(length, 5)])))

    for fold in folds(journal_table.all_by_subject(connection), vault.study_version):
        for key, form in fold.forms.items():
            rows = casebook_tables.rows_of(fold.subject, key, form)
            compare(t.form_data, [rows.form])
            compare(t.item_group_data, rows.groups)
            compare(t.second_entry_data, rows.second)
        compare(t.pathway_decision, casebook_tables.decision_rows(fold))
        compare(t.subject_record, casebook_tables.record_rows(fold))
    wrong += ["/".join(map(str, key[:5])) for rows in stored.values() for key in rows]
    return [
        Failure(where=where, message="The casebook differs here from what the journal says. Rebuild the casebook.")
        for where in dict.fromkeys(wrong)
    ]
