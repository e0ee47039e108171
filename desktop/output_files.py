"""Output files: where a file may be written, and what it may replace.

Nothing is ever written from outside into a folder of the program's own data, and nothing is replaced that is not a file of
the same kind made by Sitebook.
"""

import os
from collections.abc import Callable
from pathlib import Path

from desktop.errors import EnvironmentProblemError
from desktop.files import aside, file_problem, sync_folder

PROGRAM_FILES = ("vault.json", "vault-copy.json", "journal.db", "centre.db")
"""Any of these makes a folder one of the program's own: a vault, or the store of a centre."""


def refuse_program_folder(folder: Path) -> None:
    """Raises EnvironmentProblemError for a folder that is, or lies in, a vault or the store of a centre."""
    try:
        resolved = folder.resolve()
    except (OSError, RuntimeError, ValueError):
        # Whoever writes there finds out what is wrong with the path.
        return
    for place in (resolved, *resolved.parents):
        if any(os.path.lexists(place / name) for name in PROGRAM_FILES):
            raise EnvironmentProblemError(
                "This folder holds data of Sitebook itself. Nothing else is written there: choose another folder."
            )


def check_output_file(out: Path, is_same_kind: Callable[[Path], bool]) -> None:
    """Raises EnvironmentProblemError where `out` must not be written.

    `is_same_kind` says of a file that is there whether it is one of ours of the same kind, which may be replaced.
    """
    refuse_program_folder(out.parent)
    refuse_program_folder(out)
    try:
        if os.path.lexists(out) and not (out.is_file() and is_same_kind(out)):
            raise EnvironmentProblemError(
                "Under this name there is something else, which is never replaced. Choose another name."
            )
    except OSError as error:
        raise file_problem(error) from error


def write_output(out: Path, data: bytes, is_same_kind: Callable[[Path], bool]) -> None:
    """Write a file as a whole where it may be written. Raises EnvironmentProblemError; then nothing was written."""
    check_output_file(out, is_same_kind)
    try:
        with aside(out.parent) as folder:
            made = folder / "output"
            made.write_bytes(data)
            made.replace(out)
        sync_folder(out.parent)
    except OSError as error:
        raise file_problem(error) from error
