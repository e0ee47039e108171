"""The hybrid logical clock: an order of entries that no wrong wall clock can bend.

A hybrid time is one integer: milliseconds since 1970 in UTC, shifted left by 16 bits, plus a counter. It never goes
back, whatever the computer's clock does, and is always greater than every hybrid time seen before. It orders
entries; it is never read as a date: the wall time in the entry's head is for people.
"""

import datetime
from collections.abc import Callable

COUNTER_BITS = 16
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


class HybridClock:
    """Issues hybrid times. `last` is the greatest hybrid time that the vault has seen from anyone."""

    def __init__(self, last: int = 0, wall: Wall = system_wall) -> None:
        self.last = last
        self.wall = wall

    def tick(self) -> tuple[int, datetime.datetime]:
        """The next hybrid time and the wall time beside it."""
        wall = self.wall()
        physical = int(wall.timestamp() * 1000) << COUNTER_BITS
        self.last = max(physical, self.last + 1)
        return self.last, wall

    def witness(self, hybrid: int) -> None:
        """Take note of another device's hybrid time, so that what is recorded here next comes after it."""
        self.last = max(self.last, hybrid)

    def is_behind(self) -> bool:
        """Whether the computer's clock stands before what was already recorded by more than `JUMP`."""
        return self.wall().timestamp() * 1000 < milliseconds(self.last) - JUMP.total_seconds() * 1000
