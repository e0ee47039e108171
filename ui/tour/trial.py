"""The tour through simulated courses, the pathway and study conduct.

Like `day.py` it names what the practice site's study has; the windows know none of it.
"""

import datetime

from PySide6.QtCore import Qt

from desktop.practice.practice_site import STUDY
from desktop.practice.simulation import as_act, read_model, simulate
from desktop.site.site import Site
from ui.screens.base import Where
from ui.screens.casebook.screen import CasebookScreen
from ui.screens.study.screen import RANGES, VERSIONS, StudyScreen
from ui.tour.driver import Tour

SEED = 7
COURSES = (3, 7, 11)
"""Numbers of the courses that are shown: no response, the longest way, a relapse and death."""


def course(tour: Tour) -> None:
    """Subjects of the simulated trial: a decision where the protocol is silent, a long way, its end; what was missed."""
    played: list[str] = []
    tour.window.access.ask(_play, played.extend, tour.failed)
    tour.settle()
    tour.expect(len(played) == len(COURSES), "the simulated subjects to be recorded")
    silent, long, ended = played
    casebook = tour.go(Where.CASEBOOK, silent)
    tour.shoot("pathway-silent")
    tour.click("pathway_decide")
    if isinstance(casebook, CasebookScreen):
        casebook.pathway.to.choose("PW.OTHER")
        casebook.pathway.reason.setFocus()
    tour.type("No response after cycle 1, other therapy")
    tour.shoot("pathway-deciding")
    tour.click("pathway_really")
    tour.shoot("pathway-decided")
    tour.go(Where.CASEBOOK, long)
    tour.shoot("pathway-long", dark=True)
    tour.click("pathway_whole")
    tour.shoot("pathway-whole")
    tour.click("pathway_whole")
    tour.go(Where.CASEBOOK, ended)
    tour.shoot("pathway-ended")
    tour.go(Where.TODAY)
    tour.shoot("today-investigator")


def _play(site: Site) -> list[str]:
    """Record the courses up to the decision that a person makes in the window."""
    model = read_model(STUDY)
    played = list(simulate(site.definition, model, max(COURSES) + 1, SEED, site.civil_date))
    keys: list[str] = []
    for number in COURSES:
        keys.append(site.next_subject())
        silent = model.courses[number].decide is not None
        for form in played[number].forms:
            if silent and form.key.event in ("SE.END", "SE.FU"):
                break
            site.record(as_act(keys[-1], form))
    return keys


def open_points(tour: Tour) -> None:
    """An open point is answered; a normal range is set; versions."""
    screen = tour.go(Where.STUDY)
    tour.shoot("study")
    if not isinstance(screen, StudyScreen):
        return
    screen.points.value.setFocus()
    screen.points.value.selectAll()
    tour.type("HAG")
    tour.enter()
    tour.type("Steering committee, minutes 4")
    tour.click("point_really")
    tour.shoot("study-answered")
    screen.segments.choose(RANGES)
    tour.settle()
    screen.ranges.item.choose("IT.ALT")
    screen.ranges.low.setText("9")
    screen.ranges.high.setText("50")
    screen.ranges.since.setText((datetime.date.today() - datetime.timedelta(days=900)).isoformat())  # noqa: DTZ011 - any day
    screen.ranges.reason.setFocus()
    tour.type("Range list of the laboratory")
    tour.shoot("study-ranges")
    tour.press(Qt.Key.Key_Return)
    tour.shoot("study-range-set")
    screen.segments.choose(VERSIONS)
    tour.settle()
    tour.shoot("study-versions")
