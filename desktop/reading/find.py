"""What Ctrl+K finds: subjects by their keys, and forms of subjects by the words of their titles."""

import msgspec

from desktop.reading.subject import casebook_of
from desktop.reading.subjects import subjects as all_subjects
from desktop.site_session import SiteSession
from desktop.study.clinical_data import FormKey
from desktop.views.forms import FormState

MOST = 12
SUBJECTS_LOOKED_INTO = 24


class Found(msgspec.Struct, frozen=True):
    """A subject, or one of its forms."""

    subject: str
    key: FormKey | None = None
    state: FormState | None = None


def find(site: SiteSession, text: str) -> tuple[Found, ...]:
    """Find what a person typed: `a007`, `a007 dos`, `01-A007 给药`, `adverse`.

    Words that stand in subject keys choose the subjects, the others the forms by their titles in any
    language. Without such a word the forms of the first subjects are looked through.
    """
    asked = text.casefold().split()
    if not asked:
        return ()
    subjects = [line.subject for line in all_subjects(site)]
    form_words = [word for word in asked if not any(word in key.casefold() for key in subjects)]
    key_words = [word for word in asked if word not in form_words]
    chosen = [key for key in subjects if all(word in key.casefold() for word in key_words)]
    if not form_words:
        return tuple(Found(key) for key in chosen[:MOST])
    found: list[Found] = []
    for subject in chosen[:SUBJECTS_LOOKED_INTO]:
        for form in casebook_of(site, subject).forms:
            known = site.definition.forms.get(form.key.form)
            titles = " ".join(known.title.values() if known else [form.key.form]).casefold()
            if all(word in titles for word in form_words):
                found.append(Found(subject, form.key, form.state))
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])
