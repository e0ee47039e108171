"""Fields that are typed into: what comes out, tidied, and that nothing else is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPlainTextEdit

from desktop.study.clinical_data import ItemValue
from ui.form.fields.typed import Line
from ui.look import language
from ui.look.language import Language


@pytest.mark.parametrize(
    ("item", "typed", "value"),
    [
        ("IT.SHORT", "  2.1 a ", ItemValue(value="2.1 a")),
        ("IT.BLAST", "１４．５", ItemValue(value="14.5", unit="%")),
        ("IT.BLAST", "abc", ItemValue(value="abc", unit="%")),
        ("IT.DATE", "20261124", ItemValue(value="2026-11-24")),
        ("IT.DATE", "2026年11月4日", ItemValue(value="2026-11-04")),
        ("IT.DATE", "24.11.2026", ItemValue(value="2026-11-24")),
        ("IT.ONSET", "2026/5", ItemValue(value="2026-05")),
        ("IT.ONSET", "2026", ItemValue(value="2026")),
        ("IT.AT", "9:5", ItemValue(value="09:05")),
        ("IT.SHORT", "", None),
        ("IT.BLAST", "   ", None),
    ],
)
def test_what_is_typed_comes_out_tidy(
    field: Callable[[str], Any], keys: Callable[..., None], item: str, typed: str, value: ItemValue | None
) -> None:
    made = field(item)
    # A key press carries one letter; an input method commits several.
    made.focusWidget().insert(typed)
    assert made.value() == value


@pytest.mark.parametrize("item", ["IT.SHORT", "IT.BLAST", "IT.DATE", "IT.ONSET", "IT.AT", "IT.NOTE", "IT.AWARE"])
def test_what_is_shown_comes_out_unchanged(field: Callable[[str], Any], item: str) -> None:
    values = {
        "IT.SHORT": ItemValue(value="B-7 中文"),
        "IT.BLAST": ItemValue(value="14.0", unit="%"),
        "IT.DATE": ItemValue(value="2026-11-24"),
        "IT.ONSET": ItemValue(value="2026-05"),
        "IT.AT": ItemValue(value="08:30:15"),
        "IT.NOTE": ItemValue(value="one line\nand a second"),
        "IT.AWARE": ItemValue(value="2026-11-24T08:30"),
    }
    made = field(item)
    made.show_value(values[item])
    assert made.value() == values[item]
    made.show_value(None)
    assert made.value() is None


def test_a_value_that_was_given_without_its_only_unit_stays_so(field: Callable[[str], Any]) -> None:
    made = field("IT.BLAST")
    made.show_value(ItemValue(value="14"))
    assert made.value() == ItemValue(value="14")


def test_one_of_several_units_is_chosen(field: Callable[[str], Any], keys: Callable[..., None]) -> None:
    made = field("IT.DOSE")
    told: list[bool] = []
    made.edited.connect(lambda: told.append(True))
    keys("2")
    assert made.value() == ItemValue(value="2", unit="mg")
    made.findChild(QComboBox, "unit.IT.DOSE").choose("g")
    assert made.value() == ItemValue(value="2", unit="g")
    assert told == [True]
    made.show_value(ItemValue(value="5", unit="mg"))
    assert made.value() == ItemValue(value="5", unit="mg")
    assert told == [True]


def test_a_date_and_its_time_are_one_value(field: Callable[[str], Any], keys: Callable[..., None]) -> None:
    made = field("IT.AWARE")
    keys("20261124", Qt.Key.Key_Return)
    assert made.value() == ItemValue(value="2026-11-24")
    keys("8")
    assert made.value() == ItemValue(value="2026-11-24T8")
    keys(":30")
    assert made.value() == ItemValue(value="2026-11-24T08:30")


def test_a_long_text_takes_a_new_line_with_ctrl_and_enter_only(field: Callable[[str], Any]) -> None:
    from PySide6.QtTest import QTest

    made = field("IT.NOTE")
    edit = made.findChild(QPlainTextEdit)
    QTest.keyClicks(edit, "first")
    QTest.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(edit, "second")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert made.value() == ItemValue(value="first\nsecond")


def test_a_marker_stands_in_the_place_of_the_value_and_gives_it_back(field: Callable[[str], Any]) -> None:
    made = field("IT.SHORT")
    made.show_value(ItemValue(missing="NOT_DONE"))
    assert made.value() == ItemValue(missing="NOT_DONE")
    assert made.is_marked
    assert made.findChild(Line).isHidden()
    assert made.focusProxy() is not None
    made.show_value(ItemValue(value="2.1"))
    assert made.value() == ItemValue(value="2.1")
    assert not made.findChild(Line).isHidden()


def test_the_focus_stays_in_the_field_when_it_is_marked(field: Callable[[str], Any], qapp: Any) -> None:
    made = field("IT.SHORT")
    made.show_value(ItemValue(missing="UNKNOWN"))
    assert made.isAncestorOf(qapp.focusWidget())
    made.show_value(None)
    assert qapp.focusWidget() is made.findChild(Line)


def test_delete_takes_a_marker_away(field: Callable[[str], Any], keys: Callable[..., None]) -> None:
    made = field("IT.SHORT")
    told: list[bool] = []
    made.edited.connect(lambda: told.append(True))
    made.show_value(ItemValue(missing="UNKNOWN"))
    keys(Qt.Key.Key_Delete)
    assert made.value() is None
    assert told == [True]
    keys("x")
    assert made.value() == ItemValue(value="x")


def test_what_cannot_be_changed_takes_no_keys(field: Callable[[str], Any], keys: Callable[..., None]) -> None:
    made = field("IT.SHORT")
    made.set_read_only(read_only=True)
    keys("x")
    assert made.value() is None


def test_a_value_that_is_worked_out_is_read(field: Callable[[str], Any]) -> None:
    made = field("IT.HALF")
    made.show_value(ItemValue(value="7"))
    assert made.value() == ItemValue(value="7")
    assert made.findChildren(Line) == []


def test_a_field_speaks_the_language_of_the_moment(field: Callable[[str], Any]) -> None:
    made = field("IT.DATE")
    assert made.findChild(Line).placeholderText() == "YYYY-MM-DD"
    language.translator().choose(Language.CHINESE)
    made.relabel()
    assert made.findChild(Line).placeholderText() == "年-月-日"
