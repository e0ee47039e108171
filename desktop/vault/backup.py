"""Backup: an encrypted copy of the whole vault in one file, and its way back.

The file is a zip archive, not compressed: `vault.json`, `journal.db` (made by `sqlcipher_export`, which reads and
authenticates every page, under the same key) and `manifest.json` with their SHA-256. Anyone can look into the archive;
nobody reads the data without a passphrase or the recovery code.
"""

import hashlib
import shutil
import zipfile
from pathlib import Path

import msgspec

from desktop import __version__
from desktop.errors import CancelledError, DamagedError, EnvironmentProblemError, NewerReleaseError
from desktop.files import aside, file_problem, flush_to_disk, replace_file, sync_folder
from desktop.progress import Cancelled, Progress, no_progress
from desktop.vault import key_slots
from desktop.vault.database import translated
from desktop.vault.vault import DATABASE, Vault, empty_folder

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


class Restored:
    """What a restore has put into a folder, so that it can be taken away again."""

    def __init__(self, folder: Path, *, made_folder: bool) -> None:
        self.folder = folder
        self.made_folder = made_folder

    def undo(self) -> None:
        """Leave the folder as it was found: empty, or not there."""
        empty_folder(self.folder, made_folder=self.made_folder)


def write_backup(vault: Vault, out: Path, progress: Progress | None, cancelled: Cancelled | None) -> None:
    """Write a backup to `out`, which must not be there yet, and read it back.

    Raises EnvironmentProblemError (then nothing is left behind) or CancelledError.
    """
    report = progress or no_progress
    try:
        if out.exists():
            raise EnvironmentProblemError(
                "There is a file of this name already. A backup is never overwritten: choose another name."
            )
        with aside(out.parent) as folder:
            report(0, 4)
            _export(vault, folder / DATABASE, cancelled)
            report(1, 4)
            replace_file(folder / key_slots.FILE, (vault.folder / key_slots.FILE).read_bytes())
            archive = folder / "archive"
            _archive(vault, folder, archive)
            report(2, 4)
            _read_back(archive)
            report(3, 4)
            if cancelled is not None and cancelled():
                raise CancelledError("The backup was stopped. Nothing was written.")
            archive.replace(out)
            sync_folder(out.parent)
            report(4, 4)
    except OSError as error:
        raise file_problem(error) from error


def unpack_backup(backup: Path, folder: Path) -> Restored:
    """Check a backup and unpack it into a folder that is empty or not there. Nothing is unlocked here.

    Raises DamagedError, NewerReleaseError or EnvironmentProblemError; then the folder is as it was.
    """
    try:
        made_folder = not folder.exists()
        if not backup.is_file():
            raise EnvironmentProblemError("There is no such backup file.")
        if not made_folder and any(folder.iterdir()):
            raise EnvironmentProblemError("The folder is not empty. Choose a new or an empty folder for the vault.")
        with _opened(backup) as archive:
            folder.mkdir(parents=True, exist_ok=True)
            restored = Restored(folder, made_folder=made_folder)
            try:
                for part in PARTS:
                    with archive.open(part) as source, (folder / part).open("wb") as target:
                        shutil.copyfileobj(source, target, BLOCK)
                        flush_to_disk(target)
                (folder / key_slots.COPY).write_bytes((folder / key_slots.FILE).read_bytes())
            except (OSError, zipfile.BadZipFile):
                restored.undo()
                raise
    except zipfile.BadZipFile as error:
        raise DamagedError(NOT_A_BACKUP) from error
    except OSError as error:
        raise file_problem(error) from error
    return restored


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
        except Exception:
            # What SQLite raises where its progress handler stops it is an error like any other; all others go on.
            if cancelled is not None and cancelled():
                raise CancelledError("The backup was stopped. Nothing was written.") from None
            raise
        finally:
            connection.set_progress_handler(None, 0)


def _archive(vault: Vault, folder: Path, archive: Path) -> None:
    manifest = Manifest(
        release=__version__,
        study=vault.study,
        site=vault.site,
        device=vault.device,
        made=vault.clock.wall().isoformat(timespec="seconds"),
        sha256={part: _file_hash(folder / part) for part in PARTS},
    )
    with archive.open("wb") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as target:
            target.writestr(MANIFEST, msgspec.json.encode(manifest))
            for part in PARTS:
                target.write(folder / part, part)
        flush_to_disk(stream)


def _read_back(archive: Path) -> None:
    with _opened(archive):
        pass


def _opened(path: Path) -> zipfile.ZipFile:
    """Open an archive whose parts were found to be what the manifest says."""
    archive = zipfile.ZipFile(path)
    try:
        manifest = _manifest(archive)
        for part in PARTS:
            digest = hashlib.sha256()
            with archive.open(part) as stream:
                while block := stream.read(BLOCK):
                    digest.update(block)
            if digest.hexdigest() != manifest.sha256.get(part):
                raise DamagedError(NOT_A_BACKUP)
    except KeyError as error:
        archive.close()
        raise DamagedError(NOT_A_BACKUP) from error
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
                "This backup was made by Sitebook {theirs}, which is newer. Install the newer release.",
                theirs=found.get("release", "?"),
            )
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError(NOT_A_BACKUP) from error


def _file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
