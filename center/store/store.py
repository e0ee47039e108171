"""The centre's store: devices, enrolment codes, entries as bytes, batches with receipts, quarantine.

SQLAlchemy Core; a folder with an SQLite file by default. `synchronous=FULL` with a rollback journal that is truncated, so
that a commit is on the disk before its receipt goes out. The private keys (the centre's and the study's root key) lie in
the database: whoever can read the store can act as the centre, so folder and file are made for their owner alone, and a
copy of the store deserves the same care.
"""

import datetime
import hashlib
import secrets
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import msgspec
import sqlalchemy
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, select

from center.store.database import DAMAGED, file_of, open_engine, prepare_folder, translated
from center.store.tables import batch, code, device, entry, metadata, quarantine, setting
from center.store.versions import STORE_VERSION, migrate, read_version, stamp
from desktop import __version__
from desktop.casebook.redactions import REDACTABLE_KINDS, REDACTION_KINDS, fold_redactions
from desktop.errors import DamagedError, EnvironmentProblemError, RefusedError
from desktop.journal.device_keys import DeviceKeys
from desktop.journal.entry import RawEntry, decode
from desktop.journal.hash_chain import ChainPoint, VerifiedEntry
from desktop.journal.hybrid_clock import parse_wall
from desktop.journal.recorded_times import ClockJump, clock_jumps, recorded_times
from desktop.study.definition.metadata import Definition
from desktop.sync.formats import signed_statement
from desktop.sync.formats.directory import DIRECTORY_TYPE, CentreRecord, DeviceRecord, Directory
from desktop.sync.formats.receipt import Receipt
from desktop.sync.formats.signed_statement import Signed

CODE_GROUPS, CODE_GROUP_LENGTH = 4, 4
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Sixteen letters of these are 78 bits."""
CODE_DAYS = 14


class StudyLabel(msgspec.Struct, frozen=True, kw_only=True):
    """What the centre needs to know of its study."""

    study: str
    name: str
    sites: tuple[str, ...]
    definition_sha256: str


def now() -> str:
    """The centre's wall time, for people."""
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be accepted."""

    number: int
    site: str
    device: str
    received: str
    reason: str
    bytes: int
    decision: str
    """What a person decided about it, and why; empty while it is open."""


class _Said(msgspec.Struct):
    """What a head says of the wall clock."""

    wall: str


class Store:
    """An opened store. May be used by several threads: transactions follow each other."""

    def __init__(self, engine: sqlalchemy.Engine, connection: Connection) -> None:
        """`connection`: of a transaction in which the store is there, or was just made."""
        self._engine = engine
        self._turn = threading.Lock()
        self.study = msgspec.json.decode(_setting(connection, "study"), type=StudyLabel)
        self.keys = DeviceKeys.from_bytes(_setting(connection, "centre_keys"))
        self.root_key = Ed25519PrivateKey.from_private_bytes(_setting(connection, "root_key"))

    @classmethod
    def create(cls, where: str, definition: Definition) -> "Store":
        """Make a store for a study, filled and signed in one transaction.

        Raises EnvironmentProblemError where there is something already, or nothing can be written; then nothing stays.
        """
        file = file_of(where)
        if file is not None:
            prepare_folder(file.parent)
        engine = open_engine(where)
        try:
            with translated(), engine.begin() as connection:
                if sqlalchemy.inspect(connection).has_table(setting.name):
                    raise EnvironmentProblemError("The store is in use already.")
                metadata.create_all(connection)
                stamp(connection)
                _fill(connection, definition)
                store = cls(engine, connection)
                store.sign_directory(connection)
        except BaseException:
            engine.dispose()
            if file is not None:
                file.unlink(missing_ok=True)
                file.with_name(file.name + "-journal").unlink(missing_ok=True)
            raise
        return store

    @classmethod
    def open(cls, where: str) -> "Store":
        """Open a store; one of an older release is brought up to date, and a copy of it stays beside it.

        Raises EnvironmentProblemError where there is none, DamagedError where it is damaged, NewerReleaseError where a newer
        release made it, InUseError where another program holds it.
        """
        file = file_of(where)
        if file is not None and not file.is_file():
            raise EnvironmentProblemError("There is no store of a centre in this folder.")
        engine = open_engine(where)
        try:
            with translated(), engine.begin() as connection:
                version = read_version(connection)
                if version != STORE_VERSION:
                    migrate(connection, version, file)
                    _put(connection, "release", __version__.encode())
                return cls(engine, connection)
        except BaseException:
            engine.dispose()
            raise

    @contextmanager
    def begin(self) -> Generator[Connection]:
        """One transaction: all of it or nothing. When it has ended, it is on the disk."""
        with self._turn, translated(), self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    # The directory

    @property
    def root_public(self) -> str:
        """The study's root key, hexadecimal."""
        return self.root_key.public_key().public_bytes_raw().hex()

    def directory(self, connection: Connection) -> Signed:
        """The directory as it was last signed."""
        return msgspec.msgpack.decode(_setting(connection, "directory"), type=Signed)

    def directory_version(self, connection: Connection) -> int:
        """Version of the directory as it was last signed."""
        return int(_setting(connection, "directory_version"))

    def sign_directory(self, connection: Connection, above: int = 0) -> Signed:
        """Sign the next version of the directory, with the devices that there are now; its version is above `above`."""
        version = max(self.directory_version(connection), above) + 1
        records = tuple(_record(row) for row in connection.execute(select(device).order_by(device.c.device)))
        directory = Directory(
            version=version,
            study=self.study.study,
            root_key=self.root_public,
            centre=CentreRecord(signing_key=self.keys.signing_public, sealing_key=self.keys.sealing_public),
            devices=records,
        )
        made = signed_statement.sign(DIRECTORY_TYPE, directory, self.root_key)
        _put(connection, "directory_version", str(version).encode())
        _put(connection, "directory", msgspec.msgpack.encode(made))
        return made

    # Codes and devices

    def new_code(self, site: str) -> tuple[str, str]:
        """A one-time code for a site's next device: (code, when it expires). Only its hash is kept."""
        if site not in self.study.sites:
            raise RefusedError(
                "The study has no site {site}. Its sites: {known}.", site=site, known=", ".join(self.study.sites)
            )
        made = "-".join(
            "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_GROUP_LENGTH)) for _ in range(CODE_GROUPS)
        )
        expires = (datetime.datetime.now().astimezone() + datetime.timedelta(days=CODE_DAYS)).isoformat(
            timespec="seconds"
        )
        with self.begin() as connection:
            connection.execute(code.insert(), {"sha256": _code_hash(made), "site": site, "expires": expires})
        return made, expires

    def use_code(self, connection: Connection, given: str, site: str, by: str) -> None:
        """Use a code up; the device that used it may use it again, since its answer can be lost on the way.

        Raises RefusedError where it is wrong, used, expired or another site's.
        """
        row = connection.execute(select(code).where(code.c.sha256 == _code_hash(given))).first()
        if row is None or row.site != site:
            raise RefusedError("The code is not one of this site's. Ask the centre for a new one.")
        if row.used_by == by:
            return
        if row.used_by is not None:
            raise RefusedError("The code was used already. Ask the centre for a new one.")
        if datetime.datetime.fromisoformat(row.expires) < datetime.datetime.now().astimezone():
            raise RefusedError("The code has expired. Ask the centre for a new one.")
        connection.execute(code.update().where(code.c.sha256 == row.sha256).values(used_by=by))

    def admit(self, connection: Connection, record: DeviceRecord) -> Signed:
        """Admit a device, and sign the directory that names it; a device that is there already stays as it is.

        Raises RefusedError where its letter is taken at its site, or it is registered otherwise.
        """
        known = self.device_record(connection, record.device)
        if known is not None:
            if known != record:
                raise RefusedError(
                    "This computer is registered otherwise at the centre, or locked out. Ask the centre."
                )
            return self.directory(connection)
        taken = connection.scalar(
            select(device.c.device).where(device.c.site == record.site, device.c.letter == record.letter)
        )
        if taken is not None:
            raise RefusedError(
                "The letter {letter} is that of another computer of this site ({device}). Make the vault with another.",
                letter=record.letter,
                device=taken,
            )
        connection.execute(device.insert(), msgspec.structs.asdict(record) | {"last_contact": now()})
        return self.sign_directory(connection)

    def touch(self, connection: Connection, oid: str) -> None:
        """Note that a device was heard."""
        connection.execute(device.update().where(device.c.device == oid).values(last_contact=now()))

    def device_record(self, connection: Connection, oid: str) -> DeviceRecord | None:
        """The record of a device, active or not."""
        row = connection.execute(select(device).where(device.c.device == oid)).first()
        return None if row is None else _record(row)

    # Entries

    def head(self, connection: Connection, oid: str) -> ChainPoint:
        """How far the centre has a device's chain."""
        row = connection.execute(
            select(entry.c.sequence, entry.c.chain)
            .where(entry.c.device == oid)
            .order_by(entry.c.sequence.desc())
            .limit(1)
        ).first()
        return ChainPoint() if row is None else ChainPoint(row.sequence, row.chain)

    def chain_value(self, connection: Connection, oid: str, sequence: int) -> bytes | None:
        """The chain value after an entry; the start before the first; None where there is no such entry."""
        if sequence == 0:
            return ChainPoint().value
        return connection.scalar(select(entry.c.chain).where(entry.c.device == oid, entry.c.sequence == sequence))

    def heads_of_site(self, connection: Connection, site: str) -> dict[str, tuple[int, str]]:
        """Device -> (sequence, chain value) of the site's devices that have entries."""
        oids = connection.scalars(select(device.c.device).where(device.c.site == site))
        points = {oid: self.head(connection, oid) for oid in oids}
        return {oid: (point.sequence, point.value.hex()) for oid, point in points.items() if point.sequence}

    def add_entries(self, connection: Connection, entries: Sequence[VerifiedEntry]) -> None:
        """Keep trusted entries of a site that follow what is there; forget the bodies that the site redacted."""
        rows = [
            {
                "device": read.head.device,
                "sequence": point.sequence,
                "site": read.head.site,
                "kind": read.head.kind,
                "subject": read.head.subject,
                "time": read.head.time,
                "head": raw.head,
                "body": raw.body,
                "body_hash": raw.body_hash,
                "chain": point.value,
            }
            for raw, read, point in entries
        ]
        if not rows:
            return
        connection.execute(entry.insert(), rows)
        # Of entries that were here, and of those that came after the word of it.
        site = entries[0].entry.head.site
        for oid, sequence in self.redacted(connection, site):
            named = (entry.c.site == site, entry.c.device == oid, entry.c.sequence == sequence)
            may_go = (entry.c.kind.in_(REDACTABLE_KINDS), entry.c.body.is_not(None))
            connection.execute(entry.update().where(*named, *may_go).values(body=None))

    def clock_jumps(self, connection: Connection) -> list[tuple[str, str, ClockJump]]:
        """(site, device, jump) of entries that were recorded under a wrong clock, as receipts and neighbours show."""
        found: list[tuple[str, str, ClockJump]] = []
        for row in connection.execute(select(device).order_by(device.c.site, device.c.device)).all():
            heads = connection.scalars(
                select(entry.c.head).where(entry.c.device == row.device).order_by(entry.c.sequence)
            )
            walls = [parse_wall(msgspec.json.decode(head, type=_Said).wall) for head in heads]
            bounds = [datetime.datetime.now().astimezone()] * len(walls)
            kept = connection.execute(select(batch).where(batch.c.device == row.device).order_by(batch.c.last.desc()))
            for one in kept:
                receipt = signed_statement.unsafe_read(msgspec.msgpack.decode(one.receipt, type=Signed), Receipt)
                bounds[: one.last] = [parse_wall(receipt.received) or bounds[-1]] * min(one.last, len(bounds))
            times = recorded_times(walls, bounds)
            found += [(row.site, row.device, jump) for jump in clock_jumps(walls, times)]
        return found

    def missing_bodies(self, connection: Connection) -> list[tuple[str, str, int]]:
        """(site, device, sequence) of entries whose body is not here though no redaction says why."""
        rows = connection.execute(
            select(entry.c.site, entry.c.device, entry.c.sequence, entry.c.kind)
            .where(entry.c.body.is_(None))
            .order_by(entry.c.site, entry.c.device, entry.c.sequence)
        ).all()
        redacted = {site: self.redacted(connection, site) for site in {row.site for row in rows}}
        return [
            (row.site, row.device, row.sequence)
            for row in rows
            if row.kind not in REDACTABLE_KINDS or (row.device, row.sequence) not in redacted[row.site]
        ]

    def redacted(self, connection: Connection, site: str) -> frozenset[tuple[str, int]]:
        """(device, sequence) of the entries that a manager of the site redacted."""
        rows = connection.execute(
            select(entry.c.head, entry.c.body, entry.c.body_hash).where(
                entry.c.site == site, entry.c.kind.in_(REDACTION_KINDS)
            )
        )
        return fold_redactions(decode(RawEntry(row.head, row.body, row.body_hash)) for row in rows)

    def last_time(self, connection: Connection, oid: str) -> int:
        """Hybrid time of a device's newest entry; 0 before the first."""
        newest = select(entry.c.time).where(entry.c.device == oid).order_by(entry.c.sequence.desc()).limit(1)
        return connection.scalar(newest) or 0

    def batch_holding(self, connection: Connection, oid: str, sequence: int) -> tuple[Signed, list[RawEntry]] | None:
        """The signed statement of the batch that holds an entry, and the batch's entries."""
        row = connection.execute(
            select(batch).where(batch.c.device == oid, batch.c.first <= sequence, batch.c.last >= sequence).limit(1)
        ).first()
        if row is None:
            return None
        raws = connection.execute(
            select(entry.c.head, entry.c.body, entry.c.body_hash)
            .where(entry.c.device == oid, entry.c.sequence.between(row.first, row.last))
            .order_by(entry.c.sequence)
        )
        statement = msgspec.msgpack.decode(row.statement, type=Signed)
        return statement, [RawEntry(raw.head, raw.body, raw.body_hash) for raw in raws]

    def receipt_of(self, connection: Connection, sha256: str) -> Signed | None:
        """The receipt that was given for a batch."""
        found = connection.scalar(select(batch.c.receipt).where(batch.c.sha256 == sha256))
        return None if found is None else msgspec.msgpack.decode(found, type=Signed)

    def add_batch(self, connection: Connection, statement: Signed, receipt: Signed, made: Receipt) -> None:
        """Keep a batch's statement with the receipt given for it."""
        connection.execute(
            batch.insert(),
            {
                "sha256": made.batch_sha256,
                "device": made.device,
                "first": made.first,
                "last": made.last,
                "statement": msgspec.msgpack.encode(statement),
                "receipt": msgspec.msgpack.encode(receipt),
            },
        )

    def set_aside(self, connection: Connection, record: DeviceRecord, data: bytes, reason: str) -> None:
        """Keep what could not be accepted, once, with the reason."""
        sha256 = hashlib.sha256(data).hexdigest()
        known = connection.execute(select(quarantine.c.number).where(quarantine.c.sha256 == sha256)).first()
        if known is None:
            connection.execute(
                quarantine.insert(),
                {
                    "sha256": sha256,
                    "site": record.site,
                    "device": record.device,
                    "received": now(),
                    "reason": reason,
                    "data": data,
                },
            )

    def what_was_set_aside(self, connection: Connection) -> list[SetAside]:
        """What could not be accepted, oldest first."""
        rows = connection.execute(
            select(
                *(column for column in quarantine.c if column is not quarantine.c.data),
                func.length(quarantine.c.data).label("bytes"),
            ).order_by(quarantine.c.number)
        )
        return [
            SetAside(
                number=row.number,
                site=row.site,
                device=row.device,
                received=row.received,
                reason=row.reason,
                bytes=row.bytes,
                decision=row.decision,
            )
            for row in rows
        ]

    def undecided(self, connection: Connection, number: int) -> tuple[DeviceRecord, bytes]:
        """Whose it is and what it is that was set aside. Raises RefusedError where a person decided, or nothing is there."""
        row = connection.execute(select(quarantine).where(quarantine.c.number == number)).first()
        if row is None:
            raise RefusedError("Nothing was set aside under this number.")
        if row.decision:
            raise RefusedError("This was decided already: {decision}", decision=row.decision)
        record = self.device_record(connection, row.device)
        if record is None:
            raise RefusedError("The centre does not know the computer that sent it.")
        return record, row.data

    def decide(self, connection: Connection, number: int, decision: str) -> None:
        """Note what a person decided about something that was set aside; it stays, as evidence."""
        connection.execute(quarantine.update().where(quarantine.c.number == number).values(decision=decision))

    def sites(self, connection: Connection) -> list[dict[str, object]]:
        """What `sitebook-center sites` tells of every site of the study."""
        told: list[dict[str, object]] = []
        for site in self.study.sites:
            rows = connection.execute(select(device).where(device.c.site == site).order_by(device.c.letter)).all()
            points = {row.device: self.head(connection, row.device) for row in rows}
            told.append(
                {
                    "site": site,
                    "devices": [
                        {
                            "device": row.device,
                            "sequence": points[row.device].sequence,
                            "head": points[row.device].value.hex(),
                            "last_contact": row.last_contact,
                        }
                        for row in rows
                    ],
                    "subjects": connection.scalar(
                        select(func.count(entry.c.subject.distinct())).where(entry.c.site == site)
                    ),
                    "entries": connection.scalar(select(func.count()).select_from(entry).where(entry.c.site == site)),
                    "quarantined": connection.scalar(
                        select(func.count()).select_from(quarantine).where(quarantine.c.site == site)
                    ),
                }
            )
        return told


def _fill(connection: Connection, definition: Definition) -> None:
    label = StudyLabel(
        study=definition.version.study,
        name=definition.version.name,
        sites=tuple(definition.locations),
        definition_sha256=definition.sha256,
    )
    _put(connection, "study", msgspec.json.encode(label))
    _put(connection, "centre_keys", DeviceKeys.generate().to_bytes())
    _put(connection, "root_key", Ed25519PrivateKey.generate().private_bytes_raw())
    _put(connection, "directory_version", b"0")
    _put(connection, "release", __version__.encode())


def _setting(connection: Connection, name: str) -> bytes:
    value = connection.scalar(select(setting.c.value).where(setting.c.name == name))
    if value is None:
        raise DamagedError(DAMAGED)
    return value


def _put(connection: Connection, name: str, value: bytes) -> None:
    connection.execute(setting.delete().where(setting.c.name == name))
    connection.execute(setting.insert(), {"name": name, "value": value})


def _record(row: sqlalchemy.Row[tuple[object, ...]]) -> DeviceRecord:
    return DeviceRecord(
        device=row.device,
        site=row.site,
        letter=row.letter,
        signing_key=row.signing_key,
        sealing_key=row.sealing_key,
        active=row.active,
    )


def _code_hash(given: str) -> str:
    letters = "".join(letter for letter in given.upper() if letter in CODE_ALPHABET)
    return hashlib.sha256(letters.encode()).hexdigest()
