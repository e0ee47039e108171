"""What is asked when a person goes away from answers that could not be kept."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import SitebookError
from ui.look import language
from ui.look.style import Tone
from ui.widgets.buttons import primary, secondary
from ui.widgets.labels import label
from ui.widgets.message import Message

WIDTH = 520


class UnkeptDialog(QDialog):
    """The answers are in memory only: stay, try to keep them again, or leave and lose them."""

    again = Signal()
    """Try to keep them once more, and go on when they are kept."""
    lost = Signal()
    """Leave all the same."""

    def __init__(self, count: int, error: Exception | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("unkept")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH)
        self.setWindowTitle(self.tr("Not kept"))
        one = self.tr("1 answer is not kept: it is in the memory of this computer only.")
        many = self.tr("{n} answers are not kept: they are in the memory of this computer only.")
        said = label(language.counted(count, one, many), kind="section", wrap=True)
        why = Message()
        self.stay = primary(self.tr("Stay"), name="unkept.stay", hint="Esc")
        self.retry = secondary(self.tr("Try again"), name="unkept.retry")
        one, many = self.tr("Leave and lose 1 answer"), self.tr("Leave and lose {n} answers")
        self.lose = secondary(language.counted(count, one, many), name="unkept.lose")
        self.stay.clicked.connect(self.reject)
        self.retry.clicked.connect(self._try)
        self.lose.clicked.connect(self._lose)
        row = QHBoxLayout()
        row.addWidget(self.lose)
        row.addStretch(1)
        row.addWidget(self.retry)
        row.addWidget(self.stay)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(14)
        column.addWidget(said)
        column.addWidget(why)
        column.addLayout(row)
        if isinstance(error, SitebookError):
            why.say(Tone.WRONG, language.sentence(error))
        self.stay.setFocus()

    def _try(self) -> None:
        self.accept()
        self.again.emit()

    def _lose(self) -> None:
        self.accept()
        self.lost.emit()
