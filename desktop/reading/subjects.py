"""The list of subjects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from desktop.casebook import form_fold
from desktop.reading.summaries import headline
from desktop.study.clinical_data import FormKey, ItemValue
from desktop.study.definition.metadata import groups_of
from desktop.vault import casebook_tables
from desktop.views.casebook import SubjectLine

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from desktop.site_session import SiteSession


def subjects(site: SiteSession) -> tuple[SubjectLine, ...]:
    """All subjects, in order of their keys."""
    events = site.definition.version.events
    order = {event.oid: number for number, event in enumerate(events) if event.kind != "Common"}
    with site.vault.begin() as connection:
        identifying = headlines(site, connection)
        lines: dict[str, list[tuple[FormKey, form_fold.FormFold]]] = {}
        for subject, key, form in casebook_tables.forms(connection):
            lines.setdefault(subject, []).append((key, form))
    found: list[SubjectLine] = []
    for subject, forms in lines.items():
        furthest = max(forms, key=lambda pair: (order.get(pair[0].event, -1), pair[0].event_repeat))[0]
        found.append(
            SubjectLine(
                subject=subject,
                headline=identifying.get(subject, (None,) * len(site.definition.version.headline)),
                forms=dict(Counter(form.state for _, form in forms)),
                event=furthest.event,
                event_repeat=furthest.event_repeat,
                wall=max((form.last.wall for _, form in forms if form.last), default=""),
                duplicate=any(one.kind == "created_twice" for _, form in forms for one in form.open_differences),
            )
        )
    return tuple(sorted(found, key=lambda line: line.subject))


def next_subject(site: SiteSession) -> str:
    """The next free subject key of this device: one more than the greatest ever used."""
    definition, vault = site.definition, site.vault
    prefix = definition.version.subject_key.split("{number", 1)[0].format(site=vault.site, letter=vault.letter)
    with vault.begin() as connection:
        used = casebook_tables.keys_ever_used(connection, prefix)
    numbers = [int(digits[0]) for key in used if (digits := re.match(r"\d+", key[len(prefix) :]))]
    return definition.subject_key(vault.site, vault.letter, max(numbers, default=0) + 1)


def headlines(
    site: SiteSession, connection: Connection, subjects: Iterable[str] | None = None
) -> dict[str, tuple[ItemValue | None, ...]]:
    """The identifying items of each subject, or of these alone, as the study's headline names them."""
    groups = groups_of(site.definition, set(site.definition.version.headline))
    blind = site.blind_forms()
    return {
        subject: headline(
            site.definition, {key: {} if (subject, key) in blind else content for key, content in contents.items()}
        )
        for subject, contents in casebook_tables.contents_of_groups(connection, groups, subjects)
    }
