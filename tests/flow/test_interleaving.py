"""Entries of several devices about the same subjects: in whatever order they come, what they add up to is the same."""

import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.journal.bodies import Body, DiscrepancySettled, FormRemoved, FormSaved, ItemGroupData, PathwayDecided
from desktop.journal.hybrid_clock import hybrid_time
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey, ItemValue
from desktop.vault import casebook_tables
from desktop.vault.tables import CASEBOOK
from tests.conftest import Clinic, SetClock
from tests.unit.conftest import Chain

ADMIN = ("Manager", "manager passphrase")
DEVICES = "BCD"
VALUES = (None, ItemValue(value="F"), ItemValue(value="M"), ItemValue(missing="UNKNOWN"))
numbers = itertools.count()


class Step(msgspec.Struct, frozen=True):
    """What one device does, having seen so much of the others."""

    device: int
    kind: int
    subject: int
    value: int
    row: int
    looks: tuple[bool, ...]
    tick: bool


steps = st.builds(
    Step,
    device=st.integers(0, 2),
    kind=st.integers(0, 9),
    subject=st.integers(0, 1),
    value=st.integers(0, 3),
    row=st.integers(0, 2),
    looks=st.tuples(*[st.booleans()] * 3),
    tick=st.booleans(),
)


class Site3:
    """Three devices that record by the rules of the hybrid clock, and see each other now and then."""

    def __init__(self, site: Site, wall: SetClock) -> None:
        number = next(numbers)
        self.site = site
        self.chains = [Chain(f"{letter}-{number:08x}", site.vault.site, site.vault.study) for letter in DEVICES]
        self.subjects = [f"01-X{number:05}{subject}" for subject in (1, 2)]
        self.start = hybrid_time(wall.now)
        self.last = [self.start] * 3
        self.seen = [[0] * 3 for _ in range(3)]
        """How many entries of each device each device has."""

    def act(self, step: Step) -> None:
        me = step.device
        for other, looks in enumerate(step.looks):
            if looks and other != me:
                self.seen[me][other] = len(self.chains[other].raws)
                self.last[me] = max(self.last[me], self.last[other])
        self.last[me] += 1 + (step.tick << 16)
        self.seen[me][me] = len(self.chains[me].raws) + 1
        self.chains[me].add(self._body(step), self.subjects[step.subject], time=self.last[me], user=f"U.{me}")

    def _body(self, step: Step) -> Body:
        basis = {self.chains[other].device: count for other, count in enumerate(self.seen[step.device]) if count}
        definition = self.site.definition
        key = FormKey("SE.VISIT", 1, "F.DM", 1 + step.row // 2)
        version = {"version": definition.version.oid, "version_sha256": definition.sha256}
        value = VALUES[step.value]
        group = ItemGroupData(group="IG.DM", items={"IT.SEX" if step.row else "IT.NOTE": value})
        match step.kind:
            case 0:
                return FormRemoved(salt="00", key=key, basis=basis, reason="r")
            case 1:
                return PathwayDecided(salt="00", step="PW.1", visit=1 + step.row, to="", reason="r", version="M")
            case 2 | 3:
                rows = ItemGroupData(group="IG.R", row=f"r{step.row}", items={"IT.R": value}, removed=step.kind == 2)
                return FormSaved(salt="00", key=key, basis=basis, groups=(rows,), reason="r", **version)
            case 4:
                return FormSaved(
                    salt="00", key=key, entry_pass=2, basis=basis, groups=(group,), complete=True, **version
                )
            case 5:
                return DiscrepancySettled(
                    salt="00",
                    key=key,
                    discrepancy="d",
                    take="other",
                    value=value,
                    basis=basis,
                    groups=(group,),
                    reason="r",
                    **version,
                )
            case _:
                return FormSaved(
                    salt="00", key=key, basis=basis, groups=(group,), complete=step.kind == 6, reason="r", **version
                )


def deliver(site: Site, made: Site3, order: random.Random) -> None:
    """Let the entries arrive: each device's in its order, otherwise in any, cut anywhere."""
    have = [0, 0, 0]
    while waiting := [n for n, chain in enumerate(made.chains) if have[n] < len(chain.raws)]:
        device = order.choice(waiting)
        chain = made.chains[device]
        to = order.randint(have[device] + 1, len(chain.raws))
        site.receive(chain.device, chain.verified(after=have[device])[: to - have[device]])
        have[device] = to


def casebook(site: Site, subjects: list[str]) -> dict[str, list[dict[str, Any]]]:
    with site.vault.begin() as connection:
        return {
            table.name: sorted(
                (row for row in casebook_tables.stored_rows(connection, table) if row["subject"] in subjects), key=str
            )
            for table in CASEBOOK
        }


@pytest.fixture(scope="module")
def two_sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Site, SetClock]]:
    """Two computers of one site that nobody records at."""
    import datetime

    wall = SetClock(datetime.datetime(2026, 11, 24, 8, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=8))))
    folder: Path = tmp_path_factory.mktemp("interleaving")
    clinic = Clinic(folder / "first", wall)
    other, _ = opening.create_site(folder / "second", clinic.definition, "01", *ADMIN, letter="Z", wall=wall)
    with clinic.sign_in(ADMIN) as first, other:
        yield first, other, wall


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=1, max_size=14), st.randoms(use_true_random=False))
def test_any_order_and_any_cut_give_what_a_rebuild_gives(
    two_sites: tuple[Site, Site, SetClock], done: list[Step], order: random.Random
) -> None:
    first, second, wall = two_sites
    made = Site3(first, wall)
    for step in done:
        made.act(step)
    for site in (first, second):
        deliver(site, made, order)
    found = casebook(first, made.subjects)
    assert found == casebook(second, made.subjects)
    first.rebuild()
    assert found == casebook(first, made.subjects)
