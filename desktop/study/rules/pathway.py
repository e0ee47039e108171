"""Position of a subject in the response-adapted pathway, what led there, and what may follow.

The study gives the steps and the conditions between them as data (`course.Pathway`); a subject's entries decide which way
it goes. An investigator may decide otherwise, or where the study is silent: such a decision is an entry of the journal and
leads on from the step at which it was made. Computed on reading, by the version in force.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from desktop.study.clinical_data import FormContent, FormKey, ItemValue
from desktop.study.definition.events import Pathway, PathwayBranch, PathwayStep
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.subject_scope import SubjectScope

MAX_STEPS = 300
"""Steps. A course of two years has some 30; a definition that goes in a circle ends here."""


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person's decision on what follows a step; `to` is empty where it was taken back."""

    to: str
    reason: str
    user: str
    """User OID."""
    wall: str
    device: str
    sequence: int


Decisions = Mapping[tuple[str, int], Decision]
"""(step OID, visit number) -> the newest decision there."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that led on."""

    key: FormKey
    item: str
    value: ItemValue


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A step that a subject has come to, and how it went on from there."""

    step: PathwayStep
    visit: int
    """Visit number at this step, from 1."""
    event_repeat: int
    """Occurrence of the step's event; 1 where it has none."""
    left_by: PathwayBranch | None = None
    """The branch that led on; None at the step where the subject is, and where a decision led on."""
    evidence: tuple[Evidence, ...] = ()
    decision: Decision | None = None
    """The decision that led on."""


def walk(
    rules: Rules, contents: Mapping[FormKey, FormContent], decisions: Decisions, today: datetime.date
) -> tuple[Stage, ...]:
    """The steps that a subject has gone through, the last one being where it is; empty where the study has no pathway."""
    pathway = rules.definition.version.pathway
    return () if pathway is None else _Walk(rules, pathway, contents, decisions, today).run()


class _Walk:
    def __init__(
        self,
        rules: Rules,
        pathway: Pathway,
        contents: Mapping[FormKey, FormContent],
        decisions: Decisions,
        today: datetime.date,
    ) -> None:
        self.rules = rules
        self.pathway = pathway
        self.contents = contents
        self.decisions = decisions
        self.scope = SubjectScope(rules, contents, today)
        self.gone: Counter[str] = Counter()
        """Event OID -> occurrences gone through."""
        self.visits: Counter[str] = Counter()
        self.begun = {(key.event, key.event_repeat) for key in contents}
        self.untaken = list(pathway.anywhere)

    def run(self) -> tuple[Stage, ...]:
        stages: list[Stage] = []
        step: PathwayStep | None = self.pathway.steps[0]
        while step is not None and len(stages) < MAX_STEPS:
            self.visits[step.oid] += 1
            visit = self.visits[step.oid]
            repeat = 1 if step.event is None else self.gone[step.event] + 1
            stage = Stage(step=step, visit=visit, event_repeat=repeat)
            decision = self.decisions.get((step.oid, visit))
            if decision is not None and decision.to in self.pathway.by_oid:
                stages.append(msgspec.structs.replace(stage, decision=decision))
                step = self._leave(step, repeat, decision.to)
                continue
            branch = self._branch(step, repeat)
            if branch is None:
                stages.append(stage)
                break
            evidence = tuple(self._evidence(branch, step, repeat))
            stages.append(msgspec.structs.replace(stage, left_by=branch, evidence=evidence))
            step = self._leave(step, repeat, branch.to)
        return tuple(stages)

    def _leave(self, step: PathwayStep, repeat: int, to: str) -> PathwayStep | None:
        # An occurrence that nobody began, because a decision led past it, is still to come.
        if step.event is not None and (step.event, repeat) in self.begun:
            self.gone[step.event] = repeat
        return self.pathway.by_oid.get(to)

    def _branch(self, step: PathwayStep, repeat: int) -> PathwayBranch | None:
        """The way that the entries lead from here."""
        event = None if step.event is None else self.rules.definition.events.get(step.event)
        for branch in step.branches:
            if branch.when is not None and self.scope.holds(branch.when, event, repeat, self.gone):
                return branch
        if not step.is_end:
            for branch in self.untaken:
                leads_on = branch.to != step.oid and branch.when is not None
                if leads_on and self.scope.holds(branch.when or "", event, repeat, self.gone):
                    self.untaken.remove(branch)
                    return branch
        return None

    def _evidence(self, branch: PathwayBranch, step: PathwayStep, repeat: int) -> Iterable[Evidence]:
        """The newest values of the branch's items: of the step's own occurrence, else of the last form that has one."""
        for oid in branch.evidence:
            found = [
                (key, value)
                for key, content in self.contents.items()
                for rows in content.values()
                for items in rows.values()
                if (value := items.get(oid)) is not None
            ]
            here = [pair for pair in found if (pair[0].event, pair[0].event_repeat) == (step.event, repeat)]
            if found:
                key, value = max(here or found, key=lambda pair: self.rules.order(pair[0]))
                yield Evidence(key=key, item=oid, value=value)
