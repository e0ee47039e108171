"""Writes a monthly transfer as an Excel file.

Every text goes in as a string, so content that begins with = + - @ never runs as a formula, not even after someone
edits the cell: such cells bear Excel's quote prefix and the text format. The same entries give the same bytes. The file
carries no person's name. What is written lies in a folder beside the target until it is whole; then it replaces it.
"""

import contextlib
import hashlib
import io
import traceback
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from desktop.errors import CancelledError, EnvironmentProblemError
from desktop.export.transfer import Transfer
from desktop.export.xlsx.cells import DERIVED_GROUND, MISSING_GROUND, Cell, Kind, Mark, decimals, is_rich, writable
from desktop.export.xlsx.cover import WIDTHS, SheetsHash, cover_rows, hash_row
from desktop.export.xlsx.sheet_model import COVER, HEAD_ROWS, Cells, Sheet
from desktop.export.xlsx.sheets import sheets_of
from desktop.files import UNREADABLE_ZIP, aside, file_problem, flush_to_disk, sync_folder
from desktop.output_files import check_output_file
from desktop.progress import Cancelled, Progress, never, no_progress
from desktop.study.definition.base import words

CATEGORY = "Sitebook transfer"
"""Category in the file's properties: tells a transfer from any other workbook."""
MAX_PROPERTIES_BYTES = 65_536

ROWS_BETWEEN_LOOKS = 200
"""Rows written between two looks at whether the person cancelled."""

MAX_TEXT_FORMAT_LENGTH = 255
"""Characters of a cell with the text format that every Excel shows; of a longer one some show ####."""

FONT = "Microsoft YaHei"
CHINESE_CHARSET = 134
"""Lets a computer without that font choose another one that has Chinese."""
A4 = 9
MAX_FOOTER_TEXT_LENGTH = 60

_RUNNABLE = frozenset("=+-@\t\r＝＋－＠'")
"""First characters of what Excel would take for a formula, or for its own mark of a text, if it were typed."""


class ExportResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was written."""

    rows: int
    """Of forms and repeating groups and all other sheets, without heads and cover."""
    cells: int
    altered: int
    """Texts that a cell cannot hold to the last character; they are listed on the cover."""
    sha256: str
    """Of the file."""


def write_excel(
    transfer: Transfer,
    out: Path,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    note: Callable[[ExportResult], None] | None = None,
) -> ExportResult:
    """Write the transfer. An older transfer of the name is replaced only by a whole new one; another file never is.

    `note` is told when the file is whole, before it takes its place: so no file leaves that was not noted.
    Raises RefusedError where there is more than Excel can hold, EnvironmentProblemError or CancelledError; then nothing was
    written.
    """
    check_output_file(out, is_transfer)
    try:
        with aside(out.parent) as folder:
            # Packed in memory: a disk that fills up cannot stop the packer half-way.
            target = io.BytesIO()
            writer = _Writer(transfer, target, folder, progress or no_progress, cancelled or never)
            try:
                writer.write()
            except BaseException as error:
                _let_go(error)
                raise
            finally:
                writer.close_sheets()
            made = folder / "transfer.xlsx"
            with made.open("wb") as stream:
                stream.write(target.getbuffer())
                flush_to_disk(stream)
            sha256 = hashlib.sha256(target.getbuffer()).hexdigest()
            result = ExportResult(rows=writer.rows, cells=writer.cells, altered=len(writer.altered), sha256=sha256)
            if note is not None:
                note(result)
            _replace(made, out)
            sync_folder(out.parent)
    except XlsxWriterException as error:
        # It wraps the system's own error.
        reason = error.args[0] if error.args else None
        raise file_problem(reason if isinstance(reason, OSError) else OSError(str(error))) from error
    except OSError as error:
        raise file_problem(error) from error
    return result


def _let_go(error: BaseException | None) -> None:
    """Drop what failed calls hold: the packer leaves its archive open, which must end before what it writes to."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def is_transfer(path: Path) -> bool:
    """Whether a file is an Excel file that `write_excel` made. Raises OSError where it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            properties = archive.getinfo("docProps/core.xml")
            is_small = properties.file_size < MAX_PROPERTIES_BYTES
            return is_small and f"<cp:category>{CATEGORY}</cp:category>".encode() in archive.read(properties)
    except UNREADABLE_ZIP:
        return False


def _replace(made: Path, out: Path) -> None:
    try:
        made.replace(out)
    except PermissionError as error:
        if out.exists():
            # Windows: another program has it open.
            raise EnvironmentProblemError(
                "The old file of this name cannot be replaced. Close it where it is open, or choose another name."
            ) from error
        raise


class _Writer:
    def __init__(
        self, transfer: Transfer, target: io.BytesIO, folder: Path, progress: Progress, cancelled: Cancelled
    ) -> None:
        self.transfer = transfer
        self.progress = progress
        self.cancelled = cancelled
        self.sheets = sheets_of(transfer)
        self.total = sum(sheet.count for sheet in self.sheets)
        self.rows = self.cells = 0
        self.altered: list[str] = []
        self.hash = SheetsHash()
        options = {
            "constant_memory": True,
            # Row data in clear must not lie anywhere but beside the file itself.
            "tmpdir": str(folder),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book = xlsxwriter.Workbook(target, options)
        self.book.use_zip64()
        self.styles = _Styles(self.book)
        version = transfer.definition.version
        self.book.set_properties(
            {"created": transfer.created, "title": f"{version.name} {transfer.month}", "category": CATEGORY}
        )

    def write(self) -> None:
        """Write all sheets. The cover stands first, and is written last: it tells of the others."""
        cover = self.book.add_worksheet(COVER)
        for sheet in self.sheets:
            self._sheet(sheet)
        self._look()
        self._cover(cover)
        self.book.close()
        self._look()
        self.progress(self.total, self.total)

    def close_sheets(self) -> None:
        """Close the files of rows that were not packed, so that their folder can be removed."""
        for sheet in self.book.worksheets():
            for stream in (sheet.row_data_fh, sheet.fh):
                # On a full disk closing fails too; it closes all the same.
                with contextlib.suppress(OSError):
                    if stream is not None:
                        stream.close()

    def _sheet(self, plan: Sheet) -> None:
        sheet = self.book.add_worksheet(plan.name)
        sheet.freeze_panes(HEAD_ROWS, plan.frozen)
        sheet.repeat_columns(0, plan.frozen - 1)
        sheet.repeat_rows(0, HEAD_ROWS - 1)
        sheet.set_landscape()
        last_row = HEAD_ROWS - 1 + max(plan.count, 1)
        sheet.autofilter(HEAD_ROWS - 1, 0, last_row, len(plan.columns) - 1)
        for column, told in enumerate(plan.columns):
            sheet.set_column(column, column, told.width)
        self._print_setup(sheet)
        # No green corners for codes and identifiers that look like numbers.
        sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_rowcol_to_cell(last_row, len(plan.columns) - 1)}"})
        self.hash.sheet(plan.name)
        put = self._put(sheet, plan.name)
        for number, cells in enumerate(_head_rows(plan)):
            sheet.set_row(number, 15 if number < 2 else 42)
            put(number, cells)
        for number, cells in enumerate(plan.rows(), HEAD_ROWS):
            if self.rows % ROWS_BETWEEN_LOOKS == 0:
                self._look()
            self.rows += 1
            put(number, cells)

    def _cover(self, sheet: Worksheet) -> None:
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        self._print_setup(sheet)
        self.hash.sheet(COVER)
        # What it alters itself comes too late for its own list; the texts of a definition are short.
        put = self._put(sheet, COVER)
        rows = list(cover_rows(self.transfer, self.sheets, tuple(self.altered)))
        for number, cells in enumerate(rows):
            put(number, cells)
        put(len(rows), hash_row(self.hash.hexdigest()))

    def _print_setup(self, sheet: Worksheet) -> None:
        version = self.transfer.definition.version
        told = f"{version.name[:MAX_FOOTER_TEXT_LENGTH]} · {self.transfer.location.oid} · {self.transfer.month}"
        sheet.set_paper(A4)
        sheet.set_footer(f"&L{told.replace('&', '&&')}&C&A&R&P / &N")

    def _put(self, sheet: Worksheet, name: str) -> Callable[[int, Cells], None]:
        """How a row is written to the sheet: each cell as what it is, in its style."""
        write_string, write_number, style_of = sheet.write_string, sheet.write_number, self.styles.of

        def put(row: int, cells: Cells) -> None:
            written: Cells = []
            for column, cell in enumerate(cells):
                if cell is None or not cell.text:
                    written.append(None)
                    continue
                if cell.kind is Kind.TEXT:
                    text = writable(cell.text)
                    if text is not cell.text:
                        self.altered.append(f"{name}!{xl_rowcol_to_cell(row, column)}")
                        cell = Cell(text, cell.kind, cell.mark)  # noqa: PLW2901 - as it stands in the file
                    style = style_of(cell)
                    if is_rich(text):
                        # XlsxWriter would take it for its own mark-up; in two pieces it comes out as it is.
                        sheet.write_rich_string(row, column, text[0], style, text[1:], style)
                    else:
                        write_string(row, column, text, style)
                elif cell.kind is Kind.NUMBER:
                    write_number(row, column, float(cell.text), style_of(cell))
                else:
                    sheet.write_datetime(row, column, cell.moment, style_of(cell))
                self.cells += 1
                written.append(cell)
            self.hash.row(row, written)

        return put

    def _look(self) -> None:
        if self.cancelled():
            raise CancelledError("The export was stopped. Nothing was written.")
        self.progress(self.rows, self.total)


def _head_rows(plan: Sheet) -> Iterable[Cells]:
    yield [Cell(column.name, mark=Mark.HEAD) for column in plan.columns]
    marks = [Mark.DERIVED_LABEL if column.derived else Mark.LABEL for column in plan.columns]
    yield [Cell(column.oid, mark=mark) for column, mark in zip(plan.columns, marks, strict=True)]
    for language in ("en", "zh"):
        told = (words(column.label, language) for column in plan.columns)
        yield [Cell(text, mark=mark) for text, mark in zip(told, marks, strict=True)]


class _Styles:
    """The formats of cells, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[Mark, str, bool], Format] = {}

    def of(self, cell: Cell) -> Format:
        """The format of a cell."""
        text, kind, quoted = cell.text, cell.kind, False
        number_format: str = kind
        if kind is Kind.TEXT:
            quoted = text[0] in _RUNNABLE
            if len(text) > MAX_TEXT_FORMAT_LENGTH:
                number_format = "General"
        elif kind is Kind.NUMBER and (digits := decimals(text)):
            number_format = f"0.{'0' * digits}"
        key = (cell.mark, number_format, quoted)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._book.add_format(_format(*key))
        return found


_LOOKS: dict[Mark, dict[str, Any]] = {
    Mark.PLAIN: {},
    Mark.DERIVED: {"bg_color": f"#{DERIVED_GROUND}", "font_color": "#1B5A9E"},
    Mark.MISSING: {"bg_color": f"#{MISSING_GROUND}", "font_color": "#9A5300"},
    Mark.HEAD: {"bold": True, "bg_color": "#E1F1F4", "border": 1, "border_color": "#D9DFE5"},
    Mark.LABEL: {"text_wrap": True, "font_color": "#4D5966", "bg_color": "#F3F5F7"},
    # A shade off the ground of derived values, by which those are told when they are read back.
    Mark.DERIVED_LABEL: {"text_wrap": True, "font_color": "#1B5A9E", "bg_color": "#DCE9F7"},
    Mark.TITLE: {"bold": True, "font_size": 14},
}


def _format(mark: Mark, number_format: str, quoted: bool) -> dict[str, Any]:  # noqa: FBT001 - parts of a key
    base = {"font_name": FONT, "font_charset": CHINESE_CHARSET, "font_size": 10, "valign": "top"}
    more: dict[str, Any] = {"num_format": number_format, "quote_prefix": quoted}
    if number_format not in (Kind.TEXT, "General") and not number_format.startswith("0"):
        more["align"] = "left"
    return base | more | _LOOKS[mark]
