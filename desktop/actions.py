"""Actions of a person, each an immutable value handed to `Site.record`.

`Site.record(act)` checks rights and rules and appends; it returns what changed, so that screens know what to refresh.
"""

from typing import Literal

import msgspec

from desktop.study.clinical_data import CheckAt, FormKey, ItemPlace, ItemValue, Place
from desktop.study.definition.metadata import Definition
from desktop.study.definition.site_parameters import NormalRange


class _Act(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all acts."""


class SaveForm(_Act, frozen=True, kw_only=True):
    """Save what a person entered in one form. A new subject comes into being with the study's first form."""

    subject: str
    key: FormKey
    items: dict[ItemPlace, ItemValue | None] = {}
    """New values by place; None clears. What is omitted stays."""
    removed_rows: tuple[tuple[str, str], ...] = ()
    """(group OID, row key) of rows to take out."""
    comments: dict[CheckAt, str] = {}
    """Answers to soft checks, given now. An ItemPlace without group and row stands for that item in every row."""
    complete: bool = True
    reason: str = ""
    basis: dict[str, int] | None = None
    """What the person had seen (`FormView.basis`); None: the newest there is."""
    entry_pass: int = 1


class RemoveForm(_Act, frozen=True, kw_only=True):
    """Take out a form that should not be there. It stays in the history."""

    subject: str
    key: FormKey
    reason: str
    basis: dict[str, int] | None = None


class DecidePathway(_Act, frozen=True, kw_only=True):
    """Decide what follows the step of the pathway at which a subject is. By an investigator."""

    subject: str
    step: str
    """OID of that step."""
    visit: int
    to: str
    """OID of the step that follows; empty takes an earlier decision back."""
    reason: str


class AnswerPoint(_Act, frozen=True, kw_only=True):
    """Answer, for this site, a point that the protocol leaves open. By an investigator."""

    name: str
    value: str | None
    """None takes an earlier answer back: the study's default holds again."""
    reason: str


class SetNormalRange(_Act, frozen=True, kw_only=True):
    """Set a laboratory's normal range from a date on. By a manager or an investigator."""

    range: NormalRange
    reason: str


class AddStudyVersion(_Act, frozen=True, kw_only=True):
    """Bring a new version of the study to this site; it is not in force yet. By a manager."""

    definition: Definition


class ActivateStudyVersion(_Act, frozen=True, kw_only=True):
    """Put a study version in force, once its approval is recorded. By a manager."""

    sha256: str
    approved: str
    """Date of the ethics committee's approval, YYYY-MM-DD."""
    reference: str
    """Number or name of the approval document."""


class AddUser(_Act, frozen=True, kw_only=True):
    """Let a person use this vault. By a manager."""

    name: str
    roles: tuple[str, ...]
    passphrase: str


class ChangeUser(_Act, frozen=True, kw_only=True):
    """Give a person other roles, or suspend the person. By a manager."""

    user: str
    roles: tuple[str, ...]
    suspended: bool
    reason: str


class ChangePassphrase(_Act, frozen=True, kw_only=True):
    """A person's own new passphrase."""

    old: str
    new: str


class RedactEntry(_Act, frozen=True, kw_only=True):
    """Blank the content of an entry that holds identifying text. By a manager; it cannot be undone."""

    device: str
    sequence: int
    reason: str


class SettleDiscrepancy(_Act, frozen=True, kw_only=True):
    """Decide what stands where two passes or two computers differ."""

    discrepancy: str
    """ID."""
    take: Literal["first", "second", "other"]
    value: ItemValue | None = None
    """Of `other`: the value; None leaves the item without one."""
    reason: str
    source: str = ""
    """Words of the source document."""


class OpenQuery(_Act, frozen=True, kw_only=True):
    """Ask about what was recorded. By a monitor."""

    subject: str
    place: Place
    text: str


class ChangeQuery(_Act, frozen=True, kw_only=True):
    """Answer a query (by who fills forms), close it or open it again (by who may open)."""

    query: str
    """ID."""
    act: Literal["answered", "closed", "reopened"]
    text: str = ""


class SignForms(_Act, frozen=True, kw_only=True):
    """Sign every form of a place as it stands. By an investigator, with the passphrase."""

    subject: str
    place: Place
    meaning: str
    passphrase: str
    name: str | None = None
    """Given at the first signing of a session, and after a break: it must be the person's own."""


class VerifySource(_Act, frozen=True, kw_only=True):
    """Record that forms were compared with the source documents. By a monitor."""

    subject: str
    place: Place


class LockForms(_Act, frozen=True, kw_only=True):
    """Freeze or lock the forms of a place. By a manager."""

    subject: str
    place: Place
    act: Literal["frozen", "locked"]
    reason: str


class UnlockForms(_Act, frozen=True, kw_only=True):
    """Unlock the forms of a place. By a manager, with a second person who gives their passphrase."""

    subject: str
    place: Place
    reason: str
    second_user: str
    """Name."""
    second_passphrase: str


class TrainUser(_Act, frozen=True, kw_only=True):
    """Record that a person was trained. By a manager."""

    user: str
    date: str
    topic: str


class ResetPassphrase(_Act, frozen=True, kw_only=True):
    """Give a person who forgot the passphrase a new one, and a new key to sign with. By a manager."""

    user: str
    passphrase: str


ReviewAct = SettleDiscrepancy | OpenQuery | ChangeQuery | SignForms | VerifySource | LockForms | UnlockForms
"""Acts about what was recorded: `recording/review.py` records them."""

ConductAct = DecidePathway | AnswerPoint | SetNormalRange | AddStudyVersion | ActivateStudyVersion
"""Acts about the conduct of the study: `recording/study_conduct.py` records them."""

Act = (
    SaveForm
    | RemoveForm
    | ConductAct
    | ReviewAct
    | AddUser
    | ChangeUser
    | ChangePassphrase
    | TrainUser
    | ResetPassphrase
    | RedactEntry
)


class Recorded(_Act, frozen=True, kw_only=True):
    """What an act changed."""

    changed: bool
    """False where everything was so already: nothing was recorded."""
    subject: str | None = None
    key: FormKey | None = None
    users: bool = False
    study: bool = False
    """The rules are others now: a version, an answer or a normal range."""
    device: str = ""
    sequence: int = 0
    """Position of the entry in the journal."""
    id: str = ""
    """Of the query or the signature that it made."""
