"""How a vault is made and opened: the ways that lead to a `Site` with a person signed in."""

import secrets
from pathlib import Path

import msgspec

from desktop import __version__
from desktop.casebook.users_and_devices import Person
from desktop.errors import DamagedError, NotAllowedError, RefusedError, SignInError
from desktop.journal.bodies import DeviceStarted, PassphraseChanged, SessionChanged, StudyVersionAdded, UserAdded
from desktop.journal.entry import new_salt
from desktop.journal.hybrid_clock import Wall, system_wall
from desktop.progress import Progress
from desktop.site.site import Site
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import Definition
from desktop.vault import failed_sign_ins, key_slots
from desktop.vault.backup import unpack_backup
from desktop.vault.database import translated
from desktop.vault.key_slots import Unlocked, VaultFile
from desktop.vault.vault import Recording, Vault, empty_folder, new_device_oid, new_user_keys
from desktop.views.people import Role

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


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


def create_site(
    folder: Path,
    definition: Definition,
    location: str,
    admin: str,
    passphrase: str,
    *,
    letter: str = "A",
    wall: Wall = system_wall,
) -> tuple[Site, str]:
    """Make a vault in an empty folder, its administrator signed in. Returns the site and the recovery code.

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
    file = VaultFile(
        release=__version__,
        study=definition.version.study,
        study_name=definition.version.name,
        site=location,
        site_name=definition.locations[location].name,
        device=device,
        letter=letter,
        slots=(
            key_slots.wrap(passphrase, user, name, unlocked),
            key_slots.wrap(recovery_code, "", "", Unlocked(unlocked.database_key, b"")),
        ),
        last_user=name,
    )
    with translated():
        made_folder = not folder.exists()
    vault = Vault.create(folder, file, unlocked, wall)
    try:
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
    except BaseException:
        vault.close()
        empty_folder(folder, made_folder=made_folder)
        raise
    return Site(vault, user), recovery_code


def open_site(folder: Path, name: str, passphrase: str, *, wall: Wall = system_wall) -> Site:
    """Sign a person in.

    Raises SignInError for a wrong user or passphrase (its `wait` says how long the next try must wait), NotAllowedError
    for a suspended person, DamagedError, InUseError, NewerReleaseError or EnvironmentProblemError.
    """
    file = key_slots.read(folder)
    failed_sign_ins.refuse_while_waiting(folder, wall())
    slot = key_slots.find_slot(file, name)
    try:
        # A name that is not there is as slow as a wrong passphrase, so that nobody learns which names exist.
        unlocked = key_slots.unwrap(passphrase, slot or file.slots[0])
        if slot is None:
            raise SignInError("The user or the passphrase is not right.")
    except SignInError as error:
        with translated():
            raise failed_sign_ins.counted(folder, wall(), error) from None
    return _enter(folder, file, unlocked, slot.user, wall)


def recover_site(folder: Path, recovery_code: str, name: str, new_passphrase: str, *, wall: Wall = system_wall) -> Site:
    """Give a person who lost the passphrase a new one, by the printed recovery code, and sign the person in.

    The person's signing key is lost with the passphrase: a new one is made and journalled.
    Raises what `open_site` raises.
    """
    file = key_slots.read(folder)
    failed_sign_ins.refuse_while_waiting(folder, wall())
    key_slots.check_passphrase(new_passphrase)
    slot, person_slot = key_slots.recovery_slot(file), key_slots.find_slot(file, name)
    if slot is None or person_slot is None:
        raise SignInError("The user or the recovery code is not right.")
    try:
        unlocked = key_slots.unwrap(key_slots.tidy_recovery_code(recovery_code), slot)
    except SignInError:
        wrong = SignInError("The user or the recovery code is not right.")
        with translated():
            raise failed_sign_ins.counted(folder, wall(), wrong) from None
    private, public = new_user_keys()
    mine = Unlocked(unlocked.database_key, private)
    site = _enter(folder, file, mine, person_slot.user, wall)
    body = PassphraseChanged(salt=new_salt(), user=person_slot.user, signing_key=public, recovered=True)
    new_slot = key_slots.wrap(new_passphrase, person_slot.user, person_slot.name, mine)
    site.vault.record([Recording(body)], lambda _: site.vault.put_slots(key_slots.with_slot(site.vault.file, new_slot)))
    return site


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

    restored = unpack_backup(backup, folder)
    try:
        file = key_slots.read(folder)
        slot = key_slots.find_slot(file, name)
        if slot is None:
            raise SignInError("The user or the passphrase is not right.")
        unlocked = key_slots.unwrap(passphrase, slot)
        vault = Vault.unlock(folder, file, unlocked, wall)
        try:
            found = verify_vault(vault, receipts_of(vault), progress)
            if not found.ok:
                raise DamagedError("The backup does not verify: {why}", why=found.failures[0].message)
            site = _as_new_device(vault, slot.user)
        except BaseException:
            vault.close()
            raise
    except BaseException:
        restored.undo()
        raise
    return site


def _enter(folder: Path, file: VaultFile, unlocked: Unlocked, user: str, wall: Wall) -> Site:
    vault = Vault.unlock(folder, file, unlocked, wall)
    try:
        vault.user = user
        with vault.begin() as connection:
            person: Person | None = vault.staff(connection).people.get(user)
        if person is None:
            raise SignInError("The user or the passphrase is not right.")
        if person.suspended:
            raise NotAllowedError("This user is suspended. A manager can lift the suspension.")
        _record_sign_in(vault)
        if file.last_user != person.name:
            vault.put_slots(msgspec.structs.replace(vault.file, last_user=person.name))
    except BaseException:
        vault.close()
        raise
    return Site(vault, user)


def _record_sign_in(vault: Vault) -> None:
    vault.record([Recording(body) for body in failed_sign_ins.told(vault.folder, "signed_in")])
    with translated():
        failed_sign_ins.forget(vault.folder)


def _as_new_device(vault: Vault, user: str) -> Site:
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
    return Site(vault, user)


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
