"""Item types: conversion between text and value, one class for each data type.

Values are kept as the text that was entered, in the notations of ODM 1.3.2: `2026-11-24`, `2026-11`, `08:30`,
`2026-11-24T08:30`, `-12`, `36.6`, `true`. What a person typed is brought into them by `typed_input.py`.
"""

import calendar
import datetime
import decimal
import re
from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar, cast

import msgspec

from desktop.messages import bilingual
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import DataType, ItemDef

DEFAULT_LENGTH = 2000
"""Characters of a text whose item names no length."""
MAX_NUMBER_LENGTH = 18
"""Digits on either side of the point."""
FIRST_YEAR, LAST_YEAR = 1800, 2200

NUMBER_TYPES = (DataType.INTEGER, DataType.FLOAT)
DATE_TYPES = (DataType.DATE, DataType.PARTIAL_DATE, DataType.DATETIME)

_UNKEEPABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and newline, and halves of surrogate pairs."""

_INTEGER = re.compile(rf"-?[0-9]{{1,{MAX_NUMBER_LENGTH}}}")
_COMPARATOR = re.compile(r"[<>]=?")
_FLOAT = re.compile(rf"-?[0-9]{{1,{MAX_NUMBER_LENGTH}}}(\.[0-9]{{1,{MAX_NUMBER_LENGTH}}})?")

T = TypeVar("T")


class ValueFault(Exception):  # noqa: N818 - a fault of the text, not of the program
    """A text is not a value of its type. `message` says why, in both languages, and never names the text."""

    def __init__(self, message: str, **fields: object) -> None:
        self.message: Text = bilingual(message, **fields)
        super().__init__(self.message["en"])


class PartialDate(msgspec.Struct, frozen=True):
    """A date of which the day, or the month and the day, may be unknown."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def earliest(self) -> datetime.date:
        """The first day that it can be."""
        return datetime.date(self.year, _or(self.month, 1), _or(self.day, 1))

    @property
    def latest(self) -> datetime.date:
        """The last day that it can be."""
        month = _or(self.month, 12)
        return datetime.date(self.year, month, _or(self.day, calendar.monthrange(self.year, month)[1]))


class Interval(dict[str, datetime.datetime]):
    """What expressions see of a partial date: its earliest and its latest moment."""


class ItemType(ABC, Generic[T]):
    """How the values of one data type are read, written and seen by expressions."""

    @abstractmethod
    def parse(self, item: ItemDef, text: str) -> T:
        """The value. Raises ValueFault."""

    @abstractmethod
    def to_text(self, value: T) -> str:
        """The text of a value: `parse` gives the same value for it again."""

    @abstractmethod
    def to_expression(self, value: T) -> object:
        """What expressions see."""

    @abstractmethod
    def from_expression(self, item: ItemDef, outcome: object) -> str | None:
        """The text of what an expression gave; None where it is no value of this type."""


class TextType(ItemType[str]):
    """Any text that can be kept, of at most the item's length in code points."""

    def parse(self, item: ItemDef, text: str) -> str:
        if _UNKEEPABLE.search(text):
            raise ValueFault("The text holds characters that cannot be kept.")
        most = item.length or DEFAULT_LENGTH
        if len(text) > most:
            raise ValueFault("The text has more than {most} characters.", most=most)
        return text

    def to_text(self, value: str) -> str:
        return value

    def to_expression(self, value: str) -> str:
        return value

    def from_expression(self, item: ItemDef, outcome: object) -> str | None:
        del item
        return outcome if isinstance(outcome, str) else None


class IntegerType(ItemType[int]):
    """A whole number."""

    def parse(self, item: ItemDef, text: str) -> int:
        if not _INTEGER.fullmatch(text):
            raise ValueFault("Should be a whole number, e.g. 12.")
        _check_length(item, text)
        return int(text)

    def to_text(self, value: int) -> str:
        return str(value)

    def to_expression(self, value: int) -> float:
        return float(value)

    def from_expression(self, item: ItemDef, outcome: object) -> str | None:
        del item
        if isinstance(outcome, int | float) and abs(outcome) < 10**MAX_NUMBER_LENGTH and abs(outcome % 1) in (0, 1):
            return str(int(outcome))
        return None


class FloatType(ItemType[decimal.Decimal]):
    """A decimal number, exactly as written."""

    def parse(self, item: ItemDef, text: str) -> decimal.Decimal:
        if item.comparators:
            text = without_comparator(text)
        if not _FLOAT.fullmatch(text):
            raise ValueFault("Should be a number, e.g. 12.5.")
        _check_length(item, text)
        most = item.significant_digits
        if most is not None and len(text.partition(".")[2]) > most:
            if not most:
                raise ValueFault("Should be a whole number, e.g. 12.")
            raise ValueFault("Should have at most {most} digits after the point.", most=most)
        return decimal.Decimal(text)

    def to_text(self, value: decimal.Decimal) -> str:
        return f"{value:f}"

    def to_expression(self, value: decimal.Decimal) -> float:
        return float(value)

    def from_expression(self, item: ItemDef, outcome: object) -> str | None:
        if not isinstance(outcome, int | float) or not abs(outcome) < 10**MAX_NUMBER_LENGTH:
            return None
        digits = item.significant_digits
        number = decimal.Decimal(repr(float(outcome)))
        step = decimal.Decimal(1).scaleb(-(MAX_NUMBER_LENGTH if digits is None else digits))
        text = f"{number.quantize(step, rounding=decimal.ROUND_HALF_UP, context=decimal.Context(prec=60)):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text


def comparator_of(text: str) -> str:
    """The sign before a number, e.g. `<`; empty where there is none."""
    found = _COMPARATOR.match(text)
    return found[0] if found else ""


def without_comparator(text: str) -> str:
    """A number without the sign before it."""
    return text[len(comparator_of(text)) :]


class BooleanType(ItemType[bool]):
    """True or false."""

    def parse(self, item: ItemDef, text: str) -> bool:
        del item
        if text not in ("true", "false", "1", "0"):
            raise ValueFault("Should be true or false.")
        return text in ("true", "1")

    def to_text(self, value: bool) -> str:  # noqa: FBT001 - the type's own value
        return "true" if value else "false"

    def to_expression(self, value: bool) -> bool:  # noqa: FBT001 - the type's own value
        return value

    def from_expression(self, item: ItemDef, outcome: object) -> str | None:
        del item
        return self.to_text(outcome) if isinstance(outcome, bool) else None


class PartialDateType(ItemType[PartialDate]):
    """A date as far as it is known."""

    def parse(self, item: ItemDef, text: str) -> PartialDate:
        del item
        match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", text)
        if match is None:
            raise ValueFault("Should be a date: 2026-11-24, 2026-11 or 2026.")
        year, month, day = (None if part is None else int(part) for part in match.groups())
        date = PartialDate(year or 0, month, day)
        if not (FIRST_YEAR <= date.year <= LAST_YEAR and _is_in_calendar(date)):
            raise ValueFault("There is no such date in the calendar.")
        return date

    def to_text(self, value: PartialDate) -> str:
        parts = (f"{value.year:04}", *(f"{part:02}" for part in (value.month, value.day) if part is not None))
        return "-".join(parts)

    def to_expression(self, value: PartialDate) -> Interval:
        return Interval(earliest=_moment(value.earliest), latest=_moment(value.latest))

    def from_expression(self, item: ItemDef, outcome: object) -> str | None:
        if isinstance(outcome, datetime.datetime):
            return ITEM_TYPES[DataType.DATE].from_expression(item, outcome)
        if not isinstance(outcome, dict):
            return None
        interval = cast("dict[str, object]", outcome)
        # The same interval came from a text of one of these precisions.
        earliest = str(interval["earliest"])[:10]
        for text in (earliest, earliest[:7], earliest[:4]):
            if self.to_expression(self.parse(item, text)) == interval:
                return text
        return None


class DateType(ItemType[datetime.date]):
    """A date of the calendar."""

    def parse(self, item: ItemDef, text: str) -> datetime.date:
        del item
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueFault("Should be a date, e.g. 2026-11-24.")
        try:
            date = datetime.date.fromisoformat(text)
        except ValueError:
            date = datetime.date.min
        if not FIRST_YEAR <= date.year <= LAST_YEAR:
            raise ValueFault("There is no such date in the calendar.")
        return date

    def to_text(self, value: datetime.date) -> str:
        return value.isoformat()

    def to_expression(self, value: datetime.date) -> datetime.datetime:
        return _moment(value)

    def from_expression(self, item: ItemDef, outcome: object) -> str | None:
        del item
        return outcome.date().isoformat() if isinstance(outcome, datetime.datetime) else None


class TimeType(ItemType[datetime.time]):
    """A time of day, to the minute or the second."""

    def parse(self, item: ItemDef, text: str) -> datetime.time:
        del item
        if not re.fullmatch(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?", text):
            raise ValueFault("Should be a time of day, e.g. 08:30.")
        try:
            return datetime.time.fromisoformat(text)
        except ValueError:
            raise ValueFault("There is no such time of day.") from None

    def to_text(self, value: datetime.time) -> str:
        return value.isoformat("seconds" if value.second else "minutes")

    def to_expression(self, value: datetime.time) -> datetime.timedelta:
        return datetime.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)

    def from_expression(self, item: ItemDef, outcome: object) -> str | None:
        del item
        if not isinstance(outcome, datetime.timedelta) or not 0 <= outcome.total_seconds() < 86400:
            return None
        seconds = int(outcome.total_seconds())
        return self.to_text(datetime.time(seconds // 3600, seconds // 60 % 60, seconds % 60))


class DatetimeType(ItemType[datetime.datetime]):
    """A date and a time of day, in the site's civil time."""

    def parse(self, item: ItemDef, text: str) -> datetime.datetime:
        date, _, time = text.partition("T")
        try:
            return datetime.datetime.combine(_DATE.parse(item, date), _TIME.parse(item, time))
        except ValueFault:
            raise ValueFault("Should be a date and a time, e.g. 2026-11-24T08:30.") from None

    def to_text(self, value: datetime.datetime) -> str:
        return value.isoformat(timespec="seconds" if value.second else "minutes")

    def to_expression(self, value: datetime.datetime) -> datetime.datetime:
        return value.replace(tzinfo=datetime.UTC)

    def from_expression(self, item: ItemDef, outcome: object) -> str | None:
        del item
        return self.to_text(outcome.replace(tzinfo=None)) if isinstance(outcome, datetime.datetime) else None


_DATE, _TIME = DateType(), TimeType()

ITEM_TYPES: dict[DataType, ItemType[Any]] = {
    DataType.TEXT: TextType(),
    DataType.INTEGER: IntegerType(),
    DataType.FLOAT: FloatType(),
    DataType.DATE: _DATE,
    DataType.PARTIAL_DATE: PartialDateType(),
    DataType.TIME: _TIME,
    DataType.DATETIME: DatetimeType(),
    DataType.BOOLEAN: BooleanType(),
}


def _check_length(item: ItemDef, text: str) -> None:
    if item.length is not None and len(text) - text.count("-") - text.count(".") > item.length:
        raise ValueFault("Should have at most {length} digits.", length=item.length)


def _or(part: int | None, unknown: int) -> int:
    return unknown if part is None else part


def _is_in_calendar(date: PartialDate) -> bool:
    try:
        return date.earliest <= date.latest
    except (ValueError, IndexError):
        return False


def _moment(date: datetime.date) -> datetime.datetime:
    return datetime.datetime(date.year, date.month, date.day, tzinfo=datetime.UTC)
