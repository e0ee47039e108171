"""Base types of a study definition: immutable structures, and texts in several languages."""

import msgspec

Text = dict[str, str]
"""Words by language code, e.g. `{"en": "Sex", "zh": "性别"}`. Never mutated."""


def words(text: Text, language: str) -> str:
    """The words in `language`; else in English; else in whichever language there is; else nothing."""
    return text.get(language) or text.get("en") or next(iter(text.values()), "")


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of all parts of a definition."""
