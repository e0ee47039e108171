"""What was entered can be read again from the file, to the last character."""

import datetime
import tempfile
from pathlib import Path

import openpyxl
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desktop.export.transfer import TransferForm
from desktop.export.xlsx import cells
from desktop.export.xlsx.sheet_model import HEAD_ROWS
from desktop.export.xlsx.verification import check, verify_excel
from desktop.export.xlsx.writer import write_excel
from desktop.study.clinical_data import FormContent, ItemValue
from tests.unit.export.everything import form, main, transfer

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
