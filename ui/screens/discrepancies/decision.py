"""The decision on one discrepancy: first, second or another value, the words of the source, and a reason."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.actions import SettleDiscrepancy
from desktop.casebook.double_entry import EXTRA_ROW, MISSING_ROW
from desktop.recording.save_form import FormRefusedError
from desktop.study.clinical_data import ItemValue
from desktop.study.definition.metadata import Definition
from desktop.study.values.item_values import tidy
from desktop.views.casebook import Discrepancy
from ui.look import language, vocabulary
from ui.look.style import Tone
from ui.widgets.buttons import primary
from ui.widgets.fields import Choice, Labelled, TextLine
from ui.widgets.message import Message
from ui.widgets.segments import Segments

FIRST, SECOND, OTHER = "first", "second", "other"


class Decision(QWidget):
    """Asks what stands. `decided` gives the act to record."""

    decided = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Discrepancy | None = None
        self._definition: Definition | None = None
        self.choice = Segments("decision_choice")
        self.choice.chosen.connect(self._show_choice)
        self.value = TextLine()
        self._value = Labelled(self.value, "decision_value")
        self.code = Choice()
        self._code = Labelled(self.code, "decision_code")
        self.unit = Choice()
        self._unit = Labelled(self.unit, "decision_unit")
        other = QHBoxLayout()
        for part in (self._value, self._code, self._unit):
            other.addWidget(part)
        other.addStretch(1)
        self.source = TextLine()
        self._source = Labelled(self.source, "decision_source")
        self.reason = TextLine()
        self._reason = Labelled(self.reason, "decision_reason")
        self.reason.done.connect(self.decide)
        self.message = Message()
        self.third_person = Message()
        self.button = primary(name="decide_discrepancy", icon="check")
        self.button.clicked.connect(self.decide)
        foot = QHBoxLayout()
        foot.addWidget(self.third_person, 1)
        foot.addStretch(1)
        foot.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(other)
        for part in (self._source, self._reason, self.message):
            column.addWidget(part)
        column.addLayout(foot)

    def show_discrepancy(self, definition: Definition, found: Discrepancy, user: str) -> None:
        """Ask about one; `user` is the OID of the person at the keyboard."""
        if self._found is None or self._found.id != found.id:
            for field in (self.value, self.source, self.reason):
                field.clear()
            self.message.clear()
            self.choice.choose(FIRST)
        self._found, self._definition = found, definition
        item = definition.items.get(found.place.item) if found.place is not None else None
        units = definition.unit_names(item) if item is not None else ()
        codelist = definition.codelist_of(item) if item is not None else None
        self.unit.show_choices(
            tuple((unit, definition.unit_symbol(unit, "zh" if language.is_chinese() else "en")) for unit in units)
        )
        self.code.show_choices(
            tuple((one.code, language.words(one.label)) for one in codelist.items) if codelist is not None else ()
        )
        made_it = user in {side.user_oid for side in found.sides}
        needs_third = definition.version.double_entry.third_person
        self.third_person.say(
            Tone.SECOND, self.tr("The study has differences settled by a third person.") if needs_third else ""
        )
        self.button.setEnabled(not (needs_third and made_it))
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the language of now."""
        found = self._found
        offered = [(FIRST, self.tr("First"), ""), (SECOND, self.tr("Second"), "")]
        has_item = found is not None and found.place is not None and bool(found.place.item)
        is_row = found is not None and found.kind in (MISSING_ROW, EXTRA_ROW)
        offered.append((OTHER, self.tr("Leave the row out") if is_row else self.tr("Another value"), ""))
        self.choice.show_segments(tuple(offered))
        self._value.say(self.tr("Value"), self.tr("As the source document has it"))
        self._code.say(self.tr("Value"))
        self._unit.say(self.tr("Unit"))
        self._source.say(self.tr("Source document"), self.tr("Which one, and its words"))
        self._reason.say(self.tr("Reason"))
        self.button.setText(self.tr("Settle"))
        if has_item or is_row:
            self._show_choice(self.choice.current)

    @Slot(str)
    def _show_choice(self, choice: str) -> None:
        found, definition = self._found, self._definition
        item = None
        if found is not None and definition is not None and found.place is not None:
            item = definition.items.get(found.place.item)
        is_other = choice == OTHER and item is not None
        self._value.setVisible(is_other and item is not None and item.codelist is None)
        self._code.setVisible(is_other and item is not None and item.codelist is not None)
        self._unit.setVisible(is_other and self.unit.count() > 1)
        if found is None or definition is None:
            return
        side = {FIRST: found.first, SECOND: found.second}.get(choice)
        words = vocabulary.value_words(definition, item, side.value) if item is not None and side is not None else ""
        self.button.setText(self.tr("Settle: {value}").format(value=words) if words else self.tr("Settle"))

    @Slot()
    def decide(self) -> None:
        """Hand the decision on, once it has a reason."""
        if self._found is None or not self.button.isEnabled():
            return
        if not self.reason.text().strip():
            self._reason.show_wrong(self.tr("Say why: the reason is kept in the audit trail."))
            self.reason.setFocus()
            return
        self._reason.show_wrong("")
        choice = self.choice.current
        self.decided.emit(
            SettleDiscrepancy(
                discrepancy=self._found.id,
                take="first" if choice == FIRST else "second" if choice == SECOND else "other",
                value=self._typed() if choice == OTHER else None,
                reason=self.reason.text(),
                source=self.source.text(),
            )
        )

    def show_refused(self, error: Exception) -> None:
        """Say why nothing was recorded."""
        if isinstance(error, FormRefusedError):
            words = (language.words(problem.message) for problem in error.problems)
            self.message.say(Tone.WRONG, language.sentences(*dict.fromkeys(words)))
        else:
            self.message.say_error(error)

    def _typed(self) -> ItemValue | None:
        found, definition = self._found, self._definition
        if found is None or definition is None or found.place is None or found.place.item not in definition.items:
            return None
        item = definition.items[found.place.item]
        text = str(self.code.currentData() or "") if item.codelist is not None else tidy(item, self.value.text())
        unit = str(self.unit.currentData() or "") if self.unit.count() > 1 else ""
        return ItemValue(value=text, unit=unit) if text else None
