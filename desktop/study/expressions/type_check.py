"""Static type checker for CEL expressions.

CEL itself finds a misspelt name or a wrong type only when that part is evaluated, and never finds a comparison with a
code that does not exist. So every part is judged here from the kinds of the names, before any subject has a value.
"""

from collections.abc import Mapping

import msgspec

from desktop.messages import bilingual, joined
from desktop.study.definition.base import Text
from desktop.study.expressions import parser
from desktop.study.expressions.functions import FUNCTIONS
from desktop.study.expressions.types import (
    ANY,
    MOMENT,
    NOTHING,
    NUMBER,
    SPAN,
    TEXT,
    TRUTH,
    WHOLE,
    Kind,
    kind_words,
    list_of,
    text_of,
)

_NUMBERS = ("number", "whole number")
_ORDERED = (*_NUMBERS, "text", "date", "duration")

_MOMENT_PARTS = ("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours")
_TEXT_TESTS = ("contains", "startsWith", "endsWith", "matches")
_OF_CEL = {"size", "double", "int", "string", "timestamp", "duration", *_TEXT_TESTS, *_MOMENT_PARTS}


class Judgement(msgspec.Struct, frozen=True):
    """A fault of an expression."""

    message: str
    """English template of `desktop.messages`."""
    fields: dict[str, object]


class Operand(msgspec.Struct, frozen=True):
    """A part that `&&`, `||`, `?:` or `!` may leave out or absorb, with the variables that macros bind there."""

    node: parser.Node
    bound: dict[str, Kind]


class Inference:
    """The kinds of an expression's parts, once `kind_of` was asked."""

    def __init__(self, source: str, names: Mapping[str, Kind]) -> None:
        self.source = source
        self.names = names
        self.faults: list[Judgement] = []
        self.reads: set[tuple[str, str]] = set()
        """(home of a record, member) and ("", name) of everything that the expression reads."""
        self.operands: list[Operand] = []

    def kind_of(self, node: parser.Node, bound: dict[str, Kind] | None = None) -> Kind:
        """The kind of a part; `ANY`, with a fault, where it has none."""
        bound = bound or {}
        match node:
            case parser.Literal(value=value):
                return _LITERALS.get(type(value)) or text_of([str(value)], literal=True)
            case parser.Name():
                return self._name(node, bound)
            case parser.Select():
                return self._select(node, bound)
            case parser.Index():
                return self._index(node, bound)
            case parser.ListNode():
                return self._list(node, bound)
            case parser.Macro():
                return self._macro(node, bound)
            case parser.Call():
                return self._call(node, bound)
            case _:
                return self._operation(node, bound)

    # Names

    def _name(self, node: parser.Name, bound: dict[str, Kind]) -> Kind:
        if node.name in bound:
            return bound[node.name]
        if node.name in self.names:
            self.reads.add(("", node.name))
            return self.names[node.name]
        return self._fault(node, "There is no {name} here.", name=node.name)

    def _select(self, node: parser.Select, bound: dict[str, Kind]) -> Kind:
        record = self.kind_of(node.operand, bound)
        if record == ANY:
            return TRUTH if node.is_test else ANY
        if node.field not in record.members:
            return self._fault(
                node,
                "{owner} has no {name}.",
                owner=self._text(node.operand),
                name=node.field,
            )
        self.reads.add((record.home, node.field))
        return TRUTH if node.is_test else record.members[node.field]

    def _index(self, node: parser.Index, bound: dict[str, Kind]) -> Kind:
        owner, index = self.kind_of(node.operand, bound), self.kind_of(node.index, bound)
        if ANY in (owner, index):
            return ANY
        if owner.element is None or index != WHOLE:
            return self._fault(node, "Only a list has an element of a whole number.")
        return owner.element

    # Operators

    def _operation(self, node: parser.Node, bound: dict[str, Kind]) -> Kind:
        match node:
            case parser.Unary():
                return self._unary(node, bound)
            case parser.Choice():
                return self._choice(node, bound)
            case parser.Binary(operator="&&" | "||"):
                self._truth(node.left, bound)
                self._truth(node.right, bound)
                return TRUTH
            case parser.Binary():
                return self._binary(node, self.kind_of(node.left, bound), self.kind_of(node.right, bound))
            case _:
                raise TypeError(node)

    def _truth(self, node: parser.Node, bound: dict[str, Kind]) -> None:
        self.operands.append(Operand(node, bound))
        kind = self.kind_of(node, bound)
        if kind not in (TRUTH, ANY):
            self._fault(node, "{part} is {kind}, not true or false.", **_of(kind))

    def _unary(self, node: parser.Unary, bound: dict[str, Kind]) -> Kind:
        if node.operator == "!":
            self._truth(node.operand, bound)
            return TRUTH
        kind = self.kind_of(node.operand, bound)
        if kind.word in _NUMBERS or kind == ANY:
            return kind
        return self._fault(node, "{part} is {kind} and has no sign.", **_of(kind))

    def _choice(self, node: parser.Choice, bound: dict[str, Kind]) -> Kind:
        self._truth(node.condition, bound)
        kinds: list[Kind] = []
        for branch in (node.yes, node.no):
            self.operands.append(Operand(branch, bound))
            kinds.append(self.kind_of(branch, bound))
        return self._united(node, kinds)

    def _list(self, node: parser.ListNode, bound: dict[str, Kind]) -> Kind:
        return list_of(self._united(node, [self.kind_of(element, bound) for element in node.elements]))

    def _united(self, node: parser.Node, kinds: list[Kind]) -> Kind:
        """The one kind of several alternatives; null, which means no value, goes with all."""
        united = NOTHING if kinds else ANY
        for kind in kinds:
            if united == NOTHING or kind == ANY:
                united = kind
            elif united.word == "text" and kind.word == "text":
                united = _either(united, kind)
            elif kind != NOTHING and not _same(united, kind) and united != ANY:
                return self._fault(
                    node,
                    "{part} gives now {kind} and now {other}.",
                    **_of(united),
                    **_of(kind, "other"),
                )
        return united

    def _binary(self, node: parser.Binary, left: Kind, right: Kind) -> Kind:
        if node.operator in ("+", "-", "*", "/", "%"):
            return ANY if ANY in (left, right) else self._arithmetic(node, left, right)
        if node.operator == "in":
            if right.element is None and ANY not in (left, right):
                return self._fault(node, "{part} looks in what is no list.")
            self._comparable(node, left, right.element or ANY, equality=True)
        else:
            self._comparable(node, left, right, equality=node.operator in ("==", "!="))
        return TRUTH

    def _comparable(self, node: parser.Node, left: Kind, right: Kind, *, equality: bool) -> None:
        if ANY in (left, right):
            return
        if NOTHING in (left, right):
            self._fault(
                node,
                "A value is never null: ask has(self.NAME), or leave it to be unknown.",
            )
        elif not (_same(left, right) or (left.word in _NUMBERS and right.word in _NUMBERS)):
            self._fault(
                node,
                "{part} compares {kind} with {other}.",
                **_of(left),
                **_of(right, "other"),
            )
        elif left.word in ("record", "list"):
            self._fault(node, "{part} compares whole {kind}s.", **_of(left))
        elif not equality and left.word not in _ORDERED:
            self._fault(node, "{part}: {kind} has no order.", **_of(left))
        elif left.values is not None and right.values is not None and (missing := _missing(left, right)):
            self._fault(
                node,
                "{part} can never be: there is no code {codes}.",
                codes=", ".join(sorted(missing)),
            )

    def _arithmetic(self, node: parser.Binary, left: Kind, right: Kind) -> Kind:
        known: dict[tuple[str, str, str], Kind] = {
            ("+", "date", "duration"): MOMENT,
            ("+", "duration", "date"): MOMENT,
            ("+", "duration", "duration"): SPAN,
            ("+", "text", "text"): TEXT,
            ("-", "date", "date"): SPAN,
            ("-", "date", "duration"): MOMENT,
            ("-", "duration", "duration"): SPAN,
        }
        found = known.get((node.operator, left.word, right.word))
        if found is not None:
            return found
        if left == right == WHOLE or (left == right == NUMBER and node.operator != "%"):
            return left
        if node.operator == "+" and left.element is not None and right.element is not None and _same(left, right):
            return left
        if left.word in _NUMBERS and right.word in _NUMBERS and left != right:
            return self._fault(
                node,
                "{part} mixes a number with a whole number: write 2.0 for 2, or double(...).",
            )
        return self._fault(
            node,
            "{part}: {operator} does not work on {kind} and {other}.",
            operator=node.operator,
            **_of(left),
            **_of(right, "other"),
        )

    # Macros and functions

    def _macro(self, node: parser.Macro, bound: dict[str, Kind]) -> Kind:
        target = self.kind_of(node.target, bound)
        if target.element is None:
            if target == ANY:
                return ANY
            return self._fault(node.target, "{part} is {kind}, not a list.", **_of(target))
        inside = {**bound, node.variable: target.element}
        if node.variable in self.names:
            self._fault(
                node,
                "{name} means something else here already: name the element otherwise.",
                name=node.variable,
            )
        *conditions, last = node.parts
        for condition in conditions if node.macro == "map" else node.parts:
            self._truth(condition, inside)
        if node.macro == "map":
            return list_of(self.kind_of(last, inside))
        return target if node.macro == "filter" else TRUTH

    def _call(self, node: parser.Call, bound: dict[str, Kind]) -> Kind:
        given = [self.kind_of(part, bound) for part in (node.target, *node.arguments) if part is not None]
        if ANY in given:
            return _result_where_known(node.function)
        if node.function not in _OF_CEL and node.function not in FUNCTIONS:
            return self._fault(node, "There is no function {name}.", name=node.function)
        if node.function in FUNCTIONS and node.target is not None:
            return self._fault(node, "Write {name}(...).", name=node.function)
        found = (self._own_function if node.function in FUNCTIONS else self._function_of_cel)(node, given)
        if found is not None:
            return found
        return self._fault(
            node,
            "{name} does not work on {kinds}.",
            name=node.function,
            kinds=joined(map(kind_words, given)) if given else bilingual("nothing"),
        )

    def _own_function(self, node: parser.Call, given: list[Kind]) -> Kind | None:
        function = FUNCTIONS[node.function]
        if len(given) != len(function.takes):
            return None
        for kind, wanted in zip(given, function.takes, strict=True):
            if wanted.element is not None:
                words = (*_NUMBERS, "anything", *(() if function.gives else ("date",)))
                if kind.element is None or kind.element.word not in words:
                    return None
            elif kind.word != wanted.word and not (wanted == NUMBER and kind == WHOLE):
                return None
        return function.gives or given[0].element

    def _function_of_cel(self, node: parser.Call, given: list[Kind]) -> Kind | None:
        words = tuple(kind.word for kind in given)
        free = node.target is None
        match node.function, words:
            case "size", ("list" | "text",):
                return WHOLE
            case "double", ("number" | "whole number",) if free:
                return NUMBER
            case "int", ("number" | "whole number",) if free:
                return WHOLE
            case (("double" | "int"), ("text",)) if free and _all_numbers(given[0], whole=node.function == "int"):
                return NUMBER if node.function == "double" else WHOLE
            case "string", ("number" | "whole number" | "text",) if free:
                return TEXT
            case (("timestamp" | "duration"), ("text",)) if free and given[0].literal:
                # Whether the text is one is found by evaluating it.
                return MOMENT if node.function == "timestamp" else SPAN
            case name, ("text", "text") if name in _TEXT_TESTS and not free:
                return TRUTH if name != "matches" or given[1].literal else None
            case name, ("date",) if name in _MOMENT_PARTS and not free:
                return WHOLE
            case _:
                return None

    # Words

    def _text(self, node: parser.Node) -> str:
        return " ".join(self.source[node.start : node.end].split())

    def _fault(self, node: parser.Node, message: str, **fields: object) -> Kind:
        self.faults.append(Judgement(message, {"part": self._text(node), **fields}))
        return ANY


_LITERALS: dict[type, Kind] = {bool: TRUTH, int: WHOLE, float: NUMBER, type(None): NOTHING}


def _missing(left: Kind, right: Kind) -> frozenset[str]:
    """Of two texts whose values are known: what one of them says in vain."""
    mine, other = left.values or frozenset(), right.values or frozenset()
    if left.literal == right.literal:
        return frozenset() if mine & other else mine
    return mine - other if left.literal else other - mine


def _same(left: Kind, right: Kind) -> bool:
    if left.element is not None and right.element is not None:
        return ANY in (left.element, right.element) or _same(left.element, right.element)
    return left.word == right.word and left.members == right.members


def _either(left: Kind, right: Kind) -> Kind:
    if left.values is None or right.values is None:
        return TEXT
    return text_of(left.values | right.values, literal=left.literal and right.literal)


def _all_numbers(kind: Kind, *, whole: bool) -> bool:
    """Whether every text that this can be is a number: only then does turning it into one never fail."""
    if not kind.values:
        return False
    return all(value.removeprefix("-").replace(".", "", 0 if whole else 1).isdecimal() for value in kind.values)


def _result_where_known(function: str) -> Kind:
    return FUNCTIONS[function].gives or ANY if function in FUNCTIONS else ANY


def _of(kind: Kind, name: str = "kind") -> dict[str, Text]:
    return {name: kind_words(kind)}
