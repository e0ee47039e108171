"""What is open: a vault, its study, and the person signed in. What the questions read; `Site` adds the doors and the acts."""

import datetime
import hashlib
import zoneinfo
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from desktop.casebook.study_conduct import Conduct
from desktop.casebook.users_and_devices import Person
from desktop.errors import DamagedError, NotAllowedError, RefusedError, SignInError
from desktop.journal.bodies import Kind, StudyVersionAdded
from desktop.study.definition.metadata import Definition, Location
from desktop.study.definition.site_parameters import NOTHING_LOCAL
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.schedule import groups_read
from desktop.vault import journal_table
from desktop.vault.vault import Vault
from desktop.views.forms import DueForm
from desktop.views.people import Role, UserView


class SiteSession:
    """An opened vault with a person signed in."""

    def __init__(self, vault: Vault, user: str) -> None:
        self.vault = vault
        self.user_oid = user
        """OID of the person signed in."""
        self.known_due: tuple[tuple[int, datetime.date], tuple[DueForm, ...]] | None = None
        """What was due at a revision of the casebook on a day."""
        self._definitions: dict[str, Definition] = {}
        """By SHA-256, those that were needed."""
        self._schedule_groups: dict[str, frozenset[str]] = {}
        self._rules: dict[str, Rules] = {}
        """By SHA-256 of their definition; all with the site's answers and ranges of now."""

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
    def conduct(self) -> Conduct:
        """Study versions, answers to open points, normal ranges."""
        return self.vault.conduct()

    @property
    def definition(self) -> Definition:
        """The study version in force. Raises DamagedError where there is none."""
        return self.definition_of(self.conduct.active)

    def definition_of(self, sha256: str) -> Definition:
        """A study version that is here. Raises RefusedError, or DamagedError where there is none at all."""
        if sha256 not in self._definitions:
            with self.vault.begin() as connection:
                for entry in journal_table.of_kinds(connection, [Kind.STUDY_VERSION_ADDED]):
                    if isinstance(entry.body, StudyVersionAdded) and entry.body.sha256 == sha256:
                        self._definitions[sha256] = Definition.from_bytes(entry.body.definition.encode())
        if sha256 not in self._definitions:
            if sha256 != self.conduct.active:
                raise RefusedError("This was entered under a study version that is not here yet. Sync first.")
            raise DamagedError("The vault holds no study definition. Restore the newest backup.")
        return self._definitions[sha256]

    @property
    def rules(self) -> Rules:
        """The checks and derivations of the study version in force, compiled when first needed."""
        return self.rules_of(self.conduct.active)

    def rules_of(self, sha256: str) -> Rules:
        """The rules of a study version: a form keeps the one that it was entered under."""
        local = self.conduct.local
        if sha256 not in self._rules or self._rules[sha256].local != local:
            self._rules[sha256] = Rules(self.definition_of(sha256), local)
        return self._rules[sha256]

    @property
    def rules_mark(self) -> str:
        """Changes whenever the rules in force do: with the study version, an answer to an open point, a normal range."""
        local = self.conduct.local
        if local == NOTHING_LOCAL:
            return self.conduct.active
        return hashlib.sha256(self.conduct.active.encode() + msgspec.json.encode(local)).hexdigest()

    def schedule_groups(self) -> frozenset[str]:
        """OIDs of the ItemGroups that the schedule reads."""
        active = self.conduct.active
        if active not in self._schedule_groups:
            self._schedule_groups[active] = groups_read(self.definition)
        return self._schedule_groups[active]

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
