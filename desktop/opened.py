"""What is open: a vault, its study, and the person signed in. What the questions read; `Site` adds the doors and the acts."""

import datetime
import zoneinfo
from pathlib import Path

from sqlalchemy import Connection

from desktop.casebook.staff import Person
from desktop.casebook.views import DueForm, Role, UserView
from desktop.errors import NotAllowedError, SignInError
from desktop.study.checks import Rules
from desktop.study.definition import Definition, Location
from desktop.vault.vault import Vault


class OpenedVault:
    """An opened vault with a person signed in."""

    def __init__(self, vault: Vault, definition: Definition, user: str) -> None:
        self.vault = vault
        self.definition = definition
        self.user_oid = user
        """OID of the person signed in."""
        self.known_due: tuple[tuple[int, datetime.date], tuple[DueForm, ...]] | None = None
        """What was due at a revision of the casebook on a day."""
        self._rules: Rules | None = None

    @property
    def folder(self) -> Path:
        """The vault's folder."""
        return self.vault.folder

    @property
    def device(self) -> str:
        """Device OID."""
        return self.vault.device

    @property
    def location(self) -> Location:
        """The site as the study defines it."""
        return self.definition.locations[self.vault.site]

    @property
    def rules(self) -> Rules:
        """The study's checks and derivations, compiled when first needed."""
        if self._rules is None:
            self._rules = Rules(self.definition)
        return self._rules

    @property
    def user(self) -> UserView:
        """The person signed in."""
        with self.vault.begin() as connection:
            return self.user_view(connection)

    def user_view(self, connection: Connection) -> UserView:
        """The person signed in, within a transaction."""
        return self.view_of(self.person(connection))

    @property
    def civil_date(self) -> datetime.date:
        """Today at the site, by its own time zone."""
        return self.vault.clock.wall().astimezone(zoneinfo.ZoneInfo(self.location.zone)).date()

    def require(self, roles: frozenset[Role]) -> None:
        """Raises NotAllowedError unless the person has one of the roles."""
        with self.vault.begin() as connection:
            person = self.person(connection)
        if person.suspended or not roles & set(person.roles):
            wanted = ", ".join(sorted(roles))
            raise NotAllowedError("You do not have the right for this. It takes the role {roles}.", roles=wanted)

    def person(self, connection: Connection) -> Person:
        """The person signed in, as the journal has it. Raises SignInError."""
        person = self.vault.staff(connection).people.get(self.user_oid)
        if person is None:
            raise SignInError("The user or the passphrase is not right.")
        return person

    def view_of(self, person: Person) -> UserView:
        """A person for the screens."""
        here = any(slot.user == person.oid for slot in self.vault.file.slots)
        return UserView(oid=person.oid, name=person.name, roles=person.roles, suspended=person.suspended, here=here)
