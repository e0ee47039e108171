"""Limits of items and the sentences that help."""

import datetime

import pytest

from desktop.study.clinical_data import ItemValue
from desktop.study.definition.metadata import DataType, Definition, ItemDef, RangeCheck
from desktop.study.values.range_checks import broken_limits

TODAY = datetime.date(2026, 11, 24)


def messages(definition: Definition, item: ItemDef, value: ItemValue) -> list[tuple[int, bool, str, str]]:
    return [(b.number, b.soft, b.message["en"], b.message["zh"]) for b in broken_limits(definition, item, value, TODAY)]


@pytest.mark.parametrize(
    ("item", "value", "expected"),
    [
        ("IT.SYSBP", ItemValue(value="39"), (1, False, "Should be 40 to 300 mmHg.", "应在 40 至 300 mmHg 之间。")),
        ("IT.SYSBP", ItemValue(value="301"), (2, False, "Should be 40 to 300 mmHg.", "应在 40 至 300 mmHg 之间。")),
        (
            "IT.WEIGHT",
            ItemValue(value="19.9", unit="kg"),
            (1, False, "Should be 20 to 300 kg.", "应在 20 至 300 公斤之间。"),
        ),
        (
            "IT.WEIGHT",
            ItemValue(value="725", unit="kg"),
            (
                2,
                False,
                "Should be 20 to 300 kg. If 72.5 is meant, the point is missing.",
                "应在 20 至 300 公斤之间。若为 72.5，则漏了小数点。",
            ),
        ),
        (
            "IT.WEIGHT",
            ItemValue(value="151", unit="kg"),
            (4, True, "Is usually 40 to 150 kg.", "通常在 40 至 150 公斤之间。"),
        ),
        ("IT.WEIGHT", ItemValue(value="300001", unit="g"), (2, False, None, None)),
        ("IT.HEIGHT", ItemValue(value="0"), (1, False, "Should be above 0.", "应大于 0。")),
        (
            "IT.VSDAT",
            ItemValue(value="2026-11-25"),
            (2, False, "The date lies after today, 2026-11-24.", "日期晚于今天（2026-11-24）。"),
        ),
        (
            "IT.VSDAT",
            ItemValue(value="2019-12-31"),
            (1, False, "Should be 2020-01-01 or later.", "应不早于 2020-01-01。"),
        ),
        ("IT.VSTIM", ItemValue(value="05:59"), (1, False, "Should be 06:00 or later.", "应不早于 06:00。")),
        ("IT.VSTIM", ItemValue(value="22:00"), (2, True, "Is usually before 22:00.", "通常早于 22:00。")),
        ("IT.BRTHDAT", ItemValue(value="2026-12"), (1, False, None, None)),
        ("IT.AESTDTM", ItemValue(value="2026-11-25T00:00"), (1, False, None, None)),
    ],
)
def test_broken(
    pressure: Definition, item: str, value: ItemValue, expected: tuple[int, bool, str | None, str | None]
) -> None:
    found = messages(pressure, pressure.items[item], value)
    assert len(found) == 1
    assert all(want is None or got == want for got, want in zip(found[0], expected, strict=True)), found


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("IT.SYSBP", ItemValue(value="40")),
        ("IT.SYSBP", ItemValue(value="300")),
        ("IT.WEIGHT", ItemValue(value="150000", unit="g")),
        ("IT.VSDAT", ItemValue(value="2026-11-24")),
        ("IT.BRTHDAT", ItemValue(value="2026")),
        ("IT.BRTHDAT", ItemValue(value="2026-11")),
        ("IT.NEXTDAT", ItemValue(value="2030-01-01")),
        ("IT.AESTDTM", ItemValue(value="2026-11-24T23:59")),
        ("IT.VSTIM", ItemValue(value="21:59:59")),
    ],
)
def test_kept(pressure: Definition, item: str, value: ItemValue) -> None:
    assert messages(pressure, pressure.items[item], value) == []


def test_a_hard_limit_is_said_alone(pressure: Definition) -> None:
    assert [
        soft for _, soft, _, _ in messages(pressure, pressure.items["IT.WEIGHT"], ItemValue(value="10", unit="kg"))
    ] == [False]


@pytest.mark.parametrize(
    ("comparator", "limit", "value", "english"),
    [
        ("EQ", "2026-11-01", "2026-11", None),
        ("EQ", "2026-11-01", "2026-10", "Should be 2026-11-01."),
        ("NE", "2026-11-01", "2026-11", None),
        ("NE", "2026-11-01", "2026-11-01", "Should be other than 2026-11-01."),
        ("GT", "2026-11-01", "2026-11", None),
        ("GT", "2026-11-30", "2026-11", "Should be after 2026-11-30."),
        ("LT", "2026-11-01", "2026-11", "Should be before 2026-11-01."),
        ("LT", "2026-11-02", "2026-11", None),
        ("LE", "2026-10-31", "2026-11", "Should be 2026-10-31 or earlier."),
    ],
)
def test_of_a_partial_date_only_what_is_certain(
    pressure: Definition, comparator: str, limit: str, value: str, english: str | None
) -> None:
    check = RangeCheck(comparator=comparator, value=limit)  # type: ignore[arg-type]
    item = ItemDef(oid="IT.X", name="X", question={}, data_type=DataType.PARTIAL_DATE, range_checks=(check,))
    found = messages(pressure, item, ItemValue(value=value))
    assert [message for _, _, message, _ in found] == ([] if english is None else [english])


def test_a_message_of_the_study_goes_before(pressure: Definition) -> None:
    check = RangeCheck(comparator="LE", value="5", message={"en": "Too much.", "zh": "过多。"})
    item = ItemDef(oid="IT.X", name="X", question={}, data_type=DataType.INTEGER, range_checks=(check,))
    assert messages(pressure, item, ItemValue(value="6")) == [(1, False, "Too much.", "过多。")]


@pytest.mark.parametrize(
    ("digits", "typed", "hint"),
    [(1, "140", "14.0"), (2, "1400", "14.00"), (1, "1400", None), (1, "9999", None), (1, "140.5", None)],
)
def test_the_missing_point(pressure: Definition, digits: int, typed: str, hint: str | None) -> None:
    checks = (RangeCheck(comparator="GE", value="0"), RangeCheck(comparator="LE", value="100"))
    item = ItemDef(
        oid="IT.X",
        name="X",
        question={},
        data_type=DataType.FLOAT,
        significant_digits=digits,
        range_checks=checks,
    )
    ((_, _, english, chinese),) = messages(pressure, item, ItemValue(value=typed))
    assert english == "Should be 0 to 100." + (f" If {hint} is meant, the point is missing." if hint else "")
    assert chinese == "应在 0 至 100 之间。" + (f"若为 {hint}，则漏了小数点。" if hint else "")
