"""Discrepancies: both values side by side."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.actions import Recorded, SettleDiscrepancy
from desktop.casebook.double_entry import PASS_KINDS
from desktop.site.site import Site
from desktop.study.definition.metadata import Definition
from desktop.views.casebook import Discrepancy
from desktop.views.people import Role
from ui.background.site_access import SiteAccess
from ui.look import language, style, vocabulary
from ui.look.icons import Sign
from ui.look.style import Tone
from ui.screens.base import Place, Screen, Where
from ui.screens.discrepancies.decision import Decision
from ui.widgets import lists
from ui.widgets.buttons import secondary
from ui.widgets.card import Card, EmptyState
from ui.widgets.labels import label
from ui.widgets.message import Message
from ui.widgets.table import Align, Cell, Column, Line, Table

SETTLES = frozenset({Role.ENTRY, Role.INVESTIGATOR, Role.MANAGER})
LIST_WIDTH = 440
VALUE_WIDTH = 212


class ValueCard(Card):
    """One of the values: who recorded it, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(VALUE_WIDTH)
        self._value = label(kind="number", wrap=True)
        self._who = label(kind="small", tone=Tone.SECONDARY, wrap=True)
        self.body.addWidget(self._value)
        self.body.addWidget(self._who)
        self.body.addStretch(1)

    def show_value(self, title: str, value: str, who: str) -> None:
        """Show it. A long text is set smaller than a number."""
        self.set_title(title)
        self._value.setText(value)
        style.set_kind(self._value, kind="number" if len(value) <= 12 else "section")
        self._who.setText(who)


class DiscrepanciesScreen(Screen):
    """The list at the left, the one in focus at the right."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(access, "discrepancies", parent)
        self._found: tuple[Discrepancy, ...] | None = None
        row = QHBoxLayout()
        row.setContentsMargins(style.MARGIN, 0, style.MARGIN, style.MARGIN)
        row.setSpacing(style.GAP)
        self._list_card = Card(flush=True)
        self._list_card.setFixedWidth(LIST_WIDTH)
        self.table = Table("discrepancies_list", fit=True)
        self.table.keeps_choice = True
        self.table.chosen.connect(self._show_one)
        self.table.opened.connect(self._show_one)
        self._nothing = EmptyState()
        self._list_card.body.addWidget(self.table)
        self._list_card.body.addWidget(self._nothing)
        left = QVBoxLayout()
        left.addWidget(self._list_card)
        left.addStretch(1)
        row.addLayout(left)
        self._card = self._build_card()
        right = QVBoxLayout()
        right.addWidget(self._card)
        right.addStretch(1)
        row.addLayout(right, 1)
        body = QVBoxLayout()
        body.addLayout(row)
        self.set_body(body)
        self.retranslate()

    def _build_card(self) -> Card:
        card = Card()
        self._title = label(kind="section", wrap=True)
        self._where = label(tone=Tone.SECONDARY, wrap=True)
        self._values = (ValueCard(), ValueCard())
        values = QHBoxLayout()
        values.setSpacing(12)
        for value in self._values:
            values.addWidget(value)
        values.addStretch(1)
        self._advice = Message()
        self.decision = Decision()
        self.decision.decided.connect(self._record)
        self.open_form = secondary(name="open_discrepant_form", icon="edit")
        self.open_form.clicked.connect(self._open_form)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.open_form)
        for part in (self._title, self._where):
            card.body.addWidget(part)
        card.body.addLayout(values)
        card.body.addWidget(self._advice)
        card.body.addWidget(self.decision)
        card.body.addLayout(foot)
        card.hide()
        return card

    def refresh(self) -> None:
        self.access.ask(Site.discrepancies, self._show, self.fail)

    def focus_next_step(self) -> None:
        (self.table if self._found else self).setFocus()

    def retranslate(self) -> None:
        self.table.setAccessibleName(self.tr("Discrepancies"))
        self.open_form.setText(self.tr("Open the form"))
        self.decision.retranslate()
        self._nothing.say(self.tr("Nothing to settle."))
        if self._found is None:
            self.header.say(self.tr("Discrepancies"))
        else:
            self._show(self._found)

    def _show(self, found: tuple[Discrepancy, ...]) -> None:
        self._found = found
        definition = self.access.session.definition
        count = language.counted(len(found), self.tr("1 to settle"), self.tr("{n} to settle"))
        self.header.say(self.tr("Discrepancies"), count if found else "")
        self.table.show_lines(_COLUMNS, tuple(_line(definition, each) for each in found))
        self.table.setVisible(bool(found))
        self._nothing.setVisible(not found)
        if self.place is not None and self.place.subject:
            wanted = next(
                (d for d in found if (d.subject, d.key) == (self.place.subject, self.place.key)),
                None,
            )
            self.table.choose(wanted)
        self.table.choose_first()
        current = self.table.current_key
        self._card.setVisible(current is not None)
        if self.hasFocus():
            self.focus_next_step()
        if isinstance(current, Discrepancy):
            self._show_one(current)

    @Slot(object)
    def _show_one(self, found: Any) -> None:
        definition = self.access.session.definition
        self._card.show()
        place = found.key
        named = [vocabulary.where(definition, place), vocabulary.form_title(definition, place)] if place else []
        self._title.setText(language.joined(found.subject, *named))
        item = found.place.item if found.place is not None and found.place.item in definition.items else ""
        question = language.words(definition.items[item].question) if item else ""
        self._where.setText(question or lists.discrepancy_title(definition, found))
        titles = (
            (self.tr("First entry"), self.tr("Second entry"))
            if found.kind in PASS_KINDS
            else (self.tr("First computer"), self.tr("Second computer"))
        )
        for number, (card, title) in enumerate(zip(self._values, titles, strict=True)):
            side = found.sides[number] if number < len(found.sides) else None
            card.setVisible(side is not None)
            if side is not None:
                shown = vocabulary.value_words(definition, definition.items[item], side.value) if item else ""
                if side.row is not None:
                    shown = "\n".join(
                        vocabulary.value_words(definition, definition.items[oid], value)
                        for oid, value in side.row.items()
                        if oid in definition.items
                    )
                shown = shown or "–"
                card.show_value(title, shown, language.joined(side.user, language.moment(side.wall)))
        self._advice.say(Tone.QUERY, self._advice_for(found))
        may_settle = bool(SETTLES & set(self.access.session.user.roles))
        self.decision.setVisible(may_settle)
        if may_settle:
            self.decision.show_discrepancy(definition, found, self.access.session.user.oid)
        self.open_form.setVisible(place is not None)

    def _advice_for(self, found: Discrepancy) -> str:
        if found.is_subject:
            return self.tr(
                "Two computers gave the same key to a subject. Compare with the identification log on paper,"
                " and remove the forms of the one that is wrong."
            )
        match found.kind:
            case "second_entry":
                return self.tr("The two entries differ. Look at the source document, and decide which is right.")
            case "missing_row":
                return self.tr("The second entry lacks this row. Look at the source document.")
            case "extra_row":
                return self.tr("The first entry lacks this row. Look at the source document.")
            case "same_person":
                return self.tr(
                    "One person made both entries on two computers. Have another person compare the form with the"
                    " source document, and settle this with what was found."
                )
            case "after_lock":
                return self.tr(
                    "The form was changed by somebody who did not know that it was locked. Compare it with the source"
                    " document, and settle this with what was found."
                )
            case _:
                return self.tr(
                    "Two computers changed this without having seen each other's entry. Look at the source document,"
                    " and decide which is right."
                )

    @Slot(object)
    def _record(self, act: SettleDiscrepancy) -> None:
        self.access.record(act, self._settled, self.decision.show_refused)

    def _settled(self, _: Recorded) -> None:
        self.refresh()

    @Slot()
    def _open_form(self) -> None:
        found = self.table.current_key
        if isinstance(found, Discrepancy) and found.key is not None:
            self.go.emit(Place(Where.FORM, found.subject, found.key))


_COLUMNS = (
    Column(width=36),
    Column(width=90),
    Column(stretch=1, width=120),
    Column(width=120, align=Align.RIGHT),
)


def _line(definition: Definition, found: Discrepancy) -> Line:
    return Line(
        key=found,
        cells=(
            Cell(icon="discrepancies", tone=Tone.WRONG, tip=vocabulary.sign_words(Sign.FLAG)),
            Cell(text=found.subject, bold=True),
            Cell(text=lists.discrepancy_title(definition, found)),
            Cell(text=lists.discrepancy_kind(found), tone=Tone.SECONDARY),
        ),
    )
