"""Summary lines shared by several queries: forms, headlines, due forms, discrepancies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.casebook import form_fold
from desktop.casebook.users_and_devices import Staff
from desktop.study.clinical_data import FormContent, FormKey, ItemValue, item_in
from desktop.study.definition.metadata import Definition
from desktop.study.rules.schedule import due as schedule_due
from desktop.views.casebook import Discrepancy, DiscrepancySettlement, DiscrepancySide
from desktop.views.forms import DueForm, FormSummary, PassView

if TYPE_CHECKING:
    from desktop.site_session import SiteSession

Contents = dict[FormKey, FormContent]


def summary(site: SiteSession, staff: Staff, subject: str, key: FormKey, form: form_fold.FormFold) -> FormSummary:
    """A form in a list, without its values."""
    label = ""
    form_def = site.definition.forms.get(key.form)
    is_blind = site.is_blind(subject, key)
    if form_def is not None and form_def.label is not None and not is_blind:
        stored = item_in(form.everything(), form_def.label)
        label = stored.value if stored else ""
    return FormSummary(
        subject=subject,
        key=key,
        state=form.state,
        label=label,
        user=staff.name_of(form.last.user) if form.last else "",
        wall=form.last.wall if form.last else "",
        awaits_me=is_blind,
        first=_pass(staff, form),
        second=_pass(staff, form.second),
        source_verified=form.verified_by is not None,
        frozen=form.lock is not None,
        open_checks=sum(not check.comment for check in form.checks),
    )


def _pass(staff: Staff, form: form_fold.FormFold | None) -> PassView | None:
    if form is None or form.last is None or not form.complete:
        return None
    return PassView(user=staff.name_of(form.last.user), wall=form.last.wall)


def headline(definition: Definition, contents: Contents) -> tuple[ItemValue | None, ...]:
    """Values of the study's headline items, e.g. sex and age."""
    found: list[ItemValue | None] = []
    for item in definition.version.headline:
        values = [value for content in contents.values() if (value := item_in(content, item)) is not None]
        found.append(values[-1] if values else None)
    return tuple(found)


def due_of(site: SiteSession, subject: str, contents: Contents) -> tuple[DueForm, ...]:
    """What the schedule expects of one subject, as of today at the site."""
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


def discrepancy(
    definition: Definition, staff: Staff, subject: str, key: FormKey, one: form_fold.Difference
) -> Discrepancy:
    """Something that was recorded differently, for a person."""

    def side(of: form_fold.Side | None) -> DiscrepancySide | None:
        if of is None:
            return None
        writer = of.writer
        return DiscrepancySide(
            value=of.value,
            row=of.row,
            user=staff.name_of(writer.user),
            user_oid=writer.user,
            wall=writer.wall,
            device=writer.device,
        )

    settled = one.settled
    return Discrepancy(
        id=one.id,
        subject=subject,
        key=key,
        place=one.place,
        kind=one.kind,
        entry_pass=one.entry_pass,
        is_subject=one.kind == form_fold.CREATED_TWICE and key.form == definition.version.first_form,
        first=side(one.first),
        second=side(one.second),
        settled=None
        if settled is None
        else DiscrepancySettlement(
            value=settled.value,
            take=settled.take,
            user=staff.name_of(settled.writer.user),
            wall=settled.writer.wall,
            reason=settled.reason,
            source=settled.source,
        ),
    )
