"""Which text a person may write: reasons, comments, notes."""

import re

MAX_NOTE_LENGTH = 2000
"""Characters of a reason or a comment."""


def is_clean_text(text: str) -> bool:
    """Whether a text holds no control characters but tab and newline, and no lone surrogates."""
    return not re.search(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", text)
