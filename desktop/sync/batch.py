"""The batch: a run of one device's entries, signed and sealed. Pure functions; the same bytes go over HTTP and on a stick.

The statement travels in clear and names no person; anyone with the device's public key can check it. The entries are
compressed (zstd) and sealed to the recipient (HPKE, ML-KEM-768 with X25519); the statement is bound in through `info`, so
neither can be put beside another. A sealed batch never changes.
"""

import hashlib
from collections.abc import Sequence

import msgspec
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from desktop.errors import DamagedError, NewerReleaseError
from desktop.journal.chain import ChainPoint, verified
from desktop.journal.entry import Entry, RawEntry
from desktop.journal.keys import sealing_key
from desktop.sync import signed
from desktop.sync.sealing import SUITE
from desktop.sync.signed import Signed

FORMAT = 1
MAGIC = b"sitebook-batch\n"
STATEMENT_TYPE = "application/vnd.sitebook.batch-statement+json"

MOST_ENTRIES = 5_000
MOST_BYTES = 4 * 1024 * 1024
"""Of heads and bodies, before compression."""
MOST_SEALED_BYTES = MOST_BYTES + 64 * 1024
MOST_OPENED_BYTES = 16 * MOST_BYTES
"""A bound on what a batch may decompress to: one entry may be larger than `MOST_BYTES`, none than this."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch says of itself, in clear. Hashes are hexadecimal."""

    format: int = FORMAT
    study: str
    site: str
    device: str
    recipient: str
    """Public sealing key's SHA-256 of the first recipient: whom the device sealed it to."""
    first: int
    last: int
    head_before: str
    head_after: str
    count: int
    entries_sha256: str
    """Of the entries' encoding before compression."""
    directory_version: int
    checkpoint: str = ""
    """Last checkpoint of the centre's ledger that the device has seen."""


class Envelope(msgspec.Struct, frozen=True, array_like=True):
    """A batch as it lies in a file."""

    format: int
    statement: Signed
    sealed: bytes


class OpenedBatch(msgspec.Struct, frozen=True):
    """A batch whose signature, hash and chain were verified."""

    statement: Statement
    entries: tuple[tuple[RawEntry, Entry, ChainPoint], ...]


def key_hash(public_key: str) -> str:
    """How a statement names a recipient: SHA-256 of the public sealing key."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()


def fit(raws: Sequence[RawEntry]) -> Sequence[RawEntry]:
    """As many entries as one batch takes; at least one."""
    size = 0
    for number, raw in enumerate(raws[:MOST_ENTRIES]):
        size += len(raw.head) + len(raw.body or b"")
        if size > MOST_BYTES and number:
            return raws[:number]
    return raws[:MOST_ENTRIES]


def pack(raws: Sequence[RawEntry], statement: Statement, signing: Ed25519PrivateKey, recipient: str) -> bytes:
    """Make a batch. `statement` needs everything but count, hash and recipient, which are filled in here."""
    plain = msgspec.msgpack.encode(raws)
    full = msgspec.structs.replace(
        statement,
        count=len(raws),
        entries_sha256=hashlib.sha256(plain).hexdigest(),
        recipient=key_hash(recipient),
    )
    made = signed.sign(STATEMENT_TYPE, full, signing)
    return _envelope(made, plain, recipient)


def reseal(data: bytes, own_key: MLKEM768X25519PrivateKey, recipient: str) -> bytes:
    """The same entries under the same signed statement, sealed to another recipient. Raises DamagedError."""
    envelope = read_envelope(data)
    return _envelope(envelope.statement, _open(envelope, own_key), recipient)


def seal_again(statement: Signed, raws: Sequence[RawEntry], recipient: str) -> bytes:
    """Entries that were opened before, with their statement, sealed to another recipient."""
    return _envelope(statement, msgspec.msgpack.encode(raws), recipient)


def read_envelope(data: bytes) -> Envelope:
    """Read the container. Raises DamagedError, or NewerReleaseError where a newer release made it."""
    if not data.startswith(MAGIC):
        raise DamagedError("This is not a batch of Sitebook.")
    try:
        content = msgspec.msgpack.decode(data[len(MAGIC) :])
        if isinstance(content, list) and content and isinstance(content[0], int) and content[0] > FORMAT:
            raise NewerReleaseError("The batch was made by a newer release. Install the newer release.")
        return msgspec.convert(content, Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedError("The batch is damaged.") from error


def statement_of(envelope: Envelope, device_key: str) -> Statement:
    """The statement, once its signature was found to be the device's. Raises DamagedError."""
    return signed.verify(STATEMENT_TYPE, envelope.statement, device_key, Statement)


def unsafe_statement(envelope: Envelope) -> Statement:
    """The statement without looking at its signature: to learn whose key to verify it with."""
    return signed.unsafe_read(envelope.statement, Statement)


def open_batch(data: bytes, device_key: str, own_key: MLKEM768X25519PrivateKey) -> OpenedBatch:
    """Verify the signature, unseal, verify hash and chain, and read the entries. Raises DamagedError.

    Whether the batch extends what is there already is for the caller to see from the statement.
    """
    envelope = read_envelope(data)
    statement = statement_of(envelope, device_key)
    plain = _open(envelope, own_key)
    if hashlib.sha256(plain).hexdigest() != statement.entries_sha256:
        raise DamagedError("The entries of the batch are not those that its statement names.")
    try:
        raws = msgspec.msgpack.decode(plain, type=tuple[RawEntry, ...])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError("The entries of the batch cannot be read.") from error
    start = ChainPoint(statement.first - 1, bytes.fromhex(statement.head_before))
    end = ChainPoint(statement.last, bytes.fromhex(statement.head_after))
    entries = tuple(verified(raws, statement.device, start))
    if not entries or entries[-1][2] != end or len(entries) != statement.count:
        raise DamagedError("The entries of the batch do not form the chain that its statement names.")
    return OpenedBatch(statement, entries)


def _envelope(statement: Signed, plain: bytes, recipient: str) -> bytes:
    # One compressor a call: a shared one gives wrong bytes when threads meet.
    compressed = zstandard.ZstdCompressor(level=6).compress(plain)
    sealed = SUITE.encrypt(compressed, sealing_key(recipient), info=_bound(statement))
    return MAGIC + msgspec.msgpack.encode(Envelope(FORMAT, statement, sealed))


def _open(envelope: Envelope, own_key: MLKEM768X25519PrivateKey) -> bytes:
    try:
        compressed = SUITE.decrypt(envelope.sealed, own_key, info=_bound(envelope.statement))
        if zstandard.frame_content_size(compressed) > MOST_OPENED_BYTES:
            raise DamagedError("The batch is larger than a batch may be.")
        return zstandard.ZstdDecompressor().decompress(compressed, max_output_size=MOST_OPENED_BYTES)
    except (InvalidTag, ValueError, zstandard.ZstdError) as error:
        raise DamagedError("The batch cannot be unsealed: it is damaged, or sealed to another recipient.") from error


def _bound(statement: Signed) -> bytes:
    return hashlib.sha256(statement.payload + statement.signature).digest()
