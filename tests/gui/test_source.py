"""What the windows' source may not do, and what the Qt that it stands on must not do."""

import ast
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal

UI = Path(__file__).parents[2] / "ui"
SOURCES = sorted(UI.rglob("*.py"))
TRANSLATES = ("tr", "translate")


def calls(tree: ast.AST) -> list[tuple[str, ast.Call]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            found.append((name, node))
    return found


def faults(tree: ast.AST) -> list[str]:
    """Nested loops, texts that no translator sees, and lambdas that keep what they should let go."""
    found: list[str] = []
    for name, call in calls(tree):
        where = f"line {call.lineno}"
        on_application = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "application"
        if name in ("exec", "exec_") and not on_application:
            found.append(f"{where}: a nested event loop")
        if name in TRANSLATES and any(not is_literal(argument) for argument in call.args):
            found.append(f"{where}: a text that is not a literal")
        if name == "connect" and any(isinstance(argument, ast.Lambda) for argument in call.args):
            found.append(f"{where}: a lambda is connected")
    return found


def is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(UI)))
def test_no_source_does_what_it_may_not(source: Path) -> None:
    tree = ast.parse(source.read_text("utf-8"))
    if source.name == "language.py":
        # The one place where an engine's message is translated by its template.
        assert "translate(template" in source.read_text("utf-8")
        return
    assert faults(tree) == []


@pytest.mark.parametrize(
    "bad",
    [
        "dialog.exec()",
        "self.tr(f'{n} entries')",
        "QCoreApplication.translate('Words', name)",
        "button.clicked.connect(lambda: self.go())",
    ],
)
def test_the_rules_catch_what_they_should(bad: str) -> None:
    assert faults(ast.parse(bad)) != []


class Bell(QObject):
    rang = Signal(bool)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="True is immortal from Python 3.12 on")
def test_a_signal_costs_no_reference_of_true() -> None:
    bell = Bell()
    bell.rang.emit(True)
    before = sys.getrefcount(True)
    for _ in range(100):
        bell.rang.emit(True)
    assert abs(sys.getrefcount(True) - before) < 10
