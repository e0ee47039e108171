"""Tamper-evident hash chain of journal entries.

The chain value of a device's entry is SHA-256(chain value of its previous entry, SHA-256(head), SHA-256(body)); before
the first entry it is 32 zero bytes. It is computed, not carried: a reader who has the bytes has the chain.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from desktop.errors import DamagedError
from desktop.journal.entry import Entry, RawEntry, decode, is_canonical

START = bytes(32)
"""Chain value before a device's first entry."""


class ChainPoint(msgspec.Struct, frozen=True):
    """How far a device's chain goes: the sequence number of its newest entry and the chain value there."""

    sequence: int = 0
    value: bytes = START


class VerifiedEntry(NamedTuple):
    """An entry whose bytes were verified: as it travels, as it is read, and the chain point after it."""

    raw: RawEntry
    entry: Entry
    point: ChainPoint


def next_value(previous: bytes, raw: RawEntry) -> bytes:
    """The chain value after this entry."""
    return hashlib.sha256(previous + hashlib.sha256(raw.head).digest() + raw.body_hash).digest()


def verified(raws: Iterable[RawEntry], device: str, start: ChainPoint) -> Iterator[VerifiedEntry]:
    """Verify the run of a device's entries that follows `start`, and read each.

    Yields each entry with the chain point after it. Whether the last point is the one that was promised (by a signed
    statement, by the stored chain value) is for the caller to compare.

    Raises DamagedError at the first entry that is not canonical, not the next of its device, or whose body is not
    the one that was hashed.
    """
    point = start
    for raw in raws:
        where = {"device": device, "sequence": point.sequence + 1}
        if raw.body is not None and hashlib.sha256(raw.body).digest() != raw.body_hash:
            raise DamagedError("Entry {sequence} of device {device} has a body that is not the one recorded.", **where)
        if not is_canonical(raw.head) or not (raw.body is None or is_canonical(raw.body)):
            raise DamagedError("Entry {sequence} of device {device} is not in its canonical form.", **where)
        entry = decode(raw)
        if entry.head.device != device or entry.head.sequence != point.sequence + 1:
            raise DamagedError("Entry {sequence} of device {device} is missing or out of order.", **where)
        point = ChainPoint(entry.head.sequence, next_value(point.value, raw))
        yield VerifiedEntry(raw, entry, point)
