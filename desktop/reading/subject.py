"""Casebook of one subject, and a form of it with what is needed to go on filling it in.

What follows from several forms (due dates, the pathway) is computed on reading, by the version in force.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING

from desktop.casebook import double_entry
from desktop.casebook.users_and_devices import Staff
from desktop.errors import RefusedError
from desktop.reading.summaries import Contents, discrepancy, due_of, headline, summary
from desktop.study.clinical_data import FormContent, FormKey, item_in
from desktop.study.definition.metadata import Definition
from desktop.study.rules import pathway
from desktop.study.values.item_values import date_of, number_in_first_unit
from desktop.vault import casebook_tables, draft_table
from desktop.views.casebook import Casebook, DosingSpan, StageView, TrendPoint
from desktop.views.forms import FormView

if TYPE_CHECKING:
    from desktop.site_session import SiteSession


def casebook_of(site: SiteSession, subject: str) -> Casebook:
    """Everything about one subject. Raises RefusedError where there is none."""
    definition = site.definition
    with site.vault.begin() as connection:
        if not casebook_tables.is_known(connection, subject):
            raise RefusedError("There is no subject of this key.")
        fold = site.vault.subject(connection, subject)
        staff = site.vault.staff(connection)
        contents = site.visible_contents(fold)
        due = due_of(site, subject, contents)
        mine = tuple(draft.key for draft in draft_table.of_user(connection, site.user_oid) if draft.subject == subject)
        coming = {form.key: form.due for form in due} | dict.fromkeys(mine, site.civil_date)
        stages = tuple(
            _stage(staff, stage) for stage in pathway.walk(site.rules, contents, fold.decisions, site.civil_date)
        )
        return Casebook(
            subject=subject,
            headline=headline(definition, contents),
            occurrences=_occurrences(definition, contents, coming, stages),
            forms=tuple(
                summary(site, staff, subject, key, form)
                for key, form in sorted(fold.forms.items())
                if form.removed is None
            ),
            due=due,
            drafts=mine,
            trends=_trends(definition, contents),
            dosing=_dosing(definition, contents),
            discrepancies=tuple(
                discrepancy(definition, staff, subject, key, one)
                for key, form in fold.forms.items()
                for one in form.open_differences
            ),
            pathway=stages,
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


def form(site: SiteSession, subject: str, key: FormKey, entry_pass: int | None = None) -> FormView:
    """A form with all that is needed to go on filling it; also one that has no entry yet.

    Without `entry_pass` it is the pass that the person may see: the second where the first is hidden from them.
    """
    with site.vault.begin() as connection:
        fold = site.vault.subject(connection, subject)
        staff = site.vault.staff(connection)
        is_blind = site.is_blind(subject, key)
        if entry_pass is None:
            entry_pass = 2 if is_blind else 1
        is_hidden = is_blind if entry_pass == 1 else not is_blind
        draft = next(
            (
                draft
                for draft in draft_table.of_user(connection, site.user_oid)
                if (draft.subject, draft.key, draft.entry_pass) == (subject, key, entry_pass)
            ),
            None,
        )
        whole = fold.forms.get(key)
        saved = whole.second if whole is not None and entry_pass == 2 else whole
        others = {other: content for other, content in site.visible_contents(fold).items() if other != key}
        silent = site.hidden(subject).checks
        if whole is None or saved is None or saved.removed is not None or is_hidden:
            return FormView(
                subject=subject,
                key=key,
                entry_pass=entry_pass,
                is_blind=is_blind,
                exists=whole is not None and saved is not None and is_hidden,
                state=whole.state if whole is not None and whole.removed is None else None,
                basis={} if whole is None else dict(whole.basis),
                version=whole.version if whole is not None and is_blind else "",
                version_sha256=whole.version_sha256 if whole is not None and is_blind else "",
                silent_checks=silent,
                others=others,
                draft=draft,
                today=site.civil_date,
            )
        return FormView(
            subject=subject,
            key=key,
            entry_pass=entry_pass,
            is_blind=is_blind,
            compared=sum(whole.compared.values()),
            different=sum(one.kind in double_entry.PASS_KINDS for one in whole.open_differences),
            exists=True,
            state=whole.state,
            content=saved.content(),
            derived=double_entry.without(saved.derived(), site.hidden(subject).items),
            checks=saved.checks,
            basis=dict(whole.basis),
            version=saved.version,
            version_sha256=saved.version_sha256,
            silent_checks=silent,
            others=others,
            draft=draft,
            today=site.civil_date,
            user=staff.name_of(saved.last.user) if saved.last else "",
            wall=saved.last.wall if saved.last else "",
        )


def _trends(definition: Definition, contents: Contents) -> tuple[TrendPoint, ...]:
    """The course of the study's trend items, each dated by the first date of its own form."""
    points: list[TrendPoint] = []
    for key, content in _of_forms(definition, contents):
        date = _first_date(definition, key.form, content)
        if date is None:
            continue
        for oid in definition.version.trends:
            value = item_in(content, oid)
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
        if item.data_type in ("date", "datetime") and (value := item_in(content, item.oid)) and value.value:
            return date_of(value.value)
    return None


def _dosing(definition: Definition, contents: Contents) -> tuple[DosingSpan, ...]:
    """Runs of days of the study's grids: from the first to the last dated cell of each form."""
    spans: list[DosingSpan] = []
    for key, content in _of_forms(definition, contents):
        for group in definition.form_groups(key.form):
            if group.grid is None or group.grid.date is None:
                continue
            days = sorted(
                day
                for row in content.get(group.oid, {}).values()
                if group.grid.date in row and group.grid.value in row
                if (day := date_of(row[group.grid.date].value)) is not None
            )
            if days:
                spans.append(DosingSpan(first=days[0], last=days[-1]))
    return tuple(sorted(spans, key=lambda span: span.first))


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
