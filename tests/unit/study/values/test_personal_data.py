"""Warnings of texts that seem to name a person. The numbers are made up."""

import pytest

from desktop.study.values.personal_data import identifying


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("身份证 11010519491231002X。", "身份证号"),
        ("id 11010519491231002x", "身份证号"),
        ("tel. 13800138000", "手机号"),
        ("电话19912345678，下午联系", "手机号"),
        ("姓名：张三", "姓名"),
        ("姓名 欧阳明", "姓名"),
        ("患者王小明，今日复查", "姓名"),
        ("受试者李四", "姓名"),
    ],
)
def test_warned(text: str, what: str) -> None:
    found = identifying(text)
    assert found is not None
    assert what in found["zh"]
    assert "subject key" in found["en"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "11010519491231002",
        "110105194912310021",
        "1101051949123100211",
        "12800138000",
        "138001380001",
        "批号 20261124001",
        "患者发热，给予退热处理",
        "患者高热",
        "患者白细胞升高",
        "患者黄疸加重",
        "Patient 01-A001 had a headache",
        "患者",
    ],
)
def test_not_warned(text: str) -> None:
    assert identifying(text) is None
