"""Acts about what was recorded: settling, queries, signatures, source verification, locks; and who may do them."""

from desktop.actions import (
    ChangeQuery,
    LockForms,
    OpenQuery,
    Recorded,
    ReviewAct,
    SettleDiscrepancy,
    SignForms,
    UnlockForms,
    VerifySource,
)
from desktop.casebook.queries import query_id
from desktop.casebook.signatures import signature_id
from desktop.journal.bodies import Body
from desktop.recording import adjudication, locks, queries, signatures
from desktop.site_session import SiteSession
from desktop.study.clinical_data import FormKey
from desktop.vault.key_slots import Slot
from desktop.vault.vault import Recording
from desktop.views.people import Role

_SETTLES = frozenset({Role.ENTRY, Role.INVESTIGATOR, Role.MANAGER})
_ANSWERS = frozenset({Role.ENTRY, Role.INVESTIGATOR})
_ASKS = frozenset({Role.MONITOR})
_SIGNS = frozenset({Role.INVESTIGATOR})
_LOCKS = frozenset({Role.MANAGER})


def record(site: SiteSession, act: ReviewAct, slot: Slot) -> Recorded:
    """Check the right and the rules, and record. Raises NotAllowedError, SignInError or RefusedError."""
    match act:
        case SettleDiscrepancy():
            site.require(_SETTLES)
            found, settled = adjudication.prepare(site, act)
            return _append(site, settled, found.subject, found.key)
        case OpenQuery():
            site.require(_ASKS)
            made = _append(site, queries.prepare_open(site, act), act.subject)
            return _with_id(made, query_id(made.device, made.sequence))
        case ChangeQuery():
            site.require(_ANSWERS if act.act == "answered" else _ASKS)
            subject, body = queries.prepare_change(site, act)
            return _with_id(_append(site, body, subject), act.query)
        case SignForms():
            site.require(_SIGNS)
            made = _append(site, signatures.prepare(site, act, slot), act.subject)
            return _with_id(made, signature_id(made.device, made.sequence))
        case VerifySource():
            site.require(_ASKS)
            return _append(site, signatures.prepare_verification(site, act), act.subject)
        case LockForms():
            site.require(_LOCKS)
            return _append(site, locks.prepare_lock(site, act), act.subject)
        case UnlockForms():
            site.require(_LOCKS)
            return _append(site, locks.prepare_unlock(site, act), act.subject)


def _append(site: SiteSession, body: Body, subject: str, key: FormKey | None = None) -> Recorded:
    [entry] = site.vault.record([Recording(body, subject)])
    return Recorded(changed=True, subject=subject, key=key, device=entry.head.device, sequence=entry.head.sequence)


def _with_id(made: Recorded, of: str) -> Recorded:
    return Recorded(changed=True, subject=made.subject, device=made.device, sequence=made.sequence, id=of)
