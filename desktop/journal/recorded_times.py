"""When entries were really recorded, as far as a wrong clock lets one know: chain order, receipts and the present bound it.

A device's entries follow each other in its chain, whatever its clock said. A wall time is believed where it is not after
what is certain to be later (the centre's receipt for the entry, the present) and fits the longest run of wall times that do
not go back; of two such runs the one with the newer entries. Any other entry gets the time of the believed one before it.
"""

import bisect
import datetime
from collections.abc import Sequence

import msgspec

from desktop.journal.hybrid_clock import JUMP

TOLERANCE = datetime.timedelta(days=1)
"""A wall time may be after a bound by this much: the centre's clock is not this computer's."""


EARLIEST = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
"""No release of Sitebook recorded anything before."""


class ClockJump(msgspec.Struct, frozen=True, kw_only=True):
    """A run of entries that were recorded under a wrong clock."""

    first: int
    """Sequence number."""
    last: int
    days: int
    """Whole days by which the clock was ahead at the first of them; negative: behind."""


def recorded_times(
    walls: Sequence[datetime.datetime | None], bounds: Sequence[datetime.datetime]
) -> list[datetime.datetime]:
    """The time of each entry of a device, in chain order; `bounds`: it was certainly not recorded after."""
    believed = [
        index
        for index, (wall, bound) in enumerate(zip(walls, bounds, strict=True))
        if wall is not None and EARLIEST <= wall <= bound + TOLERANCE
    ]
    run = _longest_run([wall for index in believed if (wall := walls[index]) is not None])
    kept = {believed[position] for position in run}
    times: list[datetime.datetime] = []
    first = min(kept, default=None)
    before = bounds[0] if first is None and bounds else None if first is None else walls[first]
    for index, wall in enumerate(walls):
        if index in kept and wall is not None:
            before = wall
        times.append(before if before is not None else bounds[index])
    return times


def clock_jumps(
    walls: Sequence[datetime.datetime | None], times: Sequence[datetime.datetime], first: int = 1
) -> list[ClockJump]:
    """Where the clock was wrong; `first` is the sequence number of the first entry."""
    jumps: list[ClockJump] = []
    for sequence, (wall, time) in enumerate(zip(walls, times, strict=True), first):
        off = None if wall is None else wall - time
        if off is not None and abs(off) <= JUMP:
            continue
        days = 0 if off is None else int(off.total_seconds() / 86_400)
        if jumps and jumps[-1].last == sequence - 1:
            jumps[-1] = msgspec.structs.replace(jumps[-1], last=sequence)
        else:
            jumps.append(ClockJump(first=sequence, last=sequence, days=days))
    return jumps


def _longest_run(walls: Sequence[datetime.datetime]) -> list[int]:
    """Positions of the longest run that does not go back; of equally long ones the one that ends last."""
    ends: list[datetime.datetime] = []
    """The least wall time with which a run of this length ends, and where it is."""
    places: list[int] = []
    previous: list[int] = []
    for position, wall in enumerate(walls):
        length = bisect.bisect_right(ends, wall)
        previous.append(places[length - 1] if length else -1)
        if length == len(ends):
            ends.append(wall)
            places.append(position)
        else:
            ends[length] = wall
            places[length] = position
    run: list[int] = []
    position = places[-1] if places else -1
    while position >= 0:
        run.append(position)
        position = previous[position]
    return run
