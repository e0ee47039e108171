"""The monthly transfer as Excel: what was entered can be read again from the file, to the last character."""

import datetime
import io
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desktop.casebook.views import FormState
from desktop.errors import CancelledError, RefusedError
from desktop.export import cells
from desktop.export.check import check, verify_excel
from desktop.export.excel import write_excel
from desktop.export.layout import COVER, HEAD_ROWS
from desktop.export.sheets import MOST_ROWS, sheet_names, sheets_of
from desktop.export.transfer import Transfer, TransferForm
from desktop.study.data import FormContent, FormKey, ItemValue
from desktop.study.definition import (
    CodeList,
    CodeListItem,
    DataType,
    Definition,
    FormDef,
    FormRef,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    Location,
    MeasurementUnit,
    MetaDataVersion,
    StudyEventDef,
    UnitRef,
)

KG, GRAM = UnitRef(unit="MU.KG"), UnitRef(unit="MU.G", factor=0.001)


def item(name: str, data_type: DataType = DataType.TEXT, **more: object) -> ItemDef:
    return ItemDef(
        oid=f"IT.{name}", name=name, question={"en": f"{name}?", "zh": f"{name}？"}, data_type=data_type, **more
    )


ITEMS = (
    item("TXT", length=100_000),
    item("INT", DataType.INTEGER),
    item("FLT", DataType.FLOAT, units=(KG,)),
    item("DAT", DataType.DATE),
    item("PDAT", DataType.PARTIAL_DATE),
    item("TIM", DataType.TIME),
    item("DTM", DataType.DATETIME),
    item("BOO", DataType.BOOLEAN),
    item("COD", codelist="CL.GRADE"),
    item("MUL", codelist="CL.GRADE", multiple=True),
    item("WGT", DataType.FLOAT, units=(KG, GRAM)),
    item("BMI", DataType.FLOAT, derivation="WGT / 2.0"),
)
ROW_ITEMS = (item("DOSE", DataType.FLOAT), item("DOSDAT", DataType.PARTIAL_DATE), item("WHY"))


def group(name: str, items: tuple[ItemDef, ...], **more: object) -> ItemGroupDef:
    refs = tuple(ItemRef(item=one.oid) for one in items)
    return ItemGroupDef(oid=f"IG.{name}", name=name, title={"en": name, "zh": name}, items=refs, **more)


def study(**changes: object) -> Definition:
    """A study with every type of item, one form, one repeating group."""
    version = MetaDataVersion(
        study="S.X",
        oid="MDV.1",
        name="X & Y",
        title={"en": "Everything", "zh": "全部"},
        subject_key="{site}-{letter}{number}",
        first_form="F.ALL",
        first_event="SE.1",
        locations=(Location(oid="01", name={"en": "One", "zh": "一"}, zone="Asia/Shanghai"),),
        events=(StudyEventDef(oid="SE.1", name="ONE", title={"en": "One"}, forms=(FormRef(form="F.ALL"),)),),
        forms=(FormDef(oid="F.ALL", name="ALL", title={"en": "All", "zh": "全部"}, groups=("IG.MAIN", "IG.DOSES")),),
        groups=(group("MAIN", ITEMS), group("DOSES", ROW_ITEMS, repeating=True)),
        items=(*ITEMS, *ROW_ITEMS),
        codelists=(
            CodeList(
                oid="CL.GRADE",
                name="GRADE",
                items=tuple(
                    CodeListItem(code=str(n), label={"en": f"Grade {n}", "zh": f"{n} 级"}) for n in range(1, 4)
                ),
            ),
        ),
        units=(
            MeasurementUnit(oid="MU.KG", name="kg", symbol={"en": "kg"}),
            MeasurementUnit(oid="MU.G", name="g", symbol={"en": "g"}),
        ),
    )
    return Definition(msgspec.structs.replace(version, **changes))


STUDY = study()
HEADS = (("A-12345678", 7, "ab" * 32),)
WALL = "2026-11-24T08:00:00.000+08:00"


def form(content: FormContent, derived: FormContent | None = None, subject: str = "01-A001") -> TransferForm:
    return TransferForm(
        subject=subject,
        key=FormKey("SE.1", 1, "F.ALL", 1),
        state=FormState.COMPLETE,
        version="MDV.1",
        content=content,
        derived=derived or {},
        wall=WALL,
        first_wall=WALL,
        user="U.A-12345678.1",
    )


def transfer(*forms: TransferForm, definition: Definition = STUDY) -> Transfer:
    location = definition.version.locations[0]
    return Transfer(definition=definition, location=location, month="2026-11", heads=HEADS, forms=forms)


def main(**values: str | ItemValue) -> FormContent:
    given_values = {
        f"IT.{name}": ItemValue(value=value) if isinstance(value, str) else value for name, value in values.items()
    }
    return {"IG.MAIN": {"": given_values}}


def written(path: Path, sheet: str, column: str, row: int = HEAD_ROWS + 1) -> openpyxl.cell.cell.Cell:
    """A cell of a data row by the name of its column."""
    opened = openpyxl.load_workbook(path)[sheet]
    names = [cell.value for cell in opened[1]]
    return opened.cell(row, names.index(column) + 1)


# Round trip

LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
TEXTS = st.text(st.one_of(LETTERS, st.sampled_from("=+-@'\t\n <&>\"_x0041")), min_size=1, max_size=40)
INTEGERS = st.integers(-(10**17), 10**17).map(str) | st.sampled_from(["007", "-0", "0", "999999999999999"])
FLOATS = st.decimals(-(10**9), 10**9, places=3).map(str) | st.from_regex(
    r"-?[0-9]{1,12}(\.[0-9]{1,12})?", fullmatch=True
)
DATES = st.dates(datetime.date(1800, 1, 1), datetime.date(2200, 12, 31)).map(str)
TIMES = st.times().map(lambda time: time.isoformat("minutes")) | st.times().map(lambda time: time.isoformat("seconds"))
MOMENTS = st.tuples(DATES, TIMES).map("T".join)
CODES = st.sampled_from(["1", "2", "3", "unknown code"])
SEVERAL = st.lists(st.sampled_from("123"), min_size=1, unique=True).map(";".join)
MARKERS = st.sampled_from(["NOT_DONE", "UNKNOWN", "NOT_APPLICABLE"]).map(lambda marker: ItemValue(missing=marker))


def values(texts: st.SearchStrategy[str], unit: str = "") -> st.SearchStrategy[ItemValue]:
    return texts.map(lambda text: ItemValue(value=text, unit=unit)) | MARKERS


def rows(strategies: dict[str, st.SearchStrategy[ItemValue]]) -> st.SearchStrategy[dict[str, ItemValue]]:
    return st.fixed_dictionaries({}, optional={f"IT.{name}": strategy for name, strategy in strategies.items()})


MAIN_ROWS = rows(
    {
        "TXT": values(TEXTS),
        "INT": values(INTEGERS),
        "FLT": values(FLOATS, "kg"),
        "DAT": values(DATES),
        "PDAT": values(DATES | DATES.map(lambda date: date[:7]) | DATES.map(lambda date: date[:4])),
        "TIM": values(TIMES),
        "DTM": values(MOMENTS),
        "BOO": values(st.sampled_from(["true", "false", "1", "0"])),
        "COD": values(CODES),
        "MUL": values(SEVERAL),
        "WGT": values(FLOATS, "kg") | values(FLOATS, "g"),
    }
)
DOSE_ROWS = rows({"DOSE": values(FLOATS), "DOSDAT": values(DATES), "WHY": values(TEXTS)})
FORMS = st.builds(
    lambda main_row, dose_rows, bmi: form(
        {"IG.MAIN": {"": main_row}, "IG.DOSES": dose_rows},
        {"IG.MAIN": {"": {"IT.BMI": ItemValue(value=bmi)}}} if bmi else None,
    ),
    MAIN_ROWS,
    st.dictionaries(TEXTS, DOSE_ROWS, max_size=3),
    FLOATS | st.just(""),
)


def as_text(cell: openpyxl.cell.cell.Cell) -> str:
    """The text that was entered, from a cell: worked out here anew, not by the code under test."""
    value, shown = cell.value, cell.number_format
    if isinstance(value, str):
        return value.replace("_x005F_", "_")
    if isinstance(value, int | float):
        return f"{value:.{len(shown.partition('.')[2])}f}"
    assert isinstance(value, datetime.datetime | datetime.time)
    if shown == "yyyy-mm-dd":
        return value.strftime("%Y-%m-%d")
    return value.isoformat(
        **({"sep": "T"} if isinstance(value, datetime.datetime) else {}),
        timespec="seconds" if shown.endswith("ss") else "minutes",
    )


def read_back(path: Path) -> list[tuple[FormContent, FormContent]]:
    """(entered, worked out) of every form in the file: subject by subject, read without the code under test."""
    book = openpyxl.load_workbook(path)
    found: dict[str, tuple[FormContent, FormContent]] = {}
    for name, key_columns in (("ALL", 6), ("ALL.DOSES", 6)):
        sheet = book[name]
        oids = [cell.value for cell in sheet[2]]
        for line in sheet.iter_rows(min_row=HEAD_ROWS + 1):
            entered, derived = found.setdefault(as_text(line[0]), ({"IG.MAIN": {"": {}}, "IG.DOSES": {}}, {}))
            target = {"ALL": "IG.MAIN", "ALL.DOSES": "IG.DOSES"}[name]
            key = "" if name == "ALL" else as_text(line[5])
            entered[target].setdefault(key, {})
            for column in range(key_columns, len(oids)):
                oid, cell = oids[column], line[column]
                if not oid or "/" in oid or cell.value is None:
                    continue
                ground = cell.fill.fgColor.rgb[-6:] if cell.fill.fill_type else ""
                unit = str(line[column + 1].value or "") if oid == "IT.WGT" else "kg" if oid == "IT.FLT" else ""
                value = (
                    ItemValue(missing=as_text(cell))
                    if ground == cells.MISSING_GROUND
                    else ItemValue(value=as_text(cell), unit=unit)
                )
                into = derived if ground == cells.DERIVED_GROUND else entered
                into.setdefault(target, {}).setdefault(key, {})[oid] = value
    return list(found.values())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FORMS)
@example(form(main(TXT="<r>not mine</r>")))
@example(form(main(TXT="<r></r>")))
@example(form(main(TXT="_x0041_ and _x005F_")))
@example(form(main(TXT=" leading, trailing ")))
@example(form(main(TXT="NOT_DONE", FLT=ItemValue(value="12.50", unit="kg"))))
@example(form(main(INT="123456789012345678", DTM="1899-12-31T23:59:59", TIM="00:00")))
def test_everything_entered_can_be_read_from_the_file(one: TransferForm) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.xlsx"
        expected = transfer(one)
        result = write_excel(expected, path)
        assert result.altered == 0
        [(entered, derived)] = read_back(path)
        assert entered == {"IG.DOSES": {}} | one.content
        assert derived == one.derived
        assert check(path, expected) == ()
        assert verify_excel(path).ok


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


# Stopping, and what does not fit


def test_a_cancelled_export_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"older")
    seen: list[tuple[int, int]] = []
    many = transfer(*(form(main(TXT="x"), subject=f"01-A{number:03}") for number in range(500)))
    with pytest.raises(CancelledError):
        write_excel(
            many, path, lambda done, total: seen.append((done, total)), lambda: bool(seen) and seen[-1][0] > 300
        )
    assert path.read_bytes() == b"older"
    assert [child.name for child in tmp_path.iterdir()] == ["out.xlsx"]
    write_excel(many, path, lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > 500
    assert zipfile.is_zipfile(io.BytesIO(path.read_bytes()))


def test_more_rows_than_excel_has_are_refused(tmp_path: Path) -> None:
    row: dict[str, ItemValue] = {}
    huge = transfer(form({"IG.DOSES": dict.fromkeys(map(str, range(MOST_ROWS)), row)}))
    with pytest.raises(RefusedError) as error:
        write_excel(huge, tmp_path / "out.xlsx")
    assert "ALL.DOSES" in str(error.value)
    assert not any(tmp_path.iterdir())
