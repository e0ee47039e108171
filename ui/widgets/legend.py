"""What the signs of a form's state mean."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ui.look import vocabulary
from ui.look.icons import Sign
from ui.look.style import Tone
from ui.widgets.labels import IconView, label


class Legend(QWidget):
    """The signs in a row, each with its words."""

    def __init__(self, signs: tuple[Sign, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 9)
        row.setSpacing(6)
        self._words: list[tuple[Sign, QLabel]] = []
        for sign in signs:
            row.addWidget(IconView(sign.icon, sign.tone))
            shown = label(kind="small", tone=Tone.SECONDARY)
            row.addWidget(shown)
            row.addSpacing(10)
            self._words.append((sign, shown))
        row.addStretch(1)
        self.retranslate()

    def retranslate(self) -> None:
        """Set the words anew."""
        for sign, shown in self._words:
            shown.setText(vocabulary.sign_words(sign))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
