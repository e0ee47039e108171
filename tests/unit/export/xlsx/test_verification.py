"""Names of sheets and columns, and how a changed file is found out."""

from pathlib import Path

import msgspec
import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop.export.transfer import Transfer
from desktop.export.xlsx.sheet_model import COVER
from desktop.export.xlsx.sheets import sheet_names, sheets_of
from desktop.export.xlsx.verification import check, verify_excel
from desktop.export.xlsx.writer import write_excel
from desktop.study.clinical_data import ItemValue
from desktop.study.definition.metadata import FormDef
from tests.unit.export.everything import GRAM, KG, ROW_ITEMS, form, group, item, main, study, transfer

# Names


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=30))
@example(["A" * 40, "A" * 31 + "B", "a" * 31, "History", "cover", "'x'", "[]:*?/\\", "", "  ", "😀" * 20, "ß", "SS"])
def test_sheet_names_are_what_excel_takes(names: list[str]) -> None:
    groups = tuple(group(f"G{number}", (), repeating=True) for number in range(2))
    forms = tuple(
        FormDef(oid=f"F.{number}", name=name, title={"en": name}, groups=tuple(one.oid for one in groups))
        for number, name in enumerate(names)
    )
    made = sheet_names(study(forms=forms, groups=groups)).values()
    assert len(made) == 3 * len(names)
    assert len({name.casefold() for name in made}) == len(made)
    for name in made:
        assert 1 <= len(name.encode("utf-16-le", "surrogatepass")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\\x00")
        assert name[0] != "'"
        assert name[-1] != "'"
        assert name.casefold() not in ("history", "cover", "dictionary", "code lists", "other values")


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    clash = (item("A", units=(KG, GRAM)), msgspec.structs.replace(item("AU"), oid="IT.OTHER"), item("State"), item("a"))
    [sheet, *_] = sheets_of(
        transfer(definition=study(groups=(group("MAIN", clash), group("DOSES", ROW_ITEMS)), items=(*clash, *ROW_ITEMS)))
    )
    names = [column.name for column in sheet.columns]
    assert len({name.casefold() for name in names}) == len(names)
    assert names[6:10] == ["A", "AU", "IT.OTHER", "IT.State"]
    path = tmp_path / "out.xlsx"
    write_excel(
        transfer(
            definition=study(groups=(group("MAIN", clash), group("DOSES", ROW_ITEMS)), items=(*clash, *ROW_ITEMS))
        ),
        path,
    )
    assert [cell.value for cell in openpyxl.load_workbook(path)["ALL"][1]] == names


# Checking a file


@pytest.fixture
def exported(tmp_path: Path) -> tuple[Path, Transfer]:
    path = tmp_path / "out.xlsx"
    doses = {"IG.DOSES": {key: {"IT.DOSE": ItemValue(value="1.5")} for key in "abc"}}
    one = transfer(form({**main(TXT="x", INT="5", DAT="2026-11-24"), **doses}))
    write_excel(one, path)
    return path, one


CHANGED_CELLS = [
    ("ALL", "G5", "y"),
    ("ALL", "H5", 6),
    ("ALL", "H5", "5"),
    ("ALL", "A6", "01-A009"),
    ("ALL", "T5", "=1+1"),
    ("ALL.DOSES", "G7", None),
    (COVER, "B3", "Another study"),
    (COVER, "H99", "a remark"),
    ("Dictionary", "E5", "Another question"),
]


@pytest.mark.parametrize(("sheet", "place", "value"), CHANGED_CELLS)
def test_a_changed_cell_is_found(exported: tuple[Path, Transfer], sheet: str, place: str, value: object) -> None:
    path, one = exported
    assert check(path, one) == ()
    book = openpyxl.load_workbook(path)
    book[sheet][place] = value
    book.save(path)
    assert not verify_excel(path).ok
    if place != "H99":
        assert check(path, one)


def test_a_file_saved_again_without_change_still_verifies(exported: tuple[Path, Transfer]) -> None:
    path, one = exported
    openpyxl.load_workbook(path).save(path)
    assert verify_excel(path).ok
    assert check(path, one) == ()


@pytest.mark.parametrize("sheet", [COVER, "ALL", "ALL.DOSES", "Code lists"])
def test_a_lost_sheet_or_row_is_found(exported: tuple[Path, Transfer], sheet: str) -> None:
    path, one = exported
    book = openpyxl.load_workbook(path)
    book[sheet].delete_rows(5)
    book.save(path)
    found = verify_excel(path)
    assert not found.ok
    assert sheet == COVER or found.failures[0].where == sheet
    book.remove(book[sheet])
    if sheet == COVER:
        return
    book.save(path)
    assert sheet in [failure.where for failure in verify_excel(path).failures]
    assert check(path, one)


def test_a_month_that_has_another_content_is_told_apart(exported: tuple[Path, Transfer]) -> None:
    path, one = exported
    later = msgspec.structs.replace(one, heads=(("A-12345678", 8, "cd" * 32),))
    assert {failure.where.partition("!")[0] for failure in check(path, later)} == {COVER}
