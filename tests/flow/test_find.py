"""Search by what a person types: subjects by key, forms by title, in the order of the study."""

from typing import Any

import pytest

from desktop.actions import RemoveForm, SaveForm
from desktop.reading.find import MAX_FOUND, Found, find
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.views.forms import FormState

DM = FormKey("SE.VISIT", 1, "F.DM", 1)
VS = FormKey("SE.VISIT", 1, "F.VS", 1)


def text(value: str) -> ItemValue:
    return ItemValue(value=value)


@pytest.fixture
def filled(clinic: Any) -> Any:
    with clinic.sign_in() as site:
        for number in range(1, 15):
            items = {
                ItemPlace("IG.DM", "", "IT.ICDAT"): text("2026-11-20"),
                ItemPlace("IG.DM", "", "IT.SEX"): text("F"),
            }
            site.record(SaveForm(subject=f"01-A0{number:02}", key=DM, items=items))
        weight = {ItemPlace("IG.VS", "", "IT.WEIGHT"): ItemValue(value="60", unit="kg")}
        site.record(SaveForm(subject="01-A003", key=VS, items=weight))
        yield site


WOMAN = (text("F"),)


def test_a_key_finds_its_subject_and_nothing_else(filled: Any) -> None:
    assert find(filled, "a007") == (Found("01-A007", headline=WOMAN),)
    assert find(filled, "01-A0")[0] == Found("01-A001", headline=WOMAN)
    assert len(find(filled, "01-A0")) == MAX_FOUND
    assert find(filled, "") == ()


def test_a_title_in_either_language_finds_the_forms_that_are_there(filled: Any) -> None:
    expected = (Found("01-A003", VS, FormState.COMPLETE, WOMAN),)
    assert find(filled, "vital") == find(filled, "生命") == find(filled, "a003 VITAL signs") == expected
    assert find(filled, "a004 vital") == (Found("01-A004", VS, headline=WOMAN),), "it can be begun"
    assert find(filled, "a003 smtz") == expected, "生命体征"
    assert find(filled, "nothing of the kind") == ()


def test_what_was_removed_is_not_found(filled: Any) -> None:
    filled.record(RemoveForm(subject="01-A003", key=VS, reason="another subject's"))
    filled.record(RemoveForm(subject="01-A007", key=DM, reason="entered twice"))
    assert find(filled, "vital") == ()
    assert find(filled, "a007") == ()
