"""Dates, numbers and sentences as people of each language write them; errors in both."""

import datetime

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.errors import RefusedError
from ui.look import language
from ui.look.language import Language
from ui.widgets.message import Message

DAY = datetime.date(2026, 11, 24)
WALL = "2026-11-21T17:04:09+08:00"


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (
            Language.ENGLISH,
            (
                "24 Nov",
                "24 Nov 2026",
                "Tuesday 24 November 2026",
                "21 Nov, 17:04",
                "November 2026",
                "a, b",
                "One. Two.",
            ),
        ),
        (
            Language.CHINESE,
            ("11-24", "2026-11-24", "2026-11-24 星期二", "11-21 17:04", "2026 年 11 月", "a、b", "One.Two."),
        ),
    ],
)
def test_each_language_writes_in_its_own_way(qapp: QApplication, chosen: Language, expected: tuple[str, ...]) -> None:
    language.translator().choose(chosen)
    assert (
        language.short_date(DAY),
        language.date(DAY),
        language.long_date(DAY),
        language.moment(WALL),
        language.month("2026-11"),
        language.listed(["a", "b"]),
        language.sentences("One.", "", "Two."),
    ) == expected


def test_a_moment_in_the_audit_trail_has_its_offset(qapp: QApplication) -> None:
    assert language.full_moment(WALL) == "21 Nov 2026, 17:04:09 +08:00"


def test_one_is_not_many(qapp: QApplication) -> None:
    counted = [language.counted(n, "1 entry", "{n} entries") for n in (0, 1, 2, 1284)]
    assert counted == ["0 entries", "1 entry", "2 entries", "1,284 entries"]


def test_texts_of_the_study_follow_the_language(qapp: QApplication) -> None:
    text = {"en": "Sex", "zh": "性别"}
    assert language.words(text) == "Sex"
    language.translator().choose(Language.CHINESE)
    assert language.words(text) == "性别"
    assert language.words({"en": "Only English"}) == "Only English"


def test_a_message_of_the_engine_changes_with_the_language(qapp: QApplication) -> None:
    window = QWidget()
    message = Message(window)
    message.say_error(RefusedError("The passphrase is too short. It needs at least {n} characters.", n=12))
    assert message._text.text() == "The passphrase is too short. It needs at least 12 characters."
    language.translator().choose(Language.CHINESE)
    QApplication.sendEvent(message, _language_change())
    assert message._text.text() == "口令太短，至少须 12 个字符。"
    window.deleteLater()


def test_a_fault_of_the_program_is_told_without_its_words(qapp: QApplication) -> None:
    window = QWidget()
    message = Message(window)
    message.say_error(KeyError("a subject's value"))
    assert "value" not in message._text.text()
    assert message._text.text().startswith("Something went wrong inside Sitebook.")
    window.deleteLater()


def _language_change() -> object:
    from PySide6.QtCore import QEvent

    return QEvent(QEvent.Type.LanguageChange)
