"""What all tests share: vaults that are really encrypted, clocks that a test can set, and no warning left unread."""

import datetime
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.actions import AddUser
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.load import load_definition, locate
from desktop.vault import key_slots

# What a passphrase costs is not what most tests are about; `test_key_slots.py` keeps the real cost in view.
FULL_COST = key_slots.COST
key_slots.COST = key_slots.KeyDerivationCost(memory_kib=8, passes=1, lanes=1)

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--soak`: hundreds of repetitions instead of a few."""
    parser.addoption("--soak", action="store_true", help="run fault tests hundreds of times")


@pytest.fixture
def soak(request: pytest.FixtureRequest) -> bool:
    """Whether to repeat hundreds of times."""
    return bool(request.config.getoption("--soak"))


@pytest.fixture
def shared() -> Path:
    """Foreign schemas and workbooks that lie beside a checkout; a clone that stands alone has none."""
    if not SHARED.is_dir():
        pytest.skip("left out: the foreign schemas and workbooks (../shared) are not beside this checkout")
    return SHARED


class SetClock:
    """A wall clock that a test sets and advances."""

    def __init__(self, now: datetime.datetime) -> None:
        self.now = now

    def __call__(self) -> datetime.datetime:
        """The time it shows; each look takes a millisecond, so that no two entries share one."""
        self.now += datetime.timedelta(milliseconds=1)
        return self.now

    def advance(self, **interval: float) -> None:
        """Set it forward, or back with negative numbers."""
        self.now += datetime.timedelta(**interval)


@pytest.fixture
def clock() -> SetClock:
    """24 November 2026, 8 in the morning, in China."""
    return SetClock(datetime.datetime(2026, 11, 24, 8, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=8))))


@pytest.fixture(autouse=True)
def no_unread_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A log record of WARNING or above fails the test that caused it."""
    yield
    unread = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not unread, [record.getMessage() for record in unread]


ADMIN = ("Manager", "manager passphrase")
NURSE = ("Nurse A", "nurse A passphrase")
OTHER_NURSE = ("Nurse B", "nurse B passphrase")
DOCTOR = ("Doctor", "doctor passphrase")


class Clinic:
    """A site of the tiny study, or another, with a manager, two nurses and an investigator; nobody is signed in."""

    def __init__(self, folder: Path, clock: SetClock, study: Path | None = None) -> None:
        self.folder = folder
        self.clock = clock
        self.definition = load_definition(locate(str(study or CLINIC)))
        site, self.recovery_code = opening.create_site(folder, self.definition, "01", *ADMIN, wall=clock)
        with site:
            for (name, passphrase), role in ((NURSE, "entry"), (OTHER_NURSE, "entry"), (DOCTOR, "investigator")):
                site.record(AddUser(name=name, roles=(role,), passphrase=passphrase))

    def sign_in(self, who: tuple[str, str] = NURSE) -> Site:
        """The site with this person signed in."""
        return opening.open_site(self.folder, *who, wall=self.clock)


CLINIC = Path(__file__).parent / "data" / "clinic"


@pytest.fixture
def clinic(tmp_path: Path, clock: SetClock) -> Clinic:
    """A fresh site of the tiny study."""
    return Clinic(tmp_path / "vault", clock)
