"""Question under question: keys, checks beside the field, comments, markers, what does not apply."""

from typing import Any

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from desktop.study.clinical_data import ItemPlace, ItemValue
from desktop.study.definition.metadata import ItemRef
from tests.gui.form.study import definition
from ui.form.pages.question import MarkerButton, Question
from ui.form.screen import FormScreen
from ui.look.style import Tone

BLAST = ItemPlace("IG.IN", "", "IT.BLAST")
F2 = Qt.Key.Key_F2


def question(forms: Any, item: str) -> Any:
    return next(each for each in forms.page.questions if each.item.oid == item)


def test_enter_goes_on_and_shift_enter_goes_back(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    assert forms.here == "IT.DATE"
    forms.enter()
    assert forms.here == "IT.BLAST"
    forms.enter()
    assert forms.here == "IT.YES", "what is worked out is passed over"
    forms.back()
    assert forms.here == "IT.BLAST"
    forms.back()
    forms.back()
    assert forms.here == "IT.DATE", "there is nothing before the first"


def test_a_whole_form_is_filled_and_saved_without_the_mouse(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    forms.type("20261105", "14,5".replace(",", "."), "1")
    assert forms.here == "form.primary"
    assert forms.screen.footer.go_on.text() == "Save as complete"
    forms.enter()
    view = forms.ask(lambda site: site.form("01-A002", forms.screen._asked[1]))
    assert view.content["IG.IN"][""] == {
        "IT.DATE": ItemValue(value="2026-11-05"),
        "IT.BLAST": ItemValue(value="14.5", unit="%"),
        "IT.YES": ItemValue(value="Y"),
    }
    assert view.state == "complete"
    assert forms.message.startswith("Saved: it is recorded on this computer.")
    assert forms.screen.footer.go_on.text() == "Done"
    forms.enter()
    assert not isinstance(forms.driver.window.frame.stack.currentWidget(), FormScreen)


def test_what_is_wrong_is_said_beside_the_field_when_it_is_left(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    forms.enter()
    QTest.keyClicks(forms.focus, "140")
    assert question(forms, "IT.BLAST")._message is None
    forms.enter()
    message = question(forms, "IT.BLAST")._message
    assert message.isVisible()
    assert message.tone is Tone.WRONG
    assert "100" in message.text
    forms.back()
    QTest.keyClicks(forms.focus, "14.0")
    forms.enter()
    assert message.isHidden()


def test_a_hard_check_stops_the_save_and_the_keys_go_to_it(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    forms.type("2026-11-05", "140", "1")
    forms.save()
    assert forms.here == "IT.BLAST"
    assert forms.message.startswith("Not saved: one answer")
    assert forms.ask(lambda site: site.subjects())[-1].subject == "01-A001"


def test_a_soft_check_waits_beside_its_field_and_f6_leads_there_and_back(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    forms.type("2026-11-05", "95")
    assert forms.here == "IT.YES", "Enter goes to the next question"
    assert forms.screen.footer.checks.isVisible()
    assert forms.screen.footer.checks.text() == "1 check to answer"
    forms.press(Qt.Key.Key_F6)
    assert forms.here == "comment.IT.BLAST"
    forms.type("counted by two people")
    assert forms.here == "IT.YES", "back to where the person was"
    assert not forms.screen.footer.checks.isVisible()
    forms.type("1")
    forms.save()
    view = forms.ask(lambda site: site.form("01-A002", forms.screen._asked[1]))
    assert [(check.check, check.comment) for check in view.checks] == [("RANGE.IT.BLAST.3", "counted by two people")]


def test_a_save_asks_once_for_what_the_checks_want_to_know(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    forms.type("2026-11-05", "95", "1")
    forms.save()
    assert forms.screen.panel.isVisible()
    assert forms.here == "comment.IT.BLAST"
    forms.type("12")
    assert forms.screen.panel.isVisible(), "digits are no comment"
    assert forms.here == "comment.IT.BLAST"
    forms.press(Qt.Key.Key_A, modifiers=Qt.KeyboardModifier.ControlModifier)
    forms.type("counted by two")
    view = forms.ask(lambda site: site.form("01-A002", forms.screen._asked[1]))
    assert view.state == "complete"
    assert [(check.check, check.comment) for check in view.checks] == [("RANGE.IT.BLAST.3", "counted by two")]


def test_tab_does_not_lead_into_a_comment(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    forms.type("2026-11-05")
    QTest.keyClicks(forms.focus, "95")
    forms.press(Qt.Key.Key_Tab)
    assert forms.here == "IT.YES"
    forms.press(Qt.Key.Key_Tab, modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert forms.here == "IT.BLAST"


def test_esc_in_a_comment_leads_back_and_not_out_of_the_form(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    forms.type("2026-11-05", "95")
    forms.press(Qt.Key.Key_F6, Qt.Key.Key_Escape)
    assert forms.here == "IT.YES"


def test_f2_goes_round_the_markers(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    forms.enter()
    seen = []
    for _ in range(4):
        forms.press(F2)
        value = forms.screen.wizard.value(BLAST)
        seen.append(value.missing if value else "")
        assert forms.here == "IT.BLAST"
    assert seen == ["NOT_DONE", "UNKNOWN", "NOT_APPLICABLE", ""]


def test_f2_in_a_comment_marks_nothing(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    forms.type("2026-11-05", "95")
    forms.press(Qt.Key.Key_F6)
    assert forms.here == "comment.IT.BLAST"
    forms.press(F2)
    assert forms.screen.wizard.value(BLAST) == ItemValue(value="95", unit="%")


def test_the_button_beside_a_field_offers_the_markers(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    button = forms.page.findChild(MarkerButton, "marker.IT.BLAST")
    button.marked.emit("UNKNOWN")
    forms.driver.settle()
    assert forms.field("IT.BLAST").is_marked
    assert forms.here == "IT.BLAST"
    button.marked.emit("")
    assert forms.screen.wizard.value(BLAST) is None


def test_what_does_not_apply_is_not_there(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    assert question(forms, "IT.WHY").isVisible(), "unknown shows it"
    forms.enter()
    forms.enter()
    forms.press(Qt.Key.Key_1)
    assert not question(forms, "IT.WHY").isVisible()
    forms.press(Qt.Key.Key_2)
    assert question(forms, "IT.WHY").isVisible()
    forms.enter()
    assert forms.here == "IT.WHY"


def test_what_follows_from_other_forms_stands_below_the_field(forms: Any) -> None:
    forms.open("F.CRIT")
    follows = question(forms, "IT.C1")._follows
    assert follows.text == "Follows from other entries: Met"
    forms.press(Qt.Key.Key_1)
    assert (follows.tone, follows.text) == (Tone.DONE, "Agrees with other entries: Met")
    forms.press(Qt.Key.Key_2)
    assert (follows.tone, follows.text) == (Tone.DUE, "Other entries say: Met")


def test_every_field_has_a_buddy_label_and_a_name(forms: Any) -> None:
    for form in ("F.IN", "F.ALL", "F.CRIT"):
        forms.open(form)
        for each in forms.page.questions:
            assert each._question.buddy() is each.field
            assert each.field.accessibleName() == each._question.text() != ""
        for button in forms.page.findChildren(QAbstractButton):
            assert button.accessibleName() or button.text() or not button.isVisible()


def test_a_question_is_scrolled_into_view_when_the_keys_come_to_it(forms: Any) -> None:
    forms.driver.window.resize(1024, 640)
    forms.open("F.SIXTY")
    forms.press(Qt.Key.Key_PageDown)
    bar = forms.page.area.verticalScrollBar()
    assert bar.value() == 0
    for _ in range(30):
        forms.enter()
    field = forms.field(forms.here)
    top = field.mapTo(forms.page.area.viewport(), field.rect().topLeft()).y()
    assert bar.value() > 0
    assert 0 <= top <= forms.page.area.viewport().height() - field.height()


def test_a_click_into_the_empty_page_keeps_the_keys_where_they_are(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    forms.enter()
    forms.driver.click(forms.page.findChild(QLabel))
    assert forms.here == "IT.BLAST"


def test_an_ampersand_in_a_question_is_seen(qapp: QApplication) -> None:
    study = definition()
    item = msgspec.structs.replace(
        study.items["IT.NOTE"], question={"en": "Safety & efficacy", "zh": "安全性 & 有效性"}
    )
    shown = Question(study, ItemPlace("IG.ALL", "", "IT.NOTE"), ItemRef(item="IT.NOTE"), item, "1")
    plain = QLabel("Safety & efficacy")
    plain.setTextFormat(Qt.TextFormat.PlainText)
    assert shown._question.sizeHint().width() == plain.sizeHint().width()
    assert shown.field.accessibleName() == "Safety & efficacy"
    for each in (shown, plain):
        each.deleteLater()
