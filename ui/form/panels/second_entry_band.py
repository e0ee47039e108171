"""The band over a second entry: it is there for as long as the second entry lasts."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from ui.look import style
from ui.look.style import Tone
from ui.widgets.labels import IconView, label

HEIGHT = 34


class SecondEntryBand(QFrame):
    """Says, over the whole width, that what is typed here is the second entry, made blind."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style.set_kind(self, kind="band")
        self.setObjectName("second_entry_band")
        self.setMinimumHeight(HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(style.MARGIN, 0, style.MARGIN, 0)
        row.setSpacing(10)
        self._title = label(tone=Tone.ON_BAND)
        self._title.setFont(style.font(bold=True))
        self._text = label(tone=Tone.ON_BAND)
        row.addWidget(IconView("state-twice", Tone.ON_BAND))
        row.addWidget(self._title)
        row.addWidget(self._text)
        row.addStretch(1)
        self.retranslate()
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty where it is not there."""
        return "" if self.isHidden() else f"{self._title.text()} {self._text.text()}"

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Say it in the language of now."""
        self._title.setText(self.tr("Second entry (blind)"))
        self._text.setText(
            self.tr("Enter from the source documents alone. The first entry is not visible until both are complete.")
        )
