"""Every form that is shipped, page by page, in both languages: nothing cut off, no letter without a glyph."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.actions import AddUser, SaveForm
from desktop.site import opening
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.study.definition.metadata import Definition
from desktop.study.load import load_definition, locate, shipped_studies
from ui.form.fields.cards import Cards
from ui.form.fields.segments import Segments
from ui.form.panels.page_list import EDGE
from ui.look import language, style
from ui.look.language import Language
from ui.screens.base import Place, Where

NURSE = ("Study nurse A", "nurse A passphrase")
SIZES = ((1366, 768), (1280, 720))


@pytest.fixture(scope="module", params=shipped_studies())
def shipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Definition]:
    study = load_definition(locate(request.param))
    folder = tmp_path_factory.mktemp("shipped") / "vault"
    location = next(iter(study.locations))
    site, _ = opening.create_site(folder, study, location, "Manager", "manager passphrase")
    with site:
        site.record(AddUser(name=NURSE[0], roles=("entry",), passphrase=NURSE[1]))
    return folder, study


def keys(study: Definition) -> list[FormKey]:
    """Each form once, where it first stands."""
    found: dict[str, FormKey] = {}
    for event in study.version.events:
        for ref in event.forms:
            found.setdefault(ref.form, FormKey(event.oid, 1, ref.form, 1))
    return list(found.values())


def drawn_cut_off(screen: Any) -> list[str]:
    """What a form draws by itself and finds no room for."""
    faults = []
    for kind in (Segments, Cards):
        for each in screen.findChildren(kind):
            if each.isVisible() and each.heightForWidth(each.width()) > each.height():
                faults.append(f"{each.accessibleName()}: {each.height()} pixels high")
            if each.isVisible() and each._rects() and max(rect.right() for rect in each._rects()) > each.width():
                faults.append(f"{each.accessibleName()}: {each.width()} pixels wide")
    for button in screen.page_list._buttons:
        text = QFontMetrics(style.font(bold=True)).horizontalAdvance(button.text())
        if button.isVisible() and text > button.width() - EDGE - style.ICON - 16:
            faults.append(button.text())
    return faults


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("chosen", tuple(Language))
def test_every_page_of_every_form_shows_all_that_it_says(
    open_window: Callable[[Path], Any],
    looking: Any,
    shipped: tuple[Path, Definition],
    tmp_path: Path,
    chosen: Language,
    size: tuple[int, int],
) -> None:
    made, study = shipped
    driver = open_window(Path(shutil.copytree(made, tmp_path / "vault")))
    driver.window.resize(*size)
    driver.sign_in(NURSE)
    if language.present() is not chosen:
        driver.window.change_language()
    location = next(iter(study.locations))
    subject = study.subject_key(location, "A", 1)
    found: list[object] = []
    for key in keys(study):
        driver.window.frame.go(Place(Where.FORM, subject, key))
        driver.settle()
        screen = driver.window.frame.form
        for group in study.forms[key.form].groups:
            screen.go_to_page(group)
            driver.settle()
            found += [(key.form, group, fault) for fault in [*looking.cut_off(screen), *drawn_cut_off(screen)]]
            found += [(key.form, group, letter) for letter in looking.without_glyph(screen)]
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("chosen", tuple(Language))
def test_every_form_waits_for_what_it_asks_and_can_be_left(
    open_window: Callable[[Path], Any], shipped: tuple[Path, Definition], tmp_path: Path, chosen: Language
) -> None:
    made, study = shipped
    driver = open_window(Path(shutil.copytree(made, tmp_path / "vault")))
    driver.sign_in(NURSE)
    if language.present() is not chosen:
        driver.window.change_language()
    subject = study.subject_key(next(iter(study.locations)), "A", 1)
    for key in keys(study):
        driver.window.frame.go(Place(Where.FORM, subject, key))
        driver.settle()
        screen = driver.window.frame.form
        assert screen.wizard.view.key == key
        assert screen.isAncestorOf(driver.window.focusWidget())
        assert not screen.wizard.is_changed
        assert screen.wizard.obstacles(complete=False) == ()


def test_after_a_save_the_next_form_of_the_visit_is_one_enter_away(
    open_window: Callable[[Path], Any], shipped: tuple[Path, Definition], tmp_path: Path
) -> None:
    made, study = shipped
    folder = Path(shutil.copytree(made, tmp_path / "vault"))
    version = study.version
    subject = study.subject_key(next(iter(study.locations)), "A", 1)
    consent = FormKey(version.first_event, 1, version.first_form, 1)
    group = study.group_of_item["F.ICF", "IT.ICFDAT"].oid
    with opening.open_site(folder, *NURSE) as site:
        day = ItemValue(value=site.civil_date.isoformat())
        items = {ItemPlace(group, "", "IT.ICFDAT"): day}
        site.record(SaveForm(subject=subject, key=consent, items=items, complete=False))
        order = [due.key for due in site.casebook(subject).due if due.key.event == version.first_event]
    driver = open_window(folder)
    driver.sign_in(NURSE)
    frame = driver.window.frame
    frame.go(Place(Where.FORM, subject, order[0]))
    driver.settle()
    QTest.keyClicks(QApplication.focusWidget(), "1990-05")
    driver.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert frame.form.footer.go_on.hasFocus()
    driver.press(Qt.Key.Key_Return)
    assert frame.form.footer.go_on.text().startswith("Next: ")
    assert frame.form.footer.go_on.hasFocus()
    driver.press(Qt.Key.Key_Return)
    assert frame.form.wizard.view.key == order[1]
    assert frame.place.key == order[1]
