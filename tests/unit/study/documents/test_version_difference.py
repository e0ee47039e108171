"""What a new version changes, and what it must not."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from desktop.study.definition.events import PathwayBranch
from desktop.study.definition.metadata import (
    CodeListItem,
    DataType,
    Definition,
    DoubleEntry,
    ItemDef,
    MetaDataVersion,
    UnitRef,
)
from desktop.study.documents.version_difference import Difference, changed_meanings, differences

Change = Callable[[MetaDataVersion], MetaDataVersion]


def changed(definition: Definition, **parts: Any) -> Definition:
    return Definition(msgspec.structs.replace(definition.version, **parts))


def with_part(definition: Definition, field: str, oid: str, **changes: Any) -> Definition:
    """The study with other properties of one part; none at all: without the part."""
    key = "name" if field == "settings" else "oid"
    parts = getattr(definition.version, field)
    kept = tuple(
        msgspec.structs.replace(part, **changes) if getattr(part, key) == oid else part
        for part in parts
        if changes or getattr(part, key) != oid
    )
    return changed(definition, **{field: kept})


def with_code(definition: Definition, oid: str, code: str, **changes: Any) -> Definition:
    items = tuple(
        msgspec.structs.replace(item, **changes) if item.code == code else item
        for item in definition.codelists[oid].items
        if changes or item.code != code
    )
    return with_part(definition, "codelists", oid, items=items)


# Meanings


@pytest.mark.parametrize(
    ("item", "changes", "why"),
    [
        ("IT.SSDAT", {"data_type": "partialDate"}, "item IT.SSDAT: date is partialDate"),
        ("IT.FIT", {"codelist": "CL.SEX"}, "item IT.FIT: code list CL.NY is CL.SEX"),
        ("IT.FIT", {"codelist": None}, "item IT.FIT: code list CL.NY is None"),
        ("IT.FIT", {"multiple": True}, "item IT.FIT: one code or several"),
        ("IT.K", {"units": (UnitRef(unit="MU.GL"),)}, "item IT.K: units mmol/L are g/L"),
        ("IT.K", {"units": ()}, "item IT.K: units mmol/L are "),
        (
            "IT.K",
            {"units": (UnitRef(unit="MU.MMOLL"), UnitRef(unit="MU.GL", factor=2))},
            "item IT.K: units mmol/L are mmol/L, g/L",
        ),
        # The number that expressions see would be another.
        (
            "IT.HGB",
            {"units": (UnitRef(unit="MU.GL"), UnitRef(unit="MU.GDL", factor=100))},
            "item IT.HGB: units g/L, g/dL are g/L, g/dL",
        ),
        (
            "IT.HGB",
            {"units": (UnitRef(unit="MU.GDL"), UnitRef(unit="MU.GL", factor=0.1))},
            "item IT.HGB: units g/L, g/dL are g/dL, g/L",
        ),
    ],
)
def test_an_item_keeps_its_meaning(course: Definition, item: str, changes: dict[str, Any], why: str) -> None:
    assert changed_meanings(course, with_part(course, "items", item, **changes)) == [why]


@pytest.mark.parametrize(
    "changes",
    [
        {"question": {"en": "Hb"}},
        {"units": (UnitRef(unit="MU.GL"), UnitRef(unit="MU.GDL", factor=10), UnitRef(unit="MU.MMOLL", factor=16))},
        {"units": (UnitRef(unit="MU.GL"),)},
        {"length": 5, "range_checks": (), "significant_digits": 1},
    ],
)
def test_other_words_more_units_and_other_limits_are_no_other_meaning(
    course: Definition, changes: dict[str, Any]
) -> None:
    new = with_part(course, "items", "IT.HGB", **changes)
    assert changed_meanings(course, new) == []
    assert [(one.kind, one.oid) for one in differences(course, new)] == [("item", "IT.HGB")]


def test_a_code_keeps_its_term(course: Definition) -> None:
    other = with_code(course, "CL.SEX", "F", nci="C20197")
    assert changed_meanings(course, other) == ["code CL.SEX/F: C16576 is C20197"]
    none = with_code(course, "CL.SEX", "F", nci="")
    assert changed_meanings(course, none) == ["code CL.SEX/F: C16576 is no term"]
    # What had no term may get one.
    assert changed_meanings(course, with_code(course, "CL.RES", "FULL", nci="C4870")) == []


def test_a_unit_keeps_its_name(course: Definition) -> None:
    assert changed_meanings(course, with_part(course, "units", "MU.UMOLL", name="mg/dL")) == [
        "item IT.CREAT: units umol/L are mg/dL",
        "unit MU.UMOLL: umol/L is mg/dL",
    ]


@pytest.mark.parametrize(
    ("field", "oid"), [("items", "IT.FIT"), ("codelists", "CL.NY"), ("units", "MU.GDL"), ("forms", "F.SS")]
)
def test_what_is_gone_changes_no_meaning(course: Definition, field: str, oid: str) -> None:
    new = with_part(course, field, oid)
    assert changed_meanings(course, new) == []
    assert any((one.oid, one.change) == (oid, "removed") for one in differences(course, new))


def test_a_code_that_is_gone_changes_no_meaning(course: Definition) -> None:
    new = with_code(course, "CL.WHY", "DEATH")
    assert changed_meanings(course, new) == []
    assert differences(course, new) == (Difference(kind="code", oid="CL.WHY/DEATH", change="removed"),)


# Differences


def test_a_version_does_not_differ_from_itself(course: Definition) -> None:
    assert differences(course, course) == ()
    assert changed_meanings(course, course) == []


@pytest.mark.parametrize(
    ("field", "oid", "changes", "kind"),
    [
        ("events", "SE.LOOK", {"schedules": ()}, "event"),
        ("forms", "F.RS", {"label": "IT.RSRES"}, "form"),
        ("groups", "IG.RS", {"title": {"en": "R"}}, "group"),
        ("items", "IT.RSGOOD", {"derivation": "'N'"}, "item"),
        ("codelists", "CL.RES", {"name": "RESULT"}, "codelist"),
        ("units", "MU.GL", {"symbol": {"en": "gram"}}, "unit"),
        ("settings", "LOOK_DAY", {"value": "35"}, "setting"),
        ("locations", "01", {"zone": "Asia/Urumqi"}, "location"),
    ],
)
def test_a_changed_part_names_its_properties(
    course: Definition, field: str, oid: str, changes: dict[str, Any], kind: str
) -> None:
    found = differences(course, with_part(course, field, oid, **changes))
    assert found == (Difference(kind=kind, oid=oid, change="changed", what=tuple(changes)),)


@pytest.mark.parametrize(
    ("field", "oid", "kind"),
    [
        ("events", "SE.OTHER", "event"),
        ("forms", "F.SS", "form"),
        ("groups", "IG.SS", "group"),
        ("items", "IT.SSDAT", "item"),
        ("codelists", "CL.NY", "codelist"),
        ("units", "MU.GL", "unit"),
        ("settings", "LAST_DAY", "setting"),
        ("locations", "01", "location"),
    ],
)
def test_a_part_comes_and_goes(course: Definition, field: str, oid: str, kind: str) -> None:
    without = with_part(course, field, oid)
    assert differences(course, without) == (Difference(kind=kind, oid=oid, change="removed"),)
    assert differences(without, course) == (Difference(kind=kind, oid=oid, change="added"),)


def test_a_check_is_told_apart_from_its_form(course: Definition) -> None:
    [check] = course.forms["F.DM"].checks
    softer = msgspec.structs.replace(check, soft=True)
    new = with_part(course, "forms", "F.DM", checks=(softer,))
    assert differences(course, new) == (Difference(kind="check", oid="EC.DM.1", change="changed", what=("soft",)),)
    none = with_part(course, "forms", "F.DM", checks=())
    assert differences(course, none) == (Difference(kind="check", oid="EC.DM.1", change="removed"),)


def test_codes_are_told_by_their_list(course: Definition) -> None:
    more = CodeListItem(code="LOST", label={"en": "Lost"})
    new = with_part(course, "codelists", "CL.WHY", items=(*course.codelists["CL.WHY"].items, more))
    assert differences(course, new) == (Difference(kind="code", oid="CL.WHY/LOST", change="added"),)
    named = with_code(course, "CL.WHY", "DONE", label={"en": "Finished"})
    assert differences(course, named) == (
        Difference(kind="code", oid="CL.WHY/DONE", change="changed", what=("label",)),
    )


def test_steps_of_the_pathway_are_compared(course: Definition) -> None:
    pathway = course.version.pathway
    assert pathway is not None
    start, *rest = pathway.steps
    other = msgspec.structs.replace(start, event=None)
    new = changed(course, pathway=msgspec.structs.replace(pathway, steps=(other, *rest)))
    assert differences(course, new) == (Difference(kind="step", oid="PW.START", change="changed", what=("event",)),)
    none = changed(course, pathway=None)
    assert {(one.kind, one.oid, one.change) for one in differences(course, none)} == {
        *(("step", step.oid, "removed") for step in pathway.steps),
        ("step", "anywhere", "changed"),
    }


def test_ways_from_everywhere_are_compared(course: Definition) -> None:
    pathway = course.version.pathway
    assert pathway is not None
    way = PathwayBranch(to="PW.OUT", when="END.ENDWHY == 'DEATH'", label={"en": "Death"})
    new = changed(course, pathway=msgspec.structs.replace(pathway, anywhere=(*pathway.anywhere, way)))
    assert differences(course, new) == (Difference(kind="step", oid="anywhere", change="changed", what=("anywhere",)),)


OF_STUDY: dict[str, Any] = {
    "name": "NEW",
    "title": {"en": "New"},
    "description": {"en": "New"},
    "protocol": "2.0",
    "languages": ("en",),
    "subject_key": "{site}-{number}",
    "first_form": "F.LB",
    "first_event": "SE.LOG",
    "headline": ("IT.SEX",),
    "trends": ("IT.HGB",),
    "ended": None,
    "normal_ranges": None,
    "grading": None,
    "endpoints": (
        ItemDef(oid="EP.ALL", name="ALL", question={"en": "All"}, data_type=DataType.INTEGER, derivation="1.0"),
    ),
    "double_entry": DoubleEntry(third_person=True),
    "sources": {"Protocol": {"en": "Protocol"}},
}


@pytest.mark.parametrize("name", OF_STUDY)
def test_a_property_of_the_study_is_told(course: Definition, name: str) -> None:
    new = changed(course, oid="MDV.2", **{name: OF_STUDY[name]})
    assert differences(course, new) == (Difference(kind="study", oid="MDV.2", change="changed", what=(name,)),)


def test_every_property_of_a_version_is_compared() -> None:
    """Who gives `MetaDataVersion` another field says here how it is compared."""
    parts = {"locations", "events", "forms", "groups", "items", "codelists", "units", "settings", "pathway"}
    assert set(MetaDataVersion.__struct_fields__) == {"study", "oid"} | parts | set(OF_STUDY)
