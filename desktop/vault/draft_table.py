"""Reads and writes drafts: what was typed into a form and not saved, outside the journal."""

from collections.abc import Iterable, Iterator

import msgspec
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.study.clinical_data import FormKey, ItemPlace
from desktop.vault.tables import draft
from desktop.views.forms import Draft

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
            "pass": kept.entry_pass,
            "record": msgspec.json.encode(kept),
        },
    )


def drop(connection: Connection, user: str, subject: str, key: FormKey, entry_pass: int = 1) -> None:
    """Forget a user's draft of a pass of a form."""
    connection.execute(
        delete(draft).where(
            draft.c.user == user,
            draft.c.subject == subject,
            draft.c.event == key.event,
            draft.c.event_repeat == key.event_repeat,
            draft.c.form == key.form,
            draft.c.form_repeat == key.form_repeat,
            draft.c["pass"] == entry_pass,
        )
    )


def forget_places(connection: Connection, subject: str, key: FormKey, places: Iterable[ItemPlace]) -> None:
    """Take these places, and every comment, out of all drafts of a form."""
    gone = {f"{place.group}|{place.row}|{place.item}" for place in places}
    of_form = (
        draft.c.subject == subject,
        draft.c.event == key.event,
        draft.c.event_repeat == key.event_repeat,
        draft.c.form == key.form,
        draft.c.form_repeat == key.form_repeat,
    )
    for row in connection.execute(select(draft.c.user, draft.c["pass"], draft.c.record).where(*of_form)).all():
        old = _DECODE(row.record)
        items = {place: value for place, value in old.items.items() if place not in gone}
        kept = msgspec.json.encode(msgspec.structs.replace(old, items=items, comments={}))
        one = (*of_form, draft.c.user == row.user, draft.c["pass"] == row[1])
        connection.execute(update(draft).where(*one).values(record=kept))


def of_user(connection: Connection, user: str) -> Iterator[Draft]:
    """All drafts of a user."""
    rows = connection.execute(select(draft.c.record).where(draft.c.user == user))
    return (_DECODE(row.record) for row in rows)
