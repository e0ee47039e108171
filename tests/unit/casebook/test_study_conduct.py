"""How the site conducts its study, folded from the entries that say so."""

import pytest

from desktop.casebook.study_conduct import CONDUCT_KINDS, Conduct, fold_conduct
from desktop.journal.bodies import (
    BODIES,
    KINDS,
    Body,
    NormalRangeSet,
    PointAnswered,
    SessionChanged,
    StudyVersionActivated,
    StudyVersionAdded,
)
from desktop.journal.entry import Entry, Head
from desktop.study.definition.site_parameters import Local, NormalRange


def at(time: int, body: Body | None, kind: str = "") -> Entry:
    head = Head(
        format=1,
        study="S",
        site="01",
        device="A",
        sequence=time,
        time=time,
        wall=f"2026-11-24T08:00:{time:02}+08:00",
        user=f"U.{time}",
        kind=kind or KINDS[type(body)],
        subject=None,
    )
    return Entry(head, body)


def folded(*bodies: Body) -> Conduct:
    return fold_conduct(at(time, body) for time, body in enumerate(bodies, 1))


def added(oid: str) -> StudyVersionAdded:
    return StudyVersionAdded(salt="00", oid=oid, sha256=f"hash of {oid}", definition="{}")


def activated(oid: str, approved: str = "2026-11-01") -> StudyVersionActivated:
    return StudyVersionActivated(
        salt="00", oid=oid, sha256=f"hash of {oid}", approved=approved, reference=f"Paper {approved}"
    )


def answered(name: str, value: str | None) -> PointAnswered:
    return PointAnswered(salt="00", name=name, value=value, reason=f"because {value}")


def ranged(low: str) -> NormalRangeSet:
    return NormalRangeSet(salt="00", range=NormalRange(item="IT.1", since="2026-01-01", low=low), reason=low)


def test_the_kinds_are_those_that_the_fold_reads() -> None:
    bodies = {StudyVersionAdded, StudyVersionActivated, PointAnswered, NormalRangeSet}
    assert {BODIES[kind] for kind in CONDUCT_KINDS} == bodies


def test_nothing_was_said() -> None:
    assert folded() == Conduct()
    assert Conduct().local == Local()


def test_the_first_version_is_in_force_without_an_approval() -> None:
    conduct = folded(added("1"), added("2"))
    assert list(conduct.versions) == ["hash of 1", "hash of 2"]
    assert conduct.active == "hash of 1"
    assert (conduct.versions["hash of 1"].approved, conduct.versions["hash of 2"].activated) == ("", "")


def test_a_version_is_in_force_from_its_activation_on() -> None:
    conduct = folded(added("1"), added("2"), activated("2"))
    assert conduct.active == "hash of 2"
    version = conduct.versions["hash of 2"]
    assert (version.approved, version.reference) == ("2026-11-01", "Paper 2026-11-01")
    assert (version.added, version.activated) == ("2026-11-24T08:00:02+08:00", "2026-11-24T08:00:03+08:00")
    assert version.user == "U.3"
    # An older one may come into force again.
    assert folded(added("1"), added("2"), activated("2"), activated("1")).active == "hash of 1"


def test_a_version_that_comes_twice_stays_as_it_first_came() -> None:
    """Each computer of a site records the version with which it began."""
    conduct = folded(added("1"), added("2"), activated("2"), added("2"), added("1"))
    assert conduct == folded(added("1"), added("2"), activated("2"))


def test_a_version_that_is_not_here_is_not_put_in_force() -> None:
    assert folded(added("1"), activated("2")) == folded(added("1"))


def test_the_newest_answer_stands_until_it_is_taken_back() -> None:
    conduct = folded(answered("A", "1"), answered("B", "x"), answered("A", "2"))
    assert conduct.local.answers == {"A": "2", "B": "x"}
    assert (conduct.answers["A"].reason, conduct.answers["A"].user) == ("because 2", "U.3")
    assert folded(answered("A", "1"), answered("A", None)) == Conduct()
    assert folded(answered("A", None)) == Conduct()


def test_ranges_stand_in_the_order_in_which_they_were_recorded() -> None:
    conduct = folded(ranged("1"), ranged("2"), ranged("1"))
    assert [found.low for found in conduct.local.ranges] == ["1", "2", "1"]
    assert [(found.reason, found.user) for found in conduct.ranges] == [("1", "U.1"), ("2", "U.2"), ("1", "U.3")]


@pytest.mark.parametrize("kind", CONDUCT_KINDS)
def test_a_blanked_entry_and_another_kind_are_passed_over(kind: str) -> None:
    session = SessionChanged(salt="00", act="locked")
    assert fold_conduct([at(1, None, kind), at(2, session), at(3, added("1"))]).active == "hash of 1"
