"""Finding a term as one types: what comes first, in which languages, how fast."""

import time

import pytest

from desktop.study.definition.metadata import CodeList, CodeListItem
from desktop.wizard.term_search import TermIndex, folded


def term(code: str, english: str, chinese: str, *search: str) -> CodeListItem:
    return CodeListItem(code=code, label={"en": english, "zh": chinese}, search=search)


INDEX = TermIndex(
    CodeList(
        oid="CL.T",
        name="T",
        items=(
            term("FN", "Febrile neutropenia", "发热性中性粒细胞减少", "frxzxlxbjs", "neutropenic fever"),
            term("FEVER", "Fever", "发热", "fr", "pyrexia"),
            term("FETAL", "Fetal growth retardation", "胎儿生长迟缓", "tesz"),
            term("HAY", "Hay fever", "花粉症", "hfz"),
            term("NEU", "Neutrophil count decreased", "中性粒细胞计数降低", "zxlxbjsjd", "ANC"),
            term("CAFE", "Café au lait spots", "咖啡斑", "kfb"),
        ),
    )
)


def found(typed: str, **more: object) -> list[str]:
    return [item.code for item in INDEX.find(typed, **more)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("feb", "FN"),
        ("FEVER", "FEVER"),
        ("发热", "FEVER"),
        ("发热性", "FN"),
        ("frxz", "FN"),
        ("pyrex", "FEVER"),
        ("anc", "NEU"),
        ("cafe", "CAFE"),
        ("ｆｅｖｅｒ", "FEVER"),
        ("  hay   fever ", "HAY"),
        ("decreased neutrophil", "NEU"),
    ],
)
def test_a_term_is_found_by_any_of_its_names(typed: str, first: str):
    assert found(typed)[0] == first


def test_what_begins_so_comes_before_what_holds_it():
    assert found("fe") == ["FEVER", "FN", "FETAL", "HAY", "CAFE"]


def test_nothing_typed_finds_nothing_and_nonsense_finds_nothing():
    assert found("") == []
    assert found("   ") == []
    assert found("qqq") == []


def test_only_allowed_codes_are_found_and_no_more_than_asked():
    assert found("fe", allowed=("HAY", "FETAL")) == ["FETAL", "HAY"]
    assert len(found("fe", most=2)) == 2


def test_folding_leaves_what_tells_words_apart():
    assert folded("  Ｃafé\tAU  ") == "cafe au"
    assert folded("中性粒细胞") == "中性粒细胞"


def test_a_thousand_terms_are_searched_in_a_few_milliseconds():
    items = tuple(
        term(f"T{n}", f"Term number {n} of many", f"第 {n} 个术语", f"dgsy{n}", f"synonym {n}") for n in range(1000)
    )
    index = TermIndex(CodeList(oid="CL.M", name="M", items=items))
    began = time.perf_counter()
    for typed in ("t", "te", "term", "number 99", "dgsy7", "术语", "of term"):
        index.find(typed)
    assert (time.perf_counter() - began) / 7 < 0.05
