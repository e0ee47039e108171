"""Normalises typed input: full-width digits, dates and times in any common order.

Nothing is guessed: `05/06/2026` could be May or June, so it stays as it was typed and is refused.
"""

import re
import unicodedata
from collections.abc import Callable

from desktop.study.definition.metadata import DataType

_ASCII = str.maketrans("０１２３４５６７８９．－−–＋／：　＜＞", "0123456789.---+/: <>")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNKNOWN_PART = ("un", "unk", "uk")
"""How paper forms write a part of a date that nobody knows: UN-NOV-2026, UN-UNK-2026."""


_INVISIBLE = frozenset("\u2800\u3164\uffa0\u115f\u1160\u034f")
"""Characters that show nothing though Unicode counts them among letters, marks and symbols."""


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: white space of any script, zero-width and control characters."""
    return all(
        character.isspace() or character in _INVISIBLE or unicodedata.category(character) in ("Cf", "Cc")
        for character in text
    )


def tidy_text(text: str) -> str:
    """A text without the white space around it, its lines ended one way."""
    return re.sub(r"\r\n?", "\n", text).strip()


def has_words(text: str) -> bool:
    """Whether a comment or a reason says something: a letter or a Han character, not digits and blanks alone."""
    return any(character.isalpha() and character not in _INVISIBLE for character in text)


def tidy_number(text: str) -> str:
    """A number in ASCII digits; `.5` as `0.5`, `3。5` (as an input method types it) as `3.5`, `＜ 0.5` as `<0.5`."""
    plain = text.translate(_ASCII).replace("。", ".").replace("≤", "<=").replace("≥", ">=").strip()
    sign = re.match(r"[<>]=?", plain)
    if sign is not None:
        return sign[0] + tidy_number(plain[sign.end() :])
    plain = re.sub(r"^\+(?=[0-9.])", "", plain)
    plain = re.sub(r"^(-?)\.(?=[0-9])", r"\g<1>0.", plain)
    return re.sub(r"(?<=[0-9])\.$", "", plain)


def tidy_date(text: str) -> str:
    """A date as `2026-11-24`, or as far as it is known."""
    typed = text.strip()
    plain = re.sub(r"[日号]", "", typed.translate(_ASCII)).strip()
    parts = [part for part in re.split(r"[-/.\s年月]+", plain) if part]
    if len(parts) == 1 and re.fullmatch(r"[0-9]{8}", parts[0]):
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    elif len(parts) == 1 and (packed := re.fullmatch(r"([0-9]{1,2})([A-Za-z]{3})([0-9]{4})", parts[0])):
        parts = list(packed.groups())
    found = _year_first(parts) or _year_last(parts)
    return typed if found is None else "-".join(found)


def _year_first(parts: list[str]) -> list[str] | None:
    if not 1 <= len(parts) <= 3 or not re.fullmatch(r"[0-9]{4}", parts[0]):
        return None
    rest = [_two_digits(part) for part in parts[1:]]
    return None if None in rest else [parts[0], *(part for part in rest if part)]


def _year_last(parts: list[str]) -> list[str] | None:
    """Day and month before the year: only where one reading is possible."""
    if len(parts) != 3 or not re.fullmatch(r"[0-9]{4}", parts[2]):
        return None
    day, month, year = (part.lower() for part in parts)
    if month in _UNKNOWN_PART and day in _UNKNOWN_PART:
        return [year]
    if month in _MONTHS:
        number = f"{_MONTHS.index(month) + 1:02}"
        if day in _UNKNOWN_PART:
            return [year, number]
        return [year, number, found] if (found := _two_digits(day)) else None
    first, second = _two_digits(day), _two_digits(month)
    if first is None or second is None:
        return None
    readings = {(year, m, d) for m, d in ((second, first), (first, second)) if int(m) <= 12 and int(d) <= 31}
    return list(readings.pop()) if len(readings) == 1 else None


def _two_digits(part: str) -> str | None:
    return part.zfill(2) if re.fullmatch(r"[0-9]{1,2}", part) else None


def tidy_time(text: str) -> str:
    """A time of day as `08:30`."""
    typed = text.strip()
    plain = re.sub(r"[时点分]", ":", re.sub(r"秒", "", typed.translate(_ASCII))).strip().rstrip(":")
    if re.fullmatch(r"[0-9]{4}", plain):
        return f"{plain[:2]}:{plain[2:]}"
    if re.fullmatch(r"[0-9]{1,2}(:[0-9]{1,2}){1,2}", plain):
        return ":".join(part.zfill(2) for part in plain.split(":"))
    if re.fullmatch(r"[0-9]{1,2}", plain) and re.search(r"[时点]", typed):
        return f"{plain.zfill(2)}:00"
    return typed


def tidy_datetime(text: str) -> str:
    """A date and a time as `2026-11-24T08:30`."""
    typed = text.strip()
    plain = typed.translate(_ASCII)
    split = re.fullmatch(r"(.+?)(?:[T\s]+|(?<=[日号]))([0-9]{1,2}[:时点].*|[0-9]{4})", plain)
    return f"{tidy_date(split[1])}T{tidy_time(split[2])}" if split else typed


TIDY: dict[DataType, Callable[[str], str]] = {
    DataType.TEXT: tidy_text,
    DataType.INTEGER: tidy_number,
    DataType.FLOAT: tidy_number,
    DataType.DATE: tidy_date,
    DataType.PARTIAL_DATE: tidy_date,
    DataType.TIME: tidy_time,
    DataType.DATETIME: tidy_datetime,
    DataType.BOOLEAN: str.strip,
}
