"""Failed sign-ins, remembered outside the database because nobody was signed in who could record them.

After `FREE` failures each further try has to wait, twice as long each time. The next successful sign-in takes
the count into the journal and removes the file.
"""

import datetime
from pathlib import Path
from typing import Literal

import msgspec

from desktop.errors import SignInError
from desktop.files import replace_file
from desktop.journal.bodies import SessionChanged
from desktop.journal.entry import new_salt

FILE = "attempts.json"
FREE = 5
FIRST_WAIT_SECONDS = 10
LONGEST_WAIT_SECONDS = 300


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    """How often signing in failed since it last succeeded, and when last (ISO 8601 with offset)."""

    count: int = 0
    last: str = ""


def read(folder: Path) -> Attempts:
    """What is remembered. A damaged file counts as `FREE` failures: deleting or garbling it gains nothing."""
    try:
        found = msgspec.json.decode((folder / FILE).read_bytes(), type=Attempts)
        if found.last and datetime.datetime.fromisoformat(found.last).utcoffset() is None:
            return Attempts(count=FREE)
        return found
    except FileNotFoundError:
        return Attempts()
    except ValueError:
        return Attempts(count=FREE)


def wait(attempts: Attempts, now: datetime.datetime) -> int:
    """Seconds until the next try will be looked at; 0: now."""
    if attempts.count < FREE or not attempts.last:
        return 0
    # Doubled so often that it is the longest in any case, however great a number the file may hold.
    pause = min(FIRST_WAIT_SECONDS * 2 ** min(attempts.count - FREE, 10), LONGEST_WAIT_SECONDS)
    passed = (now - datetime.datetime.fromisoformat(attempts.last)).total_seconds()
    # A clock that was set back must not lock anyone out for longer than the pause itself.
    return 0 if passed >= pause else min(pause, int(pause - passed) + 1)


def failed(folder: Path, now: datetime.datetime) -> Attempts:
    """Remember one more failure. Raises OSError where the folder cannot be written."""
    attempts = Attempts(count=read(folder).count + 1, last=now.isoformat(timespec="seconds"))
    replace_file(folder / FILE, msgspec.json.encode(attempts))
    return attempts


def refuse_while_waiting(folder: Path, now: datetime.datetime) -> None:
    """Raises SignInError while the pause after too many failed tries lasts."""
    seconds = wait(read(folder), now)
    if seconds:
        raise SignInError("Too many failed tries. Wait {wait} s, then try again.", wait=seconds)


def counted(folder: Path, now: datetime.datetime, error: SignInError) -> SignInError:
    """The same error once the failure is remembered, saying how long the next try must wait.

    Raises OSError where the folder cannot be written.
    """
    return SignInError(error.message, wait=wait(failed(folder, now), now))


def told(folder: Path, act: Literal["signed_in", "unlocked"]) -> list[SessionChanged]:
    """What the journal is told at a success: the failures before it, if there were any, and the success."""
    before = read(folder)
    bodies = [SessionChanged(salt=new_salt(), act=act)]
    if before.count:
        bodies.insert(0, SessionChanged(salt=new_salt(), act="sign_in_failed", count=before.count, at=before.last))
    return bodies


def forget(folder: Path) -> None:
    """The count is in the journal now. Raises OSError where the folder cannot be written."""
    (folder / FILE).unlink(missing_ok=True)
