"""Runs the whole tour."""

import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from desktop.errors import SitebookError
from desktop.output_files import refuse_program_folder
from ui.tour.driver import Tour


def run_tour(out: Path) -> int:
    """Go through the day; returns the exit status. Says on stdout where the pictures are."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from ui.tour.day import the_day

    application = QApplication.instance() or QApplication(["sitebook"])
    application.setApplicationName("Sitebook")
    with tempfile.TemporaryDirectory(prefix="sitebook-tour-") as folder:
        try:
            refuse_program_folder(out)
            out.mkdir(parents=True, exist_ok=True)
        except OSError:
            sys.stderr.write(f"sitebook: the folder {out} cannot be made.\n")
            return 1
        except SitebookError as error:
            sys.stderr.write(f"sitebook: {error}\n")
            return error.exit_status
        tour = Tour(Path(folder), out)
        try:
            the_day(tour)
        except SitebookError as error:
            sys.stderr.write(f"sitebook: {error}\n")
            return error.exit_status
        finally:
            tour.window.close()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    sys.stdout.write(f"{len(tour.shots)} screenshots are in {out}\n")
    return 0
