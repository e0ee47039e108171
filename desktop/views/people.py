"""Users and roles, as shown."""

import enum

from desktop.views.base import View


class Role(enum.StrEnum):
    """What a person may do; a person may hold several."""

    ENTRY = "entry"
    INVESTIGATOR = "investigator"
    MANAGER = "manager"
    MONITOR = "monitor"


class RolePeriod(View, frozen=True, kw_only=True):
    """A time during which a person had a role."""

    role: Role
    start: str
    end: str
    """Empty while it lasts."""


class UserView(View, frozen=True, kw_only=True):
    """A person who may use this vault."""

    oid: str
    name: str
    roles: tuple[Role, ...]
    suspended: bool = False
    here: bool = True
    """The person has a key slot on this computer and can sign in here."""
    since: str = ""
    """Wall time of when the person was added."""
    periods: tuple[RolePeriod, ...] = ()
    trained: tuple[tuple[str, str], ...] = ()
    """(date, topic)"""
