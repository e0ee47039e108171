"""Fold of the site's study conduct: versions and the one in force, answers to open points, normal ranges.

The fold of the entries that say so; they are few, so they are folded on reading and kept in no table.
"""

from collections.abc import Iterable

import msgspec

from desktop.journal.bodies import Kind, NormalRangeSet, PointAnswered, StudyVersionActivated, StudyVersionAdded
from desktop.journal.entry import Entry
from desktop.study.definition.site_parameters import Local, NormalRange

CONDUCT_KINDS = (
    Kind.STUDY_VERSION_ADDED,
    Kind.STUDY_VERSION_ACTIVATED,
    Kind.POINT_ANSWERED,
    Kind.NORMAL_RANGE_SET,
)
"""The kinds of entries that this fold reads."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The site's answer to an open point."""

    value: str
    reason: str
    user: str
    """User OID."""
    wall: str


class RangeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A normal range, and who set it."""

    range: NormalRange
    reason: str
    user: str
    wall: str


class VersionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A study version at this site."""

    oid: str
    sha256: str
    added: str
    """Wall time."""
    approved: str = ""
    """Date of the ethics committee's approval; empty for the first version, and for one that is not in force yet."""
    reference: str = ""
    activated: str = ""
    """Wall time; empty for the first version, and for one that is not in force yet."""
    user: str = ""


class Conduct(msgspec.Struct, frozen=True, kw_only=True):
    """As of the newest entry."""

    versions: dict[str, VersionRecord] = {}
    """By SHA-256, in the order in which they came."""
    active: str = ""
    """SHA-256 of the version in force."""
    answers: dict[str, Answer] = {}
    """By setting name."""
    ranges: tuple[RangeRecord, ...] = ()

    @property
    def local(self) -> Local:
        """What the study's rules see of it."""
        answers = {name: answer.value for name, answer in self.answers.items()}
        return Local(answers=answers, ranges=tuple(record.range for record in self.ranges))


def fold_conduct(entries: Iterable[Entry]) -> Conduct:
    """Fold the entries of `CONDUCT_KINDS`, given in fold order."""
    versions: dict[str, VersionRecord] = {}
    active = ""
    answers: dict[str, Answer] = {}
    ranges: list[RangeRecord] = []
    for entry in entries:
        head = entry.head
        match entry.body:
            case StudyVersionAdded() as added if added.sha256 not in versions:
                versions[added.sha256] = VersionRecord(oid=added.oid, sha256=added.sha256, added=head.wall)
                active = active or added.sha256
            case StudyVersionActivated() as activated if activated.sha256 in versions:
                versions[activated.sha256] = msgspec.structs.replace(
                    versions[activated.sha256],
                    approved=activated.approved,
                    reference=activated.reference,
                    activated=head.wall,
                    user=head.user,
                )
                active = activated.sha256
            case PointAnswered() as answered:
                answers.pop(answered.name, None)
                if answered.value is not None:
                    answers[answered.name] = Answer(
                        value=answered.value, reason=answered.reason, user=head.user, wall=head.wall
                    )
            case NormalRangeSet() as ranged:
                ranges.append(RangeRecord(range=ranged.range, reason=ranged.reason, user=head.user, wall=head.wall))
            case _:
                pass
    return Conduct(versions=versions, active=active, answers=answers, ranges=tuple(ranges))
