"""Statistics of double entry: error rate with its exact interval, by item, form, person and month."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from desktop.casebook.double_entry import PASS_KINDS, SAME_PERSON
from desktop.casebook.form_fold import FormFold
from desktop.vault import casebook_tables
from desktop.views.forms import FormState
from desktop.views.review import Compared, Statistics

if TYPE_CHECKING:
    from desktop.site_session import SiteSession

CONFIDENCE = 0.95
STEPS = 60
"""Halvings of the interval in which a limit lies."""
MAX_TERMS = 300


def statistics(site: SiteSession) -> Statistics:
    """What comparing the two passes of all forms gave, whatever was settled since."""
    states: Counter[FormState] = Counter()
    compared: dict[str, Counter[str]] = {by: Counter() for by in ("item", "form", "person", "month")}
    different: dict[str, Counter[str]] = {by: Counter() for by in ("item", "form", "person", "month")}
    with site.vault.begin() as connection:
        staff = site.vault.staff(connection)
        for _, key, form in casebook_tables.forms(connection):
            if not form.twice:
                continue
            states[form.entry_state] += 1
            if form.second is None or form.second.last is None or not form.has_both_passes:
                continue
            wrong = Counter(_different_items(form))
            people = {staff.name_of(user) for user in (*form.authors, *form.second.authors)}
            month = form.second.last.wall[:7]
            for counters, counts in ((compared, Counter(form.compared)), (different, wrong)):
                total = counts.total()
                counters["item"].update(counts)
                counters["form"][key.form] += total
                counters["month"][month] += total
                for person in people:
                    counters["person"][person] += total
    trials, errors = compared["item"].total(), different["item"].total()
    low, high = interval(errors, trials) if trials else (None, None)

    def table(by: str) -> tuple[Compared, ...]:
        return tuple(
            Compared(of=of, compared=compared[by][of], different=different[by][of]) for of in sorted(compared[by])
        )

    return Statistics(
        awaiting_second=states[FormState.AWAITING_SECOND],
        verified=states[FormState.VERIFIED],
        discrepant=states[FormState.DISCREPANT],
        compared=trials,
        different=errors,
        rate=errors / trials if trials else None,
        low=low,
        high=high,
        by_item=table("item"),
        by_form=table("form"),
        by_person=table("person"),
        by_month=table("month"),
    )


def _different_items(form: FormFold) -> Iterator[str]:
    """OIDs of the items that differed when both passes were complete; of a row that one lacks, each that it has."""
    for one in form.differences:
        if one.kind not in PASS_KINDS or one.kind == SAME_PERSON or one.compared_at != form.compared_at:
            continue
        if one.place is not None and one.place.item:
            yield one.place.item
        for side in (one.first, one.second):
            yield from (item for item in (side.row or {} if side is not None else {}) if item in form.compared)


def interval(errors: int, trials: int) -> tuple[float, float]:
    """The exact interval of a proportion (Clopper and Pearson 1934), by the quantiles of the beta distribution."""
    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if errors == 0 else _beta_quantile(tail, errors, trials - errors + 1)
    high = 1.0 if errors == trials else _beta_quantile(1 - tail, errors + 1, trials - errors)
    return low, high


def _beta_quantile(probability: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _incomplete_beta(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    if x <= 0.0 or x >= 1.0:
        return max(0.0, min(x, 1.0))
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(1 - x, b, a)
    log_front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    fraction = d
    for m in range(1, MAX_TERMS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + term * d
            c = 1 + term / c
            d = 1 / (d if abs(d) > tiny else tiny)
            c = c if abs(c) > tiny else tiny
            fraction *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return math.exp(log_front) * fraction / a
