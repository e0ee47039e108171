"""Reads YAML with line numbers and reports every fault.

Scalars are taken as they are written and read by what the key wants: `NO`, `01` and `2026-11-24` stay texts.
"""

import difflib
import re
from collections.abc import Iterator
from typing import cast

import yaml

from desktop.messages import bilingual
from desktop.study.definition.base import Text
from desktop.study.formats.faults import Faults

MAX_FILE_BYTES = 16 * 1024 * 1024
"""Bytes. A study of 30 forms has some 300,000."""


def read_yaml(faults: Faults, file: str, data: bytes) -> yaml.Node | None:
    """The one document of a file; None, with a fault, where it cannot be read."""
    if len(data) > MAX_FILE_BYTES:
        faults.at(file, 0, "", "The file is too large.")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.at(file, line, "", "The file is not UTF-8.")
        return None
    try:
        if (alias := _first_alias(text)) is not None:
            faults.at(file, alias, "", "An alias (*) is not read: write out what it stands for.")
            return None
        node = cast("yaml.Node | None", yaml.compose(text, Loader=yaml.CBaseLoader))  # pyright: ignore[reportUnknownMemberType]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        faults.at(file, line, "", "This is not YAML: {problem}.", problem=error.problem or "")
    except (yaml.YAMLError, RecursionError):
        faults.at(file, 0, "", "This is not YAML.")
    else:
        if node is None:
            faults.at(file, 1, "", "The file is empty.")
        return node
    # What the file would have defined is unknown now; what refers to it is not to blame.
    faults.lost.update(re.findall(r"\b(?:oid|name):[\s\"'{\[]*([^\s\"',}\]]+)", text))
    faults.lost.update(found.removeprefix("IT.") for found in re.findall(r"\boid:[\s\"'{\[]*(IT\.[^\s\"',}\]]+)", text))
    return None


def _first_alias(text: str) -> int | None:
    """The line of the first alias: a few of them can stand for more than a computer holds, or for themselves."""
    if "&" not in text or "*" not in text:
        return None
    for event in cast("Iterator[yaml.Event]", yaml.parse(text, Loader=yaml.CBaseLoader)):  # pyright: ignore[reportUnknownMemberType]
        if isinstance(event, yaml.AliasEvent):
            return event.start_mark.line + 1
    return None


class Entry:
    """A YAML mapping while it is read: each key is asked for once, as what it should be; `end` reports the others."""

    def __init__(self, faults: Faults, file: str, node: yaml.Node, within: str = "") -> None:
        """`within` is the part that a mapping without an OID belongs to."""
        self.faults = faults
        self.file = file
        self.line: int = node.start_mark.line + 1
        self._nodes: dict[str, yaml.Node] = {}
        self._asked: set[str] = set()
        self.part = within
        if not isinstance(node, yaml.MappingNode):
            self._fault(node, "Expected keys with values here.")
            return
        repeated: list[yaml.Node] = []
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in self._nodes:
                repeated.append(key)
            else:
                self._nodes[key.value] = value
        oid = self._nodes.get("oid")
        if isinstance(oid, yaml.ScalarNode):
            self.part = oid.value
            self.mark(self.part)
        for key in repeated:
            self._fault(key, "The key stands here twice, or is no word.")

    @classmethod
    def list_of(cls, faults: Faults, file: str, node: yaml.Node) -> list["Entry"]:
        """The mappings of a file that is one list."""
        if isinstance(node, yaml.SequenceNode):
            return [cls(faults, file, child) for child in node.value]
        faults.at(file, node.start_mark.line + 1, "", "Expected a list here.")
        return []

    def mark(self, part: str) -> None:
        """Remember the lines of this mapping's keys as those of a part."""
        self.faults.place(part, "", self.file, self.line)
        for key, node in self._nodes.items():
            self.faults.place(part, key, self.file, node.start_mark.line + 1)

    def place(self, part: str, key: str) -> None:
        """Remember where this mapping starts as the place of a property of a part."""
        self.faults.place(part, key, self.file, self.line)

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        return key in self._nodes

    def text(self, key: str, default: str | None = None) -> str:
        """A text; a fault where it is missing and has no default."""
        node = self._ask(key, required=default is None)
        return (default or "") if node is None else self._scalar(node)

    def optional(self, key: str) -> str | None:
        """A text that may be left out."""
        return self.text(key, "") or None

    def words(self, key: str, *, required: bool = False) -> Text:
        """Words by language."""
        node = self._ask(key, required=required)
        return {} if node is None else self._words(node)

    def words_by_key(self, key: str) -> dict[str, Text]:
        """A mapping of texts to words by language."""
        return {self._scalar(name): self._words(value) for name, value in self._pairs(key)}

    def texts_by_key(self, key: str) -> dict[str, str]:
        """A mapping of texts to texts."""
        return {self._scalar(name): self._scalar(value) for name, value in self._pairs(key)}

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        node = self._ask(key, required=False)
        if node is None:
            return default
        text = self._scalar(node)
        if text not in ("true", "false"):
            self._fault(node, "Expected true or false.")
        return text == "true"

    def whole(self, key: str, default: int | None = None) -> int | None:
        """A whole number."""
        node = self._ask(key, required=False)
        if node is None:
            return default
        text = self._scalar(node)
        if re.fullmatch(r"-?[0-9]{1,9}", text):
            return int(text)
        self._fault(node, "Expected a whole number.")
        return default

    def number(self, key: str, default: float) -> float:
        """A number."""
        node = self._ask(key, required=False)
        if node is None:
            return default
        text = self._scalar(node)
        if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?", text):
            return float(text)
        self._fault(node, "Expected a number.")
        return default

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self._scalar(node) for node in self._list(key, required=False))

    def entries(self, key: str, *, required: bool = False, bare: str = "") -> Iterator["Entry"]:
        """A list of mappings; with `bare`, a text alone stands for the mapping of this key to it."""
        for node in self._list(key, required=required):
            if bare and isinstance(node, yaml.ScalarNode):
                word = yaml.ScalarNode("", bare, node.start_mark, node.end_mark)
                yield Entry(self.faults, self.file, yaml.MappingNode("", [(word, node)], node.start_mark), self.part)
            else:
                yield Entry(self.faults, self.file, node, self.part)

    def entry(self, key: str) -> "Entry | None":
        """A mapping within this one."""
        node = self._ask(key, required=False)
        return None if node is None else Entry(self.faults, self.file, node, self.part)

    def choice(self, *keys: str) -> str | None:
        """Which one of these keys is given; a fault where it is none or several."""
        given = [key for key in keys if key in self._nodes]
        if len(given) == 1:
            return given[0]
        self._asked.update(keys)
        self.fault("Expected exactly one of: {keys}.", keys=", ".join(keys))
        return None

    def end(self) -> None:
        """Report the keys that nobody asked for."""
        for key in self._nodes.keys() - self._asked:
            near = difflib.get_close_matches(key, self._asked, 1)
            hint = bilingual(" Perhaps {value} is meant.", value=near[0]) if near else ""
            self._fault(
                self._nodes[key],
                "There is no key {key} here.{hint}",
                key=key,
                hint=hint,
            )

    def fault(self, message: str, /, at: str = "", **fields: object) -> None:
        """A fault of the mapping, or of the key `at`."""
        line = self._nodes[at].start_mark.line + 1 if at in self._nodes else self.line
        self.faults.at(self.file, line, self.part, message, **fields)

    def _ask(self, key: str, *, required: bool) -> yaml.Node | None:
        self._asked.add(key)
        node = self._nodes.get(key)
        if isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "null", "~"):
            node = None
        if node is None and required:
            self.fault("The key {key} is missing.", key=key)
        return node

    def _list(self, key: str, *, required: bool) -> list[yaml.Node]:
        node = self._ask(key, required=required)
        if node is None:
            return []
        if isinstance(node, yaml.SequenceNode):
            return node.value
        self._fault(node, "Expected a list here.")
        return []

    def _pairs(self, key: str) -> list[tuple[yaml.Node, yaml.Node]]:
        node = self._ask(key, required=False)
        if node is None:
            return []
        if isinstance(node, yaml.MappingNode):
            return node.value
        self._fault(node, "Expected keys with values here.")
        return []

    def _scalar(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode):
            return node.value
        self._fault(node, "Expected a single text or number here.")
        return ""

    def _words(self, node: yaml.Node) -> Text:
        if not isinstance(node, yaml.MappingNode):
            self._fault(node, "Expected words by language: {{en: ..., zh: ...}}.")
            return {}
        return {self._scalar(language): self._scalar(value) for language, value in node.value}

    def _fault(self, node: yaml.Node, message: str, /, **fields: object) -> None:
        self.faults.at(self.file, node.start_mark.line + 1, self.part, message, **fields)
