"""Keep the translations of the windows' texts in step with the windows.

    update   take the texts of ui/ into the .ts files
    check    fail where one is out of date, not translated, or has other placeholders
    release  make the .qm files that the program reads

Runs in Sitebook's environment, which has Qt's own tools. The texts of a trial's forms are not here:
they belong to the study definition.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "translations"
FILES = (FOLDER / "sitebook_zh_CN.ts",)
PLACEHOLDER = re.compile(r"%L?\d+|%n|\{\w*\}")


def qt_tool(name: str, *arguments: str | Path) -> str:
    """Run one of Qt's tools; what it complains of, or nothing."""
    program = Path(sys.executable).with_name(f"pyside6-{name}")
    done = subprocess.run([program, *arguments], cwd=ROOT, check=False, stderr=subprocess.PIPE)
    return done.stderr.decode(errors="replace") if done.returncode else ""


def sources() -> list[Path]:
    """Every file with texts of windows, in an order that does not depend on the disk."""
    return sorted((ROOT / "ui").rglob("*.py"))


def take_texts(file: Path) -> str:
    """Bring one .ts file up to date; without line numbers, so that only real changes show."""
    options = ("-locations", "none", "-no-obsolete", "-silent")
    return qt_tool("lupdate", *options, *sources(), "-ts", file)


def update() -> Iterator[str]:
    """Take the texts of ui/ into the .ts files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        yield take_texts(file)


def check() -> Iterator[str]:
    """Find what is out of date, untranslated or translated with other placeholders."""
    for file in FILES:
        name = file.relative_to(ROOT)
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, file.name)
            if file.exists():
                shutil.copyfile(file, copy)
            yield take_texts(copy)
            if not file.exists() or copy.read_bytes() != file.read_bytes():
                yield f"{name} is not up to date: run packaging/dev.py translations"
            yield from (f"{name}: {fault}" for fault in faults(copy))
            made = Path(folder, "made.qm")
            yield qt_tool("lrelease", "-silent", "-fail-on-unfinished", copy, "-qm", made)


def faults(file: Path) -> Iterator[str]:
    """Texts of a .ts file without a translation, or with other placeholders in it."""
    # The file is our own, from this repository.
    for message in ElementTree.parse(file).iter("message"):  # noqa: S314
        source, translation = message.findtext("source", ""), message.find("translation")
        if translation is None or translation.get("type") == "unfinished":
            yield f"no translation of {source!r}"
            continue
        for form in translation.findall("numerusform") or [translation]:
            if placeholders(source) != placeholders(form.text or ""):
                yield f"other placeholders in {form.text!r} than in {source!r}"


def placeholders(text: str) -> set[str]:
    """The places of a text where the program puts something in."""
    return set(PLACEHOLDER.findall(text))


def release() -> Iterator[str]:
    """Make the .qm files that the program reads, with what is translated so far."""
    for file in FILES:
        if file.exists():
            yield qt_tool("lrelease", "-silent", file)


COMMANDS: dict[str, Callable[[], Iterator[str]]] = {
    "update": update,
    "check": check,
    "release": release,
}


def main() -> int:
    """Do what was asked of every .ts file, and print what is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("command", choices=COMMANDS)
    command = COMMANDS[parser.parse_args().command]
    if not sources():
        print("ui/ has no files yet: nothing to translate.")
        return 0
    complaints = [complaint for complaint in command() if complaint]
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return int(bool(complaints))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
