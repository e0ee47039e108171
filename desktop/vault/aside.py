"""A folder in which a file is made before it takes its place: backups and transfers are whole or not there."""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

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
