"""The pathway above a casebook's matrix: steps, evidence, next steps, decisions."""

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.actions import DecidePathway, Recorded
from desktop.site.site import DECIDES
from desktop.views.casebook import Casebook, StageView
from ui.background.site_access import SiteAccess
from ui.look import language, style
from ui.look.style import Tone
from ui.screens.casebook.pathway_words import PathwayWords, Way
from ui.widgets.buttons import link, secondary
from ui.widgets.card import Card
from ui.widgets.fields import Choice, Labelled, TextLine
from ui.widgets.labels import IconView, label, line
from ui.widgets.message import Message
from ui.widgets.table import Cell, Column, Line, Table
from ui.widgets.trail import Station, Trail

LAST_SHOWN = 2
"""Transitions whose reasons are shown at once; the others are in the list of the whole way."""


class PathwayStrip(Card):
    """Not there where the study has no pathway."""

    evidence_wished = Signal(object)
    """An `Evidence`: its form is to be opened at its item."""
    left = Signal()
    """The person is done here: back to the matrix."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._access = access
        self._subject = ""
        self._words: PathwayWords | None = None
        self._stage: StageView | None = None
        """The stage about which a person is deciding."""
        self._takes_back = False
        self.setObjectName("pathway")
        self.whole_way = link(name="pathway_whole")
        self.whole_way.clicked.connect(self._toggle_whole)
        self.decide = secondary(name="pathway_decide", icon="user")
        self.decide.clicked.connect(self.start_deciding)
        self.head.addWidget(self.whole_way)
        self.head.addSpacing(8)
        self.head.addWidget(self.decide)
        self.trail = Trail("pathway_trail")
        self.history = Table("pathway_history", fit=True)
        self.history.opened.connect(self._open_stage)
        self.history.can_open = self._can_open
        self.history.hide()
        self.body.addWidget(self.trail)
        self.body.addWidget(self.history)
        self.body.addLayout(self._build_here())
        self.panel = self._build_panel()
        self.body.addWidget(self.panel)
        self.message = Message()
        self.body.addWidget(self.message)
        self.hide()

    def _build_here(self) -> QHBoxLayout:
        """Where the subject is, and why, at the left; what may follow at the right."""
        self._here = label(kind="section")
        self._instruction = label(tone=Tone.SECONDARY, wrap=True)
        self._silent = Message()
        self._why = QVBoxLayout()
        self._why.setContentsMargins(0, 4, 0, 0)
        self._why.setSpacing(2)
        self._ways_title = label(kind="small", tone=Tone.FAINT)
        self._ways = QGridLayout()
        self._ways.setHorizontalSpacing(6)
        self._ways.setVerticalSpacing(2)
        self._ways.setColumnStretch(2, 1)
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self._here)
        left.addWidget(self._instruction)
        left.addWidget(self._silent)
        left.addLayout(self._why)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self._ways_title)
        right.addLayout(self._ways)
        right.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(style.GAP)
        row.addLayout(left, 3)
        row.addLayout(right, 2)
        return row

    def _build_panel(self) -> QWidget:
        self.at = Choice()
        self._at = Labelled(self.at, "pathway_at")
        self.at.currentIndexChanged.connect(self._choose_stage)
        self.to = Choice()
        self._to = Labelled(self.to, "pathway_to")
        self.reason = TextLine()
        self._reason = Labelled(self.reason, "pathway_reason")
        self.reason.done.connect(self._record)
        self._panel_title = label(kind="section", wrap=True)
        self._panel_message = Message()
        self.really = secondary(name="pathway_really", icon="check")
        self.really.clicked.connect(self._record)
        self._leave = secondary(name="pathway_leave")
        self._leave.clicked.connect(self.stop_deciding)
        buttons = QHBoxLayout()
        buttons.addWidget(self.really)
        buttons.addWidget(self._leave)
        buttons.addStretch(1)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 4, 0, 2)
        column.setSpacing(10)
        for part in (line(), self._panel_title, self._at, self._to, self._reason, self._panel_message):
            column.addWidget(part)
        column.addLayout(buttons)
        made.hide()
        return made

    # Showing

    @property
    def may_decide(self) -> bool:
        """Whether the person signed in decides about the way of a subject."""
        return bool(DECIDES & set(self._access.session.user.roles))

    @property
    def is_deciding(self) -> bool:
        """Whether the panel for a decision is open."""
        return not self.panel.isHidden()

    def show_book(self, book: Casebook) -> None:
        """Show a subject's pathway as it stands."""
        if book.subject != self._subject:
            self.stop_deciding()
            self.history.hide()
            self.message.clear()
        self._subject = book.subject
        definition = self._access.session.definition
        if definition.version.pathway is None or not book.pathway:
            self._words = None
            self.hide()
            return
        self._words = PathwayWords(definition, book.pathway)
        self._show()
        self.show()

    def retranslate(self) -> None:
        """Set the texts anew."""
        if self._words is not None:
            self._words = PathwayWords(self._access.session.definition, self._words.stages)
            self._show()

    def _show(self) -> None:
        words = self._words
        if words is None:
            return
        steps = language.counted(len(words.stages), self.tr("1 step"), self.tr("{n} steps"))
        self.set_title(self.tr("Pathway"), steps)
        self._show_whole_way()
        self.trail.show_stations(tuple(self._station(words, stage) for stage in words.stages))
        self._show_here(words)
        _clear(self._why)
        past = words.stages[:-1]
        for stage, after in list(zip(past, words.stages[1:], strict=True))[: -LAST_SHOWN - 1 : -1]:
            self._add_why(words, stage, after)
        if self.is_deciding:
            self._word_panel()

    def _station(self, words: PathwayWords, stage: StageView) -> Station:
        title = words.title(stage)
        why = words.why(stage)
        return Station(title, "user" if stage.decided_to else "check", f"{title}\n{why}" if why else title)

    def _show_here(self, words: PathwayWords) -> None:
        step = words.step
        self._here.setText(self.tr("Now: {step}").format(step=words.title(words.here)))
        self._instruction.setText(language.words(step.instruction) if step else "")
        self._instruction.setVisible(bool(self._instruction.text()))
        decides = step is not None and step.is_decision
        ends = step is not None and step.is_end
        if decides:
            self._silent.say(
                Tone.DUE,
                self.tr("The study leaves to a person what follows here: an investigator decides, and says why."),
                "user",
            )
        elif ends:
            self._silent.say(Tone.QUERY, self.tr("Nothing follows: the pathway ends here."))
        else:
            self._silent.clear()
        self.decide.setText(self.tr("Decide") if decides else self.tr("Decide otherwise"))
        self.decide.setVisible(self.may_decide)
        ways = words.ways()
        self._ways_title.setText(self.tr("What may follow"))
        self._ways_title.setVisible(bool(ways))
        _clear(self._ways)
        branches = [way for way in ways if not way.anywhere]
        for row, way in enumerate(branches):
            self._add_way(row, way)
        always = language.listed([way.label for way in ways if way.anywhere])
        if always:
            told = self.tr("at any time: {label}").format(label=always)
            self._ways.addWidget(label(told, kind="small", tone=Tone.SECONDARY, wrap=True), len(branches), 0, 1, 3)

    def _add_way(self, row: int, way: Way) -> None:
        self._ways.addWidget(label(way.label, kind="small", tone=Tone.SECONDARY, wrap=True), row, 0)
        self._ways.addWidget(IconView("right", Tone.FAINT, 12), row, 1)
        self._ways.addWidget(label(way.title, kind="small", tone=Tone.SECONDARY, wrap=True), row, 2)

    def _add_why(self, words: PathwayWords, stage: StageView, after: StageView) -> None:
        """What led from one stage to the next: the branch with its entries, or the decision with its reason."""
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(8)
        icon = IconView("user" if stage.decided_to else "check", Tone.QUERY if stage.decided_to else Tone.DONE, 14)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(0)
        told = self.tr("{before} → {after}: {why}").format(
            before=words.title(stage), after=words.title(after), why=words.why(stage)
        )
        column.addWidget(label(told, kind="small", wrap=True))
        for evidence in stage.evidence:
            shown = link(words.source(stage, evidence), name="pathway_evidence", tone=Tone.ACCENT)
            shown.clicked.connect(partial(self.evidence_wished.emit, evidence))
            column.addWidget(shown, 0, Qt.AlignmentFlag.AlignLeft)
        if stage.decided_to and self.may_decide:
            back = link(self.tr("Take back"), name="pathway_take_back", tone=Tone.ACCENT)
            back.clicked.connect(partial(self.start_taking_back, stage))
            column.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
        row.addLayout(column, 1)
        self._why.addWidget(made)

    # The whole way

    def _show_whole_way(self) -> None:
        words = self._words
        if words is None:
            return
        several = len(words.stages) > 1
        self.whole_way.setText(
            self.tr("Show the whole way") if self.history.isHidden() else self.tr("Show the last steps only")
        )
        self.whole_way.setVisible(several)
        self.history.setAccessibleName(self.tr("The whole way"))
        lines = tuple(self._stage_line(words, number, stage) for number, stage in enumerate(words.stages))
        columns = (
            Column(width=36),
            Column(title=self.tr("Step"), stretch=2, width=130),
            Column(title=self.tr("What led on"), stretch=3, width=160),
            Column(title=self.tr("Evidence"), stretch=4, width=230),
        )
        self.history.show_lines(columns, lines)

    def _stage_line(self, words: PathwayWords, number: int, stage: StageView) -> Line:
        is_here = stage is words.here
        sign = (
            Cell(icon="right", tone=Tone.ACCENT)
            if is_here
            else Cell(icon="user", tone=Tone.QUERY)
            if stage.decided_to
            else Cell(icon="check", tone=Tone.DONE)
        )
        evidence = language.listed([words.evidence(each) for each in stage.evidence])
        return Line(
            key=(number, stage),
            cells=(
                sign,
                Cell(text=words.title(stage), bold=is_here, tone=Tone.ACCENT if is_here else Tone.INK),
                Cell(
                    text=self.tr("the subject is here") if is_here else words.why(stage),
                    tone=Tone.SECONDARY,
                    small=True,
                ),
                Cell(text=evidence, tone=Tone.SECONDARY, small=True),
            ),
        )

    @Slot()
    def _toggle_whole(self) -> None:
        self.history.setVisible(self.history.isHidden())
        self._show_whole_way()
        if not self.history.isHidden():
            self.history.setFocus()
            self.history.choose(self.history.lines[-1].key)

    def _can_open(self, key: tuple[int, StageView]) -> bool:
        return bool(key[1].evidence or (key[1].decided_to and self.may_decide))

    @Slot(object)
    def _open_stage(self, key: tuple[int, StageView]) -> None:
        """Open what led on from a stage; a decision may be taken back."""
        stage = key[1]
        if stage.evidence:
            self.evidence_wished.emit(stage.evidence[0])
        elif stage.decided_to:
            self.start_taking_back(stage)

    # Deciding

    @Slot()
    def start_deciding(self) -> None:
        """Ask what follows the step where the subject is, and why."""
        if self._words is not None and self.may_decide:
            self._open_panel(self._words.here, takes_back=False)

    def start_taking_back(self, stage: StageView, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt adds it
        """Ask why a decision is taken back."""
        if self._words is not None and self.may_decide:
            self._open_panel(stage, takes_back=True)

    def _open_panel(self, stage: StageView, *, takes_back: bool) -> None:
        self._stage, self._takes_back = stage, takes_back
        self.message.clear()
        self._panel_message.clear()
        self._to.show_wrong("")
        self.reason.clear()
        self.to.choose("")
        self._word_panel()
        self.panel.show()
        (self.reason if takes_back else self.to).setFocus()

    def _word_panel(self) -> None:
        words, stage = self._words, self._stage
        if words is None or stage is None:
            return
        title = words.title(stage)
        if self._takes_back:
            self._panel_title.setText(self.tr("Take back the decision at {step}").format(step=title))
        else:
            self._panel_title.setText(self.tr("What follows {step}").format(step=title))
        # A decision may be written down after what followed from it, so each step that was passed is offered, too.
        self._at.say(self.tr("The step at which it was decided"))
        self._at.setVisible(not self._takes_back and len(words.stages) > 1)
        self.at.blockSignals(True)
        stages = tuple(reversed(words.stages))
        self.at.show_choices(tuple(((each.step, each.visit), words.title(each)) for each in stages))
        self.at.choose((stage.step, stage.visit))
        self.at.blockSignals(False)
        self._to.setVisible(not self._takes_back)
        self._to.say(self.tr("The step that follows"))
        self.to.show_choices((("", self.tr("Choose a step")), *words.choices(stage)))
        self._reason.say(
            self.tr("Reason"), self.tr("It stands beside the decision and in the audit trail. No names of persons.")
        )
        self.really.setText(self.tr("Take the decision back") if self._takes_back else self.tr("Record the decision"))
        self._leave.setText(self.tr("Not now"))

    @Slot()
    def _choose_stage(self) -> None:
        chosen = self.at.currentData()
        for stage in self._words.stages if self._words is not None else ():
            if (stage.step, stage.visit) == chosen and self.is_deciding:
                self._stage = stage
                self._word_panel()

    @Slot()
    def stop_deciding(self) -> None:
        """Decide nothing."""
        was_open = self.is_deciding
        self.panel.hide()
        self._stage = None
        self.really.setEnabled(True)
        self.reason.clear()
        if was_open and self.isVisible():
            self.left.emit()

    @Slot()
    def _record(self) -> None:
        stage = self._stage
        if stage is None or not self.really.isEnabled():
            return
        to = "" if self._takes_back else str(self.to.currentData() or "")
        if not to and not self._takes_back:
            self._to.show_wrong(self.tr("Choose the step that follows."))
            self.to.setFocus()
            return
        self._to.show_wrong("")
        self.really.setEnabled(False)
        act = DecidePathway(subject=self._subject, step=stage.step, visit=stage.visit, to=to, reason=self.reason.text())
        self._access.record(act, self._recorded, self._refused)

    def _recorded(self, _: Recorded) -> None:
        self.stop_deciding()
        self.message.say(Tone.DONE, self.tr("Recorded on this computer."))

    def _refused(self, error: Exception) -> None:
        self.really.setEnabled(True)
        self._panel_message.say_error(error)
        self.reason.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_deciding:
            self.stop_deciding()
        else:
            super().keyPressEvent(event)


def _clear(layout: QVBoxLayout | QGridLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
