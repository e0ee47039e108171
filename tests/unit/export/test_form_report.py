"""The printed report of a form."""

import datetime

import pytest

from desktop.export.form_report import Printing, form_report
from desktop.journal.bodies import FiredCheck
from desktop.study.clinical_data import FormKey, ItemValue
from desktop.study.definition.metadata import Definition
from desktop.study.load import load_definition, locate
from desktop.views.forms import FormState, FormView

KEY = FormKey("SE.COMMON", 1, "F.SAE", 2)
PRINTING = Printing(
    site={"en": "Union Hospital", "zh": "协和医院"}, headline="M 34", user="Investigator", now="2026-11-25 08:30"
)


@pytest.fixture(scope="module")
def study() -> Definition:
    return load_definition(locate("pd1-ven-cag"))


def view(**more: object) -> FormView:
    content = {
        "IG.SAEREP": {"": {"IT.SAEAENO": ItemValue(value="1"), "IT.SAEAWDTM": ItemValue(value="2026-11-20T09:00")}},
        "IG.SAECRSE": {"": {"IT.SAENARR": ItemValue(value="Fever <39 & shock\nthen better")}},
        "IG.SAEREL": {"PD1": {"IT.SAERELTR": ItemValue(value="PD1"), "IT.SAEREL": ItemValue(value="NOT")}},
    }
    fields: dict[str, object] = {
        "subject": "01-A007",
        "key": KEY,
        "exists": True,
        "state": FormState.COMPLETE,
        "content": content,
        "derived": {"IG.SAEREP": {"": {"IT.SAEDUDTM": ItemValue(value="2026-11-21T09:00")}}},
        "checks": (FiredCheck(check="EC.SAE.9", item="IT.SAEADMDT", group="IG.SAECRSE", comment="not <admitted>"),),
        "version": "MDV.2",
        "today": datetime.date(2026, 11, 25),
        "user": "Study nurse A",
        "wall": "2026-11-20T10:00:00+08:00",
    }
    return FormView(**{**fields, **more})  # type: ignore[arg-type] - the fields are those of the view


def test_the_report_says_whose_and_which_form_it_is(study: Definition) -> None:
    text = form_report(study, view(), PRINTING, "en")
    for said in ("Serious adverse event report", "PD1-VEN-CAG", "Union Hospital", "01-A007 M 34", "MDV.2"):
        assert said in text
    assert "Study nurse A, 2026-11-20 10:00" in text
    assert "Investigator: signature, date" in text
    assert "Not complete" not in text


def test_values_codes_and_what_is_worked_out_stand_there_and_markup_is_text(study: Definition) -> None:
    text = form_report(study, view(), PRINTING, "en")
    assert "Fever &lt;39 &amp; shock<br>then better" in text
    assert "2026-11-21 09:00" in text
    assert "PD-1 inhibitor" in text
    assert "not &lt;admitted&gt;" in text
    assert "<admitted>" not in text


def test_the_report_speaks_chinese_and_says_what_is_not_complete(study: Definition) -> None:
    text = form_report(study, view(state=FormState.INCOMPLETE), PRINTING, "zh")
    assert "严重不良事件报告" in text
    assert "协和医院" in text
    assert "未完成" in text
    assert "未填写" in text
