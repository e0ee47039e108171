"""How a vault is made and opened: the ways that lead to a `Site` with a person signed in."""

import secrets
from pathlib import Path

import msgspec

from desktop import __version__
from desktop.casebook.staff import Person
from desktop.casebook.views import Role
from desktop.errors import DamagedError, NotAllowedError, RefusedError, SignInError
from desktop.journal.clock import Wall, system_wall
from desktop.journal.entry import (
    DeviceStarted,
    PassphraseChanged,
    SessionChanged,
    StudyVersionAdded,
    UserAdded,
    new_salt,
)
from desktop.progress import Progress
from desktop.site import Site
from desktop.study.definition import Definition
from desktop.study.part import Text
from desktop.vault import attempts, keys
from desktop.vault.backup import unpack_backup
from desktop.vault.database import translated
from desktop.vault.keys import Unlocked, VaultFile
from desktop.vault.vault import Recording, Vault, empty_folder, new_device_oid, new_user_keys

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
    file = keys.read(folder)
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
    keys.check_passphrase(passphrase)
    name = keys.normalised_name(admin)
    if not name or not name.isprintable():
        raise RefusedError("The administrator needs a name.")
    device = new_device_oid(letter)
    user = f"U.{device}.1"
    private, public = new_user_keys()
    unlocked = Unlocked(secrets.token_bytes(keys.KEY_BYTES), private)
    recovery_code = keys.new_recovery_code()
    file = VaultFile(
        release=__version__,
        study=definition.version.study,
        study_name=definition.version.name,
        site=location,
        site_name=definition.locations[location].name,
        device=device,
        letter=letter,
        slots=(
            keys.wrap(passphrase, user, name, unlocked),
            keys.wrap(recovery_code, "", "", Unlocked(unlocked.database_key, b"")),
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
    file = keys.read(folder)
    attempts.refuse_while_waiting(folder, wall())
    slot = keys.find_slot(file, name)
    try:
        # A name that is not there is as slow as a wrong passphrase, so that nobody learns which names exist.
        unlocked = keys.unwrap(passphrase, slot or file.slots[0])
        if slot is None:
            raise SignInError("The user or the passphrase is not right.")
    except SignInError as error:
        with translated():
            raise attempts.counted(folder, wall(), error) from None
    return _enter(folder, file, unlocked, slot.user, wall)


def recover_site(folder: Path, recovery_code: str, name: str, new_passphrase: str, *, wall: Wall = system_wall) -> Site:
    """Give a person who lost the passphrase a new one, by the printed recovery code, and sign the person in.

    The person's signing key is lost with the passphrase: a new one is made and journalled.
    Raises what `open_site` raises.
    """
    file = keys.read(folder)
    attempts.refuse_while_waiting(folder, wall())
    keys.check_passphrase(new_passphrase)
    slot, person_slot = keys.recovery_slot(file), keys.find_slot(file, name)
    if slot is None or person_slot is None:
        raise SignInError("The user or the recovery code is not right.")
    try:
        unlocked = keys.unwrap(keys.tidy_recovery_code(recovery_code), slot)
    except SignInError:
        wrong = SignInError("The user or the recovery code is not right.")
        with translated():
            raise attempts.counted(folder, wall(), wrong) from None
    private, public = new_user_keys()
    mine = Unlocked(unlocked.database_key, private)
    site = _enter(folder, file, mine, person_slot.user, wall)
    body = PassphraseChanged(salt=new_salt(), user=person_slot.user, signing_key=public, recovered=True)
    new_slot = keys.wrap(new_passphrase, person_slot.user, person_slot.name, mine)
    site.vault.record([Recording(body)], lambda _: site.vault.put_slots(keys.with_slot(site.vault.file, new_slot)))
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
    from desktop.vault.verify import verify_vault

    restored = unpack_backup(backup, folder)
    try:
        file = keys.read(folder)
        slot = keys.find_slot(file, name)
        if slot is None:
            raise SignInError("The user or the passphrase is not right.")
        unlocked = keys.unwrap(passphrase, slot)
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
    vault.record([Recording(body) for body in attempts.told(vault.folder, "signed_in")])
    with translated():
        attempts.forget(vault.folder)


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
