"""The document of `sitebook study show --json`."""

import datetime
import re
import zoneinfo

import msgspec

from desktop.study.definition.metadata import Definition, RangeCheck
from desktop.study.documents.study_show import study_show


def test_everything_that_a_form_save_names(pressure: Definition) -> None:
    shown = study_show(pressure, "02")
    assert set(shown) == {"study", "version", "sites", "subject_key", "first_form", "events", "forms"}
    assert (shown["study"], shown["version"], shown["sites"], shown["first_form"]) == (
        "S.PRESSURE",
        "MDV.1",
        ["01", "02"],
        "F.DM",
    )
    assert re.fullmatch(shown["subject_key"], "02-A01")
    assert not re.fullmatch(shown["subject_key"], "01-A01")
    assert shown["events"][1] == {"oid": "SE.VISIT", "repeating": True, "forms": ["F.VS", "F.AE"]}
    assert [form["oid"] for form in shown["forms"]] == ["F.DM", "F.VS", "F.AE"]


def items(definition: Definition) -> dict[str, object]:
    return {
        item["oid"]: item
        for form in study_show(definition, None)["forms"]
        for group in form["groups"]
        for item in group["items"]
    }


def test_items(pressure: Definition) -> None:
    shown = items(pressure)
    today = datetime.datetime.now(zoneinfo.ZoneInfo("Asia/Shanghai")).date().isoformat()
    assert not {"IT.AGE", "IT.BMI", "IT.MEANBP"} & set(shown)
    assert shown["IT.SEX"] == {
        "oid": "IT.SEX",
        "name": "SEX",
        "type": "text",
        "mandatory": True,
        "codes": ["F", "M"],
        "units": [],
        "min": None,
        "max": None,
    }
    limits = {oid: (item["min"], item["max"], item["units"]) for oid, item in shown.items()}  # type: ignore[index]
    assert limits["IT.SYSBP"] == (40, 300, ["mmHg"])
    assert limits["IT.WEIGHT"] == (20, 300, ["kg", "g"])
    assert limits["IT.HEIGHT"] == (0.1, None, [])
    assert limits["IT.VSDAT"] == ("2020-01-01", today, [])
    assert limits["IT.NEXTDAT"] == (None, None, [])
    assert limits["IT.BRTHDAT"] == (None, today, [])
    assert limits["IT.VSTIM"] == ("06:00", None, [])


def test_limits_that_exclude_themselves(pressure: Definition) -> None:
    """What is shown as least and most may be entered."""
    checks = {
        "IT.SYSBP": ("GT", "40", "LT", "300"),
        "IT.VSDAT": ("GT", "2020-01-01", "LT", "2020-03-01"),
        "IT.VSTIM": ("GT", "06:59", "LT", "22:00"),
        "IT.AESTDTM": ("GT", "2020-01-01T23:59", "LT", "2020-03-01T00:00"),
        "IT.EXDOSE": ("EQ", "5.5", "LE", "9"),
    }
    changed = tuple(
        msgspec.structs.replace(
            item,
            range_checks=(
                RangeCheck(comparator=checks[item.oid][0], value=checks[item.oid][1]),  # type: ignore[arg-type]
                RangeCheck(comparator=checks[item.oid][2], value=checks[item.oid][3]),  # type: ignore[arg-type]
            ),
        )
        if item.oid in checks
        else item
        for item in pressure.version.items
    )
    shown = items(Definition(msgspec.structs.replace(pressure.version, items=changed)))
    limits = {oid: (shown[oid]["min"], shown[oid]["max"]) for oid in checks}  # type: ignore[index]
    assert limits == {
        "IT.SYSBP": (41, 299),
        "IT.VSDAT": ("2020-01-02", "2020-02-29"),
        "IT.VSTIM": ("07:00", "21:59"),
        "IT.AESTDTM": ("2020-01-02T00:00", "2020-02-29T23:59"),
        "IT.EXDOSE": (5.5, 5.5),
    }
