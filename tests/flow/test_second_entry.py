"""Two pairs of eyes: the second entry of a form, made blind by another person, and what becomes of the two."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
import yaml

from desktop.actions import (
    AddUser,
    ChangeQuery,
    ChangeUser,
    LockForms,
    OpenQuery,
    SaveForm,
    SettleDiscrepancy,
    SignForms,
    UnlockForms,
    VerifySource,
)
from desktop.cli import record_document
from desktop.errors import NotAllowedError, RefusedError, SignInError
from desktop.reading.find import find
from desktop.recording.save_form import FormRefusedError
from desktop.site.site import Site
from desktop.study.clinical_data import CheckAt, FormKey, ItemPlace, ItemValue, Place
from desktop.study.rules.assessment import Code
from desktop.views.forms import Draft, FormState
from tests.conftest import ADMIN, CLINIC, DOCTOR, NURSE, OTHER_NURSE, Clinic, SetClock

SUBJECT = "01-A001"
DM = FormKey("SE.VISIT", 1, "F.DM", 1)
VS = FormKey("SE.VISIT", 1, "F.VS", 1)
THIRD_NURSE = ("Nurse C", "nurse C passphrase")


def twice_study(folder: Path, **rule: Any) -> Path:
    """The tiny study, its vital signs entered twice, and blood pressure rows told apart by the systolic value."""
    for source in CLINIC.rglob("*.yaml"):
        target = folder / source.relative_to(CLINIC)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    form = folder / "forms" / "VS.yaml"
    content = yaml.safe_load(form.read_text())
    content["double_entry"] = True
    content["groups"][1]["keys"] = ["IT.SYS"]
    form.write_text(yaml.safe_dump(content, allow_unicode=True))
    study = folder / "study.yaml"
    whole = yaml.safe_load(study.read_text())
    whole["double_entry"] = rule or {"text": "folded"}
    # What could give a value away: beside the subject's key, in a curve, and in a value that another form derives.
    whole["headline"] = ["IT.SEX", "IT.WEIGHT"]
    whole["trends"] = ["IT.WEIGHT"]
    event = folder / "forms" / "AE.yaml"
    adverse = yaml.safe_load(event.read_text())
    adverse["groups"][0]["items"].append(
        {
            "oid": "IT.TWOFOLD",
            "question": {"en": "Twice the weight", "zh": "体重的两倍"},
            "type": "float",
            "digits": 2,
            "derive": "VS.WEIGHT * 2.0",
        }
    )
    event.write_text(yaml.safe_dump(adverse, allow_unicode=True))
    study.write_text(yaml.safe_dump(whole, allow_unicode=True))
    return folder


@pytest.fixture
def twice(tmp_path: Path, clock: SetClock) -> Clinic:
    """A site whose study has vital signs entered twice; a subject is registered."""
    clinic = Clinic(tmp_path / "vault", clock, twice_study(tmp_path / "study"))
    with clinic.sign_in(ADMIN) as site:
        site.record(AddUser(name=THIRD_NURSE[0], roles=("entry",), passphrase=THIRD_NURSE[1]))
    with clinic.sign_in() as site:
        site.record(
            SaveForm(subject=SUBJECT, key=DM, items=items("IG.DM", **{"IT.ICDAT": "2026-11-20", "IT.SEX": "F"}))
        )
    return clinic


def items(group: str, row: str = "", **values: str | ItemValue | None) -> dict[ItemPlace, ItemValue | None]:
    return {
        ItemPlace(group, row, oid): ItemValue(value=value) if isinstance(value, str) else value
        for oid, value in values.items()
    }


def vitals(
    weight: str, *pressures: tuple[str, str, str], unit: str = "kg", entry_pass: int = 1, **more: Any
) -> SaveForm:
    """A save of the vital signs; pressures are (row key, systolic, diastolic)."""
    values = items("IG.VS", **{"IT.WEIGHT": ItemValue(value=weight, unit=unit)})
    for row, systolic, diastolic in pressures:
        values |= items("IG.BP", row, **{"IT.SYS": systolic, "IT.DIA": diastolic})
    return SaveForm(subject=SUBJECT, key=VS, items=values, entry_pass=entry_pass, **more)


def refused(site: Site, act: SaveForm) -> list[Code]:
    with pytest.raises(FormRefusedError) as raised:
        site.record(act)
    return [problem.code for problem in raised.value.problems]


def test_a_second_pass_does_not_fold_over_the_first(twice: Clinic) -> None:
    with twice.sign_in(NURSE) as site:
        site.record(vitals("61.5", ("a", "120", "80")))
        assert site.form(SUBJECT, VS).state == FormState.AWAITING_SECOND
    with twice.sign_in(OTHER_NURSE) as site:
        site.record(vitals("65.1", ("x", "120", "80"), entry_pass=2))
        assert site.form(SUBJECT, VS).state == FormState.DISCREPANT
    with twice.sign_in(NURSE) as site:
        view = site.form(SUBJECT, VS)
        assert view.content["IG.VS"][""]["IT.WEIGHT"] == ItemValue(value="61.5", unit="kg")
        [one] = site.discrepancies()
        assert one.kind == "second_entry"
        assert one.first is not None
        assert one.second is not None
        assert (one.first.value, one.first.user) == (ItemValue(value="61.5", unit="kg"), NURSE[0])
        assert (one.second.value, one.second.user) == (ItemValue(value="65.1", unit="kg"), OTHER_NURSE[0])
        assert site.verify().ok
        site.rebuild()
        assert [again.id for again in site.discrepancies()] == [one.id]


def test_equal_by_value_is_verified_at_once_whatever_the_notation_and_the_order_of_rows(twice: Clinic) -> None:
    with twice.sign_in(NURSE) as site:
        site.record(vitals("61.0", ("a", "120", "80"), ("b", "130", "90")))
    with twice.sign_in(OTHER_NURSE) as site:
        site.record(vitals("61000", ("one", "130", "90"), ("two", "120", "80"), unit="g", entry_pass=2))
        assert site.form(SUBJECT, VS).state == FormState.VERIFIED
        assert site.discrepancies() == ()


def test_missing_and_extra_rows_are_discrepancies(twice: Clinic) -> None:
    with twice.sign_in(NURSE) as site:
        site.record(vitals("61", ("a", "120", "80"), ("b", "130", "90")))
    with twice.sign_in(OTHER_NURSE) as site:
        site.record(vitals("61", ("a", "120", "80"), ("b", "140", "90"), ("c", "120", "80"), entry_pass=2))
        found = {(one.kind, one.place.row if one.place else "") for one in site.discrepancies()}
    assert found == {("missing_row", "b"), ("extra_row", "b"), ("extra_row", "c")}


def test_who_made_the_first_entry_does_not_make_the_second(twice: Clinic) -> None:
    with twice.sign_in(NURSE) as site:
        assert refused(site, vitals("61", entry_pass=2)) == [Code.NOT_ALLOWED]
        site.record(vitals("61", ("a", "120", "80"), complete=False))
    with twice.sign_in(OTHER_NURSE) as site:
        assert refused(site, vitals("61", entry_pass=2)) == [Code.NOT_ALLOWED]
    with twice.sign_in(NURSE) as site:
        site.record(vitals("61"))
        assert refused(site, vitals("61", entry_pass=2)) == [Code.NOT_ALLOWED]
        demography = SaveForm(subject=SUBJECT, key=DM, items=items("IG.DM", **{"IT.SEX": "F"}), entry_pass=2)
        assert refused(site, demography) == [Code.NOT_ALLOWED]


def test_the_same_second_entry_again_changes_nothing_and_another_is_refused(twice: Clinic) -> None:
    with twice.sign_in(NURSE) as site:
        site.record(vitals("61"))
    with twice.sign_in(OTHER_NURSE) as site:
        assert site.record(vitals("62", entry_pass=2)).changed
        assert not site.record(vitals("62", entry_pass=2)).changed
        assert refused(site, vitals("61", entry_pass=2, reason="typing")) == [Code.NOT_ALLOWED]


def test_a_changed_first_pass_awaits_its_second_entry_again(twice: Clinic) -> None:
    with twice.sign_in(NURSE) as site:
        site.record(vitals("61"))
    with twice.sign_in(OTHER_NURSE) as site:
        site.record(vitals("61", entry_pass=2))
        assert refused(site, vitals("62")) == [Code.REASON_NEEDED]
        site.record(vitals("62", reason="source corrected"))
        # Now an author of the first pass.
        assert not site.form(SUBJECT, VS).is_blind
        assert site.form(SUBJECT, VS).state == FormState.AWAITING_SECOND
        assert refused(site, vitals("62", entry_pass=2)) == [Code.NOT_ALLOWED]
    with twice.sign_in(THIRD_NURSE) as site:
        view = site.form(SUBJECT, VS)
        assert view.is_blind
        assert view.content == {}
        site.record(vitals("62", entry_pass=2))
        assert site.form(SUBJECT, VS).state == FormState.VERIFIED
        assert site.verify().ok


def test_a_second_typist_cannot_probe_the_first_values(twice: Clinic) -> None:
    """Whether a guess is unchanged, or needs a reason, would tell."""
    with twice.sign_in(NURSE) as site:
        site.record(vitals("61"))
    with twice.sign_in(OTHER_NURSE) as site:
        guesses = [refused(site, vitals(weight)) for weight in ("61", "62", "999")]
        assert guesses == [[Code.NOT_ALLOWED]] * 3


def test_a_second_pass_runs_its_own_checks(twice: Clinic) -> None:
    heavy = {CheckAt("", ItemPlace("", "", "IT.WEIGHT")): "weighed twice"}
    with twice.sign_in(NURSE) as site:
        site.record(vitals("160", comments=heavy))
    with twice.sign_in(OTHER_NURSE) as site:
        assert site.form(SUBJECT, VS).checks == ()
        assert refused(site, vitals("160", entry_pass=2)) == [Code.COMMENT_NEEDED]
        assert refused(site, vitals("999", entry_pass=2)) == [Code.HARD_CHECK, Code.COMMENT_NEEDED]
        site.record(vitals("160", entry_pass=2, comments=heavy))
        assert site.form(SUBJECT, VS).state == FormState.VERIFIED


def test_the_investigator_may_make_it_too_and_a_manager_sees_the_first(twice: Clinic) -> None:
    with twice.sign_in(NURSE) as site:
        site.record(vitals("61"))
    with twice.sign_in(ADMIN) as site:
        assert site.form(SUBJECT, VS).content
        assert site.today().awaiting_second == ()
    with twice.sign_in(DOCTOR) as site:
        assert site.form(SUBJECT, VS).content == {}
        assert [form.key for form in site.today().awaiting_second] == [VS]
        site.record(vitals("61", entry_pass=2))
        assert site.today().awaiting_second == ()


# Settling


def settled(site: Site, one: str, **decision: Any) -> None:
    site.record(SettleDiscrepancy(discrepancy=one, reason="source document", **decision))


@pytest.mark.parametrize(
    ("take", "value", "stands"),
    [("first", None, "61"), ("second", None, "62"), ("other", ItemValue(value="63", unit="kg"), "63")],
)
def test_what_was_decided_is_what_stands_and_all_three_values_stay(
    twice: Clinic, take: Any, value: ItemValue | None, stands: str
) -> None:
    with twice.sign_in(NURSE) as site:
        site.record(vitals("61"))
    with twice.sign_in(OTHER_NURSE) as site:
        site.record(vitals("62", entry_pass=2))
        [one] = site.discrepancies()
        settled(site, one.id, take=take, value=value)
        view = site.form(SUBJECT, VS)
        assert view.state == FormState.VERIFIED
        assert view.content["IG.VS"][""]["IT.WEIGHT"].value == stands
        assert site.discrepancies() == ()
        [kept] = site.discrepancies(settled=True)
        assert kept.id == one.id
        assert kept.settled is not None
        assert [side.value.value for side in kept.sides if side.value] == ["61", "62"]
        assert (kept.settled.user, kept.settled.reason) == (OTHER_NURSE[0], "source document")
        entered = {change.new.value for change in site.history(SUBJECT, VS) if change.new and not change.derived}
        assert {"61", "62", stands} <= entered
        with pytest.raises(RefusedError):
            settled(site, one.id, take="first")
        assert site.verify().ok
        # The statistics tell what was typed, whatever was decided.
        found = site.statistics()
        assert (found.compared, found.different, found.verified) == (1, 1, 1)


def test_a_value_that_the_item_refuses_settles_nothing(twice: Clinic) -> None:
    with twice.sign_in(NURSE) as site:
        site.record(vitals("61"))
    with twice.sign_in(OTHER_NURSE) as site:
        site.record(vitals("62", entry_pass=2))
        [one] = site.discrepancies()
        for value in (ItemValue(value="999", unit="kg"), ItemValue(value="heavy", unit="kg"), None):
            with pytest.raises(FormRefusedError):
                settled(site, one.id, take="other", value=value)
        with pytest.raises(RefusedError):
            site.record(SettleDiscrepancy(discrepancy=one.id, take="first", reason=" "))
        assert [again.id for again in site.discrepancies()] == [one.id]


def test_rows_are_taken_or_left(twice: Clinic) -> None:
    with twice.sign_in(NURSE) as site:
        site.record(vitals("61", ("a", "120", "80"), ("b", "130", "90")))
    with twice.sign_in(OTHER_NURSE) as site:
        site.record(vitals("61", ("b", "140", "90"), ("c", "120", "80"), entry_pass=2))
        by_kind = {one.kind: one for one in site.discrepancies()}
        assert set(by_kind) == {"missing_row", "extra_row"}
        settled(site, by_kind["missing_row"].id, take="second")
        settled(site, by_kind["extra_row"].id, take="second")
        view = site.form(SUBJECT, VS)
        assert view.state == FormState.VERIFIED
        rows = view.content["IG.BP"]
        assert sorted(row["IT.SYS"].value for row in rows.values()) == ["120", "140"]
        assert site.verify().ok


def test_a_third_person_settles_where_the_study_says_so(tmp_path: Path, clock: SetClock) -> None:
    clinic = Clinic(tmp_path / "vault", clock, twice_study(tmp_path / "study", third_person=True))
    with clinic.sign_in(NURSE) as site:
        site.record(
            SaveForm(subject=SUBJECT, key=DM, items=items("IG.DM", **{"IT.ICDAT": "2026-11-20", "IT.SEX": "F"}))
        )
        site.record(vitals("61"))
    with clinic.sign_in(OTHER_NURSE) as site:
        site.record(vitals("62", entry_pass=2))
        [one] = site.discrepancies()
        with pytest.raises(NotAllowedError):
            settled(site, one.id, take="first")
    with clinic.sign_in(DOCTOR) as site:
        settled(site, one.id, take="first")
        assert site.form(SUBJECT, VS).state == FormState.VERIFIED


# Queries, signatures, locks

MONITOR = ("Monitor", "monitor passphrase")
FORM = Place(event="SE.VISIT", event_repeat=1, form="F.VS", form_repeat=1)


@pytest.fixture
def reviewed(twice: Clinic) -> Clinic:
    """Both passes are complete and equal; there is a monitor."""
    with twice.sign_in(ADMIN) as site:
        site.record(AddUser(name=MONITOR[0], roles=("monitor",), passphrase=MONITOR[1]))
    with twice.sign_in(NURSE) as site:
        site.record(vitals("61"))
    with twice.sign_in(OTHER_NURSE) as site:
        site.record(vitals("61", entry_pass=2))
    return twice


def sign_form(site: Site, passphrase: str = DOCTOR[1]) -> str:
    return site.record(SignForms(subject=SUBJECT, place=FORM, meaning="reviewed", passphrase=passphrase)).id


def test_a_query_goes_to_and_fro(reviewed: Clinic) -> None:
    with reviewed.sign_in(NURSE) as site, pytest.raises(NotAllowedError):
        site.record(OpenQuery(subject=SUBJECT, place=FORM, text="Look again."))
    with reviewed.sign_in(MONITOR) as site:
        place = msgspec.structs.replace(FORM, item="IT.WEIGHT")
        of = site.record(OpenQuery(subject=SUBJECT, place=place, text="Look again.")).id
        assert site.queries()[0].place.group == "IG.VS"
        with pytest.raises(RefusedError):
            site.record(OpenQuery(subject=SUBJECT, place=msgspec.structs.replace(FORM, item="IT.SEX"), text="No."))
        with pytest.raises(NotAllowedError):
            site.record(ChangeQuery(query=of, act="answered", text="It is right."))
    with reviewed.sign_in(DOCTOR) as site, pytest.raises(RefusedError):
        sign_form(site)
    with reviewed.sign_in(NURSE) as site:
        site.record(ChangeQuery(query=of, act="answered", text="It is right."))
    with reviewed.sign_in(MONITOR) as site:
        site.record(ChangeQuery(query=of, act="closed"))
        assert site.queries() == ()
        site.record(ChangeQuery(query=of, act="reopened", text="The source says otherwise."))
        [query] = site.queries()
        assert [step.act for step in query.thread] == ["opened", "answered", "closed", "reopened"]
        assert query.state == "open"
        assert site.status().queries == 1
        assert site.verify().ok


def test_a_signature_is_bound_to_what_was_signed(reviewed: Clinic) -> None:
    with reviewed.sign_in(DOCTOR) as site, pytest.raises(SignInError):
        sign_form(site, "not the passphrase")
    reviewed.clock.advance(minutes=5)
    with reviewed.sign_in(DOCTOR) as site:
        of = sign_form(site)
        assert site.form(SUBJECT, VS).state == FormState.SIGNED
        [one] = site.signatures()
        assert (one.id, one.name, one.meaning, one.void_since) == (of, DOCTOR[0], "reviewed", "")
        found = site.verify()
        assert found.ok
        assert found.signatures == 1
    with reviewed.sign_in(NURSE) as site:
        site.record(vitals("62", reason="source corrected"))
        [one] = site.signatures(SUBJECT)
        assert one.void_since
        assert one.void_because.format_map(one.fields) == f"SE.VISIT/1/F.VS/1 was changed by {NURSE[0]}."
        assert site.form(SUBJECT, VS).state == FormState.AWAITING_SECOND
        assert site.verify().ok
    with reviewed.sign_in(DOCTOR) as site, pytest.raises(RefusedError):
        sign_form(site)


def test_only_an_investigator_signs(reviewed: Clinic) -> None:
    with reviewed.sign_in(NURSE) as site, pytest.raises(NotAllowedError):
        sign_form(site, NURSE[1])


def test_source_verification_ends_with_a_change(reviewed: Clinic) -> None:
    with reviewed.sign_in(MONITOR) as site:
        site.record(VerifySource(subject=SUBJECT, place=FORM))
        assert site.status().sdv == {"done": 1, "due": 1}
    with reviewed.sign_in(NURSE) as site:
        site.record(vitals("62", reason="source corrected"))
        assert site.status().sdv == {"done": 0, "due": 2}


def test_a_frozen_form_takes_answers_and_a_locked_one_nothing(reviewed: Clinic) -> None:
    with reviewed.sign_in(MONITOR) as site:
        of = site.record(OpenQuery(subject=SUBJECT, place=FORM, text="Look again.")).id
        other = site.record(OpenQuery(subject=SUBJECT, place=FORM, text="And here.")).id
    with reviewed.sign_in(ADMIN) as site:
        site.record(LockForms(subject=SUBJECT, place=FORM, act="frozen", reason="analysis"))
    with reviewed.sign_in(NURSE) as site:
        assert refused(site, vitals("62", reason="source corrected")) == [Code.NOT_ALLOWED]
        site.record(ChangeQuery(query=of, act="answered", text="It is right."))
    with reviewed.sign_in(ADMIN) as site:
        site.record(LockForms(subject=SUBJECT, place=Place(), act="locked", reason="data base lock"))
        assert {form.state for form in site.casebook(SUBJECT).forms} == {FormState.LOCKED}
    with reviewed.sign_in(NURSE) as site:
        with pytest.raises(NotAllowedError):
            site.record(ChangeQuery(query=other, act="answered", text="It is right."))
        new = SaveForm(subject=SUBJECT, key=DM, items=items("IG.DM", **{"IT.SEX": "M"}), reason="wrong")
        assert refused(site, new) == [Code.NOT_ALLOWED]
    with reviewed.sign_in(ADMIN) as site:
        for name, passphrase in (ADMIN, NURSE):
            with pytest.raises(NotAllowedError):
                unlock(site, name, passphrase)
        unlock(site, *DOCTOR)
        assert {form.state for form in site.casebook(SUBJECT).forms} == {FormState.COMPLETE, FormState.VERIFIED}
        assert site.verify().ok
        site.rebuild()
        assert site.verify().ok


def unlock(site: Site, name: str, passphrase: str) -> None:
    site.record(
        UnlockForms(
            subject=SUBJECT, place=Place(), reason="late source", second_user=name, second_passphrase=passphrase
        )
    )


def test_a_suspended_person_is_no_second_one(reviewed: Clinic) -> None:
    with reviewed.sign_in(ADMIN) as site:
        doctor = next(user for user in site.users() if user.name == DOCTOR[0])
        site.record(LockForms(subject=SUBJECT, place=FORM, act="locked", reason="data base lock"))
        site.record(ChangeUser(user=doctor.oid, roles=("investigator",), suspended=True, reason="left"))
        with pytest.raises(NotAllowedError):
            unlock(site, *DOCTOR)
        periods = next(user for user in site.users() if user.name == DOCTOR[0]).periods
        assert [bool(period.end) for period in periods] == [True]


# Every way out of the program

AE = FormKey("SE.LOG", 1, "F.AE", 1)
WEIGHT, SYSTOLIC, TWOFOLD = "161.7", "137", "323.4"
SECRETS = (WEIGHT, SYSTOLIC, TWOFOLD, "scales wobble")

ASKED: dict[str, tuple[Any, ...]] = {
    "shell": (),
    "today": (),
    "subjects": (),
    "casebook": (SUBJECT,),
    "study_view": (),
    "next_subject": (),
    "next_repeat": (SUBJECT, "SE.LOG", 1, "F.AE"),
    "history": (SUBJECT,),
    "audit": (),
    "users": (),
    "discrepancies": (),
    "queries": (),
    "signatures": (),
    "statistics": (),
    "sync_view": (),
    "status": (),
    "verify": (),
}
"""The questions that a Site answers, and what they are asked about."""

NOT_ASKED = {
    "lock", "unlock", "close", "require", "record", "receive", "keep_draft", "drop_draft", "begin_enrolment",
    "finish_enrolment", "sync", "rebuild", "reassess_next", "rehearse", "backup", "verify_file", "form", "transfer",
    "export_excel", "view_of", "person", "user_view", "rules_of", "rules_for_form", "definition_of",
    "schedule_groups", "blind_forms",
    "is_blind", "hidden", "new_recovery_code", "share_recovery", "rehearse_recovery", "visible_contents",
}  # fmt: skip
"""What answers nothing of a record, is walked by itself below, or is the inside of the program."""


def told(answer: object) -> str:
    return repr(answer)


@pytest.fixture
def hidden(twice: Clinic) -> Clinic:
    """The first nurse entered the vital signs, and an adverse event that derives a value from them."""
    with twice.sign_in(NURSE) as site:
        comment = {CheckAt("", ItemPlace("", "", "IT.WEIGHT")): "scales wobble"}
        site.record(vitals(WEIGHT, ("a", SYSTOLIC, "80"), complete=False, comments=comment))
        site.record(vitals("161.8", comments=comment, reason="scales wobble"))
        site.record(vitals(WEIGHT, comments=comment, reason="scales wobble"))
        site.record(SaveForm(subject=SUBJECT, key=AE, items=items("IG.AE", **{"IT.AETERM": "Nausea"})))
    return twice


def answers(site: Site) -> Iterator[tuple[str, str]]:
    """(where, what) of every way out that a person has."""
    while site.reassess_next():
        pass
    for name, arguments in ASKED.items():
        yield name, told(getattr(site, name)(*arguments))
    yield "discrepancies", told(site.discrepancies(settled=True))
    yield "queries", told(site.queries(closed=True))
    for key in (DM, VS, AE):
        for entry_pass in (None, 1, 2):
            yield f"form {key.form} {entry_pass}", told(site.form(SUBJECT, key, entry_pass))
        yield f"history {key.form}", told(site.history(SUBJECT, key))
    yield "find", told([find(site, words) for words in (WEIGHT, "vital", "01-a")])
    yield "show", json.dumps(record_document.record(site, SUBJECT))
    yield "show --history", json.dumps(record_document.history(site, SUBJECT))
    yield "rehearse", told(site.rehearse(site.definition))
    for act in (vitals(WEIGHT), vitals("150"), vitals("999")):
        with pytest.raises(FormRefusedError) as raised:
            site.record(act)
        texts = [word for problem in raised.value.problems for word in problem.message.values()]
        yield "refusal", "".join((str(raised.value), *texts))


def test_no_way_out_of_the_program_shows_the_first_values_to_who_may_make_the_second_entry(
    hidden: Clinic, tmp_path: Path
) -> None:
    public = {name for name in dir(Site) if not name.startswith("_") and callable(getattr(Site, name))}
    assert public == set(ASKED) | NOT_ASKED
    for who in (OTHER_NURSE, DOCTOR):
        with hidden.sign_in(who) as site:
            for where, answer in answers(site):
                assert not any(secret in answer for secret in SECRETS), (who, where)
            assert [form.key for form in site.today().awaiting_second] == [VS]
    with hidden.sign_in(DOCTOR) as site:
        site.backup(tmp_path / "backup")
        result = tmp_path / "transfer.xlsx"
        site.export_excel("2026-11", result)
        book = openpyxl.load_workbook(result)
        cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
        assert "Nausea" in cells
        assert not any(secret in cell for secret in SECRETS for cell in cells)
    for file in (tmp_path / "backup", *hidden.folder.iterdir()):
        assert not any(secret.encode() in file.read_bytes() for secret in SECRETS if len(secret) > 4), file.name


def test_the_first_person_sees_what_they_entered_and_everybody_once_both_passes_are_complete(hidden: Clinic) -> None:
    with hidden.sign_in(NURSE) as site:
        assert site.form(SUBJECT, VS).content["IG.VS"][""]["IT.WEIGHT"].value == WEIGHT
        assert told(site.form(SUBJECT, AE)).count(TWOFOLD) == 1
        assert WEIGHT in told(site.subjects())
    with hidden.sign_in(OTHER_NURSE) as site:
        assert "Nausea" in told(site.form(SUBJECT, AE))
        comment = {CheckAt("", ItemPlace("", "", "IT.WEIGHT")): "very heavy"}
        site.record(vitals("151.7", ("a", SYSTOLIC, "80"), entry_pass=2, complete=False, comments=comment))
    with hidden.sign_in(NURSE) as site:
        assert "151.7" not in "".join((told(site.history(SUBJECT)), told(site.form(SUBJECT, VS, 2))))
        assert site.discrepancies() == ()
    with hidden.sign_in(OTHER_NURSE) as site:
        assert site.form(SUBJECT, VS).content["IG.VS"][""]["IT.WEIGHT"].value == "151.7"
        site.record(vitals("151.7", entry_pass=2))
        assert WEIGHT in told(site.history(SUBJECT))
        assert TWOFOLD in told(site.form(SUBJECT, AE))
        assert [one.kind for one in site.discrepancies()] == ["second_entry"]


def test_a_draft_belongs_to_its_pass(hidden: Clinic) -> None:
    with hidden.sign_in(OTHER_NURSE) as site:
        draft = Draft(subject=SUBJECT, key=VS, entry_pass=2, items={"IG.VS||IT.WEIGHT": ItemValue(value="70")})
        site.keep_draft(draft)
        kept = site.form(SUBJECT, VS).draft
        assert kept is not None
        assert kept.entry_pass == 2
    with hidden.sign_in(NURSE) as site:
        assert site.form(SUBJECT, VS).draft is None


def test_a_check_that_reads_a_hidden_form_is_not_put_to_who_is_blind_and_its_derived_values_stay(
    hidden: Clinic,
) -> None:
    with hidden.sign_in(OTHER_NURSE) as site:
        again = SaveForm(
            subject=SUBJECT, key=AE, items=items("IG.AE", **{"IT.AETERM": "Vomiting"}), reason="wrong term"
        )
        site.record(again)
    with hidden.sign_in(NURSE) as site:
        assert TWOFOLD in told(site.form(SUBJECT, AE))
