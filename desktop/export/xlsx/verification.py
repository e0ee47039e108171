"""Verification of a transfer file, read back by another library than the one that wrote it.

`verify_excel` needs the file alone: rows against the cover's counts, and the checksum over all cells on the cover's last row.
It shows damage and carelessness, not forgery: whoever changes a cell can work out a checksum. `check` compares with
the record itself, cell by cell.
"""

import datetime
import itertools
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
from openpyxl import Workbook
from openpyxl.cell.cell import Cell as BookCell
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import PatternFill
from openpyxl.utils.cell import get_column_letter
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from desktop.errors import DamagedError
from desktop.export.transfer import Transfer
from desktop.export.xlsx.cells import DERIVED_GROUND, MISSING_GROUND, Cell, Kind, Mark, decimals, writable
from desktop.export.xlsx.cover import CONTENT_HASH, SHEET_HEADS, SHEETS_HASH, SUBJECTS, SheetsHash, cover_rows
from desktop.export.xlsx.sheet_model import COVER, HEAD_ROWS, Cells, Sheet
from desktop.export.xlsx.sheets import sheets_of
from desktop.views.verification import Failure, Verification

NOT_A_TRANSFER = "This file is not a Sitebook transfer, or it is damaged."
MAX_FAILURES = 50
"""More than these help nobody."""

_GROUNDS = {DERIVED_GROUND: Mark.DERIVED, MISSING_GROUND: Mark.MISSING}
ESCAPED_UNDERSCORE = "_x005F_"
"""Stands in the file for an underscore that would begin an escape of Excel's; openpyxl leaves it as it is."""


def verify_excel(path: Path) -> Verification:
    """Verify a transfer's file by itself.

    Raises DamagedError where it cannot be read at all, OSError where the system says no.
    """
    with _opened(path) as sheets:
        if COVER not in sheets:
            raise DamagedError(NOT_A_TRANSFER)
        cover = list(_rows(sheets[COVER]))
        facts = {cells[0].text: cells[1].text for cells in cover if len(cells) >= 2 and cells[0] and cells[1]}
        if CONTENT_HASH not in facts:
            raise DamagedError(NOT_A_TRANSFER)
        digest = SheetsHash()
        failures: list[Failure] = []
        expected = _promised_rows(cover)
        for name, sheet in sheets.items():
            if name == COVER:
                continue
            digest.sheet(name)
            rows = -HEAD_ROWS
            for number, cells in enumerate(_rows(sheet)):
                digest.row(number, cells)
                rows += 1
            if rows != expected.get(name):
                failures.append(_wrong_rows(name, rows, expected.get(name, 0)))
        failures += [_wrong_rows(name, 0, count) for name, count in expected.items() if name not in sheets]
        digest.sheet(COVER)
        while cover and not any(cover[-1]):
            cover.pop()
        for number, cells in enumerate(cover[:-1]):
            digest.row(number, cells)
        if cover[-1] != [Cell(SHEETS_HASH), Cell(digest.hexdigest())]:
            message = "The file is not what was exported: a cell, a row or a sheet was changed since."
            failures.append(Failure(where=path.name, message=message))
    subjects = facts.get(SUBJECTS, "")
    return Verification(
        ok=not failures,
        entries=0,
        signatures=0,
        subjects=int(subjects) if subjects.isdecimal() else 0,
        failures=tuple(failures[:MAX_FAILURES]),
    )


def check(path: Path, transfer: Transfer) -> tuple[Failure, ...]:
    """Compare a file with the transfer that it should hold: sheets, rows, every cell. Empty: it holds that.

    Raises DamagedError where it cannot be read at all, RefusedError where the transfer is too large for Excel.
    """
    plans = sheets_of(transfer)
    failures: list[Failure] = []
    altered: list[str] = []
    with _opened(path) as sheets:
        if list(sheets) != [COVER, *(plan.name for plan in plans)]:
            failures.append(Failure(where=path.name, message="The file does not have the sheets that it should have."))
        for plan in plans:
            if plan.name in sheets:
                failures += _differences(plan, _rows(sheets[plan.name]), altered)
        if COVER in sheets:
            expected = [_written(cells) for cells in cover_rows(transfer, plans, altered)]
            found = [_trimmed(cells) for cells in _rows(sheets[COVER])]
            failures += [
                _wrong_cell(COVER, number, 0)
                for number, cells in enumerate(expected)
                if cells != (found[number] if number < len(found) else [])
            ]
    return tuple(failures[:MAX_FAILURES])


def _differences(plan: Sheet, found: Iterator[Cells], altered: list[str]) -> Iterator[Failure]:
    """What a sheet holds other than it should. `altered` learns the cells whose text a cell cannot hold."""
    for _ in range(HEAD_ROWS):
        next(found, None)
    rows = 0
    for number, (expected, cells) in enumerate(itertools.zip_longest(plan.rows(), found), HEAD_ROWS):
        rows += cells is not None
        if expected is None or cells is None:
            continue
        for column, (wanted, there) in enumerate(itertools.zip_longest(_written(expected), _trimmed(cells))):
            if wanted != there:
                yield _wrong_cell(plan.name, number, column)
        for column, cell in enumerate(expected):
            if cell is not None and writable(cell.text) != cell.text:
                altered.append(f"{plan.name}!{get_column_letter(column + 1)}{number + 1}")
    if rows != plan.count:
        yield _wrong_rows(plan.name, rows, plan.count)


def _written(cells: Cells) -> Cells:
    """The cells as they are read back: texts as a cell holds them, marks as they can be seen."""
    return _trimmed(
        [
            None if cell is None or not cell.text else Cell(writable(cell.text), cell.kind, cell.mark.seen)
            for cell in cells
        ]
    )


def _trimmed(cells: Cells) -> Cells:
    """Without the empty cells at the end, which some libraries write and some do not."""
    last = max((number for number, cell in enumerate(cells) if cell is not None), default=-1)
    return cells[: last + 1]


def _promised_rows(cover: list[Cells]) -> dict[str, int]:
    """How many rows each sheet has, as the cover says."""
    found: dict[str, int] = {}
    table = itertools.dropwhile(lambda cells: not cells or cells[0] != Cell(SHEET_HEADS[0]), cover)
    for cells in itertools.takewhile(any, itertools.islice(table, 1, None)):
        name, count = cells[0], cells[1]
        if name is not None and count is not None and count.kind is Kind.NUMBER:
            found[name.text] = int(count.text)
    return found


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[Cells]:
    # What the file says of its own size is not believed.
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        yield _trimmed([read_cell(cell) for cell in row])


def read_cell(cell: "BookCell | MergedCell") -> Cell | None:
    """The cell that was written, from what openpyxl reads; None where there is nothing."""
    value = cell.value
    if value is None or value == "":
        return None
    form = cell.number_format
    mark = Mark.PLAIN
    if isinstance(cell.fill, PatternFill) and cell.fill.patternType == "solid":
        mark = _GROUNDS.get(str(cell.fill.fgColor.rgb)[-6:], Mark.PLAIN)
    match value:
        case str() if cell.data_type != "f":
            return Cell(value.replace(ESCAPED_UNDERSCORE, "_"), Kind.TEXT, mark)
        case int() | float() if not isinstance(value, bool):
            return Cell(f"{value:.{decimals(form)}f}", Kind.NUMBER, mark)
        case datetime.datetime() if form == Kind.DATE:
            return Cell(value.date().isoformat(), Kind.DATE, mark)
        case datetime.datetime():
            kind, precision = (Kind.SECOND, "seconds") if form == Kind.SECOND else (Kind.MINUTE, "minutes")
            return Cell(value.isoformat("T", precision), kind, mark)
        case datetime.time():
            kind, precision = (Kind.TIME_SECOND, "seconds") if form == Kind.TIME_SECOND else (Kind.TIME, "minutes")
            return Cell(value.isoformat(precision), kind, mark)
        case _:
            # A formula, a boolean, an error: nothing that was written here.
            return Cell(f"?{value}", Kind.TEXT, mark)


@contextmanager
def _opened(path: Path) -> Generator[dict[str, ReadOnlyWorksheet]]:
    """The file's sheets by name. Reading goes on within, and so do the library's complaints about bytes that are no workbook."""
    with path.open("rb") as stream, warnings.catch_warnings():
        # Its remarks on files of other programs are no news here.
        warnings.simplefilter("ignore")
        book: Workbook | None = None
        try:
            book = openpyxl.load_workbook(stream, read_only=True, keep_links=False)
            yield {sheet.title: sheet for sheet in book.worksheets}
        except (DamagedError, OSError):
            raise
        except Exception as error:
            # It has no error of its own for this: a dozen others pass through.
            raise DamagedError(NOT_A_TRANSFER) from error
        finally:
            if book is not None:
                book.close()


def _wrong_rows(name: str, found: int, expected: int) -> Failure:
    return Failure(
        where=name,
        message="The sheet {name} has {found} rows; it should have {expected}.",
        fields={"name": name, "found": str(found), "expected": str(expected)},
    )


def _wrong_cell(name: str, row: int, column: int) -> Failure:
    return Failure(
        where=f"{name}!{get_column_letter(column + 1)}{row + 1}",
        message="This cell of the file is not what the record says.",
    )
