"""The state of an open site: vault, study, signed-in user."""

import datetime
import hashlib
import zoneinfo
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from desktop.casebook import double_entry
from desktop.casebook.double_entry import Hidden
from desktop.casebook.fold import SubjectFold
from desktop.casebook.form_fold import FormFold
from desktop.casebook.study_conduct import Conduct
from desktop.casebook.users_and_devices import Person
from desktop.errors import DamagedError, NotAllowedError, RefusedError, SignInError
from desktop.study.clinical_data import FormContent, FormKey
from desktop.study.definition.metadata import Definition, Location
from desktop.study.definition.site_parameters import NOTHING_LOCAL
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.schedule import groups_read
from desktop.sync.client.recorded_times import RecordedTimes, times_of
from desktop.vault import casebook_tables
from desktop.vault.vault import Vault
from desktop.views.forms import DueForm
from desktop.views.people import Role, RolePeriod, UserView


class SiteSession:
    """An opened vault with a person signed in."""

    def __init__(self, vault: Vault, user: str) -> None:
        self._vault = vault
        self._locked = False
        self.user_oid = user
        """OID of the person signed in."""
        self.known_due: tuple[tuple[int, datetime.date], tuple[DueForm, ...]] | None = None
        """What was due at a revision of the casebook on a day."""
        self._times: tuple[int, RecordedTimes] | None = None
        """When the entries were recorded, at a revision of the casebook."""
        self._schedule_groups: dict[str, frozenset[str]] = {}
        self._blind: tuple[int, frozenset[tuple[str, FormKey]]] | None = None
        """What the person must not see, at a revision of the casebook."""
        self._hidden: dict[tuple[str, frozenset[str]], Hidden] = {}
        self._rules: dict[str, Rules] = {}
        self._rules_for_forms: dict[str, Rules] = {}
        """By SHA-256 of their definition; all with the site's answers and ranges of now."""

    @property
    def vault(self) -> Vault:
        """The vault; everything that a person asks or does goes through here. Raises NotAllowedError while it is locked."""
        if self._locked:
            raise NotAllowedError("The window is locked. Give the passphrase first.")
        return self._vault

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
        found = self.vault.study_version(sha256)
        if found is None:
            if sha256 != self.conduct.active:
                raise RefusedError("This was entered under a study version that is not here yet. Sync first.")
            raise DamagedError("The vault holds no study definition. Restore the newest backup.")
        return found

    # Blindness

    def blind_forms(self) -> frozenset[tuple[str, FormKey]]:
        """(subject, key) of every form whose first pass the person must not see: the one place that decides it."""
        if self._blind is None or self._blind[0] != self.vault.revision:
            with self.vault.begin() as connection:
                person = self.person(connection)
                found = frozenset(
                    (subject, key)
                    for subject, key, form in casebook_tables.awaiting_second(connection)
                    if _is_blind(person, form)
                )
            self._blind = (self.vault.revision, found)
        return self._blind[1]

    def is_blind(self, subject: str, key: FormKey) -> bool:
        """Whether the person must not see the first pass of a form."""
        return (subject, key) in self.blind_forms()

    def hidden(self, subject: str) -> Hidden:
        """The derived items and the checks of any form that would tell the person something of forms hidden from them."""
        forms = frozenset(key.form for of, key in self.blind_forms() if of == subject)
        if not forms:
            return double_entry.NOTHING_HIDDEN
        at = (self.conduct.active, forms)
        if at not in self._hidden:
            self._hidden[at] = double_entry.hidden_by(self.definition, forms)
        return self._hidden[at]

    def visible_contents(self, fold: SubjectFold) -> dict[FormKey, FormContent]:
        """What the person, and rules that work for the person, may read of a subject's forms."""
        hidden = self.hidden(fold.subject).items
        blind = {key for subject, key in self.blind_forms() if subject == fold.subject}
        contents = fold.contents()
        if not blind:
            return contents
        return {
            key: {} if key in blind else double_entry.without(content, hidden) if hidden else content
            for key, content in contents.items()
        }

    @property
    def rules(self) -> Rules:
        """The checks and derivations of the study version in force, compiled when first needed."""
        return self.rules_of(self.conduct.active)

    def rules_of(self, sha256: str) -> Rules:
        """The rules of a study version: a form keeps the one that it was entered under."""
        return self._kept_rules(self._rules, sha256)

    def rules_for_form(self, sha256: str) -> Rules:
        """Rules for a form that is filled in on another thread: nothing of them is used here.

        Rules remember what they evaluated, so one thread alone may use them.
        """
        return self._kept_rules(self._rules_for_forms, sha256 or self.conduct.active)

    def _kept_rules(self, kept: dict[str, Rules], sha256: str) -> Rules:
        local = self.conduct.local
        if sha256 not in kept or kept[sha256].local != local:
            kept[sha256] = Rules(self.definition_of(sha256), local)
        return kept[sha256]

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
    def recorded_times(self) -> RecordedTimes:
        """When the entries were recorded, whatever a wrong clock said; worked out anew once there are more."""
        if self._times is None or self._times[0] != self.vault.revision:
            self._times = (self.vault.revision, times_of(self.vault))
        return self._times[1]

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
        person = self._vault.staff(connection).people.get(self.user_oid)
        if person is None:
            raise SignInError("The user or the passphrase is not right.")
        return person

    def view_of(self, person: Person) -> UserView:
        """A person for the screens."""
        here = any(slot.user == person.oid for slot in self.vault.file.slots)
        periods = tuple(RolePeriod(role=one.role, start=one.start, end=one.end) for one in person.periods)
        return UserView(
            oid=person.oid,
            name=person.name,
            roles=person.roles,
            suspended=person.suspended,
            here=here,
            since=person.since,
            periods=periods,
            trained=person.trained,
        )


def _is_blind(person: Person, form: FormFold) -> bool:
    return double_entry.is_blind(awaiting=form.awaits_second, authors=form.authors, user=person.oid, roles=person.roles)
