"""Model of a casebook's matrix (Forms x StudyEvents). Pure."""

from collections.abc import Iterator

import msgspec

from desktop.study.clinical_data import FormKey
from desktop.study.definition.metadata import Definition
from desktop.views.casebook import Casebook
from desktop.views.forms import DueForm, FormState, FormSummary
from ui.look.icons import SIGN_OF_STATE, Sign

WORST_FIRST = (
    FormState.DISCREPANT,
    FormState.INCOMPLETE,
    FormState.AWAITING_SECOND,
    FormState.COMPLETE,
    FormState.VERIFIED,
    FormState.SIGNED,
    FormState.LOCKED,
)

Occurrence = tuple[str, int]


class MatrixCell(msgspec.Struct, frozen=True):
    """One form at one event: what is there, what is begun, what is due."""

    form: str
    event: str
    event_repeat: int
    summaries: tuple[FormSummary, ...] = ()
    drafts: tuple[FormKey, ...] = ()
    """Drafts of forms that have no entry yet."""
    due: DueForm | None = None

    @property
    def sign(self) -> Sign:
        """The sign that needs a person soonest."""
        if self.summaries:
            states = {summary.state for summary in self.summaries}
            return SIGN_OF_STATE[next(state for state in WORST_FIRST if state in states)]
        if self.drafts:
            return Sign.DRAFT
        if self.due is not None and self.due.missed:
            return Sign.MISSED
        if self.due is not None and self.due.is_now:
            return Sign.OVERDUE if self.due.overdue else Sign.DUE
        return Sign.EMPTY

    @property
    def count(self) -> int:
        """How many instances of the form there are, drafts of new ones among them."""
        return len(self.summaries) + len(self.drafts)

    @property
    def first_key(self) -> FormKey:
        """The coordinates of the first instance, there or not."""
        return FormKey(self.event, self.event_repeat, self.form, 1)

    @property
    def keys(self) -> tuple[FormKey, ...]:
        """The coordinates of what is there, in order."""
        return tuple(sorted([summary.key for summary in self.summaries] + list(self.drafts)))


class Matrix(msgspec.Struct, frozen=True):
    """The whole matrix."""

    forms: tuple[str, ...]
    occurrences: tuple[Occurrence, ...]
    cells: dict[tuple[str, Occurrence], MatrixCell]

    def cell(self, form: str, column: int) -> MatrixCell | None:
        """The cell of a form in a column; None where the event does not ask the form."""
        if not 0 <= column < len(self.occurrences):
            return None
        return self.cells.get((form, self.occurrences[column]))


def matrix(definition: Definition, book: Casebook, more: tuple[Occurrence, ...] = ()) -> Matrix:
    """Lay a casebook out. `more` are occurrences that the person wants to begin."""
    known = tuple(at for at in book.occurrences if at[0] in definition.events)
    occurrences = _with_more(definition, known, more)
    cells = {(cell.form, (cell.event, cell.event_repeat)): cell for cell in _cells(definition, book, occurrences)}
    used = {form for form, _ in cells}
    forms = tuple(form.oid for form in definition.version.forms if form.oid in used)
    return Matrix(_in_event_order(definition, forms), occurrences, cells)


def _with_more(
    definition: Definition, known: tuple[Occurrence, ...], more: tuple[Occurrence, ...]
) -> tuple[Occurrence, ...]:
    """What the person wants to begin comes after all that is there, and before the logs."""
    fresh = (at for at in more if at not in known and at[0] in definition.events)
    return tuple(sorted((*known, *fresh), key=lambda at: definition.events[at[0]].kind == "Common"))


def _in_event_order(definition: Definition, forms: tuple[str, ...]) -> tuple[str, ...]:
    """Forms as the events name them, those of the first event first."""
    asked = [ref.form for event in definition.version.events for ref in event.forms]
    place = {form: number for number, form in reversed(list(enumerate(asked)))}
    return tuple(sorted(forms, key=lambda form: place.get(form, len(asked))))


def _cells(definition: Definition, book: Casebook, occurrences: tuple[Occurrence, ...]) -> Iterator[MatrixCell]:
    saved = {summary.key for summary in book.forms}
    for event, repeat in occurrences:
        asked = [ref.form for ref in definition.events[event].forms]
        # A form entered under an older version of the study stays in sight.
        asked += [
            key.form
            for key in sorted(saved)
            if (key.event, key.event_repeat) == (event, repeat) and key.form in definition.forms
        ]
        for form in dict.fromkeys(asked):
            here = (event, repeat, form)
            yield MatrixCell(
                form=form,
                event=event,
                event_repeat=repeat,
                summaries=tuple(s for s in book.forms if _at(s.key) == here),
                drafts=tuple(k for k in book.drafts if _at(k) == here and k not in saved),
                due=next((due for due in book.due if _at(due.key) == here), None),
            )


def _at(key: FormKey) -> tuple[str, int, str]:
    return key.event, key.event_repeat, key.form


def next_occurrences(definition: Definition, shown: tuple[Occurrence, ...]) -> tuple[Occurrence, ...]:
    """What could be begun: of each repeating event the next occurrence, and the other events that are not shown."""
    found: list[Occurrence] = []
    for event in definition.version.events:
        last = max((repeat for oid, repeat in shown if oid == event.oid), default=0)
        if event.repeating or not last:
            found.append((event.oid, last + 1))
    return tuple(found)
