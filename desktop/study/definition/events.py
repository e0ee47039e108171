"""Study events, their schedule, and the response-adapted pathway, as data.

Expressions here are CEL about a whole subject; `rules/subject_scope.py` gives the names that they may use.
"""

import functools
from typing import Literal

from desktop.study.definition.base import Part, Text

Days = int | str
"""A number of days, or CEL over the study's settings that gives one, e.g. `setting.EVALUATION_DAY`."""


class Schedule(Part, frozen=True, kw_only=True):
    """When an event is due: `day` days after the date in item `anchor`, within `before` and `after` days.

    `anchor` may stand in any form: one of the event's own forms speaks for its own occurrence, another for the
    occurrence of the same number (the first, where the event does not repeat).
    `forms` limits it to these forms of the event (all mandatory ones when empty).
    """

    anchor: str
    event: str | None = None
    """Event in which the anchor stands; None: in any."""
    day: Days = 0
    before: Days = 0
    after: Days = 0
    every: Days = 0
    """Days after which the next occurrence of a repeating event is due, counted from the same anchor; 0: only once."""
    until: Days = 0
    """The last day after the anchor on which such an occurrence is due."""
    to_end: bool = False
    """The last occurrence is due on `until` itself, however far it lies from the one before."""
    per_form: bool = False
    """Each form that has the anchor expects a form of its own, as long as `when` is true, which sees it as `source`."""
    after_end: bool = False
    """Expected also where the course is at its end (`MetaDataVersion.ended`), e.g. the form that says why."""
    lapses: Days | None = None
    """Days after the window in which the event can still be made up; then it is missed. None: it never lapses."""
    when: str | None = None
    """CEL: the event is expected only where this is true."""
    forms: tuple[str, ...] = ()
    label: Text = {}


class FormRef(Part, frozen=True, kw_only=True):
    """A form's place in an event."""

    form: str
    mandatory: bool = True


class StudyEventDef(Part, frozen=True, kw_only=True):
    """A visit or a cycle."""

    oid: str
    name: str
    title: Text
    repeating: bool = False
    kind: Literal["Scheduled", "Unscheduled", "Common"] = "Scheduled"
    forms: tuple[FormRef, ...] = ()
    schedules: tuple[Schedule, ...] = ()


class PathwayBranch(Part, frozen=True, kw_only=True):
    """A way out of a step."""

    to: str
    """OID of the step that it leads to."""
    when: str | None = None
    """CEL: the subject goes this way where it is true. None: only a person's decision leads here."""
    label: Text
    """What leads here, in words, e.g. `mCRc`."""
    evidence: tuple[str, ...] = ()
    """OIDs of the items that led here; shown with their values and forms."""
    source: str = ""
    """Protocol section or setting that the branch rests on."""


class PathwayStep(Part, frozen=True, kw_only=True):
    """A station of the pathway. Without branches it is an end; with none that has a condition, a person decides."""

    oid: str
    title: Text
    instruction: Text = {}
    """What is to be done, shown while the subject is here."""
    event: str | None = None
    """The event that the step consists of: coming here is its next occurrence."""
    branches: tuple[PathwayBranch, ...] = ()

    @property
    def is_end(self) -> bool:
        """Nothing follows."""
        return not self.branches

    @property
    def is_decision(self) -> bool:
        """The study leaves what follows to a person."""
        return bool(self.branches) and all(branch.when is None for branch in self.branches)


class Pathway(Part, frozen=True, kw_only=True, dict=True):
    """The response-adapted way through a study. It begins at the first step."""

    steps: tuple[PathwayStep, ...]
    anywhere: tuple[PathwayBranch, ...] = ()
    """Ways that are open from every step that is no end, where nothing else leads on; each is taken once at most."""

    @functools.cached_property
    def by_oid(self) -> dict[str, PathwayStep]:
        """Steps by their OID."""
        return {step.oid: step for step in self.steps}
