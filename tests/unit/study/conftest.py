"""The tiny study of these tests: blood pressures, three forms, one of everything."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.study.clinical_data import FormContent, FormKey, ItemPlace, ItemValue
from desktop.study.definition.metadata import Definition
from desktop.study.definition.site_parameters import NOTHING_LOCAL, Local
from desktop.study.load import load_definition
from desktop.study.rules.assessment import Assessment, Code, assess
from desktop.study.rules.form_rules import Rules

STUDIES = Path(__file__).parents[2] / "data" / "study"
TODAY = datetime.date(2026, 11, 24)


@pytest.fixture(scope="session")
def pressure_folder() -> Path:
    return STUDIES / "pressure"


@pytest.fixture(scope="session")
def pressure(pressure_folder: Path) -> Definition:
    return load_definition(pressure_folder)


@pytest.fixture(scope="session")
def rules(pressure: Definition) -> Rules:
    return Rules(pressure)


class Subject:
    """A subject's forms as they would be. Values are given by item name; `!NOT_DONE` is a marker, `72 kg` has a unit."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.others: dict[FormKey, FormContent] = {}

    def content(self, form: str, rows: dict[str, list[dict[str, str]]] | None = None, **values: str) -> FormContent:
        """A form's content; rows by the name of their repeating group."""
        definition = self.rules.definition
        content: FormContent = {}
        for group, _, item in definition.form_items(form):
            if item.name in values:
                content.setdefault(group.oid, {}).setdefault("", {})[item.oid] = _value(definition, values[item.name])
            for number, row in enumerate((rows or {}).get(group.name, []), 1):
                kept = content.setdefault(group.oid, {}).setdefault(f"r{number}", {})
                if item.name in row:
                    kept[item.oid] = _value(definition, row[item.name])
        return content

    def keep(self, key: FormKey, content: FormContent) -> None:
        """Save a form with what derives from it, for other forms to see."""
        for place, value in self.assess(key, content).derived.items():
            if value is not None:
                content.setdefault(place.group, {}).setdefault(place.row, {})[place.item] = value
        self.others[key] = content

    def assess(self, key: FormKey, content: FormContent) -> Assessment:
        return assess(self.rules, key, content, {k: c for k, c in self.others.items() if k != key}, TODAY)


def _value(definition: Definition, text: str) -> ItemValue:
    if text.startswith("!"):
        return ItemValue(missing=text[1:])
    number, _, unit = text.rpartition(" ")
    return (
        ItemValue(value=number, unit=unit)
        if unit in {u.name for u in definition.version.units}
        else ItemValue(value=text)
    )


@pytest.fixture
def subject(rules: Rules) -> Subject:
    """A subject of whom nothing is known."""
    return Subject(rules)


@pytest.fixture(scope="session")
def course_folder() -> Path:
    """A study with cycles, looks and visits, a pathway, normal ranges and grades."""
    return STUDIES / "course"


@pytest.fixture(scope="session")
def course(course_folder: Path) -> Definition:
    return load_definition(course_folder)


class Patient(Subject):
    """A subject of that study, or of a changed one."""

    def fill(self, where: str, **values: str) -> FormKey:
        """Save a form, named EVENT[/repeat]/FORM[/repeat]."""
        key = self.key(where)
        self.keep(key, self.content(key.form, **values))
        return key

    def key(self, where: str) -> FormKey:
        event, *rest = where.split("/")
        repeat = int(rest.pop(0)) if rest[0].isdecimal() else 1
        return FormKey(f"SE.{event}", repeat, f"F.{rest[0]}", int(rest[1]) if rest[1:] else 1)


@pytest.fixture
def new_patient(course: Definition) -> Callable[..., Patient]:
    """Makes patients of the study, under a site's own answers and ranges."""

    def make(local: Local = NOTHING_LOCAL, definition: Definition = course) -> Patient:
        return Patient(Rules(definition, local))

    return make


@pytest.fixture
def patient(new_patient: Callable[..., Patient]) -> Patient:
    """A patient of whom nothing is known."""
    return new_patient()


DM = FormKey("SE.START", 1, "F.DM", 1)
VS = FormKey("SE.START", 1, "F.VS", 1)
AE = FormKey("SE.VISIT", 1, "F.AE", 1)


@pytest.fixture
def demographics(subject: Subject) -> Callable[..., Assessment]:
    """Assess a demographics form: of a woman of 36 years, complete but for what is changed."""

    def filled(**changes: str) -> Assessment:
        values = {"ICDAT": "2026-11-02", "BRTHDAT": "1990-05", "SEX": "F", "PREG": "N"} | changes
        return subject.assess(DM, subject.content("F.DM", **{name: text for name, text in values.items() if text}))

    return filled


def fired(assessment: Assessment, code: Code) -> dict[str, ItemPlace]:
    """check -> place, of the problems of one kind."""
    return {
        problem.check or problem.oid: problem.place
        for problem in assessment.problems
        if problem.code == code and problem.place
    }


@pytest.fixture
def problems() -> Callable[[Assessment, Code], dict[str, ItemPlace]]:
    return fired
