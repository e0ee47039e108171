"""Drafts in the database: what a person typed into a form and has not saved. Encrypted like all, outside the journal."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from desktop.study.clinical_data import FormKey
from desktop.vault.tables import draft
from desktop.views.forms import Draft

FIRST_PASS = 1

_INSERT = insert(draft)
_PUT = _INSERT.on_conflict_do_update(index_elements=draft.primary_key, set_={"record": _INSERT.excluded.record})
_DECODE = msgspec.json.Decoder(Draft).decode


def keep(connection: Connection, user: str, kept: Draft) -> None:
    """Keep a user's draft of a form in the place of an older one."""
    connection.execute(
        _PUT,
        {
            "user": user,
            "subject": kept.subject,
            "event": kept.key.event,
            "event_repeat": kept.key.event_repeat,
            "form": kept.key.form,
            "form_repeat": kept.key.form_repeat,
            "pass": FIRST_PASS,
            "record": msgspec.json.encode(kept),
        },
    )


def drop(connection: Connection, user: str, subject: str, key: FormKey) -> None:
    """Forget a user's draft of a form."""
    connection.execute(
        delete(draft).where(
            draft.c.user == user,
            draft.c.subject == subject,
            draft.c.event == key.event,
            draft.c.event_repeat == key.event_repeat,
            draft.c.form == key.form,
            draft.c.form_repeat == key.form_repeat,
        )
    )


def of_user(connection: Connection, user: str) -> Iterator[Draft]:
    """All drafts of a user."""
    rows = connection.execute(select(draft.c.record).where(draft.c.user == user))
    return (_DECODE(row.record) for row in rows)
