"""The document of `sitebook study show --json`: everything that a form save can name.

Derived items are left out, since nobody enters them.
"""

import datetime
import decimal
import zoneinfo
from typing import TypedDict

from desktop.study.definition.metadata import DataType, Definition, ItemDef, ItemGroupDef
from desktop.study.values.item_types import NUMBER_TYPES
from desktop.study.values.range_checks import Limit, limit_of


class EventDocument(TypedDict):
    """An event."""

    oid: str
    repeating: bool
    forms: list[str]


class ItemDocument(TypedDict):
    """An item. `min` and `max` are included limits in the first unit: numbers, dates or times as text, or null."""

    oid: str
    name: str
    type: str
    mandatory: bool
    codes: list[str]
    units: list[str]
    min: int | float | str | None
    max: int | float | str | None


class GroupDocument(TypedDict):
    """A group."""

    oid: str
    repeating: bool
    items: list[ItemDocument]


class FormDocument(TypedDict):
    """A form."""

    oid: str
    repeating: bool
    groups: list[GroupDocument]


class StudyDocument(TypedDict):
    """A study."""

    study: str
    version: str
    sites: list[str]
    subject_key: str
    first_form: str
    events: list[EventDocument]
    forms: list[FormDocument]


def study_show(definition: Definition, site: str | None) -> StudyDocument:
    """The document; for a site, `subject_key` is that of its subjects and today is its civil date."""
    version = definition.version
    location = definition.locations[site] if site is not None else version.locations[0]
    today = datetime.datetime.now(zoneinfo.ZoneInfo(location.zone)).date()
    return {
        "study": version.study,
        "version": version.oid,
        "sites": [location.oid for location in version.locations],
        "subject_key": definition.subject_key_regex(site),
        "first_form": version.first_form,
        "events": [
            {"oid": event.oid, "repeating": event.repeating, "forms": [ref.form for ref in event.forms]}
            for event in version.events
        ],
        "forms": [
            {
                "oid": form.oid,
                "repeating": form.repeating,
                "groups": [_group(definition, group, today) for group in definition.form_groups(form.oid)],
            }
            for form in version.forms
        ],
    }


def _group(definition: Definition, group: ItemGroupDef, today: datetime.date) -> GroupDocument:
    items = [(ref, definition.items[ref.item]) for ref in group.items]
    return {
        "oid": group.oid,
        "repeating": group.repeating,
        "items": [
            _item(definition, item, today, mandatory=ref.mandatory) for ref, item in items if item.derivation is None
        ],
    }


def _item(definition: Definition, item: ItemDef, today: datetime.date, *, mandatory: bool) -> ItemDocument:
    codelist = definition.codelist_of(item)
    low = [_included(item, limit, 1) for limit in _limits(item, today, "GE", "GT")]
    high = [_included(item, limit, -1) for limit in _limits(item, today, "LE", "LT")]
    return {
        "oid": item.oid,
        "name": item.name,
        "type": item.data_type.value,
        "mandatory": mandatory,
        "codes": [] if codelist is None else [code.code for code in codelist.items],
        "units": list(definition.unit_names(item)),
        "min": _written(item, max(low)) if low else None,  # type: ignore[type-var] - the limits of one item are of one type
        "max": _written(item, min(high)) if high else None,  # type: ignore[type-var] - the limits of one item are of one type
    }


def _limits(item: ItemDef, today: datetime.date, *comparators: str) -> list[tuple[Limit, bool]]:
    """The hard limits of one side, each with whether it is itself excluded."""
    return [
        (limit_of(item, check, today), check.comparator in ("GT", "LT"))
        for check in item.range_checks
        if not check.soft and check.comparator in (*comparators, "EQ")
    ]


def _included(item: ItemDef, limit: tuple[Limit, bool], step: int) -> Limit:
    """The outermost value that keeps a limit."""
    value, is_excluded = limit
    if not is_excluded:
        return value
    match value:
        case decimal.Decimal():
            digits = 0 if item.data_type == DataType.INTEGER else item.significant_digits or 1
            return value + step * decimal.Decimal(1).scaleb(-digits)
        case datetime.datetime():
            return value + datetime.timedelta(minutes=step)
        case datetime.date():
            return value + datetime.timedelta(days=step)
        case _:
            minutes = value.hour * 60 + value.minute + step
            return value.replace(hour=minutes // 60 % 24, minute=minutes % 60)


def _written(item: ItemDef, limit: Limit) -> int | float | str:
    if item.data_type in NUMBER_TYPES and isinstance(limit, decimal.Decimal):
        return int(limit) if limit == limit.to_integral_value() else float(limit)
    match limit:
        case datetime.datetime():
            return limit.isoformat(timespec="minutes")
        case datetime.time():
            return limit.isoformat("minutes")
        case _:
            return str(limit)
