"""Failed sign-ins, remembered outside the database because nobody was signed in who could record them.

After `FREE` failures each further try has to wait, twice as long each time. The next successful sign-in takes
the count into the journal and removes the file.
"""

import datetime
from pathlib import Path

import msgspec

from desktop.vault.keys import replace_file

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


def forget(folder: Path) -> None:
    """The count is in the journal now. Raises OSError where the folder cannot be written."""
    (folder / FILE).unlink(missing_ok=True)
