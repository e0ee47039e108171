"""Files are made aside, and what a power cut left there is cleared away in time."""

import os
import time
from pathlib import Path

import pytest

from desktop.files import LEFT_BEHIND_SECONDS, PREFIX, aside


def test_the_folder_lies_beside_and_goes(tmp_path: Path) -> None:
    with aside(tmp_path) as folder:
        assert folder.parent == tmp_path
        (folder / "part").write_bytes(b"x")
    assert not any(tmp_path.iterdir())
    with pytest.raises(KeyError), aside(tmp_path):
        raise KeyError
    assert not any(tmp_path.iterdir())


def test_what_a_power_cut_left_goes_after_a_day(tmp_path: Path) -> None:
    old, new, other = (tmp_path / name for name in (f"{PREFIX}old", f"{PREFIX}new", "mine"))
    long_ago = time.time() - LEFT_BEHIND_SECONDS - 60
    for path in (old, new, other):
        path.mkdir()
        (path / "transfer.xlsx").write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (long_ago, long_ago))
    with aside(tmp_path):
        # Another program may be at work in the new one; what is not ours is not touched.
        assert (old.exists(), new.exists(), other.exists()) == (False, True, True)


def test_where_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), aside(tmp_path / "none"):
        pass
