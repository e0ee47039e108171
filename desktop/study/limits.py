"""Limits of single items, and the sentence that helps: what the limits are, and whether a missing point explains it."""

import datetime
import operator
from collections.abc import Callable
from typing import Any

from desktop.study.data import ItemValue
from desktop.study.definition import DataType, Definition, ItemDef, RangeCheck, Text, words
from desktop.study.values import ITEM_TYPES, ValueFault, number_in_first_unit

TODAY = "today"

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "LT": operator.lt,
    "LE": operator.le,
    "GT": operator.gt,
    "GE": operator.ge,
    "EQ": operator.eq,
    "NE": operator.ne,
}
NUMBER_TYPES = (DataType.INTEGER, DataType.FLOAT)
DATE_TYPES = (DataType.DATE, DataType.PARTIAL_DATE, DataType.DATETIME)

Limit = float | datetime.date | datetime.time


def range_problem(
    definition: Definition, item: ItemDef, value: ItemValue, today: datetime.date
) -> tuple[int, RangeCheck, Text] | None:
    """The first limit that a sound value breaks, hard ones before soft ones: (number, check, message)."""
    numbered = sorted(enumerate(item.range_checks, 1), key=lambda pair: pair[1].soft)
    for number, check in numbered:
        if not _holds(definition, item, value, check, today):
            return number, check, check.message or _worded(definition, item, value, check, today)
    return None


def limit_of(item: ItemDef, check: RangeCheck, today: datetime.date = datetime.date.max) -> Limit:
    """The limit as a value that can be compared. Raises ValueFault when the definition's text is none."""
    if check.value == TODAY:
        return today
    if item.data_type in NUMBER_TYPES:
        try:
            return float(check.value)
        except ValueError:
            raise ValueFault("The limit is not a number.", "界值不是数字。") from None
    if item.data_type == DataType.TIME:
        return ITEM_TYPES[DataType.TIME].parse(item, check.value)
    first, _ = ITEM_TYPES[DataType.DATE].parse(item, check.value)
    return first


def _holds(definition: Definition, item: ItemDef, value: ItemValue, check: RangeCheck, today: datetime.date) -> bool:
    limit = limit_of(item, check, today)
    compare = _COMPARE[check.comparator]
    if item.data_type in NUMBER_TYPES:
        return compare(number_in_first_unit(definition, item, value), limit)
    parsed = ITEM_TYPES[item.data_type].parse(item, value.value)
    if item.data_type == DataType.DATETIME:
        return compare(parsed.date(), limit)
    if item.data_type in DATE_TYPES:
        # Of an incomplete date the day that speaks for it counts: only what is certain is wrong.
        first, last = parsed
        return compare(last if check.comparator in ("GT", "GE") else first, limit)
    return compare(parsed, limit)


def _worded(definition: Definition, item: ItemDef, value: ItemValue, check: RangeCheck, today: datetime.date) -> Text:
    if check.value == TODAY and check.comparator in ("LE", "LT"):
        return {"en": f"The date lies after today, {today}.", "zh": f"日期晚于今天（{today}）。"}
    same = [other for other in item.range_checks if other.soft == check.soft]
    low = next((other.value for other in same if other.comparator in ("GE", "GT")), None)
    high = next((other.value for other in same if other.comparator in ("LE", "LT")), None)
    unit = next(iter(definition.unit_names(item)), "")
    units = {language: definition.unit_symbol(unit, language) if unit else "" for language in ("en", "zh")}
    hint = _missing_point(definition, item, value, today)
    verb = {"en": "Should be", "zh": "应"} if not check.soft else {"en": "Is usually", "zh": "通常"}
    if low is not None and high is not None:
        text = {"en": f"{verb['en']} {low} to {high}", "zh": f"{verb['zh']}在 {low} 至 {high}"}
        tail = " 之间"
    elif high is not None:
        text, tail = {"en": f"{verb['en']} at most {high}", "zh": f"{verb['zh']}不超过 {high}"}, ""
    else:
        limit = low if low is not None else check.value
        text, tail = {"en": f"{verb['en']} at least {limit}", "zh": f"{verb['zh']}不低于 {limit}"}, ""
    english = f"{text['en']} {units['en']}".rstrip() + "."
    chinese = f"{text['zh']} {units['zh']}".rstrip() + tail + "。"
    return {"en": f"{english} {words(hint, 'en')}".strip(), "zh": chinese + hint.get("zh", "")}


def _missing_point(definition: Definition, item: ItemDef, value: ItemValue, today: datetime.date) -> Text:
    """Whether the number would stand within the limits with a point before its last digit."""
    text = value.value
    if item.data_type != DataType.FLOAT or not text.isdigit() or len(text) < 2:  # noqa: PLR2004 - a digit on each side
        return {}
    meant = f"{text[:-1]}.{text[-1]}"
    shifted = ItemValue(value=meant, unit=value.unit)
    if all(_holds(definition, item, shifted, check, today) for check in item.range_checks):
        return {"en": f"If {meant} is meant, the point is missing.", "zh": f"若为 {meant}，请补小数点。"}
    return {}
