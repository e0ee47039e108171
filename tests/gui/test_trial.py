"""The simulated trial in the window: every step of the shipped pathway is walked in the casebook of a subject."""

import datetime
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.actions import AddUser, DecidePathway
from desktop.practice.simulation import SimulatedSubject, as_act, read_model, simulate
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey, ItemPlace
from desktop.study.load import load_definition, locate
from ui.screens.base import Place, Where

STUDY = "pd1-ven-cag"
SEED = 7
MANAGER = ("Manager", "manager passphrase")
DOCTOR = ("Investigator", "doctor passphrase")
SHOTS = os.environ.get("SITEBOOK_TEST_SHOTS", "")
"""A folder: every casebook is kept there as a picture, to be looked at."""

Played = dict[str, SimulatedSubject]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Played]:
    """One subject of each kind of course, recorded by an investigator; the decisions are left to the tests."""
    folder = tmp_path_factory.mktemp("trial") / "vault"
    definition = load_definition(locate(STUDY))
    model = read_model(STUDY)
    today = datetime.datetime.now(datetime.UTC).astimezone(datetime.timezone(datetime.timedelta(hours=8))).date()
    site, _ = opening.create_site(folder, definition, "01", *MANAGER)
    with site:
        site.record(AddUser(name=DOCTOR[0], roles=("investigator", "entry"), passphrase=DOCTOR[1]))
    played: Played = {}
    with opening.open_site(folder, *DOCTOR) as site:
        for subject in simulate(definition, model, len(model.courses), SEED, today):
            key = site.next_subject()
            played[key] = subject
            for form in subject.forms:
                site.record(as_act(key, form))
    return folder, played


@pytest.fixture
def window(open_window: Callable[[Path], Any], trial: tuple[Path, Played]) -> Any:
    driver = open_window(trial[0])
    driver.window.resize(1366, 768)
    driver.sign_in(DOCTOR)
    return driver


def test_no_question_is_passed_by_on_the_first_way_through_a_form(window: Any) -> None:
    """Also one that may stay open and stands before one that may not."""
    window.window.frame.go(Place(Where.FORM, window.ask(Site.next_subject), FormKey("SE.SCREENING", 1, "F.CYTO", 1)))
    window.settle()
    form = window.window.frame.form
    form.go_to_page("IG.CYTKAR")
    window.settle()
    assert form.page.place == ItemPlace("IG.CYTKAR", "", form.wizard.definition.groups["IG.CYTKAR"].items[0].item)


def test_the_furthest_event_of_a_subject_is_no_log(window: Any) -> None:
    lines = window.ask(Site.subjects)
    assert lines
    assert not [line.subject for line in lines if line.event in ("", "SE.COMMON")]


def test_every_branch_of_the_pathway_is_walked_in_the_window(window: Any, trial: tuple[Path, Played]) -> None:
    """The strip shows where each kind of course has led; where the protocol is silent the investigator decides by keys."""
    _, played = trial
    walked: set[str] = set()
    pathway = load_definition(locate(STUDY)).version.pathway
    assert pathway is not None
    for subject, course in played.items():
        casebook = window.go(Where.CASEBOOK, subject)
        for step, visit, to, reason in course.decisions:
            if casebook._book.pathway[-1].step == step:
                casebook.pathway.decide.setFocus()
                window.press(Qt.Key.Key_Return)
                while casebook.pathway.to.currentData() != to:
                    window.press(Qt.Key.Key_Down)
                window.press(Qt.Key.Key_Tab)
                QTest.keyClicks(casebook.pathway.reason, "decided at the ward round")
                window.press(Qt.Key.Key_Return)
            else:
                window.record(DecidePathway(subject=subject, step=step, visit=visit, to=to, reason=reason))
        window.settle()
        stages = casebook._book.pathway
        assert stages[-1].step == course.step, course.course
        assert casebook.pathway.trail.shown[-1].startswith(pathway.by_oid[course.step].title["en"])
        walked |= {stage.step for stage in stages}
        if SHOTS:
            window.window.grab().save(str(Path(SHOTS) / f"{subject}.png"))
    assert walked == set(pathway.by_oid)
