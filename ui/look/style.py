"""Colours by role, measures, fonts and the style sheet.

Colours are data. Whoever paints asks `colours()` at the moment of painting, so a change of theme
needs no more than a repaint; whoever holds a tinted picture makes it anew on a `PaletteChange`.
"""

import enum
from typing import ClassVar, Final, NamedTuple

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

# Measures, in logical pixels.
TEXT: Final = 13
SMALL: Final = 12
HINT: Final = 11
SECTION: Final = 13
TITLE: Final = 18
NUMBER: Final = 24
UNIT: Final = 4
GAP: Final = 16
MARGIN: Final = 20
RADIUS: Final = 4
CARD_RADIUS: Final = 6
ROW: Final = 32
FIELD: Final = 32
BUTTON: Final = 30
QUESTION: Final = 44
RAIL: Final = 176
RAIL_FOLDED: Final = 56
TOP_LINE: Final = 44
HEADER: Final = 54
FOOTER: Final = 52
PAGES: Final = 212
EVIDENCE: Final = 288
SIDE: Final = 290
ICON: Final = 16
FOLD_BELOW: Final = 1200
WINDOW_SIZE: Final = (1366, 768)
PAGES_FOLD_BELOW: Final = 1000
"""Narrower windows have the list of a form's pages in a menu."""
MIN_SIZE: Final = (900, 500)
"""Less than 960 x 540: what a full-HD screen has at 200 %, and one of 1366 x 768 about at 150 %."""

FAMILIES: Final = (
    "Noto Sans",
    # Named, because a bare fallback may draw Chinese in its Japanese forms.
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Segoe UI",
    "Microsoft YaHei UI",
    "PingFang SC",
    "WenQuanYi Micro Hei",
)


class Tone(enum.StrEnum):
    """What a text or a sign says by its colour; never by the colour alone."""

    INK = "ink"
    SECONDARY = "secondary"
    FAINT = "faint"
    DONE = "done"
    DUE = "due"
    WRONG = "wrong"
    QUERY = "query"
    SECOND = "second"
    ACCENT = "accent"
    ON_ACCENT = "on_accent"
    ON_BAND = "rail_here_ink"
    """On the band of a second entry, in both themes."""
    RAIL = "rail_ink"
    RAIL_HERE = "rail_here_ink"


class Colours(NamedTuple):
    """One theme: a colour for each role, as #RRGGBB."""

    ink: str
    secondary: str
    faint: str
    line: str
    row_line: str
    field_line: str
    face: str
    ground: str
    hover: str
    rail: str
    rail_ink: str
    rail_here: str
    rail_here_ink: str
    rail_bar: str
    rail_count: str
    done: str
    done_ground: str
    due: str
    due_ground: str
    wrong: str
    wrong_ground: str
    query: str
    query_ground: str
    second: str
    second_ground: str
    second_band: str
    neutral_ground: str
    accent: str
    accent_pressed: str
    accent_ground: str
    on_accent: str
    on_accent_hint: str
    focus: str

    def ink_of(self, tone: Tone) -> str:
        """The colour of text and signs of this tone."""
        return getattr(self, tone.value)

    def ground_of(self, tone: Tone) -> str:
        """The ground on which a chip or a message of this tone stands."""
        return getattr(self, f"{tone.value}_ground", self.neutral_ground)


LIGHT: Final = Colours(
    ink="#17212B",
    secondary="#4D5966",
    faint="#65707B",
    line="#D9DFE5",
    row_line="#EAEEF1",
    field_line="#B8C2CC",
    face="#FFFFFF",
    ground="#F3F5F7",
    hover="#F3F8F9",
    rail="#12313B",
    rail_ink="#D3DEE2",
    rail_here="#24414A",
    rail_here_ink="#FFFFFF",
    rail_bar="#5CC4D6",
    rail_count="#3A555E",
    done="#23743A",
    done_ground="#E4F3E8",
    due="#9A5300",
    due_ground="#FDF0DC",
    wrong="#B42318",
    wrong_ground="#FDECEA",
    query="#1B5A9E",
    query_ground="#E7F0FA",
    second="#5B3CC4",
    second_ground="#EEEAFB",
    second_band="#5B3CC4",
    neutral_ground="#E8ECEF",
    accent="#0B6A7D",
    accent_pressed="#095767",
    accent_ground="#E1F1F4",
    on_accent="#FFFFFF",
    on_accent_hint="#CFE5E9",
    focus="#1C7ED6",
)

DARK: Final = Colours(
    ink="#E6EBEF",
    secondary="#A9B5BF",
    faint="#8A97A2",
    line="#36424C",
    row_line="#2A353E",
    field_line="#4A5863",
    face="#1D262D",
    ground="#151C22",
    hover="#222C34",
    rail="#0D2028",
    rail_ink="#C3CFD5",
    rail_here="#1E3138",
    rail_here_ink="#FFFFFF",
    rail_bar="#5CC4D6",
    rail_count="#2F444C",
    done="#6CC487",
    done_ground="#173323",
    due="#E5A750",
    due_ground="#3A2B13",
    wrong="#FF8F85",
    wrong_ground="#43201D",
    query="#84B6EE",
    query_ground="#19304A",
    second="#B3A0F5",
    second_ground="#2C2550",
    second_band="#4A2FA8",
    neutral_ground="#2C3740",
    accent="#4FB3C6",
    accent_pressed="#6BC4D5",
    accent_ground="#173A43",
    on_accent="#0D2028",
    on_accent_hint="#12343F",
    focus="#5AA9F0",
)


class Choice(enum.StrEnum):
    """Which theme the person wants."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def font(size: int = TEXT, *, bold: bool = False) -> QFont:
    """The font of the windows; digits have one width, so that columns of numbers align."""
    made = QFont()
    made.setFamilies(list(FAMILIES))
    made.setPixelSize(size)
    made.setFeature(QFont.Tag("tnum"), 1)
    if bold:
        made.setWeight(QFont.Weight.DemiBold)
    return made


class Theme(QObject):
    """Puts the colours on the whole application, and follows the system where that is wished."""

    present: ClassVar[Colours] = LIGHT
    """The colours at this moment: one application, one theme."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self.choice = Choice.SYSTEM
        application.setStyle("Fusion")
        application.setFont(font())
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self.choose(Choice.SYSTEM)

    def choose(self, choice: Choice) -> None:
        """Take a theme, or the system's own."""
        self.choice = choice
        scheme = {
            Choice.SYSTEM: Qt.ColorScheme.Unknown,
            Choice.LIGHT: Qt.ColorScheme.Light,
            Choice.DARK: Qt.ColorScheme.Dark,
        }[choice]
        # Lets the frame that the system draws around the window go with it.
        QGuiApplication.styleHints().setColorScheme(scheme)
        self._apply()

    @Slot()
    def _follow(self) -> None:
        if self.choice is Choice.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        dark = self.choice is Choice.DARK or (
            self.choice is Choice.SYSTEM and QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        )
        Theme.present = DARK if dark else LIGHT
        self._application.setPalette(palette(Theme.present))
        self._application.setStyleSheet(style_sheet(Theme.present))


def theme() -> Theme:
    """The application's theme; made at the first call."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise TypeError("There is no application with windows yet.")
    found = application.findChild(Theme)
    return found if found is not None else Theme(application)


def colours() -> Colours:
    """The colours at this moment."""
    return Theme.present


def colour(tone: Tone) -> QColor:
    """The colour of a tone at this moment."""
    return QColor(colours().ink_of(tone))


def set_kind(widget: QWidget, **properties: str | bool) -> None:
    """Give a widget the properties by which the style sheet knows it, and draw it so."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def palette(c: Colours) -> QPalette:
    """What Fusion draws by itself, in our colours."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: c.ground,
        QPalette.ColorRole.WindowText: c.ink,
        QPalette.ColorRole.Base: c.face,
        QPalette.ColorRole.AlternateBase: c.ground,
        QPalette.ColorRole.Text: c.ink,
        QPalette.ColorRole.Button: c.face,
        QPalette.ColorRole.ButtonText: c.ink,
        QPalette.ColorRole.PlaceholderText: c.faint,
        QPalette.ColorRole.Highlight: c.accent,
        QPalette.ColorRole.HighlightedText: c.on_accent,
        QPalette.ColorRole.Accent: c.accent,
        QPalette.ColorRole.Link: c.accent,
        QPalette.ColorRole.ToolTipBase: c.face,
        QPalette.ColorRole.ToolTipText: c.ink,
        QPalette.ColorRole.Light: c.face,
        QPalette.ColorRole.Midlight: c.line,
        QPalette.ColorRole.Mid: c.line,
        QPalette.ColorRole.Dark: c.field_line,
        QPalette.ColorRole.Shadow: c.field_line,
    }
    for role, value in roles.items():
        made.setColor(role, QColor(value))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(c.faint))
    return made


def style_sheet(c: Colours) -> str:
    """The one style sheet. Widgets are told apart by the properties that `set_kind` gives."""
    tones = "".join(f'QLabel[tone="{tone.value}"] {{ color: {c.ink_of(tone)}; }}\n' for tone in Tone)
    return f"""
QToolTip {{ background: {c.face}; color: {c.ink}; border: 1px solid {c.line}; padding: 4px 6px; }}
{tones}
QLabel[kind="title"] {{ font-size: {TITLE}px; font-weight: 600; }}
QLabel[kind="section"] {{ font-size: {SECTION}px; font-weight: 600; }}
QLabel[kind="small"] {{ font-size: {SMALL}px; }}
QLabel[kind="number"] {{ font-size: {NUMBER}px; font-weight: 600; }}
QLabel[kind="key"] {{
    font-size: {HINT}px; color: {c.secondary}; background: {c.face};
    border: 1px solid {c.line}; border-radius: 3px; padding: 0 4px;
}}
QFrame[kind="card"] {{
    background: {c.face}; border: 1px solid {c.line}; border-radius: {CARD_RADIUS}px;
}}
QWidget[kind="face"] {{ background: {c.face}; }}
QWidget[kind="ground"] {{ background: {c.ground}; }}
QFrame[kind="line"] {{ background: {c.line}; border: none; }}
QFrame[kind="top"] {{ background: {c.face}; border: none; border-bottom: 1px solid {c.line}; }}
QFrame[kind="bottom"] {{ background: {c.face}; border: none; border-top: 1px solid {c.line}; }}
QFrame[kind="column-left"] {{ background: {c.face}; border: none; border-right: 1px solid {c.line}; }}
QFrame[kind="column-right"] {{ background: {c.face}; border: none; border-left: 1px solid {c.line}; }}
QFrame[kind="rail"] {{ background: {c.rail}; border: none; }}
QFrame[kind="band"] {{ background: {c.second_band}; border: none; }}

QPushButton {{
    background: {c.face}; color: {c.ink}; border: 1px solid {c.line};
    border-radius: {RADIUS}px; padding: 0 12px; min-height: {BUTTON - 2}px;
}}
QPushButton:hover {{ background: {c.hover}; }}
QPushButton:pressed {{ background: {c.neutral_ground}; }}
QPushButton:focus {{ border: 2px solid {c.focus}; padding: 0 11px; min-height: {BUTTON - 4}px; }}
QPushButton:disabled {{ color: {c.faint}; }}
QPushButton[kind="primary"] {{
    background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent};
}}
QPushButton[kind="primary"]:hover, QPushButton[kind="primary"]:pressed {{
    background: {c.accent_pressed}; border-color: {c.accent_pressed};
}}
QPushButton[kind="primary"]:focus {{ border: 2px solid {c.focus}; }}
QPushButton[kind="primary"]:disabled {{
    background: {c.neutral_ground}; color: {c.faint}; border-color: {c.neutral_ground};
}}
QPushButton[kind="plain"] {{
    background: transparent; border: 1px solid transparent; padding: 0 6px;
}}
QPushButton[kind="plain"]:hover {{ background: {c.neutral_ground}; }}
QPushButton[kind="plain"]:focus {{ border: 2px solid {c.focus}; padding: 0 5px; }}
QPushButton[kind="plain"]::menu-indicator {{ width: 0; }}
QPushButton[kind="link"] {{
    background: transparent; border: none; padding: 0; font-size: {SMALL}px; min-height: 22px;
}}

QLineEdit, QPlainTextEdit, QComboBox {{
    background: {c.face}; color: {c.ink}; border: 1px solid {c.field_line};
    border-radius: {RADIUS}px; padding: 0 9px; min-height: {FIELD - 2}px;
    selection-background-color: {c.accent}; selection-color: {c.on_accent};
}}
QPlainTextEdit {{ padding: 4px 5px; }}
QLineEdit:focus, QComboBox:focus {{
    border: 2px solid {c.focus}; padding: 0 8px; min-height: {FIELD - 4}px;
}}
QPlainTextEdit:focus {{ border: 2px solid {c.focus}; padding: 3px 4px; }}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled,
QLineEdit:read-only, QPlainTextEdit:read-only {{
    background: {c.ground}; color: {c.secondary}; border-color: {c.line};
}}
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"], QComboBox[wrong="true"] {{
    background: {c.wrong_ground}; border-color: {c.wrong};
}}
QLineEdit[tall="true"], QComboBox[tall="true"] {{ min-height: 34px; }}
QLineEdit[tall="true"]:focus, QComboBox[tall="true"]:focus {{ min-height: 32px; }}
QLineEdit[kind="find"] {{ border-color: {c.line}; padding-left: 0; min-height: 26px; }}
QLineEdit[kind="find"]:focus {{ border-color: {c.focus}; min-height: 24px; }}
QComboBox::drop-down {{ border: none; width: 26px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{
    background: {c.face}; color: {c.ink}; border: 1px solid {c.line};
    selection-background-color: {c.accent_ground}; selection-color: {c.ink}; outline: 0;
}}

QTableView {{
    background: transparent; border: none; outline: 0;
    selection-background-color: transparent; selection-color: {c.ink};
}}
QTableView[kind="titles"] {{ background: {c.face}; border-right: 1px solid {c.line}; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{
    background: transparent; color: {c.secondary}; border: none;
    border-bottom: 1px solid {c.line}; padding: 0 10px; font-size: {SMALL}px; font-weight: 400;
}}
QTableCornerButton::section {{ background: {c.face}; border: none; border-bottom: 1px solid {c.line}; }}
QScrollArea {{ background: transparent; border: none; }}
QScrollArea > QWidget > QWidget[kind="page"] {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {c.field_line}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QProgressBar {{
    background: {c.neutral_ground}; border: none; border-radius: 3px;
    min-height: 6px; max-height: 6px;
}}
QProgressBar#busy {{ background: transparent; border-radius: 0; min-height: 2px; max-height: 2px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
QMenu {{ background: {c.face}; color: {c.ink}; border: 1px solid {c.line}; padding: 4px 0; }}
QMenu::item {{ padding: 6px 28px 6px 12px; }}
QMenu::item:selected {{ background: {c.accent_ground}; color: {c.ink}; }}
QMenu::item:disabled {{ color: {c.faint}; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 0; }}
QDialog {{ background: {c.face}; }}
"""
