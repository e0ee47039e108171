"""A site from its first day: people, rights, saving, history, drafts, locking, recovery, restore."""

import json
from pathlib import Path
from typing import Any

import pytest

from desktop.actions import AddUser, ChangePassphrase, ChangeUser, RedactEntry, RemoveForm, SaveForm
from desktop.errors import (
    DamagedError,
    EnvironmentProblemError,
    InUseError,
    NotAllowedError,
    RefusedError,
    SignInError,
)
from desktop.imports import json_lines
from desktop.recording.save_form import FormRefusedError
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import CheckAt, FormKey, ItemPlace, ItemValue
from desktop.study.rules.assessment import Code
from desktop.views.forms import Draft, FormState
from desktop.wizard.form_wizard import FormWizard

ADMIN = ("Manager", "manager passphrase")
NURSE = ("Nurse A", "nurse A passphrase")
OTHER_NURSE = ("Nurse B", "nurse B passphrase")

SUBJECT = "01-A001"
DM = FormKey("SE.VISIT", 1, "F.DM", 1)
VS = FormKey("SE.VISIT", 1, "F.VS", 1)
CONSENT, SEX, NOTE = (ItemPlace("IG.DM", "", item) for item in ("IT.ICDAT", "IT.SEX", "IT.NOTE"))
WEIGHT, HEIGHT = ItemPlace("IG.VS", "", "IT.WEIGHT"), ItemPlace("IG.VS", "", "IT.HEIGHT")


def text(value: str) -> ItemValue:
    return ItemValue(value=value)


def kg(value: str) -> ItemValue:
    return ItemValue(value=value, unit="kg")


def register(site: Site, subject: str = SUBJECT, sex: str = "F") -> None:
    site.record(SaveForm(subject=subject, key=DM, items={CONSENT: text("2026-11-20"), SEX: text(sex)}))


def codes(error: pytest.ExceptionInfo[FormRefusedError]) -> set[tuple[Code, str]]:
    return {(problem.code, problem.oid) for problem in error.value.problems}


def test_a_comment_answers_the_check_that_it_was_given_for_and_no_other(clinic: Any) -> None:
    """A second check at the same item asks for a comment of its own, in the window as on the command line."""
    with clinic.sign_in() as site:
        register(site)
        wizard = FormWizard(site.rules, site.form(SUBJECT, VS))
        wizard.put(WEIGHT, kg("160"))
        wizard.comment(WEIGHT, "weighed twice")
        site.record(wizard.save_form(complete=True))
        # The height makes another check fire at the weight, whose value and comment stay as they are.
        wizard = FormWizard(site.rules, site.form(SUBJECT, VS))
        wizard.put(HEIGHT, text("140"))
        assert wizard.waits_for_comment(WEIGHT)
        assert wizard.comment_at(WEIGHT) == ""
        assert [problem.check for problem in wizard.obstacles(complete=True)] == ["EC.VS.3"]
        for act in (wizard.save_form(complete=True), SaveForm(subject=SUBJECT, key=VS, items={HEIGHT: text("140")})):
            with pytest.raises(FormRefusedError) as error:
                site.record(act)
            assert [problem.check for problem in error.value.problems] == ["EC.VS.3"]
        wizard.comment(WEIGHT, "measured twice")
        site.record(wizard.save_form(complete=True))
        comments = {check.check: check.comment for check in site.form(SUBJECT, VS).checks}
        assert comments == {"EC.VS.2": "weighed twice", "EC.VS.3": "measured twice"}


def test_a_draft_keeps_which_check_a_comment_answers(clinic: Any) -> None:
    with clinic.sign_in() as site:
        register(site)
        wizard = FormWizard(site.rules, site.form(SUBJECT, VS))
        wizard.put_all({WEIGHT: kg("160"), HEIGHT: text("140")})
        wizard.comment(WEIGHT, "weighed twice")
        site.keep_draft(wizard.draft())
        again = FormWizard(site.rules, site.form(SUBJECT, VS))
        assert again.comments == wizard.comments
        again.put(HEIGHT, text("141"))
        assert again.comment_at(WEIGHT) == "weighed twice"


def test_a_subject_is_registered_and_its_forms_are_saved(clinic: Any) -> None:
    with clinic.sign_in() as site:
        assert site.next_subject() == SUBJECT
        register(site)
        assert site.next_subject() == "01-A002"
        recorded = site.record(SaveForm(subject=SUBJECT, key=VS, items={WEIGHT: kg("70.5"), HEIGHT: text("180")}))
        assert recorded.changed
        form = site.form(SUBJECT, VS)
        assert form.state == FormState.COMPLETE
        assert form.derived == {"IG.VS": {"": {"IT.BMI": text("21.8")}}}
    with clinic.sign_in() as site:
        assert site.form(SUBJECT, VS).content == {"IG.VS": {"": {"IT.WEIGHT": kg("70.5"), "IT.HEIGHT": text("180")}}}
        assert site.verify().ok


def test_hard_checks_stop_soft_ones_want_a_comment(clinic: Any) -> None:
    with clinic.sign_in() as site:
        register(site)
        with pytest.raises(FormRefusedError) as error:
            site.record(SaveForm(subject=SUBJECT, key=VS, items={WEIGHT: kg("700")}))
        assert codes(error) == {(Code.HARD_CHECK, "IT.WEIGHT"), (Code.COMMENT_NEEDED, "IT.WEIGHT")}
        heavy = SaveForm(subject=SUBJECT, key=VS, items={WEIGHT: kg("160")})
        with pytest.raises(FormRefusedError) as error:
            site.record(heavy)
        assert codes(error) == {(Code.COMMENT_NEEDED, "IT.WEIGHT")}
        site.record(
            SaveForm(subject=SUBJECT, key=VS, items=heavy.items, comments={CheckAt("", WEIGHT): "weighed twice"})
        )
        [check] = site.form(SUBJECT, VS).checks
        assert (check.check, check.comment) == ("EC.VS.2", "weighed twice")
        # The comment stands while the value does, and goes with it.
        site.record(SaveForm(subject=SUBJECT, key=VS, items={HEIGHT: text("180")}))
        with pytest.raises(FormRefusedError) as error:
            site.record(SaveForm(subject=SUBJECT, key=VS, items={WEIGHT: kg("170")}, reason="misread"))
        assert codes(error) == {(Code.COMMENT_NEEDED, "IT.WEIGHT")}


def test_missing_items_stop_completion_alone(clinic: Any) -> None:
    with clinic.sign_in() as site:
        register(site)
        with pytest.raises(FormRefusedError) as error:
            site.record(SaveForm(subject=SUBJECT, key=VS, items={HEIGHT: text("180")}))
        assert codes(error) == {(Code.MISSING_MANDATORY, "IT.WEIGHT")}
        site.record(SaveForm(subject=SUBJECT, key=VS, items={HEIGHT: text("180")}, complete=False))
        assert site.form(SUBJECT, VS).state == FormState.INCOMPLETE
        site.record(SaveForm(subject=SUBJECT, key=VS, items={WEIGHT: ItemValue(missing="NOT_DONE")}))
        assert site.form(SUBJECT, VS).state == FormState.COMPLETE


def test_a_change_says_why_and_the_old_value_stays_in_the_history(clinic: Any) -> None:
    with clinic.sign_in() as site:
        register(site)
        changed = SaveForm(subject=SUBJECT, key=DM, items={SEX: text("M")})
        with pytest.raises(FormRefusedError) as error:
            site.record(changed)
        assert codes(error) == {(Code.REASON_NEEDED, "IT.SEX")}
        site.record(SaveForm(subject=SUBJECT, key=DM, items=changed.items, reason="misread the file"))
        first, second = site.history(SUBJECT, DM, SEX)
        assert (first.old, first.new, first.reason) == (None, text("F"), "")
        assert (second.old, second.new, second.reason) == (text("F"), text("M"), "misread the file")
        assert second.user == NURSE[0]
        assert second.wall.endswith("+08:00")


def test_an_answer_that_stops_applying_wants_a_word(clinic: Any) -> None:
    pregnant = ItemPlace("IG.DM", "", "IT.PREG")
    with clinic.sign_in() as site:
        register(site)
        site.record(SaveForm(subject=SUBJECT, key=DM, items={pregnant: text("negative")}))
        with pytest.raises(FormRefusedError) as error:
            site.record(SaveForm(subject=SUBJECT, key=DM, items={SEX: text("M")}, reason="misread"))
        assert codes(error) == {(Code.COMMENT_NEEDED, "IT.PREG")}
        site.record(SaveForm(subject=SUBJECT, key=DM, items={SEX: text("M"), pregnant: None}, reason="misread"))


def test_a_form_made_by_mistake_is_removed_with_a_reason(clinic: Any) -> None:
    with clinic.sign_in() as site:
        register(site)
        site.record(SaveForm(subject=SUBJECT, key=VS, items={WEIGHT: kg("70")}))
        with pytest.raises(RefusedError):
            site.record(RemoveForm(subject=SUBJECT, key=VS, reason=" "))
        site.record(RemoveForm(subject=SUBJECT, key=VS, reason="another subject's"))
        assert [form.key for form in site.casebook(SUBJECT).forms] == [DM]
        assert site.history(SUBJECT, VS)[-1].reason == "another subject's"
        site.record(SaveForm(subject=SUBJECT, key=VS, items={WEIGHT: kg("80")}))
        assert site.form(SUBJECT, VS).content == {"IG.VS": {"": {"IT.WEIGHT": kg("80")}}}
        assert site.verify().ok


def test_rights_are_checked_where_it_is_recorded(clinic: Any) -> None:
    with clinic.sign_in(ADMIN) as site, pytest.raises(NotAllowedError):
        register(site)
    with clinic.sign_in() as site:
        for act in (
            AddUser(name="X", roles=("entry",), passphrase="long enough for it"),
            ChangeUser(user=site.user.oid, roles=("manager",), suspended=False, reason="me"),
        ):
            with pytest.raises(NotAllowedError):
                site.record(act)
        site.lock()
        with pytest.raises(NotAllowedError):
            register(site)
        with pytest.raises(SignInError):
            site.unlock("not the passphrase")
        site.unlock(NURSE[1])
        register(site)


def test_the_last_manager_stays_and_a_suspended_person_stays_out(clinic: Any) -> None:
    with clinic.sign_in(ADMIN) as site:
        nurse = next(user for user in site.users() if user.name == NURSE[0])
        with pytest.raises(RefusedError):
            site.record(ChangeUser(user=site.user.oid, roles=("entry",), suspended=False, reason="x"))
        site.record(ChangeUser(user=nurse.oid, roles=("entry",), suspended=True, reason="left the hospital"))
    with pytest.raises(NotAllowedError):
        clinic.sign_in()


def test_passphrases_are_changed_and_recovered(clinic: Any) -> None:
    with clinic.sign_in() as site:
        with pytest.raises(SignInError):
            site.record(ChangePassphrase(old="not the passphrase", new="the new passphrase"))
        site.record(ChangePassphrase(old=NURSE[1], new="the new passphrase"))
    with pytest.raises(SignInError):
        clinic.sign_in()
    clinic.sign_in((NURSE[0], "the new passphrase")).close()
    typed = clinic.recovery_code.lower().replace("-", " ")
    with opening.recover_site(clinic.folder, typed, NURSE[0], "after the recovery", wall=clinic.clock)[0] as site:
        assert site.user.name == NURSE[0]
    with clinic.sign_in((NURSE[0], "after the recovery")) as site:
        details = [line.detail for line in site.audit()]
        assert "Passphrase renewed with the recovery code." in details
    with pytest.raises(SignInError):
        opening.recover_site(clinic.folder, "WRONG-CODE", NURSE[0], "after the recovery", wall=clinic.clock)


def test_sessions_are_in_the_audit_trail_failed_ones_too(clinic: Any) -> None:
    for _ in range(2):
        with pytest.raises(SignInError):
            clinic.sign_in((NURSE[0], "wrong passphrase"))
    with clinic.sign_in() as site:
        site.lock()
        site.unlock(NURSE[1])
    with clinic.sign_in() as site:
        told = list(reversed(site.audit(limit=6)))
    assert told[0].fields["n"] == "2"
    assert [line.detail for line in told] == [
        "Failed sign-ins: {n}.",
        "Signed in.",
        "Locked.",
        "Unlocked.",
        "Signed out.",
        "Signed in.",
    ]


def test_many_failed_sign_ins_must_wait(clinic: Any) -> None:
    for _ in range(5):
        with pytest.raises(SignInError) as error:
            clinic.sign_in((NURSE[0], "wrong passphrase"))
    assert error.value.wait > 0
    with pytest.raises(SignInError):
        clinic.sign_in()
    clinic.clock.advance(minutes=6)
    clinic.sign_in().close()


def test_a_vault_is_opened_once(clinic: Any) -> None:
    with clinic.sign_in(), pytest.raises(InUseError):
        clinic.sign_in(OTHER_NURSE)
    clinic.sign_in(OTHER_NURSE).close()


def test_a_draft_is_each_persons_own_and_goes_with_the_save(clinic: Any) -> None:
    draft = Draft(subject=SUBJECT, key=DM, items={"IG.DM||IT.SEX": text("F"), "IG.DM||IT.NOTE": None}, page="IG.DM")
    with clinic.sign_in() as site:
        site.keep_draft(draft)
    with clinic.sign_in(OTHER_NURSE) as site:
        assert site.form(SUBJECT, DM).draft is None
    with clinic.sign_in() as site:
        kept = site.form(SUBJECT, DM).draft
        assert kept is not None
        assert kept.items == draft.items
        assert [found.key for found in site.today().drafts] == [DM]
        register(site)
        assert site.form(SUBJECT, DM).draft is None


def test_due_forms_follow_the_schedule(clinic: Any) -> None:
    with clinic.sign_in() as site:
        register(site)
        [due] = site.today().due
        assert (due.key, due.days, due.overdue) == (VS, 3, False)
        clinic.clock.advance(days=6)
        [due] = site.today().due
        assert (due.overdue, due.days) == (True, -1)
        site.record(SaveForm(subject=SUBJECT, key=VS, items={WEIGHT: kg("70")}))
        assert site.today().due == ()


def test_a_clock_set_back_a_year_keeps_the_order_and_is_shown(clinic: Any) -> None:
    with clinic.sign_in() as site:
        register(site)
        clinic.clock.advance(days=-365)
        with pytest.raises(RefusedError, match="clock of this computer says 2025"):
            register(site, "01-A002")
        assert site.today().clock_behind
        site.record(RemoveForm(subject=SUBJECT, key=DM, reason="trying the clock"))
        last = site.history(SUBJECT)[-1]
        assert last.clock_behind
        assert last.new is None
        assert site.verify().ok


def test_backup_and_restore_go_on_as_a_new_device(clinic: Any, tmp_path: Path) -> None:
    backup = tmp_path / "clinic.sitebook"
    with clinic.sign_in() as site:
        register(site)
        before = site.form(SUBJECT, DM)
        site.backup(backup)
        with pytest.raises(EnvironmentProblemError):
            site.backup(backup)
        old = site.device
    with opening.restore_site(backup, tmp_path / "new", *NURSE, wall=clinic.clock) as site:
        assert site.device != old
        assert site.vault.letter == "B"
        assert site.next_subject() == "01-B001"
        assert site.form(SUBJECT, DM).content == before.content
        register(site, "01-B001")
        assert site.verify().ok
    with opening.open_site(tmp_path / "new", *OTHER_NURSE, wall=clinic.clock) as site:
        assert len(site.subjects()) == 2


def test_a_damaged_backup_is_refused_and_leaves_nothing(clinic: Any, tmp_path: Path) -> None:
    backup = tmp_path / "clinic.sitebook"
    with clinic.sign_in() as site:
        site.backup(backup)
    whole = backup.read_bytes()
    for position in range(0, len(whole), max(1, len(whole) // 40)):
        broken = bytearray(whole)
        broken[position] ^= 1
        backup.write_bytes(broken)
        folder = tmp_path / "new"
        try:
            opening.restore_site(backup, folder, *NURSE, wall=clinic.clock).close()
        except DamagedError:
            assert not folder.exists()
        else:
            # A flip in what the archive says of itself (a date, a flag) changes no byte of the vault.
            for path in sorted(folder.iterdir()):
                path.unlink()
            folder.rmdir()


def test_making_a_vault_where_something_is_and_of_a_site_that_is_none(clinic: Any, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblemError):
        opening.create_site(clinic.folder, clinic.definition, "01", *ADMIN)
    for location, letter, passphrase in (("99", "A", ADMIN[1]), ("01", "a", ADMIN[1]), ("01", "A", "short")):
        with pytest.raises(RefusedError):
            opening.create_site(tmp_path / "x", clinic.definition, location, ADMIN[0], passphrase, letter=letter)
    assert not (tmp_path / "x").exists()


def test_lines_from_a_file_keep_the_row_keys_and_their_order(clinic: Any) -> None:
    line = {
        "subject": SUBJECT,
        "event": "SE.VISIT",
        "form": "F.VS",
        "items": {"IT.WEIGHT": {"value": "70", "unit": "kg"}},
        "groups": {"IG.BP": [{"row": "z", "IT.SYS": "120"}, {"row": "a", "IT.SYS": "110"}]},
    }
    with clinic.sign_in() as site:
        register(site)
        assert json_lines.enter(site, [json.dumps(line).encode()]).recorded == 1
        assert list(site.form(SUBJECT, VS).content["IG.BP"]) == ["z", "a"]


def test_a_row_that_contradicts_itself_is_named(clinic: Any) -> None:
    with clinic.sign_in() as site:
        register(site)
        rows = {
            ItemPlace("IG.BP", "r1", "IT.SYS"): text("70"),
            ItemPlace("IG.BP", "r1", "IT.DIA"): text("80"),
        }
        with pytest.raises(FormRefusedError) as error:
            site.record(SaveForm(subject=SUBJECT, key=VS, items={WEIGHT: kg("70"), **rows}))
        [problem] = error.value.problems
        assert (problem.code, problem.place) == (Code.HARD_CHECK, ItemPlace("IG.BP", "r1", "IT.SYS"))


def test_a_later_change_elsewhere_shows_as_an_open_check(clinic: Any) -> None:
    """EC.VS.2 reads the sex from another form: correcting it there makes the check fire here."""
    with clinic.sign_in() as site:
        register(site, sex="M")
        site.record(SaveForm(subject=SUBJECT, key=VS, items={WEIGHT: kg("160")}))
        while site.reassess_next():
            pass
        assert site.today().open_checks == ()
        site.record(SaveForm(subject=SUBJECT, key=DM, items={SEX: text("F")}, reason="misread the file"))
        assert site.reassess_next()
        assert not site.reassess_next()
        [form] = site.today().open_checks
        assert (form.key, form.open_checks) == (VS, 1)
        site.record(SaveForm(subject=SUBJECT, key=VS, items={}, comments={CheckAt("", WEIGHT): "weighed twice"}))
        site.reassess_next()
        assert site.today().open_checks == ()


def test_unlocking_is_counted_and_slowed_like_signing_in(clinic: Any) -> None:
    with clinic.sign_in() as site:
        site.lock()
        for _ in range(5):
            with pytest.raises(SignInError) as error:
                site.unlock("wrong passphrase")
        assert error.value.wait > 0
        with pytest.raises(SignInError):
            site.unlock(NURSE[1])
        clinic.clock.advance(minutes=6)
        site.unlock(NURSE[1])
        assert [line.detail for line in site.audit(limit=2)] == ["Unlocked.", "Failed sign-ins: {n}."]


def test_identifying_text_is_blanked_and_the_chain_still_verifies(clinic: Any) -> None:
    with clinic.sign_in() as site:
        register(site)
        recorded = site.record(SaveForm(subject=SUBJECT, key=DM, items={NOTE: text("secret name")}))
    redact = RedactEntry(device=recorded.device, sequence=recorded.sequence, reason="holds a name")
    with clinic.sign_in() as site, pytest.raises(NotAllowedError):
        site.record(redact)
    with clinic.sign_in(ADMIN) as site:
        site.record(redact)
        assert site.form(SUBJECT, DM).content["IG.DM"][""] == {"IT.ICDAT": text("2026-11-20"), "IT.SEX": text("F")}
        assert site.history(SUBJECT, DM, NOTE) == ()
        assert site.verify().ok
        site.rebuild()
        assert site.verify().ok
        details = [line.detail for line in site.audit(subject=SUBJECT)]
        assert "The content of this entry was blanked because it held identifying text." in details
        with site.vault.begin() as connection:
            [raw] = site.vault.raw_entries(connection, recorded.device, recorded.sequence - 1, 1)
        assert raw.body is None
        with pytest.raises(RefusedError):
            site.record(redact)


def test_the_rules_of_a_form_in_the_window_are_not_those_of_the_vault(clinic: Any) -> None:
    """Rules remember what they evaluated: no two threads may share them."""
    with clinic.sign_in() as site:
        register(site)
        active = site.conduct.active
        assert site.rules_for_form("") is site.rules_for_form(active)
        assert site.rules_for_form(active) is not site.rules_of(active)
        assert site.rules_for_form(active).definition is site.rules.definition
