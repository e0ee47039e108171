"""Double entry: the comparison of two passes of one form, and who is blind to the first.

Pure: the two contents and the study version under which the form was entered give the differences.
"""

import re
import unicodedata
from collections.abc import Container, Hashable, Iterable, Iterator

import msgspec

from desktop.study.clinical_data import FormContent, ItemPlace, ItemValue, Row
from desktop.study.definition.metadata import Definition, ItemDef, ItemGroupDef
from desktop.study.values.item_types import ITEM_TYPES, NUMBER_TYPES, ValueFault
from desktop.study.values.item_values import CODE_SEPARATOR, number
from desktop.views.people import Role

FILLS_FORMS = frozenset({Role.ENTRY, Role.INVESTIGATOR})

SECOND_ENTRY = "second_entry"
MISSING_ROW = "missing_row"
EXTRA_ROW = "extra_row"
SAME_PERSON = "same_person"
PASS_KINDS = frozenset({SECOND_ENTRY, MISSING_ROW, EXTRA_ROW, SAME_PERSON})
"""Kinds of discrepancies between two passes of a form."""


class RowPair(msgspec.Struct, frozen=True):
    """One row of a group in both passes; None where a pass lacks it."""

    group: str
    first: str | None
    second: str | None


class Different(msgspec.Struct, frozen=True):
    """Where two passes differ. `place` is that of the first pass; of an extra row that of the second."""

    kind: str
    place: ItemPlace
    second_row: str = ""


class Comparison(msgspec.Struct, frozen=True):
    """What comparing two passes gave."""

    compared: dict[str, int]
    """Item OID -> how many values were compared."""
    different: tuple[Different, ...]


def is_blind(*, awaiting: bool, authors: Container[str], user: str, roles: Iterable[Role]) -> bool:
    """Whether a person must not see a form's first pass: it awaits its second entry, which the person may still make."""
    return awaiting and user not in authors and not FILLS_FORMS.isdisjoint(roles)


class Hidden(msgspec.Struct, frozen=True):
    """What rules cannot tell to somebody from whom forms are hidden."""

    items: frozenset[str] = frozenset()
    """OIDs of derived items whose expressions read a hidden form, directly or by way of other derived items."""
    checks: frozenset[str] = frozenset()
    """OIDs of edit checks whose expressions do: that one fires would tell what the hidden form says."""


NOTHING_HIDDEN = Hidden()


def hidden_by(definition: Definition, forms: Container[str]) -> Hidden:
    """What follows from forms that are hidden."""
    version = definition.version
    named = {form.name for form in version.forms if form.oid in forms}
    if any(form.laboratory is not None for form in version.forms if form.oid in forms):
        named.add("labs")
    derived = {item.oid: item for item in version.items if item.derivation is not None}
    items: set[str] = set()
    checks: set[str] = set()
    while named:
        reads = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(named)))})\b").search
        checks |= {check.oid for form in version.forms for check in form.checks if reads(check.expression)}
        new = [item for oid, item in derived.items() if oid not in items and reads(item.derivation or "")]
        items |= {item.oid for item in new}
        named = {item.name for item in new}
    return Hidden(frozenset(items), frozenset(checks))


def without(content: FormContent, items: Container[str]) -> FormContent:
    """A content without the values of these items."""
    return {
        group: {row: {oid: value for oid, value in values.items() if oid not in items} for row, values in rows.items()}
        for group, rows in content.items()
    }


def compare(definition: Definition, form: str, first: FormContent, second: FormContent) -> Comparison:
    """Compare the items of a form that are entered twice."""
    twice = definition.entered_twice.get(form, frozenset())
    compared: dict[str, int] = {}
    different: list[Different] = []
    for group in definition.form_groups(form):
        items = [definition.items[ref.item] for ref in group.items if ref.item in twice]
        if not items:
            continue
        for pair in align(definition, group, items, first.get(group.oid, {}), second.get(group.oid, {})):
            if pair.second is None:
                different.append(Different(MISSING_ROW, ItemPlace(group.oid, pair.first or "", "")))
            elif pair.first is None:
                different.append(Different(EXTRA_ROW, ItemPlace(group.oid, pair.second, ""), pair.second))
            one = first.get(group.oid, {}).get(pair.first or "", {}) if pair.first is not None else {}
            other = second.get(group.oid, {}).get(pair.second or "", {}) if pair.second is not None else {}
            for item in items:
                a, b = one.get(item.oid), other.get(item.oid)
                if a is None and b is None:
                    continue
                compared[item.oid] = compared.get(item.oid, 0) + 1
                if pair.first is not None and pair.second is not None and not equal(definition, item, a, b):
                    place = ItemPlace(group.oid, pair.first, item.oid)
                    different.append(Different(SECOND_ENTRY, place, pair.second))
    return Comparison(compared, tuple(different))


def align(
    definition: Definition, group: ItemGroupDef, items: list[ItemDef], first: dict[str, Row], second: dict[str, Row]
) -> Iterator[RowPair]:
    """The rows of both passes in pairs: by the group's key items, never by position.

    Where the study names no key items, equal rows are paired first and the others in their order.
    """
    if not group.repeating:
        yield RowPair(group.oid, "", "")
        return
    keys = [definition.items[oid] for oid in group.key_items]
    by = keys or items
    waiting: dict[Hashable, list[str]] = {}
    for row, values in second.items():
        waiting.setdefault(_row_key(definition, by, values), []).append(row)
    pairs: dict[str, str | None] = {}
    for row, values in first.items():
        found = waiting.get(_row_key(definition, by, values))
        pairs[row] = found.pop(0) if found else None
    taken = set(pairs.values())
    left = [row for row in second if row not in taken]
    for row, other in pairs.items():
        if other is None and not keys and left:
            yield RowPair(group.oid, row, left.pop(0))
        else:
            yield RowPair(group.oid, row, other)
    for row in left:
        yield RowPair(group.oid, None, row)


def _row_key(definition: Definition, items: Iterable[ItemDef], values: Row) -> Hashable:
    return tuple(comparable(definition, item, values.get(item.oid)) for item in items)


def equal(definition: Definition, item: ItemDef, one: ItemValue | None, other: ItemValue | None) -> bool:
    """Whether two values of an item say the same."""
    return one == other or comparable(definition, item, one) == comparable(definition, item, other)


def comparable(definition: Definition, item: ItemDef, value: ItemValue | None) -> Hashable:
    """What a value says, whatever its notation: numbers in the first unit, codes as sets, dates by what is known."""
    if value is None:
        return None
    if value.missing:
        return ("missing", value.missing)
    if item.codelist is not None:
        return frozenset(value.value.split(CODE_SEPARATOR)) if item.multiple else value.value
    try:
        if item.data_type in NUMBER_TYPES:
            return number(definition, item, value)
        typed = ITEM_TYPES[item.data_type].parse(item, value.value)
    except ValueFault:
        return ("text", value.value, value.unit)
    if not isinstance(typed, str):
        return typed
    if definition.version.double_entry.text == "exact":
        return typed
    return unicodedata.normalize("NFKC", typed).strip().casefold()
