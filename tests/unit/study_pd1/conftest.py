"""A subject of the shipped study, filled form by form as far as a case needs it."""

import datetime
from collections.abc import Callable

import pytest

from desktop.study.clinical_data import FormContent, FormKey, ItemValue
from desktop.study.definition.metadata import Definition
from desktop.study.load import load_definition, locate
from desktop.study.rules.assessment import Assessment, Code, assess
from desktop.study.rules.form_rules import Rules

TODAY = datetime.date(2026, 11, 24)


@pytest.fixture(scope="session")
def study() -> Definition:
    return load_definition(locate("pd1-ven-cag"))


@pytest.fixture(scope="session")
def rules(study: Definition) -> Rules:
    return Rules(study)


class Found:
    """What the rules say of a form, by item name and check OID."""

    def __init__(self, study: Definition, form: str, assessment: Assessment) -> None:
        self.assessment = assessment
        self.names = {item.name: item.oid for _, _, item in study.form_items(form)}

    def derived(self, name: str, row: str = "") -> str | None:
        """The derived value of an item; None where it is unknown."""
        found = [
            value
            for place, value in self.assessment.derived.items()
            if (place.item, place.row) == (self.names[name], row)
        ]
        assert len(found) == 1, name
        return None if found[0] is None else found[0].value

    def suggested(self, name: str) -> str | None:
        """What follows from other entries."""
        found = [value.value for place, value in self.assessment.suggestions.items() if place.item == self.names[name]]
        return found[0] if found else None

    def fired(self, code: Code) -> set[str]:
        """The checks of a kind."""
        return {problem.check for problem in self.assessment.problems if problem.code == code}

    @property
    def soft(self) -> set[str]:
        """The checks that ask for a comment."""
        return self.fired(Code.COMMENT_NEEDED)

    @property
    def hard(self) -> set[str]:
        """The checks that refuse."""
        return self.fired(Code.HARD_CHECK)

    @property
    def missing(self) -> set[str]:
        """The mandatory items without a value."""
        return {problem.oid for problem in self.assessment.problems if problem.code == Code.MISSING_MANDATORY}

    @property
    def skipped(self) -> set[str]:
        """The names of the items that do not apply."""
        names = {oid: name for name, oid in self.names.items()}
        return {names[place.item] for place in self.assessment.skipped}


class Subject:
    """A subject's forms. Values are given by item name; rows of the one repeating group of a form as a list."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.study = rules.definition
        self.forms: dict[FormKey, FormContent] = {}

    def fill(
        self,
        form: str,
        event: str = "SE.SCREENING",
        repeat: int = 1,
        form_repeat: int = 1,
        rows: list[dict[str, str]] | None = None,
        **values: str,
    ) -> Found:
        """Fill a form and keep it with what derives from it."""
        key = FormKey(event, repeat, form, form_repeat)
        content = self._content(form, rows or [], values)
        others = {other: kept for other, kept in self.forms.items() if other != key}
        assessment = assess(self.rules, key, content, others, TODAY)
        assert not {problem.check for problem in assessment.problems if problem.check.startswith("FAULT.")}
        assert not {problem for problem in assessment.problems if problem.code == Code.BAD_VALUE}
        self.forms[key] = content
        for place, value in assessment.derived.items():
            if value is not None:
                content.setdefault(place.group, {}).setdefault(place.row, {})[place.item] = value
        return Found(self.study, form, assessment)

    def _content(self, form: str, rows: list[dict[str, str]], values: dict[str, str]) -> FormContent:
        content: FormContent = {}
        places = {item.name: (group, item.oid) for group, _, item in self.study.form_items(form)}
        for name, text in values.items():
            group, oid = places[name]
            assert not group.repeating
            content.setdefault(group.oid, {}).setdefault("", {})[oid] = _value(text)
        for number, row in enumerate(rows):
            for name, text in row.items():
                group, oid = places[name]
                assert group.repeating
                content.setdefault(group.oid, {}).setdefault(str(number), {})[oid] = _value(text)
        return content

    def screened(self) -> "Subject":
        """Consent, a man born in March 1992, 170 cm and 63 kg (1.72 m2), marrow blasts 62 %."""
        self.fill("F.ICF", ICFVER="2.1", RFICDAT="2026-09-28", ICFSPI="Y", ICFGEN="Y")
        self.fill("F.DM", BRTHDAT="1992-03", SEX="M")
        self.fill("F.VS", VSDAT="2026-09-29", HEIGHT="170", WEIGHT="63")
        self.fill("F.ECOG", ECOGDAT="2026-09-29", ECOG101="1")
        self.fill("F.BM", BMDAT="2026-09-30", BMQUAL="ADEQUATE", BMCELLS="500", BMBLAST="62")
        return self


def _value(text: str) -> ItemValue:
    return ItemValue(missing=text[1:]) if text.startswith("!") else ItemValue(value=text)


@pytest.fixture
def new_subject(rules: Rules) -> Callable[[], Subject]:
    """Makes subjects of whom nothing is known yet."""
    return lambda: Subject(rules)


@pytest.fixture
def subject(new_subject: Callable[[], Subject]) -> Subject:
    """A subject of whom nothing is known yet."""
    return new_subject()
