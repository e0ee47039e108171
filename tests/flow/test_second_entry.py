"""Two pairs of eyes: the second entry of a form, made blind by another person, and what becomes of the two."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from desktop.actions import AddUser, SaveForm
from desktop.recording.save_form import FormRefusedError
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.study.rules.assessment import Code
from desktop.views.forms import FormState
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
    heavy = {ItemPlace("", "", "IT.WEIGHT"): "weighed twice"}
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
