"""The diagnostic log tells of events and places, never of values, names or keys."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop import __version__, diagnostics
from desktop.build import BUILD_FILE, this_build
from desktop.errors import RefusedError
from desktop.vault.database import DatabaseFaultError
from tests.conftest import ADMIN, NURSE, Clinic

SECRETS = ("Zhang San", "01-A001", "a passphrase of someone")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The log of a program called `program`."""
    diagnostics.install("program", tmp_path / "logs")
    yield tmp_path / "logs" / "program.log"
    diagnostics.uninstall()


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


def test_an_event_has_numbers(log: Path) -> None:
    with diagnostics.measured("rebuild") as numbers:
        numbers["subjects"] = 3
    [line] = lines(log)
    assert (line["event"], line["subjects"]) == ("rebuild", 3)
    assert line["seconds"] >= 0
    with pytest.raises((TypeError, ValueError)):
        diagnostics.record("event", subject="01-A001")  # type: ignore[arg-type]  # a text is no number


def test_a_fault_has_kinds_and_places_and_no_message(log: Path, clinic: Clinic) -> None:
    try:
        try:
            raise RefusedError("The value {value} is wrong.", value=SECRETS[0])
        except RefusedError as error:
            raise ValueError(f"{SECRETS[1]} {SECRETS[2]}") from error
    except ValueError as error:
        diagnostics.record_fault("job", error)
    diagnostics.record_fault("job", DatabaseFaultError("SQLITE_CONSTRAINT"))
    first, second = lines(log)[-2:]
    assert first["error"] == ["ValueError", "RefusedError"]
    assert re.fullmatch(r"tests/unit/test_diagnostics\.py:\d+", first["places"][-1])
    assert second["code"] == "SQLITE_CONSTRAINT"
    assert not any(secret in log.read_text("utf-8") for secret in SECRETS)
    with pytest.raises(RefusedError), clinic.sign_in(ADMIN) as site:
        site.casebook(SECRETS[1])
    with clinic.sign_in(ADMIN) as site:
        site.verify()
        site.backup(log.parent / "Zhang San.backup")
    text = log.read_text("utf-8")
    assert {"open vault", "verify", "backup"} <= {line["event"] for line in lines(log)}
    assert not any(secret in text for secret in (*SECRETS, *ADMIN, *NURSE, site.device, str(clinic.folder)))


def test_the_log_is_rotated(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostics, "MAX_BYTES", 2000)
    diagnostics.install("program", log.parent)
    for number in range(500):
        diagnostics.record("event", number=number)
    sizes = [path.stat().st_size for path in log.parent.iterdir()]
    assert len(sizes) == 1 + diagnostics.KEPT_FILES
    assert max(sizes) <= 2000
    assert lines(log)[-1]["number"] == 499


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    diagnostics.install("program", tmp_path / "file" / "logs")
    diagnostics.record("event", number=1)
    diagnostics.uninstall()


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "SITEBOOK_PASSPHRASE": SECRETS[2]}
    command = [sys.executable, "-m", "ui.app.main", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


@pytest.mark.skipif(sys.platform != "linux", reason="left out: the log's folder is set by a variable on Linux alone")
def test_a_command_leaves_its_name_and_no_argument(tmp_path: Path) -> None:
    ran = run(tmp_path, "show", SECRETS[1], "--vault", str(tmp_path), "--user", SECRETS[0])
    assert ran.returncode == 1
    [log] = tmp_path.rglob("sitebook.log")
    assert [line["event"] for line in lines(log)] == ["refused", "command show"]
    assert not any(secret in log.read_text("utf-8") for secret in (*SECRETS, str(tmp_path)))


def test_the_version_says_what_the_build_is_made_of(tmp_path: Path) -> None:
    ran = run(tmp_path, "--version")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(f"sitebook {__version__} (commit ")
    for part in ("Qt 6.", "SQLCipher 4.", "Python 3."):
        assert part in ran.stdout
    document = json.loads(run(tmp_path, "--version", "--json").stdout)
    assert set(document) == {"name", "version", "commit", "qt", "sqlcipher", "python"}
    assert document["python"] == ".".join(map(str, sys.version_info[:3]))
    assert run(tmp_path, "--json").returncode == 2


def test_the_version_is_said_once() -> None:
    pyproject = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    assert 'dynamic = ["version"]' in pyproject
    assert not re.search(r"^version\s*=", pyproject, re.MULTILINE)


def test_a_build_says_its_commit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert not BUILD_FILE.exists()
    (tmp_path / "build.json").write_text('{"commit": "0123abc"}')
    monkeypatch.setattr("desktop.build.BUILD_FILE", tmp_path / "build.json")
    assert this_build().commit == "0123abc"
