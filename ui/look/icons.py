"""Icons, tinted by role, and the signs of a form's state."""

import enum
import functools
from collections.abc import Mapping
from importlib import resources
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.look import style
from ui.look.style import Tone

APPLICATION_SIZES: Final = (16, 24, 32, 48, 64, 128, 256)


@functools.cache
def _drawing(name: str) -> str:
    return resources.files("resources").joinpath("icons", f"{name}.svg").read_text("utf-8")


@functools.lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))


def paint(painter: QPainter, name: str, rect: QRectF, tone: Tone) -> None:
    """Draw an icon into a rectangle, in the colours of this moment."""
    _renderer(name, style.colours().ink_of(tone)).render(painter, rect)


def pixmap(name: str, tone: Tone = Tone.INK, size: int = style.ICON, ratio: float = 2.0) -> QPixmap:
    """A tinted picture, sharp up to `ratio` device pixels for each logical one."""
    made = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    paint(painter, name, QRectF(0, 0, made.width(), made.height()), tone)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def icon(name: str, tone: Tone = Tone.INK) -> QIcon:
    """A tinted icon. Make it anew on a `PaletteChange`: it keeps the colour that it was made in."""
    return QIcon(pixmap(name, tone))


def application_icon() -> QIcon:
    """The program's own icon, in the sizes that systems ask for."""
    drawing = resources.files("resources").joinpath("application.svg").read_bytes()
    renderer = QSvgRenderer(QByteArray(drawing))
    made = QIcon()
    for side in APPLICATION_SIZES:
        picture = QPixmap(side, side)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        renderer.render(painter)
        painter.end()
        made.addPixmap(picture)
    return made


class Sign(enum.Enum):
    """What a form's sign says: the icon and its tone. The words are in `ui.look.vocabulary.sign_words`."""

    EMPTY = ("state-empty", Tone.FAINT)
    DRAFT = ("state-draft", Tone.DUE)
    ENTERED = ("state-entered", Tone.ACCENT)
    AWAITS_SECOND = ("state-twice", Tone.SECOND)
    TWICE = ("state-twice", Tone.DONE)
    FLAG = ("state-flag", Tone.WRONG)
    QUERY = ("state-flag", Tone.QUERY)
    SIGNED = ("state-signed", Tone.DONE)
    LOCKED = ("state-locked", Tone.DONE)
    DUE = ("state-due", Tone.DUE)
    OVERDUE = ("state-due", Tone.WRONG)
    MISSED = ("state-missed", Tone.SECONDARY)
    NOT_APPLICABLE = ("state-na", Tone.FAINT)

    @property
    def icon(self) -> str:
        """Name of the drawing."""
        return self.value[0]

    @property
    def tone(self) -> Tone:
        """Its colour."""
        return self.value[1]


SIGN_OF_STATE: Final[Mapping[str, Sign]] = {
    "incomplete": Sign.DRAFT,
    "complete": Sign.ENTERED,
    "awaiting_second": Sign.AWAITS_SECOND,
    "discrepant": Sign.FLAG,
    "verified": Sign.TWICE,
    "signed": Sign.SIGNED,
    "locked": Sign.LOCKED,
}
"""The sign of a form that has an entry, by its `FormState`, which is not imported for the first window's sake."""
