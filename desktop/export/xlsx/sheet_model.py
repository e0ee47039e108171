"""Model of a sheet: columns with their headings, and rows of cells."""

from collections.abc import Callable, Iterator

import msgspec

from desktop.export.xlsx.cells import Cell
from desktop.study.definition.base import Text, words

COVER = "Cover"
HEAD_ROWS = 4
"""Name, OID, label in English, label in Chinese."""

Cells = list[Cell | None]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column: its name, the OID of its item, its label in both languages."""

    name: str
    oid: str = ""
    label: Text
    width: int = 14
    derived: bool = False


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet to be written: columns, and rows that are made as they are written."""

    name: str
    oid: str = ""
    """Of the form or the group."""
    title: Text
    columns: tuple[Column, ...]
    frozen: int
    """Columns that stay in sight."""
    count: int
    rows: Callable[[], Iterator[Cells]]


def both(text: Text) -> str:
    """The words in English and Chinese side by side; once where there is one language only."""
    english, chinese = words(text, "en"), text.get("zh", "")
    return f"{english} / {chinese}" if chinese and chinese != english else english
