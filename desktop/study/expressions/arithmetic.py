"""Decimal arithmetic for expressions: sums, differences, products and quotients come out as on paper.

CEL's numbers are binary fractions: there 0.1 + 0.2 is not 0.3, and 1.5 times 17.2 is below 25.8. So `written_out` puts a
call of a function of this module in place of each `+`, `-`, `*` and `/`. It calculates with the shortest decimals that
name its operands and rounds to `DIGITS` significant digits. A decimal of so many digits names one binary fraction only and
their order is the same, so comparisons need no rounding, and a stored result has no binary rest.
"""

import datetime
import decimal
import operator
from collections.abc import Callable

from desktop.study.expressions import parser

DIGITS = 15
"""Significant decimal digits that a binary fraction of 64 bits keeps, whatever the number."""

CONTEXT = decimal.Context(prec=DIGITS, rounding=decimal.ROUND_HALF_EVEN)

Addable = datetime.datetime | datetime.timedelta | str | list[object] | int


class UnknownValue(Exception):  # noqa: N818 - no error: the answer is unknown, as for an item without a value
    """A function has no answer, e.g. the greatest of no numbers."""


def rounded(number: decimal.Decimal) -> float:
    """The number that expressions go on with."""
    return float(CONTEXT.plus(number))


def exact(number: float) -> decimal.Decimal:
    """The decimal that a number of an expression stands for."""
    return decimal.Decimal(repr(float(number)))


def add(left: Addable | float, right: Addable | float) -> object:
    """`+` of numbers, whole numbers, dates, durations, texts and lists."""
    return _calculated(left, right, CONTEXT.add, operator.add)


def subtract(left: Addable | float, right: Addable | float) -> object:
    """`-` of numbers, whole numbers, dates and durations."""
    return _calculated(left, right, CONTEXT.subtract, operator.sub)


def multiply(left: float, right: float) -> object:
    """`*` of numbers and whole numbers."""
    return _calculated(left, right, CONTEXT.multiply, operator.mul)


def divide(left: float, right: float) -> object:
    """`/` of numbers and whole numbers, the latter toward zero. A number has no quotient with 0.0: that is unknown."""
    return _calculated(left, right, CONTEXT.divide, _divided_toward_zero)


def _calculated(
    left: object,
    right: object,
    of_decimals: Callable[[decimal.Decimal, decimal.Decimal], decimal.Decimal],
    of_others: Callable[..., object],
) -> object:
    try:
        if isinstance(left, float) and isinstance(right, float):
            return float(of_decimals(exact(left), exact(right)))
        if isinstance(left, float) or isinstance(right, float):
            raise TypeError
        return of_others(left, right)
    except (decimal.DecimalException, OverflowError):
        raise UnknownValue from None


def _divided_toward_zero(left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


OPERATORS: dict[str, tuple[str, Callable[..., object]]] = {
    "+": ("decimal_add", add),
    "-": ("decimal_subtract", subtract),
    "*": ("decimal_multiply", multiply),
    "/": ("decimal_divide", divide),
}
"""Operator -> name and function that take its place. No study can call them: loading knows no such function."""


def written_out(source: str, node: parser.Node, offset: int) -> str:
    """The expression with its arithmetic as calls. `node` is it as read; its places count from `offset` before `source`."""
    found: list[tuple[int, int, str]] = []
    for part in _topmost_operations(node):
        name, _ = OPERATORS[part.operator]
        sides = (source[side.start - offset : side.end - offset] for side in (part.left, part.right))
        left, right = (
            written_out(text, side, side.start) for text, side in zip(sides, (part.left, part.right), strict=True)
        )
        found.append((part.start - offset, part.end - offset, f"{name}({left}, {right})"))
    for start, end, text in reversed(found):
        source = source[:start] + text + source[end:]
    return source


def _topmost_operations(node: parser.Node) -> list[parser.Binary]:
    """The arithmetic of an expression that stands in no other arithmetic, in its order."""
    if isinstance(node, parser.Binary) and node.operator in OPERATORS:
        return [node]
    return [operation for part in parser.parts_of(node) for operation in _topmost_operations(part)]
