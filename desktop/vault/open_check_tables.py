"""Reads and writes open checks and pending decisions found in idle time.

A form's checks are evaluated at its save with what is known then. When another form of the subject changes, they may come
out otherwise; nothing is recorded about that until a person does. What was found is derived data outside the journal: it
can be dropped at any time.
"""

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from desktop.study.clinical_data import FormKey
from desktop.vault.tables import form_data, open_check, open_decision


class OpenForm(msgspec.Struct, frozen=True):
    """A form with checks that fire unanswered, and how many."""

    key: FormKey
    count: int


_INSERT = insert(open_check)
_PUT = _INSERT.on_conflict_do_update(
    index_elements=["subject"],
    set_={name: _INSERT.excluded[name] for name in ("time", "version_sha256", "record")},
)


def next_stale(connection: Connection, version_sha256: str) -> tuple[str, int] | None:
    """A subject whose forms changed since they were last assessed, with its newest hybrid time; None where there is none."""
    newest = (
        select(form_data.c.subject, func.max(form_data.c.time).label("time")).group_by(form_data.c.subject).subquery()
    )
    row = connection.execute(
        select(newest.c.subject, newest.c.time)
        .outerjoin(open_check, open_check.c.subject == newest.c.subject)
        .where(
            open_check.c.subject.is_(None)
            | (open_check.c.time < newest.c.time)
            | (open_check.c.version_sha256 != version_sha256)
        )
        .limit(1)
    ).first()
    return None if row is None else (row.subject, row.time)


def put(
    connection: Connection, subject: str, time: int, version_sha256: str, found: list[OpenForm], step: str = ""
) -> None:
    """Keep what was found about a subject; `step` is that of the pathway where a person has to decide, if there is one."""
    record = msgspec.json.encode(found)
    connection.execute(_PUT, {"subject": subject, "time": time, "version_sha256": version_sha256, "record": record})
    connection.execute(delete(open_decision).where(open_decision.c.subject == subject))
    if step:
        connection.execute(insert(open_decision).values(subject=subject, step=step))


def forget(connection: Connection, subject: str) -> None:
    """Have a subject looked at again."""
    connection.execute(delete(open_check).where(open_check.c.subject == subject))


def all_decisions(connection: Connection) -> list[tuple[str, str]]:
    """(subject, pathway step OID) wherever a person has to decide, as far as it was looked for."""
    rows = connection.execute(select(open_decision.c.subject, open_decision.c.step).order_by(open_decision.c.subject))
    return [(row.subject, row.step) for row in rows]


def all_found(connection: Connection) -> Iterator[tuple[str, OpenForm]]:
    """Every form with unanswered checks, as far as it was looked for."""
    for row in connection.execute(select(open_check.c.subject, open_check.c.record).order_by(open_check.c.subject)):
        for found in msgspec.json.decode(row.record, type=list[OpenForm]):
            yield row.subject, found
