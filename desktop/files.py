"""Files written as a whole: replaced atomically, flushed to disk, or assembled in a temporary folder."""

import contextlib
import errno
import os
import shutil
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from desktop.errors import EnvironmentProblemError

NEW, OLD = ".new", ".old"
"""What a file's name ends with while it is written, and while what it held is kept."""


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that after a power cut there is the old or the new one, whole. Raises OSError."""
    temporary = path.with_name(path.name + NEW)
    try:
        write_file(temporary, data)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_file(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, down to the disk. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        flush_to_disk(stream)


@contextmanager
def replaced_files(before: Mapping[Path, bytes], after: Mapping[Path, bytes]) -> Generator[None]:
    """Files hold `after` while the block runs; where it fails they hold `before` again.

    The room that either way takes on the disk is taken before anything is replaced, so that a full disk cannot stop half-way.
    Raises OSError.
    """
    new = {path: path.with_name(path.name + NEW) for path in after}
    old = {path: path.with_name(path.name + OLD) for path in before}
    try:
        for path, data in after.items():
            write_file(new[path], data)
        for path, data in before.items():
            write_file(old[path], data)
        try:
            for path, temporary in new.items():
                temporary.replace(path)
                sync_folder(path.parent)
            yield
        except BaseException:
            for path, temporary in old.items():
                temporary.replace(path)
                sync_folder(path.parent)
            raise
    finally:
        for temporary in (*new.values(), *old.values()):
            # Where one cannot be removed now, what was done is done all the same.
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


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


UNREADABLE_ZIP = (
    zipfile.BadZipFile,
    KeyError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
)
"""What the zip reader raises for bytes that are no archive of ours: other parts, encrypted, compressed otherwise, cut, absurd."""

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
