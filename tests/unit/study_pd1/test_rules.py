"""Clinical cases through the rules of the shipped study."""

import datetime

import pytest

from desktop.study.definition.metadata import Definition
from desktop.study.rules.schedule import Due, due

TODAY = datetime.date(2026, 11, 24)

ELIGIBLE = {f"INCL{number:02}": "MET" for number in range(1, 8)} | {
    f"EXCL{number:02}": "NOT_MET" for number in range(1, 7)
}


# Age and eligibility


@pytest.mark.parametrize(
    ("birth", "consent", "age", "inclusion", "exclusion"),
    [
        ("1992-03", "2026-09-28", "34", "MET", "NOT_MET"),
        ("2009-06", "2026-09-28", "17", "NOT_MET", "MET"),
        ("2008-08", "2026-09-28", "18", "MET", "NOT_MET"),
        # Born in the month of consent: 18 lies within it, and nobody but the investigator knows.
        ("2008-09", "2026-09-28", "17", "UNKNOWN", "UNKNOWN"),
        ("2008", "2026-09-28", "17", "UNKNOWN", "UNKNOWN"),
        ("2008-09-28", "2026-09-28", "18", "MET", "NOT_MET"),
        ("2008-09-29", "2026-09-28", "17", "NOT_MET", "MET"),
        ("2008-02-29", "2026-02-28", "17", "NOT_MET", "MET"),
    ],
)
def test_age_from_an_incomplete_birth_date(
    subject, birth: str, consent: str, age: str, inclusion: str, exclusion: str
) -> None:
    subject.fill("F.ICF", ICFVER="2.1", RFICDAT=consent, ICFSPI="Y", ICFGEN="Y")
    assert subject.fill("F.DM", BRTHDAT=birth, SEX="F").derived("AGE") == age
    found = subject.fill("F.IE")
    assert found.suggested("INCL01") == inclusion
    assert found.suggested("EXCL06") == exclusion


def test_seventeen_does_not_meet_inclusion_1(subject) -> None:
    subject.fill("F.ICF", ICFVER="2.1", RFICDAT="2026-09-28", ICFSPI="Y", ICFGEN="Y")
    subject.fill("F.DM", BRTHDAT="2009-06", SEX="F")
    assert subject.fill("F.IE", **ELIGIBLE).hard == {"EC.IE.1"}
    assert subject.fill("F.IE", **ELIGIBLE | {"INCL01": "NOT_MET"}).hard == {"EC.IE.13"}
    honest = subject.fill("F.IE", **ELIGIBLE | {"INCL01": "NOT_MET", "EXCL06": "MET"})
    assert not honest.hard
    assert "EC.IE.3" not in honest.soft
    assert honest.derived("IEVERDICT") == "NOT_ELIGIBLE"
    assert str(honest.derived("IEFAIL")).split() == ["I1", "E6"]


def test_an_adult_said_not_to_be_one_needs_a_reason(subject) -> None:
    subject.screened()
    answers = ELIGIBLE | {"INCL01": "NOT_MET", "EXCL06": "MET"}
    assert "EC.IE.3" in subject.fill("F.IE", **answers).soft
    assert "EC.IE.3" not in subject.fill("F.IE", INCL01R="Birth month wrong on paper", **answers).soft


def test_the_month_of_the_eighteenth_birthday_is_confirmed(subject) -> None:
    subject.fill("F.ICF", ICFVER="2.1", RFICDAT="2026-09-28", ICFSPI="Y", ICFGEN="Y")
    subject.fill("F.DM", BRTHDAT="2008-09", SEX="M")
    assert "EC.IE.2" in subject.fill("F.IE", **ELIGIBLE).soft


def test_all_thirteen_make_a_subject_eligible(subject) -> None:
    found = subject.screened().fill("F.IE", IEDAT="2026-10-03", **ELIGIBLE)
    assert found.derived("IEVERDICT") == "ELIGIBLE"
    assert found.derived("ENRLDAT") == "2026-10-03"
    assert found.derived("IEFAIL") is None
    # The evidence that is not recorded is asked for, criterion by criterion.
    assert found.soft == {"EC.IE.30", "EC.IE.31", "EC.IE.33", "EC.IE.34"}
    assert not found.hard
    assert not found.missing


@pytest.mark.parametrize("criterion", list(ELIGIBLE))
def test_one_answer_decides_the_verdict(subject, criterion: str) -> None:
    against = "NOT_MET" if criterion.startswith("INCL") else "MET"
    found = subject.fill("F.IE", IEDAT="2026-10-03", **ELIGIBLE | {criterion: against})
    assert found.derived("IEVERDICT") == "NOT_ELIGIBLE"
    assert found.derived("ENRLDAT") is None
    assert f"{criterion}R" not in found.skipped
    unknown = subject.fill("F.IE", IEDAT="2026-10-03", **ELIGIBLE | {criterion: "UNKNOWN"})
    assert unknown.derived("IEVERDICT") == "OPEN"
    assert f"{criterion}R" in unknown.skipped
    rest = {name: code for name, code in ELIGIBLE.items() if name != criterion}
    assert subject.fill("F.IE", **rest).derived("IEVERDICT") == "OPEN"


@pytest.mark.parametrize(
    ("score", "suggested", "fires"), [("0", "MET", False), ("2", "MET", False), ("3", "NOT_MET", True)]
)
def test_ecog_against_inclusion_4(subject, score: str, suggested: str, fires: bool) -> None:
    subject.screened().fill("F.ECOG", ECOGDAT="2026-09-29", ECOG101=score)
    found = subject.fill("F.IE", **ELIGIBLE)
    assert found.suggested("INCL04") == suggested
    assert ("EC.IE.6" in found.hard) == fires


@pytest.mark.parametrize(
    ("results", "suggested"),
    [
        ({"IEHIV": "NEGATIVE", "IEHBSAG": "NEGATIVE", "IEHCVAB": "NEGATIVE", "IEHCVRNA": "NEGATIVE"}, "NOT_MET"),
        ({"IEHIV": "POSITIVE"}, "MET"),
        ({"IEHCVAB": "POSITIVE"}, "MET"),
        ({"IEHCVRNA": "POSITIVE"}, "MET"),
        # Hepatitis B is active only when both hold.
        ({"IEHBSAG": "POSITIVE", "IEHBVDNA": "ABOVE"}, "MET"),
        (
            {"IEHIV": "NEGATIVE", "IEHBSAG": "POSITIVE", "IEHBVDNA": "NOT_ABOVE"}
            | {"IEHCVAB": "NEGATIVE", "IEHCVRNA": "NEGATIVE"},
            "NOT_MET",
        ),
        ({"IEHIV": "NEGATIVE", "IEHBSAG": "POSITIVE", "IEHCVAB": "NEGATIVE", "IEHCVRNA": "NEGATIVE"}, None),
    ],
)
def test_what_infections_say_of_exclusion_4(subject, results: dict[str, str], suggested: str | None) -> None:
    assert subject.fill("F.IE", **results).suggested("EXCL04") == suggested
    assert ("EC.IE.10" in subject.fill("F.IE", EXCL04="NOT_MET", **results).hard) == (suggested == "MET")


# Consent, birth, counts, marrow


def test_dates_around_consent(subject) -> None:
    found = subject.fill("F.ICF", ICFVER="2.1", ICFVDAT="2026-10-01", RFICDAT="2026-09-28", ICFSPI="N", ICFGEN="Y")
    assert found.soft == {"EC.ICF.1", "EC.ICF.2"}
    assert "ICFSPIDAT" in found.skipped
    old = subject.fill("F.ICF", ICFVER="2.1", RFICDAT="2025-04-30", ICFSPI="Y", ICFGEN="Y")
    assert old.soft == {"RANGE.IT.ICFDAT.1"}
    future = subject.fill("F.ICF", ICFVER="2.1", RFICDAT="2026-11-25", ICFSPI="Y", ICFGEN="Y")
    assert len(future.hard) == 1


def test_a_full_birth_date_is_more_than_is_needed(subject) -> None:
    assert subject.fill("F.DM", BRTHDAT="1992-03-17", SEX="M").soft == {"EC.DM.1"}
    assert not subject.fill("F.DM", BRTHDAT="1992-03", SEX="M").soft


def test_body_surface_area(subject) -> None:
    # Mosteller: the root of 170 x 63 / 3600.
    assert subject.fill("F.VS", VSDAT="2026-09-29", HEIGHT="170", WEIGHT="63").derived("BSA") == "1.72"
    heavy = subject.fill("F.VS", VSDAT="2026-09-29", HEIGHT="170", WEIGHT="163")
    assert {"EC.VS.4", "RANGE.IT.WEIGHT.4"} <= heavy.soft
    subject.fill("F.VS", VSDAT="2026-09-29", HEIGHT="170", WEIGHT="63")
    later = subject.fill("F.VS", "SE.CYCLE", VSDAT="2026-10-26", HEIGHT="163", WEIGHT="36")
    assert {"EC.VS.2", "EC.VS.3"} <= later.soft


def test_a_percentage_in_place_of_a_count(subject) -> None:
    found = subject.fill("F.CBC", LBDAT="2026-10-01", WBC="3.1", NEUT="62", LYM="30", HGB="84", PLAT="41")
    assert {"EC.CBC.1", "EC.CBC.2"} <= found.soft
    right = subject.fill("F.CBC", LBDAT="2026-10-01", WBC="3.1", NEUT="1.9", LYM="0.9", HGB="84", PLAT="41")
    assert not right.soft
    assert not right.hard
    assert not right.missing


def test_haemoglobin_in_the_wrong_unit(subject) -> None:
    found = subject.fill("F.CBC", LBDAT="2026-10-01", WBC="3.1", NEUT="1.9", HGB="8.4", PLAT="41")
    assert len(found.hard) == 1
    assert len(subject.fill("F.CBC", LBDAT="2026-10-01", WBC="3.1", NEUT="1.9", HGB="14", PLAT="41").soft) == 1


def test_a_lost_decimal_point_in_the_marrow(subject) -> None:
    found = subject.fill("F.BM", BMDAT="2026-10-01", BMQUAL="ADEQUATE", BMBLAST="140")
    [problem] = [problem for problem in found.assessment.problems if problem.oid == "IT.BMBLAST"]
    assert "14.0" in problem.message["en"]
    assert "14.0" in problem.message["zh"]


def test_a_marrow_with_few_cells_says_why(subject) -> None:
    marrow = {"BMDAT": "2026-10-01", "BMQUAL": "DILUTED", "BMBLAST": "3", "BMCELLS": "150"}
    assert "EC.BM.3" in subject.fill("F.BM", **marrow).soft
    assert "EC.BM.3" not in subject.fill("F.BM", BMNOTE="Diluted with blood", **marrow).soft
    dry = subject.fill("F.BM", BMDAT="2026-10-01", BMQUAL="DRY_TAP", BMBLAST="!NOT_DONE")
    assert not dry.missing
    assert not dry.soft


# Doses


def dose(drug: str, day: int, given: str, **more: str) -> dict[str, str]:
    return {"EXTRT": drug, "EXDAY": str(day), "EXDOSE": given, **more}


def cycle(subject, rows: list[dict[str, str]], **facts: str):
    plan = {"EXSTDAT": "2026-10-05", "EXBACKBN": "CAG", "EXPD1": "TISLELIZUMAB", "EXDOSLVL": "FULL"} | facts
    return subject.fill("F.EX", "SE.CYCLE", rows=rows, **plan)


@pytest.mark.parametrize(
    ("drug", "day", "facts", "planned"),
    [
        ("PD1", 1, {}, "200"),
        ("PD1", 2, {}, "0"),
        ("PD1", 1, {"EXPD1": "TORIPALIMAB"}, "240"),
        ("PD1", 1, {"EXPD1": "NONE"}, "0"),
        ("PD1", 1, {"EXPD1": "OTHER"}, None),
        ("VEN", 1, {}, "100"),
        ("VEN", 2, {}, "200"),
        ("VEN", 3, {}, "400"),
        ("VEN", 14, {}, "400"),
        ("VEN", 15, {}, "0"),
        ("VEN", 2, {"EXDOSLVL": "REDUCED"}, "100"),
        ("VEN", 9, {"EXDOSLVL": "REDUCED"}, "200"),
        ("VEN", 3, {"EXDOSLVL": "POSACONAZOLE"}, "50"),
        ("VEN", 4, {"EXDOSLVL": "POSACONAZOLE"}, "70"),
        ("VEN", 3, {"EXDOSLVL": "NONE"}, "0"),
        # 10 mg/m2 x 1.72 m2, twice a day
        ("ARAC", 1, {}, "34"),
        ("ARAC", 15, {}, "0"),
        ("ACLA", 8, {}, "10"),
        ("ACLA", 9, {}, "0"),
        ("ACLA", 1, {"EXBACKBN": "HAG"}, "0"),
        # 1.4 mg/m2 x 1.72 m2 is 2.4 mg, and at most 2 mg are given
        ("HHT", 10, {"EXBACKBN": "HAG"}, "2"),
        ("HHT", 11, {"EXBACKBN": "HAG"}, "0"),
        ("HHT", 1, {}, "0"),
        # 200 ug/m2 x 1.72 m2
        ("GCSF", 14, {}, "340"),
        ("GCSF", 15, {}, "0"),
    ],
)
def test_planned_doses(subject, drug: str, day: int, facts: dict[str, str], planned: str | None) -> None:
    subject.screened()
    assert cycle(subject, [dose(drug, day, "0")], **facts).derived("EXPDOSE", "0") == planned


def test_doses_by_surface_need_height_and_weight(subject) -> None:
    found = cycle(subject, [dose("ARAC", 1, "34"), dose("VEN", 1, "100")])
    assert (found.derived("EXPDOSE", "0"), found.derived("EXPDOSE", "1")) == (None, "100")
    assert found.derived("EXBSA") is None


def test_the_surface_of_a_cycle_is_the_last_before_it(subject) -> None:
    subject.screened()
    subject.fill("F.VS", "SE.CYCLE", 2, VSDAT="2026-10-26", HEIGHT="170", WEIGHT="58")
    assert cycle(subject, []).derived("EXBSA") == "1.72"
    assert cycle(subject, [], EXSTDAT="2026-10-26").derived("EXBSA") == "1.65"


@pytest.mark.parametrize(("given", "fires"), [("34", set()), ("340", {"EC.EX.1"}), ("3.4", {"EC.EX.2"}), ("0", set())])
def test_a_slip_of_ten_fires(subject, given: str, fires: set[str]) -> None:
    subject.screened()
    found = cycle(subject, [dose("ARAC", 1, given)])
    assert found.soft & {"EC.EX.1", "EC.EX.2"} == fires
    assert ("IT.EXADJ" in found.missing) == (given != "34")
    assert "IT.EXADJ" not in cycle(subject, [dose("ARAC", 1, given, EXADJ="ERROR")]).missing


@pytest.mark.parametrize(
    ("given", "asked"), [("34", False), ("37", False), ("30.6", False), ("38", True), ("30", True)]
)
def test_a_tenth_of_the_plan_is_tolerated(subject, given: str, asked: bool) -> None:
    subject.screened()
    assert ("IT.EXADJ" in cycle(subject, [dose("ARAC", 1, given)]).missing) == asked


def test_a_reason_goes_on_along_the_row(subject) -> None:
    subject.screened()
    halved = [dose("ARAC", day, "17", **({"EXADJ": "CYTOPENIA"} if day == 3 else {})) for day in (5, 4, 3)]
    assert "IT.EXADJ" not in cycle(subject, halved).missing
    # A day as planned ends it, and another drug has reasons of its own.
    assert "IT.EXADJ" in cycle(subject, [*halved, dose("ARAC", 6, "34"), dose("ARAC", 7, "17")]).missing
    assert "IT.EXADJ" in cycle(subject, [*halved, dose("ACLA", 5, "5")]).missing
    assert "IT.EXADJ" in cycle(subject, [*halved, dose("ARAC", 2, "17")]).missing


def test_days_have_dates_and_may_not_lie_ahead(subject) -> None:
    found = cycle(subject.screened(), [dose("VEN", 14, "400"), dose("VEN", 1, "100")])
    assert (found.derived("EXDAT", "0"), found.derived("EXDAT", "1")) == ("2026-10-18", "2026-10-05")
    ahead = cycle(subject, [dose("VEN", 3, "400"), dose("VEN", 2, "200")], EXSTDAT="2026-11-23")
    assert ahead.hard == {"EC.EX.3"}
    assert not cycle(subject, [dose("VEN", 3, "0", EXADJ="SUBJECT")], EXSTDAT="2026-11-23").hard


def test_units_and_frequencies_belong_to_the_drug(subject) -> None:
    found = cycle(subject.screened(), [dose(drug, 1, "0") for drug in ("PD1", "VEN", "ARAC", "GCSF")])
    assert [found.derived("EXDOSU", row) for row in "0123"] == ["mg", "mg", "mg", "ug"]
    assert [found.derived("EXDOSFRQ", row) for row in "0123"] == ["ONCE", "QD", "Q12H", "QD"]


def test_totals_of_a_cycle_and_of_all(subject) -> None:
    subject.screened().fill("F.IE", IEDAT="2026-09-30", **ELIGIBLE)
    first = cycle(subject, [dose("ACLA", day, "10") for day in range(1, 9)])
    assert (first.derived("EXACLTOT"), first.derived("EXACLCUM"), first.derived("EXVENTOT")) == ("80", "80", "0")
    rows = [dose("ACLA", 1, "10"), dose("VEN", 1, "100"), dose("VEN", 2, "200"), dose("PD1", 1, "200")]
    second = subject.fill(
        "F.EX",
        "SE.CYCLE",
        2,
        rows=rows,
        EXSTDAT="2026-11-02",
        EXBACKBN="CAG",
        EXPD1="SINTILIMAB",
        EXDOSLVL="FULL",
    )
    assert (second.derived("EXACLTOT"), second.derived("EXACLCUM")) == ("10", "90")
    assert (second.derived("EXVENTOT"), second.derived("EXPD1DAT")) == ("300", "2026-11-02")
    # Nobody assessed the response since the first.
    assert second.soft == {"EC.EX.40"}
    early = subject.fill("F.EX", "SE.CYCLE", 2, EXSTDAT="2026-10-20", EXBACKBN="CAG", EXDOSLVL="FULL")
    assert early.soft == {"EC.EX.9", "EC.EX.40"}
    wrong = subject.fill("F.EX", "SE.CYCLE", 2, EXSTDAT="2026-10-01", EXBACKBN="CAG", EXDOSLVL="FULL")
    assert wrong.soft == {"EC.EX.10", "EC.EX.40"}


def test_the_pd1_inhibitor_is_named(subject) -> None:
    found = subject.fill(
        "F.EX", "SE.CYCLE", rows=[dose("PD1", 1, "200")], EXSTDAT="2026-10-05", EXBACKBN="CAG", EXDOSLVL="FULL"
    )
    assert found.soft == {"EC.EX.4"}


def test_a_dose_points_to_its_adverse_event(subject) -> None:
    rows = [dose("VEN", 1, "0", EXADJ="AE", EXADJAE="1")]
    assert "EC.EX.5" in cycle(subject, rows).soft
    subject.fill("F.AE", "SE.COMMON", AETERM="10035528", AETOXGR="3", AESTDAT="2026-10-11", AESER="N", AEOUT="UNKNOWN")
    assert "EC.EX.5" not in cycle(subject, rows).soft


def test_who_is_not_eligible_is_not_dosed_unnoticed(subject) -> None:
    subject.screened().fill("F.IE", IEDAT="2026-10-03", **ELIGIBLE | {"INCL06": "NOT_MET"})
    assert "EC.EX.7" in cycle(subject, []).soft
    subject.fill("F.IE", IEDAT="2026-10-07", **ELIGIBLE)
    assert cycle(subject, []).soft == {"EC.EX.8"}


# Response

RECOVERED = {
    "RSDAT": "2026-11-02", "RSADEQ": "ADEQUATE", "RSBLAST": "2", "RSEMD": "NONE", "RSCBCDAT": "2026-11-02",
    "RSNEUT": "1.6", "RSPLAT": "140", "RSPBLAST": "0", "RSTRFYN": "N", "RSGCSFYN": "N",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "category", "composite"),
    [
        ({}, "CR", "Y"),
        ({"RSNEUT": "1.0", "RSPLAT": "100"}, "CR", "Y"),
        # CRh is reported as CRi and flagged.
        ({"RSNEUT": "0.6", "RSPLAT": "60"}, "CRi", "Y"),
        ({"RSNEUT": "0.5", "RSPLAT": "50"}, "CRi", "Y"),
        ({"RSNEUT": "1.6", "RSPLAT": "30"}, "CRi", "Y"),
        ({"RSNEUT": "0.2", "RSPLAT": "120"}, "CRi", "Y"),
        ({"RSNEUT": "0.2", "RSPLAT": "30", "RSNOTAPL": "Y"}, "MLFS", "Y"),
        ({"RSNEUT": "0.2", "RSPLAT": "30", "RSNOTAPL": "N"}, "NE", "N"),
        ({"RSBLAST": "5"}, "PR", "N"),
        ({"RSBLAST": "25"}, "PR", "N"),
        ({"RSBLAST": "26"}, "NR", "N"),
        ({"RSBLAST": "14", "RSPLAT": "40"}, "PR", "N"),
        ({"RSBLAST": "62"}, "NR", "N"),
        ({"RSBLAST": "77.5"}, "PD", "N"),
        ({"RSBLAST": "2", "RSEMD": "NEW"}, "PD", "N"),
        ({"RSBLAST": "2", "RSEMD": "PERSISTS"}, "NR", "N"),
        ({"RSBLAST": "2", "RSPBLAST": "1"}, "NR", "N"),
        ({"RSADEQ": "POOR"}, "NE", "N"),
        ({"RSADEQ": "NOT_DONE", "RSBLAST": "!NOT_DONE"}, "NE", "N"),
        # Platelets from a bag and neutrophils from G-CSF are no recovery.
        ({"RSTRFYN": "Y", "RSTRFDAT": "2026-10-30"}, "CRi", "Y"),
        ({"RSTRFYN": "Y", "RSTRFDAT": "2026-10-26"}, "CR", "Y"),
        ({"RSGCSFYN": "Y", "RSGCSFDAT": "2026-10-30"}, "CRi", "Y"),
        ({"RSGCSFYN": "Y", "RSGCSFDAT": "2026-10-18"}, "CR", "Y"),
    ],
)
def test_the_category_that_follows_from_the_counts(
    subject, changes: dict[str, str], category: str, composite: str
) -> None:
    found = subject.screened().fill("F.RS", "SE.EVAL", **RECOVERED | changes, RSORRES=category)
    assert found.derived("RSCNTCAT") == category
    assert found.suggested("RSORRES") == category
    assert found.derived("RSMCRC") == composite
    assert "EC.RS.1" not in found.soft
    other = "NR" if category != "NR" else "CR"
    assert "EC.RS.1" in subject.fill("F.RS", "SE.EVAL", **RECOVERED | changes, RSORRES=other).soft


def test_crh_is_flagged_and_either_name_of_it_agrees(subject) -> None:
    answers = RECOVERED | {"RSNEUT": "0.6", "RSPLAT": "60"}
    for category in ("CRi", "CRh"):
        found = subject.screened().fill("F.RS", "SE.EVAL", **answers, RSORRES=category)
        assert (found.derived("RSCRH"), found.derived("RSMCRC")) == ("Y", "Y")
        assert "EC.RS.1" not in found.soft
    assert subject.fill("F.RS", "SE.EVAL", **RECOVERED, RSORRES="CR").derived("RSCRH") == "N"


def test_nothing_is_suggested_from_what_is_not_known(subject) -> None:
    # No marrow at screening: whether 14 % is PR, PD or neither is not known.
    answers = RECOVERED | {"RSBLAST": "14"}
    found = subject.fill("F.RS", "SE.EVAL", **answers, RSORRES="PR")
    assert found.derived("RSCNTCAT") is None
    assert "EC.RS.1" not in found.soft
    subject.screened()
    half = {name: value for name, value in RECOVERED.items() if name != "RSTRFYN"}
    assert subject.fill("F.RS", "SE.EVAL", **half).derived("RSCNTCAT") is None


def test_marrow_and_counts_of_other_forms_are_offered_and_compared(subject) -> None:
    subject.screened()
    subject.fill("F.BM", "SE.EVAL", BMDAT="2026-11-02", BMQUAL="ADEQUATE", BMCELLS="500", BMBLAST="2.5")
    subject.fill("F.CBC", "SE.EVAL", LBDAT="2026-11-02", WBC="3", NEUT="1.6", HGB="90", PLAT="21")
    found = subject.fill("F.RS", "SE.EVAL", **RECOVERED, RSORRES="CR")
    assert (found.suggested("RSBLAST"), found.suggested("RSNOTAPL")) == ("2.5", "Y")
    assert found.derived("RSBLBASE") == "62"
    assert found.soft == {"EC.RS.2", "EC.RS.4"}


@pytest.mark.parametrize(
    ("date", "fires"), [("2026-10-25", True), ("2026-10-26", False), ("2026-11-09", False), ("2026-11-10", True)]
)
def test_the_window_of_the_evaluation(subject, date: str, fires: bool) -> None:
    cycle(subject.screened(), [])
    found = subject.fill("F.RS", "SE.EVAL", **RECOVERED | {"RSDAT": date, "RSCBCDAT": date}, RSORRES="CR")
    assert ("EC.RS.9" in found.soft) == fires


# Adverse events

EVENT = {"AETERM": "10016288", "AETOXGR": "3", "AESTDAT": "2026-10-18", "AESER": "N", "AEOUT": "RECOVERED/RESOLVED"}


def test_a_plain_adverse_event_has_nothing_against_it(subject) -> None:
    causes = [{"AERELTRT": "VEN", "AEREL": "POSSIBLE", "AEACN": "DOSE NOT CHANGED"}]
    event = EVENT | {"AEONGO": "N", "AEENDAT": "2026-10-23", "AEIRAE": "N"}
    found = subject.screened().fill("F.AE", "SE.COMMON", rows=causes, **event)
    assert not found.soft
    assert not found.hard
    assert not found.missing


def test_grades_are_those_of_the_term(subject, study: Definition) -> None:
    found = subject.fill("F.AE", "SE.COMMON", **EVENT)
    [(place, allowed)] = found.assessment.allowed.items()
    assert (place.item, allowed) == ("IT.AETOXGR", ("3", "4", "5"))
    assert len(subject.fill("F.AE", "SE.COMMON", **EVENT | {"AETOXGR": "2"}).hard) == 1
    assert "38.3" in study.codelists["CL.CTCAE5"].by_code["10016288"].details["3"]["zh"]


@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        ("2026-10-18", "2026-10-17", True),
        ("2026-10-18", "2026-10-18", False),
        # What is not known cannot be wrong.
        ("2026-10-18", "2026-10", False),
        ("2026-10", "2026-09", True),
        ("2026-10-18", "2026", False),
    ],
)
def test_an_end_before_the_start(subject, start: str, end: str, refused: bool) -> None:
    found = subject.fill("F.AE", "SE.COMMON", **EVENT | {"AESTDAT": start}, AEONGO="N", AEENDAT=end)
    assert (found.hard == {"EC.AE.1"}) == refused


def test_a_serious_event_says_by_what_and_since_when(subject) -> None:
    serious = EVENT | {"AESER": "Y"}
    assert {"EC.AE.6", "EC.AE.7"} <= subject.fill("F.AE", "SE.COMMON", **serious).soft
    told = serious | {"AESHOSP": "Y", "AEAWDTM": "2026-10-18T22:00"}
    assert not subject.fill("F.AE", "SE.COMMON", **told, AERPDTM="2026-10-19T22:00").soft
    assert subject.fill("F.AE", "SE.COMMON", **told, AERPDTM="2026-10-19T22:01").soft == {"EC.AE.8"}
    assert subject.fill("F.AE", "SE.COMMON", **told, AERPDTM="2026-10-18T21:59").soft == {"EC.AE.9"}
    assert "AESHOSP" in subject.fill("F.AE", "SE.COMMON", **EVENT).skipped


def test_death_is_fatal_and_serious(subject) -> None:
    assert {"EC.AE.2", "EC.AE.4"} <= subject.fill("F.AE", "SE.COMMON", **EVENT | {"AETOXGR": "5"}).soft
    assert "EC.AE.3" in subject.fill("F.AE", "SE.COMMON", **EVENT | {"AEOUT": "FATAL"}).soft
    assert "EC.AE.5" in subject.fill("F.AE", "SE.COMMON", **EVENT | {"AETOXGR": "4"}).soft
    counts = EVENT | {"AETERM": "10029366", "AETOXGR": "4"}
    assert "EC.AE.5" not in subject.fill("F.AE", "SE.COMMON", **counts).soft


def test_other_is_specified(subject, study: Definition) -> None:
    others = [item.code for item in study.codelists["CL.CTCAE5"].items if "Other, specify" in item.label["en"]]
    assert len(others) == 26
    for code in others:
        assert "EC.AE.17" in subject.fill("F.AE", "SE.COMMON", **EVENT | {"AETERM": code}).soft
    told = subject.fill("F.AE", "SE.COMMON", **EVENT | {"AETERM": others[0]}, AESPEC="Splenic sequestration")
    assert "EC.AE.17" not in told.soft


def test_the_same_event_twice(subject) -> None:
    subject.fill("F.AE", "SE.COMMON", **EVENT)
    assert "EC.AE.15" in subject.fill("F.AE", "SE.COMMON", form_repeat=2, **EVENT).soft
    later = subject.fill("F.AE", "SE.COMMON", form_repeat=2, **EVENT | {"AESTDAT": "2026-11-12"})
    assert "EC.AE.15" not in later.soft


def test_an_immune_event_counts_from_the_last_pd1_dose(subject) -> None:
    cycle(subject.screened(), [dose("PD1", 1, "200")])
    found = subject.fill("F.AE", "SE.COMMON", rows=[{"AERELTRT": "PD1", "AEREL": "NOT"}], **EVENT, AEIRAE="Y")
    assert found.derived("AEPD1DY") == "13"
    assert "EC.AE.16" in found.soft
    related = subject.fill("F.AE", "SE.COMMON", rows=[{"AERELTRT": "PD1", "AEREL": "PROBABLE"}], **EVENT, AEIRAE="Y")
    assert "EC.AE.16" not in related.soft
    assert subject.fill("F.AE", "SE.COMMON", **EVENT | {"AESTDAT": "2026-10-01"}).derived("AEPD1DY") is None


# All forms


def test_an_empty_form_raises_no_fault(study: Definition, new_subject) -> None:
    for event in study.version.events:
        for ref in event.forms:
            found = new_subject().fill(ref.form, event.oid)
            assert not found.hard
            assert not found.soft


# What is due


def test_what_a_cycle_makes_due(subject, study: Definition) -> None:
    subject.screened().fill("F.IE", IEDAT="2026-10-03", **ELIGIBLE)
    assert [found.label["en"] for found in expected(subject, study, "F.EX")] == ["First dose"]
    cycle(subject, [])
    counts = expected(subject, study, "F.CBC")
    assert [(found.key.form_repeat, f"{found.due:%m-%d}") for found in counts if found.key.event == "SE.CYCLE"] == [
        (1, "10-12"), (2, "10-19"), (3, "10-26"),
    ]  # fmt: skip
    [response] = expected(subject, study, "F.RS")
    assert [f"{day:%m-%d}" for day in (response.opens, response.due, response.closes)] == ["10-26", "11-02", "11-09"]
    subject.fill("F.CBC", "SE.CYCLE", LBDAT="2026-10-12", WBC="1", NEUT="0.5", HGB="80", PLAT="20")
    subject.fill("F.RS", "SE.EVAL", **RECOVERED, RSORRES="CR")
    assert not expected(subject, study, "F.RS")
    left = [found.key.form_repeat for found in expected(subject, study, "F.CBC") if found.key.event == "SE.CYCLE"]
    assert left == [2, 3]
    subject.fill("F.EX", "SE.CYCLE", 2, EXSTDAT="2026-11-02", EXBACKBN="CAG", EXDOSLVL="FULL")
    assert [found.key.event_repeat for found in expected(subject, study, "F.RS")] == [2]


def test_who_is_not_eligible_is_not_expected_to_be_dosed(subject, study: Definition) -> None:
    subject.screened().fill("F.IE", IEDAT="2026-10-03", **ELIGIBLE | {"EXCL03": "MET"})
    assert not expected(subject, study, "F.EX")


def test_no_follow_up_is_missed_while_treatment_went_on(subject, study: Definition) -> None:
    subject.fill("F.ICF", ICFVER="2.1", RFICDAT="2026-03-01", ICFSPI="Y", ICFGEN="Y")
    subject.fill("F.IE", IEDAT="2026-03-02", **ELIGIBLE)
    assert not expected(subject, study, "F.SS")
    # Days 90 and 180 after enrolment are 31 May and 29 August; fourteen days after is still time for a visit.
    for end, first in (("2026-06-14", 1), ("2026-06-15", 2), ("2026-09-12", 2), ("2026-09-13", 3)):
        subject.fill("F.EOT", "SE.END", DSSTDAT=end, DSDECOD="COMPLETED")
        visits = [found.key.event_repeat for found in expected(subject, study, "F.SS")]
        assert visits == list(range(first, 9)), end


def test_a_decision_on_transplant_is_due_until_treatment_ends_otherwise(subject, study: Definition) -> None:
    cycle(subject.screened(), [])
    subject.fill("F.RS", "SE.EVAL", **RECOVERED, RSORRES="CR")
    assert [f"{found.closes:%m-%d}" for found in expected(subject, study, "F.TX")] == ["11-16"]
    for reason, forms in (("TRANSPLANT", 1), ("DISEASE RELAPSE", 0), ("WITHDRAWAL BY SUBJECT", 0)):
        subject.fill("F.EOT", "SE.END", DSSTDAT="2026-11-10", DSDECOD=reason)
        assert len(expected(subject, study, "F.TX")) == forms, reason


def expected(subject, study: Definition, form: str) -> list[Due]:
    return [found for found in due(subject.rules, subject.forms, TODAY) if found.key.form == form]
