"""Where a subject is in the pathway, and how it came there."""

import datetime
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from desktop.study.clinical_data import FormKey, ItemValue
from desktop.study.definition.events import Pathway, PathwayBranch, PathwayStep
from desktop.study.definition.metadata import Definition
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.pathway import MAX_STEPS, Decision, Stage, walk

TODAY = datetime.date(2026, 11, 24)


def way(patient: Any, **decided: str) -> tuple[Stage, ...]:
    """The stages, with decisions as STEP_visit=TO (empty: taken back)."""
    decisions = {
        (f"PW.{name.rpartition('_')[0]}", int(name.rpartition("_")[2])): Decision(
            to=f"PW.{to}" if to else "", reason="", user="U.1", wall="", device="A", sequence=1
        )
        for name, to in decided.items()
    }
    return walk(patient.rules, patient.others, decisions, TODAY)


def steps(patient: Any, **decided: str) -> list[str]:
    return [stage.step.oid.removeprefix("PW.") for stage in way(patient, **decided)]


def changed(definition: Definition, *steps: PathwayStep, anywhere: tuple[PathwayBranch, ...] = ()) -> Rules:
    return Rules(
        Definition(msgspec.structs.replace(definition.version, pathway=Pathway(steps=steps, anywhere=anywhere)))
    )


def to(step: str, when: str | None) -> PathwayBranch:
    return PathwayBranch(to=step, when=when, label={"en": step})


def cycle(patient: Any, number: int, result: str = "") -> None:
    patient.fill(f"CYCLE/{number}/EX", EXDAT=f"2026-{number:02}-08")
    if result:
        patient.fill(f"LOOK/{number}/RS", RSRES=result)


def test_a_study_without_a_pathway_has_no_way(pressure: Definition) -> None:
    assert walk(Rules(pressure), {}, {}, TODAY) == ()


def test_the_way_begins_at_the_first_step(patient: Any) -> None:
    [stage] = way(patient)
    assert (stage.step.oid, stage.visit, stage.event_repeat) == ("PW.START", 1, 1)
    assert (stage.left_by, stage.decision, stage.evidence) == (None, None, ())
    patient.fill("START/DM", ICDAT="2026-01-01")
    assert steps(patient) == ["START"]


def test_a_step_without_branches_is_an_end(patient: Any) -> None:
    patient.fill("START/DM", ICDAT="2026-01-01", FIT="N")
    patient.fill("LOG/END", BACKDAT="2026-02-01")
    # Ways that are open from everywhere do not lead out of an end.
    assert steps(patient) == ["START", "OUT"]
    assert way(patient)[-1].step.is_end


def test_of_several_branches_the_first_that_is_true_leads_on(patient: Any, course: Definition) -> None:
    patient.fill("START/DM", ICDAT="2026-01-01", FIT="Y")
    cycle(patient, 1, "FULL")
    # `FULL` leads to the visits, and only after these to another cycle.
    assert steps(patient) == ["START", "CYCLE", "LOOK", "VISITS"]
    start, _, dosed, look, *rest = course.version.pathway.steps
    turned = msgspec.structs.replace(look, branches=look.branches[::-1])
    patient.rules = changed(course, start, dosed, turned, *rest)
    assert steps(patient) == ["START", "CYCLE", "LOOK", "DECIDE"]


def test_here_is_the_occurrence_of_the_step(patient: Any) -> None:
    patient.fill("START/DM", ICDAT="2026-01-01", FIT="Y")
    cycle(patient, 1, "PART")
    assert steps(patient) == ["START", "CYCLE", "LOOK", "CYCLE"]
    patient.fill("CYCLE/2/EX", EXDAT="2026-02-08")
    # The first response says nothing of the second look.
    assert steps(patient) == ["START", "CYCLE", "LOOK", "CYCLE", "LOOK"]
    stages = way(patient)
    assert [(stage.visit, stage.event_repeat) for stage in stages if stage.step.oid == "PW.CYCLE"] == [(1, 1), (2, 2)]
    assert (stages[-1].visit, stages[-1].event_repeat) == (2, 2)
    patient.fill("LOOK/2/RS", RSRES="FULL")
    assert steps(patient)[-1] == "VISITS"


def test_gone_counts_the_occurrences_gone_through(patient: Any) -> None:
    patient.fill("START/DM", ICDAT="2026-01-01", FIT="Y")
    for number in (1, 2):
        cycle(patient, number, "PART")
    assert steps(patient)[-1] == "CYCLE"
    cycle(patient, 3, "PART")
    assert steps(patient) == ["START", *["CYCLE", "LOOK"] * 3, "VISITS"]
    assert way(patient)[-2].left_by.label["en"] == "Three cycles"


def test_evidence_is_of_the_own_occurrence_or_else_the_newest(patient: Any) -> None:
    patient.fill("START/DM", ICDAT="2026-01-01", FIT="Y")
    cycle(patient, 1, "PART")
    cycle(patient, 2, "FULL")
    # A later occurrence does not speak for an earlier one.
    patient.fill("LOOK/3/RS", RSRES="NONE")
    stages = way(patient)
    looks = [stage for stage in stages if stage.step.oid == "PW.LOOK"]
    assert [(one.key, one.item, one.value.value) for stage in looks for one in stage.evidence] == [
        (FormKey("SE.LOOK", 1, "F.RS", 1), "IT.RSRES", "PART"),
        (FormKey("SE.LOOK", 2, "F.RS", 1), "IT.RSRES", "FULL"),
        (FormKey("SE.START", 1, "F.DM", 1), "IT.ICDAT", "2026-01-01"),
    ]
    assert [one.value for one in stages[0].evidence] == [ItemValue(value="Y"), ItemValue(value="2026-01-01")]


def test_ways_from_everywhere_are_taken_once_and_only_where_nothing_else_leads_on(patient: Any) -> None:
    patient.fill("START/DM", ICDAT="2026-01-01", FIT="Y")
    cycle(patient, 1, "FULL")
    patient.fill("LOG/END", BACKDAT="2026-05-01")
    assert steps(patient) == ["START", "CYCLE", "LOOK", "VISITS", "BACK", "VISITS"]
    assert way(patient)[3].left_by.label["en"] == "Back"
    assert [one.item for one in way(patient)[3].evidence] == ["IT.BACKDAT"]
    assert way(patient)[-1].visit == 2
    patient.fill("LOG/END", BACKDAT="2026-05-01", ENDWHY="DONE")
    assert steps(patient) == ["START", "CYCLE", "LOOK", "VISITS", "DONE"]


def test_a_decision_leads_on_from_the_step_at_which_it_was_made(patient: Any) -> None:
    patient.fill("START/DM", ICDAT="2026-01-01", FIT="Y")
    cycle(patient, 1, "NONE")
    assert steps(patient) == ["START", "CYCLE", "LOOK", "DECIDE"]
    assert way(patient)[-1].step.is_decision
    assert not way(patient)[0].step.is_decision
    assert steps(patient, DECIDE_1="VISITS") == ["START", "CYCLE", "LOOK", "DECIDE", "VISITS"]
    decided = way(patient, DECIDE_1="VISITS")[3]
    assert (decided.decision.to, decided.left_by, decided.evidence) == ("PW.VISITS", None, ())
    # The second time there wants a decision of its own.
    cycle(patient, 2, "NONE")
    assert steps(patient, DECIDE_1="CYCLE")[-3:] == ["CYCLE", "LOOK", "DECIDE"]
    assert steps(patient, DECIDE_1="CYCLE", DECIDE_2="VISITS")[-2:] == ["DECIDE", "VISITS"]


def test_a_decision_stands_before_what_the_entries_say(patient: Any) -> None:
    patient.fill("START/DM", ICDAT="2026-01-01", FIT="Y")
    cycle(patient, 1, "FULL")
    assert steps(patient, LOOK_1="CYCLE") == ["START", "CYCLE", "LOOK", "CYCLE"]
    assert way(patient, LOOK_1="CYCLE")[-1].event_repeat == 2


@pytest.mark.parametrize("taken_back", ["", "NOWHERE"])
def test_a_decision_that_is_taken_back_or_leads_nowhere_leads_on_no_more(patient: Any, taken_back: str) -> None:
    patient.fill("START/DM", ICDAT="2026-01-01", FIT="Y")
    cycle(patient, 1, "NONE")
    assert steps(patient, DECIDE_1=taken_back) == ["START", "CYCLE", "LOOK", "DECIDE"]
    patient.fill("LOOK/1/RS", RSRES="FULL")
    assert steps(patient, LOOK_1=taken_back) == ["START", "CYCLE", "LOOK", "VISITS"]


def test_an_occurrence_that_nobody_began_is_still_to_come(patient: Any) -> None:
    patient.fill("START/DM", ICDAT="2026-01-01", FIT="Y")
    # Straight to the look, no cycle was begun; then back to the cycle.
    stages = way(patient, CYCLE_1="LOOK", LOOK_1="CYCLE")
    assert [stage.step.oid for stage in stages] == ["PW.START", "PW.CYCLE", "PW.LOOK", "PW.CYCLE"]
    assert [stage.event_repeat for stage in stages] == [1, 1, 1, 1]
    cycle(patient, 1)
    # Begun, the first occurrence is gone through; the second visit waits for the second.
    stages = way(patient, CYCLE_1="LOOK", LOOK_1="CYCLE")
    assert [(stage.step.oid, stage.event_repeat) for stage in stages[-2:]] == [("PW.LOOK", 1), ("PW.CYCLE", 2)]


def test_a_circle_ends(course: Definition, patient: Any) -> None:
    first = PathwayStep(oid="PW.A", title={}, branches=(to("PW.B", "true"),))
    second = PathwayStep(oid="PW.B", title={}, branches=(to("PW.A", "true"),))
    patient.rules = changed(course, first, second)
    stages = way(patient)
    assert len(stages) == MAX_STEPS
    assert stages[-1].visit == MAX_STEPS // 2


def test_a_condition_that_is_unknown_leads_nowhere(course: Definition, patient: Any) -> None:
    first = PathwayStep(oid="PW.A", title={}, branches=(to("PW.B", "DM.FIT != 'Y'"), to("PW.C", "!has(DM.FIT)")))
    rest = [PathwayStep(oid=oid, title={}) for oid in ("PW.B", "PW.C")]
    patient.rules = changed(course, first, *rest)
    assert steps(patient) == ["A", "C"]
    patient.fill("START/DM", ICDAT="2026-01-01", FIT="N")
    assert steps(patient) == ["A", "B"]


def test_a_decision_of_an_answered_way_changes_nothing_elsewhere(patient: Any, new_patient: Callable[..., Any]) -> None:
    other = new_patient()
    for one in (patient, other):
        one.fill("START/DM", ICDAT="2026-01-01", FIT="Y")
        cycle(one, 1, "PART")
    assert steps(patient, DECIDE_1="VISITS") == steps(other)
