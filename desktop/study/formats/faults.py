"""Faults of a study definition, each with file, line and OID."""

from collections.abc import Iterator

import msgspec

from desktop.messages import bilingual
from desktop.study.definition.base import Text, words


class Fault(msgspec.Struct, frozen=True):
    """Something in a definition that must be put right before it can be used."""

    file: str
    """Name of the file within the definition."""
    line: int
    """Counted from 1; 0 where the fault is of no line."""
    oid: str
    """What it is about; empty where that has no OID."""
    message: Text

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.oid + ': ' if self.oid else ''}{words(self.message, 'en')}"


class Faults:
    """Collects faults while a definition is read, and knows where everything stands.

    A *part* is an OID, or `GROUP/ITEM` for an item's place in a group; a *key* is the word under which a property of
    the part is given (`""` for the part itself).
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, str, str], Fault] = {}
        self._places: dict[tuple[str, str], tuple[str, int]] = {}
        self.notes: list[Fault] = []
        """What was left out or assumed; no faults."""
        self.lost: set[str] = set()
        """OIDs and names in files that could not be read: nothing is said of what refers to them."""

    def place(self, part: str, key: str, file: str, line: int) -> None:
        """Remember where a property of a part stands; the first place counts."""
        self._places.setdefault((part, key), (file, line))

    def at(self, file: str, line: int, oid: str, message: str, /, **fields: object) -> None:
        """A fault at a known line; `message` is an English template of `desktop.messages`."""
        words = bilingual(message, **fields)
        self._found[file, line, oid, words["en"]] = Fault(file, line, oid, words)

    def note(self, file: str, line: int, oid: str, message: str) -> None:
        """Something that was left out or assumed."""
        self.notes.append(Fault(file, line, oid, bilingual(message)))

    def of(self, part: str, key: str, message: str, /, **fields: object) -> None:
        """A fault of a property of a part, at the line where it stands."""
        place = self._places.get((part, key)) or self._places.get((part, ""))
        file, line = place or self._places.get(("", ""), ("", 0))
        self.at(file, line, part.rpartition("/")[2], message, **fields)

    def __iter__(self) -> Iterator[Fault]:
        """The faults by file and line, each once."""
        return (self._found[key] for key in sorted(self._found))

    def __len__(self) -> int:
        return len(self._found)
