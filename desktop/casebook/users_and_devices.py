"""Fold of the site's users and devices.

Users and devices are few, so they are folded on reading and kept in no table.
"""

from collections.abc import Iterable

import msgspec

from desktop.journal.bodies import DeviceStarted, Kind, PassphraseChanged, UserAdded, UserChanged, UserTrained
from desktop.journal.entry import Entry
from desktop.views.people import Role

STAFF_KINDS = (
    Kind.DEVICE_STARTED,
    Kind.USER_ADDED,
    Kind.USER_CHANGED,
    Kind.PASSPHRASE_CHANGED,
    Kind.USER_TRAINED,
)
"""The kinds of entries that this fold reads."""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A time during which a person had a role; ISO 8601 with offset."""

    role: Role
    start: str
    end: str = ""
    """Empty while it lasts."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A user as the journal has it."""

    oid: str
    name: str
    roles: tuple[Role, ...]
    signing_key: str
    """The key that the person signs with now."""
    signing_keys: tuple[str, ...] = ()
    """All that the person ever had: an older signature is verified with one of them."""
    suspended: bool = False
    since: str = ""
    """Wall time of the entry that added the person."""
    periods: tuple[Period, ...] = ()
    """A suspension ends the periods of all roles."""
    trained: tuple[tuple[str, str], ...] = ()
    """(date, topic)"""


class DeviceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A computer of the site."""

    oid: str
    letter: str
    signing_key: str
    sealing_key: str
    wall: str


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """The site's people and computers, as of the newest entry."""

    people: dict[str, Person] = {}
    """By user OID."""
    devices: dict[str, DeviceRecord] = {}

    def named(self, name: str) -> Person | None:
        """The person of that name."""
        return next((person for person in self.people.values() if person.name == name), None)

    def name_of(self, user: str) -> str:
        """The name of a user OID; the OID itself where the entry about the person is not here yet."""
        person = self.people.get(user)
        return person.name if person else user


def fold_staff(entries: Iterable[Entry]) -> Staff:
    """Fold the entries of `STAFF_KINDS`, given in fold order."""
    people: dict[str, Person] = {}
    devices: dict[str, DeviceRecord] = {}
    for entry in entries:
        match entry.body:
            case UserAdded() as added:
                roles = _roles(added.roles)
                people[added.user] = Person(
                    oid=added.user,
                    name=added.name,
                    roles=roles,
                    signing_key=added.signing_key,
                    signing_keys=(added.signing_key,),
                    since=entry.head.wall,
                    periods=_periods((), roles, entry.head.wall),
                )
            case UserChanged() as changed if changed.user in people:
                person, roles = people[changed.user], _roles(changed.roles)
                held = () if changed.suspended else roles
                people[changed.user] = msgspec.structs.replace(
                    person,
                    roles=roles,
                    suspended=changed.suspended,
                    periods=_periods(person.periods, held, entry.head.wall),
                )
            case PassphraseChanged() as passphrase if passphrase.user in people and passphrase.signing_key:
                person = people[passphrase.user]
                people[passphrase.user] = msgspec.structs.replace(
                    person,
                    signing_key=passphrase.signing_key,
                    signing_keys=(*person.signing_keys, passphrase.signing_key),
                )
            case UserTrained() as trained if trained.user in people:
                person = people[trained.user]
                people[trained.user] = msgspec.structs.replace(
                    person, trained=(*person.trained, (trained.date, trained.topic))
                )
            case DeviceStarted() as started:
                devices[entry.head.device] = DeviceRecord(
                    oid=entry.head.device,
                    letter=started.letter,
                    signing_key=started.signing_key,
                    sealing_key=started.sealing_key,
                    wall=entry.head.wall,
                )
            case _:
                pass
    return Staff(people=people, devices=devices)


def _periods(periods: tuple[Period, ...], roles: tuple[Role, ...], wall: str) -> tuple[Period, ...]:
    """The periods after a person has these roles from a time on."""
    kept = tuple(
        period if period.end or period.role in roles else msgspec.structs.replace(period, end=wall)
        for period in periods
    )
    lasting = {period.role for period in kept if not period.end}
    return kept + tuple(Period(role=role, start=wall) for role in roles if role not in lasting)


def _roles(names: tuple[str, ...]) -> tuple[Role, ...]:
    """Roles that this release knows; a newer release's role gives no right here."""
    known = {str(role) for role in Role}
    return tuple(Role(name) for name in names if name in known)
