"""Pinyin initials of Chinese words: 血常规 -> xcg, so that a keyboard without an input method finds them."""

from bisect import bisect_right

# GB 2312 orders its first 3,755 characters by pinyin: the code at which each initial begins.
_STARTS = (
    (0xB0A1, "a"), (0xB0C5, "b"), (0xB2C1, "c"), (0xB4EE, "d"), (0xB6EA, "e"), (0xB7A2, "f"), (0xB8C1, "g"),
    (0xB9FE, "h"), (0xBBF7, "j"), (0xBFA6, "k"), (0xC0AC, "l"), (0xC2E8, "m"), (0xC4C3, "n"), (0xC5B6, "o"),
    (0xC5BE, "p"), (0xC6DA, "q"), (0xC8BB, "r"), (0xC8F6, "s"), (0xCBFA, "t"), (0xCDDA, "w"), (0xCEF4, "x"),
    (0xD1B9, "y"), (0xD4D1, "z"), (0xD7FA, ""),
)  # fmt: skip
_CODES = [code for code, _ in _STARTS]


def initials(text: str) -> str:
    """The initials of a text's Chinese characters, its other letters and digits as they are; rare characters are left out."""
    return "".join(map(_initial, text.casefold()))


def _initial(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else ""
    code = character.encode("gb2312", "ignore")
    if len(code) != 2:
        return ""
    at = bisect_right(_CODES, int.from_bytes(code)) - 1
    return _STARTS[at][1] if at >= 0 else ""
