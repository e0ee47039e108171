"""`sitebook tour`: the whole day, through the very windows, over a real vault and a real centre."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

SCREENS = (
    "first-start",
    "new-site",
    "join",
    "restore",
    "practice",
    "sign-in",
    "today",
    "subjects",
    "consent",
    "demographics",
    "soft-check",
    "hard-check",
    "eligibility",
    "dosing",
    "adverse-event-search",
    "adverse-event-serious",
    "adverse-event-cause",
    "response-category",
    "reason-for-change",
    "history",
    "draft-after-power-cut",
    "casebook",
    "remove-form",
    "audit-trail",
    "sync",
    "export-written",
    "new-user",
    "locked",
)


@pytest.mark.timeout(900)
def test_the_day_goes_through_and_every_screen_is_kept_in_both_languages(tmp_path: Path) -> None:
    out = tmp_path / "shots"
    done = subprocess.run(
        [sys.executable, "-c", "from ui.app.main import main; main()", "tour", "--out", str(out)],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shots = {path.stem.split("-", 1)[1]: path for path in out.glob("*.png")}
    assert done.stdout == f"{len(shots)} screenshots are in {out}\n"
    for screen in SCREENS:
        english, chinese = QImage(str(shots[f"{screen}-en"])), QImage(str(shots[f"{screen}-zh"]))
        assert (english.width(), english.height()) == (1366, 768)
        assert english != chinese, screen
    assert any(name.endswith("-dark") for name in shots)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from ui.app.main import main; main()",
            "tour",
            "--out",
            str(tmp_path / "file" / "shots"),
        ],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "cannot be made" in done.stderr
    assert "Traceback" not in done.stderr
