"""Fields that choose: digits, arrows, the mouse, and which kind is used where."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from desktop.study.clinical_data import ItemPlace, ItemValue
from tests.gui.form.study import definition
from ui.form.fields.cards import Cards
from ui.form.fields.chosen import CardsField, ChoiceField, FoundList, SegmentsField, TermField
from ui.form.fields.factory import field_for
from ui.form.fields.segments import Segments, keys_of
from ui.look import language
from ui.look.language import Language


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ("IT.YES", SegmentsField),
        ("IT.FLAG", SegmentsField),
        ("IT.LONG", SegmentsField),
        ("IT.SITES", SegmentsField),
        ("IT.ROUTE", ChoiceField),
        ("IT.ACTION", ChoiceField),
        ("IT.TERM", TermField),
        ("IT.GRADE", CardsField),
    ],
)
def test_the_kind_of_field_follows_from_the_code_list(qapp: Any, item: str, kind: type) -> None:
    study = definition()
    made = field_for(study, study.items[item], ItemPlace("IG", "", item))
    assert type(made) is kind
    made.deleteLater()


def test_a_digit_chooses_and_tells(field: Callable[[str], Any], keys: Callable[..., None]) -> None:
    made = field("IT.YES")
    told: list[ItemValue | None] = []
    made.edited.connect(lambda: told.append(made.value()))
    keys("2")
    keys("2")
    keys("1")
    assert told == [ItemValue(value="N"), ItemValue(value="Y")]
    keys(Qt.Key.Key_Delete)
    assert made.value() is None


def test_arrows_go_from_choice_to_choice(field: Callable[[str], Any], keys: Callable[..., None]) -> None:
    made = field("IT.C1")
    keys(Qt.Key.Key_Right)
    assert made.value() == ItemValue(value="MET")
    keys(Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert made.value() == ItemValue(value="OPEN")
    keys(Qt.Key.Key_Left)
    assert made.value() == ItemValue(value="NOT")


def test_codes_that_are_digits_are_their_own_keys(field: Callable[[str], Any], keys: Callable[..., None]) -> None:
    assert keys_of(["3", "4", "5"]) == {"3": "3", "4": "4", "5": "5"}
    assert keys_of(["Y", "N"]) == {"Y": "1", "N": "2"}
    made = field("IT.LONG")
    keys("0")
    assert made.value() == ItemValue(value="0")


def test_long_choices_stand_under_each_other(field: Callable[[str], Any]) -> None:
    short, long = field("IT.YES"), field("IT.LONG")
    assert short.findChild(Segments).heightForWidth(320) == 32
    assert long.findChild(Segments).heightForWidth(320) > 3 * 32


def test_several_may_be_chosen(field: Callable[[str], Any], keys: Callable[..., None]) -> None:
    made = field("IT.SITES")
    keys("3", "1")
    assert made.value() == ItemValue(value="SKIN;LIVER")
    keys("3")
    assert made.value() == ItemValue(value="SKIN")
    keys(Qt.Key.Key_Up, Qt.Key.Key_Space)
    assert made.value() == ItemValue(value="SKIN;GUT")


def test_yes_and_no_are_stored_as_true_and_false(field: Callable[[str], Any], keys: Callable[..., None]) -> None:
    made = field("IT.FLAG")
    keys("1")
    assert made.value() == ItemValue(value="true")
    made.show_value(ItemValue(value="0"))
    keys(Qt.Key.Key_Left)
    assert made.value() == ItemValue(value="true")


def test_the_mouse_chooses_too(field: Callable[[str], Any]) -> None:
    made = field("IT.YES")
    segments = made.findChild(Segments)
    second = segments._rects()[1].center()
    QTest.mouseClick(segments, Qt.MouseButton.LeftButton, pos=second)
    assert made.value() == ItemValue(value="N")


def test_what_cannot_be_changed_takes_neither_keys_nor_mouse(
    field: Callable[[str], Any], keys: Callable[..., None]
) -> None:
    made = field("IT.YES")
    made.set_read_only(read_only=True)
    keys("1")
    QTest.mouseClick(made.findChild(Segments), Qt.MouseButton.LeftButton, pos=QPoint(5, 16))
    assert made.value() is None


def test_a_list_is_chosen_from_by_digit_and_emptied(field: Callable[[str], Any], keys: Callable[..., None]) -> None:
    made = field("IT.ROUTE")
    keys("3")
    assert made.value() == ItemValue(value="R3")
    keys(Qt.Key.Key_Delete)
    assert made.value() is None
    made.show_value(ItemValue(value="R12"))
    assert made.findChild(QComboBox).currentText() == "Route number 12"


def test_cards_offer_what_the_other_answer_allows_with_its_words(
    field: Callable[[str], Any], keys: Callable[..., None]
) -> None:
    made = field("IT.GRADE")
    made.show_codes(("3", "4", "5"), ItemValue(value="FN"))
    cards = made.findChild(Cards)
    assert [code for code, _, _ in cards._options] == ["3", "4", "5"]
    assert cards._options[0][2].startswith("ANC <1.0")
    keys("1")
    assert made.value() is None
    keys("4")
    assert made.value() == ItemValue(value="4")
    assert cards.accessibleDescription() == "Grade 4 Urgent intervention indicated"
    keys(Qt.Key.Key_Right)
    assert made.value() == ItemValue(value="5")


def test_a_term_is_found_chosen_and_shown(field: Callable[[str], Any], keys: Callable[..., None]) -> None:
    made = field("IT.TERM")
    told: list[bool] = []
    made.edited.connect(lambda: told.append(True))
    keys("fe")
    assert made.found == ("FEVER", "FN")
    keys(Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert made.value() == ItemValue(value="FN")
    assert made.found == ()
    assert told == [True]
    assert made.focusWidget().text() == "Febrile neutropenia"
    language.translator().choose(Language.CHINESE)
    made.relabel()
    assert made.focusWidget().text() == "发热性中性粒细胞减少"


def test_what_is_no_term_gives_way_to_the_term_that_is_chosen(
    field: Callable[[str], Any], keys: Callable[..., None]
) -> None:
    made = field("IT.TERM")
    made.show_value(ItemValue(value="FN"))
    keys("qqq")
    assert made.found == ()
    made.show_value(made.value())
    assert made.focusWidget().text() == "Febrile neutropenia"


def test_esc_puts_the_terms_away_and_nothing_else(field: Callable[[str], Any], keys: Callable[..., None]) -> None:
    made = field("IT.TERM")
    keys("fe", Qt.Key.Key_Escape)
    assert made.found == ()
    assert made.value() is None
    assert isinstance(made.below, FoundList)
    assert made.below.isHidden()


def test_a_term_is_emptied_with_its_text(field: Callable[[str], Any]) -> None:
    made = field("IT.TERM")
    made.show_value(ItemValue(value="FN"))
    made.focusWidget().clear()
    assert made.value() is None
