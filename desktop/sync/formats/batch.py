"""The batch: a run of one device's entries, signed and sealed. Pure functions.

The statement travels in clear and names no person; anyone with the device's public key can check it. The entries are
compressed (zstd) and sealed to the recipient (HPKE, ML-KEM-768 with X25519); the statement is bound in through `info`,
so neither can be put beside another. A sealed batch never changes.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated

import msgspec
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from desktop.errors import DamagedError, NewerReleaseError
from desktop.journal.device_keys import DeviceKeys
from desktop.journal.entry import RawEntry
from desktop.journal.hash_chain import ChainPoint, VerifiedEntry, next_value, verified
from desktop.journal.trusted_entries import MAX_ENTRY_BYTES
from desktop.sync.formats import signed_statement
from desktop.sync.formats.sealing import SUITE, seal_bound
from desktop.sync.formats.signed_statement import Hex32, Signed

FORMAT = 1
MAGIC = b"sitebook-batch\n"
STATEMENT_TYPE = "application/vnd.sitebook.batch-statement+json"
SEALED_TYPE = "application/vnd.sitebook.batch-sealed"

OTHER_ENTRIES = "The entries of the batch are not those that its statement names."
NEWER = (
    "The batch has format {theirs}, which a newer release made; this release reads up to format {ours}. "
    "Install the newer release."
)

MAX_ENTRIES = 5_000
MAX_BYTES = 4 * 1024 * 1024
"""Of heads and bodies, before compression."""
MAX_OPENED_BYTES = MAX_ENTRY_BYTES + MAX_BYTES
"""A bound on what a batch may decompress to: an entry larger than `MAX_BYTES` has a batch of its own."""
MAX_SEALED_BYTES = MAX_OPENED_BYTES + 64 * 1024

Number = Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch says of itself, in clear. Hashes are hexadecimal."""

    format: int = FORMAT
    study: str
    site: str
    device: str
    recipient: Hex32
    """SHA-256 of the public sealing key to which the device sealed it; the centre passes it on under this statement."""
    first: Number
    last: Number
    head_before: Hex32
    head_after: Hex32
    count: Number
    entries_sha256: Hex32
    """Of the entries' encoding before compression, as the device sent them."""
    directory_version: int
    checkpoint: str = ""
    """Last checkpoint of the centre's ledger that the device has seen."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a batch comes from."""

    study: str
    site: str
    device: str
    directory_version: int


class _Format(msgspec.Struct, frozen=True):
    """What every statement says, whatever release made it."""

    format: int


class Envelope(msgspec.Struct, frozen=True, array_like=True):
    """A batch as it lies in a file."""

    format: int
    statement: Signed
    sealed: bytes
    sealed_signature: bytes
    """Of whoever sealed it (the device, or the centre that passes it on): without a key to unseal it, damage shows."""


class SignedBatch(msgspec.Struct, frozen=True):
    """A batch whose signatures were verified; its entries are sealed still."""

    envelope: Envelope
    statement: Statement


class OpenedBatch(msgspec.Struct, frozen=True):
    """A batch whose signature, hash and chain were verified."""

    statement: Statement
    entries: tuple[VerifiedEntry, ...]


def key_hash(public_key: str) -> str:
    """How a statement names a recipient: SHA-256 of the public sealing key."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()


def fit(raws: Sequence[RawEntry]) -> Sequence[RawEntry]:
    """As many entries as one batch takes; at least one."""
    size = 0
    for number, raw in enumerate(raws[:MAX_ENTRIES]):
        size += len(raw.head) + len(raw.body or b"")
        if size > MAX_BYTES and number:
            return raws[:number]
    return raws[:MAX_ENTRIES]


def pack(
    raws: Sequence[RawEntry], source: Source, before: ChainPoint, signing: Ed25519PrivateKey, recipient: str
) -> tuple[Statement, bytes]:
    """Make the batch of a device's entries that follow `before`: what it states, and the bytes that travel."""
    plain = _write_entries(raws)
    after = before.value
    for raw in raws:
        after = next_value(after, raw)
    statement = Statement(
        study=source.study,
        site=source.site,
        device=source.device,
        recipient=key_hash(recipient),
        first=before.sequence + 1,
        last=before.sequence + len(raws),
        head_before=before.value.hex(),
        head_after=after.hex(),
        count=len(raws),
        entries_sha256=hashlib.sha256(plain).hexdigest(),
        directory_version=source.directory_version,
    )
    return statement, _envelope(signed_statement.sign(STATEMENT_TYPE, statement, signing), plain, recipient, signing)


def reseal(statement: Signed, raws: Sequence[RawEntry], recipient: str, signing: Ed25519PrivateKey) -> bytes:
    """The entries of a batch that was opened, under its own signed statement, sealed to another recipient by `signing`."""
    return _envelope(statement, _write_entries(raws), recipient, signing)


def read_envelope(data: bytes) -> Envelope:
    """Read the container. Raises DamagedError, or NewerReleaseError where a newer release made it."""
    if not data.startswith(MAGIC):
        raise DamagedError("This is not a batch of Sitebook.")
    try:
        content = msgspec.msgpack.decode(data[len(MAGIC) :])
        if isinstance(content, list) and content and isinstance(content[0], int) and content[0] > FORMAT:
            raise NewerReleaseError(NEWER, theirs=content[0], ours=FORMAT)
        envelope = msgspec.convert(content, Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedError("The batch is damaged.") from error
    if envelope.format != FORMAT or MAGIC + msgspec.msgpack.encode(envelope) != data:
        # One batch is one sequence of bytes: its hash is what a receipt names.
        raise DamagedError("The batch is damaged.")
    return envelope


def statement_of(envelope: Envelope, device_key: str) -> Statement:
    """The statement, once its signature was found to be the device's. Raises DamagedError, NewerReleaseError."""
    signed_statement.verify_bytes(STATEMENT_TYPE, envelope.statement.payload, envelope.statement.signature, device_key)
    return unsafe_statement(envelope)


def unsafe_statement(envelope: Envelope) -> Statement:
    """The statement without looking at its signature: to learn whose key to verify it with."""
    theirs = signed_statement.unsafe_read(envelope.statement, _Format).format
    if theirs > FORMAT:
        raise NewerReleaseError(NEWER, theirs=theirs, ours=FORMAT)
    return signed_statement.unsafe_read(envelope.statement, Statement)


def read_batch(data: bytes, device_key: str, sealer_key: str | None = None) -> SignedBatch:
    """Read the container and verify its signatures: the device's statement, and the seal of whoever sealed it.

    `sealer_key`: of the centre, where it passed the batch on; None: the device sealed it itself.
    Raises DamagedError, NewerReleaseError.
    """
    envelope = read_envelope(data)
    statement = statement_of(envelope, device_key)
    verify_sealed(envelope, sealer_key or device_key)
    return SignedBatch(envelope, statement)


def verify_sealed(envelope: Envelope, *sealer_keys: str) -> None:
    """Verify that one of these keys' holders sealed it so. Raises DamagedError."""
    content = _sealed_content(envelope.statement, envelope.sealed)
    for key in sealer_keys:
        try:
            signed_statement.verify_bytes(SEALED_TYPE, content, envelope.sealed_signature, key)
        except DamagedError:
            continue
        return
    raise DamagedError("The sealed entries of the batch are not those that were sealed. It is damaged.")


def open_batch(data: bytes, device_key: str, own: DeviceKeys, sealer_key: str | None = None) -> OpenedBatch:
    """Read a batch and open its entries: raises what `read_batch` and `open_entries` raise."""
    return open_entries(read_batch(data, device_key, sealer_key), own)


def open_entries(signed: SignedBatch, own: DeviceKeys) -> OpenedBatch:
    """Unseal, verify the hash, then the chain, and read the entries.

    A batch that was passed on under its first statement may lack bodies that were blanked since: its hash differs then,
    and the chain alone, which holds the bodies' hashes, shows that nothing else does.
    Whether the batch extends what is there already is for the caller to see from the statement.
    Raises DamagedError.
    """
    statement = signed.statement
    plain = _open(signed.envelope, own.sealing)
    is_whole = hashlib.sha256(plain).hexdigest() == statement.entries_sha256
    if not is_whole and statement.recipient == key_hash(own.sealing_public):
        raise DamagedError(OTHER_ENTRIES)
    raws = _read_entries(plain)
    if not is_whole and all(raw.body is not None for raw in raws):
        raise DamagedError(OTHER_ENTRIES)
    return OpenedBatch(statement, _chained(raws, statement))


def _write_entries(raws: Sequence[RawEntry]) -> bytes:
    """The entries as they travel: without the hashes of bodies that travel themselves."""
    return msgspec.msgpack.encode(
        [RawEntry(raw.head, raw.body, raw.body_hash if raw.body is None else b"") for raw in raws]
    )


def _read_entries(plain: bytes) -> list[RawEntry]:
    try:
        travelled = msgspec.msgpack.decode(plain, type=list[RawEntry])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedError("The entries of the batch cannot be read.") from error
    raws = [
        RawEntry(raw.head, raw.body, raw.body_hash if raw.body is None else hashlib.sha256(raw.body).digest())
        for raw in travelled
    ]
    if _write_entries(raws) != plain:
        # Whoever keeps the entries must be able to make the very bytes again that the statement names.
        raise DamagedError("The entries of the batch cannot be read.")
    return raws


def _chained(raws: Sequence[RawEntry], statement: Statement) -> tuple[VerifiedEntry, ...]:
    start = ChainPoint(statement.first - 1, bytes.fromhex(statement.head_before))
    end = ChainPoint(statement.last, bytes.fromhex(statement.head_after))
    entries = tuple(verified(raws, statement.device, start))
    if not entries or entries[-1][2] != end or len(entries) != statement.count:
        raise DamagedError("The entries of the batch do not form the chain that its statement names.")
    if any((entry.head.study, entry.head.site) != (statement.study, statement.site) for _, entry, _ in entries):
        raise DamagedError("The batch holds entries of another study or site.")
    return entries


def _envelope(statement: Signed, plain: bytes, recipient: str, signing: Ed25519PrivateKey) -> bytes:
    # One compressor a call: a shared one gives wrong bytes when threads meet.
    compressed = zstandard.ZstdCompressor(level=6).compress(plain)
    sealed = seal_bound(compressed, recipient, _bound(statement))
    signature = signed_statement.sign_bytes(SEALED_TYPE, _sealed_content(statement, sealed), signing)
    return MAGIC + msgspec.msgpack.encode(Envelope(FORMAT, statement, sealed, signature))


def _sealed_content(statement: Signed, sealed: bytes) -> bytes:
    return _bound(statement) + hashlib.sha256(sealed).digest()


def _open(envelope: Envelope, own_key: MLKEM768X25519PrivateKey) -> bytes:
    try:
        compressed = SUITE.decrypt(envelope.sealed, own_key, info=_bound(envelope.statement))
        if zstandard.frame_content_size(compressed) > MAX_OPENED_BYTES:
            raise DamagedError("The batch is larger than a batch may be.")
        return zstandard.ZstdDecompressor().decompress(compressed, max_output_size=MAX_OPENED_BYTES)
    except (InvalidTag, ValueError, zstandard.ZstdError) as error:
        raise DamagedError("The batch cannot be unsealed: it is damaged, or sealed to another recipient.") from error


def _bound(statement: Signed) -> bytes:
    return hashlib.sha256(statement.payload + statement.signature).digest()
