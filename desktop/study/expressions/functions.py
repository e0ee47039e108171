"""Functions of expressions beyond those of CEL.

They must not fail for values of the types that they take: loading holds expressions to these types.
"""

import datetime
import decimal
import math
from collections.abc import Callable

import msgspec

from desktop.study.expressions.arithmetic import CONTEXT, UnknownValue, exact, rounded
from desktop.study.expressions.types import MOMENT, NUMBER, TEXT, Kind, list_of
from desktop.study.values.item_types import FIRST_YEAR, LAST_YEAR

Moment = datetime.datetime


class Function(msgspec.Struct, frozen=True):
    """A function and the kinds that it takes and gives. `gives` None: an element of the list that it takes."""

    call: Callable[..., object]
    takes: tuple[Kind, ...]
    gives: Kind | None


def days(first: Moment, second: Moment) -> float:
    """Days from the first to the second; negative where the second is earlier."""
    return rounded(exact((second - first) / datetime.timedelta(days=1)))


def completed_years(first: datetime.date, second: datetime.date) -> int:
    """Completed years from the first to the second, as ages are counted; of 29 February on 1 March."""
    birthday_to_come = (second.month, second.day) < (first.month, first.day)
    return second.year - first.year - birthday_to_come


def years(first: Moment, second: Moment) -> float:
    """Completed years from the first to the second, for expressions."""
    return float(completed_years(first, second))


def add_days(moment: Moment, number: float) -> Moment:
    """The moment that many days later; unknown beyond the years that items can have."""
    try:
        later = moment + datetime.timedelta(days=number)
    except (OverflowError, ValueError):
        raise UnknownValue from None
    if not FIRST_YEAR <= later.year <= LAST_YEAR:
        raise UnknownValue
    return later


def round_half_away(number: float, digits: float) -> float:
    """Rounded to so many digits after the point, halves away from zero, as it is written: 2.675 becomes 2.68."""
    if not math.isfinite(number):
        raise UnknownValue
    unit = decimal.Decimal(1).scaleb(-int(digits))
    return float(exact(number).quantize(unit, rounding=decimal.ROUND_HALF_UP, context=_EXACT))


_EXACT = decimal.Context(prec=400)


def power(base: float, exponent: float) -> float:
    """`base` to the power of `exponent`."""
    try:
        return float(CONTEXT.power(exact(base), exact(exponent)))
    except decimal.DecimalException:
        raise UnknownValue from None


def least(values: list[float]) -> float:
    """The least of a list."""
    if not values:
        raise UnknownValue
    return min(values)


def greatest(values: list[float]) -> float:
    """The greatest of a list."""
    if not values:
        raise UnknownValue
    return max(values)


def total(values: list[float]) -> float:
    """The sum of a list; 0 of an empty one."""
    return rounded(sum((exact(value) for value in values if math.isfinite(value)), decimal.Decimal()))


def date(moment: Moment) -> str:
    """The date as text: YYYY-MM-DD."""
    return f"{moment:%Y-%m-%d}"


def trimmed(text: str) -> str:
    """The text without white space around it."""
    return text.strip()


FUNCTIONS: dict[str, Function] = {
    "days": Function(days, (MOMENT, MOMENT), NUMBER),
    "years": Function(years, (MOMENT, MOMENT), NUMBER),
    "add_days": Function(add_days, (MOMENT, NUMBER), MOMENT),
    "round": Function(round_half_away, (NUMBER, NUMBER), NUMBER),
    "power": Function(power, (NUMBER, NUMBER), NUMBER),
    "min": Function(least, (list_of(NUMBER),), None),
    "max": Function(greatest, (list_of(NUMBER),), None),
    "sum": Function(total, (list_of(NUMBER),), NUMBER),
    "date": Function(date, (MOMENT,), TEXT),
    "trim": Function(trimmed, (TEXT,), TEXT),
}
"""Numbers given to them may be whole ones; `min` and `max` take dates too."""
