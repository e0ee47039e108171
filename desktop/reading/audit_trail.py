"""Audit trail and history of values, read from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from desktop.casebook import fold as folding
from desktop.casebook import form_fold
from desktop.casebook.users_and_devices import Staff
from desktop.journal import entry as e
from desktop.journal.bodies import (
    DeviceStarted,
    DiscrepancySettled,
    Enrolled,
    Exported,
    FormRemoved,
    FormSaved,
    FormSigned,
    NormalRangeSet,
    PassphraseChanged,
    PathwayDecided,
    PointAnswered,
    QueryChanged,
    RecordLocked,
    RecoveryChanged,
    Redacted,
    SessionChanged,
    SourceVerified,
    StudyVersionActivated,
    StudyVersionAdded,
    UserAdded,
    UserChanged,
    UserTrained,
)
from desktop.study.clinical_data import FormKey, ItemPlace
from desktop.sync.client.recorded_times import RecordedTimes
from desktop.vault import journal_table, outbox_tables
from desktop.views.audit import AuditLine, Change

if TYPE_CHECKING:
    from desktop.site_session import SiteSession


def history(site: SiteSession, subject: str, key: FormKey | None, place: ItemPlace | None) -> tuple[Change, ...]:
    """Every change of a subject's values, or of one form's, or of one item's; oldest first."""
    with site.vault.begin() as connection:
        changes = folding.history(subject, journal_table.of_subject(connection, subject), site.vault.study_version)
        forms = site.vault.subject(connection, subject).forms
        hidden = site.hidden(subject).items
        staff = site.vault.staff(connection)
        received = outbox_tables.received_to(connection)
    return tuple(
        change_view(
            change, subject, staff, received if change.entry.head.device == site.device else 0, site.recorded_times
        )
        for change in changes
        if (key is None or change.key == key)
        and (place is None or change.place == place)
        and not site.is_blind(subject, change.key)
        # The second pass is nobody's to see before it is complete.
        and not (change.entry_pass == form_fold.SECOND_PASS and forms[change.key].awaits_second)
        and not (change.derived and change.place.item in hidden)
    )


def audit(
    site: SiteSession, before: tuple[int, str, int] | None, limit: int, subject: str | None
) -> tuple[AuditLine, ...]:
    """The journal for a person, newest first."""
    with site.vault.begin() as connection:
        staff = site.vault.staff(connection)
        entries = journal_table.newest(connection, before=before, limit=limit, subject=subject)
    lines = (_audit_line(entry, staff, site.recorded_times) for entry in entries)
    return tuple(
        msgspec.structs.replace(line, reason="")
        if line.subject is not None and line.key is not None and site.is_blind(line.subject, line.key)
        else line
        for line in lines
    )


def change_view(change: form_fold.Change, subject: str, staff: Staff, received: int, times: RecordedTimes) -> Change:
    """A line of the history, for a person."""
    head = change.entry.head
    return Change(
        subject=subject,
        key=change.key,
        group=change.place.group,
        row=change.place.row,
        item=change.place.item,
        old=change.old,
        new=change.new,
        derived=change.derived,
        user=staff.name_of(head.user),
        user_oid=head.user,
        wall=head.wall,
        clock_behind=times.was_off(head.device, head.sequence),
        reason=change.reason,
        device=head.device,
        sequence=head.sequence,
        received=head.sequence <= received,
        entry_pass=change.entry_pass,
    )


def _audit_line(entry: e.Entry, staff: Staff, times: RecordedTimes) -> AuditLine:
    head, body = entry.head, entry.body
    detail, fields, reason, key = "An entry of a kind that this release does not know.", {}, "", None
    match body:
        case None:
            detail = "The content of this entry was blanked because it held identifying text."
        case FormSaved():
            detail = _SAVED[body.entry_pass == form_fold.SECOND_PASS, body.complete]
            key, reason = body.key, body.reason
        case FormRemoved():
            detail, key, reason = "Form removed.", body.key, body.reason
        case UserAdded() | UserChanged() | PassphraseChanged() | UserTrained() | RecoveryChanged():
            detail, fields, reason = _people_words(body, head.user, staff)
        case SessionChanged():
            detail = _SESSION.get(body.act, "An act that this release does not know: {act}.")
            fields = {"n": str(body.count), "act": body.act}
        case DeviceStarted():
            detail = "This computer took over from a backup." if body.restored_device else "This computer began."
        case StudyVersionAdded() | StudyVersionActivated() | PathwayDecided() | PointAnswered() | NormalRangeSet():
            detail, fields, reason = _conduct_words(body)
        case DiscrepancySettled():
            detail, key, reason = "Discrepancy settled.", body.key, body.reason
        case QueryChanged() | FormSigned() | SourceVerified() | RecordLocked():
            detail, fields, reason = _review_words(body)
        case Exported():
            detail, fields = "Exported: {what} {month}.", {"what": body.what, "month": body.month}
        case Redacted():
            detail = "The content of entry {sequence} of device {device} was blanked."
            fields, reason = {"sequence": str(body.sequence), "device": body.device}, body.reason
        case Enrolled():
            detail, fields = "Joined the centre {fingerprint}.", {"fingerprint": body.fingerprint}
        case _:
            pass
    return AuditLine(
        device=head.device,
        sequence=head.sequence,
        order=entry.order,
        kind=head.kind,
        wall=head.wall,
        user=staff.name_of(head.user),
        subject=head.subject,
        key=key,
        detail=detail,
        fields=fields,
        reason=reason,
        clock_behind=times.was_off(head.device, head.sequence),
    )


def _people_words(
    body: UserAdded | UserChanged | PassphraseChanged | UserTrained | RecoveryChanged, by: str, staff: Staff
) -> tuple[str, dict[str, str], str]:
    """What was done about people and their ways in: words, their fields, the reason."""
    match body:
        case UserAdded():
            return "User {name} added: {roles}.", {"name": body.name, "roles": ", ".join(body.roles)}, ""
        case UserChanged():
            detail = "User {name} suspended." if body.suspended else "User {name} has now: {roles}."
            return detail, {"name": staff.name_of(body.user), "roles": ", ".join(body.roles)}, body.reason
        case PassphraseChanged():
            if by and body.user != by:
                return "Passphrase of {name} reset by a manager.", {"name": staff.name_of(body.user)}, ""
            return ("Passphrase renewed with the recovery code." if body.recovered else "Passphrase changed."), {}, ""
        case UserTrained():
            fields = {"name": staff.name_of(body.user), "topic": body.topic, "date": body.date}
            return "User {name} trained: {topic}, {date}.", fields, ""
        case RecoveryChanged():
            return "Recovery: {what}.", {"what": body.what}, ""


def _review_words(
    body: QueryChanged | FormSigned | SourceVerified | RecordLocked,
) -> tuple[str, dict[str, str], str]:
    """What was done about what was recorded: words, their fields, the reason. A query's text may name a value."""
    match body:
        case QueryChanged():
            return (
                ("Query {query}: {act}." if body.query else "Query opened."),
                {"query": body.query, "act": body.act},
                "",
            )
        case FormSigned():
            return "Signed {n} forms: {meaning}.", {"n": str(len(body.forms)), "meaning": body.meaning}, ""
        case SourceVerified():
            return "Source data of {n} forms verified.", {"n": str(len(body.forms))}, ""
        case RecordLocked():
            place = "/".join(part for part in (body.place.event, body.place.form) if part) or "–"
            return "Forms {act}: {place}.", {"act": body.act, "place": place}, body.reason


def _conduct_words(
    body: StudyVersionAdded | StudyVersionActivated | PathwayDecided | PointAnswered | NormalRangeSet,
) -> tuple[str, dict[str, str], str]:
    """What was decided about the conduct of the study: words, their fields, the reason."""
    match body:
        case StudyVersionAdded():
            return "Study version {version} came to this site.", {"version": body.oid}, ""
        case StudyVersionActivated():
            fields = {"version": body.oid, "approved": body.approved, "reference": body.reference}
            return "Study version {version} is in force: approved {approved}, {reference}.", fields, ""
        case PathwayDecided():
            detail = "Decision on the pathway: from {step} to {to}." if body.to else "Decision at {step} taken back."
            return detail, {"step": body.step, "to": body.to}, body.reason
        case PointAnswered():
            detail = "Answer to {name} taken back." if body.value is None else "Open point {name} answered: {value}."
            return detail, {"name": body.name, "value": body.value or ""}, body.reason
        case NormalRangeSet():
            limits = body.range
            fields = {"item": limits.item, "low": limits.low or "–", "high": limits.high or "–", "since": limits.since}
            return "Normal range of {item}: {low} to {high} from {since}.", fields, body.reason


_SAVED = {
    (False, True): "Form saved as complete.",
    (False, False): "Form saved, not complete yet.",
    (True, True): "Second entry saved as complete.",
    (True, False): "Second entry saved, not complete yet.",
}

_SESSION = {
    "signed_in": "Signed in.",
    "sign_in_failed": "Failed sign-ins: {n}.",
    "locked": "Locked.",
    "unlocked": "Unlocked.",
    "signed_out": "Signed out.",
}
