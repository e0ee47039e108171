"""Rehearsal of an amendment: what a new version of the study would change for each subject. Nothing is recorded.

Forms that are there keep the version under which they were entered; what is said of them here is what the new version
would say if they were entered under it, so that people know what to look at before they put it in force.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from desktop.progress import Cancelled, Progress
from desktop.study.clinical_data import FormContent, FormKey
from desktop.study.definition.metadata import Definition
from desktop.study.rules import schedule
from desktop.study.rules.assessment import Assessment, Problem, assess
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.pathway import Decisions, walk
from desktop.vault import casebook_tables

if TYPE_CHECKING:
    from desktop.site_session import SiteSession

Contents = dict[FormKey, FormContent]


class FormRehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """What the new version would say of a form that is there."""

    key: FormKey
    is_gone: bool = False
    """The new version has no such form there."""
    problems: tuple[Problem, ...] = ()
    """What would stand against it, and does not now."""
    not_asked: tuple[str, ...] = ()
    """OIDs of items that have a value and would no longer be asked; the values stay."""
    derived: tuple[str, ...] = ()
    """OIDs of derived items that would have another value."""

    @property
    def changes(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.is_gone or self.problems or self.not_asked or self.derived)


class SubjectRehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """What would change for a subject."""

    subject: str
    forms: tuple[FormRehearsal, ...] = ()
    due: tuple[FormKey, ...] = ()
    """Forms that would be due and are not now."""
    not_due: tuple[FormKey, ...] = ()
    step: str = ""
    """OID of the pathway step where the subject is, and where it would be, if these differ."""
    new_step: str = ""

    @property
    def changes(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.forms or self.due or self.not_due or self.step != self.new_step)


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """What a version would change. `subjects` are only those for whom something would."""

    version: str
    sha256: str
    subjects: tuple[SubjectRehearsal, ...]
    looked_at: int

    def lines(self) -> Iterator[str]:
        """The report in words, without a value."""
        for subject in self.subjects:
            if subject.step != subject.new_step:
                yield f"{subject.subject}: pathway step {subject.step or '–'} would be {subject.new_step or '–'}"
            for form in subject.forms:
                where = f"{subject.subject} {_where(form.key)}"
                if form.is_gone:
                    yield f"{where}: would no longer be asked"
                for problem in form.problems:
                    yield f"{where}: {problem.oid}: {problem.check or problem.code} would stand against it"
                if form.not_asked:
                    yield f"{where}: no longer asked, values kept: {', '.join(form.not_asked)}"
                if form.derived:
                    yield f"{where}: would be worked out otherwise: {', '.join(form.derived)}"
            for key in subject.due:
                yield f"{subject.subject} {_where(key)}: would be due"
            for key in subject.not_due:
                yield f"{subject.subject} {_where(key)}: would no longer be due"


def _where(key: FormKey) -> str:
    return f"{key.event}/{key.event_repeat}/{key.form}/{key.form_repeat}"


def rehearse(
    site: SiteSession, definition: Definition, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> Rehearsal:
    """Go through all subjects. Raises RefusedError where the definition is of another study, or CancelledError."""
    from desktop.errors import CancelledError, RefusedError

    if definition.version.study != site.vault.study:
        raise RefusedError("This is the definition of another study: {study}.", study=definition.version.study)
    new = Rules(definition, site.conduct.local)
    with site.vault.begin() as connection:
        subjects = casebook_tables.all_subjects(connection)
    found: list[SubjectRehearsal] = []
    for number, subject in enumerate(subjects, 1):
        with site.vault.begin() as connection:
            fold = site.vault.subject(connection, subject)
        versions = {key: form.version_sha256 for key, form in fold.forms.items() if form.removed is None}
        one = _subject(site, new, subject, fold.contents(), versions, fold.decisions)
        if one.changes:
            found.append(one)
        if progress is not None:
            progress(number, len(subjects))
        if cancelled is not None and cancelled():
            raise CancelledError("The rehearsal was stopped.")
    return Rehearsal(
        version=definition.version.oid, sha256=definition.sha256, subjects=tuple(found), looked_at=len(subjects)
    )


def _subject(
    site: SiteSession,
    new: Rules,
    subject: str,
    contents: Contents,
    versions: dict[FormKey, str],
    decisions: Decisions,
) -> SubjectRehearsal:
    today = site.civil_date
    forms = [_form(site.rules_of(versions[key]), new, key, contents, site) for key in contents]
    before = {due.key for due in schedule.due(site.rules, contents, today)}
    after = {due.key for due in schedule.due(new, contents, today)}
    old_stages, new_stages = walk(site.rules, contents, decisions, today), walk(new, contents, decisions, today)
    return SubjectRehearsal(
        subject=subject,
        forms=tuple(form for form in forms if form.changes),
        due=tuple(sorted(after - before)),
        not_due=tuple(sorted(before - after)),
        step=old_stages[-1].step.oid if old_stages else "",
        new_step=new_stages[-1].step.oid if new_stages else "",
    )


def _form(old: Rules, new: Rules, key: FormKey, contents: Contents, site: SiteSession) -> FormRehearsal:
    event = new.definition.events.get(key.event)
    if event is None or all(ref.form != key.form for ref in event.forms):
        return FormRehearsal(key=key, is_gone=True)
    asked = {item.oid for _, _, item in new.definition.form_items(key.form)}
    before, after = (_assessed(rules, key, contents, site) for rules in (old, new))
    known = {(problem.oid, problem.check, problem.code) for problem in before.problems}
    values = [oid for rows in contents[key].values() for items in rows.values() for oid in items]
    return FormRehearsal(
        key=key,
        problems=tuple(p for p in after.problems if (p.oid, p.check, p.code) not in known),
        not_asked=tuple(dict.fromkeys(oid for oid in values if oid not in asked)),
        derived=tuple(
            dict.fromkeys(
                place.item
                for place, value in after.derived.items()
                if place in before.derived and before.derived[place] != value
            )
        ),
    )


def _assessed(rules: Rules, key: FormKey, contents: Contents, site: SiteSession) -> Assessment:
    others = {other: content for other, content in contents.items() if other != key}
    return assess(rules, key, contents[key], others, site.civil_date)
