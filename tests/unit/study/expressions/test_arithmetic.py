"""Expressions calculate as on paper: held against Python's decimal numbers, and in the forms of a study."""

import datetime
import decimal
import operator
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.study.definition.metadata import DataType, ItemDef
from desktop.study.expressions.engine import UNKNOWN, Condition, Expression, ExpressionFaultError
from desktop.study.load import load_definition
from desktop.study.rules.assessment import Code, assess
from desktop.study.rules.form_rules import Rules
from desktop.study.values.item_types import ITEM_TYPES
from tests.unit.study.conftest import STUDIES, TODAY

ENTERED = st.decimals(-9999, 9999, places=3).map(lambda number: number.normalize() + 0)
"""Numbers as people write them: up to seven digits."""

OPERATIONS: dict[str, Callable[[decimal.Decimal, decimal.Decimal], decimal.Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
COMPARISONS: dict[str, Callable[[decimal.Decimal, decimal.Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


def evaluate(source: str, **numbers: decimal.Decimal) -> object:
    return Expression(source).evaluate({name: float(number) for name, number in numbers.items()}.get)


@settings(max_examples=300, deadline=None)
@given(a=ENTERED, b=ENTERED, c=ENTERED, first=st.sampled_from("+-*"), compared=st.sampled_from(list(COMPARISONS)))
def test_a_comparison_with_a_result_is_that_of_decimals(
    a: decimal.Decimal, b: decimal.Decimal, c: decimal.Decimal, first: str, compared: str
) -> None:
    result = OPERATIONS[first](a, b)
    for other in (c, result, result + decimal.Decimal("0.001")):
        assert evaluate(f"a {first} b {compared} c", a=a, b=b, c=other) is COMPARISONS[compared](result, other)


@settings(max_examples=300, deadline=None)
@given(a=ENTERED, b=ENTERED, c=ENTERED, first=st.sampled_from("+-*"), second=st.sampled_from("+-"))
def test_a_stored_result_is_that_of_decimals(
    a: decimal.Decimal, b: decimal.Decimal, c: decimal.Decimal, first: str, second: str
) -> None:
    item = ItemDef(oid="IT.X", name="X", question={}, data_type=DataType.FLOAT)
    on_paper = OPERATIONS[second](OPERATIONS[first](a, b), c)
    found = ITEM_TYPES[DataType.FLOAT].from_expression(item, evaluate(f"(a {first} b) {second} c", a=a, b=b, c=c))
    assert found is not None
    assert decimal.Decimal(found) == on_paper
    assert len(found) <= len(f"{on_paper:f}")


@settings(max_examples=200, deadline=None)
@given(st.lists(ENTERED, max_size=20))
def test_a_sum_is_that_of_decimals(numbers: list[decimal.Decimal]) -> None:
    found = Expression("sum(l)").evaluate({"l": [float(number) for number in numbers]}.get)
    assert decimal.Decimal(repr(found)) == sum(numbers)


@settings(max_examples=200, deadline=None)
@given(a=ENTERED, b=ENTERED.filter(bool))
def test_a_quotient_times_its_divisor_is_the_dividend_to_fourteen_digits(
    a: decimal.Decimal, b: decimal.Decimal
) -> None:
    found = evaluate("round(a / b * b, 6.0)", a=a, b=b)
    assert found == float(a)


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("0.1 + 0.2 == 0.3", True),
        ("25.8 > 1.5 * 17.2", False),
        ("52.2 > 3.0 * 17.4", False),
        ("(0.1 + 0.2) * 10.0", 3.0),
        ("1.1 - 1.0", 0.1),
        ("100000.1 - 100000.0 == 0.1", True),
        ("power(0.1, 2.0) == 0.01", True),
        ("1.0 - 0.9 - 0.1 == 0.0", True),
        ("-0.1 - 0.2 == -0.3", True),
        ("[0.1, 0.7].map(x, x * 3.0) == [0.3, 2.1]", True),
        ("[1.0].exists(x, x * 0.1 + 0.2 == 0.3)", True),
        ("true ? 0.1 + 0.2 : 0.1 * 3.0", 0.3),
        ("( 0.1 + 0.2 ) * (1.0 - (0.1 + 0.2))", 0.21),
        ("10 - 4 - 3", 3),
        ("7 / -2", -3),
        ("'a' + 'b' + 'c'", "abc"),
        ("size([1.0] + [2.0]) + 1", 3),
        ("day + duration('48h') - day", datetime.timedelta(days=2)),
        ("1.0 / 0.0 > 1.0", UNKNOWN),
        ("absent * 2.0 > 1.0 || true", True),
        ("absent + 1.0", UNKNOWN),
    ],
)
def test_it_is_as_on_paper(source: str, outcome: object) -> None:
    day = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
    assert Expression(source).evaluate({"day": day}.get) == outcome


def test_each_part_of_a_condition_is() -> None:
    condition = Condition("a + b == c && (a * 3.0 == c) && a > 0.0")
    assert condition.holds({"a": 0.1, "b": 0.2, "c": 0.3}.get)
    assert not condition.holds({"a": 0.1, "b": 0.2, "c": 0.30000000000001}.get)


@pytest.mark.parametrize("source", ["1 / 0", "1 + 1.0", "'a' + 1.0"])
def test_what_has_no_result_is_a_fault(source: str) -> None:
    with pytest.raises(ExpressionFaultError):
        Expression(source).evaluate({}.get)


def test_a_value_of_18_digits_is_kept_as_it_was_entered() -> None:
    item = ItemDef(oid="IT.X", name="X", question={}, data_type=DataType.FLOAT)
    text = "123456789012345678.123456789012345678"
    assert str(ITEM_TYPES[DataType.FLOAT].parse(item, ItemValue(value=text).value)) == text


@pytest.mark.parametrize(
    ("a", "b", "total", "derived"),
    [
        ("0.1", "0.2", "0.3", {"SUM": "0.3", "PROD": "0.3", "DIFF": "0.2"}),
        ("1.1", "2.2", "3.3", {"SUM": "3.3", "PROD": "3.3", "DIFF": "2.2"}),
        ("15.743333", "31.486667", "47.23", {"SUM": "47.23", "PROD": "47.229999", "DIFF": "31.486667"}),
    ],
)
def test_a_true_total_is_accepted_and_what_is_derived_has_no_rest(
    a: str, b: str, total: str, derived: dict[str, str]
) -> None:
    rules = Rules(load_definition(STUDIES / "sums"))
    key = FormKey("SE.VISIT", 1, "F.FL", 1)

    def assessed(written: str) -> tuple[set[str], dict[str, str]]:
        values = {"IT.A": a, "IT.B": b, "IT.TOTAL": written}
        content = {"IG.FL": {"": {item: ItemValue(value=text) for item, text in values.items()}}}
        found = assess(rules, key, content, {}, TODAY)
        hard = {problem.check for problem in found.problems if problem.code == Code.HARD_CHECK}
        worked_out = {
            name: value.value
            for name in ("SUM", "PROD", "DIFF")
            if (value := found.derived[ItemPlace("IG.FL", "", f"IT.{name}")]) is not None
        }
        return hard, worked_out

    assert assessed(total) == (set(), derived)
    assert assessed(f"{total}1")[0] == {"EC.FL.1"}
