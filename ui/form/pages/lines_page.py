"""The page of a group with fixed rows, one for each code of its first item."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from desktop.study.clinical_data import ItemPlace
from desktop.study.definition.metadata import ItemGroupDef
from desktop.study.rules.assessment import Code
from desktop.wizard.form_wizard import FormWizard
from ui.form.fields.base import Field
from ui.form.fields.chosen import SegmentsField, options_of
from ui.form.fields.factory import field_for
from ui.form.pages.page import MAX_WIDTH, Stop, StopsPage
from ui.form.pages.question import CommentLine
from ui.look import language, style
from ui.look.style import Tone
from ui.widgets.labels import label
from ui.widgets.message import Message

HEAD_WIDTH = 120
EDGE = 11


class _LinesCard(QFrame):
    """The card; it draws the hair lines between its lines."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.heads: list[QWidget] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QColor(style.colours().row_line))
        for head in self.heads:
            top = head.y() - 3
            painter.drawLine(1, top, self.width() - 2, top)


class LinesPage(StopsPage):
    """Lines under each other, the other items of the group beside each other."""

    def __init__(self, wizard: FormWizard, group: ItemGroupDef) -> None:
        super().__init__(wizard, group)
        definition = wizard.definition
        self._head_item = definition.items[group.items[0].item]
        self._items = [definition.items[ref.item] for ref in group.items[1:]]
        self._titles: list[QLabel] = []
        self._names: dict[str, QLabel] = {}
        self._fields: list[list[Field]] = []
        self._messages: list[Message | None] = []
        self._comments: list[dict[ItemPlace, CommentLine]] = []
        self._card = _LinesCard()
        self._card.setMaximumWidth(MAX_WIDTH)
        grid = self._grid = QGridLayout(self._card)
        grid.setContentsMargins(EDGE, 3, EDGE, 3)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, HEAD_WIDTH)
        for column in range(len(self._items) + 1):
            title = label(kind="small", tone=Tone.SECONDARY)
            title.setMinimumHeight(style.ROW - 6)
            self._titles.append(title)
            grid.addWidget(title, 0, column)
        for number, (code, row) in enumerate(wizard.lines(group.oid).items()):
            self._add_line(number, code, row)
        self.column.addSpacing(6)
        self.column.addWidget(self._card)
        self.column.addStretch(1)
        self.relabel()
        self.refresh()

    def _add_line(self, number: int, code: str, row: str) -> None:
        name = label()
        name.setMinimumHeight(style.FIELD)
        self._names[code] = name
        self._card.heads.append(name)
        self._grid.addWidget(name, self._grid_row(number), 0)
        fields: list[Field] = []
        for column, item in enumerate(self._items, 1):
            field = field_for(self.wizard.definition, item, ItemPlace(self.group.oid, row, item.oid), compact=True)
            field.edited.connect(self._edit)
            if isinstance(field, SegmentsField):
                # Choices stand in one line; what is left belongs to the others.
                field.setMinimumWidth(field.natural_width)
            else:
                self._grid.setColumnStretch(column, 1)
            fields.append(field)
            self._grid.addWidget(field, self._grid_row(number), column, Qt.AlignmentFlag.AlignVCenter)
        self._fields.append(fields)
        self._messages.append(None)
        self._comments.append({})

    @staticmethod
    def _grid_row(number: int) -> int:
        """Each line has room for a message and for comments below it."""
        return 1 + number * 3

    def relabel(self) -> None:
        super().relabel()
        if not hasattr(self, "_titles"):
            return
        titles = [self._head_item, *self._items]
        for title, item in zip(self._titles, titles, strict=True):
            title.setText(language.words(item.question))
        labels = dict(options_of(self.wizard.definition, self._head_item))
        for (code, name), fields in zip(self._names.items(), self._fields, strict=True):
            name.setText(labels[code])
            for field in fields:
                field.set_accessible_name(language.joined(labels[code], language.words(field.item.question)))
                field.relabel()

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        for fields in self._fields:
            for field in fields:
                field.set_read_only(read_only=read_only)

    def refresh(self) -> None:
        self._refresh_whole()
        for number, fields in enumerate(self._fields):
            texts: list[str] = []
            stops = False
            for field in fields:
                place = field.place
                field.setVisible(self.wizard.is_asked(place))
                field.show_value(self.wizard.value(place))
                problems = self.wizard.problems_at(place)
                texts += [language.words(problem.message) for problem in problems]
                stops = stops or self.wizard.stops(place)
                missing = self.show_missing and self.wizard.is_missing(place)
                if missing:
                    texts.append(
                        QCoreApplication.translate(
                            "LinesPage", "{question}: needed before the form is complete."
                        ).format(question=language.words(field.item.question))
                    )
                field.show_problem(
                    Tone.WRONG if self.wizard.stops(place) else Tone.DUE if problems or missing else None
                )
                soft = any(problem.code is Code.COMMENT_NEEDED for problem in problems)
                self._refresh_comment(number, place, soft=soft)
            self._say(number, Tone.WRONG if stops else Tone.DUE, " ".join(dict.fromkeys(texts)))

    def _say(self, number: int, tone: Tone, text: str) -> None:
        message = self._messages[number]
        if message is None:
            if not text:
                return
            message = self._messages[number] = Message()
            self._grid.addWidget(message, self._grid_row(number) + 1, 1, 1, len(self._items))
        message.say(tone, text)

    def _refresh_comment(self, number: int, place: ItemPlace, *, soft: bool) -> None:
        comments = self._comments[number]
        if soft and place not in comments:
            comments[place] = CommentLine(place)
            self._grid.addWidget(comments[place], self._grid_row(number) + 2, 1, 1, len(self._items))
        if place in comments:
            comments[place].setVisible(soft)
            comments[place].show_text(self.wizard.comment_at(place))

    def stops(self) -> list[Stop]:
        found: list[Stop] = []
        for fields, comments in zip(self._fields, self._comments, strict=True):
            for field in fields:
                if not field.isHidden() and field.item.derivation is None:
                    found.append(field)
                comment = comments.get(field.place)
                if comment is not None and not comment.isHidden():
                    found.append(comment)
        return found

    def _edit(self) -> None:
        sender = self.sender()
        if isinstance(sender, Field):
            self._take(sender)
