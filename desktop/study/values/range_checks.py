"""Range checks of single items, with a hint where a missing decimal point explains the value."""

import datetime
import decimal
import functools
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from desktop.messages import bilingual
from desktop.study.clinical_data import ItemValue
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import DataType, Definition, ItemDef, RangeCheck
from desktop.study.values import item_values
from desktop.study.values.item_types import DATE_TYPES, ITEM_TYPES, NUMBER_TYPES, PartialDate

TODAY = "today"

Limit = decimal.Decimal | datetime.date | datetime.datetime | datetime.time

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "LT": operator.lt,
    "LE": operator.le,
    "GT": operator.gt,
    "GE": operator.ge,
    "EQ": operator.eq,
    "NE": operator.ne,
}


class BrokenLimit(msgspec.Struct, frozen=True):
    """A limit that a value does not keep."""

    number: int
    """Counted from 1 among the item's limits."""
    soft: bool
    message: Text


def broken_limits(
    definition: Definition, item: ItemDef, value: ItemValue, today: datetime.date
) -> Iterator[BrokenLimit]:
    """The limits that a sound value breaks: the hard ones, or if it keeps these, the soft ones."""
    found = [
        (number, check)
        for number, check in enumerate(item.range_checks, 1)
        if not _holds(definition, item, value, check, today)
    ]
    soft = all(check.soft for _, check in found)
    for number, check in found:
        if check.soft == soft:
            message = check.message or _worded(definition, item, value, check, today)
            yield BrokenLimit(number, check.soft, message)


def limit_of(item: ItemDef, check: RangeCheck, today: datetime.date = datetime.date.max) -> Limit:
    """The limit as a value that can be compared. Raises ValueFault when the definition's text is none."""
    if check.value == TODAY and item.data_type in DATE_TYPES:
        return today
    return _fixed_limit(item.data_type, check.value)


@functools.lru_cache(1000)
def _fixed_limit(data_type: DataType, text: str) -> Limit:
    item = ItemDef(oid="", name="", question={}, data_type=data_type)
    if data_type in NUMBER_TYPES:
        return decimal.Decimal(ITEM_TYPES[DataType.FLOAT].parse(item, text))
    if data_type == DataType.PARTIAL_DATE or (data_type == DataType.DATETIME and "T" not in text):
        return ITEM_TYPES[DataType.DATE].parse(item, text)
    return ITEM_TYPES[data_type].parse(item, text)


def _holds(definition: Definition, item: ItemDef, value: ItemValue, check: RangeCheck, today: datetime.date) -> bool:
    limit = limit_of(item, check, today)
    compare = _COMPARE[check.comparator]
    if item.data_type in NUMBER_TYPES:
        return compare(item_values.number(definition, item, value), limit)
    found = item_values.parsed(item, value)
    if isinstance(found, PartialDate):
        return _partial_holds(found, check, limit)
    if isinstance(found, datetime.datetime) and not isinstance(limit, datetime.datetime):
        found = found.date()
    return compare(found, limit)


def _partial_holds(found: PartialDate, check: RangeCheck, limit: Limit) -> bool:
    """Of an incomplete date the day that speaks for it counts: only what is certainly wrong is wrong."""
    match check.comparator:
        case "GT" | "GE":
            return _COMPARE[check.comparator](found.latest, limit)
        case "LT" | "LE":
            return _COMPARE[check.comparator](found.earliest, limit)
        case "EQ":
            return found.earliest <= limit <= found.latest  # type: ignore[operator] - the limits of one item are of one type
        case "NE":
            return not found.earliest == limit == found.latest


_NUMBER_WORDS: dict[str, str] = {
    "GE": "at least {limit}",
    "GT": "above {limit}",
    "LE": "at most {limit}",
    "LT": "below {limit}",
    "EQ": "{limit}",
    "NE": "other than {limit}",
}
_TIME_WORDS: dict[str, str] = _NUMBER_WORDS | {
    "GE": "{limit} or later",
    "GT": "after {limit}",
    "LE": "{limit} or earlier",
    "LT": "before {limit}",
}


def _worded(definition: Definition, item: ItemDef, value: ItemValue, check: RangeCheck, today: datetime.date) -> Text:
    """What the limits are, e.g. `Should be 0 to 100 %.`."""
    if check.value == TODAY and check.comparator == "LE":
        return bilingual("The date lies after today, {today}.", today=today)
    unit = next(iter(definition.unit_names(item)), "")
    symbols = {language: f" {definition.unit_symbol(unit, language)}" if unit else "" for language in ("en", "zh")}
    same = [other for other in item.range_checks if other.soft == check.soft and not other.message]
    low = [other.value for other in same if other.comparator == "GE"]
    high = [other.value for other in same if other.comparator == "LE"]
    if check.comparator in ("GE", "LE") and low and high and TODAY not in (low[0], high[0]):
        upper = {language: high[0] + symbol for language, symbol in symbols.items()}
        # Between Chinese characters stands no space: 300 mmHg 之间, but 300 公斤之间.
        blank = {"en": "", "zh": "" if upper["zh"][-1] >= "一" else " "}
        allowed = bilingual("{low} to {high}{blank}", low=low[0], high=upper, blank=blank)
    else:
        limit = str(today) if check.value == TODAY else check.value
        phrases = _NUMBER_WORDS if item.data_type in NUMBER_TYPES else _TIME_WORDS
        shown = {language: limit + symbol for language, symbol in symbols.items()}
        allowed = bilingual(phrases[check.comparator], limit=shown)
    hint = _missing_point(definition, item, value, same, today)
    sentence = "Is usually {range}.{hint}" if check.soft else "Should be {range}.{hint}"
    return bilingual(sentence, range=allowed, hint=hint)


def _missing_point(
    definition: Definition, item: ItemDef, value: ItemValue, limits: Sequence[RangeCheck], today: datetime.date
) -> Text | str:
    """Whether the number would keep the limits with a point before its last digits."""
    typed = value.value
    if item.data_type != DataType.FLOAT or not re.fullmatch(r"[0-9]{2,}", typed):
        return ""
    for digits in range(1, min(item.significant_digits or 1, len(typed) - 1) + 1):
        meant = f"{typed[:-digits]}.{typed[-digits:]}"
        shifted = ItemValue(value=meant, unit=value.unit)
        if all(_holds(definition, item, shifted, check, today) for check in limits):
            return bilingual(" If {meant} is meant, the point is missing.", meant=meant)
    return ""
