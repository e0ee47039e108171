"""`Site`: the one object through which windows and command line use an open site.

Two doors lead into the journal and no other: `record` checks rights and rules and appends what a person here did;
`receive` verifies and appends what others did, and never judges it again. Everything else asks.

A Site lives on the thread that opened it (`Vault`), and is opened by a person: there is no Site without someone signed in.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec
from sqlalchemy import Connection

from desktop import diagnostics
from desktop.actions import (
    Act,
    ActivateStudyVersion,
    AddStudyVersion,
    AddUser,
    AnswerPoint,
    ChangePassphrase,
    ChangeQuery,
    ChangeUser,
    ConductAct,
    DecidePathway,
    LockForms,
    OpenQuery,
    Recorded,
    RedactEntry,
    RemoveForm,
    ResetPassphrase,
    SaveForm,
    SetNormalRange,
    SettleDiscrepancy,
    SignForms,
    TrainUser,
    UnlockForms,
    VerifySource,
)
from desktop.casebook.redactions import REDACTABLE_KINDS
from desktop.errors import NotAllowedError, RefusedError, SignInError
from desktop.journal.bodies import Exported, FormRemoved, FormSaved, Kind, Redacted, SessionChanged
from desktop.journal.entry import decode, new_salt
from desktop.journal.hash_chain import VerifiedEntry
from desktop.progress import Cancelled, Progress
from desktop.reading import audit_trail, monthly_transfer, today
from desktop.reading import review as review_queries
from desktop.reading import subject as subject_queries
from desktop.reading.discrepancies import discrepancies
from desktop.reading.open_checks import reassess_next
from desktop.reading.statistics import statistics
from desktop.reading.study import study_view
from desktop.reading.subjects import next_subject, subjects
from desktop.reading.sync import sync_view
from desktop.recording import recovery, review, study_conduct, users
from desktop.recording.save_form import LOCKED, Saver, prepare_save
from desktop.site_session import SiteSession
from desktop.study.clinical_data import FormKey, ItemPlace
from desktop.study.definition.metadata import Definition
from desktop.sync.client.recorded_times import clock_problem
from desktop.vault import draft_table, failed_sign_ins, journal_table, key_slots
from desktop.vault.database import translated
from desktop.vault.key_slots import Slot
from desktop.vault.vault import Recording
from desktop.views.audit import AuditLine, Change
from desktop.views.casebook import Casebook, Discrepancy, SubjectLine
from desktop.views.forms import Draft, FormView
from desktop.views.people import Role, UserView
from desktop.views.review import QueryView, SignatureView, Statistics
from desktop.views.study import StudyView
from desktop.views.sync import SyncView
from desktop.views.today import ShellView, Status, Today
from desktop.views.verification import Failure, Verification

FILLS_FORMS = frozenset({Role.ENTRY, Role.INVESTIGATOR})
EXPORTS = frozenset({Role.MANAGER, Role.INVESTIGATOR})
MANAGES = frozenset({Role.MANAGER})
DECIDES = frozenset({Role.INVESTIGATOR})
SETS_RANGES = frozenset({Role.MANAGER, Role.INVESTIGATOR})
CONDUCTS: dict[type[ConductAct], frozenset[Role]] = {
    DecidePathway: DECIDES,
    AnswerPoint: DECIDES,
    SetNormalRange: SETS_RANGES,
    AddStudyVersion: MANAGES,
    ActivateStudyVersion: MANAGES,
}

SUSPENDED = "This user is suspended. A manager can lift the suspension."

if TYPE_CHECKING:
    from desktop.export.transfer import Transfer
    from desktop.export.xlsx.writer import ExportResult
    from desktop.reading.amendment_rehearsal import Rehearsal
    from desktop.sync.client.channel import Carry
    from desktop.sync.client.enrolment import Enrolment
    from desktop.sync.client.exchange import SyncResult


class Site(SiteSession):
    """An opened vault with a person signed in, and all that the person may do. `desktop.site.opening` makes one."""

    # The session

    def lock(self) -> None:
        """Refuse everything until the person's passphrase is given again."""
        if not self._locked:
            # It is locked even where the disk has no room to say so.
            self._locked = True
            self._session("locked")

    def unlock(self, passphrase: str) -> None:
        """Open the doors again. Raises SignInError; its `wait` says how long the next try must wait."""
        with failed_sign_ins.counted(self._vault.folder, self._vault.clock.wall):
            key_slots.unwrap(passphrase, self._slot())
        with self._vault.begin() as connection:
            if self.person(connection).suspended:
                raise NotAllowedError(SUSPENDED)
        bodies = (*failed_sign_ins.pending_entries(self._vault.folder), SessionChanged(salt=new_salt(), act="unlocked"))
        self._vault.record([Recording(body) for body in bodies])
        with translated():
            failed_sign_ins.forget(self._vault.folder)
        self._locked = False

    def close(self) -> None:
        """Sign out and give the vault free."""
        try:
            self._session("signed_out")
        finally:
            self._vault.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The first door

    def record(self, act: Act) -> Recorded:
        """Check rights and rules, and append what a person here did.

        Raises NotAllowedError, `saving.FormRefusedError` or another RefusedError; then nothing was changed.
        """
        match act:
            case SaveForm():
                return self._save_form(act)
            case RemoveForm():
                return self._remove_form(act)
            case DecidePathway() | AnswerPoint() | SetNormalRange() | AddStudyVersion() | ActivateStudyVersion():
                self.require(CONDUCTS[type(act)])
                return study_conduct.record(self, act)
            case AddUser():
                self.require(MANAGES)
                return users.add_user(self.vault, act)
            case ChangeUser():
                self.require(MANAGES)
                return users.change_user(self.vault, act)
            case ChangePassphrase():
                return users.change_passphrase(self.vault, self._slot(), act)
            case TrainUser():
                self.require(MANAGES)
                return users.train_user(self.vault, act)
            case ResetPassphrase():
                self.require(MANAGES)
                return users.reset_passphrase(self.vault, act)
            case (
                SettleDiscrepancy()
                | OpenQuery()
                | ChangeQuery()
                | SignForms()
                | VerifySource()
                | LockForms()
                | UnlockForms()
            ):
                return review.record(self, act, self._slot())
            case RedactEntry():
                return self._redact_entry(act)

    def _save_form(self, act: SaveForm) -> Recorded:
        if (problem := clock_problem(self.vault)) is not None:
            raise problem
        self.require(FILLS_FORMS)
        with self.vault.begin() as connection:
            fold = self.vault.subject(connection, act.subject)
            others = {key: content for key, content in self.visible_contents(fold).items() if key != act.key}
            saver = Saver(
                user=self.user_oid,
                location=self.vault.site,
                today=self.civil_date,
                is_blind=self.is_blind(act.subject, act.key),
                hidden=self.hidden(act.subject),
            )
        saved = fold.forms.get(act.key)
        # A form keeps the study version that it was entered under.
        rules = self.rules if saved is None or saved.removed is not None else self.rules_of(saved.version_sha256)
        body = prepare_save(rules, act, fold, others, saver)
        if body is None:
            self.drop_draft(act.subject, act.key, act.entry_pass)
            return Recorded(changed=False, subject=act.subject, key=act.key)
        return self._record_form(body, act.subject, act.key)

    def _remove_form(self, act: RemoveForm) -> Recorded:
        self.require(FILLS_FORMS)
        users.require_reason(act.reason)
        with self.vault.begin() as connection:
            form = self.vault.subject(connection, act.subject).forms.get(act.key)
        if form is None or form.removed is not None:
            raise RefusedError("There is no such form to remove.")
        if form.lock is not None:
            raise NotAllowedError(LOCKED)
        basis = dict(form.basis if act.basis is None else act.basis)
        body = FormRemoved(salt=new_salt(), key=act.key, basis=basis, reason=act.reason.strip())
        return self._record_form(body, act.subject, act.key)

    def _redact_entry(self, act: RedactEntry) -> Recorded:
        self.require(MANAGES)
        users.require_reason(act.reason)
        with self.vault.begin() as connection:
            held = journal_table.raw_entries(connection, act.device, act.sequence - 1, 1)
        if not held or held[0].body is None or decode(held[0]).head.kind not in REDACTABLE_KINDS:
            raise RefusedError("There is no entry of a form to blank there.")
        body = Redacted(salt=new_salt(), device=act.device, sequence=act.sequence, reason=act.reason.strip())
        self.vault.record([Recording(body)])
        return Recorded(changed=True, subject=decode(held[0]).head.subject)

    def _record_form(self, body: FormSaved | FormRemoved, subject: str, key: FormKey) -> Recorded:
        """Record what became of a form; the draft goes with it."""
        entry_pass = body.entry_pass if isinstance(body, FormSaved) else 1

        def drop_draft(connection: Connection) -> None:
            draft_table.drop(connection, self.user_oid, subject, key, entry_pass)

        [entry] = self.vault.record([Recording(body, subject)], drop_draft)
        head = entry.head
        return Recorded(changed=True, subject=subject, key=key, device=head.device, sequence=head.sequence)

    # The second door

    def receive(self, device: str, entries: Sequence[VerifiedEntry]) -> int:
        """Append verified entries of another device that follow what is here of it; returns how many there were.

        Raises DamagedError or NewerReleaseError, having appended nothing, where one breaks a rule of `TrustedEntries`.
        """
        return self.vault.receive(device, entries)

    # The centre

    def begin_enrolment(self, url: str, code: str) -> "Enrolment":
        """Ask the centre who it is: a person then compares its words. Raises CentreError, NotAllowedError."""
        from desktop.sync.client.enrolment import begin_enrolment

        self.require(MANAGES)
        return begin_enrolment(self.vault, url, code)

    def finish_enrolment(self, enrolment: "Enrolment") -> None:
        """Join the centre whose words were compared. Raises CentreError, RefusedError, NotAllowedError."""
        from desktop.sync.client.enrolment import finish_enrolment

        self.require(MANAGES)
        finish_enrolment(self.vault, enrolment)

    def sync(
        self, progress: Progress | None = None, cancelled: Cancelled | None = None, carry: "Carry | None" = None
    ) -> "SyncResult":
        """Send and fetch. Raises CentreError where the centre cannot be reached or believed.

        `carry` does what waits for the network, e.g. on another thread, while this Site answers other questions.
        """
        from desktop.sync.client.exchange import SyncSession

        with diagnostics.measured("sync") as numbers:
            result = SyncSession(self.vault, self, progress, cancelled, carry).run()
            numbers |= {"sent": result.sent, "batches": result.batches, "fetched": result.fetched}
        return result

    # Recovery

    def new_recovery_code(self) -> str:
        """Make a new recovery code; the old one is void. Raises NotAllowedError."""
        self.require(MANAGES)
        return recovery.new_code(self)

    def share_recovery(self, people: Sequence[str], needed: int, passphrases: Sequence[str]) -> int:
        """Let any `needed` of these people open the vault together. Raises NotAllowedError, SignInError, RefusedError."""
        self.require(MANAGES)
        return recovery.share(self, people, needed, passphrases)

    def rehearse_recovery(self, secrets: Sequence[str]) -> None:
        """Prove that a code, or several people, open the vault, and record it. Raises SignInError."""
        recovery.rehearse(self, secrets)

    # Drafts

    def keep_draft(self, draft: Draft) -> None:
        """Keep what was typed and not yet saved, encrypted, outside the journal."""
        wall = self.vault.clock.wall().isoformat(timespec="seconds")
        with self.vault.begin() as connection:
            draft_table.keep(connection, self.user_oid, msgspec.structs.replace(draft, wall=wall))

    def drop_draft(self, subject: str, key: FormKey, entry_pass: int = 1) -> None:
        """Forget a draft: the person starts again from what is saved."""
        with self.vault.begin() as connection:
            draft_table.drop(connection, self.user_oid, subject, key, entry_pass)

    # Asking

    def shell(self) -> ShellView:
        """What the frame around every screen shows."""
        return today.shell(self)

    def today(self) -> Today:
        """The home screen."""
        return today.today(self)

    def reassess_next(self) -> bool:
        """Look in idle time for checks that a later change elsewhere made fire; False where all is up to date."""
        return reassess_next(self)

    def subjects(self) -> tuple[SubjectLine, ...]:
        """All subjects, in order of their keys."""
        return subjects(self)

    def casebook(self, subject: str) -> Casebook:
        """Everything about one subject. Raises RefusedError where there is none."""
        return subject_queries.casebook_of(self, subject)

    def form(self, subject: str, key: FormKey, entry_pass: int | None = None) -> FormView:
        """A form with all that is needed to go on filling it; also one that has no entry yet.

        Without `entry_pass` it is the pass that the person may see.
        """
        return subject_queries.form(self, subject, key, entry_pass)

    def study_view(self) -> StudyView:
        """How the site conducts the study: answers to open points, normal ranges, versions."""
        return study_view(self)

    def next_subject(self) -> str:
        """The next free subject key of this device."""
        return next_subject(self)

    def next_repeat(self, subject: str, event: str, event_repeat: int, form: str) -> int:
        """The repeat that a new instance of a repeating form would have."""
        with self.vault.begin() as connection:
            used = self.vault.subject(connection, subject).forms
        return 1 + max(
            (key.form_repeat for key in used if (key.event, key.event_repeat, key.form) == (event, event_repeat, form)),
            default=0,
        )

    def history(self, subject: str, key: FormKey | None = None, place: ItemPlace | None = None) -> tuple[Change, ...]:
        """Every change of a subject's values, or of one form's, or of one item's; oldest first."""
        return audit_trail.history(self, subject, key, place)

    def audit(
        self, before: tuple[int, str, int] | None = None, limit: int = 200, subject: str | None = None
    ) -> tuple[AuditLine, ...]:
        """The journal for a person, newest first; `before` is the `order` of the last line shown."""
        return audit_trail.audit(self, before, limit, subject)

    def users(self) -> tuple[UserView, ...]:
        """Everyone who may use this vault, suspended persons too; once each, also where two computers made one known."""
        with self.vault.begin() as connection:
            people = self.vault.staff(connection).people
        users: dict[str, UserView] = {}
        for view in map(self.view_of, people.values()):
            known = users.get(view.name.casefold())
            if known is None or (view.here and not known.here):
                users[view.name.casefold()] = view
        return tuple(sorted(users.values(), key=lambda view: view.name))

    def discrepancies(self, *, settled: bool = False) -> tuple[Discrepancy, ...]:
        """What two people or two computers recorded differently; also what was settled, where wanted."""
        return discrepancies(self, settled=settled)

    def queries(self, *, closed: bool = False) -> tuple[QueryView, ...]:
        """Queries that are not closed; also closed ones, where wanted."""
        return review_queries.queries(self, closed=closed)

    def signatures(self, subject: str | None = None) -> tuple[SignatureView, ...]:
        """The signatures of a subject, or of all, with whether each holds."""
        return review_queries.signatures(self, subject)

    def statistics(self) -> Statistics:
        """What double entry found: the error rate with its exact interval."""
        return statistics(self)

    def sync_view(self) -> SyncView:
        """How far this device's entries have travelled."""
        return sync_view(self)

    def status(self) -> Status:
        """The numbers of `sitebook status`."""
        return today.status(self)

    # Long work

    def rehearse(
        self, definition: Definition, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> "Rehearsal":
        """What a version of the study would change for each subject; nothing is recorded.

        Raises RefusedError where it is of another study, or CancelledError.
        """
        from desktop.reading.amendment_rehearsal import rehearse

        return rehearse(self, definition, progress, cancelled)

    def rebuild(self, progress: Progress | None = None, cancelled: Cancelled | None = None) -> int:
        """Drop the casebook and fold it again; returns the number of subjects."""
        with diagnostics.measured("rebuild") as numbers:
            subjects = numbers["subjects"] = self.vault.rebuild(progress, cancelled)
        return subjects

    def verify(self, progress: Progress | None = None, cancelled: Cancelled | None = None) -> Verification:
        """Verify chain, signatures and casebook; nothing is mended."""
        from desktop.sync.client.verification import receipts_of
        from desktop.vault.verification import verify_vault

        with diagnostics.measured("verify") as numbers:
            found = verify_vault(self.vault, receipts_of(self.vault), progress, cancelled)
            numbers |= {"entries": found.entries, "failures": len(found.failures)}
        return found

    def backup(self, out: Path, progress: Progress | None = None, cancelled: Cancelled | None = None) -> None:
        """Write an encrypted copy of everything, and read it back to see that it is whole."""
        from desktop.vault.backup import write_backup

        with diagnostics.measured("backup") as numbers:
            write_backup(self.vault, out, progress, cancelled)
            numbers["bytes"] = out.stat().st_size

    def transfer(self, month: str) -> "Transfer":
        """What a month's transfer would hold. Raises NotAllowedError, or RefusedError where the month is none."""
        self.require(EXPORTS)
        return monthly_transfer.transfer(self, month)

    def export_excel(
        self, month: str, out: Path, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> "ExportResult":
        """Write the month's transfer, and record that it left this computer.

        Raises NotAllowedError, RefusedError, EnvironmentProblemError or CancelledError.
        """
        from desktop.export.xlsx.writer import write_excel

        def note(result: "ExportResult") -> None:
            body = Exported(salt=new_salt(), what="excel", month=month, sha256=result.sha256)
            self.vault.record([Recording(body)])

        with diagnostics.measured("export excel") as numbers:
            result = write_excel(self.transfer(month), out, progress, cancelled, note)
            numbers["rows"] = result.rows
        return result

    def verify_file(self, path: Path) -> Verification:
        """Verify a batch or an export file that lies somewhere.

        Raises EnvironmentProblemError or DamagedError where it cannot be read.
        """
        from desktop.sync.client.enrolled_centre import agreed_centre
        from desktop.sync.client.verification import is_batch, verify_batch

        with self.vault.begin() as connection:
            centre = agreed_centre(connection)
        with translated():
            if not is_batch(path):
                return self._verify_export(path)
            data = path.read_bytes()
        return verify_batch(data, centre.read_directory() if centre else None)

    def _verify_export(self, path: Path) -> Verification:
        """The file by itself, and whether the journal knows it to the last byte: a forger can mend the first."""
        from desktop.export.xlsx.verification import verify_excel

        found = verify_excel(path)
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        with self.vault.begin() as connection:
            for entry in journal_table.of_kinds(connection, [Kind.EXPORTED]):
                if isinstance(entry.body, Exported) and entry.body.sha256 == sha256:
                    return found
        unknown = Failure(where=path.name, message="The journal has no export of this file as it is now.")
        return msgspec.structs.replace(found, ok=False, failures=(*found.failures, unknown))

    # Inside

    def _slot(self) -> Slot:
        for slot in self._vault.file.slots:
            if slot.user == self.user_oid:
                return slot
        raise SignInError("The user or the passphrase is not right.")

    def _session(self, act: str) -> None:
        body = msgspec.convert({"salt": new_salt(), "act": act}, SessionChanged)
        self._vault.record([Recording(body)])
