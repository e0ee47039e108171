"""Item types: text -> value -> text."""

import datetime
import decimal
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.study.definition.metadata import DataType, ItemDef
from desktop.study.values.item_types import ITEM_TYPES, PartialDate, ValueFault
from desktop.study.values.typed_input import TIDY

DATES = st.dates(datetime.date(1800, 1, 1), datetime.date(2200, 12, 31))
MINUTES = st.times().map(lambda time: time.replace(second=0, microsecond=0))
TIMES = st.one_of(MINUTES, st.times().map(lambda time: time.replace(microsecond=0)))
VALUES = {
    DataType.TEXT: st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n"), max_size=2000),
    DataType.INTEGER: st.integers(-(10**18) + 1, 10**18 - 1),
    DataType.FLOAT: st.decimals(-(10**9), 10**9, places=5),
    DataType.DATE: DATES,
    DataType.PARTIAL_DATE: st.builds(
        lambda date, parts: PartialDate(*(date.year, date.month, date.day)[:parts]), DATES, st.integers(1, 3)
    ),
    DataType.TIME: TIMES,
    DataType.DATETIME: st.builds(datetime.datetime.combine, DATES, TIMES),
    DataType.BOOLEAN: st.booleans(),
}


def item_of(data_type: DataType, **more: int) -> ItemDef:
    return ItemDef(oid="IT.X", name="X", question={}, data_type=data_type, **more)


def test_every_type_is_here() -> None:
    assert set(ITEM_TYPES) == set(TIDY) == set(VALUES) == set(DataType)


@pytest.mark.parametrize("data_type", list(DataType))
@settings(deadline=None)
@given(data=st.data())
def test_text_to_value_to_text(data_type: DataType, data: st.DataObject) -> None:
    """What is written is read as the same value; what is tidy stays; what expressions see comes back."""
    item, item_type = item_of(data_type), ITEM_TYPES[data_type]
    value = data.draw(VALUES[data_type])
    text = item_type.to_text(value)
    assert item_type.parse(item, text) == value
    if data_type != DataType.TEXT:
        assert TIDY[data_type](text) == text
    if data_type != DataType.INTEGER or abs(value) < 2**53:
        seen = item_type.from_expression(item, item_type.to_expression(value))
        assert seen is not None
        assert item_type.parse(item, seen) == value


@pytest.mark.parametrize("data_type", list(DataType))
@settings(deadline=None)
@given(text=st.one_of(st.text(), st.text(string.digits + "-+.:Te/ 年月日时０５", max_size=20)))
def test_any_text_is_read_or_refused(data_type: DataType, text: str) -> None:
    """Nothing but ValueFault comes out; what is read can be written; tidying twice is tidying once."""
    item, item_type = item_of(data_type), ITEM_TYPES[data_type]
    tidied = TIDY[data_type](text)
    assert TIDY[data_type](tidied) == tidied
    try:
        value = item_type.parse(item, text)
    except ValueFault:
        return
    assert item_type.parse(item, item_type.to_text(value)) == value


@pytest.mark.parametrize(
    ("data_type", "text"),
    [
        (DataType.TEXT, "nul \0"),
        (DataType.TEXT, "return \r"),
        (DataType.TEXT, "escape \x1b"),
        (DataType.TEXT, "next line \x85"),
        (DataType.TEXT, "half \ud800"),
        (DataType.TEXT, "a" * 2001),
        (DataType.INTEGER, "1.0"),
        (DataType.INTEGER, "1e3"),
        (DataType.INTEGER, "٣"),
        (DataType.INTEGER, "３"),
        (DataType.INTEGER, "+1"),
        (DataType.INTEGER, " 1"),
        (DataType.INTEGER, "1\n"),
        (DataType.INTEGER, "9" * 19),
        (DataType.FLOAT, ".5"),
        (DataType.FLOAT, "5."),
        (DataType.FLOAT, "1,5"),
        (DataType.FLOAT, "1e3"),
        (DataType.FLOAT, "NaN"),
        (DataType.FLOAT, "inf"),
        (DataType.DATE, "2026-02-29"),
        (DataType.DATE, "2026-1-1"),
        (DataType.DATE, "2026-11"),
        (DataType.DATE, "20261124"),
        (DataType.DATE, "1799-12-31"),
        (DataType.DATE, "2201-01-01"),
        (DataType.DATE, "0000-01-01"),
        (DataType.PARTIAL_DATE, "2026-13"),
        (DataType.PARTIAL_DATE, "2026-00"),
        (DataType.PARTIAL_DATE, "2026-02-30"),
        (DataType.PARTIAL_DATE, "1799"),
        (DataType.PARTIAL_DATE, "-11-24"),
        (DataType.TIME, "24:00"),
        (DataType.TIME, "9:00"),
        (DataType.TIME, "09:60"),
        (DataType.TIME, "09:00:61"),
        (DataType.TIME, "09:00:00.5"),
        (DataType.DATETIME, "2026-11-24"),
        (DataType.DATETIME, "2026-11-24 08:30"),
        (DataType.DATETIME, "2026-11-24T08:30Z"),
        (DataType.DATETIME, "2026-11-31T08:30"),
        (DataType.BOOLEAN, "True"),
        (DataType.BOOLEAN, "yes"),
    ],
)
def test_refused(data_type: DataType, text: str) -> None:
    with pytest.raises(ValueFault):
        ITEM_TYPES[data_type].parse(item_of(data_type), text)


def test_lengths_and_digits() -> None:
    integer, floating = ITEM_TYPES[DataType.INTEGER], ITEM_TYPES[DataType.FLOAT]
    assert integer.parse(item_of(DataType.INTEGER, length=3), "-123") == -123
    with pytest.raises(ValueFault, match="at most 3 digits"):
        integer.parse(item_of(DataType.INTEGER, length=3), "1234")
    assert floating.parse(item_of(DataType.FLOAT, length=4, significant_digits=2), "12.34") == decimal.Decimal("12.34")
    with pytest.raises(ValueFault, match="at most 4 digits"):
        floating.parse(item_of(DataType.FLOAT, length=4, significant_digits=2), "123.45")
    with pytest.raises(ValueFault, match="at most 1 digits after the point"):
        floating.parse(item_of(DataType.FLOAT, significant_digits=1), "1.25")
    with pytest.raises(ValueFault, match="whole number"):
        floating.parse(item_of(DataType.FLOAT, significant_digits=0), "1.5")
    with pytest.raises(ValueFault, match="more than 3 characters"):
        ITEM_TYPES[DataType.TEXT].parse(item_of(DataType.TEXT, length=3), "四个字符")
    assert ITEM_TYPES[DataType.TEXT].parse(item_of(DataType.TEXT, length=3), "👩👩👩") == "👩👩👩"


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2024-02-10", "2024-02-10", "2024-02-10"),
    ],
)
def test_a_partial_date_is_an_interval(text: str, earliest: str, latest: str) -> None:
    seen = ITEM_TYPES[DataType.PARTIAL_DATE].to_expression(
        ITEM_TYPES[DataType.PARTIAL_DATE].parse(item_of(DataType.PARTIAL_DATE), text)
    )
    assert {name: moment.date().isoformat() for name, moment in seen.items()} == {
        "earliest": earliest,
        "latest": latest,
    }


@pytest.mark.parametrize(
    ("data_type", "outcome", "text"),
    [
        (DataType.INTEGER, 34.0, "34"),
        (DataType.INTEGER, 34, "34"),
        (DataType.INTEGER, 34.5, None),
        (DataType.INTEGER, -2.0, "-2"),
        (DataType.FLOAT, 22.86, "22.9"),
        (DataType.FLOAT, 0.25, "0.3"),
        (DataType.FLOAT, -0.25, "-0.3"),
        (DataType.FLOAT, 200.0, "200"),
        (DataType.FLOAT, 1e30, None),
        (DataType.FLOAT, "1.0", None),
        (DataType.TEXT, 1.0, None),
        (DataType.BOOLEAN, 1.0, None),
        (DataType.TIME, datetime.timedelta(hours=25), None),
        (DataType.DATE, "2026-11-24", None),
    ],
)
def test_what_expressions_give(data_type: DataType, outcome: object, text: str | None) -> None:
    digits = {"significant_digits": 1} if data_type == DataType.FLOAT else {}
    assert ITEM_TYPES[data_type].from_expression(item_of(data_type, **digits), outcome) == text
