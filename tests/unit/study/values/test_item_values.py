"""Values of items: what may be recorded, what expressions and people see."""

import msgspec
import pytest

from desktop.study.clinical_data import ItemValue
from desktop.study.definition.metadata import Definition, ItemDef
from desktop.study.expressions.engine import Expression
from desktop.study.values.item_values import bounds, display, expression_value, number_in_first_unit, tidy, value_fault


@pytest.mark.parametrize(
    ("item", "value", "why"),
    [
        ("IT.SEX", ItemValue(value="X"), "not one of the codes"),
        ("IT.SEX", ItemValue(value="f"), "not one of the codes"),
        ("IT.SEX", ItemValue(value="F;M"), "not one of the codes"),
        ("IT.AEDRUGS", ItemValue(value="A;A"), "twice"),
        ("IT.AEDRUGS", ItemValue(value="A;"), "not one of the codes"),
        ("IT.AEDRUGS", ItemValue(value="A; B"), "not one of the codes"),
        ("IT.WEIGHT", ItemValue(value="72"), "Say the unit: kg, g"),
        ("IT.WEIGHT", ItemValue(value="72", unit="lb"), "should be one of: kg, g"),
        ("IT.HEIGHT", ItemValue(value="172", unit="cm"), "has no unit"),
        ("IT.SYSBP", ItemValue(value="120", unit="kg"), "should be one of: mmHg"),
        ("IT.SEX", ItemValue(value="F", unit="kg"), "has no unit"),
        ("IT.NOTE", ItemValue(value=""), "empty"),
        ("IT.NOTE", ItemValue(missing="LOST"), "marker"),
        ("IT.NOTE", ItemValue(value="x", missing="UNKNOWN"), "marker"),
        ("IT.WEIGHT", ItemValue(unit="kg", missing="NOT_DONE"), "marker"),
        ("IT.NOTE", ItemValue(value="x" * 201), "200 characters"),
    ],
)
def test_refused(pressure: Definition, item: str, value: ItemValue, why: str) -> None:
    fault = value_fault(pressure, pressure.items[item], value)
    assert fault is not None
    assert why in fault["en"]
    assert fault["zh"].endswith("。")
    assert expression_value(pressure, pressure.items[item], value) is None


@pytest.mark.parametrize(
    ("item", "value", "seen"),
    [
        ("IT.SEX", ItemValue(value="F"), "F"),
        ("IT.AEDRUGS", ItemValue(value="A;B"), ["A", "B"]),
        ("IT.AEDRUGS", ItemValue(value="A"), ["A"]),
        ("IT.WEIGHT", ItemValue(value="72.4", unit="kg"), 72.4),
        ("IT.WEIGHT", ItemValue(value="4100", unit="g"), 4.1),
        ("IT.SYSBP", ItemValue(value="120"), 120.0),
        ("IT.SYSBP", ItemValue(value="120", unit="mmHg"), 120.0),
        ("IT.TOLD", ItemValue(value="1"), True),
        ("IT.NOTE", ItemValue(value="  kept as it is "), "  kept as it is "),
        ("IT.SEX", ItemValue(missing="UNKNOWN"), None),
    ],
)
def test_seen_by_expressions(pressure: Definition, item: str, value: ItemValue, seen: object) -> None:
    assert value_fault(pressure, pressure.items[item], value) is None
    assert expression_value(pressure, pressure.items[item], value) == seen


def test_numbers_in_the_first_unit(pressure: Definition) -> None:
    items = pressure.items
    assert number_in_first_unit(pressure, items["IT.WEIGHT"], ItemValue(value="300100", unit="g")) == 300.1
    assert number_in_first_unit(pressure, items["IT.WEIGHT"], ItemValue(missing="NOT_DONE")) is None
    assert number_in_first_unit(pressure, items["IT.WEIGHT"], ItemValue(value="much", unit="g")) is None
    assert number_in_first_unit(pressure, items["IT.NOTE"], ItemValue(value="5")) is None
    assert number_in_first_unit(pressure, items["IT.AEGR"], ItemValue(value="3")) is None


@pytest.mark.parametrize(
    ("item", "value", "english", "chinese"),
    [
        ("IT.SEX", ItemValue(value="F"), "Female", "女"),
        ("IT.SEX", ItemValue(value="RETIRED"), "RETIRED", "RETIRED"),
        ("IT.AEDRUGS", ItemValue(value="A;B"), "Drug A, Drug B", "药物 A、药物 B"),
        ("IT.WEIGHT", ItemValue(value="72.40", unit="kg"), "72.40 kg", "72.40 公斤"),
        ("IT.SYSBP", ItemValue(value="120"), "120 mmHg", "120 mmHg"),
        ("IT.TOLD", ItemValue(value="true"), "Yes", "是"),
        ("IT.TOLD", ItemValue(value="0"), "No", "否"),
        ("IT.AESTDTM", ItemValue(value="2026-11-24T09:05"), "2026-11-24 09:05", "2026-11-24 09:05"),
        ("IT.ICDAT", ItemValue(missing="NOT_DONE"), "Not done", "未做"),
        ("IT.ICDAT", ItemValue(missing="UNKNOWN"), "Unknown", "不详"),
        ("IT.ICDAT", ItemValue(missing="NOT_APPLICABLE"), "Not applicable", "不适用"),
        ("IT.ICDAT", None, "", ""),
    ],
)
def test_shown_to_people(pressure: Definition, item: str, value: ItemValue | None, english: str, chinese: str) -> None:
    assert display(pressure, pressure.items[item], value, "en") == english
    assert display(pressure, pressure.items[item], value, "zh") == chinese


def test_codes_are_not_tidied_as_numbers(pressure: Definition) -> None:
    assert tidy(pressure.items["IT.AEGR"], " 1 ") == "1"
    assert tidy(pressure.items["IT.SYSBP"], "１２０") == "120"


# A result beyond what was measured


def with_signs(definition: Definition) -> tuple[Definition, ItemDef]:
    """The study with an item whose results may be bounds."""
    item = msgspec.structs.replace(definition.items["IT.WEIGHT"], comparators=True)
    items = tuple(item if other.oid == item.oid else other for other in definition.version.items)
    return Definition(msgspec.structs.replace(definition.version, items=items)), item


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("<0.5", "<0.5"), ("＜ 0.5", "<0.5"), ("> .5", ">0.5"), ("≤3", "<=3"), (">= 3。5", ">=3.5"), ("3<", "3<")],
)
def test_the_sign_of_a_result_is_kept_as_it_was_typed(pressure: Definition, typed: str, kept: str) -> None:
    assert tidy(pressure.items["IT.WEIGHT"], typed) == kept


def test_only_an_item_that_says_so_takes_a_sign(pressure: Definition) -> None:
    value = ItemValue(value="<0.5", unit="kg")
    assert value_fault(pressure, pressure.items["IT.WEIGHT"], value) is not None
    study, item = with_signs(pressure)
    assert value_fault(study, item, value) is None
    for text in ("<", "<<0.5", "<x", "0.5<", "< 0.5"):
        assert value_fault(study, item, ItemValue(value=text, unit="kg")) is not None
    assert display(study, item, value, "en") == "<0.5 kg"


@pytest.mark.parametrize(
    ("text", "condition"),
    [("<0.5", "w < 0.5 && w > 0.499"), (">20", "w > 20.0 && w < 20.001"), ("<=0.5", "w <= 0.5"), (">=20", "w == 20.0")],
)
def test_checks_see_a_bound_just_beyond_its_number(pressure: Definition, text: str, condition: str) -> None:
    study, item = with_signs(pressure)
    seen = expression_value(study, item, ItemValue(value=text, unit="kg"))
    assert Expression(condition).evaluate({"w": seen}.get) is True
    least, most = bounds(study, item, ItemValue(value=text, unit="kg"))
    assert least < most


def test_a_bound_in_another_unit_is_one_in_the_first(pressure: Definition) -> None:
    study, item = with_signs(pressure)
    assert bounds(study, item, ItemValue(value="<500", unit="g"))[1] < 0.5
    assert bounds(study, item, ItemValue(value="500", unit="g")) == (0.5, 0.5)


def test_a_value_without_its_unit_is_in_the_assumed_one(pressure: Definition) -> None:
    item = pressure.items["IT.WEIGHT"]
    first, *others = item.units
    assumed = msgspec.structs.replace(item, units=(msgspec.structs.replace(first, assumed=True), *others))
    value = ItemValue(value="72")
    assert value_fault(pressure, item, value) is not None
    assert value_fault(pressure, assumed, value) is None
    assert number_in_first_unit(pressure, assumed, value) == 72.0
