"""The casebook of a subject: every form at every event, what is open, and the course of its values."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from desktop.site.site import FILLS_FORMS
from desktop.study.clinical_data import FormKey
from desktop.study.rules.pathway import Evidence
from desktop.views.casebook import Casebook, Discrepancy
from desktop.views.forms import DueForm, FormState, FormSummary
from ui.background.site_access import SiteAccess
from ui.look import language, style, vocabulary
from ui.look.icons import Sign
from ui.look.style import Tone
from ui.screens.base import Page, Place, Screen, Where
from ui.screens.casebook.cell_card import CellCard
from ui.screens.casebook.matrix import Matrix, MatrixCell, Occurrence, matrix, next_occurrences
from ui.screens.casebook.pathway_strip import PathwayStrip
from ui.widgets import lists
from ui.widgets.buttons import primary, secondary
from ui.widgets.card import Card, EmptyState
from ui.widgets.labels import literal
from ui.widgets.legend import Legend
from ui.widgets.table import TWO_LINES, Align, Cell, Column, Line, Table
from ui.widgets.trends import Strip, TrendPlot

SIDE = 330
MIN_ROWS = 8
LEGEND = (
    Sign.EMPTY,
    Sign.DRAFT,
    Sign.ENTERED,
    Sign.FLAG,
    Sign.DUE,
    Sign.OVERDUE,
    Sign.MISSED,
)


class CasebookScreen(Screen):
    """The matrix at the left; at the right what the cell in focus holds, what is open, and the course."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(access, "casebook", parent)
        self._book: Casebook | None = None
        self._matrix: Matrix | None = None
        self._more: tuple[Occurrence, ...] = ()
        self.another = secondary(name="another_event", icon="add")
        self.another.clicked.connect(self._offer_events)
        self._menu = QMenu(self)
        self._menu.setObjectName("events_menu")
        self.audit = secondary(name="audit", icon="history")
        self.audit.clicked.connect(self._show_audit)
        self.go_on = primary(name="go_on")
        self.go_on.clicked.connect(self._go_on)
        for button in (self.another, self.audit, self.go_on):
            self.header.add_action(button)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._build_main(), 1)
        row.addWidget(self._build_beside())
        self.set_body(body)
        self.retranslate()

    def _build_main(self) -> Page:
        """The pathway over the matrix, which scrolls by itself, so that the heads of its columns stay in sight."""
        card = Card(flush=True)
        self.table = Table("matrix", by_cell=True)
        self.table.line_after_last = True
        self.table.cell_opened.connect(self._open_cell)
        self.table.selectionModel().currentChanged.connect(self._show_cell)
        self.legend = Legend(LEGEND)
        card.body.addWidget(self.table)
        card.body.addWidget(self.legend)
        self.pathway = PathwayStrip(self.access)
        self.pathway.evidence_wished.connect(self._open_evidence)
        self.pathway.left.connect(self._back_to_matrix)
        self._main = Page(side=0)
        self._main.main.addWidget(self.pathway)
        self._main.main.addWidget(card)
        self._main.main.addStretch(1)
        for widget in (self.pathway, self._main.viewport()):
            widget.installEventFilter(self)
        return self._main

    def _build_beside(self) -> Page:
        """The cell in focus, what is open, the course."""
        beside = Page(side=0, left=0)
        beside.setFixedWidth(SIDE + style.MARGIN)
        self.here = CellCard(self.access)
        self.here.form_wished.connect(self._open_form)
        self.here.left.connect(self._back_to_matrix)
        beside.main.addWidget(self.here)
        self._open_card = Card(flush=True)
        self.open_list = Table("open_list", fit=True)
        self.open_list.set_row_height(TWO_LINES)
        self.open_list.opened.connect(self._open_form)
        self._nothing_open = EmptyState()
        self._open_card.body.addWidget(self.open_list)
        self._open_card.body.addWidget(self._nothing_open)
        beside.main.addWidget(self._open_card)
        self._course_card = Card()
        self._course = TrendPlot()
        self._course_card.body.addWidget(self._course)
        beside.main.addWidget(self._course_card)
        beside.main.addStretch(1)
        return beside

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide):
            QTimer.singleShot(0, self, self._give_room)
        return super().eventFilter(watched, event)

    @Slot()
    def _give_room(self) -> None:
        """The matrix takes what the pathway leaves; where that is little, the page scrolls."""
        above = self.pathway.height() + style.GAP if self.pathway.isVisible() else 0
        around = self.legend.height() + style.MARGIN + 2 * style.GAP
        room = self._main.viewport().height() - above - around
        self.table.setFixedHeight(min(self.table.sizeHint().height(), max(room, MIN_ROWS * style.ROW)))

    # Coming here

    def enter(self, place: Place) -> None:
        if self.place is None or place.subject != self.place.subject:
            self._book = self._matrix = None
            self._more = ()
            self.header.say(place.subject)
        self.here.stop_asking()
        self.pathway.stop_deciding()
        super().enter(place)

    def refresh(self) -> None:
        if self.place is not None:
            subject = self.place.subject
            self.access.ask(lambda site: site.casebook(subject), self._show, self.fail)

    def focus_next_step(self) -> None:
        self.table.setFocus()

    def retranslate(self) -> None:
        self.another.setText(self.tr("Another event"))
        self.audit.setText(self.tr("Audit trail"))
        self.table.setAccessibleName(self.tr("Forms and events"))
        self.open_list.setAccessibleName(self.tr("To do"))
        self._nothing_open.say(self.tr("Nothing is open for this subject."))
        self.here.retranslate()
        self.pathway.retranslate()
        if self._book is not None:
            self._show(self._book)

    # Showing

    def _show(self, book: Casebook) -> None:
        if self.place is None or book.subject != self.place.subject:
            return
        definition = self.access.session.definition
        first_time = self._book is None
        self._book = book
        self._matrix = matrix(definition, book, self._more)
        self.header.say(book.subject, vocabulary.headline(definition, book.headline))
        self.pathway.show_book(book)
        self._show_matrix(self._matrix)
        self._show_open(book)
        self._show_course(book)
        self._show_next(book)
        if first_time:
            self._find_place()
        self._show_cell()

    def _show_matrix(self, shown: Matrix) -> None:
        definition = self.access.session.definition
        columns = [Column(stretch=2)]
        for event, repeat in shown.occurrences:
            title = vocabulary.event_title(definition.events[event], repeat)
            columns.append(Column(title=title, stretch=1, align=Align.CENTRE))
        lines = tuple(
            Line(
                key=form,
                cells=(
                    Cell(text=language.words(definition.forms[form].title)),
                    *(_matrix_cell(shown.cell(form, n)) for n in range(len(shown.occurrences))),
                ),
            )
            for form in shown.forms
        )
        self.table.show_lines(tuple(columns), lines)
        self._give_room()

    def _find_place(self) -> None:
        """Start at the form from which the person came, else at what comes next."""
        if self._matrix is None or self._book is None or self.place is None:
            return
        key = self.place.key or self._next_form(self._book)
        if key is not None and (key.event, key.event_repeat) in self._matrix.occurrences:
            column = self._matrix.occurrences.index((key.event, key.event_repeat))
            self.table.choose(key.form, column + 1)
        elif self.table.lines:
            self.table.choose(self.table.lines[0].key, 1)

    def _show_open(self, book: Casebook) -> None:
        due = [form for form in book.due if form.key not in book.drafts]
        lines = [
            *map(self._open_draft, book.drafts),
            *map(self._open_due, (form for form in due if form.is_now)),
            *(self._open_incomplete(form) for form in book.forms if _waits(book, form)),
            *map(self._open_discrepancy, book.discrepancies),
            *(self._open_checks(form) for form in book.forms if form.open_checks),
            *map(
                self._open_due,
                (form for form in due if not form.is_now and not form.missed),
            ),
            *map(self._open_due, (form for form in due if form.missed)),
        ]
        self._open_card.set_title(self.tr("To do"), str(len(lines)) if lines else "")
        self.open_list.show_lines(
            (Column(width=36), Column(stretch=1, width=120), Column(align=Align.RIGHT)), tuple(lines)
        )
        self.open_list.setVisible(bool(lines))
        self._nothing_open.setVisible(not lines)

    def _open_draft(self, key: FormKey) -> Line:
        state = Cell(text=self.tr("draft"), tone=Tone.DUE, small=True)
        return Line(key=key, cells=(lists.sign_cell(Sign.DRAFT), self._titled(key), state))

    def _open_due(self, due: DueForm) -> Line:
        chip = lists.due_chip(due)
        sign = Cell(icon=chip.icon, tone=chip.tone, tip=chip.tip or chip.text)
        state = Cell(text=chip.text, tone=chip.tone, small=True)
        return Line(key=due.key, cells=(sign, self._titled(due.key), state))

    def _open_incomplete(self, form: FormSummary) -> Line:
        state = Cell(text=vocabulary.state_words(form.state), tone=Tone.DUE, small=True)
        return Line(key=form.key, cells=(lists.state_cell(form), self._titled(form.key), state))

    def _open_discrepancy(self, found: Discrepancy) -> Line:
        definition = self.access.session.definition
        event = vocabulary.where(definition, found.key) if found.key is not None else ""
        title = Cell(text=lists.discrepancy_title(definition, found), below=event)
        state = Cell(text=lists.discrepancy_kind(found), tone=Tone.WRONG, small=True)
        return Line(key=found.key, cells=(lists.sign_cell(Sign.FLAG), title, state))

    def _open_checks(self, form: FormSummary) -> Line:
        count = language.counted(form.open_checks, self.tr("1 check"), self.tr("{n} checks"))
        state = Cell(text=count, tone=Tone.DUE, small=True)
        sign = Cell(icon="warning", tone=Tone.DUE, tip=count)
        return Line(key=form.key, cells=(sign, self._titled(form.key), state))

    def _titled(self, key: FormKey) -> Cell:
        definition = self.access.session.definition
        title = vocabulary.form_title(definition, key)
        return Cell(text=title, below=vocabulary.where(definition, key))

    def _show_course(self, book: Casebook) -> None:
        definition = self.access.session.definition
        strips: list[Strip] = []
        for oid in definition.version.trends:
            item = definition.items[oid]
            units = definition.unit_names(item)
            unit = definition.unit_symbol(units[0], language.present()) if units else ""
            name = " ".join(part for part in (language.words(item.question), unit) if part)
            strips.append(Strip(name, tuple(point for point in book.trends if point.item == oid)))
        self._course_card.set_title(self.tr("Course and dosing"))
        self._course.show_course(tuple(strips), book.dosing, self.tr("Days with doses"))
        self._course_card.setVisible(any(strip.points for strip in strips))

    def _show_next(self, book: Casebook) -> None:
        key = self._next_form(book)
        self.go_on.setVisible(key is not None and self._may_fill)
        if key is not None:
            title = vocabulary.form_title(self.access.session.definition, key)
            self.go_on.setText(self.tr("Go on: {form}").format(form=title))

    @property
    def _may_fill(self) -> bool:
        return bool(FILLS_FORMS & set(self.access.session.user.roles))

    def _next_form(self, book: Casebook) -> FormKey | None:
        """A draft first, then what is due by now, then what is incomplete, then what comes; what was missed is behind."""
        due = sorted((form for form in book.due if not form.missed), key=lambda form: form.due)
        ways = (
            *book.drafts,
            *(form.key for form in due if form.is_now),
            *(form.key for form in book.forms if form.state is FormState.INCOMPLETE),
            *(form.key for form in due),
        )
        return next(iter(ways), None)

    # The cell in focus

    @Slot()
    def _show_cell(self) -> None:
        if self._matrix is None or self._book is None:
            return
        index = self.table.currentIndex()
        form = self.table.current_key
        at = index.column() - 1
        cell = self._matrix.cell(form, at) if isinstance(form, str) else None
        self.here.show_cell(self._book.subject, cell)

    @Slot(object, int)
    def _open_cell(self, form: str, column: int) -> None:
        cell = None if self._matrix is None else self._matrix.cell(form, column - 1)
        if cell is None:
            return
        if cell.count > 1:
            self.here.instances.setFocus()
        elif cell.keys:
            self._open_form(cell.keys[0])
        elif self._may_fill:
            self._open_form(cell.first_key)

    @Slot(object)
    def _open_form(self, key: FormKey | None) -> None:
        if self._book is not None and key is not None:
            self.go.emit(Place(Where.FORM, self._book.subject, key))

    @Slot(object)
    def _open_evidence(self, evidence: Evidence) -> None:
        if self._book is not None:
            self.go.emit(Place(Where.FORM, self._book.subject, evidence.key, evidence.item))

    @Slot()
    def _go_on(self) -> None:
        if self._book is not None:
            self._open_form(self._next_form(self._book))

    @Slot()
    def _show_audit(self) -> None:
        if self._book is not None:
            self.go.emit(Place(Where.AUDIT, self._book.subject))

    @Slot()
    def _back_to_matrix(self) -> None:
        self.table.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.here.ask_reason()
        elif event.key() == Qt.Key.Key_Escape and self.here.is_asking:
            self.here.stop_asking()
            self.table.setFocus()
        else:
            super().keyPressEvent(event)

    # Another event

    @Slot()
    def _offer_events(self) -> None:
        if self._matrix is None:
            return
        definition = self.access.session.definition
        self._menu.clear()
        for event, repeat in next_occurrences(definition, self._matrix.occurrences):
            action = self._menu.addAction(literal(vocabulary.event_title(definition.events[event], repeat)))
            action.triggered.connect(partial(self._add_event, event, repeat))
        self._menu.popup(self.another.mapToGlobal(self.another.rect().bottomLeft()))

    def _add_event(self, event: str, repeat: int, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt adds it
        self._more = (*self._more, (event, repeat))
        if self._book is None:
            return
        self._show(self._book)
        if self._matrix is not None:
            column = self._matrix.occurrences.index((event, repeat))
            first = next(f for f in self._matrix.forms if self._matrix.cell(f, column))
            self.table.choose(first, column + 1)
            self.table.setFocus()


def _waits(book: Casebook, form: FormSummary) -> bool:
    """An incomplete form that nobody is at: a draft of it stands in the list already."""
    return form.state is FormState.INCOMPLETE and form.key not in book.drafts


def _matrix_cell(cell: MatrixCell | None) -> Cell:
    if cell is None:
        return Cell()
    text = str(cell.count) if cell.count > 1 else ""
    return Cell(
        text=text,
        icon=cell.sign.icon,
        icon_tone=cell.sign.tone,
        tone=Tone.SECONDARY,
        small=True,
        tip=vocabulary.sign_words(cell.sign),
    )
