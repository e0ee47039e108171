"""Hybrid logical clock: orders entries even when a wall clock is wrong.

A hybrid time is one integer: milliseconds since 1970 in UTC, shifted left by 16 bits, plus a counter. It never goes
back, whatever the computer's clock does, and is always greater than every hybrid time seen before. It orders
entries; it is never read as a date: the wall time in the entry's head is for people.
"""

import datetime
import re
from collections.abc import Callable

COUNTER_BITS = 16

MAX_HYBRID = 2**62
"""No hybrid time is above this; a clock that took over a greater one could issue no further one that a database keeps."""

JUMP = datetime.timedelta(minutes=5)
"""A wall clock that runs behind the newest entry by more than this was set back: shown in the audit trail."""

Wall = Callable[[], datetime.datetime]
"""Gives the current time, aware of its zone."""


def system_wall() -> datetime.datetime:
    """The computer's clock, with the computer's UTC offset."""
    return datetime.datetime.now().astimezone()


def milliseconds(hybrid: int) -> int:
    """The milliseconds in a hybrid time; only for comparing it with a wall clock."""
    return hybrid >> COUNTER_BITS


def hybrid_time(wall: datetime.datetime) -> int:
    """The first hybrid time of a wall time's millisecond."""
    return int(wall.timestamp() * 1000) << COUNTER_BITS


def days_ahead(hybrid: int, wall: datetime.datetime) -> int:
    """Whole days by which a hybrid time is ahead of a wall time."""
    return int((milliseconds(hybrid) - wall.timestamp() * 1000) // (24 * 3600 * 1000))


_WALL = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?[+-][0-9]{2}:[0-9]{2}", re.ASCII
)
FIRST_YEAR, LAST_YEAR = 1970, 9000


def parse_wall(text: str) -> datetime.datetime | None:
    """The wall time of an entry's head, aware of its offset; None where the text is none."""
    if not _WALL.fullmatch(text):
        return None
    try:
        wall = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return wall if FIRST_YEAR <= wall.year <= LAST_YEAR else None


class HybridClock:
    """Issues hybrid times. `last` is the greatest hybrid time that the vault has seen from anyone."""

    def __init__(self, last: int = 0, wall: Wall = system_wall) -> None:
        self.last = last
        self.wall = wall

    def tick(self) -> tuple[int, datetime.datetime]:
        """The next hybrid time and the wall time beside it."""
        wall = self.wall()
        self.last = max(hybrid_time(wall), self.last + 1)
        return self.last, wall

    def witness(self, hybrid: int) -> None:
        """Take note of another device's hybrid time, so that what is recorded here next comes after it.

        One out of bounds, in a vault of a release that took everything in, is left where it is.
        """
        if hybrid <= MAX_HYBRID:
            self.last = max(self.last, hybrid)
