"""No command and no method writes over the program's own files, nor over what it did not make."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from desktop.errors import EnvironmentProblemError
from desktop.site import opening
from tests.conftest import ADMIN, CLINIC, Clinic


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "lock"}


def run(*arguments: str | Path, module: str = "ui.app.main") -> int:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    environment = {**os.environ, "SITEBOOK_PASSPHRASE": ADMIN[1], "SITEBOOK_USER": ADMIN[0]}
    ran = subprocess.run(command, check=False, capture_output=True, env=environment)
    assert b"unexpected fault" not in ran.stderr, ran.stderr
    return ran.returncode


@pytest.mark.parametrize("name", ["vault.json", "vault-copy.json", "journal.db", "attempts.json", "new.xlsx"])
def test_an_export_or_a_backup_into_the_vault_is_refused(clinic: Clinic, name: str) -> None:
    with clinic.sign_in(ADMIN) as site:
        before = files(clinic.folder)
        for write in (lambda out: site.export_excel("2026-11", out), site.backup):
            with pytest.raises(EnvironmentProblemError):
                write(clinic.folder / name)
        assert files(clinic.folder) == before
    clinic.sign_in().close()


def test_every_command_that_writes_leaves_a_vault_alone(clinic: Clinic) -> None:
    study = clinic.folder / "study"
    backup = clinic.folder.parent / "backup"
    with clinic.sign_in() as site:
        site.backup(backup)
    before = files(clinic.folder)
    for name in ("vault.json", "journal.db", "new"):
        out = clinic.folder / name
        assert run("study", "checks", CLINIC, "--out", out) == 1
        assert run("practice", "--no-window", "--dir", out) == 1
        assert run("tour", "--out", out) == 1
        assert run("restore", backup, "--vault", out) == 1
        assert run("init", "--study", CLINIC, "--site", "01", "--admin", "M", "--vault", out) == 1
        assert run("init", "--study", CLINIC, "--store", out, module="center.command") == 1
    assert files(clinic.folder) == before
    assert not study.exists()


def test_an_export_replaces_an_older_transfer_alone(clinic: Clinic, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    with clinic.sign_in(ADMIN) as site:
        for content in (b"", b"not a workbook", b"PK\x05\x06" + bytes(18)):
            out.write_bytes(content)
            with pytest.raises(EnvironmentProblemError):
                site.export_excel("2026-11", out)
            assert out.read_bytes() == content
        with xlsxwriter.Workbook(out) as book:
            book.add_worksheet("Cover")
        with pytest.raises(EnvironmentProblemError):
            site.export_excel("2026-11", out)
        site.backup(tmp_path / "backup")
        shutil.copy(tmp_path / "backup", out)
        with pytest.raises(EnvironmentProblemError):
            site.export_excel("2026-11", out)
        out.unlink()
        site.export_excel("2026-10", out)
        first = out.read_bytes()
        site.export_excel("2026-11", out)
        assert out.read_bytes() != first
        assert site.verify_file(out).ok


def test_the_check_list_replaces_an_older_one_alone(tmp_path: Path) -> None:
    out = tmp_path / "checks.md"
    out.write_text("# My notes\n\nthat took a week\n")
    assert run("study", "checks", CLINIC, "--out", out) == 1
    assert out.read_text() == "# My notes\n\nthat took a week\n"
    out.unlink()
    assert run("study", "checks", CLINIC, "--out", out) == 0
    written = out.read_bytes()
    assert run("study", "checks", CLINIC, "--out", out) == 0
    assert out.read_bytes() == written


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_backup_that_someone_packed_anew_is_refused(clinic: Clinic, tmp_path: Path, method: int) -> None:
    """Compressed parts may unpack to a full disk; the program writes none."""
    whole, packed = tmp_path / "whole", tmp_path / "packed"
    with clinic.sign_in() as site:
        site.backup(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(packed, "w", method) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    data = whole.read_bytes()
    # Encrypted, says the flag of its first part; a compression that nobody knows.
    at = data.index(b"PK\x01\x02")
    encrypted = data[: at + 8] + b"\x01" + data[at + 9 :]
    unknown = data[: at + 10] + b"\x63" + data[at + 11 :]
    for number, content in enumerate((packed.read_bytes(), encrypted, unknown)):
        packed.write_bytes(content)
        folder = tmp_path / str(number)
        with pytest.raises(Exception) as error:  # noqa: PT011 - its status is what the command ends with
            opening.restore_site(packed, folder, *ADMIN, wall=clinic.clock)
        assert getattr(error.value, "exit_status", None) == 4
        assert not folder.exists()
