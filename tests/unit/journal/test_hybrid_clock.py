"""The hybrid clock against clocks that people and batteries set."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from desktop.journal.hybrid_clock import HybridClock

NOW = datetime.datetime(2026, 11, 24, 8, 0, tzinfo=datetime.UTC)


class SetClock:
    """A wall clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime.datetime:
        return self.now


@given(st.lists(st.integers(-400 * 86400, 400 * 86400), min_size=2, max_size=20))
def test_time_only_goes_forward_whatever_the_wall_does(jumps: list[int]) -> None:
    wall = SetClock()
    clock = HybridClock(wall=wall)
    issued = []
    for seconds in jumps:
        wall.now = NOW + datetime.timedelta(seconds=seconds)
        issued.append(clock.tick()[0])
    assert issued == sorted(set(issued))


def test_it_comes_after_what_another_device_did() -> None:
    clock = HybridClock(wall=SetClock())
    ahead = (int(NOW.timestamp() * 1000) + 3_600_000) << 16
    clock.witness(ahead)
    assert clock.tick()[0] > ahead
