"""Signed statements: Ed25519 over DSSE's pre-authentication encoding of type and content.

What is signed is verified first and parsed after; the type keeps a signature of one kind from passing for another.
"""

from typing import Annotated, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.errors import DamagedError
from desktop.journal.device_keys import signing_key
from desktop.journal.entry import is_canonical

T = TypeVar("T")

Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""A hash, or an Ed25519 public key: 32 bytes, hexadecimal."""

_ENCODE = msgspec.json.Encoder(order="sorted").encode


class Signed(msgspec.Struct, frozen=True, array_like=True):
    """A statement's canonical JSON and its signature."""

    payload: bytes
    signature: bytes


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """DSSE v1 PAE: what is really signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, statement: msgspec.Struct, key: Ed25519PrivateKey) -> Signed:
    """Sign a statement."""
    payload = _ENCODE(statement)
    return Signed(payload, key.sign(pre_authentication_encoding(payload_type, payload)))


def sign_bytes(payload_type: str, payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """The signature of bytes that travel by themselves."""
    return key.sign(pre_authentication_encoding(payload_type, payload))


def verify_bytes(payload_type: str, payload: bytes, signature: bytes, public_key: str) -> None:
    """Raises DamagedError when the signature is not this key's over these bytes."""
    try:
        signing_key(public_key).verify(signature, pre_authentication_encoding(payload_type, payload))
    except InvalidSignature:
        raise DamagedError("A signature is not that of the expected key.") from None


def verify(payload_type: str, signed: Signed, public_key: str, statement_type: type[T]) -> T:
    """The statement, once its signature was found to be this key's. Raises DamagedError."""
    verify_bytes(payload_type, signed.payload, signed.signature, public_key)
    return unsafe_read(signed, statement_type)


def unsafe_read(signed: Signed, statement_type: type[T]) -> T:
    """The statement without looking at its signature: only to learn whose key should have signed it.

    Raises DamagedError where it is not a statement of this type.
    """
    if not is_canonical(signed.payload):
        raise DamagedError("A signed statement is not in its canonical form.")
    try:
        return msgspec.json.decode(signed.payload, type=statement_type)
    except msgspec.DecodeError as error:
        raise DamagedError("A signed statement cannot be read.") from error
