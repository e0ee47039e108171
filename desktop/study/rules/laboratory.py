"""Laboratory values against the site's normal ranges, and the grades that they suggest.

Which range holds depends on laboratory, sex, age and the date of the sample, so a range that is set later for later samples
changes nothing of earlier ones. A grade is suggested by the study's version of the criteria (`grades.GradeRule`); it is
never stored by itself, and never forced.
"""

import datetime
import enum
import functools
import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from desktop.study.clinical_data import FormContent, FormKey, ItemPlace, ItemValue, item_in
from desktop.study.definition.grading import GradeRule
from desktop.study.definition.metadata import NON_REPEATING_ROW, Definition, FormDef, ItemDef
from desktop.study.definition.site_parameters import Local, NormalRange, Sample, normal_range
from desktop.study.expressions.arithmetic import CONTEXT, exact
from desktop.study.expressions.engine import UNKNOWN, Expression, ExpressionFaultError
from desktop.study.expressions.functions import completed_years
from desktop.study.values.item_types import PartialDate
from desktop.study.values.item_values import bounds, parsed, unit_of, value_fault

Contents = Mapping[FormKey, FormContent]


_NAME = re.compile(r"[a-z_]+")


class Ungraded(enum.StrEnum):
    """Why a value that has grades cannot be graded."""

    NO_RANGE = "NO_RANGE"
    """No normal range holds for its laboratory and day."""
    NO_BASELINE = "NO_BASELINE"
    """No value before treatment is known."""
    NO_BASELINE_RANGE = "NO_BASELINE_RANGE"
    """No normal range holds for the laboratory and day of the value before treatment."""
    BOUND_ONLY = "BOUND_ONLY"
    """The result is a bound, e.g. `<0.5`, and what lies beyond has several grades."""


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of one laboratory value."""

    low: str = ""
    """Limits of its normal range in the item's first unit; empty where none is known."""
    high: str = ""
    indicator: str = ""
    """`L` below, `H` above (CDISC LBNRIND LOW and HIGH); empty within, or where no range is known."""
    term: str = ""
    """Code of the adverse event term."""
    grade: str = ""
    """The suggested grade; `0` where every grade is certainly not reached; empty where there is none or it cannot be said."""
    ungraded: Ungraded | None = None
    """Why it cannot be graded, where it has grades."""


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """A laboratory value that suggests a grade."""

    item: str
    term: str
    grade: str
    date: datetime.date


class _Report(msgspec.Struct, frozen=True):
    """A filled form that is a laboratory report."""

    form: FormDef
    content: FormContent
    sample: Sample
    time: datetime.time
    """Midnight where it is not known."""
    order: tuple[int, int, int]


class _Value(msgspec.Struct, frozen=True):
    """A number of a report."""

    place: ItemPlace
    item: ItemDef
    test: str
    """OID of the item whose normal ranges hold."""
    graded_as: str
    """OID of the item whose grades hold."""
    value: ItemValue
    bounds: tuple[float, float]
    """In the item's first unit."""


class _Names(msgspec.Struct, frozen=True):
    """What the conditions of grades read besides the value, in one unit; None where it is not known."""

    lln: float | None
    uln: float | None
    baseline: float | None = None
    baseline_lln: float | None = None
    baseline_uln: float | None = None


class Laboratory:
    """Reads laboratory values of a study at a site."""

    def __init__(self, definition: Definition, local: Local, settings: Mapping[str, object]) -> None:
        self.definition = definition
        self.ranges: dict[str, list[NormalRange]] = {}
        for found in local.ranges:
            self.ranges.setdefault(found.item, []).append(found)
        grading = definition.version.grading
        self.rules: dict[str, list[GradeRule]] = {}
        """By item OID: too high and too low are two terms."""
        for rule in grading.rules if grading is not None else ():
            if grading is not None and rule.version == settings.get(grading.version):
                self.rules.setdefault(rule.item, []).append(rule)
        self._conditions: dict[str, Expression] = {}
        self._grades: dict[tuple[str, str, tuple[float, float], bool, _Names], tuple[str, str, Ungraded | None]] = {}

    def flags(self, key: FormKey, content: FormContent, others: Contents) -> dict[ItemPlace, Flag]:
        """What is said of the values of a form that is a laboratory report; nothing of another form."""
        form = self.definition.forms[key.form]
        if form.laboratory is None:
            return {}
        subject = _Subject(self, {**others, key: content})
        report = subject.report(key)
        found: dict[ItemPlace, Flag] = {}
        for value in self.values(form, content):
            limits = self.limits(value.test, report)
            term, grade, ungraded = ("", "", None) if report is None else self._grade(value, limits, report, subject)
            if limits is not None or grade or ungraded:
                found[value.place] = Flag(
                    low=limits.low if limits else "",
                    high=limits.high if limits else "",
                    indicator=_indicator(value.bounds, limits),
                    term=term,
                    grade=grade,
                    ungraded=ungraded,
                )
        return found

    def graded(self, contents: Contents) -> Iterator[Graded]:
        """Every laboratory value of a subject that suggests a grade above 0."""
        subject = _Subject(self, contents)
        for report in subject.reports:
            for value in self.values(report.form, report.content):
                if value.graded_as in self.rules:
                    limits = self.limits(value.test, report)
                    term, grade, _ = self._grade(value, limits, report, subject)
                    if grade not in ("", "0"):
                        yield Graded(item=value.item.name, term=term, grade=grade, date=report.sample.date)

    def limits(self, test: str, report: _Report | None) -> NormalRange | None:
        """The normal range that holds for a test."""
        return None if report is None else normal_range(self.ranges.get(test, ()), test, report.sample)

    def values(self, form: FormDef, content: FormContent) -> Iterator[_Value]:
        """The numbers of a report that have a normal range or grades."""
        for group, _, item in self.definition.form_items(form.oid):
            test = item.same_test or item.oid
            is_of_interest = item.oid in self.definition.measured_items or item.oid in self.rules
            value = content.get(group.oid, {}).get(NON_REPEATING_ROW, {}).get(item.oid)
            if value is None or group.repeating or not is_of_interest or value.missing:
                continue
            if value_fault(self.definition, item, value) is None:
                place = ItemPlace(group.oid, NON_REPEATING_ROW, item.oid)
                graded_as = item.oid if item.oid in self.rules else test
                yield _Value(place, item, test, graded_as, value, bounds(self.definition, item, value))

    def time(self, oid: str | None, content: FormContent) -> datetime.time:
        """The time of a sample; midnight where it is not known."""
        value = item_in(content, oid) if oid is not None else None
        if oid is None or value is None or value.missing:
            return datetime.time()
        item = self.definition.items[oid]
        return datetime.time() if value_fault(self.definition, item, value) is not None else parsed(item, value)

    def ages(self, item: ItemDef, birth: ItemValue, date: datetime.date) -> tuple[int, int] | None:
        """The least and the greatest age that the subject can have had."""
        if birth.missing or value_fault(self.definition, item, birth) is not None:
            return None
        found = parsed(item, birth)
        earliest, latest = (found.earliest, found.latest) if isinstance(found, PartialDate) else (found, found)
        return completed_years(latest, date), completed_years(earliest, date)

    def date(self, oid: str, content: FormContent) -> datetime.date | None:
        """The date of an item, where all of it is known."""
        value = item_in(content, oid)
        item = self.definition.items[oid]
        if value is None or value.missing or value_fault(self.definition, item, value) is not None:
            return None
        found = parsed(item, value)
        if isinstance(found, PartialDate):
            return found.earliest if found.earliest == found.latest else None
        return found.date() if isinstance(found, datetime.datetime) else found

    def _grade(
        self, value: _Value, limits: NormalRange | None, report: _Report, subject: "_Subject"
    ) -> tuple[str, str, Ungraded | None]:
        """(term, grade, why there is none): the highest grade whose condition is true; empty where none is."""
        rules = self.rules.get(value.graded_as, [])
        if not rules:
            return "", "", None
        texts = [text for rule in rules for text in rule.grades.values()]
        names = _Names(limits.lln if limits else None, limits.uln if limits else None)
        if any("baseline" in text for text in texts) and subject.is_treated(report):
            names = subject.with_baseline(names, value)
        unit = unit_of(self.definition, value.item, value.value)
        unit_oid = "" if unit is None else unit.unit
        known = (value.graded_as, unit_oid, value.bounds, limits is None, names)
        if known not in self._grades:
            factor = 1.0 if unit is None else unit.factor
            outcomes = [
                self._outcome(rule, value.bounds, names, factor if rule.unit else 1.0)
                for rule in rules
                if rule.unit == unit_oid or (rule.unit is None and not self._has_own_unit(rules, rule, unit_oid))
            ]
            grade, term = max(((grade, term) for term, grade, _ in outcomes), default=("", ""))
            why = next((why for _, _, why in outcomes if why is not None), None)
            if grade == "0" and why is not None:
                grade = ""
            self._grades[known] = (term if grade not in ("", "0") else "", grade, why if grade == "" else None)
        return self._grades[known]

    @staticmethod
    def _has_own_unit(rules: Iterable[GradeRule], rule: GradeRule, unit: str) -> bool:
        """Whether the term has grades for values given in this very unit."""
        return any(other.term == rule.term and other.unit == unit for other in rules)

    def _outcome(
        self, rule: GradeRule, bounds: tuple[float, float], names: _Names, factor: float
    ) -> tuple[str, str, Ungraded | None]:
        """(term, grade, why there is none) by one rule. `factor` times a number in its unit is one in the first unit."""
        has_baseline = names.baseline is not None and (
            names.baseline_lln is not None or names.baseline_uln is not None or not _reads_baseline_range(rule)
        )
        grades = rule.without_baseline if rule.without_baseline and not has_baseline else rule.grades
        scaled = {
            name: None if number is None else _divided(number, factor)
            for name, number in msgspec.structs.asdict(names).items()
        }
        found = {
            tuple(self._holds(condition, {**scaled, "value": _divided(bound, factor)}) for condition in grades.values())
            for bound in bounds
        }
        if len(found) > 1:
            return rule.term, "", Ungraded.BOUND_ONLY
        pairs = list(zip(grades, found.pop(), strict=True))
        reached = max((grade for grade, holds in pairs if holds is True), default="0")
        if reached != "0" or all(holds is False for _, holds in pairs):
            return rule.term, reached, None
        read = {name for grade, holds in pairs if holds is UNKNOWN for name in _NAME.findall(grades[grade])}
        if any(scaled[name] is None for name in ("lln", "uln") if name in read):
            return rule.term, "", Ungraded.NO_RANGE
        return rule.term, "", Ungraded.NO_BASELINE if names.baseline is None else Ungraded.NO_BASELINE_RANGE

    def _holds(self, condition: str, names: Mapping[str, object]) -> object:
        """True, false, or `UNKNOWN`."""
        if condition not in self._conditions:
            self._conditions[condition] = Expression(condition)
        try:
            return self._conditions[condition].evaluate(names.get)
        except ExpressionFaultError:
            # Loading holds conditions to numbers, so no grade is suggested rather than a wrong one.
            return UNKNOWN


class _Subject:
    """The laboratory reports of a subject."""

    def __init__(self, laboratory: Laboratory, contents: Contents) -> None:
        self._laboratory = laboratory
        self._definition = laboratory.definition
        self._contents = contents
        self._events = {event.oid: number for number, event in enumerate(self._definition.version.events)}
        self._baselines: dict[str, tuple[_Report, float] | None] = {}

    def report(self, key: FormKey) -> _Report | None:
        """A form as a report; None where it is none, or has no date."""
        form, content = self._definition.forms.get(key.form), self._contents[key]
        if form is None or form.laboratory is None:
            return None
        date = self._laboratory.date(form.laboratory.date, content)
        if date is None:
            return None
        name = item_in(content, form.laboratory.name) if form.laboratory.name else None
        sex, birth = self._person
        ages = None if birth is None else self._laboratory.ages(self._definition.items[birth[0]], birth[1], date)
        sample = Sample(laboratory=name.value if name else "", date=date, sex=sex, ages=ages)
        order = (self._events.get(key.event, -1), key.event_repeat, key.form_repeat)
        return _Report(form, content, sample, self._laboratory.time(form.laboratory.time, content), order)

    @functools.cached_property
    def reports(self) -> tuple[_Report, ...]:
        """All of them."""
        return tuple(report for key in self._contents if (report := self.report(key)) is not None)

    @functools.cached_property
    def _person(self) -> tuple[str, tuple[str, ItemValue] | None]:
        """Sex, and (item OID, value) of the birth."""
        keys = self._definition.version.normal_ranges
        if keys is None:
            return "", None
        sex = next((value for content in self._contents.values() if (value := item_in(content, keys.sex))), None)
        birth = next((value for content in self._contents.values() if (value := item_in(content, keys.birth))), None)
        return sex.value if sex else "", None if birth is None else (keys.birth, birth)

    @functools.cached_property
    def _first_treatment(self) -> datetime.date | None:
        grading = self._definition.version.grading
        if grading is None:
            return None
        dates = (self._laboratory.date(grading.baseline, content) for content in self._contents.values())
        return min((date for date in dates if date is not None), default=None)

    def is_treated(self, report: _Report) -> bool:
        """Whether a report is later than the first treatment, so that a value before it is its baseline."""
        return self._first_treatment is not None and report.sample.date > self._first_treatment

    def with_baseline(self, names: _Names, value: _Value) -> _Names:
        """With the last value of its kind up to the first treatment; as it was where there is none."""
        if value.graded_as not in self._baselines:
            self._baselines[value.graded_as] = self._baseline(value.graded_as)
        baseline = self._baselines[value.graded_as]
        if baseline is None:
            return names
        limits = self._laboratory.limits(value.test, baseline[0])
        return msgspec.structs.replace(
            names,
            baseline=baseline[1],
            baseline_lln=limits.lln if limits else None,
            baseline_uln=limits.uln if limits else None,
        )

    def _baseline(self, graded_as: str) -> tuple[_Report, float] | None:
        before = [
            (report, value.bounds[0])
            for report in self.reports
            if not self.is_treated(report)
            for value in self._laboratory.values(report.form, report.content)
            if value.graded_as == graded_as and value.bounds[0] == value.bounds[1]
        ]
        return max(before, key=lambda pair: (pair[0].sample.date, pair[0].time, pair[0].order), default=None)


def _divided(number: float, factor: float) -> float:
    return number if factor == 1.0 else float(CONTEXT.divide(exact(number), exact(factor)))


def _reads_baseline_range(rule: GradeRule) -> bool:
    return any("baseline_" in condition for condition in rule.grades.values())


def _indicator(bounds: tuple[float, float], limits: NormalRange | None) -> str:
    """`L` or `H` where the whole of what the value can be lies there."""
    if limits is None:
        return ""
    if limits.lln is not None and bounds[1] < limits.lln:
        return "L"
    return "H" if limits.uln is not None and bounds[0] > limits.uln else ""


def as_records(graded: Iterable[Graded]) -> list[dict[str, object]]:
    """What expressions see as `labs`."""
    return [
        {
            "ITEM": found.item,
            "TERM": found.term,
            "GRADE": float(found.grade),
            "DATE": datetime.datetime.combine(found.date, datetime.time(), datetime.UTC),
        }
        for found in graded
    ]
