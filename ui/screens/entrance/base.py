"""Base class of the screens before sign-in."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from ui.look import style
from ui.look.style import Tone
from ui.widgets.labels import IconView, label

LEFT = 440
FORM = 360


class SideColumn(QFrame):
    """The dark column."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "rail")
        self.setFixedWidth(LEFT)
        column = QVBoxLayout(self)
        column.setContentsMargins(44, 52, 44, 52)
        column.setSpacing(4)
        name = label("Sitebook", tone=Tone.RAIL_HERE)
        name.setFont(style.font(26, bold=True))
        name.setStyleSheet("font-size: 26px; font-weight: 600;")
        self._first = label(tone=Tone.RAIL_HERE, wrap=True)
        self._second = label(tone=Tone.RAIL, wrap=True)
        column.addWidget(name)
        column.addSpacing(4)
        column.addWidget(self._first)
        column.addWidget(self._second)
        column.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(IconView("lock", Tone.RAIL))
        self._foot = label(tone=Tone.RAIL, wrap=True)
        foot.addWidget(self._foot, 1)
        column.addLayout(foot)

    def say(self, first: str, second: str, foot: str) -> None:
        """Say where one is."""
        self._first.setText(first)
        self._second.setText(second)
        self._foot.setText(foot)


class Entrance(QWidget):
    """A screen before anyone is signed in."""

    entered = Signal(object)
    """Someone is signed in and wants to go to a `Place` (or None: to Today)."""
    language_wished = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.side = SideColumn()
        row.addWidget(self.side)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._page = QWidget()
        self._page.setProperty("kind", "page")
        # Beside each other, not under: so the form has the whole height to lay its sentences out in.
        self._middle = QHBoxLayout(self._page)
        self._middle.setContentsMargins(style.MARGIN, style.MARGIN, style.MARGIN, style.MARGIN)
        self._area.setWidget(self._page)
        row.addWidget(self._area, 1)

    def set_form(self, form: QWidget, width: int = FORM) -> None:
        """The form in the middle."""
        form.setFixedWidth(width)
        self._middle.addStretch(1)
        self._middle.addWidget(form)
        self._middle.addStretch(1)

    def retranslate(self) -> None:
        """Set every text anew."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()


def column(*parts: QWidget | QLayout, spacing: int = 14) -> QWidget:
    """Parts under each other, in a widget of their own."""
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
    return made


def centred(form: QWidget) -> QWidget:
    """A form in the middle of whatever height there is."""
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addStretch(1)
    layout.addWidget(form)
    layout.addStretch(1)
    return made


class Links(QWidget):
    """Ways out that are seldom taken, in a row with dots between them."""

    def __init__(self, buttons: tuple[QWidget, ...]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._dots: dict[QWidget, QWidget] = {}
        for button in buttons:
            dot = label("·", tone=Tone.FAINT)
            row.addWidget(dot)
            row.addWidget(button)
            self._dots[button] = dot
        row.addStretch(1)
        self.show_only(buttons)

    def show_only(self, buttons: tuple[QWidget, ...]) -> None:
        """Leave only these."""
        for button, dot in self._dots.items():
            button.setVisible(button in buttons)
            dot.setVisible(button in buttons[1:])
