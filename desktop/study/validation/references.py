"""Validation of a MetaDataVersion as a whole: reports every fault at once.

Here: identity, texts, references and shapes. Values and limits are in `items.py`, expressions in
`expressions.py`.
"""

import functools
import re
import string
import zoneinfo
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar, cast

import msgspec

from desktop.study.definition.base import Text
from desktop.study.definition.events import StudyEventDef
from desktop.study.definition.metadata import (
    CodeListItem,
    Definition,
    FormDef,
    Grid,
    ItemGroupDef,
    MetaDataVersion,
    Setting,
)
from desktop.study.expressions.identifiers import is_usable_name
from desktop.study.formats.faults import Faults
from desktop.study.validation.events import validate_course
from desktop.study.validation.expressions import validate_expressions
from desktop.study.validation.items import validate_codelists, validate_item, validate_settings
from desktop.study.values.item_types import DATE_TYPES

_OID = re.compile(r"[^\s|/]{1,100}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def validate(version: MetaDataVersion, faults: Faults) -> None:
    """Add every fault of the version to `faults`."""
    _Validation(version, faults).run()


class _WithOid(Protocol):
    @property
    def oid(self) -> str: ...


_Found = TypeVar("_Found", bound=_WithOid)


class _Validation:
    def __init__(self, version: MetaDataVersion, faults: Faults) -> None:
        self.version = version
        self.faults = faults
        self.events = {event.oid: event for event in version.events}
        self.forms = {form.oid: form for form in version.forms}
        self.groups = {group.oid: group for group in version.groups}
        self.items = {item.oid: item for item in version.items}
        self.codelists = {codelist.oid: codelist for codelist in version.codelists}
        self.units = {unit.oid: unit for unit in version.units}

    def run(self) -> None:
        version, faults = self.version, self.faults
        self._identity()
        self._study()
        for event in version.events:
            self._event(event)
        for form in version.forms:
            self._form(form)
        validate_course(version, faults)
        for group in version.groups:
            self._group(group)
        for item in version.items:
            self._item_references(item.oid)
            validate_item(item, self.units, faults)
        validate_codelists(version, faults)
        validate_settings(version, faults)
        self._texts("", version)
        validate_expressions(Definition(self._without_unresolved_references()), faults)

    def _without_unresolved_references(self) -> MetaDataVersion:
        """The version without what refers to nothing, so that the rest can be looked at too."""
        replace = msgspec.structs.replace
        groups = [replace(g, items=tuple(r for r in g.items if r.item in self.items)) for g in self.version.groups]
        items = [replace(i, codelist=i.codelist if i.codelist in self.codelists else None) for i in self.version.items]
        forms = [replace(f, groups=tuple(g for g in f.groups if g in self.groups)) for f in self.version.forms]
        return replace(self.version, forms=tuple(forms), groups=tuple(groups), items=tuple(items))

    # Identity

    def _identity(self) -> None:
        version = self.version
        checks = [check for form in version.forms for check in form.checks]
        kinds: tuple[Sequence[_WithOid], ...] = (
            version.locations,
            version.events,
            version.forms,
            version.groups,
            version.items,
            version.codelists,
            version.units,
            checks,
        )
        for parts in kinds:
            self._distinct([part.oid for part in parts])
            for part in parts:
                if part.oid and not _OID.fullmatch(part.oid):
                    self.faults.of(part.oid, "oid", "An OID holds no spaces, no / and no |.")
        self._distinct([unit.name for unit in version.units], "unit")
        self._distinct([event.name for event in version.events], "event")
        self._distinct([setting.name for setting in version.settings], "setting")
        form_names = [form.name for form in version.forms]
        self._distinct(form_names, "form")
        for form in version.forms:
            self._usable_name(form.oid, form.name)
            self._names_in_form(form, set(form_names))

    def _names_in_form(self, form: FormDef, taken: set[str]) -> None:
        """Names that expressions of a form see beside each other."""
        groups = [self.groups[oid] for oid in form.groups if oid in self.groups]
        seen: dict[str, str] = {}
        named = [(group.oid, group.name) for group in groups if group.repeating]
        named += [
            (ref.item, self.items[ref.item].name) for group in groups for ref in group.items if ref.item in self.items
        ]
        for oid, name in named:
            self._usable_name(oid, name)
            if name in taken or seen.setdefault(name, oid) != oid:
                self.faults.of(
                    oid,
                    "name",
                    "The name {name} means something else in form {form} already.",
                    name=name,
                    form=form.oid,
                )

    def _usable_name(self, oid: str, name: str) -> None:
        if name and not is_usable_name(name):
            self.faults.of(
                oid,
                "name",
                "{name} cannot be a name in expressions: letters, digits and _ only, and no reserved word.",
                name=name,
            )

    def _distinct(self, names: Iterable[str], kind: str = "") -> None:
        seen: set[str] = set()
        for name in names:
            if name in seen:
                self.faults.of(
                    f"{kind}/{name}" if kind else name,
                    "",
                    "{name} is defined twice.",
                    name=name,
                )
            seen.add(name)

    # The study

    def _study(self) -> None:
        version, of = self.version, self.faults.of
        if not _is_key_pattern(version.subject_key):
            of(
                "",
                "subject_key",
                "The pattern of subject keys needs {{site}}, {{letter}} and {{number}} once each, "
                "e.g. {{site}}-{{letter}}{{number:03d}}.",
            )
        event = self._there("", "first_event", version.first_event, self.events)
        if event is not None and all(ref.form != version.first_form for ref in event.forms):
            of(
                "",
                "first_form",
                "The first form {form} is not a form of the first event.",
                form=version.first_form,
            )
        for oid in version.headline:
            self._there("", "headline", oid, self.items)
        for oid in version.trends:
            item = self._there("", "trends", oid, self.items)
            if item is not None and (item.data_type not in ("integer", "float") or item.codelist is not None):
                of("", "trends", "{item} is not a number.", item=oid)
        for language in version.languages:
            if not _LANGUAGE.fullmatch(language):
                of("", "languages", "{language} is no language code.", language=language)
        for location in version.locations:
            if location.zone not in zoneinfo.available_timezones():
                of(
                    location.oid,
                    "zone",
                    "There is no time zone {zone}. An IANA name is needed, e.g. Asia/Shanghai.",
                    zone=location.zone,
                )

    def _event(self, event: StudyEventDef) -> None:
        of = self.faults.of
        forms = [ref.form for ref in event.forms]
        for form in forms:
            self._there(event.oid, "forms", form, self.forms)
        if len(set(forms)) != len(forms):
            of(event.oid, "forms", "A form stands twice in this event.")
        for number, schedule in enumerate(event.schedules, 1):
            key = f"schedules.{number}"
            anchor = self._there(event.oid, key, schedule.anchor, self.items)
            if anchor is not None and anchor.data_type not in DATE_TYPES:
                of(event.oid, key, "The anchor {item} is not a date.", item=anchor.oid)
            if any(isinstance(days, int) and days < 0 for days in (schedule.before, schedule.after)):
                of(event.oid, key, "A window has no negative days.")
            for form in schedule.forms:
                if form not in forms:
                    of(
                        event.oid,
                        key,
                        "The schedule names {form}, which is not a form of this event.",
                        form=form,
                    )

    # Forms and groups

    def _form(self, form: FormDef) -> None:
        of = self.faults.of
        seen: set[str] = set()
        for oid in form.groups:
            group = self._there(form.oid, "groups", oid, self.groups)
            for ref in group.items if group else ():
                if ref.item in seen:
                    of(
                        f"{oid}/{ref.item}",
                        "",
                        "The item stands twice in form {form}.",
                        form=form.oid,
                    )
                seen.add(ref.item)
        if form.laboratory is not None:
            for oid in (form.laboratory.date, form.laboratory.time, form.laboratory.name):
                if oid is not None:
                    self._one_of_form(form, form.oid, "laboratory", oid, seen)
        if not form.groups:
            of(form.oid, "groups", "The form has no groups.")
        named = [("verdict", form.verdict), ("label", form.label), ("deadline", form.deadline)]
        named += [("double_entry_items", oid) for oid in form.double_entry_items]
        for key, oid in named:
            if oid is not None:
                self._one_of_form(form, form.oid, key, oid, seen)
        deadline = self.items.get(form.deadline or "")
        if deadline is not None and deadline.data_type != "datetime":
            of(
                form.oid,
                "deadline",
                "The deadline {item} is no date and time.",
                item=deadline.oid,
            )
        for check in form.checks:
            self._one_of_form(form, check.oid, "item", check.item, seen)
            home = next((oid for oid in form.groups if oid in self.groups and self._holds(oid, check.item)), None)
            repeating = home is not None and self.groups[home].repeating
            if check.group is not None and (check.group != home or not repeating):
                of(
                    check.oid,
                    "group",
                    "The check's group must be the repeating group of its item.",
                )
            if check.group is None and repeating:
                of(
                    check.oid,
                    "item",
                    "The item stands in a repeating group: name it as the check's group.",
                )

    def _one_of_form(self, form: FormDef, part: str, key: str, oid: str, items: set[str]) -> None:
        if oid not in items and oid not in self.faults.lost:
            self.faults.of(
                part,
                key,
                "{item} is not an item of form {form}.",
                item=oid,
                form=form.oid,
            )

    def _holds(self, group: str, item: str) -> bool:
        return any(ref.item == item for ref in self.groups[group].items)

    def _group(self, group: ItemGroupDef) -> None:
        of = self.faults.of
        if not group.items:
            of(group.oid, "items", "The group has no items.")
        for ref in group.items:
            item = self._there(f"{group.oid}/{ref.item}", "", ref.item, self.items)
            if item is None:
                continue
            if ref.mandatory and item.derivation is not None:
                of(
                    f"{group.oid}/{ref.item}",
                    "mandatory",
                    "A derived item is entered by nobody and cannot be mandatory.",
                )
            narrowing = item.narrowed_by
            if narrowing is not None and not self._holds(group.oid, narrowing) and narrowing not in self.faults.lost:
                of(
                    item.oid,
                    "narrowed_by",
                    "{item} is not an item of the same group.",
                    item=narrowing,
                )
        for oid in group.keys:
            if oid not in self.faults.lost and not (group.repeating and self._holds(group.oid, oid)):
                of(
                    group.oid,
                    "keys",
                    "{item} is not an item of this group, or the group does not repeat.",
                    item=oid,
                )
        if group.lines:
            first = self.items.get(group.items[0].item) if group.items else None
            if not group.repeating or first is None or first.codelist is None or first.multiple:
                of(
                    group.oid,
                    "lines",
                    "Fixed lines need a repeating group whose first item has a code list.",
                )
        if group.grid is not None:
            self._grid(group, group.grid)

    def _grid(self, group: ItemGroupDef, grid: Grid) -> None:
        of = self.faults.of
        if not group.repeating or grid.column_count < 1:
            of(
                group.oid,
                "grid",
                "A grid needs a repeating group and at least one column.",
            )
        for oid in (grid.rows, grid.columns, grid.value, grid.planned, grid.date, grid.reason, grid.note):
            if oid is not None and not self._holds(group.oid, oid) and oid not in self.faults.lost:
                of(group.oid, "grid", "{item} is not an item of the group.", item=oid)
        columns, rows = self.items.get(grid.columns), self.items.get(grid.rows)
        if columns is not None and (columns.data_type != "integer" or columns.codelist is not None):
            of(
                group.oid,
                "grid",
                "The columns item {item} is not a whole number.",
                item=columns.oid,
            )
        if rows is not None and (rows.codelist is None or rows.multiple):
            of(
                group.oid,
                "grid",
                "The rows item {item} has no code list.",
                item=rows.oid,
            )
        for oid in (grid.planned, grid.date):
            item = self.items.get(oid or "")
            if item is not None and item.derivation is None:
                of(group.oid, "grid", "{item} is not a derived item.", item=item.oid)
        for oid in grid.context:
            self._there(group.oid, "grid", oid, self.items)

    def _item_references(self, oid: str) -> None:
        item = self.items[oid]
        if item.codelist is not None:
            self._there(oid, "codelist", item.codelist, self.codelists)
        for ref in item.units:
            self._there(oid, "units", ref.unit, self.units)
        for evidence in item.evidence:
            self._there(oid, "evidence", evidence, self.items)
        if item.same_test is not None:
            self._there(oid, "same_test", item.same_test, self.items)

    def _there(self, part: str, key: str, oid: str, known: dict[str, _Found]) -> _Found | None:
        found = known.get(oid)
        if found is None and oid and oid not in self.faults.lost:
            self.faults.of(part, key, "There is no {oid} in the study.", oid=oid)
        return found

    # Texts

    def _texts(self, part: str, structure: msgspec.Struct) -> None:
        """Every text of a part, and of the parts within it, in every language of the study."""
        match structure:
            case MetaDataVersion():
                pass
            case CodeListItem():
                part = f"{part}/{structure.code}"
            case Setting():
                part = f"setting/{structure.name}"
            case _:
                part = str(getattr(structure, "oid", part))
        for name, required in _fields(type(structure)):
            value: object = getattr(structure, name)
            if name in ("details", "sources"):
                for text in cast("dict[str, Text]", value).values():
                    self._text(part, name, text, required=True)
            elif isinstance(value, dict):
                self._text(part, name, cast("Text", value), required=required)
            elif isinstance(value, tuple):
                for child in cast("tuple[object, ...]", value):
                    if isinstance(child, msgspec.Struct):
                        self._texts(part, child)

    def _text(self, part: str, key: str, text: Text, *, required: bool) -> None:
        if not text and not required:
            return
        for language in self.version.languages:
            if not text.get(language, "").strip():
                self.faults.of(
                    part,
                    key,
                    "The {key} has no words in {language}.",
                    key=key,
                    language=language,
                )


@functools.cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, bool], ...]:
    """Names of a structure's fields, and whether they must be given."""
    return tuple((field.name, field.required) for field in msgspec.structs.fields(kind))


def _is_key_pattern(pattern: str) -> bool:
    try:
        fields = [(name, form, conversion) for _, name, form, conversion in string.Formatter().parse(pattern) if name]
    except ValueError:
        return False
    if any(conversion for _, _, conversion in fields) or sorted(name for name, _, _ in fields) != [
        "letter",
        "number",
        "site",
    ]:
        return False
    return all(re.fullmatch(r"(0[1-9]d)?" if name == "number" else "", form or "") for name, form, _ in fields)
