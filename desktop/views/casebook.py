"""The casebook of a subject, as shown."""

import datetime

from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue, Row
from desktop.study.definition.base import Text
from desktop.study.rules.pathway import Evidence
from desktop.views.base import View
from desktop.views.forms import DueForm, FormState, FormSummary


class SubjectLine(View, frozen=True, kw_only=True):
    """A subject in a list."""

    subject: str
    headline: tuple[ItemValue | None, ...]
    """Values of the study's headline items."""
    forms: dict[FormState, int]
    event: str = ""
    event_repeat: int = 1
    """The furthest event that has an entry."""
    wall: str = ""
    """Last entry."""
    duplicate: bool = False
    """The same key was registered on two computers."""


class TrendPoint(View, frozen=True, kw_only=True):
    """One number of a subject's course."""

    item: str
    date: datetime.date
    value: float


class DosingSpan(View, frozen=True, kw_only=True):
    """Days on which something was given, for the ground of the trend plot."""

    first: datetime.date
    last: datetime.date


class StageView(View, frozen=True, kw_only=True):
    """A step of the pathway that a subject has come to, and what led on from it."""

    step: str
    """OID."""
    visit: int
    event_repeat: int
    because: Text = {}
    """What led on, in words; empty at the step where the subject is, and where a decision led on."""
    source: str = ""
    evidence: tuple[Evidence, ...] = ()
    decided_to: str = ""
    """OID of the step to which an investigator's decision led on."""
    decided_by: str = ""
    """Name."""
    decided_at: str = ""
    """Wall time."""
    reason: str = ""


class Casebook(View, frozen=True, kw_only=True):
    """Everything about one subject on one screen."""

    subject: str
    headline: tuple[ItemValue | None, ...]
    occurrences: tuple[tuple[str, int], ...]
    """(event OID, repeat): the columns, by time: what is there, under way, expected, and where the pathway is."""
    forms: tuple[FormSummary, ...]
    due: tuple[DueForm, ...]
    drafts: tuple[FormKey, ...]
    trends: tuple[TrendPoint, ...]
    dosing: tuple[DosingSpan, ...]
    discrepancies: tuple["Discrepancy", ...]
    pathway: tuple[StageView, ...] = ()
    """The steps that the subject has gone through; the last one is where it is."""


class DiscrepancySide(View, frozen=True, kw_only=True):
    """What one of two entries says, who made it and when."""

    value: ItemValue | None = None
    row: Row | None = None
    """Of a whole row: its values."""
    user: str
    """Name."""
    user_oid: str
    wall: str
    device: str


class DiscrepancySettlement(View, frozen=True, kw_only=True):
    """What was decided, by whom, when and why."""

    value: ItemValue | None = None
    take: str
    """`first`, `second` or `other`; empty where a save of the form settled it."""
    user: str
    wall: str
    reason: str
    source: str = ""


class Discrepancy(View, frozen=True, kw_only=True):
    """Something that two passes or two computers recorded differently."""

    id: str
    subject: str
    key: FormKey
    place: ItemPlace | None
    kind: str
    """`second_entry`, `missing_row`, `extra_row`, `concurrent`, `created_twice`, `same_person` or `after_lock`."""
    entry_pass: int = 1
    is_subject: bool = False
    """The subject itself was registered twice."""
    first: DiscrepancySide | None = None
    second: DiscrepancySide | None = None
    settled: DiscrepancySettlement | None = None

    @property
    def sides(self) -> tuple[DiscrepancySide, ...]:
        """Both sides, as far as there are two."""
        return tuple(side for side in (self.first, self.second) if side is not None)

    @property
    def wall(self) -> str:
        """When it came about."""
        return max((side.wall for side in self.sides), default="")


class DecisionNeeded(View, frozen=True, kw_only=True):
    """A subject at a step of the pathway where the study leaves to a person what follows."""

    subject: str
    step: str
    """OID."""
