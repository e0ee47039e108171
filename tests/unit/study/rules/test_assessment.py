"""Assessment of forms of the tiny study."""

import datetime
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.study.clinical_data import FormContent, FormKey, ItemPlace, ItemValue
from desktop.study.definition.metadata import DataType, Definition, ItemDef, Missing
from desktop.study.load import load_definition, locate
from desktop.study.rules.assessment import Assessment, Code, assess
from desktop.study.rules.form_rules import Rules

TODAY = datetime.date(2026, 11, 24)
DM = FormKey("SE.START", 1, "F.DM", 1)
VS = FormKey("SE.START", 1, "F.VS", 1)
AE = FormKey("SE.VISIT", 1, "F.AE", 1)

Problems = Callable[[Assessment, Code], dict[str, ItemPlace]]
Demographics = Callable[..., Assessment]


def at(group: str, item: str, row: str = "") -> ItemPlace:
    return ItemPlace(f"IG.{group}", row, f"IT.{item}")


def test_a_sound_form(demographics: Demographics) -> None:
    found = demographics()
    assert found.problems == ()
    assert found.derived == {at("DM", "AGE"): ItemValue(value="36")}
    assert found.skipped == frozenset()


def test_missing_mandatory(demographics: Demographics, problems: Problems) -> None:
    assert problems(demographics(SEX=""), Code.MISSING_MANDATORY) == {"IT.SEX": at("DM", "SEX")}
    assert demographics(SEX="!UNKNOWN").problems == ()


def test_what_is_skipped_is_not_missed(demographics: Demographics, problems: Problems) -> None:
    found = demographics(SEX="M", PREG="")
    assert found.problems == ()
    assert found.skipped == {at("DM", "PREG")}
    assert demographics(SEX="!UNKNOWN", PREG="Y").problems == ()
    left = demographics(SEX="M", PREG="Y")
    assert problems(left, Code.COMMENT_NEEDED) == {"SKIPPED.IT.PREG": at("DM", "PREG")}
    marked = demographics(SEX="M", PREG="!NOT_APPLICABLE")
    assert problems(marked, Code.COMMENT_NEEDED) == {"SKIPPED.IT.PREG": at("DM", "PREG")}


def test_bad_values_are_unknown_to_the_rest(demographics: Demographics, problems: Problems) -> None:
    found = demographics(BRTHDAT="last May", SEX="X")
    assert set(problems(found, Code.BAD_VALUE)) == {"IT.BRTHDAT", "IT.SEX"}
    assert found.derived == {at("DM", "AGE"): None}
    assert len(found.problems) == 2


def test_hard_checks_come_first(demographics: Demographics) -> None:
    found = demographics(SEX="", BRTHDAT="2010", NEXTDAT="2026-11-01", NOTE="手机 13800138000", ICDAT="2026-11-02")
    assert [problem.code for problem in found.problems] == [
        Code.HARD_CHECK,
        Code.COMMENT_NEEDED,
        Code.COMMENT_NEEDED,
        Code.MISSING_MANDATORY,
    ]
    assert {problem.check for problem in found.problems} == {"EC.DM.1", "EC.DM.2", "IDENTIFYING.IT.NOTE", ""}
    assert all(set(problem.message) == {"en", "zh"} for problem in found.problems)


def test_a_check_of_derived_values(demographics: Demographics, problems: Problems) -> None:
    assert problems(demographics(BRTHDAT="2008-12"), Code.COMMENT_NEEDED) == {"EC.DM.2": at("DM", "BRTHDAT")}
    assert demographics(BRTHDAT="!UNKNOWN").problems == ()


def test_ranges_hard_and_soft(subject, problems: Problems) -> None:
    found = subject.assess(VS, subject.content("F.VS", VSDAT="2026-11-20", WEIGHT="500000 g"))
    assert problems(found, Code.HARD_CHECK) == {"RANGE.IT.WEIGHT.2": at("VS", "WEIGHT")}
    found = subject.assess(VS, subject.content("F.VS", VSDAT="2026-11-20", WEIGHT="30 kg"))
    assert problems(found, Code.COMMENT_NEEDED) == {"RANGE.IT.WEIGHT.3": at("VS", "WEIGHT")}


def test_derivations_feed_derivations_and_suggestions(subject) -> None:
    found = subject.assess(VS, subject.content("F.VS", VSDAT="2026-11-20", WEIGHT="95 kg", HEIGHT="170"))
    assert found.derived[at("VS", "BMI")] == ItemValue(value="32.9")
    assert found.derived[at("VS", "BMICAT")] == ItemValue(value="true")
    assert found.suggestions == {at("VS", "TOLD"): ItemValue(value="true")}
    unknown = subject.assess(VS, subject.content("F.VS", VSDAT="2026-11-20", WEIGHT="!NOT_DONE", HEIGHT="170"))
    assert unknown.derived[at("VS", "BMICAT")] is None
    assert unknown.suggestions == {}


def test_rows(subject, problems: Problems) -> None:
    rows = [{"SYSBP": "120", "DIABP": "80"}, {"SYSBP": "150", "DIABP": "160"}, {"DIABP": "90"}, {"SYSBP": "160"}]
    found = subject.assess(VS, subject.content("F.VS", {"BP": rows}, VSDAT="2026-11-20"))
    assert found.derived[at("BP", "MEANBP", "r1")] == ItemValue(value="93")
    assert found.derived[at("BP", "MEANBP", "r3")] is None
    assert found.derived[at("SUM", "MAXBP")] == ItemValue(value="157")
    assert found.skipped == {at("BP", "BPWHY", "r1")}
    assert problems(found, Code.HARD_CHECK) == {"EC.VS.1": at("BP", "DIABP", "r2")}
    assert problems(found, Code.MISSING_MANDATORY) == {"IT.SYSBP": at("BP", "SYSBP", "r3")}


def test_no_rows_have_no_greatest(subject) -> None:
    assert subject.assess(VS, subject.content("F.VS", VSDAT="2026-11-20")).derived[at("SUM", "MAXBP")] is None


def test_other_forms(subject, problems: Problems) -> None:
    content = subject.content("F.VS", VSDAT="2026-11-01")
    assert subject.assess(VS, content).problems == ()
    subject.keep(DM, subject.content("F.DM", ICDAT="2026-11-02", BRTHDAT="1990", SEX="M"))
    assert problems(subject.assess(VS, content), Code.COMMENT_NEEDED) == {"EC.VS.2": at("VS", "VSDAT")}


def test_other_instances_of_the_same_form(subject, problems: Problems) -> None:
    content = subject.content("F.VS", VSDAT="2026-11-20")
    subject.keep(VS, content)
    assert subject.assess(VS, content).problems == ()
    again = FormKey("SE.VISIT", 2, "F.VS", 1)
    assert problems(subject.assess(again, content), Code.COMMENT_NEEDED) == {"EC.VS.3": at("VS", "VSDAT")}


def test_codes_left_by_another_item(subject, problems: Problems) -> None:
    content = subject.content("F.AE", AETERM="STROKE", AEGR="1", AEDRUGS="A")
    found = subject.assess(AE, content)
    assert found.allowed == {at("AE", "AEGR"): ("3",)}
    assert problems(found, Code.HARD_CHECK) == {"NARROWED.IT.AEGR": at("AE", "AEGR")}
    assert subject.assess(AE, subject.content("F.AE", AETERM="STROKE", AEGR="3", AEDRUGS="A")).problems == ()
    assert subject.assess(AE, subject.content("F.AE", AETERM="OTHER", AEGR="1")).allowed == {}
    assert subject.assess(AE, subject.content("F.AE", AETERM="!UNKNOWN", AEGR="1")).problems == ()


def test_several_codes(subject, problems: Problems) -> None:
    found = subject.assess(AE, subject.content("F.AE", AETERM="STROKE", AEDRUGS="B"))
    assert problems(found, Code.COMMENT_NEEDED) == {"EC.AE.1": at("AE", "AEDRUGS")}
    assert subject.assess(AE, subject.content("F.AE", AETERM="STROKE", AEDRUGS="B;A")).problems == ()


def test_the_grid_asks_why(subject, problems: Problems) -> None:
    rows = [
        {"EXTRT": "A", "EXDAY": "1", "EXDOSE": "10.0"},
        {"EXTRT": "A", "EXDAY": "2", "EXDOSE": "5"},
        {"EXTRT": "B", "EXDAY": "3", "EXDOSE": "!NOT_DONE"},
        {"EXTRT": "B", "EXDAY": "4", "EXDOSE": "4", "EXADJ": "nausea"},
        {"EXTRT": "B", "EXDAY": "5"},
    ]
    subject.keep(DM, subject.content("F.DM", ICDAT="2026-11-02", BRTHDAT="1990", SEX="M"))
    found = subject.assess(AE, subject.content("F.AE", {"EXLOG": rows}, AETERM="HEADACHE"))
    missing = [problem.place for problem in found.problems if problem.code == Code.MISSING_MANDATORY]
    assert missing == [at("EX", "EXADJ", "r2"), at("EX", "EXADJ", "r3")]
    assert found.derived[at("EX", "EXDAT", "r3")] == ItemValue(value="2026-11-04")


def test_what_the_version_does_not_ask_is_left_alone(subject) -> None:
    content = subject.content("F.VS", VSDAT="2026-11-20")
    content["IG.VS"][""]["IT.RETIRED"] = ItemValue(value="x")
    content["IG.VS"][""]["IT.BMI"] = ItemValue(value="nonsense")
    content["IG.RETIRED"] = {"": {"IT.OTHER": ItemValue(value="x")}}
    found = subject.assess(VS, content)
    assert found.problems == ()
    assert found.derived[at("VS", "BMI")] is None


def test_a_fault_is_shown_and_asks_for_a_comment(pressure: Definition) -> None:
    """Such a definition does not load; should one come by another way, nothing is swallowed."""
    form = pressure.forms["F.DM"]
    check = msgspec.structs.replace(form.checks[0], expression="NEXTDAT > 'x'")
    forms = tuple(
        msgspec.structs.replace(form, checks=(check,)) if other is form else other for other in pressure.version.forms
    )
    items = tuple(
        msgspec.structs.replace(item, derivation="size('four') / 3 * 2.0") if item.oid == "IT.AGE" else item
        for item in pressure.version.items
    )
    rules = Rules(Definition(msgspec.structs.replace(pressure.version, forms=forms, items=items)))
    content: FormContent = {"IG.DM": {"": {"IT.NEXTDAT": ItemValue(value="2026-12-01")}}}
    found = assess(rules, DM, content, {}, TODAY)
    faults = {problem.check: problem for problem in found.problems if problem.code == Code.COMMENT_NEEDED}
    assert set(faults) == {"FAULT.EC.DM.1", "FAULT.IT.AGE"}
    assert "EC.DM.1" in faults["FAULT.EC.DM.1"].message["zh"]
    assert found.derived[at("DM", "AGE")] is None


def test_a_derivation_that_gives_no_value_of_its_type_is_a_fault(pressure: Definition) -> None:
    items = tuple(
        msgspec.structs.replace(item, derivation="2.5 + years(BRTHDAT.latest, ICDAT)") if item.oid == "IT.AGE" else item
        for item in pressure.version.items
    )
    rules = Rules(Definition(msgspec.structs.replace(pressure.version, items=items)))
    row = {"IT.ICDAT": ItemValue(value="2026-11-02"), "IT.BRTHDAT": ItemValue(value="1990")}
    found = assess(rules, DM, {"IG.DM": {"": row}}, {}, TODAY)
    assert "FAULT.IT.AGE" in {problem.check for problem in found.problems}
    assert found.derived[at("DM", "AGE")] is None


def test_assessing_changes_nothing(subject) -> None:
    content = subject.content("F.VS", {"BP": [{"SYSBP": "120"}]}, VSDAT="2026-11-20", WEIGHT="70 kg", HEIGHT="170")
    before = msgspec.json.encode(content)
    assert subject.assess(VS, content) == subject.assess(VS, content)
    assert msgspec.json.encode(content) == before


# No subject's values bring an expression of a study that loaded to fail.


def values_of(definition: Definition, item: ItemDef) -> st.SearchStrategy[ItemValue]:
    """Values of an item as people enter them, the strange ones too."""
    codelist = definition.codelist_of(item)
    unit = next(iter(definition.unit_names(item)), "")
    texts: dict[DataType, st.SearchStrategy[str]] = {
        DataType.INTEGER: st.sampled_from(["0", "-1", "1", "5", "99", "100000"]),
        DataType.FLOAT: st.sampled_from(["0", "0.0", "-1.5", "0.1", "37", "160", "99999"]),
        DataType.DATE: st.sampled_from(["1800-01-01", "1992-02-29", "2026-11-01", "2026-11-24", "2200-12-31"]),
        DataType.PARTIAL_DATE: st.sampled_from(["1992", "1992-03", "2026-11-24", "1800", "2200-12"]),
        DataType.TIME: st.sampled_from(["00:00", "08:30", "23:59:59"]),
        DataType.DATETIME: st.sampled_from(["1800-01-01T00:00", "2026-11-24T08:30", "2200-12-31T23:59"]),
        DataType.BOOLEAN: st.sampled_from(["true", "false", "1"]),
        DataType.TEXT: st.sampled_from(["x", "患者发热", "13800138000", "\t"]),
    }
    text = texts[item.data_type] if codelist is None else st.sampled_from(sorted(codelist.by_code)[:40])
    marked = st.sampled_from([ItemValue(missing=str(marker)) for marker in Missing])
    return st.one_of(st.builds(ItemValue, value=text, unit=st.just(unit)), marked)


def contents_of(definition: Definition, form: str) -> st.SearchStrategy[FormContent]:
    """A form with any of its items filled, in up to two rows."""
    rows = {
        group.oid: st.fixed_dictionaries(
            {}, optional={ref.item: values_of(definition, definition.items[ref.item]) for ref in group.items}
        )
        for group in definition.form_groups(form)
    }
    return st.fixed_dictionaries(
        {
            group.oid: st.lists(rows[group.oid], max_size=2 if group.repeating else 1).map(
                lambda found, repeating=group.repeating: {
                    f"r{n}" if repeating else "": row for n, row in enumerate(found)
                }
            )
            for group in definition.form_groups(form)
        }
    )


@pytest.mark.parametrize("study", ["pressure", "pd1-ven-cag"])
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_expression_of_a_study_fails(study: str, rules_of: Callable[[str], Rules], data: st.DataObject) -> None:
    rules = rules_of(study)
    definition = rules.definition
    event = data.draw(st.sampled_from([event for event in definition.version.events if event.forms]))
    form = data.draw(st.sampled_from([ref.form for ref in event.forms]))
    others: dict[FormKey, FormContent] = {}
    for other in definition.version.events:
        for ref in other.forms:
            if data.draw(st.booleans()):
                content = data.draw(contents_of(definition, ref.form))
                key = FormKey(other.oid, 1, ref.form, 1)
                derived = assess(rules, key, content, others, TODAY).derived
                for place, value in derived.items():
                    if value is not None:
                        content.setdefault(place.group, {}).setdefault(place.row, {})[place.item] = value
                others[key] = content
    key = FormKey(event.oid, 1, form, 1)
    found = assess(rules, key, data.draw(contents_of(definition, form)), others, TODAY)
    assert not [problem for problem in found.problems if problem.check.startswith("FAULT.")]


@pytest.fixture(scope="session")
def rules_of(pressure_folder) -> Callable[[str], Rules]:
    made: dict[str, Rules] = {}

    def rules(study: str) -> Rules:
        if study not in made:
            made[study] = Rules(load_definition(pressure_folder if study == "pressure" else locate(study)))
        return made[study]

    return rules
