"""Which text a person may write: reasons, comments, notes."""

import re

from desktop.study.values.typed_input import is_blank

MAX_NOTE_LENGTH = 2000
"""Characters of a reason or a comment."""


def is_clean_text(text: str) -> bool:
    """Whether a text holds no control characters but tab and newline, and no lone surrogates."""
    return not re.search(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", text)


def says_something(text: str) -> bool:
    """Whether a comment holds letters or Han characters: a dot or a dash is no answer to a question."""
    return not is_blank(text) and any(character.isalpha() for character in text)
