"""Second entry and discrepancies in the window: blind, under its band, and settled with a reason."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from desktop.actions import AddUser
from desktop.site import opening
from desktop.study.load import load_definition, locate
from desktop.views.forms import FormState
from tests.conftest import ADMIN, NURSE, OTHER_NURSE
from tests.flow.test_second_entry import DM, SUBJECT, VS, SaveForm, items, twice_study, vitals
from ui.look.style import Tone
from ui.screens.base import Place, Where


@pytest.fixture
def twice(open_window: Callable[[Path], Any], tmp_path: Path) -> Any:
    """A window of a site where the first nurse entered the vital signs."""
    folder = tmp_path / "vault"
    definition = load_definition(locate(str(twice_study(tmp_path / "study"))))
    site, _ = opening.create_site(folder, definition, "01", *ADMIN)
    with site:
        for name, passphrase in (NURSE, OTHER_NURSE):
            site.record(AddUser(name=name, roles=("entry",), passphrase=passphrase))
        day = site.civil_date.isoformat()
    with opening.open_site(folder, *NURSE) as site:
        site.record(SaveForm(subject=SUBJECT, key=DM, items=items("IG.DM", **{"IT.ICDAT": day, "IT.SEX": "F"})))
        site.record(vitals("61.7"))
    return open_window(folder)


def test_a_second_entry_is_blind_and_what_differs_is_settled(twice: Any) -> None:
    twice.sign_in(OTHER_NURSE)
    today = twice.go(Where.TODAY)
    card = today._cards["second"]
    assert [line.key for line in card.table.lines] == [(SUBJECT, VS)]
    card.table.setFocus()
    card.table.choose_first()
    twice.press(Qt.Key.Key_Return)
    form = twice.window.frame.form
    assert form.wizard.view.key == VS
    assert form.band.text.startswith("Second entry (blind)")
    assert form.wizard.content == {}
    assert "61.7" not in " ".join(text_of(form))
    values = vitals("67.1").items
    form.wizard.put_all(values)
    twice.record(form.wizard.save_form(complete=True))
    assert twice.ask(lambda site: site.form(SUBJECT, VS).state) == FormState.DISCREPANT

    screen = twice.go(Where.DISCREPANCIES)
    assert len(screen.table.lines) == 1
    decision = screen.decision
    decision.choice.choose("other")
    QTest.keyClicks(decision.value, "66")
    twice.click(decision.button)
    assert decision.message.text == ""
    assert twice.ask(lambda site: len(site.discrepancies())) == 1, "without a reason nothing is settled"
    QTest.keyClicks(decision.reason, "chart of the ward")
    twice.click(decision.button)
    assert twice.ask(lambda site: site.discrepancies()) == ()
    view = twice.ask(lambda site: site.form(SUBJECT, VS))
    assert view.state == FormState.VERIFIED
    assert view.content["IG.VS"][""]["IT.WEIGHT"].value == "66"


def test_saving_the_second_entry_tells_how_far_both_agree(twice: Any) -> None:
    twice.sign_in(OTHER_NURSE)
    twice.window.frame.go(Place(Where.FORM, SUBJECT, VS))
    twice.settle()
    form = twice.window.frame.form
    form.wizard.put_all(vitals("61.7").items)
    form.saving.begin(form.wizard)
    twice.settle()
    assert form.notice.tone is Tone.DONE
    assert form.notice.text == "Both entries are equal in all 1 items."
    assert form.band.text == ""


def text_of(widget: Any) -> list[str]:
    """Everything that a window shows as text."""
    labels = [each.text() for each in widget.findChildren(QLabel)]
    return labels + [each.text() for each in widget.findChildren(QLineEdit)]
