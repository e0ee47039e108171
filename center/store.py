"""What the centre keeps: devices, codes, entries as bytes, batches with their receipts, and what was set aside.

SQLAlchemy Core; a folder with an SQLite file by default. `synchronous=FULL` with a rollback journal: a receipt is given out
only after the commit is on the disk. The private keys lie in the database; whoever can read the store can act as the
centre, so the folder is made for its owner alone.
"""

import datetime
import hashlib
import secrets
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import sqlalchemy
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from desktop.errors import DamagedError, EnvironmentProblemError, RefusedError
from desktop.journal.chain import ChainPoint
from desktop.journal.entry import Entry, RawEntry
from desktop.journal.keys import DeviceKeys
from desktop.study.definition import Definition
from desktop.sync import protocol, signed
from desktop.sync.signed import Signed

DATABASE = "centre.db"
CODE_GROUPS, CODE_GROUP_LENGTH = 4, 4
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Sixteen letters of these are 78 bits."""
CODE_DAYS = 14

metadata = MetaData()

setting = Table(
    "setting", metadata, Column("name", Text, primary_key=True), Column("value", LargeBinary, nullable=False)
)
device = Table(
    "device",
    metadata,
    Column("device", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("letter", Text, nullable=False),
    Column("signing_key", Text, nullable=False),
    Column("sealing_key", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("last_contact", Text),
    UniqueConstraint("site", "letter"),
)
code = Table(
    "code",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Column("used_by", Text),
)
entry = Table(
    "entry",
    metadata,
    Column("device", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("site", Text, nullable=False),
    Column("subject", Text),
    Column("head", LargeBinary, nullable=False),
    Column("body", LargeBinary),
    Column("body_hash", LargeBinary, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    UniqueConstraint("device", "sequence"),
)
batch = Table(
    "batch",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("device", Text, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("statement", LargeBinary, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
)
quarantine = Table(
    "quarantine",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("site", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("received", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)


class StudyLabel(msgspec.Struct, frozen=True, kw_only=True):
    """What the centre needs to know of its study."""

    study: str
    name: str
    sites: tuple[str, ...]
    definition_sha256: str


def now() -> str:
    """The centre's wall time, for people."""
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


class Store:
    """An opened store."""

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        self._engine = engine
        with self.begin() as connection:
            self.study = msgspec.json.decode(_setting(connection, "study"), type=StudyLabel)
            self.keys = DeviceKeys.from_bytes(_setting(connection, "centre_keys"))
            self.root_key = Ed25519PrivateKey.from_private_bytes(_setting(connection, "root_key"))

    @classmethod
    def create(cls, where: str, definition: Definition) -> "Store":
        """Make a store for a study. Raises EnvironmentProblemError where there is something already."""
        folder = Path(where)
        if "://" not in where:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(0o700)
                if any(folder.iterdir()):
                    raise EnvironmentProblemError(
                        "The folder of the store is not empty. Choose a new or an empty folder."
                    )
            except OSError as error:
                raise EnvironmentProblemError(
                    "The folder of the store cannot be written: {why}.", why=error.strerror
                ) from error
        engine = _engine(where)
        label = StudyLabel(
            study=definition.version.study,
            name=definition.version.name,
            sites=tuple(definition.locations),
            definition_sha256=definition.sha256,
        )
        root = Ed25519PrivateKey.generate()
        with _translated(), engine.begin() as connection:
            metadata.create_all(connection)
            if connection.execute(select(setting)).first() is not None:
                raise EnvironmentProblemError("The store is in use already.")
            _put(connection, "study", msgspec.json.encode(label))
            _put(connection, "centre_keys", DeviceKeys.generate().to_bytes())
            _put(connection, "root_key", root.private_bytes_raw())
            _put(connection, "directory_version", b"0")
        store = cls(engine)
        with store.begin() as connection:
            store.sign_directory(connection)
        return store

    @classmethod
    def open(cls, where: str) -> "Store":
        """Open a store. Raises EnvironmentProblemError where there is none, DamagedError where it is damaged."""
        if "://" not in where and not (Path(where) / DATABASE).is_file():
            raise EnvironmentProblemError("There is no store of a centre in this folder.")
        return cls(_engine(where))

    @contextmanager
    def begin(self) -> Generator[Connection]:
        """One transaction: all of it or nothing."""
        with _translated(), self._engine.begin() as connection:
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

    def sign_directory(self, connection: Connection) -> Signed:
        """Sign the next version of the directory, with the devices that there are now."""
        version = int(_setting(connection, "directory_version")) + 1
        records = tuple(
            protocol.DeviceRecord(
                device=row.device,
                site=row.site,
                letter=row.letter,
                signing_key=row.signing_key,
                sealing_key=row.sealing_key,
                active=row.active,
            )
            for row in connection.execute(select(device).order_by(device.c.device))
        )
        directory = protocol.Directory(
            version=version,
            study=self.study.study,
            root_key=self.root_public,
            centre=protocol.CentreRecord(signing_key=self.keys.signing_public, sealing_key=self.keys.sealing_public),
            devices=records,
        )
        made = signed.sign(protocol.DIRECTORY_TYPE, directory, self.root_key)
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
        """Use a code up. Raises RefusedError where it is wrong, used, expired or another site's."""
        row = connection.execute(select(code).where(code.c.sha256 == _code_hash(given))).first()
        if row is None or row.site != site:
            raise RefusedError("The code is not one of this site's. Ask the centre for a new one.")
        if row.used_by is not None:
            raise RefusedError("The code was used already. Ask the centre for a new one.")
        if datetime.datetime.fromisoformat(row.expires) < datetime.datetime.now().astimezone():
            raise RefusedError("The code has expired. Ask the centre for a new one.")
        connection.execute(code.update().where(code.c.sha256 == row.sha256).values(used_by=by))

    def add_device(self, connection: Connection, record: protocol.DeviceRecord) -> None:
        """Admit a device. Raises RefusedError where its letter is taken at its site."""
        taken = connection.execute(
            select(device.c.device).where(device.c.site == record.site, device.c.letter == record.letter)
        ).first()
        if taken is not None:
            raise RefusedError("The letter {letter} is another computer's at this site.", letter=record.letter)
        connection.execute(device.insert(), msgspec.structs.asdict(record) | {"last_contact": now()})

    def touch(self, connection: Connection, oid: str) -> None:
        """Note that a device was heard."""
        connection.execute(device.update().where(device.c.device == oid).values(last_contact=now()))

    def device_record(self, connection: Connection, oid: str) -> protocol.DeviceRecord | None:
        """The record of an active device."""
        row = connection.execute(select(device).where(device.c.device == oid, device.c.active)).first()
        if row is None:
            return None
        return protocol.DeviceRecord(
            device=row.device,
            site=row.site,
            letter=row.letter,
            signing_key=row.signing_key,
            sealing_key=row.sealing_key,
        )

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

    def add_entries(self, connection: Connection, site: str, entries: list[tuple[RawEntry, Entry, ChainPoint]]) -> None:
        """Keep verified entries that follow what is there."""
        connection.execute(
            entry.insert(),
            [
                {
                    "device": read.head.device,
                    "sequence": point.sequence,
                    "site": site,
                    "subject": read.head.subject,
                    "head": raw.head,
                    "body": raw.body,
                    "body_hash": raw.body_hash,
                    "chain": point.value,
                }
                for raw, read, point in entries
            ],
        )

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

    def add_batch(
        self, connection: Connection, sha256: str, statement: Signed, receipt: Signed, made: protocol.Receipt
    ) -> None:
        """Keep a batch's statement with the receipt given for it."""
        connection.execute(
            batch.insert(),
            {
                "sha256": sha256,
                "device": made.device,
                "first": made.first,
                "last": made.last,
                "statement": msgspec.msgpack.encode(statement),
                "receipt": msgspec.msgpack.encode(receipt),
            },
        )

    def set_aside(self, connection: Connection, record: protocol.DeviceRecord, data: bytes, reason: str) -> None:
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


def _engine(where: str) -> sqlalchemy.Engine:
    if "://" in where:
        return sqlalchemy.create_engine(where)
    engine = sqlalchemy.create_engine(f"sqlite:///{Path(where) / DATABASE}", poolclass=NullPool)

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in ("journal_mode = DELETE", "synchronous = FULL", "busy_timeout = 10000"):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", connected)
    return engine


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except DBAPIError as error:
        told = str(error.orig).lower()
        if "full" in told:
            raise EnvironmentProblemError("The disk is full. Nothing was lost: make room and try again.") from error
        if "readonly" in told or "unable to open" in told:
            raise EnvironmentProblemError("The store cannot be written. Ask for the right to write there.") from error
        if "malformed" in told or "not a database" in told or "no such table" in told:
            raise DamagedError("The store of the centre is damaged. Restore it from a backup.") from error
        raise


def _setting(connection: Connection, name: str) -> bytes:
    value = connection.scalar(select(setting.c.value).where(setting.c.name == name))
    if value is None:
        raise DamagedError("The store of the centre is damaged. Restore it from a backup.")
    return value


def _put(connection: Connection, name: str, value: bytes) -> None:
    connection.execute(setting.delete().where(setting.c.name == name))
    connection.execute(setting.insert(), {"name": name, "value": value})


def _code_hash(given: str) -> str:
    letters = "".join(letter for letter in given.upper() if letter in CODE_ALPHABET)
    return hashlib.sha256(letters.encode()).hexdigest()
