"""Reads and writes the outbox: which entries were packed, handed over and received.

A sealed batch is kept as the bytes that travel; it never changes. Only a verified receipt makes its entries received.
"""

import hashlib

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, Table, Text, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from desktop.views.sync import EntryStates, SyncEvent

tables = MetaData()

batch = Table(
    "batch",
    tables,
    Column("first", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("wall", Text, nullable=False),
    Column("receipt", LargeBinary),
    Column("received", Text),
)
"""`state` is `packed`, `handed_over` or `received`; `received` is the wall time at which the receipt was verified."""

peer_table = Table("peer", tables, Column("name", Text, primary_key=True), Column("value", LargeBinary, nullable=False))
"""What was agreed at enrolment: the centre's keys and address, the directory."""

sync_event = Table(
    "sync_event", tables, Column("number", Integer, primary_key=True), Column("record", LargeBinary, nullable=False)
)
"""What happened between this computer and the centre, for people. `record` is a `SyncEvent` as JSON."""

_PEER = insert(peer_table)
_PUT_PEER = _PEER.on_conflict_do_update(index_elements=["name"], set_={"value": _PEER.excluded.value})


def entry_states(connection: Connection, total: int) -> EntryStates:
    """How many of this device's `total` entries are in each state; each is in exactly one."""
    sums = select(batch.c.state, func.sum(batch.c.last - batch.c.first + 1)).group_by(batch.c.state)
    counts: dict[str, int] = {row[0]: row[1] for row in connection.execute(sums)}
    return EntryStates(recorded=total - sum(counts.values()), **counts)


def received_to(connection: Connection) -> int:
    """Sequence number up to which the centre has signed for this device's entries."""
    return connection.scalar(select(func.max(batch.c.last)).where(batch.c.state == "received")) or 0


def last_receipt(connection: Connection) -> str | None:
    """Wall time at which the newest receipt was verified; None before the first."""
    return connection.scalar(select(func.max(batch.c.received)))


class Batch(msgspec.Struct, frozen=True):
    """A packed batch: the sequence numbers that it covers, and the bytes that travel."""

    first: int
    last: int
    data: bytes


def batch_from(connection: Connection, first: int) -> Batch | None:
    """The packed batch that begins with this entry, if there is one: it is sent again as it is."""
    row = connection.execute(
        select(batch.c.first, batch.c.last, batch.c.data).where(batch.c.first == first, batch.c.state != "received")
    ).first()
    return None if row is None else Batch(row.first, row.last, row.data)


def put_batch(connection: Connection, first: int, last: int, data: bytes, wall: str) -> Batch:
    """Keep a batch as it will travel."""
    sha256 = hashlib.sha256(data).hexdigest()
    connection.execute(
        batch.insert(),
        {"first": first, "last": last, "data": data, "sha256": sha256, "state": "packed", "wall": wall},
    )
    return Batch(first, last, data)


def mark_handed_over(connection: Connection, first: int) -> None:
    """A batch left this computer, and whether it arrived is not known yet."""
    connection.execute(batch.update().where(batch.c.first == first).values(state="handed_over"))


def put_receipt(connection: Connection, first: int, receipt: bytes, wall: str) -> None:
    """A receipt was verified: the batch's entries are received. Its bytes can be packed again and are not kept."""
    connection.execute(
        batch.update().where(batch.c.first == first).values(state="received", receipt=receipt, received=wall, data=b"")
    )


def drop_after(connection: Connection, sequence: int) -> None:
    """Forget batches that reach beyond an entry: they are packed again from there."""
    connection.execute(delete(batch).where(batch.c.last > sequence))


def drop_unreceived(connection: Connection, since: int = 0) -> None:
    """Forget batches that nobody signed for and that hold the entry `since` or later ones: they are packed again."""
    connection.execute(delete(batch).where(batch.c.state != "received", batch.c.last >= since))


def receipts(connection: Connection) -> list[tuple[int, int, str, bytes]]:
    """(first, last, SHA-256 of the batch, receipt) of every batch that was received."""
    rows = connection.execute(
        select(batch.c.first, batch.c.last, batch.c.sha256, batch.c.receipt)
        .where(batch.c.state == "received")
        .order_by(batch.c.first)
    )
    return [(row.first, row.last, row.sha256, row.receipt) for row in rows]


def read_peer(connection: Connection, name: str) -> bytes | None:
    """Something agreed with the centre; None where it is not there."""
    return connection.scalar(select(peer_table.c.value).where(peer_table.c.name == name))


def is_enrolled(connection: Connection) -> bool:
    """Whether anything was agreed with a centre."""
    return connection.execute(select(peer_table.c.name).limit(1)).first() is not None


def put_peer(connection: Connection, name: str, value: bytes) -> None:
    """Keep something agreed with the centre."""
    connection.execute(_PUT_PEER, {"name": name, "value": value})


def note(connection: Connection, event: SyncEvent) -> None:
    """Add a line to what happened."""
    connection.execute(sync_event.insert(), {"record": msgspec.json.encode(event)})


def log(connection: Connection, limit: int) -> tuple[SyncEvent, ...]:
    """The newest lines of what happened, newest first."""
    rows = connection.scalars(select(sync_event.c.record).order_by(sync_event.c.number.desc()).limit(limit))
    return tuple(msgspec.json.decode(row, type=SyncEvent) for row in rows)


def forget(connection: Connection) -> None:
    """Drop all that belongs to the device that this computer was before a restore."""
    for table in (batch, peer_table, sync_event):
        connection.execute(delete(table))
