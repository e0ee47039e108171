"""The cover sheet of a transfer: what the file is, its counts, and how to see that it is whole.

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
from desktop.messages import bilingual
from desktop.study.definition.base import Text
from desktop.study.values.item_values import MISSING_WORDS
from desktop.views.forms import FormState

STATES: dict[str, tuple[str, Text]] = {
    FormState.INCOMPLETE: ("◐", bilingual("incomplete")),
    FormState.COMPLETE: ("●", bilingual("complete")),
    FormState.AWAITING_SECOND: ("●", bilingual("waits for second entry")),
    FormState.DISCREPANT: ("⚑", bilingual("discrepancy")),
    FormState.VERIFIED: ("✓✓", bilingual("entered twice and equal")),
    FormState.SIGNED: ("✎", bilingual("signed")),
    FormState.LOCKED: ("🔒", bilingual("locked")),
}
"""Sign and words of each state, as the windows have them."""


def _both(english: str) -> str:
    return both(bilingual(english))


CONTENT_HASH = _both("Content SHA-256")
SHEETS_HASH = _both("Sheets SHA-256")
SUBJECTS = _both("Subjects")
SHEET_HEADS = (_both("Sheet"), _both("Rows"), _both("Columns"), "OID", _both("Content"))
WIDTHS = (34, *(15,) * 9)


def cover_rows(transfer: Transfer, sheets: Sequence[Sheet], altered: Iterable[str]) -> Iterator[Cells]:
    """The cover but for its last row. `altered` names the cells whose text is not there to the last character."""
    version = transfer.definition.version
    yield [Cell(f"{version.name} · {transfer.month}", mark=Mark.TITLE)]
    yield []
    facts: list[tuple[str, str]] = [
        (_both("Study"), both(version.title)),
        (_both("Study OID"), version.study),
        (_both("Definition"), version.oid),
        (_both("Definition SHA-256"), transfer.definition.sha256),
        (_both("Site"), f"{transfer.location.oid} {both(transfer.location.name)}"),
        (_both("Time zone"), transfer.location.zone),
        (_both("Month"), transfer.month),
        (SUBJECTS, str(len({form.subject for form in transfer.forms}))),
        (_both("Forms"), str(len(transfer.forms))),
        (CONTENT_HASH, transfer.sha256),
    ]
    for name, value in facts:
        yield [Cell(name, mark=Mark.LABEL), Cell(value)]
    for device, sequence, chain in transfer.heads:
        yield [Cell(f"{_both('Journal head')} {device}", mark=Mark.LABEL), Cell(f"{sequence} · {chain}")]
    yield []
    yield from _state_rows(transfer)
    yield []
    yield _heads(*SHEET_HEADS)
    for sheet in sheets:
        counts = (Cell(str(number), Kind.NUMBER) for number in (sheet.count, len(sheet.columns)))
        yield [Cell(sheet.name), *counts, Cell(sheet.oid) if sheet.oid else None, Cell(both(sheet.title))]
    yield []
    yield _heads(_both("Signs"), _both("Meaning"))
    for marker, told in MISSING_WORDS.items():
        yield [Cell(marker, mark=Mark.MISSING), Cell(both(bilingual("No value: {why}", why=told)))]
    yield [Cell("24.5", Kind.NUMBER, Mark.DERIVED), Cell(_both("Worked out by the program"))]
    yield [
        Cell(_both("Rows 1-4")),
        Cell(_both("Name, OID, label in English, label in Chinese")),
    ]
    yield []
    listed = list(altered)
    yield [*_heads(_both("Altered texts")), Cell(str(len(listed)), Kind.NUMBER)]
    if listed:
        yield [Cell(_both("Too long for a cell, or with a character that Excel cannot hold"))]
    for place in listed:
        yield [Cell(place)]
    yield []


def hash_row(digest: str) -> Cells:
    """The last row of the cover."""
    return [Cell(SHEETS_HASH, mark=Mark.LABEL), Cell(digest)]


def _state_rows(transfer: Transfer) -> Iterator[Cells]:
    counts = Counter((form.key.form, form.state) for form in transfer.forms)
    told = [f"{sign} {both(words)} ({state})" for state, (sign, words) in STATES.items()]
    yield _heads(_both("Form"), *told, _both("All"))
    titles = {form.oid: f"{form.oid} {both(form.title)}" for form in transfer.definition.version.forms}
    # A form that this definition does not have any more is counted too.
    titles.update({form: form for form, _ in sorted(counts) if form not in titles})
    for oid, title in titles.items():
        numbers = [counts[oid, state] for state in STATES]
        cells = [Cell(str(number), Kind.NUMBER) for number in (*numbers, sum(numbers))]
        yield [Cell(title), *cells]
    numbers = [sum(number for (_, of), number in counts.items() if of == state) for state in STATES]
    yield [
        Cell(_both("All"), mark=Mark.LABEL),
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
