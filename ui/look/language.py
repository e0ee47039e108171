"""Language of the windows, changed without a restart.

Qt sends a `LanguageChange` to every widget when the translator changes; what holds a text sets it
anew then. Dates and numbers are written as people of each language write them in a trial's papers.
"""

import datetime
import enum
from importlib import resources
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtWidgets import QApplication

from desktop.errors import SitebookError
from desktop.journal.hybrid_clock import parse_wall

if TYPE_CHECKING:
    from desktop.study.definition.base import Text


class Language(enum.StrEnum):
    """The languages of the windows, by the codes that a study definition uses."""

    ENGLISH = "en"
    CHINESE = "zh"


FILES: Final = {Language.CHINESE: ("sitebook_zh_CN", "qtbase_zh_CN")}
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CHINESE_DAYS: Final = "一二三四五六日"


class Translator(QObject):
    """Puts a language on the whole application."""

    present: ClassVar[Language] = Language.ENGLISH
    """The language at this moment: one application, one language."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._translators: list[QTranslator] = []

    def choose(self, language: Language) -> None:
        """Take a language. Every widget is told by a `LanguageChange`."""
        if language is Translator.present:
            return
        Translator.present = language
        old, self._translators = (
            self._translators,
            [translator for name in FILES.get(language, ()) if (translator := self._load(name))],
        )
        for translator in old:
            self._application.removeTranslator(translator)
            translator.deleteLater()
        for translator in self._translators:
            self._application.installTranslator(translator)

    def _load(self, name: str) -> QTranslator | None:
        """A translator; none where Qt was installed without its own, or ours were not made yet."""
        translator = QTranslator(self)
        own = resources.files("resources").joinpath("translations")
        with resources.as_file(own) as folder:
            places = (str(folder), QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
            found = any(translator.load(name, place) for place in places)
        return translator if found else None


def translator() -> Translator:
    """The application's language; made at the first call."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise TypeError("There is no application with windows yet.")
    found = application.findChild(Translator)
    return found if found is not None else Translator(application)


def of_system() -> Language:
    """Chinese where the computer speaks Chinese, else English."""
    chinese = QLocale.system().language() is QLocale.Language.Chinese
    return Language.CHINESE if chinese else Language.ENGLISH


def present() -> Language:
    """The language at this moment."""
    return Translator.present


def is_chinese() -> bool:
    """Whether the windows speak Chinese at this moment."""
    return Translator.present is Language.CHINESE


def words(text: "Text") -> str:
    """A text of the study in the language of this moment."""
    from desktop.study.definition import metadata

    return metadata.words(text, Translator.present)


def sentence(error: SitebookError) -> str:
    """What an error of the engine says, in the language of this moment."""
    return format_message(error.message, dict(error.fields))


def format_message(template: str, fields: dict[str, object] | dict[str, str]) -> str:
    """A message of the engine in the language of this moment."""
    from desktop.messages import translate

    return translate(template, Translator.present, fields)


def short_date(day: datetime.date) -> str:
    """`24 Nov`, or `11-24` in Chinese: where the year goes without saying."""
    return f"{day:%m-%d}" if is_chinese() else f"{day.day} {MONTHS[day.month - 1]}"


def date(day: datetime.date) -> str:
    """`24 Nov 2026`, or `2026-11-24` in Chinese."""
    return day.isoformat() if is_chinese() else f"{short_date(day)} {day.year}"


def long_date(day: datetime.date) -> str:
    """`Tuesday 24 November 2026`, or `2026-11-24 星期二` in Chinese."""
    if is_chinese():
        return f"{day.isoformat()} 星期{CHINESE_DAYS[day.weekday()]}"
    return f"{DAYS[day.weekday()]} {day.day} {LONG_MONTHS[day.month - 1]} {day.year}"


def month(name: str) -> str:
    """`November 2026` for `2026-11`, or `2026 年 11 月` in Chinese."""
    year, number = name.split("-")
    return f"{year} 年 {int(number)} 月" if is_chinese() else f"{LONG_MONTHS[int(number) - 1]} {year}"


def month_name(name: str) -> str:
    """`November` for `2026-11`, or `11 月` in Chinese."""
    number = int(name.split("-")[1])
    return f"{number} 月" if is_chinese() else LONG_MONTHS[number - 1]


def moment(wall: str) -> str:
    """`21 Nov, 17:04` for a wall time with offset, or `11-21 17:04` in Chinese."""
    at = parse_wall(wall)
    return wall if at is None else f"{short_date(at.date())}{' ' if is_chinese() else ', '}{at:%H:%M}"


def full_moment(wall: str) -> str:
    """`21 Nov 2026, 17:04:09 +08:00`, or `2026-11-21 17:04:09 +08:00` in Chinese."""
    at = parse_wall(wall)
    if at is None:
        return wall
    offset = at.strftime("%z")
    return f"{date(at.date())}{' ' if is_chinese() else ', '}{at:%H:%M:%S} {offset[:3]}:{offset[3:5]}"


def day_of(wall: str) -> str:
    """`21 Nov` for a wall time; the text itself where an entry says no time."""
    at = parse_wall(wall)
    return wall if at is None else short_date(at.date())


def number(count: float) -> str:
    """`1,284`."""
    return f"{count:,}"


def listed(parts: list[str]) -> str:
    """`a, b, c`, or `a、b、c` in Chinese."""
    return ("、" if is_chinese() else ", ").join(parts)


def clauses(parts: list[str]) -> str:
    """Parts of one sentence: `a, b`, or `a，b` in Chinese."""
    return ("，" if is_chinese() else ", ").join(parts)


def joined(*parts: str) -> str:
    """`Cycle 1 · evaluation`: what stands beside each other in a line; empty parts are left out."""
    return " · ".join(part for part in parts if part)


def sentences(*parts: str) -> str:
    """Sentences one after the other; between Chinese ones there is no space."""
    return ("" if is_chinese() else " ").join(part for part in parts if part)


def counted(count: int, one: str, many: str) -> str:
    """`1 entry` or `12 entries`: `many` has a place `{n}`."""
    return one if count == 1 else many.format(n=number(count))
