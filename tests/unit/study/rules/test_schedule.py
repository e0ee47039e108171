"""What the schedule expects."""

import datetime
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from desktop.study.clinical_data import FormContent, FormKey, ItemValue
from desktop.study.definition.events import Schedule
from desktop.study.definition.metadata import Definition
from desktop.study.definition.site_parameters import Local
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.schedule import Due, due, groups_read

TODAY = datetime.date(2026, 11, 24)
DM = FormKey("SE.START", 1, "F.DM", 1)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def consent(text: str) -> FormContent:
    return {"IG.DM": {"": {"IT.ICDAT": ItemValue(value=text)}}}


def measured(text: str) -> FormContent:
    return {"IG.VS": {"": {"IT.VSDAT": ItemValue(value=text)}}}


def test_nothing_is_due_of_nobody(rules: Rules) -> None:
    assert due(rules, {}, TODAY) == ()
    assert due(rules, {DM: consent("not a date")}, TODAY) == ()
    assert due(rules, {DM: {"IG.DM": {"": {"IT.ICDAT": ItemValue(missing="UNKNOWN")}}}}, TODAY) == ()


def test_windows(rules: Rules) -> None:
    found = due(rules, {DM: consent("2026-11-02")}, TODAY)
    assert found == (
        Due(
            key=FormKey("SE.START", 1, "F.VS", 1),
            label={"en": "First pressures", "zh": "首次血压"},
            due=day("2026-11-02"),
            opens=day("2026-11-02"),
            closes=day("2026-11-09"),
        ),
        Due(
            key=FormKey("SE.VISIT", 1, "F.VS", 1),
            label={},
            due=day("2026-11-16"),
            opens=day("2026-11-14"),
            closes=day("2026-11-18"),
        ),
    )


def test_what_has_an_entry_is_not_due(rules: Rules) -> None:
    contents = {DM: consent("2026-11-02"), FormKey("SE.START", 1, "F.VS", 1): {}}
    assert [expected.key for expected in due(rules, contents, TODAY)] == [FormKey("SE.VISIT", 1, "F.VS", 1)]


def test_an_anchor_in_the_same_event_speaks_for_its_occurrence(rules: Rules) -> None:
    contents = {
        DM: consent("2026-11-02"),
        FormKey("SE.START", 1, "F.VS", 1): measured("2026-11-02"),
        FormKey("SE.VISIT", 1, "F.VS", 1): measured("2026-11-16"),
        FormKey("SE.VISIT", 3, "F.VS", 1): measured("2026-12-16"),
    }
    found = {expected.key: expected.due for expected in due(rules, contents, TODAY)}
    assert found == {
        FormKey("SE.VISIT", 1, "F.AE", 1): day("2026-12-14"),
        FormKey("SE.VISIT", 3, "F.AE", 1): day("2027-01-13"),
    }


# The study with cycles


def expected(patient: Any, form: str, today: datetime.date = TODAY) -> list[Due]:
    return [found for found in due(patient.rules, patient.others, today) if found.key.form == form]


def days_of(found: list[Due]) -> list[tuple[int, int, str]]:
    return [(one.key.event_repeat, one.key.form_repeat, one.due.isoformat()) for one in found]


def with_schedule(definition: Definition, event: str, *schedules: Schedule) -> Definition:
    """The study with these schedules of an event."""
    events = tuple(
        msgspec.structs.replace(one, schedules=schedules) if one.oid == event else one
        for one in definition.version.events
    )
    return Definition(msgspec.structs.replace(definition.version, events=events))


def test_a_condition_that_is_unknown_or_false_expects_nothing(patient: Any) -> None:
    patient.fill("START/DM", ICDAT="2026-09-01")
    assert expected(patient, "F.EX") == []
    patient.fill("START/DM", ICDAT="2026-09-01", FIT="N")
    assert expected(patient, "F.EX") == []
    patient.fill("START/DM", ICDAT="2026-09-01", FIT="Y")
    assert days_of(expected(patient, "F.EX")) == [(1, 1, "2026-09-08")]


def test_windows_are_worked_out_from_settings(patient: Any) -> None:
    patient.fill("CYCLE/EX", EXDAT="2026-09-08")
    [look] = expected(patient, "F.RS")
    assert (look.opens, look.due, look.closes) == (day("2026-09-29"), day("2026-10-06"), day("2026-10-20"))


def test_an_answer_to_an_open_point_moves_the_window(new_patient: Callable[..., Any]) -> None:
    patient = new_patient(Local(answers={"LOOK_DAY": "21", "LOOK_BEFORE": "3"}))
    patient.fill("CYCLE/EX", EXDAT="2026-09-08")
    [look] = expected(patient, "F.RS")
    assert (look.opens, look.due, look.closes) == (day("2026-09-26"), day("2026-09-29"), day("2026-10-05"))


@pytest.mark.parametrize("answer", ["999999999", "-999999999", "9" * 20])
def test_an_answer_beyond_all_calendars_breaks_nothing(new_patient: Callable[..., Any], answer: str) -> None:
    answers = dict.fromkeys(("LOOK_DAY", "LOOK_BEFORE", "LAST_DAY"), answer)
    patient = new_patient(Local(answers=answers | {"VISIT_DAYS": "1"}))
    patient.fill("START/DM", ICDAT="1900-01-01")
    patient.fill("CYCLE/EX", EXDAT="2026-09-08")
    patient.fill("LOG/END", ENDDAT="2026-09-08")
    assert [found.key.form for found in due(patient.rules, patient.others, TODAY)].count("F.RS") == 1


def test_the_anchor_of_another_event_does_not_count(patient: Any, course: Definition) -> None:
    patient.fill("CYCLE/EX", EXDAT="2026-09-08")
    patient.fill("OTHER/5/EX", EXDAT="2026-10-20")
    assert days_of(expected(patient, "F.RS")) == [(1, 1, "2026-10-06")]
    [look] = course.events["SE.LOOK"].schedules
    anywhere = with_schedule(course, "SE.LOOK", msgspec.structs.replace(look, event=None))
    patient.rules = Rules(anywhere)
    assert days_of(expected(patient, "F.RS")) == [(1, 1, "2026-10-06"), (5, 1, "2026-11-17")]


def test_each_cycle_expects_its_own(patient: Any) -> None:
    patient.fill("CYCLE/1/EX", EXDAT="2026-09-08")
    patient.fill("CYCLE/2/EX", EXDAT="2026-10-06")
    assert days_of(expected(patient, "F.RS")) == [(1, 1, "2026-10-06"), (2, 1, "2026-11-03")]
    patient.fill("LOOK/1/RS", RSRES="PART")
    assert days_of(expected(patient, "F.RS")) == [(2, 1, "2026-11-03")]


def test_the_second_time_of_a_repeating_form_is_its_second_instance(patient: Any) -> None:
    patient.fill("CYCLE/EX", EXDAT="2026-11-17")
    assert days_of(expected(patient, "F.LB")) == [(1, 1, "2026-11-24"), (1, 2, "2026-12-01")]
    patient.fill("CYCLE/LB", LBDAT="2026-11-24")
    assert days_of(expected(patient, "F.LB")) == [(1, 2, "2026-12-01")]


@pytest.mark.parametrize(
    ("today", "overdue", "missed"),
    [
        ("2026-09-16", False, False),
        ("2026-09-17", True, False),
        # The window ends on the 16th, and three days later the count can no longer be made up.
        ("2026-09-19", True, False),
        ("2026-09-20", False, True),
    ],
)
def test_what_lapses_is_overdue_first_and_then_missed(patient: Any, today: str, overdue: bool, missed: bool) -> None:
    patient.fill("CYCLE/EX", EXDAT="2026-09-08")
    first = expected(patient, "F.LB")[0]
    assert first.lapses == day("2026-09-19")
    assert (first.is_overdue(day(today)), first.is_missed(day(today))) == (overdue, missed)


def test_what_never_lapses_stays_overdue(patient: Any) -> None:
    patient.fill("CYCLE/EX", EXDAT="2026-09-08")
    [look] = expected(patient, "F.RS")
    assert look.lapses is None
    assert look.is_overdue(day("2030-01-01"))
    assert not look.is_missed(day("2030-01-01"))


def test_visits_come_back_until_the_last_day(patient: Any, new_patient: Callable[..., Any]) -> None:
    patient.fill("START/DM", ICDAT="2026-01-01")
    assert expected(patient, "F.SS") == []
    patient.fill("LOG/END", ENDDAT="2026-03-01")
    assert days_of(expected(patient, "F.SS")) == [(1, 1, "2026-04-01"), (2, 1, "2026-06-30"), (3, 1, "2026-09-28")]
    patient.fill("VISIT/2/SS", SSDAT="2026-06-30")
    assert days_of(expected(patient, "F.SS")) == [(1, 1, "2026-04-01"), (3, 1, "2026-09-28")]
    fewer = new_patient(Local(answers={"LAST_DAY": "269"}))
    fewer.others = patient.others
    assert days_of(expected(fewer, "F.SS")) == [(1, 1, "2026-04-01")]


def test_a_condition_sees_the_occurrence_that_it_is_about(course: Definition, new_patient: Callable[..., Any]) -> None:
    schedule = Schedule(anchor="IT.EXDAT", event="SE.CYCLE", day=1, when="here.RS.RSRES == 'PART'", forms=("F.RS",))
    other = msgspec.structs.replace(schedule, when="event.REPEAT > 1.0")
    for one, repeats in ((schedule, []), (other, [2])):
        patient = new_patient(definition=with_schedule(course, "SE.LOOK", one))
        patient.fill("CYCLE/1/EX", EXDAT="2026-09-08")
        patient.fill("CYCLE/2/EX", EXDAT="2026-10-06")
        assert [found.key.event_repeat for found in expected(patient, "F.RS")] == repeats


def test_of_several_anchors_the_last_in_the_order_of_the_study_counts(
    course: Definition, new_patient: Callable[..., Any]
) -> None:
    """For an event that comes once; the spelling of OIDs is no order."""
    schedule = Schedule(anchor="IT.EXDAT", day=1, forms=("F.LB",))
    definition = with_schedule(course, "SE.START", schedule)
    turned = Definition(msgspec.structs.replace(definition.version, events=definition.version.events[::-1]))
    for one, last in ((definition, "2026-10-21"), (turned, "2026-10-07")):
        patient = new_patient(definition=one)
        patient.fill("OTHER/EX", EXDAT="2026-10-20")
        patient.fill("CYCLE/1/EX", EXDAT="2026-09-08")
        patient.fill("CYCLE/2/EX", EXDAT="2026-10-06")
        found = [due for due in expected(patient, "F.LB") if due.key.event == "SE.START"]
        assert [due.due.isoformat() for due in found] == [last]


def test_a_course_at_its_end_expects_nothing(patient: Any) -> None:
    patient.fill("START/DM", ICDAT="2026-01-01", FIT="Y")
    patient.fill("LOG/END", ENDDAT="2026-03-01", ENDWHY="DONE")
    assert len(due(patient.rules, patient.others, TODAY)) == 4
    patient.fill("LOG/END", ENDDAT="2026-03-01", ENDWHY="DEATH")
    assert due(patient.rules, patient.others, TODAY) == ()


def test_a_partial_date_counts_from_the_earliest_that_it_can_be(
    course: Definition, new_patient: Callable[..., Any]
) -> None:
    schedule = Schedule(anchor="IT.BRTHDAT", day=1, forms=("F.RS",))
    patient = new_patient(definition=with_schedule(course, "SE.LOOK", schedule))
    patient.fill("START/DM", ICDAT="2026-09-01", BRTHDAT="2026-05")
    assert days_of(expected(patient, "F.RS")) == [(1, 1, "2026-05-02")]


def test_the_groups_that_the_schedule_reads(course: Definition) -> None:
    # Anchors (IG.DM, IG.EX), dates of reports (IG.LB), the conditions `FIT` and `ENDDAT`, and `ended`.
    assert groups_read(course) == {"IG.DM", "IG.EX", "IG.LB", "IG.END"}
    for condition in ("all.RS.exists(r, r.RSRES == 'PART')", "here.RS.RSRES == 'PART'", "has(RS.RSGOOD)"):
        look = Schedule(anchor="IT.EXDAT", when=condition, forms=("F.RS",))
        assert groups_read(with_schedule(course, "SE.LOOK", look)) == {"IG.DM", "IG.EX", "IG.LB", "IG.END", "IG.RS"}, (
            condition
        )


def test_an_answer_that_is_none_in_this_version_leaves_the_default(new_patient: Callable[..., Any]) -> None:
    """An answer recorded under a version in which the setting was of another type."""
    patient = new_patient(Local(answers={"LOOK_DAY": "four weeks", "NO_SUCH_SETTING": "1"}))
    patient.fill("CYCLE/EX", EXDAT="2026-09-08")
    assert days_of(expected(patient, "F.RS")) == [(1, 1, "2026-10-06")]


# Because of a form, to the end, and after the end


def with_one_more(course: Definition, event: str, **schedule: Any) -> Definition:
    """The study with one more schedule of an event."""
    more = Schedule(**schedule)
    events = tuple(
        msgspec.structs.replace(one, schedules=(*one.schedules, more)) if one.oid == event else one
        for one in course.version.events
    )
    return Definition(msgspec.structs.replace(course.version, events=events))


def test_each_form_expects_one_of_its_own(course: Definition, new_patient: Callable[..., Any]) -> None:
    # An unscheduled dose of a cycle expects the end form while the cycle's own report says nothing.
    study = with_one_more(
        course,
        "SE.LOG",
        anchor="IT.EXDAT",
        day=2,
        forms=("F.AE",),
        per_form=True,
        when="source.EVENT == 'CYCLE' && !all.AE.exists(a, a.FORM_REPEAT == source.EVENT_REPEAT)",
    )
    patient = new_patient(definition=study)
    patient.fill("CYCLE/1/EX", EXDAT="2026-03-01")
    patient.fill("CYCLE/2/EX", EXDAT="2026-04-01")
    patient.fill("OTHER/1/EX", EXDAT="2026-05-01")

    def expected() -> list[tuple[int, str]]:
        found = due(patient.rules, patient.others, TODAY)
        return [(one.key.form_repeat, one.due.isoformat()) for one in found if one.key.form == "F.AE"]

    assert expected()[:1] == [(1, "2026-03-03")]
    patient.fill("LOG/AE", AETERM="10002272")
    assert "2026-03-03" not in [day for _, day in expected()]


def test_what_is_because_of_the_end_is_due_after_it(course: Definition, new_patient: Callable[..., Any]) -> None:
    study = with_one_more(course, "SE.START", anchor="IT.ENDDAT", day=1, forms=("F.LB",), after_end=True)
    patient = new_patient(definition=study)
    patient.fill("LOG/END", ENDDAT="2026-06-01", ENDWHY="DEATH")
    assert [(one.key.form, one.due.isoformat()) for one in due(patient.rules, patient.others, TODAY)] == [
        ("F.LB", "2026-06-02")
    ]


def test_the_last_visit_is_due_on_the_last_day(course: Definition, new_patient: Callable[..., Any]) -> None:
    visit = next(event for event in course.version.events if event.oid == "SE.VISIT")
    to_end = msgspec.structs.replace(visit.schedules[0], to_end=True, until=280)
    events = tuple(
        msgspec.structs.replace(event, schedules=(to_end,)) if event is visit else event
        for event in course.version.events
    )
    patient = new_patient(definition=Definition(msgspec.structs.replace(course.version, events=events)))
    patient.fill("START/DM", ICDAT="2026-01-01", BRTHDAT="1990", SEX="F", FIT="Y")
    patient.fill("LOG/END", ENDDAT="2026-01-02", ENDWHY="DONE")
    days = [one.due.isoformat() for one in due(patient.rules, patient.others, TODAY) if one.key.event == "SE.VISIT"]
    assert days == ["2026-04-01", "2026-06-30", "2026-10-08"]
