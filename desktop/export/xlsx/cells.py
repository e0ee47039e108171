"""Item values as Excel cells, and back.

A number is a real number only where Excel's 15 digits and a number format give back its very text; a date is a real date only
where it is complete and Excel's calendar has it. Everything else is text. So from every cell the text that was entered
can be read again, which is what `verification.py` does.
"""

import datetime
import enum
import re

import msgspec

from desktop.study.clinical_data import ItemValue
from desktop.study.definition.metadata import DataType, ItemDef

MAX_TEXT_LENGTH = 32_767
"""UTF-16 units that an Excel cell holds."""
CUT_MARK = "…[cut 截断]"

DERIVED_GROUND = "E7F0FA"
MISSING_GROUND = "FDF0DC"
"""Grounds by which worked-out values and markers are told from values that a person entered."""

EXCEL_DIGITS = 15
FIRST_EXCEL_DATE = "1900-03-01"
"""Before it, Excel counts a 29 February 1900 that never was."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
# XML carries neither these nor lone halves of a pair; a carriage return would come back as a line feed.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

# Excel reads `_x0041_` as A. XlsxWriter escapes that, but not where two such texts share an underscore.
_SHARED_UNDERSCORE = re.compile(r"(?<=_x[0-9A-Fa-f]{4})_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPE_UNDERSCORE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
FULL_WIDTH_UNDERSCORE = "＿"


class Kind(enum.StrEnum):
    """What a cell holds. The value is the number format; `NUMBER` gets one more zero a digit after the point."""

    TEXT = "@"
    NUMBER = "0"
    DATE = "yyyy-mm-dd"
    MINUTE = "yyyy-mm-dd hh:mm"
    SECOND = "yyyy-mm-dd hh:mm:ss"
    TIME = "hh:mm"
    TIME_SECOND = "hh:mm:ss"


class Mark(enum.StrEnum):
    """How a cell is set off."""

    PLAIN = ""
    DERIVED = "derived"
    MISSING = "missing"
    HEAD = "head"
    LABEL = "label"
    DERIVED_LABEL = "derived_label"
    TITLE = "title"

    @property
    def seen(self) -> "Mark":
        """The mark as it is read back: how heads look does not matter."""
        return self if self in (Mark.DERIVED, Mark.MISSING) else Mark.PLAIN


class Cell(msgspec.Struct, frozen=True, array_like=True):
    """One cell: its text, what it is, how it is set off."""

    text: str
    kind: Kind = Kind.TEXT
    mark: Mark = Mark.PLAIN

    @property
    def moment(self) -> datetime.datetime | datetime.time:
        """The date or time of a cell that is one."""
        if self.kind in (Kind.TIME, Kind.TIME_SECOND):
            return datetime.time.fromisoformat(self.text)
        return datetime.datetime.fromisoformat(self.text)


def excel_kind(item: ItemDef, text: str) -> Kind:
    """What a value of an item may be in Excel without losing a character of its text."""
    if item.codelist is not None:
        return Kind.TEXT
    match item.data_type:
        case DataType.INTEGER | DataType.FLOAT:
            return Kind.NUMBER if is_exact_number(text) else Kind.TEXT
        case DataType.DATE | DataType.PARTIAL_DATE:
            return Kind.DATE if _is_date(text) else Kind.TEXT
        case DataType.DATETIME:
            return _with_seconds(text, Kind.MINUTE, Kind.SECOND) if _is_moment(text) else Kind.TEXT
        case DataType.TIME:
            return _with_seconds(text, Kind.TIME, Kind.TIME_SECOND) if _is_time(text) else Kind.TEXT
        case _:
            return Kind.TEXT


def value_cell(item: ItemDef, value: ItemValue, *, derived: bool) -> Cell:
    """The cell of an item's value or marker."""
    if value.missing:
        return Cell(value.missing, Kind.TEXT, Mark.MISSING)
    return Cell(value.value, excel_kind(item, value.value), Mark.DERIVED if derived else Mark.PLAIN)


def is_exact_number(text: str) -> bool:
    """Whether Excel, which keeps 15 digits, can give this number's text back: no leading zero, no `-0`."""
    if not _NUMBER.fullmatch(text):
        return False
    digits = text.lstrip("-").replace(".", "").lstrip("0")
    return len(digits) <= EXCEL_DIGITS and len(text) <= 2 * EXCEL_DIGITS and (bool(digits) or text[0] != "-")


def decimals(text: str) -> int:
    """How many digits a number has after its point."""
    return len(text.partition(".")[2])


def is_rich(text: str) -> bool:
    """Whether XlsxWriter would take a text for its own mark-up of a rich text."""
    return text.startswith("<r>") and text.endswith("</r>")


def writable(text: str) -> str:
    """The text as a cell can hold it: what cannot be carried as another, visible sign, what is too long cut with a mark."""
    if _UNWRITABLE.search(text):
        text = _UNWRITABLE.sub(_picture, text)
    if "_x" in text:
        escape = _ESCAPE_UNDERSCORE if is_rich(text) else _SHARED_UNDERSCORE
        text = escape.sub(FULL_WIDTH_UNDERSCORE, text)
    # A character takes one or two UTF-16 units.
    if 2 * len(text) <= MAX_TEXT_LENGTH or _units(text) <= MAX_TEXT_LENGTH:
        return text
    left = MAX_TEXT_LENGTH - len(CUT_MARK)
    return text.encode("utf-16-le")[: 2 * left].decode("utf-16-le", "ignore") + CUT_MARK


def _with_seconds(text: str, minutes: Kind, seconds: Kind) -> Kind:
    return seconds if text.count(":") == 2 else minutes


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text) or text < FIRST_EXCEL_DATE:
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_moment(text: str) -> bool:
    return bool(_MOMENT.fullmatch(text)) and _is_date(text[:10]) and _is_time(text[11:])


def _is_time(text: str) -> bool:
    return bool(_TIME.fullmatch(text)) and text[:2] <= "23" and text[3:5] <= "59" and text[6:] <= "59"


def _picture(match: re.Match[str]) -> str:
    """Unicode's picture of a control character; of anything else that cannot be written the replacement sign."""
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
