"""Forms and their states, as shown."""

import datetime
import enum

from desktop.journal.bodies import FiredCheck
from desktop.study.clinical_data import FormContent, FormKey, ItemValue
from desktop.views.base import View


class FormState(enum.StrEnum):
    """The state of a form that has an entry."""

    INCOMPLETE = "incomplete"
    COMPLETE = "complete"
    AWAITING_SECOND = "awaiting_second"
    DISCREPANT = "discrepant"
    VERIFIED = "verified"
    SIGNED = "signed"
    LOCKED = "locked"


class PassView(View, frozen=True, kw_only=True):
    """A complete pass of a form: who completed it, and when."""

    user: str
    """Name."""
    wall: str


class FormSummary(View, frozen=True, kw_only=True):
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
    awaits_me: bool = False
    """The person who asks may make its second entry, and sees nothing of the first until then."""
    first: PassView | None = None
    second: PassView | None = None
    source_verified: bool = False
    """A monitor compared it with the source documents, and nothing changed since."""
    frozen: bool = False
    open_checks: int = 0
    """Soft checks that fire without a comment, e.g. because another form changed since."""


class FormView(View, frozen=True, kw_only=True):
    """A form as it stands, with everything that is needed to go on filling it."""

    subject: str
    key: FormKey
    entry_pass: int = 1
    is_blind: bool = False
    """The first pass is hidden from the person who asks: they may make the second."""
    compared: int = 0
    """Values of both passes that were compared, once both are complete."""
    different: int = 0
    exists: bool
    """False: nothing was recorded yet at these coordinates in this pass."""
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
    silent_checks: frozenset[str] = frozenset()
    """OIDs of checks that are not put to the person: that one fires would tell what a hidden form says."""
    others: dict[FormKey, FormContent] = {}
    """The subject's other saved forms, derived values included: evidence, and what cross-form checks read."""
    draft: "Draft | None" = None
    """What this user typed here and has not saved."""
    today: datetime.date
    user: str = ""
    wall: str = ""


class Draft(View, frozen=True, kw_only=True):
    """What a user typed into a form and has not saved yet; kept encrypted as each field is left."""

    subject: str
    key: FormKey
    entry_pass: int = 1
    items: dict[str, ItemValue | None] = {}
    """`group|row|item` -> value, None for cleared: see `wizard.py`, which alone reads and writes it."""
    removed_rows: tuple[tuple[str, str], ...] = ()
    comments: dict[str, str] = {}
    basis: dict[str, int] = {}
    page: str = ""
    """Group OID of the page where the person was."""
    wall: str = ""


class DueForm(View, frozen=True, kw_only=True):
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
