"""The practice site: a real vault and a real centre on this computer, with synthetic subjects.

Nothing is mocked: the vault is encrypted, the centre is a process of its own with its own store, the device is enrolled,
and the subjects are entered through `Site.record` like everything else. What they consist of is data
(`resources/practice/<study>.jsonl`): lines of `sitebook enter` with the acting person, dates as days from today.
"""

import datetime
import importlib.resources
import json
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

import msgspec

from desktop.actions import AddUser, DecidePathway
from desktop.errors import CancelledError, CentreError, DamagedError, EnvironmentProblemError, SitebookError
from desktop.files import file_problem
from desktop.imports import json_lines
from desktop.output_files import refuse_program_folder
from desktop.practice.second_entry import enter_waiting
from desktop.practice.simulation import as_act, read_model, simulate
from desktop.progress import Cancelled, Progress
from desktop.site import opening
from desktop.study.load import load_definition, locate
from desktop.vault import key_slots
from desktop.vault.database import translated

STUDY = "pd1-ven-cag"
LOCATION = "01"
FILE = "practice.json"
START_SECONDS = 30
LEFT_WAITING = 2
"""Forms for each nurse that still wait for their second entry."""
MAX_READY_LENGTH = 200

RELATIVE_DATE = re.compile(r"@(-?\d+)(m?)")
"""`@-20` is the date 20 days ago; `@-400m` the month 400 days ago."""


class PracticeUser(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who may sign in at the practice site. The data is invented, so the passphrase is no secret."""

    name: str
    passphrase: str
    roles: tuple[str, ...]


USERS = (
    PracticeUser(name="Manager", passphrase="practice manager", roles=("manager",)),
    PracticeUser(name="Study nurse A", passphrase="practice nurse A", roles=("entry",)),
    PracticeUser(name="Study nurse B", passphrase="practice nurse B", roles=("entry",)),
    PracticeUser(name="Investigator", passphrase="practice investigator", roles=("investigator",)),
)


class PracticeSite(msgspec.Struct, frozen=True, kw_only=True):
    """Where the practice site is. Kept as `practice.json` in its folder."""

    port: int
    device: str = ""
    """Device OID of its vault: a vault that merely lies beside this file is no practice."""
    users: tuple[PracticeUser, ...] = USERS
    complete: bool = False


class Centre:
    """The practice centre while it runs: a `sitebook-center serve` of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._store = folder / "centre"
        self._process = subprocess.Popen(
            [*CENTRE, "serve", "--store", str(self._store), "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None  # noqa: S101 - PIPE was asked for
        # One that says nothing is ended, which ends the waiting for its line.
        patience = threading.Timer(START_SECONDS, self._process.kill)
        patience.start()
        line = self._process.stdout.readline(MAX_READY_LENGTH)
        patience.cancel()
        if not line.startswith("ready "):
            self.close()
            raise CentreError("The practice centre did not start.")

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(timeout=START_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


CENTRE = (sys.executable, "-m", "center.command")
"""How this installation starts `sitebook-center`."""


def vault_of(folder: Path) -> Path:
    """The vault of a practice site."""
    return folder / "vault"


def find(folder: Path) -> PracticeSite | None:
    """The practice site that is in a folder already, if its making came to its end."""
    try:
        found = msgspec.json.decode((folder / FILE).read_bytes(), type=PracticeSite)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError("The file practice.json of this folder is damaged. Choose another folder.") from error
    except OSError as error:
        raise file_problem(error) from error
    return found if found.complete else None


def practice_of(vault: Path) -> PracticeSite | None:
    """The practice site whose vault this is; None for every other vault, whatever lies beside it."""
    try:
        found = find(vault.parent)
        return found if found is not None and found.device == key_slots.read(vault).device else None
    except SitebookError:
        # A file of this name that is none of ours says nothing about the vault beside it.
        return None


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A simulated trial in place of the few subjects of the practice data."""

    subjects: int
    seed: int = 1


def make(
    folder: Path, progress: Progress | None = None, cancelled: Cancelled | None = None, trial: Trial | None = None
) -> PracticeSite:
    """Make a practice site in an empty folder; its centre runs only while it is made.

    Raises EnvironmentProblemError where the folder is not empty, CentreError where the centre does not start.
    """
    refuse_program_folder(folder)
    with translated():
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise EnvironmentProblemError("The folder is not empty. Choose a new or an empty folder.")
    practice = PracticeSite(port=_free_port())
    definition = load_definition(locate(STUDY))
    manager = USERS[0]
    _run_centre(folder, "init", "--study", STUDY)
    site, _ = opening.create_site(vault_of(folder), definition, LOCATION, manager.name, manager.passphrase)
    practice = msgspec.structs.replace(practice, device=site.device)
    with site, Centre(folder, practice.port) as centre:
        for user in USERS[1:]:
            site.record(AddUser(name=user.name, roles=user.roles, passphrase=user.passphrase))
        code = json.loads(_run_centre(folder, "enrol-code", "--site", LOCATION, "--json"))
        enrolment = site.begin_enrolment(centre.url, code["code"])
        if not enrolment.matches(code["fingerprint"]):
            raise CentreError("The practice centre is not the one that was made.")
        site.finish_enrolment(enrolment)
    if trial is None:
        _enter_subjects(folder, practice, progress, cancelled)
    else:
        _enter_trial(folder, practice, trial, progress, cancelled)
    with translated():
        (folder / FILE).write_bytes(msgspec.json.encode(msgspec.structs.replace(practice, complete=True)))
    return msgspec.structs.replace(practice, complete=True)


def _enter_subjects(
    folder: Path, practice: PracticeSite, progress: Progress | None, cancelled: Cancelled | None
) -> None:
    """Enter the synthetic subjects, each line by the person whom it names; the earlier ones are synced."""
    lines = practice_lines(datetime.date.today())  # noqa: DTZ011 - the computer's own date is the practice site's today
    by_user: list[tuple[str, list[bytes]]] = []
    for line in lines:
        user = str(line.pop("by"))
        if not by_user or by_user[-1][0] != user:
            by_user.append((user, []))
        by_user[-1][1].append(msgspec.json.encode(line))
    done = 0
    with Centre(folder, practice.port):
        for number, (name, batch) in enumerate(by_user):
            user = next(user for user in practice.users if user.name == name)
            with opening.open_site(vault_of(folder), user.name, user.passphrase) as site:
                entered = json_lines.enter(site, batch)
                if entered.refused:
                    first = entered.refused[0]
                    raise DamagedError(
                        "The practice data does not fit the study: {oid}: {why}", oid=first.oid, why=first.message
                    )
                if number == len(by_user) - 2:
                    site.sync(None, cancelled)
            done += len(batch)
            if progress is not None:
                progress(done, len(lines))
    _enter_second(folder, practice, leave=LEFT_WAITING)


def _enter_second(folder: Path, practice: PracticeSite, *, leave: int = 0) -> None:
    """Each nurse enters a second time what the other entered; the newest of it is left to practise on."""
    for user in practice.users:
        if user.roles == ("entry",):
            with opening.open_site(vault_of(folder), user.name, user.passphrase) as site:
                enter_waiting(site, leave=leave)


def _enter_trial(
    folder: Path, practice: PracticeSite, trial: Trial, progress: Progress | None, cancelled: Cancelled | None
) -> None:
    """Record simulated subjects: the two nurses in turn the forms, the investigator the decisions; then sync."""
    today = datetime.date.today()  # noqa: DTZ011 - the computer's own date is the practice site's today
    definition = load_definition(locate(STUDY))
    played = list(simulate(definition, read_model(STUDY), trial.subjects, trial.seed, today))
    total, done = sum(len(subject.forms) for subject in played), 0
    keys: dict[int, str] = {}
    with Centre(folder, practice.port):
        for turn, name in enumerate(("Study nurse A", "Study nurse B", "Investigator")):
            if name == "Investigator":
                _enter_second(folder, practice)
            user = next(user for user in practice.users if user.name == name)
            with opening.open_site(vault_of(folder), user.name, user.passphrase) as site:
                for number, subject in enumerate(played):
                    if name == "Investigator":
                        for step, visit, to, reason in subject.decisions:
                            site.record(
                                DecidePathway(subject=keys[number], step=step, visit=visit, to=to, reason=reason)
                            )
                    elif number % 2 == turn:
                        keys[number] = site.next_subject()
                        for form in subject.forms:
                            site.record(as_act(keys[number], form))
                            done += 1
                            if progress is not None:
                                progress(done, total)
                            if cancelled is not None and cancelled():
                                raise CancelledError("The practice site was not made.")
                if name == "Study nurse B":
                    site.sync(None, cancelled)


def practice_lines(today: datetime.date) -> list[dict[str, object]]:
    """The practice data with its dates counted from `today`."""
    text = (importlib.resources.files("resources") / "practice" / f"{STUDY}.jsonl").read_text(encoding="utf-8")

    def date(match: re.Match[str]) -> str:
        day = today + datetime.timedelta(days=int(match[1]))
        return f"{day:%Y-%m}" if match[2] else f"{day:%Y-%m-%d}"

    return [json.loads(RELATIVE_DATE.sub(date, line)) for line in text.splitlines() if line.strip()]


def _run_centre(folder: Path, *arguments: str) -> str:
    ran = subprocess.run(
        [*CENTRE, *arguments, "--store", str(folder / "centre")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    if ran.returncode != 0:
        raise CentreError("The practice centre could not be made: {why}", why=ran.stderr.strip())
    return ran.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
