"""What a site and its centre say to each other: the messages, and how each is signed.

Every request after enrolment is signed by the device over method, path and body; every body carries a nonce, and every
answer is signed by the centre over the request's hash. So an answer cannot come from elsewhere or from before, and
nothing depends on anyone's clock. A replayed request gains nothing: a batch that is there already gets the same receipt.
"""

import hashlib
import secrets

import msgspec

from desktop.sync.signed import Signed

IDENTITY, ENROL, MEET, BATCH, FETCH = "/v1/identity", "/v1/enrol", "/v1/meet", "/v1/batch", "/v1/fetch"

DEVICE_HEADER = "Sitebook-Device"
SIGNATURE_HEADER = "Sitebook-Signature"

REQUEST_TYPE = "application/vnd.sitebook.request"
ANSWER_TYPE = "application/vnd.sitebook.answer"
DIRECTORY_TYPE = "application/vnd.sitebook.directory+json"
RECEIPT_TYPE = "application/vnd.sitebook.receipt+json"

NONCE_BYTES = 16


class _Message(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all messages."""


class CentreRecord(_Message, frozen=True, kw_only=True):
    """The centre's public keys, hexadecimal."""

    signing_key: str
    sealing_key: str


class DeviceRecord(_Message, frozen=True, kw_only=True):
    """A device that may send batches."""

    device: str
    site: str
    letter: str
    signing_key: str
    sealing_key: str
    active: bool = True


class Directory(_Message, frozen=True, kw_only=True):
    """Who may sign what; signed by the study's root key. Each change makes the next version."""

    version: int
    study: str
    root_key: str
    centre: CentreRecord
    devices: tuple[DeviceRecord, ...] = ()

    def device(self, oid: str) -> DeviceRecord | None:
        """The record of a device."""
        return next((record for record in self.devices if record.device == oid), None)


class Ask(_Message, frozen=True, kw_only=True):
    """A request that only wants to know."""

    nonce: str


class Identity(_Message, frozen=True, kw_only=True):
    """Who the centre is: the directory, signed by the root key whose words a person compares."""

    directory: Signed


class EnrolRequest(_Message, frozen=True, kw_only=True):
    """Sealed to the centre's key once a person compared its words, so that nobody else reads the code."""

    nonce: str
    code: str
    study: str
    site: str
    device: str
    letter: str
    signing_key: str
    sealing_key: str
    test: str
    """Random text that the centre sends back sealed: both directions of sealing are tried before the first entry."""


class EnrolAnswer(_Message, frozen=True, kw_only=True):
    """The directory with the new device in it, and the test text sealed to the device."""

    directory: Signed
    sealed_test: bytes


class Meet(_Message, frozen=True, kw_only=True):
    """The beginning of an exchange."""

    nonce: str
    directory_version: int


class Meeting(_Message, frozen=True, kw_only=True):
    """How far the centre has each device of the site: device -> (sequence, chain value in hexadecimal)."""

    directory: Signed
    heads: dict[str, tuple[int, str]]


class BatchAnswer(_Message, frozen=True, kw_only=True):
    """What became of a batch."""

    outcome: str
    """`received`, `gap`, `fork` or `quarantined`."""
    receipt: Signed | None = None
    wanted: int = 0
    """After a gap: the sequence number that the centre wants next."""
    reason: str = ""


class Receipt(_Message, frozen=True, kw_only=True):
    """The centre has these entries on its disk. Signed after the commit."""

    study: str
    site: str
    device: str
    first: int
    last: int
    head: str
    batch_sha256: str
    received: str
    """Wall time of the centre, ISO 8601 with offset."""


class Fetch(_Message, frozen=True, kw_only=True):
    """Ask for another device's entries that follow a sequence number."""

    nonce: str
    device: str
    after: int


class Fetched(_Message, frozen=True, kw_only=True):
    """A batch of another device, sealed to this one; None where there is nothing more."""

    batch: bytes | None


class Refusal(_Message, frozen=True, kw_only=True):
    """Why the centre will not: an English template of `desktop.texts` with its fields."""

    refused: str
    fields: dict[str, str] = {}


def new_nonce() -> str:
    """A fresh nonce."""
    return secrets.token_hex(NONCE_BYTES)


def request_bytes(path: str, body: bytes) -> bytes:
    """What a device signs."""
    return b"POST %s %s" % (path.encode(), hashlib.sha256(body).digest())


def answer_bytes(path: str, request_body: bytes, status: int, answer: bytes) -> bytes:
    """What the centre signs."""
    return b"%d %s %s %s" % (
        status,
        path.encode(),
        hashlib.sha256(request_body).digest(),
        hashlib.sha256(answer).digest(),
    )
