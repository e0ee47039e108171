"""Reassessment of saved forms: edit checks that apply now and are not answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.study.rules import pathway
from desktop.study.rules.assessment import Code, assess, comment_for
from desktop.vault import open_check_tables

if TYPE_CHECKING:
    from desktop.site_session import SiteSession


def reassess_next(site: SiteSession) -> bool:
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
            comments = {check.at: check.comment for check in saved.checks}
            count = sum(
                problem.code == Code.HARD_CHECK
                or (problem.code == Code.COMMENT_NEEDED and not comment_for(problem, comments))
                for problem in assessment.problems
                if problem.place is not None
            )
            if count:
                found.append(open_check_tables.OpenForm(key, count))
        stages = pathway.walk(site.rules, contents, fold.decisions, site.civil_date)
        step = stages[-1].step.oid if stages and stages[-1].step.is_decision else ""
        open_check_tables.put(connection, subject, time, site.rules_mark, found, step)
    return True
