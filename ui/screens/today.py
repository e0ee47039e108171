"""The Today screen."""

import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from desktop.site.site import FILLS_FORMS, Site
from desktop.study.clinical_data import FormKey
from desktop.views.casebook import DecisionNeeded, Discrepancy
from desktop.views.today import Today
from ui.background.site_access import SiteAccess
from ui.look import language, style, vocabulary
from ui.look.icons import Sign
from ui.look.style import Tone
from ui.screens.base import JOIN, Page, Place, Screen, Where
from ui.widgets import lists
from ui.widgets.buttons import link, primary, secondary
from ui.widgets.card import Card, EmptyState
from ui.widgets.labels import label
from ui.widgets.table import Align, Cell, Column, Line, Table

CHART_HEIGHT = 56
FIRST_LINES = 8


class MonthBars(QWidget):
    """Subjects registered up to the end of each month, and how many are planned."""

    def __init__(self) -> None:
        super().__init__()
        self._bars: tuple[tuple[str, int], ...] = ()
        self._planned: int | None = None
        self.setFixedHeight(CHART_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: tuple[tuple[str, int], ...], planned: int | None) -> None:
        """Show them."""
        self._bars, self._planned = bars, planned
        said = [f"{language.month(month)}: {count}" for month, count in bars]
        self.setAccessibleName(language.listed(said))
        self.setToolTip("\n".join(said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, CHART_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._bars:
            return
        c = style.colours()
        painter = QPainter(self)
        top = max([1, self._planned or 0, *(count for _, count in self._bars)])
        base, height, step = CHART_HEIGHT - 6, CHART_HEIGHT - 12, 26
        width = step * len(self._bars) + 8
        for number, (_, count) in enumerate(self._bars):
            bar = height * count / top
            painter.fillRect(QRectF(8 + number * step, base - bar, 16, bar), QColor(c.accent))
        painter.setPen(QPen(QColor(c.line), 1))
        painter.drawLine(2, base, width, base)
        if self._planned:
            level = round(base - height * self._planned / top)
            painter.setPen(QPen(QColor(c.secondary), 1, Qt.PenStyle.DashLine))
            painter.drawLine(2, level, width, level)


class TodayCard(Card):
    """One list of Today: its first lines, and all of them when the person wants to see them."""

    def __init__(self, name: str) -> None:
        super().__init__(flush=True)
        self.table = Table(f"today_{name}", fit=True)
        self.all = link(name=f"today_all_{name}")
        self.all.clicked.connect(self._show_all)
        self.head.addWidget(self.all)
        self.body.addWidget(self.table)
        self._lines: tuple[Line, ...] = ()
        self._shows_all = False

    def show_lines(self, title: str, lines: tuple[Line, ...]) -> None:
        """Show them; the card is not there when there are none."""
        self._lines = lines
        self.set_title(title, str(len(lines)))
        self.setVisible(bool(lines))
        self.table.setAccessibleName(title)
        self._show()

    def _show(self) -> None:
        shown = self._lines if self._shows_all else self._lines[:FIRST_LINES]
        self.table.show_lines(_COLUMNS, shown)
        self.all.setText(self.tr("Show all {n}").format(n=len(self._lines)))
        self.all.setVisible(len(shown) < len(self._lines))

    @Slot()
    def _show_all(self) -> None:
        self._shows_all = True
        self._show()
        self.table.setFocus()


class TodayScreen(Screen):
    """The home screen. A click, or Enter, goes to the very form."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(access, "today", parent)
        self._view: Today | None = None
        self._looking = False
        self._assessed = 0
        self.new_subject = primary(name="new_subject", icon="add")
        self.new_subject.clicked.connect(self._new_subject)
        self.header.add_action(self.new_subject)
        page = Page()
        self._nothing = EmptyState()
        self._nothing_card = Card()
        self._nothing_card.body.addWidget(self._nothing)
        page.main.addWidget(self._nothing_card)
        self._cards = {
            name: TodayCard(name) for name in ("decide", "due", "second", "begun", "checks", "settle", "missed")
        }
        for card in self._cards.values():
            card.table.opened.connect(self._open)
            page.main.addWidget(card)
        page.main.addStretch(1)
        self._build_transfer(page)
        self._build_centre(page)
        self._enrolment = Card()
        self._enrolment_text = label(tone=Tone.SECONDARY, wrap=True)
        self._bars = MonthBars()
        self._enrolment.body.addWidget(self._enrolment_text)
        self._enrolment.body.addWidget(self._bars)
        page.side.addWidget(self._enrolment)
        page.side.addStretch(1)
        self.set_body(page)
        self.retranslate()

    def _build_transfer(self, page: Page) -> None:
        self._transfer = Card()
        self._transfer_text = label(tone=Tone.SECONDARY, wrap=True)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self.preview = secondary(name="preview_export", icon="export")
        self.preview.clicked.connect(partial(self.go.emit, Place(Where.EXPORT)))
        self._transfer.body.addWidget(self._transfer_text)
        self._transfer.body.addWidget(self._progress)
        self._transfer.body.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignLeft)
        page.side.addWidget(self._transfer)

    def _build_centre(self, page: Page) -> None:
        self._centre = Card()
        self._centre_text = label(tone=Tone.SECONDARY, wrap=True)
        self.send = secondary(name="send_now", icon="sync")
        self.send.clicked.connect(self._go_to_sync)
        row = QHBoxLayout()
        row.addWidget(self.send)
        row.addStretch(1)
        self._centre.body.addWidget(self._centre_text)
        self._centre.body.addLayout(row)
        page.side.addWidget(self._centre)

    def refresh(self) -> None:
        self.access.ask(Site.today, self._show, self.fail)

    def focus_next_step(self) -> None:
        for card in self._cards.values():
            if not card.isHidden() and card.table.lines:
                card.table.setFocus()
                card.table.choose_first()
                return
        self.new_subject.setFocus()

    def retranslate(self) -> None:
        may_fill = bool(FILLS_FORMS & set(self.access.session.user.roles))
        self.new_subject.setText(self.tr("New subject"))
        self.new_subject.setVisible(may_fill)
        self.preview.setText(self.tr("Preview Excel"))
        self._nothing.say(self.tr("Nothing is due and nothing is open. New subjects and visits appear here."))
        if self._view is None:
            self.header.say(self.tr("Today"))
        else:
            self._show_view(self._view)

    def _show(self, view: Today) -> None:
        first_time = self._view is None
        self._view = view
        self._show_view(view)
        if first_time:
            self.focus_when_loaded()
        if not self._looking:
            self._looking, self._assessed = True, 0
            self.access.ask(Site.reassess_next, self._look_on, self._stop_looking)

    def _look_on(self, more: bool) -> None:  # noqa: FBT001 - what the question answers
        """One subject after the other is looked at for checks that a change elsewhere made fire; then shown once."""
        if more and self.isVisible():
            self._assessed += 1
            self.access.ask(Site.reassess_next, self._look_on, self._stop_looking)
            return
        self._looking = False
        if self._assessed and self.isVisible():
            self.refresh()

    def _stop_looking(self, error: Exception) -> None:
        self._looking = False
        self.fail(error)

    def _show_view(self, view: Today) -> None:
        self.header.say(self.tr("Today"), self._sentence(view))
        titles = (
            self.tr("Decisions to make"),
            self.tr("Forms due and to come"),
            self.tr("Waiting for the second entry"),
            self.tr("Begun and not complete"),
            self.tr("Checks to answer"),
            self.tr("To settle"),
            self.tr("Missed"),
        )
        contents = (
            self._decision_lines(view),
            self._due_lines(view, missed=False),
            self._second_lines(view),
            self._begun_lines(view),
            self._check_lines(view),
            self._settle_lines(view),
            self._due_lines(view, missed=True),
        )
        for card, title, lines in zip(self._cards.values(), titles, contents, strict=True):
            card.show_lines(title, lines)
        self._nothing_card.setVisible(not any(contents))
        self._show_transfer(view)
        self._show_centre(view)
        self._show_enrolment(view)

    def _sentence(self, view: Today) -> str:
        overdue = sum(form.overdue for form in view.due)
        due = sum(form.is_now and not form.overdue for form in view.due)
        parts: list[str] = []
        if overdue:
            parts.append(language.counted(overdue, self.tr("1 form is overdue"), self.tr("{n} forms are overdue")))
        if due:
            parts.append(language.counted(due, self.tr("1 form is due"), self.tr("{n} forms are due")))
        if view.clock_behind:
            parts.append(self.tr("this computer's clock was set back"))
        day = language.long_date(view.date)
        if not parts:
            return self.tr("{day}. Nothing is due.").format(day=day)
        sentence = language.clauses(parts)
        return self.tr("{day}. {sentence}.").format(day=day, sentence=sentence[:1].upper() + sentence[1:])

    def _due_lines(self, view: Today, *, missed: bool) -> tuple[Line, ...]:
        """The forms that are due, or those that can no longer be made up."""
        definition = self.access.session.definition
        begun = {(draft.subject, draft.key) for draft in view.drafts}
        return tuple(
            Line(
                key=(form.subject, form.key),
                cells=(
                    lists.sign_cell(Sign.DRAFT if (form.subject, form.key) in begun else Sign.EMPTY),
                    *lists.form_cells(definition, form.subject, form.key),
                    Cell(text=_day(form.due, view.date)),
                    lists.due_chip(form),
                ),
            )
            for form in view.due
            if form.missed is missed
        )

    def _decision_lines(self, view: Today) -> tuple[Line, ...]:
        """Subjects whose way the study leaves to an investigator."""
        pathway = self.access.session.definition.version.pathway
        steps = pathway.by_oid if pathway is not None else {}
        chip = Cell(text=self.tr("Investigator"), icon="user", tone=Tone.DUE, chip=True)
        return tuple(
            Line(
                key=found,
                cells=(
                    Cell(icon="user", tone=Tone.DUE),
                    Cell(text=found.subject, bold=True),
                    Cell(text=language.words(steps[found.step].title)),
                    Cell(),
                    Cell(),
                    chip,
                ),
            )
            for found in view.decisions
            if found.step in steps
        )

    def _begun_lines(self, view: Today) -> tuple[Line, ...]:
        definition = self.access.session.definition
        lines: dict[tuple[str, FormKey], Line] = {}
        for draft in view.drafts:
            key = (draft.subject, draft.key)
            begun = datetime.datetime.fromisoformat(draft.wall)
            lines[key] = Line(
                key=key,
                cells=(
                    lists.sign_cell(Sign.DRAFT),
                    *lists.form_cells(definition, draft.subject, draft.key),
                    Cell(
                        text=language.short_date(begun.date()),
                        tip=language.moment(draft.wall),
                    ),
                    Cell(text=self.tr("Your draft"), icon="edit", tone=Tone.DUE, chip=True),
                ),
            )
        for summary in view.incomplete:
            key = (summary.subject, summary.key)
            if key not in lines:
                lines[key] = Line(
                    key=key,
                    cells=(
                        lists.state_cell(summary),
                        *lists.form_cells(
                            definition, summary.subject, summary.key, self._label(summary.key, summary.label)
                        ),
                        Cell(text=language.day_of(summary.wall)),
                        Cell(text=summary.user, tone=Tone.SECONDARY),
                    ),
                )
        return tuple(lines.values())

    def _second_lines(self, view: Today) -> tuple[Line, ...]:
        """What the person may enter a second time, oldest first."""
        definition = self.access.session.definition
        return tuple(
            Line(
                key=(summary.subject, summary.key),
                cells=(
                    lists.state_cell(summary),
                    *lists.form_cells(definition, summary.subject, summary.key, ""),
                    Cell(text=language.day_of(summary.wall)),
                    Cell(text=self.tr("Second entry"), icon="state-twice", tone=Tone.SECOND, chip=True),
                ),
            )
            for summary in view.awaiting_second
        )

    def _check_lines(self, view: Today) -> tuple[Line, ...]:
        definition = self.access.session.definition
        return tuple(
            Line(
                key=(summary.subject, summary.key),
                cells=(
                    lists.state_cell(summary),
                    *lists.form_cells(
                        definition, summary.subject, summary.key, self._label(summary.key, summary.label)
                    ),
                    Cell(),
                    Cell(
                        text=language.counted(summary.open_checks, self.tr("1 check"), self.tr("{n} checks")),
                        icon="warning",
                        tone=Tone.DUE,
                        chip=True,
                    ),
                ),
            )
            for summary in view.open_checks
        )

    def _settle_lines(self, view: Today) -> tuple[Line, ...]:
        definition = self.access.session.definition
        return tuple(
            Line(
                key=discrepancy,
                cells=(
                    Cell(icon="discrepancies", tone=Tone.WRONG, tip=vocabulary.sign_words(Sign.FLAG)),
                    Cell(text=discrepancy.subject, bold=True),
                    Cell(text=lists.discrepancy_title(definition, discrepancy)),
                    Cell(
                        text=vocabulary.where(definition, discrepancy.key) if discrepancy.key else "",
                        tone=Tone.SECONDARY,
                    ),
                    Cell(),
                    Cell(text=lists.discrepancy_kind(discrepancy), tone=Tone.SECONDARY),
                ),
            )
            for discrepancy in view.discrepancies
        )

    def _label(self, key: FormKey, value: str) -> str:
        return vocabulary.label_words(self.access.session.definition, key.form, value)

    def _show_transfer(self, view: Today) -> None:
        month = f"{view.date:%Y-%m}"
        first = (view.date.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
        self._transfer.set_title(self.tr("{month} transfer").format(month=language.month_name(month)))
        text = self.tr("Due {date}. {done} of {total} expected forms are complete.").format(
            date=language.short_date(first), done=view.forms_complete, total=view.forms_total
        )
        if view.discrepancies:
            more = language.counted(
                len(view.discrepancies),
                self.tr("1 discrepancy is open."),
                self.tr("{n} discrepancies are open."),
            )
            text = language.sentences(text, more)
        self._transfer_text.setText(text)
        self._progress.setRange(0, max(view.forms_total, 1))
        self._progress.setValue(view.forms_complete)
        self._progress.setAccessibleName(text)

    def _show_centre(self, view: Today) -> None:
        self._centre.set_title(self.tr("The centre"))
        waiting = view.entries.waiting
        if waiting == 0:
            safe = self.tr("The centre has every entry of this computer.")
        else:
            safe = language.counted(
                waiting,
                self.tr("1 entry is safe on this computer and not yet received."),
                self.tr("{n} entries are safe on this computer and not yet received."),
            )
        if not view.enrolled:
            first = self.tr("This computer has not joined a centre yet.")
        elif view.last_receipt:
            first = self.tr("Last receipt {moment}.").format(moment=language.moment(view.last_receipt))
        else:
            first = self.tr("No receipt yet.")
        self._centre_text.setText(language.sentences(first, safe))
        self.send.setText(self.tr("Send now") if view.enrolled else self.tr("Join the centre"))

    def _show_enrolment(self, view: Today) -> None:
        self._enrolment.set_title(self.tr("Enrolment"))
        if view.planned_subjects:
            text = self.tr("{n} of {planned} planned at this site").format(
                n=view.subjects, planned=view.planned_subjects
            )
        else:
            text = language.counted(
                view.subjects, self.tr("1 subject at this site"), self.tr("{n} subjects at this site")
            )
        self._enrolment_text.setText(text)
        self._bars.show_bars(view.subjects_by_month, view.planned_subjects)

    @Slot(object)
    def _open(self, key: Any) -> None:
        if isinstance(key, Discrepancy):
            self.go.emit(Place(Where.DISCREPANCIES, key.subject, key.key))
        elif isinstance(key, DecisionNeeded):
            self.go.emit(Place(Where.CASEBOOK, key.subject))
        else:
            subject, form = key
            self.go.emit(Place(Where.FORM, subject, form))

    @Slot()
    def _go_to_sync(self) -> None:
        joins = self._view is not None and not self._view.enrolled
        self.go.emit(Place(Where.SYNC, part=JOIN if joins else ""))

    @Slot()
    def _new_subject(self) -> None:
        self.access.ask(Site.next_subject, self._register, self.fail)

    def _register(self, subject: str) -> None:
        version = self.access.session.definition.version
        key = FormKey(version.first_event, 1, version.first_form, 1)
        self.go.emit(Place(Where.FORM, subject, key))


def _day(day: datetime.date, today: datetime.date) -> str:
    """What was missed may lie years back."""
    return language.short_date(day) if day.year == today.year else language.date(day)


_COLUMNS = (
    Column(width=36),
    Column(width=92),
    Column(stretch=3, width=150),
    Column(stretch=2, width=160),
    Column(width=106, align=Align.RIGHT),
    Column(width=176),
)
"""One set for all lists, so that what is alike stands under each other."""
