"""Failed sign-ins, kept outside the database until someone signs in.

After `FREE_ATTEMPTS` failures each further try has to wait, twice as long each time. The next successful sign-in takes
the count into the journal and removes the file. Whoever can change the file can also try passphrases elsewhere, on a copy of
the folder: the wait is for the person at the keyboard, and the cost of a key slot for all others.
"""

import datetime
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec

from desktop.errors import SignInError
from desktop.files import replace_file
from desktop.journal.bodies import SessionChanged
from desktop.journal.entry import new_salt
from desktop.journal.hybrid_clock import Wall
from desktop.vault.database import translated

FILE = "attempts.json"
FREE_ATTEMPTS = 5
FIRST_WAIT_SECONDS = 10
MAX_WAIT_SECONDS = 300
MAX_COUNT = 1_000_000_000


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    """How often signing in failed since it last succeeded, and when last (ISO 8601 with offset)."""

    count: Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)] = 0
    last: str = ""


def read(folder: Path) -> Attempts:
    """What is remembered. A damaged file counts as `FREE_ATTEMPTS` failures: it allows one more try, not five."""
    try:
        found = msgspec.json.decode((folder / FILE).read_bytes(), type=Attempts)
        if found.last and datetime.datetime.fromisoformat(found.last).utcoffset() is None:
            return Attempts(count=FREE_ATTEMPTS)
        return found
    except FileNotFoundError:
        return Attempts()
    except ValueError:
        return Attempts(count=FREE_ATTEMPTS)


def wait(attempts: Attempts, now: datetime.datetime) -> int:
    """Seconds until the next try will be looked at; 0: now."""
    if attempts.count < FREE_ATTEMPTS or not attempts.last:
        return 0
    # Doubled so often that it is the longest in any case, however great a number the file may hold.
    pause = min(FIRST_WAIT_SECONDS * 2 ** min(attempts.count - FREE_ATTEMPTS, 10), MAX_WAIT_SECONDS)
    passed = (now - datetime.datetime.fromisoformat(attempts.last)).total_seconds()
    return 0 if passed >= pause else min(pause, int(pause - passed) + 1)


def record_failure(folder: Path, now: datetime.datetime) -> Attempts:
    """Remember one more failure. Raises OSError where the folder cannot be written."""
    return _keep(folder, read(folder).count + 1, now)


def refuse_while_waiting(folder: Path, now: datetime.datetime) -> None:
    """Raises SignInError while the pause after too many failed tries lasts."""
    attempts = read(folder)
    if attempts.last and datetime.datetime.fromisoformat(attempts.last) > now:
        # The clock was set back: the pause is counted from now on, not from a time that may be a year ahead.
        with translated():
            attempts = _keep(folder, attempts.count, now)
    seconds = wait(attempts, now)
    if seconds:
        raise SignInError("Too many failed tries. Wait {wait} s, then try again.", wait=seconds)


@contextmanager
def counted(folder: Path, wall: Wall) -> Generator[None]:
    """Within it a secret is tried: refused while the pause lasts, and a failure is remembered.

    Raises SignInError that says how long the next try must wait; EnvironmentProblemError where the folder cannot be written.
    """
    refuse_while_waiting(folder, wall())
    try:
        yield
    except SignInError as error:
        now = wall()
        with translated():
            attempts = record_failure(folder, now)
        raise SignInError(error.message, wait=wait(attempts, now)) from None


def pending_entries(folder: Path) -> list[SessionChanged]:
    """What the journal is yet to be told of failures, at the next success."""
    attempts = read(folder)
    if not attempts.count:
        return []
    return [SessionChanged(salt=new_salt(), act="sign_in_failed", count=attempts.count, at=attempts.last)]


def forget(folder: Path) -> None:
    """The count is in the journal now. Raises OSError where the folder cannot be written."""
    (folder / FILE).unlink(missing_ok=True)


def _keep(folder: Path, count: int, now: datetime.datetime) -> Attempts:
    attempts = Attempts(count=count, last=now.isoformat(timespec="seconds"))
    replace_file(folder / FILE, msgspec.json.encode(attempts))
    return attempts
