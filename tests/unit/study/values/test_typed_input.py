"""What people type becomes what is stored."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.study.definition.metadata import DataType
from desktop.study.values.typed_input import TIDY

DATE, PARTIAL, TIME, DATETIME = DataType.DATE, DataType.PARTIAL_DATE, DataType.TIME, DataType.DATETIME


@pytest.mark.parametrize(
    ("data_type", "typed", "stored"),
    [
        (DATE, "20261124", "2026-11-24"),
        (DATE, "2026/11/24", "2026-11-24"),
        (DATE, "2026.11.24", "2026-11-24"),
        (DATE, "2026 11 24", "2026-11-24"),
        (DATE, "2026-1-4", "2026-01-04"),
        (DATE, "24.11.2026", "2026-11-24"),
        (DATE, "24/11/2026", "2026-11-24"),
        (DATE, "11/24/2026", "2026-11-24"),
        (DATE, "05/05/2026", "2026-05-05"),
        (DATE, "2026年11月24日", "2026-11-24"),
        (DATE, "2026年1月4号", "2026-01-04"),
        (DATE, "２０２６－１１－２４", "2026-11-24"),
        (DATE, "24-Nov-2026", "2026-11-24"),
        (DATE, "24 nov 2026", "2026-11-24"),
        (DATE, "4NOV2026", "2026-11-04"),
        (DATE, " 2026-11-24 ", "2026-11-24"),
        (PARTIAL, "2026", "2026"),
        (PARTIAL, "2026年", "2026"),
        (PARTIAL, "2026-11", "2026-11"),
        (PARTIAL, "2026/1", "2026-01"),
        (PARTIAL, "2026年1月", "2026-01"),
        (PARTIAL, "UN-NOV-2026", "2026-11"),
        (PARTIAL, "UN-UNK-2026", "2026"),
        (TIME, "9:5", "09:05"),
        (TIME, "0905", "09:05"),
        (TIME, "９：０５", "09:05"),
        (TIME, "9点5分", "09:05"),
        (TIME, "9时", "09:00"),
        (TIME, "9:05:07", "09:05:07"),
        (DATETIME, "2026-11-24 9:5", "2026-11-24T09:05"),
        (DATETIME, "20261124 0905", "2026-11-24T09:05"),
        (DATETIME, "2026年11月24日9时5分", "2026-11-24T09:05"),
        (DATETIME, "2026-11-24T09:05", "2026-11-24T09:05"),
        (DataType.INTEGER, "１２", "12"),
        (DataType.INTEGER, "+12", "12"),
        (DataType.INTEGER, "−5", "-5"),
        (DataType.FLOAT, "36．6", "36.6"),
        (DataType.FLOAT, "36。6", "36.6"),
        (DataType.FLOAT, ".5", "0.5"),
        (DataType.FLOAT, "-.5", "-0.5"),
        (DataType.FLOAT, "5.", "5"),
        (DataType.TEXT, "  one\r\ntwo  ", "one\ntwo"),
    ],
)
def test_typed(data_type: DataType, typed: str, stored: str) -> None:
    assert TIDY[data_type](typed) == stored


@pytest.mark.parametrize(
    ("data_type", "typed"),
    [
        (DATE, "05/06/2026"),
        (DATE, "05.06.2026"),
        (DATE, "26-11-24"),
        (DATE, "24/11/26"),
        (DATE, "13/13/2026"),
        (DATE, "tomorrow"),
        (DATE, "2026-11-24-1"),
        (DATE, "UN-11-2026"),
        (DATE, ""),
        (TIME, "905"),
        (TIME, "9"),
        (TIME, "9.05"),
        (DATETIME, "2026-11-24"),
        (DataType.FLOAT, "1,5"),
        (DataType.FLOAT, "1,234"),
        (DataType.INTEGER, "12 mg"),
    ],
)
def test_nothing_is_guessed(data_type: DataType, typed: str) -> None:
    assert TIDY[data_type](typed) == typed


@settings(deadline=None)
@given(st.dates(datetime.date(1800, 1, 1), datetime.date(2200, 12, 31)))
def test_every_order_of_a_date(date: datetime.date) -> None:
    month = date.strftime("%b")
    typed = [
        f"{date:%Y%m%d}",
        f"{date:%Y/%m/%d}",
        f"{date.year}年{date.month}月{date.day}日",
        f"{date.day}-{month}-{date.year}",
    ]
    assert {TIDY[DATE](text) for text in typed} == {date.isoformat()}


@settings(deadline=None)
@given(st.dates(datetime.date(1800, 1, 1), datetime.date(2200, 12, 31)))
def test_day_and_month_are_never_swapped(date: datetime.date) -> None:
    for typed in (f"{date:%d/%m/%Y}", f"{date:%m/%d/%Y}"):
        stored = TIDY[DATE](typed)
        assert stored == date.isoformat() if date.day > 12 or date.day == date.month else stored == typed
