"""The questions about the whole site that the screens and the command line ask a `Site`. Nothing here changes anything.

Those about one subject are in `one_subject.py`. What follows from several forms is computed on reading, by the version in force.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from desktop.casebook import fold as folding
from desktop.casebook.users_and_devices import Staff
from desktop.study import pathway
from desktop.study.assess import Code, assess
from desktop.study.data import FormKey, ItemValue
from desktop.study.definition import groups_of
from desktop.summaries import Contents, discrepancy, due_of, headline, summary
from desktop.vault import casebook_tables, draft_table, open_check_tables, outbox_tables
from desktop.views.casebook import DecisionNeeded, Discrepancy, SubjectLine
from desktop.views.forms import DueForm, FormState, FormSummary
from desktop.views.study import PointAnswer, RangeLine, StudyView, VersionLine
from desktop.views.sync import EntryStates, SyncView
from desktop.views.today import ShellView, Status, Today

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from desktop.site_session import OpenedVault

MONTHS_SHOWN = 8
SYNC_LINES = 50


def shell(site: OpenedVault) -> ShellView:
    """What the frame around every screen shows."""
    with site.vault.begin() as connection:
        due = _due(site, connection)
        return ShellView(
            study=site.definition.version.name,
            site=site.vault.site,
            user=site.user_view(connection),
            entries=_states(site, connection),
            enrolled=outbox_tables.is_enrolled(connection),
            due=sum(form.is_now for form in due),
            discrepancies=len(_discrepancies(site, connection)),
        )


def today(site: OpenedVault) -> Today:
    """The home screen."""
    definition = site.definition
    with site.vault.begin() as connection:
        staff = site.vault.staff(connection)
        due = _due(site, connection)
        states = casebook_tables.count_states(connection)
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
                summary(definition, staff, subject, key, form)
                for subject, key, form in casebook_tables.forms(connection, state=FormState.INCOMPLETE)
            ),
            open_checks=tuple(_with_open_checks(site, connection, staff)),
            decisions=tuple(
                DecisionNeeded(subject=subject, step=step)
                for subject, step in open_check_tables.all_decisions(connection)
            ),
            discrepancies=_discrepancies(site, connection),
            entries=_states(site, connection),
            enrolled=outbox_tables.is_enrolled(connection),
            last_receipt=outbox_tables.last_receipt(connection) or "",
            subjects=len(casebook_tables.all_subjects(connection)),
            planned_subjects=site.location.planned_subjects,
            subjects_by_month=_by_month(site.civil_date, first_walls),
            forms_complete=total - states.get(FormState.INCOMPLETE, 0),
            forms_total=total + sum(form.is_now for form in due),
            clock_behind=site.vault.clock.is_behind(),
        )


def _with_open_checks(site: OpenedVault, connection: Connection, staff: Staff) -> Iterator[FormSummary]:
    for subject, found in open_check_tables.all_found(connection):
        form = casebook_tables.form_of(connection, subject, found.key)
        if form is not None:
            told = summary(site.definition, staff, subject, found.key, form)
            yield msgspec.structs.replace(told, open_checks=found.count)


def subjects(site: OpenedVault) -> tuple[SubjectLine, ...]:
    """All subjects, in order of their keys."""
    events = site.definition.version.events
    order = {event.oid: number for number, event in enumerate(events) if event.kind != "Common"}
    with site.vault.begin() as connection:
        headlines = _headlines(site, connection)
        lines: dict[str, list[tuple[FormKey, folding.FormFold]]] = {}
        for subject, key, form in casebook_tables.forms(connection):
            lines.setdefault(subject, []).append((key, form))
    found: list[SubjectLine] = []
    for subject, forms in lines.items():
        furthest = max(forms, key=lambda pair: (order.get(pair[0].event, -1), pair[0].event_repeat))[0]
        found.append(
            SubjectLine(
                subject=subject,
                headline=headlines.get(subject, (None,) * len(site.definition.version.headline)),
                forms=dict(Counter(form.state for _, form in forms)),
                event=furthest.event,
                event_repeat=furthest.event_repeat,
                wall=max((form.last.wall for _, form in forms if form.last), default=""),
                duplicate=any(clash.kind == "created_twice" for _, form in forms for clash in form.clashes),
            )
        )
    return tuple(sorted(found, key=lambda line: line.subject))


def reassess_next(site: OpenedVault) -> bool:
    """Assess the forms of one subject that changed since; False where all is up to date. For idle time."""
    with site.vault.begin() as connection:
        stale = open_check_tables.next_stale(connection, site.rules_mark)
        if stale is None:
            return False
        subject, time = stale
        fold = site.vault.subject(connection, subject)
        contents = fold.contents()
        found: list[open_check_tables.OpenForm] = []
        for key, saved in fold.forms.items():
            if saved.removed is not None or saved.version_sha256 not in site.conduct.versions:
                continue
            rules = site.rules_of(saved.version_sha256)
            if key.form not in rules.definition.forms:
                continue
            others = {other: content for other, content in contents.items() if other != key}
            assessment = assess(rules, key, saved.content(), others, site.civil_date)
            answered = {(check.check, check.group, check.row) for check in saved.checks}
            count = sum(
                problem.code in (Code.HARD_CHECK, Code.COMMENT_NEEDED)
                and problem.place is not None
                and (problem.check, problem.place.group, problem.place.row) not in answered
                for problem in assessment.problems
            )
            if count:
                found.append(open_check_tables.OpenForm(key, count))
        stages = pathway.walk(site.rules, contents, fold.decisions, site.civil_date)
        step = stages[-1].step.oid if stages and stages[-1].step.is_decision else ""
        open_check_tables.put(connection, subject, time, site.rules_mark, found, step)
    return True


def next_subject(site: OpenedVault) -> str:
    """The next free subject key of this device: one more than the greatest ever used."""
    definition, vault = site.definition, site.vault
    prefix = definition.version.subject_key.split("{number", 1)[0].format(site=vault.site, letter=vault.letter)
    with vault.begin() as connection:
        used = casebook_tables.keys_ever_used(connection, prefix)
    numbers = [int(digits[0]) for key in used if (digits := re.match(r"\d+", key[len(prefix) :]))]
    return definition.subject_key(vault.site, vault.letter, max(numbers, default=0) + 1)


def discrepancies(site: OpenedVault) -> tuple[Discrepancy, ...]:
    """What two people or two computers recorded differently."""
    with site.vault.begin() as connection:
        return _discrepancies(site, connection)


def status(site: OpenedVault) -> Status:
    """The numbers of `sitebook status`."""
    with site.vault.begin() as connection:
        return Status(
            site=site.vault.site,
            device=site.device,
            subjects=len(casebook_tables.all_subjects(connection)),
            forms=casebook_tables.count_states(connection),
            due=_count_due(_due(site, connection)),
            discrepancies=len(_discrepancies(site, connection)),
            queries=0,
            entries=_states(site, connection),
            last_receipt=outbox_tables.last_receipt(connection),
        )


def study_view(site: OpenedVault) -> StudyView:
    """How the site conducts the study."""
    conduct = site.conduct
    with site.vault.begin() as connection:
        staff = site.vault.staff(connection)
    return StudyView(
        answers={
            name: PointAnswer(
                value=answer.value, reason=answer.reason, user=staff.name_of(answer.user), wall=answer.wall
            )
            for name, answer in conduct.answers.items()
        },
        ranges=tuple(
            RangeLine(range=record.range, reason=record.reason, user=staff.name_of(record.user), wall=record.wall)
            for record in conduct.ranges
        ),
        versions=tuple(
            VersionLine(
                oid=record.oid,
                sha256=record.sha256,
                added=record.added,
                approved=record.approved,
                reference=record.reference,
                activated=record.activated,
                user=staff.name_of(record.user) if record.user else "",
                is_active=record.sha256 == conduct.active,
            )
            for record in conduct.versions.values()
        ),
        laboratory_items=site.definition.laboratory_items,
    )


def _count_due(due: tuple[DueForm, ...]) -> dict[str, int]:
    return {
        "due": sum(form.is_now and not form.overdue for form in due),
        "overdue": sum(form.overdue for form in due),
        "missed": sum(form.missed for form in due),
    }


def sync_view(site: OpenedVault) -> SyncView:
    """How far this device's entries have travelled."""
    from desktop.sync.client.enrolled_centre import agreed_centre
    from desktop.sync.formats.fingerprint import head_words

    with site.vault.begin() as connection:
        centre = agreed_centre(connection)
        head = site.vault.chain_point(connection, site.device)
        return SyncView(
            enrolled=centre is not None,
            url=centre.url if centre else "",
            fingerprint=centre.fingerprint if centre else "",
            entries=_states(site, connection),
            total=head.sequence,
            last_receipt=outbox_tables.last_receipt(connection) or "",
            received_to=outbox_tables.received_to(connection),
            head=head_words(head.value),
            directory_version=centre.read_directory().version if centre else 0,
            log=outbox_tables.log(connection, SYNC_LINES),
        )


def received_to(site: OpenedVault) -> int:
    """Sequence number up to which the centre has signed for this device's entries."""
    with site.vault.begin() as connection:
        return outbox_tables.received_to(connection)


def _states(site: OpenedVault, connection: Connection) -> EntryStates:
    total = site.vault.chain_point(connection, site.device).sequence
    return outbox_tables.entry_states(connection, total)


def _headlines(site: OpenedVault, connection: Connection) -> dict[str, tuple[ItemValue | None, ...]]:
    groups = groups_of(site.definition, set(site.definition.version.headline))
    return {
        subject: headline(site.definition, contents)
        for subject, contents in casebook_tables.contents_of_groups(connection, groups)
    }


def _due(site: OpenedVault, connection: Connection) -> tuple[DueForm, ...]:
    """What the schedule expects of all subjects, from the anchors' groups alone; worked out once for a state of the casebook."""
    of = (site.vault.revision, site.civil_date)
    if site.known_due is not None and site.known_due[0] == of:
        return site.known_due[1]
    anchored: dict[str, Contents] = dict(casebook_tables.contents_of_groups(connection, site.schedule_groups()))
    present: dict[str, Contents] = {}
    for subject, key in casebook_tables.keys(connection):
        # A form that is there is not due; its values matter only where they are anchors.
        present.setdefault(subject, {})[key] = anchored.get(subject, {}).get(key, {})
    found = [due for subject, contents in present.items() for due in due_of(site, subject, contents)]
    site.known_due = (of, tuple(sorted(found, key=lambda due: (due.due, due.subject))))
    return site.known_due[1]


def _discrepancies(site: OpenedVault, connection: Connection) -> tuple[Discrepancy, ...]:
    staff = site.vault.staff(connection)
    return tuple(
        discrepancy(site.definition, staff, subject, key, clash)
        for subject, key, form in casebook_tables.forms(connection, state=FormState.DISCREPANT)
        for clash in form.clashes
    )


def _by_month(date: datetime.date, walls: list[str]) -> tuple[tuple[str, int], ...]:
    months: list[str] = []
    year, month = date.year, date.month
    for _ in range(MONTHS_SHOWN):
        months.append(f"{year:04}-{month:02}")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return tuple((name, sum(wall[:7] <= name for wall in walls)) for name in reversed(months))
