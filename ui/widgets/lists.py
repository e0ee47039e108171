"""Lines shared by several screens: due form, form of a subject, discrepancy."""

from PySide6.QtCore import QCoreApplication

from desktop.study.clinical_data import FormKey
from desktop.study.definition.metadata import Definition
from desktop.views.casebook import Discrepancy
from desktop.views.forms import DueForm, FormSummary
from ui.look import language, vocabulary
from ui.look.icons import SIGN_OF_STATE, Sign
from ui.look.style import Tone
from ui.widgets.table import Cell


def sign_cell(sign: Sign) -> Cell:
    """The sign of a form, with what it means on hovering."""
    return Cell(icon=sign.icon, tone=sign.tone, tip=vocabulary.sign_words(sign))


def due_chip(due: DueForm) -> Cell:
    """When a form is due: `Overdue 2 days`, `Today`, `Until 26 Nov`, `In 3 days`; or `Missed`."""
    translate = QCoreApplication.translate
    if due.missed:
        return Cell(
            text=translate("Lists", "Missed"),
            icon=Sign.MISSED.icon,
            tone=Sign.MISSED.tone,
            chip=True,
            tip=translate("Lists", "It was due {date} and can no longer be made up. It can still be filled.").format(
                date=language.date(due.due)
            ),
        )
    if due.overdue:
        text = language.counted(
            -due.days,
            translate("Lists", "Overdue 1 day"),
            translate("Lists", "Overdue {n} days"),
        )
        return Cell(text=text, icon="state-due", tone=Tone.WRONG, chip=True)
    if due.days > 0:
        text = language.counted(due.days, translate("Lists", "Tomorrow"), translate("Lists", "In {n} days"))
        return Cell(text=text, icon="state-due", tone=Tone.SECONDARY, chip=True)
    if due.days == 0:
        text = translate("Lists", "Today")
    else:
        text = translate("Lists", "Until {date}").format(date=language.short_date(due.closes))
    return Cell(text=text, icon="state-due", tone=Tone.DUE, chip=True)


def form_cells(definition: Definition, subject: str, key: FormKey, label: str = "") -> tuple[Cell, ...]:
    """Which form it is: subject, form, event."""
    title = vocabulary.form_title(definition, key)
    return (
        Cell(text=subject, bold=True),
        Cell(text=language.joined(title, label)),
        Cell(text=vocabulary.where(definition, key), tone=Tone.SECONDARY),
    )


def last_saved(summary: FormSummary) -> str:
    """`Study nurse B · 21 Nov`."""
    if not summary.wall:
        return summary.user
    return language.joined(summary.user, language.day_of(summary.wall))


def state_cell(summary: FormSummary) -> Cell:
    """The sign of a form that has an entry."""
    return sign_cell(SIGN_OF_STATE[summary.state])


def discrepancy_kind(discrepancy: Discrepancy) -> str:
    """How the two came to differ."""
    translate = QCoreApplication.translate
    if discrepancy.is_subject:
        return translate("Lists", "registered twice")
    match discrepancy.kind:
        case "second_entry" | "missing_row" | "extra_row":
            return translate("Lists", "two entries")
        case "same_person":
            return translate("Lists", "one person twice")
        case "after_lock":
            return translate("Lists", "after the lock")
        case _:
            return translate("Lists", "two computers")


def discrepancy_title(definition: Definition, discrepancy: Discrepancy) -> str:
    """What differs: `Weight: 61 kg and 16 kg`."""
    translate = QCoreApplication.translate
    if discrepancy.place is None or not discrepancy.place.item:
        if discrepancy.is_subject:
            return translate("Lists", "The subject's key")
        return vocabulary.form_title(definition, discrepancy.key)
    item = definition.items.get(discrepancy.place.item)
    if item is None:
        return discrepancy.place.item
    question = language.words(item.question)
    values = [vocabulary.value_words(definition, item, side.value) for side in discrepancy.sides]
    if len(values) != 2:
        return question
    return translate("Lists", "{question}: {first} and {second}").format(
        question=question, first=values[0], second=values[1]
    )
