"""Queries: opened by a monitor, answered by who fills forms, closed and opened again."""

import datetime

from desktop.actions import ChangeQuery, OpenQuery
from desktop.casebook.fold import LOCKED, SubjectFold
from desktop.casebook.queries import Query
from desktop.errors import NotAllowedError, RefusedError
from desktop.journal.bodies import QueryChanged
from desktop.journal.entry import new_salt
from desktop.recording import places
from desktop.recording.note_text import MAX_NOTE_LENGTH, is_clean_text
from desktop.recording.save_form import LOCKED as IS_LOCKED
from desktop.site_session import SiteSession
from desktop.study.clinical_data import Place
from desktop.vault import casebook_tables

_FROM = {"answered": ("open",), "closed": ("open", "answered"), "reopened": ("answered", "closed")}
"""The states in which each act has a meaning."""


def prepare_open(site: SiteSession, act: OpenQuery) -> QueryChanged:
    """The body that opens a query. Raises RefusedError."""
    fold = places.subject_at(site, act.subject, act.place)
    place = act.place
    if place.item and not place.group:
        group = site.definition.group_of_item.get((place.form, place.item))
        place = Place(
            event=place.event,
            event_repeat=place.event_repeat,
            form=place.form,
            form_repeat=place.form_repeat,
            group=group.oid if group is not None else "",
            row=place.row,
            item=place.item,
        )
    _refuse_locked(fold, place)
    due = site.civil_date + datetime.timedelta(days=site.definition.version.double_entry.query_days)
    text = _checked_text(act.text, needed=True)
    return QueryChanged(salt=new_salt(), act="opened", place=place, text=text, due=due.isoformat())


def prepare_change(site: SiteSession, act: ChangeQuery) -> tuple[str, QueryChanged]:
    """The subject, and the body that answers, closes or re-opens a query. Raises RefusedError."""
    subject, query = find(site, act.query)
    with site.vault.begin() as connection:
        fold = site.vault.subject(connection, subject)
    _refuse_locked(fold, query.place)
    if query.state not in _FROM[act.act]:
        raise RefusedError("The query is {state} now: this cannot be done with it.", state=query.state)
    text = _checked_text(act.text, needed=act.act == "answered")
    return subject, QueryChanged(salt=new_salt(), act=act.act, query=query.id, place=query.place, text=text)


def find(site: SiteSession, of: str) -> tuple[str, Query]:
    """The subject and the query of an ID. Raises RefusedError."""
    with site.vault.begin() as connection:
        for subject, record in casebook_tables.records(connection):
            if of in record.queries:
                return subject, record.queries[of]
    raise RefusedError("There is no query of this ID.")


def _refuse_locked(fold: SubjectFold, place: Place) -> None:
    covered = [form for key, form in fold.forms.items() if place.form and place.covers(key)]
    if any(form.lock is not None and form.lock.act == LOCKED for form in covered):
        raise NotAllowedError(IS_LOCKED[0])


def _checked_text(text: str, *, needed: bool) -> str:
    text = text.strip()
    if (needed and not text) or len(text) > MAX_NOTE_LENGTH or not is_clean_text(text):
        raise RefusedError("A query and its answer are a text of at most {n} characters.", n=MAX_NOTE_LENGTH)
    return text
