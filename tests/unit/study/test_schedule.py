"""What the schedule expects."""

import datetime

from desktop.study.checks import Rules
from desktop.study.data import FormContent, FormKey, ItemValue
from desktop.study.schedule import Due, due

TODAY = datetime.date(2026, 11, 24)
DM = FormKey("SE.START", 1, "F.DM", 1)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def consent(text: str) -> FormContent:
    return {"IG.DM": {"": {"IT.ICDAT": ItemValue(value=text)}}}


def measured(text: str) -> FormContent:
    return {"IG.VS": {"": {"IT.VSDAT": ItemValue(value=text)}}}


def test_nothing_is_due_of_nobody(rules: Rules) -> None:
    assert due(rules, {}, TODAY) == ()
    assert due(rules, {DM: consent("not a date")}, TODAY) == ()
    assert due(rules, {DM: {"IG.DM": {"": {"IT.ICDAT": ItemValue(missing="UNKNOWN")}}}}, TODAY) == ()


def test_windows(rules: Rules) -> None:
    found = due(rules, {DM: consent("2026-11-02")}, TODAY)
    assert found == (
        Due(
            key=FormKey("SE.START", 1, "F.VS", 1),
            label={"en": "First pressures", "zh": "首次血压"},
            due=day("2026-11-02"),
            opens=day("2026-11-02"),
            closes=day("2026-11-09"),
        ),
        Due(
            key=FormKey("SE.VISIT", 1, "F.VS", 1),
            label={},
            due=day("2026-11-16"),
            opens=day("2026-11-14"),
            closes=day("2026-11-18"),
        ),
    )


def test_what_has_an_entry_is_not_due(rules: Rules) -> None:
    contents = {DM: consent("2026-11-02"), FormKey("SE.START", 1, "F.VS", 1): {}}
    assert [expected.key for expected in due(rules, contents, TODAY)] == [FormKey("SE.VISIT", 1, "F.VS", 1)]


def test_an_anchor_in_the_same_event_speaks_for_its_occurrence(rules: Rules) -> None:
    contents = {
        DM: consent("2026-11-02"),
        FormKey("SE.START", 1, "F.VS", 1): measured("2026-11-02"),
        FormKey("SE.VISIT", 1, "F.VS", 1): measured("2026-11-16"),
        FormKey("SE.VISIT", 3, "F.VS", 1): measured("2026-12-16"),
    }
    found = {expected.key: expected.due for expected in due(rules, contents, TODAY)}
    assert found == {
        FormKey("SE.VISIT", 1, "F.AE", 1): day("2026-12-14"),
        FormKey("SE.VISIT", 3, "F.AE", 1): day("2027-01-13"),
    }
