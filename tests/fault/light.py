"""Key slots that open in a millisecond, for tests that open a vault hundreds of times and are about something else."""

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop.vault import key_slots


def lighten(folder: Path, name: str, passphrase: str) -> None:
    """Wrap a person's keys anew under the least that Argon2id can do. A slot says itself what it takes."""
    file = key_slots.read(folder)
    slot = key_slots.find_slot(file, name)
    assert slot is not None
    unlocked = key_slots.unwrap(passphrase, slot)
    light = msgspec.structs.replace(slot, memory_kib=8, passes=1, lanes=1)
    wrapped = AESGCM(key_slots._derive(passphrase, light)).encrypt(
        bytes.fromhex(light.nonce), unlocked.database_key + unlocked.signing_key, key_slots._associated(light)
    )
    light = msgspec.structs.replace(light, wrapped=wrapped.hex())
    light = msgspec.structs.replace(light, checksum=key_slots._slot_checksum(light))
    key_slots.write(folder, key_slots.with_slot(file, light))
