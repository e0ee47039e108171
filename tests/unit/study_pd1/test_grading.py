"""The numbers of CTCAE 5.0 as grading.yaml writes them, at their boundaries and in the items' first units."""

import pytest

from desktop.study.definition.metadata import Definition
from desktop.study.expressions.engine import Expression


def grade_of(study: Definition, item: str, **names: float) -> str:
    """The highest grade of CTCAE 5.0 that the conditions give; empty where none is true."""
    grading = study.version.grading
    assert grading is not None
    found = [
        grade
        for rule in grading.rules
        if (rule.version, rule.item, rule.unit) == ("5.0", item, None)
        for grade, condition in ((names.get("baseline") is None and rule.without_baseline) or rule.grades).items()
        if Expression(condition).evaluate(names.get) is True
    ]
    return max(found, default="")


@pytest.mark.parametrize(
    ("item", "low", "high", "grades"),
    [
        # (value, grade), with lower and upper limits of normal and a normal baseline
        ("IT.HGB", 130, 175, [(130, ""), (129, "1"), (100, "1"), (99, "2"), (80, "2"), (79, "3")]),
        ("IT.WBC", 3.5, 9.5, [(3.49, "1"), (2.99, "2"), (1.99, "3"), (1.0, "3"), (0.99, "4"), (100, ""), (100.1, "3")]),
        ("IT.NEUT", 1.8, 6.3, [(1.8, ""), (1.5, "1"), (1.49, "2"), (1.0, "2"), (0.99, "3"), (0.5, "3"), (0.49, "4")]),
        ("IT.PLAT", 125, 350, [(124, "1"), (75, "1"), (74, "2"), (50, "2"), (49, "3"), (25, "3"), (24, "4")]),
        ("IT.BILI", 0, 20, [(20, ""), (21, "1"), (30, "1"), (31, "2"), (60, "2"), (61, "3"), (200, "3"), (201, "4")]),
        # More than 1.5 times the baseline is grade 2 within the limits of normal too.
        ("IT.CREAT", 41, 81, [(75, ""), (76, "2"), (150, "2"), (151, "3"), (486, "3"), (487, "4")]),
        ("IT.GLUC", 3.9, 6.1, [(3.8, "1"), (3.0, "1"), (2.9, "2"), (2.1, "3"), (1.6, "4"), (20, "")]),
        ("IT.K", 3.5, 5.3, [(3.4, "1"), (2.9, "3"), (2.4, "4"), (5.4, "1"), (5.6, "2"), (6.1, "3"), (7.1, "4")]),
        ("IT.SODIUM", 137, 147, [(136, "1"), (129, "2"), (124, "3"), (119, "4"), (151, "2"), (156, "3"), (161, "4")]),
        ("IT.MG", 0.75, 1.02, [(0.7, "1"), (0.45, "2"), (0.35, "3"), (0.29, "4"), (1.1, "1"), (1.3, "3"), (3.4, "4")]),
        ("IT.ALB", 40, 55, [(39, "1"), (29, "2"), (19, "3")]),
        ("IT.FIBRINO", 2, 4, [(2.0, ""), (1.9, "1"), (1.4, "2"), (0.9, "3"), (0.49, "4")]),
    ],
)
def test_numbers_of_a_normal_baseline(
    study: Definition, item: str, low: float, high: float, grades: list[tuple[float, str]]
) -> None:
    baseline = {"IT.CREAT": 50.0}.get(item, (low + high) / 2)
    limits = {"lln": float(low), "uln": float(high), "baseline_lln": float(low), "baseline_uln": float(high)}
    for value, grade in grades:
        found = grade_of(study, item, value=float(value), baseline=baseline, **limits)
        assert found == grade, (item, value)


@pytest.mark.parametrize(
    ("item", "baseline", "grades"),
    [
        # Of a baseline that is too high (upper limit 40): by its multiple
        ("IT.ALT", 80.0, [(119, ""), (120, "1"), (241, "2"), (401, "3"), (1601, "4")]),
        ("IT.ALP", 80.0, [(159, ""), (160, "1"), (201, "2"), (401, "3"), (1601, "4")]),
        ("IT.BILI", 80.0, [(80, ""), (81, "1"), (121, "2"), (241, "3"), (801, "4")]),
        # Of one that is too low (lower limit 2): by the limit, or by its fall
        ("IT.FIBRINO", 1.6, [(2.0, ""), (1.6, "1"), (1.5, "1"), (1.2, "2"), (0.8, "3"), (0.5, "3"), (0.4, "4")]),
        ("IT.FIBRINO", 0.6, [(0.6, "3"), (0.45, "4")]),
    ],
)
def test_numbers_of_an_abnormal_baseline(
    study: Definition, item: str, baseline: float, grades: list[tuple[float, str]]
) -> None:
    limits = {"lln": 2.0, "uln": 40.0, "baseline_lln": 2.0, "baseline_uln": 40.0}
    for value, grade in grades:
        found = grade_of(study, item, value=float(value), baseline=baseline, **limits)
        assert found == grade, (item, value)


def test_without_a_baseline_the_limits_of_normal_grade(study: Definition) -> None:
    assert grade_of(study, "IT.ALT", value=900.0, lln=0.0, uln=40.0) == "4"
    assert grade_of(study, "IT.BILI", value=25.8, lln=0.0, uln=17.2) == "1"
    assert grade_of(study, "IT.FIBRINO", value=1.4, lln=2.0, uln=4.0) == "2"
    # Without them too, only what has a number of its own.
    assert not grade_of(study, "IT.NEUT", value=1.6)
    assert not grade_of(study, "IT.ALT", value=900.0)
    assert grade_of(study, "IT.NEUT", value=0.4) == "4"
    assert grade_of(study, "IT.FIBRINO", value=0.4) == "4"
