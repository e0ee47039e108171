"""Backup of the whole vault as one encrypted file, and its restoration.

The file is a zip archive, not compressed: `vault.json`, `journal.db` (made by `sqlcipher_export`, which reads and
authenticates every page, under the same key) and `manifest.json` with their SHA-256. Anyone can look into the archive;
nobody reads the data without a passphrase or the recovery code.
"""

import hashlib
import shutil
import sqlite3
import zipfile
from pathlib import Path

import msgspec
from sqlcipher3 import dbapi2

from desktop import __version__
from desktop.errors import CancelledError, DamagedError, EnvironmentProblemError, NewerReleaseError, SitebookError
from desktop.files import DISK_FULL, UNREADABLE_ZIP, aside, file_problem, flush_to_disk, sync_folder, write_file
from desktop.output_files import refuse_program_folder
from desktop.progress import Cancelled, Progress, no_progress
from desktop.vault import key_slots
from desktop.vault.database import BAD_DATABASE, DISK_ERROR, translated
from desktop.vault.vault import DATABASE, Vault

FORMAT = 1
MANIFEST = "manifest.json"
BLOCK = 1 << 20
OPCODES_BETWEEN_LOOKS = 200_000
"""SQLite virtual-machine steps between two looks at whether the person cancelled."""

PARTS = (key_slots.FILE, DATABASE)
NOT_A_BACKUP = "This file is not a Sitebook backup, or it is damaged. Try an older backup."


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What the archive holds."""

    format: int = FORMAT
    release: str
    study: str
    site: str
    device: str
    made: str
    sha256: dict[str, str]


def write_backup(vault: Vault, out: Path, progress: Progress | None, cancelled: Cancelled | None) -> None:
    """Write a backup to `out`, which must not be there yet, and read it back.

    Raises EnvironmentProblemError (then nothing is left behind) or CancelledError.
    """
    report = progress or no_progress
    refuse_program_folder(out.parent)
    try:
        if out.exists():
            raise EnvironmentProblemError(
                "There is a file of this name already. A backup is never overwritten: choose another name."
            )
        with aside(out.parent) as folder:
            report(0, 4)
            _export(vault, folder / DATABASE, cancelled)
            report(1, 4)
            write_file(folder / key_slots.FILE, key_slots.encode(vault.file))
            archive = folder / "archive"
            _archive(vault, folder, archive)
            report(2, 4)
            _read_back(archive, vault)
            report(3, 4)
            if cancelled is not None and cancelled():
                raise CancelledError("The backup was stopped. Nothing was written.")
            archive.replace(out)
            sync_folder(out.parent)
            report(4, 4)
    except OSError as error:
        raise file_problem(error) from error


def unpack_backup(backup: Path, folder: Path) -> None:
    """Check a backup and unpack it into an empty folder. Nothing is unlocked here.

    Raises DamagedError, NewerReleaseError or EnvironmentProblemError.
    """
    try:
        if not backup.is_file():
            raise EnvironmentProblemError("There is no such backup file.")
        with _opened(backup) as archive:
            for part in PARTS:
                with archive.open(part) as source, (folder / part).open("wb") as target:
                    shutil.copyfileobj(source, target, BLOCK)
                    flush_to_disk(target)
    except UNREADABLE_ZIP as error:
        raise DamagedError(NOT_A_BACKUP) from error
    except OSError as error:
        raise file_problem(error) from error


def _export(vault: Vault, target: Path, cancelled: Cancelled | None) -> None:
    """Copy all tables, indexes and triggers page by page into a new database under the same key."""
    key = vault.unlocked.database_key.hex()
    # ATTACH cannot stand in a transaction, so this goes past `begin`.
    with translated():
        connection = vault.driver_connection()
        if cancelled is not None:
            connection.set_progress_handler(lambda: int(cancelled()), OPCODES_BETWEEN_LOOKS)
        try:
            connection.execute("ATTACH DATABASE ? AS backup KEY \"x'" + key + "'\"", (str(target),))
            try:
                connection.execute("SELECT sqlcipher_export('backup')").fetchall()
            finally:
                connection.execute("DETACH DATABASE backup")
        except Exception as error:
            # What SQLite raises where its progress handler stops it is an error like any other; all others go on.
            if cancelled is not None and cancelled():
                raise CancelledError("The backup was stopped. Nothing was written.") from None
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
                raise _export_problem(connection, vault.folder / DATABASE, target) from None
            raise
        finally:
            connection.set_progress_handler(None, 0)


def _export_problem(connection: dbapi2.Connection, database: Path, target: Path) -> SitebookError:
    """Why the export failed: of the disk and of damage alike it says only that there was an error."""
    if connection.execute("PRAGMA cipher_integrity_check").fetchall():
        return DamagedError(BAD_DATABASE)
    is_full = shutil.disk_usage(target.parent).free < database.stat().st_size
    return EnvironmentProblemError(DISK_FULL if is_full else DISK_ERROR)


def _archive(vault: Vault, folder: Path, archive: Path) -> None:
    manifest = Manifest(
        release=__version__,
        study=vault.study,
        site=vault.site,
        device=vault.device,
        made=vault.clock.wall().isoformat(timespec="seconds"),
        sha256={part: _file_hash(folder / part) for part in PARTS},
    )
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
        target.writestr(MANIFEST, msgspec.json.encode(manifest))
        for part in PARTS:
            target.write(folder / part, part)
    with archive.open("rb+") as stream:
        flush_to_disk(stream)


def _read_back(path: Path, vault: Vault) -> None:
    """Raises DamagedError unless the archive holds the key slots of now. Its database was compared by its hash."""
    with _opened(path) as archive:
        if key_slots.decode(archive.read(key_slots.FILE)) != vault.file:
            raise DamagedError(NOT_A_BACKUP)


def _opened(path: Path) -> zipfile.ZipFile:
    """Open an archive whose parts were found to be what the manifest says."""
    archive = zipfile.ZipFile(path)
    try:
        manifest = _manifest(archive)
        for part in PARTS:
            if archive.getinfo(part).compress_type != zipfile.ZIP_STORED:
                # A few bytes that unpack to a full disk are no backup.
                raise DamagedError(NOT_A_BACKUP)
            digest = hashlib.sha256()
            with archive.open(part) as stream:
                while block := stream.read(BLOCK):
                    digest.update(block)
            if digest.hexdigest() != manifest.sha256.get(part):
                raise DamagedError(NOT_A_BACKUP)
        key_slots.decode(archive.read(key_slots.FILE))
    except BaseException:
        archive.close()
        raise
    return archive


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        content = archive.read(MANIFEST)
        found = msgspec.json.decode(content, type=dict[str, object])
        number = found.get("format")
        if isinstance(number, int) and number > FORMAT:
            raise NewerReleaseError(
                "This backup was made by Sitebook {theirs}, which is newer than this one, {ours}. Install the newer release.",
                theirs=found.get("release", "?"),
                ours=__version__,
            )
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError(NOT_A_BACKUP) from error


def _file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
