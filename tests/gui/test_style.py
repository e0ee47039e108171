"""Colours that can be read, fonts that carry both languages, icons that can be tinted."""

from importlib import resources

import pytest
from PySide6.QtGui import QFontMetrics, QImage, QTextLayout
from PySide6.QtWidgets import QApplication, QLabel

from desktop.views.forms import FormState
from ui.look import icons, style
from ui.look.icons import SIGN_OF_STATE, Sign
from ui.look.style import DARK, LIGHT, Choice, Colours, Tone

TONES_ON_GROUNDS = (Tone.DONE, Tone.DUE, Tone.WRONG, Tone.QUERY, Tone.SECOND, Tone.ACCENT)
ICONS = sorted(
    file.name.removesuffix(".svg")
    for file in resources.files("resources").joinpath("icons").iterdir()
    if file.name.endswith(".svg")
)


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("c", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_its_ground(c: Colours) -> None:
    pairs = [(c.ink_of(tone), c.ground_of(tone)) for tone in TONES_ON_GROUNDS]
    for ink in (c.ink, c.secondary, c.faint):
        pairs += [(ink, c.face), (ink, c.ground), (ink, c.hover)]
    pairs += [(c.ink_of(tone), c.face) for tone in TONES_ON_GROUNDS]
    pairs += [(c.ink, c.accent_ground), (c.secondary, c.accent_ground), (c.secondary, c.neutral_ground)]
    pairs += [(c.rail_ink, c.rail), (c.rail_here_ink, c.rail_here), (c.rail_here_ink, c.rail_count)]
    pairs += [(c.on_accent, c.accent), (c.on_accent, c.accent_pressed), (c.on_accent_hint, c.accent)]
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


def test_the_font_carries_chinese_in_its_chinese_forms(qapp: QApplication) -> None:
    metrics = QFontMetrics(style.font())
    for letter in "疗效评价直骨关Aé×⁹µ≥":
        assert metrics.inFontUcs4(ord(letter)), letter
    layout = QTextLayout("直骨", style.font())
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    families = {run.rawFont().familyName() for run in layout.glyphRuns()}
    assert not any("JP" in family or "KR" in family for family in families), families


def test_digits_have_one_width(qapp: QApplication) -> None:
    metrics = QFontMetrics(style.font())
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_takes_the_colour_of_its_role(qapp: QApplication, name: str) -> None:
    style.theme().choose(Choice.LIGHT)
    image = icons.pixmap(name, Tone.WRONG).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    drawn = {
        image.pixelColor(x, y).name().upper()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert drawn == {LIGHT.wrong}


def test_every_state_has_its_sign(qapp: QApplication) -> None:
    assert set(SIGN_OF_STATE) == set(FormState)
    assert all(sign.icon in ICONS for sign in (*SIGN_OF_STATE.values(), *Sign))


def test_a_theme_is_put_on_at_once(qapp: QApplication) -> None:
    shown = QLabel("x")
    shown.setProperty("tone", Tone.WRONG.value)
    for choice, colours in ((Choice.DARK, DARK), (Choice.LIGHT, LIGHT)):
        style.theme().choose(choice)
        shown.ensurePolished()
        assert style.colours() is colours
        assert shown.palette().windowText().color().name().upper() == colours.wrong
