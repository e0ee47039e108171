"""Older vaults are copied and brought up to date; newer ones are refused."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from desktop import __version__
from desktop.actions import SaveForm
from desktop.errors import EnvironmentProblemError, NewerReleaseError
from desktop.site import opening
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.vault import migrations
from desktop.vault.tables import CASEBOOK, OPEN_CHECKS, property_
from tests.conftest import NURSE, Clinic

SUBJECT = "01-A001"
DM = FormKey("SE.VISIT", 1, "F.DM", 1)


def fill(clinic: Clinic) -> None:
    values = {"IT.ICDAT": "2026-11-20", "IT.SEX": "F"}
    items = {ItemPlace("IG.DM", "", item): ItemValue(value=value) for item, value in values.items()}
    with clinic.sign_in() as site:
        site.record(SaveForm(subject=SUBJECT, key=DM, items=items))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def copies(clinic: Clinic) -> list[Path]:
    return list(clinic.folder.glob("copy-of-*"))


def test_a_vault_of_now_is_not_copied(clinic: Clinic) -> None:
    clinic.sign_in().close()
    assert copies(clinic) == []


def test_a_changed_column_of_the_casebook_or_the_open_checks_is_made_anew(clinic: Clinic) -> None:
    fill(clinic)
    with clinic.sign_in() as site:
        expected = site.form(SUBJECT, DM).content
    tables = [table.name for table in (*CASEBOOK, *OPEN_CHECKS)]
    site = clinic.sign_in()
    with site.vault.begin() as connection:
        for name in tables:
            column = "step" if name == "open_decision" else "record"
            connection.execute(text(f"ALTER TABLE {name} RENAME COLUMN {column} TO older"))
        versions = property_.c.name.in_(["fold_version", "open_checks_version"])
        connection.execute(property_.update().where(versions).values(value=b"0"))
    site.close()
    with clinic.sign_in() as site:
        assert site.form(SUBJECT, DM).content == expected
        assert site.verify().ok
        site.reassess_next()
        site.today()
    [copy] = copies(clinic)
    assert {path.name for path in copy.iterdir()} == {"journal.db", "vault.json"}


def test_an_older_vault_is_copied_and_migrated_once(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(clinic)
    before = files(clinic.folder)
    ran: list[int] = []

    def add_column(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE draft ADD COLUMN colour TEXT"))
        ran.append(1)

    monkeypatch.setattr(migrations, "SCHEMA_VERSION", 2)
    monkeypatch.setattr(migrations, "MIGRATIONS", {1: add_column})
    for _ in range(2):
        with clinic.sign_in() as site:
            assert len(site.subjects()) == 1
            with site.vault.begin() as connection:
                connection.execute(text("SELECT colour FROM draft"))
    assert ran == [1]
    [copy] = copies(clinic)
    assert (copy / "journal.db").read_bytes() == before["journal.db"]
    # The copy is a vault of the older release.
    monkeypatch.undo()
    with opening.open_site(copy, *NURSE, wall=clinic.clock) as site:
        assert len(site.subjects()) == 1


def test_a_migration_that_fails_leaves_the_vault_as_it_was(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(clinic)

    def fail(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE draft ADD COLUMN colour TEXT"))
        raise EnvironmentProblemError("The disk is full. Nothing was lost: make room and try again.")

    with monkeypatch.context() as patched:
        patched.setattr(migrations, "SCHEMA_VERSION", 2)
        patched.setattr(migrations, "MIGRATIONS", {1: fail})
        with pytest.raises(EnvironmentProblemError):
            clinic.sign_in()
    shutil.rmtree(copies(clinic)[0])
    with clinic.sign_in() as site:
        assert site.verify().ok
    assert copies(clinic) == []


@pytest.mark.parametrize("name", migrations.Versions.__struct_fields__)
def test_a_newer_vault_is_refused_and_both_releases_are_named(clinic: Clinic, name: str) -> None:
    fill(clinic)
    with clinic.sign_in() as site, site.vault.begin() as connection:
        newer = property_.update().where(property_.c.name == name).values(value=b"999")
        assert connection.execute(newer).rowcount == 1
    before = files(clinic.folder)
    with pytest.raises(NewerReleaseError) as error:
        clinic.sign_in()
    assert error.value.fields["ours"] == __version__
    assert "999" in str(error.value)
    assert files(clinic.folder) == before
