"""A new rule of the study is everywhere at once; a form keeps the version of the study that it was entered under."""

from typing import Any

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.actions import ActivateStudyVersion, AddStudyVersion, AnswerPoint, SaveForm
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.study.definition.metadata import Definition
from desktop.views.forms import Draft
from ui.screens.base import Place, Where

DOCTOR = ("研究者", "doctor passphrase")
DM = FormKey("SE.SCREEN", 1, "F.DM", 1)
LAB = FormKey("SE.SCREEN", 1, "F.LAB", 1)


def amended(definition: Definition, **changes: Any) -> Definition:
    """The study's next version: without the laboratory's name, and with another title of the first form."""
    version = definition.version
    forms = tuple(
        msgspec.structs.replace(form, title={"en": "Enrolment", "zh": "入组"}) if form.oid == "F.DM" else form
        for form in version.forms
    )
    groups = tuple(
        msgspec.structs.replace(group, items=tuple(ref for ref in group.items if ref.item != "IT.LBNAM"))
        for group in version.groups
    )
    forms = tuple(
        msgspec.structs.replace(form, laboratory=msgspec.structs.replace(form.laboratory, name=None))
        if form.laboratory
        else form
        for form in forms
    )
    items = tuple(item for item in version.items if item.oid != "IT.LBNAM")
    new = {"oid": "MDV.2", "forms": forms, "groups": groups, "items": items, **changes}
    return Definition(msgspec.structs.replace(version, **new))


def put_in_force(driver: Any, definition: Definition) -> None:
    driver.record(AddStudyVersion(definition=definition))
    today = driver.ask(lambda site: site.civil_date)
    act = ActivateStudyVersion(sha256=definition.sha256, approved=today.isoformat(), reference="EC 2026-7")
    driver.record(act)


def open_form(driver: Any, key: FormKey, subject: str = "01-A001") -> Any:
    driver.window.frame.go(Place(Where.FORM, subject, key))
    driver.settle()
    return driver.window.frame.form


def test_an_answer_is_in_the_session_before_anybody_is_told(ward: Any) -> None:
    ward.sign_in(DOCTOR)
    seen: list[str] = []
    access = ward.window.access
    access.recorded.connect(lambda _: seen.append(access.session.rules_mark))
    before = access.session.rules_mark
    ward.record(AnswerPoint(name="MAX_CYCLES", value="3", reason="agreed with the sponsor"))
    assert seen == [access.session.rules_mark]
    assert access.session.rules_mark != before


def test_a_form_keeps_its_version_and_a_new_one_takes_the_version_in_force(ward: Any) -> None:
    ward.sign_in(DOCTOR)
    screen = open_form(ward, DM)
    assert screen.header.version == ""
    assert screen.header.title == "01-A001 · Demographics"
    put_in_force(ward, amended(ward.window.access.session.definition))
    assert ward.window.access.session.definition.version.oid == "MDV.2"
    assert screen.header.version == "Study version MDV.1"
    assert screen.header.title == "01-A001 · Demographics"
    assert "IT.LBNAM" not in {item.oid for _, _, item in open_form(ward, LAB).wizard.definition.form_items("F.LAB")}
    assert screen.header.version == ""
    screen = ward.go(Where.CASEBOOK, "01-A001")
    assert screen.table.lines[0].cells[0].text == "Enrolment"


def test_what_is_being_typed_stays_when_the_rules_change(ward: Any) -> None:
    ward.sign_in(DOCTOR)
    screen = open_form(ward, LAB)
    day = ward.ask(lambda site: site.civil_date).isoformat()
    QTest.keyClicks(screen.page.focusWidget(), day)
    ward.press(Qt.Key.Key_Return)
    QTest.keyClicks(screen.page.focusWidget(), "Central")
    ward.record(AnswerPoint(name="REST_DAYS", value="10", reason="agreed"))
    values = {place.item: value.value for place, value in screen.wizard.changes.items()}
    assert values == {"IT.LBDAT": day, "IT.LBNAM": "Central"}


def test_a_draft_leaves_out_what_the_new_version_does_not_ask(ward: Any) -> None:
    ward.sign_in(DOCTOR)
    items = {"IG.LAB||IT.LBNAM": ItemValue(value="Central"), "IG.LAB||IT.WBC": ItemValue(value="4.1", unit="10^9/L")}
    draft = Draft(subject="01-A001", key=LAB, items=items, comments={"IG.LAB||IT.LBNAM": "on paper"})
    ward.ask(lambda site: site.keep_draft(draft))
    put_in_force(ward, amended(ward.window.access.session.definition))
    screen = open_form(ward, LAB)
    assert {place.item for place in screen.wizard.changes} == {"IT.WBC"}
    assert screen.wizard.comments == {}


def test_a_form_that_the_study_no_longer_has_stays_in_sight_under_its_code(ward: Any) -> None:
    ward.sign_in(DOCTOR)
    place = ItemPlace("IG.LAB", "", "IT.WBC")
    act = SaveForm(subject="01-A001", key=LAB, items={place: ItemValue(value="4", unit="10^9/L")}, complete=False)
    ward.record(act)
    definition = ward.window.access.session.definition
    without = {
        "forms": tuple(form for form in definition.version.forms if form.oid != "F.LAB"),
        "events": tuple(
            msgspec.structs.replace(event, forms=tuple(ref for ref in event.forms if ref.form != "F.LAB"))
            for event in definition.version.events
        ),
        "trends": (),
    }
    put_in_force(ward, amended(definition, **without))
    screen = ward.go(Where.CASEBOOK, "01-A001")
    assert "F.LAB" in [line.cells[1].text for line in screen.open_list.lines]
    assert ward.go(Where.TODAY).notice.text == ""
    form = open_form(ward, LAB)
    assert form.header.version == "Study version MDV.1"
    assert form.header.title == "01-A001 · Blood count"
    form = open_form(ward, FormKey("SE.SCREEN", 1, "F.LAB", 2))
    assert form.notice.text == "The study version in force does not have this form any more."


def test_an_answer_that_a_new_version_cannot_take_gives_way_to_its_default(ward: Any) -> None:
    ward.sign_in(DOCTOR)
    ward.record(AnswerPoint(name="BACKBONE", value="HAG", reason="agreed"))
    definition = ward.window.access.session.definition
    settings = tuple(
        msgspec.structs.replace(setting, data_type="integer", value="2") if setting.name == "BACKBONE" else setting
        for setting in definition.version.settings
    )
    put_in_force(ward, amended(definition, settings=settings))
    assert ward.ask(lambda site: site.rules.settings["BACKBONE"]) == 2.0
