"""The journal for a person: the history of values, and the audit trail. There is no second log."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from desktop.casebook import fold as folding
from desktop.casebook.users_and_devices import Staff
from desktop.journal import entry as e
from desktop.journal.bodies import (
    DeviceStarted,
    Enrolled,
    Exported,
    FormRemoved,
    FormSaved,
    NormalRangeSet,
    PassphraseChanged,
    PathwayDecided,
    PointAnswered,
    Redacted,
    SessionChanged,
    StudyVersionActivated,
    StudyVersionAdded,
    UserAdded,
    UserChanged,
)
from desktop.journal.hybrid_clock import JUMP, milliseconds
from desktop.study.clinical_data import FormKey, ItemPlace
from desktop.vault import journal_table, outbox_tables
from desktop.views.audit import AuditLine, Change

if TYPE_CHECKING:
    from desktop.site_session import SiteSession


def history(site: SiteSession, subject: str, key: FormKey | None, place: ItemPlace | None) -> tuple[Change, ...]:
    """Every change of a subject's values, or of one form's, or of one item's; oldest first."""
    with site.vault.begin() as connection:
        changes = folding.history(subject, journal_table.of_subject(connection, subject))
        staff = site.vault.staff(connection)
        received = outbox_tables.received_to(connection)
    return tuple(
        change_view(change, subject, staff, received if change.entry.head.device == site.device else 0)
        for change in changes
        if (key is None or change.key == key) and (place is None or change.place == place)
    )


def audit(
    site: SiteSession, before: tuple[int, str, int] | None, limit: int, subject: str | None
) -> tuple[AuditLine, ...]:
    """The journal for a person, newest first."""
    with site.vault.begin() as connection:
        staff = site.vault.staff(connection)
        entries = journal_table.newest(connection, before=before, limit=limit, subject=subject)
    return tuple(_audit_line(entry, staff) for entry in entries)


def change_view(change: folding.Change, subject: str, staff: Staff, received: int) -> Change:
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
        clock_behind=_was_behind(head),
        reason=change.reason,
        device=head.device,
        sequence=head.sequence,
        received=head.sequence <= received,
    )


def _was_behind(head: e.Head) -> bool:
    wall = datetime.datetime.fromisoformat(head.wall).timestamp() * 1000
    return wall < milliseconds(head.time) - JUMP.total_seconds() * 1000


def _audit_line(entry: e.Entry, staff: Staff) -> AuditLine:
    head, body = entry.head, entry.body
    detail, fields, reason, key = "An entry of a kind that this release does not know.", {}, "", None
    match body:
        case None:
            detail = "The content of this entry was blanked because it held identifying text."
        case FormSaved():
            detail = "Form saved as complete." if body.complete else "Form saved, not complete yet."
            key, reason = body.key, body.reason
        case FormRemoved():
            detail, key, reason = "Form removed.", body.key, body.reason
        case UserAdded():
            detail, fields = "User {name} added: {roles}.", {"name": body.name, "roles": ", ".join(body.roles)}
        case UserChanged():
            detail = "User {name} suspended." if body.suspended else "User {name} has now: {roles}."
            fields = {"name": staff.name_of(body.user), "roles": ", ".join(body.roles)}
            reason = body.reason
        case PassphraseChanged():
            detail = "Passphrase renewed with the recovery code." if body.recovered else "Passphrase changed."
        case SessionChanged():
            detail, fields = _SESSION[body.act], {"n": str(body.count)}
        case DeviceStarted():
            detail = "This computer took over from a backup." if body.restored_device else "This computer began."
        case StudyVersionAdded() | StudyVersionActivated() | PathwayDecided() | PointAnswered() | NormalRangeSet():
            detail, fields, reason = _conduct_words(body)
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
        clock_behind=_was_behind(head),
    )


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


_SESSION = {
    "signed_in": "Signed in.",
    "sign_in_failed": "Failed sign-ins: {n}.",
    "locked": "Locked.",
    "unlocked": "Unlocked.",
    "signed_out": "Signed out.",
}
