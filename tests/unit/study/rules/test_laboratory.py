"""Laboratory values against the normal ranges of the site, and the grades that they suggest."""

import datetime
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.study.definition.metadata import Definition, MetaDataVersion
from desktop.study.definition.site_parameters import Local, NormalRange, Sample, normal_range
from desktop.study.formats.faults import Faults
from desktop.study.rules.assessment import Code, assess
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.laboratory import Flag, Ungraded
from desktop.study.validation.references import validate

HGB = NormalRange(item="IT.HGB", since="2026-01-01", low="115", high="150")
K = NormalRange(item="IT.K", since="2026-01-01", low="3.5", high="5.3")
CREAT = NormalRange(item="IT.CREAT", since="2026-01-01", low="40", high="100")


def sample(
    date: str = "2026-06-01", laboratory: str = "", sex: str = "", ages: tuple[int, int] | None = None
) -> Sample:
    return Sample(laboratory=laboratory, date=datetime.date.fromisoformat(date), sex=sex, ages=ages)


def chosen(of: Sample, *ranges: NormalRange) -> str | None:
    """The lower limit of the range that holds."""
    found = normal_range(ranges, "IT.HGB", of)
    return None if found is None else found.low


def ranged(low: str, **what: Any) -> NormalRange:
    return NormalRange(**{"item": "IT.HGB", "since": "2026-01-01", "low": low} | what)


# Which range holds


def test_the_newest_range_up_to_the_sample_holds() -> None:
    ranges = ranged("1"), ranged("2", since="2026-06-01"), ranged("3", since="2026-06-02")
    assert chosen(sample("2025-12-31"), *ranges) is None
    assert chosen(sample("2026-05-31"), *ranges) == "1"
    assert chosen(sample("2026-06-01"), *ranges) == "2"
    assert chosen(sample("2026-06-02"), *ranges[::-1]) == "3"


def test_of_two_ranges_of_one_day_the_later_recorded_holds() -> None:
    assert chosen(sample(), ranged("1"), ranged("2")) == "2"
    assert chosen(sample(), ranged("2"), ranged("1")) == "1"


def test_a_range_is_of_one_item() -> None:
    assert chosen(sample(), ranged("1", item="IT.K")) is None


def test_a_range_is_of_one_laboratory() -> None:
    own, other = ranged("1"), ranged("2", laboratory="City Lab")
    assert chosen(sample(), own, other) == "1"
    assert chosen(sample(laboratory="City Lab"), own, other) == "2"
    assert chosen(sample(laboratory=" city lab "), own, other) == "2"
    assert chosen(sample(laboratory="Other"), own, other) is None


def test_a_range_of_one_sex_holds_for_no_unknown_one() -> None:
    both, woman = ranged("1"), ranged("2", sex="F")
    assert chosen(sample(sex="F"), both, woman) == "2"
    assert chosen(sample(sex="M"), both, woman) == "1"
    assert chosen(sample(), woman) is None
    assert chosen(sample(), both, woman) == "1"


@pytest.mark.parametrize(
    ("ages", "low"),
    [
        ((17, 17), "1"),
        ((17, 18), None),
        ((18, 18), "2"),
        ((40, 60), "2"),
        ((60, 61), None),
        ((61, 61), "3"),
        (None, None),
    ],
)
def test_a_range_of_an_age_holds_where_the_age_is_certain(ages: tuple[int, int] | None, low: str | None) -> None:
    ranges = ranged("1", age_to=17), ranged("2", age_from=18, age_to=60), ranged("3", age_from=61)
    assert chosen(sample(ages=ages), *ranges) == low


# What is said of a form


def flags(patient: Any, where: str = "START/LB", **values: str) -> dict[str, Flag]:
    key = patient.key(where)
    found = patient.assess(key, patient.content(key.form, **{"LBDAT": "2026-06-01"} | values)).flags
    return {place.item.removeprefix("IT."): flag for place, flag in found.items()}


@pytest.mark.parametrize(
    ("value", "indicator"),
    [
        ("114.9", "L"),
        ("115", ""),
        ("150", ""),
        ("150.1", "H"),
        ("11.49 g/dL", "L"),
        ("11.5 g/dL", ""),
        ("15.01 g/dL", "H"),
    ],
)
def test_low_and_high_in_either_unit(new_patient: Callable[..., Any], value: str, indicator: str) -> None:
    found = flags(new_patient(Local(ranges=(HGB,))), HGB=value if " " in value else f"{value} g/L")
    assert (found["HGB"].low, found["HGB"].high, found["HGB"].indicator) == ("115", "150", indicator)


def test_one_limit_alone_says_what_it_can(new_patient: Callable[..., Any]) -> None:
    patient = new_patient(Local(ranges=(msgspec.structs.replace(K, high=""),)))
    assert flags(patient, K="3.4 mmol/L")["K"].indicator == "L"
    assert flags(patient, K="5.9 mmol/L")["K"] == Flag(low="3.5", ungraded=Ungraded.NO_RANGE)
    assert flags(patient, K="6.1 mmol/L")["K"] == Flag(low="3.5", term="10020647", grade="3")


def test_nothing_is_said_without_a_range_a_date_or_a_number(new_patient: Callable[..., Any]) -> None:
    # But that it cannot be graded.
    assert flags(new_patient(), K="5.4 mmol/L") == {"K": Flag(ungraded=Ungraded.NO_RANGE)}
    patient = new_patient(Local(ranges=(K, HGB)))
    assert set(flags(patient, K="5.4 mmol/L", HGB="!NOT_DONE")) == {"K"}
    assert flags(patient, K="much") == {}
    assert flags(patient, LBDAT="!UNKNOWN", K="5.4 mmol/L") == {}
    assert flags(patient, LBDAT="2025-12-31", K="5.4 mmol/L") == {"K": Flag(ungraded=Ungraded.NO_RANGE)}
    # A laboratory that has told no ranges.
    assert flags(patient, K="5.4 mmol/L", LBNAM="City Lab") == {"K": Flag(ungraded=Ungraded.NO_RANGE)}


def test_the_sex_and_the_age_are_those_of_the_subject(new_patient: Callable[..., Any]) -> None:
    old = msgspec.structs.replace(HGB, sex="F", age_from=36, low="100")
    patient = new_patient(Local(ranges=(HGB, old)))

    def low(birth: str, sex: str = "F") -> str:
        patient.fill("START/DM", ICDAT="2026-01-01", BRTHDAT=birth, SEX=sex)
        return flags(patient, HGB="120 g/L")["HGB"].low

    assert low("1990-06-01") == "100"
    assert low("1990-06-02") == "115"
    # Of a month or a year only what is certain counts.
    assert low("1990-05") == "100"
    assert low("1990-06") == "115"
    assert low("1989") == "100"
    assert low("1990") == "115"
    assert low("1980", sex="M") == "115"


# Grades


def grade(patient: Any, item: str, value: str) -> tuple[str, str]:
    flag = flags(patient, **{item: value}).get(item, Flag())
    return flag.term, flag.grade


@pytest.mark.parametrize(
    ("value", "suggested"),
    [("114", "1"), ("100", "1"), ("99.9", "2"), ("80", "2"), ("79", "3"), ("115", ""), ("7.9 g/dL", "3")],
)
def test_the_highest_grade_whose_condition_is_true(new_patient: Callable[..., Any], value: str, suggested: str) -> None:
    patient = new_patient(Local(ranges=(HGB,)))
    found = grade(patient, "HGB", value if " " in value else f"{value} g/L")
    assert found == (("10002272", suggested) if suggested else ("", "0"))


def test_an_unknown_limit_is_passed_over(new_patient: Callable[..., Any]) -> None:
    assert grade(new_patient(), "HGB", "114 g/L") == ("", "")
    assert grade(new_patient(), "HGB", "99 g/L") == ("10002272", "2")
    assert flags(new_patient(), HGB="99 g/L")["HGB"] == Flag(term="10002272", grade="2")
    # A range without the limit that the grade asks.
    patient = new_patient(Local(ranges=(msgspec.structs.replace(HGB, low=""),)))
    assert grade(patient, "HGB", "114 g/L") == ("", "")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("5.4", ("10020647", "1")),
        ("6.1", ("10020647", "3")),
        ("3.4", ("10021018", "1")),
        ("2.9", ("10021018", "3")),
        ("4.2", ("", "0")),
    ],
)
def test_one_item_suggests_two_terms(new_patient: Callable[..., Any], value: str, found: tuple[str, str]) -> None:
    assert grade(new_patient(Local(ranges=(K,))), "K", f"{value} mmol/L") == found


def test_the_baseline_is_the_last_value_up_to_the_first_treatment(new_patient: Callable[..., Any]) -> None:
    patient = new_patient(Local(ranges=(CREAT,)))
    patient.fill("START/LB/1", LBDAT="2026-02-01", CREAT="40 umol/L")
    patient.fill("START/LB/2", LBDAT="2026-03-01", CREAT="60 umol/L")
    patient.fill("START/LB/3", LBDAT="2026-03-09", CREAT="90 umol/L")
    # Without a treatment there is no baseline.
    assert grade(patient, "CREAT", "91 umol/L") == ("", "")
    assert grade(patient, "CREAT", "101 umol/L") == ("10011368", "1")
    patient.fill("CYCLE/2/EX", EXDAT="2026-04-01")
    patient.fill("CYCLE/1/EX", EXDAT="2026-03-08")
    assert grade(patient, "CREAT", "91 umol/L") == ("10011368", "2")
    assert grade(patient, "CREAT", "90 umol/L") == ("", "0")


def test_the_rules_are_those_of_the_chosen_version(new_patient: Callable[..., Any]) -> None:
    older = new_patient(Local(answers={"CRITERIA": "4.0"}, ranges=(HGB, K)))
    assert grade(older, "HGB", "79 g/L") == ("", "0")
    assert grade(older, "HGB", "64 g/L") == ("10002272", "3")
    assert grade(older, "K", "6.1 mmol/L") == ("", "")


def test_expressions_see_the_graded_values(new_patient: Callable[..., Any], problems: Any) -> None:
    patient = new_patient(Local(ranges=(HGB,)))
    event = patient.key("LOG/AE")

    def event_of(term: str, degree: str) -> tuple[str | None, set[str]]:
        assessed = patient.assess(event, patient.content("F.AE", AETERM=term, AEGR=degree))
        suggestion = assessed.suggestions.get(ItemPlace("IG.AE", "", "IT.AEGR"))
        return suggestion.value if suggestion else None, set(problems(assessed, Code.COMMENT_NEEDED))

    assert event_of("10002272", "1") == (None, set())
    patient.fill("CYCLE/LB", LBDAT="2026-05-01", HGB="79 g/L")
    patient.fill("CYCLE/LB/2", LBDAT="2026-05-08", HGB="110 g/L")
    assert event_of("10002272", "1") == ("3", {"EC.AE.1"})
    assert event_of("10002272", "3") == ("3", set())
    assert event_of("10020647", "1") == (None, set())


def test_graded_values_have_item_term_grade_and_day(new_patient: Callable[..., Any]) -> None:
    patient = new_patient(Local(ranges=(HGB, K)))
    patient.fill("CYCLE/LB", LBDAT="2026-05-01", HGB="7.9 g/dL", K="5.4 mmol/L")
    patient.fill("CYCLE/LB/2", LBDAT="!UNKNOWN", HGB="70 g/L")
    day = datetime.date(2026, 5, 1)
    assert [msgspec.structs.astuple(one) for one in patient.rules.laboratory.graded(patient.others)] == [
        ("HGB", "10002272", "3", day),
        ("K", "10020647", "1", day),
    ]


def test_a_form_that_is_no_laboratory_report_is_not_flagged(patient: Any) -> None:
    assert patient.rules.laboratory.flags(patient.key("START/DM"), {}, {}) == {}


def test_laboratory_items_are_the_numbers_of_laboratory_forms(course: Definition) -> None:
    assert course.laboratory_items == ("IT.HGB", "IT.K", "IT.CREAT")


# What is refused in a definition


def faults_of(version: MetaDataVersion) -> list[str]:
    faults = Faults()
    validate(version, faults)
    return [fault.message["en"] for fault in faults]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"version": "NO"}, "There is no setting NO."),
        ({"term": "IT.NO"}, "There is no IT.NO in the study."),
        ({"baseline": "IT.SEX"}, "The baseline IT.SEX is not a date."),
    ],
)
def test_grading_refers_to_what_is_there(course: Definition, changes: dict[str, str], why: str) -> None:
    grading = msgspec.structs.replace(course.version.grading, **changes)
    assert why in faults_of(msgspec.structs.replace(course.version, grading=grading))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"item": "IT.NO"}, "There is no IT.NO in the study."),
        ({"item": "IT.SEX"}, "IT.SEX is not a number."),
        ({"term": "10000000"}, "There is no code 10000000 in CL.TERM."),
        ({"grades": {"5": "value > 1.0"}}, "The term 10002272 has no grade 5."),
        ({"grades": {"1": "value > unl"}}, "There is no unl here."),
        ({"grades": {"1": "value"}}, "true or false"),
    ],
)
def test_a_grade_rule_refers_to_what_is_there(course: Definition, changes: dict[str, Any], why: str) -> None:
    assert course.version.grading is not None
    first, *rest = course.version.grading.rules
    rules = (msgspec.structs.replace(first, **changes), *rest)
    grading = msgspec.structs.replace(course.version.grading, rules=rules)
    assert any(why in text for text in faults_of(msgspec.structs.replace(course.version, grading=grading)))


# What a site answers


def test_an_answer_changes_what_rules_see(course: Definition) -> None:
    assert Rules(course).settings["LOOK_DAY"] == 28.0
    answered = Rules(course, Local(answers={"LOOK_DAY": "35"}))
    assert answered.settings["LOOK_DAY"] == 35.0
    assert answered.days("setting.LOOK_DAY - 1.0") == 34
    assert answered.settings["CRITERIA"] == "5.0"


def test_an_answer_changes_what_is_asked(pressure: Definition) -> None:
    key = FormKey("SE.VISIT", 1, "F.VS", 1)
    content = {"IG.BP": {"r1": {"IT.SYSBP": ItemValue(value="150")}}}
    place = ItemPlace("IG.BP", "r1", "IT.BPWHY")
    for local, skipped in ((Local(), False), (Local(answers={"HIGH": "160"}), True)):
        assessed = assess(Rules(pressure, local), key, content, {}, datetime.date(2026, 11, 24))
        assert (place in assessed.skipped) == skipped
