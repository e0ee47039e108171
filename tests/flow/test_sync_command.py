"""`sitebook-center` as others run it: a process of its own, from the command line's contract."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from center.command import main
from desktop.errors import CentreError
from desktop.site import opening
from desktop.sync.formats import batch
from desktop.vault import journal_table, outbox_tables

COMMAND = (sys.executable, "-m", "center.command")
CLINIC = str(Path(__file__).parents[1] / "data" / "clinic")
ADMIN = ("Manager", "manager passphrase")


def run(*arguments: str, check: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command that must end with this status, and never with a traceback."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )
    assert done.returncode == check, done.stderr
    assert "Traceback" not in done.stderr
    if check and "--json" not in arguments:
        assert done.stderr.strip()
    return done


@contextmanager
def serving(store: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The centre as a process; killed at the end if it still runs."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--store", str(store), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready http://127.0.0.1:")
        yield process, line.split()[1]
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        assert process.stderr is not None
        told = process.stderr.read()
        process.stdout.close()
        process.stderr.close()
    assert "Traceback" not in told


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store that was made."""
    made = run("init", "--study", CLINIC, "--store", str(tmp_path / "centre"))
    assert "fingerprint" in made.stdout
    return tmp_path / "centre"


def test_the_whole_way_of_a_centre(store: Path, clinic: Any, tmp_path: Path) -> None:
    code = json.loads(run("enrol-code", "--site", "01", "--json", SITEBOOK_CENTER_STORE=str(store)).stdout)
    assert set(code) == {"code", "expires", "fingerprint"}
    with serving(store) as (process, url):
        with clinic.sign_in(ADMIN) as site:
            enrolment = site.begin_enrolment(url, code["code"])
            assert enrolment.matches(code["fingerprint"])
            site.finish_enrolment(enrolment)
            sent = site.sync().sent
            device = site.device
            head = site.verify()
            assert head.ok
        # While it serves, too.
        [told, other] = json.loads(run("--store", str(store), "sites", "--json").stdout)
        assert set(told) == {"site", "devices", "subjects", "entries", "quarantined"}
        assert (told["site"], told["entries"], told["subjects"], told["quarantined"]) == ("01", sent, 0, 0)
        [found] = told["devices"]
        assert set(found) == {"device", "sequence", "head", "last_contact"}
        assert (found["device"], found["sequence"]) == (device, sent)
        assert len(bytes.fromhex(found["head"])) == 32
        assert (other["site"], other["devices"]) == ("02", [])
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert "sent" not in run("sites", "--store", str(store)).stdout
    out = tmp_path / "export"
    assert json.loads(run("export", "--out", str(out), "--store", str(store), "--json").stdout)["statements"] == 1
    found = json.loads(run("verify", str(out), "--json").stdout)
    assert (found["ok"], found["statements"], found["failures"]) == (True, 1, [])
    assert found["fingerprint"] == code["fingerprint"]
    run("verify", str(out), "--store", str(store))
    statements = (out / "statements.jsonl").read_bytes()
    (out / "statements.jsonl").write_bytes(statements.replace(b"A", b"B", 1))
    assert json.loads(run("verify", str(out), "--json", check=1).stdout)["ok"] is False
    run("verify", str(out), check=1)


def test_exit_statuses(store: Path, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, since there are many."""

    def ends(status: int, *arguments: str) -> None:
        monkeypatch.setattr(sys, "argv", ["sitebook-center", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        assert end.value.code == status, printed
        assert bool(printed.err) == bool(status)
        assert "Traceback" not in printed.err

    there = ("--store", str(store))
    nowhere = ("--store", str(tmp_path / "none"))
    ends(1, "init", "--study", CLINIC, *there)
    ends(1, "init", "--study", "no-such-study", *nowhere)
    ends(0, "--store", str(store), "--json", "sites")
    assert not (tmp_path / "none").exists()
    for command in (("sites",), ("serve",), ("enrol-code", "--site", "01"), ("export", "--out", str(tmp_path / "x"))):
        ends(1, *command, *nowhere)
        ends(2, *command)
    ends(1, "enrol-code", "--site", "99", *there)
    ends(2, "enrol-code", *there)
    ends(2, "serve", "--port", "70000", *there)
    ends(1, "serve", "--host", "no-such-host.invalid", *there)
    ends(1, "verify", str(tmp_path / "none"))
    ends(4, "verify", str(tmp_path))
    ends(2, "no-such-command")
    ends(1, "sites", "--store", "postgresql://centre/sitebook")
    (store / "centre.db").write_bytes(b"not a database" * 1000)
    for command in (("sites",), ("serve",), ("enrol-code", "--site", "01")):
        ends(4, *command, *there)


def test_a_line_that_says_nothing_does_not_hold_up_the_end(store: Path) -> None:
    with serving(store) as (process, url), socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))) as line:
        line.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\nhalf")
        run("sites", "--store", str(store))
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_a_port_that_is_taken_is_told(store: Path) -> None:
    with serving(store) as (_, url):
        run("serve", "--store", str(store), "--port", url.rsplit(":", 1)[1], check=1)


def test_what_was_receipted_survives_the_centre_being_killed(
    store: Path, clinic: Any, soak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is killed at a random moment of an exchange; what it signed for must be there afterwards."""
    monkeypatch.setattr(batch, "MAX_ENTRIES", 1)
    code = json.loads(run("enrol-code", "--site", "01", "--json", "--store", str(store)).stdout)
    with serving(store) as (_, url), clinic.sign_in(ADMIN) as site:
        site.finish_enrolment(site.begin_enrolment(url, code["code"]))
    port = int(url.rsplit(":", 1)[1])
    for _ in range(100 if soak else 3):
        with opening.open_site(clinic.folder, *ADMIN, wall=clinic.clock) as site:
            for _ in range(10):
                site.lock()
                site.unlock(ADMIN[1])
            with serving(store, port) as (process, _):
                timer = threading.Timer(random.random() * 0.2, process.kill)
                timer.start()
                with contextlib.suppress(CentreError):
                    site.sync()
                timer.join()
            with site.vault.begin() as connection:
                received = outbox_tables.received_to(connection)
                promised = journal_table.chain_value(connection, site.device, received) if received else bytes(32)
                mine = {n: journal_table.chain_value(connection, site.device, n) for n in range(received, received + 5)}
        [told, _] = json.loads(run("sites", "--json", "--store", str(store)).stdout)
        [found] = told["devices"]
        assert found["sequence"] >= received
        assert promised is not None
        assert bytes.fromhex(found["head"]) in ({*mine.values()} if found["sequence"] else {bytes(32)})
    with serving(store, port), opening.open_site(clinic.folder, *ADMIN, wall=clinic.clock) as site:
        site.sync()
        assert site.status().entries.waiting == 0
        assert site.verify().ok
