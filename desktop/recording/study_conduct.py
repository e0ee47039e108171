"""Recording of study conduct: pathway decisions, answers to open points, normal ranges, study versions.

The rights are checked by `Site.record`.
"""

import datetime
import re
from collections.abc import Container

from desktop.actions import (
    ActivateStudyVersion,
    AddStudyVersion,
    AnswerPoint,
    ConductAct,
    DecidePathway,
    Recorded,
    SetNormalRange,
)
from desktop.errors import RefusedError
from desktop.journal.bodies import (
    NormalRangeSet,
    PathwayDecided,
    PointAnswered,
    StudyVersionActivated,
    StudyVersionAdded,
)
from desktop.journal.entry import new_salt
from desktop.recording.note_text import MAX_NOTE_LENGTH, is_clean_text
from desktop.recording.users import require_reason
from desktop.site_session import SiteSession
from desktop.study.definition.base import words
from desktop.study.definition.metadata import Definition
from desktop.study.documents.version_difference import changed_meanings
from desktop.study.rules.pathway import Decisions, Stage, walk
from desktop.study.values.item_types import ValueFault
from desktop.study.values.setting_values import setting_value
from desktop.study.values.typed_input import is_blank
from desktop.vault import casebook_tables
from desktop.vault.vault import Recording

MAX_ANSWER_LENGTH = 200
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


def record(site: SiteSession, act: ConductAct) -> Recorded:
    """Record such an act. Raises RefusedError."""
    match act:
        case DecidePathway():
            return decide_pathway(site, act)
        case AnswerPoint():
            return answer_point(site, act)
        case SetNormalRange():
            return set_normal_range(site, act)
        case AddStudyVersion():
            return add_study_version(site, act)
        case ActivateStudyVersion():
            return activate_study_version(site, act)


def stages(site: SiteSession, subject: str) -> tuple[tuple[Stage, ...], Decisions]:
    """Where a subject is in the pathway, with the decisions that were made. Raises RefusedError where there is none."""
    with site.vault.begin() as connection:
        if not casebook_tables.is_known(connection, subject):
            raise RefusedError("There is no subject of this key.")
        fold = site.vault.subject(connection, subject)
    return walk(site.rules, site.visible_contents(fold), fold.decisions, site.civil_date), fold.decisions


def decide_pathway(site: SiteSession, act: DecidePathway) -> Recorded:
    """Record what follows a step. Raises RefusedError."""
    reason = _reason(act.reason)
    pathway = site.definition.version.pathway
    if pathway is None or (act.to and act.to not in pathway.by_oid):
        raise RefusedError("The study has no such step of the pathway.")
    passed, decisions = stages(site, act.subject)
    known = decisions.get((act.step, act.visit))
    if act.to:
        # Also of a step that was passed: a decision may be written down after what followed from it.
        if all((stage.step.oid, stage.visit) != (act.step, act.visit) for stage in passed):
            raise RefusedError("The subject is at another step now. Look at the pathway again.")
        if act.to == act.step:
            raise RefusedError("The subject is at this step already.")
    elif known is None or not known.to:
        raise RefusedError("There is no decision to take back.")
    body = PathwayDecided(
        salt=new_salt(),
        step=act.step,
        visit=act.visit,
        to=act.to,
        reason=reason,
        version=site.definition.version.oid,
    )
    site.vault.record([Recording(body, act.subject)])
    return Recorded(changed=True, subject=act.subject)


def answer_point(site: SiteSession, act: AnswerPoint) -> Recorded:
    """Record the answer to an open point. Raises RefusedError."""
    reason = _reason(act.reason)
    setting = next((found for found in site.definition.version.settings if found.name == act.name), None)
    if setting is None:
        raise RefusedError("The study has no such point.")
    answers = site.conduct.answers
    value = None if act.value is None else act.value.strip()
    if value is None and act.name not in answers:
        raise RefusedError("There is no answer to take back.")
    if value is not None:
        if not value or len(value) > MAX_ANSWER_LENGTH or not is_clean_text(value):
            raise RefusedError("The answer is empty, too long, or holds characters that cannot be kept.")
        try:
            setting_value(setting, value)
        except ValueFault as fault:
            raise RefusedError("This is no answer to the point: {why}", why=words(fault.message, "en")) from None
    site.vault.record([Recording(PointAnswered(salt=new_salt(), name=act.name, value=value, reason=reason))])
    return Recorded(changed=True, study=True)


def set_normal_range(site: SiteSession, act: SetNormalRange) -> Recorded:
    """Record a normal range. Raises RefusedError."""
    found = act.range
    reason = _reason(act.reason)
    if found.item not in site.definition.laboratory_items:
        raise RefusedError("The study has no such laboratory item.")
    _date(found.since)
    if found.sex and found.sex not in _sexes(site.definition):
        raise RefusedError("The study has no such sex.")
    for limit in (found.low, found.high):
        if limit and not _NUMBER.fullmatch(limit):
            raise RefusedError("A limit is a number in the first unit of the item.")
    if found.low and found.high and float(found.low) >= float(found.high):
        raise RefusedError("The lower limit is not below the upper one.")
    least = found.age_from or 0
    if least < 0 or (found.age_to is not None and found.age_to < least):
        raise RefusedError("The ages do not go from less to more.")
    if not is_clean_text(found.laboratory) or len(found.laboratory) > MAX_ANSWER_LENGTH:
        raise RefusedError("The name of the laboratory is too long or holds characters that cannot be kept.")
    site.vault.record([Recording(NormalRangeSet(salt=new_salt(), range=found, reason=reason))])
    return Recorded(changed=True, study=True)


def add_study_version(site: SiteSession, act: AddStudyVersion) -> Recorded:
    """Bring a version here. Raises RefusedError where it is of another study, here already, or gives codes another meaning."""
    new = act.definition
    if new.version.study != site.vault.study:
        raise RefusedError("This is the definition of another study: {study}.", study=new.version.study)
    if site.vault.site not in new.locations:
        known = ", ".join(sorted(new.locations))
        raise RefusedError("The study has no site {site}. Its sites: {known}.", site=site.vault.site, known=known)
    versions = site.conduct.versions
    if new.sha256 in versions:
        raise RefusedError("This version of the study is here already.")
    if any(record.oid == new.version.oid for record in versions.values()):
        raise RefusedError(
            "There is another version of the same OID {version} here. Give the new one its own.",
            version=new.version.oid,
        )
    for sha256 in versions:
        wrong = changed_meanings(site.definition_of(sha256), new)
        if wrong:
            raise RefusedError(
                "The new version changes the meaning of what was recorded: {what}.", what="; ".join(wrong[:5])
            )
    body = StudyVersionAdded(salt=new_salt(), oid=new.version.oid, sha256=new.sha256, definition=new.data.decode())
    site.vault.record([Recording(body)])
    return Recorded(changed=True)


def activate_study_version(site: SiteSession, act: ActivateStudyVersion) -> Recorded:
    """Put a version in force. Raises RefusedError where its approval is not recorded, or lies after today."""
    record = site.conduct.versions.get(act.sha256)
    if record is None:
        raise RefusedError("This version of the study is not here.")
    if act.sha256 == site.conduct.active:
        raise RefusedError("This version of the study is in force already.")
    approved = _date(act.approved)
    if approved > site.civil_date:
        raise RefusedError("The date of approval lies after today.")
    reference = act.reference.strip()
    if is_blank(reference) or len(reference) > MAX_ANSWER_LENGTH or not is_clean_text(reference):
        raise RefusedError("Give the number or name of the approval document.")
    body = StudyVersionActivated(
        salt=new_salt(), oid=record.oid, sha256=act.sha256, approved=approved.isoformat(), reference=reference
    )
    site.vault.record([Recording(body)])
    return Recorded(changed=True, study=True)


def _reason(text: str) -> str:
    require_reason(text)
    if len(text) > MAX_NOTE_LENGTH or not is_clean_text(text):
        raise RefusedError("The reason or comment is too long or holds characters that cannot be kept.")
    return text.strip()


def _sexes(definition: Definition) -> Container[str]:
    keys = definition.version.normal_ranges
    codelist = definition.codelist_of(definition.items[keys.sex]) if keys is not None else None
    return codelist.by_code if codelist is not None else ()


def _date(text: str) -> datetime.date:
    # Python reads other spellings too, e.g. 20261124; they would not sort with the dates of samples.
    if not _DATE.fullmatch(text):
        raise RefusedError("This is no date: it is written YYYY-MM-DD.")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise RefusedError("This is no date: it is written YYYY-MM-DD.") from None
