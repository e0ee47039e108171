"""Base class of a form's fields: value, missing-value marker, problem."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desktop.study.clinical_data import ItemPlace, ItemValue
from desktop.study.definition.metadata import Definition, ItemDef
from desktop.study.rules.laboratory import Flag
from desktop.study.values.item_values import MISSING_WORDS
from ui.look import language, style
from ui.look.style import Tone
from ui.widgets.chip import chip_width, paint_chip

FOCUS_WIDTH = 2


class Field(QWidget):
    """Answers one item at one place.

    Whoever builds on it gives `_value` and `_show`; a marker (not done, unknown, not applicable) in place of a value is
    drawn here. A choice says `edited` at once; what is typed is taken when the field is left.
    """

    edited = Signal()

    def __init__(self, definition: Definition, item: ItemDef, place: ItemPlace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.definition = definition
        self.item = item
        self.place = place
        self.setObjectName(f"field.{place.item}.{place.row}" if place.row else f"field.{place.item}")
        self._missing = ""
        self._inner: QWidget | None = None
        self._marker: _MarkerView | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._problem: Tone | None = None
        self.read_only = False
        self.below: QWidget | None = None
        """A part that wants the whole width under the question; whoever lays out the field places it."""
        self.under: QWidget | None = None
        """A line right under the field, in its column."""
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setSizePolicy(policy)

    # The contract

    def value(self) -> ItemValue | None:
        """What stands in the field, as it would be stored; None where there is nothing."""
        return ItemValue(missing=self._missing) if self._missing else self._value()

    def show_value(self, value: ItemValue | None) -> None:
        """Show what is stored."""
        missing = "" if value is None else value.missing
        if missing != self._missing:
            self._mark(missing)
        if not missing:
            self._show(value)

    def show_problem(self, tone: Tone | None) -> None:
        """Draw the field as wrong, or as right again."""
        if tone is not self._problem:
            self._problem = tone
            self._show_problem(wrong=tone is Tone.WRONG)

    def show_flag(self, flag: Flag | None) -> None:
        """Say what is known of a laboratory value."""

    def show_codes(self, codes: tuple[str, ...] | None, source: ItemValue | None) -> None:
        """Offer these codes only, because the item that narrows this one has the value `source`."""

    def set_read_only(self, *, read_only: bool) -> None:
        """Let it be read and not changed."""
        self.read_only = read_only

    def relabel(self) -> None:
        """Say everything again in the language of this moment."""
        if self._marker is not None:
            self._marker.update()

    def take_focus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """Give the keys to the field."""
        target = self._marker if self._missing else self._inner
        if target is not None:
            target.setFocus(reason)

    @property
    def is_marked(self) -> bool:
        """Whether a marker stands in place of a value."""
        return bool(self._missing)

    def set_accessible_name(self, name: str) -> None:
        """What a screen reader says for it."""
        self.setAccessibleName(name)
        if self._inner is not None:
            self._inner.setAccessibleName(name)
        if self._marker is not None:
            self._marker.setAccessibleName(name)

    # For whoever builds on it

    def _value(self) -> ItemValue | None:
        raise NotImplementedError

    def _show(self, value: ItemValue | None) -> None:
        raise NotImplementedError

    def _show_problem(self, *, wrong: bool) -> None:
        if self._inner is not None:
            style.set_kind(self._inner, wrong="true" if wrong else "false")

    def _hold(self, inner: QWidget, *, stretch: int = 0) -> None:
        """Take the widget that answers; a marker will hide it."""
        self._inner = inner
        self._row.addWidget(inner, stretch)
        # Whoever does not take the whole width keeps to the left.
        self._row.addStretch(0 if stretch else 1)
        self.setFocusProxy(inner)

    # Inside

    def _mark(self, missing: str) -> None:
        had_focus = self.hasFocus() or (
            self._inner is not None and self._inner.isAncestorOf(self.focusWidget() or self)
        )
        self._missing = missing
        if missing and self._marker is None:
            self._marker = _MarkerView(self)
            self._marker.emptied.connect(self._unmark)
            self._marker.setAccessibleName(self.accessibleName())
            self._row.insertWidget(0, self._marker)
        if self._marker is not None and self._inner is not None:
            self._marker.say(missing)
            self._marker.setVisible(bool(missing))
            self._inner.setVisible(not missing)
            self.setFocusProxy(self._marker if missing else self._inner)
            if had_focus:
                self.take_focus()

    @Slot()
    def _unmark(self) -> None:
        if not self.read_only:
            self.show_value(None)
            self.edited.emit()


class _MarkerView(QWidget):
    """Stands where the value would stand, and says why there is none. Delete takes it away."""

    emptied = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._missing = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, missing: str) -> None:
        """Say which marker it is."""
        self._missing = missing
        self.setAccessibleDescription(self._words)
        self.updateGeometry()
        self.update()

    @property
    def _words(self) -> str:
        return language.words(MISSING_WORDS[self._missing]) if self._missing else ""

    def sizeHint(self) -> QSize:
        return QSize(chip_width(self.fontMetrics().horizontalAdvance(self._words), with_icon=False), style.FIELD)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.emptied.emit()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect()).adjusted(0, 3, 0, -3)
        paint_chip(painter, rect, self._words, "", Tone.DUE)
        if self.hasFocus():
            painter.setPen(QPen(QColor(style.colours().focus), FOCUS_WIDTH))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), style.RADIUS, style.RADIUS)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.say(self._missing)
        super().changeEvent(event)
