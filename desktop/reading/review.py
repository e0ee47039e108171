"""Queries and signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.study.clinical_data import FormKey
from desktop.vault import casebook_tables
from desktop.views.review import QueryStep, QueryView, SignatureView

if TYPE_CHECKING:
    from desktop.site_session import SiteSession

_VOID = {
    "changed": "{form} was changed by {user}.",
    "not_as_signed": "{form} was changed on another computer before it was signed here.",
    "not_verified": "The signature does not hold.",
}


def queries(site: SiteSession, *, closed: bool) -> tuple[QueryView, ...]:
    """Queries, oldest first. Of a form that is hidden from the person none is told: its words may name a value."""
    blind = site.blind_forms()
    found: list[QueryView] = []
    with site.vault.begin() as connection:
        staff = site.vault.staff(connection)
        for subject, record in casebook_tables.records(connection):
            for query in record.queries.values():
                place = query.place
                key = FormKey(place.event, place.event_repeat, place.form, place.form_repeat)
                if (query.state == "closed" and not closed) or (subject, key) in blind:
                    continue
                thread = tuple(
                    QueryStep(act=step.act, user=staff.name_of(step.writer.user), wall=step.writer.wall, text=step.text)
                    for step in query.thread
                )
                found.append(
                    QueryView(
                        id=query.id, subject=subject, place=place, state=query.state, due=query.due, thread=thread
                    )
                )
    return tuple(sorted(found, key=lambda query: query.thread[0].wall))


def signatures(site: SiteSession, subject: str | None) -> tuple[SignatureView, ...]:
    """Signatures, oldest first."""
    found: list[SignatureView] = []
    with site.vault.begin() as connection:
        staff = site.vault.staff(connection)
        for of, record in casebook_tables.records(connection):
            if subject is not None and of != subject:
                continue
            for one in record.signatures.values():
                key = one.void_key
                form = f"{key.event}/{key.event_repeat}/{key.form}/{key.form_repeat}" if key is not None else ""
                found.append(
                    SignatureView(
                        id=one.id,
                        subject=of,
                        user=staff.name_of(one.writer.user),
                        name=one.name,
                        meaning=one.meaning,
                        wall=one.writer.wall,
                        forms=len(one.forms),
                        void_since=one.void_since,
                        void_because=_VOID.get(one.void_because, one.void_because),
                        fields={"form": form, "user": staff.name_of(one.void_by)} if one.void_since else {},
                    )
                )
    return tuple(sorted(found, key=lambda one: one.wall))
