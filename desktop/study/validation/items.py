"""Validation of items, code lists and settings: types, lengths, units, limits, codes."""

import re
from collections.abc import Mapping

import msgspec

from desktop.study.definition.metadata import CodeList, DataType, ItemDef, MeasurementUnit, MetaDataVersion, RangeCheck
from desktop.study.expressions.identifiers import is_usable_name
from desktop.study.formats.faults import Faults
from desktop.study.values.item_types import DATE_TYPES, NUMBER_TYPES, ValueFault
from desktop.study.values.item_values import CODE_SEPARATOR
from desktop.study.values.range_checks import TODAY, limit_of
from desktop.study.values.setting_values import setting_value

_LIMITED = (*NUMBER_TYPES, *DATE_TYPES, DataType.TIME)

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def validate_item(item: ItemDef, units: Mapping[str, MeasurementUnit], faults: Faults) -> None:
    """Add what is wrong with one item. References that lead nowhere are reported elsewhere."""
    oid, of = item.oid, faults.of
    numeric = item.data_type in NUMBER_TYPES and item.codelist is None
    if item.codelist is not None and item.data_type not in (DataType.TEXT, DataType.INTEGER):
        of(oid, "codelist", "An item with a code list is of type text.")
    if item.codelist is None and (item.multiple or item.narrowed_by):
        of(oid, "codelist", "Choosing codes needs a code list.")
    if item.narrowed_by == oid:
        of(oid, "narrowed_by", "An item cannot narrow itself.")
    if item.length is not None and item.length < 1:
        of(oid, "length", "The length is at least 1.")
    if item.significant_digits is not None and (item.data_type != DataType.FLOAT or item.significant_digits < 0):
        of(oid, "digits", "Only a float has digits after the point.")
    if item.derivation is not None and item.suggestion is not None:
        of(oid, "suggest", "A derived item needs no suggestion.")
    if item.units and not numeric:
        of(oid, "units", "Only a number has units.")
    if item.comparators and (item.data_type != DataType.FLOAT or item.derivation is not None):
        of(oid, "comparators", "Only a float that is entered has a sign.")
    if any(ref.assumed for ref in item.units[1:]):
        of(oid, "units", "Only the first unit can be assumed.")
    names = [units[ref.unit].name for ref in item.units if ref.unit in units]
    if len(set(names)) != len(names):
        of(oid, "units", "A unit stands twice.")
    if any(not 0 < ref.factor < float("inf") for ref in item.units) or (item.units and item.units[0].factor != 1):
        of(
            oid,
            "units",
            "The factor of a unit is above 0, and that of the first unit is 1.",
        )
    _validate_limits(item, faults)


def _validate_limits(item: ItemDef, faults: Faults) -> None:
    sound: list[RangeCheck] = []
    for number, check in enumerate(item.range_checks, 1):
        if item.data_type not in _LIMITED or item.codelist is not None:
            faults.of(
                item.oid,
                f"checks.{number}",
                "Only numbers, dates and times have limits.",
            )
            continue
        try:
            limit_of(item, check)
        except ValueFault:
            faults.of(
                item.oid,
                f"checks.{number}",
                "The limit {value} is not a value of type {type}.",
                value=check.value,
                type=item.data_type.value,
            )
        else:
            sound.append(check)
    for soft in (False, True):
        fixed = [check for check in sound if check.soft == soft and check.value != TODAY]
        low = [limit_of(item, check) for check in fixed if check.comparator in ("GE", "GT", "EQ")]
        high = [limit_of(item, check) for check in fixed if check.comparator in ("LE", "LT", "EQ")]
        if low and high and max(low) > min(high):  # type: ignore[type-var] - the limits of one item are of one type
            faults.of(item.oid, "checks", "The lowest limit is above the highest.")


def validate_codelists(version: MetaDataVersion, faults: Faults) -> None:
    """Add what is wrong with the code lists, and with what their codes say about other codes."""
    codelists = {codelist.oid: codelist for codelist in version.codelists}
    several = {item.codelist for item in version.items if item.multiple}
    whole = {item.codelist for item in version.items if item.data_type == DataType.INTEGER}
    for codelist in version.codelists:
        seen: set[str] = set()
        if not codelist.items:
            faults.of(codelist.oid, "items", "The code list has no codes.")
        for item in codelist.items:
            part = f"{codelist.oid}/{item.code}"
            if item.code in seen:
                faults.of(codelist.oid, "items", "The code {code} stands twice.", code=item.code)
            seen.add(item.code)
            if item.code != item.code.strip() or not item.code.isprintable() or not item.code:
                faults.of(part, "", "A code is a text without spaces around it.")
            if CODE_SEPARATOR in item.code and codelist.oid in several:
                faults.of(
                    part,
                    "",
                    "Several codes are joined by ;, so none may hold it.",
                )
            if codelist.oid in whole and not item.code.lstrip("-").isdecimal():
                faults.of(
                    part,
                    "",
                    "An item of type integer has this code list: codes are numbers.",
                )
    items = {item.oid: item for item in version.items}
    for item in version.items:
        narrowing = items.get(item.narrowed_by or "")
        if narrowing is None or narrowing.codelist not in codelists or item.codelist not in codelists:
            continue
        if narrowing.multiple:
            faults.of(item.oid, "narrowed_by", "Only a single choice can narrow another.")
        _validate_narrowing(codelists[narrowing.codelist], codelists[item.codelist], faults)


def _validate_narrowing(narrowing: CodeList, narrowed: CodeList, faults: Faults) -> None:
    for item in narrowing.items:
        for code in (*item.only, *item.details):
            if code not in narrowed.by_code:
                faults.of(
                    f"{narrowing.oid}/{item.code}",
                    "",
                    "{codelist} has no code {code}.",
                    codelist=narrowed.oid,
                    code=code,
                )


def validate_settings(version: MetaDataVersion, faults: Faults) -> None:
    """Add what is wrong with the settings."""
    for setting in version.settings:
        part = f"setting/{setting.name}"
        if not is_usable_name(setting.name):
            faults.of(
                part,
                "name",
                "{name} cannot be a name in expressions: letters, digits and _ only, and no reserved word.",
                name=setting.name,
            )
        limits = {"least": setting.least, "most": setting.most}
        wrong = [name for name, limit in limits.items() if limit and not _NUMBER.fullmatch(limit)]
        for name in wrong:
            faults.of(part, name, "Expected a number.")
        if wrong:
            continue
        try:
            setting_value(msgspec.structs.replace(setting, choices=(), least="", most=""), setting.value)
        except ValueFault:
            faults.of(
                part,
                "value",
                "The value of the setting is not of type {type}.",
                type=setting.data_type.value,
            )
            continue
        try:
            setting_value(setting, setting.value)
        except ValueFault as fault:
            faults.of(part, "value", "{why}", why=fault.message)
