"""Freeze, lock and unlock: by a manager, the last with a second person."""

import hashlib

import msgspec

from desktop.actions import LockForms, UnlockForms
from desktop.casebook.fold import UNLOCKED
from desktop.casebook.form_fold import FormFold
from desktop.errors import NotAllowedError, RefusedError, SignInError
from desktop.journal.bodies import RecordLocked
from desktop.journal.entry import new_salt
from desktop.recording import places
from desktop.recording.users import require_reason
from desktop.site_session import SiteSession
from desktop.study.clinical_data import FormKey
from desktop.vault import failed_sign_ins, key_slots
from desktop.views.people import Role

SECOND_ROLES = frozenset({Role.INVESTIGATOR, Role.MANAGER})


def prepare_lock(site: SiteSession, act: LockForms) -> RecordLocked:
    """The body that freezes or locks. Raises RefusedError."""
    require_reason(act.reason)
    fold = places.subject_at(site, act.subject, act.place)
    forms = places.forms_at(fold, act.place)
    if all(form.lock is not None and form.lock.act == act.act for form in forms.values()):
        raise RefusedError("This is so already.")
    return RecordLocked(salt=new_salt(), act=act.act, place=act.place, reason=act.reason.strip(), sha256=_sha256(forms))


def prepare_unlock(site: SiteSession, act: UnlockForms) -> RecordLocked:
    """The body that unlocks. Raises SignInError for the second person's passphrase, NotAllowedError or RefusedError."""
    require_reason(act.reason)
    fold = places.subject_at(site, act.subject, act.place)
    forms = places.forms_at(fold, act.place)
    if all(form.lock is None for form in forms.values()):
        raise RefusedError("Nothing is frozen or locked there.")
    slot = key_slots.find_slot(site.vault.file, act.second_user)
    with failed_sign_ins.counted(site.vault.folder, site.vault.clock.wall):
        key_slots.unwrap(act.second_passphrase, slot or site.vault.file.slots[0])
        if slot is None:
            raise SignInError(key_slots.NOT_RIGHT)
    with site.vault.begin() as connection:
        second = site.vault.staff(connection).people.get(slot.user)
    if second is None or second.suspended or second.oid == site.user_oid or SECOND_ROLES.isdisjoint(second.roles):
        raise NotAllowedError("Unlocking takes a second person, who is an investigator or a manager (not_allowed).")
    return RecordLocked(
        salt=new_salt(),
        act=UNLOCKED,
        place=act.place,
        reason=act.reason.strip(),
        sha256=_sha256(forms),
        second_user=second.oid,
    )


def _sha256(forms: dict[FormKey, FormFold]) -> str:
    """Of all that a place holds."""
    content = [(key, form.sha256()) for key, form in forms.items()]
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()
