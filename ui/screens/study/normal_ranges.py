"""Normal ranges of the site's laboratories."""

import datetime

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.actions import Recorded, SetNormalRange
from desktop.site.site import SETS_RANGES
from desktop.study.definition.metadata import ItemDef
from desktop.study.definition.site_parameters import NormalRange
from desktop.study.values.typed_input import tidy_date, tidy_number
from desktop.views.study import RangeLine
from ui.background.site_access import SiteAccess
from ui.look import language, vocabulary
from ui.look.style import Tone
from ui.screens.study.base import StudyPart
from ui.widgets.buttons import primary
from ui.widgets.card import Card
from ui.widgets.fields import Choice, Labelled, TextLine
from ui.widgets.message import Message
from ui.widgets.table import TWO_LINES, Cell, Column, Line


class RangesPart(StudyPart):
    """The ranges by item, the newest first; beside them a new one."""

    def __init__(self, access: SiteAccess) -> None:
        super().__init__(access, "study_ranges")
        self.table.set_row_height(TWO_LINES)
        self.add_card = self._build_add()
        self.add_to_side(self.add_card)
        self.end_layout()

    def _build_add(self) -> Card:
        card = Card()
        card.body.setSpacing(9)
        self.item, self.sex = Choice(), Choice()
        self.laboratory, self.since, self.reason = TextLine(), TextLine(), TextLine()
        self.age_from, self.age_to = TextLine(), TextLine()
        self.low, self.high = TextLine(), TextLine()
        self._item = Labelled(self.item, "range_item")
        self._laboratory = Labelled(self.laboratory, "range_laboratory")
        self._sex = Labelled(self.sex, "range_sex")
        self._age_from = Labelled(self.age_from, "range_age_from")
        self._age_to = Labelled(self.age_to, "range_age_to")
        self._low = Labelled(self.low, "range_low")
        self._high = Labelled(self.high, "range_high")
        self._since = Labelled(self.since, "range_since")
        self._reason = Labelled(self.reason, "range_reason")
        self._checked = (self._low, self._age_from, self._age_to, self._since)
        """The fields beside which it is said what is wrong."""
        self.reason.done.connect(self._record)
        self.item.currentIndexChanged.connect(self._word_limits)
        self._message = Message()
        self.really = primary(name="range_really", icon="check")
        self.really.clicked.connect(self._record)
        self._people = QWidget()
        people = QHBoxLayout(self._people)
        people.setContentsMargins(0, 0, 0, 0)
        people.setSpacing(10)
        for part in (self._sex, self._age_from, self._age_to):
            people.addWidget(part, 1)
        limits = QHBoxLayout()
        limits.setSpacing(10)
        limits.addWidget(self._low, 1)
        limits.addWidget(self._high, 1)
        card.body.addWidget(self._item)
        card.body.addLayout(limits)
        card.body.addWidget(self._people)
        card.body.addWidget(self._laboratory)
        card.body.addWidget(self._since)
        card.body.addWidget(self._reason)
        card.body.addWidget(self._message)
        buttons = QHBoxLayout()
        buttons.addWidget(self.really)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        card.hide()
        return card

    # Showing

    def show_all(self) -> None:
        definition = self.access.session.definition
        items = definition.laboratory_items
        ranges = self._in_order(items)
        columns = (
            Column(title=self.tr("Item and laboratory"), stretch=3, width=150),
            Column(title=self.tr("For whom"), stretch=1, width=110),
            Column(title=self.tr("Normal range"), stretch=2, width=130),
            Column(title=self.tr("Since"), stretch=1, width=110),
            Column(title=self.tr("Reason"), stretch=3, width=140),
        )
        self.table.show_lines(columns, tuple(map(self._line, ranges)))
        self.table.setAccessibleName(self.tr("Normal ranges"))
        self.table.setVisible(bool(ranges))
        self.nothing.setVisible(not ranges)
        self.nothing.say(
            self.tr("No normal range is set yet. Laboratory values are shown without one.")
            if items
            else self.tr("The study has no laboratory reports, so it needs no normal ranges.")
        )
        self._word_add(items)

    def _in_order(self, items: tuple[str, ...]) -> list[RangeLine]:
        """By item as the study asks them; the newest first, and of two of one day the one that counts."""
        place = {oid: number for number, oid in enumerate(items)}
        recorded = list(enumerate(self.view.ranges if self.view else ()))
        recorded.sort(key=lambda pair: (pair[1].range.since, pair[0]), reverse=True)
        return sorted((line for _, line in recorded), key=lambda line: place.get(line.range.item, len(place)))

    def _line(self, line: RangeLine) -> Line:
        definition = self.access.session.definition
        found = line.range
        item = definition.items.get(found.item)
        limits = f"{vocabulary.limits_words(found.low, found.high)} {self._unit(item)}".strip()
        since = tidy_date(found.since)
        return Line(
            key=line,
            cells=(
                Cell(
                    text=language.words(item.question) if item else found.item,
                    below=found.laboratory or self.tr("the site's own laboratory"),
                ),
                Cell(text=self._sex_words(found.sex), below=self._age_words(found)),
                Cell(text=limits, bold=True),
                Cell(text=since, below=line.user, tip=language.full_moment(line.wall)),
                Cell(text=line.reason, tone=Tone.SECONDARY, small=True),
            ),
        )

    def _unit(self, item: ItemDef | None) -> str:
        definition = self.access.session.definition
        units = definition.unit_names(item) if item is not None else ()
        return definition.unit_symbol(units[0], language.present()) if units else ""

    def _sexes(self) -> tuple[tuple[str, str], ...]:
        """(code, words) of the study's sexes; none where ranges do not depend on it."""
        definition = self.access.session.definition
        keys = definition.version.normal_ranges
        codelist = definition.codelist_of(definition.items[keys.sex]) if keys is not None else None
        return tuple((item.code, language.words(item.label)) for item in codelist.items) if codelist else ()

    def _sex_words(self, code: str) -> str:
        return dict(self._sexes()).get(code, code) if code else self.tr("all")

    def _age_words(self, found: NormalRange) -> str:
        match found.age_from, found.age_to:
            case None, None:
                return ""
            case first, None:
                return self.tr("from {first} years").format(first=first)
            case None, last:
                return self.tr("up to {last} years").format(last=last)
            case first, last:
                return self.tr("{first} to {last} years").format(first=first, last=last)

    def forget_messages(self) -> None:
        self._message.clear()
        for field in self._checked:
            field.show_wrong("")

    def _word_add(self, items: tuple[str, ...]) -> None:
        definition = self.access.session.definition
        self.add_card.setVisible(bool(items) and self.may(SETS_RANGES))
        self.add_card.set_title(self.tr("New normal range"))
        self._item.say(self.tr("Laboratory item"))
        self.item.show_choices(tuple((oid, language.words(definition.items[oid].question)) for oid in items))
        self._word_limits()
        sexes = self._sexes()
        self._people.setVisible(definition.version.normal_ranges is not None)
        self._sex.say(self.tr("Sex"))
        self.sex.show_choices((("", self.tr("all")), *sexes))
        self._age_from.say(self.tr("Age from"))
        self._age_to.say(self.tr("to, years"))
        self._laboratory.say(self.tr("Laboratory"), self.tr("As the reports name it. Empty: the site's own."))
        self._since.say(self.tr("For samples since"))
        self.since.setPlaceholderText(self.tr("YYYY-MM-DD"))
        self._reason.say(
            self.tr("Reason"),
            self.tr("A range is never deleted: a newer one for the same people takes its place from its date on."),
        )
        self.really.setText(self.tr("Record the range"))

    @Slot()
    def _word_limits(self) -> None:
        unit = self._unit(self.access.session.definition.items.get(str(self.item.currentData())))
        self._low.say(self.tr("From, {unit}").format(unit=unit) if unit else self.tr("From"))
        self._high.say(self.tr("Up to, {unit}").format(unit=unit) if unit else self.tr("Up to"))

    def focus_next_step(self) -> None:
        if self.add_card.isVisible() and not self.table.lines:
            self.item.setFocus()
        else:
            super().focus_next_step()

    # A new one

    @Slot()
    def _record(self) -> None:
        if not self.really.isEnabled():
            return
        self._message.clear()
        low, high = tidy_number(self.low.text()), tidy_number(self.high.text())
        self._low.show_wrong("" if low or high else self.tr("Give at least one limit."))
        for field, line in ((self._age_from, self.age_from), (self._age_to, self.age_to)):
            field.show_wrong("" if _is_age(line.text()) else self.tr("A whole number."))
        since = tidy_date(self.since.text())
        self._since.show_wrong("" if _is_date(since) else self.tr("A date, written YYYY-MM-DD."))
        wrong = [field for field in self._checked if field.message.text]
        if wrong:
            wrong[0].field.setFocus()
            return
        found = NormalRange(
            item=str(self.item.currentData()),
            since=since,
            laboratory=self.laboratory.text().strip(),
            sex=str(self.sex.currentData() or ""),
            age_from=_age(self.age_from.text()),
            age_to=_age(self.age_to.text()),
            low=low,
            high=high,
        )
        self.really.setEnabled(False)
        self.access.record(SetNormalRange(range=found, reason=self.reason.text()), self._recorded, self._refused)

    def _recorded(self, _: Recorded) -> None:
        """Laboratory, people and date often stay the same for the next item."""
        self.really.setEnabled(True)
        self.low.clear()
        self.high.clear()
        self._message.say(Tone.DONE, self.tr("Recorded on this computer."))
        self.item.setFocus()

    def _refused(self, error: Exception) -> None:
        self.really.setEnabled(True)
        self._message.say_error(error)
        self.reason.setFocus()


def _is_age(text: str) -> bool:
    plain = tidy_number(text)
    return not plain or (plain.isascii() and plain.isdigit() and len(plain) <= 3)


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _age(text: str) -> int | None:
    """Completed years; None where nothing is said."""
    plain = tidy_number(text)
    return int(plain) if plain else None
