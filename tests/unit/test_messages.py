"""Every message that a person may see exists in Chinese, with the same places to fill."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.messages import CHINESE, translate

ROOT = Path(__file__).resolve().parents[2]


def messages() -> Iterator[tuple[str, str]]:
    """(where, message) of every error and failure that is worded in the code."""
    for folder in ("desktop", "center"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
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
