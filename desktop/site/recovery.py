"""Opening a vault whose managers cannot: by the recovery code, or by several people together, for a new administrator."""

from collections.abc import Sequence
from pathlib import Path

from desktop.errors import RefusedError
from desktop.journal.bodies import Body, PassphraseChanged, RecoveryChanged, SessionChanged, UserAdded, UserChanged
from desktop.journal.entry import new_salt
from desktop.journal.hybrid_clock import Wall, system_wall
from desktop.recording import recovery
from desktop.site.site import Site
from desktop.vault import failed_sign_ins, key_slots
from desktop.vault.database import translated
from desktop.vault.key_slots import Unlocked
from desktop.vault.vault import Recording, Vault, new_user_keys
from desktop.views.people import Role


def open_by_recovery(
    folder: Path, secrets: Sequence[str], name: str, passphrase: str, *, wall: Wall = system_wall
) -> Site:
    """Open a vault and make a person of this name its manager, with a new passphrase; the person is signed in.

    Raises SignInError for wrong secrets, RefusedError, and what opening a vault raises.
    """
    file = key_slots.read(folder)
    key_slots.check_passphrase(passphrase)
    name = key_slots.normalised_name(name)
    if not name or not name.isprintable():
        raise RefusedError("The administrator needs a name.")
    with failed_sign_ins.counted(folder, wall):
        database_key = recovery.unlock(file, secrets).database_key
    private, public = new_user_keys()
    mine = Unlocked(database_key, private)
    vault = Vault.unlock(folder, file.slots[0], mine, wall)
    try:
        with vault.begin() as connection:
            people = vault.staff(connection).people
        known = next((person for person in people.values() if person.name == name), None)
        bodies: list[Body] = []
        if known is None:
            number = 1 + sum(oid.startswith(f"U.{vault.device}.") for oid in people)
            user = f"U.{vault.device}.{number}"
            roles: tuple[str, ...] = (Role.MANAGER,)
            bodies.append(UserAdded(salt=new_salt(), user=user, name=name, roles=roles, signing_key=public))
        else:
            user = known.oid
            bodies.append(PassphraseChanged(salt=new_salt(), user=user, signing_key=public, recovered=True))
            if known.suspended or Role.MANAGER not in known.roles:
                roles = tuple(map(str, dict.fromkeys((*known.roles, Role.MANAGER))))
                bodies.append(UserChanged(salt=new_salt(), user=user, roles=roles, suspended=False, reason="recovery"))
        vault.user = user
        bodies = [
            *failed_sign_ins.pending_entries(folder),
            RecoveryChanged(salt=new_salt(), what="opened"),
            *bodies,
            SessionChanged(salt=new_salt(), act="signed_in"),
        ]
        slot = key_slots.wrap(passphrase, user, name, mine)
        vault.record_with_slots([Recording(body) for body in bodies], [slot])
        with translated():
            failed_sign_ins.forget(folder)
    except BaseException:
        vault.close()
        raise
    return Site(vault, user)
