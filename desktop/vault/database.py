"""Opens the encrypted database and translates its errors.

SQLCipher 4 with a raw 256-bit key. `journal_mode=TRUNCATE` with `synchronous=FULL`: in WAL mode one flipped byte in the
log silently drops every later commit; with a rollback journal it is found. The connection is made in the thread that opens
the vault and SQLite's thread check is left on, so no other thread can touch it.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from desktop.errors import DamagedError, EnvironmentProblemError, InUseError, SitebookError
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

    engine = sqlalchemy.create_engine("sqlite://", module=dbapi2, creator=connect, poolclass=StaticPool)
    event.listen(engine, "begin", _begin)
    with translated():
        engine.connect().close()
    return engine


def _begin(connection: sqlalchemy.Connection) -> None:
    """SQLite's own BEGIN: the driver's implicit one would let a read be followed by someone else's write."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def translated() -> Generator[None]:
    """Turn the database's and the file system's errors into ours."""
    try:
        yield
    except DBAPIError as error:
        meaning = _meaning(str(error.orig))
        if meaning is None:
            raise
        raise meaning from error
    except dbapi2.Error as error:
        meaning = _meaning(str(error))
        if meaning is None:
            raise
        raise meaning from error
    except OSError as error:
        raise file_problem(error) from error


def _meaning(message: str) -> SitebookError | None:
    """Our error for a message of SQLite; None where it speaks of a mistake of ours."""
    told = message.lower()
    if "full" in told:
        return EnvironmentProblemError(DISK_FULL)
    if "readonly" in told or "unable to open" in told or "disk i/o" in told:
        return EnvironmentProblemError(READ_ONLY)
    if "locked" in told:
        return InUseError(IN_USE)
    if "malformed" in told or "not a database" in told or "corrupt" in told or "encrypted" in told:
        return DamagedError(BAD_DATABASE)
    return None
