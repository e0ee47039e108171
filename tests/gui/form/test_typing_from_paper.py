"""Whole forms of the shipped study typed from a list while every soft check fires: each value stays where it was typed."""

import functools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.actions import AddUser
from desktop.site import opening
from desktop.study.clinical_data import FormContent, FormKey, ItemPlace
from desktop.study.definition.metadata import Definition
from desktop.study.load import load_definition, locate
from desktop.study.rules.assessment import assess
from desktop.study.rules.form_rules import Rules
from desktop.study.validation.test_cases import Case, _Outcome, _plain
from desktop.views.forms import FormView
from ui.form.fields.base import Field
from ui.form.fields.typed import DateField, DatetimeField, NumberField, TextField
from ui.form.opened_form import OpenedForm
from ui.form.pages.grid_page import GridPage
from ui.form.pages.question import CommentLine
from ui.screens.base import Place, Where

NURSE = ("Study nurse A", "nurse A passphrase")
TYPED = (DateField, DatetimeField, NumberField, TextField)


@functools.cache
def study() -> Definition:
    return load_definition(locate("pd1-ven-cag"))


@functools.cache
def cases() -> dict[str, list[tuple[str, Case]]]:
    """Form OID -> (soft check, a case of the study that makes it fire), each check once."""
    soft = {check.oid: form.oid for form in study().version.forms for check in form.checks if check.soft}
    found: dict[str, list[tuple[str, Case]]] = {}
    for file in sorted(Path(str(locate("pd1-ven-cag"))).joinpath("cases").glob("*.yaml")):
        node = yaml.compose(file.read_text(encoding="utf-8"))
        for child in node.value:
            case = msgspec.convert(_plain(child), Case)
            for check in case.fires:
                if check in soft:
                    found.setdefault(soft.pop(check), []).append((check, case))
    assert not soft, "every soft check has a case"
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paper") / "vault"
    site, _ = opening.create_site(folder, study(), next(iter(study().locations)), "Manager", "manager passphrase")
    with site:
        site.record(AddUser(name=NURSE[0], roles=("entry",), passphrase=NURSE[1]))
    return folder


def here() -> Field:
    """The field that has the keys."""
    widget = QApplication.focusWidget()
    while widget is not None and not isinstance(widget, Field):
        assert not isinstance(widget, CommentLine), "a check took the keys"
        widget = widget.parentWidget()
    assert widget is not None, QApplication.focusWidget()
    return widget


def type_letters(text: str) -> None:
    """Type where the focus is; QTest.keyClicks knows no Chinese."""
    for letter in text:
        event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier, letter)
        QApplication.sendEvent(QApplication.focusWidget(), event)


def answer(field: Field, content: FormContent) -> None:
    """Type what the paper says for a field; a choice is clicked."""
    wanted = content.get(field.place.group, {}).get(field.place.row, {}).get(field.place.item)
    if wanted is None:
        return
    if wanted.missing or not isinstance(field, TYPED) or wanted.unit:
        field.show_value(wanted)
        field.edited.emit()
    else:
        first, *rest = wanted.value.split("T") if isinstance(field, DatetimeField) else [wanted.value]
        type_letters(first)
        for part in rest:
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
            type_letters(part)
    assert here() is field


def type_page(screen: Any, content: FormContent) -> None:
    """Type the page on which one is, Enter after Enter."""
    group = screen.page.group
    rows = [""] if not group.repeating or group.lines else list(content.get(group.oid, {}))
    for row in rows:
        if row:
            screen.wizard.add_row(group.oid, row=row)
            screen.page._show_row(row)
            screen.page.refresh()
        places = [stop for stop in screen.page.stops() if isinstance(stop, Field)]
        if not places:
            return
        screen.page.focus_place(places[0].place)
        seen: set[ItemPlace] = set()
        while screen.page.group is group:
            field = here()
            if field.place in seen:
                break
            seen.add(field.place)
            answer(field, content)
            # What was answered may bring up the next question.
            screen.pages.commit()
            last = [stop for stop in screen.page.stops() if isinstance(stop, Field)][-1].place
            if field.place == last:
                break
            while screen.page.group is group and here() is field:
                QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)


def entered(content: FormContent) -> dict[ItemPlace, str]:
    """What stands at each place, without its unit: the paper does not say the study's own."""
    return {
        ItemPlace(group, row, item): value.value or value.missing
        for group, rows in content.items()
        for row, items in rows.items()
        for item, value in items.items()
    }


def targets(case: Case, form: str) -> Iterator[tuple[FormKey, FormContent, dict[FormKey, FormContent]]]:
    """Each instance of the form in a case, with what the other forms hold."""
    outcome = _Outcome(study(), case, [])
    contents = dict(outcome._entered())
    whole = dict(contents)
    for _ in range(2):
        for key, content in contents.items():
            others = {other: found for other, found in whole.items() if other != key}
            whole[key] = assess(outcome.rules, key, content, others, case.today).with_derived(content)
    for key, content in contents.items():
        if key.form == form:
            yield key, _by_line(content), {other: found for other, found in whole.items() if other != key}


def _by_line(content: FormContent) -> FormContent:
    """The rows of fixed lines under the keys that the window gives them."""
    found: FormContent = {}
    for oid, rows in content.items():
        group = study().groups[oid]
        head = group.items[0].item
        found[oid] = {
            (items[head].value if group.lines and head in items else row): items for row, items in rows.items()
        }
    return found


@pytest.mark.parametrize("form", sorted(form.oid for form in study().version.forms))
def test_what_is_typed_from_paper_stays_where_it_was_typed(
    open_window: Callable[[Path], Any], made: Path, tmp_path: Path, form: str
) -> None:
    driver = open_window(Path(shutil.copytree(made, tmp_path / "vault")))
    driver.sign_in(NURSE)
    event = next(event.oid for event in study().version.events for ref in event.forms if ref.form == form)
    driver.window.frame.go(Place(Where.FORM, "01-A001", FormKey(event, 1, form, 1)))
    driver.settle()
    screen = driver.window.frame.form
    fired: set[str] = set()
    for check, case in cases().get(form, []):
        rules = Rules(study(), _Outcome(study(), case, []).rules.local)
        for key, content, others in targets(case, form):
            view = FormView(
                subject="01-A001", key=key, exists=False, content={}, basis={}, others=others, today=case.today
            )
            screen._forget()
            screen._asked = (view.subject, view.key)
            screen._begin(OpenedForm(view, rules, received_to=0))
            for group in study().forms[form].groups:
                screen.go_to_page(group)
                if screen.wizard.page != group or isinstance(screen.page, GridPage):
                    for row, items in content.get(group, {}).items():
                        for item, value in items.items():
                            screen.wizard.put(ItemPlace(group, row, item), value)
                    continue
                type_page(screen, content)
            screen.wizard.check_everything()
            assert entered(screen.wizard.content) == entered(content), (check, case.name)
            fired |= {problem.check for problem in screen.wizard.assessment.problems}
    assert {check for check, _ in cases().get(form, [])} <= fired
    driver.settle()
