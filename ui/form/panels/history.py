"""The history of one item: old and new value, who, when, why, received by the centre or not."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.study.clinical_data import ItemPlace
from desktop.views.audit import Change
from desktop.wizard.form_wizard import FormWizard
from ui.look import language, style
from ui.look.style import Tone
from ui.look.vocabulary import value_words
from ui.widgets.buttons import plain
from ui.widgets.labels import IconView, label, line
from ui.widgets.message import Message

EDGE = 16


class HistoryColumn(QFrame):
    """Stands where the evidence stands, until it is closed."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "column-right")
        self.setFixedWidth(style.EVIDENCE)
        self.setObjectName("history")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title = label(kind="section", wrap=True)
        self._close = plain(name="history.close", icon="close")
        self._close.clicked.connect(self.closed)
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.message = Message()
        top = QHBoxLayout()
        top.setContentsMargins(EDGE, 8, 8, 0)
        top.addWidget(self._title, 1)
        top.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 0, 0, 0)
        whole.setSpacing(4)
        whole.addLayout(top)
        whole.addWidget(self.message)
        whole.addWidget(self._area, 1)
        self.lines: tuple[str, ...] = ()
        """What is shown, one text a change: newest first."""

    def show_changes(self, wizard: FormWizard, place: ItemPlace, changes: tuple[Change, ...]) -> None:
        """Show every change of one item, the newest first."""
        item = wizard.definition.items[place.item]
        self.message.clear()
        self._close.setAccessibleName(self.tr("Close the history"))
        self._close.setToolTip(self.tr("Close (Esc)"))
        self._title.setText(self.tr("History of {item}").format(item=language.words(item.question)))
        inner = QWidget()
        inner.setProperty("kind", "page")
        column = QVBoxLayout(inner)
        column.setContentsMargins(EDGE, 4, EDGE, EDGE)
        column.setSpacing(8)
        told: list[str] = []
        for change in reversed(changes):
            told.append(self._add_change(column, wizard, change))
            column.addWidget(line())
        if not changes:
            column.addWidget(label(self.tr("Nothing was recorded here yet."), tone=Tone.SECONDARY, wrap=True))
        column.addStretch(1)
        self.lines = tuple(told)
        self.setAccessibleName(self._title.text())
        self.setAccessibleDescription("; ".join(told))
        old = self._area.takeWidget()
        if old is not None:
            old.deleteLater()
        self._area.setWidget(inner)

    def _add_change(self, column: QVBoxLayout, wizard: FormWizard, change: Change) -> str:
        item = wizard.definition.items[change.item]
        new = value_words(wizard.definition, item, change.new) if change.new else self.tr("cleared")
        what = f"{value_words(wizard.definition, item, change.old)} → {new}" if change.old else new
        column.addWidget(label(what, wrap=True))
        who = language.joined(change.user, language.full_moment(change.wall))
        column.addWidget(label(who, kind="small", tone=Tone.SECONDARY, wrap=True))
        if change.reason:
            reason = self.tr("Reason: {reason}").format(reason=change.reason)
            column.addWidget(label(reason, kind="small", tone=Tone.SECONDARY, wrap=True))
        if change.clock_behind:
            behind = self.tr("This computer's clock had been set back.")
            column.addWidget(label(behind, kind="small", tone=Tone.DUE, wrap=True))
        row = QHBoxLayout()
        row.setSpacing(6)
        tone = Tone.DONE if change.received else Tone.SECONDARY
        row.addWidget(IconView("check" if change.received else "computer", tone))
        state = self.tr("received by the centre") if change.received else self.tr("recorded on this computer")
        row.addWidget(label(state, kind="small", tone=tone))
        row.addStretch(1)
        column.addLayout(row)
        return f"{what} {who} {change.reason}".strip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The column scrolls by keys; it holds nothing else that wants them."""
        bar = self._area.verticalScrollBar()
        if event.key() == Qt.Key.Key_Down:
            bar.setValue(bar.value() + style.ROW)
        elif event.key() == Qt.Key.Key_Up:
            bar.setValue(bar.value() - style.ROW)
        else:
            event.ignore()
