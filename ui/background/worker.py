"""A worker thread with a queue, which can run other work while one waits for the network."""

import queue
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple

Work = Callable[[], None]


class _Task(NamedTuple):
    """A work that waits for its turn. One that is `alone` never runs while another is half done."""

    work: Work
    alone: bool


class Worker:
    """Does works in their order. The thread begins with the first."""

    def __init__(self, name: str) -> None:
        self._thread = threading.Thread(target=self._run, name=name)
        self._queue: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._aside: deque[_Task] = deque()
        self._closing = False

    def submit(self, work: Work, *, alone: bool = True) -> None:
        """Have a work done when its turn comes."""
        if self._thread.ident is None:
            self._thread.start()
        self._queue.put(_Task(work, alone))

    def wake(self) -> None:
        """Let a work that attends to something else look up."""
        self._queue.put(None)

    def attend(self, future: Future[Any], given_up: Callable[[], bool]) -> bool:
        """Called by a work on this thread: do what else waits until the future is done or given up.

        Order is kept: behind a work that is alone everything waits. Returns whether the future is done.
        """
        future.add_done_callback(self._wake_for)
        while not future.done() and not given_up():
            task = self._queue.get()
            if task is None:
                continue
            if task.alone or self._aside:
                self._aside.append(task)
            else:
                task.work()
        return future.done()

    def close(self) -> None:
        """Do all that waits, then end the thread."""
        if self._thread.ident is not None:
            self.submit(self._close)
            self._thread.join()

    def _close(self) -> None:
        self._closing = True

    def _wake_for(self, _: Future[Any]) -> None:
        self.wake()

    def _run(self) -> None:
        while not self._closing:
            task = self._aside.popleft() if self._aside else self._queue.get()
            if task is not None:
                task.work()
