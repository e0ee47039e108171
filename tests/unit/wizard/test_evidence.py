"""What other entries say about a question."""

import datetime

import pytest

from desktop.study.clinical_data import FormContent, FormKey, ItemPlace, ItemValue
from desktop.study.rules.form_rules import Rules
from desktop.views.forms import FormView
from desktop.wizard.evidence import evidence_for, newest, tally, verdict
from desktop.wizard.form_wizard import FormWizard
from tests.gui.form.study import definition

CRITERIA = FormKey("SE.1", 1, "F.CRIT", 1)
VISIT = FormKey("SE.1", 1, "F.IN", 1)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(definition())


def text(value: str) -> ItemValue:
    return ItemValue(value=value)


def visit(date: str, blast: str) -> FormContent:
    return {"IG.IN": {"": {"IT.DATE": text(date), "IT.BLAST": text(blast)}}}


def wizard_of(rules: Rules, others: dict[FormKey, FormContent] | None = None) -> FormWizard:
    view = FormView(
        subject="01-A001", key=CRITERIA, exists=False, others=others or {}, today=datetime.date(2026, 11, 24)
    )
    return FormWizard(rules, view)


def test_the_value_of_another_form_comes_with_the_day_of_that_form(rules):
    (found,) = evidence_for(wizard_of(rules, {VISIT: visit("2026-11-20", "14")}), "IT.C1")
    assert (found.item, found.value, found.key, found.date) == ("IT.BLAST", text("14"), VISIT, "2026-11-20")


def test_of_several_the_newest_by_the_forms_own_day(rules):
    forms = {VISIT: visit("2026-11-22", "9"), FormKey("SE.1", 2, "F.IN", 1): visit("2026-11-20", "14")}
    found = newest(rules, forms, "IT.BLAST")
    assert found is not None
    assert found.value == text("9")


def test_what_nobody_entered_is_no_evidence(rules):
    assert evidence_for(wizard_of(rules), "IT.C1") == ()
    assert newest(rules, {}, "IT.BLAST") is None


def test_what_follows_from_other_forms_is_suggested(rules):
    wizard = wizard_of(rules, {VISIT: visit("2026-11-20", "14")})
    assert wizard.suggestion(ItemPlace("IG.CRIT", "", "IT.C1")) == text("MET")
    assert wizard.value(ItemPlace("IG.CRIT", "", "IT.C1")) is None


def test_answers_are_counted_and_the_verdict_follows(rules):
    wizard = wizard_of(rules)
    for item, answer in (("IT.C1", "MET"), ("IT.C2", "NOT")):
        wizard.put(ItemPlace("IG.CRIT", "", item), text(answer))
    counted = tally(wizard)
    assert counted is not None
    assert [(count.answer.code, count.count) for count in counted.answers] == [("MET", 1), ("NOT", 1), ("OPEN", 0)]
    assert counted.open == 2
    assert verdict(wizard) == text("N")


def test_a_form_without_a_verdict_counts_nothing(rules):
    view = FormView(subject="01-A001", key=VISIT, exists=False, today=datetime.date(2026, 11, 24))
    wizard = FormWizard(rules, view)
    assert tally(wizard) is None
    assert verdict(wizard) is None
