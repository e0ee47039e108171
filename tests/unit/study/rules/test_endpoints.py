"""Endpoints: what follows from a subject's whole record."""

import datetime
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from desktop.study.definition.metadata import DataType, Definition, ItemDef
from desktop.study.formats.faults import Faults
from desktop.study.rules.endpoints import endpoints
from desktop.study.validation.references import validate

TODAY = datetime.date(2026, 11, 24)


def endpoint(name: str, derivation: str, data_type: DataType = DataType.INTEGER) -> ItemDef:
    return ItemDef(
        oid=f"EP.{name}", name=name, question={"en": name, "zh": name}, data_type=data_type, derivation=derivation
    )


def with_endpoints(course: Definition, *items: ItemDef) -> Definition:
    return Definition(msgspec.structs.replace(course.version, endpoints=items))


def test_each_sees_the_whole_record_and_those_before_it(course: Definition, new_patient: Callable[..., Any]) -> None:
    study = with_endpoints(
        course,
        endpoint("FIRST", "min(all.EX.filter(e, has(e.EXDAT)).map(e, e.EXDAT))", DataType.DATE),
        endpoint("AFTER", "days(DM.ICDAT, endpoint.FIRST)"),
        endpoint("LATE", "endpoint.AFTER * 2.0 > setting.LOOK_DAY ? 'Y' : 'N'", DataType.TEXT),
    )
    patient = new_patient(definition=study)

    def found() -> list[str | None]:
        values = endpoints(patient.rules, patient.others, TODAY)
        return [None if one.value is None else one.value.value for one in values]

    assert found() == [None, None, None]
    patient.fill("START/DM", ICDAT="2026-01-01", BRTHDAT="1990", SEX="F", FIT="Y")
    patient.fill("CYCLE/2/EX", EXDAT="2026-02-01")
    assert found() == ["2026-02-01", "31", "Y"]
    patient.fill("CYCLE/1/EX", EXDAT="2026-01-11")
    assert found() == ["2026-01-11", "10", "N"]


@pytest.mark.parametrize(
    ("derivation", "why"),
    [
        ("endpoint.LATER", "endpoint has no LATER."),
        ("DM.NOTHING", "DM has no NOTHING."),
        ("DM.SEX", "which is no value of the item's type integer"),
    ],
)
def test_a_definition_says_what_is_wrong_with_one(course: Definition, derivation: str, why: str) -> None:
    study = with_endpoints(course, endpoint("NOW", derivation), endpoint("LATER", "1.0"))
    faults = Faults()
    validate(study.version, faults)
    assert any(why in fault.message["en"] for fault in faults), [fault.message["en"] for fault in faults]
