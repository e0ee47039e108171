"""The cover of a transfer: what the file is, how much of it there must be, and how to see that it is whole.

Its last row bears the SHA-256 of all that stands above it and on every other sheet, so that the file can be checked by itself
(`verification.py`). Whether it is the very file that was exported, the journal says: it has the checksum of the file.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from desktop.export.transfer import Transfer
from desktop.export.xlsx.cells import Cell, Kind, Mark
from desktop.export.xlsx.sheet_model import Cells, Sheet, both
from desktop.study.definition.base import Text
from desktop.study.values.item_values import MISSING_WORDS
from desktop.views.forms import FormState

STATES: dict[str, tuple[str, Text]] = {
    FormState.INCOMPLETE: ("◐", {"en": "incomplete", "zh": "未完成"}),
    FormState.COMPLETE: ("●", {"en": "complete", "zh": "已完成"}),
    FormState.AWAITING_SECOND: ("●", {"en": "waits for second entry", "zh": "待第二次录入"}),
    FormState.DISCREPANT: ("⚑", {"en": "discrepancy", "zh": "差异"}),
    FormState.VERIFIED: ("✓✓", {"en": "entered twice and equal", "zh": "双录一致"}),
    FormState.SIGNED: ("✎", {"en": "signed", "zh": "已签名"}),
    FormState.LOCKED: ("🔒", {"en": "locked", "zh": "已锁定"}),
}
"""Sign and words of each state, as the windows have them."""

CONTENT_HASH = "Content SHA-256 / 内容校验值"
SHEETS_HASH = "Sheets SHA-256 / 全部工作表校验值"
SUBJECTS = "Subjects / 受试者数"
SHEET_HEADS = ("Sheet / 工作表", "Rows / 行数", "Columns / 列数", "OID", "Content / 内容")
WIDTHS = (34, *(15,) * 9)


def cover_rows(transfer: Transfer, sheets: Sequence[Sheet], altered: Iterable[str]) -> Iterator[Cells]:
    """The cover but for its last row. `altered` names the cells whose text is not there to the last character."""
    version = transfer.definition.version
    yield [Cell(f"{version.name} · {transfer.month}", mark=Mark.TITLE)]
    yield []
    facts: list[tuple[str, str]] = [
        ("Study / 研究", both(version.title)),
        ("Study OID / 研究编号", version.study),
        ("Definition / 定义版本", version.oid),
        ("Definition SHA-256 / 定义校验值", transfer.definition.sha256),
        ("Site / 中心", f"{transfer.location.oid} {both(transfer.location.name)}"),
        ("Time zone / 时区", transfer.location.zone),
        ("Month / 月份", transfer.month),
        (SUBJECTS, str(len({form.subject for form in transfer.forms}))),
        ("Forms / 表单数", str(len(transfer.forms))),
        (CONTENT_HASH, transfer.sha256),
    ]
    for name, value in facts:
        yield [Cell(name, mark=Mark.LABEL), Cell(value)]
    for device, sequence, chain in transfer.heads:
        yield [Cell(f"Journal head / 记录链末端 {device}", mark=Mark.LABEL), Cell(f"{sequence} · {chain}")]
    yield []
    yield from _state_rows(transfer)
    yield []
    yield _heads(*SHEET_HEADS)
    for sheet in sheets:
        counts = (Cell(str(number), Kind.NUMBER) for number in (sheet.count, len(sheet.columns)))
        yield [Cell(sheet.name), *counts, Cell(sheet.oid) if sheet.oid else None, Cell(both(sheet.title))]
    yield []
    yield _heads("Signs / 标识", "Meaning / 含义")
    for marker, told in MISSING_WORDS.items():
        yield [Cell(marker, mark=Mark.MISSING), Cell(f"No value: {told['en']} / 无值：{told['zh']}")]
    yield [Cell("24.5", Kind.NUMBER, Mark.DERIVED), Cell("Worked out by the program / 由程序推导")]
    yield [
        Cell("Rows 1-4 / 第 1-4 行"),
        Cell("Name, OID, label in English, label in Chinese / 列名、OID、英文标签、中文标签"),
    ]
    yield []
    listed = list(altered)
    yield [*_heads("Altered texts / 有改动的文本"), Cell(str(len(listed)), Kind.NUMBER)]
    if listed:
        yield [
            Cell(
                "Too long for a cell, or with a character that Excel cannot hold / 超出单元格长度，或含有 Excel 无法保存的字符"
            )
        ]
    for place in listed:
        yield [Cell(place)]
    yield []


def hash_row(digest: str) -> Cells:
    """The last row of the cover."""
    return [Cell(SHEETS_HASH, mark=Mark.LABEL), Cell(digest)]


def _state_rows(transfer: Transfer) -> Iterator[Cells]:
    counts = Counter((form.key.form, form.state) for form in transfer.forms)
    told = [f"{sign} {text['en']} / {text['zh']} ({state})" for state, (sign, text) in STATES.items()]
    yield _heads("Form / 表单", *told, "All / 合计")
    titles = {form.oid: f"{form.oid} {both(form.title)}" for form in transfer.definition.version.forms}
    # A form that this definition does not have any more is counted too.
    titles.update({form: form for form, _ in sorted(counts) if form not in titles})
    for oid, title in titles.items():
        numbers = [counts[oid, state] for state in STATES]
        cells = [Cell(str(number), Kind.NUMBER) for number in (*numbers, sum(numbers))]
        yield [Cell(title), *cells]
    numbers = [sum(number for (_, of), number in counts.items() if of == state) for state in STATES]
    yield [
        Cell("All / 合计", mark=Mark.LABEL),
        *(Cell(str(number), Kind.NUMBER) for number in (*numbers, sum(numbers))),
    ]


def _heads(*texts: str) -> Cells:
    return [Cell(text, mark=Mark.HEAD) for text in texts]


class SheetsHash:
    """The checksum over all sheets: over what a reader can read of them, so that it can be computed again from the file."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._encode = msgspec.json.Encoder().encode

    def sheet(self, name: str) -> None:
        """What follows stands on this sheet."""
        self._digest.update(self._encode(name))

    def row(self, number: int, cells: Cells) -> None:
        """Take in a row, counted from 0; one without a cell counts for nothing."""
        seen = [
            (column, cell.text, cell.kind, cell.mark.seen)
            for column, cell in enumerate(cells)
            if cell is not None and cell.text
        ]
        if seen:
            self._digest.update(self._encode((number, seen)))

    def hexdigest(self) -> str:
        """SHA-256 in hexadecimal."""
        return self._digest.hexdigest()
