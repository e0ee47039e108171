"""Small disks that a test may fill or write-protect."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

MEGABYTE = 1 << 20
SIZE = 6 * MEGABYTE


class Disk:
    """A file system of a few megabytes in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, leave: int = 0) -> None:
        """Write until nothing fits any more; then give back so many bytes."""
        with self._ballast.open("ab", buffering=0) as stream:
            for size in (MEGABYTE // 4, 4096, 1):
                block = bytes(size)
                try:
                    while stream.write(block) == size:
                        pass
                except OSError:
                    continue
        if leave:
            os.truncate(self._ballast, self._ballast.stat().st_size - leave)

    def free(self) -> None:
        """Make room again."""
        self._ballast.unlink()

    def protect(self) -> None:
        """Refuse every write, even the administrator's. Nothing on it may be open for writing."""
        subprocess.run(["mount", "-o", "remount,ro", str(self.folder)], check=True, capture_output=True)

    def unprotect(self) -> None:
        """Accept writes again."""
        subprocess.run(["mount", "-o", "remount,rw", str(self.folder)], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A small disk of its own."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("left out: only the administrator of a Linux computer can make a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    made = subprocess.run(mount, check=False, capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"left out: a small disk cannot be mounted here: {made.stderr.strip()}")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)
