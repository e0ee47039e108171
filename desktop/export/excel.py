"""The monthly transfer as an Excel file.

One sheet a form, repeating groups on their own sheet keyed back to their parent, a cover, a data dictionary, the code lists.
Identifiers, codes and incomplete dates are text; a number is a number only where Excel gives its text back exactly; a date is a
date only where it is complete. Every text goes in as a string, so content that begins with = + - @ can never run as a
formula. The same entries give the same bytes.
"""

import datetime
import hashlib
import re
import tempfile
from collections import Counter
from pathlib import Path

import msgspec
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from desktop.errors import CancelledError, EnvironmentProblemError
from desktop.export.transfer import Transfer, TransferForm
from desktop.study.data import FormContent, ItemValue
from desktop.study.definition import NON_REPEATING_ROW, DataType, Definition, FormDef, ItemDef, ItemGroupDef, words
from desktop.vault.database import Cancelled, Progress, file_problem, never, no_progress
from desktop.vault.keys import sync_folder

LONGEST_CELL = 32_767
"""Characters that an Excel cell holds."""
LONGEST_SHEET_NAME = 31
CUT_MARK = "…[cut, see the record]"

KEY_COLUMNS = (
    ("SUBJID", {"en": "Subject", "zh": "受试者"}),
    ("EVENT", {"en": "Event", "zh": "访视"}),
    ("EVENTREP", {"en": "Event repeat", "zh": "访视序号"}),
    ("FORM", {"en": "Form", "zh": "表单"}),
    ("FORMREP", {"en": "Form repeat", "zh": "表单序号"}),
)
STATE_COLUMN = ("STATE", {"en": "State", "zh": "状态"})
ROW_COLUMN = ("ROW", {"en": "Row", "zh": "行"})

STATES = {
    "incomplete": ("◐", {"en": "Incomplete", "zh": "未完成"}),
    "complete": ("●", {"en": "Entered", "zh": "已录入"}),
    "awaiting_second": ("●", {"en": "Waiting for second entry", "zh": "待第二次录入"}),
    "discrepant": ("⚑", {"en": "Discrepancy", "zh": "有差异"}),
    "verified": ("✓✓", {"en": "Entered twice, equal", "zh": "双录一致"}),
    "signed": ("✎", {"en": "Signed", "zh": "已签名"}),
    "locked": ("⚿", {"en": "Locked", "zh": "已锁定"}),
}

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class ExportResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was written."""

    rows: int
    cells: int
    cut: int
    """Texts that were longer than a cell; they are marked, and listed on the cover."""
    sha256: str
    """Of the file."""


def write_excel(
    transfer: Transfer, out: Path, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> ExportResult:
    """Write the transfer. An older file of the name is replaced only by a whole new one.

    Raises EnvironmentProblemError or CancelledError; then nothing was written.
    """
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".sitebook-") as folder:
            made = Path(folder) / "transfer.xlsx"
            writer = _Writer(transfer, made, progress or no_progress, cancelled or never)
            writer.write()
            with made.open("r+b") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            made.replace(out)
            sync_folder(out.parent)
    except xlsxwriter.exceptions.FileCreateError as error:
        raise EnvironmentProblemError(
            "The Excel file cannot be written. Close it in Excel, or choose another folder."
        ) from error
    except OSError as error:
        raise file_problem(error) from error
    return ExportResult(rows=writer.rows, cells=writer.cells, cut=len(writer.cut), sha256=sha256)


def sheet_names(definition: Definition) -> dict[str, str]:
    """OID of a form or repeating group -> its sheet's name: at most 31 characters, none twice whatever the case."""
    taken = {"cover", "dictionary", "code lists"}
    names: dict[str, str] = {}
    for form in definition.version.forms:
        for part in (form, *(group for group in definition.form_groups(form.oid) if group.repeating)):
            base = re.sub(r"[\[\]:*?/\\']", "_", part.name)[:LONGEST_SHEET_NAME] or "sheet"
            name, number = base, 2
            while name.lower() in taken:
                tail = f"_{number}"
                name, number = base[: LONGEST_SHEET_NAME - len(tail)] + tail, number + 1
            taken.add(name.lower())
            names[f"{form.oid}/{part.oid}"] = name
    return names


class _Writer:
    def __init__(self, transfer: Transfer, path: Path, progress: Progress, cancelled: Cancelled) -> None:
        self.transfer = transfer
        self.definition = transfer.definition
        self.progress = progress
        self.cancelled = cancelled
        self.book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "tmpdir": str(path.parent),
            },
        )
        self.book.set_properties(
            {"created": transfer.created, "title": f"{self.definition.version.name} {transfer.month}"}
        )
        base = {"font_name": "Noto Sans CJK SC", "font_size": 10, "valign": "top"}
        self.plain = self.book.add_format(base)
        self.head = self.book.add_format(
            base | {"bold": True, "bg_color": "#E1F1F4", "border": 1, "border_color": "#D9DFE5"}
        )
        self.label = self.book.add_format(base | {"text_wrap": True, "font_color": "#4D5966", "bg_color": "#F3F5F7"})
        self.derived = self.book.add_format(base | {"font_color": "#1B5A9E"})
        self.missing = self.book.add_format(base | {"italic": False, "font_color": "#9A5300", "bg_color": "#FDF0DC"})
        self.date = self.book.add_format(base | {"num_format": "yyyy-mm-dd", "align": "left"})
        self.moment = self.book.add_format(base | {"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self.title = self.book.add_format(base | {"bold": True, "font_size": 14})
        self.names = sheet_names(self.definition)
        self.counts = self._count_rows()
        self.total = sum(self.counts.values())
        self.rows = self.cells = 0
        self._row_of: dict[str, int] = {}
        self.cut: list[str] = []

    def write(self) -> None:
        """Write all sheets; the cover first, so that it is what opens."""
        try:
            self.cut = self._too_long()
            self._cover()
            for form in self.definition.version.forms:
                self._form(form)
                for group in self.definition.form_groups(form.oid):
                    if group.repeating:
                        self._group(form, group)
            self._dictionary()
            self._code_lists()
        finally:
            self.book.close()

    # The sheets

    def _cover(self) -> None:
        sheet = self.book.add_worksheet("Cover")
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 6, 22)
        version = self.definition.version
        sheet.write_string(0, 0, f"{version.name} · {self.transfer.month}", self.title)
        facts = [
            ("Study 研究", f"{words(version.title, 'en')} / {words(version.title, 'zh')}"),
            ("Study OID", version.study),
            ("Definition 定义版本", f"{version.oid} · SHA-256 {self.definition.sha256}"),
            (
                "Site 中心",
                f"{self.transfer.location.oid} · {words(self.transfer.location.name, 'en')} / {words(self.transfer.location.name, 'zh')}",
            ),
            ("Month 月份", self.transfer.month),
            ("Subjects 受试者", str(len({form.subject for form in self.transfer.forms}))),
            ("Content SHA-256 内容校验", self.transfer.sha256),
        ]
        facts += [
            (f"Journal head 记录链 {device}", f"{sequence} · {chain}")
            for device, sequence, chain in self.transfer.heads
        ]
        facts += [("Cut text 截断文本", where) for where in self.cut]
        row = 2
        for name, value in facts:
            sheet.write_string(row, 0, name, self.label)
            sheet.write_string(row, 1, value, self.plain)
            row += 1
        row += 1
        for column, name in enumerate(("Form 表单", "State 状态", "Forms 份数")):
            sheet.write_string(row, column, name, self.head)
        states = Counter((form.key.form, form.state) for form in self.transfer.forms)
        for form in self.definition.version.forms:
            for state, (sign, told) in STATES.items():
                if states[form.oid, state]:
                    row += 1
                    sheet.write_string(row, 0, f"{words(form.title, 'en')} {words(form.title, 'zh')}", self.plain)
                    sheet.write_string(row, 1, f"{sign} {told['en']} {told['zh']}", self.plain)
                    sheet.write_number(row, 2, states[form.oid, state], self.plain)
        row += 2
        sheet.write_string(row, 0, "Sheet 工作表", self.head)
        sheet.write_string(row, 1, "Rows 行数", self.head)
        for oid, name in self.names.items():
            row += 1
            sheet.write_string(row, 0, name, self.plain)
            sheet.write_number(row, 1, self.counts[oid], self.plain)

    def _form(self, form: FormDef) -> None:
        refs = [
            (group, self.definition.items[ref.item])
            for group in self.definition.form_groups(form.oid)
            if not group.repeating
            for ref in group.items
        ]
        columns = [*KEY_COLUMNS, STATE_COLUMN]
        sheet = self._sheet(f"{form.oid}/{form.oid}", columns, [item for _, item in refs])
        for instance in self.transfer.of_form(form.oid):
            row = self._next_row(sheet)
            column = self._keys(sheet, row, instance)
            sheet.write_string(row, column, instance.state, self.plain)
            column += 1
            for group, item in refs:
                value, derived = _value(instance, group.oid, NON_REPEATING_ROW, item)
                column = self._item(sheet, row, column, item, value, derived=derived)

    def _group(self, form: FormDef, group: ItemGroupDef) -> None:
        items = [self.definition.items[ref.item] for ref in group.items]
        sheet = self._sheet(f"{form.oid}/{group.oid}", [*KEY_COLUMNS, ROW_COLUMN], items)
        for instance in self.transfer.of_form(form.oid):
            for key in _row_keys(instance.content, group.oid):
                row = self._next_row(sheet)
                column = self._keys(sheet, row, instance)
                sheet.write_string(row, column, key, self.plain)
                column += 1
                for item in items:
                    value, derived = _value(instance, group.oid, key, item)
                    column = self._item(sheet, row, column, item, value, derived=derived)

    def _dictionary(self) -> None:
        sheet = self.book.add_worksheet("Dictionary")
        heads = (
            "Form",
            "Group",
            "Item OID",
            "Name",
            "Question",
            "问题",
            "Type",
            "Mandatory",
            "Units",
            "Code list",
            "Limits",
            "Derived",
        )
        self._heads(sheet, heads, (14, 14, 20, 14, 50, 40, 12, 10, 14, 18, 30, 40))
        row = 0
        for form in self.definition.version.forms:
            for group, ref, item in self.definition.form_items(form.oid):
                row += 1
                limits = " ".join(
                    f"{check.comparator} {check.value}{' (soft)' if check.soft else ''}" for check in item.range_checks
                )
                cells = (
                    form.oid,
                    group.oid,
                    item.oid,
                    item.name,
                    words(item.question, "en"),
                    words(item.question, "zh"),
                    str(item.data_type),
                    "Y" if ref.mandatory else "",
                    " ".join(self.definition.unit_names(item)),
                    item.codelist or "",
                    limits,
                    item.derivation or "",
                )
                for column, text in enumerate(cells):
                    self._text(sheet, row, column, text, self.plain)

    def _code_lists(self) -> None:
        sheet = self.book.add_worksheet("Code lists")
        self._heads(sheet, ("Code list", "Code", "Meaning", "含义", "NCI"), (22, 20, 50, 40, 12))
        used = {item.codelist for item in self.definition.version.items}
        row = 0
        for codelist in self.definition.version.codelists:
            for item in codelist.items if codelist.oid in used else ():
                row += 1
                cells = (codelist.oid, item.code, words(item.label, "en"), item.label.get("zh", ""), item.nci)
                for column, text in enumerate(cells):
                    self._text(sheet, row, column, text, self.plain)

    # Parts of a sheet

    def _sheet(self, oid: str, keys: list[tuple[str, dict[str, str]]], items: list[ItemDef]) -> Worksheet:
        sheet = self.book.add_worksheet(self.names[oid])
        sheet.freeze_panes(3, 1)
        sheet.set_landscape()
        sheet.repeat_rows(0, 2)
        sheet.set_column(0, len(keys) - 1, 12)
        # Three lines of heads: the name, and the label in both languages.
        columns = list(keys)
        for item in items:
            columns.append((item.name, item.question))
            if len(item.units) > 1:
                columns.append((f"{item.name}U", {"en": "Unit", "zh": "单位"}))
            if item.codelist is not None:
                columns.append((f"{item.name}_TEXT", {"en": "in words", "zh": "文字"}))
        sheet.set_column(len(keys), max(len(keys), len(columns) - 1), 16)
        for column, (name, _) in enumerate(columns):
            sheet.write_string(0, column, name, self.head)
        for line, language in ((1, "en"), (2, "zh")):
            for column, (_, label) in enumerate(columns):
                sheet.write_string(line, column, words(label, language), self.label)
        rows = self.counts[oid]
        sheet.autofilter(2, 0, 2 + max(rows, 1), len(columns) - 1)
        self._row_of[sheet.name] = 2
        return sheet

    def _heads(self, sheet: Worksheet, names: tuple[str, ...], widths: tuple[int, ...]) -> None:
        sheet.freeze_panes(1, 0)
        for column, (name, width) in enumerate(zip(names, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, self.head)

    def _next_row(self, sheet: Worksheet) -> int:
        if self.cancelled():
            raise CancelledError("The export was stopped. Nothing was written.")
        self.progress(self.rows, self.total)
        self.rows += 1
        self._row_of[sheet.name] += 1
        return self._row_of[sheet.name]

    def _keys(self, sheet: Worksheet, row: int, form: TransferForm) -> int:
        key = form.key
        sheet.write_string(row, 0, form.subject, self.plain)
        sheet.write_string(row, 1, key.event, self.plain)
        sheet.write_number(row, 2, key.event_repeat, self.plain)
        sheet.write_string(row, 3, key.form, self.plain)
        sheet.write_number(row, 4, key.form_repeat, self.plain)
        return len(KEY_COLUMNS)

    def _item(
        self, sheet: Worksheet, row: int, column: int, item: ItemDef, value: ItemValue | None, *, derived: bool
    ) -> int:
        """Write an item's one to three cells; returns the next free column."""
        if value is not None:
            self._value(sheet, row, column, item, value, derived=derived)
        column += 1
        if len(item.units) > 1:
            if value is not None and value.unit:
                self._text(sheet, row, column, value.unit, self.plain)
            column += 1
        codelist = self.definition.codelist_of(item)
        if codelist is not None:
            if value is not None and value.value:
                codes = value.value.split(";") if item.multiple else [value.value]
                told = [words(codelist.by_code[code].label, "zh") for code in codes if code in codelist.by_code]
                self._text(sheet, row, column, "；".join(told), self.plain)
            column += 1
        return column

    def _value(
        self, sheet: Worksheet, row: int, column: int, item: ItemDef, value: ItemValue, *, derived: bool
    ) -> None:
        self.cells += 1
        style = self.derived if derived else self.plain
        text = value.value
        if value.missing:
            sheet.write_string(row, column, value.missing, self.missing)
        elif item.data_type in (DataType.INTEGER, DataType.FLOAT) and (number := exact_number(text)) is not None:
            sheet.write_number(row, column, number, style)
        elif item.data_type in (DataType.DATE, DataType.PARTIAL_DATE) and (date := excel_date(text)) is not None:
            sheet.write_datetime(row, column, date, self.date)
        elif item.data_type == DataType.DATETIME and (moment := excel_date(text)) is not None:
            sheet.write_datetime(row, column, moment, self.moment)
        else:
            self._text(sheet, row, column, text, style)

    def _text(self, sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
        sheet.write_string(row, column, cell_text(text), style)

    # Counting beforehand: the cover stands first

    def _count_rows(self) -> Counter[str]:
        counts: Counter[str] = Counter(dict.fromkeys(self.names, 0))
        for form in self.transfer.forms:
            counts[f"{form.key.form}/{form.key.form}"] += 1
            for group in self.definition.form_groups(form.key.form):
                if group.repeating:
                    counts[f"{form.key.form}/{group.oid}"] += len(_row_keys(form.content, group.oid))
        return counts

    def _too_long(self) -> list[str]:
        return [
            f"{form.subject} {form.key.event} {form.key.event_repeat} {form.key.form} {form.key.form_repeat} {item}"
            for form in self.transfer.forms
            for rows in form.content.values()
            for items in rows.values()
            for item, value in items.items()
            if len(value.value) > LONGEST_CELL
        ]


def cell_text(text: str) -> str:
    """A text as a cell can hold it: characters that XML cannot carry are shown as a box, what is too long is cut and marked."""
    text = _ILLEGAL.sub("□", text)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT_MARK)] + CUT_MARK


def exact_number(text: str) -> float | None:
    """The number, where Excel's 15 digits give its text back exactly; else None: it stays text."""
    if not re.fullmatch(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]*[1-9])?", text) or sum(map(str.isdigit, text)) > 15:
        return None
    number = float(text)
    return number if number or not text.startswith("-") else None


def excel_date(text: str) -> datetime.datetime | None:
    """A complete date, or date and time, that Excel's calendar has (from March 1900: before, Excel counts a day wrong)."""
    try:
        moment = datetime.datetime.fromisoformat(text) if len(text) >= len("2026-11-24") else None
    except ValueError:
        return None
    return moment if moment is not None and moment >= datetime.datetime(1900, 3, 1) else None  # noqa: DTZ001


def _value(form: TransferForm, group: str, row: str, item: ItemDef) -> tuple[ItemValue | None, bool]:
    if item.derivation is not None:
        return form.derived.get(group, {}).get(row, {}).get(item.oid), True
    return form.content.get(group, {}).get(row, {}).get(item.oid), False


def _row_keys(content: FormContent, group: str) -> tuple[str, ...]:
    return tuple(content.get(group, {}))
