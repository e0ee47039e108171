"""The CEL engine: compiled expressions and their outcomes.

*Unknown* is the outcome where a declared name has no value: the name is absent from the context, or the key from its
map, or a list has no such element. Every other error is a fault of the definition.
"""

from __future__ import annotations

import datetime
import importlib.machinery
import importlib.util
import logging
import re
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, cast

from desktop.study.expressions import parser
from desktop.study.expressions.arithmetic import OPERATORS, UnknownValue, written_out
from desktop.study.expressions.functions import FUNCTIONS
from desktop.study.values.item_types import Interval

if TYPE_CHECKING:
    import cel

# It writes each exception of our functions to the log, values included; what they mean is decided here.
logging.getLogger("cel").setLevel(logging.CRITICAL + 1)

REMEMBERED = 4096
"""Outcomes that an expression remembers."""

_HASHABLE = (str, float, bool, datetime.datetime, datetime.timedelta)
_UNDIVIDED = (*_HASHABLE, Interval)
"""Values that are handed to the engine as they are."""

_MODULE = "cel.cel"
_ABSENT = re.compile(r"Undefined variable or function: '(.+?)'")


_CALLS: dict[str, Callable[..., object]] = {
    **{name: function.call for name, function in FUNCTIONS.items()},
    **dict(OPERATORS.values()),
}
"""Every function that a compiled expression may call."""


class UnknownType:
    """The outcome of an expression that reads a value that is not there."""


UNKNOWN = UnknownType()


class ExpressionFaultError(Exception):
    """An expression fails for another reason than an unknown value. The text may name values and is never logged."""


class ExpressionSyntaxError(Exception):
    """A text is no expression; says why in English."""


def _engine() -> ModuleType:
    """The engine without its package, whose `__init__` imports a command line that costs 140 ms and is not used."""
    if _MODULE not in sys.modules:
        package = importlib.util.find_spec(_MODULE.partition(".")[0])
        places = None if package is None else package.submodule_search_locations
        spec = importlib.machinery.PathFinder.find_spec(_MODULE, places)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(_MODULE)
        module = importlib.util.module_from_spec(spec)
        sys.modules[_MODULE] = module
        spec.loader.exec_module(module)
    return sys.modules[_MODULE]


class Expression:
    """A compiled expression. Evaluating it changes nothing and ends: CEL has no loops and no effects.

    One expression belongs to one set of settings: what `setting` is does not change between its evaluations.
    """

    def __init__(self, source: str, node: parser.Node | None = None) -> None:
        """`node` is the expression as read, where it was read already. Raises ExpressionSyntaxError."""
        self.source = source
        offset = 0 if node is None else node.start
        try:
            node = node or parser.parse(source)
        except parser.NotReadError as error:
            self._compile(source)
            raise ExpressionSyntaxError(str(error)) from None
        self._program = self._compile(written_out(source, node, offset))
        self._fields = parser.fields_of(node)
        self.names = tuple(self._program.variables())
        """Every identifier that is not a field, those that macros bind included."""
        self._memory: dict[tuple[object, ...], object] = {}
        """Outcomes by the values that were read, where these are few and undivided: a row that stays as it was costs nothing."""
        self._functions = {name: _CALLS[name] for name in self._program.functions() if name in _CALLS}

    @staticmethod
    def _compile(source: str) -> cel.Program:
        try:
            return _engine().compile(source)
        except ValueError as error:
            raise ExpressionSyntaxError(_reason(str(error))) from None

    def evaluate(self, find: Callable[[str], object | None]) -> object:
        """The outcome, or `UNKNOWN`. `find` gives the value of a name, or None. Raises ExpressionFaultError."""
        found = {name: value for name in self.names if (value := find(name)) is not None}
        key = self._key(found)
        if key is not None and key in self._memory:
            return self._memory[key]
        outcome = self._execute({name: self._narrowed(value) for name, value in found.items()})
        if key is not None:
            if len(self._memory) >= REMEMBERED:
                self._memory.clear()
            self._memory[key] = outcome
        return outcome

    def _key(self, found: Mapping[str, object]) -> tuple[object, ...] | None:
        """What the outcome depends on; None where that is too much to compare."""
        key: list[object] = []
        for name, value in found.items():
            if isinstance(value, _HASHABLE):
                key += (name, value)
            elif name == "self" and isinstance(value, Mapping):
                members = cast("Mapping[str, object]", value)
                for field in self._fields:
                    member = members.get(field)
                    if member is not None and not isinstance(member, _HASHABLE):
                        return None
                    key += (field, member)
            elif name != "setting":
                return None
        return tuple(key)

    def _execute(self, context: dict[str, object]) -> object:
        try:
            return self._program.execute(self._functions | context)
        except (KeyError, IndexError):
            return UNKNOWN
        except RuntimeError as error:
            absent = _ABSENT.match(str(error))
            if (absent and absent[1] in self.names) or UnknownValue.__name__ in str(error):
                return UNKNOWN
            raise ExpressionFaultError(str(error)) from None
        except (TypeError, ValueError, OverflowError) as error:
            raise ExpressionFaultError(str(error)) from None

    def _narrowed(self, value: object) -> object:
        """The value without the members that no part of the expression selects.

        Each value is copied into the engine, at a microsecond or two: the dosing logs of all cycles among them.
        """
        if isinstance(value, _UNDIVIDED):
            return value
        if isinstance(value, Mapping):
            record = cast("Mapping[str, object]", value)
            return {name: self._narrowed(record[name]) for name in self._fields if name in record}
        if isinstance(value, list):
            return [self._narrowed(element) for element in cast("list[object]", value)]
        return value


class Condition:
    """A compiled condition: whether it is true.

    False and unknown are alike to it, so a conjunction ends at its first part that is not true, and the parts that read lists
    of forms come last.
    """

    def __init__(self, source: str) -> None:
        """Raises ExpressionSyntaxError."""
        whole = Expression(source)
        node = parser.parse(source)
        parts = list(parser.conjuncts(node))
        self._parts = (
            [whole] if len(parts) == 1 else [Expression(source[part.start : part.end], part) for part in parts]
        )
        self._parts.sort(key=lambda part: not _LISTS.isdisjoint(part.names))

    def holds(self, find: Callable[[str], object | None]) -> bool:
        """Whether it is true. Raises ExpressionFaultError."""
        return all(part.evaluate(find) is True for part in self._parts)


_LISTS = frozenset({"all", "others", "labs"})
"""Names that cost most to hand to the engine."""


def _reason(message: str) -> str:
    """`ERROR: <input>:1:5: invalid argument to has() macro` -> `column 5: invalid argument to has() macro`."""
    found = re.search(r"<input>:\d+:(\d+): (.+)", message)
    return f"column {found[1]}: {found[2]}" if found else message
