"""What stands in the cells of a casebook, and in which order its columns come."""

import datetime
from pathlib import Path
from typing import Any

import pytest

from desktop.reading.subject import _occurrences
from desktop.study.clinical_data import FormContent, FormKey, ItemValue
from desktop.study.definition.metadata import Definition
from desktop.study.load import load_definition, locate
from desktop.views.casebook import Casebook
from desktop.views.forms import DueForm, FormState, FormSummary
from ui.look.icons import Sign
from ui.screens.casebook.matrix import matrix, next_occurrences

CLINIC = Path(__file__).parents[1] / "data" / "clinic"
AE = "F.AE"


@pytest.fixture(scope="module")
def clinic_study() -> Definition:
    return load_definition(locate(str(CLINIC)))


def book(*forms: FormSummary, **more: Any) -> Casebook:
    empty: dict[str, Any] = dict.fromkeys(("due", "drafts", "trends", "dosing", "discrepancies"), ())
    occurrences = (("SE.VISIT", 1), ("SE.LOG", 1))
    return Casebook(subject="01-A001", headline=(None,), occurrences=occurrences, forms=forms, **{**empty, **more})


def adverse(number: int, state: FormState) -> FormSummary:
    return FormSummary(subject="01-A001", key=FormKey("SE.LOG", 1, AE, number), state=state)


def test_the_state_that_needs_a_person_soonest_is_shown(clinic_study: Definition) -> None:
    found = matrix(clinic_study, book(adverse(1, FormState.COMPLETE), adverse(2, FormState.INCOMPLETE)))
    cell = found.cell(AE, 1)
    assert cell is not None
    assert cell.sign is Sign.DRAFT
    assert cell.count == 2


def test_a_draft_of_a_new_form_counts_and_one_of_a_saved_form_does_not(clinic_study: Definition) -> None:
    drafts = (FormKey("SE.LOG", 1, AE, 1), FormKey("SE.LOG", 1, AE, 2))
    found = matrix(clinic_study, book(adverse(1, FormState.COMPLETE), drafts=drafts))
    cell = found.cell(AE, 1)
    assert cell is not None
    assert [key.form_repeat for key in cell.keys] == [1, 2]


def test_a_form_that_the_event_does_not_ask_has_no_cell(clinic_study: Definition) -> None:
    found = matrix(clinic_study, book())
    assert found.cell(AE, 0) is None
    assert found.cell(AE, 7) is None
    assert found.forms == ("F.DM", "F.VS", AE)


def test_what_a_person_begins_comes_before_the_logs(clinic_study: Definition) -> None:
    found = matrix(clinic_study, book(), (("SE.LOG", 2), ("SE.VISIT", 1), ("SE.GONE", 1)))
    assert found.occurrences == (("SE.VISIT", 1), ("SE.LOG", 1), ("SE.LOG", 2))


def test_columns_come_by_time() -> None:
    """A transplant between two cycles stands between them; what is only expected has its due date; logs come last."""
    study = load_definition(locate("pd1-ven-cag"))

    def dated(event: str, repeat: int, form: str, group: str, item: str, date: str) -> tuple[FormKey, FormContent]:
        return FormKey(event, repeat, form, 1), {group: {"": {item: ItemValue(value=date)}}}

    contents = dict(
        [
            dated("SE.CYCLE", 2, "F.EX", "IG.EXCYC", "IT.EXSTDAT", "2026-08-20"),
            dated("SE.HSCT", 1, "F.TX", "IG.TXPLAN", "IT.TXFITDT", "2026-08-01"),
            dated("SE.CYCLE", 1, "F.EX", "IG.EXCYC", "IT.EXSTDAT", "2026-06-20"),
            dated("SE.SCREENING", 1, "F.VS", "IG.VS", "IT.VSDAT", "2026-06-10"),
        ]
    )
    coming = {FormKey("SE.EVAL", 1, "F.RS", 1): datetime.date(2026, 7, 18)}
    assert _occurrences(study, contents, coming, ()) == (
        ("SE.SCREENING", 1),
        ("SE.CYCLE", 1),
        ("SE.EVAL", 1),
        ("SE.HSCT", 1),
        ("SE.CYCLE", 2),
        ("SE.COMMON", 1),
    )


def test_columns_of_one_day_come_in_the_order_of_the_study() -> None:
    """The transplant is due from the day of the evaluation that leads to it: it stands behind it."""
    study = load_definition(locate("pd1-ven-cag"))
    day = datetime.date(2026, 7, 18)
    coming = {FormKey("SE.HSCT", 1, "F.TX", 1): day, FormKey("SE.EVAL", 2, "F.RS", 1): day}
    assert _occurrences(study, {}, coming, ())[1:3] == (("SE.EVAL", 2), ("SE.HSCT", 1))


def test_what_could_come_next(clinic_study: Definition) -> None:
    assert next_occurrences(clinic_study, (("SE.VISIT", 1), ("SE.LOG", 1))) == (("SE.LOG", 2),)
    assert next_occurrences(clinic_study, (("SE.VISIT", 1),)) == (("SE.LOG", 1),)
    assert next_occurrences(clinic_study, (("SE.LOG", 1),)) == (("SE.VISIT", 1), ("SE.LOG", 2))


def test_what_can_no_longer_be_made_up_has_a_sign_of_its_own(clinic_study: Definition) -> None:
    day = datetime.date(2026, 10, 1)
    key = FormKey("SE.VISIT", 1, "F.VS", 1)
    due = DueForm(subject="01-A001", key=key, due=day, closes=day, days=-40, overdue=False, missed=True)
    cell = matrix(clinic_study, book(due=(due,))).cell("F.VS", 0)
    assert cell is not None
    assert cell.sign is Sign.MISSED
