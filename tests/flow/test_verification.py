"""Verification finds what someone with the key changed behind the program's back."""

import pytest
from sqlalchemy import text

from desktop.actions import SaveForm
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from tests.conftest import Clinic

SUBJECT = "01-A001"
DM = FormKey("SE.VISIT", 1, "F.DM", 1)


def fill(clinic: Clinic) -> None:
    values = {"IT.ICDAT": "2026-11-20", "IT.SEX": "F"}
    items = {ItemPlace("IG.DM", "", item): ItemValue(value=value) for item, value in values.items()}
    with clinic.sign_in() as site:
        site.record(SaveForm(subject=SUBJECT, key=DM, items=items))


OF_THE_FORM = "WHERE kind = 'form_saved'"


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE journal SET chain = zeroblob(32) {OF_THE_FORM}",
        f"UPDATE journal SET time = time + 1 {OF_THE_FORM}",
        f"UPDATE journal SET subject = '01-A002' {OF_THE_FORM}",
        f"UPDATE journal SET kind = 'form_removed' {OF_THE_FORM}",
        f"UPDATE journal SET body_hash = zeroblob(32) {OF_THE_FORM}",
        f"UPDATE journal SET body = NULL {OF_THE_FORM}",
        f"DELETE FROM journal {OF_THE_FORM}",
        "DELETE FROM form_data",
        "UPDATE form_data SET state = 'incomplete'",
        "UPDATE form_data SET removed = 1",
        "DELETE FROM item_group_data",
        "UPDATE item_group_data SET record = CAST(replace(CAST(record AS TEXT), '2026', '2025') AS BLOB)",
    ],
)
def test_a_change_in_the_tables_is_found(clinic: Clinic, change: str) -> None:
    fill(clinic)
    with clinic.sign_in() as site:
        assert site.verify().ok
        with site.vault.begin() as connection:
            for trigger in ("journal_no_update", "journal_no_delete"):
                connection.execute(text(f"DROP TRIGGER {trigger}"))
            assert connection.execute(text(change)).rowcount == 1
        found = site.verify()
        assert not found.ok
        assert found.failures
