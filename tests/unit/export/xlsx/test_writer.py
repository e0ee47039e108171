"""What stands in the file of a transfer: types, markers, what must never run, what a cell cannot hold, nothing left out."""

import datetime
import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import openpyxl
import pytest

from desktop.errors import CancelledError, RefusedError
from desktop.export.xlsx import cells
from desktop.export.xlsx.sheet_model import COVER, HEAD_ROWS
from desktop.export.xlsx.sheets import MAX_ROWS
from desktop.export.xlsx.verification import check, verify_excel
from desktop.export.xlsx.writer import write_excel
from desktop.study.clinical_data import FormContent, FormKey, ItemValue
from desktop.views.forms import FormState
from tests.unit.export.everything import ITEMS, ROW_ITEMS, WALL, form, main, study, transfer, written


def test_numbers_are_numbers_only_where_their_text_survives() -> None:
    assert [text for text in ("0", "12", "-3.50", "0.1", "100000000000000") if not cells.is_exact_number(text)] == []
    kept_as_text = ("007", "-0", "-0.00", "1234567890123456", "1.", ".5", "1e5", "0x1", "１２", "12 ", "", "+5")
    assert [text for text in kept_as_text if cells.is_exact_number(text)] == []


def test_types_codes_units_and_dates(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    content = main(
        INT="12",
        FLT="12.50",
        DAT="2026-11-24",
        PDAT="2026-11",
        DTM="2026-11-24T08:30",
        TIM="08:30:05",
        COD="2",
        MUL="1;3",
        WGT=ItemValue(value="70500", unit="g"),
    )
    write_excel(transfer(form(content, main(BMI="21.8"))), path)
    read = {name: written(path, "ALL", name) for name in ("INT", "FLT", "DAT", "PDAT", "DTM", "TIM", "COD", "MUL")}
    assert read["INT"].value == 12
    assert (read["FLT"].value, read["FLT"].number_format) == (12.5, "0.00")
    # The one unit of an item stands in its label, several in a column of their own.
    assert [written(path, "ALL", "FLT", row).value for row in (3, 4)] == ["FLT? (kg)", "FLT？（kg）"]
    assert read["DAT"].value == datetime.datetime.fromisoformat("2026-11-24")
    assert read["PDAT"].value == "2026-11"
    assert read["DTM"].value == datetime.datetime.fromisoformat("2026-11-24T08:30")
    assert read["TIM"].value == datetime.time(8, 30, 5)
    assert (read["COD"].value, written(path, "ALL", "COD_DECODE").value) == ("2", "Grade 2 / 2 级")
    assert (read["MUL"].value, written(path, "ALL", "MUL_DECODE").value) == ("1;3", "Grade 1 / 1 级; Grade 3 / 3 级")
    assert (written(path, "ALL", "WGT").value, written(path, "ALL", "WGTU").value) == (70500, "g")
    assert written(path, "ALL", "BMI").fill.fgColor.rgb == f"FF{cells.DERIVED_GROUND}"
    assert written(path, "ALL", "SubjectKey").number_format == "@"
    assert written(path, "ALL", "LastSaved").value == WALL


def test_markers_differ_from_a_text_of_the_same_letters(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write_excel(transfer(form(main(TXT="UNKNOWN", DAT=ItemValue(missing="UNKNOWN")))), path)
    text, marker = written(path, "ALL", "TXT"), written(path, "ALL", "DAT")
    assert text.value == marker.value == "UNKNOWN"
    assert (text.fill.fill_type, marker.fill.fgColor.rgb) == (None, f"FF{cells.MISSING_GROUND}")


# What must never run, and what a cell cannot hold

RUNNABLE = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "=cmd|' /C calc'!A0", "'=1", "http://x.invalid", "＝1+1"]


@pytest.mark.parametrize("text", RUNNABLE)
def test_content_never_runs_as_a_formula(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.xlsx"
    rows_of = {text: {"IT.WHY": ItemValue(value=text)}}
    write_excel(transfer(form({**main(TXT=text), "IG.DOSES": rows_of})), path)
    for sheet, column in (("ALL", "TXT"), ("ALL.DOSES", "WHY"), ("ALL.DOSES", "ItemGroupRepeatKey")):
        cell = written(path, sheet, column)
        assert (cell.data_type, cell.value) == ("s", text)
        # Nor after someone edits the cell and presses Enter.
        assert cell.number_format == "@"
        assert cell.quotePrefix == (text[0] != "h")
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name)
            assert not ("_rels" in name and b"External" in archive.read(name))


def test_formulas_in_a_definition_do_not_run_either(tmp_path: Path) -> None:
    danger = {"en": "=1+1", "zh": "@SUM(1)"}
    items = tuple(msgspec.structs.replace(one, question=danger) for one in (*ITEMS, *ROW_ITEMS))
    path = tmp_path / "out.xlsx"
    write_excel(transfer(form(main(TXT="x")), definition=study(items=items, title=danger)), path)
    for sheet in openpyxl.load_workbook(path):
        assert all(cell.data_type != "f" for line in sheet for cell in line)


@pytest.mark.parametrize("text", ["a\x00b", "a\x1fb\x7f", "a\ufffe", "_x005F_x0041_", "<r>_x0041_</r>", "line\r\nline"])
def test_what_xml_cannot_carry_is_shown_and_listed(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.xlsx"
    changed = transfer(form(main(TXT=text)))
    assert write_excel(changed, path).altered == 1
    shown = written(path, "ALL", "TXT").value
    assert len(shown) == len(text)
    assert shown != text
    assert "ALL!G5" in [line[0].value for line in openpyxl.load_workbook(path)[COVER]]
    assert check(path, changed) == ()
    assert verify_excel(path).ok


def test_half_a_pair_is_shown_as_unreadable() -> None:
    assert cells.writable("\ud800x") == "\ufffdx"


@pytest.mark.parametrize("text", ["x" * 32_768, "😀" * 16_384, "中" * 100_000])
def test_a_text_too_long_for_a_cell_is_cut_visibly_and_listed(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.xlsx"
    long = transfer(form(main(TXT=text)))
    assert write_excel(long, path).altered == 1
    shown = written(path, "ALL", "TXT").value
    assert shown.endswith(cells.CUT_MARK)
    assert 32_766 <= len(shown.encode("utf-16-le")) // 2 <= 32_767
    assert text.startswith(shown.removesuffix(cells.CUT_MARK))
    assert "ALL!G5" in [line[0].value for line in openpyxl.load_workbook(path)[COVER]]
    assert check(path, long) == ()


def test_the_longest_text_that_fits_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    assert write_excel(transfer(form(main(TXT="x" * 32_767))), path).altered == 0
    cell = written(path, "ALL", "TXT")
    # Some Excels show #### for a long text in a cell with the text format.
    assert (len(cell.value), cell.number_format) == (32_767, "General")


# Nothing is left out


def test_values_without_a_column_stand_on_a_sheet_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    content: FormContent = {
        "IG.MAIN": {
            "": {"IT.OLD": ItemValue(value="was asked once"), "IT.INT": ItemValue(value="5", unit="mg")},
            "r2": {"IT.TXT": ItemValue(value="stray row")},
        },
        "IG.GONE": {"k": {"IT.X": ItemValue(missing="UNKNOWN")}},
    }
    derived: FormContent = {"IG.MAIN": {"": {"IT.INT": ItemValue(value="6")}}}
    gone = msgspec.structs.replace(form(main(TXT="old form")), key=FormKey("SE.1", 1, "F.GONE", 1))
    write_excel(transfer(form(content, derived), gone), path)
    lines = list(openpyxl.load_workbook(path)["Other values"].iter_rows(min_row=HEAD_ROWS + 1, values_only=True))
    assert [line[3:] for line in lines] == [
        ("F.ALL", 1, "IG.MAIN", None, "IT.OLD", "was asked once", None, None),
        ("F.ALL", 1, "IG.MAIN", None, "IT.INT", "5", "mg", None),
        ("F.ALL", 1, "IG.MAIN", "r2", "IT.TXT", "stray row", None, None),
        ("F.ALL", 1, "IG.GONE", "k", "IT.X", None, None, "UNKNOWN"),
        ("F.ALL", 1, "IG.MAIN", None, "IT.INT", "6", None, None),
        ("F.GONE", 1, "IG.MAIN", None, "IT.TXT", "old form", None, None),
    ]


def test_cover_counts_and_sheets(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    doses = {"IG.DOSES": {key: {"IT.DOSE": ItemValue(value="1")} for key in "abc"}}
    forms = [form(main(TXT="x")), msgspec.structs.replace(form(doses, subject="01-A002"), state=FormState.INCOMPLETE)]
    result = write_excel(transfer(*forms), path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [COVER, "ALL", "ALL.DOSES", "Dictionary", "Code lists"]
    cover = [[cell.value for cell in line if cell.value is not None] for line in book[COVER]]
    assert ["F.ALL All / 全部", 1, 1, 0, 0, 0, 0, 0, 2] in cover
    assert ["ALL", 2, 25, "F.ALL", "All / 全部"] in cover
    assert ["ALL.DOSES", 3, 9, "IG.DOSES", "All: DOSES / 全部：DOSES"] in cover
    assert ["Journal head / 记录链末端 A-12345678", f"7 · {'ab' * 32}"] in cover
    assert any("◐ incomplete / 未完成" in str(value) for line in cover for value in line)
    assert result.rows == 2 + 3 + len(ITEMS) + len(ROW_ITEMS) + 3
    # The file bears no name of a person.
    with zipfile.ZipFile(path) as archive:
        core = ElementTree.fromstring(archive.read("docProps/core.xml"))
    told = {element.tag.rpartition("}")[2]: element.text for element in core}
    assert told == {
        "title": "X & Y 2026-11",
        "category": "Sitebook transfer",
        "creator": None,
        "lastModifiedBy": None,
        "created": "2026-11-30T23:59:59Z",
        "modified": "2026-11-30T23:59:59Z",
    }


def test_the_dictionary_tells_of_every_item(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write_excel(transfer(), path)
    lines = list(openpyxl.load_workbook(path)["Dictionary"].iter_rows(min_row=HEAD_ROWS + 1, values_only=True))
    assert [line[2] for line in lines] == [one.oid for one in (*ITEMS, *ROW_ITEMS)]
    weight = next(line for line in lines if line[3] == "WGT")
    assert (weight[4], weight[5], weight[6], weight[9]) == ("WGT?", "WGT？", "float", "kg; g")


# The same entries, the same bytes


def test_the_same_entries_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = transfer(form(main(TXT="x", DAT="2026-11-24")), form({"IG.DOSES": {"k": {}}}, subject="01-A002"))
    first, second = (write_excel(one, tmp_path / name) for name in ("one.xlsx", "two.xlsx"))
    monkeypatch.setenv("TZ", "America/New_York")
    again = write_excel(one, tmp_path / "two.xlsx")
    assert first.sha256 == second.sha256 == again.sha256
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    other = transfer(form(main(TXT="y", DAT="2026-11-24")), form({"IG.DOSES": {"k": {}}}, subject="01-A002"))
    assert write_excel(other, tmp_path / "two.xlsx").sha256 != first.sha256


# Stopping, and what does not fit


def test_a_cancelled_export_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write_excel(transfer(form(main(TXT="older"))), path)
    older = path.read_bytes()
    seen: list[tuple[int, int]] = []
    many = transfer(*(form(main(TXT="x"), subject=f"01-A{number:03}") for number in range(500)))
    with pytest.raises(CancelledError):
        write_excel(
            many, path, lambda done, total: seen.append((done, total)), lambda: bool(seen) and seen[-1][0] > 300
        )
    assert path.read_bytes() == older
    assert [child.name for child in tmp_path.iterdir()] == ["out.xlsx"]
    write_excel(many, path, lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > 500
    assert zipfile.is_zipfile(io.BytesIO(path.read_bytes()))


def test_more_rows_than_excel_has_are_refused(tmp_path: Path) -> None:
    row: dict[str, ItemValue] = {}
    huge = transfer(form({"IG.DOSES": dict.fromkeys(map(str, range(MAX_ROWS)), row)}))
    with pytest.raises(RefusedError) as error:
        write_excel(huge, tmp_path / "out.xlsx")
    assert "ALL.DOSES" in str(error.value)
    assert not any(tmp_path.iterdir())
