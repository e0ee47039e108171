"""Bodies of journal entries, one type for each kind."""

import datetime
import enum
import hashlib
import re
from collections.abc import Iterable
from typing import ClassVar

import msgspec

from desktop.journal.bounds import MAX_NAME_LENGTH, MAX_OID_LENGTH, MAX_REPEATS, MAX_ROW_KEY_LENGTH
from desktop.journal.hybrid_clock import parse_wall
from desktop.study.clinical_data import CheckAt, FormKey, ItemPlace, ItemValue, Place
from desktop.study.definition.metadata import Definition
from desktop.study.definition.site_parameters import NormalRange

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_HASH = re.compile(r"[0-9a-f]{64}")
_SIGNING_KEY = _HASH
_SEALING_KEY = re.compile(r"[0-9a-f]{2432}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")

NO_NAME = "a name in it is missing, too long, or holds characters that cannot be shown."
NO_COORDINATES = "the form that it names is none."
NO_KEY = "a key or a hash in it is none."
NO_NUMBER = "a number in it is out of bounds."
NO_DATE = "a date in it is none."


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

    @property
    def at(self) -> CheckAt:
        """The check and its place."""
        return CheckAt(self.check, ItemPlace(self.group, self.row, self.item))


class Body(EntryData, frozen=True, kw_only=True):
    """Base of all bodies. The salt keeps the hash of a redacted body from betraying its content."""

    about_subject: ClassVar[bool | None] = False
    """Whether entries of this kind are about a subject; None: either."""

    salt: str

    def fault(self) -> str:
        """What is not well formed in a body that another device sent; empty where nothing is."""
        return ""


class StudyVersionAdded(Body, frozen=True, kw_only=True):
    """A MetaDataVersion came to this site; `definition` is its canonical JSON, whole. The first one is in force at once."""

    oid: str
    sha256: str
    definition: str

    def fault(self) -> str:
        """What is not well formed."""
        if not is_name(self.oid, MAX_OID_LENGTH):
            return NO_NAME
        data = self.definition.encode()
        if hashlib.sha256(data).hexdigest() != self.sha256:
            return NO_KEY
        try:
            Definition.from_bytes(data)
        except (msgspec.DecodeError, ValueError, TypeError, LookupError, RecursionError):
            return "the study definition in it cannot be read."
        return ""


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

    def fault(self) -> str:
        """What is not well formed."""
        if not re.fullmatch(r"[A-Z]", self.letter) or not self.restored_sequence >= 0:
            return NO_NUMBER
        if not _SIGNING_KEY.fullmatch(self.signing_key) or not _SEALING_KEY.fullmatch(self.sealing_key):
            return NO_KEY
        return ""


class UserAdded(Body, frozen=True, kw_only=True):
    """A person may use this vault from now on."""

    user: str
    name: str
    roles: tuple[str, ...]
    signing_key: str
    """Ed25519 public key of the person's electronic signature."""

    def fault(self) -> str:
        """What is not well formed."""
        if not is_name(self.user, MAX_OID_LENGTH) or not is_name(self.name) or not all(map(is_name, self.roles)):
            return NO_NAME
        return "" if _SIGNING_KEY.fullmatch(self.signing_key) else NO_KEY


class UserChanged(Body, frozen=True, kw_only=True):
    """New roles, or a suspension and its end."""

    user: str
    roles: tuple[str, ...]
    suspended: bool
    reason: str

    def fault(self) -> str:
        """What is not well formed."""
        return "" if is_name(self.user, MAX_OID_LENGTH) and all(map(is_name, self.roles)) else NO_NAME


class PassphraseChanged(Body, frozen=True, kw_only=True):
    """A person has a new passphrase. After a recovery also a new signing key."""

    user: str
    signing_key: str = ""
    recovered: bool = False

    def fault(self) -> str:
        """What is not well formed."""
        if not is_name(self.user, MAX_OID_LENGTH):
            return NO_NAME
        return "" if not self.signing_key or _SIGNING_KEY.fullmatch(self.signing_key) else NO_KEY


class SessionChanged(Body, frozen=True, kw_only=True):
    """Someone signed in, failed to, locked, unlocked or signed out; `name` where the user is not known."""

    act: str
    """`signed_in`, `sign_in_failed`, `locked`, `unlocked`, `signed_out`, or one that a newer release knows."""
    count: int = 1
    """Of failed sign-ins since the last entry."""
    at: str = ""
    """Wall time of the last failed try, where it was written down later."""

    def fault(self) -> str:
        """What is not well formed."""
        return "" if is_name(self.act) and self.count >= 0 else NO_NAME


class FormSaved(Body, frozen=True, kw_only=True):
    """A form was saved: only what changed, what followed from it, and what the person had seen."""

    about_subject: ClassVar[bool | None] = True

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

    def fault(self) -> str:
        """What is not well formed."""
        if self.entry_pass < 1 or any(sequence < 0 for sequence in self.basis.values()):
            return NO_NUMBER
        return groups_fault(self.groups) or coordinates_fault(self.key)


class FormRemoved(Body, frozen=True, kw_only=True):
    """A form that should not be there was taken out; it stays in the history."""

    about_subject: ClassVar[bool | None] = True

    key: FormKey
    basis: dict[str, int] = {}
    reason: str

    def fault(self) -> str:
        """What is not well formed."""
        return coordinates_fault(self.key)


def place_fault(place: Place) -> str:
    """What is not well formed of a place; what is left out is well."""
    names = (place.event, place.form, place.group, place.item)
    if not all(is_name(name or "-", MAX_OID_LENGTH) for name in names) or not is_row_key(place.row):
        return NO_NAME
    repeats = (place.event_repeat, place.form_repeat)
    return "" if all(0 <= repeat <= MAX_REPEATS for repeat in repeats) else NO_COORDINATES


class DiscrepancySettled(Body, frozen=True, kw_only=True):
    """A person decided what stands where two passes or two computers differ."""

    about_subject: ClassVar[bool | None] = True

    key: FormKey
    discrepancy: str
    """ID of the discrepancy."""
    take: str
    """`first`, `second` or `other`."""
    value: ItemValue | None = None
    """What was decided; of a whole row nothing."""
    version: str
    version_sha256: str
    basis: dict[str, int] = {}
    groups: tuple[ItemGroupData, ...] = ()
    """What changes in the form as it stands, derived values included."""
    reason: str
    source: str = ""
    """Words of the source document."""

    def fault(self) -> str:
        """What is not well formed."""
        if not is_name(self.discrepancy) or not is_name(self.take):
            return NO_NAME
        return groups_fault(self.groups) or coordinates_fault(self.key)


class QueryChanged(Body, frozen=True, kw_only=True):
    """A query was opened, answered, closed or re-opened."""

    about_subject: ClassVar[bool | None] = True

    act: str
    """`opened`, `answered`, `closed` or `reopened`."""
    query: str = ""
    """ID of the query; empty where this entry opens it."""
    place: Place = Place()
    text: str = ""
    due: str = ""
    """Civil date of the site, where the entry opens it."""
    basis: dict[str, int] = {}

    def fault(self) -> str:
        """What is not well formed."""
        if not is_name(self.act) or not is_name(self.query or "-"):
            return NO_NAME
        return NO_DATE if self.due and not is_date(self.due) else place_fault(self.place)


class FormContentHash(EntryData, frozen=True, kw_only=True):
    """A form as it stood: the SHA-256 of its folded values, and the newest entries about it."""

    key: FormKey
    sha256: str
    basis: dict[str, int]
    """Device -> sequence."""
    heads: dict[str, str] = {}
    """Device -> chain value, in hexadecimal, after that entry."""


class FormSigned(Body, frozen=True, kw_only=True):
    """Forms were signed electronically (21 CFR 11.50). `signature` is Ed25519 over the body without it."""

    about_subject: ClassVar[bool | None] = True

    place: Place
    meaning: str
    name: str
    """Printed name of the signer."""
    signed_at: str
    """Wall time with offset."""
    signing_key: str
    forms: tuple[FormContentHash, ...]
    signature: str = ""

    def fault(self) -> str:
        """What is not well formed."""
        if not is_name(self.meaning) or not is_name(self.name):
            return NO_NAME
        if not _SIGNING_KEY.fullmatch(self.signing_key) or not re.fullmatch(r"([0-9a-f]{128})?", self.signature):
            return NO_KEY
        if parse_wall(self.signed_at) is None:
            return NO_DATE
        return place_fault(self.place) or forms_fault(self.forms)


class SourceVerified(Body, frozen=True, kw_only=True):
    """A monitor compared forms with the source documents."""

    about_subject: ClassVar[bool | None] = True

    place: Place
    forms: tuple[FormContentHash, ...]

    def fault(self) -> str:
        """What is not well formed."""
        return place_fault(self.place) or forms_fault(self.forms)


class RecordLocked(Body, frozen=True, kw_only=True):
    """Forms were frozen, locked or unlocked; `sha256` is of all that the place held."""

    about_subject: ClassVar[bool | None] = None

    act: str
    """`frozen`, `locked` or `unlocked`."""
    place: Place
    reason: str
    sha256: str = ""
    second_user: str = ""
    """OID of the other person without whom nothing is unlocked."""

    def fault(self) -> str:
        """What is not well formed."""
        if not is_name(self.act) or not is_name(self.second_user or "-", MAX_OID_LENGTH):
            return NO_NAME
        return place_fault(self.place)


class UserTrained(Body, frozen=True, kw_only=True):
    """A person was trained."""

    user: str
    date: str
    topic: str

    def fault(self) -> str:
        """What is not well formed."""
        if not is_name(self.user, MAX_OID_LENGTH) or not is_name(self.topic):
            return NO_NAME
        return "" if is_date(self.date) else NO_DATE


class RecoveryChanged(Body, frozen=True, kw_only=True):
    """The ways to open the vault without a user's passphrase changed, or were rehearsed."""

    what: str
    """`code`, `share`, `rehearsed` or `opened`."""
    people: tuple[str, ...] = ()
    """OIDs of the people whose passphrases open it together."""
    needed: int = 0

    def fault(self) -> str:
        """What is not well formed."""
        if not is_name(self.what) or not all(is_name(person, MAX_OID_LENGTH) for person in self.people):
            return NO_NAME
        return "" if self.needed >= 0 else NO_NUMBER


class PathwayDecided(Body, frozen=True, kw_only=True):
    """An investigator decided what follows a step of the pathway: otherwise than the study's rules, or where they are silent."""

    about_subject: ClassVar[bool | None] = True

    step: str
    """OID of the step at which the subject was."""
    visit: int
    """Visit number at the step, from 1."""
    to: str
    """OID of the step that follows; empty: an earlier decision is taken back."""
    reason: str
    version: str
    """MetaDataVersion OID whose pathway was shown."""

    def fault(self) -> str:
        """What is not well formed."""
        if not is_name(self.step, MAX_OID_LENGTH) or (self.to and not is_name(self.to, MAX_OID_LENGTH)):
            return NO_NAME
        return "" if 1 <= self.visit <= MAX_REPEATS else NO_NUMBER


class PointAnswered(Body, frozen=True, kw_only=True):
    """A point that the protocol leaves open was answered for this site."""

    name: str
    """Name of the study's setting."""
    value: str | None
    """`null`: the answer is taken back, and the study's default holds again."""
    reason: str

    def fault(self) -> str:
        """What is not well formed."""
        return "" if is_name(self.name) else NO_NAME


class NormalRangeSet(Body, frozen=True, kw_only=True):
    """A laboratory's normal range for one item, from a date on."""

    range: NormalRange
    reason: str

    def fault(self) -> str:
        """What is not well formed."""
        limits = self.range
        if not is_name(limits.item, MAX_OID_LENGTH):
            return NO_NAME
        if not is_date(limits.since):
            return NO_DATE
        numbers = (limit for limit in (limits.low, limits.high) if limit)
        ages = (age for age in (limits.age_from, limits.age_to) if age is not None)
        if not all(map(_DECIMAL.fullmatch, numbers)) or any(age < 0 for age in ages):
            return NO_NUMBER
        return ""


class StudyVersionActivated(Body, frozen=True, kw_only=True):
    """A study version that was here already is in force from now on; `approved` is the ethics committee's date."""

    oid: str
    sha256: str
    approved: str
    reference: str
    """Number or name of the approval document."""

    def fault(self) -> str:
        """What is not well formed."""
        if not is_name(self.oid, MAX_OID_LENGTH):
            return NO_NAME
        if not is_date(self.approved):
            return NO_DATE
        return "" if _HASH.fullmatch(self.sha256) else NO_KEY


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

    def fault(self) -> str:
        """What is not well formed."""
        return "" if is_name(self.device, MAX_OID_LENGTH) and self.sequence >= 1 else NO_NAME


def is_name(text: str, length: int = MAX_NAME_LENGTH) -> bool:
    """Whether a text can stand for someone or something."""
    return 0 < len(text) <= length and not _CONTROLS.search(text)


def is_date(text: str) -> bool:
    """Whether a text is a date, YYYY-MM-DD."""
    try:
        return _DATE.fullmatch(text) is not None and bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


def is_row_key(text: str) -> bool:
    """Whether a text can be the key of a row; empty for a group that does not repeat."""
    return len(text) <= MAX_ROW_KEY_LENGTH and not _CONTROLS.search(text)


def groups_fault(groups: Iterable[ItemGroupData]) -> str:
    """What is not well formed in rows of item groups."""
    for data in groups:
        items = (*data.items, *data.derived)
        if not is_name(data.group, MAX_OID_LENGTH) or not is_row_key(data.row):
            return NO_NAME
        if not all(is_name(item, MAX_OID_LENGTH) for item in items):
            return NO_NAME
    return ""


def forms_fault(forms: Iterable[FormContentHash]) -> str:
    """What is not well formed in the hashes of forms."""
    for form in forms:
        if not _HASH.fullmatch(form.sha256):
            return NO_KEY
        if fault := coordinates_fault(form.key):
            return fault
    return ""


def coordinates_fault(key: FormKey) -> str:
    """What is not well formed in the coordinates of a form."""
    if not is_name(key.event, MAX_OID_LENGTH) or not is_name(key.form, MAX_OID_LENGTH):
        return NO_COORDINATES
    repeats: Iterable[int] = (key.event_repeat, key.form_repeat)
    return "" if all(1 <= repeat <= MAX_REPEATS for repeat in repeats) else NO_COORDINATES


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
    DISCREPANCY_SETTLED = "discrepancy_settled"
    QUERY_CHANGED = "query_changed"
    FORM_SIGNED = "form_signed"
    SOURCE_VERIFIED = "source_verified"
    RECORD_LOCKED = "record_locked"
    USER_TRAINED = "user_trained"
    RECOVERY_CHANGED = "recovery_changed"
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
    Kind.DISCREPANCY_SETTLED: DiscrepancySettled,
    Kind.QUERY_CHANGED: QueryChanged,
    Kind.FORM_SIGNED: FormSigned,
    Kind.SOURCE_VERIFIED: SourceVerified,
    Kind.RECORD_LOCKED: RecordLocked,
    Kind.USER_TRAINED: UserTrained,
    Kind.RECOVERY_CHANGED: RecoveryChanged,
    Kind.PATHWAY_DECIDED: PathwayDecided,
    Kind.POINT_ANSWERED: PointAnswered,
    Kind.NORMAL_RANGE_SET: NormalRangeSet,
    Kind.STUDY_VERSION_ACTIVATED: StudyVersionActivated,
    Kind.EXPORTED: Exported,
    Kind.ENROLLED: Enrolled,
    Kind.REDACTED: Redacted,
}


KINDS = {body: kind for kind, body in BODIES.items()}
