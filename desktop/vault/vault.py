"""The vault: a site's folder, opened. One thread owns it, one process at a time.

    vault.json, vault-copy.json   key slots (`key_slots.py`)
    journal.db                    journal, casebook, drafts, outbox; encrypted (`database.py`, `tables.py`)
    lock                          held while the vault is open
    attempts.json                 failed sign-ins since the last successful one (`failed_sign_ins.py`)

Append and fold are one transaction: after `record` returns, the entries survive a power cut.
"""

import gc
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path

import filelock
import msgspec
import sqlalchemy
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert
from sqlcipher3 import dbapi2

from desktop.casebook.fold import FOLD_VERSION, SubjectFold, fold_subject
from desktop.casebook.study_conduct import CONDUCT_KINDS, Conduct, fold_conduct
from desktop.casebook.users_and_devices import STAFF_KINDS, Staff, fold_staff
from desktop.errors import CancelledError, DamagedError, EnvironmentProblemError, InUseError
from desktop.files import file_problem
from desktop.journal.bodies import KINDS, Body, FormSaved, Kind, PathwayDecided, Redacted
from desktop.journal.device_keys import DeviceKeys
from desktop.journal.entry import FORMAT, Entry, Head, RawEntry, encode
from desktop.journal.hash_chain import ChainPoint, next_value, verified
from desktop.journal.hybrid_clock import HybridClock, Wall, system_wall
from desktop.progress import Cancelled, Progress
from desktop.vault import casebook_tables, journal_table, key_slots, open_check_tables, outbox_tables
from desktop.vault.database import IN_USE, open_engine, translated
from desktop.vault.key_slots import Unlocked, VaultFile
from desktop.vault.tables import APPEND_ONLY, metadata, property_

DATABASE = "journal.db"
LOCK = "lock"

FORMER_KEYS = "device_keys:"
"""Properties that begin so hold the keys of a device that this computer was before a restore."""

CACHED_SUBJECTS = 16
INSERT_SIZE = 100
"""Subjects inserted at a time by a rebuild."""

_PROPERTY = insert(property_)
_PUT_PROPERTY = _PROPERTY.on_conflict_do_update(index_elements=["name"], set_={"value": _PROPERTY.excluded.value})


def new_device_oid(letter: str) -> str:
    """A device's OID: its letter, and enough chance that two devices never share one."""
    return f"{letter}-{secrets.token_hex(4)}"


class Recording(msgspec.Struct, frozen=True):
    """What is to be appended: a body, and the subject that it is about."""

    body: Body
    subject: str | None = None


class Vault:
    """An unlocked vault. Made by `create` or `unlock`; `close` gives the folder free."""

    def __init__(
        self,
        folder: Path,
        file: VaultFile,
        unlocked: Unlocked,
        lock: filelock.BaseFileLock,
        engine: sqlalchemy.Engine,
        device_keys: DeviceKeys | None,
        wall: Wall,
    ) -> None:
        self.folder = folder
        self.file = file
        self.unlocked = unlocked
        self._lock = lock
        self._engine = engine
        self.user = ""
        """OID of the person signed in; names the author of what is recorded."""
        self._connection: Connection | None = None
        """Of the transaction that is open, if one is."""
        self._points: dict[str, ChainPoint] = {}
        self._subjects: OrderedDict[str, SubjectFold] = OrderedDict()
        self._staff: Staff | None = None
        self._conduct: Conduct | None = None
        self.revision = 0
        """Counts what may have changed the casebook."""
        self.clock = HybridClock(wall=wall)
        with self.begin() as connection:
            self.keys = device_keys or DeviceKeys.from_bytes(self.property(connection, "device_keys"))
            self.clock.witness(journal_table.last_time(connection))

    @property
    def study(self) -> str:
        """Study OID."""
        return self.file.study

    @property
    def site(self) -> str:
        """Location OID."""
        return self.file.site

    @property
    def device(self) -> str:
        """Device OID."""
        return self.file.device

    @property
    def letter(self) -> str:
        """The device's letter in subject keys."""
        return self.file.letter

    # Opening and closing

    @classmethod
    def create(cls, folder: Path, file: VaultFile, unlocked: Unlocked, wall: Wall = system_wall) -> "Vault":
        """Make a vault in an empty folder. Nothing is recorded yet.

        Raises EnvironmentProblemError when the folder is not empty or cannot be written.
        """
        with translated():
            made_folder = not folder.exists()
        lock = cls._take_folder(folder)
        try:
            device_keys = DeviceKeys.generate()
            engine = open_engine(folder / DATABASE, unlocked.database_key, create=True)
            with translated(), engine.begin() as connection:
                metadata.create_all(connection)
                outbox_tables.tables.create_all(connection)
                for trigger in APPEND_ONLY:
                    connection.exec_driver_sql(trigger)
                connection.execute(
                    _PUT_PROPERTY,
                    [
                        {"name": "device_keys", "value": device_keys.to_bytes()},
                        {"name": "fold_version", "value": str(FOLD_VERSION).encode()},
                    ],
                )
            with translated():
                key_slots.write(folder, file)
            return cls(folder, file, unlocked, lock, engine, device_keys, wall)
        except BaseException:
            lock.release()
            empty_folder(folder, made_folder=made_folder)
            raise

    @classmethod
    def unlock(cls, folder: Path, file: VaultFile, unlocked: Unlocked, wall: Wall = system_wall) -> "Vault":
        """Open a vault whose key was unwrapped. The caller holds nothing else of it.

        Raises InUseError, DamagedError or EnvironmentProblemError.
        """
        lock = _locked(folder)
        try:
            engine = open_engine(folder / DATABASE, unlocked.database_key)
            try:
                vault = cls(folder, file, unlocked, lock, engine, None, wall)
                with vault.begin() as connection:
                    made_by = vault.property(connection, "fold_version")
                    if made_by != str(FOLD_VERSION).encode():
                        # Tables that the casebook of an older release lacks.
                        metadata.create_all(connection)
                if made_by != str(FOLD_VERSION).encode():
                    vault.rebuild()
            except BaseException:
                # It would keep the database locked against the next try.
                engine.dispose()
                raise
        except BaseException:
            lock.release()
            raise
        return vault

    @staticmethod
    def _take_folder(folder: Path) -> filelock.BaseFileLock:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise EnvironmentProblemError("The folder is not empty. Choose a new or an empty folder for the vault.")
        except OSError as error:
            raise file_problem(error) from error
        return _locked(folder)

    def close(self) -> None:
        """Give the folder free. Nothing is recorded: signing out is the site's act."""
        self._engine.dispose()
        self._lock.release()

    # Transactions

    @contextmanager
    def begin(self) -> Generator[Connection]:
        """One transaction: all of it or nothing; within another it is part of that one.

        Raises our own errors for what the computer refuses.
        """
        if self._connection is not None:
            yield self._connection
            return
        try:
            with translated(), self._engine.begin() as connection:
                self._connection = connection
                try:
                    yield connection
                finally:
                    self._connection = None
        except BaseException:
            # What was read ahead of a commit that did not happen must not be believed.
            self._points.clear()
            self._subjects.clear()
            self._staff = self._conduct = None
            raise

    def driver_connection(self) -> dbapi2.Connection:
        """The driver's own connection, for what cannot stand in a transaction."""
        pooled = self._engine.raw_connection()
        connection = pooled.driver_connection
        pooled.close()
        assert isinstance(connection, dbapi2.Connection)  # noqa: S101 - `open_engine` made it
        return connection

    def property(self, connection: Connection, name: str) -> bytes:
        """A property of the device. Raises DamagedError where it is missing."""
        value = connection.scalar(select(property_.c.value).where(property_.c.name == name))
        if value is None:
            raise DamagedError("The database of the vault lacks {name}. Restore the newest backup.", name=name)
        return value

    def former_devices(self, connection: Connection) -> list[tuple[str, DeviceKeys]]:
        """The devices that this computer was before it was restored, with their keys."""
        rows = connection.execute(select(property_).where(property_.c.name.startswith(FORMER_KEYS)))
        return [(row.name.removeprefix(FORMER_KEYS), DeviceKeys.from_bytes(row.value)) for row in rows]

    # Recording

    def record(
        self, recordings: Sequence[Recording], before_commit: Callable[[Connection], None] | None = None
    ) -> list[Entry]:
        """Append and fold, in one transaction; when it returns, the entries are on the disk."""
        with self.begin() as connection:
            entries = [self._append(connection, recording) for recording in recordings]
            if before_commit is not None:
                before_commit(connection)
        return entries

    def _append(self, connection: Connection, recording: Recording) -> Entry:
        point = self.chain_point(connection, self.device)
        time, wall = self.clock.tick()
        head = Head(
            format=FORMAT,
            study=self.study,
            site=self.site,
            device=self.device,
            sequence=point.sequence + 1,
            time=time,
            wall=wall.isoformat(timespec="milliseconds"),
            user=self.user,
            kind=KINDS[type(recording.body)],
            subject=recording.subject,
        )
        body = encode(recording.body)
        raw = RawEntry(encode(head), body, hashlib.sha256(body).digest())
        entry = Entry(head, recording.body)
        chain = next_value(point.value, raw)
        journal_table.append(connection, [(raw, head, chain)])
        self._points[self.device] = ChainPoint(head.sequence, chain)
        self._take_in(connection, entry)
        return entry

    def _take_in(self, connection: Connection, entry: Entry) -> None:
        """Fold an entry that comes after all that is known about its subject."""
        self.revision += 1
        if isinstance(entry.body, Redacted):
            self._redact(connection)
        if entry.head.subject is None:
            if entry.head.kind in STAFF_KINDS:
                self._staff = None
            if entry.head.kind in CONDUCT_KINDS:
                self._conduct = None
            return
        fold = self.subject(connection, entry.head.subject)
        key = fold.apply(entry)
        if key is not None:
            touched = (
                {(data.group, data.row) for data in entry.body.groups} if isinstance(entry.body, FormSaved) else None
            )
            casebook_tables.put_form(connection, entry.head.subject, key, fold.forms[key], touched)
        elif isinstance(entry.body, PathwayDecided):
            casebook_tables.put_decisions(connection, fold)
            open_check_tables.forget(connection, fold.subject)

    def _redact(self, connection: Connection) -> None:
        """Blank what any entry says is to be blanked, and fold its subjects without it."""
        subjects: set[str] = set()
        for entry in journal_table.of_kinds(connection, [Kind.REDACTED]):
            if isinstance(entry.body, Redacted):
                subject = journal_table.blank(connection, entry.body.device, entry.body.sequence)
                if subject is not None:
                    subjects.add(subject)
        # A packed batch that was not signed for holds the text still: it is packed anew.
        outbox_tables.drop_unreceived(connection)
        for subject in subjects:
            self._subjects.pop(subject, None)
            casebook_tables.put_subject(
                connection, fold_subject(subject, journal_table.of_subject(connection, subject))
            )

    def receive(self, device: str, raws: Iterable[RawEntry], end: ChainPoint) -> int:
        """Verify and append what another device did; it is never judged again. Returns how many entries were new.

        Raises DamagedError, having appended nothing, when the run does not extend that device's chain to `end`.
        """
        with self.begin() as connection:
            start = self.chain_point(connection, device)
            rows: list[tuple[RawEntry, Head, bytes]] = []
            entries: list[Entry] = []
            point = start
            for raw, entry, point in verified(raws, device, start):
                rows.append((raw, entry.head, point.value))
                entries.append(entry)
            if point != end:
                raise DamagedError("What came from device {device} does not end as its statement says.", device=device)
            if not rows:
                return 0
            self.revision += 1
            late = self._late_subjects(connection, entries)
            journal_table.append(connection, rows)
            self._points[device] = point
            for entry in entries:
                self.clock.witness(entry.head.time)
                if entry.head.subject not in late:
                    self._take_in(connection, entry)
            for subject in late:
                self._subjects.pop(subject, None)
                casebook_tables.put_subject(
                    connection, fold_subject(subject, journal_table.of_subject(connection, subject))
                )
                open_check_tables.forget(connection, subject)
            self._staff = self._conduct = None
            if next(journal_table.of_kinds(connection, [Kind.REDACTED]), None) is not None:
                self._redact(connection)
        return len(rows)

    def _late_subjects(self, connection: Connection, entries: Sequence[Entry]) -> set[str]:
        """Subjects about whom something newer is known already: they fold again from the start."""
        first: dict[str, int] = {}
        for entry in entries:
            if entry.head.subject is not None:
                first.setdefault(entry.head.subject, entry.head.time)
        return {
            subject
            for subject, time in first.items()
            if journal_table.last_time_of_subject(connection, subject) >= time
        }

    # Reading

    def chain_point(self, connection: Connection, device: str) -> ChainPoint:
        """How far the journal goes for a device."""
        if device not in self._points:
            self._points[device] = journal_table.chain_point(connection, device)
        return self._points[device]

    def raw_entries(self, connection: Connection, device: str, after: int, limit: int) -> list[RawEntry]:
        """Up to `limit` entries of a device that follow sequence number `after`, as bytes."""
        return journal_table.raw_entries(connection, device, after, limit)

    def subject(self, connection: Connection, subject: str) -> SubjectFold:
        """The fold of a subject, from memory where it was used lately."""
        fold = self._subjects.get(subject)
        if fold is None:
            fold = self._subjects[subject] = casebook_tables.load_subject(connection, subject)
            while len(self._subjects) > CACHED_SUBJECTS:
                self._subjects.popitem(last=False)
        self._subjects.move_to_end(subject)
        return fold

    def staff(self, connection: Connection) -> Staff:
        """People and computers of the site."""
        if self._staff is None:
            self._staff = fold_staff(journal_table.of_kinds(connection, STAFF_KINDS))
        return self._staff

    def conduct(self) -> Conduct:
        """Study versions, answers to open points and normal ranges of the site."""
        if self._conduct is None:
            with self.begin() as connection:
                self._conduct = fold_conduct(journal_table.of_kinds(connection, CONDUCT_KINDS))
        return self._conduct

    # Long work

    def rebuild(self, progress: Progress | None = None, cancelled: Cancelled | None = None) -> int:
        """Drop the casebook and fold the journal again; returns the number of subjects. All of it or nothing."""
        with uncollected(), self.begin() as connection:
            casebook_tables.clear(connection)
            subjects = 0
            batch: list[SubjectFold] = []
            for fold in folds(journal_table.all_by_subject(connection)):
                batch.append(fold)
                subjects += 1
                if len(batch) == INSERT_SIZE:
                    casebook_tables.insert_subjects(connection, batch)
                    batch.clear()
                if progress is not None:
                    progress(subjects, 0)
                if cancelled is not None and cancelled():
                    raise CancelledError("The casebook was left as it was.")
            casebook_tables.insert_subjects(connection, batch)
            connection.execute(_PUT_PROPERTY, {"name": "fold_version", "value": str(FOLD_VERSION).encode()})
        self._subjects.clear()
        return subjects

    def put_slots(self, file: VaultFile) -> None:
        """Replace the key slots on the disk."""
        with translated():
            key_slots.write(self.folder, file)
        self.file = file

    def become_device(self, letter: str) -> None:
        """Go on as a new device with keys of its own, e.g. after a restore. Nothing is recorded yet."""
        device_keys = DeviceKeys.generate()
        # What the former device recorded and the centre lacks can only be sent under its own name.
        former = {"name": f"{FORMER_KEYS}{self.device}", "value": self.keys.to_bytes()}
        with self.begin() as connection:
            connection.execute(_PUT_PROPERTY, [former, {"name": "device_keys", "value": device_keys.to_bytes()}])
            outbox_tables.forget(connection)
        self.put_slots(msgspec.structs.replace(self.file, device=new_device_oid(letter), letter=letter))
        self.keys = device_keys
        self._points.clear()


@contextmanager
def uncollected() -> Generator[None]:
    """Spare long work the search for reference cycles: a fold makes none, and its objects are many."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def folds(entries: Iterable[Entry]) -> Generator[SubjectFold]:
    """Fold entries that come subject after subject, each in fold order."""
    fold: SubjectFold | None = None
    for entry in entries:
        subject = entry.head.subject
        if subject is None:
            continue
        if fold is None or fold.subject != subject:
            if fold is not None:
                yield fold
            fold = SubjectFold(subject)
        fold.apply(entry)
    if fold is not None:
        yield fold


def new_user_keys() -> tuple[bytes, str]:
    """A fresh Ed25519 key for a person's signature: (private bytes, public key in hexadecimal)."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes_raw(), key.public_key().public_bytes_raw().hex()


def empty_folder(folder: Path, *, made_folder: bool) -> None:
    """Leave a folder in which no vault came into being as it was found, so that the person can try again."""
    for path in folder.iterdir():
        path.unlink()
    if made_folder:
        folder.rmdir()


def _locked(folder: Path) -> filelock.BaseFileLock:
    lock = filelock.FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise InUseError(IN_USE) from None
    except OSError as error:
        raise file_problem(error) from error
    return lock
