"""What a site decides about its study: answers to open points, normal ranges, versions, their rehearsal."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from desktop.actions import AnswerPoint, SetNormalRange
from desktop.study.definition.site_parameters import NormalRange
from ui.look import language
from ui.look.language import Language
from ui.look.style import Tone
from ui.screens.base import Where

MANAGER = ("Manager", "manager passphrase")
NURSE = ("Study nurse A", "nurse A passphrase")
DOCTOR = ("研究者", "doctor passphrase")
WARD = Path(__file__).parents[1] / "data" / "pathway"


def study(driver: Any, part: str, who: tuple[str, str] = DOCTOR) -> Any:
    driver.sign_in(who)
    screen = driver.go(Where.STUDY)
    screen.segments.choose(part)
    driver.settle()
    return screen.part


def said(widget: Any) -> str:
    return "\n".join(shown.text() for shown in widget.findChildren(QLabel) if shown.isVisible())


def cells(table: Any, row: int) -> list[str]:
    return [" ".join(part for part in (cell.text, cell.below) if part) for cell in table.lines[row].cells]


# Open points


def test_an_investigator_answers_a_point_by_keys_and_takes_it_back(ward: Any) -> None:
    part = study(ward, "points")
    screen = ward.window.frame.stack.currentWidget()
    assert cells(part.table, 0)[1:] == ["How many cycles at most?", "20", "To confirm"]
    part.table.setFocus()
    ward.press(Qt.Key.Key_Return)
    assert part.value.hasFocus()
    QTest.keyClicks(part.value, "four")
    ward.press(Qt.Key.Key_Return)
    assert part.reason.hasFocus()
    ward.press(Qt.Key.Key_Return)
    assert part._value.message.text == "Should be a whole number, e.g. 12."
    assert part.value.hasFocus()
    part.value.clear()
    QTest.keyClicks(part.value, "4")
    ward.press(Qt.Key.Key_Return)
    ward.press(Qt.Key.Key_Return)
    assert part._message.text.startswith("Say why")
    QTest.keyClicks(part.reason, "agreed with the sponsor")
    ward.press(Qt.Key.Key_Return)
    assert cells(part.table, 0)[1:] == ["How many cycles at most?", "4", "Answered"]
    assert part._message.tone is Tone.DONE
    assert part._message.text == "Recorded on this computer."
    assert "Taken by the study as: 20" in said(part.detail)
    assert "Answered here: 4. 研究者, " in said(part.detail)
    assert said(part.detail).endswith("agreed with the sponsor")
    assert "Nothing that was recorded changes." in said(part.answer_card)
    assert screen.segments._segments[0].count == "1"
    QTest.keyClicks(part.reason, "it was a misunderstanding")
    ward.click(part.take_back)
    assert cells(part.table, 0)[2:] == ["20", "To confirm"]
    assert ward.ask(lambda site: site.rules.settings["MAX_CYCLES"]) == 20.0


@pytest.mark.parametrize("who", [NURSE, MANAGER])
def test_others_read_the_points_and_answer_none(ward: Any, who: tuple[str, str]) -> None:
    part = study(ward, "points", who)
    assert not part.answer_card.isVisible()
    assert "Taken by the study as: 20" in said(part.detail)


def test_what_is_typed_stays_when_something_else_is_recorded(ward: Any) -> None:
    part = study(ward, "points")
    QTest.keyClicks(part.value, "12")
    ward.record(AnswerPoint(name="REST_DAYS", value="9", reason="agreed"))
    assert part.value.text() == "12"
    part.table.choose("REST_DAYS")
    assert part.value.text() == ""


# Normal ranges


def test_a_range_is_recorded_and_stands_newest_first_within_its_item(ward: Any) -> None:
    part = study(ward, "ranges")
    assert "No normal range is set yet" in said(part.card)
    for since, low in (("2026-01-01", "3.5"), ("2026/6/1", "4")):
        part.item.choose("IT.WBC")
        QTest.keyClicks(part.low, low)
        QTest.keyClicks(part.high, "9.5")
        part.since.clear()
        QTest.keyClicks(part.since, since)
        part.reason.setText("the laboratory's list")
        ward.click(part.really)
        assert part._message.tone is Tone.DONE
        assert part._message.text == "Recorded on this computer."
        assert part.item.hasFocus()
    part.item.choose("IT.HGB")
    part.sex.choose("F")
    QTest.keyClicks(part.age_from, "18")
    QTest.keyClicks(part.low, "115")
    QTest.keyClicks(part.laboratory, "Central laboratory")
    ward.click(part.really)
    assert [cells(part.table, row) for row in range(3)] == [
        ["White cells the site's own laboratory", "all", "4–9.5 ×10⁹/L", "2026-06-01 研究者", "the laboratory's list"],
        [
            "White cells the site's own laboratory",
            "all",
            "3.5–9.5 ×10⁹/L",
            "2026-01-01 研究者",
            "the laboratory's list",
        ],
        [
            "Haemoglobin Central laboratory",
            "Female from 18 years",
            "≥ 115 g/L",
            "2026-06-01 研究者",
            "the laboratory's list",
        ],
    ]


def test_what_is_wrong_with_a_range_is_said_beside_it(ward: Any) -> None:
    part = study(ward, "ranges")
    part.age_to.setText("old")
    ward.click(part.really)
    assert part._low.message.text == "Give at least one limit."
    assert part._age_to.message.text == "A whole number."
    assert part._since.message.text == "A date, written YYYY-MM-DD."
    assert part.low.hasFocus()
    part.age_to.clear()
    part.low.setText("9")
    part.high.setText("3")
    part.since.setText("2026-01-01")
    part.reason.setText("x")
    ward.click(part.really)
    assert part._message.text == "The lower limit is not below the upper one."


def test_a_manager_sets_ranges_and_a_nurse_reads_them(ward: Any) -> None:
    part = study(ward, "ranges", MANAGER)
    assert part.add_card.isVisible()
    found = NormalRange(item="IT.WBC", since="2026-01-01", low="3.5")
    ward.record(SetNormalRange(range=found, reason="the laboratory's list"))
    ward.window.sign_out()
    part = study(ward, "ranges", NURSE)
    assert not part.add_card.isVisible()
    assert len(part.table.lines) == 1


# Versions


def changed(folder: Path, *changes: tuple[str, str, str]) -> str:
    """A copy of the study with parts of its files replaced; gives its study.yaml."""
    shutil.copytree(WARD, folder)
    for name, old, new in (("study.yaml", "version: MDV.1", "version: MDV.2"), *changes):
        file = folder / name
        assert old in file.read_text("utf-8")
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    return str(folder / "study.yaml")


def test_every_fault_of_a_file_is_listed_with_its_place(ward: Any, tmp_path: Path) -> None:
    part = study(ward, "versions")
    faulty = changed(
        tmp_path / "faulty",
        ("study.yaml", "to: ST.CHOICE", "to: ST.NOWHERE"),
        ("forms/TX.yaml", "type: date, mandatory", "type: dates, mandatory"),
    )
    part.add_from(faulty)
    ward.settle()
    found = [cells(part.results, row) for row in range(len(part.results.lines))]
    assert ["study.yaml:66", "There is no ST.NOWHERE in the study. ST.EVAL"] in found
    assert any(place == "forms/TX.yaml:9" for place, _ in found)
    assert "The file was not taken" in said(part.result_card)
    assert part._add_message.text == f"The study definition has {len(found)} faults."
    assert part.add.isEnabled()
    assert len(part.table.lines) == 1


def test_a_file_that_is_not_there_and_another_study_are_said_so(ward: Any, tmp_path: Path) -> None:
    part = study(ward, "versions")
    part.add_from(str(tmp_path / "nothing.xml"))
    ward.settle()
    assert part._add_message.tone is Tone.WRONG
    part.add_from(str(WARD.parent / "clinic" / "study.yaml"))
    ward.settle()
    assert part._add_message.text == "This is the definition of another study: S.CLINIC."
    assert part.add.isEnabled()


def test_a_version_is_added_rehearsed_and_put_in_force(ward: Any, tmp_path: Path) -> None:
    part = study(ward, "versions")
    donor = (
        "- {oid: IT.DONOR, question: {en: Donor searched, zh: 寻找供者}, type: text, codelist: CL.NY, mandatory: true}"
    )
    new = changed(
        tmp_path / "new",
        ("forms/RESP.yaml", "digits: 1, units", "digits: 1, checks: [{le: 4}], units"),
        ("forms/DM.yaml", "codelist: CL.NY}", f"codelist: CL.NY}}\n      {donor}"),
    )
    part.add_from(new)
    ward.settle()
    assert cells(part.table, 0)[:2] == ["MDV.2", "Not in force yet"]
    assert cells(part.table, 1)[1].startswith("In force since ")
    # What to do with it stands beside it at once.
    assert part.rehearse.isVisible()
    assert part.table.hasFocus()
    ward.press(Qt.Key.Key_Return)
    assert part.rehearse.hasFocus()
    ward.press(Qt.Key.Key_Return)
    told = [cells(part.results, row) for row in range(len(part.results.lines))]
    assert ["01-A001", "Donor searched: a value would be needed Demographics · Screening"] in told
    assert ["01-A001", "Blasts in the marrow: would be outside the limits Response · Evaluation 1"] in told
    assert not any("4.5" in text for line in told for text in line)
    assert "4 subjects were looked at. For 4 of them" in part._result_message.text
    assert part.results.hasFocus()
    ward.click(part.activate)
    assert part._activate_message.text == "This is no date: it is written YYYY-MM-DD."
    QTest.keyClicks(part.approved, "20990101")
    ward.press(Qt.Key.Key_Return)
    assert part.reference.hasFocus()
    QTest.keyClicks(part.reference, "EC 2026-117")
    ward.press(Qt.Key.Key_Return)
    assert part._activate_message.text == "The date of approval lies after today."
    part.approved.setText("2026-01-02")
    ward.click(part.activate)
    assert cells(part.table, 0)[3:] == ["2026-01-02", "EC 2026-117"]
    assert cells(part.table, 1)[1] == "Earlier version"
    assert ward.window.access.session.definition.version.oid == "MDV.2"
    assert part.result_card.isHidden()
    assert "Donor searched" in [
        item.question["en"] for _, _, item in ward.window.access.session.definition.form_items("F.DM")
    ]


def test_a_rehearsal_that_is_stopped_leaves_everything(ward: Any, tmp_path: Path) -> None:
    part = study(ward, "versions")
    part.add_from(changed(tmp_path / "new"))
    ward.settle()
    part.table.choose(part.table.lines[0].key)
    part._rehearse()
    assert part.stop.isVisible()
    assert part.stop.hasFocus()
    part._stop()
    ward.settle()
    assert part.rehearse.isEnabled()
    assert not part.stop.isVisible()
    assert part._rehearse_message.text == ""


def test_only_a_manager_brings_versions(ward: Any) -> None:
    part = study(ward, "versions", NURSE)
    assert not part.add_card.isVisible()
    assert not part.activate_card.isVisible()


# All parts


@pytest.mark.parametrize("chosen", tuple(Language))
def test_every_part_says_all_in_a_low_window(ward: Any, looking: Any, tmp_path: Path, chosen: Language) -> None:
    ward.window.resize(1280, 720)
    part = study(ward, "versions")
    part.add_from(changed(tmp_path / "new"))
    ward.settle()
    part.table.choose(part.table.lines[0].key)
    part._rehearse()
    ward.settle()
    ward.record(AnswerPoint(name="MAX_CYCLES", value="4", reason="agreed with the sponsor"))
    found = NormalRange(item="IT.WBC", since="2026-01-01", low="3.5", high="9.5", sex="F", age_from=18, age_to=65)
    ward.record(SetNormalRange(range=found, reason="the list"))
    if chosen is not language.present():
        ward.window.change_language()
        ward.settle()
    screen = ward.window.frame.stack.currentWidget()
    faults: list[object] = []
    for value in screen.segments.values:
        screen.segments.choose(value)
        ward.settle()
        faults += [(value, fault) for fault in looking.cut_off(ward.window)]
        faults += [(value, letter) for letter in looking.without_glyph(ward.window)]
    assert faults == []
