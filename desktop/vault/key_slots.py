"""Key slots: who can open the vault, kept in `vault.json`.

One random 256-bit key encrypts the database. Each user has a slot in which that key, and the user's own signing key, lie
wrapped (AES-256-GCM) under Argon2id of the passphrase. The printed recovery code is one more slot, without a signing key.
A slot only wraps keys: whether a person may do something, or is suspended, the journal says.

`vault.json` is kept twice, each copy with its SHA-256, replaced as a whole and flushed to the disk. Both carry the number of
their generation: where they differ, the newer one that is whole counts, and opening the vault writes it into both.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from desktop import __version__
from desktop.errors import DamagedError, EnvironmentProblemError, NewerReleaseError, RefusedError, SignInError
from desktop.files import NEW, OLD, replace_file, replaced_files
from desktop.study.definition.base import Text

FORMAT = 1
"""Version of the vault's layout; a vault of a greater one is refused."""

FILE = "vault.json"
COPY = "vault-copy.json"

SHARED_BY = "+"
"""Between the OIDs in the name of a slot that several people open together."""

NOT_RIGHT = "The user or the passphrase is not right."
NEWER = (
    "This vault was made by Sitebook {theirs}, which is newer than this one, {ours} (format {found}; this release reads "
    "{known}). Install the newer release."
)
DAMAGED = "The file vault.json is damaged."

PASSPHRASE_LENGTH = 12
"""Fewest characters of a passphrase."""

KEY_BYTES = 32
NONCE_BYTES = 12


class KeyDerivationCost(msgspec.Struct, frozen=True, kw_only=True):
    """Cost of Argon2id, kept in each slot: a slot opens at the cost at which it was made."""

    memory_kib: int
    passes: int
    lanes: int


COST = KeyDerivationCost(memory_kib=64 * 1024, passes=3, lanes=4)
"""Cost of new slots: RFC 9106, section 4, second recommended option."""

RECOVERY_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Letters and digits that cannot be taken for each other on paper."""
RECOVERY_GROUPS, RECOVERY_GROUP_LENGTH = 6, 5
"""30 characters of 30: 147 bits."""


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """The database key wrapped under one secret. Byte strings are hexadecimal."""

    user: str
    """User OID; empty for the recovery code."""
    name: str
    memory_kib: int
    passes: int
    lanes: int
    salt: str
    nonce: str
    wrapped: str
    """Database key, then (for a user) the Ed25519 private key of the user's signature."""
    checksum: str = ""
    """Of all that stands before: tells a damaged slot from a wrong passphrase."""


class VaultFile(msgspec.Struct, frozen=True, kw_only=True):
    """What `vault.json` says without being unlocked: no subject, no value, the names of those who may sign in."""

    format: int = FORMAT
    release: str
    """Release that wrote it."""
    study: str
    study_name: str
    site: str
    site_name: Text
    device: str
    letter: str
    slots: tuple[Slot, ...]
    last_user: str = ""
    generation: int = 0
    """Grows with each change, so that an older copy is never taken for the newer one."""


class Unlocked(msgspec.Struct, frozen=True):
    """What a slot holds."""

    database_key: bytes
    signing_key: bytes
    """Ed25519 private key of the user; empty for the recovery code."""


class _Kept(msgspec.Struct, frozen=True):
    """A copy of the file on the disk: the content as text, and its SHA-256."""

    sha256: str
    content: msgspec.Raw


def normalised_name(name: str) -> str:
    """A user's name as it is compared and kept."""
    return unicodedata.normalize("NFC", name.strip())


def check_passphrase(passphrase: str) -> None:
    """Raises RefusedError when a new passphrase is too short."""
    if len(passphrase) < PASSPHRASE_LENGTH:
        raise RefusedError("The passphrase is too short. It needs at least {n} characters.", n=PASSPHRASE_LENGTH)


def new_recovery_code() -> str:
    """A fresh recovery code, in groups to be read from paper."""
    return "-".join(
        "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_GROUP_LENGTH)) for _ in range(RECOVERY_GROUPS)
    )


def tidy_recovery_code(code: str) -> str:
    """The code as it was printed, from how a person typed it."""
    letters = [letter for letter in code.upper() if letter in RECOVERY_ALPHABET]
    size = RECOVERY_GROUP_LENGTH
    return "-".join("".join(letters[start : start + size]) for start in range(0, len(letters), size))


def wrap(secret: str, user: str, name: str, unlocked: Unlocked) -> Slot:
    """Make a slot that `secret` (a passphrase or the recovery code) opens."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(NONCE_BYTES)
    slot = Slot(
        user=user,
        name=name,
        memory_kib=COST.memory_kib,
        passes=COST.passes,
        lanes=COST.lanes,
        salt=salt.hex(),
        nonce=nonce.hex(),
        wrapped="",
    )
    wrapped = AESGCM(_derive(secret, slot)).encrypt(
        nonce, unlocked.database_key + unlocked.signing_key, _associated(slot)
    )
    slot = msgspec.structs.replace(slot, wrapped=wrapped.hex())
    return msgspec.structs.replace(slot, checksum=_slot_checksum(slot))


def unwrap(secret: str, slot: Slot) -> Unlocked:
    """Open a slot.

    Raises SignInError for a wrong secret, DamagedError for a slot that is not what was written.
    """
    if slot.checksum != _slot_checksum(slot):
        raise DamagedError("The key slot of this user is damaged. Sign in as another user, or restore a backup.")
    try:
        keys = AESGCM(_derive(secret, slot)).decrypt(
            bytes.fromhex(slot.nonce), bytes.fromhex(slot.wrapped), _associated(slot)
        )
    except InvalidTag:
        raise SignInError(NOT_RIGHT) from None
    return Unlocked(keys[:KEY_BYTES], keys[KEY_BYTES:])


def find_slot(file: VaultFile, name: str) -> Slot | None:
    """The slot of the user of that name."""
    name = normalised_name(name)
    return next((slot for slot in file.slots if slot.user and slot.name == name), None)


def recovery_slot(file: VaultFile) -> Slot | None:
    """The slot of the recovery code."""
    return next((slot for slot in file.slots if not slot.user and not slot.name), None)


def share_slots(file: VaultFile) -> tuple[Slot, ...]:
    """The slots that several people open together; their names are the people's OIDs."""
    return tuple(slot for slot in file.slots if not slot.user and slot.name)


def make_share_slot(people: dict[str, str], unlocked: Unlocked) -> Slot:
    """The slot that these people (OID -> passphrase) open together: the database key, and nobody's signature."""
    users = sorted(people)
    secret = joined_secret(people[user] for user in users)
    return wrap(secret, "", SHARED_BY.join(users), Unlocked(unlocked.database_key, b""))


def joined_secret(passphrases: Iterable[str]) -> str:
    """Several passphrases as one secret, each with its length before it so that no two sets give the same."""
    return "".join(f"{len(passphrase)}:{passphrase}" for passphrase in passphrases)


def with_slots(file: VaultFile, *slots: Slot) -> VaultFile:
    """The file with these slots in the place of older ones of the same users."""
    for slot in slots:
        others = tuple(
            old
            for old in file.slots
            if (old.user, old.name) != (slot.user, slot.name)
            and (not slot.user or slot.user != old.user)
            and (not slot.user or old.name != slot.name)
        )
        file = msgspec.structs.replace(file, slots=(*others, slot))
    return file


def without_shares(file: VaultFile) -> VaultFile:
    """The file without the slots that several people open together."""
    kept = tuple(slot for slot in file.slots if slot.user or not slot.name)
    return msgspec.structs.replace(file, slots=kept)


def make_recovery_slot(recovery_code: str, unlocked: Unlocked) -> Slot:
    """The slot that the recovery code opens: the database key, and nobody's signature."""
    return wrap(recovery_code, "", "", Unlocked(unlocked.database_key, b""))


def read(folder: Path) -> VaultFile:
    """Read the newer of `vault.json` and its copy that is whole.

    Raises EnvironmentProblemError where there is no vault, DamagedError where neither can be used, and
    NewerReleaseError where a newer release made it.
    """
    whole: list[VaultFile] = []
    try:
        names = [name for name in (FILE, COPY) if (folder / name).is_file()]
        if not names:
            raise EnvironmentProblemError("There is no Sitebook vault in this folder.")
        for name in names:
            try:
                whole.append(decode((folder / name).read_bytes()))
            except DamagedError:
                continue
    except OSError as error:
        raise EnvironmentProblemError("The vault cannot be read: {why}.", why=error.strerror) from error
    if not whole:
        raise DamagedError(
            "The file vault.json and its copy are damaged. The data cannot be unlocked with them: restore a backup."
        )
    # The first of the greatest: of two files of one generation `vault.json` counts.
    return max(whole, key=lambda file: file.generation)


def heal(folder: Path) -> VaultFile:
    """Read the file and write it anew where `vault.json` or its copy is missing, damaged or older.

    Raises what `read` raises, and OSError. The caller holds the vault's lock.
    """
    file = read(folder)
    content = encode(file)
    for path in (folder / FILE, folder / COPY):
        if not path.is_file() or path.read_bytes() != content:
            replace_file(path, content)
        for ending in (NEW, OLD):
            # What a power cut in the middle of a change has left.
            path.with_name(path.name + ending).unlink(missing_ok=True)
    return file


def write(folder: Path, file: VaultFile) -> None:
    """Write `vault.json` and its copy where there was none. Raises OSError."""
    for name in (FILE, COPY):
        replace_file(folder / name, encode(file))


@contextmanager
def replaced(folder: Path, before: VaultFile, after: VaultFile) -> Generator[None]:
    """The slots of `after` lie on the disk while the block runs; where it fails those of `before` do again. Raises OSError."""
    paths = (folder / FILE, folder / COPY)
    with replaced_files(dict.fromkeys(paths, encode(before)), dict.fromkeys(paths, encode(after))):
        yield


def encode(file: VaultFile) -> bytes:
    """The bytes of `vault.json`."""
    content = msgspec.json.encode(file)
    return msgspec.json.encode(_Kept(hashlib.sha256(content).hexdigest(), msgspec.Raw(content)))


def decode(data: bytes) -> VaultFile:
    """Parse the bytes of `vault.json`. Raises DamagedError, or NewerReleaseError where a newer release wrote them."""
    try:
        kept = msgspec.json.decode(data, type=_Kept)
        if hashlib.sha256(kept.content).hexdigest() != kept.sha256:
            raise DamagedError(DAMAGED)
        made_by = msgspec.json.decode(kept.content, type=dict[str, object])
        if isinstance(found := made_by.get("format"), int) and found > FORMAT:
            raise NewerReleaseError(
                NEWER,
                theirs=made_by.get("release", "?"),
                ours=__version__,
                found=found,
                known=FORMAT,
            )
        return msgspec.json.decode(kept.content, type=VaultFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError(DAMAGED) from error


def _derive(secret: str, slot: Slot) -> bytes:
    return Argon2id(
        salt=bytes.fromhex(slot.salt),
        length=KEY_BYTES,
        iterations=slot.passes,
        lanes=slot.lanes,
        memory_cost=slot.memory_kib,
    ).derive(unicodedata.normalize("NFC", secret).encode())


def _associated(slot: Slot) -> bytes:
    return msgspec.json.encode([slot.user, slot.name, slot.memory_kib, slot.passes, slot.lanes, slot.salt])


def _slot_checksum(slot: Slot) -> str:
    content = msgspec.json.encode(msgspec.structs.replace(slot, checksum=""), order="sorted")
    return hashlib.sha256(content).hexdigest()
