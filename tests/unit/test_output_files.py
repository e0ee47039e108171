"""Where a file may be written, and what it may replace."""

import os
from pathlib import Path

import pytest

from center.store.database import DATABASE as CENTRE_DATABASE
from desktop.errors import EnvironmentProblemError
from desktop.output_files import PROGRAM_FILES, check_output_file, refuse_program_folder, write_output
from desktop.vault import key_slots
from desktop.vault.vault import DATABASE


def always(_: Path) -> bool:
    return True


def never(_: Path) -> bool:
    return False


def test_the_programs_files_are_known_by_their_names() -> None:
    assert set(PROGRAM_FILES) == {key_slots.FILE, key_slots.COPY, DATABASE, CENTRE_DATABASE}


@pytest.mark.parametrize("name", PROGRAM_FILES)
def test_nothing_is_written_into_a_folder_of_the_program(tmp_path: Path, name: str) -> None:
    vault = tmp_path / "vault"
    (vault / "deep" / "deeper").mkdir(parents=True)
    (vault / name).touch()
    (tmp_path / "link").symlink_to(vault, target_is_directory=True)
    (tmp_path / "link.xlsx").symlink_to(vault / name)
    for out in (
        vault / name,
        vault / "new.xlsx",
        vault / "deep" / "deeper" / "new.xlsx",
        tmp_path / "link" / "new.xlsx",
        tmp_path / "other" / ".." / "vault" / "new.xlsx",
        tmp_path / "link.xlsx",
    ):
        with pytest.raises(EnvironmentProblemError):
            check_output_file(out, always)
    refuse_program_folder(tmp_path)
    check_output_file(tmp_path / "new.xlsx", never)


def test_what_is_no_file_of_the_same_kind_stays(tmp_path: Path) -> None:
    out, hard_link = tmp_path / "out", tmp_path / "hard link"
    out.write_bytes(b"someone's thesis")
    os.link(out, hard_link)
    with pytest.raises(EnvironmentProblemError):
        write_output(out, b"new", never)
    assert out.read_bytes() == b"someone's thesis"
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for other in (tmp_path, tmp_path / "dangling"):
        with pytest.raises(EnvironmentProblemError):
            write_output(other, b"new", always)
    write_output(out, b"new", always)
    assert (out.read_bytes(), hard_link.read_bytes()) == (b"new", b"someone's thesis")
    assert {path.name for path in tmp_path.iterdir()} == {"out", "hard link", "dangling"}
