"""Files written as a whole: replaced atomically, flushed to disk, or assembled in a temporary folder."""

import contextlib
import errno
import os
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from desktop.errors import EnvironmentProblemError


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that after a power cut there is the old or the new one, whole. Raises OSError."""
    temporary = path.with_name(path.name + ".new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            flush_to_disk(stream)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def flush_to_disk(stream: IO[bytes]) -> None:
    """Make what was written survive a power cut. Raises OSError."""
    stream.flush()
    os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power cut, where the system can (Windows does it by itself)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


DISK_FULL = "The disk is full. Nothing was lost: make room and try again."


def file_problem(error: OSError) -> EnvironmentProblemError:
    """What a file system's refusal means to a person."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return EnvironmentProblemError(DISK_FULL)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return EnvironmentProblemError(
            "This folder cannot be written. Choose another, or ask for the right to write there."
        )
    if error.errno == errno.ENOENT:
        return EnvironmentProblemError("The file or folder is not there.")
    if error.errno == errno.EFBIG:
        return EnvironmentProblemError(DISK_FULL)
    return EnvironmentProblemError("The computer refused: {why}.", why=error.strerror or type(error).__name__)


PREFIX = ".sitebook-"


LEFT_BEHIND_SECONDS = 24 * 60 * 60
"""No file takes a day to make: an older folder was left by a power cut."""


@contextmanager
def aside(folder: Path) -> Generator[Path]:
    """A folder within `folder`, on the same disk, gone at the end; those that a power cut left behind go too.

    Raises OSError where nothing can be made there.
    """
    for path in folder.glob(f"{PREFIX}*"):
        # Another program may be clearing its own away at this moment.
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - LEFT_BEHIND_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=PREFIX) as name:
        yield Path(name)
