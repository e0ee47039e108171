"""Making a vault's folder: built in a folder of its own within the vault's, and a vault only by the last rename.

A making that was cut at any moment leaves no vault, and is cleared away when it is tried again.
"""

import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock

from desktop.errors import EnvironmentProblemError
from desktop.files import file_problem, sync_folder
from desktop.output_files import refuse_program_folder
from desktop.vault import key_slots
from desktop.vault.database import translated
from desktop.vault.vault import BUILDING, DATABASE, LOCK, hold_lock

NOT_EMPTY = "The folder is not empty. Choose a new or an empty folder for the vault."


@contextmanager
def new_vault(folder: Path) -> Generator[Path]:
    """Gives a folder to build a vault in; at the end the vault is closed there and becomes the one of `folder`.

    Where the block fails, `folder` is left as it was found: empty, or not there.
    Raises EnvironmentProblemError for a folder that is not empty or cannot be written.
    """
    refuse_program_folder(folder.parent)
    with translated():
        made_folder = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_unless_empty(folder)
    lock = hold_lock(folder)
    building = folder / BUILDING
    try:
        with translated():
            _clear(folder)
            building.mkdir()
        yield building
        with translated():
            _finish(building, folder)
    except BaseException:
        with translated():
            _clear(folder)
        _release(lock, folder)
        if made_folder:
            folder.rmdir()
        raise
    lock.release()


def _refuse_unless_empty(folder: Path) -> None:
    """What a making that was cut has left counts as empty, as long as no vault came into being."""
    names = {path.name for path in folder.iterdir()}
    left_behind = {LOCK, BUILDING, DATABASE} if BUILDING in names else {LOCK}
    if not names <= left_behind:
        raise EnvironmentProblemError(NOT_EMPTY)


def _finish(building: Path, folder: Path) -> None:
    """Move what was built into its place; with `vault.json`, the last of it, the folder is a vault."""
    (building / LOCK).unlink(missing_ok=True)
    (building / DATABASE).replace(folder / DATABASE)
    sync_folder(folder)
    (building / key_slots.FILE).replace(folder / key_slots.FILE)
    # From here on it is a vault: opening it writes the second copy and clears what is left of the building.
    with suppress(OSError):
        sync_folder(folder)
    shutil.rmtree(building, ignore_errors=True)


def _clear(folder: Path) -> None:
    building = folder / BUILDING
    if building.exists():
        (folder / DATABASE).unlink(missing_ok=True)
        shutil.rmtree(building)


def _release(lock: filelock.BaseFileLock, folder: Path) -> None:
    lock.release()
    try:
        (folder / LOCK).unlink(missing_ok=True)
    except OSError as error:
        raise file_problem(error) from error
