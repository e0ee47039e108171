"""Every message that a person may see exists in Chinese, with the same places to fill."""

import ast
import difflib
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.messages import CHINESE, bilingual, joined, translate

ROOT = Path(__file__).resolve().parents[2]


TEMPLATES = ("bilingual", "template", "ValueFault", "_problem", "_bad", "_fault", "_note", "fault", "note", "of", "at")
"""Functions that take an English template of the catalogue among their arguments."""

CHINESE_BY_NATURE = {
    "messages.py": "the catalogue itself",
    "personal_data.py": "surnames and words that give a person away",
    "typed_input.py": "what people type: 2026年11月24日, 8时30分",
    "range_checks.py": "the first of the Han characters",
    "cells.py": "the mark of a text that Excel cannot hold whole",
}


def code(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders or ("desktop", "center"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def strings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Every string of a module but its docstrings."""
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node


def messages() -> Iterator[tuple[str, str]]:
    """(where, message) of every error and failure that is worded in the code."""
    for path, tree in code():
        constants = {
            target.id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name) and isinstance(node.value.value, str)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            given = [keyword.value for keyword in node.keywords if keyword.arg == "message"]
            if name.endswith("Error") and node.args:
                given.append(node.args[0])
            elif name in TEMPLATES:
                given += [each for each in node.args if isinstance(each, ast.Constant)]
            elif name not in ("Failure", "SyncEvent"):
                continue
            for value in given:
                text = constants.get(value.id) if isinstance(value, ast.Name) else getattr(value, "value", None)
                if isinstance(text, str) and " " in text:
                    yield f"{path.name}:{node.lineno}", text


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(("where", "message"), sorted(set(messages())))
def test_every_message_has_its_chinese(where: str, message: str) -> None:
    assert message in CHINESE, where


@pytest.mark.parametrize(("english", "chinese"), sorted(CHINESE.items()))
def test_places_and_punctuation(english: str, chinese: str) -> None:
    assert places(english) == places(chinese)
    assert "!" not in english + chinese
    assert "！" not in chinese
    # No ASCII punctuation between Chinese characters.
    assert not re.search(r"[\u4e00-\u9fff][,;:?.!][\u4e00-\u9fff]", chinese)


def test_translation_fills_the_places_and_falls_back_to_english() -> None:
    assert translate("Failed sign-ins: {n}.", "zh", {"n": 2}) == "登录失败 2 次。"
    assert translate("Nobody wrote this down.", "zh") == "Nobody wrote this down."


def test_no_second_language_stands_in_the_code() -> None:
    """English at the place, Chinese in the catalogue: two languages side by side drift apart."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in code()
        if path.name not in CHINESE_BY_NATURE
        for node in strings(tree)
        if re.search(r"[\u4e00-\u9fff]", node.value)
    ]
    assert not found


def test_every_chinese_still_has_its_english() -> None:
    """Where the English was corrected, its Chinese goes along: the nearest text of the code is named."""
    said = {
        node.value
        for path, tree in code("desktop", "center", "ui")
        if path.name != "messages.py"
        for node in strings(tree)
    }
    lost = {english: difflib.get_close_matches(english, said, 1) for english in CHINESE if english not in said}
    assert not lost


def test_a_field_may_be_in_both_languages() -> None:
    assert bilingual("No value: {why}", why=bilingual("Not done")) == {"en": "No value: Not done", "zh": "无值：未做"}
    assert joined(["A", "B"]) == {"en": "A, B", "zh": "A、B"}
