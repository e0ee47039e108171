"""Simulated subjects: whole courses of a study entered through its rules, deterministic by seed.

What a subject is like and how its course goes is data (`resources/practice/<study>.yaml`), so that nothing here knows a form
or a drug. A course is a list of visits; at each the forms of the event are filled by the rules of `forms`, and then assessed
as a person's would be: what the study suggests may be taken over, derived values follow, soft checks are answered.

A value in the model is a text, or one of
    {between: [low, high], digits: n}       a number, all equally likely
    {normal: [mean, sd], between: [...]}    a number about a mean, kept within limits
    {choose: {CODE: weight, ...}}           one of several
    {days: n} or {days: [first, last]}      the date so many days after the visit's
    {time: [8, 17]}                         a time of day; with `days` a date and time
    {born: [first, last]}                   the month of birth at such an age at the visit
    {of: NAME, factor: [low, high]}         what was drawn for the subject, a little varied
    {same: FORM.ITEM}                       the value of the subject's last such form
    {by: FORM.ITEM, cases: {CODE: value}}   what goes with that value
    {suggested: CODE}                       what the study suggests, else this
and `chance: 0.3` beside it gives it only so often, `unit: mg/dL` gives it in that unit. Lists are rows of a repeating
group; `{planned: PLANNED_ITEM}` under a group's name fills its grid as planned.
"""

import datetime
import importlib.resources
import random
from collections.abc import Iterator, Mapping
from typing import Any, cast

import msgspec

from desktop.actions import SaveForm
from desktop.study.clinical_data import CheckAt, FormContent, FormKey, ItemPlace, ItemValue
from desktop.study.definition.metadata import NON_REPEATING_ROW, Definition, ItemGroupDef
from desktop.study.rules.assessment import Assessment, Code, assess
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.pathway import Decision, walk

Values = Mapping[str, Any]
Forms = Mapping[str, Values]


class Visit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One occurrence of an event, or some of its forms, on a day of the course."""

    event: str
    """Name of the event."""
    repeat: int = 1
    day: int | tuple[int, int]
    """Days after the course began: one, or any of a range."""
    forms: tuple[str, ...] = ()
    """Names; empty: the mandatory forms of the event, but a repeating one only once."""
    like: tuple[str, ...] = ()
    """Names of `profiles`, whose values stand before those of `forms`."""
    values: dict[str, dict[str, Any]] = {}
    """Form name -> item name -> value: before all others."""
    chance: float = 1.0
    only: dict[str, str] = {}
    """FORM.ITEM -> value that the subject's last such form must have, e.g. `{DM.SEX: F}`."""


class Deciding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's decision on the pathway, where the course has come to its step."""

    step: str
    to: str
    reason: str


class Course(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of course."""

    name: str
    weight: int
    ends: str
    """OID of the pathway step at which it ends when it was played whole."""
    ago: tuple[int, int] | None = None
    """Days before today on which it may have begun; None: as of the model."""
    visits: tuple[Visit, ...]
    decide: Deciding | None = None

    @property
    def days(self) -> int:
        """The day of its last visit."""
        return max(visit.day if isinstance(visit.day, int) else visit.day[-1] for visit in self.visits)


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How subjects of a study are simulated."""

    ago: tuple[int, int]
    comment: str
    """Answers every soft check."""
    subject: dict[str, Any]
    """Drawn once for each subject: name -> value."""
    forms: dict[str, dict[str, Any]]
    profiles: dict[str, dict[str, dict[str, Any]]] = {}
    parts: dict[str, tuple[Visit, ...]] = {}
    """Runs of visits that courses have in common."""
    courses: tuple[Course, ...]


class SimulatedForm(msgspec.Struct, frozen=True, kw_only=True):
    """A form as a person would save it."""

    key: FormKey
    content: FormContent
    comments: dict[CheckAt, str]
    complete: bool = True
    """False where something is still to come, e.g. the doses of a cycle that goes on."""


class SimulatedSubject(msgspec.Struct, frozen=True, kw_only=True):
    """A subject's whole record."""

    course: str
    forms: tuple[SimulatedForm, ...]
    """In the order in which they are saved."""
    decisions: tuple[tuple[str, int, str, str], ...] = ()
    """(step, visit, to, reason)"""
    step: str = ""
    """OID of the pathway step where the subject is."""


def read_model(study: str) -> Model:
    """The model of a shipped study."""
    # PyYAML is needed here only.
    import yaml

    text = (importlib.resources.files("resources") / "practice" / f"{study}.yaml").read_text(encoding="utf-8")
    content = cast("dict[str, Any]", yaml.load(text, Loader=yaml.CBaseLoader))  # noqa: S506 - texts only, no objects
    parts = content.get("parts", {})
    for course in content["courses"]:
        course["visits"] = [
            visit for entry in course["visits"] for visit in (parts[entry] if isinstance(entry, str) else [entry])
        ]
    return msgspec.convert(content, Model, strict=False)


def simulate(
    definition: Definition, model: Model, subjects: int, seed: int, today: datetime.date
) -> Iterator[SimulatedSubject]:
    """Play `subjects` courses. Every kind of course comes once before any comes twice; the same seed gives the same."""
    rules = Rules(definition)
    chooser = random.Random(f"{seed}/courses")  # noqa: S311 - made-up data
    for number in range(1, subjects + 1):
        if number <= len(model.courses):
            # The first of its kind is played to its end.
            course = model.courses[number - 1]
            least = course.days if course.ago is None else 0
        else:
            course = chooser.choices(model.courses, [course.weight for course in model.courses])[0]
            least = 0
        yield _Subject(rules, model, course, least, random.Random(f"{seed}/{number}"), today).play()  # noqa: S311


def as_act(subject: str, form: SimulatedForm) -> SaveForm:
    """The act by which a person saves a simulated form."""
    items = {
        ItemPlace(group, row, item): value
        for group, rows in form.content.items()
        for row, values in rows.items()
        for item, value in values.items()
    }
    return SaveForm(subject=subject, key=form.key, items=dict(items), comments=form.comments, complete=form.complete)


class _Subject:
    """One subject while its course is played."""

    def __init__(
        self, rules: Rules, model: Model, course: Course, least: int, dice: random.Random, today: datetime.date
    ) -> None:
        self.rules = rules
        self.definition = rules.definition
        self.model = model
        self.course = course
        self.dice = dice
        self.today = today
        ago = max(self._whole(course.ago or model.ago), least)
        self.start = today - datetime.timedelta(days=ago)
        self.events = {event.name: event for event in self.definition.version.events}
        self.form_oids = {form.name: form.oid for form in self.definition.version.forms}
        self.contents: dict[FormKey, FormContent] = {}
        self.saved: list[SimulatedForm] = []
        self.visited = self.start
        self.drawn: dict[str, Any] = {}
        for name, value in model.subject.items():
            self.drawn[name] = self._draw(value)

    def play(self) -> SimulatedSubject:
        for visit in self.course.visits:
            self._visit(visit)
        decisions: list[tuple[str, int, str, str]] = []
        stages = walk(self.rules, self.contents, {}, self.today)
        decide = self.course.decide
        if decide is not None and any(stage.step.oid == decide.step for stage in stages):
            visit = next(stage.visit for stage in stages if stage.step.oid == decide.step)
            decisions.append((decide.step, visit, decide.to, decide.reason))
            made = Decision(to=decide.to, reason=decide.reason, user="", wall="", device="", sequence=0)
            stages = walk(self.rules, self.contents, {(decide.step, visit): made}, self.today)
        return SimulatedSubject(
            course=self.course.name,
            forms=tuple(self.saved),
            decisions=tuple(decisions),
            step=stages[-1].step.oid if stages else "",
        )

    def _visit(self, visit: Visit) -> None:
        happens = self.dice.random() < visit.chance
        self.visited = self.start + datetime.timedelta(days=self._whole(visit.day))
        if not happens or self.visited > self.today:
            return
        if any(self._same(where) != value for where, value in visit.only.items()):
            return
        event = self.events[visit.event]
        names = visit.forms or tuple(self.definition.forms[ref.form].name for ref in event.forms if ref.mandatory)
        for name in names:
            self._fill(visit, event.oid, name)

    def _fill(self, visit: Visit, event: str, name: str) -> None:
        form = self.definition.forms[self.form_oids[name]]
        repeat = 1
        if form.repeating:
            repeat += sum(
                (key.event, key.event_repeat, key.form) == (event, visit.repeat, form.oid) for key in self.contents
            )
        key = FormKey(event, visit.repeat, form.oid, repeat)
        values: dict[str, Any] = {}
        for source in (self.model.forms, *(self.model.profiles[like] for like in visit.like), visit.values):
            values |= source.get(name, {})
        content = self._content(key, values)
        assessment = self._assessed(key, content)
        # What is suggested, worked out or left out follows from what was drawn before.
        for _ in range(3):
            self._take_over(key, content, values, assessment)
            assessment = self._assessed(key, content)
        comments = {
            CheckAt(problem.check, problem.place): self.model.comment
            for problem in assessment.problems
            if problem.code == Code.COMMENT_NEEDED and problem.place is not None
        }
        complete = all(problem.code != Code.MISSING_MANDATORY for problem in assessment.problems)
        self.saved.append(SimulatedForm(key=key, content=content, comments=comments, complete=complete))
        self.contents[key] = assessment.with_derived(content)

    def _content(self, key: FormKey, values: Values) -> FormContent:
        content: FormContent = {}
        for group in self.definition.form_groups(key.form):
            if group.grid is not None and isinstance(values.get(group.name), dict):
                self._grid(group, content)
            elif group.repeating:
                for number, row in enumerate(self._rows(values.get(group.name, [])), 1):
                    content.setdefault(group.oid, {})[f"{number:02}"] = self._row(group, row)
            else:
                row = self._row(group, values)
                if row:
                    content[group.oid] = {NON_REPEATING_ROW: row}
        return content

    def _rows(self, rows: Any) -> Iterator[Values]:
        for row in cast("list[dict[str, Any]]", rows):
            if self.dice.random() < float(row.get("chance", 1)):
                yield {name: value for name, value in row.items() if name != "chance"}

    def _row(self, group: ItemGroupDef, values: Values) -> dict[str, ItemValue]:
        row: dict[str, ItemValue] = {}
        for ref in group.items:
            item = self.definition.items[ref.item]
            if item.derivation is None and item.name in values:
                value = self._value(values[item.name])
                if value is not None:
                    row[item.oid] = value
        return row

    def _grid(self, group: ItemGroupDef, content: FormContent) -> None:
        """Every cell of the grid, so that the study can say what is planned there."""
        grid = group.grid
        if grid is None:
            return
        codes = self.definition.codelist_of(self.definition.items[grid.rows])
        rows = content.setdefault(group.oid, {})
        for code in codes.by_code if codes else ():
            for column in range(1, grid.column_count + 1):
                rows[f"{code}-{column:02}"] = {
                    grid.rows: ItemValue(value=code),
                    grid.columns: ItemValue(value=str(column)),
                }

    def _take_over(self, key: FormKey, content: FormContent, values: Values, assessment: Assessment) -> None:
        for group in self.definition.form_groups(key.form):
            if group.grid is not None and isinstance(values.get(group.name), dict):
                self._take_plan(group, content, assessment)
            elif not group.repeating:
                row = content.setdefault(group.oid, {}).setdefault(NON_REPEATING_ROW, {})
                for ref in group.items:
                    item = self.definition.items[ref.item]
                    place = ItemPlace(group.oid, NON_REPEATING_ROW, item.oid)
                    wanted = values.get(item.name)
                    if isinstance(wanted, dict) and "suggested" in wanted:
                        found = assessment.suggestions.get(place)
                        default = cast("str", wanted["suggested"])
                        if found is not None:
                            row[item.oid] = found
                        elif default:
                            row[item.oid] = ItemValue(value=default)
                        else:
                            row.pop(item.oid, None)
        for place in assessment.skipped:
            content.get(place.group, {}).get(place.row, {}).pop(place.item, None)

    def _take_plan(self, group: ItemGroupDef, content: FormContent, assessment: Assessment) -> None:
        grid = group.grid
        if grid is None or grid.planned is None:
            return
        for row, items in list(content.get(group.oid, {}).items()):
            planned = assessment.derived.get(ItemPlace(group.oid, row, grid.planned))
            given = assessment.derived.get(ItemPlace(group.oid, row, grid.date or ""))
            if grid.value in items:
                continue
            is_over = given is not None and given.value > self.today.isoformat()
            if planned is None or float(planned.value) == 0 or is_over:
                del content[group.oid][row]
            else:
                items[grid.value] = planned

    def _assessed(self, key: FormKey, content: FormContent) -> Assessment:
        others = {other: known for other, known in self.contents.items() if other != key}
        return assess(self.rules, key, content, others, self.today)

    # Values

    def _value(self, wanted: Any) -> ItemValue | None:
        text = self._draw(wanted)
        if text is None:
            return None
        unit = str(cast("dict[str, Any]", wanted).get("unit", "")) if isinstance(wanted, dict) else ""
        return ItemValue(missing=text[1:]) if text.startswith("!") else ItemValue(value=text, unit=unit)

    def _draw(self, wanted: Any) -> str | None:
        if not isinstance(wanted, dict):
            return cast("str", wanted)
        value = cast("dict[str, Any]", wanted)
        if self.dice.random() >= float(value.get("chance", 1)) or "suggested" in value:
            return None
        if "is" in value:
            return cast("str", value["is"])
        if "choose" in value:
            chances = cast("dict[str, str]", value["choose"])
            return self.dice.choices(list(chances), [float(weight) for weight in chances.values()])[0]
        if "born" in value:
            first, last = (int(age) for age in value["born"])
            day = self.visited - datetime.timedelta(days=self.dice.randint(first * 366, last * 365))
            return f"{day:%Y-%m}"
        if "days" in value or "time" in value:
            return self._moment(value)
        if "same" in value:
            return self._same(value["same"])
        if "by" in value:
            return cast("dict[str, str]", value["cases"]).get(self._same(value["by"]) or "")
        return self._number(value)

    def _moment(self, value: Mapping[str, Any]) -> str:
        time = ""
        if "time" in value:
            first, last = (int(hour) for hour in value["time"])
            time = f"{self.dice.randint(first, last - 1):02}:{self.dice.randrange(0, 60, 5):02}"
        if "days" not in value:
            return time
        number = self._whole(_days(value["days"]))
        day = min(self.visited + datetime.timedelta(days=number), self.today)
        return f"{day}T{time}" if time else str(day)

    def _same(self, where: str) -> str | None:
        name, item_name = where.split(".")
        form = self.definition.forms[self.form_oids[name]]
        keys = [key for key in self.contents if key.form == form.oid]
        if not keys:
            return None
        last = keys[-1]
        for rows in self.contents[last].values():
            for items in rows.values():
                for oid, found in items.items():
                    if self.definition.items[oid].name == item_name:
                        return f"!{found.missing}" if found.missing else found.value
        return None

    def _number(self, value: Mapping[str, Any]) -> str:
        low, high = (float(limit) for limit in value.get("between", ("-1e9", "1e9")))
        if "of" in value:
            number = float(self.drawn[value["of"]])
            first, last = (float(factor) for factor in value.get("factor", ("1", "1")))
            number *= self.dice.uniform(first, last)
        elif "normal" in value:
            mean, deviation = (float(part) for part in value["normal"])
            number = self.dice.gauss(mean, deviation)
        else:
            number = self.dice.uniform(low, high)
        digits = int(value.get("digits", 0))
        return f"{min(max(number, low), high):.{digits}f}"

    def _whole(self, days: int | tuple[int, ...]) -> int:
        return days if isinstance(days, int) else self.dice.randint(days[0], days[-1])


def _days(days: Any) -> int | tuple[int, ...]:
    return tuple(int(day) for day in cast("list[str]", days)) if isinstance(days, list) else int(days)
