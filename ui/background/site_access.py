"""Asynchronous access of the windows to the `Site`, which lives on the vault thread.

What a window needs at once and what seldom changes during a session (`Session`) is kept on this side.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop.errors import RefusedError
from ui.background.jobs import Job, Jobs, call_back

if TYPE_CHECKING:
    # Takes a fifth of a second to import; the first window does not wait for it.
    from desktop.actions import Act, Recorded
    from desktop.site.site import Site
    from desktop.study.definition.metadata import Definition, Location
    from desktop.sync.client.exchange import SyncResult
    from desktop.views.people import UserView

T = TypeVar("T")

PRACTICE_FILE = "practice.json"
"""Beside the vault of a practice site."""


def is_practice(vault: Path) -> bool:
    """Whether a vault is that of a practice site."""
    if not (vault.parent / PRACTICE_FILE).exists():
        return False
    from desktop.practice.practice_site import practice_of

    return practice_of(vault) is not None


class Session:
    """What the windows know of the site and the person without asking: true until the study's rules change.

    Then `SiteAccess` takes another one, so nobody keeps it.
    """

    def __init__(self, site: Site) -> None:
        self.folder: Path = site.folder
        self.is_practice = is_practice(site.folder)
        """Nothing real may be entered here."""
        self.definition: Definition = site.definition
        """The study version in force; a form that was entered under another keeps that (`Site.rules_of`)."""
        self.rules_mark: str = site.rules_mark
        self.location: Location = site.location
        self.device: str = site.device
        self.user: UserView = site.user


class SiteAccess(QObject):
    """Holds the Site of the person signed in."""

    closed = Signal()
    """The person signed out."""
    recorded = Signal(object)
    """A `Recorded`: something changed, and what is shown may be old."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._site: Site | None = None
        """Touched by the vault's thread only."""
        self._session: Session | None = None

    @property
    def jobs(self) -> Jobs:
        """The workers."""
        return self._jobs

    @property
    def is_open(self) -> bool:
        """Whether someone is signed in."""
        return self._session is not None

    @property
    def session(self) -> Session:
        """What is true of the site and this person at this moment."""
        if self._session is None:
            raise RefusedError("Nobody is signed in.")
        return self._session

    def open(
        self,
        way: Callable[[Job], Site],
        done: Callable[[Session], None],
        failed: Callable[[Exception], None],
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Job:
        """Sign in by a way of `desktop.site.opening`, which runs on the vault's thread."""

        def work(job: Job) -> Session:
            site = way(job)
            self._site = site
            return Session(site)

        return self._jobs.run(work, partial(self._opened, done), failed, progress=progress)

    def ask(
        self,
        question: Callable[[Site], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> Job:
        """Ask the Site something, e.g. `Site.today`."""
        return self._jobs.run(lambda _: question(self._there()), done, failed, alone=False)

    def ask_long(
        self,
        question: Callable[[Site, Job], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Job:
        """Ask something that takes long: it is given the job, for its `progress` and `is_cancelled`."""
        return self._jobs.run(lambda job: question(self._there(), job), done, failed, progress=progress)

    def record(self, act: Act, done: Callable[[Recorded], None], failed: Callable[[Exception], None]) -> Job:
        """Record an act; then every screen is told."""

        def work(site: Site) -> tuple[Recorded, Session | None]:
            recorded = site.record(act)
            return recorded, Session(site) if recorded.study else None

        return self.ask(work, partial(self._recorded, done), failed)

    def sync(
        self,
        done: Callable[[SyncResult], None],
        failed: Callable[[Exception], None],
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Job:
        """Send and fetch. What others recorded may have changed the study's rules: then every screen is told."""
        return self.ask_long(
            lambda site, job: site.sync(job.progress, job.is_cancelled, job.elsewhere),
            partial(self._synced, done),
            # What came before it failed is here all the same.
            partial(self._synced, failed),
            progress=progress,
        )

    def close(self, done: Callable[[None], None], failed: Callable[[Exception], None]) -> Job:
        """Sign out."""
        return self._jobs.run(self._close, partial(self._closed, done), failed)

    def end(self) -> None:
        """Finish what waits, sign out and stop the workers: the program ends.

        Raises what signing out raises.
        """
        self._session = None
        self._jobs.close(self._close)

    def _opened(self, done: Callable[[Session], None], session: Session) -> None:
        self._session = session
        call_back(done, session)

    def _recorded(self, done: Callable[[Recorded], None], answer: tuple[Recorded, Session | None]) -> None:
        recorded, session = answer
        # Before anybody is told, so that whoever is told draws by the new rules.
        self._session = session or self._session
        call_back(done, recorded)
        self.recorded.emit(recorded)

    def _synced(self, then: Callable[[Any], None], outcome: object) -> None:
        call_back(then, outcome)
        if self.is_open:
            self.ask(_session_of, self._follow, _leave)

    def _follow(self, session: Session) -> None:
        """Take up the rules that came from elsewhere."""
        if self._session is None or session.rules_mark == self._session.rules_mark:
            return
        from desktop.actions import Recorded

        self._session = session
        self.recorded.emit(Recorded(changed=True, study=True))

    def _closed(self, done: Callable[[None], None], _: None) -> None:
        self._session = None
        call_back(done, None)
        self.closed.emit()

    def _there(self) -> Site:
        if self._site is None:
            raise RefusedError("Nobody is signed in.")
        return self._site

    def _close(self, _: Job | None = None) -> None:
        site, self._site = self._site, None
        if site is not None:
            site.close()


def _session_of(site: Site) -> Session:
    return Session(site)


def _leave(_: Exception) -> None:
    """The rules stay as they are known: the next question says why the Site does not answer."""
