"""Trust boundary: the rules that another device's entries keep before they are taken in."""

import datetime
import re
from collections.abc import Iterable
from typing import Any

from desktop.errors import DamagedError, NewerReleaseError
from desktop.journal.bodies import BODIES, is_name
from desktop.journal.bounds import MAX_DEVICE_LENGTH, MAX_NUMBER, MAX_OID_LENGTH, MAX_SUBJECT_LENGTH
from desktop.journal.entry import FORMAT, Entry, Head, RawEntry, read_json
from desktop.journal.hash_chain import ChainPoint, VerifiedEntry
from desktop.journal.hybrid_clock import MAX_HYBRID, days_ahead, hybrid_time, parse_wall

MAX_ENTRY_BYTES = 20 * 1024 * 1024
"""Of head and body. What can be recorded is far below (`vault.MAX_RECORDED_BYTES`); older releases had no limit."""

MAX_AHEAD = datetime.timedelta(days=1)
"""A device's clock may be ahead of the receiver's by this much; the centre sets aside what is farther ahead."""

MAX_RELEASED_AHEAD = datetime.timedelta(days=365 * 100)
"""The bound for what a person at the centre released: wrong clocks show 2099, and nobody needs more."""

_KIND = re.compile(r"[a-z][a-z0-9_]{0,63}")

RULE_BROKEN = "Entry {sequence} of device {device} is not taken in: {rule}"


class UntrustedEntryError(DamagedError):
    """An entry breaks a rule of the trust boundary. Nothing of its run was taken in."""


class ClockAheadError(UntrustedEntryError):
    """An entry's time is too far ahead of the receiver's: the other computer's clock was wrong, or the receiver's is."""


class TrustedEntries:
    """A run of one device's entries that kept every rule. Nothing else is taken into a vault or a centre's store.

    The signature and the bytes were verified before (`hash_chain.verified`): the entries are the device's, canonical JSON,
    in sequence. Here is judged what a device that holds its keys could still send. The rules, for every entry:

    1. Its format is not newer than `FORMAT`. A newer one is refused as such, with both numbers.
    2. It is of this study, this site and this device.
    3. It is at most `MAX_ENTRY_BYTES` long.
    4. The names in its head have a length and hold no control characters; its kind is an identifier.
    5. Its sequence number and every whole number in its body lie within ±`MAX_NUMBER`.
    6. Its wall time is a date and time with an offset from UTC, between 1970 and 9000.
    7. Its hybrid time is above 0, and not before that of the device's entry before it.
    8. Its hybrid time is not more than `ahead` after the receiver's clock, or after the device's entry before it (once a
       jump was released by a person, what follows it is no further jump). Raises ClockAheadError.
    9. The body of a kind that this release knows is well formed: it decodes, and `Body.fault` finds nothing
       (repeats from 1 to 9,999, dates and numbers that parse, keys of their length, definitions that are what they say).
       The body of a kind that only a newer release knows is an object within rules 3 and 5; it is kept and shown as such.
    10. It is about a subject exactly where its kind is.

    Whom an entry may redact is not a matter of one entry: `casebook.redactions`.
    """

    def __init__(
        self, *, study: str, site: str, device: str, last_time: int, wall: datetime.datetime, ahead: datetime.timedelta
    ) -> None:
        self.entries: list[VerifiedEntry] = []
        self._named = (study, site, device)
        self._last_time = last_time
        """Hybrid time of the device's newest entry that is here; 0 before the first."""
        self._wall = wall
        self._ahead = ahead

    def extend(self, entries: Iterable[VerifiedEntry]) -> None:
        """Take further entries of the run.

        Raises UntrustedEntryError for the first that breaks a rule, NewerReleaseError for one of a newer format.
        """
        for verified in entries:
            self._judge(verified.raw, verified.entry, verified.point)
            self._last_time = verified.entry.head.time
            self.entries.append(verified)

    def _judge(self, raw: RawEntry, entry: Entry, point: ChainPoint) -> None:
        head = entry.head
        where = {"sequence": point.sequence, "device": self._named[2]}
        if head.format > FORMAT:
            raise NewerReleaseError(
                "Entry {sequence} of device {device} has format {theirs}, which a newer release made; this release reads "
                "up to format {ours}. Install the newer release.",
                theirs=head.format,
                ours=FORMAT,
                **where,
            )
        fault = self._head_fault(raw, head) or _body_fault(raw, entry)
        if fault:
            raise UntrustedEntryError(RULE_BROKEN, rule=DamagedError(fault), **where)
        horizon = max(hybrid_time(self._wall + self._ahead), self._last_time + hybrid_span(self._ahead))
        if head.time > horizon:
            raise ClockAheadError(
                "The clock of device {device} was {days} days ahead when entry {sequence} was recorded. Put the clock of "
                "that computer right; a person at the centre then decides about the entries.",
                days=days_ahead(head.time, self._wall),
                **where,
            )

    def _head_fault(self, raw: RawEntry, head: Head) -> str:
        """What is wrong with a head; empty where nothing is."""
        if head.format < 1:
            return "its format has no such number."
        if (head.study, head.site, head.device) != self._named:
            return "it is of another study, site or computer."
        if len(raw.head) + len(raw.body or b"") > MAX_ENTRY_BYTES:
            return "it is longer than an entry may be."
        names = (
            (head.device, MAX_DEVICE_LENGTH),
            (head.user, MAX_OID_LENGTH),
            (head.subject or "", MAX_SUBJECT_LENGTH),
        )
        if not all(is_name(name or "-", length) for name, length in names) or head.subject == "" or not head.device:
            return "a name in it is too long or holds characters that cannot be shown."
        if not _KIND.fullmatch(head.kind):
            return "its kind is no kind."
        if not 1 <= head.sequence <= MAX_NUMBER:
            return "a number in it is out of bounds."
        if parse_wall(head.wall) is None:
            return "its wall time is no time."
        if not 0 < head.time <= MAX_HYBRID:
            return "its hybrid time is out of bounds."
        if head.time < self._last_time:
            return "its time is before that of the entry before it."
        return ""


def hybrid_span(span: datetime.timedelta) -> int:
    """A span of time in hybrid time."""
    return hybrid_time(datetime.datetime.fromtimestamp(span.total_seconds(), datetime.UTC))


def _body_fault(raw: RawEntry, entry: Entry) -> str:
    """What is wrong with a body; empty where nothing is, or where it was redacted."""
    if raw.body is None or entry.body is None:
        return ""
    if not _numbers_are_bounded(read_json(raw.body)):
        return "a number in it is out of bounds."
    known = BODIES.get(entry.head.kind)
    if known is None:
        return ""
    if known.about_subject is not None and known.about_subject != (entry.head.subject is not None):
        return "its kind and its subject do not fit each other."
    return entry.body.fault()


def _numbers_are_bounded(content: Any) -> bool:
    match content:
        case {**members}:
            return all(map(_numbers_are_bounded, members.values()))
        case [*elements]:
            return all(map(_numbers_are_bounded, elements))
        case int():
            return -MAX_NUMBER <= content <= MAX_NUMBER
        case _:
            return True
