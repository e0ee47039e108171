"""Choice fields: single, multiple, by search, dependent on another answer."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.study.clinical_data import ItemPlace, ItemValue
from desktop.study.definition.metadata import CodeListItem, DataType, Definition, ItemDef
from desktop.study.values.item_values import CODE_SEPARATOR
from desktop.wizard.term_search import TermIndex
from ui.form.fields.base import Field
from ui.form.fields.cards import Cards
from ui.form.fields.segments import Segments
from ui.form.fields.typed import LINE_WIDTH, Line
from ui.look import language, style
from ui.widgets.drawing import draw_text
from ui.widgets.fields import Choice

MIN_CHARACTERS = 10
TRUE, FALSE = "true", "false"


def options_of(definition: Definition, item: ItemDef) -> tuple[tuple[str, str], ...]:
    """(code, label) of what may be chosen, in the language of this moment."""
    codelist = definition.codelist_of(item)
    if codelist is None:
        return ()
    return tuple((entry.code, language.words(entry.label)) for entry in codelist.items)


class SegmentsField(Field):
    """One code of a few, or yes and no; several codes where the item allows them."""

    def __init__(self, definition: Definition, item: ItemDef, place: ItemPlace, *, compact: bool = False) -> None:
        super().__init__(definition, item, place)
        self._segments = Segments(multiple=item.multiple, compact=compact)
        self._segments.chosen.connect(self.edited)
        self._codes: tuple[str, ...] | None = None
        self._hold(self._segments, stretch=1)
        self.relabel()

    @property
    def natural_width(self) -> int:
        """The width in which everything stands in one line."""
        return self._segments.natural_width

    def relabel(self) -> None:
        super().relabel()
        if self.item.data_type is DataType.BOOLEAN:
            self._segments.show_options(((TRUE, self.tr("Yes")), (FALSE, self.tr("No"))))
            return
        options = options_of(self.definition, self.item)
        if self._codes is not None:
            kept = set(self._codes)
            options = tuple(option for option in options if option[0] in kept)
        self._segments.show_options(options)

    def show_codes(self, codes: tuple[str, ...] | None, source: ItemValue | None) -> None:
        if codes != self._codes:
            self._codes = codes
            self.relabel()

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self._segments.read_only = read_only
        self._segments.update()

    def _show_problem(self, *, wrong: bool) -> None:
        self._segments.show_wrong(wrong=wrong)

    def _value(self) -> ItemValue | None:
        return ItemValue(value=CODE_SEPARATOR.join(self._segments.codes)) if self._segments.codes else None

    def _show(self, value: ItemValue | None) -> None:
        text = value.value if value else ""
        if self.item.data_type is DataType.BOOLEAN:
            text = {"1": TRUE, "0": FALSE}.get(text, text)
        self._segments.choose(tuple(text.split(CODE_SEPARATOR)) if text else ())


class CardsField(Field):
    """One of the codes that another answer allows, each with what it means for that answer."""

    def __init__(self, definition: Definition, item: ItemDef, place: ItemPlace) -> None:
        super().__init__(definition, item, place)
        self._cards = Cards()
        self._cards.chosen.connect(self.edited)
        self._codes: tuple[str, ...] | None = None
        self._source: ItemValue | None = None
        self._hold(self._cards, stretch=1)
        self.relabel()

    def relabel(self) -> None:
        super().relabel()
        source = self._source_item()
        options = options_of(self.definition, self.item)
        kept = None if self._codes is None else set(self._codes)
        self._cards.show_options(
            tuple(
                (code, label, language.words(source.details.get(code, {})) if source else "")
                for code, label in options
                if kept is None or code in kept
            )
        )

    def show_codes(self, codes: tuple[str, ...] | None, source: ItemValue | None) -> None:
        if (codes, source) != (self._codes, self._source):
            self._codes, self._source = codes, source
            self.relabel()

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self._cards.read_only = read_only

    def _source_item(self) -> CodeListItem | None:
        if self._source is None or self.item.narrowed_by is None:
            return None
        codelist = self.definition.codelist_of(self.definition.items[self.item.narrowed_by])
        return codelist.by_code.get(self._source.value) if codelist else None

    def _show_problem(self, *, wrong: bool) -> None:
        self._cards.show_wrong(wrong=wrong)

    def _value(self) -> ItemValue | None:
        return ItemValue(value=self._cards.code) if self._cards.code else None

    def _show(self, value: ItemValue | None) -> None:
        self._cards.choose(value.value if value else "")


class _StillChoice(Choice):
    """A choice that the wheel does not change: a page scrolls under the pointer, and no answer may change with it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose by place; Delete empties; Enter is not ours."""
        text = event.text()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.setCurrentIndex(0)
        elif len(text) == 1 and text.isdecimal() and text.isascii() and 0 < int(text) < self.count():
            self.setCurrentIndex(int(text))
        else:
            super().keyPressEvent(event)


class ChoiceField(Field):
    """One code of a list that is too long to stand open and too short to be searched."""

    def __init__(self, definition: Definition, item: ItemDef, place: ItemPlace, *, compact: bool = False) -> None:
        super().__init__(definition, item, place)
        self._choice = _StillChoice()
        self._choice.setMaximumWidth(LINE_WIDTH)
        self._choice.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if compact:
            # Its column says how wide it is.
            self._choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            self._choice.setMinimumContentsLength(MIN_CHARACTERS)
            self._choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._codes: tuple[str, ...] | None = None
        self._hold(self._choice, stretch=1 if compact else 0)
        self.relabel()
        self._choice.currentIndexChanged.connect(self._changed)

    def relabel(self) -> None:
        super().relabel()
        kept = None if self._codes is None else set(self._codes)
        options = tuple(
            option for option in options_of(self.definition, self.item) if kept is None or option[0] in kept
        )
        self._choice.blockSignals(True)
        self._choice.show_choices((("", ""), *options))
        self._choice.blockSignals(False)

    def show_codes(self, codes: tuple[str, ...] | None, source: ItemValue | None) -> None:
        if codes != self._codes:
            self._codes = codes
            self.relabel()

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self._choice.setEnabled(not read_only)

    @Slot(int)
    def _changed(self, _: int) -> None:
        self.edited.emit()

    def _value(self) -> ItemValue | None:
        code = str(self._choice.currentData() or "")
        return ItemValue(value=code) if code else None

    def _show(self, value: ItemValue | None) -> None:
        self._choice.blockSignals(True)
        self._choice.choose(value.value if value else "")
        self._choice.blockSignals(False)


class FoundList(QWidget):
    """What was found: the term, its name in the other language, its group; drawn like a table."""

    taken = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.found: tuple[CodeListItem, ...] = ()
        self.here = 0
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_found(self, found: tuple[CodeListItem, ...]) -> None:
        """Show what fits what was typed."""
        self.found = found
        self.here = 0
        self.setVisible(bool(found))
        self.updateGeometry()
        self.update()

    @property
    def current(self) -> CodeListItem | None:
        """The one that Enter takes."""
        return self.found[self.here] if self.found else None

    def move_by(self, step: int) -> None:
        """Go up or down."""
        self.here = max(0, min(self.here + step, len(self.found) - 1))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(LINE_WIDTH, style.ROW * len(self.found) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.here = max(0, min(int(event.position().y() - 1) // style.ROW, len(self.found) - 1))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (current := self.current) is not None:
            self.taken.emit(current.code)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        c = style.colours()
        painter.setPen(QPen(QColor(c.line), 1))
        painter.setBrush(QColor(c.face))
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), style.CARD_RADIUS, style.CARD_RADIUS
        )
        second = int(self.width() * 0.35)
        third = int(self.width() * 0.59)
        for index, item in enumerate(self.found):
            rect = QRect(1, 1 + index * style.ROW, self.width() - 2, style.ROW)
            if index == self.here:
                painter.fillRect(rect, QColor(c.accent_ground))
            if index:
                painter.setPen(QColor(c.row_line))
                painter.drawLine(rect.topLeft(), rect.topRight())
            others = [words for code, words in item.label.items() if code != language.present()]
            self._cell(painter, rect, 10, second - 8, language.words(item.label), bold=index == self.here, ink=c.ink)
            self._cell(painter, rect, second + 2, third - 8, others[0] if others else "", ink=c.secondary)
            self._cell(painter, rect, third + 2, rect.width() - 8, language.words(item.group), ink=c.secondary)

    @staticmethod
    def _cell(painter: QPainter, row: QRect, left: int, right: int, text: str, *, ink: str, bold: bool = False) -> None:
        painter.setFont(style.font(bold=bold))
        painter.setPen(QColor(ink))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(0, right - left))
        draw_text(painter, QRectF(row), shown, row.left() + left)


class TermField(Field):
    """One of very many codes, found as one types: in any language, by initials or synonym."""

    def __init__(self, definition: Definition, item: ItemDef, place: ItemPlace) -> None:
        super().__init__(definition, item, place)
        codelist = definition.codelist_of(item)
        self._index = TermIndex(codelist) if codelist else None
        self._by_code = codelist.by_code if codelist else {}
        self._codes: tuple[str, ...] | None = None
        self._code = ""
        self._line = Line()
        self._line.setMaximumWidth(LINE_WIDTH)
        self._line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._line.textEdited.connect(self._search)
        self._list = FoundList(self)
        self._list.taken.connect(self._take)
        self._list.hide()
        self.below = self._list
        self._hold(self._line, stretch=1)
        self.relabel()

    @property
    def found(self) -> tuple[str, ...]:
        """The codes that are offered at this moment."""
        return () if self._list.isHidden() else tuple(item.code for item in self._list.found)

    def relabel(self) -> None:
        super().relabel()
        self._line.setPlaceholderText(self.tr("Type to search"))
        self._line.setText(self._words)

    def show_codes(self, codes: tuple[str, ...] | None, source: ItemValue | None) -> None:
        self._codes = codes

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self._line.setReadOnly(read_only)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """While something is offered, the arrows choose among it, Enter takes it and Esc puts it away."""
        if not self._list.isHidden():
            match event.key():
                case Qt.Key.Key_Down:
                    self._list.move_by(1)
                    return
                case Qt.Key.Key_Up:
                    self._list.move_by(-1)
                    return
                case Qt.Key.Key_Return | Qt.Key.Key_Enter if (current := self._list.current) is not None:
                    self._take(current.code)
                    return
                case Qt.Key.Key_Escape:
                    self._put_away()
                    return
                case _:
                    pass
        super().keyPressEvent(event)

    @property
    def _words(self) -> str:
        item = self._by_code.get(self._code)
        return self._code if item is None else language.words(item.label)

    @Slot(str)
    def _search(self, typed: str) -> None:
        self._list.show_found(self._index.find(typed, self._codes) if self._index else ())

    @Slot(str)
    def _take(self, code: str) -> None:
        self._code = code
        self._put_away()
        self._line.selectAll()
        self.edited.emit()

    def _put_away(self) -> None:
        """Offer nothing more; what was typed and is no term gives way to the term that is chosen."""
        self._list.hide()
        if self._line.text() != self._words:
            self._line.setText(self._words)

    def _show_problem(self, *, wrong: bool) -> None:
        style.set_kind(self._line, wrong="true" if wrong else "false")

    def _value(self) -> ItemValue | None:
        typed = self._line.text().strip()
        if not typed:
            self._code = ""
        return ItemValue(value=self._code) if self._code else None

    def _show(self, value: ItemValue | None) -> None:
        self._code = value.value if value else ""
        if self._line.text() != self._words:
            self._line.setText(self._words)
            self._list.hide()
