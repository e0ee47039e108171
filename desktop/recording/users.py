"""Recording of users: added, changed, suspended, given a new passphrase."""

from desktop.actions import AddUser, ChangePassphrase, ChangeUser, Recorded, ResetPassphrase, TrainUser
from desktop.casebook.users_and_devices import Person
from desktop.errors import RefusedError
from desktop.journal.bodies import PassphraseChanged, UserAdded, UserChanged, UserTrained, is_date, is_name
from desktop.journal.entry import new_salt
from desktop.recording.note_text import is_clean_text
from desktop.study.values.typed_input import has_words
from desktop.vault import failed_sign_ins, key_slots
from desktop.vault.database import translated
from desktop.vault.key_slots import Slot, Unlocked
from desktop.vault.vault import Recording, Vault, new_user_keys
from desktop.views.people import Role

MAX_NAME_LENGTH = 80


def add_user(vault: Vault, act: AddUser) -> Recorded:
    """Let a person use this vault. Raises RefusedError."""
    name = _checked_name(act.name)
    key_slots.check_passphrase(act.passphrase)
    roles = _checked_roles(act.roles)
    with vault.begin() as connection:
        staff = vault.staff(connection)
    namesakes = [person for person in staff.people.values() if person.name.casefold() == name.casefold()]
    if namesakes:
        return _give_access(vault, namesakes, roles, act.passphrase)
    number = 1 + sum(oid.startswith(f"U.{vault.device}.") for oid in staff.people)
    private, public = new_user_keys()
    user = f"U.{vault.device}.{number}"
    slot = key_slots.wrap(act.passphrase, user, name, Unlocked(vault.unlocked.database_key, private))
    body = UserAdded(salt=new_salt(), user=user, name=name, roles=roles, signing_key=public)
    vault.record_with_slots([Recording(body)], [slot])
    return Recorded(changed=True, users=True)


def _give_access(vault: Vault, namesakes: list[Person], roles: tuple[str, ...], passphrase: str) -> Recorded:
    """Let a person sign in here whom another computer of the site made known. Raises RefusedError."""
    here = {slot.user for slot in vault.file.slots}
    if any(person.oid in here for person in namesakes):
        raise RefusedError("There is a user of this name already.")
    if any(person.suspended for person in namesakes):
        raise RefusedError("This user is suspended. Lift the suspension first.")
    person = namesakes[0]
    private, public = new_user_keys()
    slot = key_slots.wrap(passphrase, person.oid, person.name, Unlocked(vault.unlocked.database_key, private))
    recordings = [Recording(PassphraseChanged(salt=new_salt(), user=person.oid, signing_key=public))]
    if person.roles != tuple(map(Role, roles)):
        reason = "Access on a second computer."
        changed = UserChanged(salt=new_salt(), user=person.oid, roles=roles, suspended=False, reason=reason)
        recordings.append(Recording(changed))
    vault.record_with_slots(recordings, [slot])
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
    # Two computers may have made one person known under two OIDs: what is decided is about the person.
    namesakes = [other for other in people.values() if other.name.casefold() == person.name.casefold()]
    managers = [other for other in people.values() if Role.MANAGER in other.roles and not other.suspended]
    is_last = bool(managers) and all(manager in namesakes for manager in managers)
    if is_last and (act.suspended or Role.MANAGER not in roles):
        raise RefusedError("This is the last manager. Make another person a manager first.")
    bodies = [
        UserChanged(salt=new_salt(), user=other.oid, roles=roles, suspended=act.suspended, reason=act.reason.strip())
        for other in namesakes
        if other.roles != tuple(map(Role, roles)) or other.suspended != act.suspended
    ]
    if not bodies:
        return Recorded(changed=False, users=True)
    vault.record([Recording(body) for body in bodies])
    return Recorded(changed=True, users=True)


def change_passphrase(vault: Vault, slot: Slot, act: ChangePassphrase) -> Recorded:
    """Wrap a person's keys under a new passphrase.

    Raises SignInError for a wrong old one, which counts like one at sign-in, RefusedError for a short new one.
    """
    key_slots.check_passphrase(act.new)
    with failed_sign_ins.counted(vault.folder, vault.clock.wall):
        unlocked = key_slots.unwrap(act.old, slot)
    failures = failed_sign_ins.pending_entries(vault.folder)
    bodies = (*failures, PassphraseChanged(salt=new_salt(), user=slot.user))
    new_slot = key_slots.wrap(act.new, slot.user, slot.name, unlocked)
    vault.record_with_slots([Recording(body) for body in bodies], [new_slot])
    with translated():
        failed_sign_ins.forget(vault.folder)
    return Recorded(changed=True, users=True)


def reset_passphrase(vault: Vault, act: ResetPassphrase) -> Recorded:
    """Give another person a new passphrase. The old signing key is lost with the old one. Raises RefusedError."""
    key_slots.check_passphrase(act.passphrase)
    if act.user == vault.user:
        raise RefusedError("Your own passphrase is changed with the old one, or by recovery.")
    with vault.begin() as connection:
        person = vault.staff(connection).people.get(act.user)
    if person is None:
        raise RefusedError("There is no such user.")
    private, public = new_user_keys()
    slot = key_slots.wrap(act.passphrase, person.oid, person.name, Unlocked(vault.unlocked.database_key, private))
    body = PassphraseChanged(salt=new_salt(), user=person.oid, signing_key=public)
    vault.record_with_slots([Recording(body)], [slot])
    return Recorded(changed=True, users=True)


def train_user(vault: Vault, act: TrainUser) -> Recorded:
    """Record a training. Raises RefusedError."""
    if not is_date(act.date):
        raise RefusedError("A date is written as 2026-11-24.")
    topic = act.topic.strip()
    if not is_name(topic):
        raise RefusedError("Say what the training was about.")
    with vault.begin() as connection:
        if act.user not in vault.staff(connection).people:
            raise RefusedError("There is no such user.")
    vault.record([Recording(UserTrained(salt=new_salt(), user=act.user, date=act.date, topic=topic))])
    return Recorded(changed=True, users=True)


def require_reason(reason: str) -> None:
    """Raises RefusedError where a reason says nothing, or holds what cannot be kept."""
    if not has_words(reason) or not is_clean_text(reason):
        raise RefusedError("Say why: the reason is kept in the audit trail.")


def _checked_name(name: str) -> str:
    name = key_slots.normalised_name(name)
    if not name or len(name) > MAX_NAME_LENGTH or not name.isprintable():
        raise RefusedError("The name of a user has 1 to {n} visible characters.", n=MAX_NAME_LENGTH)
    return name


def _checked_roles(roles: tuple[str, ...]) -> tuple[str, ...]:
    known = [str(role) for role in Role]
    unknown = [role for role in roles if role not in known]
    if unknown or not roles:
        raise RefusedError("A user needs at least one role: {roles}.", roles=", ".join(known))
    return tuple(role for role in known if role in roles)
