"""The conduct of the study, as shown."""

from desktop.study.definition.site_parameters import NormalRange
from desktop.views.base import View


class PointAnswer(View, frozen=True, kw_only=True):
    """The site's answer to an open point."""

    value: str
    reason: str
    user: str
    """Name."""
    wall: str


class RangeLine(View, frozen=True, kw_only=True):
    """A laboratory's normal range, and who set it."""

    range: NormalRange
    reason: str
    user: str
    wall: str


class VersionLine(View, frozen=True, kw_only=True):
    """A study version at this site."""

    oid: str
    sha256: str
    added: str
    """Wall time."""
    approved: str
    """Date of the approval; empty for the first version, and for one that is not in force yet."""
    reference: str
    activated: str
    user: str
    is_active: bool


class StudyView(View, frozen=True, kw_only=True):
    """How the site conducts the study."""

    answers: dict[str, PointAnswer]
    """By setting name."""
    ranges: tuple[RangeLine, ...]
    versions: tuple[VersionLine, ...]
    laboratory_items: tuple[str, ...]
    """OIDs of the items that can have a normal range."""
