"""Making, opening, recovering and restoring a vault; each gives a `Site` with a person signed in."""

import secrets
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec

from desktop import __version__
from desktop.errors import DamagedError, NotAllowedError, RefusedError, SignInError
from desktop.journal.bodies import DeviceStarted, PassphraseChanged, SessionChanged, StudyVersionAdded, UserAdded
from desktop.journal.entry import new_salt
from desktop.journal.hybrid_clock import Wall, system_wall
from desktop.progress import Progress
from desktop.site.site import SUSPENDED, Site
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import Definition
from desktop.vault import failed_sign_ins, key_slots
from desktop.vault.backup import unpack_backup
from desktop.vault.database import translated
from desktop.vault.key_slots import Slot, Unlocked, VaultFile
from desktop.vault.new_vault import new_vault
from desktop.vault.vault import Recording, Vault, new_device_oid, new_user_keys
from desktop.views.people import Role

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WRONG_CODE = "The user or the recovery code is not right."

ShowCode = Callable[[str, str], None]
"""Shows a person the device and the recovery code."""


def _show_nobody(device: str, recovery_code: str) -> None:
    """The caller takes the code from the answer."""


class VaultLabel(msgspec.Struct, frozen=True, kw_only=True):
    """What a vault's folder says before anyone signs in."""

    study: str
    study_name: str
    site: str
    site_name: Text
    users: tuple[str, ...]
    last_user: str


def label(folder: Path) -> VaultLabel:
    """Read a vault's label. Raises EnvironmentProblemError, DamagedError or NewerReleaseError."""
    file = key_slots.read(folder)
    return VaultLabel(
        study=file.study,
        study_name=file.study_name,
        site=file.site,
        site_name=file.site_name,
        users=tuple(slot.name for slot in file.slots if slot.user),
        last_user=file.last_user,
    )


def create_site(  # noqa: PLR0913 - each says one thing that a new vault needs
    folder: Path,
    definition: Definition,
    location: str,
    admin: str,
    passphrase: str,
    *,
    letter: str = "A",
    wall: Wall = system_wall,
    show_code: ShowCode = _show_nobody,
) -> tuple[Site, str]:
    """Make a vault in an empty folder, its administrator signed in. Returns the site and the recovery code.

    `show_code` gets the device and the recovery code when everything is built and nothing is a vault yet: where it fails, none is
    made whose code nobody saw.

    Raises RefusedError for a site that the study does not have, a letter that is none, a short passphrase;
    EnvironmentProblemError for a folder that is not empty or cannot be written.
    """
    if location not in definition.locations:
        known = ", ".join(sorted(definition.locations))
        raise RefusedError("The study has no site {site}. Its sites: {known}.", site=location, known=known)
    if letter not in LETTERS or len(letter) != 1:
        raise RefusedError("The device letter is one capital letter from A to Z.")
    key_slots.check_passphrase(passphrase)
    name = key_slots.normalised_name(admin)
    if not name or not name.isprintable():
        raise RefusedError("The administrator needs a name.")
    device = new_device_oid(letter)
    user = f"U.{device}.1"
    private, public = new_user_keys()
    unlocked = Unlocked(secrets.token_bytes(key_slots.KEY_BYTES), private)
    recovery_code = key_slots.new_recovery_code()
    slot = key_slots.wrap(passphrase, user, name, unlocked)
    file = VaultFile(
        release=__version__,
        study=definition.version.study,
        study_name=definition.version.name,
        site=location,
        site_name=definition.locations[location].name,
        device=device,
        letter=letter,
        slots=(slot, key_slots.make_recovery_slot(recovery_code, unlocked)),
        last_user=name,
    )
    with new_vault(folder) as building:
        with closing(Vault.create(building, file, unlocked, wall)) as vault:
            vault.user = user
            vault.record(
                [
                    Recording(_device_started(vault)),
                    Recording(
                        StudyVersionAdded(
                            salt=new_salt(),
                            oid=definition.version.oid,
                            sha256=definition.sha256,
                            definition=definition.data.decode(),
                        )
                    ),
                    Recording(
                        UserAdded(salt=new_salt(), user=user, name=name, roles=(str(Role.MANAGER),), signing_key=public)
                    ),
                    Recording(SessionChanged(salt=new_salt(), act="signed_in")),
                ]
            )
        show_code(device, recovery_code)
    return _opened(folder, slot, unlocked, wall), recovery_code


def open_site(folder: Path, name: str, passphrase: str, *, wall: Wall = system_wall) -> Site:
    """Sign a person in.

    Raises SignInError for a wrong user or passphrase (its `wait` says how long the next try must wait), NotAllowedError
    for a suspended person, DamagedError, InUseError, NewerReleaseError or EnvironmentProblemError.
    """
    file = key_slots.read(folder)
    slot = key_slots.find_slot(file, name)
    with failed_sign_ins.counted(folder, wall):
        # A name that is not there is as slow as a wrong passphrase, so that nobody learns which names exist.
        unlocked = key_slots.unwrap(passphrase, slot or file.slots[0])
        if slot is None:
            raise SignInError(key_slots.NOT_RIGHT)
    site = _opened(folder, slot, unlocked, wall)
    try:
        _refuse_suspended(site.vault, slot.user)
        _record_sign_in(site.vault)
        if site.vault.file.last_user != slot.name:
            site.vault.put_file(msgspec.structs.replace(site.vault.file, last_user=slot.name))
    except BaseException:
        site.vault.close()
        raise
    return site


def recover_site(
    folder: Path,
    recovery_code: str,
    name: str,
    new_passphrase: str,
    *,
    wall: Wall = system_wall,
    show_code: ShowCode = _show_nobody,
) -> tuple[Site, str]:
    """Give a person who lost the passphrase a new one, by the printed recovery code, and sign the person in.

    The code is used up: returns the site and the new recovery code, which `show_code` gets before anything is changed.
    The person's signing key is lost with the passphrase: a new one is made and journalled.
    Raises what `open_site` raises.
    """
    file = key_slots.read(folder)
    key_slots.check_passphrase(new_passphrase)
    slot, old_slot = key_slots.recovery_slot(file), key_slots.find_slot(file, name)
    with failed_sign_ins.counted(folder, wall):
        unlocked = _unwrapped_by_code(recovery_code, slot or file.slots[0])
        if slot is None or old_slot is None:
            raise SignInError(WRONG_CODE)
    private, public = new_user_keys()
    mine = Unlocked(unlocked.database_key, private)
    new_code = key_slots.new_recovery_code()
    new_slot = key_slots.wrap(new_passphrase, old_slot.user, old_slot.name, mine)
    new_recovery_slot = key_slots.make_recovery_slot(new_code, mine)
    vault = Vault.unlock(folder, slot, mine, wall)
    try:
        _refuse_suspended(vault, old_slot.user)
        vault.user = old_slot.user
        bodies = (
            *failed_sign_ins.pending_entries(folder),
            SessionChanged(salt=new_salt(), act="signed_in"),
            PassphraseChanged(salt=new_salt(), user=old_slot.user, signing_key=public, recovered=True),
        )
        show_code(vault.device, new_code)
        vault.record_with_slots([Recording(body) for body in bodies], [new_slot, new_recovery_slot])
        with translated():
            failed_sign_ins.forget(folder)
    except BaseException:
        vault.close()
        raise
    return Site(vault, old_slot.user), new_code


def restore_site(
    backup: Path,
    folder: Path,
    name: str,
    passphrase: str,
    *,
    progress: Progress | None = None,
    wall: Wall = system_wall,
) -> Site:
    """Restore a backup into an empty folder, verify it, and go on as a new device with the next free letter.

    People, slots and passphrases stay. Raises DamagedError when the backup does not verify (nothing is left in the
    folder then), and what `open_site` raises.
    """
    from desktop.sync.client.verification import receipts_of
    from desktop.vault.verification import verify_vault

    with new_vault(folder) as building:
        unpack_backup(backup, building)
        file = key_slots.read(building)
        slot = key_slots.find_slot(file, name)
        unlocked = key_slots.unwrap(passphrase, slot or file.slots[0])
        if slot is None:
            raise SignInError(key_slots.NOT_RIGHT)
        with closing(Vault.unlock(building, slot, unlocked, wall)) as vault:
            found = verify_vault(vault, receipts_of(vault), progress)
            if not found.ok:
                raise DamagedError("The backup does not verify: {why}", why=found.failures[0].message)
            _refuse_suspended(vault, slot.user)
            _go_on_as_new_device(vault, slot.user)
    return _opened(folder, slot, unlocked, wall)


def _opened(folder: Path, slot: Slot, unlocked: Unlocked, wall: Wall) -> Site:
    vault = Vault.unlock(folder, slot, unlocked, wall)
    vault.user = slot.user
    return Site(vault, slot.user)


def _unwrapped_by_code(recovery_code: str, slot: Slot) -> Unlocked:
    try:
        return key_slots.unwrap(key_slots.tidy_recovery_code(recovery_code), slot)
    except SignInError:
        raise SignInError(WRONG_CODE) from None


def _refuse_suspended(vault: Vault, user: str) -> None:
    """Raises NotAllowedError for a person whom the journal says is suspended, SignInError for one that it does not know."""
    with vault.begin() as connection:
        person = vault.staff(connection).people.get(user)
    if person is None:
        raise SignInError(key_slots.NOT_RIGHT)
    if person.suspended:
        raise NotAllowedError(SUSPENDED)


def _record_sign_in(vault: Vault) -> None:
    bodies = (*failed_sign_ins.pending_entries(vault.folder), SessionChanged(salt=new_salt(), act="signed_in"))
    vault.record([Recording(body) for body in bodies])
    with translated():
        failed_sign_ins.forget(vault.folder)


def _go_on_as_new_device(vault: Vault, user: str) -> None:
    with vault.begin() as connection:
        used = {device.letter for device in vault.staff(connection).devices.values()}
        point = vault.chain_point(connection, vault.device)
        old = vault.device
    free = [letter for letter in LETTERS if letter not in used]
    if not free:
        raise RefusedError("All device letters of this site are used.")
    vault.user = user
    vault.become_device(free[0])
    vault.record(
        [
            Recording(_device_started(vault, old, point.sequence, point.value.hex())),
            Recording(SessionChanged(salt=new_salt(), act="signed_in")),
        ]
    )


def _device_started(vault: Vault, restored: str = "", sequence: int = 0, head: str = "") -> DeviceStarted:
    return DeviceStarted(
        salt=new_salt(),
        letter=vault.letter,
        signing_key=vault.keys.signing_public,
        sealing_key=vault.keys.sealing_public,
        release=__version__,
        restored_device=restored,
        restored_sequence=sequence,
        restored_head=head,
    )
