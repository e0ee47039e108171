"""The list of a form's pages, each with its state."""

from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout

from desktop.wizard.form_wizard import Page, PageState
from ui.look import icons, language, style
from ui.look.style import Tone
from ui.widgets.drawing import draw_text
from ui.widgets.labels import label

EDGE: Final = 14
BAR: Final = 3

_SIGNS: Final = {
    PageState.EMPTY: ("state-empty", Tone.FAINT),
    PageState.PARTIAL: ("state-draft", Tone.DUE),
    PageState.DONE: ("check", Tone.DONE),
    PageState.PROBLEM: ("warning", Tone.WRONG),
    PageState.CHECK: ("warning", Tone.DUE),
    PageState.SKIPPED: ("state-na", Tone.FAINT),
}


def state_words(state: PageState) -> str:
    """What a page's sign means."""
    translate = QCoreApplication.translate
    return {
        PageState.EMPTY: translate("PageList", "nothing yet"),
        PageState.PARTIAL: translate("PageList", "answers are missing"),
        PageState.DONE: translate("PageList", "all answered"),
        PageState.PROBLEM: translate("PageList", "something is wrong"),
        PageState.CHECK: translate("PageList", "a check to answer"),
        PageState.SKIPPED: translate("PageList", "does not apply"),
    }[state]


class _PageButton(QAbstractButton):
    """One page in the list."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.here = False
        self.setObjectName(f"to.{page.group}")
        self.setFixedHeight(style.ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        # The keys stay in the questions; Page Up and Page Down turn the pages.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.say(page, here=False)

    def say(self, page: Page, *, here: bool) -> None:
        """Show the page's state, and whether one is there."""
        self.page, self.here = page, here
        self.setText(language.words(page.title))
        self.setAccessibleName(language.joined(self.text(), state_words(page.state)))
        self.setToolTip(self.accessibleName())
        self.setEnabled(page.state is not PageState.SKIPPED)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(style.PAGES, style.ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        c = style.colours()
        if self.here:
            painter.fillRect(self.rect(), QColor(c.accent_ground))
            painter.fillRect(0, 0, BAR, self.height(), QColor(c.accent))
        elif self.underMouse() and self.isEnabled():
            painter.fillRect(self.rect(), QColor(c.hover))
        name, tone = _SIGNS[self.page.state]
        side = style.ICON
        icons.paint(painter, name, QRectF(EDGE, (self.height() - side) / 2, side, side), tone)
        painter.setFont(style.font(bold=self.here))
        painter.setPen(QColor(c.ink if self.here else c.secondary if self.isEnabled() else c.faint))
        left = EDGE + side + 8
        shown = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() - left - 8)
        draw_text(painter, QRectF(self.rect()), shown, left)
        if self.hasFocus():
            painter.setPen(QPen(QColor(c.focus), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def enterEvent(self, event: QEvent) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()


class PageList(QFrame):
    """The pages of the form."""

    wanted = Signal(str)
    """Group OID of the page to go to."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "column-left")
        self.setFixedWidth(style.PAGES)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 14, 1, 0)
        self._column.setSpacing(0)
        self._title = label(kind="small", tone=Tone.SECONDARY)
        self._title.setContentsMargins(EDGE, 0, EDGE, 6)
        self._column.addWidget(self._title)
        self._column.addStretch(1)
        self._buttons: list[_PageButton] = []

    def show_pages(self, pages: tuple[Page, ...], here: str) -> None:
        """Show the pages and where one is."""
        self._title.setText(self.tr("Pages"))
        if [button.page.group for button in self._buttons] != [page.group for page in pages]:
            for button in self._buttons:
                self._column.removeWidget(button)
                button.hide()
                button.deleteLater()
            self._buttons = [_PageButton(page) for page in pages]
            for number, button in enumerate(self._buttons, 1):
                button.clicked.connect(self._click)
                self._column.insertWidget(number, button)
        for button, page in zip(self._buttons, pages, strict=True):
            button.say(page, here=page.group == here)

    @Slot()
    def _click(self) -> None:
        sender = self.sender()
        if isinstance(sender, _PageButton):
            self.wanted.emit(sender.page.group)
