"""The questions that the screens and the command line ask a `Site`. Nothing here changes anything.

What follows from several forms (due dates, best response) is computed on reading, by the version in force.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from desktop.casebook import fold as folding
from desktop.casebook.staff import Staff
from desktop.casebook.views import (
    Casebook,
    Discrepancy,
    DosingSpan,
    DueForm,
    EntryStates,
    FormState,
    FormSummary,
    FormView,
    PointAnswer,
    RangeLine,
    ShellView,
    StageView,
    Status,
    StudyView,
    SubjectLine,
    SyncView,
    Today,
    TrendPoint,
    VersionLine,
)
from desktop.errors import RefusedError
from desktop.study import pathway
from desktop.study.assess import Code, assess
from desktop.study.data import FormContent, FormKey, ItemValue
from desktop.study.definition import Definition, groups_of
from desktop.study.schedule import due as schedule_due
from desktop.study.values import number_in_first_unit
from desktop.vault import casebook, drafts, open_checks, outbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from desktop.opened import OpenedVault

MONTHS_SHOWN = 8
SYNC_LINES = 50

Contents = dict[FormKey, FormContent]


def shell(site: OpenedVault) -> ShellView:
    """What the frame around every screen shows."""
    with site.vault.begin() as connection:
        due = _due(site, connection)
        return ShellView(
            study=site.definition.version.name,
            site=site.vault.site,
            user=site.user_view(connection),
            entries=_states(site, connection),
            enrolled=outbox.is_enrolled(connection),
            due=sum(form.is_now for form in due),
            discrepancies=len(_discrepancies(site, connection)),
        )


def today(site: OpenedVault) -> Today:
    """The home screen."""
    definition = site.definition
    with site.vault.begin() as connection:
        staff = site.vault.staff(connection)
        due = _due(site, connection)
        states = casebook.count_states(connection)
        first_walls = [
            form.first.wall
            for _, _, form in casebook.forms(connection, form=definition.version.first_form)
            if form.first is not None
        ]
        total = sum(states.values())
        return Today(
            date=site.civil_date,
            due=due,
            drafts=tuple(drafts.of_user(connection, site.user_oid)),
            incomplete=tuple(
                _summary(definition, staff, subject, key, form)
                for subject, key, form in casebook.forms(connection, state=FormState.INCOMPLETE)
            ),
            open_checks=tuple(_with_open_checks(site, connection, staff)),
            discrepancies=_discrepancies(site, connection),
            entries=_states(site, connection),
            enrolled=outbox.is_enrolled(connection),
            last_receipt=outbox.last_receipt(connection) or "",
            subjects=len(casebook.all_subjects(connection)),
            planned_subjects=site.location.planned_subjects,
            subjects_by_month=_by_month(site.civil_date, first_walls),
            forms_complete=total - states.get(FormState.INCOMPLETE, 0),
            forms_total=total + sum(form.is_now for form in due),
            clock_behind=site.vault.clock.is_behind(),
        )


def _with_open_checks(site: OpenedVault, connection: Connection, staff: Staff) -> Iterator[FormSummary]:
    for subject, found in open_checks.all_found(connection):
        form = casebook.form_of(connection, subject, found.key)
        if form is not None:
            summary = _summary(site.definition, staff, subject, found.key, form)
            yield msgspec.structs.replace(summary, open_checks=found.count)


def subjects(site: OpenedVault) -> tuple[SubjectLine, ...]:
    """All subjects, in order of their keys."""
    events = site.definition.version.events
    order = {event.oid: number for number, event in enumerate(events) if event.kind != "Common"}
    with site.vault.begin() as connection:
        headlines = _headlines(site, connection)
        lines: dict[str, list[tuple[FormKey, folding.FormFold]]] = {}
        for subject, key, form in casebook.forms(connection):
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


def casebook_of(site: OpenedVault, subject: str) -> Casebook:
    """Everything about one subject. Raises RefusedError where there is none."""
    definition = site.definition
    with site.vault.begin() as connection:
        if not casebook.is_known(connection, subject):
            raise RefusedError("There is no subject of this key.")
        fold = site.vault.subject(connection, subject)
        staff = site.vault.staff(connection)
        contents = fold.contents()
        due = _due_of(site, subject, contents)
        mine = tuple(draft.key for draft in drafts.of_user(connection, site.user_oid) if draft.subject == subject)
        coming = {form.key: form.due for form in due} | dict.fromkeys(mine, site.civil_date)
        stages = tuple(
            _stage(staff, stage) for stage in pathway.walk(site.rules, contents, fold.decisions, site.civil_date)
        )
        return Casebook(
            subject=subject,
            headline=_headline(definition, contents),
            occurrences=_occurrences(definition, contents, coming, stages),
            forms=tuple(
                _summary(definition, staff, subject, key, form)
                for key, form in sorted(fold.forms.items())
                if form.removed is None
            ),
            due=due,
            drafts=mine,
            trends=_trends(definition, contents),
            dosing=_dosing(definition, contents),
            discrepancies=tuple(
                _discrepancy(definition, staff, subject, key, clash)
                for key, form in fold.forms.items()
                for clash in form.clashes
            ),
            pathway=tuple(
                _stage(staff, stage) for stage in pathway.walk(site.rules, contents, fold.decisions, site.civil_date)
            ),
        )


def _stage(staff: Staff, stage: pathway.Stage) -> StageView:
    branch, decision = stage.left_by, stage.decision
    return StageView(
        step=stage.step.oid,
        visit=stage.visit,
        event_repeat=stage.event_repeat,
        because=branch.label if branch else {},
        source=branch.source if branch else "",
        evidence=stage.evidence,
        decided_to=decision.to if decision else "",
        decided_by=staff.name_of(decision.user) if decision else "",
        decided_at=decision.wall if decision else "",
        reason=decision.reason if decision else "",
    )


def reassess_next(site: OpenedVault) -> bool:
    """Assess the forms of one subject that changed since; False where all is up to date. For idle time."""
    with site.vault.begin() as connection:
        stale = open_checks.next_stale(connection, site.rules_mark)
        if stale is None:
            return False
        subject, time = stale
        fold = site.vault.subject(connection, subject)
        contents = fold.contents()
        found: list[open_checks.OpenForm] = []
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
                found.append(open_checks.OpenForm(key, count))
        open_checks.put(connection, subject, time, site.rules_mark, found)
    return True


def form(site: OpenedVault, subject: str, key: FormKey) -> FormView:
    """A form with all that is needed to go on filling it; also one that has no entry yet."""
    with site.vault.begin() as connection:
        fold = site.vault.subject(connection, subject)
        staff = site.vault.staff(connection)
        draft = next(
            (
                draft
                for draft in drafts.of_user(connection, site.user_oid)
                if (draft.subject, draft.key) == (subject, key)
            ),
            None,
        )
        saved = fold.forms.get(key)
        others = {other: content for other, content in fold.contents().items() if other != key}
        if saved is None or saved.removed is not None:
            basis = {} if saved is None else dict(saved.basis)
            return FormView(
                subject=subject,
                key=key,
                exists=False,
                basis=basis,
                others=others,
                draft=draft,
                today=site.civil_date,
            )
        return FormView(
            subject=subject,
            key=key,
            exists=True,
            state=saved.state,
            content=saved.content(),
            derived=saved.derived(),
            checks=saved.checks,
            basis=dict(saved.basis),
            version=saved.version,
            version_sha256=saved.version_sha256,
            others=others,
            draft=draft,
            today=site.civil_date,
            user=staff.name_of(saved.last.user) if saved.last else "",
            wall=saved.last.wall if saved.last else "",
        )


def next_subject(site: OpenedVault) -> str:
    """The next free subject key of this device: one more than the greatest ever used."""
    definition, vault = site.definition, site.vault
    prefix = definition.version.subject_key.split("{number", 1)[0].format(site=vault.site, letter=vault.letter)
    with vault.begin() as connection:
        used = casebook.keys_ever_used(connection, prefix)
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
            subjects=len(casebook.all_subjects(connection)),
            forms=casebook.count_states(connection),
            due=_count_due(_due(site, connection)),
            discrepancies=len(_discrepancies(site, connection)),
            queries=0,
            entries=_states(site, connection),
            last_receipt=outbox.last_receipt(connection),
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
    from desktop.sync.agreed import agreed_centre
    from desktop.sync.words import head_words

    with site.vault.begin() as connection:
        centre = agreed_centre(connection)
        head = site.vault.chain_point(connection, site.device)
        return SyncView(
            enrolled=centre is not None,
            url=centre.url if centre else "",
            fingerprint=centre.fingerprint if centre else "",
            entries=_states(site, connection),
            total=head.sequence,
            last_receipt=outbox.last_receipt(connection) or "",
            received_to=outbox.received_to(connection),
            head=head_words(head.value),
            directory_version=centre.read_directory().version if centre else 0,
            log=outbox.log(connection, SYNC_LINES),
        )


def received_to(site: OpenedVault) -> int:
    """Sequence number up to which the centre has signed for this device's entries."""
    with site.vault.begin() as connection:
        return outbox.received_to(connection)


def _states(site: OpenedVault, connection: Connection) -> EntryStates:
    total = site.vault.chain_point(connection, site.device).sequence
    return outbox.entry_states(connection, total)


def _summary(definition: Definition, staff: Staff, subject: str, key: FormKey, form: folding.FormFold) -> FormSummary:
    label = ""
    form_def = definition.forms.get(key.form)
    if form_def is not None and form_def.label is not None:
        stored = _item_in(form.everything(), form_def.label)
        label = stored.value if stored else ""
    return FormSummary(
        subject=subject,
        key=key,
        state=form.state,
        label=label,
        user=staff.name_of(form.last.user) if form.last else "",
        wall=form.last.wall if form.last else "",
        open_checks=sum(not check.comment for check in form.checks),
    )


def _item_in(content: FormContent, item: str) -> ItemValue | None:
    for rows in content.values():
        for items in rows.values():
            if item in items:
                return items[item]
    return None


def _headline(definition: Definition, contents: Contents) -> tuple[ItemValue | None, ...]:
    found: list[ItemValue | None] = []
    for item in definition.version.headline:
        values = [value for content in contents.values() if (value := _item_in(content, item)) is not None]
        found.append(values[-1] if values else None)
    return tuple(found)


def _headlines(site: OpenedVault, connection: Connection) -> dict[str, tuple[ItemValue | None, ...]]:
    groups = groups_of(site.definition, set(site.definition.version.headline))
    return {
        subject: _headline(site.definition, contents)
        for subject, contents in casebook.contents_of_groups(connection, groups)
    }


def _due(site: OpenedVault, connection: Connection) -> tuple[DueForm, ...]:
    """What the schedule expects of all subjects, from the anchors' groups alone; worked out once for a state of the casebook."""
    of = (site.vault.revision, site.civil_date)
    if site.known_due is not None and site.known_due[0] == of:
        return site.known_due[1]
    anchored: dict[str, Contents] = dict(casebook.contents_of_groups(connection, site.schedule_groups()))
    present: dict[str, Contents] = {}
    for subject, key in casebook.keys(connection):
        # A form that is there is not due; its values matter only where they are anchors.
        present.setdefault(subject, {})[key] = anchored.get(subject, {}).get(key, {})
    found = [due for subject, contents in present.items() for due in _due_of(site, subject, contents)]
    site.known_due = (of, tuple(sorted(found, key=lambda due: (due.due, due.subject))))
    return site.known_due[1]


def _due_of(site: OpenedVault, subject: str, contents: Contents) -> tuple[DueForm, ...]:
    date = site.civil_date
    return tuple(
        DueForm(
            subject=subject,
            key=due.key,
            due=due.due,
            closes=due.closes,
            days=(due.closes - date).days if date > due.closes else (due.due - date).days,
            overdue=due.is_overdue(date),
            missed=due.is_missed(date),
        )
        for due in schedule_due(site.rules, contents, date)
    )


def _occurrences(
    definition: Definition, contents: Contents, coming: dict[FormKey, datetime.date], stages: tuple[StageView, ...]
) -> tuple[tuple[str, int], ...]:
    """The occurrences of events that are there, under way or expected, by their first dates; logs come last.

    The first event and the logs are always among them, and where the pathway is.
    """
    dates: dict[tuple[str, int], datetime.date] = {}
    for key, content in contents.items():
        date = _first_date(definition, key.form, content) or datetime.date.max
        at = (key.event, key.event_repeat)
        dates[at] = min(dates.get(at, date), date)
    for key, date in coming.items():
        dates.setdefault((key.event, key.event_repeat), date)
    pathway = definition.version.pathway
    if stages and pathway is not None:
        event = pathway.by_oid[stages[-1].step].event
        if event is not None:
            dates.setdefault((event, stages[-1].event_repeat), datetime.date.max)
    order = {event.oid: number for number, event in enumerate(definition.version.events)}
    common = {event.oid for event in definition.version.events if event.kind == "Common"}
    first = definition.version.first_event
    for oid in (first, *common):
        dates.setdefault((oid, 1), datetime.date.max)
    known = [at for at in dates if at[0] in order]

    def place(at: tuple[str, int]) -> tuple[bool, bool, datetime.date, int, int, int]:
        # Of the same day the study's order; where no day is known the first of all before the second of any.
        round_ = at[1] if dates[at] == datetime.date.max else 0
        return at[0] in common, at[0] != first, dates[at], round_, order[at[0]], at[1]

    return tuple(sorted(known, key=place))


def _discrepancies(site: OpenedVault, connection: Connection) -> tuple[Discrepancy, ...]:
    staff = site.vault.staff(connection)
    return tuple(
        _discrepancy(site.definition, staff, subject, key, clash)
        for subject, key, form in casebook.forms(connection, state=FormState.DISCREPANT)
        for clash in form.clashes
    )


def _discrepancy(definition: Definition, staff: Staff, subject: str, key: FormKey, clash: folding.Clash) -> Discrepancy:
    is_subject = clash.kind == "created_twice" and key.form == definition.version.first_form
    return Discrepancy(
        subject=subject,
        key=key,
        place=clash.place,
        kind="duplicate_subject" if is_subject else clash.kind,
        values=clash.values,
        users=tuple(staff.name_of(writer.user) for writer in clash.writers),
        walls=tuple(writer.wall for writer in clash.writers),
    )


def _trends(definition: Definition, contents: Contents) -> tuple[TrendPoint, ...]:
    """The course of the study's trend items, each dated by the first date of its own form."""
    points: list[TrendPoint] = []
    for key, content in _of_forms(definition, contents):
        date = _first_date(definition, key.form, content)
        if date is None:
            continue
        for oid in definition.version.trends:
            value = _item_in(content, oid)
            number = None if value is None else number_in_first_unit(definition, definition.items[oid], value)
            if number is not None:
                points.append(TrendPoint(item=oid, date=date, value=number))
    return tuple(sorted(points, key=lambda point: (point.item, point.date)))


def _of_forms(definition: Definition, contents: Contents) -> Iterator[tuple[FormKey, FormContent]]:
    """Without forms that the version in force no longer has."""
    return ((key, content) for key, content in contents.items() if key.form in definition.forms)


def _first_date(definition: Definition, form: str, content: FormContent) -> datetime.date | None:
    # A form that the version in force no longer has has no order of dates.
    for _, _, item in definition.form_items(form) if form in definition.forms else ():
        if item.data_type in ("date", "datetime") and (value := _item_in(content, item.oid)) and value.value:
            return datetime.date.fromisoformat(value.value[:10])
    return None


def _dosing(definition: Definition, contents: Contents) -> tuple[DosingSpan, ...]:
    """Runs of days of the study's grids: from the first to the last dated cell of each form."""
    spans: list[DosingSpan] = []
    for key, content in _of_forms(definition, contents):
        for group in definition.form_groups(key.form):
            if group.grid is None or group.grid.date is None:
                continue
            days = sorted(
                datetime.date.fromisoformat(row[group.grid.date].value)
                for row in content.get(group.oid, {}).values()
                if group.grid.date in row and group.grid.value in row
            )
            if days:
                spans.append(DosingSpan(first=days[0], last=days[-1]))
    return tuple(sorted(spans, key=lambda span: span.first))


def _by_month(date: datetime.date, walls: list[str]) -> tuple[tuple[str, int], ...]:
    months: list[str] = []
    year, month = date.year, date.month
    for _ in range(MONTHS_SHOWN):
        months.append(f"{year:04}-{month:02}")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return tuple((name, sum(wall[:7] <= name for wall in walls)) for name in reversed(months))
