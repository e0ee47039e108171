"""Laboratory values against the site's normal ranges, and the grades that they suggest.

Which range holds depends on laboratory, sex, age and the date of the sample, so a range that is set later for later samples
changes nothing of earlier ones. A grade is suggested by the study's version of the criteria (`grades.GradeRule`); it is
never stored by itself, and never forced.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from desktop.study.clinical_data import FormContent, FormKey, ItemPlace, ItemValue, item_in
from desktop.study.definition.grading import GradeRule
from desktop.study.definition.metadata import NON_REPEATING_ROW, Definition, FormDef, ItemDef
from desktop.study.definition.site_parameters import Local, NormalRange, Sample, normal_range
from desktop.study.expressions.engine import Expression, ExpressionFaultError
from desktop.study.expressions.functions import completed_years
from desktop.study.values.item_types import PartialDate
from desktop.study.values.item_values import number_in_first_unit, parsed, value_fault

Contents = Mapping[FormKey, FormContent]


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
    """The suggested grade; empty where none is."""


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """A laboratory value that suggests a grade."""

    item: str
    term: str
    grade: str
    date: datetime.date


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
        self._grades: dict[tuple[str, float, float | None, float | None, float | None], tuple[str, str]] = {}

    def flags(self, key: FormKey, content: FormContent, others: Contents) -> dict[ItemPlace, Flag]:
        """What is said of the values of a form that is a laboratory report; nothing of another form."""
        form = self.definition.forms[key.form]
        if form.laboratory is None:
            return {}
        contents = {**others, key: content}
        sample = self._sample(form, content, contents)
        found: dict[ItemPlace, Flag] = {}
        for place, item, value in self._numbers(form, content):
            limits = normal_range(self.ranges.get(item.oid, ()), item.oid, sample) if sample else None
            term, grade = self._grade(item, value, limits, contents)
            if limits is not None or grade:
                found[place] = Flag(
                    low=limits.low if limits else "",
                    high=limits.high if limits else "",
                    indicator=_indicator(value, limits),
                    term=term,
                    grade=grade,
                )
        return found

    def graded(self, contents: Contents) -> Iterator[Graded]:
        """Every laboratory value of a subject that suggests a grade."""
        for key, content in contents.items():
            form = self.definition.forms.get(key.form)
            if form is None or form.laboratory is None:
                continue
            sample = self._sample(form, content, contents)
            if sample is None:
                continue
            for _, item, value in self._numbers(form, content):
                if item.oid in self.rules:
                    limits = normal_range(self.ranges.get(item.oid, ()), item.oid, sample)
                    term, grade = self._grade(item, value, limits, contents)
                    if grade:
                        yield Graded(item=item.name, term=term, grade=grade, date=sample.date)

    def _numbers(self, form: FormDef, content: FormContent) -> Iterator[tuple[ItemPlace, ItemDef, float]]:
        for group, _, item in self.definition.form_items(form.oid):
            if item.oid in self.definition.laboratory_items and not group.repeating:
                value = content.get(group.oid, {}).get(NON_REPEATING_ROW, {}).get(item.oid)
                number = None if value is None else self._number(item, value)
                if number is not None:
                    yield ItemPlace(group.oid, NON_REPEATING_ROW, item.oid), item, number

    def _number(self, item: ItemDef, value: ItemValue) -> float | None:
        if value.missing or value_fault(self.definition, item, value) is not None:
            return None
        number = number_in_first_unit(self.definition, item, value)
        return None if number is None else float(number)

    def _sample(self, form: FormDef, content: FormContent, contents: Contents) -> Sample | None:
        assert form.laboratory is not None  # noqa: S101 - callers ask of laboratory forms
        date = self._date(form.laboratory.date, content)
        if date is None:
            return None
        name = item_in(content, form.laboratory.name) if form.laboratory.name else None
        keys = self.definition.version.normal_ranges
        sex = birth = None
        for other in contents.values() if keys is not None else ():
            sex = sex or item_in(other, keys.sex if keys else "")
            birth = birth or item_in(other, keys.birth if keys else "")
        ages = None
        if birth is not None and keys is not None:
            ages = self._ages(self.definition.items[keys.birth], birth, date)
        return Sample(laboratory=name.value if name else "", date=date, sex=sex.value if sex else "", ages=ages)

    def _ages(self, item: ItemDef, birth: ItemValue, date: datetime.date) -> tuple[int, int] | None:
        if birth.missing or value_fault(self.definition, item, birth) is not None:
            return None
        found = parsed(item, birth)
        earliest, latest = (found.earliest, found.latest) if isinstance(found, PartialDate) else (found, found)
        return completed_years(latest, date), completed_years(earliest, date)

    def _date(self, oid: str, content: FormContent) -> datetime.date | None:
        value = item_in(content, oid)
        item = self.definition.items[oid]
        if value is None or value.missing or value_fault(self.definition, item, value) is not None:
            return None
        found = parsed(item, value)
        if isinstance(found, PartialDate):
            return found.earliest if found.earliest == found.latest else None
        return found.date() if isinstance(found, datetime.datetime) else found

    def _grade(self, item: ItemDef, value: float, limits: NormalRange | None, contents: Contents) -> tuple[str, str]:
        """(term, grade): the highest grade whose condition is true; empty where none is."""
        rules = self.rules.get(item.oid, [])
        if not rules:
            return "", ""
        lln, uln = (limits.lln, limits.uln) if limits else (None, None)
        needs_baseline = any("baseline" in text for rule in rules for text in rule.grades.values())
        baseline = self._baseline(item, contents) if needs_baseline else None
        known = (item.oid, value, lln, uln, baseline)
        if known not in self._grades:
            names = {"value": value, "lln": lln, "uln": uln, "baseline": baseline}
            found = [
                (grade, rule.term)
                for rule in rules
                for grade, condition in rule.grades.items()
                if self._holds(condition, names)
            ]
            grade, term = max(found, default=("", ""))
            self._grades[known] = (term, grade)
        return self._grades[known]

    def _holds(self, condition: str, names: Mapping[str, float | None]) -> bool:
        if condition not in self._conditions:
            self._conditions[condition] = Expression(condition)
        try:
            return self._conditions[condition].evaluate(names.get) is True
        except ExpressionFaultError:
            # Loading holds conditions to numbers, so no grade is suggested rather than a wrong one.
            return False

    def _baseline(self, item: ItemDef, contents: Contents) -> float | None:
        """The last value of the item up to the first treatment; None before it, and where there is none."""
        grading = self.definition.version.grading
        assert grading is not None  # noqa: S101 - there is a rule
        starts = [date for content in contents.values() if (date := self._date(grading.baseline, content)) is not None]
        if not starts:
            return None
        found: list[tuple[datetime.date, float]] = []
        for key, content in contents.items():
            form = self.definition.forms.get(key.form)
            if form is None or form.laboratory is None or (form.oid, item.oid) not in self.definition.group_of_item:
                continue
            date, value = self._date(form.laboratory.date, content), item_in(content, item.oid)
            number = None if value is None else self._number(item, value)
            if date is not None and number is not None and date <= min(starts):
                found.append((date, number))
        return max(found)[1] if found else None


def _indicator(value: float, limits: NormalRange | None) -> str:
    if limits is None:
        return ""
    if limits.lln is not None and value < limits.lln:
        return "L"
    return "H" if limits.uln is not None and value > limits.uln else ""


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
