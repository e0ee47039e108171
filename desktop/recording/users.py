"""The people who may use a vault: added, changed, suspended, given a new passphrase. The rights are checked by `Site.record`."""

from sqlalchemy import Connection

from desktop.actions import AddUser, ChangePassphrase, ChangeUser, Recorded
from desktop.errors import RefusedError
from desktop.journal.bodies import PassphraseChanged, UserAdded, UserChanged
from desktop.journal.entry import new_salt
from desktop.recording.note_text import is_clean_text
from desktop.vault import key_slots
from desktop.vault.key_slots import Slot, Unlocked
from desktop.vault.vault import Recording, Vault, new_user_keys
from desktop.views.people import Role

LONGEST_NAME = 80


def add_user(vault: Vault, act: AddUser) -> Recorded:
    """Let a person use this vault. Raises RefusedError."""
    name = _checked_name(act.name)
    key_slots.check_passphrase(act.passphrase)
    roles = _checked_roles(act.roles)
    with vault.begin() as connection:
        staff = vault.staff(connection)
    if any(person.name.casefold() == name.casefold() for person in staff.people.values()):
        raise RefusedError("There is a user of this name already.")
    number = 1 + sum(oid.startswith(f"U.{vault.device}.") for oid in staff.people)
    private, public = new_user_keys()
    user = f"U.{vault.device}.{number}"
    slot = key_slots.wrap(act.passphrase, user, name, Unlocked(vault.unlocked.database_key, private))
    body = UserAdded(salt=new_salt(), user=user, name=name, roles=roles, signing_key=public)
    _record_with_slot(vault, body, slot)
    return Recorded(changed=True, users=True)


def change_user(vault: Vault, act: ChangeUser) -> Recorded:
    """Give a person other roles, or suspend the person. Raises RefusedError."""
    require_reason(act.reason)
    roles = _checked_roles(act.roles)
    with vault.begin() as connection:
        people = vault.staff(connection).people
    person = people.get(act.user)
    if person is None:
        raise RefusedError("There is no such user.")
    managers = [other for other in people.values() if Role.MANAGER in other.roles and not other.suspended]
    if managers == [person] and (act.suspended or Role.MANAGER not in roles):
        raise RefusedError("This is the last manager. Make another person a manager first.")
    if person.roles == tuple(map(Role, roles)) and person.suspended == act.suspended:
        return Recorded(changed=False, users=True)
    body = UserChanged(salt=new_salt(), user=act.user, roles=roles, suspended=act.suspended, reason=act.reason.strip())
    vault.record([Recording(body)])
    return Recorded(changed=True, users=True)


def change_passphrase(vault: Vault, slot: Slot, act: ChangePassphrase) -> Recorded:
    """Wrap a person's keys under a new passphrase. Raises SignInError for a wrong old one, RefusedError for a short new one."""
    key_slots.check_passphrase(act.new)
    unlocked = key_slots.unwrap(act.old, slot)
    body = PassphraseChanged(salt=new_salt(), user=slot.user)
    _record_with_slot(vault, body, key_slots.wrap(act.new, slot.user, slot.name, unlocked))
    return Recorded(changed=True, users=True)


def _record_with_slot(vault: Vault, body: UserAdded | PassphraseChanged, slot: Slot) -> None:
    """A slot and the entry about it stand or fall together."""
    before = vault.file

    def replace_slots(_: Connection) -> None:
        vault.put_slots(key_slots.with_slot(before, slot))

    try:
        vault.record([Recording(body)], replace_slots)
    except BaseException:
        if vault.file is not before:
            vault.put_slots(before)
        raise


def require_reason(reason: str) -> None:
    """Raises RefusedError where a reason says nothing, or holds what cannot be kept."""
    if not reason.strip() or not is_clean_text(reason):
        raise RefusedError("Say why: the reason is kept in the audit trail.")


def _checked_name(name: str) -> str:
    name = key_slots.normalised_name(name)
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise RefusedError("The name of a user has 1 to {n} visible characters.", n=LONGEST_NAME)
    return name


def _checked_roles(roles: tuple[str, ...]) -> tuple[str, ...]:
    known = [str(role) for role in Role]
    unknown = [role for role in roles if role not in known]
    if unknown or not roles:
        raise RefusedError("A user needs at least one role: {roles}.", roles=", ".join(known))
    return tuple(role for role in known if role in roles)
