"""The database's settings, and what its result codes mean to a person."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2

from desktop.errors import DamagedError, EnvironmentProblemError, InUseError, SitebookError
from desktop.vault.database import DatabaseFaultError, open_engine, translated
from desktop.vault.tables import APPEND_ONLY, journal, metadata

KEY = bytes(range(32))
SECRET = "Zhang San"
MEANINGS: list[tuple[int, type[SitebookError], str]] = [
    (sqlite3.SQLITE_FULL, EnvironmentProblemError, "full"),
    (sqlite3.SQLITE_READONLY, EnvironmentProblemError, "cannot be written"),
    (sqlite3.SQLITE_READONLY_DBMOVED, EnvironmentProblemError, "cannot be written"),
    (sqlite3.SQLITE_CANTOPEN, EnvironmentProblemError, "cannot be written"),
    (sqlite3.SQLITE_IOERR, EnvironmentProblemError, "reports an error"),
    (sqlite3.SQLITE_IOERR_READ, EnvironmentProblemError, "reports an error"),
    (sqlite3.SQLITE_BUSY, InUseError, "open already"),
    (sqlite3.SQLITE_CORRUPT, DamagedError, "damaged"),
    (sqlite3.SQLITE_NOTADB, DamagedError, "damaged"),
]


@pytest.fixture
def engine(tmp_path: Path) -> sqlalchemy.Engine:
    """A database with the journal's table and triggers."""
    made = open_engine(tmp_path / "journal.db", KEY, create=True)
    with made.begin() as connection:
        metadata.create_all(connection)
        for trigger in APPEND_ONLY:
            connection.exec_driver_sql(trigger)
        row = {"device": "A-1", "sequence": 1, "head": b"h", "body": b"b", "body_hash": b"x", "chain": b"c"}
        connection.execute(journal.insert().values(**row, time=1, kind="form_saved", subject="01-A001"))
    return made


def coded(code: int) -> dbapi2.OperationalError:
    """An error as the driver raises it, its words saying nothing."""
    error = dbapi2.OperationalError("full locked readonly malformed")
    error.sqlite_errorcode = code  # type: ignore[attr-defined]  # as the compiled driver sets it
    return error


@pytest.mark.parametrize(("code", "kind", "words"), MEANINGS)
@pytest.mark.parametrize("wrapped", [False, True])
def test_the_code_says_what_is_wrong_not_the_words(
    code: int, kind: type[SitebookError], words: str, *, wrapped: bool
) -> None:
    raw = coded(code)
    error = DBAPIError(f"SELECT '{SECRET}'", {}, raw) if wrapped else raw
    with pytest.raises(kind, match=words) as raised, translated():
        raise error
    assert raised.value.__suppress_context__
    assert SECRET not in str(raised.value)


def test_a_mistake_of_ours_names_the_code_alone(engine: sqlalchemy.Engine) -> None:
    with pytest.raises(DatabaseFaultError) as raised, translated(), engine.begin() as connection:
        connection.execute(text("SELECT colour FROM journal WHERE subject = :subject"), {"subject": SECRET})
    assert str(raised.value) == "SQLITE_ERROR"
    assert raised.value.__suppress_context__


def test_a_page_that_the_cipher_refuses_is_damage() -> None:
    with pytest.raises(DamagedError), translated():
        raise MemoryError


def test_a_power_cut_loses_nothing_that_was_acknowledged(engine: sqlalchemy.Engine) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "truncate"
        assert connection.exec_driver_sql("PRAGMA locking_mode").scalar() == "exclusive"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM journal",
        "UPDATE journal SET body = x'00'",
        "UPDATE journal SET head = x'00', body = NULL",
        "UPDATE journal SET chain = x'00', body = NULL",
        "UPDATE journal SET time = 2, body = NULL",
        "UPDATE journal SET subject = NULL, body = NULL",
    ],
)
def test_the_journal_is_append_only(engine: sqlalchemy.Engine, statement: str) -> None:
    with pytest.raises(DatabaseFaultError, match="SQLITE_CONSTRAINT"), translated(), engine.begin() as connection:
        connection.execute(text(statement))
    with engine.begin() as connection:
        assert connection.execute(journal.select()).one().body == b"b"
        # The one change that is allowed: the body of a redacted entry goes.
        connection.execute(text("UPDATE journal SET body = NULL"))
