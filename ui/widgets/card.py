"""Cards, headers, and the empty state of a screen."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui.look import style
from ui.look.style import Tone
from ui.widgets.labels import ElidedLabel, IconView, label, set_tone

EDGE = 14


class Card(QFrame):
    """A face with a thin line around it and, mostly, a title. Its content goes into `body`."""

    def __init__(self, *, flush: bool = False, parent: QWidget | None = None) -> None:
        """A `flush` card lets its body touch its edges, as a table does."""
        super().__init__(parent)
        self.setProperty("kind", "card")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.setSpacing(0)
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(EDGE, 11, EDGE, 2)
        head.setSpacing(8)
        self._title = label(kind="section")
        self._count = label(tone=Tone.SECONDARY)
        head.addWidget(self._title)
        head.addWidget(self._count)
        head.addStretch(1)
        self.head = head
        """The line of the title: other things may be added at its end."""
        whole.addWidget(self._head)
        self._head.hide()
        self.body = QVBoxLayout()
        edge = 0 if flush else EDGE
        self.body.setContentsMargins(edge, 0 if flush else 6, edge, 0 if flush else 12)
        self.body.setSpacing(8)
        whole.addLayout(self.body)

    @property
    def title(self) -> str:
        """What it is about."""
        return self._title.text()

    def set_title(self, title: str, count: str = "") -> None:
        """Name the card; the count stands beside the name."""
        self._title.setText(title)
        self._count.setText(count)
        self._count.setVisible(bool(count))
        self._head.setVisible(bool(title))
        self.setAccessibleName(title)


class Header(QWidget):
    """The top of a screen: what it is, a sentence about it, and what can be done, the primary act last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(style.HEADER)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(style.MARGIN, 4, style.MARGIN, 0)
        self._row.setSpacing(12)
        self._title = label(kind="title")
        self._subtitle = ElidedLabel()
        self._subtitle.setProperty("tone", Tone.SECONDARY.value)
        self.beside = QHBoxLayout()
        """Chips beside the title."""
        self.beside.setSpacing(8)
        self._row.addWidget(self._title)
        self._row.addLayout(self.beside)
        self._row.addWidget(self._subtitle, 1)

    @property
    def title(self) -> str:
        """What the screen is."""
        return self._title.text()

    @property
    def subtitle(self) -> str:
        """The sentence beside the title."""
        return self._subtitle.whole

    def say(self, title: str, subtitle: str = "") -> None:
        """Name the screen."""
        self._title.setText(title)
        self._subtitle.setText(subtitle)

    def add_action(self, widget: QWidget) -> None:
        """Add something that can be done, at the right."""
        self._row.addWidget(widget)


class EmptyState(QWidget):
    """Says that there is nothing, and what would bring something."""

    def __init__(self, icon: str = "check", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QHBoxLayout(self)
        column.setContentsMargins(EDGE, 10, EDGE, 14)
        column.setSpacing(8)
        column.addWidget(IconView(icon, Tone.FAINT), 0, Qt.AlignmentFlag.AlignVCenter)
        self._text = label(tone=Tone.SECONDARY, wrap=True)
        column.addWidget(self._text, 1)

    def say(self, text: str) -> None:
        """Say it."""
        self._text.setText(text)
        self.setAccessibleName(text)


class _Fact(QWidget):
    """A name at the left, its value at the right."""

    def __init__(self, shares: tuple[int, int]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.name = label(kind="small", tone=Tone.SECONDARY, wrap=True)
        self.value = label(kind="small", wrap=True)
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self.name, shares[0], Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.value, shares[1])


class Facts(QWidget):
    """Names and values under each other, as in the evidence column."""

    def __init__(self, shares: tuple[int, int] = (3, 2), parent: QWidget | None = None) -> None:
        """`shares` is how name and value share the width out."""
        super().__init__(parent)
        self._shares = shares
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)
        self._rows: list[_Fact] = []

    def show_facts(self, facts: tuple[tuple[str, str], ...], wrong: frozenset[str] = frozenset()) -> None:
        """Show (name, value); the values of the names in `wrong` need someone to look at them."""
        while len(self._rows) > len(facts):
            row = self._rows.pop()
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        while len(self._rows) < len(facts):
            row = _Fact(self._shares)
            self._column.addWidget(row)
            self._rows.append(row)
        for row, (name, value) in zip(self._rows, facts, strict=True):
            row.name.setText(name)
            row.value.setText(value)
            set_tone(row.value, Tone.WRONG if name in wrong else Tone.INK)
