"""The monthly transfer in cells a second, against XlsxWriter alone writing the same cells in the same styles.

Run with `python -m tests.bench.excel`.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from desktop.export.transfer import Transfer, TransferForm
from desktop.export.xlsx.cells import Cell, Kind
from desktop.export.xlsx.sheet_model import Cells
from desktop.export.xlsx.sheets import sheets_of
from desktop.export.xlsx.writer import write_excel
from desktop.study.clinical_data import FormContent, FormKey, ItemValue, Row
from desktop.study.definition.metadata import DataType, Definition, ItemDef, ItemRef
from desktop.study.load import load_definition, locate
from desktop.views.forms import FormState

SUBJECTS = 120
ROWS_OF_GROUP = 28
ROUNDS = 5

SAMPLES: dict[DataType, str] = {
    DataType.TEXT: "stable since the last visit",
    DataType.INTEGER: "12",
    DataType.FLOAT: "7.25",
    DataType.DATE: "2026-11-24",
    DataType.PARTIAL_DATE: "2026-11",
    DataType.TIME: "08:30",
    DataType.DATETIME: "2026-11-24T08:30",
    DataType.BOOLEAN: "true",
}


def sample(definition: Definition, item: ItemDef) -> ItemValue:
    """A value as the item takes it."""
    codelist = definition.codelist_of(item)
    if codelist is not None:
        return ItemValue(value=codelist.items[0].code)
    units = definition.unit_names(item)
    return ItemValue(value=SAMPLES[item.data_type], unit=units[0] if units else "")


def full_transfer(definition: Definition) -> Transfer:
    """Every form of the study with a value in every item, for many subjects."""

    def values(refs: tuple[ItemRef, ...]) -> Row:
        return {ref.item: sample(definition, definition.items[ref.item]) for ref in refs}

    forms: list[TransferForm] = []
    for number in range(SUBJECTS):
        for event in definition.version.events:
            for ref in event.forms:
                content: FormContent = {
                    group.oid: {
                        f"{row:08x}" if group.repeating else "": values(group.items)
                        for row in range(ROWS_OF_GROUP if group.repeating else 1)
                    }
                    for group in definition.form_groups(ref.form)
                }
                forms.append(
                    TransferForm(
                        subject=f"01-A{number:03}",
                        key=FormKey(event.oid, 1, ref.form, 1),
                        state=FormState.COMPLETE,
                        version=definition.version.oid,
                        content=content,
                        derived={},
                        wall="2026-11-24T08:00:00.000+08:00",
                        first_wall="2026-11-24T08:00:00.000+08:00",
                        user="U.A-00000000.1",
                    )
                )
    location = definition.version.locations[0]
    heads = (("A-00000000", len(forms), "00" * 32),)
    return Transfer(definition=definition, location=location, month="2026-11", heads=heads, forms=tuple(forms))


def writer_alone(sheets: list[tuple[str, list[Cells]]], path: Path) -> None:
    """The same cells, worked out before, written with nothing but the library."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    styles = {kind: book.add_format({"num_format": kind}) for kind in Kind}
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell is None or not cell.text:
                    continue
                if cell.kind is Kind.TEXT:
                    sheet.write_string(row, column, cell.text, styles[Kind.TEXT])
                elif cell.kind is Kind.NUMBER:
                    sheet.write_number(row, column, float(cell.text), styles[Kind.NUMBER])
                else:
                    sheet.write_datetime(row, column, cell.moment, styles[cell.kind])
    book.close()


def seconds(act: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def main() -> None:
    """Print medians and their ratio."""
    transfer = full_transfer(load_definition(locate("pd1-ven-cag")))
    sheets: list[tuple[str, list[Cells]]] = []
    for sheet in sheets_of(transfer):
        heads: list[Cells] = [[Cell(column.name) for column in sheet.columns]] * 4
        sheets.append((sheet.name, [*heads, *sheet.rows()]))
    with tempfile.TemporaryDirectory() as folder:
        ours: list[float] = []
        alone: list[float] = []
        # In turn, so that what else the computer does meets both.
        for _ in range(ROUNDS):
            ours.append(seconds(lambda: write_excel(transfer, Path(folder) / "ours.xlsx")))
            alone.append(seconds(lambda: writer_alone(sheets, Path(folder) / "alone.xlsx")))
        cells = write_excel(transfer, Path(folder) / "ours.xlsx").cells
        size = (Path(folder) / "ours.xlsx").stat().st_size
    mine, theirs = statistics.median(ours), statistics.median(alone)
    print(f"Excel export: {cells} cells, {size / 1e6:.1f} MB, {len(transfer.forms)} forms of {SUBJECTS} subjects")
    print(f"  export         {mine:7.2f} s   {cells / mine:9.0f} cells/s")
    print(f"  writer alone   {theirs:7.2f} s   {cells / theirs:9.0f} cells/s")
    print(f"  ratio          {mine / theirs:7.2f}     (aim: 1.5 or less)")


if __name__ == "__main__":
    main()
