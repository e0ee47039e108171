"""Which texts say something."""

import pytest

from desktop.study.values.typed_input import has_words, is_blank

BLANK = ["", " ", "\t\n", "\u3000", "\u200b", "\u00a0\u2003", "\ufeff", "\u2060\u200d", "\u3164", "\u2800", "\u00ad"]


@pytest.mark.parametrize("text", BLANK)
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)
    assert not has_words(text)


@pytest.mark.parametrize("text", [".", "-", "12", "?!", "……", "\u3000。"])
def test_marks_and_numbers_are_text_but_no_comment(text: str) -> None:
    assert not is_blank(text)
    assert not has_words(text)


@pytest.mark.parametrize("text", ["x", "已核对", "\u200bx", "2 h late", "é", "ب"])
def test_letters_and_han_characters_are_a_comment(text: str) -> None:
    assert has_words(text)
