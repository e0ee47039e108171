"""Search for subjects by key and for their forms by title (Ctrl+K)."""

import msgspec

from desktop.site_session import SiteSession
from desktop.study.clinical_data import FormKey
from desktop.vault import casebook_tables
from desktop.views.forms import FormState

MAX_FOUND = 12


class Found(msgspec.Struct, frozen=True):
    """A subject, or one of its forms."""

    subject: str
    key: FormKey | None = None
    state: FormState | None = None


def find(site: SiteSession, text: str) -> tuple[Found, ...]:
    """Find what a person typed: `a007`, `a007 dos`, `01-A007 给药`, `adverse`.

    Words that stand in subject keys choose the subjects, the others the forms by their titles in any language.
    Called at each keystroke: it reads keys and states, never the content of a form.
    """
    asked = text.casefold().split()
    if not asked:
        return ()
    with site.vault.begin() as connection:
        subjects = casebook_tables.subject_keys(connection)
        form_words = [word for word in asked if not any(word in key.casefold() for key in subjects)]
        key_words = [word for word in asked if word not in form_words]
        chosen = [key for key in subjects if all(word in key.casefold() for word in key_words)]
        if not form_words:
            return tuple(Found(key) for key in chosen[:MAX_FOUND])
        forms = _forms_titled(site, form_words)
        found: list[Found] = []
        for subject in chosen if forms else ():
            states = casebook_tables.form_states(connection, subject, forms)
            found += [
                Found(subject, key, state) for key, state in sorted(states, key=lambda pair: _order(site, pair[0]))
            ]
            if len(found) >= MAX_FOUND:
                break
    return tuple(found[:MAX_FOUND])


def _forms_titled(site: SiteSession, words: list[str]) -> list[str]:
    """OIDs of the forms whose titles hold all these words."""
    return [
        form.oid
        for form in site.definition.forms.values()
        if all(word in " ".join(form.title.values()).casefold() for word in words)
    ]


def _order(site: SiteSession, key: FormKey) -> tuple[int, int, int, int]:
    events, forms = list(site.definition.events), list(site.definition.forms)
    event = events.index(key.event) if key.event in events else len(events)
    form = forms.index(key.form) if key.form in forms else len(forms)
    return (event, key.event_repeat, form, key.form_repeat)
