"""The CTCAE workbook: what is read from it, and what a study keeps of its own."""

import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from desktop.errors import DefinitionError, EnvironmentProblemError, RefusedError
from desktop.study.ctcae import MAX_WORKBOOK_BYTES, Imported, import_ctcae, read_workbook
from desktop.study.definition.metadata import CodeListItem
from desktop.study.load import check_definition, load_definition, locate

HEAD = ["MedDRA Code", "MedDRA SOC", "CTCAE Term", *(f"Grade {grade}" for grade in range(1, 6)), "Definition"]
ANEMIA = [10002272, "Blood", "Anemia", "Below normal", "<100 g/L", "<80 g/L", "Life-threatening", "Death", "A disorder"]
FEVER = ["10016558", "General", "Fever", "38.0 - 39.0", "-", " ", None, "\xa0", ""]


def workbook(path: Path, *rows: list[Any], title: list[list[Any]] | None = None, sheets: tuple[str, ...] = ()) -> Path:
    """A workbook with these rows on its last sheet; other sheets stand before it."""
    book = openpyxl.Workbook()
    for name in sheets:
        book.create_sheet(name).append(["Notes"])
    sheet = book.create_sheet("Terms")
    for row in (*(title or []), *rows):
        sheet.append(row)
    del book["Sheet"]
    book.save(path)
    return path


@pytest.fixture
def folder(course_folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(course_folder, tmp_path / "study")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# What is read


def test_a_term_with_its_group_and_grades(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD, ANEMIA, FEVER)
    anemia, fever = read_workbook(path)
    texts = ("Below normal", "<100 g/L", "<80 g/L", "Life-threatening", "Death")
    assert anemia == CodeListItem(
        code="10002272",
        label={"en": "Anemia"},
        group={"en": "Blood"},
        only=("1", "2", "3", "4", "5"),
        details={str(grade): {"en": text} for grade, text in enumerate(texts, 1)},
    )
    # A grade without words is none.
    assert (fever.code, fever.only, set(fever.details)) == ("10016558", ("1",), {"1"})


def test_columns_are_found_by_their_heads(tmp_path: Path) -> None:
    head = ["Grade  5", "grade 4 ", "Grade 3", "Grade 2", "Grade 1", "CTCAE v6.0 Term", "SOC", "v27 MedDRA LLT Code"]
    row = ["five", "four", "three", "two", "one", "Fever", "General", "10016558"]
    path = workbook(
        tmp_path / "a.xlsx", head, row, title=[["CTCAE"], [], ["Grade 1 means mild"]], sheets=("Read me", "Changes")
    )
    [found] = read_workbook(path)
    assert (found.code, found.label["en"], found.group["en"]) == ("10016558", "Fever", "General")
    assert [found.details[grade]["en"] for grade in "12345"] == ["one", "two", "three", "four", "five"]


def test_words_are_tidied_and_lines_kept(tmp_path: Path) -> None:
    row = ["10016558", " General\xa0 disorders", "Fever_x000D_", "Adult:  38\n\n  Child:\xa039 ", *["-"] * 4]
    [found] = read_workbook(workbook(tmp_path / "a.xlsx", HEAD, row))
    assert (found.label["en"], found.group["en"]) == ("Fever", "General disorders")
    assert found.details == {"1": {"en": "Adult: 38\nChild: 39"}}


@pytest.mark.parametrize("code", [10016558, 10016558.0, "10016558", " 10016558 "])
def test_codes_are_eight_digits_however_written(tmp_path: Path, code: object) -> None:
    rows = [[code, *FEVER[1:]], ["General disorders"], [None, "x", "y"], ["1001655", *FEVER[1:]]]
    assert [item.code for item in read_workbook(workbook(tmp_path / "a.xlsx", HEAD, *rows))] == ["10016558"]


# What is refused


@pytest.mark.parametrize("missing", ["MedDRA Code", "MedDRA SOC", "CTCAE Term", "Grade 1", "Grade 5"])
def test_a_workbook_without_such_columns(folder: Path, tmp_path: Path, missing: str) -> None:
    head = ["Other" if name == missing else name for name in HEAD]
    path = workbook(tmp_path / "a.xlsx", head, ANEMIA)
    before = files(folder)
    with pytest.raises(RefusedError, match="No sheet of the workbook has the columns"):
        import_ctcae(path, folder, "CL.TERM")
    assert files(folder) == before


def test_a_workbook_without_a_term(folder: Path, tmp_path: Path) -> None:
    before = files(folder)
    with pytest.raises(RefusedError, match=r"The workbook has no term\."):
        import_ctcae(workbook(tmp_path / "a.xlsx", HEAD), folder, "CL.TERM")
    assert files(folder) == before


@pytest.mark.parametrize("data", [b"", b"MedDRA Code,SOC,Term", b"PK\x03\x04 no zip", b"<html></html>" * 100])
def test_a_file_that_is_no_workbook(folder: Path, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    before = files(folder)
    with pytest.raises(RefusedError, match=r"This file is no Excel workbook\."):
        import_ctcae(path, folder, "CL.TERM")
    assert files(folder) == before


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_a_workbook_that_was_cut_off(folder: Path, tmp_path: Path, cut: float) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD, ANEMIA)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * cut)])
    with pytest.raises(RefusedError, match=r"This file is no Excel workbook\."):
        import_ctcae(path, folder, "CL.TERM")


def test_a_zip_of_something_else(folder: Path, tmp_path: Path) -> None:
    shutil.make_archive(str(tmp_path / "a"), "zip", folder / "forms")
    path = (tmp_path / "a.zip").rename(tmp_path / "a.xlsx")
    with pytest.raises(RefusedError, match=r"This file is no Excel workbook\."):
        import_ctcae(path, folder, "CL.TERM")


@pytest.mark.parametrize("name", ["a.csv", "a.xls", "a"])
def test_another_ending_is_no_workbook(folder: Path, tmp_path: Path, name: str) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD, ANEMIA).rename(tmp_path / name)
    with pytest.raises(RefusedError, match=r"This file is no Excel workbook\."):
        import_ctcae(path, folder, "CL.TERM")


def test_a_huge_file_is_not_read(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.truncate(MAX_WORKBOOK_BYTES + 1)
    with pytest.raises(RefusedError, match=r"The file is too large\."):
        import_ctcae(path, folder, "CL.TERM")


def test_a_file_that_is_not_there(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblemError, match="No such file"):
        import_ctcae(tmp_path / "a.xlsx", folder, "CL.TERM")


def test_one_code_for_two_terms(folder: Path, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD, ANEMIA, [ANEMIA[0], *FEVER[1:]])
    before = files(folder)
    with pytest.raises(DefinitionError) as raised:
        import_ctcae(path, folder, "CL.TERM")
    assert "10002272" in str(raised.value.faults[0])
    assert files(folder) == before


def test_a_grade_that_the_study_does_not_know(folder: Path, tmp_path: Path) -> None:
    codelists = folder / "codelists.yaml"
    text = codelists.read_text("utf-8")
    codelists.write_text("".join(line for line in text.splitlines(keepends=True) if "Grade 5" not in line), "utf-8")
    before = files(folder)
    with pytest.raises(DefinitionError) as raised:
        import_ctcae(workbook(tmp_path / "a.xlsx", HEAD, ANEMIA), folder, "CL.TERM")
    assert "terms.json" in str(raised.value.faults[0])
    assert files(folder) == before


def test_a_study_with_faults_takes_no_terms(folder: Path, tmp_path: Path) -> None:
    (folder / "units.yaml").write_text("- {oid: MU.GL}\n", "utf-8")
    with pytest.raises(DefinitionError):
        import_ctcae(workbook(tmp_path / "a.xlsx", HEAD, ANEMIA), folder, "CL.TERM")


# What a study keeps


def test_other_languages_and_synonyms_are_kept_by_code(folder: Path, tmp_path: Path) -> None:
    # The new version names the term otherwise, and knows two more grades.
    renamed = [ANEMIA[0], "Blood and lymph", "Anaemia", *ANEMIA[3:]]
    done = import_ctcae(workbook(tmp_path / "a.xlsx", HEAD, renamed), folder, "CL.TERM")
    assert done == Imported(out="terms.json", terms=1, added=0, untranslated=0)
    terms = load_definition(folder).codelists["CL.TERM"]
    found = terms.by_code["10002272"]
    assert found.label == {"en": "Anaemia", "zh": "贫血"}
    assert found.group == {"en": "Blood and lymph", "zh": "血液"}
    assert found.search == ("px",)
    assert found.only == ("1", "2", "3", "4", "5")
    assert found.details["2"] == {"en": "<100 g/L", "zh": "<100 克/升"}
    # What nobody has translated yet stands there in English.
    assert found.details["4"] == {"en": "Life-threatening", "zh": "Life-threatening"}
    assert terms.name == "TERM"


def test_codes_that_the_new_version_drops_stay(folder: Path, tmp_path: Path) -> None:
    before = load_definition(folder).codelists["CL.TERM"]
    done = import_ctcae(workbook(tmp_path / "a.xlsx", HEAD, FEVER), folder, "CL.TERM")
    assert (done.terms, done.added, done.untranslated) == (1, 1, 1)
    after = load_definition(folder).codelists["CL.TERM"]
    assert list(after.by_code) == ["10016558", *before.by_code]
    assert all(after.by_code[code] == item for code, item in before.by_code.items())
    # The study holds as before.
    assert check_definition(folder).cases == 3


def test_the_same_workbook_again_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD, ANEMIA, FEVER)
    import_ctcae(path, folder, "CL.TERM")
    before = files(folder)
    assert import_ctcae(path, folder, "CL.TERM").added == 0
    assert files(folder) == before
    assert not [name for name in before if name.endswith(".new")]


def test_a_code_list_that_the_study_has_not_is_made(folder: Path, tmp_path: Path) -> None:
    done = import_ctcae(workbook(tmp_path / "ctcae.xlsx", HEAD, ANEMIA), folder, "CL.CTCAE6")
    assert (done.out, done.added) == ("ctcae6.json", 1)
    made = load_definition(folder).codelists["CL.CTCAE6"]
    assert (made.name, list(made.by_code)) == ("ctcae", ["10002272"])


def test_a_study_without_a_terminology_folder_gets_one(pressure_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(pressure_folder, tmp_path / "study")
    import_ctcae(workbook(tmp_path / "a.xlsx", HEAD, ANEMIA), folder, "CL.CTCAE6")
    assert "CL.CTCAE6" in load_definition(folder).codelists


def test_other_code_lists_of_the_file_stay(folder: Path, tmp_path: Path) -> None:
    file = folder / "terminology" / "terms.json"
    [terms] = json.loads(file.read_text("utf-8"))
    other = {"oid": "CL.OTHER", "name": "OTHER", "items": [{"code": "A", "label": {"en": "A", "zh": "甲"}}]}
    file.write_text(json.dumps([other, terms]), "utf-8")
    import_ctcae(workbook(tmp_path / "a.xlsx", HEAD, ANEMIA), folder, "CL.TERM")
    definition = load_definition(folder)
    assert set(definition.codelists["CL.OTHER"].by_code) == {"A"}
    assert definition.codelists["CL.TERM"].by_code["10002272"].only == ("1", "2", "3", "4", "5")


def test_a_code_list_that_stands_in_yaml_is_not_written_a_second_time(folder: Path, tmp_path: Path) -> None:
    before = files(folder)
    with pytest.raises(RefusedError, match=r"CL\.NY"):
        import_ctcae(workbook(tmp_path / "a.xlsx", HEAD, ANEMIA), folder, "CL.NY")
    assert files(folder) == before


# The workbook itself


def test_the_workbook_of_the_institute(shared: Path, tmp_path: Path) -> None:
    """The terms of version 5.0 as they were taken from it, and a study that has them already stays as it is."""
    path = shared / "data" / "ctcae" / "NCI_CTCAE_v5.0_2017-11-27.xlsx"
    items = {item.code: item for item in read_workbook(path)}
    terms = json.loads((shared / "data" / "ctcae" / "ctcae_v5.json").read_text("utf-8"))
    assert set(items) == {term["meddra_llt_code"] for term in terms}
    for term in terms:
        item = items[term["meddra_llt_code"]]
        assert (item.label["en"], item.group["en"]) == (term["term"], term["soc"])
        grades = [grade for grade in "12345" if term[f"grade{grade}"].strip() not in ("", "-")]
        assert list(item.only) == grades
    folder = tmp_path / "study"
    shutil.copytree(str(locate("pd1-ven-cag")), folder)
    done = import_ctcae(path, folder, "CL.CTCAE5")
    assert (done.terms, done.added, done.untranslated) == (837, 0, 0)
    before, after = (load_definition(where).codelists["CL.CTCAE5"] for where in (locate("pd1-ven-cag"), folder))
    assert [(item.code, item.label, item.only, item.search) for item in after.items] == [
        (item.code, item.label, item.only, item.search) for item in before.items
    ]
