"""Queries on the whole site: Today, status, and the numbers in the window's frame.

Those about one subject are in `subject.py`. What follows from several forms is computed on reading, by the version in force.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from desktop.casebook.users_and_devices import Staff
from desktop.reading.discrepancies import discrepancies_of
from desktop.reading.review import queries, signatures
from desktop.reading.summaries import Contents, due_of, summary
from desktop.reading.sync import entry_states
from desktop.sync.client.recorded_times import clock_problem, is_behind
from desktop.vault import casebook_tables, draft_table, open_check_tables, outbox_tables
from desktop.views.casebook import DecisionNeeded
from desktop.views.forms import DueForm, FormState, FormSummary
from desktop.views.today import ShellView, Status, Today

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from desktop.site_session import SiteSession

MONTHS_SHOWN = 8


def shell(site: SiteSession) -> ShellView:
    """What the frame around every screen shows."""
    with site.vault.begin() as connection:
        due = _due(site, connection)
        return ShellView(
            study=site.definition.version.name,
            site=site.vault.site,
            user=site.user_view(connection),
            entries=entry_states(site, connection),
            enrolled=outbox_tables.is_enrolled(connection),
            due=sum(form.is_now for form in due),
            discrepancies=len(discrepancies_of(site, connection)),
        )


def today(site: SiteSession) -> Today:
    """The home screen."""
    definition = site.definition
    with site.vault.begin() as connection:
        staff = site.vault.staff(connection)
        due = _due(site, connection)
        states = casebook_tables.count_states(connection)
        blind_subjects = {subject for subject, _ in site.blind_forms()}
        first_walls = [
            form.first.wall
            for _, _, form in casebook_tables.forms(connection, form=definition.version.first_form)
            if form.first is not None
        ]
        total = sum(states.values())
        return Today(
            date=site.civil_date,
            due=due,
            drafts=tuple(draft_table.of_user(connection, site.user_oid)),
            incomplete=tuple(
                summary(site, staff, subject, key, form)
                for subject, key, form in casebook_tables.forms(connection, state=FormState.INCOMPLETE)
            ),
            awaiting_second=_awaiting(site, connection, staff),
            open_checks=tuple(_with_open_checks(site, connection, staff)),
            decisions=tuple(
                DecisionNeeded(subject=subject, step=step)
                for subject, step in open_check_tables.all_decisions(connection)
                if subject not in blind_subjects
            ),
            discrepancies=discrepancies_of(site, connection),
            entries=entry_states(site, connection),
            enrolled=outbox_tables.is_enrolled(connection),
            last_receipt=outbox_tables.last_receipt(connection) or "",
            subjects=len(casebook_tables.all_subjects(connection)),
            planned_subjects=site.location.planned_subjects,
            subjects_by_month=_by_month(site.civil_date, first_walls),
            forms_complete=total - states.get(FormState.INCOMPLETE, 0),
            forms_total=total + sum(form.is_now for form in due),
            clock_behind=is_behind(site.vault) or clock_problem(site.vault) is not None,
        )


def _awaiting(site: SiteSession, connection: Connection, staff: Staff) -> tuple[FormSummary, ...]:
    """What the person may enter a second time, oldest first."""
    found = [
        summary(site, staff, subject, key, form)
        for subject, key, form in casebook_tables.awaiting_second(connection)
        if site.is_blind(subject, key)
    ]
    return tuple(sorted(found, key=lambda form: (form.wall, form.subject, form.key)))


def _with_open_checks(site: SiteSession, connection: Connection, staff: Staff) -> Iterator[FormSummary]:
    blind = {subject for subject, _ in site.blind_forms()}
    for subject, found in open_check_tables.all_found(connection):
        if subject in blind:
            # Whether a check fires may tell what another form says.
            continue
        form = casebook_tables.form_of(connection, subject, found.key)
        if form is not None:
            told = summary(site, staff, subject, found.key, form)
            yield msgspec.structs.replace(told, open_checks=found.count)


def status(site: SiteSession) -> Status:
    """The numbers of `sitebook status`."""
    signed = signatures(site, None)
    with site.vault.begin() as connection:
        forms = [form for _, _, form in casebook_tables.forms(connection)]
        verified = sum(form.verified_by is not None for form in forms)
        return Status(
            site=site.vault.site,
            device=site.device,
            subjects=len(casebook_tables.all_subjects(connection)),
            forms=casebook_tables.count_states(connection),
            due=_count_due(_due(site, connection)),
            discrepancies=len(discrepancies_of(site, connection)),
            queries=len(queries(site, closed=False)),
            awaiting_second=sum(form.awaits_second for form in forms),
            signatures={
                "valid": sum(not one.void_since for one in signed),
                "void": sum(bool(one.void_since) for one in signed),
            },
            sdv={"done": verified, "due": sum(form.complete for form in forms) - verified},
            entries=entry_states(site, connection),
            last_receipt=outbox_tables.last_receipt(connection),
        )


def _count_due(due: tuple[DueForm, ...]) -> dict[str, int]:
    return {
        "due": sum(form.is_now and not form.overdue for form in due),
        "overdue": sum(form.overdue for form in due),
        "missed": sum(form.missed for form in due),
    }


def _due(site: SiteSession, connection: Connection) -> tuple[DueForm, ...]:
    """What the schedule expects of all subjects, from the anchors' groups alone; worked out once for a state of the casebook."""
    of = (site.vault.revision, site.civil_date)
    if site.known_due is not None and site.known_due[0] == of:
        return site.known_due[1]
    blind = site.blind_forms()
    anchored: dict[str, Contents] = dict(casebook_tables.contents_of_groups(connection, site.schedule_groups()))
    present: dict[str, Contents] = {}
    for subject, key in casebook_tables.keys(connection):
        # A form that is there is not due; its values matter only where they are anchors.
        hidden = (subject, key) in blind
        present.setdefault(subject, {})[key] = {} if hidden else anchored.get(subject, {}).get(key, {})
    found = [due for subject, contents in present.items() for due in due_of(site, subject, contents)]
    site.known_due = (of, tuple(sorted(found, key=lambda due: (due.due, due.subject))))
    return site.known_due[1]


def _by_month(date: datetime.date, walls: list[str]) -> tuple[tuple[str, int], ...]:
    months: list[str] = []
    year, month = date.year, date.month
    for _ in range(MONTHS_SHOWN):
        months.append(f"{year:04}-{month:02}")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return tuple((name, sum(wall[:7] <= name for wall in walls)) for name in reversed(months))
