"""Expressions: how they are read, judged and evaluated."""

import datetime
import logging
import subprocess
import sys
import threading

import pytest

from desktop.messages import bilingual
from desktop.study.definition.metadata import Definition
from desktop.study.expressions import parser
from desktop.study.expressions.engine import UNKNOWN, Expression, ExpressionFaultError, ExpressionSyntaxError
from desktop.study.expressions.functions import FUNCTIONS
from desktop.study.expressions.type_check import Inference
from desktop.study.expressions.types import Names

DAY = datetime.datetime(2026, 2, 28, tzinfo=datetime.UTC)
LEAP_DAY = datetime.datetime(2024, 2, 29, tzinfo=datetime.UTC)


def judge(definition: Definition, source: str, form: str = "F.VS", group: str | None = None) -> Inference:
    names = Names(definition).seen(definition.forms[form], definition.groups[group] if group else None)
    inference = Inference(source, names)
    inference.kind = inference.kind_of(parser.parse(source))  # type: ignore[attr-defined]
    return inference


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("WEIGHT > 2.0", "truth value"),
        ("WEIGHT > 2", "truth value"),
        ("WEIGHT * 2.0 - -1.0", "number"),
        ("size(BP) + 1", "whole number"),
        ("BP[0].SYSBP", "number"),
        ("BP[size(BP) - 1].SYSBP", "number"),
        ("VSDAT - DM.ICDAT > duration('48h')", "truth value"),
        ("VSDAT + duration('48h')", "date"),
        ("DM.BRTHDAT.earliest < today", "truth value"),
        ("VSTIM > duration('8h')", "truth value"),
        ("DM.SEX == 'F' ? WEIGHT : null", "number"),
        ("DM.SEX in ['F', 'M']", "truth value"),
        ("'F' in [DM.SEX]", "truth value"),
        ("BP.exists(r, r.SYSBP > 140.0 && has(r.DIABP))", "truth value"),
        ("BP.filter(r, has(r.SYSBP)).map(r, r.SYSBP)", "list"),
        ("BP.map(r, has(r.SYSBP), r.SYSBP)", "list"),
        ("max(BP.map(r, r.SYSBP))", "number"),
        ("max(others.VS.map(v, v.VSDAT))", "date"),
        ("sum(all.VS.map(v, v.WEIGHT))", "number"),
        ("all.VS.exists(v, v.BP.exists(r, r.SYSBP > setting.HIGH))", "truth value"),
        ("others.VS.exists(v, v.EVENT == 'VISIT' && v.EVENT_REPEAT > 1.0)", "truth value"),
        ("event.NAME == 'VISIT' && event.REPEAT > 1.0 && form.REPEAT == 1.0", "truth value"),
        ("double(all.AE[0].AEGR) >= 2.0", "truth value"),
        ("'A' in all.AE[0].AEDRUGS", "truth value"),
        ("DM.NOTE.contains('x') || DM.NOTE.matches('^[0-9]+$')", "truth value"),
        ("setting.ARM == 'LEFT'", "truth value"),
        ("date(VSDAT) + '!'", "text"),
        ("string(WEIGHT)", "text"),
        ("VSDAT.getFullYear() > 2020", "truth value"),
        ("years(DM.BRTHDAT.latest, VSDAT) + days(VSDAT, today) + round(WEIGHT, 1) + power(HEIGHT, 2.0)", "number"),
        ("!(DM.SEX == 'F') // not a woman", "truth value"),
        ("r'\\d' == '\\u0041' || '''a''' == \"b\" || 1.5e3 > .5", "truth value"),
    ],
)
def test_sound(pressure: Definition, source: str, kind: str) -> None:
    Expression(source)
    judged = judge(pressure, source)
    if "'a'" not in source:
        assert judged.faults == []
    assert judged.kind.word == kind  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("WEIGTH > 2.0", "There is no WEIGTH here."),
        ("SYSBP > 2.0", "There is no SYSBP here."),
        ("VS.WEIGHT > 2.0", "There is no VS here."),
        ("DM.SECS == 'F'", "DM has no SECS."),
        ("has(self.SYSBP)", "self has no SYSBP."),
        ("setting.LOW > 1.0", "setting has no LOW."),
        ("BP.SYSBP > 2.0", "BP has no SYSBP."),
        ("BP['x'].SYSBP > 2.0", "Only a list has an element"),
        ("BP.exists(r, r.SYS > 2.0)", "r has no SYS."),
        ("others.XX.exists(v, true)", "others has no XX."),
        ("WEIGHT > 'heavy'", "WEIGHT > 'heavy' compares a number with a text."),
        ("true || WEIGHT > 'heavy'", "WEIGHT > 'heavy' compares a number with a text."),
        ("DM.SEX == 'F' ? true : VSDAT > 3.0", "VSDAT > 3.0 compares a date with a number."),
        ("DM.SEX == 'X'", "there is no code X"),
        ("DM.SEX != 'f'", "there is no code f"),
        ("DM.SEX in ['F', 'X', 'Y']", "there is no code X, Y"),
        ("'C' in all.AE[0].AEDRUGS", "there is no code C"),
        ("DM.SEX == all.AE[0].AETERM", "there is no code F, M"),
        ("event.NAME == 'END'", "there is no code END"),
        ("DM.SEX == 1.0", "compares a text with a number"),
        ("DM.SEX == null", "never null"),
        ("DM.BRTHDAT < today", "compares a partial date with a date"),
        ("BMICAT > TOLD", "a truth value has no order"),
        ("WEIGHT && true", "WEIGHT is a number, not true or false."),
        ("!WEIGHT", "WEIGHT is a number, not true or false."),
        ("WEIGHT ? 1.0 : 2.0", "WEIGHT is a number, not true or false."),
        ("-DM.SEX", "has no sign"),
        ("WEIGHT + 1", "write 2.0 for 2"),
        ("size(BP) * 1.0", "write 2.0 for 2"),
        ("WEIGHT % 2.0", "% does not work on a number and a number"),
        ("WEIGHT + DM.SEX", "+ does not work on a number and a text"),
        ("today + today", "+ does not work on a date and a date"),
        ("DM.SEX == 'F' ? 1.0 : 'x'", "gives now a number and now a text"),
        ("[1.0, 'x']", "gives now a number and now a text"),
        ("WEIGHT in 5.0", "no list"),
        ("WEIGHT.exists(r, true)", "WEIGHT is a number, not a list."),
        ("BP.exists(r, r.SYSBP)", "r.SYSBP is a number, not true or false."),
        ("BP.exists(WEIGHT, true)", "means something else here already"),
        ("daze(VSDAT, today) > 1.0", "There is no function daze."),
        ("WEIGHT.explode()", "There is no function explode."),
        ("days(VSDAT) > 1.0", "days does not work on a date."),
        ("days(VSDAT, WEIGHT) > 1.0", "days does not work on a date, a number."),
        ("today.days(VSDAT) > 1.0", "Write days(...)."),
        ("max(WEIGHT, HEIGHT) > 1.0", "max does not work on a number, a number."),
        ("max(BP.map(r, 'x')) == 'x'", "max does not work on a list."),
        ("sum(others.VS.map(v, v.VSDAT)) > 1.0", "sum does not work on a list."),
        ("double(DM.SEX) > 1.0", "double does not work on a text."),
        ("double(DM.NOTE) > 1.0", "double does not work on a text."),
        ("timestamp(DM.NOTE) < today", "timestamp does not work on a text."),
        ("DM.NOTE.matches(DM.NOTE)", "matches does not work on a text, a text."),
        ("size(WEIGHT) > 1", "size does not work on a number."),
    ],
)
def test_faults(pressure: Definition, source: str, why: str) -> None:
    faults = judge(pressure, source).faults
    assert len(faults) == 1, [fault.message for fault in faults]
    message = bilingual(faults[0].message, **faults[0].fields)
    assert why in message["en"]
    assert message["zh"] != message["en"]


def test_a_row_sees_its_own_items(pressure: Definition) -> None:
    judged = judge(pressure, "SYSBP > WEIGHT && BP.exists(r, r.DIABP > SYSBP)", group="IG.BP")
    assert judged.faults == []
    assert {("", "SYSBP"), ("", "WEIGHT"), ("IG.BP", "DIABP")} <= judged.reads


def test_other_instances_are_not_what_is_being_worked_out(pressure: Definition) -> None:
    judged = judge(pressure, "others.VS.exists(v, v.BMI > 30.0 && v.BP.exists(r, r.MEANBP > 100.0))")
    assert judged.faults == []
    assert not {("", "BMI"), ("self", "BMI"), ("IG.BP", "MEANBP")} & judged.reads


@pytest.mark.parametrize("source", ["a +", "a = 1", "has(a)", "", "a b", "'open", "a ? b"])
def test_no_expression(source: str) -> None:
    with pytest.raises(ExpressionSyntaxError):
        Expression(source)


@pytest.mark.parametrize("source", ["{'a': 1}", "b'bytes'", "1u", "a{b: 1}", "a.?b"])
def test_cel_that_studies_do_not_use(source: str) -> None:
    with pytest.raises(parser.NotReadError, match="column"):
        parser.parse(source)


@pytest.mark.parametrize(
    "source",
    [
        "1.0 + 2.0 * 3.0 - 4.0 / 2.0",
        "(1.0 + 2.0) * 3.0",
        "true || false && false",
        "!true || true",
        "1.0 < 2.0 == true",
        "true ? 1.0 : false ? 2.0 : 3.0",
        "[1.0, 2.0][1] - -1.0",
        "10 - 4 - 3",
        "[[1.0]][0][0] in [1.0] && 'abc'.startsWith('a')",
        "[1.0, 2.0].map(x, x * 2.0).filter(y, y > 2.0)",
    ],
)
def test_parts_are_cut_where_the_engine_cuts(source: str) -> None:
    """Each part in parentheses: the outcome stays the same, so both bind alike."""
    assert Expression(_in_parentheses(source, parser.parse(source))).evaluate(lambda _: None) == Expression(
        source
    ).evaluate(lambda _: None)


def _in_parentheses(source: str, node: parser.Node) -> str:
    match node:
        case parser.Binary():
            return f"({_in_parentheses(source, node.left)} {node.operator} {_in_parentheses(source, node.right)})"
        case parser.Choice():
            parts = (_in_parentheses(source, part) for part in (node.condition, node.yes, node.no))
            return "({} ? {} : {})".format(*parts)
        case parser.Unary():
            return f"({node.operator}{_in_parentheses(source, node.operand)})"
        case _:
            return source[node.start : node.end]


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("a > 1.0", UNKNOWN),
        ("a > 1.0 || true", True),
        ("a > 1.0 && false", False),
        ("a > 1.0 && true", UNKNOWN),
        ("m.absent > 1.0", UNKNOWN),
        ("has(m.absent)", False),
        ("has(m.here)", True),
        ("rows[3].x > 1.0", UNKNOWN),
        ("rows.exists(r, r.x > 1.0)", UNKNOWN),
        ("max(rows.filter(r, has(r.x)).map(r, r.x)) > 1.0", UNKNOWN),
        ("max(rows.filter(r, has(r.x)).map(r, r.x)) > 1.0 || true", True),
        ("sum(rows.filter(r, has(r.x)).map(r, r.x))", 0.0),
        ("a > 1.0 ? 1.0 : 2.0", UNKNOWN),
        ("add_days(day, 1e9) > day", UNKNOWN),
        ("power(-1.0, 0.5) > 0.0", UNKNOWN),
    ],
)
def test_unknown(source: str, outcome: object, caplog: pytest.LogCaptureFixture) -> None:
    values = {"m": {"here": 1.0}, "rows": [{}], "day": DAY}
    assert Expression(source).evaluate(values.get) is outcome or Expression(source).evaluate(values.get) == outcome
    assert not caplog.records


@pytest.mark.parametrize(
    "source", ["a > 'x'", "nofunction(a)", "days(a, a)", "a + 1", "timestamp('x') < day", "b.matches('(')"]
)
def test_a_fault_is_not_unknown(source: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ExpressionFaultError):
        Expression(source).evaluate({"a": 1.0, "b": "x", "day": DAY}.get)
    assert not caplog.records


def test_expressions_work_in_every_thread() -> None:
    expression = Expression("a + 1.0")
    outcomes: list[object] = []
    threads = [
        threading.Thread(target=lambda n=n: outcomes.append(expression.evaluate({"a": n}.get))) for n in (1.0, 2.0)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [2.0, 3.0]  # type: ignore[type-var]


def test_the_engine_comes_without_its_command_line() -> None:
    """Importing the whole package costs 140 ms; and it still can be imported afterwards."""
    script = (
        "import sys; from desktop.study.expressions.engine import Expression; Expression('1.0');"
        "print('prompt_toolkit' in sys.modules, logging.getLogger('cel').level > 50);"
        "import cel; print(cel.evaluate('1 + 1'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", "import logging;" + script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["False", "True", "2"]
    assert logging.getLogger("cel").level > logging.CRITICAL


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        (("days", DAY, LEAP_DAY), -730.0),
        (("years", LEAP_DAY, DAY), 1.0),
        (("years", LEAP_DAY, DAY + datetime.timedelta(days=1)), 2.0),
        (("years", DAY, DAY), 0.0),
        (("add_days", LEAP_DAY, 1.0), datetime.datetime(2024, 3, 1, tzinfo=datetime.UTC)),
        (("add_days", LEAP_DAY, 0.5), datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)),
        (("round", 2.675, 2.0), 2.68),
        (("round", -2.5, 0.0), -3.0),
        (("round", 12.0, -1.0), 10.0),
        (("round", 1.005, 2), 1.01),
        (("power", 2.0, 3.0), 8.0),
        (("min", [3.0, 1.0, 2.0]), 1.0),
        (("max", [DAY, LEAP_DAY]), DAY),
        (("sum", [0.1, 0.2]), 0.3),
        (("sum", []), 0.0),
        (("date", LEAP_DAY), "2024-02-29"),
    ],
)
def test_functions(call: tuple[object, ...], outcome: object) -> None:
    name, *arguments = call
    assert FUNCTIONS[str(name)].call(*arguments) == outcome
