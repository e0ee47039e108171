"""Fixed lines, one for each code, all shown at once."""

from typing import Any

from PySide6.QtCore import Qt

from desktop.study.clinical_data import ItemPlace, ItemValue


def open_lines(forms: Any) -> None:
    forms.open("F.EVENT")
    forms.press(Qt.Key.Key_PageDown)
    assert forms.screen.wizard.page == "IG.LINES"


def test_every_line_is_there_and_enter_goes_from_cell_to_cell(forms: Any) -> None:
    open_lines(forms)
    seen = []
    for _ in range(8):
        seen.append((forms.screen.wizard.page, forms.page.place.row, forms.here))
        forms.enter()
    assert seen == [("IG.LINES", row, item) for row in ("D1", "D2", "D3", "D4") for item in ("IT.REL", "IT.ACTION")]
    assert forms.here == "form.primary"


def test_a_line_is_recorded_with_the_code_that_it_stands_for(forms: Any) -> None:
    forms.open("F.EVENT")
    forms.type("febrile")
    forms.enter()
    forms.press(Qt.Key.Key_3)
    forms.enter()
    for _ in range(4):
        forms.press(Qt.Key.Key_2)
        forms.enter()
        forms.enter()
    forms.save()
    content = forms.saved("F.EVENT").content
    assert content["IG.EVENT"][""] == {"IT.TERM": ItemValue(value="FN"), "IT.GRADE": ItemValue(value="3")}
    assert content["IG.LINES"] == {
        row: {"IT.RDRUG": ItemValue(value=row), "IT.REL": ItemValue(value="POS")} for row in ("D1", "D2", "D3", "D4")
    }


def test_what_a_line_lacks_is_said_below_it_and_named_in_the_list(forms: Any) -> None:
    open_lines(forms)
    forms.press(Qt.Key.Key_1)
    forms.save()
    jumps = [
        w.text()
        for w in forms.screen.panel.findChildren(type(forms.screen.footer.back))
        if w.objectName().startswith("jump")
    ]
    assert "Drug 2 · Relation" in jumps
    forms.screen.jump(ItemPlace("IG.LINES", "D3", "IT.REL"))
    forms.driver.settle()
    assert (forms.page.place.row, forms.here) == ("D3", "IT.REL")
    assert forms.page._messages[1].text == "Relation: needed before the form is complete."


def test_cells_are_named_by_line_and_column(forms: Any) -> None:
    open_lines(forms)
    assert forms.field("IT.REL", "D2").accessibleName() == "Drug 2 · Relation"
