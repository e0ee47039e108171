"""Key slots that open in a millisecond, for tests that open a vault hundreds of times and are about something else."""

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop.vault import keys


def lighten(folder: Path, name: str, passphrase: str) -> None:
    """Wrap a person's keys anew under the least that Argon2id can do. A slot says itself what it takes."""
    file = keys.read(folder)
    slot = keys.find_slot(file, name)
    assert slot is not None
    unlocked = keys.unwrap(passphrase, slot)
    light = msgspec.structs.replace(slot, memory_kib=8, passes=1, lanes=1)
    wrapped = AESGCM(keys._derive(passphrase, light)).encrypt(
        bytes.fromhex(light.nonce), unlocked.database_key + unlocked.signing_key, keys._associated(light)
    )
    light = msgspec.structs.replace(light, wrapped=wrapped.hex())
    light = msgspec.structs.replace(light, checksum=keys._slot_checksum(light))
    keys.write(folder, keys.with_slot(file, light))
