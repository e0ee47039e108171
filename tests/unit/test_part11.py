"""The table of what regulators require names tests that are there."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
TABLE = TESTS.parent / "docs" / "part11.md"


def test_every_requirement_stands_in_the_table_once() -> None:
    rows = re.findall(r"^\| (R\d\d) \|.*\| (yes|partly|not met) \|", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [number for number, _ in rows] == [f"R{number:02}" for number in range(1, 39)]


def test_every_test_that_the_table_names_is_there() -> None:
    file = ""
    named = re.findall(r"`((?:flow|unit|gui|fault)/[\w/]+\.py)?(?:::(\w+))?`", TABLE.read_text(encoding="utf-8"))
    assert any(function for _, function in named)
    for path, function in named:
        file = path or file
        if not file:
            continue
        assert (TESTS / file).is_file(), file
        if function:
            assert f"def {function}(" in (TESTS / file).read_text(encoding="utf-8"), (file, function)
