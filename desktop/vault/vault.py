"""The vault: a site's folder, opened by one thread of one process at a time.

    vault.json, vault-copy.json   key slots (`key_slots.py`)
    journal.db                    journal, casebook, drafts, outbox; encrypted (`database.py`, `tables.py`)
    lock                          held while the vault is open
    attempts.json                 failed sign-ins since the last successful one (`failed_sign_ins.py`)

Append and fold are one transaction: after `record` returns, the entries survive a power cut.
"""

import gc
import hashlib
import secrets
import shutil
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import filelock
import msgspec
import sqlalchemy
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert
from sqlcipher3 import dbapi2

from desktop import __version__, diagnostics
from desktop.casebook.fold import FOLD_VERSION, StudyVersions, SubjectFold, fold_subject
from desktop.casebook.redactions import REDACTABLE_KINDS, REDACTION_KINDS, fold_redactions
from desktop.casebook.study_conduct import CONDUCT_KINDS, Conduct, fold_conduct
from desktop.casebook.users_and_devices import STAFF_KINDS, Staff, fold_staff
from desktop.errors import CancelledError, DamagedError, InUseError, RefusedError, SignInError
from desktop.files import file_problem
from desktop.journal.bodies import (
    KINDS,
    Body,
    DiscrepancySettled,
    FormRemoved,
    FormSaved,
    Kind,
    PathwayDecided,
    Redacted,
    StudyVersionAdded,
)
from desktop.journal.device_keys import DeviceKeys
from desktop.journal.entry import FORMAT, Entry, Head, RawEntry, decode, encode
from desktop.journal.hash_chain import ChainPoint, VerifiedEntry, next_value
from desktop.journal.hybrid_clock import HybridClock, Wall, system_wall
from desktop.journal.trusted_entries import MAX_RELEASED_AHEAD, TrustedEntries
from desktop.progress import Cancelled, Progress
from desktop.study.clinical_data import ItemPlace
from desktop.study.definition.metadata import Definition
from desktop.vault import (
    casebook_tables,
    draft_table,
    journal_table,
    key_slots,
    migrations,
    open_check_tables,
    outbox_tables,
)
from desktop.vault.database import IN_USE, open_engine, translated
from desktop.vault.key_slots import Slot, Unlocked, VaultFile
from desktop.vault.tables import APPEND_ONLY, metadata, property_

DATABASE = "journal.db"
LOCK = "lock"
BUILDING = ".sitebook-new"
"""The folder within it in which a vault is built (`new_vault`)."""

FORMER_KEYS = "device_keys:"
"""Properties that begin so hold the keys of a device that this computer was before a restore."""

MAX_RECORDED_BYTES = 2 * 1024 * 1024
"""Of one entry: well below what a batch takes."""

MAX_DEFINITION_BYTES = 16 * 1024 * 1024
"""Of an entry that brings a study definition: it travels in a batch of its own."""

TOO_LARGE = (
    "This is too much for one save: {size} kB, where {limit} kB fit. Nothing was saved. Shorten the longest texts, or save "
    "fewer rows at a time."
)

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
        self._versions: dict[str, Definition | None] = {}
        """Study versions by SHA-256, those that were needed; None where one is not here."""
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
        """Make a vault in an empty folder (`new_vault`). Nothing is recorded yet.

        Raises EnvironmentProblemError when the folder cannot be written.
        """
        lock = hold_lock(folder)
        try:
            device_keys = DeviceKeys.generate()
            engine = open_engine(folder / DATABASE, unlocked.database_key, create=True)
            with translated(), engine.begin() as connection:
                metadata.create_all(connection)
                outbox_tables.tables.create_all(connection)
                for trigger in APPEND_ONLY:
                    connection.exec_driver_sql(trigger)
                connection.execute(_PUT_PROPERTY, {"name": "device_keys", "value": device_keys.to_bytes()})
                migrations.put_versions(connection, migrations.current_versions())
            with translated():
                key_slots.write(folder, file)
            return cls(folder, file, unlocked, lock, engine, device_keys, wall)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def unlock(cls, folder: Path, slot: Slot, unlocked: Unlocked, wall: Wall = system_wall) -> "Vault":
        """Open a vault by what a slot held. `vault.json` is read again under the lock: others may have changed it meanwhile.

        Raises InUseError, DamagedError, EnvironmentProblemError, or SignInError where the slot is there no more.
        """
        with diagnostics.measured("open vault"):
            return cls._unlock(folder, slot, unlocked, wall)

    @classmethod
    def _unlock(cls, folder: Path, slot: Slot, unlocked: Unlocked, wall: Wall) -> "Vault":
        lock = hold_lock(folder)
        try:
            with translated():
                file = key_slots.heal(folder)
            shutil.rmtree(folder / BUILDING, ignore_errors=True)
            if slot not in file.slots:
                raise SignInError(key_slots.NOT_RIGHT)
            engine = open_engine(folder / DATABASE, unlocked.database_key)
            try:
                found = migrations.read_versions(engine)
                migrations.refuse_newer(found, file.release)
                is_older = found != migrations.current_versions()
                if is_older:
                    # Nothing reads or writes the files while they are copied.
                    engine.dispose()
                    migrations.keep_copy(folder, file.release, found)
                    engine = open_engine(folder / DATABASE, unlocked.database_key)
                    with translated(), engine.begin() as connection:
                        migrations.upgrade(connection, found)
                vault = cls(folder, file, unlocked, lock, engine, None, wall)
                if found.fold_version != FOLD_VERSION:
                    vault.rebuild()
                if is_older and file.release != __version__:
                    vault.put_file(msgspec.structs.replace(file, release=__version__))
            except BaseException:
                # It would keep the database locked against the next try.
                engine.dispose()
                raise
        except BaseException:
            lock.release()
            raise
        return vault

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

    def record_with_slots(
        self, recordings: Sequence[Recording], slots: Sequence[Slot], *, new_shares: bool = False
    ) -> None:
        """Append entries and put key slots into their place: both or neither. `new_shares` replace all that were shared."""
        before = key_slots.without_shares(self.file) if new_shares else self.file
        after = self._next_file(key_slots.with_slots(before, *slots))
        with translated(), ExitStack() as undo:
            self.record(recordings, lambda _: undo.enter_context(key_slots.replaced(self.folder, self.file, after)))
        self.file = after

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
        limit = MAX_DEFINITION_BYTES if isinstance(recording.body, StudyVersionAdded) else MAX_RECORDED_BYTES
        if len(body) > limit:
            raise RefusedError(TOO_LARGE, size=len(body) // 1024, limit=limit // 1024)
        if fault := recording.body.fault():
            # What is recorded here must be taken in elsewhere.
            raise RefusedError("This cannot be recorded: {why}", why=DamagedError(fault))
        raw = RawEntry(encode(head), body, hashlib.sha256(body).digest())
        entry = Entry(head, recording.body)
        chain = next_value(point.value, raw)
        journal_table.append(connection, [(raw, head, chain)])
        self._points[self.device] = ChainPoint(head.sequence, chain)
        self._take_in(connection, entry)
        if isinstance(entry.body, Redacted):
            self._redact(connection)
        return entry

    def _take_in(self, connection: Connection, entry: Entry) -> None:
        """Fold an entry that comes after all that is known about its subject."""
        self.revision += 1
        if entry.head.subject is None:
            if entry.head.kind in STAFF_KINDS:
                self._staff = None
            if entry.head.kind in CONDUCT_KINDS:
                self._conduct = None
                self._forget_missing_versions()
            return
        fold = self.subject(connection, entry.head.subject)
        body = entry.body
        with_second = {key for key, form in fold.forms.items() if form.second is not None}
        for key in fold.apply(entry):
            touched: set[tuple[str, str]] | None = set()
            if isinstance(body, FormSaved | DiscrepancySettled) and body.key == key:
                touched = {(data.group, data.row) for data in body.groups}
            elif isinstance(body, FormRemoved):
                touched = None
            if fold.forms[key].second is None and key in with_second:
                casebook_tables.drop_second(connection, fold.subject, key)
            casebook_tables.put_form(connection, fold.subject, key, fold.forms[key], touched)
        casebook_tables.put_record(connection, fold)
        if isinstance(body, PathwayDecided):
            casebook_tables.put_decisions(connection, fold)
            open_check_tables.forget(connection, fold.subject)

    def _redact(self, connection: Connection) -> None:
        """Blank what is redacted and still has its body here, and fold its subjects without it."""
        subjects: set[str] = set()
        own: list[int] = []
        for device, sequence in fold_redactions(journal_table.of_kinds(connection, REDACTION_KINDS)):
            self._forget_drafts_of(connection, device, sequence)
            subject = journal_table.blank(connection, device, sequence, REDACTABLE_KINDS)
            if subject is not None:
                subjects.add(subject)
                if device == self.device:
                    own.append(sequence)
        if own:
            # A packed batch that was not signed for holds the text still: it is packed anew.
            outbox_tables.drop_unreceived(connection, min(own))
        for subject in subjects:
            self._subjects.pop(subject, None)
            casebook_tables.put_subject(
                connection,
                fold_subject(subject, journal_table.of_subject(connection, subject), self.study_version),
            )

    def missing_bodies(self, connection: Connection) -> list[tuple[str, int]]:
        """(device, sequence) of entries whose body is not here though no redaction says why."""
        redacted = fold_redactions(journal_table.of_kinds(connection, REDACTION_KINDS))
        return [
            (device, sequence)
            for device, sequence, kind in journal_table.blanked(connection)
            if kind not in REDACTABLE_KINDS or (device, sequence) not in redacted
        ]

    def _forget_drafts_of(self, connection: Connection, device: str, sequence: int) -> None:
        """Forget in drafts what was typed where an entry is blanked: it may be the very text."""
        raws = journal_table.raw_entries(connection, device, sequence - 1, 1)
        if not raws or raws[0].body is None:
            return
        entry = decode(raws[0])
        if isinstance(entry.body, FormSaved) and entry.head.sequence == sequence and entry.head.subject is not None:
            places = [ItemPlace(data.group, data.row, item) for data in entry.body.groups for item in data.items]
            draft_table.forget_places(connection, entry.head.subject, entry.body.key, places)

    def receive(self, device: str, entries: Sequence[VerifiedEntry]) -> int:
        """Append verified entries of another device that keep every rule of `TrustedEntries`, and fold them.

        Returns how many there were. Raises UntrustedEntryError or NewerReleaseError where one breaks a rule, DamagedError
        where they do not follow what is here of that device; then nothing was appended.
        """
        if not entries:
            return 0
        with self.begin() as connection:
            start = self.chain_point(connection, device)
            first = entries[0]
            if first.point != ChainPoint(start.sequence + 1, next_value(start.value, first.raw)):
                raise DamagedError("What came from device {device} does not follow what is here.", device=device)
            trusted = TrustedEntries(
                study=self.study,
                site=self.site,
                device=device,
                last_time=journal_table.last_time_of_device(connection, device),
                wall=self.clock.wall(),
                ahead=MAX_RELEASED_AHEAD,
            )
            trusted.extend(entries)
            self._take_in_all(connection, device, trusted.entries)
        return len(entries)

    def _take_in_all(self, connection: Connection, device: str, verified: Sequence[VerifiedEntry]) -> None:
        self.revision += 1
        entries = [entry for _, entry, _ in verified]
        late = self._late_subjects(connection, entries)
        journal_table.append(connection, [(raw, entry.head, point.value) for raw, entry, point in verified])
        self._points[device] = verified[-1].point
        for entry in entries:
            self.clock.witness(entry.head.time)
            if entry.head.subject not in late:
                self._take_in(connection, entry)
        if any(entry.head.kind == Kind.STUDY_VERSION_ADDED for entry in entries):
            # What was entered under it could not be told apart from what is entered once.
            self._forget_missing_versions()
            late |= set(casebook_tables.all_subjects(connection))
        for subject in late:
            self._subjects.pop(subject, None)
            casebook_tables.put_subject(
                connection,
                fold_subject(subject, journal_table.of_subject(connection, subject), self.study_version),
            )
            open_check_tables.forget(connection, subject)
        self._staff = self._conduct = None
        # What came may be redacted already, or say who may redact.
        self._redact(connection)

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
            fold = self._subjects[subject] = casebook_tables.load_subject(connection, subject, self.study_version)
            while len(self._subjects) > CACHED_SUBJECTS:
                self._subjects.popitem(last=False)
        self._subjects.move_to_end(subject)
        return fold

    def staff(self, connection: Connection) -> Staff:
        """People and computers of the site."""
        if self._staff is None:
            self._staff = fold_staff(journal_table.of_kinds(connection, STAFF_KINDS))
        return self._staff

    def study_version(self, sha256: str) -> Definition | None:
        """A study version that is here."""
        if sha256 not in self._versions:
            self._versions[sha256] = None
            with self.begin() as connection:
                for entry in journal_table.of_kinds(connection, [Kind.STUDY_VERSION_ADDED]):
                    if isinstance(entry.body, StudyVersionAdded) and entry.body.sha256 == sha256:
                        self._versions[sha256] = Definition.from_bytes(entry.body.definition.encode())
                        break
        return self._versions[sha256]

    def _forget_missing_versions(self) -> None:
        self._versions = {sha256: version for sha256, version in self._versions.items() if version is not None}

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
            for fold in folds(journal_table.all_by_subject(connection), self.study_version):
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

    def put_file(self, file: VaultFile) -> None:
        """Replace `vault.json`: the new one or, where that fails, the old one is on the disk."""
        after = self._next_file(file)
        with translated(), key_slots.replaced(self.folder, self.file, after):
            self.file = after

    def _next_file(self, file: VaultFile) -> VaultFile:
        return msgspec.structs.replace(file, generation=self.file.generation + 1)

    def become_device(self, letter: str) -> None:
        """Go on as a new device with keys of its own, e.g. after a restore. Nothing is recorded yet."""
        device_keys = DeviceKeys.generate()
        # What the former device recorded and the centre lacks can only be sent under its own name.
        former = {"name": f"{FORMER_KEYS}{self.device}", "value": self.keys.to_bytes()}
        with self.begin() as connection:
            connection.execute(_PUT_PROPERTY, [former, {"name": "device_keys", "value": device_keys.to_bytes()}])
            outbox_tables.forget(connection)
        self.put_file(msgspec.structs.replace(self.file, device=new_device_oid(letter), letter=letter))
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


def folds(entries: Iterable[Entry], versions: StudyVersions) -> Generator[SubjectFold]:
    """Fold entries that come subject after subject, each in fold order."""
    fold: SubjectFold | None = None
    for entry in entries:
        subject = entry.head.subject
        if subject is None:
            continue
        if fold is None or fold.subject != subject:
            if fold is not None:
                yield fold
            fold = SubjectFold(subject, versions)
        fold.apply(entry)
    if fold is not None:
        yield fold


def new_user_keys() -> tuple[bytes, str]:
    """A fresh Ed25519 key for a person's signature: (private bytes, public key in hexadecimal)."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes_raw(), key.public_key().public_bytes_raw().hex()


def hold_lock(folder: Path) -> filelock.BaseFileLock:
    """Take the lock of a vault's folder. Raises InUseError or EnvironmentProblemError."""
    lock = filelock.FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise InUseError(IN_USE) from None
    except OSError as error:
        raise file_problem(error) from error
    return lock
