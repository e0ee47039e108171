"""Buttons: one primary on a screen, the others plain; each may show its key."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from ui.look import icons, style
from ui.look.style import Tone
from ui.widgets.drawing import draw_text

PADDING = 13
ICON_GAP = 8
HINT_GAP = 7


class Button(QPushButton):
    """A button with an icon and the name of its key. Enter presses it when it has the focus."""

    def __init__(
        self,
        text: str = "",
        *,
        name: str,
        kind: str = "",
        icon: str = "",
        hint: str = "",
        tone: Tone = Tone.INK,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setObjectName(name)
        self._icon = icon
        self._hint = hint
        self._tone = tone
        self._kind = kind
        self._height = style.BUTTON
        if kind:
            self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @property
    def hint(self) -> str:
        """The key that does the same."""
        return self._hint

    def set_hint(self, hint: str) -> None:
        """Show another key."""
        self._hint = hint
        self.updateGeometry()
        self.update()

    def set_icon(self, name: str, tone: Tone | None = None) -> None:
        """Show another icon."""
        self._icon = name
        self._tone = self._tone if tone is None else tone
        self.updateGeometry()
        self.update()

    def make_wide(self, height: int = style.BUTTON) -> None:
        """Fill the width of the form that it ends."""
        self._height = height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # Above what the style sheet says, which holds for all other buttons.
        self.setStyleSheet(f"min-height: {height - 2}px;")

    def sizeHint(self) -> QSize:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        padding = {"plain": 7, "link": 0}.get(self._kind, PADDING)
        metrics = self.fontMetrics()
        width = 2 * padding + metrics.horizontalAdvance(self.text())
        if self._icon:
            width += style.ICON + (ICON_GAP if self.text() else 0)
        if self._hint:
            width += HINT_GAP + self._hint_width()
        return QSize(width, 24 if self._kind == "link" else self._height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        ink, hint_ink, icon_tone = self._inks()
        metrics = self.fontMetrics()
        text_width = metrics.horizontalAdvance(self.text())
        width = text_width
        if self._icon:
            width += style.ICON + (ICON_GAP if self.text() else 0)
        if self._hint:
            width += HINT_GAP + self._hint_width()
        x = (self.width() - width) / 2
        if self._icon:
            top = (self.height() - style.ICON) / 2
            icons.paint(painter, self._icon, QRectF(x, top, style.ICON, style.ICON), icon_tone)
            x += style.ICON + ICON_GAP
        painter.setPen(ink)
        painter.drawText(QRectF(x, 0, text_width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._hint:
            self._paint_hint(painter, x + text_width + HINT_GAP, hint_ink)

    def _inks(self) -> tuple[QColor, QColor, Tone]:
        c = style.colours()
        if not self.isEnabled():
            return QColor(c.faint), QColor(c.faint), Tone.FAINT
        if self._kind == "primary":
            return QColor(c.on_accent), QColor(c.on_accent_hint), Tone.ON_ACCENT
        if self._kind == "link":
            leads = self.hasFocus() or self._tone is Tone.ACCENT
            return QColor(c.accent if leads else c.secondary), QColor(c.faint), Tone.SECONDARY
        return QColor(c.ink_of(self._tone)), QColor(c.secondary), self._tone

    def _hint_width(self) -> int:
        if self._kind == "primary":
            return self.fontMetrics().horizontalAdvance(self._hint)
        return QFontMetrics(style.font(style.HINT)).horizontalAdvance(self._hint) + 9

    def _paint_hint(self, painter: QPainter, x: float, ink: QColor) -> None:
        if self._kind == "primary":
            painter.setPen(ink)
            draw_text(painter, self.rect().toRectF(), self._hint, x)
            return
        painter.setFont(style.font(style.HINT))
        rect = QRectF(x + 0.5, (self.height() - 17) / 2, self._hint_width(), 17)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(style.colours().line), 1))
        painter.drawRoundedRect(rect, 3, 3)
        painter.setPen(ink)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._hint)


def primary(text: str = "", *, name: str, icon: str = "", hint: str = "") -> Button:
    """The one button of a screen that goes on."""
    return Button(text, name=name, kind="primary", icon=icon, hint=hint)


def secondary(text: str = "", *, name: str, icon: str = "", hint: str = "") -> Button:
    """Any other button."""
    return Button(text, name=name, icon=icon, hint=hint)


def plain(text: str = "", *, name: str, icon: str = "", tone: Tone = Tone.INK) -> Button:
    """A button without a frame, as in the top line."""
    return Button(text, name=name, kind="plain", icon=icon, tone=tone)


def link(text: str = "", *, name: str, tone: Tone = Tone.INK) -> Button:
    """A way out that is seldom taken, as a line of small text; one of the accent's tone leads to a thing named there."""
    return Button(text, name=name, kind="link", tone=tone)
