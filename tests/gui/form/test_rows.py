"""Repeating groups: rows are added, filled, looked at and taken out."""

from typing import Any

from PySide6.QtCore import Qt

from desktop.study.clinical_data import ItemPlace, ItemValue


def rows_of(forms: Any) -> list[list[str]]:
    return [[cell.text for cell in line.cells[1:]] for line in forms.page._table.lines]


def fill_two(forms: Any) -> None:
    forms.open("F.MEDS")
    assert forms.here == "add.IG.MEDS"
    forms.enter()
    forms.type("aspirin", "2025")
    forms.press(Qt.Key.Key_Insert)
    forms.type("iron", "2026-03")


def test_rows_are_added_and_filled_by_keys(forms: Any) -> None:
    fill_two(forms)
    assert rows_of(forms) == [["aspirin", "2025"], ["iron", "2026-03"]]
    forms.save()
    rows = list(forms.saved("F.MEDS").content["IG.MEDS"].values())
    assert rows == [
        {"IT.MED": ItemValue(value="aspirin"), "IT.MEDDAT": ItemValue(value="2025")},
        {"IT.MED": ItemValue(value="iron"), "IT.MEDDAT": ItemValue(value="2026-03")},
    ]


def test_the_questions_of_the_chosen_row_stand_below(forms: Any) -> None:
    fill_two(forms)
    forms.page._table.setFocus()
    forms.press(Qt.Key.Key_Up)
    assert forms.page._title.text() == "Row 1 of 2"
    forms.enter()
    assert forms.here == "IT.MED"
    assert forms.field("IT.MED", forms.page._row).value() == ItemValue(value="aspirin")


def test_a_row_that_was_not_saved_is_taken_out_without_a_word(forms: Any) -> None:
    fill_two(forms)
    forms.page._table.setFocus()
    forms.press(Qt.Key.Key_Delete)
    assert rows_of(forms) == [["aspirin", "2025"]]
    forms.press(Qt.Key.Key_Delete)
    assert rows_of(forms) == []
    assert not forms.screen.wizard.is_changed
    assert forms.here == "add.IG.MEDS"


def test_a_saved_row_that_is_taken_out_asks_why_at_the_save(forms: Any) -> None:
    fill_two(forms)
    forms.save()
    forms.page._table.setFocus()
    forms.press(Qt.Key.Key_Delete)
    forms.save()
    assert forms.screen.panel.needs_reason
    shown = [label.text() for label in forms.screen.panel.findChildren(type(forms.screen.panel._title))]
    assert "Medicines · aspirin" in shown
    assert "taken out" in shown
    forms.type("Belongs to another subject")
    assert len(forms.saved("F.MEDS").content["IG.MEDS"]) == 1


def test_a_jump_goes_to_the_row(forms: Any) -> None:
    fill_two(forms)
    first = forms.screen.wizard.rows("IG.MEDS")[0]
    forms.screen.jump(ItemPlace("IG.MEDS", first, "IT.MEDDAT"))
    forms.driver.settle()
    assert forms.page._row == first
    assert forms.here == "IT.MEDDAT"


def test_a_row_that_lacks_something_is_marked(forms: Any) -> None:
    forms.open("F.MEDS")
    forms.enter()
    forms.type("x" * 61)
    assert forms.page._table.lines[0].cells[0].icon == "warning"
