"""Sealing of short messages (HPKE with ML-KEM-768 and X25519), bound to their purpose."""

from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

from desktop.errors import DamagedError
from desktop.journal.device_keys import sealing_key

SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def seal(content: bytes, recipient: str, purpose: str) -> bytes:
    """Seal to a public key (hexadecimal). Raises DamagedError where nothing can be sealed to it."""
    return seal_bound(content, recipient, purpose.encode())


def seal_bound(content: bytes, recipient: str, info: bytes) -> bytes:
    """Seal to a public key (hexadecimal), bound to bytes that are known otherwise. Raises DamagedError."""
    try:
        return SUITE.encrypt(content, sealing_key(recipient), info=info)
    except ValueError as error:
        raise DamagedError("A public key cannot be read.") from error


def unseal(sealed: bytes, own_key: MLKEM768X25519PrivateKey, purpose: str) -> bytes:
    """Open what was sealed to this key for this purpose. Raises cryptography's InvalidTag or ValueError."""
    return SUITE.decrypt(sealed, own_key, info=purpose.encode())
