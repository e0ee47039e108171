"""Base types of what travels."""

from typing import Annotated

import msgspec

MAX_NUMBER = 2**53
"""Larger numbers are nobody's: not every reader of JSON keeps them."""


SealingKey = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{2432}\Z")]
"""ML-KEM-768 and X25519 public keys, one after the other: 1,216 bytes, hexadecimal."""


DeviceOID = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")]


Letter = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]\Z")]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all messages."""
