"""What a site and its centre say to each other: the messages, and how each is signed.

Every request carries a fresh nonce and is signed by the device over path, nonce and body; every answer is signed by
the centre over the request's path and nonce, the status and the answer. So an answer cannot come from elsewhere, from
before or from another request, and nothing depends on anyone's clock. A replayed request gains nothing: a batch that is
there already gets the same receipt, and what is fetched is sealed to the device.
"""

import hashlib
import secrets
from typing import Annotated

import msgspec

from desktop.sync.formats.base import MOST_NUMBER, DeviceOID, Letter, Message, SealingKey
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

    directory_version: Annotated[int, msgspec.Meta(ge=0, le=MOST_NUMBER)]


class Meeting(Message, frozen=True, kw_only=True):
    """How far the centre has each device of the site: device -> (sequence, chain value in hexadecimal)."""

    directory: Signed
    heads: dict[str, tuple[int, str]]


class BatchAnswer(Message, frozen=True, kw_only=True):
    """What became of a batch."""

    outcome: str
    """`received`, `gap`, `fork` or `quarantined`."""
    receipt: Signed | None = None
    wanted: int = 0
    """After a gap: the sequence number that the centre wants next."""
    reason: str = ""
    """After a quarantine: an English template of `desktop.messages`."""
    fields: dict[str, str] = {}


class Fetch(Message, frozen=True, kw_only=True):
    """Ask for another device's entries that follow a sequence number.

    The answer is a batch as it is, sealed to the one that asks; nothing at all where there is no more.
    """

    device: str
    after: Annotated[int, msgspec.Meta(ge=0, le=MOST_NUMBER)]


class Refusal(Message, frozen=True, kw_only=True):
    """Why the centre will not: an English template of `desktop.messages` with its fields."""

    refused: str
    fields: dict[str, str] = {}


def new_nonce() -> str:
    """A fresh nonce."""
    return secrets.token_hex(NONCE_BYTES)


def request_bytes(path: str, nonce: str, body: bytes) -> bytes:
    """What a device signs."""
    return f"POST\n{path}\n{nonce}\n{hashlib.sha256(body).hexdigest()}".encode()


def answer_bytes(path: str, nonce: str, status: int, answer: bytes) -> bytes:
    """What the centre signs. The nonce stands for the request, whose own signature holds nonce and body together."""
    return f"{status}\n{path}\n{nonce}\n{hashlib.sha256(answer).hexdigest()}".encode()
