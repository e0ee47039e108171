"""Texts of the pathway. Pure."""

from collections import Counter

import msgspec
from PySide6.QtCore import QCoreApplication

from desktop.study.definition.events import Pathway, PathwayStep
from desktop.study.definition.metadata import Definition, source_words
from desktop.study.rules.pathway import Evidence
from desktop.views.casebook import StageView
from ui.look import language, vocabulary

MAX_VALUE_LENGTH = 30
"""Letters. A longer text is cut off; its form has the whole."""


class Way(msgspec.Struct, frozen=True):
    """A way that may follow."""

    label: str
    to: str
    """OID of the step that it leads to."""
    title: str
    anywhere: bool = False
    """It is open from any step."""


class PathwayWords:
    """Words for one subject's stages by one definition."""

    def __init__(self, definition: Definition, stages: tuple[StageView, ...]) -> None:
        self.definition = definition
        self.stages = stages
        self._pathway: Pathway = definition.version.pathway or Pathway(steps=())
        self._visits = Counter(stage.step for stage in stages)

    @property
    def here(self) -> StageView:
        """Where the subject is."""
        return self.stages[-1]

    @property
    def step(self) -> PathwayStep | None:
        """The step where the subject is; None where the study no longer has it."""
        return self._pathway.by_oid.get(self.here.step)

    def step_title(self, oid: str) -> str:
        """A step by its title; one that the study no longer has by its OID."""
        step = self._pathway.by_oid.get(oid)
        return oid if step is None else language.words(step.title)

    def title(self, stage: StageView) -> str:
        """`Evaluation 2`: a step to which the subject came several times, with its number."""
        title = self.step_title(stage.step)
        return f"{title} {stage.visit}" if self._visits[stage.step] > 1 else title

    def why(self, stage: StageView) -> str:
        """What led on from a stage; empty where the subject still is."""
        if stage.decided_to:
            return QCoreApplication.translate("Pathway", "Decided by {name}, {date}: {reason}").format(
                name=stage.decided_by, date=language.moment(stage.decided_at), reason=stage.reason
            )
        return language.joined(
            language.words(stage.because),
            source_words(self.definition.version, stage.source, language.present()),
        )

    def source(self, stage: StageView, evidence: Evidence) -> str:
        """`Response · Best response: partial response`; with the event where it is not the stage's own occurrence."""
        step = self._pathway.by_oid.get(stage.step)
        own = step is not None and (step.event, stage.event_repeat) == (evidence.key.event, evidence.key.event_repeat)
        event = "" if own else vocabulary.where(self.definition, evidence.key)
        return language.joined(vocabulary.form_title(self.definition, evidence.key), event, self.evidence(evidence))

    def evidence(self, evidence: Evidence) -> str:
        """`Best response: partial response`."""
        item = self.definition.items.get(evidence.item)
        value = evidence.value.value if item is None else vocabulary.value_words(self.definition, item, evidence.value)
        if len(value) > MAX_VALUE_LENGTH:
            value = f"{value[:MAX_VALUE_LENGTH]}…"
        question = evidence.item if item is None else language.words(item.question)
        return QCoreApplication.translate("Pathway", "{question}: {value}").format(question=question, value=value)

    def ways(self) -> tuple[Way, ...]:
        """What may follow the step where the subject is: its branches, then the ways that are open from anywhere."""
        step = self.step
        if step is None or step.is_end:
            return ()
        taken = [stage.because for stage in self.stages]
        return (
            *(Way(language.words(b.label), b.to, self.step_title(b.to)) for b in step.branches),
            *(
                Way(language.words(b.label), b.to, self.step_title(b.to), anywhere=True)
                for b in self._pathway.anywhere
                if b.label not in taken and b.to != step.oid
            ),
        )

    def choices(self, stage: StageView) -> tuple[tuple[str, str], ...]:
        """(step OID, words) of what may be decided for at a stage: the branches of its step, then all other steps."""
        labels: dict[str, list[str]] = {}
        step = self._pathway.by_oid.get(stage.step)
        for branch in step.branches if step is not None else ():
            labels.setdefault(branch.to, []).append(language.words(branch.label))
        others = [step.oid for step in self._pathway.steps if step.oid not in labels]
        return tuple(
            (oid, f"{language.listed(labels[oid])} → {self.step_title(oid)}" if oid in labels else self.step_title(oid))
            for oid in (*labels, *others)
            if oid != stage.step
        )
