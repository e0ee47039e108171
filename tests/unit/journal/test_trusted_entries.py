"""The trust boundary: each rule refuses what breaks it, and takes what a device really records."""

import datetime
import hashlib
from typing import Any

import msgspec
import pytest

from desktop.errors import DamagedError, NewerReleaseError
from desktop.journal.bodies import (
    BODIES,
    KINDS,
    Body,
    DeviceStarted,
    DiscrepancySettled,
    Enrolled,
    Exported,
    FormContentHash,
    FormRemoved,
    FormSaved,
    FormSigned,
    ItemGroupData,
    Kind,
    NormalRangeSet,
    PassphraseChanged,
    PathwayDecided,
    Place,
    PointAnswered,
    QueryChanged,
    RecordLocked,
    RecoveryChanged,
    Redacted,
    SessionChanged,
    SourceVerified,
    StudyVersionActivated,
    StudyVersionAdded,
    UserAdded,
    UserChanged,
    UserTrained,
)
from desktop.journal.entry import FORMAT, Head, RawEntry, encode
from desktop.journal.hash_chain import ChainPoint, verified
from desktop.journal.hybrid_clock import MAX_HYBRID, hybrid_time
from desktop.journal.trusted_entries import (
    MAX_AHEAD,
    MAX_ENTRY_BYTES,
    ClockAheadError,
    TrustedEntries,
    UntrustedEntryError,
)
from desktop.study.clinical_data import FormKey, ItemValue
from desktop.study.definition.site_parameters import NormalRange
from desktop.study.load import load_definition, locate
from tests.conftest import CLINIC

NOW = datetime.datetime(2026, 11, 24, 8, 0, tzinfo=datetime.UTC)
TIME = hybrid_time(NOW)
KEY = FormKey("SE.1", 1, "F.1", 1)


def example_bodies() -> dict[str, Body]:
    """A body of every kind, as a device of this release records it."""
    definition = load_definition(locate(str(CLINIC)))
    bodies: list[Body] = [
        StudyVersionAdded(
            salt="00",
            oid=definition.version.oid,
            sha256=definition.sha256,
            definition=definition.data.decode(),
        ),
        DeviceStarted(salt="00", letter="A", signing_key="0a" * 32, sealing_key="0a" * 1216, release="1"),
        UserAdded(salt="00", user="U.1", name="Nurse 张", roles=("entry",), signing_key="0a" * 32),
        UserChanged(salt="00", user="U.1", roles=(), suspended=True, reason="left"),
        PassphraseChanged(salt="00", user="U.1"),
        SessionChanged(salt="00", act="signed_in"),
        FormSaved(
            salt="00",
            key=KEY,
            version="MDV.1",
            version_sha256="0a" * 32,
            groups=(ItemGroupData(group="IG.1", row="r1", items={"IT.1": ItemValue(value="5"), "IT.2": None}),),
        ),
        FormRemoved(salt="00", key=KEY, reason="not asked"),
        PathwayDecided(salt="00", step="PW.1", visit=1, to="", reason="r", version="MDV.1"),
        PointAnswered(salt="00", name="point", value=None, reason="r"),
        NormalRangeSet(
            salt="00", range=NormalRange(item="IT.1", since="2026-01-31", low="-1.5", age_from=18), reason="r"
        ),
        StudyVersionActivated(salt="00", oid="MDV.1", sha256="0a" * 32, approved="2026-01-31", reference="R"),
        Exported(salt="00", what="transfer", month="2026-11", sha256="0a" * 32),
        Enrolled(salt="00", url="https://c", fingerprint="babab", signing_key="0a" * 32, sealing_key="0a" * 1216),
        Redacted(salt="00", device="A-1", sequence=4, reason="a name"),
        DiscrepancySettled(
            salt="00", key=KEY, discrepancy="d", take="first", version="MDV.1", version_sha256="0a" * 32, reason="r"
        ),
        QueryChanged(salt="00", act="opened", place=Place(event="SE.1", event_repeat=1), text="why", due="2026-12-01"),
        FormSigned(
            salt="00",
            place=Place(),
            meaning="approved",
            name="Dr 李",
            signed_at="2026-11-24T08:00:00.000+08:00",
            signing_key="0a" * 32,
            forms=(FormContentHash(key=KEY, sha256="0a" * 32, basis={}),),
            signature="0a" * 64,
        ),
        SourceVerified(salt="00", place=Place(form="F.1", form_repeat=1), forms=()),
        RecordLocked(salt="00", act="locked", place=Place(), reason="r"),
        UserTrained(salt="00", user="U.1", date="2026-11-24", topic="entry"),
        RecoveryChanged(salt="00", what="code"),
    ]
    return {KINDS[type(body)]: body for body in bodies}


def head_of(kind: str = Kind.SESSION_CHANGED, **changes: Any) -> Head:
    known = BODIES.get(kind)
    whole = Head(
        format=FORMAT,
        study="S.X",
        site="01",
        device="A-1",
        sequence=1,
        time=TIME,
        wall="2026-11-24T08:00:00.000+08:00",
        user="U.1",
        kind=kind,
        subject="01-A001" if known is not None and known.about_subject else None,
    )
    return msgspec.structs.replace(whole, **changes)


def raw(head: Head, body: Body | bytes) -> RawEntry:
    encoded = body if isinstance(body, bytes) else encode(body)
    return RawEntry(encode(head), encoded, hashlib.sha256(encoded).digest())


def take(*raws: RawEntry, last_time: int = 0, ahead: datetime.timedelta = MAX_AHEAD) -> TrustedEntries:
    trusted = TrustedEntries(study="S.X", site="01", device="A-1", last_time=last_time, wall=NOW, ahead=ahead)
    trusted.extend(verified(raws, "A-1", ChainPoint()))
    return trusted


EXAMPLES = example_bodies()
SESSION = EXAMPLES[Kind.SESSION_CHANGED]


def test_there_is_an_example_of_every_kind() -> None:
    assert set(EXAMPLES) == set(BODIES) == set(Kind)


@pytest.mark.parametrize("kind", BODIES)
def test_what_this_release_records_is_taken_in(kind: str) -> None:
    [taken] = take(raw(head_of(kind), EXAMPLES[kind])).entries
    assert taken.entry.body == EXAMPLES[kind]


def test_a_redacted_body_and_a_kind_of_a_newer_release_are_taken_in() -> None:
    blanked = msgspec.structs.replace(raw(head_of(), SESSION), body=None)
    assert take(blanked).entries
    assert take(raw(head_of("from_the_future", subject="01-A001"), b'{"new":[1,{"a":true}],"salt":"00"}')).entries


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 0},
        {"study": "S.Y"},
        {"site": "02"},
        {"time": 2**63 - 1},
        {"time": 2**62 + 1},
        {"time": 2**70},
        {"time": 0},
        {"time": -1},
        {"wall": "yesterday"},
        {"wall": ""},
        {"wall": "2026-11-24T08:00:00.000"},
        {"wall": "20261124T080000+0800"},
        {"wall": "2026-02-30T08:00:00.000+08:00"},
        {"wall": "0001-01-01T00:00:00.000+08:00"},
        {"wall": "9999-12-31T23:59:59.000-08:00"},
        {"wall": "2026-11-24T08:00:00.000+08:00" + " " * 10_000},
        {"wall": "٢٠٢٦-11-24T08:00:00.000+08:00"},
        {"user": "x" * 5000},
        {"user": "U.\x001"},
        {"kind": ""},
        {"kind": "Session Changed"},
        {"kind": "k" * 65},
        {"subject": ""},
        {"subject": "01-A001\n"},
        {"subject": "x" * 5000},
        {"subject": "01-A001"},
    ],
)
def test_a_head_that_breaks_a_rule_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UntrustedEntryError):
        take(raw(head_of(**changes), SESSION))


def test_an_entry_of_a_newer_format_is_refused_as_such_with_both_numbers() -> None:
    with pytest.raises(NewerReleaseError, match=rf"format {FORMAT + 1}.*format {FORMAT}\."):
        take(raw(head_of(format=FORMAT + 1), SESSION))


FORM = EXAMPLES[Kind.FORM_SAVED]


def form_with(**changes: object) -> Body:
    return msgspec.structs.replace(FORM, **changes)


BAD_RANGES = (
    {"since": "1.1.2026"},
    {"since": "2026-02-30"},
    {"low": "five"},
    {"high": "1e9999"},
    {"item": ""},
    {"age_to": -1},
)


def range_with(**changes: object) -> Body:
    limits = NormalRange(item="IT.1", since="2026-01-01")
    return NormalRangeSet(salt="00", range=msgspec.structs.replace(limits, **changes), reason="r")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        *(
            (Kind.FORM_SAVED, form_with(key=FormKey("SE.1", repeat, "F.1", 1)))
            for repeat in (0, -1, 10_000, 2**70, 2**63 - 1)
        ),
        *((Kind.FORM_SAVED, form_with(key=FormKey("SE.1", 1, "F.1", repeat))) for repeat in (0, 2**64)),
        (Kind.FORM_SAVED, form_with(key=FormKey("", 1, "F.1", 1))),
        (Kind.FORM_SAVED, form_with(key=FormKey("SE.1", 1, "F" * 5000, 1))),
        (Kind.FORM_SAVED, form_with(basis={"A-1": -1})),
        (Kind.FORM_SAVED, form_with(basis={"A-1": 2**53 + 1})),
        (Kind.FORM_SAVED, form_with(entry_pass=0)),
        (Kind.FORM_SAVED, form_with(groups=(ItemGroupData(group="", items={}),))),
        (Kind.FORM_SAVED, form_with(groups=(ItemGroupData(group="IG", row="r" * 500),))),
        (Kind.FORM_SAVED, form_with(groups=(ItemGroupData(group="IG", items={"": None}),))),
        (Kind.FORM_REMOVED, msgspec.structs.replace(EXAMPLES[Kind.FORM_REMOVED], key=FormKey("SE.1", 2**70, "F.1", 1))),
        (Kind.PATHWAY_DECIDED, msgspec.structs.replace(EXAMPLES[Kind.PATHWAY_DECIDED], visit=0)),
        (Kind.PATHWAY_DECIDED, msgspec.structs.replace(EXAMPLES[Kind.PATHWAY_DECIDED], visit=2**63)),
        (Kind.SESSION_CHANGED, SessionChanged(salt="00", act="locked", count=2**70)),
        (Kind.SESSION_CHANGED, b'{"act":7,"salt":"00"}'),
        (Kind.SESSION_CHANGED, b'{"salt":"00"}'),
        (Kind.REDACTED, Redacted(salt="00", device="A-1", sequence=0, reason="r")),
        (Kind.REDACTED, Redacted(salt="00", device="A-1", sequence=2**70, reason="r")),
        (Kind.USER_ADDED, msgspec.structs.replace(EXAMPLES[Kind.USER_ADDED], name="")),
        (Kind.USER_ADDED, msgspec.structs.replace(EXAMPLES[Kind.USER_ADDED], signing_key="zz")),
        (Kind.DEVICE_STARTED, msgspec.structs.replace(EXAMPLES[Kind.DEVICE_STARTED], letter="AB")),
        (Kind.STUDY_VERSION_ADDED, msgspec.structs.replace(EXAMPLES[Kind.STUDY_VERSION_ADDED], sha256="00" * 32)),
        (
            Kind.STUDY_VERSION_ADDED,
            StudyVersionAdded(salt="00", oid="M", sha256=hashlib.sha256(b"{}").hexdigest(), definition="{}"),
        ),
        (
            Kind.STUDY_VERSION_ACTIVATED,
            msgspec.structs.replace(EXAMPLES[Kind.STUDY_VERSION_ACTIVATED], approved="soon"),
        ),
        *((Kind.NORMAL_RANGE_SET, range_with(**change)) for change in BAD_RANGES),
        (
            Kind.RECORD_LOCKED,
            RecordLocked(salt="00", act="locked", place=Place(event="S", event_repeat=2**70), reason="r"),
        ),
        (Kind.FORM_SIGNED, msgspec.structs.replace(EXAMPLES[Kind.FORM_SIGNED], signature="zz")),
        (Kind.FORM_SIGNED, msgspec.structs.replace(EXAMPLES[Kind.FORM_SIGNED], signed_at="soon")),
        (Kind.USER_TRAINED, UserTrained(salt="00", user="U.1", date="soon", topic="entry")),
        (Kind.QUERY_CHANGED, QueryChanged(salt="00", act="opened", due="soon")),
        ("from_the_future", b'{"n":18446744073709551616,"salt":"00"}'),
    ],
)
def test_a_body_that_is_not_well_formed_is_refused(kind: str, body: Any) -> None:
    with pytest.raises(DamagedError):
        take(raw(head_of(kind), body))


def test_an_entry_may_not_be_longer_than_the_bound() -> None:
    long = SessionChanged(salt="00", act="locked", at="x" * MAX_ENTRY_BYTES)
    with pytest.raises(UntrustedEntryError, match="longer"):
        take(raw(head_of(), long))


def test_a_subject_s_kind_needs_a_subject() -> None:
    with pytest.raises(UntrustedEntryError, match="subject"):
        take(raw(head_of(Kind.FORM_SAVED, subject=None), FORM))


def test_time_does_not_run_back_within_a_device() -> None:
    first, second = raw(head_of(), SESSION), raw(head_of(sequence=2, time=TIME - 1), SESSION)
    assert take(first).entries
    with pytest.raises(UntrustedEntryError, match="before"):
        take(first, second)
    with pytest.raises(UntrustedEntryError, match="before"):
        take(first, last_time=TIME + 1)


def test_a_time_far_ahead_is_told_with_the_days_and_nothing_after_a_released_jump_is_another() -> None:
    day = hybrid_time(NOW + MAX_AHEAD)
    assert take(raw(head_of(time=day), SESSION)).entries
    with pytest.raises(ClockAheadError, match="2 days ahead"):
        take(raw(head_of(time=hybrid_time(NOW + 2 * MAX_AHEAD)), SESSION))
    far = hybrid_time(NOW.replace(year=2029))
    assert take(raw(head_of(time=far + 1), SESSION), last_time=far).entries
    with pytest.raises(ClockAheadError):
        take(raw(head_of(time=MAX_HYBRID), SESSION), last_time=far)
