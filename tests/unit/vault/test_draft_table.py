"""Drafts: one a person, form and pass."""

import pytest
import sqlalchemy
from sqlalchemy import Connection

from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.vault import draft_table
from desktop.vault.tables import metadata
from desktop.views.forms import Draft

DM, VS = FormKey("SE.VISIT", 1, "F.DM", 1), FormKey("SE.VISIT", 1, "F.VS", 1)


def draft(value: str, key: FormKey = DM, subject: str = "01-A001", entry_pass: int = 1) -> Draft:
    items = {"IG.DM||IT.NOTE": ItemValue(value=value), "IG.DM||IT.SEX": None}
    return Draft(subject=subject, key=key, items=items, entry_pass=entry_pass, comments={"EC.1!IG.DM||IT.SEX": value})


@pytest.fixture
def connection() -> Connection:
    engine = sqlalchemy.create_engine("sqlite://")
    metadata.create_all(engine)
    return engine.connect()


def kept(connection: Connection, user: str = "U.1") -> set[tuple[str, str, int]]:
    return {(found.subject, found.key.form, found.entry_pass) for found in draft_table.of_user(connection, user)}


def test_a_newer_draft_takes_the_place_of_an_older_one(connection: Connection) -> None:
    for value in ("old", "new"):
        draft_table.keep(connection, "U.1", draft(value))
    [found] = draft_table.of_user(connection, "U.1")
    assert found == draft("new")


def test_a_draft_is_one_persons_one_forms_and_one_passs(connection: Connection) -> None:
    for one in (draft("a"), draft("b", VS), draft("c", subject="01-A002"), draft("d", entry_pass=2)):
        draft_table.keep(connection, "U.1", one)
    draft_table.keep(connection, "U.2", draft("e"))
    draft_table.drop(connection, "U.1", "01-A001", DM)
    assert kept(connection) == {("01-A001", "F.VS", 1), ("01-A002", "F.DM", 1), ("01-A001", "F.DM", 2)}
    assert kept(connection, "U.2") == {("01-A001", "F.DM", 1)}


def test_places_are_forgotten_in_every_draft_of_the_form_and_in_no_other(connection: Connection) -> None:
    for user in ("U.1", "U.2"):
        for one in (draft("named"), draft("named", entry_pass=2), draft("named", VS)):
            draft_table.keep(connection, user, one)
    draft_table.forget_places(connection, "01-A001", DM, [ItemPlace("IG.DM", "", "IT.NOTE")])
    for user in ("U.1", "U.2"):
        for found in draft_table.of_user(connection, user):
            if found.key == DM:
                assert (found.items, found.comments) == ({"IG.DM||IT.SEX": None}, {})
            else:
                assert found == draft("named", VS)
