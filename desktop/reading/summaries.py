"""What several questions tell alike: a form in a list, a subject's headline, what is due of it, a discrepancy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.casebook import fold as folding
from desktop.casebook.users_and_devices import Staff
from desktop.study.clinical_data import FormContent, FormKey, ItemValue, item_in
from desktop.study.definition.metadata import Definition
from desktop.study.rules.schedule import due as schedule_due
from desktop.views.casebook import Discrepancy
from desktop.views.forms import DueForm, FormSummary

if TYPE_CHECKING:
    from desktop.site_session import SiteSession

Contents = dict[FormKey, FormContent]


def summary(definition: Definition, staff: Staff, subject: str, key: FormKey, form: folding.FormFold) -> FormSummary:
    """A form in a list, without its values."""
    label = ""
    form_def = definition.forms.get(key.form)
    if form_def is not None and form_def.label is not None:
        stored = item_in(form.everything(), form_def.label)
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


def discrepancy(definition: Definition, staff: Staff, subject: str, key: FormKey, clash: folding.Clash) -> Discrepancy:
    """Something that was recorded differently, for a person."""
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
