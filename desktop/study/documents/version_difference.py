"""Differences between two versions of a study, and changes that would alter recorded meaning."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from desktop.study.definition.events import Pathway
from desktop.study.definition.metadata import Definition, EditCheck, FormDef, ItemDef

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


_OF_STUDY = (
    "name", "title", "description", "protocol", "languages", "subject_key", "first_event", "first_form", "ended",
    "headline", "trends", "normal_ranges", "grading", "endpoints", "double_entry", "sources",
)  # fmt: skip
_NO_PATHWAY = Pathway(steps=())


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is otherwise in the new version."""

    kind: str
    """`event`, `form`, `group`, `item`, `check`, `codelist`, `code`, `unit`, `setting`, `step`, `location` or `study`."""
    oid: str
    change: str
    """`added`, `removed` or `changed`."""
    what: tuple[str, ...] = ()
    """Of a changed part: the names of its properties that are otherwise."""


def changed_meanings(old: Definition, new: Definition) -> list[str]:
    """What the new version gives another meaning, in words: an item's type or units, a code's term, a unit's name.

    A part that is gone changes nothing that was recorded: it is only no longer asked.
    """
    return [text for text in _meanings(old, new) if text]


def _meanings(old: Definition, new: Definition) -> Iterator[str]:
    for item in old.version.items:
        if item.oid in new.items:
            yield _item_meaning(old, new, item)
    yield from _code_meanings(old, new)
    for oid, unit in old.units.items():
        if oid in new.units and new.units[oid].name != unit.name:
            yield f"unit {oid}: {unit.name} is {new.units[oid].name}"


def _item_meaning(old: Definition, new: Definition, item: ItemDef) -> str:
    other = new.items[item.oid]
    if other.data_type != item.data_type:
        return f"item {item.oid}: {item.data_type} is {other.data_type}"
    if item.codelist is not None and other.codelist != item.codelist:
        return f"item {item.oid}: code list {item.codelist} is {other.codelist}"
    if item.multiple != other.multiple:
        return f"item {item.oid}: one code or several"
    before = {old.units[ref.unit].name: ref.factor for ref in item.units}
    after = {new.units[ref.unit].name: ref.factor for ref in other.units if ref.unit in new.units}
    other_first = bool(before) and list(before)[:1] != list(after)[:1]
    other_factor = any(after.get(name, factor) != factor for name, factor in before.items())
    # Where there is one unit, a value is kept without it: beside a second one it could be either, unless one is assumed.
    no_longer_one = len(before) == 1 and len(after) > 1 and not other.units[0].assumed
    if other_first or other_factor or no_longer_one:
        return f"item {item.oid}: units {', '.join(before)} are {', '.join(after)}"
    return ""


def _code_meanings(old: Definition, new: Definition) -> Iterator[str]:
    for oid, codelist in old.codelists.items():
        other = new.codelists.get(oid)
        for item in codelist.items if other is not None else ():
            found = other.by_code.get(item.code) if other is not None else None
            if found is not None and item.nci and found.nci != item.nci:
                yield f"code {oid}/{item.code}: {item.nci} is {found.nci or 'no term'}"


def differences(old: Definition, new: Definition) -> tuple[Difference, ...]:
    """Everything that is otherwise, in the order of the new version; what is gone comes last of its kind."""
    a, b = old.version, new.version
    found: list[Difference] = []
    study = tuple(name for name in _OF_STUDY if getattr(a, name) != getattr(b, name))
    if study:
        found.append(Difference(kind="study", oid=b.oid, change=CHANGED, what=study))
    found += _parts("location", a.locations, b.locations)
    found += _parts("event", a.events, b.events)
    found += _parts("form", [_without_checks(form) for form in a.forms], [_without_checks(form) for form in b.forms])
    found += _parts("group", a.groups, b.groups)
    found += _parts("item", a.items, b.items)
    found += _parts("check", _checks(old), _checks(new))
    for codelist in b.codelists:
        before = old.codelists.get(codelist.oid)
        if before is None:
            found.append(Difference(kind="codelist", oid=codelist.oid, change=ADDED))
        else:
            bare = [msgspec.structs.replace(one, items=()) for one in (before, codelist)]
            found += _parts("codelist", bare[:1], bare[1:])
            pairs = _parts("code", before.items, codelist.items, key="code")
            found += [msgspec.structs.replace(pair, oid=f"{codelist.oid}/{pair.oid}") for pair in pairs]
    found += [Difference(kind="codelist", oid=oid, change=REMOVED) for oid in old.codelists if oid not in new.codelists]
    found += _parts("unit", a.units, b.units)
    found += _parts("setting", a.settings, b.settings, key="name")
    return tuple(found + _steps(a.pathway or _NO_PATHWAY, b.pathway or _NO_PATHWAY))


def _steps(old: Pathway, new: Pathway) -> list[Difference]:
    found = _parts("step", old.steps, new.steps)
    if old.anywhere != new.anywhere:
        found.append(Difference(kind="step", oid="anywhere", change=CHANGED, what=("anywhere",)))
    return found


def _checks(definition: Definition) -> list[EditCheck]:
    return [check for form in definition.version.forms for check in form.checks]


def _without_checks(form: FormDef) -> FormDef:
    return msgspec.structs.replace(form, checks=())


def _parts(kind: str, old: Iterable[Any], new: Sequence[Any], key: str = "oid") -> list[Difference]:
    before = {getattr(part, key): part for part in old}
    found: list[Difference] = []
    for part in new:
        oid = getattr(part, key)
        other = before.pop(oid, None)
        if other is None:
            found.append(Difference(kind=kind, oid=oid, change=ADDED))
        elif other != part:
            what = tuple(
                field.name
                for field in msgspec.structs.fields(part)
                if getattr(part, field.name) != getattr(other, field.name)
            )
            found.append(Difference(kind=kind, oid=oid, change=CHANGED, what=what))
    return found + [Difference(kind=kind, oid=oid, change=REMOVED) for oid in before]
