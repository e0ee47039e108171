"""The evidence column: other entries about the current field, help, completeness, keys."""

import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.study.clinical_data import ItemPlace, ItemValue
from desktop.study.definition.metadata import AnswerTone, DataType, ItemDef
from desktop.wizard.evidence import Evidence, evidence_for, tally, verdict
from desktop.wizard.form_wizard import FormWizard
from ui.form.fields.segments import MAX_KEYS, keys_of
from ui.form.panels.key_hints import DASH, KeyText
from ui.look import language, style
from ui.look.style import Tone
from ui.look.vocabulary import value_words
from ui.widgets.card import Facts
from ui.widgets.labels import label
from ui.widgets.message import Message

EDGE = 16
SECTION_GAP = 12
KEYS_SHOWN = 4
VERDICT_SIGNS: dict[AnswerTone, tuple[Tone, str]] = {
    "good": (Tone.DONE, "check"),
    "bad": (Tone.WRONG, "error"),
    "": (Tone.QUERY, "info"),
}


class EvidenceColumn(QFrame):
    """Follows the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "column-right")
        self.setFixedWidth(style.EVIDENCE)
        self._title = label(kind="section", wrap=True)
        self._facts = Facts()
        self._help_title = label(kind="section")
        self._help = label(kind="small", tone=Tone.SECONDARY, wrap=True)
        self._so_far_title = label(kind="section")
        self._so_far = Facts()
        self._verdict = Message()
        self._keys_title = label(kind="section")
        self._keys = KeyText()
        inner = QWidget()
        inner.setProperty("kind", "page")
        column = QVBoxLayout(inner)
        column.setContentsMargins(EDGE, 14, EDGE, EDGE)
        column.setSpacing(6)
        for widget in (self._title, self._facts, self._help_title, self._help, self._so_far_title, self._so_far):
            column.addWidget(widget)
        column.addWidget(self._verdict)
        column.addWidget(self._keys_title)
        column.addWidget(self._keys)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 0, 0, 0)
        whole.addWidget(area)

    def show_place(self, wizard: FormWizard, place: ItemPlace | None) -> None:
        """Show what there is about the place on which the keys are, and about the form."""
        item = None if place is None else wizard.definition.items[place.item]
        self._show_evidence(wizard, place, item)
        self._show_help(item)
        self._show_so_far(wizard)
        self._show_keys(wizard, item)
        above = False
        for title in (self._title, self._help_title, self._so_far_title, self._keys_title):
            if not title.isHidden():
                title.setContentsMargins(0, SECTION_GAP if above else 0, 0, 0)
                above = True

    def _show_evidence(self, wizard: FormWizard, place: ItemPlace | None, item: ItemDef | None) -> None:
        found = () if item is None else evidence_for(wizard, item.oid)
        facts = [
            (self._source(wizard, evidence), self._words(wizard, evidence.item, evidence.value)) for evidence in found
        ]
        suggestion = None if place is None else wizard.suggestion(place)
        if suggestion is not None and item is not None:
            facts.append((self.tr("Follows from this"), self._words(wizard, item.oid, suggestion)))
        self._facts.show_facts(tuple(facts))
        self._facts.setVisible(bool(facts))
        self._title.setVisible(bool(facts))
        if item is not None and place is not None:
            number = next(
                (
                    ref.number
                    for ref in wizard.definition.groups[place.group].items
                    if ref.item == item.oid and ref.number
                ),
                "",
            )
            self._title.setText(self.tr("Evidence for {what}").format(what=number or language.words(item.question)))

    def _source(self, wizard: FormWizard, evidence: Evidence) -> str:
        """`LVEF, 22 Nov`."""
        item = wizard.definition.items[evidence.item]
        name = language.words(item.question)
        try:
            date = language.short_date(datetime.date.fromisoformat(evidence.date))
        except ValueError:
            date = evidence.date
        if not date or item.data_type in (DataType.DATE, DataType.PARTIAL_DATE, DataType.DATETIME):
            return name
        return f"{name} {date}" if language.is_chinese() else f"{name}, {date}"

    @staticmethod
    def _words(wizard: FormWizard, item: str, value: ItemValue) -> str:
        return value_words(wizard.definition, wizard.definition.items[item], value)

    def _show_help(self, item: ItemDef | None) -> None:
        text = "" if item is None else language.words(item.help)
        self._help_title.setText(self.tr("How to fill this in"))
        self._help.setText(text)
        self._help_title.setVisible(bool(text))
        self._help.setVisible(bool(text))

    def _show_so_far(self, wizard: FormWizard) -> None:
        counted = tally(wizard)
        facts: list[tuple[str, str]] = []
        wrong: set[str] = set()
        if counted is not None:
            # One label may stand in several lists; it is one answer to whoever reads.
            numbers: dict[str, int] = {}
            wrong = {
                language.words(found.answer.label)
                for found in counted.answers
                if found.answer.tone == "bad" and found.count
            }
            for answer in counted.answers:
                label_words = language.words(answer.answer.label)
                numbers[label_words] = numbers.get(label_words, 0) + answer.count
            facts = [(words, language.number(count)) for words, count in numbers.items()]
            facts.append((self.tr("Open"), language.number(counted.open)))
        self._so_far_title.setText(self.tr("So far"))
        self._so_far.show_facts(tuple(facts), frozenset(wrong))
        found = verdict(wizard)
        self._so_far_title.setVisible(bool(facts) or found is not None)
        self._so_far.setVisible(bool(facts))
        self._verdict.clear()
        if found is not None and wizard.form.verdict is not None:
            item = wizard.definition.items[wizard.form.verdict]
            codelist = wizard.definition.codelist_of(item)
            answer = codelist.by_code.get(found.value) if codelist else None
            tone, icon = VERDICT_SIGNS[answer.tone if answer else ""]
            self._verdict.say(
                tone,
                self.tr("As it stands: {verdict}").format(verdict=value_words(wizard.definition, item, found)),
                icon,
            )

    def _show_keys(self, wizard: FormWizard, item: ItemDef | None) -> None:
        self._keys_title.setText(self.tr("Keys"))
        pairs: list[tuple[tuple[str, ...], str]] = []
        codelist = None if item is None else wizard.definition.codelist_of(item)
        if codelist is not None and len(codelist.items) <= MAX_KEYS:
            keys = list(keys_of([entry.code for entry in codelist.items]).values())
            pairs.append((tuple(keys) if len(keys) <= KEYS_SHOWN else (keys[0], DASH, keys[-1]), self.tr("choose")))
        pairs += [
            (("Enter",), self.tr("next")),
            (("Shift Enter",), self.tr("back")),
            (("F2",), self.tr("not done")),
            (("F4",), self.tr("history")),
            (("F6",), self.tr("checks")),
            (("F1",), self.tr("this column")),
            (("Ctrl S",), self.tr("save")),
            (("Esc",), self.tr("leave")),
        ]
        self._keys.show_keys(tuple(pairs))
