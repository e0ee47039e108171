"""Progress and cancellation of long work."""

from collections.abc import Callable


def no_progress(_done: int, _total: int) -> None:
    """Report nothing."""


def never() -> bool:
    """Never cancel."""
    return False


Progress = Callable[[int, int], None]
"""Told (done, total) now and then during long work."""


Cancelled = Callable[[], bool]
"""Asked now and then during long work."""
