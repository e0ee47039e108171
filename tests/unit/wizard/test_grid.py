"""Drugs x days: plan, deviations, sums, context."""

import datetime

import pytest

from desktop.study.clinical_data import FormContent, FormKey, ItemPlace, ItemValue
from desktop.study.rules.form_rules import Rules
from desktop.views.forms import FormView
from desktop.wizard.form_wizard import FormWizard
from desktop.wizard.grid import Sheet
from tests.gui.form.study import definition

KEY = FormKey("SE.C", 1, "F.GRID", 1)
START: FormContent = {"IG.CYCLE": {"": {"IT.START": ItemValue(value="2026-11-15")}}}


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(definition())


def sheet_of(
    rules: Rules, content: FormContent | None = None, others: dict[FormKey, FormContent] | None = None
) -> Sheet:
    view = FormView(
        subject="01-A001",
        key=KEY,
        exists=content is not None,
        content=content or {},
        others=others or {},
        today=datetime.date(2026, 11, 24),
    )
    wizard = FormWizard(rules, view)
    group = rules.definition.groups["IG.GRID"]
    assert group.grid is not None
    return Sheet(wizard, group, group.grid)


def numbers(sheet: Sheet, code: str) -> list[str]:
    return [value.value if (value := sheet.planned((code, column))) else "" for column in sheet.columns]


def test_the_plan_of_empty_cells_is_worked_out_like_that_of_filled_ones(rules):
    sheet = sheet_of(rules, START)
    assert numbers(sheet, "D1")[:4] == ["100", "200", "400", "400"]
    assert sheet.date(1) == "2026-11-15"
    assert sheet.date(14) == "2026-11-28"
    sheet.give(("D1", 1), "100")
    assert sheet.planned(("D1", 1)) == ItemValue(value="100")


def test_dates_follow_the_start_as_soon_as_it_changes(rules):
    sheet = sheet_of(rules)
    assert sheet.date(1) == ""
    sheet.wizard.put(ItemPlace("IG.CYCLE", "", "IT.START"), ItemValue(value="2026-12-01"))
    sheet.refresh()
    assert sheet.date(2) == "2026-12-02"


def test_giving_fills_one_row_a_cell_under_the_same_key_on_every_computer(rules):
    sheet = sheet_of(rules, START)
    sheet.give(("D2", 3), "10")
    assert sheet.wizard.content["IG.GRID"] == {
        "D2.3": {
            "IT.DRUG": ItemValue(value="D2"),
            "IT.DAY": ItemValue(value="3"),
            "IT.GIVEN": ItemValue(value="10", unit="mg"),
        }
    }
    assert not sheet.deviates(("D2", 3))


def test_a_deviation_waits_for_its_reason(rules):
    sheet = sheet_of(rules, START)
    sheet.give(("D1", 6), "200")
    assert sheet.deviations() == (("D1", 6),)
    assert sheet.needs_reason(("D1", 6))
    sheet.wizard.put(sheet.place(("D1", 6), "IT.ADJ"), ItemValue(value="DDI"))
    sheet.refresh()
    assert not sheet.needs_reason(("D1", 6))
    sheet.give(("D1", 7), "0")
    assert sheet.needs_reason(("D1", 7))
    sheet.give(("D1", 7), "400.0")
    assert not sheet.deviates(("D1", 7))


def test_a_whole_day_as_planned_leaves_what_is_filled(rules):
    sheet = sheet_of(rules, START)
    sheet.give(("D1", 2), "100")
    filled = sheet.give_as_planned((code, 2) for code in sheet.codes)
    assert filled == (("D2", 2), ("D3", 2), ("D4", 2))
    assert sheet.value(("D1", 2)) == ItemValue(value="100", unit="mg")


def test_emptying_a_cell_takes_its_row_out(rules):
    sheet = sheet_of(rules, START)
    sheet.give(("D1", 1), "100")
    sheet.clear((("D1", 1), ("D1", 2)))
    assert not sheet.wizard.is_changed


def test_rows_that_were_saved_under_other_keys_are_the_same_cells(rules):
    row = {
        "IT.DRUG": ItemValue(value="D1"),
        "IT.DAY": ItemValue(value="4"),
        "IT.GIVEN": ItemValue(value="400"),
    }
    sheet = sheet_of(rules, {**START, "IG.GRID": {"ven-04": row}})
    assert sheet.is_filled(("D1", 4))
    sheet.give(("D1", 4), "300")
    assert list(sheet.wizard.content["IG.GRID"]) == ["ven-04"]
    assert sheet.wizard.changes_of_saved[0].place == ItemPlace("IG.GRID", "ven-04", "IT.GIVEN")


def test_sums_over_what_has_been_filled(rules):
    sheet = sheet_of(rules, START)
    for column, dose in ((1, "100"), (2, "200"), (3, "0")):
        sheet.give(("D1", column), dose)
    (total,) = sheet.totals()
    assert (total.code, total.given, total.planned) == ("D1", 300.0, 700.0)
    assert sheet.last_filled() == 3


def test_a_marker_fills_a_cell_and_adds_nothing(rules):
    sheet = sheet_of(rules, START)
    sheet.mark(("D1", 1), "UNKNOWN")
    assert sheet.is_filled(("D1", 1))
    assert sheet.deviates(("D1", 1))
    assert sheet.totals()[0].given == 0.0


def test_values_of_other_forms_stand_under_their_day(rules):
    other = FormKey("SE.1", 1, "F.IN", 1)
    others: dict[FormKey, FormContent] = {
        other: {"IG.IN": {"": {"IT.DATE": ItemValue(value="2026-11-17"), "IT.BLAST": ItemValue(value="14", unit="%")}}}
    }
    sheet = sheet_of(rules, START, others)
    (line,) = sheet.context()
    assert line.item == "IT.BLAST"
    assert line.values == {3: ItemValue(value="14", unit="%")}
