"""Key pairs of a device: Ed25519 to sign, ML-KEM-768 with X25519 (HPKE) to receive.

Public keys travel as hexadecimal text: 32 bytes for Ed25519; 1,184 bytes of ML-KEM-768 and then 32 of X25519 for sealing.
"""

from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from desktop.errors import DamagedError

SIGNING_BYTES = 32
MLKEM_SEED_BYTES = 64
MLKEM_PUBLIC_BYTES = 1184
X25519_BYTES = 32


class DeviceKeys:
    """The private keys of a device."""

    def __init__(self, signing: Ed25519PrivateKey, mlkem: MLKEM768PrivateKey, x25519: X25519PrivateKey) -> None:
        self.signing = signing
        self.sealing = MLKEM768X25519PrivateKey(mlkem, x25519)
        self._mlkem = mlkem
        self._x25519 = x25519

    @classmethod
    def generate(cls) -> Self:
        """Fresh keys."""
        return cls(Ed25519PrivateKey.generate(), MLKEM768PrivateKey.generate(), X25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The keys that `to_bytes` gave. Raises DamagedError."""
        if len(data) != SIGNING_BYTES + MLKEM_SEED_BYTES + X25519_BYTES:
            raise DamagedError("The keys of this device are damaged. Restore the newest backup.")
        signing, mlkem, x25519 = data[:SIGNING_BYTES], data[SIGNING_BYTES:-X25519_BYTES], data[-X25519_BYTES:]
        return cls(
            Ed25519PrivateKey.from_private_bytes(signing),
            MLKEM768PrivateKey.from_seed_bytes(mlkem),
            X25519PrivateKey.from_private_bytes(x25519),
        )

    def to_bytes(self) -> bytes:
        """The private keys, to be kept encrypted."""
        return self.signing.private_bytes_raw() + self._mlkem.private_bytes_raw() + self._x25519.private_bytes_raw()

    @property
    def signing_public(self) -> str:
        """Ed25519 public key, hexadecimal."""
        return self.signing.public_key().public_bytes_raw().hex()

    @property
    def sealing_public(self) -> str:
        """Public keys for sealing, hexadecimal."""
        mlkem = self._mlkem.public_key().public_bytes_raw()
        return (mlkem + self._x25519.public_key().public_bytes_raw()).hex()


def signing_key(public: str) -> Ed25519PublicKey:
    """An Ed25519 public key from its hexadecimal text. Raises DamagedError."""
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    except ValueError as error:
        raise DamagedError("A public key cannot be read.") from error


def sealing_key(public: str) -> MLKEM768X25519PublicKey:
    """The public keys for sealing, from their hexadecimal text. Raises DamagedError."""
    try:
        data = bytes.fromhex(public)
        mlkem, x25519 = data[:MLKEM_PUBLIC_BYTES], data[MLKEM_PUBLIC_BYTES:]
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(mlkem), X25519PublicKey.from_public_bytes(x25519)
        )
    except ValueError as error:
        raise DamagedError("A public key cannot be read.") from error
