"""Search for subjects by key, and for their forms by title: what is there, and what is due or possible (Ctrl+K)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from desktop.reading.subject import casebook_of
from desktop.reading.subjects import headlines
from desktop.study.clinical_data import FormKey, ItemValue
from desktop.study.rules.schedule import study_order
from desktop.study.values.pinyin import initials
from desktop.vault import casebook_tables
from desktop.views.forms import FormState

if TYPE_CHECKING:
    from desktop.site_session import SiteSession

MAX_FOUND = 12
MAX_SUBJECTS_TO_BEGIN = 3
"""For so few subjects also the forms that nobody has begun yet are looked for."""


class Found(msgspec.Struct, frozen=True):
    """A subject, or one of its forms."""

    subject: str
    key: FormKey | None = None
    state: FormState | None = None
    """None for a form of which nothing is recorded yet."""
    headline: tuple[ItemValue | None, ...] = ()
    """What identifies the subject beside its key."""


def find(site: SiteSession, text: str) -> tuple[Found, ...]:
    """Find what a person typed: `a007`, `a007 dos`, `01-A007 给药`, `a007 xcg`, `adverse`.

    Words that stand in subject keys choose the subjects, the others the forms by their titles in any language or by
    the pinyin initials of their Chinese titles.
    Called at each keystroke: but for the few subjects that a key names, it reads keys and states only.
    """
    asked = text.casefold().split()
    if not asked:
        return ()
    with site.vault.begin() as connection:
        subjects = casebook_tables.subject_keys(connection)
        form_words = [word for word in asked if not any(word in key.casefold() for key in subjects)]
        key_words = [word for word in asked if word not in form_words]
        chosen = [key for key in subjects if all(word in key.casefold() for word in key_words)]
        forms = _forms_titled(site, form_words) if form_words else []
        order = study_order(site.definition)
        found = [] if form_words else [Found(key) for key in chosen[:MAX_FOUND]]
        for subject in chosen if forms else ():
            states = casebook_tables.form_states(connection, subject, forms)
            found += [Found(subject, key, state) for key, state in sorted(states, key=lambda pair: order(pair[0]))]
            if len(found) >= MAX_FOUND:
                break
    if key_words and forms and len(chosen) <= MAX_SUBJECTS_TO_BEGIN:
        for subject in chosen:
            found += _to_begin(site, subject, forms)
    found = found[:MAX_FOUND]
    with site.vault.begin() as connection:
        known = headlines(site, connection, {each.subject for each in found})
    return tuple(msgspec.structs.replace(each, headline=known.get(each.subject, ())) for each in found)


def _to_begin(site: SiteSession, subject: str, forms: list[str]) -> list[Found]:
    """Forms of a subject that can be begun: those that are due, else the next one of an event that it has come to."""
    book = casebook_of(site, subject)
    there = {form.key for form in book.forms}
    found: list[Found] = []
    for form in forms:
        due = [each.key for each in book.due if each.key.form == form and each.key not in there]
        keys = due or _next_keys(site, form, there, book.occurrences)
        found += [Found(subject, key) for key in keys]
    return found


def _next_keys(
    site: SiteSession, form: str, there: set[FormKey], occurrences: tuple[tuple[str, int], ...]
) -> list[FormKey]:
    """Where the form can be begun next: in the latest event that has it."""
    definition = site.definition
    common = [(event.oid, 1) for event in definition.version.events if event.kind == "Common"]
    for event, repeat in (*reversed(occurrences), *common):
        if event in definition.events and any(ref.form == form for ref in definition.events[event].forms):
            taken = [
                key.form_repeat for key in there if (key.event, key.event_repeat, key.form) == (event, repeat, form)
            ]
            if not taken or definition.forms[form].repeating:
                return [FormKey(event, repeat, form, max(taken, default=0) + 1)]
    return []


def _forms_titled(site: SiteSession, words: list[str]) -> list[str]:
    """OIDs of the forms whose titles hold all these words, or have such pinyin initials."""
    found: list[str] = []
    for form in site.definition.forms.values():
        titles = " ".join(form.title.values()).casefold()
        short = initials(form.title.get("zh", ""))
        if all(word in titles or (word.isascii() and short.startswith(word)) for word in words):
            found.append(form.oid)
    return found
