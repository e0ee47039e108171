"""What stands in a definition in vain."""

import shutil
from pathlib import Path

import pytest

from desktop.errors import DefinitionError
from desktop.study.load import check_definition, load_definition


@pytest.fixture
def folder(course_folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(course_folder, tmp_path / "study")


def add(file: Path, text: str) -> None:
    file.write_text(file.read_text("utf-8") + text, "utf-8")


def told(folder: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(DefinitionError) as raised:
        check_definition(folder)
    return [(fault.file, fault.line, fault.oid, fault.message["en"]) for fault in raised.value.faults]


def test_a_study_without_a_fault_is_proved_by_its_cases(course_folder: Path, folder: Path) -> None:
    checked = check_definition(course_folder)
    assert (checked.cases, checked.notes) == (3, ())
    shutil.rmtree(folder / "cases")
    # Where no cases are kept none are asked for.
    assert check_definition(folder).cases == 0


def test_a_code_list_of_no_item(folder: Path) -> None:
    add(folder / "codelists.yaml", "- {oid: CL.IDLE, name: IDLE, items: [{code: A, label: {en: A, zh: 甲}}]}\n")
    line = len((folder / "codelists.yaml").read_text("utf-8").splitlines())
    assert told(folder) == [("codelists.yaml", line, "CL.IDLE", "No item uses this code list.")]
    # It may be loaded all the same: it is only in vain.
    assert "CL.IDLE" in load_definition(folder).codelists


def test_a_form_that_no_event_asks_for(folder: Path) -> None:
    text = (folder / "forms" / "SS.yaml").read_text("utf-8")
    (folder / "forms" / "ZZ.yaml").write_text(text.replace("SS", "ZZ"), "utf-8")
    assert told(folder) == [("forms/ZZ.yaml", 1, "F.ZZ", "No event asks for this form.")]


def test_a_step_that_nothing_leads_to(folder: Path) -> None:
    study = folder / "study.yaml"
    text = study.read_text("utf-8")
    lonely = (
        "    - {oid: PW.LONELY, title: {en: Alone, zh: 孤立}, branches: [{to: PW.NEXT, label: {en: On, zh: 下一步}}]}\n"
    )
    circle = "    - {oid: PW.NEXT, title: {en: Next, zh: 下一步}, branches: [{to: PW.LONELY, label: {en: On, zh: 下一步}}]}\n"
    study.write_text(text.replace("  anywhere:\n", f"{lonely}{circle}  anywhere:\n"), "utf-8")
    line = text.splitlines().index("  anywhere:") + 1
    # That they lead to each other leads nobody there.
    assert told(folder) == [
        ("study.yaml", line, "PW.LONELY", "Nothing leads to this step of the pathway."),
        ("study.yaml", line + 1, "PW.NEXT", "Nothing leads to this step of the pathway."),
    ]


def test_a_step_that_only_a_way_from_everywhere_leads_to_is_reached(folder: Path) -> None:
    study = folder / "study.yaml"
    text = study.read_text("utf-8")
    start = text.index("  anywhere:")
    assert "{to: PW.BACK" in text[start:]
    assert "to: PW.BACK" not in text[:start]
    study.write_text(text[:start], "utf-8")
    assert [(oid, why) for _, _, oid, why in told(folder)] == [
        ("PW.BACK", "Nothing leads to this step of the pathway.")
    ]


@pytest.mark.parametrize(
    ("old", "new", "oid", "why"),
    [
        (
            "event: SE.START\n      branches",
            "event: SE.NO\n      branches",
            "PW.START",
            "There is no SE.NO in the study.",
        ),
        ("to: PW.OUT,", "to: PW.NO,", "PW.START", "There is no PW.NO in the study."),
        ("evidence: [IT.FIT]", "evidence: [IT.NO]", "PW.START", "There is no IT.NO in the study."),
        ("oid: PW.DONE", "oid: PW.OUT", "PW.OUT", "PW.OUT is defined twice."),
        ("DM.FIT == 'N'", "DM.FIT == 'X'", "PW.START", "there is no code X"),
        ("gone.CYCLE >=", "gone.CICLE >=", "PW.LOOK", "gone has no CICLE."),
        ("has(here.EX.EXDAT)", "here.EX.EXDAT", "PW.CYCLE", "true or false"),
        ("event: SE.CYCLE, day: 7", "event: SE.NO, day: 7", "SE.CYCLE", "There is no SE.NO in the study."),
        ("    repeating: true\n    forms: [F.SS]", "    forms: [F.SS]", "SE.VISIT", "Only a repeating event"),
        ("day: setting.LOOK_DAY", "day: setting.NO", "SE.LOOK", "setting has no NO."),
        ("day: setting.LOOK_DAY", "day: setting.CRITERIA", "SE.LOOK", "number"),
        ('ended: "END.ENDWHY', 'ended: "END.ENDHOW', "", "END has no ENDHOW."),
        ("sex: IT.SEX", "sex: IT.NO", "", "There is no IT.NO in the study."),
    ],
)
def test_a_course_that_refers_to_nothing_is_refused(folder: Path, old: str, new: str, oid: str, why: str) -> None:
    study = folder / "study.yaml"
    text = study.read_text("utf-8")
    assert old in text
    study.write_text(text.replace(old, new), "utf-8")
    found = told(folder)
    assert any(part == oid and why in words and line > 0 for _, line, part, words in found), found
