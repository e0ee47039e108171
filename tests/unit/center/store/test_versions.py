"""Versions of the store: every store that a release made opens in every later one, and a newer one is refused."""

import shutil
import sqlite3
from pathlib import Path

import msgspec
import pytest
import sqlalchemy
from sqlalchemy import select

from center.store.store import Store
from center.store.tables import entry, metadata
from center.store.versions import STORE_VERSION, VERSION_TABLE
from desktop import __version__
from desktop.errors import DamagedError, NewerReleaseError
from desktop.journal.entry import RawEntry, decode
from desktop.sync.formats import batch, signed_statement
from desktop.sync.formats.receipt import RECEIPT_TYPE, Receipt
from desktop.sync.formats.signed_statement import Signed

RELEASES = Path(__file__).parents[3] / "data" / "releases"
STORES = sorted(path.name for path in RELEASES.glob("store-*"))
DEVICE = "A-00000001"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "centre"


def schema(path: Path) -> dict[str, list[tuple[str, str]]]:
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    inspector = sqlalchemy.inspect(engine)
    found = {
        table: [(column["name"], str(column["type"])) for column in inspector.get_columns(table)]
        for table in inspector.get_table_names()
    }
    indexes = {table: sorted(str(index["name"]) for index in inspector.get_indexes(table)) for table in found}
    engine.dispose()
    return {
        table: sorted([*columns, *((name, "index") for name in indexes[table])]) for table, columns in found.items()
    }


@pytest.mark.parametrize("name", STORES)
def test_a_store_of_every_release_opens_and_holds_what_it_held(folder: Path, name: str) -> None:
    shutil.copytree(RELEASES / name, folder)
    store = Store.open(str(folder))
    with store.begin() as connection:
        [told, _] = store.sites(connection)
        assert (told["entries"], told["subjects"] != 0, told["quarantined"]) == (7, True, 1)
        assert [found.decision for found in store.what_was_set_aside(connection)] == [""]
        rows = connection.execute(select(entry).order_by(entry.c.device, entry.c.sequence)).all()
        for row in rows:
            head = decode(RawEntry(row.head, row.body, row.body_hash)).head
            assert (row.kind, row.time) == (head.kind, head.time)
        assert [row.sequence for row in rows if row.body is None] == [2]
        assert store.redacted(connection, "01") == {(DEVICE, 2)}
        assert store.missing_bodies(connection) == []
    store.close()
    copies = list(folder.glob("centre.db.version-*"))
    assert [copy.name for copy in copies] == ([] if name == STORES[-1] else [f"centre.db.version-{name[-4:]}"])
    # The second time there is nothing to do.
    Store.open(str(folder)).close()
    assert list(folder.glob("centre.db.version-*")) == copies


@pytest.mark.parametrize("name", STORES)
def test_a_migrated_store_has_the_tables_of_a_new_one(folder: Path, name: str, tmp_path: Path) -> None:
    shutil.copytree(RELEASES / name, folder)
    Store.open(str(folder)).close()
    fresh = tmp_path / "fresh.db"
    engine = sqlalchemy.create_engine(f"sqlite:///{fresh}")
    metadata.create_all(engine)
    engine.dispose()
    migrated = schema(folder / "centre.db")
    migrated.pop(VERSION_TABLE)
    assert migrated == schema(fresh)


def test_there_is_a_store_of_this_version() -> None:
    assert STORES[-1] == f"store-{STORE_VERSION}"


def test_batch_and_receipt_of_this_release_verify(folder: Path) -> None:
    shutil.copytree(RELEASES / STORES[-1], folder)
    store = Store.open(str(folder))
    data = (folder / "batch").read_bytes()
    with store.begin() as connection:
        record = store.device_record(connection, DEVICE)
    assert record is not None
    opened = batch.open_batch(data, record.signing_key, store.keys)
    raws = msgspec.json.decode((folder / "entries.json").read_bytes(), type=list[RawEntry])
    assert [raw for raw, _, _ in opened.entries] == raws
    batch.verify_sealed(batch.read_envelope(data), record.signing_key)
    kept = msgspec.json.decode((folder / "receipt.json").read_bytes(), type=Signed)
    receipt = signed_statement.verify(RECEIPT_TYPE, kept, store.keys.signing_public, Receipt)
    assert (receipt.device, receipt.first, receipt.last) == (DEVICE, 1, 5)
    store.close()


def change(folder: Path, *statements: str) -> None:
    with sqlite3.connect(folder / "centre.db") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_a_store_of_a_newer_release_is_refused_with_both_versions_and_stays_as_it_is(folder: Path) -> None:
    shutil.copytree(RELEASES / STORES[-1], folder)
    change(
        folder,
        f"UPDATE {VERSION_TABLE} SET version_num = '0999'",
        "UPDATE setting SET value = CAST('9.9' AS BLOB) WHERE name = 'release'",
    )
    before = (folder / "centre.db").read_bytes()
    with pytest.raises(NewerReleaseError) as refused:
        Store.open(str(folder))
    for named in ("9.9", "0999", __version__, STORE_VERSION):
        assert named in str(refused.value)
    assert (folder / "centre.db").read_bytes() == before


def test_a_migration_that_fails_leaves_the_store_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(RELEASES / "store-0001", folder)
    change(folder, "UPDATE entry SET head = '{}' WHERE sequence = 5")
    before = schema(folder / "centre.db")
    with pytest.raises(msgspec.ValidationError):
        Store.open(str(folder))
    assert schema(folder / "centre.db") == before


def test_a_database_that_is_no_store_is_named_damaged(folder: Path) -> None:
    folder.mkdir()
    change(folder, "CREATE TABLE other (name TEXT)")
    with pytest.raises(DamagedError, match="damaged"):
        Store.open(str(folder))
