"""Ways to open a vault without a user's passphrase: the printed code, and several people together."""

import itertools
from collections.abc import Sequence

from desktop.errors import RefusedError, SignInError
from desktop.journal.bodies import RecoveryChanged
from desktop.journal.entry import new_salt
from desktop.site_session import SiteSession
from desktop.vault import failed_sign_ins, key_slots
from desktop.vault.key_slots import Unlocked, VaultFile
from desktop.vault.vault import Recording

MAX_PEOPLE = 8
WRONG_SECRETS = "The recovery code or the passphrases are not right."


def new_code(site: SiteSession) -> str:
    """Make a new recovery code; the old one is void."""
    code = key_slots.new_recovery_code()
    slot = key_slots.make_recovery_slot(code, site.vault.unlocked)
    site.vault.record_with_slots([Recording(RecoveryChanged(salt=new_salt(), what="code"))], [slot])
    return code


def share(site: SiteSession, people: Sequence[str], needed: int, passphrases: Sequence[str]) -> int:
    """Let any `needed` of these people (names) open the vault together; returns the number of combinations.

    Raises SignInError for a wrong passphrase, RefusedError.
    """
    slots = [key_slots.find_slot(site.vault.file, name) for name in people]
    known = [slot for slot in slots if slot is not None]
    if len(known) != len(people) or len({slot.user for slot in known}) != len(people):
        raise RefusedError("There is no such user.")
    if not 2 <= needed <= len(known) <= MAX_PEOPLE or len(passphrases) != len(known):
        raise RefusedError("Name at most {n} people, and how many of them are needed: two or more.", n=MAX_PEOPLE)
    with failed_sign_ins.counted(site.vault.folder, site.vault.clock.wall):
        for slot, passphrase in zip(known, passphrases, strict=True):
            key_slots.unwrap(passphrase, slot)
    given = {slot.user: passphrase for slot, passphrase in zip(known, passphrases, strict=True)}
    shares = [
        key_slots.make_share_slot({user: given[user] for user in some}, site.vault.unlocked)
        for some in itertools.combinations(sorted(given), needed)
    ]
    body = RecoveryChanged(salt=new_salt(), what="share", people=tuple(sorted(given)), needed=needed)
    site.vault.record_with_slots([Recording(body)], shares, new_shares=True)
    return len(shares)


def rehearse(site: SiteSession, secrets: Sequence[str]) -> None:
    """Prove that a code, or several people's passphrases, open the vault, and record it. Raises SignInError."""
    with failed_sign_ins.counted(site.vault.folder, site.vault.clock.wall):
        unlocked = unlock(site.vault.file, secrets)
        if unlocked.database_key != site.vault.unlocked.database_key:
            raise SignInError(WRONG_SECRETS)
    site.vault.record([Recording(RecoveryChanged(salt=new_salt(), what="rehearsed"))])


def unlock(file: VaultFile, secrets: Sequence[str]) -> Unlocked:
    """What one code, or several people's passphrases in any order, open. Raises SignInError."""
    if len(secrets) == 1:
        slot = key_slots.recovery_slot(file)
        if slot is not None:
            try:
                return key_slots.unwrap(key_slots.tidy_recovery_code(secrets[0]), slot)
            except SignInError:
                pass
        raise SignInError(WRONG_SECRETS)
    for slot in key_slots.share_slots(file):
        if len(slot.name.split(key_slots.SHARED_BY)) != len(secrets):
            continue
        for order in itertools.permutations(secrets):
            try:
                return key_slots.unwrap(key_slots.joined_secret(order), slot)
            except SignInError:
                continue
    raise SignInError(WRONG_SECRETS)
