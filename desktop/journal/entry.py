"""The journal entry: a head (who, when, which kind) and a salted body (what).

Both are canonical JSON: UTF-8, keys sorted, no white space, no floats. An entry is kept and passed on as exactly the
bytes that were hashed; they are verified first and parsed after, never serialised again. Bytes that are not their own
canonical encoding are refused, so one content has one hash.

The bodies are one msgspec Struct a kind (`BODIES`). A kind that this release does not know is kept, passed on and shown as
such (`UnknownBody`). The JSON schema of them all is committed in `tests/data/journal-schema.json` and compared in
a test: the format is for ever.
"""

import secrets
from typing import Any

import msgspec

from desktop.errors import DamagedError
from desktop.journal.bodies import BODIES, Body, EntryData, UnknownBody

FORMAT = 1
"""Version of the entry format, in every head."""

SALT_BYTES = 16


class Head(EntryData, frozen=True, omit_defaults=False):
    """Who, when, what kind. Names no value and no person but the user's OID."""

    format: int
    study: str
    site: str
    device: str
    sequence: int
    """1, 2, 3, ... for each device, without gaps."""
    time: int
    """Hybrid logical time, see `hybrid_clock.py`."""
    wall: str
    """Wall time of the computer in ISO 8601 with UTC offset."""
    user: str
    """OID of the acting user; empty where nobody was signed in."""
    kind: str
    subject: str | None
    """Subject key, or null where the entry is about no subject."""


_ENCODE = msgspec.json.Encoder(order="sorted").encode
_DECODE_ANY = msgspec.json.Decoder().decode
_DECODE_HEAD = msgspec.json.Decoder(Head).decode
_DECODE_BODY = {kind: msgspec.json.Decoder(body).decode for kind, body in BODIES.items()}
_DECODE_UNKNOWN = msgspec.json.Decoder(UnknownBody).decode


class RawEntry(msgspec.Struct, frozen=True, array_like=True):
    """An entry as it is kept and as it travels: the bytes that were hashed. `body` is null where it was redacted."""

    head: bytes
    body: bytes | None
    body_hash: bytes
    """SHA-256 of the body; stands for a redacted body."""


class Entry(msgspec.Struct, frozen=True):
    """An entry as it is read. `body` is null where it was redacted."""

    head: Head
    body: Body | None

    @property
    def order(self) -> tuple[int, str, int]:
        """Its place in the fold: (hybrid time, device, sequence)."""
        return (self.head.time, self.head.device, self.head.sequence)


def new_salt() -> str:
    """A fresh random salt."""
    return secrets.token_hex(SALT_BYTES)


def encode(part: Head | Body) -> bytes:
    """The canonical bytes of a head or a body."""
    return _ENCODE(part)


def decode(raw: RawEntry) -> Entry:
    """Read an entry whose bytes were verified.

    Raises DamagedError when the bytes are not an entry.
    """
    try:
        head = _DECODE_HEAD(raw.head)
        body = None if raw.body is None else _DECODE_BODY.get(head.kind, _DECODE_UNKNOWN)(raw.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError("An entry cannot be read: its bytes are not an entry.") from error
    return Entry(head, body)


def read_json(data: bytes) -> Any:
    """The content of verified bytes, as JSON has it."""
    return _DECODE_ANY(data)


def is_canonical(data: bytes) -> bool:
    """Whether the bytes are their own canonical encoding, so that no other bytes say the same."""
    try:
        content = _DECODE_WITHOUT_FLOATS(data)
        return isinstance(content, dict) and _ENCODE(content) == data
    except (_FloatError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


class _FloatError(Exception):
    """A number that is not whole: two writings of it could mean the same."""


def _refuse_float(_: str) -> None:
    raise _FloatError


_DECODE_WITHOUT_FLOATS = msgspec.json.Decoder(float_hook=_refuse_float).decode


def schema() -> dict[str, Any]:
    """The JSON schema of the head and of every body, for the committed copy."""
    types = [Head, *(BODIES[kind] for kind in sorted(BODIES))]
    _, components = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    return {"format": FORMAT, "kinds": {str(k): BODIES[k].__name__ for k in sorted(BODIES)}, "$defs": components}
