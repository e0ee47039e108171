"""What the screens and the command line are told: frozen data and OIDs, never rows of a database."""

import datetime
import enum

import msgspec

from desktop.journal.entry import FiredCheck
from desktop.study.data import FormContent, FormKey, ItemPlace, ItemValue
from desktop.study.local import NormalRange
from desktop.study.part import Text
from desktop.study.pathway import Evidence


class FormState(enum.StrEnum):
    """The state of a form that has an entry."""

    INCOMPLETE = "incomplete"
    COMPLETE = "complete"
    AWAITING_SECOND = "awaiting_second"
    DISCREPANT = "discrepant"
    VERIFIED = "verified"
    SIGNED = "signed"
    LOCKED = "locked"


class Role(enum.StrEnum):
    """What a person may do; a person may hold several."""

    ENTRY = "entry"
    INVESTIGATOR = "investigator"
    MANAGER = "manager"
    MONITOR = "monitor"


class _View(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all views."""


class UserView(_View, frozen=True, kw_only=True):
    """A person who may use this vault."""

    oid: str
    name: str
    roles: tuple[Role, ...]
    suspended: bool = False
    here: bool = True
    """The person has a key slot on this computer and can sign in here."""


class FormSummary(_View, frozen=True, kw_only=True):
    """One form of a subject, without its values."""

    subject: str
    key: FormKey
    state: FormState
    label: str = ""
    """Value of the form's label item, for instances of repeating forms; as entered."""
    user: str = ""
    """Name of the person who last saved it."""
    wall: str = ""
    """When it was last saved: ISO 8601 with offset."""
    open_checks: int = 0
    """Soft checks that fire without a comment, e.g. because another form changed since."""


class FormView(_View, frozen=True, kw_only=True):
    """A form as it stands, with everything that is needed to go on filling it."""

    subject: str
    key: FormKey
    exists: bool
    """False: nothing was recorded yet at these coordinates."""
    state: FormState | None = None
    content: FormContent = {}
    """Values that were entered, rows in order."""
    derived: FormContent = {}
    checks: tuple[FiredCheck, ...] = ()
    """Checks that fired at the last save, with their comments."""
    basis: dict[str, int] = {}
    version: str = ""
    """MetaDataVersion OID under which it was entered."""
    version_sha256: str = ""
    others: dict[FormKey, FormContent] = {}
    """The subject's other saved forms, derived values included: evidence, and what cross-form checks read."""
    draft: "Draft | None" = None
    """What this user typed here and has not saved."""
    today: datetime.date
    user: str = ""
    wall: str = ""


class Draft(_View, frozen=True, kw_only=True):
    """What a user typed into a form and has not saved yet; kept encrypted as each field is left."""

    subject: str
    key: FormKey
    items: dict[str, ItemValue | None] = {}
    """`group|row|item` -> value, None for cleared: see `wizard.py`, which alone reads and writes it."""
    removed_rows: tuple[tuple[str, str], ...] = ()
    comments: dict[str, str] = {}
    basis: dict[str, int] = {}
    page: str = ""
    """Group OID of the page where the person was."""
    wall: str = ""


class Change(_View, frozen=True, kw_only=True):
    """One value changed once: a line of the history, and of the audit trail."""

    subject: str
    key: FormKey
    group: str
    row: str
    item: str
    old: ItemValue | None
    new: ItemValue | None
    derived: bool
    user: str
    """Name."""
    user_oid: str
    wall: str
    """ISO 8601 with offset."""
    clock_behind: bool
    """The computer's clock had been set back when this was recorded."""
    reason: str
    device: str
    sequence: int
    received: bool
    """The centre has signed for the entry."""


class AuditLine(_View, frozen=True, kw_only=True):
    """One journal entry shown to a person."""

    order: tuple[int, str, int]
    """Its place in the fold: pass the last one shown to `Site.audit` for the next lines."""
    device: str
    sequence: int
    kind: str
    wall: str
    user: str
    subject: str | None
    key: FormKey | None
    detail: str
    """English template of `desktop.texts`."""
    fields: dict[str, str] = {}
    reason: str = ""
    clock_behind: bool = False


class SubjectLine(_View, frozen=True, kw_only=True):
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


class DueForm(_View, frozen=True, kw_only=True):
    """A form that the schedule expects."""

    subject: str
    key: FormKey
    due: datetime.date
    closes: datetime.date
    days: int
    """Days from today to the due date while it is open; days past `closes` as a negative number when overdue."""
    overdue: bool
    missed: bool = False
    """It can no longer be made up; then it is not overdue."""

    @property
    def is_now(self) -> bool:
        """It should be filled by today."""
        return not self.missed and (self.overdue or self.days <= 0)


class TrendPoint(_View, frozen=True, kw_only=True):
    """One number of a subject's course."""

    item: str
    date: datetime.date
    value: float


class DosingSpan(_View, frozen=True, kw_only=True):
    """Days on which something was given, for the ground of the trend plot."""

    first: datetime.date
    last: datetime.date


class StageView(_View, frozen=True, kw_only=True):
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


class Casebook(_View, frozen=True, kw_only=True):
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


class Discrepancy(_View, frozen=True, kw_only=True):
    """Something that two people or two computers recorded differently."""

    subject: str
    key: FormKey | None
    place: ItemPlace | None
    kind: str
    """`concurrent` (two computers changed one value unseen by each other) or `duplicate_subject`."""
    values: tuple[ItemValue | None, ...] = ()
    users: tuple[str, ...] = ()
    walls: tuple[str, ...] = ()


class EntryStates(_View, frozen=True, kw_only=True):
    """How far this device's entries have travelled; each entry is in exactly one state."""

    recorded: int = 0
    packed: int = 0
    handed_over: int = 0
    received: int = 0

    @property
    def waiting(self) -> int:
        """Entries that the centre has not signed for."""
        return self.recorded + self.packed + self.handed_over


class SyncEvent(_View, frozen=True, kw_only=True):
    """A line of what happened between this computer and the centre."""

    wall: str
    channel: str
    outcome: str
    """`done`, `waiting` or `failed`."""
    message: str
    fields: dict[str, str] = {}


class SyncView(_View, frozen=True, kw_only=True):
    """The sync screen."""

    enrolled: bool
    url: str = ""
    fingerprint: str = ""
    entries: EntryStates
    total: int
    last_receipt: str = ""
    """Wall time of the last verified receipt; empty before the first."""
    received_to: int = 0
    """Sequence number up to which the centre has signed."""
    head: str = ""
    """The chain head in words that two people can compare on the telephone."""
    directory_version: int = 0
    log: tuple[SyncEvent, ...] = ()


class ShellView(_View, frozen=True, kw_only=True):
    """What the frame around every screen shows."""

    study: str
    site: str
    user: UserView
    entries: EntryStates
    enrolled: bool
    due: int
    discrepancies: int


class PointAnswer(_View, frozen=True, kw_only=True):
    """The site's answer to an open point."""

    value: str
    reason: str
    user: str
    """Name."""
    wall: str


class RangeLine(_View, frozen=True, kw_only=True):
    """A laboratory's normal range, and who set it."""

    range: NormalRange
    reason: str
    user: str
    wall: str


class VersionLine(_View, frozen=True, kw_only=True):
    """A study version at this site."""

    oid: str
    sha256: str
    added: str
    """Wall time."""
    approved: str
    """Date of the approval; empty for the first version, and for one that is not in force yet."""
    reference: str
    activated: str
    user: str
    is_active: bool


class StudyView(_View, frozen=True, kw_only=True):
    """How the site conducts the study."""

    answers: dict[str, PointAnswer]
    """By setting name."""
    ranges: tuple[RangeLine, ...]
    versions: tuple[VersionLine, ...]
    laboratory_items: tuple[str, ...]
    """OIDs of the items that can have a normal range."""


class DecisionNeeded(_View, frozen=True, kw_only=True):
    """A subject at a step of the pathway where the study leaves to a person what follows."""

    subject: str
    step: str
    """OID."""


class Today(_View, frozen=True, kw_only=True):
    """The home screen."""

    date: datetime.date
    due: tuple[DueForm, ...]
    drafts: tuple[Draft, ...]
    incomplete: tuple[FormSummary, ...]
    open_checks: tuple[FormSummary, ...]
    decisions: tuple[DecisionNeeded, ...]
    """As far as idle time has looked."""
    discrepancies: tuple[Discrepancy, ...]
    entries: EntryStates
    enrolled: bool
    last_receipt: str
    subjects: int
    planned_subjects: int | None
    subjects_by_month: tuple[tuple[str, int], ...]
    """(YYYY-MM, subjects registered up to its end), the last eight months."""
    forms_complete: int
    forms_total: int
    clock_behind: bool


class Status(_View, frozen=True, kw_only=True):
    """The numbers of `sitebook status`."""

    site: str
    device: str
    subjects: int
    forms: dict[FormState, int]
    due: dict[str, int]
    """`due`, `overdue` and `missed` forms."""
    discrepancies: int
    queries: int
    entries: EntryStates
    last_receipt: str | None


class Failure(_View, frozen=True, kw_only=True):
    """Something that did not verify."""

    where: str
    message: str
    """English template of `desktop.texts`."""
    fields: dict[str, str] = {}


class Verification(_View, frozen=True, kw_only=True):
    """What `verify` found."""

    ok: bool
    entries: int
    signatures: int
    subjects: int
    failures: tuple[Failure, ...] = ()
