"""What a save asks: what is missing, why saved values change; what it says when it is done; removing a form."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from ui.form.screen import FormScreen

VISIT = FormKey("SE.1", 1, "F.IN", 1)
YES = ItemPlace("IG.IN", "", "IT.YES")


def test_missing_answers_are_listed_and_lead_there(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    forms.type("2026-11-05")
    forms.save()
    panel = forms.screen.panel
    assert panel.isVisible()
    jumps = {jump.text(): jump for jump in panel.findChildren(QAbstractButton) if jump.objectName().startswith("jump.")}
    assert list(jumps) == ["Blasts", "Was it done"]
    forms.driver.click(jumps["Was it done"])
    assert panel.isHidden()
    assert forms.here == "IT.YES"


def test_a_form_may_be_saved_incomplete_and_completed_later(forms: Any) -> None:
    forms.open("F.IN", subject="01-A002")
    forms.type("2026-11-05")
    forms.save()
    assert forms.here == "form.primary"
    assert forms.screen.footer.go_on.text() == "Save as incomplete"
    forms.enter()
    key = forms.screen._asked[1]
    assert forms.ask(lambda site: site.form("01-A002", key)).state == "incomplete"
    forms.press(Qt.Key.Key_Escape)
    forms.open("F.IN", subject="01-A002")
    assert forms.here == "IT.BLAST", "the keys go to what is missing"
    forms.type("14", "1")
    forms.save()
    view = forms.ask(lambda site: site.form("01-A002", key))
    assert view.state == "complete"


def test_the_question_why_changes_its_language_and_keeps_what_was_begun(forms: Any) -> None:
    forms.open("F.IN")
    forms.enter()
    QTest.keyClicks(forms.focus, "41")
    forms.save()
    QTest.keyClicks(forms.focus, "misread")
    forms.driver.window.change_language()
    forms.driver.settle()
    panel = forms.screen.panel
    assert panel._title.text() == "已保存的数据有修改"
    assert panel.reason_text == "misread"


def test_changing_a_saved_value_asks_why_in_place(forms: Any) -> None:
    forms.open("F.IN")
    forms.enter()
    QTest.keyClicks(forms.focus, "41")
    forms.save()
    panel = forms.screen.panel
    assert panel.isVisible()
    assert panel.needs_reason
    assert forms.here == "reason"
    assert "40 % → 41 %" in [label.text() for label in panel.findChildren(type(panel._title))]
    assert forms.screen.footer.go_on.text() == "Record the change"
    forms.enter()
    assert panel.isVisible(), "it does not go without a reason"
    assert panel.reason.message.text == "Say why, in a few words."
    forms.type("Read again in the source")
    view = forms.saved("F.IN")
    assert view.content["IG.IN"][""]["IT.BLAST"] == ItemValue(value="41", unit="%")
    last = forms.ask(lambda site: site.history("01-A001", VISIT, ItemPlace("IG.IN", "", "IT.BLAST")))[-1]
    assert (last.old.value, last.new.value, last.reason) == ("40", "41", "Read again in the source")


def test_the_question_of_a_save_can_be_left(forms: Any) -> None:
    forms.open("F.IN")
    forms.enter()
    QTest.keyClicks(forms.focus, "41")
    forms.save()
    forms.press(Qt.Key.Key_Escape)
    assert forms.screen.panel.isHidden()
    assert isinstance(forms.driver.window.frame.stack.currentWidget(), FormScreen)
    assert forms.screen.wizard.is_changed
    assert forms.saved("F.IN").content["IG.IN"][""]["IT.BLAST"].value == "40"


def test_saving_what_is_saved_records_nothing(forms: Any) -> None:
    forms.open("F.IN")
    before = forms.ask(lambda site: site.status()).entries
    forms.save()
    assert forms.ask(lambda site: site.status()).entries == before
    assert forms.message.startswith("Nothing was different")


def test_what_is_typed_at_the_moment_is_saved_too(forms: Any) -> None:
    forms.open("F.ALL")
    QTest.keyClicks(forms.focus, "5")
    forms.save()
    assert forms.saved("F.ALL").content["IG.ALL"][""]["IT.DOSE"] == ItemValue(value="5", unit="mg")


def test_the_header_says_what_is_safe(forms: Any) -> None:
    forms.open("F.ALL")
    assert forms.screen.header.kept == "Nothing recorded yet"
    QTest.keyClicks(forms.focus, "5")
    forms.enter()
    forms.driver.settle()
    assert forms.screen.header.kept.startswith("Draft kept ")
    forms.save()
    assert forms.screen.header.kept.endswith(", not yet received")


def test_what_another_person_changed_meanwhile_is_refused_or_kept_as_a_discrepancy_and_said(forms: Any) -> None:
    """Rules are asked again when the form is recorded: here the other form that a check reads has changed."""
    from desktop.actions import SaveForm

    forms.open("F.IN")
    forms.enter()
    forms.enter()
    forms.press(Qt.Key.Key_2)
    act = SaveForm(
        subject="01-A001",
        key=VISIT,
        items={ItemPlace("IG.IN", "", "IT.BLAST"): ItemValue(value="60", unit="%")},
        reason="second reading",
    )
    forms.ask(lambda site: site.record(act))
    forms.save()
    forms.type("not done after all")
    assert forms.message != ""
    assert not forms.message.startswith("Saved")
    assert forms.saved("F.IN").content["IG.IN"][""]["IT.YES"].value == "Y"


def test_a_monitor_reads_and_changes_nothing(forms: Any) -> None:
    forms.driver.window.sign_out()
    forms.driver.settle()
    forms.driver.sign_in(("Monitor", "monitor passphrase"))
    forms.open("F.IN")
    QTest.keyClicks(forms.focus, "9")
    forms.press(Qt.Key.Key_F2)
    forms.save()
    assert not forms.screen.wizard.is_changed
    assert forms.screen.header.subtitle == "Read only"
    forms.press(Qt.Key.Key_Escape)
    assert forms.ask(lambda site: site.today()).drafts == ()


def test_what_is_typed_while_the_form_is_on_its_way_changes_nothing(forms: Any) -> None:
    forms.open("F.ALL")
    QTest.keyClicks(forms.focus, "5")
    forms.screen.save()
    assert forms.screen.saving.runs
    assert forms.screen.header.kept == "Saving"
    QTest.keyClicks(forms.focus, "9")
    QTest.keyClick(forms.focus, Qt.Key.Key_F2)
    forms.driver.settle()
    assert forms.saved("F.ALL").content["IG.ALL"][""] == {"IT.DOSE": ItemValue(value="5", unit="mg")}
    assert not forms.screen.wizard.is_changed
    assert forms.here == "form.primary"


def test_the_question_why_keeps_its_list_in_another_language(forms: Any) -> None:
    forms.open("F.IN")
    forms.enter()
    QTest.keyClicks(forms.focus, "41")
    forms.save()
    panel = forms.screen.panel
    height = panel._area.height()
    assert height > 10
    forms.driver.window.change_language()
    forms.driver.settle()
    assert panel._area.isVisible()
    assert panel._area.height() >= height - 4
