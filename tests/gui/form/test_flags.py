"""A laboratory value: beside it its normal range, whether it is outside, and the grade that it suggests."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from desktop.actions import SetNormalRange
from desktop.study.clinical_data import FormKey
from desktop.study.definition.site_parameters import NormalRange
from ui.form.fields.base import Field
from ui.screens.base import Place, Where
from ui.widgets.chip import Chip

DOCTOR = ("研究者", "doctor passphrase")
LAB = FormKey("SE.CYCLE", 1, "F.LAB", 1)


def type_in(driver: Any, *texts: str) -> None:
    for text in texts:
        QTest.keyClicks(QApplication.focusWidget(), text)
        driver.press(Qt.Key.Key_Return)


def beside(form: Any, item: str) -> list[str]:
    """What is said beside the field of an item."""
    [field] = form.page.findChildren(Field, f"field.{item}")
    parts = [
        part for widget in (field, field.under) for part in (*widget.findChildren(QLabel), *widget.findChildren(Chip))
    ]
    return [part.text() if isinstance(part, QLabel) else part.text for part in parts if part.isVisible()]


def fits(form: Any) -> bool:
    """Whether the page is no wider than its place."""
    return form.page.sheet.width() <= form.page.area.viewport().width()


def test_range_indicator_and_grade_stand_beside_the_value(ward: Any) -> None:
    ward.window.resize(1280, 720)
    ward.sign_in(DOCTOR)
    for item, low, high in (("IT.WBC", "3.5", "9.5"), ("IT.HGB", "115", "150")):
        found = NormalRange(item=item, since="2020-01-01", low=low, high=high, sex="F")
        ward.record(SetNormalRange(range=found, reason="the laboratory's list"))
    ward.window.frame.go(Place(Where.FORM, "01-A001", LAB))
    ward.settle()
    form = ward.window.frame.form
    day = ward.ask(lambda site: site.civil_date).isoformat()
    assert beside(form, "IT.WBC") == ["×10⁹/L"]
    type_in(ward, day, "", "2.5")
    assert beside(form, "IT.WBC") == ["×10⁹/L", "3.5–9.5", "L", "grade 2 suggested"]
    [field] = form.page.findChildren(Field, "field.IT.WBC")
    assert fits(form)
    told = field._line.accessibleDescription()
    assert told == "normal range 3.5–9.5, below the normal range, grade 2 suggested"
    form.page.focus_place(field.place)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_in(ward, "12")
    assert beside(form, "IT.WBC") == ["×10⁹/L", "3.5–9.5", "H", "grade 0"]
    type_in(ward, "120")
    assert beside(form, "IT.HGB") == ["115–150"]


def test_a_value_in_another_unit_is_told_the_unit_of_the_range(ward: Any) -> None:
    ward.window.resize(1280, 720)
    ward.sign_in(DOCTOR)
    found = NormalRange(item="IT.HGB", since="2020-01-01", low="115", high="150")
    ward.record(SetNormalRange(range=found, reason="the laboratory's list"))
    ward.window.frame.go(Place(Where.FORM, "01-A001", LAB))
    ward.settle()
    form = ward.window.frame.form
    type_in(ward, ward.ask(lambda site: site.civil_date).isoformat(), "", "", "9.8")
    [field] = form.page.findChildren(Field, "field.IT.HGB")
    field._choice.choose("g/dL")
    ward.settle()
    assert beside(form, "IT.HGB") == ["115–150 g/L", "L"]
    assert fits(form)
