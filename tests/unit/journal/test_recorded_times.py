"""When entries were recorded: what a wrong clock says does not spoil what their neighbours and receipts say."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.journal.recorded_times import ClockJump, clock_jumps, recorded_times

NOW = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def at(*days: int | None) -> list[datetime.datetime | None]:
    return [None if day is None else NOW + day * DAY for day in days]


def days_of(times: list[datetime.datetime]) -> list[int]:
    return [(time - NOW).days for time in times]


@pytest.mark.parametrize(
    ("said", "bounds", "found"),
    [
        ((-3, -2, -1, 0), (0, 0, 0, 0), [-3, -2, -1, 0]),
        # Years ahead, then put right: also where nothing followed yet.
        ((-3, 1000, -1, 0), (0, 0, 0, 0), [-3, -3, -1, 0]),
        ((-3, 1000), (0, 0), [-3, -3]),
        ((1000, 1001, 1002, -1), (0, 0, 0, 0), [-1, -1, -1, -1]),
        # Ahead, and the present has caught up: the chain says it, or the receipt for the entry.
        ((-90, -30, -60, -50, 0), (0, 0, 0, 0, 0), [-90, -90, -60, -50, 0]),
        ((-90, -30), (-80, -80), [-90, -90]),
        # Behind: a battery died.
        ((-3, -17000, -17000, -1), (0, 0, 0, 0), [-3, -3, -3, -1]),
        ((-3, -17000), (0, 0), [-3, -3]),
        ((None, -2, None), (0, 0, 0), [-2, -2, -2]),
        ((None,), (0,), [0]),
        ((), (), []),
    ],
)
def test_an_entry_was_recorded_when_its_neighbours_and_bounds_say(
    said: tuple[int | None, ...], bounds: tuple[int, ...], found: list[int]
) -> None:
    walls = at(*said)
    assert days_of(recorded_times(walls, [NOW + bound * DAY for bound in bounds])) == found


@given(st.lists(st.integers(-300, 0)), st.lists(st.tuples(st.integers(0, 50), st.integers(-20000, 20000)), max_size=3))
def test_times_never_go_back_and_a_right_clock_is_believed(days: list[int], wrong: list[tuple[int, int]]) -> None:
    right = sorted(days)
    bounds = [NOW] * len(right)
    assert days_of(recorded_times(at(*right), bounds)) == right
    said = dict(enumerate(right)) | {place: day for place, day in wrong if place < len(right)}
    times = recorded_times(at(*(said[place] for place in range(len(right)))), bounds)
    assert times == sorted(times)
    assert all(time <= NOW + DAY for time in times)


def test_a_jump_names_its_entries_and_days() -> None:
    walls = at(-3, 1000, 1001, -1, -400, 0)
    times = recorded_times(walls, [NOW] * 6)
    assert clock_jumps(walls, times) == [ClockJump(first=2, last=3, days=1003), ClockJump(first=5, last=5, days=-399)]
