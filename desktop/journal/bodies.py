"""Bodies of journal entries, one type for each kind."""

import enum
from typing import Literal

import msgspec

from desktop.study.clinical_data import FormKey, ItemValue
from desktop.study.definition.site_parameters import NormalRange


class EntryData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of everything that is written into an entry. Unknown fields of a newer release are ignored on reading."""


class ItemGroupData(EntryData, frozen=True, kw_only=True):
    """What changed in one row of one ItemGroup. `null` clears an item."""

    group: str
    row: str = ""
    """Random key of the row; empty for a group that does not repeat."""
    items: dict[str, ItemValue | None] = {}
    derived: dict[str, ItemValue | None] = {}
    removed: bool = False


class FiredCheck(EntryData, frozen=True, kw_only=True):
    """An edit check that fired at this save, with the comment that answered it."""

    check: str
    item: str
    group: str
    row: str = ""
    comment: str = ""


class Body(EntryData, frozen=True, kw_only=True):
    """Base of all bodies. The salt keeps the hash of a redacted body from betraying its content."""

    salt: str


class StudyVersionAdded(Body, frozen=True, kw_only=True):
    """A MetaDataVersion came to this site; `definition` is its canonical JSON, whole. The first one is in force at once."""

    oid: str
    sha256: str
    definition: str


class DeviceStarted(Body, frozen=True, kw_only=True):
    """First entry of a device. Public keys are hexadecimal."""

    letter: str
    signing_key: str
    """Ed25519 public key."""
    sealing_key: str
    """ML-KEM-768 and X25519 public keys, one after the other."""
    release: str
    restored_device: str = ""
    restored_sequence: int = 0
    restored_head: str = ""
    """Chain value of the entry at which the restored backup ended."""


class UserAdded(Body, frozen=True, kw_only=True):
    """A person may use this vault from now on."""

    user: str
    name: str
    roles: tuple[str, ...]
    signing_key: str
    """Ed25519 public key of the person's electronic signature."""


class UserChanged(Body, frozen=True, kw_only=True):
    """New roles, or a suspension and its end."""

    user: str
    roles: tuple[str, ...]
    suspended: bool
    reason: str


class PassphraseChanged(Body, frozen=True, kw_only=True):
    """A person has a new passphrase. After a recovery also a new signing key."""

    user: str
    signing_key: str = ""
    recovered: bool = False


class SessionChanged(Body, frozen=True, kw_only=True):
    """Someone signed in, failed to, locked, unlocked or signed out; `name` where the user is not known."""

    act: Literal["signed_in", "sign_in_failed", "locked", "unlocked", "signed_out"]
    count: int = 1
    """Of failed sign-ins since the last entry."""
    at: str = ""
    """Wall time of the last failed try, where it was written down later."""


class FormSaved(Body, frozen=True, kw_only=True):
    """A form was saved: only what changed, what followed from it, and what the person had seen."""

    key: FormKey
    version: str
    """MetaDataVersion OID under which it was entered."""
    version_sha256: str
    entry_pass: int = msgspec.field(default=1, name="pass")
    basis: dict[str, int] = {}
    """Device -> sequence of its newest entry about this form that the person had seen."""
    groups: tuple[ItemGroupData, ...] = ()
    checks: tuple[FiredCheck, ...] = ()
    complete: bool = False
    reason: str = ""
    """Why saved values were changed, cleared or removed."""


class FormRemoved(Body, frozen=True, kw_only=True):
    """A form that should not be there was taken out; it stays in the history."""

    key: FormKey
    basis: dict[str, int] = {}
    reason: str


class PathwayDecided(Body, frozen=True, kw_only=True):
    """An investigator decided what follows a step of the pathway: otherwise than the study's rules, or where they are silent."""

    step: str
    """OID of the step at which the subject was."""
    visit: int
    """How manyeth time it was there, from 1."""
    to: str
    """OID of the step that follows; empty: an earlier decision is taken back."""
    reason: str
    version: str
    """MetaDataVersion OID whose pathway was shown."""


class PointAnswered(Body, frozen=True, kw_only=True):
    """A point that the protocol leaves open was answered for this site."""

    name: str
    """Name of the study's setting."""
    value: str | None
    """`null`: the answer is taken back, and the study's default holds again."""
    reason: str


class NormalRangeSet(Body, frozen=True, kw_only=True):
    """A laboratory's normal range for one item, from a date on."""

    range: NormalRange
    reason: str


class StudyVersionActivated(Body, frozen=True, kw_only=True):
    """A study version that was here already is in force from now on; `approved` is the ethics committee's date."""

    oid: str
    sha256: str
    approved: str
    reference: str
    """Number or name of the approval document."""


class Exported(Body, frozen=True, kw_only=True):
    """Data left this computer by a file."""

    what: str
    month: str = ""
    sha256: str
    recipient: str = ""


class Enrolled(Body, frozen=True, kw_only=True):
    """This device joined a centre. Keys are hexadecimal; a person compared the fingerprint words."""

    url: str
    fingerprint: str
    signing_key: str
    sealing_key: str


class Redacted(Body, frozen=True, kw_only=True):
    """The body of an entry was blanked because it held identifying text."""

    device: str
    sequence: int
    reason: str


class UnknownBody(Body, frozen=True, kw_only=True):
    """The body of a kind that a newer release knows."""


class Kind(enum.StrEnum):
    """The kinds of entries."""

    STUDY_VERSION_ADDED = "study_version_added"
    DEVICE_STARTED = "device_started"
    USER_ADDED = "user_added"
    USER_CHANGED = "user_changed"
    PASSPHRASE_CHANGED = "passphrase_changed"
    SESSION_CHANGED = "session_changed"
    FORM_SAVED = "form_saved"
    FORM_REMOVED = "form_removed"
    PATHWAY_DECIDED = "pathway_decided"
    POINT_ANSWERED = "point_answered"
    NORMAL_RANGE_SET = "normal_range_set"
    STUDY_VERSION_ACTIVATED = "study_version_activated"
    EXPORTED = "exported"
    ENROLLED = "enrolled"
    REDACTED = "redacted"


BODIES: dict[str, type[Body]] = {
    Kind.STUDY_VERSION_ADDED: StudyVersionAdded,
    Kind.DEVICE_STARTED: DeviceStarted,
    Kind.USER_ADDED: UserAdded,
    Kind.USER_CHANGED: UserChanged,
    Kind.PASSPHRASE_CHANGED: PassphraseChanged,
    Kind.SESSION_CHANGED: SessionChanged,
    Kind.FORM_SAVED: FormSaved,
    Kind.FORM_REMOVED: FormRemoved,
    Kind.PATHWAY_DECIDED: PathwayDecided,
    Kind.POINT_ANSWERED: PointAnswered,
    Kind.NORMAL_RANGE_SET: NormalRangeSet,
    Kind.STUDY_VERSION_ACTIVATED: StudyVersionActivated,
    Kind.EXPORTED: Exported,
    Kind.ENROLLED: Enrolled,
    Kind.REDACTED: Redacted,
}


KINDS = {body: kind for kind, body in BODIES.items()}
