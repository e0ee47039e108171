"""The pathway in the casebook: where a subject is, why, what may follow, and what an investigator decides."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from desktop.actions import SaveForm
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from ui.look.language import Language
from ui.look.style import Tone
from ui.screens.base import Where
from ui.widgets.buttons import Button

NURSE = ("Study nurse A", "nurse A passphrase")
DOCTOR = ("研究者", "doctor passphrase")


def texts(widget: Any) -> list[str]:
    return [shown.text() for shown in widget.findChildren(QLabel) if shown.isVisible() and shown.text()]


def links(strip: Any, name: str) -> list[Button]:
    return [each for each in strip.findChildren(Button, name) if each.isVisible()]


def decide(driver: Any, strip: Any, to: str, reason: str) -> None:
    """Decide by keys alone."""
    strip.decide.setFocus()
    driver.press(Qt.Key.Key_Return)
    assert strip.to.hasFocus()
    while strip.to.currentData() != to:
        driver.press(Qt.Key.Key_Down)
    driver.press(Qt.Key.Key_Tab)
    assert strip.reason.hasFocus()
    QTest.keyClicks(strip.reason, reason)
    driver.press(Qt.Key.Key_Return)


def test_the_strip_says_where_the_subject_is_and_what_led_there(ward: Any) -> None:
    ward.sign_in(NURSE)
    strip = ward.go(Where.CASEBOOK, "01-A001").pathway
    assert strip.trail.shown == ("Screening", "Treatment cycle 1", "Evaluation 1", "Treatment cycle 2", "Evaluation 2")
    said = texts(strip)
    assert "Now: Evaluation 2" in said
    assert "Record the best response." in said
    assert "Treatment cycle 2 → Evaluation 2: cycle given · Protocol 5.1" in said
    assert "at any time: stopped for toxicity" in said
    assert [link.text() for link in links(strip, "pathway_evidence")] == [
        f"Treatment · First day: {ward.ask(lambda s: s.civil_date.fromordinal(s.civil_date.toordinal() - 5))}",
        "Response · Best response: Partial response",
        "Response · Blasts in the marrow: 4.5 %",
    ]
    assert not strip.decide.isVisible()


def test_a_link_opens_the_form_at_the_very_item(ward: Any) -> None:
    ward.sign_in(NURSE)
    strip = ward.go(Where.CASEBOOK, "01-A001").pathway
    links(strip, "pathway_evidence")[2].setFocus()
    ward.press(Qt.Key.Key_Return)
    form = ward.window.frame.form
    assert form.wizard.view.key == FormKey("SE.EVAL", 1, "F.RESP", 1)
    assert form.page.place == ItemPlace("IG.RESP", "", "IT.BLAST")
    ward.press(Qt.Key.Key_Escape)
    assert ward.window.frame.place.where is Where.CASEBOOK


def test_the_middle_of_a_long_way_gives_way_and_the_whole_is_in_a_list(ward: Any) -> None:
    ward.window.resize(1280, 800)
    ward.sign_in(NURSE)
    strip = ward.go(Where.CASEBOOK, "01-A004").pathway
    shown = strip.trail.shown
    assert shown[0] == "Screening"
    assert shown[1].startswith("⋯")
    assert shown[-1] == "Evaluation 10"
    assert len(shown) < 10
    strip.whole_way.setFocus()
    ward.press(Qt.Key.Key_Return)
    assert strip.history.hasFocus()
    assert len(strip.history.lines) == 21
    ward.press(Qt.Key.Key_Up)
    ward.press(Qt.Key.Key_Return)
    assert ward.window.frame.form.wizard.view.key == FormKey("SE.CYCLE", 10, "F.TX", 1)


def test_an_entry_leads_on_at_once(ward: Any) -> None:
    ward.sign_in(NURSE)
    strip = ward.go(Where.CASEBOOK, "01-A001").pathway
    items = {ItemPlace("IG.RESP", "", "IT.BEST"): ItemValue(value="NR")}
    ward.record(SaveForm(subject="01-A001", key=FormKey("SE.EVAL", 2, "F.RESP", 1), items=items))
    assert strip.trail.shown[-1] == "Salvage treatment"


def test_an_investigator_decides_where_the_study_is_silent_and_takes_it_back(ward: Any) -> None:
    ward.sign_in(DOCTOR)
    strip = ward.go(Where.CASEBOOK, "01-A002").pathway
    assert any("leaves to a person" in text for text in texts(strip))
    assert strip.decide.text() == "Decide"
    decide(ward, strip, "ST.TRANSPLANT", "sibling donor, fit")
    assert not strip.is_deciding
    assert strip.message.tone is Tone.DONE
    assert strip.trail.shown[-1] == "Transplantation"
    told = next(text for text in texts(strip) if "Decided by" in text)
    assert told.startswith("Transplantation or maintenance → Transplantation: Decided by 研究者, ")
    assert told.endswith(": sibling donor, fit")
    [back] = links(strip, "pathway_take_back")
    back.setFocus()
    ward.press(Qt.Key.Key_Return)
    assert strip.reason.hasFocus()
    QTest.keyClicks(strip.reason, "the donor fell ill")
    ward.press(Qt.Key.Key_Return)
    assert strip.trail.shown[-1] == "Transplantation or maintenance"


def test_the_steps_offered_begin_with_the_branches(ward: Any) -> None:
    ward.sign_in(DOCTOR)
    strip = ward.go(Where.CASEBOOK, "01-A001").pathway
    assert strip.decide.text() == "Decide otherwise"
    ward.click(strip.decide)
    offered = [strip.to.itemText(number) for number in range(strip.to.count())]
    assert offered[:4] == [
        "Choose a step",
        "complete response → Transplantation or maintenance",
        "partial response, cycles left → Treatment cycle",
        "no response → Salvage treatment",
    ]
    assert set(offered[4:]) == {"Screening", "Transplantation", "End of treatment"}


def test_what_is_missing_is_said_in_the_panel_and_escape_leaves_it(ward: Any) -> None:
    ward.sign_in(DOCTOR)
    screen = ward.go(Where.CASEBOOK, "01-A001")
    strip = screen.pathway
    ward.click(strip.decide)
    ward.click(strip.really)
    assert strip._to.message.text == "Choose the step that follows."
    strip.to.choose("ST.END")
    ward.click(strip.really)
    assert strip._panel_message.text.startswith("Say why")
    assert strip.really.isEnabled()
    ward.press(Qt.Key.Key_Escape)
    assert not strip.is_deciding
    assert screen.table.hasFocus()
    assert ward.window.frame.place.where is Where.CASEBOOK


def test_a_decision_may_be_written_down_after_what_followed_from_it(ward: Any) -> None:
    ward.sign_in(DOCTOR)
    strip = ward.go(Where.CASEBOOK, "01-A001").pathway
    ward.click(strip.decide)
    assert [strip.at.itemText(number) for number in range(strip.at.count())] == [
        "Evaluation 2",
        "Treatment cycle 2",
        "Evaluation 1",
        "Treatment cycle 1",
        "Screening",
    ]
    strip.at.choose(("ST.EVAL", 1))
    assert strip._panel_title.text() == "What follows Evaluation 1"
    strip.to.choose("ST.SALVAGE")
    QTest.keyClicks(strip.reason, "wish of the subject")
    ward.click(strip.really)
    assert strip.trail.shown[-2:] == ("Evaluation", "Salvage treatment")


def test_what_is_typed_in_the_panel_stays_when_the_subject_goes_on(ward: Any) -> None:
    ward.sign_in(DOCTOR)
    strip = ward.go(Where.CASEBOOK, "01-A001").pathway
    ward.click(strip.decide)
    strip.to.choose("ST.END")
    QTest.keyClicks(strip.reason, "wish of the subject")
    items = {ItemPlace("IG.RESP", "", "IT.BEST"): ItemValue(value="CR")}
    ward.record(SaveForm(subject="01-A001", key=FormKey("SE.EVAL", 2, "F.RESP", 1), items=items))
    assert strip.trail.shown[-1] == "Transplantation or maintenance"
    assert (strip.at.currentText(), strip.to.currentData()) == ("Evaluation 2", "ST.END")
    ward.click(strip.really)
    assert strip.trail.shown[-2:] == ("Evaluation 2", "End of treatment")


def test_today_says_who_waits_for_a_decision_until_it_is_made(ward: Any) -> None:
    ward.sign_in(DOCTOR)
    today = ward.go(Where.TODAY)
    card = today._cards["decide"]
    ward.until(lambda: card.table.lines)
    assert [line.cells[1].text for line in card.table.lines] == ["01-A002"]
    card.table.setFocus()
    ward.press(Qt.Key.Key_Return)
    place = ward.window.frame.place
    assert (place.where, place.subject) == (Where.CASEBOOK, "01-A002")
    decide(ward, ward.go(Where.CASEBOOK, "01-A002").pathway, "ST.END", "wish of the subject")
    ward.go(Where.TODAY)
    ward.until(card.isHidden)


def test_a_study_without_a_pathway_shows_none(driver: Any) -> None:
    driver.sign_in(DOCTOR)
    assert driver.go(Where.CASEBOOK, "01-A001").pathway.isHidden()


def test_the_pathway_says_all_in_both_languages_and_names_its_fields(ward: Any, looking: Any) -> None:
    ward.window.resize(1280, 720)
    ward.sign_in(DOCTOR)
    for chosen in Language:
        strip = ward.go(Where.CASEBOOK, "01-A002").pathway
        ward.click(strip.decide)
        ward.click(strip.whole_way)
        found = looking.cut_off(ward.window), looking.without_glyph(ward.window)
        assert found == ([], set()), chosen
        for field in (strip.to, strip.reason, strip.history, strip.trail):
            assert field.accessibleName()
        ward.click(strip.whole_way)
        ward.window.change_language()
        ward.settle()
    assert QApplication.focusWidget() is not None


def test_the_forms_of_a_long_casebook_stay_in_sight(ward: Any) -> None:
    ward.window.resize(1280, 800)
    ward.sign_in(NURSE)
    table = ward.go(Where.CASEBOOK, "01-A004").table
    titles = table._titles
    assert titles.isVisible()
    assert table.horizontalScrollBar().value() > 0
    assert titles.x() == 0
    assert titles.width() == table.columnWidth(0)
    table.setFocus()
    for _ in range(table.currentIndex().column() - 1):
        ward.press(Qt.Key.Key_Left)
        assert table.visualRect(table.currentIndex()).left() >= titles.width()
    assert ward.go(Where.CASEBOOK, "01-A003").table._titles.isHidden()
