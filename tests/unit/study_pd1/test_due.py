"""What becomes due in the shipped study because of something: events, drugs, infections, ends."""

import datetime
from collections.abc import Callable

import pytest

from desktop.study.clinical_data import FormKey
from desktop.study.rules.schedule import due, groups_read
from tests.unit.study_pd1.conftest import TODAY, Subject

ELIGIBLE = {f"INCL0{n}": "MET" for n in range(1, 8)} | {f"EXCL0{n}": "NOT_MET" for n in range(1, 7)}
EVENT = {"AETERM": "10028813", "AETOXGR": "3", "AESTDAT": "2026-10-10"}


def days_due(subject: Subject, form: str, today: datetime.date = TODAY, event: str = "") -> list[str]:
    """The days on which a form is due, in their order; of one event, or of all."""
    found = due(subject.rules, subject.forms, today)
    return [one.due.isoformat() for one in found if one.key.form == form and event in ("", one.key.event)]


@pytest.fixture
def treated(new_subject: Callable[[], Subject]) -> Subject:
    """Enrolled on 3 October and dosed from 5 October 2026 on."""
    subject = new_subject().screened()
    subject.fill("F.IE", IEDAT="2026-10-03", **ELIGIBLE)
    subject.fill(
        "F.EX",
        "SE.CYCLE",
        rows=[{"EXTRT": "VEN", "EXDAY": "1", "EXDOSE": "100"}],
        EXSTDAT="2026-10-05",
        EXBACKBN="CAG",
        EXPD1="TISLELIZUMAB",
        EXDOSLVL="FULL",
    )
    return subject


def test_a_serious_event_makes_its_report_and_the_next_one_due(treated: Subject) -> None:
    event = EVENT | {"AESER": "Y", "AEAWDTM": "2026-10-11T08:00"}
    treated.fill("F.AE", "SE.COMMON", form_repeat=1, **EVENT | {"AESER": "N"})
    assert days_due(treated, "F.SAE") == []
    treated.fill("F.AE", "SE.COMMON", form_repeat=2, **event)
    assert days_due(treated, "F.SAE") == ["2026-10-11"]
    treated.fill("F.AE", "SE.COMMON", form_repeat=3, **event | {"AEAWDTM": "2026-10-20T08:00"})
    keys = [found.key for found in due(treated.rules, treated.forms, TODAY) if found.key.form == "F.SAE"]
    assert keys == [FormKey("SE.COMMON", 1, "F.SAE", 1), FormKey("SE.COMMON", 1, "F.SAE", 2)]
    report = {"SAEAENO": "2", "SAERPTYP": "INITIAL", "SAERPDTM": "2026-10-12T08:00", "SAEOUT": "UNKNOWN"}
    treated.fill("F.SAE", "SE.COMMON", form_repeat=1, **report)
    # The other event still waits; the first has its next report due.
    assert days_due(treated, "F.SAE") == ["2026-10-20", "2026-10-26"]
    final = report | {"SAERPTYP": "FINAL", "SAERPDTM": "2026-10-20T08:00", "SAEOUT": "RECOVERED/RESOLVED"}
    treated.fill("F.SAE", "SE.COMMON", form_repeat=2, **final)
    assert days_due(treated, "F.SAE") == ["2026-10-20"]


def test_the_first_venetoclax_makes_its_monitoring_due(treated: Subject) -> None:
    assert days_due(treated, "F.TLS") == ["2026-10-05", "2026-10-05", "2026-10-06", "2026-10-07", "2026-10-08"]
    treated.fill("F.TLS", "SE.CYCLE", form_repeat=1, TLSTPT="POST_6_8H", TLSDAT="2026-10-07")
    assert days_due(treated, "F.TLS") == ["2026-10-05", "2026-10-05", "2026-10-06", "2026-10-08"]
    treated.fill("F.EX", "SE.CYCLE", EXSTDAT="2026-10-05", EXBACKBN="CAG", EXDOSLVL="NONE")
    assert days_due(treated, "F.TLS") == []


def test_a_count_of_another_day_is_not_the_count_of_the_visit(treated: Subject) -> None:
    assert days_due(treated, "F.CBC", event="SE.CYCLE")[:3] == ["2026-10-12", "2026-10-19", "2026-10-26"]
    for repeat, day in enumerate(("05", "07", "09"), 1):
        treated.fill("F.CBC", "SE.CYCLE", form_repeat=repeat, LBDAT=f"2026-10-{day}", WBC="2", NEUT="1")
    assert days_due(treated, "F.CBC", event="SE.CYCLE")[:3] == ["2026-10-12", "2026-10-19", "2026-10-26"]
    treated.fill("F.CBC", "SE.CYCLE", form_repeat=4, LBDAT="2026-10-20", WBC="2", NEUT="1")
    assert days_due(treated, "F.CBC", event="SE.CYCLE")[:2] == ["2026-10-12", "2026-10-26"]
    counts = [
        found.key.form_repeat for found in due(treated.rules, treated.forms, TODAY) if found.key.event == "SE.CYCLE"
    ]
    assert {5, 6} <= set(counts)


def test_a_woman_is_tested_before_the_first_dose_and_before_each_cycle(treated: Subject) -> None:
    assert days_due(treated, "F.PREG") == []
    treated.fill("F.DM", BRTHDAT="1992-03", SEX="F")
    assert days_due(treated, "F.PREG") == ["2026-09-28"]
    treated.fill("F.PREG", PREGAPP="Y", PREGDAT="2026-10-01", PREGRES="NEGATIVE")
    assert days_due(treated, "F.PREG") == []
    treated.fill("F.EX", "SE.CYCLE", 2, EXSTDAT="2026-11-02", EXBACKBN="CAG", EXDOSLVL="FULL")
    assert days_due(treated, "F.PREG") == ["2026-11-02"]
    treated.fill("F.PREG", PREGAPP="N", PREGNO="POSTMENOPAUSAL")
    assert days_due(treated, "F.PREG") == []


def test_hepatitis_b_is_watched_under_treatment(treated: Subject) -> None:
    treated.fill("F.EX", "SE.CYCLE", 2, EXSTDAT="2026-11-02", EXBACKBN="CAG", EXDOSLVL="FULL")
    treated.fill("F.VIR", VIRDAT="2026-09-30", HBSAG="NEGATIVE", HBCAB="NEGATIVE")
    assert days_due(treated, "F.VIR") == []
    treated.fill("F.VIR", VIRDAT="2026-09-30", HBSAG="NEGATIVE", HBCAB="POSITIVE")
    assert days_due(treated, "F.VIR") == ["2026-11-02"]


def test_the_pd1_inhibitor_makes_its_work_up_due(treated: Subject) -> None:
    assert "2026-10-05" in days_due(treated, "F.CHEM")
    treated.fill("F.CHEM", "SE.CYCLE", CHEMDAT="2026-10-02", ALT="30")
    assert "2026-10-05" not in days_due(treated, "F.CHEM")


def test_a_transplant_makes_its_status_and_the_end_of_treatment_due(treated: Subject) -> None:
    treated.fill("F.TX", "SE.HSCT", TXFIT="FIT", TXDAT="2026-11-10")
    assert days_due(treated, "F.TXFU") == ["2026-12-10", "2027-02-18"]
    assert days_due(treated, "F.EOT") == ["2026-11-10"]
    treated.fill("F.TXFU", "SE.HSCT", TXFUDAT="2026-12-08", TXFUDIS="REMISSION", TXCHIM="99")
    assert days_due(treated, "F.TXFU") == ["2027-02-18"]


def test_who_is_given_up_is_followed_up_without_the_end_being_recorded(treated: Subject) -> None:
    later = datetime.date(2027, 12, 1)
    assert days_due(treated, "F.EOT") == []
    assert days_due(treated, "F.EOT", later) == ["2027-01-03"]
    visits = days_due(treated, "F.SS", later)
    assert (visits[0], visits[-1]) == ("2027-01-01", "2028-10-02")
    # The last one is two years after enrolment, not ten days short of it.
    assert datetime.date.fromisoformat(visits[-1]) - datetime.date(2026, 10, 3) == datetime.timedelta(days=730)


def test_a_death_that_another_form_tells_makes_the_death_form_due(treated: Subject) -> None:
    treated.fill("F.AE", "SE.COMMON", **EVENT | {"AETOXGR": "5", "AEOUT": "FATAL"})
    assert days_due(treated, "F.DD") == ["2026-10-10"]
    treated.fill("F.DD", "SE.END", DDDAT="2026-10-12", DDORRES="INFECTION")
    assert days_due(treated, "F.DD") == []
    # Nothing else is due of the dead but how the study ended, and what was to be reported.
    assert {found.key.form for found in due(treated.rules, treated.forms, TODAY)} == {"F.EOS", "F.EOT"}


def test_a_relapse_asks_for_its_form(treated: Subject) -> None:
    treated.fill("F.RS", "SE.EVAL", RSDAT="2026-11-02", RSORRES="CR")
    assert days_due(treated, "F.REL") == []
    treated.fill("F.RS", "SE.EVAL", 2, RSDAT="2026-11-20", RSORRES="RELAPSED DISEASE")
    assert days_due(treated, "F.REL") == ["2026-11-20"]
    treated.fill("F.REL", "SE.COMMON", RELDAT="2026-11-20")
    assert days_due(treated, "F.REL") == []


def test_what_today_reads_is_all_that_the_schedule_needs(treated: Subject) -> None:
    """Today reads these groups alone: with them the same forms are due as with the whole record."""
    for repeat, day in enumerate(("12", "19"), 1):
        treated.fill("F.CBC", "SE.CYCLE", form_repeat=repeat, LBDAT=f"2026-10-{day}", WBC="2", NEUT="1")
    treated.fill("F.AE", "SE.COMMON", **EVENT | {"AESER": "Y", "AEAWDTM": "2026-10-11T08:00"})
    read = groups_read(treated.rules.definition)
    part = {
        key: {group: rows for group, rows in content.items() if group in read} for key, content in treated.forms.items()
    }
    assert due(treated.rules, part, TODAY) == due(treated.rules, treated.forms, TODAY)
    assert part != treated.forms
