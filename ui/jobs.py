"""The one object that owns the workers: one thread for the vault, one for the network.

A job's work runs in its worker's thread and must hold no widget; its callbacks stay on this side, in
the windows' thread, and are dropped when the widget that they belong to is gone. Every job says what
happens when it fails.
"""

import enum
import functools
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from desktop.errors import SitebookError

T = TypeVar("T")

BUSY_AFTER_MS: Final = 1000
REPORT_EVERY_S: Final = 0.05


class Lane(enum.Enum):
    """Which worker does a job; each does one at a time, in order."""

    VAULT = "vault"
    NETWORK = "network"


class Job:
    """One piece of work, as its worker and whoever asked for it see it."""

    def __init__(self, number: int, report: Callable[[int, int, int], None]) -> None:
        self.number = number
        self._cancelled = threading.Event()
        self._report = report
        self._reported = 0.0

    def cancel(self) -> None:
        """Ask the work to stop; it fails with `CancelledError` where it next looks."""
        self._cancelled.set()

    def is_cancelled(self) -> bool:
        """Whether the work should stop: what an engine call takes as `cancelled`."""
        return self._cancelled.is_set()

    def progress(self, done: int, total: int) -> None:
        """Say how far the work is: what an engine call takes as `progress`. Bursts are thinned out."""
        now = time.monotonic()
        if done >= total or now - self._reported >= REPORT_EVERY_S:
            self._reported = now
            self._report(self.number, done, total)


class _Asked(NamedTuple):
    """Who waits for a job."""

    job: Job
    done: Callable[[Any], None]
    failed: Callable[[Exception], None]
    progress: Callable[[int, int], None] | None


class Jobs(QObject):
    """Runs work off the windows' thread and brings the outcome back to it."""

    busy_changed = Signal(bool)
    """Something has been running for more than a second, or no longer is."""
    _finished = Signal(int, object, object)
    _progressed = Signal(int, int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._asked: dict[int, _Asked] = {}
        self._workers = {
            lane: ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"sitebook-{lane.value}") for lane in Lane
        }
        self.is_busy = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(BUSY_AFTER_MS)
        self._patience.timeout.connect(self._lose_patience)
        # Queued: the workers emit, and the slots run here.
        self._finished.connect(self._finish, Qt.ConnectionType.QueuedConnection)
        self._progressed.connect(self._tell_progress, Qt.ConnectionType.QueuedConnection)

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs and nothing waits."""
        return not self._asked

    def run(
        self,
        work: Callable[[Job], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
        *,
        progress: Callable[[int, int], None] | None = None,
        lane: Lane = Lane.VAULT,
    ) -> Job:
        """Do `work(job)` on a worker; then call `done(result)` or `failed(error)` in this thread.

        An error that is not Sitebook's own goes to `failed` and is then raised: it is a fault of the
        program, and must not pass unseen.
        """
        job = Job(next(self._numbers), self._progressed.emit)
        self._asked[job.number] = _Asked(job, done, failed, progress)
        if not self.is_busy and not self._patience.isActive():
            self._patience.start()
        self._workers[lane].submit(self._work, job, work)
        return job

    def close(self, last: Callable[[], None] | None = None) -> None:
        """Cancel long works, let the short ones that wait be done (a draft must not be lost), and stop.

        `last` is done by the vault's worker at the very end. Raises what `last` raises. Nobody is
        called back any more.
        """
        for asked in self._asked.values():
            asked.job.cancel()
        ending = None if last is None else self._workers[Lane.VAULT].submit(last)
        for worker in self._workers.values():
            worker.shutdown(wait=True)
        self._asked.clear()
        self._patience.stop()
        if ending is not None:
            ending.result()

    def _work(self, job: Job, work: Callable[[Job], object]) -> None:
        """In the worker: it knows the job's number, never its callbacks, so no widget can die here."""
        try:
            result = work(job)
        except Exception as error:  # noqa: BLE001 - handed to whoever asked, and raised there
            self._finished.emit(job.number, None, error)
        else:
            self._finished.emit(job.number, result, None)

    @Slot(int, object, object)
    def _finish(self, number: int, result: object, error: Exception | None) -> None:
        asked = self._asked.pop(number, None)
        if asked is None:
            return
        if not self._asked:
            self._rest()
        try:
            if error is None:
                call_back(asked.done, result)
            else:
                call_back(asked.failed, error)
        finally:
            if error is not None and not isinstance(error, SitebookError):
                raise error

    @Slot(int, int, int)
    def _tell_progress(self, number: int, done: int, total: int) -> None:
        asked = self._asked.get(number)
        if asked is not None and asked.progress is not None:
            call_back(asked.progress, done, total)

    @Slot()
    def _lose_patience(self) -> None:
        self.is_busy = True
        self.busy_changed.emit(True)

    def _rest(self) -> None:
        self._patience.stop()
        if self.is_busy:
            self.is_busy = False
            self.busy_changed.emit(False)


def call_back(callback: Callable[..., None], *arguments: object) -> None:
    """Call back, unless the object that would be told is gone."""
    plain = callback.func if isinstance(callback, functools.partial) else callback
    owner = getattr(plain, "__self__", None)
    if not isinstance(owner, QObject) or shiboken6.isValid(owner):
        callback(*arguments)
