"""The fold: journal entries about one subject -> what its record is now.

Pure and total: it evaluates no expression, reads no clock, no zone and no row id, and never refuses an entry. Entries are
applied in the order (hybrid time, device, sequence); the same entries give the same record, in whatever order they
arrived. What arrives late makes the subject fold again from its first entry.

The study versions that it asks for are entries of the same journal: they say which items are entered twice and how rows
are told apart.

The result is kept in the vault as one row a form, one a row of an ItemGroup, one a decision and one for what is about the
subject as a whole. `FOLD_VERSION` counts changes of what the fold makes; a vault folded by another version is folded
again at opening.
"""

from collections.abc import Callable, Iterable

import msgspec

from desktop.casebook import queries, signatures
from desktop.casebook.form_fold import Change, FormEntry, FormFold, Lock, Writer
from desktop.casebook.queries import Query
from desktop.casebook.signatures import Signature
from desktop.journal.bodies import (
    DiscrepancySettled,
    FormRemoved,
    FormSaved,
    FormSigned,
    PathwayDecided,
    QueryChanged,
    RecordLocked,
    SourceVerified,
)
from desktop.journal.entry import Entry
from desktop.study.clinical_data import FormContent, FormKey, Place
from desktop.study.definition.metadata import Definition
from desktop.study.rules.pathway import Decision

FOLD_VERSION = 3

StudyVersions = Callable[[str], Definition | None]
"""SHA-256 -> the study version; None where it is not here."""

LOCKED, FROZEN, UNLOCKED = "locked", "frozen", "unlocked"


def no_versions(sha256: str) -> Definition | None:
    """For folds of studies that enter nothing twice."""
    del sha256


class LockAct(msgspec.Struct, frozen=True, kw_only=True):
    """A freeze, lock or unlock of a place. The newest whose place covers a form holds for it."""

    act: str
    place: Place
    reason: str
    sha256: str
    second_user: str
    writer: Writer


class SubjectRecord(msgspec.Struct, kw_only=True):
    """What is about the subject as a whole."""

    queries: dict[str, Query] = {}
    """By ID."""
    signatures: dict[str, Signature] = {}
    """By ID."""
    locks: tuple[LockAct, ...] = ()


class SubjectFold:
    """All forms of one subject, and the decisions on its way. `apply` takes entries in fold order."""

    def __init__(self, subject: str, versions: StudyVersions = no_versions) -> None:
        self.subject = subject
        self.versions = versions
        self.forms: dict[FormKey, FormFold] = {}
        self.decisions: dict[tuple[str, int], Decision] = {}
        """(pathway step OID, visit number) -> the newest decision there."""
        self.record = SubjectRecord()
        self._contents: dict[FormKey, FormContent] = {}
        """Of forms that did not change since they were last asked for."""

    def apply(self, entry: Entry, changes: list[Change] | None = None) -> tuple[FormKey, ...]:
        """Take in one entry; the forms that it changed are returned. `changes` collects the history, where wanted."""
        body, head = entry.body, entry.head
        writer = Writer(head.device, head.sequence, head.user, head.wall)
        match body:
            case FormSaved() | DiscrepancySettled():
                return self._change_form(body, entry, writer, changes)
            case FormRemoved() if body.key in self.forms:
                return self._change_form(body, entry, writer, changes)
            case PathwayDecided():
                self.decisions[body.step, body.visit] = Decision(
                    to=body.to,
                    reason=body.reason,
                    user=writer.user,
                    wall=writer.wall,
                    device=writer.device,
                    sequence=writer.sequence,
                )
            case QueryChanged():
                queries.apply(self.record.queries, body, writer)
            case FormSigned():
                return self._sign(body, entry, writer)
            case SourceVerified():
                return self._verify_source(body, writer)
            case RecordLocked():
                return self._lock(body, writer)
            case _:
                pass
        return ()

    def contents(self) -> dict[FormKey, FormContent]:
        """The content of every form that is there, derived values included. For reading only."""
        found: dict[FormKey, FormContent] = {}
        for key, form in self.forms.items():
            if form.removed is None:
                if key not in self._contents:
                    self._contents[key] = form.everything()
                found[key] = self._contents[key]
        return found

    def _change_form(
        self,
        body: FormSaved | FormRemoved | DiscrepancySettled,
        entry: Entry,
        writer: Writer,
        changes: list[Change] | None,
    ) -> tuple[FormKey, ...]:
        form = self.forms.get(body.key)
        if form is None:
            form = self.forms[body.key] = FormFold(lock=self._lock_of(body.key))
        if isinstance(body, FormRemoved):
            FormEntry(self.subject, form, entry, None, changes).remove(body)
        else:
            one = FormEntry(self.subject, form, entry, self.versions(body.version_sha256), changes)
            if isinstance(body, FormSaved):
                one.save(body)
            else:
                one.settle(body)
        self._contents.pop(body.key, None)
        touched = {body.key: None}
        for of in form.signatures:
            known = self.record.signatures[of]
            self.record.signatures[of] = msgspec.structs.replace(
                known, void_since=writer.wall, void_by=writer.user, void_key=body.key, void_because="changed"
            )
            for signed in known.forms:
                other = self.forms.get(signed.key)
                if other is not None and of in other.signatures:
                    other.signatures = tuple(one for one in other.signatures if one != of)
                    touched[signed.key] = None
        return tuple(touched)

    def _sign(self, body: FormSigned, entry: Entry, writer: Writer) -> tuple[FormKey, ...]:
        of = signatures.signature_id(writer.device, writer.sequence)
        made = Signature(
            id=of,
            place=body.place,
            meaning=body.meaning,
            name=body.name,
            signed_at=body.signed_at,
            writer=writer,
            forms=body.forms,
        )
        differs = next(
            (one.key for one in body.forms if one.key not in self.forms or self.forms[one.key].sha256() != one.sha256),
            None,
        )
        if differs is not None or not signatures.holds(entry.head.study, entry.head.site, self.subject, body):
            # Something that the signer had not seen was recorded before, on another computer.
            because = "not_as_signed" if differs is not None else "not_verified"
            made = msgspec.structs.replace(
                made, void_since=writer.wall, void_by=writer.user, void_key=differs, void_because=because
            )
        self.record.signatures[of] = made
        if made.void_since:
            return ()
        for one in body.forms:
            self.forms[one.key].signatures = (*self.forms[one.key].signatures, of)
        return tuple(one.key for one in body.forms)

    def _verify_source(self, body: SourceVerified, writer: Writer) -> tuple[FormKey, ...]:
        verified = [
            one.key for one in body.forms if one.key in self.forms and self.forms[one.key].sha256() == one.sha256
        ]
        for key in verified:
            self.forms[key].verified_by = writer
        return tuple(verified)

    def _lock(self, body: RecordLocked, writer: Writer) -> tuple[FormKey, ...]:
        act = LockAct(
            act=body.act,
            place=body.place,
            reason=body.reason,
            sha256=body.sha256,
            second_user=body.second_user,
            writer=writer,
        )
        self.record.locks = (*self.record.locks, act)
        covered = tuple(key for key in self.forms if body.place.covers(key))
        for key in covered:
            self.forms[key].lock = self._lock_of(key)
        return covered

    def _lock_of(self, key: FormKey) -> Lock | None:
        newest = next((act for act in reversed(self.record.locks) if act.place.covers(key)), None)
        if newest is None or newest.act not in (FROZEN, LOCKED):
            return None
        return Lock(act=newest.act, writer=newest.writer)


def fold_subject(subject: str, entries: Iterable[Entry], versions: StudyVersions = no_versions) -> SubjectFold:
    """Fold all entries about one subject, given in fold order."""
    fold = SubjectFold(subject, versions)
    for entry in entries:
        fold.apply(entry)
    return fold


def history(subject: str, entries: Iterable[Entry], versions: StudyVersions = no_versions) -> list[Change]:
    """Every change of every value of a subject, oldest first."""
    fold = SubjectFold(subject, versions)
    changes: list[Change] = []
    for entry in entries:
        fold.apply(entry, changes)
    return changes
