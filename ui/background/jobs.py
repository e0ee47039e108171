"""Background jobs: owns the vault thread and the network thread, shows progress, cancels.

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
from concurrent.futures import Future
from typing import Any, Final, NamedTuple, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from desktop.errors import CancelledError, SitebookError
from ui.background.worker import Worker

T = TypeVar("T")

BUSY_AFTER_MS: Final = 1000
REPORT_EVERY_S: Final = 0.05


class Lane(enum.Enum):
    """Which worker does a job; each does one at a time, in order."""

    VAULT = "vault"
    NETWORK = "network"


class Job:
    """One piece of work, as its worker and whoever asked for it see it."""

    def __init__(self, number: int, jobs: "Jobs", lane: Lane) -> None:
        self.number = number
        self._jobs = jobs
        self._lane = lane
        self._cancelled = threading.Event()
        self._reported = 0.0

    def cancel(self) -> None:
        """Ask the work to stop; it fails with `CancelledError` where it next looks."""
        self._cancelled.set()
        self._jobs.workers[self._lane].wake()

    def is_cancelled(self) -> bool:
        """Whether the work should stop: what an engine call takes as `cancelled`."""
        return self._cancelled.is_set()

    def progress(self, done: int, total: int) -> None:
        """Say how far the work is: what an engine call takes as `progress`. Bursts are thinned out."""
        now = time.monotonic()
        if done >= total or now - self._reported >= REPORT_EVERY_S:
            self._reported = now
            self._jobs.progressed.emit(self.number, done, total)

    def elsewhere(self, work: Callable[[], T]) -> T:
        """Do a work that waits for the network on the network's worker; meanwhile this one goes on with others.

        Raises what the work raises, and CancelledError as soon as the job is cancelled.
        """
        future: Future[T] = Future()

        def do() -> None:
            try:
                future.set_result(work())
            except Exception as error:  # noqa: BLE001 - raised where the result is taken
                future.set_exception(error)

        self._jobs.workers[Lane.NETWORK].submit(do)
        if not self._jobs.workers[self._lane].attend(future, self.is_cancelled):
            raise CancelledError("The exchange was stopped. What was received stays received.")
        return future.result()


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
    progressed = Signal(int, int, int)
    """Emitted by workers: (job, done, total)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._asked: dict[int, _Asked] = {}
        self.workers = {lane: Worker(f"sitebook-{lane.value}") for lane in Lane}
        self.is_busy = False
        self._busy_timer = QTimer(self)
        self._busy_timer.setSingleShot(True)
        self._busy_timer.setInterval(BUSY_AFTER_MS)
        self._busy_timer.timeout.connect(self._show_busy)
        # Queued: the workers emit, and the slots run here.
        self._finished.connect(self._finish, Qt.ConnectionType.QueuedConnection)
        self.progressed.connect(self._tell_progress, Qt.ConnectionType.QueuedConnection)

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
        alone: bool = True,
    ) -> Job:
        """Do `work(job)` on a worker; then call `done(result)` or `failed(error)` in this thread.

        One that is not `alone` may be done while another waits for the network: a question, a save.

        An error that is not Sitebook's own goes to `failed` and is then raised: it is a fault of the
        program, and must not pass unseen.
        """
        job = Job(next(self._numbers), self, lane)
        self._asked[job.number] = _Asked(job, done, failed, progress)
        if not self.is_busy and not self._busy_timer.isActive():
            self._busy_timer.start()
        self.workers[lane].submit(functools.partial(self._work, job, work), alone=alone)
        return job

    def close(self, last: Callable[[], None] | None = None) -> None:
        """Cancel long works, let the short ones that wait be done (a draft must not be lost), and stop.

        `last` is done by the vault's worker at the very end. Raises what `last` raises. Nobody is
        called back any more.
        """
        failures: list[Exception] = []

        def end() -> None:
            try:
                if last is not None:
                    last()
            except Exception as error:  # noqa: BLE001 - raised below, in this thread
                failures.append(error)

        for asked in self._asked.values():
            asked.job.cancel()
        self.workers[Lane.VAULT].submit(end)
        for worker in self.workers.values():
            worker.close()
        self._asked.clear()
        self._busy_timer.stop()
        if failures:
            raise failures[0]

    def _work(self, job: Job, work: Callable[[Job], object]) -> None:
        """In the worker: it knows the job's number, never its callbacks, so no widget can die here."""
        try:
            result = work(job)
        except Exception as error:  # noqa: BLE001 - handed to whoever asked, and raised there
            from desktop.diagnostics import record_fault

            record_fault("job", error)
            self._finished.emit(job.number, None, error)
        else:
            self._finished.emit(job.number, result, None)

    @Slot(int, object, object)
    def _finish(self, number: int, result: object, error: Exception | None) -> None:
        asked = self._asked.pop(number, None)
        if asked is None:
            return
        if not self._asked:
            self._hide_busy()
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
    def _show_busy(self) -> None:
        self.is_busy = True
        self.busy_changed.emit(True)

    def _hide_busy(self) -> None:
        self._busy_timer.stop()
        if self.is_busy:
            self.is_busy = False
            self.busy_changed.emit(False)


def call_back(callback: Callable[..., None], *arguments: object) -> None:
    """Call back, unless the object that would be told is gone."""
    plain = callback.func if isinstance(callback, functools.partial) else callback
    owner = getattr(plain, "__self__", None)
    if not isinstance(owner, QObject) or shiboken6.isValid(owner):
        callback(*arguments)
