"""Messages between site and centre, and how each is signed.

Every request carries a fresh nonce and is signed by the device over device, path, nonce and body; every answer is signed
by the centre over the hash of the whole request, the status and the answer. So an answer cannot come from elsewhere, from
before, from another request or from another device's, and nothing depends on anyone's clock. A replayed request gains
nothing: a batch that is there already gets the same receipt, and what is fetched is sealed to the device.
"""

import hashlib
import secrets
from typing import Annotated

import msgspec

from desktop.sync.formats.base import MAX_NUMBER, DeviceOID, Letter, Message, SealingKey
from desktop.sync.formats.signed_statement import Hex32, Signed

IDENTITY, ENROL, MEET, BATCH, FETCH = "/v1/identity", "/v1/enrol", "/v1/meet", "/v1/batch", "/v1/fetch"

DEVICE_HEADER = "Sitebook-Device"
NONCE_HEADER = "Sitebook-Nonce"
SIGNATURE_HEADER = "Sitebook-Signature"

REQUEST_TYPE = "application/vnd.sitebook.request"
ANSWER_TYPE = "application/vnd.sitebook.answer"

NONCE_BYTES = 16


class Ask(Message, frozen=True, kw_only=True):
    """A request that says nothing but whose it is."""


class Identity(Message, frozen=True, kw_only=True):
    """Who the centre is: the directory, signed by the root key whose words a person compares."""

    directory: Signed


class EnrolRequest(Message, frozen=True, kw_only=True):
    """Sealed to the centre's key once a person compared its words, so that nobody else reads the code."""

    code: str
    study: str
    site: str
    device: DeviceOID
    letter: Letter
    signing_key: Hex32
    sealing_key: SealingKey
    test: str
    """Random text that the centre sends back sealed: both directions of sealing are tried before the first entry."""


class EnrolAnswer(Message, frozen=True, kw_only=True):
    """The directory with the new device in it, and the test text sealed to the device."""

    directory: Signed
    sealed_test: bytes


class Meet(Message, frozen=True, kw_only=True):
    """The beginning of an exchange. A centre that was restored learns which version of the directory was seen."""

    directory_version: Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)]


class Meeting(Message, frozen=True, kw_only=True):
    """How far the centre has each device of the site: device -> (sequence, chain value in hexadecimal)."""

    directory: Signed
    heads: dict[str, tuple[int, str]]


class BatchReceived(Message, frozen=True, kw_only=True, tag_field="outcome", tag="received"):
    """The batch is on the centre's disk."""

    receipt: Signed


class BatchGap(Message, frozen=True, kw_only=True, tag_field="outcome", tag="gap"):
    """Entries before the batch are missing."""

    wanted: int
    """The sequence number that the centre wants next."""


class BatchForked(Message, frozen=True, kw_only=True, tag_field="outcome", tag="fork"):
    """The centre has other entries of this device; the batch was kept as evidence."""

    wanted: int


class BatchSetAside(Message, frozen=True, kw_only=True, tag_field="outcome", tag="quarantined"):
    """The batch could not be accepted, and was set aside."""

    reason: str
    """An English template of `desktop.messages`."""
    fields: dict[str, str] = {}


BatchAnswer = BatchReceived | BatchGap | BatchForked | BatchSetAside
"""What became of a batch."""


class Fetch(Message, frozen=True, kw_only=True):
    """Ask for another device's entries that follow a sequence number.

    The answer is a batch as it is, sealed to the one that asks; nothing at all where there is no more.
    """

    device: str
    after: Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)]


class Refusal(Message, frozen=True, kw_only=True):
    """Why the centre will not: an English template of `desktop.messages` with its fields."""

    refused: str
    fields: dict[str, str] = {}


def new_nonce() -> str:
    """A fresh nonce."""
    return secrets.token_hex(NONCE_BYTES)


def request_bytes(device: str, path: str, nonce: str, body: bytes) -> bytes:
    """What a device signs, and what the answer to it is bound to."""
    return f"POST\n{path}\n{device}\n{nonce}\n{hashlib.sha256(body).hexdigest()}".encode()


def answer_bytes(request: bytes, status: int, answer: bytes) -> bytes:
    """What the centre signs: the status and the answer to this very request (`request_bytes`)."""
    return f"{status}\n{hashlib.sha256(request).hexdigest()}\n{hashlib.sha256(answer).hexdigest()}".encode()
