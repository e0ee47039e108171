"""The state machine behind a form: what is drawn, what may be saved, what a draft keeps."""

import datetime

import pytest

from desktop.journal.bodies import FiredCheck
from desktop.study.clinical_data import CheckAt, FormContent, FormKey, ItemPlace, ItemValue
from desktop.study.load import load_definition, locate
from desktop.study.rules.assessment import Code
from desktop.study.rules.form_rules import Rules
from desktop.views.forms import Draft, FormView
from desktop.wizard.form_wizard import FormWizard, PageState
from tests.gui.form.study import definition

TODAY = datetime.date(2026, 11, 24)
VISIT = FormKey("SE.1", 1, "F.IN", 1)
EVENT = FormKey("SE.1", 1, "F.EVENT", 1)
MEDS = FormKey("SE.1", 1, "F.MEDS", 1)
DATE = ItemPlace("IG.IN", "", "IT.DATE")
BLAST = ItemPlace("IG.IN", "", "IT.BLAST")
HALF = ItemPlace("IG.IN", "", "IT.HALF")
YES = ItemPlace("IG.IN", "", "IT.YES")
WHY = ItemPlace("IG.IN", "", "IT.WHY")


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(definition())


def text(value: str) -> ItemValue:
    return ItemValue(value=value)


def view(key: FormKey, content: FormContent | None = None, draft: Draft | None = None, **more: object) -> FormView:
    return FormView(
        subject="01-A001",
        key=key,
        exists=content is not None,
        content=content or {},
        basis={"D.A": 3} if content is not None else {},
        draft=draft,
        today=TODAY,
        **more,
    )


SAVED: FormContent = {
    "IG.IN": {
        "": {
            "IT.DATE": text("2026-11-20"),
            "IT.BLAST": ItemValue(value="40", unit="%"),
            "IT.YES": text("Y"),
        }
    }
}


def test_an_empty_form_waits_for_its_mandatory_items_in_order(rules):
    wizard = FormWizard(rules, view(VISIT))
    assert wizard.missing == (DATE, BLAST, YES)
    assert wizard.obstacles(complete=False) == ()
    assert [p.code for p in wizard.obstacles(complete=True)] == [Code.MISSING_MANDATORY] * 3
    assert [page.state for page in wizard.pages] == [PageState.EMPTY]
    assert not wizard.is_changed


def test_what_is_entered_is_worked_on_at_once(rules):
    wizard = FormWizard(rules, view(VISIT))
    wizard.put(BLAST, ItemValue(value="14", unit="%"))
    assert wizard.value(HALF) == text("7")
    assert wizard.pages[0].state is PageState.PARTIAL
    wizard.put(DATE, text("2026-11-20"))
    wizard.put(YES, text("Y"))
    assert wizard.is_complete
    assert wizard.pages[0].state is PageState.DONE


def test_a_hard_limit_stops_a_save_and_a_soft_one_asks_for_a_comment(rules):
    wizard = FormWizard(rules, view(VISIT))
    wizard.put(BLAST, ItemValue(value="140", unit="%"))
    assert wizard.stops(BLAST)
    assert wizard.obstacles(complete=False)[0].place == BLAST
    assert wizard.pages[0].state is PageState.PROBLEM
    wizard.put(BLAST, ItemValue(value="95", unit="%"))
    assert not wizard.stops(BLAST)
    assert wizard.waits_for_comment(BLAST)
    assert wizard.obstacles(complete=False)[0].code is Code.COMMENT_NEEDED
    wizard.comment(BLAST, "  counted twice ")
    assert wizard.obstacles(complete=False) == ()
    [check] = wizard.problems_at(BLAST)
    assert wizard.save_form(complete=False).comments == {CheckAt(check.check, BLAST): "counted twice"}


def test_a_comment_does_not_outlive_the_value_that_it_is_about(rules):
    wizard = FormWizard(rules, view(VISIT))
    wizard.put(BLAST, ItemValue(value="95", unit="%"))
    wizard.comment(BLAST, "counted twice")
    wizard.put(BLAST, ItemValue(value="99", unit="%"))
    assert wizard.waits_for_comment(BLAST)


def test_a_saved_comment_is_back_with_its_value(rules):
    content: FormContent = {"IG.IN": {"": {"IT.BLAST": ItemValue(value="95", unit="%")}}}
    [check] = FormWizard(rules, view(VISIT, content)).problems_at(BLAST)
    fired = FiredCheck(check=check.check, item=BLAST.item, group=BLAST.group, comment="counted twice")
    wizard = FormWizard(rules, view(VISIT, content, checks=(fired,)))
    wizard.put(BLAST, ItemValue(value="99", unit="%"))
    assert wizard.comment_at(BLAST) == ""
    wizard.put(BLAST, ItemValue(value="95", unit="%"))
    assert wizard.comment_at(BLAST) == "counted twice"
    assert not wizard.is_changed


def test_an_item_that_does_not_apply_is_not_asked_unless_it_has_a_value(rules):
    wizard = FormWizard(rules, view(VISIT))
    wizard.put(YES, text("Y"))
    assert not wizard.is_asked(WHY)
    wizard.put(YES, text("N"))
    assert wizard.is_asked(WHY)
    wizard.put(WHY, text("no time"))
    wizard.put(YES, text("Y"))
    assert wizard.is_asked(WHY)
    assert wizard.waits_for_comment(WHY)


def test_changing_or_clearing_a_saved_value_asks_why_and_filling_an_empty_one_does_not(rules):
    wizard = FormWizard(rules, view(VISIT, SAVED))
    wizard.put(YES, text("N"))
    wizard.put(WHY, text("no time"))
    assert [change.place for change in wizard.changes_of_saved] == [YES]
    change = wizard.changes_of_saved[0]
    assert (change.old, change.new) == (text("Y"), text("N"))
    wizard.put(YES, text("Y"))
    assert wizard.changes_of_saved == ()
    wizard.put(DATE, None)
    assert wizard.changes_of_saved[0].new is None


def test_a_save_carries_what_changed_and_what_the_person_had_seen(rules):
    wizard = FormWizard(rules, view(VISIT, SAVED))
    wizard.put(BLAST, ItemValue(value="41", unit="%"))
    act = wizard.save_form(complete=True, reason="read again")
    assert act.items == {BLAST: ItemValue(value="41", unit="%")}
    assert act.basis == {"D.A": 3}
    assert act.reason == "read again"


def test_a_draft_brings_back_values_comments_and_page(rules):
    first = FormWizard(rules, view(EVENT))
    first.put(ItemPlace("IG.EVENT", "", "IT.TERM"), text("FN"))
    first.put(ItemPlace("IG.LINES", "D1", "IT.REL"), text("POS"))
    first.turn(1)
    kept = first.draft()
    second = FormWizard(rules, view(EVENT, draft=kept))
    assert second.page == "IG.LINES"
    assert second.content == first.content
    assert second.changes == first.changes


def test_a_draft_takes_out_the_rows_that_were_taken_out(rules):
    saved: FormContent = {"IG.MEDS": {"r1": {"IT.MED": text("aspirin")}, "r|2": {"IT.MED": text("iron")}}}
    first = FormWizard(rules, view(MEDS, saved))
    first.remove_row("IG.MEDS", "r1")
    first.put(ItemPlace("IG.MEDS", "r|2", "IT.MED"), text("zinc"))
    second = FormWizard(rules, view(MEDS, saved, draft=first.draft()))
    assert second.rows("IG.MEDS") == ("r|2",)
    assert second.removed_rows == [("IG.MEDS", "r1")]
    assert second.changes == {ItemPlace("IG.MEDS", "r|2", "IT.MED"): text("zinc")}


def test_a_saved_row_that_is_taken_out_asks_why_and_a_new_one_does_not(rules):
    saved: FormContent = {"IG.MEDS": {"r1": {"IT.MED": text("aspirin")}}}
    wizard = FormWizard(rules, view(MEDS, saved))
    row = wizard.add_row("IG.MEDS")
    wizard.put(ItemPlace("IG.MEDS", row, "IT.MED"), text("iron"))
    wizard.remove_row("IG.MEDS", row)
    assert not wizard.is_changed
    wizard.remove_row("IG.MEDS", "r1")
    assert wizard.changes_of_saved[0].place == ItemPlace("IG.MEDS", "r1", "")
    assert wizard.save_form(complete=True).removed_rows == (("IG.MEDS", "r1"),)


def test_a_row_that_was_taken_out_and_is_filled_again_is_the_same_row(rules):
    saved: FormContent = {"IG.MEDS": {"r1": {"IT.MED": text("aspirin"), "IT.MEDDAT": text("2026")}}}
    wizard = FormWizard(rules, view(MEDS, saved))
    wizard.remove_row("IG.MEDS", "r1")
    wizard.put(ItemPlace("IG.MEDS", "r1", "IT.MED"), text("iron"))
    assert wizard.removed_rows == []
    assert wizard.changes == {
        ItemPlace("IG.MEDS", "r1", "IT.MED"): text("iron"),
        ItemPlace("IG.MEDS", "r1", "IT.MEDDAT"): None,
    }


def test_new_rows_get_keys_of_their_own(rules):
    wizard = FormWizard(rules, view(MEDS))
    assert len({wizard.add_row("IG.MEDS") for _ in range(50)}) == 50


def test_every_line_of_a_lines_group_is_there_and_waits(rules):
    wizard = FormWizard(rules, view(EVENT))
    assert wizard.rows("IG.LINES") == ("D1", "D2", "D3", "D4")
    missing = [place for place in wizard.missing if place.group == "IG.LINES"]
    assert missing == [ItemPlace("IG.LINES", row, "IT.REL") for row in ("D1", "D2", "D3", "D4")]
    assert not wizard.is_changed


def test_a_line_names_its_code_once_it_says_something_and_is_gone_when_it_says_nothing(rules):
    wizard = FormWizard(rules, view(EVENT))
    place = ItemPlace("IG.LINES", "D2", "IT.REL")
    wizard.put(place, text("POS"))
    assert wizard.changes == {place: text("POS"), ItemPlace("IG.LINES", "D2", "IT.RDRUG"): text("D2")}
    wizard.put(place, None)
    assert not wizard.is_changed


def test_a_line_that_was_saved_under_another_key_is_found_by_its_code(rules):
    saved: FormContent = {"IG.LINES": {"x7": {"IT.RDRUG": text("D2"), "IT.REL": text("NOT")}}}
    wizard = FormWizard(rules, view(EVENT, saved))
    assert wizard.lines("IG.LINES") == {"D1": "D1", "D2": "x7", "D3": "D3", "D4": "D4"}


def test_a_page_that_does_not_apply_is_passed_over():
    from tests.gui.form.study import skipping_definition

    wizard = FormWizard(Rules(skipping_definition()), view(FormKey("SE.1", 1, "F.SKIP", 1)))
    wizard.put(ItemPlace("IG.ASK", "", "IT.YES"), text("N"))
    assert [page.state for page in wizard.pages][1] is PageState.SKIPPED
    assert wizard.turn(1)
    assert wizard.page == "IG.LAST"
    assert wizard.turn(-1)
    assert wizard.page == "IG.ASK"
    assert not wizard.turn(-1)


def test_a_choice_is_narrowed_by_the_one_above(rules):
    wizard = FormWizard(rules, view(EVENT))
    wizard.put(ItemPlace("IG.EVENT", "", "IT.TERM"), text("FN"))
    grade = ItemPlace("IG.EVENT", "", "IT.GRADE")
    assert wizard.codes(grade) == ("3", "4", "5")
    wizard.put(grade, text("1"))
    assert wizard.stops(grade)


def test_comments_given_at_the_last_save_stand(rules):
    saved: FormContent = {"IG.IN": {"": {"IT.BLAST": ItemValue(value="95", unit="%")}}}
    fired = FiredCheck(check="RANGE.IT.BLAST.3", item="IT.BLAST", group="IG.IN", comment="counted twice")
    wizard = FormWizard(rules, view(VISIT, saved, checks=(fired,)))
    assert wizard.obstacles(complete=False) == ()
    assert not wizard.is_changed


def test_a_check_that_reads_a_page_to_come_waits_until_it_was_left_or_the_form_is_saved():
    study = load_definition(locate("pd1-ven-cag"))
    rules = Rules(study)
    key = next(
        FormKey(event.oid, 1, "F.MH", 1) for event in study.version.events for ref in event.forms if ref.form == "F.MH"
    )
    group = study.group_of_item["F.MH", "IT.MHDISST"].oid
    state = ItemPlace(group, "", "IT.MHDISST")

    def begun() -> FormWizard:
        wizard = FormWizard(rules, view(key))
        wizard.page = group
        wizard.put(state, text("RELAPSED"))
        return wizard

    wizard = begun()
    assert state not in wizard.open_checks, "the page of prior treatment is still to come"
    wizard.page = "IG.MHLINES"
    assert state not in wizard.open_checks
    wizard.page = group
    assert state in wizard.open_checks, "it was passed by"
    wizard = begun()
    wizard.check_everything()
    assert state in wizard.open_checks
    wizard = begun()
    assert any(problem.place == state for problem in wizard.obstacles(complete=False)), "no save passes it by"


@pytest.mark.parametrize("note", ["12", " \u200b", "\u3000", "1.0 / 2", "…"])
def test_a_comment_needs_words(rules, note):
    wizard = FormWizard(rules, view(VISIT))
    wizard.put(BLAST, ItemValue(value="95", unit="%"))
    wizard.comment(BLAST, note)
    assert wizard.open_checks == (BLAST,)
    wizard.comment(BLAST, "两人计数")
    assert wizard.open_checks == ()
