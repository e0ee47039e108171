"""The YAML layout of a study definition: the keys of its files, and what they become.

What is read here has the right shape; whether it hangs together is asked afterwards, of the whole (`validation/references.py`).
"""

import re
from collections.abc import Iterable
from typing import TypeVar, get_args

from desktop.study.definition.events import Days, FormRef, Pathway, PathwayBranch, PathwayStep, Schedule, StudyEventDef
from desktop.study.definition.grading import GradeRule, Grading, RangeKeys
from desktop.study.definition.metadata import (
    AnswerTone,
    CodeList,
    CodeListItem,
    Comparator,
    DataType,
    DoubleEntry,
    EditCheck,
    FormDef,
    Grid,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    Laboratory,
    Location,
    MeasurementUnit,
    MetaDataVersion,
    RangeCheck,
    Setting,
    TextRule,
    UnitRef,
)
from desktop.study.formats.faults import Faults
from desktop.study.formats.yaml_reader import Entry
from desktop.study.values.item_types import DATE_TYPES
from desktop.study.values.range_checks import TODAY

_Part = TypeVar("_Part", ItemGroupDef, ItemDef)

COMPARATORS: dict[str, Comparator] = {name: name for name in get_args(Comparator)}
TONES: tuple[AnswerTone, ...] = get_args(AnswerTone)
KINDS = ("Scheduled", "Unscheduled", "Common")


class Parts:
    """What has been read of a study so far."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.forms: list[FormDef] = []
        self.groups: list[ItemGroupDef] = []
        self.items: list[ItemDef] = []
        self.codelists: list[CodeList] = []
        self.units: list[MeasurementUnit] = []


def read_units(parts: Parts, entry: Entry) -> None:
    """One unit of `units.yaml`."""
    unit = MeasurementUnit(oid=entry.text("oid"), name=entry.text("name"), symbol=entry.words("symbol", required=True))
    entry.end()
    parts.units.append(unit)


def read_codelists(parts: Parts, entry: Entry) -> None:
    """One code list of `codelists.yaml` or of a terminology file."""
    oid = entry.text("oid")
    items: list[CodeListItem] = []
    for item in entry.entries("items", required=True):
        code = item.text("code")
        item.place(f"{oid}/{code}", "")
        items.append(
            CodeListItem(
                code=code,
                label=item.words("label", required=True),
                nci=item.text("nci", ""),
                search=item.texts("search"),
                group=item.words("group"),
                only=item.texts("only"),
                details=item.words_by_key("details"),
                tone=_one_of(item, "tone", TONES, ""),
            )
        )
        item.end()
    parts.codelists.append(CodeList(oid=oid, name=entry.text("name"), nci=entry.text("nci", ""), items=tuple(items)))
    entry.end()


def read_form(parts: Parts, entry: Entry) -> None:
    """One form, with its groups and the items that are defined in them."""
    oid = entry.text("oid")
    groups = tuple(_group(parts, group) for group in entry.entries("groups", required=True))
    parts.forms.append(
        FormDef(
            oid=oid,
            name=entry.text("name"),
            title=entry.words("title", required=True),
            repeating=entry.flag("repeating"),
            groups=groups,
            checks=tuple(map(_check, entry.entries("checks"))),
            verdict=entry.optional("verdict"),
            label=entry.optional("label"),
            deadline=entry.optional("deadline"),
            double_entry=entry.flag("double_entry"),
            double_entry_items=entry.texts("double_entry_items"),
            laboratory=_laboratory(entry.entry("laboratory")),
        )
    )
    entry.end()


def _laboratory(entry: Entry | None) -> Laboratory | None:
    if entry is None:
        return None
    laboratory = Laboratory(
        date=entry.text("date"),
        time=entry.optional("time"),
        name=entry.optional("name"),
        ranges=entry.flag("ranges", default=True),
    )
    entry.end()
    return laboratory


def _group(parts: Parts, entry: Entry) -> str:
    oid = entry.text("oid")
    refs = [_item_or_ref(parts, oid, item) for item in entry.entries("items", required=True, bare="item")]
    grid = entry.entry("grid")
    parts.groups.append(
        ItemGroupDef(
            oid=oid,
            name=entry.text("name"),
            title=entry.words("title", required=True),
            repeating=entry.flag("repeating"),
            lines=entry.flag("lines"),
            keys=entry.texts("keys"),
            instruction=entry.words("instruction"),
            grid=None if grid is None else _grid(grid),
            items=tuple(refs),
        )
    )
    entry.end()
    return oid


def _grid(entry: Entry) -> Grid:
    grid = Grid(
        rows=entry.text("rows"),
        columns=entry.text("columns"),
        value=entry.text("value"),
        planned=entry.optional("planned"),
        date=entry.optional("date"),
        reason=entry.optional("reason"),
        tolerance=_days(entry, "tolerance") or 0,
        note=entry.optional("note"),
        column_count=entry.whole("column_count", Grid.__struct_defaults__[-3]) or 0,
        column_label=entry.text("column_label", "D"),
        context=entry.texts("context"),
    )
    entry.end()
    return grid


def _item_or_ref(parts: Parts, group: str, entry: Entry) -> ItemRef:
    if not entry.has("item"):
        parts.items.append(_item(entry))
    oid = entry.text("item" if entry.has("item") else "oid")
    entry.mark(f"{group}/{oid}")
    ref = ItemRef(
        item=oid, mandatory=entry.flag("mandatory"), skip=entry.optional("skip"), number=entry.text("number", "")
    )
    entry.end()
    return ref


def _item(entry: Entry) -> ItemDef:
    oid = entry.text("oid")
    data_type = _one_of(entry, "type", tuple(DataType), DataType.TEXT)
    derivation = entry.optional("derive")
    checks = tuple(check for n, part in enumerate(entry.entries("checks"), 1) if (check := _range_check(oid, n, part)))
    if not entry.flag("future") and data_type in DATE_TYPES and derivation is None:
        checks = not_after_today(checks)
    return ItemDef(
        oid=oid,
        name=entry.text("name", oid.removeprefix("IT.")),
        question=entry.words("question", required=True),
        data_type=data_type,
        sdtm=entry.text("sdtm", ""),
        nci=entry.text("nci", ""),
        note=entry.words("note"),
        help=entry.words("help"),
        length=entry.whole("length"),
        significant_digits=entry.whole("digits"),
        codelist=entry.optional("codelist"),
        multiple=entry.flag("multiple"),
        narrowed_by=entry.optional("narrowed_by"),
        units=tuple(map(_unit, entry.entries("units", bare="unit"))),
        range_checks=checks,
        derivation=derivation,
        suggestion=entry.optional("suggest"),
        comparators=entry.flag("comparators"),
        same_test=entry.optional("same_test"),
        evidence=entry.texts("evidence"),
        tags=entry.texts("tags"),
    )


def _endpoint(entry: Entry) -> ItemDef:
    item = _item(entry)
    entry.end()
    return item


def not_after_today(checks: tuple[RangeCheck, ...]) -> tuple[RangeCheck, ...]:
    """The limits of a date that tells what has happened."""
    if any((check.comparator, check.value) == ("LE", TODAY) for check in checks):
        return checks
    return (*checks, RangeCheck(comparator="LE", value=TODAY))


def _unit(entry: Entry) -> UnitRef:
    unit = UnitRef(unit=entry.text("unit"), factor=entry.number("factor", 1.0), assumed=entry.flag("assumed"))
    entry.end()
    return unit


def _range_check(item: str, number: int, entry: Entry) -> RangeCheck | None:
    entry.place(item, f"checks.{number}")
    comparators: dict[str, Comparator] = {name.lower(): comparator for name, comparator in COMPARATORS.items()}
    key = entry.choice(*comparators)
    if key is None:
        return None
    check = RangeCheck(
        comparator=comparators[key], value=entry.text(key), soft=entry.flag("soft"), message=entry.words("message")
    )
    entry.end()
    return check


def _check(entry: Entry) -> EditCheck:
    check = EditCheck(
        oid=entry.text("oid"),
        expression=entry.text("when"),
        message=entry.words("message", required=True),
        item=entry.text("item"),
        group=entry.optional("group"),
        soft=entry.flag("soft"),
        completion=entry.flag("completion"),
        source=entry.text("source", ""),
    )
    entry.end()
    return check


def read_study(parts: Parts, entry: Entry, grading: Entry | None) -> MetaDataVersion:
    """`study.yaml`, `grading.yaml` and everything else that was read, as one version."""
    entry.mark("")
    events = tuple(map(_event, entry.entries("events", required=True)))
    forms = in_order_of_use(events, parts.forms)
    groups = _in_order(parts.groups, [group for form in forms for group in form.groups])
    items = _in_order(parts.items, [ref.item for group in groups for ref in group.items])
    version = MetaDataVersion(
        study=entry.text("study"),
        oid=entry.text("version"),
        name=entry.text("name"),
        title=entry.words("title", required=True),
        description=entry.words("description"),
        protocol=entry.text("protocol", ""),
        languages=entry.texts("languages") or ("en",),
        subject_key=entry.text("subject_key"),
        first_event=entry.text("first_event"),
        first_form=entry.text("first_form"),
        locations=tuple(map(_location, entry.entries("locations", required=True))),
        events=events,
        forms=forms,
        groups=groups,
        items=items,
        codelists=tuple(parts.codelists),
        units=tuple(parts.units),
        settings=tuple(map(_setting, entry.entries("settings"))),
        headline=entry.texts("headline"),
        trends=entry.texts("trends"),
        ended=entry.optional("ended"),
        endpoints=tuple(map(_endpoint, entry.entries("endpoints"))),
        pathway=_pathway(entry.entry("pathway")),
        normal_ranges=_range_keys(entry.entry("normal_ranges")),
        grading=None if grading is None else _grading(grading),
        double_entry=_double_entry(entry.entry("double_entry")),
        sources=entry.words_by_key("sources"),
    )
    entry.end()
    return version


def _double_entry(entry: Entry | None) -> DoubleEntry:
    if entry is None:
        return DoubleEntry()
    rule = DoubleEntry(
        text=_one_of(entry, "text", get_args(TextRule), "folded"),
        third_person=entry.flag("third_person"),
        query_days=entry.whole("query_days", DoubleEntry().query_days) or 0,
    )
    entry.end()
    return rule


def in_order_of_use(events: Iterable[StudyEventDef], forms: list[FormDef]) -> tuple[FormDef, ...]:
    """Forms as the events ask for them first, whatever their files are called; then those that none asks for."""
    order = {oid: n for n, oid in enumerate(dict.fromkeys(ref.form for event in events for ref in event.forms))}
    return tuple(sorted(forms, key=lambda form: (order.get(form.oid, len(order)), form.oid)))


def _in_order(parts: list[_Part], oids: list[str]) -> tuple[_Part, ...]:
    order = {oid: number for number, oid in enumerate(dict.fromkeys(oids))}
    return tuple(sorted(parts, key=lambda part: order.get(part.oid, len(order))))


def _event(entry: Entry) -> StudyEventDef:
    oid = entry.text("oid")
    event = StudyEventDef(
        oid=oid,
        name=entry.text("name"),
        title=entry.words("title", required=True),
        repeating=entry.flag("repeating"),
        kind=_one_of(entry, "kind", KINDS, "Scheduled"),
        forms=tuple(map(_form_ref, entry.entries("forms", required=True, bare="form"))),
        schedules=tuple(_schedule(oid, number, part) for number, part in enumerate(entry.entries("schedules"), 1)),
    )
    entry.end()
    return event


def _form_ref(entry: Entry) -> FormRef:
    ref = FormRef(form=entry.text("form"), mandatory=entry.flag("mandatory", default=True))
    entry.end()
    return ref


def _schedule(event: str, number: int, entry: Entry) -> Schedule:
    entry.place(event, f"schedules.{number}")
    schedule = Schedule(
        anchor=entry.text("anchor"),
        event=entry.optional("event"),
        day=_days(entry, "day") or 0,
        before=_days(entry, "before") or 0,
        after=_days(entry, "after") or 0,
        every=_days(entry, "every") or 0,
        until=_days(entry, "until") or 0,
        to_end=entry.flag("to_end"),
        per_form=entry.flag("per_form"),
        after_end=entry.flag("after_end"),
        lapses=_days(entry, "lapses"),
        when=entry.optional("when"),
        forms=entry.texts("forms"),
        label=entry.words("label"),
    )
    entry.end()
    return schedule


def _days(entry: Entry, key: str) -> Days | None:
    """A number of days, or an expression over the settings."""
    text = entry.optional(key)
    return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,5}", text) else text


def _pathway(entry: Entry | None) -> Pathway | None:
    if entry is None:
        return None
    pathway = Pathway(
        steps=tuple(map(_step, entry.entries("steps", required=True))),
        anywhere=tuple(_branch("anywhere", n, part) for n, part in enumerate(entry.entries("anywhere"), 1)),
    )
    entry.end()
    return pathway


def _step(entry: Entry) -> PathwayStep:
    oid = entry.text("oid")
    step = PathwayStep(
        oid=oid,
        title=entry.words("title", required=True),
        instruction=entry.words("instruction"),
        event=entry.optional("event"),
        branches=tuple(_branch(oid, number, part) for number, part in enumerate(entry.entries("branches"), 1)),
    )
    entry.end()
    return step


def _branch(step: str, number: int, entry: Entry) -> PathwayBranch:
    entry.place(step, f"branches.{number}")
    branch = PathwayBranch(
        to=entry.text("to"),
        when=entry.optional("when"),
        label=entry.words("label", required=True),
        evidence=entry.texts("evidence"),
        source=entry.text("source", ""),
    )
    entry.end()
    return branch


def _range_keys(entry: Entry | None) -> RangeKeys | None:
    if entry is None:
        return None
    keys = RangeKeys(sex=entry.text("sex"), birth=entry.text("birth"))
    entry.end()
    return keys


def _grading(entry: Entry) -> Grading:
    grading = Grading(
        version=entry.text("version"),
        term=entry.text("term"),
        baseline=entry.text("baseline"),
        rules=tuple(_grade_rule(n, part) for n, part in enumerate(entry.entries("rules", required=True), 1)),
    )
    entry.end()
    return grading


def _grade_rule(number: int, entry: Entry) -> GradeRule:
    entry.place("grading", f"rules.{number}")
    rule = GradeRule(
        version=entry.text("version"),
        term=entry.text("term"),
        item=entry.text("item"),
        unit=entry.optional("unit"),
        grades=entry.texts_by_key("grades"),
        without_baseline=entry.texts_by_key("without_baseline"),
    )
    entry.end()
    return rule


def _location(entry: Entry) -> Location:
    location = Location(
        oid=entry.text("oid"),
        name=entry.words("name", required=True),
        zone=entry.text("zone"),
        planned_subjects=entry.whole("planned_subjects"),
    )
    entry.end()
    return location


def _setting(entry: Entry) -> Setting:
    name = entry.text("name")
    entry.mark(f"setting/{name}")
    setting = Setting(
        name=name,
        question=entry.words("question", required=True),
        value=entry.text("value"),
        data_type=_one_of(entry, "data_type", tuple(DataType), DataType.TEXT),
        choices=entry.texts("choices"),
        least=entry.text("least", ""),
        most=entry.text("most", ""),
        why=entry.words("why"),
        source=entry.text("source", ""),
        open=entry.flag("open", default=True),
    )
    entry.end()
    return setting


_Word = TypeVar("_Word", bound=str)


def _one_of(entry: Entry, key: str, known: tuple[_Word, ...], default: _Word) -> _Word:
    text = entry.text(key, default)
    for word in known:
        if word == text:
            return word
    entry.fault(
        "There is no {key} {text}; there are: {known}.",
        at=key,
        key=key,
        text=text,
        known=", ".join(known),
    )
    return default
