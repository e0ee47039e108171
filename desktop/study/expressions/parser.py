"""Parser: CEL text to syntax tree.

The engine decides what is CEL; this reads the part of the language that studies use, by the grammar of the CEL
specification (github.com/google/cel-spec, langdef.md), and says so of the rest: maps, messages, bytes.
"""

import ast
import re
from collections.abc import Iterator
from typing import cast

import msgspec


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an expression: `source[start:end]`."""

    start: int
    end: int


class Literal(Node, frozen=True, kw_only=True):
    """A text, number, truth value or null."""

    value: str | float | int | bool | None


class Name(Node, frozen=True, kw_only=True):
    """A variable."""

    name: str


class Select(Node, frozen=True, kw_only=True):
    """`operand.field`; as the argument of `has`, the question whether it is there."""

    operand: Node
    field: str
    is_test: bool = False


class Index(Node, frozen=True, kw_only=True):
    """`operand[index]`."""

    operand: Node
    index: Node


class Call(Node, frozen=True, kw_only=True):
    """`function(arguments)`, or `target.function(arguments)`."""

    function: str
    target: Node | None
    arguments: tuple[Node, ...]


class Macro(Node, frozen=True, kw_only=True):
    """`target.exists(variable, parts)` and its kin: the parts are evaluated for each element."""

    macro: str
    target: Node
    variable: str
    parts: tuple[Node, ...]


class ListNode(Node, frozen=True, kw_only=True):
    """`[elements]`."""

    elements: tuple[Node, ...]


class Unary(Node, frozen=True, kw_only=True):
    """`!operand` or `-operand`."""

    operator: str
    operand: Node


class Binary(Node, frozen=True, kw_only=True):
    """`left operator right`."""

    operator: str
    left: Node
    right: Node


class Choice(Node, frozen=True, kw_only=True):
    """`condition ? yes : no`."""

    condition: Node
    yes: Node
    no: Node


class NotReadError(Exception):
    """CEL that studies do not use, or no CEL; says where."""


MACROS = {"all": (1,), "exists": (1,), "exists_one": (1,), "filter": (1,), "map": (1, 2)}
"""Number of parts after the variable."""

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>[rR]?(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''|\"(?:\\.|[^\\"\n])*\"|'(?:\\.|[^\\'\n])*'))
    |(?P<number>[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)
    |(?P<whole>0x[0-9a-fA-F]+|[0-9]+)(?![uU])
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%!?:.,()\[\]<>])""",
    re.VERBOSE | re.DOTALL,
)
_LEVELS = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"))
"""Operators by how loosely they bind."""


def parse(source: str) -> Node:
    """Read an expression. Raises NotReadError."""
    return _Parser(source).whole()


def conjuncts(node: Node) -> Iterator[Node]:
    """The parts that must all be true for the node to be true."""
    if isinstance(node, Binary) and node.operator == "&&":
        yield from conjuncts(node.left)
        yield from conjuncts(node.right)
    else:
        yield node


def parts_of(node: Node) -> Iterator[Node]:
    """The parts that a node consists of, in their order."""
    for name in node.__struct_fields__:
        value: object = getattr(node, name)
        for part in cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,):
            if isinstance(part, Node):
                yield part


def fields_of(node: Node) -> frozenset[str]:
    """Every field that the node or a part of it selects."""
    found = {node.field} if isinstance(node, Select) else set[str]()
    for part in parts_of(node):
        found |= fields_of(part)
    return frozenset(found)


class _Token(msgspec.Struct, frozen=True):
    kind: str
    text: str
    start: int
    end: int


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens: list[_Token] = []
        self.position = 0
        at = 0
        while at < len(source):
            match = _TOKEN.match(source, at)
            if match is None:
                raise NotReadError(f"column {at + 1}: {source[at]}")
            if match.lastgroup != "space":
                self.tokens.append(_Token(match.lastgroup or "", match[0], at, match.end()))
            at = match.end()
        self.tokens.append(_Token("end", "", len(source), len(source)))

    def whole(self) -> Node:
        node = self._expression()
        if self._next.kind != "end":
            raise self._unexpected()
        return node

    @property
    def _next(self) -> _Token:
        return self.tokens[self.position]

    def _take(self) -> _Token:
        token = self._next
        self.position += 1
        return token

    def _is(self, *texts: str) -> bool:
        return self._next.kind in ("sign", "name") and self._next.text in texts

    def _try(self, text: str) -> bool:
        found = self._is(text)
        self.position += found
        return found

    def _expect(self, text: str) -> _Token:
        if not self._is(text):
            raise self._unexpected()
        return self._take()

    def _unexpected(self) -> NotReadError:
        return NotReadError(f"column {self._next.start + 1}: {self._next.text or 'the end'}")

    def _expression(self) -> Node:
        condition = self._binary(0)
        if not self._try("?"):
            return condition
        yes = self._binary(0)
        self._expect(":")
        no = self._expression()
        return Choice(start=condition.start, end=no.end, condition=condition, yes=yes, no=no)

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while self._is(*_LEVELS[level]):
            operator = self._take().text
            right = self._binary(level + 1)
            left = Binary(start=left.start, end=right.end, operator=operator, left=left, right=right)
        return left

    def _unary(self) -> Node:
        if self._is("!", "-"):
            sign = self._take()
            operand = self._unary()
            return Unary(start=sign.start, end=operand.end, operator=sign.text, operand=operand)
        return self._member(self._primary())

    def _member(self, node: Node) -> Node:
        while True:
            if self._try("."):
                field = self._take()
                if field.kind != "name":
                    raise self._unexpected()
                if self._is("("):
                    node = self._call(field, node)
                else:
                    node = Select(start=node.start, end=field.end, operand=node, field=field.text)
            elif self._try("["):
                index = self._expression()
                node = Index(start=node.start, end=self._expect("]").end, operand=node, index=index)
            else:
                return node

    def _call(self, name: _Token, target: Node | None) -> Node:
        self._expect("(")
        arguments = self._list(")")
        start, end = target.start if target else name.start, self.tokens[self.position - 1].end
        if target is None and name.text == "has":
            if len(arguments) != 1 or not isinstance(arguments[0], Select):
                raise NotReadError(f"column {start + 1}: has")
            return Select(start=start, end=end, operand=arguments[0].operand, field=arguments[0].field, is_test=True)
        if target is not None and len(arguments) - 1 in MACROS.get(name.text, ()) and isinstance(arguments[0], Name):
            return Macro(
                start=start,
                end=end,
                macro=name.text,
                target=target,
                variable=arguments[0].name,
                parts=arguments[1:],
            )
        return Call(start=start, end=end, function=name.text, target=target, arguments=arguments)

    def _list(self, closing: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self._try(closing):
            found.append(self._expression())
            if not self._is(closing):
                self._expect(",")
        return tuple(found)

    def _primary(self) -> Node:
        token = self._take()
        match token.kind, token.text:
            case "sign", "(":
                inner = self._expression()
                return _spanning(inner, token.start, self._expect(")").end)
            case "sign", "[":
                elements = self._list("]")
                return ListNode(start=token.start, end=self.tokens[self.position - 1].end, elements=elements)
            case "name", "true" | "false":
                return Literal(start=token.start, end=token.end, value=token.text == "true")
            case "name", "null":
                return Literal(start=token.start, end=token.end, value=None)
            case "name", _:
                if self._is("("):
                    return self._call(token, None)
                return Name(start=token.start, end=token.end, name=token.text)
            case "text", _:
                return Literal(start=token.start, end=token.end, value=ast.literal_eval(token.text))
            case "number", _:
                return Literal(start=token.start, end=token.end, value=float(token.text))
            case "whole", _:
                return Literal(start=token.start, end=token.end, value=int(token.text, 0 if "x" in token.text else 10))
            case _:
                self.position -= 1
                raise self._unexpected()


def _spanning(node: Node, start: int, end: int) -> Node:
    """The node with the parentheses around it."""
    return msgspec.structs.replace(node, start=start, end=end)
