"""Reads and appends journal entries in the database."""

import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select, update

from desktop.journal.entry import Entry, Head, RawEntry, decode
from desktop.journal.hash_chain import ChainPoint
from desktop.journal.hybrid_clock import MAX_HYBRID, parse_wall
from desktop.vault.tables import journal

_ORDER = (journal.c.time, journal.c.device, journal.c.sequence)
_RAW = (journal.c.head, journal.c.body, journal.c.body_hash)
_BY_DEVICE = select(*_RAW).order_by(journal.c.sequence)


def append(connection: Connection, rows: Sequence[tuple[RawEntry, Head, bytes]]) -> None:
    """Append entries, each with its head as read and its chain value."""
    connection.execute(
        journal.insert(),
        [
            {
                "device": head.device,
                "sequence": head.sequence,
                "head": raw.head,
                "body": raw.body,
                "body_hash": raw.body_hash,
                "chain": chain,
                "time": head.time,
                "kind": head.kind,
                "subject": head.subject,
            }
            for raw, head, chain in rows
        ],
    )


def blank(connection: Connection, device: str, sequence: int, kinds: Collection[str]) -> str | None:
    """Blank the body of an entry of one of these kinds; its hash stays, so the chain still verifies.

    Returns the subject that the entry is about; None where there is no such entry that still has a body.
    """
    of = (
        journal.c.device == device,
        journal.c.sequence == sequence,
        journal.c.kind.in_(list(kinds)),
        journal.c.body.is_not(None),
    )
    subject = connection.scalar(select(journal.c.subject).where(*of))
    connection.execute(update(journal).where(*of).values(body=None))
    return subject


class _Said(msgspec.Struct):
    """What a head says of the wall clock."""

    wall: str


_SAID = msgspec.json.Decoder(_Said).decode


def walls(connection: Connection) -> dict[str, list[datetime.datetime | None]]:
    """Device -> wall times of its entries, in sequence; None where one is no time."""
    found: dict[str, list[datetime.datetime | None]] = {}
    rows = connection.execute(select(journal.c.device, journal.c.head).order_by(journal.c.device, journal.c.sequence))
    for row in rows:
        found.setdefault(row.device, []).append(parse_wall(_SAID(row.head).wall))
    return found


RECENT = 100
"""Entries that are looked at for a clock that was set back."""


def last_walls(connection: Connection, device: str) -> list[datetime.datetime | None]:
    """Wall times of a device's newest entries, newest first."""
    newest = select(journal.c.head).where(journal.c.device == device).order_by(journal.c.sequence.desc()).limit(RECENT)
    return [parse_wall(_SAID(head).wall) for head in connection.scalars(newest)]


def blanked(connection: Connection) -> list[tuple[str, int, str]]:
    """(device, sequence, kind) of every entry whose body is not here."""
    rows = connection.execute(
        select(journal.c.device, journal.c.sequence, journal.c.kind)
        .where(journal.c.body.is_(None))
        .order_by(journal.c.device, journal.c.sequence)
    )
    return [(row.device, row.sequence, row.kind) for row in rows]


def chain_point(connection: Connection, device: str) -> ChainPoint:
    """How far the journal goes for a device."""
    row = connection.execute(
        select(journal.c.sequence, journal.c.chain)
        .where(journal.c.device == device)
        .order_by(journal.c.sequence.desc())
        .limit(1)
    ).first()
    return ChainPoint() if row is None else ChainPoint(row.sequence, row.chain)


def chain_value(connection: Connection, device: str, sequence: int) -> bytes | None:
    """The stored chain value after an entry; None where there is no such entry."""
    return connection.scalar(select(journal.c.chain).where(journal.c.device == device, journal.c.sequence == sequence))


def devices(connection: Connection) -> tuple[str, ...]:
    """The devices that have entries here."""
    return tuple(connection.scalars(select(journal.c.device).distinct().order_by(journal.c.device)))


def raw_entries(connection: Connection, device: str, after: int, limit: int) -> list[RawEntry]:
    """Up to `limit` entries of a device that follow sequence number `after`."""
    rows = connection.execute(_BY_DEVICE.where(journal.c.device == device, journal.c.sequence > after).limit(limit))
    return [_raw(row) for row in rows]


def count(connection: Connection, device: str | None = None) -> int:
    """How many entries there are, of one device or of all."""
    query = select(func.count()).select_from(journal)
    return connection.scalar(query if device is None else query.where(journal.c.device == device)) or 0


def last_time(connection: Connection) -> int:
    """The greatest hybrid time of any entry; what is out of bounds does not count."""
    return connection.scalar(select(func.max(journal.c.time)).where(journal.c.time <= MAX_HYBRID)) or 0


def last_time_of_device(connection: Connection, device: str) -> int:
    """The hybrid time of a device's newest entry; 0 before the first."""
    newest = select(journal.c.time).where(journal.c.device == device).order_by(journal.c.sequence.desc()).limit(1)
    return connection.scalar(newest) or 0


def last_time_of_subject(connection: Connection, subject: str) -> int:
    """The greatest hybrid time of an entry about a subject; 0 where there is none."""
    return connection.scalar(select(func.max(journal.c.time)).where(journal.c.subject == subject)) or 0


def of_subject(connection: Connection, subject: str) -> Iterator[Entry]:
    """The entries about a subject, in fold order."""
    rows = connection.execute(select(*_RAW).where(journal.c.subject == subject).order_by(*_ORDER))
    return (decode(_raw(row)) for row in rows)


def of_kinds(connection: Connection, kinds: Iterable[str]) -> Iterator[Entry]:
    """The entries of these kinds that are about no subject, in fold order."""
    rows = connection.execute(
        select(*_RAW).where(journal.c.kind.in_(list(kinds)), journal.c.subject.is_(None)).order_by(*_ORDER)
    )
    return (decode(_raw(row)) for row in rows)


def of_kinds_about_subjects(connection: Connection, kinds: Iterable[str]) -> Iterator[Entry]:
    """The entries of these kinds that are about a subject, in fold order."""
    query = select(*_RAW).where(journal.c.kind.in_(list(kinds)), journal.c.subject.is_not(None)).order_by(*_ORDER)
    return (decode(_raw(row)) for row in connection.execute(query))


def all_by_subject(connection: Connection) -> Iterator[Entry]:
    """Every entry about any subject: subjects one after the other, each in fold order."""
    rows = connection.execution_options(yield_per=2000).execute(
        select(*_RAW).where(journal.c.subject.is_not(None)).order_by(journal.c.subject, *_ORDER)
    )
    return (decode(_raw(row)) for row in rows)


def newest(
    connection: Connection, *, before: tuple[int, str, int] | None, limit: int, subject: str | None
) -> list[Entry]:
    """The newest entries, newest first, for the audit trail; `before` is the order of the last one shown."""
    query = select(*_RAW).order_by(*(column.desc() for column in _ORDER)).limit(limit)
    if subject is not None:
        query = query.where(journal.c.subject == subject)
    if before is not None:
        time, device, sequence = before
        query = query.where(
            (journal.c.time < time)
            | ((journal.c.time == time) & (journal.c.device < device))
            | ((journal.c.time == time) & (journal.c.device == device) & (journal.c.sequence < sequence))
        )
    return [decode(_raw(row)) for row in connection.execute(query)]


def _raw(row: Row[Any, Any, Any]) -> RawEntry:
    return RawEntry(row[0], row[1], row[2])
