"""Who and what belongs to this site: the fold of the entries that are about no subject.

Users and devices are few, so they are folded on reading and kept in no table.
"""

from collections.abc import Iterable

import msgspec

from desktop.journal.bodies import DeviceStarted, Kind, PassphraseChanged, UserAdded, UserChanged
from desktop.journal.entry import Entry
from desktop.views.people import Role

STAFF_KINDS = (
    Kind.DEVICE_STARTED,
    Kind.USER_ADDED,
    Kind.USER_CHANGED,
    Kind.PASSPHRASE_CHANGED,
)
"""The kinds of entries that this fold reads."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A user as the journal has it."""

    oid: str
    name: str
    roles: tuple[Role, ...]
    signing_key: str
    suspended: bool = False


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
                people[added.user] = Person(
                    oid=added.user, name=added.name, roles=_roles(added.roles), signing_key=added.signing_key
                )
            case UserChanged() as changed if changed.user in people:
                people[changed.user] = msgspec.structs.replace(
                    people[changed.user], roles=_roles(changed.roles), suspended=changed.suspended
                )
            case PassphraseChanged() as passphrase if passphrase.user in people and passphrase.signing_key:
                people[passphrase.user] = msgspec.structs.replace(
                    people[passphrase.user], signing_key=passphrase.signing_key
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


def _roles(names: tuple[str, ...]) -> tuple[Role, ...]:
    """Roles that this release knows; a newer release's role gives no right here."""
    known = {str(role) for role in Role}
    return tuple(Role(name) for name in names if name in known)
