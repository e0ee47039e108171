"""Import of form saves from a JSON Lines file, through the same rules as the screen.

What a line may hold is the contract of `sitebook enter`. All or nothing per line; what was accepted stays.
"""

import json
from collections.abc import Iterable, Iterator
from typing import cast

import msgspec

from desktop.actions import SaveForm
from desktop.errors import EnvironmentProblemError, RefusedError
from desktop.messages import bilingual
from desktop.recording.save_form import FormRefusedError, coordinates_problem
from desktop.site.site import Site
from desktop.study.clinical_data import CheckAt, FormKey, ItemPlace, ItemValue
from desktop.study.definition.base import words
from desktop.study.definition.metadata import NON_REPEATING_ROW, Definition
from desktop.study.rules.assessment import Code, Problem

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

KNOWN_KEYS = frozenset(
    {
        "subject",
        "event",
        "event_repeat",
        "form",
        "form_repeat",
        "pass",
        "complete",
        "reason",
        "comments",
        "items",
        "groups",
    }
)


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why a line was refused. Lines count from 1."""

    line: int
    code: str
    oid: str
    message: str


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file."""

    recorded: int = 0
    unchanged: int = 0
    refused: tuple[Refusal, ...] = ()


def enter(site: Site, lines: Iterable[bytes], language: str = "en") -> Entered:
    """Record the lines of a file, in order. Raises only what stops everything, such as a full disk."""
    recorded = unchanged = 0
    refused: list[Refusal] = []
    for number, line in enumerate(lines, 1):
        line = line.removeprefix(BYTE_ORDER_MARK)  # noqa: PLW2901 - files that were joined have one within
        if not line.strip():
            continue
        try:
            changed = site.record(parse_line(site.definition, line)).changed
            recorded += changed
            unchanged += not changed
        except FormRefusedError as error:
            refused += [
                Refusal(line=number, code=str(problem.code), oid=problem.oid, message=words(problem.message, language))
                for problem in error.problems
            ]
        except EnvironmentProblemError as error:
            raise EnvironmentProblemError(
                "{why} The lines before line {line} are done: {recorded} were recorded, {refused} refused.",
                why=error,
                line=number,
                recorded=recorded,
                refused=len({refusal.line for refusal in refused}),
            ) from error
        except RefusedError as error:
            refused.append(Refusal(line=number, code=str(Code.NOT_ALLOWED), oid="", message=str(error)))
    return Entered(recorded=recorded, unchanged=unchanged, refused=tuple(refused))


def parse_line(definition: Definition, line: bytes) -> SaveForm:
    """Read one line. Raises FormRefusedError with everything that is wrong with its shape."""
    repeated: list[str] = []
    try:
        content = msgspec.json.decode(line)
        # Of a key that stands twice msgspec takes the last without a word.
        json.loads(line, object_pairs_hook=lambda pairs: repeated.extend(_repeated(pairs)))
    except (ValueError, RecursionError):
        content = None
    if repeated:
        raise _refused([_bad(key, "The key stands twice in one object.") for key in repeated])
    if not isinstance(content, dict):
        raise _refused([_bad("", "The line is not a JSON object.")])
    return _Line(definition, cast("dict[str, object]", content)).act()


def _repeated(pairs: list[tuple[str, object]]) -> list[str]:
    names = [name for name, _ in pairs]
    return sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []


def _refused(problems: list[Problem]) -> FormRefusedError:
    return FormRefusedError(tuple(problems))


def _bad(oid: str, message: str, code: Code = Code.BAD_VALUE) -> Problem:
    return Problem(code=code, message=bilingual(message), place=None, oid=oid)


class _Line:
    """One line while it is read; collects every problem."""

    def __init__(self, definition: Definition, content: dict[str, object]) -> None:
        self.definition = definition
        self.content = content
        self.problems: list[Problem] = []

    def act(self) -> SaveForm:
        unknown = sorted(set(self.content) - KNOWN_KEYS)
        self.problems += [_bad(key, "A line has no such key.") for key in unknown]
        key = FormKey(
            self._text("event"), self._repeat("event_repeat"), self._text("form"), self._repeat("form_repeat")
        )
        subject = self._text("subject")
        entry_pass = self.content.get("pass", 1)
        if type(entry_pass) is not int or entry_pass not in (1, 2):
            self.problems.append(_bad("pass", "The pass is 1 or 2."))
        complete = self.content.get("complete", True)
        if not isinstance(complete, bool):
            self.problems.append(_bad("complete", "It is true or false."))
        reason = self.content.get("reason") or ""
        if not isinstance(reason, str):
            self.problems.append(_bad("reason", "The reason is a text."))
        if self.problems:
            raise _refused(self.problems)
        wrong = coordinates_problem(self.definition, key)
        if wrong is not None:
            raise _refused([wrong])
        items: dict[ItemPlace, ItemValue | None] = dict(self._items(key.form))
        removed: list[tuple[str, str]] = []
        for place, value in self._rows(key.form):
            if isinstance(place, ItemPlace):
                items[place] = value
            else:
                removed.append(place)
        comments = self._comments(key.form)
        if self.problems:
            raise _refused(self.problems)
        return SaveForm(
            subject=subject,
            key=key,
            items=items,
            removed_rows=tuple(removed),
            comments=comments,
            complete=bool(complete),
            reason=str(reason),
            entry_pass=2 if entry_pass == 2 else 1,
        )

    def _text(self, name: str) -> str:
        value = self.content.get(name)
        if isinstance(value, str) and value:
            return value
        self.problems.append(_bad(name, "It is missing or not a text."))
        return ""

    def _repeat(self, name: str) -> int:
        value = self.content.get(name, 1)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return value
        self.problems.append(_bad(name, "Repeats are whole numbers from 1."))
        return 1

    def _mapping(self, name: str) -> dict[str, object]:
        value = self.content.get(name)
        if value is None:
            return {}
        if isinstance(value, dict):
            return cast("dict[str, object]", value)
        self.problems.append(_bad(name, "It is not an object."))
        return {}

    def _items(self, form: str) -> Iterator[tuple[ItemPlace, ItemValue | None]]:
        for oid, value in self._mapping("items").items():
            group = self.definition.group_of_item.get((form, oid))
            if group is None or group.repeating:
                self.problems.append(
                    _bad(
                        oid,
                        "The form has no such item outside its repeating groups.",
                        Code.UNKNOWN_OID,
                    )
                )
            else:
                yield ItemPlace(group.oid, NON_REPEATING_ROW, oid), self._value(oid, value)

    def _rows(self, form: str) -> Iterator[tuple[ItemPlace, ItemValue | None] | tuple[tuple[str, str], None]]:
        groups = {group.oid: group for group in self.definition.form_groups(form) if group.repeating}
        for oid, rows in self._mapping("groups").items():
            if oid not in groups:
                self.problems.append(_bad(oid, "The form has no such repeating group.", Code.UNKNOWN_OID))
                continue
            seen: set[str] = set()
            for given in cast("list[object]", rows) if isinstance(rows, list) else [None]:
                row = cast("dict[str, object]", given) if isinstance(given, dict) else {}
                key = row.get("row")
                if not isinstance(key, str) or not key or key in seen:
                    self.problems.append(_bad(oid, "Each row is an object with its own key."))
                    continue
                seen.add(key)
                yield from self._row(form, oid, key, row)

    def _row(
        self, form: str, group: str, key: str, row: dict[str, object]
    ) -> Iterator[tuple[ItemPlace, ItemValue | None] | tuple[tuple[str, str], None]]:
        remove = row.get("remove", False)
        if not isinstance(remove, bool) or (remove and len(row) > 2):
            self.problems.append(_bad(group, "A row is removed alone: row and remove."))
        elif remove:
            yield (group, key), None
        else:
            for oid, value in row.items():
                if oid in ("row", "remove"):
                    continue
                found = self.definition.group_of_item.get((form, oid))
                if found is None or found.oid != group:
                    self.problems.append(_bad(oid, "The group has no such item.", Code.UNKNOWN_OID))
                else:
                    yield ItemPlace(group, key, oid), self._value(oid, value)

    def _value(self, oid: str, value: object) -> ItemValue | None:
        if value is None:
            return None
        if isinstance(value, str) and value:
            return ItemValue(value=value)
        shape = cast("dict[str, object]", value) if isinstance(value, dict) else {}
        parts = len(shape)
        match shape:
            case {"missing": str(missing)} if parts == 1 and missing:
                return ItemValue(missing=missing)
            case {"value": str(text), "unit": str(unit)} if parts == 2 and text and unit:
                return ItemValue(value=text, unit=unit)
            case {"value": str(text)} if parts == 1 and text:
                return ItemValue(value=text)
            case _:
                self.problems.append(
                    _bad(
                        oid,
                        "A value is a text, {{value, unit}}, {{missing}} or null.",
                    )
                )
                return None

    def _comments(self, form: str) -> dict[CheckAt, str]:
        comments: dict[CheckAt, str] = {}
        for oid, text in self._mapping("comments").items():
            if (form, oid) not in self.definition.group_of_item:
                self.problems.append(_bad(oid, "The form has no such item.", Code.UNKNOWN_OID))
            elif not isinstance(text, str):
                self.problems.append(_bad(oid, "A comment is a text."))
            else:
                comments[CheckAt("", ItemPlace("", "", oid))] = text
        return comments
