"""A visit that can no longer be made up: said everywhere, asked for nowhere, and still to be filled by whoever has it."""

from typing import Any

from PySide6.QtCore import Qt

from desktop.study.clinical_data import FormKey
from ui.look.icons import Sign
from ui.screens.base import Where

NURSE = ("Study nurse A", "nurse A passphrase")
EVALUATION = FormKey("SE.EVAL", 1, "F.RESP", 1)


def test_today_shows_it_last_and_counts_it_nowhere(ward: Any) -> None:
    ward.sign_in(NURSE)
    screen = ward.go(Where.TODAY)
    due, missed = screen._cards["due"], screen._cards["missed"]
    assert missed.title == "Missed"
    assert [line.key for line in missed.table.lines] == [("01-A003", EVALUATION)]
    assert missed.table.lines[0].cells[-1].text == "Missed"
    assert ("01-A003", EVALUATION) not in [line.key for line in due.table.lines]
    assert "Nothing is due." in screen.header.subtitle
    assert missed.y() > due.y()


def test_it_opens_and_can_be_filled(ward: Any) -> None:
    ward.sign_in(NURSE)
    screen = ward.go(Where.TODAY)
    screen._cards["missed"].table.setFocus()
    ward.press(Qt.Key.Key_Return)
    form = ward.window.frame.form
    assert form.wizard.view.key == EVALUATION
    form.page.focusWidget()
    ward.press(Qt.Key.Key_2)
    ward.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert form.wizard.view.exists
    assert ward.go(Where.TODAY)._cards["missed"].isHidden()


def test_the_casebook_has_its_sign_and_lists_it_last(ward: Any) -> None:
    ward.sign_in(NURSE)
    screen = ward.go(Where.CASEBOOK, "01-A003")
    column = screen._matrix.occurrences.index(("SE.EVAL", 1))
    cell = screen._matrix.cell("F.RESP", column)
    assert cell.sign is Sign.MISSED
    assert screen.open_list.lines[-1].key == EVALUATION
    assert screen.open_list.lines[-1].cells[-1].text == "Missed"
    assert not screen.go_on.isVisible()
    assert Sign.MISSED in [sign for sign, _ in screen.legend._words]
