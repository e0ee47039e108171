"""Work off the windows' thread: in order, with a failure path, and nothing left at the end."""

import threading
from collections.abc import Iterator
from functools import partial

import pytest
import shiboken6
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.errors import CancelledError, RefusedError
from ui.background.jobs import Job, Jobs, Lane


@pytest.fixture
def jobs(qapp: object) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()
    made.deleteLater()


class Asker(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.results: list[object] = []
        self.errors: list[Exception] = []
        self.told: list[tuple[int, int]] = []

    def done(self, result: object) -> None:
        self.results.append((result, threading.current_thread() is threading.main_thread()))

    def failed(self, error: Exception) -> None:
        self.errors.append(error)

    def tell(self, done: int, total: int) -> None:
        self.told.append((done, total))


def wait(qtbot: QtBot, jobs: Jobs) -> None:
    qtbot.waitUntil(lambda: jobs.is_idle, timeout=10_000)


def test_a_lane_works_in_order_and_answers_in_the_windows_thread(qtbot: QtBot, jobs: Jobs) -> None:
    asker, threads = Asker(), set()

    def work(number: int, _: Job) -> int:
        threads.add(threading.current_thread().name)
        return number

    for number in range(200):
        jobs.run(partial(work, number), asker.done, asker.failed)
    wait(qtbot, jobs)
    assert asker.results == [(number, True) for number in range(200)]
    assert len(threads) == 1
    assert threading.main_thread().name not in threads


def test_the_network_does_not_hold_the_vault_up(qtbot: QtBot, jobs: Jobs) -> None:
    asker, gate = Asker(), threading.Event()
    jobs.run(lambda _: gate.wait(10), asker.done, asker.failed, lane=Lane.NETWORK)
    jobs.run(lambda _: "read", asker.done, asker.failed)
    qtbot.waitUntil(lambda: asker.results == [("read", True)], timeout=10_000)
    gate.set()
    wait(qtbot, jobs)


def test_a_refusal_goes_to_whoever_asked(qtbot: QtBot, jobs: Jobs) -> None:
    asker = Asker()

    def refuse(_: Job) -> None:
        raise RefusedError("No.")

    jobs.run(refuse, asker.done, asker.failed)
    wait(qtbot, jobs)
    assert [str(error) for error in asker.errors] == ["No."]


def test_a_fault_of_the_program_is_told_and_raised(qtbot: QtBot, jobs: Jobs) -> None:
    asker = Asker()

    def fault(_: Job) -> None:
        raise ZeroDivisionError

    with qtbot.captureExceptions() as caught:
        jobs.run(fault, asker.done, asker.failed)
        wait(qtbot, jobs)
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]
    assert [type(error) for error in asker.errors] == [ZeroDivisionError]


def test_nobody_is_called_who_is_gone(qtbot: QtBot, jobs: Jobs) -> None:
    asker, stays, gate = Asker(), Asker(), threading.Event()
    jobs.run(lambda _: gate.wait(10), asker.done, asker.failed)
    jobs.run(lambda _: 1, partial(asker.done), asker.failed)
    jobs.run(lambda _: 2, stays.done, stays.failed)
    shiboken6.delete(asker)
    gate.set()
    wait(qtbot, jobs)
    assert asker.results == []
    assert stays.results == [(2, True)]


def test_who_waits_for_the_network_lets_questions_through(qtbot: QtBot, jobs: Jobs) -> None:
    asker, gate = Asker(), threading.Event()

    def sync(job: Job) -> object:
        return job.elsewhere(lambda: gate.wait(10) and "answered")

    jobs.run(sync, asker.done, asker.failed)
    jobs.run(lambda _: "asked meanwhile", asker.done, asker.failed, alone=False)
    qtbot.waitUntil(lambda: asker.results == [("asked meanwhile", True)], timeout=10_000)
    jobs.run(lambda _: "alone", asker.done, asker.failed)
    jobs.run(lambda _: "behind it", asker.done, asker.failed, alone=False)
    gate.set()
    wait(qtbot, jobs)
    results = [result for result, _ in asker.results]
    assert results == ["asked meanwhile", "answered", "alone", "behind it"]


def test_who_waits_for_the_network_can_give_up_at_once(qtbot: QtBot, jobs: Jobs) -> None:
    asker, gate, begun = Asker(), threading.Event(), threading.Event()

    def send() -> None:
        begun.set()
        gate.wait(10)

    job = jobs.run(lambda job: job.elsewhere(send), asker.done, asker.failed)
    assert begun.wait(10)
    job.cancel()
    wait(qtbot, jobs)
    assert [type(error) for error in asker.errors] == [CancelledError]
    gate.set()


def test_an_error_of_the_network_comes_back_to_who_waits(qtbot: QtBot, jobs: Jobs) -> None:
    asker = Asker()

    def refuse() -> None:
        raise RefusedError("No.")

    jobs.run(lambda job: job.elsewhere(refuse), asker.done, asker.failed)
    wait(qtbot, jobs)
    assert [str(error) for error in asker.errors] == ["No."]


def test_progress_is_told_and_a_work_can_be_cancelled(qtbot: QtBot, jobs: Jobs) -> None:
    asker, begun = Asker(), threading.Event()

    def work(job: Job) -> None:
        job.progress(1, 2)
        begun.set()
        while not job.is_cancelled():
            pass
        raise CancelledError("stopped")

    job = jobs.run(work, asker.done, asker.failed, progress=asker.tell)
    qtbot.waitUntil(lambda: asker.told == [(1, 2)], timeout=10_000)
    job.cancel()
    wait(qtbot, jobs)
    assert [type(error) for error in asker.errors] == [CancelledError]


def test_bursts_of_progress_are_thinned_out_but_the_end_is_told(qtbot: QtBot, jobs: Jobs) -> None:
    asker = Asker()

    def work(job: Job) -> None:
        for number in range(1, 10_001):
            job.progress(number, 10_000)

    jobs.run(work, asker.done, asker.failed, progress=asker.tell)
    wait(qtbot, jobs)
    assert asker.told[-1] == (10_000, 10_000)
    assert len(asker.told) < 1000


def test_what_takes_long_shows(qtbot: QtBot, jobs: Jobs) -> None:
    asker, gate = Asker(), threading.Event()
    with qtbot.waitSignal(jobs.busy_changed, timeout=5000) as busy:
        jobs.run(lambda _: gate.wait(10), asker.done, asker.failed)
    assert busy.args == [True]
    with qtbot.waitSignal(jobs.busy_changed, timeout=5000) as idle:
        gate.set()
    assert idle.args == [False]


def test_closing_does_what_waits_and_calls_nobody(qapp: object) -> None:
    jobs, asker, order = Jobs(), Asker(), []
    for number in range(20):
        jobs.run(partial(lambda n, _: order.append(n), number), asker.done, asker.failed)
    jobs.close(lambda: order.append("last"))
    assert order == [*range(20), "last"]
    assert asker.results == []
    jobs.deleteLater()


def test_closing_says_when_the_last_work_fails(qapp: object) -> None:
    def fail() -> None:
        raise RefusedError("The disk is full.")

    jobs = Jobs()
    with pytest.raises(RefusedError):
        jobs.close(fail)
    jobs.deleteLater()
