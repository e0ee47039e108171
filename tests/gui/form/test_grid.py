"""Drugs x days under the keys."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.study.clinical_data import ItemPlace, ItemValue

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
GRID = ("F.GRID", 1, "SE.C")


def open_grid(forms: Any) -> None:
    forms.open(*GRID)
    forms.type("2026-11-15")
    assert forms.screen.wizard.page == "IG.GRID"
    forms.page.table.go(("D1", 1))


def doses(forms: Any) -> dict[tuple[str, int], str]:
    sheet = forms.page.sheet
    return {
        (code, column): value.value
        for code in sheet.codes
        for column in sheet.columns
        if (value := sheet.value((code, column))) is not None
    }


def shown(forms: Any, code: str, column: int) -> object:
    model = forms.page.table.sheet_model
    return model.data(model.index_of((code, column)))


def test_space_gives_as_planned_and_goes_on_down_the_day(forms: Any) -> None:
    open_grid(forms)
    forms.press(Key.Key_Space)
    assert forms.page.table.cell == ("D2", 1)
    forms.press(Key.Key_Space, Key.Key_Space, Key.Key_Space)
    assert forms.page.table.cell == ("D1", 2)
    assert doses(forms) == {("D1", 1): "100", ("D2", 1): "10", ("D3", 1): "10", ("D4", 1): "10"}
    assert shown(forms, "D1", 1) == "100"


def test_digits_after_a_deviation_are_the_next_doses(forms: Any) -> None:
    open_grid(forms)
    for dose in ("50", "10", "3", "10", "150"):
        for digit in dose:
            QTest.keyClicks(forms.focus, digit)
        forms.enter()
    assert doses(forms) == {("D1", 1): "50", ("D2", 1): "10", ("D3", 1): "3", ("D4", 1): "10", ("D1", 2): "150"}
    assert forms.page.table.hasFocus()
    assert forms.page.table.cell == ("D2", 2)


@pytest.mark.parametrize("way", ["F6", "Ctrl+Enter"])
def test_the_reason_of_a_deviation_is_given_when_the_person_wants(forms: Any, way: str) -> None:
    open_grid(forms)
    forms.press(Key.Key_5)
    QTest.keyClicks(forms.focus, "0")
    if way == "F6":
        forms.enter()
        assert forms.page.table.cell == ("D2", 1)
        forms.press(Key.Key_F6)
    else:
        forms.press(Key.Key_Return, modifiers=CONTROL)
    assert doses(forms) == {("D1", 1): "50"}
    assert forms.here == "IT.ADJ"
    assert forms.page._card.title == "D1 Drug 1 50 mg (planned 100 mg)"
    forms.press(Key.Key_2)
    forms.enter()
    assert forms.here == "IT.ADJNOTE"
    forms.type("nausea")
    assert forms.page.table.hasFocus()
    assert forms.page.table.cell == (("D2", 1) if way == "F6" else ("D1", 1)), "back to where the person was"
    place = forms.page.sheet.place(("D1", 1), "IT.ADJ")
    assert forms.screen.wizard.value(place) == ItemValue(value="AE")


def test_nought_is_not_given_in_one_key(forms: Any) -> None:
    open_grid(forms)
    forms.press(Key.Key_0)
    assert doses(forms) == {("D1", 1): "0"}
    assert forms.page.table.hasFocus()


def test_esc_in_the_reason_leads_back_to_the_sheet(forms: Any) -> None:
    open_grid(forms)
    forms.press(Key.Key_0, Key.Key_F6)
    assert forms.here == "IT.ADJ"
    forms.press(Key.Key_Escape)
    assert forms.page.table.hasFocus()


def test_a_point_after_nought_goes_on_from_it(forms: Any) -> None:
    open_grid(forms)
    forms.press(Key.Key_0)
    forms.page.table.setFocus()
    forms.press(Key.Key_Period)
    QTest.keyClicks(forms.focus, "5")
    forms.enter()
    assert doses(forms) == {("D1", 1): "0.5"}


def test_a_dose_that_is_the_plan_needs_no_reason(forms: Any) -> None:
    open_grid(forms)
    forms.press(Key.Key_1)
    QTest.keyClicks(forms.focus, "00")
    forms.enter()
    assert forms.page.table.cell == ("D2", 1)
    assert forms.page.sheet.deviations() == ()


def test_a_whole_day_as_planned_in_one_key(forms: Any) -> None:
    open_grid(forms)
    forms.page.table.go(("D3", 2))
    forms.press(Key.Key_D, modifiers=CONTROL)
    assert doses(forms) == {("D1", 2): "200", ("D2", 2): "10", ("D3", 2): "10", ("D4", 2): "10"}


def test_a_cell_is_emptied(forms: Any) -> None:
    open_grid(forms)
    forms.press(Key.Key_Space)
    forms.page.table.go(("D1", 1))
    forms.press(Key.Key_Delete)
    assert doses(forms) == {}


def test_f2_marks_a_cell(forms: Any) -> None:
    open_grid(forms)
    forms.press(Key.Key_F2)
    assert shown(forms, "D1", 1) == "Not done"
    forms.press(Key.Key_F2, Key.Key_F2, Key.Key_F2)
    assert doses(forms) == {}


def test_esc_in_a_cell_gives_up_what_was_typed(forms: Any) -> None:
    open_grid(forms)
    forms.press(Key.Key_5)
    forms.press(Key.Key_Escape)
    assert doses(forms) == {}
    assert forms.page.isVisible()


def test_days_dates_plan_and_values_of_other_forms_are_shown(forms: Any) -> None:
    forms.open(*GRID)
    forms.type("2026-10-03")
    model = forms.page.table.sheet_model
    assert forms.page.sheet.date(3) == "2026-10-05"
    assert model.line_label(4) == "Blasts"
    assert model.data(model.index(4, 2)) == "40"
    assert not model.flags(model.index(4, 2)) & Qt.ItemFlag.ItemIsEditable
    assert model.data(model.index_of(("D1", 3)), Qt.ItemDataRole.AccessibleTextRole) == "Drug 1 D3, planned 400"


def test_the_sheet_is_saved_and_a_reason_that_lacks_keeps_it_incomplete(forms: Any) -> None:
    open_grid(forms)
    forms.press(Key.Key_Space)
    forms.press(Key.Key_5)
    forms.enter()
    forms.save()
    assert forms.screen.footer.go_on.text() == "Save as incomplete"
    forms.screen.jump(ItemPlace("IG.GRID", "D2.1", "IT.ADJ"))
    forms.driver.settle()
    assert forms.here == "IT.ADJ"
    forms.press(Key.Key_1)
    forms.save()
    view = forms.saved(*GRID)
    assert view.state == "complete"
    assert set(view.content["IG.GRID"]) == {"D1.1", "D2.1"}
    assert view.derived["IG.GRID"]["D1.1"]["IT.DOSDAT"] == ItemValue(value="2026-11-15")


def test_deviations_are_listed_and_lead_to_their_reason(forms: Any) -> None:
    open_grid(forms)
    forms.press(Key.Key_5)
    forms.enter()
    forms.page.table.setFocus()
    forms.page.table.go(("D2", 3))
    lines = forms.page._list.lines
    assert [line.cells[0].text for line in lines] == ["D1 Drug 1 5"]
    assert lines[0].cells[1].text == "reason needed"
    forms.page._open_deviation(("D1", 1))
    forms.driver.settle()
    assert forms.here == "IT.ADJ"


def test_what_is_wrong_with_a_dose_is_said_in_its_card(forms: Any) -> None:
    open_grid(forms)
    forms.press(Key.Key_Minus)
    QTest.keyClicks(forms.focus, "5")
    forms.enter()
    forms.page.table.setFocus()
    forms.page.table.go(("D1", 1))
    assert forms.page._card.message != ""
    forms.save()
    assert forms.message.startswith("Not saved")


def test_a_soft_check_of_a_dose_is_answered_in_its_card(forms: Any) -> None:
    open_grid(forms)
    forms.press(Key.Key_2)
    QTest.keyClicks(forms.focus, "000")
    forms.enter()
    assert forms.page.table.hasFocus()
    forms.press(Key.Key_F6)
    assert forms.here == "IT.ADJ"
    forms.press(Key.Key_3)
    forms.press(Key.Key_F6)
    assert forms.here == "comment.IT.GIVEN", "after the reasons the checks"
    assert "1000" in forms.page._card.message
    forms.type("Given twice by mistake")
    assert forms.page.table.hasFocus()
    forms.save()
    view = forms.saved(*GRID)
    assert [(check.item, check.row, check.comment) for check in view.checks] == [
        ("IT.GIVEN", "D1.1", "Given twice by mistake")
    ]
