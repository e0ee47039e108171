"""Opening the centre's database, and translating its errors."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from desktop.errors import DamagedError, EnvironmentProblemError, InUseError, RefusedError, SitebookError
from desktop.output_files import refuse_program_folder

DATABASE = "centre.db"

BUSY_MILLISECONDS = 10_000
"""How long a transaction waits for another program's."""

PRIMARY_CODE = 0xFF
"""The part of a result code that says its kind; the rest says more precisely why."""

DAMAGED = "The store of the centre is damaged. Restore it from a backup."


def file_of(where: str) -> Path | None:
    """The SQLite file of a store that is a folder; None for a database URL."""
    return None if "://" in where else Path(where) / DATABASE


def prepare_folder(folder: Path) -> None:
    """Make the folder of a new store, for its owner alone. Raises EnvironmentProblemError where it is not empty."""
    refuse_program_folder(folder.parent)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise EnvironmentProblemError("The folder of the store is not empty. Choose a new or an empty folder.")
        folder.chmod(0o700)
    except OSError as error:
        raise EnvironmentProblemError(
            "The folder of the store cannot be written: {why}.", why=error.strerror
        ) from error


def open_engine(where: str) -> sqlalchemy.Engine:
    """An engine whose transactions follow each other and are on the disk when they end. Raises RefusedError."""
    file = file_of(where)
    # Parameters in an error text would be what subjects' forms say.
    if file is not None:
        engine = sqlalchemy.create_engine(f"sqlite:///{file}", poolclass=NullPool, hide_parameters=True)
    elif where.startswith("sqlite:"):
        engine = sqlalchemy.create_engine(where, poolclass=NullPool, hide_parameters=True)
    else:
        raise RefusedError("The store is a folder, or an SQLite URL; other databases are not in this release yet.")

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {BUSY_MILLISECONDS}",
            "journal_mode = TRUNCATE",
            "synchronous = FULL",
            "secure_delete = ON",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()

    def begin(connection: Connection) -> None:
        # The driver's own BEGIN would let another writer in between what is read and what is written.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begin)
    return engine


@contextmanager
def translated() -> Generator[None]:
    """Turn the database's errors into ours."""
    try:
        yield
    except DBAPIError as error:
        meaning = _meaning(error.orig)
        if meaning is None:
            raise
        raise meaning from error
    except sqlite3.Error as error:
        # While connecting: SQLAlchemy does not wrap these.
        meaning = _meaning(error)
        if meaning is None:
            raise
        raise meaning from error


def _meaning(error: BaseException | None) -> SitebookError | None:
    """Our error for a result code of SQLite; None where it speaks of a mistake of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(code, int):
        return None
    match code & PRIMARY_CODE:
        case sqlite3.SQLITE_FULL:
            return EnvironmentProblemError("The disk is full. Nothing was lost: make room and try again.")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return EnvironmentProblemError("The store cannot be written. Ask for the right to write there.")
        case sqlite3.SQLITE_IOERR:
            return EnvironmentProblemError(
                "The disk of the store does not read or write ({code}). Look at the disk, and keep a copy of the store.",
                code=getattr(error, "sqlite_errorname", code),
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return InUseError("The store is in use by another program. Try again when that has ended.")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_FORMAT:
            return DamagedError(DAMAGED)
        case _:
            return None
