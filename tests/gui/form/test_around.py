"""What stands around the questions: pages, evidence, history, deadline, folding, languages."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtPrintSupport import QPrinter, QPrintPreviewDialog
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from ui.look import language
from ui.look.language import Language


def test_pages_are_listed_with_their_state_and_lead_there(forms: Any) -> None:
    forms.open("F.EVENT")
    buttons = forms.screen.page_list._buttons
    assert [button.text() for button in buttons] == ["Event", "Relation and action, per drug"]
    assert buttons[0].accessibleName() == "Event · nothing yet"
    forms.type("fever")
    assert forms.screen.page_list._buttons[0].accessibleName() == "Event · answers are missing"
    forms.driver.click(buttons[1])
    assert forms.screen.wizard.page == "IG.LINES"
    assert buttons[1].here


def test_a_form_of_one_page_has_no_list(forms: Any) -> None:
    forms.open("F.IN")
    assert not forms.screen.page_list.isVisible()
    assert forms.screen.footer.position == ""


def test_evidence_follows_the_keys(forms: Any) -> None:
    forms.open("F.CRIT")
    column = forms.screen.evidence
    assert column.isVisible()
    assert column._title.text() == "Evidence for I1"
    facts = [(row.name.text(), row.value.text()) for row in column._facts._rows]
    assert facts == [("Blasts, 5 Oct", "40 %"), ("Follows from this", "Met")]
    forms.press(Qt.Key.Key_1)
    forms.enter()
    assert not column._facts.isVisible()
    counted = {row.name.text(): row.value.text() for row in column._so_far._rows}
    assert counted == {"Met": "1", "Not met": "0", "Not known yet": "0", "Open": "3"}
    assert column._verdict.text == "", "one answer says nothing yet"
    forms.press(Qt.Key.Key_2)
    assert column._verdict.text == "As it stands: No"


def test_help_is_shown_where_the_study_gives_it(forms: Any) -> None:
    forms.open("F.IN")
    assert not forms.screen.evidence._help.isVisible()
    forms.enter()
    assert forms.screen.evidence._help.text() == "Count 500 nucleated cells."


def test_the_column_folds_where_there_is_no_room(forms: Any) -> None:
    forms.open("F.CRIT")
    forms.driver.window.resize(1100, 700)
    forms.driver.settle()
    assert not forms.screen.evidence.isVisible()
    forms.driver.window.resize(1366, 768)
    forms.driver.settle()
    assert forms.screen.evidence.isVisible()


def test_f4_shows_the_history_of_the_item_and_follows_the_keys(forms: Any) -> None:
    forms.open("F.IN")
    forms.enter()
    QTest.keyClicks(forms.focus, "41")
    forms.save()
    forms.type("Read again")
    forms.press(Qt.Key.Key_Escape)
    forms.open("F.IN")
    forms.enter()
    forms.press(Qt.Key.Key_F4)
    history = forms.screen.history
    assert history.isVisible()
    assert not forms.screen.evidence.isVisible()
    assert history._title.text() == "History of Blasts"
    assert history.lines[0].startswith("40 % → 41 % Study nurse A · ")
    assert history.lines[0].endswith("Read again")
    assert history.lines[1].startswith("40 % Study nurse A · ")
    forms.enter()
    assert history._title.text() == "History of Was it done"
    forms.press(Qt.Key.Key_Escape)
    assert not history.isVisible()
    assert forms.screen.evidence.isVisible()


def test_where_nothing_was_recorded_the_history_says_so(forms: Any) -> None:
    forms.open("F.ALL")
    forms.press(Qt.Key.Key_F4)
    texts = [label.text() for label in forms.screen.history.findChildren(QLabel)]
    assert "Nothing was recorded here yet." in texts


def test_a_language_changes_in_the_middle_of_a_form_and_loses_nothing(forms: Any) -> None:
    forms.open("F.ALL")
    forms.type("5")
    QTest.keyClicks(forms.focus, "2026-05")
    forms.driver.window.change_language()
    forms.driver.settle()
    assert language.present() is Language.CHINESE
    assert forms.here == "IT.ONSET"
    assert forms.field("IT.DOSE").value().value == "5"
    assert forms.field("IT.ONSET").value().value == "2026-05"
    assert forms.field("IT.ONSET").accessibleName() == "发病日期"
    forms.driver.window.change_language()


def test_a_deadline_is_counted_down_in_the_header(forms: Any, qapp: Any) -> None:
    import datetime

    import msgspec

    from desktop.study.clinical_data import ItemPlace, ItemValue
    from desktop.study.definition.metadata import Definition
    from desktop.study.rules.form_rules import Rules
    from desktop.wizard.form_wizard import FormWizard
    from tests.gui.form.study import FORMS, definition

    form = msgspec.structs.replace(FORMS[1], deadline="IT.AWARE")
    version = msgspec.structs.replace(definition().version, forms=(FORMS[0], form, *FORMS[2:]))
    forms.open("F.ALL")
    screen = forms.screen
    wizard = FormWizard(Rules(Definition(version)), screen.wizard.view)
    screen.header.show_form(wizard, "Asia/Shanghai", read_only=False, received=False)
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).replace(tzinfo=None)
    for hours, words in ((21.25, "within 21 h 1"), (-2.5, "overdue by 2 h ")):
        until = (now + datetime.timedelta(hours=hours)).isoformat(timespec="minutes")
        wizard.put(ItemPlace("IG.ALL", "", "IT.AWARE"), ItemValue(value=until))
        screen.header.refresh()
        assert screen.header.deadline.startswith(f"Site became aware: {words}")
    wizard.put(ItemPlace("IG.ALL", "", "IT.AWARE"), None)
    screen.header.refresh()
    assert screen.header.deadline == ""


def test_keys_that_are_another_forms_do_not_reach_this_one(forms: Any) -> None:
    """What arrives late about a form that was left is not shown on the next one."""
    frame = forms.driver.window.frame
    from desktop.study.clinical_data import FormKey
    from ui.screens.base import Place, Where

    frame.go(Place(Where.FORM, "01-A001", FormKey("SE.1", 1, "F.ALL", 1)))
    frame.go(Place(Where.FORM, "01-A001", FormKey("SE.1", 1, "F.IN", 1)))
    forms.driver.settle()
    assert forms.screen.wizard.view.key.form == "F.IN"
    assert forms.screen.header.title == "01-A001 · Visit form"


def test_what_is_recorded_is_printed(forms: Any, tmp_path: Path) -> None:
    """The report has the values that were saved, not what is typed since; the same document makes a PDF."""
    forms.open("F.IN")
    forms.enter()
    QTest.keyClicks(forms.focus, "41")
    forms.press(Qt.Key.Key_P, modifiers=Qt.KeyboardModifier.ControlModifier)
    dialog = forms.screen.findChild(QPrintPreviewDialog)
    assert dialog is not None
    [document] = dialog.findChildren(QTextDocument)
    text = document.toPlainText()
    assert "01-A001" in text
    assert "40 %" in text
    assert "41" not in text
    assert "Investigator: signature, date" in text
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "report.pdf"))
    document.print_(printer)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    dialog.close()


def test_what_was_never_recorded_is_not_printed(forms: Any) -> None:
    forms.open("F.CRIT")
    forms.press(Qt.Key.Key_P, modifiers=Qt.KeyboardModifier.ControlModifier)
    assert forms.screen.findChild(QPrintPreviewDialog) is None
