"""The centre's store: made once, for its owner alone, and clear about what is wrong with it."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from center.store.store import Store
from desktop.errors import DamagedError, EnvironmentProblemError, InUseError, RefusedError
from desktop.study.definition.metadata import Definition
from desktop.study.load import load_definition, locate

CLINIC = Path(__file__).parents[3] / "data" / "clinic"


@pytest.fixture
def definition() -> Definition:
    """The tiny study."""
    return load_definition(locate(str(CLINIC)))


def test_a_store_opens_again_with_the_same_keys_and_study(tmp_path: Path, definition: Definition) -> None:
    made = Store.create(str(tmp_path / "deep" / "centre"), definition)
    opened = Store.open(str(tmp_path / "deep" / "centre"))
    assert opened.study == made.study
    assert opened.study.sites == ("01", "02")
    assert opened.root_public == made.root_public
    assert opened.keys.signing_public == made.keys.signing_public
    assert opened.root_public != opened.keys.signing_public
    other = Store.create(str(tmp_path / "other"), definition)
    assert other.root_public != made.root_public


def test_only_the_owner_reads_it(tmp_path: Path, definition: Definition) -> None:
    Store.create(str(tmp_path / "centre"), definition)
    assert (tmp_path / "centre").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_not_empty_is_refused_and_left_as_it_was(tmp_path: Path, definition: Definition) -> None:
    folder = tmp_path / "documents"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    (folder / "letter.txt").write_text("dear colleague")
    with pytest.raises(EnvironmentProblemError, match="not empty"):
        Store.create(str(folder), definition)
    assert folder.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]
    Store.create(str(tmp_path / "centre"), definition)
    with pytest.raises(EnvironmentProblemError, match="not empty"):
        Store.create(str(tmp_path / "centre"), definition)
    with pytest.raises(EnvironmentProblemError, match="cannot be written"):
        Store.create(str(folder / "letter.txt"), definition)


def test_what_fails_leaves_an_empty_folder(
    tmp_path: Path, definition: Definition, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise EnvironmentProblemError("The disk is full.")

    monkeypatch.setattr("center.store.store._fill", full)
    with pytest.raises(EnvironmentProblemError, match="full"):
        Store.create(str(tmp_path / "centre"), definition)
    assert list((tmp_path / "centre").iterdir()) == []
    monkeypatch.undo()
    Store.create(str(tmp_path / "centre"), definition)


def test_a_store_that_is_not_there_or_no_folder(tmp_path: Path) -> None:
    for where in (tmp_path, tmp_path / "none"):
        with pytest.raises(EnvironmentProblemError, match="no store"):
            Store.open(str(where))
    with pytest.raises(RefusedError, match="not in this release"):
        Store.open("postgresql://centre/sitebook")


def test_a_database_url_of_sqlite_is_a_store_too(tmp_path: Path, definition: Definition) -> None:
    url = f"sqlite:///{tmp_path / 'centre.sqlite'}"
    made = Store.create(url, definition)
    assert Store.open(url).root_public == made.root_public
    with pytest.raises(EnvironmentProblemError, match="in use already"):
        Store.create(url, definition)


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100, b"SQLite format 3\0" + bytes(4000)])
def test_a_file_that_is_no_store_is_told(tmp_path: Path, definition: Definition, content: bytes) -> None:
    Store.create(str(tmp_path), definition).close()
    (tmp_path / "centre.db").write_bytes(content)
    with pytest.raises(DamagedError, match="damaged"):
        Store.open(str(tmp_path))


def test_a_store_without_its_keys_is_damaged(tmp_path: Path, definition: Definition) -> None:
    Store.create(str(tmp_path), definition).close()
    with sqlite3.connect(tmp_path / "centre.db") as connection:
        connection.execute("DELETE FROM setting WHERE name = 'root_key'")
    connection.close()
    with pytest.raises(DamagedError, match="damaged"):
        Store.open(str(tmp_path))


def test_a_store_held_by_another_program_is_told(
    tmp_path: Path, definition: Definition, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.create(str(tmp_path), definition).close()
    monkeypatch.setattr("center.store.database.BUSY_MILLISECONDS", 1)
    holder = sqlite3.connect(tmp_path / "centre.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(InUseError, match="another program"):
        Store.open(str(tmp_path))
    holder.close()


def test_commits_are_on_the_disk_before_they_are_believed(tmp_path: Path, definition: Definition) -> None:
    made = Store.create(str(tmp_path), definition)
    with made.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "truncate"


def test_transactions_of_threads_follow_each_other_and_all_or_nothing(tmp_path: Path, definition: Definition) -> None:
    made = Store.create(str(tmp_path), definition)

    def count_up() -> None:
        for _ in range(5):
            with made.begin() as connection:
                made.sign_directory(connection)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    def fail() -> None:
        with made.begin() as connection:
            made.sign_directory(connection)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with made.begin() as connection:
        assert made.directory_version(connection) == 21


def test_an_error_text_never_holds_what_was_to_be_kept(tmp_path: Path, definition: Definition) -> None:
    from sqlalchemy.exc import IntegrityError

    from center.store.tables import setting

    made = Store.create(str(tmp_path), definition)
    row: dict[str, Any] = {"name": "study", "value": b"a nurse's note"}
    with pytest.raises(IntegrityError) as error, made.begin() as connection:
        connection.execute(setting.insert(), row)
    assert "nurse" not in str(error.value)
