"""How a site conducts its study: decisions on the pathway, open points, normal ranges, amendments."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest

from desktop.actions import (
    Act,
    ActivateStudyVersion,
    AddStudyVersion,
    AddUser,
    AnswerPoint,
    DecidePathway,
    RemoveForm,
    SaveForm,
    SetNormalRange,
)
from desktop.errors import CancelledError, NotAllowedError, RefusedError
from desktop.journal.bodies import FormSaved, Kind
from desktop.journal.hash_chain import verified
from desktop.recording.note_text import MAX_NOTE_LENGTH
from desktop.recording.save_form import FormRefusedError
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.study.definition.events import FormRef
from desktop.study.definition.metadata import DataType, Definition, EditCheck, ItemDef, ItemRef
from desktop.study.definition.site_parameters import NormalRange
from desktop.study.load import load_definition
from desktop.study.rules.assessment import Code
from desktop.study.rules.laboratory import Flag, Ungraded
from desktop.vault import journal_table
from desktop.views.forms import Draft, FormState
from tests.conftest import ADMIN, DOCTOR, NURSE, Clinic, SetClock

COURSE = Path(__file__).parents[1] / "data" / "study" / "course"
SUBJECT, OTHER = "01-A001", "01-A002"

DM = FormKey("SE.START", 1, "F.DM", 1)
LB = FormKey("SE.START", 1, "F.LB", 1)
LOOK = FormKey("SE.LOOK", 1, "F.RS", 1)


@pytest.fixture
def ward(tmp_path: Path, clock: SetClock) -> Clinic:
    """A fresh site of the study with cycles; it is 24 November 2026."""
    return Clinic(tmp_path / "ward", clock, COURSE)


def save(site: Site, key: FormKey, subject: str = SUBJECT, **values: str) -> None:
    """Save a form, values by item name; `72 kg` has a unit."""
    places = {item.name: (group.oid, item.oid) for group, _, item in site.definition.form_items(key.form)}
    items: dict[ItemPlace, ItemValue | None] = {}
    for name, text in values.items():
        group, oid = places[name]
        value, _, unit = text.partition(" ")
        items[ItemPlace(group, "", oid)] = ItemValue(value=value, unit=unit)
    there = site.form(subject, key).exists
    site.record(SaveForm(subject=subject, key=key, items=items, reason="corrected" if there else ""))


def cycle(number: int) -> FormKey:
    return FormKey("SE.CYCLE", number, "F.EX", 1)


def treated(ward: Clinic, result: str = "NONE") -> None:
    """A subject with one cycle and a look at it."""
    with ward.sign_in() as site:
        save(site, DM, ICDAT="2026-09-01", FIT="Y")
        save(site, cycle(1), EXDAT="2026-09-08")
        save(site, LOOK, RSRES=result)


def way(site: Site, subject: str = SUBJECT) -> list[str]:
    return [stage.step.removeprefix("PW.") for stage in site.casebook(subject).pathway]


def entries(site: Site) -> int:
    return site.status().entries.recorded


def refused(site: Site, act: Act) -> str:
    """Why it is refused; nothing is recorded then."""
    before = entries(site)
    with pytest.raises(RefusedError) as error:
        site.record(act)
    assert entries(site) == before
    return str(error.value)


# Rights


ACTS: dict[str, tuple[Act, tuple[str, ...]]] = {
    "decide": (DecidePathway(subject=SUBJECT, step="PW.DECIDE", visit=1, to="PW.CYCLE", reason="r"), ("investigator",)),
    "answer": (AnswerPoint(name="LOOK_DAY", value="21", reason="r"), ("investigator",)),
    "range": (
        SetNormalRange(range=NormalRange(item="IT.K", since="2026-01-01", low="3.5"), reason="r"),
        ("investigator", "manager"),
    ),
    "add": (AddStudyVersion(definition=load_definition(COURSE)), ("manager",)),
    "activate": (ActivateStudyVersion(sha256="", approved="2026-11-01", reference="r"), ("manager",)),
}


def test_who_may_do_what(ward: Clinic) -> None:
    treated(ward)
    with ward.sign_in(ADMIN) as site:
        site.record(AddUser(name="Monitor", roles=("monitor",), passphrase="monitor passphrase"))
    monitor = ("Monitor", "monitor passphrase")
    people = {"manager": ADMIN, "entry": NURSE, "investigator": DOCTOR, "monitor": monitor}
    for role, who in people.items():
        with ward.sign_in(who) as site:
            for name, (act, allowed) in ACTS.items():
                before = entries(site)
                try:
                    done = site.record(act).changed
                except NotAllowedError:
                    assert role not in allowed, (role, name)
                    assert entries(site) == before
                except RefusedError as error:
                    # The version that is there, and none: refused for that alone.
                    assert name in ("add", "activate"), (role, name)
                    assert role in allowed
                    assert "This version of the study is" in str(error)  # noqa: PT017
                else:
                    assert done
                    assert role in allowed, (role, name)


# Decisions


def decide(to: str, step: str = "PW.DECIDE", visit: int = 1, **more: str) -> DecidePathway:
    return DecidePathway(**{"subject": SUBJECT, "step": step, "visit": visit, "to": to, "reason": "agreed"} | more)


def test_a_decision_leads_on_and_is_told_with_who_and_why(ward: Clinic) -> None:
    treated(ward)
    with ward.sign_in(DOCTOR) as site:
        assert way(site) == ["START", "CYCLE", "LOOK", "DECIDE"]
        recorded = site.record(decide("PW.VISITS", reason="  no benefit  "))
        assert (recorded.changed, recorded.subject) == (True, SUBJECT)
        assert way(site) == ["START", "CYCLE", "LOOK", "DECIDE", "VISITS"]
        stage = site.casebook(SUBJECT).pathway[3]
        assert (stage.decided_to, stage.decided_by, stage.reason) == ("PW.VISITS", "Doctor", "no benefit")
        line = site.audit(limit=1)[0]
        assert (line.kind, line.subject, line.reason) == (Kind.PATHWAY_DECIDED, SUBJECT, "no benefit")
        assert line.fields == {"step": "PW.DECIDE", "to": "PW.VISITS"}
    with ward.sign_in() as site:
        assert way(site)[-1] == "VISITS"
        assert site.verify().ok


def test_a_decision_is_taken_back_and_made_anew(ward: Clinic) -> None:
    treated(ward)
    with ward.sign_in(DOCTOR) as site:
        assert refused(site, decide("")) == "There is no decision to take back."
        site.record(decide("PW.VISITS"))
        site.record(decide(""))
        assert way(site)[-1] == "DECIDE"
        assert refused(site, decide("")) == "There is no decision to take back."
        site.record(decide("PW.CYCLE"))
        assert way(site)[-1] == "CYCLE"
        assert site.casebook(SUBJECT).pathway[-1].event_repeat == 2


NO_DECISIONS: list[tuple[DecidePathway, str]] = [
    (decide("PW.NO"), "The study has no such step of the pathway."),
    (decide("PW.DECIDE"), "The subject is at this step already."),
    (decide("PW.CYCLE", visit=2), "The subject is at another step now."),
    (decide("PW.CYCLE", step="PW.VISITS"), "The subject is at another step now."),
    (decide("PW.CYCLE", step="PW.NO"), "The subject is at another step now."),
    (decide("PW.CYCLE", subject="01-A009"), "There is no subject of this key."),
    (decide("PW.CYCLE", subject="01-A009", step="PW.START"), "There is no subject of this key."),
    (decide("PW.CYCLE", reason=" "), "reason"),
    (decide("PW.CYCLE", reason="x" * (MAX_NOTE_LENGTH + 1)), "too long"),
    (decide("PW.CYCLE", reason="a\u0007b"), "Say why"),
]


def test_a_decision_that_cannot_be(ward: Clinic) -> None:
    treated(ward)
    with ward.sign_in(DOCTOR) as site:
        for act, why in NO_DECISIONS:
            assert why in refused(site, act), act


def test_a_decision_is_written_down_after_what_followed_from_it(ward: Clinic) -> None:
    treated(ward)
    with ward.sign_in() as site:
        save(site, cycle(2), EXDAT="2026-10-06")
    with ward.sign_in(DOCTOR) as site:
        site.record(decide("PW.CYCLE"))
        assert way(site) == ["START", "CYCLE", "LOOK", "DECIDE", "CYCLE", "LOOK"]
        # Also against what the entries say, at a step that was passed.
        site.record(decide("PW.VISITS", step="PW.LOOK"))
        assert way(site) == ["START", "CYCLE", "LOOK", "VISITS"]


def test_a_study_without_a_pathway_takes_no_decision(clinic: Any) -> None:
    with clinic.sign_in(DOCTOR) as site:
        assert refused(site, decide("PW.CYCLE")) == "The study has no such step of the pathway."


def test_decisions_are_rebuilt_and_verified_with_the_casebook(ward: Clinic) -> None:
    treated(ward)
    with ward.sign_in(DOCTOR) as site:
        site.record(decide("PW.VISITS"))
        site.record(decide("PW.CYCLE"))
        assert site.rebuild() == 1
        assert way(site)[-1] == "CYCLE"
        assert site.verify().ok
        with site.vault.begin() as connection:
            connection.exec_driver_sql("UPDATE pathway_decision SET record = CAST('{}' AS BLOB)")
        found = site.verify()
        assert [failure.where for failure in found.failures] == [f"{SUBJECT}/PW.DECIDE/1"]
        with site.vault.begin() as connection:
            connection.exec_driver_sql("DELETE FROM pathway_decision")
        assert not site.verify().ok
        site.rebuild()
        assert site.verify().ok


def test_a_vault_of_the_release_before_decisions_opens(ward: Clinic) -> None:
    treated(ward)
    with ward.sign_in(DOCTOR) as site:
        site.record(decide("PW.VISITS"))
        with site.vault.begin() as connection:
            connection.exec_driver_sql("DROP TABLE pathway_decision")
            connection.exec_driver_sql("UPDATE property SET value = CAST('1' AS BLOB) WHERE name = 'fold_version'")
    with ward.sign_in(DOCTOR) as site:
        assert way(site)[-1] == "VISITS"
        assert site.verify().ok
        site.record(decide("PW.CYCLE"))
    with ward.sign_in() as site:
        assert way(site)[-1] == "CYCLE"


def test_a_subject_whose_forms_were_all_removed_takes_no_decision(ward: Clinic) -> None:
    treated(ward)
    with ward.sign_in() as site:
        for key in (LOOK, cycle(1), DM):
            site.record(RemoveForm(subject=SUBJECT, key=key, reason="another person"))
    with ward.sign_in(DOCTOR) as site:
        assert refused(site, decide("PW.CYCLE", step="PW.START")) == "There is no subject of this key."


# Open points


def test_an_answer_holds_at_once_and_until_it_is_taken_back(ward: Clinic) -> None:
    with ward.sign_in() as site:
        save(site, DM, ICDAT="2026-09-01", FIT="Y")
        save(site, cycle(1), EXDAT="2026-10-27")

    def looks(site: Site) -> list[str]:
        return [due.due.isoformat() for due in site.today().due if due.key == LOOK]

    with ward.sign_in(DOCTOR) as site:
        assert looks(site) == ["2026-11-24"]
        recorded = site.record(AnswerPoint(name="LOOK_DAY", value=" 35 ", reason="as agreed"))
        assert (recorded.changed, recorded.study) == (True, True)
        assert looks(site) == ["2026-12-01"]
        answer = site.study_view().answers["LOOK_DAY"]
        assert (answer.value, answer.reason, answer.user) == ("35", "as agreed", "Doctor")
    with ward.sign_in(DOCTOR) as site:
        assert looks(site) == ["2026-12-01"]
        site.record(AnswerPoint(name="LOOK_DAY", value=None, reason="withdrawn"))
        assert looks(site) == ["2026-11-24"]
        assert site.study_view().answers == {}
        assert site.verify().ok


NO_ANSWERS: list[tuple[str, str | None, str, str]] = [
    ("NO", "1", "r", "The study has no such point."),
    ("LOOK_DAY", None, "r", "There is no answer to take back."),
    ("LOOK_DAY", "four weeks", "r", "This is no answer to the point: Should be a number, e.g. 12.5."),
    ("LOOK_DAY", " ", "r", "The answer is empty"),
    ("CRITERIA", "x" * 201, "r", "too long"),
    ("CRITERIA", "5.0\u0007", "r", "cannot be kept"),
    ("LOOK_DAY", "21", "", "reason"),
]


def test_an_answer_that_is_none(ward: Clinic) -> None:
    with ward.sign_in(DOCTOR) as site:
        for name, value, reason, why in NO_ANSWERS:
            assert why in refused(site, AnswerPoint(name=name, value=value, reason=reason)), (name, value)


# Normal ranges


def flag(site: Site, item: str = "IT.K") -> Flag | None:
    from desktop.study.rules.assessment import assess

    form = site.form(SUBJECT, LB)
    found = assess(site.rules, LB, form.content, form.others, site.civil_date).flags
    return found.get(ItemPlace("IG.LB", "", item))


def test_a_normal_range_is_that_of_the_day(ward: Clinic) -> None:
    with ward.sign_in() as site:
        save(site, DM, ICDAT="2026-09-01", SEX="F")
        save(site, LB, LBDAT="2026-10-01", K="5.4 mmol/L")
    with ward.sign_in(DOCTOR) as site:
        assert flag(site) == Flag(ungraded=Ungraded.NO_RANGE)
        first = NormalRange(item="IT.K", since="2026-01-01", low="3.5", high="5.3")
        assert site.record(SetNormalRange(range=first, reason="list of 2026")).study
        assert flag(site) == Flag(low="3.5", high="5.3", indicator="H", term="10020647", grade="1")
        # A range of later samples changes nothing of an earlier one.
        later = NormalRange(item="IT.K", since="2026-10-02", low="3.5", high="5.5")
        site.record(SetNormalRange(range=later, reason="new analyser"))
        assert flag(site).high == "5.3"
        women = NormalRange(item="IT.K", since="2026-01-01", sex="F", low="3.4", high="5.5")
        site.record(SetNormalRange(range=women, reason="by sex"))
        assert flag(site) == Flag(low="3.4", high="5.5", grade="0")
        assert [(line.range, line.reason, line.user) for line in site.study_view().ranges] == [
            (first, "list of 2026", "Doctor"),
            (later, "new analyser", "Doctor"),
            (women, "by sex", "Doctor"),
        ]
        assert site.study_view().laboratory_items == ("IT.HGB", "IT.K", "IT.CREAT")


NO_RANGES: list[tuple[dict[str, Any], str]] = [
    ({"item": "IT.NO"}, "The study has no such laboratory item."),
    ({"item": "IT.SEX"}, "The study has no such laboratory item."),
    ({"since": "2026"}, "This is no date"),
    ({"since": "2026-02-30"}, "This is no date"),
    # Other spellings of a date, which would not sort.
    ({"since": "20260101"}, "This is no date"),
    ({"since": "2026-W01-1"}, "This is no date"),
    ({"low": "low"}, "A limit is a number"),
    ({"low": "3,5"}, "A limit is a number"),
    ({"high": "1e3"}, "A limit is a number"),
    ({"low": "5.3", "high": "5.3"}, "The lower limit is not below the upper one."),
    ({"low": "10", "high": "9"}, "The lower limit is not below the upper one."),
    ({"age_from": -1}, "The ages do not go from less to more."),
    ({"age_from": 60, "age_to": 59}, "The ages do not go from less to more."),
    ({"laboratory": "x" * 201}, "The name of the laboratory is too long"),
    ({"laboratory": "a\u0000b"}, "The name of the laboratory is too long"),
    ({"sex": "X"}, "The study has no such sex."),
]


SOUND: dict[str, Any] = {"item": "IT.K", "since": "2026-01-01", "low": "3.5", "high": "5.3"}


def test_a_normal_range_that_is_none(ward: Clinic) -> None:
    with ward.sign_in(ADMIN) as site:
        for changes, why in NO_RANGES:
            act = SetNormalRange(range=NormalRange(**SOUND | changes), reason="r")
            assert why in refused(site, act), changes
        assert "reason" in refused(site, SetNormalRange(range=NormalRange(**SOUND), reason=""))


RANGES: list[dict[str, Any]] = [
    {"low": "-1.5", "high": ""},
    {"age_from": 18, "age_to": 18},
    {"sex": "M"},
    {"laboratory": "City 检验科"},
]


def test_a_normal_range_that_is_one(ward: Clinic) -> None:
    with ward.sign_in(ADMIN) as site:
        for changes in RANGES:
            assert site.record(SetNormalRange(range=NormalRange(**SOUND | changes), reason="r")).changed
        assert len(site.study_view().ranges) == len(RANGES)


# Versions


LATE = EditCheck(
    oid="EC.EX.1",
    expression="days(DM.ICDAT, EXDAT) > 30.0",
    message={"en": "Begun late.", "zh": "开始较晚。"},
    item="IT.EXDAT",
    source="Amendment 1",
)


def amended(definition: Definition, **more: Any) -> Definition:
    """Version 2: a hard check of the first day; no `FIT`; the response asks for a date; no form of visits."""
    version = definition.version
    date = ItemDef(oid="IT.RSDAT", name="RSDAT", question={"en": "Date", "zh": "日期"}, data_type=DataType.DATE)
    groups = {
        "IG.DM": [ref for ref in definition.groups["IG.DM"].items if ref.item != "IT.FIT"],
        "IG.RS": [*definition.groups["IG.RS"].items, ItemRef(item="IT.RSDAT", mandatory=True)],
    }
    assert version.pathway is not None
    start, *steps = version.pathway.steps
    begun = msgspec.structs.replace(start.branches[1], when="has(DM.ICDAT)", evidence=())
    pathway = msgspec.structs.replace(
        version.pathway, steps=(msgspec.structs.replace(start, branches=(begun,)), *steps)
    )
    events = tuple(
        msgspec.structs.replace(event, schedules=event.schedules[1:]) if event.oid == "SE.CYCLE" else event
        for event in version.events
    )
    parts = {
        "oid": "MDV.2",
        "forms": tuple(
            msgspec.structs.replace(form, checks=(LATE,)) if form.oid == "F.EX" else form for form in version.forms
        ),
        "groups": tuple(
            msgspec.structs.replace(group, items=tuple(groups.get(group.oid, group.items))) for group in version.groups
        ),
        "items": (*(item for item in version.items if item.oid != "IT.FIT"), date),
        "pathway": pathway,
        "events": events,
    }
    return Definition(msgspec.structs.replace(version, **parts | more))


def in_force(ward: Clinic, definition: Definition) -> None:
    with ward.sign_in(ADMIN) as site:
        site.record(AddStudyVersion(definition=definition))
        site.record(
            ActivateStudyVersion(sha256=definition.sha256, approved="2026-11-20", reference=" Approval 2026-17 ")
        )


def of_other_site(definition: Definition) -> Definition:
    [location] = definition.version.locations
    return amended(definition, locations=(msgspec.structs.replace(location, oid="02"),))


def with_other_unit(definition: Definition) -> Definition:
    item = definition.items["IT.K"]
    other = msgspec.structs.replace(item, units=definition.items["IT.CREAT"].units)
    items = tuple(other if found is item else found for found in definition.version.items)
    return Definition(msgspec.structs.replace(definition.version, oid="MDV.2", items=items))


NO_VERSIONS: list[tuple[Callable[[Definition], Definition], str]] = [
    (lambda old: old, "This version of the study is here already."),
    (lambda old: amended(old, study="S.OTHER"), "This is the definition of another study: S.OTHER."),
    (lambda old: amended(old, oid="MDV.1"), "There is another version of the same OID MDV.1 here."),
    (of_other_site, "The study has no site 01. Its sites: 02."),
    (
        with_other_unit,
        "The new version changes the meaning of what was recorded: item IT.K: units mmol/L are umol/L.",
    ),
]


def test_a_version_that_cannot_come_here(ward: Clinic) -> None:
    with ward.sign_in(ADMIN) as site:
        for make, why in NO_VERSIONS:
            assert refused(site, AddStudyVersion(definition=make(ward.definition))).startswith(why), why


def test_the_meaning_is_kept_of_every_version_that_is_here(ward: Clinic) -> None:
    """What version 2 dropped may not come back in version 3 as something else."""
    second = amended(ward.definition)
    text = ItemDef(oid="IT.FIT", name="FIT", question={"en": "Fit", "zh": "适合"}, data_type=DataType.TEXT)
    third = Definition(msgspec.structs.replace(second.version, oid="MDV.3", items=(*second.version.items, text)))
    in_force(ward, second)
    with ward.sign_in(ADMIN) as site:
        assert "item IT.FIT: code list CL.NY is None" in refused(site, AddStudyVersion(definition=third))


NO_APPROVALS = [
    ("2026-11-25", "Approval", "The date of approval lies after today."),
    ("20261120", "Approval", "This is no date"),
    ("", "Approval", "This is no date"),
    ("2026-11-20", " ", "Give the number or name of the approval document."),
    ("2026-11-20", "x" * 201, "Give the number or name of the approval document."),
    ("2026-11-20", "a\u0007", "Give the number or name of the approval document."),
]


def test_a_version_comes_into_force_with_its_approval_only(ward: Clinic) -> None:
    second = amended(ward.definition)
    with ward.sign_in(ADMIN) as site:
        site.record(AddStudyVersion(definition=second))
        for approved, reference, why in NO_APPROVALS:
            act = ActivateStudyVersion(sha256=second.sha256, approved=approved, reference=reference)
            assert why in refused(site, act), (approved, reference)
        assert site.definition.version.oid == "MDV.1"


def test_a_version_is_here_before_it_is_in_force(ward: Clinic) -> None:
    second = amended(ward.definition)
    with ward.sign_in(ADMIN) as site:
        why = refused(site, ActivateStudyVersion(sha256=second.sha256, approved="2026-11-20", reference="A"))
        assert why == "This version of the study is not here."
        site.record(AddStudyVersion(definition=second))
        assert [(line.oid, line.is_active) for line in site.study_view().versions] == [
            ("MDV.1", True),
            ("MDV.2", False),
        ]
        # Today is allowed.
        recorded = site.record(ActivateStudyVersion(sha256=second.sha256, approved="2026-11-24", reference=" A-17 "))
        assert recorded.study
        first, line = site.study_view().versions
        assert (first.is_active, line.is_active) == (False, True)
        assert (line.approved, line.reference, line.user) == ("2026-11-24", "A-17", "Manager")
        assert site.definition.version.oid == "MDV.2"
        assert (
            refused(site, ActivateStudyVersion(sha256=second.sha256, approved="2026-11-20", reference="A"))
            == "This version of the study is in force already."
        )


def test_the_day_of_the_approval_is_that_of_the_site(ward: Clinic) -> None:
    """It is the 25th in Shanghai while it is the 24th in London."""
    second = amended(ward.definition)
    ward.clock.now = datetime.datetime(2026, 11, 24, 17, 0, tzinfo=datetime.UTC)
    with ward.sign_in(ADMIN) as site:
        site.record(AddStudyVersion(definition=second))
        act = ActivateStudyVersion(sha256=second.sha256, approved="2026-11-25", reference="A")
        assert site.record(act).changed


def versions_of(site: Site, key: FormKey, subject: str = SUBJECT) -> list[str]:
    """The version that each entry of a form names."""
    with site.vault.begin() as connection:
        return [
            entry.body.version
            for entry in journal_table.of_subject(connection, subject)
            if isinstance(entry.body, FormSaved) and entry.body.key == key
        ]


def test_new_forms_use_the_new_version_and_those_that_were_there_keep_theirs(ward: Clinic) -> None:
    with ward.sign_in() as site:
        save(site, DM, ICDAT="2026-09-01", FIT="Y")
        save(site, cycle(1), EXDAT="2026-10-27")
        save(site, DM, OTHER, ICDAT="2026-09-01", FIT="Y")
    in_force(ward, amended(ward.definition))
    with ward.sign_in() as site:
        # Entered under version 1, it is changed under version 1: the late start is no fault of it.
        save(site, cycle(1), EXDAT="2026-10-28")
        assert versions_of(site, cycle(1)) == ["MDV.1", "MDV.1"]
        assert site.form(SUBJECT, cycle(1)).version == "MDV.1"
        with pytest.raises(FormRefusedError) as error:
            save(site, cycle(1), OTHER, EXDAT="2026-10-28")
        assert [(problem.code, problem.check) for problem in error.value.problems] == [(Code.HARD_CHECK, "EC.EX.1")]
        save(site, cycle(1), OTHER, EXDAT="2026-09-28")
        assert versions_of(site, cycle(1), OTHER) == ["MDV.2"]
        # An item that the new version does not ask stays one of the forms that have it.
        site.record(
            SaveForm(
                subject=SUBJECT, key=DM, items={ItemPlace("IG.DM", "", "IT.FIT"): ItemValue(value="N")}, reason="typing"
            )
        )
        assert versions_of(site, DM) == ["MDV.1", "MDV.1"]
        with pytest.raises(FormRefusedError):
            site.record(
                SaveForm(subject="01-A003", key=DM, items={ItemPlace("IG.DM", "", "IT.FIT"): ItemValue(value="N")})
            )
        assert site.verify().ok
        assert site.rebuild() == 2
        assert site.verify().ok


def test_a_form_that_was_removed_begins_anew_under_the_version_in_force(ward: Clinic) -> None:
    with ward.sign_in() as site:
        save(site, DM, ICDAT="2026-09-01", FIT="Y")
        save(site, LOOK, RSRES="FULL")
        site.record(RemoveForm(subject=SUBJECT, key=LOOK, reason="another subject"))
    in_force(ward, amended(ward.definition))
    with ward.sign_in() as site:
        with pytest.raises(FormRefusedError) as error:
            save(site, LOOK, RSRES="FULL")
        assert [(problem.code, problem.oid) for problem in error.value.problems] == [
            (Code.MISSING_MANDATORY, "IT.RSDAT")
        ]
        save(site, LOOK, RSRES="FULL", RSDAT="2026-10-01")
        assert versions_of(site, LOOK) == ["MDV.1", "MDV.2"]
        assert site.form(SUBJECT, LOOK).state == FormState.COMPLETE


def test_an_answer_outlives_a_version_in_which_it_is_none(ward: Clinic) -> None:
    settings = tuple(
        msgspec.structs.replace(setting, data_type=DataType.FLOAT, value="5") if setting.name == "CRITERIA" else setting
        for setting in ward.definition.version.settings
    )
    with ward.sign_in(DOCTOR) as site:
        site.record(AnswerPoint(name="CRITERIA", value="v4.0", reason="r"))
    with ward.sign_in() as site:
        save(site, DM, ICDAT="2026-09-01", FIT="Y")
    in_force(
        ward,
        amended(
            ward.definition,
            settings=settings,
            grading=None,
            forms=tuple(msgspec.structs.replace(form, checks=()) for form in ward.definition.version.forms),
        ),
    )
    with ward.sign_in() as site:
        assert site.rules.settings["CRITERIA"] == 5.0
        assert site.today().subjects == 1


# The rehearsal


def test_a_rehearsal_says_what_would_change_and_records_nothing(ward: Clinic) -> None:
    with ward.sign_in() as site:
        save(site, DM, ICDAT="2026-09-01", FIT="N")
        save(site, cycle(1), EXDAT="2026-10-27")
        save(site, LOOK, RSRES="FULL")
        # Of this subject nothing would be otherwise.
        save(site, DM, OTHER, ICDAT="2026-09-01")
    second = amended(ward.definition)
    visits = tuple(
        msgspec.structs.replace(event, forms=(FormRef(form="F.LB"),)) if event.oid == "SE.LOOK" else event
        for event in second.version.events
    )
    third = amended(ward.definition, events=visits)
    with ward.sign_in() as site:
        before = entries(site)
        seen: list[tuple[int, int]] = []
        found = site.rehearse(second, lambda done, total: seen.append((done, total)))
        assert entries(site) == before
        assert seen == [(1, 2), (2, 2)]
        assert (found.version, found.sha256, found.looked_at) == ("MDV.2", second.sha256, 2)
        assert list(found.lines()) == [
            f"{SUBJECT}: pathway step PW.OUT would be PW.VISITS",
            f"{SUBJECT} SE.CYCLE/1/F.EX/1: IT.EXDAT: EC.EX.1 would stand against it",
            f"{SUBJECT} SE.LOOK/1/F.RS/1: IT.RSDAT: missing_mandatory would stand against it",
            f"{SUBJECT} SE.START/1/F.DM/1: no longer asked, values kept: IT.FIT",
            f"{OTHER}: pathway step PW.START would be PW.CYCLE",
        ]
        [gone] = [form for form in site.rehearse(third).subjects[0].forms if form.is_gone]
        assert gone.key == LOOK
        assert f"{SUBJECT} SE.LOOK/1/F.RS/1: would no longer be asked" in set(site.rehearse(third).lines())
        # Against itself the version in force changes nothing.
        assert site.rehearse(ward.definition).subjects == ()
        assert site.study_view().versions[0].is_active
        assert len(site.study_view().versions) == 1
        with pytest.raises(CancelledError):
            site.rehearse(second, cancelled=lambda: True)


def test_a_rehearsal_tells_what_would_be_due_and_derived_otherwise(ward: Clinic) -> None:
    with ward.sign_in() as site:
        save(site, DM, ICDAT="2026-09-01", FIT="Y")
        save(site, LOOK, RSRES="FULL")
    version = ward.definition.version
    items = tuple(
        msgspec.structs.replace(item, derivation="RSRES == 'PART' ? 'Y' : 'N'") if item.oid == "IT.RSGOOD" else item
        for item in version.items
    )
    [look] = ward.definition.events["SE.LOOK"].schedules
    visit = msgspec.structs.replace(look, anchor="IT.ICDAT", event=None, forms=("F.SS",), day=1)
    events = tuple(
        msgspec.structs.replace(event, schedules=(visit,))
        if event.oid == "SE.VISIT"
        else msgspec.structs.replace(event, schedules=event.schedules[1:])
        for event in version.events
    )
    other = Definition(msgspec.structs.replace(version, oid="MDV.2", items=items, events=events))
    with ward.sign_in() as site:
        assert list(site.rehearse(other).lines()) == [
            f"{SUBJECT} SE.LOOK/1/F.RS/1: would be worked out otherwise: IT.RSGOOD",
            f"{SUBJECT} SE.VISIT/1/F.SS/1: would be due",
            f"{SUBJECT} SE.CYCLE/1/F.EX/1: would no longer be due",
        ]


def test_a_rehearsal_goes_by_the_answers_of_the_site(ward: Clinic) -> None:
    with ward.sign_in() as site:
        save(site, DM, ICDAT="2026-09-01", FIT="Y")
        save(site, LB, LBDAT="2026-10-01", K="5.4 mmol/L")
    with ward.sign_in(DOCTOR) as site:
        site.record(AnswerPoint(name="LOOK_DAY", value="21", reason="r"))
        assert site.rehearse(Definition(msgspec.structs.replace(ward.definition.version, oid="MDV.2"))).subjects == ()


# Other computers


def test_a_second_computer_learns_it_through_the_centre(joined: Any, centre: Any, tmp_path: Path) -> None:
    newer = Definition(msgspec.structs.replace(joined.definition.version, oid="MDV.2", protocol="2"))
    second, _ = opening.create_site(
        tmp_path / "second", joined.definition, "01", "Manager B", "manager passphrase", letter="B", wall=joined.clock
    )
    with second:
        centre.enrol(second)
        with joined.sign_in(DOCTOR) as site:
            site.record(AnswerPoint(name="OLD_CONSENT", value="60", reason="local rule"))
        with joined.sign_in(ADMIN) as site:
            site.record(AddStudyVersion(definition=newer))
            site.record(ActivateStudyVersion(sha256=newer.sha256, approved="2026-11-20", reference="A"))
            site.sync()
        assert second.rules.settings["OLD_CONSENT"] == 30.0
        second.sync()
        assert second.rules.settings["OLD_CONSENT"] == 60.0
        assert second.study_view().answers["OLD_CONSENT"].user == "Doctor"
        assert second.definition.version.oid == "MDV.2"
        assert [(line.oid, line.is_active) for line in second.study_view().versions] == [
            ("MDV.1", False),
            ("MDV.2", True),
        ]
        assert second.verify().ok


def without_visits(definition: Definition) -> Definition:
    """Version 2 has no visits any more: neither the event, nor the form, nor its group and item."""
    version = definition.version
    gone = {"SE.VISIT", "F.SS", "IG.SS", "IT.SSDAT"}
    parts = {
        name: tuple(part for part in getattr(version, name) if part.oid not in gone)
        for name in ("events", "forms", "groups", "items")
    }
    return Definition(msgspec.structs.replace(version, oid="MDV.2", **parts))


def test_what_the_new_version_does_not_ask_any_more_stays_readable(ward: Clinic, tmp_path: Path) -> None:
    visit = FormKey("SE.VISIT", 1, "F.SS", 1)
    with ward.sign_in() as site:
        save(site, DM, ICDAT="2026-09-01", FIT="Y")
        save(site, visit, SSDAT="2026-10-01")
        site.keep_draft(Draft(subject=SUBJECT, key=FormKey("SE.VISIT", 2, "F.SS", 1), items={}))
    in_force(ward, without_visits(ward.definition))
    with ward.sign_in() as site:
        assert site.form(SUBJECT, visit).version == "MDV.1"
        assert visit in {form.key for form in site.casebook(SUBJECT).forms}
        assert [line.subject for line in site.subjects()] == [SUBJECT]
        assert site.history(SUBJECT, visit)[-1].new == ItemValue(value="2026-10-01")
        assert site.today().forms_complete == 2
        assert site.status().forms[FormState.COMPLETE] == 2
        assert len(site.audit()) > 4
        while site.reassess_next():
            pass
        # It can still be corrected under its own version, and taken out.
        items = {ItemPlace("IG.SS", "", "IT.SSDAT"): ItemValue(value="2026-10-02")}
        site.record(SaveForm(subject=SUBJECT, key=visit, items=dict(items), reason="corrected"))
        assert versions_of(site, visit) == ["MDV.1", "MDV.1"]
        with pytest.raises(FormRefusedError):
            site.record(SaveForm(subject=SUBJECT, key=FormKey("SE.VISIT", 2, "F.SS", 1)))
        assert site.rebuild() == 1
        assert site.verify().ok
        site.record(RemoveForm(subject=SUBJECT, key=visit, reason="not asked"))


def test_a_transfer_keeps_what_the_new_version_does_not_ask_any_more(ward: Clinic, tmp_path: Path) -> None:
    with ward.sign_in() as site:
        save(site, DM, ICDAT="2026-09-01", FIT="Y")
        save(site, FormKey("SE.VISIT", 1, "F.SS", 1), SSDAT="2026-10-01")
    in_force(ward, without_visits(amended(ward.definition)))
    with ward.sign_in() as site:
        save(site, DM, OTHER, ICDAT="2026-09-02")
    with ward.sign_in(ADMIN) as site:
        out = tmp_path / "transfer.xlsx"
        site.export_excel("2026-11", out)
        assert site.verify_file(out).ok
    book = openpyxl.load_workbook(out)
    written = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert any("2026-10-01" in cell for cell in written)


def test_a_study_is_rehearsed_with_its_own_versions_only(ward: Clinic, clinic: Any) -> None:
    with ward.sign_in() as site, pytest.raises(RefusedError, match=r"another study: S\.CLINIC"):
        site.rehearse(clinic.definition)


def bring(source: Site, target: Site) -> None:
    """Bring to another computer what it has not of this one."""
    with target.vault.begin() as connection:
        known = target.vault.chain_point(connection, source.device)
    with source.vault.begin() as connection:
        raws = journal_table.raw_entries(connection, source.device, known.sequence, 100_000)
    target.receive(source.device, list(verified(raws, source.device, known)))


def test_decisions_of_two_computers_come_together(ward: Clinic, tmp_path: Path) -> None:
    treated(ward)
    other, _ = opening.create_site(
        tmp_path / "other", ward.definition, "01", "Manager B", "manager passphrase", letter="B", wall=ward.clock
    )
    with other:
        other.record(AddUser(name="Doctor B", roles=("investigator",), passphrase="doctor B passphrase"))
    doctor = ("Doctor B", "doctor B passphrase")
    with ward.sign_in(DOCTOR) as site, opening.open_site(tmp_path / "other", *doctor, wall=ward.clock) as second:
        site.record(decide("PW.VISITS"))
        bring(site, second)
        assert way(second)[-1] == "VISITS"
        assert second.casebook(SUBJECT).pathway[3].decided_by == "Doctor"
        # Both decide, neither knows of the other: the later decision stands on both computers.
        second.record(decide("PW.CYCLE"))
        site.record(decide("PW.VISITS", reason="later"))
        bring(second, site)
        bring(site, second)
        assert way(site) == way(second)
        assert way(site)[-1] == "VISITS"
        assert site.casebook(SUBJECT).pathway[3].reason == "later"
        # What came late is older: it changed nothing.
        assert site.verify().ok
        assert second.verify().ok
        assert second.rebuild() == 1
        assert way(second)[-1] == "VISITS"
