"""The shipped study beside the version that was shipped before it: what was recorded under that one keeps its meaning."""

import gzip
from pathlib import Path

import pytest

from desktop.study.definition.metadata import Definition
from desktop.study.documents.version_difference import changed_meanings, differences

DATA = Path(__file__).parents[2] / "data" / "study"


@pytest.fixture(scope="module")
def before() -> Definition:
    """MDV.2 as it was shipped."""
    return Definition.from_bytes(gzip.decompress((DATA / "pd1-ven-cag-mdv2.json.gz").read_bytes()))


def test_a_new_version_has_a_new_number(before: Definition, study: Definition) -> None:
    assert before.version.oid == "MDV.2"
    assert study.version.oid != before.version.oid
    assert differences(before, study)


def test_no_code_item_or_unit_changes_its_meaning(before: Definition, study: Definition) -> None:
    assert changed_meanings(before, study) == []


def test_no_code_is_gone(before: Definition, study: Definition) -> None:
    for oid, codelist in before.codelists.items():
        assert set(codelist.by_code) <= set(study.codelists[oid].by_code), oid


def test_every_item_and_every_setting_is_still_there(before: Definition, study: Definition) -> None:
    assert set(before.items) <= set(study.items)
    assert {setting.name for setting in before.version.settings} <= {setting.name for setting in study.version.settings}
