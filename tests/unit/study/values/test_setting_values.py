"""What an answer to an open point is, and what is none: the study has to be able to work with it."""

import pytest

from desktop.study.definition.metadata import DataType, Setting
from desktop.study.load import load_definition, locate
from desktop.study.values.item_types import ValueFault
from desktop.study.values.setting_values import setting_value

ONE = Setting(name="FORMULA", question={}, value="XU", choices=("XU", "DUBOIS"))
SEVERAL = Setting(name="CATEGORIES", question={}, value="CR;CRi", choices=("CR", "CRi", "PR"))
DAYS = Setting(name="DAYS", question={}, value="28", data_type=DataType.INTEGER, least="1", most="90")


def test_an_answer_that_the_study_can_work_with() -> None:
    assert setting_value(ONE, "DUBOIS") == "DUBOIS"
    assert setting_value(SEVERAL, "CR") == "CR"
    assert setting_value(SEVERAL, "PR;CR") == "PR;CR"
    assert setting_value(DAYS, "1") == 1


@pytest.mark.parametrize(
    ("setting", "text", "why"),
    [
        (ONE, "Du Bois", "Should be one of: XU, DUBOIS."),
        (ONE, "XU;DUBOIS", "Should be one of: XU, DUBOIS."),
        (SEVERAL, "CR;", "Should be one of: CR, CRi, PR."),
        (DAYS, "0", "Should be 1 or more."),
        (DAYS, "91", "Should be 90 or less."),
        (DAYS, "soon", "Should be a whole number, e.g. 12."),
    ],
)
def test_an_answer_that_it_cannot_work_with(setting: Setting, text: str, why: str) -> None:
    with pytest.raises(ValueFault) as raised:
        setting_value(setting, text)
    assert raised.value.message["en"] == why
    assert raised.value.message["zh"]


def test_no_number_of_the_shipped_study_may_be_below_nothing() -> None:
    version = load_definition(locate("pd1-ven-cag")).version
    numbers = [setting for setting in version.settings if setting.data_type is not DataType.TEXT]
    assert numbers
    for setting in numbers:
        with pytest.raises(ValueFault):
            setting_value(setting, "-1")


def test_days_of_the_shipped_study_have_an_end() -> None:
    """An answer that makes visits without end would leave a vault that nobody can look at to take it back."""
    version = load_definition(locate("pd1-ven-cag")).version
    for setting in version.settings:
        if setting.data_type is DataType.INTEGER:
            with pytest.raises(ValueFault):
                setting_value(setting, "999999999")
