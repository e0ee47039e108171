"""The note beside a laboratory value: normal range, out-of-range flag, suggested grade."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.study.definition.metadata import Definition, ItemDef
from desktop.study.rules.laboratory import Flag, Ungraded
from ui.look import language
from ui.look.style import Tone
from ui.look.vocabulary import limits_words
from ui.widgets.chip import Chip
from ui.widgets.labels import label


class FlagView:
    """Range and indicator stand beside the unit where there is room, the grade under the field; what is unknown is not there."""

    def __init__(self, definition: Definition, item: ItemDef, beside: QHBoxLayout | None) -> None:
        """`beside` is the row of the field; None: it is full, and everything stands under it."""
        self._definition = definition
        self._item = item
        self.under = QWidget()
        """What stands under the field; whoever lays out the question places it."""
        below = QHBoxLayout(self.under)
        below.setContentsMargins(1, 0, 0, 0)
        below.setSpacing(8)
        self._range = label(kind="small", tone=Tone.FAINT)
        self._indicator = Chip()
        self._grade = label(kind="small", tone=Tone.DUE)
        for part in (self._range, self._indicator):
            (below if beside is None else beside).addWidget(part)
            part.hide()
        below.addWidget(self._grade)
        below.addStretch(1)
        self._all_under = beside is None
        self.under.hide()

    def clear(self) -> None:
        """Nothing is known."""
        for part in (self._range, self._indicator, self.under):
            part.hide()

    def show_flag(self, flag: Flag, unit: str) -> str:
        """Show it; `unit` is the one in which the value is given. Says the same in words, for a screen reader."""
        limits = self._limits(flag, unit)
        self._range.setText(limits)
        self._range.setVisible(bool(limits))
        translate = QCoreApplication.translate
        short, told = {
            "L": (translate("Flag", "L"), translate("Flag", "below the normal range")),
            "H": (translate("Flag", "H"), translate("Flag", "above the normal range")),
        }.get(flag.indicator, ("", ""))
        self._indicator.say(short, Tone.DUE)
        self._indicator.setToolTip(told)
        self._indicator.setVisible(bool(short))
        grade = self._grade_words(flag)
        self._grade.setText(grade)
        self._grade.setToolTip(self._term(flag.term))
        self._grade.setVisible(bool(grade))
        self.under.setVisible(bool(grade) or self._all_under)
        normal = translate("Flag", "normal range {limits}").format(limits=limits) if limits else ""
        return language.clauses([part for part in (normal, told, grade) if part])

    @staticmethod
    def _grade_words(flag: Flag) -> str:
        translate = QCoreApplication.translate
        match flag.ungraded:
            case Ungraded.NO_RANGE:
                return translate("Flag", "cannot be graded: no normal range is recorded")
            case Ungraded.NO_BASELINE:
                return translate("Flag", "cannot be graded: no value before treatment")
            case Ungraded.NO_BASELINE_RANGE:
                return translate("Flag", "cannot be graded: no normal range for the value before treatment")
            case Ungraded.BOUND_ONLY:
                return translate("Flag", "cannot be graded: the result is only a bound")
            case None if flag.grade == "0":
                return translate("Flag", "grade 0")
            case None:
                return translate("Flag", "grade {grade} suggested").format(grade=flag.grade) if flag.grade else ""

    def _limits(self, flag: Flag, unit: str) -> str:
        """`3.5–9.5`; with its unit where the value is given in another."""
        if not flag.low and not flag.high:
            return ""
        limits = limits_words(flag.low, flag.high)
        units = self._definition.unit_names(self._item)
        if not units or unit in ("", units[0]):
            return limits
        return f"{limits} {self._definition.unit_symbol(units[0], language.present())}"

    def _term(self, code: str) -> str:
        """The adverse event whose grade it is."""
        grading = self._definition.version.grading
        item = self._definition.items.get(grading.term) if grading is not None else None
        codelist = self._definition.codelist_of(item) if item is not None else None
        term = codelist.by_code.get(code) if codelist is not None else None
        return language.words(term.label) if term is not None else ""
