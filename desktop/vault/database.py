"""Opens the encrypted database and translates its errors.

SQLCipher 4 with a raw 256-bit key. `journal_mode=TRUNCATE` with `synchronous=FULL`: in WAL mode one flipped byte in the
log silently drops every later commit; with a rollback journal it is found. The connection is made in the thread that opens
the vault and SQLite's thread check is left on, so no other thread can touch it.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from desktop.errors import DamagedError, EnvironmentProblemError, InUseError
from desktop.files import DISK_FULL, file_problem

PRAGMAS = (
    "PRAGMA cipher_log_level = NONE",
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA journal_mode = TRUNCATE",
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
)

READ_ONLY = "The folder of the vault cannot be written. Ask for the right to write there, or check the disk."
DISK_ERROR = "The disk reports an error. Nothing was lost: check the disk or the network drive, then try again."
BAD_DATABASE = "The database of the vault is damaged. Leave the folder as it is and restore the newest backup."
IN_USE = "This vault is open already, in another window or by another person on this computer."


def open_engine(path: Path, key: bytes, *, create: bool = False) -> sqlalchemy.Engine:
    """Open the database file with its key, in this thread.

    Raises DamagedError, InUseError or EnvironmentProblemError.
    """
    if not create and not path.is_file():
        raise DamagedError("The database of the vault is missing. Restore the newest backup.")

    def connect() -> dbapi2.Connection:
        connection = dbapi2.connect(str(path), isolation_level=None, timeout=1.0)
        try:
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            for pragma in PRAGMAS:
                connection.execute(pragma).fetchall()
            # The first read shows whether key and file fit each other.
            [(parts,)] = connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
            if not parts and not create:
                # To SQLite an emptied file is a new database.
                raise DamagedError(BAD_DATABASE)
        except (dbapi2.Error, DamagedError):
            connection.close()
            raise
        return connection

    engine = sqlalchemy.create_engine(
        "sqlite://", module=dbapi2, creator=connect, poolclass=StaticPool, hide_parameters=True
    )
    event.listen(engine, "begin", _begin)
    with translated():
        engine.connect().close()
    return engine


def _begin(connection: sqlalchemy.Connection) -> None:
    """SQLite's own BEGIN: the driver's implicit one would let a read be followed by someone else's write."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class DatabaseFaultError(Exception):
    """A mistake of ours that the database refused. Named by SQLite's code alone: the statement may hold values."""

    def __init__(self, code_name: str) -> None:
        super().__init__(code_name)
        self.code_name = code_name


@contextmanager
def translated() -> Generator[None]:
    """Turn the database's and the file system's errors into ours; none carries a statement, a table's name or a value."""
    try:
        yield
    except DBAPIError as error:
        raise _meaning(error.orig) from None
    except dbapi2.Error as error:
        raise _meaning(error) from None
    except MemoryError:
        # The cipher's way of saying that a page is not what was written.
        raise DamagedError(BAD_DATABASE) from None
    except OSError as error:
        raise file_problem(error) from error


def _meaning(error: BaseException | None) -> Exception:
    """What SQLite's result code means to a person; `DatabaseFaultError` where it speaks of a mistake of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    # The low byte is the kind, the rest says more of it (https://sqlite.org/rescode.html).
    match code & 0xFF if isinstance(code, int) else None:
        case sqlite3.SQLITE_FULL:
            return EnvironmentProblemError(DISK_FULL)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return EnvironmentProblemError(READ_ONLY)
        case sqlite3.SQLITE_IOERR:
            return EnvironmentProblemError(DISK_ERROR)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return InUseError(IN_USE)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_FORMAT | sqlite3.SQLITE_NOMEM:
            return DamagedError(BAD_DATABASE)
        case _:
            return DatabaseFaultError(str(getattr(error, "sqlite_errorname", type(error).__name__)))
