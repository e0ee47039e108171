"""The process is killed at any moment: what was acknowledged is there, and nothing is half-done.

Acknowledged is what the process printed and the parent read. `--soak` kills hundreds of times.
"""

import json
import os
import random
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import msgspec
import pytest

from desktop.actions import AddUser
from desktop.errors import EnvironmentProblemError, SignInError
from desktop.journal.bodies import FormRemoved, FormSaved
from desktop.journal.entry import Entry, decode
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey
from desktop.study.load import load_definition, locate
from tests.fault import worker

pytestmark = pytest.mark.skipif(os.name != "posix", reason="left out: kill -9 and waiting on pipes are POSIX's")

HERE = Path(__file__).parent
ADMIN = ("Manager", "manager passphrase")
KILLS, SOAK_KILLS = 6, 100
LATEST_SECONDS = 0.9
"""After the start of the work, the opening of the vault included."""

IN_THE_VAULT = {"vault.json", "vault-copy.json", "journal.db", "journal.db-journal", "lock", "attempts.json"}


class Process:
    """A worker, started and imported; it works from `go` on."""

    def __init__(self, mode: str, vault: Path, folder: Path, seed: int) -> None:
        command = [sys.executable, str(HERE / "worker.py"), mode, str(vault), str(folder), str(seed)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Kill it, if it lives."""
        self.process.kill()
        with self.process:
            pass

    def acknowledged_until(self, seconds: float) -> list[dict[str, Any]]:
        """Let it work for so long, kill it, and return what it had said by then."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        assert self.process.stdout.readline() == b'{"ready": true}\n'
        output = self.process.stdout.fileno()
        deadline = time.monotonic() + seconds
        self.process.stdin.write(b"go\n")
        self.process.stdin.flush()
        said = b""
        while (left := deadline - time.monotonic()) > 0:
            if select.select([output], [], [], left)[0]:
                block = os.read(output, 1 << 16)
                if not block:
                    break
                said += block
        assert self.process.poll() is None, "it ended by itself"
        self.process.kill()
        rest, complaints = self.process.stdout.read(), self.process.stderr.read()
        assert complaints.decode() == ""
        # A line that was cut short was never acknowledged.
        return [json.loads(line) for line in (said + rest).split(b"\n")[:-1]]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault with subjects, large enough that a rebuild or a backup takes its time."""
    folder = tmp_path_factory.mktemp("filled") / "vault"
    definition = load_definition(locate(str(HERE.parent / "data" / "clinic")))
    site, _ = opening.create_site(folder, definition, "01", *ADMIN)
    name, passphrase = worker.NURSE
    with site:
        site.record(AddUser(name=name, roles=("entry", "investigator"), passphrase=passphrase))
    with opening.open_site(folder, *worker.NURSE) as site:
        for subject in worker.SUBJECTS:
            worker.register(site, subject)
    return folder


def entries(site: Site) -> list[Entry]:
    """All entries of the device, in order."""
    with site.vault.begin() as connection:
        return [decode(raw) for raw in site.vault.raw_entries(connection, site.device, 0, 1 << 30)]


class Expected:
    """What the worker was told is there."""

    def __init__(self, vault: Path) -> None:
        with opening.open_site(vault, *worker.NURSE) as site:
            self.known = len(entries(site))
            """Entries that were compared before."""
            self.drafts = {
                draft.subject: value.value
                for draft in site.today().drafts
                for value in draft.items.values()
                if value is not None
            }
        self.acknowledged_drafts = set(self.drafts.values())
        self.forms: dict[tuple[str, FormKey], dict[str, Any]] = {}
        self.entries: dict[int, tuple[str, FormKey]] = {}

    def learn(self, acknowledged: list[dict[str, Any]]) -> None:
        """Take in what was acknowledged."""
        for line in acknowledged:
            if "saved" in line:
                subject, *key = line["saved"]
                place = (subject, FormKey(*key))
                self.forms[place] = line["content"]
                self.entries[line["sequence"]] = place
                if place[1] == worker.VS:
                    self.drafts.pop(subject, None)
            elif "draft" in line:
                self.drafts[line["draft"]] = line["typed"]
                self.acknowledged_drafts.add(line["typed"])

    def compare(self, site: Site) -> None:
        """Every acknowledged entry is there, and the record is what it adds up to."""
        unacknowledged: set[tuple[str, FormKey]] = set()
        there = entries(site)
        acknowledged = max(self.entries, default=0)
        assert acknowledged <= len(there)
        for number, entry in enumerate(there, 1):
            assert entry.head.sequence == number
            if number <= self.known or not isinstance(entry.body, FormSaved | FormRemoved):
                continue
            place = (str(entry.head.subject), entry.body.key)
            if number > acknowledged:
                unacknowledged.add(place)
            else:
                assert self.entries[number] == place
        self.known = len(there)
        unacknowledged_drafts = self.drafts_unlike_acknowledged(site, unacknowledged)
        # At most the one save or draft that was under way when the process ended.
        assert len(unacknowledged) + len(unacknowledged_drafts) <= 1
        for place, content in self.forms.items():
            if place not in unacknowledged:
                assert msgspec.to_builtins(site.form(*place).content) == content
        for place in unacknowledged:
            self.forms[place] = msgspec.to_builtins(site.form(*place).content)
            if place[1] == worker.VS:
                self.drafts.pop(place[0], None)
        for typed in unacknowledged_drafts.values():
            # It is newer than what was acknowledged: an older draft must never come back.
            assert typed not in self.acknowledged_drafts
        self.drafts |= unacknowledged_drafts
        self.acknowledged_drafts |= set(unacknowledged_drafts.values())

    def drafts_unlike_acknowledged(self, site: Site, saved: set[tuple[str, FormKey]]) -> dict[str, str]:
        """Drafts that are there and are not the last one acknowledged; a lost one fails the test."""
        kept = {draft.subject: next(iter(draft.items.values())) for draft in site.today().drafts}
        there = {subject: value.value for subject, value in kept.items() if value is not None}
        for subject in self.drafts:
            # The save that was under way takes the draft with it.
            assert subject in there or (subject, worker.VS) in saved
        return {
            subject: typed
            for subject, typed in there.items()
            if self.drafts.get(subject) != typed and (subject, worker.VS) not in saved
        }


def kills(mode: str, filled: Path, folder: Path, soak: bool) -> Iterator[list[dict[str, Any]]]:
    """Start, kill and say what was acknowledged, again and again; the next process warms up meanwhile."""
    chance = random.Random()
    count = SOAK_KILLS if soak else KILLS
    waiting = Process(mode, filled, folder, chance.getrandbits(32))
    try:
        for number in range(count):
            with waiting as process:
                if number + 1 < count:
                    waiting = Process(mode, filled, folder, chance.getrandbits(32))
                acknowledged = process.acknowledged_until(chance.uniform(0.1, LATEST_SECONDS))
            yield acknowledged
    finally:
        waiting.end()


def whole(site: Site) -> None:
    """Chain, pages and casebook are what they should be, and the folder holds nothing strange."""
    found = site.verify()
    assert found.ok, found.failures
    names = {path.name.removesuffix(".new") for path in site.folder.iterdir()}
    assert names <= IN_THE_VAULT


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mode", ["save", "rebuild"])
def test_killed_while_saving_or_rebuilding(mode: str, filled: Path, tmp_path: Path, soak: bool) -> None:
    expected = Expected(filled)
    acknowledged = 0
    for lines in kills(mode, filled, tmp_path, soak):
        acknowledged += len(lines)
        expected.learn(lines)
        with opening.open_site(filled, *worker.NURSE) as site:
            whole(site)
            expected.compare(site)
            # And the work goes on.
            expected.learn(go_on(site))
            expected.compare(site)
    assert acknowledged > 10


@pytest.mark.timeout(3600)
def test_killed_while_backing_up(filled: Path, tmp_path: Path, soak: bool) -> None:
    backups = tmp_path / "backups"
    backups.mkdir()
    expected = Expected(filled)
    made: set[str] = set()
    for number, lines in enumerate(kills("backup", filled, backups, soak)):
        expected.learn(lines)
        made |= {line["backup"] for line in lines if "backup" in line}
        with opening.open_site(filled, *worker.NURSE) as site:
            whole(site)
            expected.compare(site)
        there = {path.name for path in backups.glob("*.sitebook")}
        assert made <= there
        for name in sorted(there):
            # Acknowledged or not: under its own name there is only ever a whole one.
            opening.restore_site(backups / name, tmp_path / f"{number}-{name}", *worker.NURSE).close()
            (backups / name).unlink()
        made.clear()


RESTORING = """
import sys
from pathlib import Path
from desktop.site import opening
from desktop.sync.client import verification
backup, folder, name, passphrase = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
opening.restore_site(Path(backup), Path(folder), name, passphrase).close()
print("restored", flush=True)
"""


@pytest.mark.timeout(3600)
def test_killed_while_restoring(filled: Path, tmp_path: Path, soak: bool) -> None:
    """No vault, or the whole one as a new device; and what was cut is done again in the same folder."""
    backup, folder = tmp_path / "backup", tmp_path / "restored"
    with opening.open_site(filled, *worker.NURSE) as site:
        site.backup(backup)
        old = site.device
    chance = random.Random()
    command = [sys.executable, "-c", RESTORING, str(backup), str(folder), *worker.NURSE]
    cut = 0
    for _ in range(SOAK_KILLS if soak else KILLS * 2):
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            process.stdin.write(b"go\n")
            process.stdin.flush()
            select.select([process.stdout], [], [], chance.uniform(0.0, 0.5))
            process.kill()
            restored = process.stdout.read() == b"restored\n"
        try:
            opening.label(folder)
        except EnvironmentProblemError:
            assert not restored
            cut += 1
            opening.restore_site(backup, folder, *worker.NURSE).close()
        with opening.open_site(folder, *worker.NURSE) as site:
            assert site.device != old
            assert site.vault.letter == "B"
            whole(site)
        shutil.rmtree(folder)
    assert cut


@pytest.mark.timeout(3600)
def test_killed_while_exporting(filled: Path, tmp_path: Path, soak: bool) -> None:
    out = tmp_path / "transfer.xlsx"
    expected = Expected(filled)
    acknowledged = False
    for lines in kills("export", filled, tmp_path, soak):
        expected.learn(lines)
        acknowledged = acknowledged or any("exported" in line for line in lines)
        with opening.open_site(filled, *worker.NURSE) as site:
            whole(site)
            expected.compare(site)
            assert out.exists() or not acknowledged
            # Acknowledged or not: the old file or the new one, and the journal knows it.
            assert not out.exists() or site.verify_file(out).ok


@pytest.mark.timeout(3600)
def test_killed_while_changing_a_passphrase(filled: Path, tmp_path: Path, soak: bool) -> None:
    for lines in kills("passphrase", filled, tmp_path, soak):
        told = [line["passphrase"] for line in lines if "passphrase" in line]
        # The last one acknowledged, or the next one, which may be on the disk already: one of them, never neither.
        candidates = [worker.NURSE[1], worker.OTHER_PASSPHRASE]
        if told and told[-1] == worker.OTHER_PASSPHRASE:
            candidates.reverse()
        name = worker.NURSE[0]
        for passphrase in candidates:
            try:
                site = opening.open_site(filled, name, passphrase)
            except SignInError:
                continue
            break
        else:
            pytest.fail("no passphrase opens the vault")
        with site:
            whole(site)
            if passphrase != worker.NURSE[1]:
                site.record(worker.ChangePassphrase(old=passphrase, new=worker.NURSE[1]))


def go_on(site: Site) -> list[dict[str, Any]]:
    """One save in this process; what the worker would have said of it."""
    subject, key = worker.SUBJECTS[0], worker.VS
    worker.Work(site, site.folder, random.Random()).weigh(subject)
    view = site.form(subject, key)
    return [
        {
            "saved": [subject, *msgspec.structs.astuple(key)],
            "content": msgspec.to_builtins(view.content),
            "sequence": view.basis[site.device],
        }
    ]
