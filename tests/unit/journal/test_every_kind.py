"""A kind of entry that is handled nowhere fails here, not silently at run time."""

import datetime

import pytest

from desktop.casebook.redactions import REDACTION_KINDS
from desktop.casebook.study_conduct import CONDUCT_KINDS
from desktop.casebook.users_and_devices import STAFF_KINDS, Staff
from desktop.journal.bodies import BODIES, Kind
from desktop.journal.entry import Entry
from desktop.journal.hybrid_clock import parse_wall
from desktop.messages import CHINESE
from desktop.reading.audit_trail import _audit_line
from desktop.sync.client.recorded_times import RecordedTimes
from tests.unit.journal.test_trusted_entries import EXAMPLES, head_of

NOT_FOLDED = {Kind.SESSION_CHANGED, Kind.EXPORTED, Kind.ENROLLED, Kind.RECOVERY_CHANGED}
"""Kinds that say what happened and change nothing in the record: the audit trail shows them."""


@pytest.mark.parametrize("kind", BODIES)
def test_every_kind_has_words_for_the_audit_trail_in_both_languages(kind: str) -> None:
    head = head_of(kind)
    time = parse_wall(head.wall) or datetime.datetime.now(datetime.UTC)
    line = _audit_line(Entry(head, EXAMPLES[kind]), Staff(), RecordedTimes({head.device: [time]}, {}))
    assert "does not know" not in line.detail
    assert line.detail in CHINESE
    assert line.detail.format(**line.fields)


def test_every_kind_is_folded_or_said_not_to_be() -> None:
    of_site = {*STAFF_KINDS, *CONDUCT_KINDS, *REDACTION_KINDS}
    of_subject = {kind for kind, body in BODIES.items() if body.about_subject is not False}
    assert not NOT_FOLDED & (of_site | of_subject)
    assert of_site | of_subject | NOT_FOLDED == set(BODIES)
