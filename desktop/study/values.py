"""Item types: text as entered -> value -> text, one class a data type, tested together by one property test.

Values are kept as the text that was entered. It is checked here before it may be recorded, typed when it is read, and turned
into what expressions see: numbers as doubles in the item's first unit, dates as timestamps in UTC, partial dates as
`{earliest, latest}`, several codes as a list.
"""

import calendar
import datetime
import re
from abc import ABC, abstractmethod
from typing import Any

from desktop.study.data import ItemValue
from desktop.study.definition import DataType, Definition, ItemDef, Missing, Text, words

DEFAULT_LENGTH = 2000
CODE_SEPARATOR = ";"
FIRST_YEAR, LAST_YEAR = 1800, 2200

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－＋／：，　", "0123456789.-+/:, ")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class ValueFault(Exception):  # noqa: N818 - a fault of the text, not of the program
    """A text is not a value of its type. `message` says why, in both languages."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.message: Text = {"en": english, "zh": chinese}


class ItemType(ABC):
    """How the text of one data type is read."""

    @abstractmethod
    def parse(self, item: ItemDef, text: str) -> Any:
        """The value. Raises ValueFault."""

    @abstractmethod
    def to_text(self, value: Any) -> str:
        """The text of a value that `parse` gave."""

    def tidy(self, text: str) -> str:
        """What a person typed, as it is to be stored; unchanged where nothing sensible can be made of it."""
        return text.strip()

    def to_expression(self, value: Any) -> Any:
        """What expressions see."""
        return value


class TextType(ItemType):
    def parse(self, item: ItemDef, text: str) -> str:
        if _FORBIDDEN.search(text):
            raise ValueFault("The text holds characters that cannot be kept.", "文本含有无法保存的字符。")
        most = item.length or DEFAULT_LENGTH
        if len(text) > most:
            raise ValueFault(f"The text is longer than {most} characters.", f"文本超过 {most} 个字符。")
        return text

    def to_text(self, value: Any) -> str:
        return str(value)


class IntegerType(ItemType):
    def parse(self, item: ItemDef, text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise ValueFault("Enter a whole number, e.g. 12.", "须为整数，如 12。")
        _check_digits(item, text)
        return int(text)

    def to_text(self, value: Any) -> str:
        return str(value)

    def tidy(self, text: str) -> str:
        return text.translate(_FULL_WIDTH).strip()

    def to_expression(self, value: Any) -> float:
        return float(value)


class FloatType(ItemType):
    def parse(self, item: ItemDef, text: str) -> float:
        if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", text):
            raise ValueFault("Enter a number with a point, e.g. 12.5.", "须为数字，小数点用“.”，如 12.5。")
        _check_digits(item, text)
        decimals = len(text.partition(".")[2])
        most = item.significant_digits
        if most is not None and decimals > most:
            raise ValueFault(f"At most {most} digits after the point.", f"小数点后最多 {most} 位。")
        return float(text)

    def to_text(self, value: Any) -> str:
        return f"{value:.12f}".rstrip("0").rstrip(".")

    def tidy(self, text: str) -> str:
        return text.translate(_FULL_WIDTH).replace("。", ".").strip()


class BooleanType(ItemType):
    def parse(self, item: ItemDef, text: str) -> bool:
        if text not in ("true", "false", "1", "0"):
            raise ValueFault("Enter true or false.", "须为 true 或 false。")
        return text in ("true", "1")

    def to_text(self, value: Any) -> str:
        return "true" if value else "false"


class PartialDateType(ItemType):
    """A date of which day, or day and month, may be unknown: an interval of earliest and latest."""

    parts = (1, 2, 3)
    wanted: Text = {
        "en": "Enter a date as 2026-11-24, 2026-11 or 2026.",
        "zh": "日期格式为 2026-11-24、2026-11 或 2026。",
    }

    def parse(self, item: ItemDef, text: str) -> tuple[datetime.date, datetime.date]:
        if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", text) or len(text.split("-")) not in self.parts:
            raise ValueFault(self.wanted["en"], self.wanted["zh"])
        year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
        try:
            if not FIRST_YEAR <= year <= LAST_YEAR:
                raise ValueError(year)
            first = datetime.date(year, month or 1, day or 1)
            last_month = month or 12
            last = datetime.date(year, last_month, day or calendar.monthrange(year, last_month)[1])
        except ValueError:
            raise ValueFault("There is no such date in the calendar.", "日历中没有该日期。") from None
        return first, last

    def to_text(self, value: Any) -> str:
        first, last = value
        if first == last:
            return f"{first:%Y-%m-%d}"
        return f"{first:%Y-%m}" if first.month == last.month else f"{first:%Y}"

    def tidy(self, text: str) -> str:
        return tidy_date(text)

    def to_expression(self, value: Any) -> Any:
        return {"earliest": _timestamp(value[0]), "latest": _timestamp(value[1])}


class DateType(PartialDateType):
    parts = (3,)
    wanted: Text = {"en": "Enter a date as 2026-11-24.", "zh": "日期格式为 2026-11-24。"}

    def to_expression(self, value: Any) -> Any:
        return _timestamp(value[0])


class TimeType(ItemType):
    def parse(self, item: ItemDef, text: str) -> datetime.time:
        if not re.fullmatch(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?", text):
            raise ValueFault("Enter a time as 08:30.", "时间格式为 08:30。")
        try:
            return datetime.time.fromisoformat(text)
        except ValueError:
            raise ValueFault("There is no such time of day.", "没有该时刻。") from None

    def to_text(self, value: Any) -> str:
        return value.isoformat("minutes" if not value.second else "seconds")

    def tidy(self, text: str) -> str:
        return tidy_time(text)

    def to_expression(self, value: Any) -> datetime.timedelta:
        return datetime.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)


class DatetimeType(ItemType):
    def parse(self, item: ItemDef, text: str) -> datetime.datetime:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?", text):
            raise ValueFault("Enter date and time as 2026-11-24T08:30.", "日期时间格式为 2026-11-24T08:30。")
        try:
            value = datetime.datetime.fromisoformat(text)
            if not FIRST_YEAR <= value.year <= LAST_YEAR:
                raise ValueError(value.year)
        except ValueError:
            raise ValueFault("There is no such date or time.", "没有该日期或时刻。") from None
        return value

    def to_text(self, value: Any) -> str:
        return value.isoformat(timespec="minutes" if not value.second else "seconds")

    def tidy(self, text: str) -> str:
        date, _, time = text.translate(_FULL_WIDTH).strip().replace("T", " ").partition(" ")
        return f"{tidy_date(date)}T{tidy_time(time)}" if time else text.strip()

    def to_expression(self, value: Any) -> datetime.datetime:
        return value.replace(tzinfo=datetime.UTC)


ITEM_TYPES: dict[DataType, ItemType] = {
    DataType.TEXT: TextType(),
    DataType.INTEGER: IntegerType(),
    DataType.FLOAT: FloatType(),
    DataType.DATE: DateType(),
    DataType.PARTIAL_DATE: PartialDateType(),
    DataType.TIME: TimeType(),
    DataType.DATETIME: DatetimeType(),
    DataType.BOOLEAN: BooleanType(),
}


def tidy(item: ItemDef, text: str) -> str:
    """What a person typed, as it is to be stored. Never guesses between day and month."""
    return ITEM_TYPES[item.data_type].tidy(text)


def tidy_date(text: str) -> str:
    """A date typed in any common order, in ISO 8601; unchanged where it is ambiguous or no date."""
    plain = text.translate(_FULL_WIDTH).strip()
    plain = re.sub(r"[年月./]", "-", plain.replace("日", "").replace("号", "")).strip("- ")
    if re.fullmatch(r"[0-9]{8}", plain):
        return f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    if match := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2}))?", plain):
        year, month, day = match.groups()
        return f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else "")
    if match := re.fullmatch(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})", plain):
        first, second, year = int(match[1]), int(match[2]), match[3]
        day_first = "." in text or first > 12
        if day_first and second <= 12:
            return f"{year}-{second:02}-{first:02}"
        if second > 12 and first <= 12:
            return f"{year}-{first:02}-{second:02}"
        return text.strip()
    return plain if re.fullmatch(r"[0-9]{4}", plain) else text.strip()


def tidy_time(text: str) -> str:
    """A time of day as HH:MM; unchanged where it is none."""
    plain = text.translate(_FULL_WIDTH).strip().replace("时", ":").replace("点", ":").replace("分", "").rstrip(":")
    if match := re.fullmatch(r"([0-9]{1,2}):([0-9]{1,2})(:[0-9]{2})?", plain):
        return f"{int(match[1]):02}:{int(match[2]):02}{match[3] or ''}"
    if re.fullmatch(r"[0-9]{4}", plain):
        return f"{plain[:2]}:{plain[2:]}"
    return text.strip()


def value_fault(definition: Definition, item: ItemDef, value: ItemValue) -> Text | None:
    """Why this is not a value of the item; None where it is one."""
    try:
        _check(definition, item, value)
    except ValueFault as fault:
        return fault.message
    return None


def parsed(item: ItemDef, value: ItemValue) -> Any:
    """The typed value; None for a marker. Raises ValueFault."""
    return None if value.missing else ITEM_TYPES[item.data_type].parse(item, value.value)


def expression_value(definition: Definition, item: ItemDef, value: ItemValue) -> Any:
    """What expressions see; None where the item is unknown to them (a marker, or no value of its type)."""
    if value.missing:
        return None
    if item.multiple and item.codelist is not None:
        return value.value.split(CODE_SEPARATOR)
    item_type = ITEM_TYPES[item.data_type]
    try:
        seen = item_type.to_expression(item_type.parse(item, value.value))
    except ValueFault:
        return None
    if isinstance(seen, float):
        return seen * unit_factor(definition, item, value.unit)
    return seen


def number_in_first_unit(definition: Definition, item: ItemDef, value: ItemValue) -> float | None:
    """A number in the item's first unit; None where the value is none."""
    if item.data_type not in (DataType.INTEGER, DataType.FLOAT):
        return None
    found = expression_value(definition, item, value)
    return found if isinstance(found, float) else None


def unit_factor(definition: Definition, item: ItemDef, unit: str) -> float:
    """What a number in this unit is multiplied with to be in the item's first unit."""
    for ref in item.units:
        if definition.units[ref.unit].name == unit:
            return ref.factor
    return 1.0


def display(definition: Definition, item: ItemDef, value: ItemValue | None, language: str) -> str:
    """A value for a person: codes as labels, the unit's symbol, a marker in words."""
    if value is None:
        return ""
    if value.missing:
        return words(MISSING_WORDS.get(value.missing, {"en": value.missing}), language)
    codelist = definition.codelist_of(item)
    if codelist is not None:
        codes = value.value.split(CODE_SEPARATOR) if item.multiple else [value.value]
        labels = [words(codelist.by_code[code].label, language) if code in codelist.by_code else code for code in codes]
        return ("、" if language == "zh" else ", ").join(labels)
    unit = value.unit or (definition.unit_names(item) or ("",))[0]
    shown = value.value.replace("T", " ") if item.data_type == DataType.DATETIME else value.value
    return f"{shown} {definition.unit_symbol(unit, language)}" if unit else shown


MISSING_WORDS: dict[str, Text] = {
    Missing.NOT_DONE: {"en": "Not done", "zh": "未做"},
    Missing.UNKNOWN: {"en": "Unknown", "zh": "不详"},
    Missing.NOT_APPLICABLE: {"en": "Not applicable", "zh": "不适用"},
}


def identifying(text: str) -> Text | None:
    """A warning where a text looks as if it named a person: it is never a refusal by itself."""
    if any(_is_resident_id(found) for found in re.findall(r"(?<!\d)\d{17}[\dXx](?!\d)", text)):
        what: Text = {"en": "an ID-card number", "zh": "身份证号"}
    elif re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text):
        what = {"en": "a telephone number", "zh": "手机号"}
    elif re.search(r"(姓名|患者|病人|家属)\s*[:：]?\s*[\u4e00-\u9fff]{2,3}(?![\u4e00-\u9fff])", text):
        what = {"en": "a name", "zh": "姓名"}
    else:
        return None
    return {
        "en": f"This looks like {what['en']}. Only the subject code may stand here.",
        "zh": f"疑似含有{what['zh']}。此处只能使用受试者编号。",
    }


_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _is_resident_id(number: str) -> bool:
    """GB 11643-1999: the 18th character checks the other 17."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


def _check(definition: Definition, item: ItemDef, value: ItemValue) -> None:
    if value.missing:
        if value.missing not in set(Missing) or value.value or value.unit:
            raise ValueFault("There is no such marker.", "没有该缺失标记。")
        return
    if not value.value:
        raise ValueFault("The value is empty.", "值为空。")
    units = definition.unit_names(item)
    if value.unit and value.unit not in units:
        raise ValueFault("The item does not have this unit.", "该项目没有此单位。")
    if not value.unit and len(units) > 1:
        raise ValueFault(f"Say the unit: {', '.join(units)}.", f"须注明单位：{'、'.join(units)}。")
    codelist = definition.codelist_of(item)
    if codelist is not None:
        codes = value.value.split(CODE_SEPARATOR) if item.multiple else [value.value]
        if len(set(codes)) != len(codes) or any(code not in codelist.by_code for code in codes):
            raise ValueFault("This is not one of the codes.", "不在可选编码中。")
        return
    ITEM_TYPES[item.data_type].parse(item, value.value)


def _check_digits(item: ItemDef, text: str) -> None:
    digits = sum(character.isdigit() for character in text)
    if item.length is not None and digits > item.length:
        raise ValueFault(f"At most {item.length} digits.", f"最多 {item.length} 位数字。")


def _timestamp(date: datetime.date) -> datetime.datetime:
    return datetime.datetime(date.year, date.month, date.day, tzinfo=datetime.UTC)
