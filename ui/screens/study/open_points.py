"""Open points of the protocol: default, source, and the site's answer."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout

from desktop.actions import AnswerPoint, Recorded
from desktop.site.site import DECIDES
from desktop.study.definition.metadata import DataType, Setting
from desktop.study.values.item_types import ValueFault
from desktop.study.values.setting_values import setting_value
from desktop.study.values.typed_input import tidy_number
from desktop.views.study import PointAnswer, StudyView
from ui.background.site_access import SiteAccess
from ui.look import language
from ui.look.style import Tone
from ui.screens.study.base import StudyPart, TextCard
from ui.widgets.buttons import primary, secondary
from ui.widgets.card import Card
from ui.widgets.fields import Labelled, TextLine
from ui.widgets.message import Message
from ui.widgets.table import Cell, Column, Line

NUMBERS = (DataType.INTEGER, DataType.FLOAT)


def answer_of(view: StudyView | None, setting: Setting) -> PointAnswer | None:
    """The site's answer that holds; none where this version asks for another kind of answer than that is."""
    answer = None if view is None else view.answers.get(setting.name)
    return None if answer is None or fault_of(setting, answer.value) else answer


def fault_of(setting: Setting, text: str) -> str:
    """Why a text is no answer to the point; empty where it is one."""
    try:
        setting_value(setting, text)
    except ValueFault as fault:
        return language.words(fault.message)
    return ""


def is_unsettled(view: StudyView | None, setting: Setting) -> bool:
    """Whether nobody has confirmed or answered the point yet."""
    return setting.open and answer_of(view, setting) is None


class PointsPart(StudyPart):
    """The points; beside them why each is taken so, and its answer."""

    def __init__(self, access: SiteAccess) -> None:
        super().__init__(access, "study_points")
        self._setting: Setting | None = None
        self.detail = TextCard()
        self.answer_card = self._build_answer()
        self.add_to_side(self.detail)
        self.add_to_side(self.answer_card)
        self.end_layout()

    def _build_answer(self) -> Card:
        card = Card()
        card.body.setSpacing(10)
        self.value = TextLine()
        self._value = Labelled(self.value, "point_value")
        self.reason = TextLine()
        self._reason = Labelled(self.reason, "point_reason")
        self.reason.done.connect(self._record)
        self.value.done.connect(self.reason.setFocus)
        self._note = Message()
        self._message = Message()
        self.really = primary(name="point_really", icon="check")
        self.really.clicked.connect(self._record)
        self.take_back = secondary(name="point_take_back", icon="remove")
        self.take_back.clicked.connect(self._take_back)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.really)
        buttons.addWidget(self.take_back)
        buttons.addStretch(1)
        for part in (self._value, self._reason, self._note, self._message):
            card.body.addWidget(part)
        card.body.addLayout(buttons)
        card.hide()
        return card

    # Showing

    def show_all(self) -> None:
        columns = (
            Column(width=36),
            Column(title=self.tr("Point"), stretch=3, width=240),
            Column(title=self.tr("Taken as"), stretch=2, width=130),
            Column(title=self.tr("State"), width=130),
        )
        settings = self.access.session.definition.version.settings
        self.table.show_lines(columns, tuple(map(self._line, settings)))
        self.table.setAccessibleName(self.tr("Open points"))
        self.table.setVisible(bool(settings))
        self.nothing.say(self.tr("The protocol of this study leaves no point open."))
        self.nothing.setVisible(not settings)
        self.table.choose_first()
        self.show_one(self.table.current_key)

    def _line(self, setting: Setting) -> Line:
        answer = answer_of(self.view, setting)
        if answer is not None:
            sign, state = ("check", Tone.DONE), self.tr("Answered")
        elif setting.open:
            sign, state = ("help", Tone.DUE), self.tr("To confirm")
        else:
            sign, state = ("check", Tone.DONE), self.tr("Confirmed")
        return Line(
            key=setting.name,
            cells=(
                Cell(icon=sign[0], tone=sign[1]),
                Cell(text=language.words(setting.question)),
                Cell(text=answer.value if answer else setting.value, bold=True),
                Cell(text=state, icon=sign[0], tone=sign[1], chip=True),
            ),
        )

    @Slot(object)
    def show_one(self, key: object) -> None:
        before = self._setting
        settings = self.access.session.definition.version.settings
        setting = self._setting = next((each for each in settings if each.name == key), None)
        self.answer_card.setVisible(setting is not None and self.may(DECIDES))
        if setting is None:
            self.detail.say(self.tr("Nothing here"))
            return
        if before is None or before.name != setting.name:
            self.forget_messages()
            self.value.clear()
            self.reason.clear()
        self._show_detail(setting)
        self._word_answer(setting)

    def forget_messages(self) -> None:
        self._message.clear()
        self._value.show_wrong("")

    def _show_detail(self, setting: Setting) -> None:
        given = self.view.answers.get(setting.name) if self.view else None
        texts = [
            language.words(setting.question),
            self.tr("Taken by the study as: {value}").format(value=setting.value),
            language.words(setting.why),
            self._source(setting.source),
        ]
        if given is not None:
            texts.append(
                self.tr("Answered here: {value}. {name}, {date}: {reason}").format(
                    value=given.value, name=given.user, date=language.moment(given.wall), reason=given.reason
                )
            )
            if fault_of(setting, given.value):
                texts.append(self.tr("The version in force asks for another kind of answer, so its own value holds."))
        self.detail.say(self.tr("Why it is taken so"), *texts)

    def _word_answer(self, setting: Setting) -> None:
        answered = self.view is not None and setting.name in self.view.answers
        self.answer_card.set_title(self.tr("Another answer") if answered else self.tr("The site's answer"))
        helps = {
            DataType.INTEGER: self.tr("A whole number."),
            DataType.FLOAT: self.tr("A number."),
            DataType.DATE: self.tr("A date, written YYYY-MM-DD."),
        }
        texts = [helps.get(setting.data_type, "")]
        if setting.choices:
            texts.append(self.tr("One of: {choices}.").format(choices=language.listed(list(setting.choices))))
        if ";" in setting.value:
            texts.append(self.tr("Several are separated by a semicolon."))
        self._value.say(self.tr("Answer"), " ".join(filter(None, texts)))
        self._reason.say(self.tr("Reason"), self.tr("E.g. who confirmed it, and when."))
        if setting.name in self.access.session.definition.settings_read:
            note = self.tr("An answer holds at this site from now on. Nothing that was recorded changes.")
        else:
            note = self.tr("No rule reads this point: the answer is kept for the record.")
        self._note.say(Tone.QUERY, note)
        self.really.setText(self.tr("Record the answer"))
        self.take_back.setText(self.tr("Take back"))
        self.take_back.setVisible(answered)

    @Slot(object)
    def begin(self, key: object) -> None:
        if self.answer_card.isVisible():
            self.value.setFocus()

    # Answering

    @Slot()
    def _record(self) -> None:
        setting = self._setting
        if setting is None:
            return
        self._message.clear()
        text = self.value.text().strip()
        if setting.data_type in NUMBERS:
            text = tidy_number(text)
        wrong = fault_of(setting, text) if text else self.tr("Give the answer.")
        self._value.show_wrong(wrong)
        if wrong:
            self.value.setFocus()
            return
        self._hand_in(AnswerPoint(name=setting.name, value=text, reason=self.reason.text()))

    @Slot()
    def _take_back(self) -> None:
        if self._setting is not None:
            self._hand_in(AnswerPoint(name=self._setting.name, value=None, reason=self.reason.text()))

    def _hand_in(self, act: AnswerPoint) -> None:
        if self.really.isEnabled():
            self._show_running(runs=True)
            self.access.record(act, self._recorded, self._refused)

    def _show_running(self, *, runs: bool) -> None:
        self.really.setEnabled(not runs)
        self.take_back.setEnabled(not runs)

    def _recorded(self, _: Recorded) -> None:
        self._show_running(runs=False)
        self.value.clear()
        self.reason.clear()
        self._message.say(Tone.DONE, self.tr("Recorded on this computer."))
        self.table.setFocus()

    def _refused(self, error: Exception) -> None:
        self._show_running(runs=False)
        self._message.say_error(error)
        self.reason.setFocus()
