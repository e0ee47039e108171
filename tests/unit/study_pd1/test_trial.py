"""The shipped study proves itself: its cases hold, and a simulated trial walks every way that the protocol has."""

import datetime
from collections.abc import Iterator

import pytest

from desktop.casebook.fold import SubjectFold
from desktop.journal.bodies import KINDS, Body, PathwayDecided
from desktop.journal.entry import Entry, Head
from desktop.practice.simulation import Model, SimulatedSubject, as_act, read_model, simulate
from desktop.recording.save_form import Saver, prepare_save
from desktop.study.clinical_data import FormKey, ItemValue
from desktop.study.definition.metadata import Definition
from desktop.study.load import Checked, check_definition, locate
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.pathway import Stage, walk
from desktop.study.rules.schedule import due

TODAY = datetime.date(2026, 11, 24)
SUBJECTS, SEED = 30, 7


# Its cases


@pytest.fixture(scope="module")
def checked() -> Checked:
    """Loading proves that every form is asked, every step led to, every check fired by a case."""
    return check_definition(locate("pd1-ven-cag"))


def test_it_is_proved_by_its_cases(checked: Checked) -> None:
    checks = [check.oid for form in checked.definition.version.forms for check in form.checks]
    assert len(checks) == len(set(checks)) >= 120
    # For each a case that fires it and one that does not, at least one way or the other.
    assert checked.cases > len(checks)
    assert checked.notes == ()


def test_every_form_is_reached(checked: Checked) -> None:
    version = checked.definition.version
    assert {ref.form for event in version.events for ref in event.forms} == {form.oid for form in version.forms}
    # Each event holds a form of its own kind once.
    for event in version.events:
        forms = [ref.form for ref in event.forms]
        assert len(forms) == len(set(forms)), event.oid


# A simulated trial


class Played:
    """A simulated subject, saved form by form through the rules that stand before the journal."""

    def __init__(self, rules: Rules, number: int, subject: SimulatedSubject) -> None:
        self.subject = subject
        self.key = rules.definition.subject_key("01", "A", number)
        self.fold = SubjectFold(self.key)
        self._sequence = 0
        for form in subject.forms:
            # Raises FormRefusedError where a hard check, a value or a missing answer stands against it.
            others = {key: content for key, content in self.fold.contents().items() if key != form.key}
            saver = Saver(user="U.1", location="01", today=TODAY)
            body = prepare_save(rules, as_act(self.key, form), self.fold, others, saver)
            assert body is not None, (subject.course, form.key)
            assert body.complete == form.complete
            self._take_in(body)
        for step, visit, to, reason in subject.decisions:
            oid = rules.definition.version.oid
            self._take_in(PathwayDecided(salt="00", step=step, visit=visit, to=to, reason=reason, version=oid))
        self.stages: tuple[Stage, ...] = walk(rules, self.fold.contents(), self.fold.decisions, TODAY)

    def _take_in(self, body: Body) -> None:
        self._sequence += 1
        head = Head(
            format=1,
            study="S.PD1-VEN-CAG",
            site="01",
            device="A",
            sequence=self._sequence,
            time=self._sequence,
            wall="2026-11-24T08:00:00+08:00",
            user="U.1",
            kind=KINDS[type(body)],
            subject=self.key,
        )
        self.fold.apply(Entry(head, body))

    @property
    def steps(self) -> list[str]:
        """OIDs of the steps gone through."""
        return [stage.step.oid for stage in self.stages]


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model("pd1-ven-cag")


@pytest.fixture(scope="module")
def trial(study: Definition, model: Model) -> list[Played]:
    rules = Rules(study)
    subjects = simulate(study, model, SUBJECTS, SEED, TODAY)
    return [Played(rules, number, subject) for number, subject in enumerate(subjects, 1)]


def test_every_kind_of_course_is_played_to_its_end(trial: list[Played], model: Model) -> None:
    assert len(model.courses) <= SUBJECTS
    for course, played in zip(model.courses, trial, strict=False):
        assert played.subject.course == course.name
        assert played.steps[-1] == course.ends, course.name
        # What the simulation says of itself is what the saved forms say.
        assert played.subject.step == played.steps[-1]


def test_the_courses_walk_every_step_and_take_every_branch(trial: list[Played], study: Definition) -> None:
    pathway = study.version.pathway
    assert pathway is not None
    assert {step for played in trial for step in played.steps} == {step.oid for step in pathway.steps}
    stages = [stage for played in trial for stage in played.stages]
    left = {(stage.step.oid, stage.left_by.to, stage.left_by.when) for stage in stages if stage.left_by}
    decided = {(stage.step.oid, stage.decision.to) for stage in stages if stage.decision}
    # Where the entries lead on: every branch of a step, two that lead to one step included, and every way open from anywhere.
    own = {(step.oid, branch.to, branch.when) for step in pathway.steps for branch in step.branches if branch.when}
    assert own <= left
    assert {(to, when) for _, to, when in left - own} == {(branch.to, branch.when) for branch in pathway.anywhere}
    # An investigator decides only where the study leaves it to one, and once each way.
    choices = {(step.oid, branch.to) for step in pathway.steps for branch in step.branches if branch.when is None}
    assert decided == choices


def test_only_a_cycle_that_goes_on_is_incomplete(trial: list[Played]) -> None:
    open_forms = [form.key.form for played in trial for form in played.subject.forms if not form.complete]
    assert open_forms
    assert set(open_forms) == {"F.EX"}
    assert len(open_forms) < len(trial) / 4


def test_what_led_on_is_shown_with_its_evidence(trial: list[Played]) -> None:
    for played in trial:
        for stage in played.stages:
            if stage.left_by is not None:
                assert stage.evidence, (played.subject.course, stage.step.oid)
                assert {one.item for one in stage.evidence} <= set(stage.left_by.evidence)
                assert stage.left_by.source


def test_comments_answer_soft_checks_only_where_one_speaks(trial: list[Played], model: Model) -> None:
    spoken = 0
    for played in trial:
        for form in played.fold.forms.values():
            assert all(check.comment == model.comment for check in form.checks), played.subject.course
            spoken += len(form.checks)
    # Of a trial as it would be, some checks speak up, and most forms have none.
    assert 0 < spoken < sum(len(played.fold.forms) for played in trial)


def forms(study: Definition, model: Model, seed: int) -> Iterator[SimulatedSubject]:
    return simulate(study, model, 2, seed, TODAY)


def test_the_same_seed_gives_the_same_trial_and_another_seed_another(
    study: Definition, model: Model, trial: list[Played]
) -> None:
    first, second = forms(study, model, SEED)
    # How many are simulated changes nothing of the first ones.
    assert [first, second] == [played.subject for played in trial[:2]]
    other, _ = forms(study, model, SEED + 1)
    # The same course of another person.
    assert other.course == first.course
    assert [form.content for form in other.forms] != [form.content for form in first.forms]
    assert first.forms[0] != second.forms[0]


def test_what_is_due_at_once_stands_in_the_order_of_the_study(study: Definition, rules: Rules) -> None:
    consent = FormKey("SE.SCREENING", 1, "F.ICF", 1)
    group = study.group_of_item["F.ICF", "IT.ICFDAT"].oid
    day = datetime.date(2026, 11, 24)
    content = {group: {"": {"IT.ICFDAT": ItemValue(value=day.isoformat())}}}
    found = [each for each in due(rules, {consent: content}, day) if each.key.event == "SE.SCREENING"]
    order = [ref.form for ref in study.events["SE.SCREENING"].forms]
    for date in {each.due for each in found}:
        forms = [each.key.form for each in found if each.due == date]
        assert forms == sorted(forms, key=order.index)
    assert found[0].key.form == "F.DM"
