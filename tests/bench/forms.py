"""How fast a form is under the keys: a page turned, a sheet of 2,000 cells opened, a cell entered.

Each time runs from the key to the painted window, offscreen, over a real vault. Beside the time on the clock stands the
processor's time of the windows' thread: on a machine that is busy with other work, that is the one to read.
Run with `python -m tests.bench.forms`.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.actions import AddUser, SaveForm
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.wizard.term_search import TermIndex
from tests.gui.form.study import definition
from ui.background.jobs import Job, Jobs
from ui.background.site_access import SiteAccess
from ui.form.pages.grid_page import GridPage
from ui.form.screen import FormScreen
from ui.look import language, style

LINES, DAYS = 20, 100
ROUNDS = 15
AIMS = {
    "page turn, 60 questions": 16.0,
    "page turn, 60 questions, the first time": 16.0,
    "sheet of 2,000 cells, opened": 1000.0,
    "sheet of 2,000 cells, one entered": 50.0,
    "what follows from it, when the keys rest": 200.0,
    "form of 60 questions, opened": 300.0,
    "answer on a page of 60 questions": 16.0,
    "term among 840, one letter": 50.0,
}
NURSE = ("Nurse", "nurse passphrase")
SUBJECT = "01-A001"
VISIT = FormKey("SE.1", 1, "F.IN", 1)
SIXTY = FormKey("SE.1", 1, "F.SIXTY", 1)
GRID = FormKey("SE.C", 1, "F.GRID", 1)


def value(text: str, unit: str = "") -> ItemValue:
    return ItemValue(value=text, unit=unit)


def fill(site: Site) -> None:
    """A subject with a sheet of which every cell is filled."""
    items: dict[ItemPlace, ItemValue | None] = {
        ItemPlace("IG.IN", "", "IT.DATE"): value("2026-10-05"),
        ItemPlace("IG.IN", "", "IT.BLAST"): value("40", "%"),
        ItemPlace("IG.IN", "", "IT.YES"): value("Y"),
    }
    site.record(SaveForm(subject=SUBJECT, key=VISIT, items=items))
    items = {ItemPlace("IG.CYCLE", "", "IT.START"): value("2026-05-01")}
    for line in range(1, LINES + 1):
        for day in range(1, DAYS + 1):
            row = f"D{line}.{day}"
            items[ItemPlace("IG.GRID", row, "IT.DRUG")] = value(f"D{line}")
            items[ItemPlace("IG.GRID", row, "IT.DAY")] = value(str(day))
            items[ItemPlace("IG.GRID", row, "IT.GIVEN")] = value("10", "mg")
            items[ItemPlace("IG.GRID", row, "IT.ADJ")] = value("OTH")
    site.record(SaveForm(subject=SUBJECT, key=GRID, items=items))


class Desk:
    """A form screen over a vault, without the frame around it."""

    def __init__(self, folder: Path) -> None:
        self.jobs = Jobs()
        self.access = SiteAccess(self.jobs)
        self.errors: list[Exception] = []

        def way(_: Job) -> Site:
            site, _code = opening.create_site(folder, definition(LINES, DAYS), "01", "Manager", "manager passphrase")
            with site:
                site.record(AddUser(name=NURSE[0], roles=("entry",), passphrase=NURSE[1]))
            site = opening.open_site(folder, *NURSE)
            fill(site)
            return site

        self.access.open(way, lambda _: None, self.errors.append)
        self.settle()
        self.screen = FormScreen(self.jobs, self.access)
        self.screen.resize(1366, 768)
        self.screen.show()
        self.screen.activateWindow()
        self.settle()

    def settle(self) -> None:
        while not self.jobs.is_idle:
            QApplication.processEvents()
        for _ in range(10):
            QApplication.processEvents()
        if self.errors:
            raise self.errors[0]

    def open(self, key: FormKey) -> None:
        self.screen.open(SUBJECT, key)
        while not self.jobs.is_idle or self.screen.wizard is None:
            QApplication.processEvents()

    def paint(self) -> None:
        """Everything that is asked to be painted is painted."""
        QApplication.sendPostedEvents()
        self.screen.repaint()
        QApplication.processEvents()


def press(key: Qt.Key) -> None:
    widget = QApplication.focusWidget()
    if widget is None:
        raise RuntimeError("Nothing has the keys.")
    QTest.keyClick(widget, key)


Times = tuple[float, float]
"""Milliseconds on the clock, and of the processor."""


def timed(act: Callable[[], Any]) -> Times:
    """How long it took."""
    began, worked = time.perf_counter(), time.thread_time()
    act()
    return (time.perf_counter() - began) * 1000, (time.thread_time() - worked) * 1000


def measure(desk: Desk) -> dict[str, list[Times]]:
    times: dict[str, list[Times]] = {name: [] for name in AIMS}

    def then_painted(act: Callable[[], Any]) -> None:
        act()
        desk.paint()

    def then_drawn(act: Callable[[], Any]) -> None:
        """Painted, before anything that waits for the keys to rest."""
        act()
        desk.screen.repaint()

    for _ in range(5):
        times["form of 60 questions, opened"].append(timed(partial(then_painted, partial(desk.open, SIXTY))))
        desk.settle()
        turn = partial(press, Qt.Key.Key_PageDown)
        times["page turn, 60 questions, the first time"].append(timed(partial(then_painted, turn)))
        desk.settle()
        press(Qt.Key.Key_PageUp)
        desk.settle()
    for _ in range(ROUNDS):
        times["page turn, 60 questions"].append(timed(partial(then_painted, partial(press, Qt.Key.Key_PageDown))))
        desk.settle()
        press(Qt.Key.Key_PageUp)
        desk.settle()
    press(Qt.Key.Key_PageDown)
    desk.settle()
    for round_ in range(ROUNDS):
        key = Qt.Key.Key_1 if round_ % 2 else Qt.Key.Key_2
        times["answer on a page of 60 questions"].append(timed(partial(then_painted, partial(press, key))))
        desk.settle()
    for _ in range(5):
        times["sheet of 2,000 cells, opened"].append(timed(partial(then_painted, partial(open_sheet, desk))))
        desk.settle()
    page = desk.screen.page
    if not isinstance(page, GridPage):
        raise TypeError(page)
    for round_ in range(ROUNDS):
        page.table.setFocus()
        page.table.go(("D2", 40 + round_))
        press(Qt.Key.Key_2)
        QTest.keyClicks(QApplication.focusWidget(), "0")
        desk.settle()
        times["sheet of 2,000 cells, one entered"].append(timed(partial(then_drawn, partial(press, Qt.Key.Key_Return))))
        times["what follows from it, when the keys rest"].append(timed(desk.paint))
        desk.settle()
    index = terms()
    for letter in "abcdefghijklmno":
        times["term among 840, one letter"].append(timed(partial(index.find, letter)))
    return times


def open_sheet(desk: Desk) -> None:
    """The form, and from its first page to the sheet."""
    desk.open(GRID)
    desk.screen.go_to_page("IG.GRID")


def terms() -> TermIndex:
    from desktop.study.load import load_definition, locate

    study = load_definition(locate("pd1-ven-cag"))
    return TermIndex(max(study.codelists.values(), key=lambda codelist: len(codelist.items)))


def main() -> None:
    """Print the medians beside what was aimed at."""
    QApplication([])
    style.theme().choose(style.Choice.LIGHT)
    language.translator()
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "vault")
        times = measure(desk)
        desk.screen.leave()
        desk.settle()
        desk.access.end()
    for name, aim in AIMS.items():
        clock = statistics.median(wall for wall, _ in times[name])
        work = statistics.median(worked for _, worked in times[name])
        said = "" if clock <= aim else "   slower than aimed at"
        print(f"{name:42} {clock:8.1f} ms   work {work:8.1f} ms   aim {aim:6.0f}{said}")


if __name__ == "__main__":
    main()
