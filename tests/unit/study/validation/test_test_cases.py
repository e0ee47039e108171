"""The cases that are kept beside a definition: what does not come out as they say is a fault of it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.errors import DefinitionError
from desktop.study.load import check_definition

FULL = """\
- name: A remission
  forms:
    - START/DM: {ICDAT: 2026-09-01, FIT: Y}
    - CYCLE/EX: {EXDAT: 2026-09-08}
    - LOOK/RS: {RSRES: FULL}
"""
"""A case that holds, to be spoilt."""


@pytest.fixture
def folder(course_folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(course_folder, tmp_path / "study")


def told(folder: Path, case: str) -> list[tuple[str, int, str]]:
    """(file, line, words) of the faults that one more file of cases makes."""
    (folder / "cases" / "more.yaml").write_text(case, "utf-8")
    with pytest.raises(DefinitionError) as raised:
        check_definition(folder)
    return [(fault.file, fault.line, fault.message["en"]) for fault in raised.value.faults]


def test_a_case_that_holds_is_counted(folder: Path) -> None:
    (folder / "cases" / "more.yaml").write_text(FULL, "utf-8")
    (folder / "cases" / "README.txt").write_text("no cases", "utf-8")
    assert check_definition(folder).cases == 4


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("  fires: [EC.DM.1]\n", "EC.DM.1 does not fire"),
        ("  fires: [EC.NO.1]\n", "EC.NO.1 does not fire"),
        ("  derived: {LOOK/RS.RSGOOD: N}\n", "LOOK/RS.RSGOOD is Y, not N"),
        ("  derived: {LOOK/RS.NO: N}\n", "LOOK/RS has no item NO"),
        ("  derived: {LOOK/NO.RSGOOD: N}\n", "there is no form LOOK/NO"),
        ("  derived: {LOOK/2/RS.RSGOOD: Y}\n", "the case does not fill the form of LOOK/2/RS.RSGOOD"),
        ("  derived: {LOOK/RS.ROWS.0.RSGOOD: Y}\n", "there is no place LOOK/RS.ROWS.0.RSGOOD"),
        ("  suggested: {LOOK/RS.RSRES: FULL}\n", "LOOK/RS.RSRES is null, not FULL"),
        ("  pathway: PW.LOOK\n", "the pathway is at PW.VISITS"),
        ("  settings: {NO_SUCH: 1}\n", "there is no setting NO_SUCH"),
        ("  settings: {LOOK_DAY: soon}\n", "soon is no value of the setting LOOK_DAY"),
    ],
)
def test_what_does_not_come_out_as_the_case_says(folder: Path, more: str, why: str) -> None:
    assert told(folder, f"# A remark\n{FULL}{more}") == [("cases/more.yaml", 2, f"Case “A remission”: {why}.")]


@pytest.mark.parametrize(
    ("forms", "why"),
    [
        ("START/DM: {ICDAT: 2026-09-01, BRTHDAT: 2026-10}", "EC.DM.1 fires"),
        ("START/NO: {ICDAT: 2026-09-01}", "there is no form START/NO"),
        ("NO/DM: {ICDAT: 2026-09-01}", "there is no form NO/DM"),
        ("START: {ICDAT: 2026-09-01}", "there is no form START"),
        ("START/DM/1/2: {ICDAT: 2026-09-01}", "there is no form START/DM/1/2"),
        ("START/DM: {ICDATE: 2026-09-01}", "START/DM has no item ICDATE"),
        ("START/DM: {ICDAT: yesterday}", "START/DM: IT.ICDAT: Should be a date, e.g. 2026-11-24"),
        ("START/DM: {SEX: X}", "START/DM: IT.SEX: "),
        ("START/LB: {K: {value: 3, unit: g}}", "START/LB: IT.K: "),
        ("START/LB: {K: {number: 3}}", "what stands at K is no value"),
        ("START/DM: {SEX: [F]}", "what stands at SEX is no value"),
    ],
)
def test_what_a_case_enters_is_judged(folder: Path, forms: str, why: str) -> None:
    [(file, line, words)] = told(folder, f"- name: Wrong\n  forms:\n    - {forms}\n")
    assert (file, line) == ("cases/more.yaml", 1)
    assert words.startswith(f"Case “Wrong”: {why}"), words


def test_every_case_is_told_with_its_line(folder: Path) -> None:
    wrong = FULL + "  pathway: PW.LOOK\n  fires: [EC.AE.1]\n"
    assert told(folder, wrong + wrong.replace("A remission", "Again")) == [
        ("cases/more.yaml", 1, "Case “A remission”: EC.AE.1 does not fire."),
        ("cases/more.yaml", 1, "Case “A remission”: the pathway is at PW.VISITS."),
        ("cases/more.yaml", 8, "Case “Again”: EC.AE.1 does not fire."),
        ("cases/more.yaml", 8, "Case “Again”: the pathway is at PW.VISITS."),
    ]


def test_a_check_that_no_case_makes_fire(folder: Path) -> None:
    file = folder / "cases" / "all.yaml"
    file.write_text(file.read_text("utf-8").replace("BRTHDAT: 2026-10,", "").replace("fires: [EC.DM.1]", "fires: []"))
    line = (folder / "forms" / "DM.yaml").read_text("utf-8").splitlines().index("checks:") + 2
    with pytest.raises(DefinitionError) as raised:
        check_definition(folder)
    [fault] = raised.value.faults
    assert (fault.file, fault.line, fault.oid) == ("forms/DM.yaml", line, "EC.DM.1")
    assert fault.message == {"en": "No case makes this check fire.", "zh": "没有用例触发该核查。"}


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("name: One\n", 1, "Expected a list here."),
        ("- name: One\n  fire: [EC.DM.1]\n", 1, "This is no case: Object contains unknown field `fire`"),
        ("- forms: []\n", 1, "This is no case: Object missing required field `name`"),
        ("- name: One\n\n- name: Two\n  today: tomorrow\n", 3, "This is no case: Invalid RFC3339 encoded date"),
        ("- name: One\n  forms: {START/DM: {}}\n", 1, "This is no case: Expected `array`, got `object`"),
        ("- name: [One\n", 2, ""),
    ],
)
def test_a_file_that_holds_no_cases(folder: Path, text: str, line: int, why: str) -> None:
    found = told(folder, text)
    assert [(file, at) for file, at, _ in found] == [("cases/more.yaml", line)]
    assert found[0][2].startswith(why)


def test_a_case_has_its_own_day_and_answers(folder: Path) -> None:
    values = "{LBDAT: 2026-09-15, HGB: {value: 7.1, unit: g/dL}}"
    event = "{AETERM: 10002272, AEGR: 2}"
    case = f"- name: Older criteria\n  settings: {{CRITERIA: 4.0}}\n  forms:\n    - CYCLE/LB: {values}\n    - LOG/AE: {event}\n"
    (folder / "cases" / "more.yaml").write_text(case, "utf-8")
    assert check_definition(folder).cases == 4
    assert told(folder, case.replace("4.0", "5.0"))[0][2] == "Case “Older criteria”: EC.AE.1 fires."
    # A date after the case's own day is refused as any other.
    early = "- name: Early\n  today: 2026-09-01\n  forms:\n    - START/DM: {ICDAT: 2026-09-02}\n  fires: [EC.AE.1]\n"
    assert told(folder, early)[0][2] == "Case “Early”: EC.AE.1 does not fire."


def test_markers_and_rows_are_entered(pressure_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(pressure_folder, tmp_path / "study")
    (folder / "cases").mkdir()
    case = """\
- name: Rows
  forms:
    - START/DM: {ICDAT: 2026-11-02, SEX: F}
    - START/VS: {VSDAT: 2026-11-02, WEIGHT: "!NOT_DONE", BP: [{SYSBP: 120, DIABP: 90}, {SYSBP: 80, DIABP: 90}]}
  fires: [EC.VS.1]
  derived: {START/VS.BP.0.MEANBP: "100", START/VS.BP.1.MEANBP: "87", START/VS.MAXBP: "100"}
"""
    found = told(folder, case)
    assert not [words for file, _, words in found if file == "cases/more.yaml"], found
    assert ("forms/DM.yaml", "No case makes this check fire.") in {(file, words) for file, _, words in found}


@pytest.mark.parametrize("rows", ["[120]", "120"])
def test_a_repeating_group_takes_rows(pressure_folder: Path, tmp_path: Path, rows: str) -> None:
    folder = shutil.copytree(pressure_folder, tmp_path / "study")
    (folder / "cases").mkdir()
    found = told(folder, f"- name: Rows\n  forms:\n    - START/VS: {{BP: {rows}}}\n")
    assert [line for file, line, _ in found if file == "cases/more.yaml"] == [1]


def test_the_command_tells_faults_of_cases_with_file_and_line(folder: Path) -> None:
    (folder / "cases" / "more.yaml").write_text(FULL + "  pathway: PW.LOOK\n", "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "ui.app.main", "study", "check", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout == "cases/more.yaml:1: Case “A remission”: the pathway is at PW.VISITS.\n"
    ran = subprocess.run(
        [sys.executable, "-m", "ui.app.main", "study", "check", str(folder), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(ran.stdout)["faults"][0]["line"] == 1
