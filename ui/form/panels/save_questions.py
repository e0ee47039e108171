"""Questions of a save: checks to answer, what is missing, why saved values change."""

import enum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.study.clinical_data import ItemPlace
from desktop.wizard.form_wizard import FormWizard, ValueChange
from ui.form.fields.typed import Line
from ui.form.pages.question import CommentLine
from ui.look import language
from ui.look.style import Tone
from ui.look.vocabulary import value_words
from ui.widgets.buttons import Button
from ui.widgets.fields import Labelled
from ui.widgets.labels import label
from ui.widgets.message import Message

EDGE = 24
MAX_SHOWN = 8
MAX_LIST_HEIGHT = 240


class Asked(enum.Enum):
    """What the panel is there for."""

    SAVE = "save"
    START_AGAIN = "start_again"


class SavePanel(QFrame):
    """Asks, and lists what it is about. Whoever shows it has the one primary button."""

    wanted = Signal(object)
    """An `ItemPlace` to go to."""
    changed = Signal()
    """The reason was changed: whether the act may go on is to be looked at again."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "bottom")
        self.setObjectName("panel")
        self.asked = Asked.SAVE
        self._title = label(kind="section", wrap=True)
        self._checks = QVBoxLayout()
        self._checks.setSpacing(4)
        self._comments: list[CommentLine] = []
        self._missing_title = label(tone=Tone.DUE, wrap=True)
        self._missing = QVBoxLayout()
        self._missing.setSpacing(0)
        self._changes = QGridLayout()
        self._changes.setHorizontalSpacing(16)
        self._changes.setVerticalSpacing(4)
        self._changes.setColumnStretch(1, 1)
        self._reason_line = Line()
        self.reason = Labelled(self._reason_line, "reason")
        self.reason.setMaximumWidth(560)
        self._reason_line.textChanged.connect(self._typed)
        inner = QWidget()
        inner.setProperty("kind", "face")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._checks)
        column.addWidget(self._missing_title)
        column.addLayout(self._missing)
        column.addLayout(self._changes)
        column.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(inner)
        self._inner = inner
        whole = QVBoxLayout(self)
        whole.setContentsMargins(EDGE, 12, EDGE, 14)
        whole.setSpacing(8)
        whole.addWidget(self._title)
        whole.addWidget(self._area)
        whole.addWidget(self.reason)
        self.hide()

    @property
    def reason_text(self) -> str:
        """The reason that was given."""
        return self._reason_line.text().strip()

    @property
    def needs_reason(self) -> bool:
        """Whether a reason is asked."""
        return not self.reason.isHidden()

    @property
    def asks_for_text(self) -> bool:
        """Whether something is to be written before it goes on."""
        return self.needs_reason or bool(self._comments)

    def ask_save(self, wizard: FormWizard) -> None:
        """Ask what saving this form as it is still needs."""
        self.asked = Asked.SAVE
        missing, changes, checks = wizard.missing, wizard.changes_of_saved, wizard.open_checks
        if checks:
            one, many = self.tr("1 check to answer"), self.tr("{n} checks to answer")
            self._title.setText(language.counted(len(checks), one, many))
        else:
            self._title.setText(self.tr("Saved values change") if changes else self.tr("The form is not complete yet"))
        self._show_missing(wizard, missing)
        self._show_checks(wizard, checks)
        self._show_changes(wizard, changes)
        self.reason.setVisible(bool(changes))
        self.reason.say(
            self.tr("Reason for the change"), self.tr("It stands in the history beside the old and the new value.")
        )
        self._open()

    def ask_start_again(self, count: int) -> None:
        """Ask whether what was typed is to be thrown away."""
        self.asked = Asked.START_AGAIN
        self._title.setText(
            self.tr("What you typed and did not save will be thrown away: {count} values.").format(count=count)
        )
        self._empty()
        self.reason.setVisible(False)
        self._open()

    def say_again(self, wizard: FormWizard) -> None:
        """Ask the same in the language of the moment; the reason that was begun stays."""
        if self.isHidden():
            return
        begun = self._reason_line.text()
        if self.asked is Asked.SAVE:
            self.ask_save(wizard)
        else:
            self.ask_start_again(max(len(wizard.changes), 1))
        self._reason_line.setText(begun)

    def take_comments(self, wizard: FormWizard) -> bool:
        """Give the wizard the comments; False where a check is left without one, to which the keys then go."""
        for comment in self._comments:
            if comment.text():
                wizard.comment(comment.place, comment.text())
        waiting = set(wizard.open_checks)
        for comment in self._comments:
            if comment.place in waiting:
                comment.ask()
                self._area.ensureWidgetVisible(comment)
                return False
        return True

    def ask_for_reason(self) -> None:
        """Say that it does not go without a reason."""
        self.reason.show_wrong(self.tr("Say why, in a few words."))
        self._reason_line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self) -> None:
        self._reason_line.clear()
        self.reason.show_wrong("")
        # What was just added to a panel that is open counts as hidden until the next event.
        for child in self._inner.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if not child.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
                child.show()
        self._inner.adjustSize()
        height = self._inner.sizeHint().height()
        self._area.setVisible(height > 0)
        self._area.setFixedHeight(min(height + 2, MAX_LIST_HEIGHT, self.window().height() // 4))
        self.show()
        if self._comments:
            self._comments[0].line.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.needs_reason:
            self._reason_line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _empty(self) -> None:
        self._comments = []
        for layout in (self._checks, self._missing, self._changes):
            while (item := layout.takeAt(0)) is not None:
                widget = item.widget()
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()
        self._missing_title.hide()

    def _show_checks(self, wizard: FormWizard, checks: tuple[ItemPlace, ...]) -> None:
        """Each check with the line that answers it."""
        for place in checks:
            item = wizard.definition.items[place.item]
            value = value_words(wizard.definition, item, wizard.value(place))
            jump = _Jump(place, language.joined(place_words(wizard, place), value))
            jump.clicked.connect(self._jump)
            said = Message()
            comment = CommentLine(place)
            for part in (jump, said, comment):
                self._checks.addWidget(part)
            texts = dict.fromkeys(language.words(problem.message) for problem in wizard.problems_at(place))
            said.say(Tone.DUE, language.sentences(*texts))
            comment.line.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            comment.show_text(wizard.comment_at(place))
            self._comments.append(comment)

    def _show_missing(self, wizard: FormWizard, missing: tuple[ItemPlace, ...]) -> None:
        self._empty()
        self._missing_title.setVisible(bool(missing))
        self._missing_title.setText(
            self.tr("Still missing: {count}. The form can be saved as incomplete and completed later.").format(
                count=len(missing)
            )
        )
        for place in missing[:MAX_SHOWN]:
            jump = _Jump(place, place_words(wizard, place))
            jump.clicked.connect(self._jump)
            self._missing.addWidget(jump, 0, Qt.AlignmentFlag.AlignLeft)
        more = len(missing) - MAX_SHOWN
        if more > 0:
            self._missing.addWidget(
                label(self.tr("and {count} more").format(count=more), kind="small", tone=Tone.SECONDARY)
            )

    def _show_changes(self, wizard: FormWizard, changes: tuple[ValueChange, ...]) -> None:
        for row, change in enumerate(changes):
            self._changes.addWidget(label(place_words(wizard, change.place), tone=Tone.SECONDARY), row, 0)
            self._changes.addWidget(label(self._change_words(wizard, change), wrap=True), row, 1)

    def _change_words(self, wizard: FormWizard, change: ValueChange) -> str:
        if not change.place.item:
            return self.tr("taken out")
        item = wizard.definition.items[change.place.item]
        new = value_words(wizard.definition, item, change.new) if change.new else self.tr("cleared")
        return f"{value_words(wizard.definition, item, change.old)} → {new}"

    @Slot()
    def _jump(self) -> None:
        sender = self.sender()
        if isinstance(sender, _Jump):
            self.wanted.emit(sender.place)

    @Slot()
    def _typed(self) -> None:
        if self.reason_text:
            self.reason.show_wrong("")
        self.changed.emit()


class _Jump(Button):
    """A way to a place."""

    def __init__(self, place: ItemPlace, text: str) -> None:
        super().__init__(text, name=f"jump.{place.item}.{place.row}", kind="link")
        self.place = place


def place_words(wizard: FormWizard, place: ItemPlace) -> str:
    """Where a value stands, as a person says it: the page's title for a row, else the question."""
    definition = wizard.definition
    group = definition.groups[place.group]
    row = row_words(wizard, place)
    if not place.item:
        return language.joined(language.words(group.title), row)
    return language.joined(row, language.words(definition.items[place.item].question))


def row_words(wizard: FormWizard, place: ItemPlace) -> str:
    """What names a row: the cell of a sheet, the code of a line, else its first answer."""
    definition = wizard.definition
    group = definition.groups[place.group]
    if not group.repeating:
        return ""
    items = wizard.content.get(place.group, {}).get(place.row) or wizard.view.content.get(place.group, {}).get(
        place.row, {}
    )
    if group.grid is not None and group.grid.columns in items and group.grid.rows in items:
        line = value_words(definition, definition.items[group.grid.rows], items[group.grid.rows])
        return f"{group.grid.column_label}{items[group.grid.columns].value} {line}"
    if group.lines:
        head = definition.items[group.items[0].item]
        codelist = definition.codelist_of(head)
        code = items[head.oid].value if head.oid in items else place.row
        return language.words(codelist.by_code[code].label) if codelist and code in codelist.by_code else place.row
    for ref in group.items:
        if ref.item in items:
            return value_words(definition, definition.items[ref.item], items[ref.item])
    return ""
