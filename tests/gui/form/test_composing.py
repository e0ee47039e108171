"""While an input method composes, keys belong to it."""

from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent

from desktop.study.clinical_data import ItemPlace, ItemValue
from ui.form.screen import FormScreen

NO_MODIFIER = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def compose(widget: Any, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    if commit:
        event.setCommitString(commit)
    QCoreApplication.sendEvent(widget, event)


def send(widget: Any, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    """As a platform would: first the question whether it is a shortcut, then the key."""
    override = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers)
    override.ignore()
    QCoreApplication.sendEvent(widget, override)
    assert override.isAccepted(), "a shortcut would take the key from the input method"
    QCoreApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, key, modifiers))


def test_no_key_of_the_form_works_while_a_word_is_composed(forms: Any) -> None:
    forms.open("F.IN")
    for _ in range(2):
        forms.enter()
    forms.press(Qt.Key.Key_2)
    forms.enter()
    assert forms.here == "IT.WHY"
    line = forms.focus
    compose(line, "yuan'yin")
    assert line.is_composing
    for key, modifiers in (
        (Qt.Key.Key_Return, NO_MODIFIER),
        (Qt.Key.Key_Escape, NO_MODIFIER),
        (Qt.Key.Key_F2, NO_MODIFIER),
        (Qt.Key.Key_F4, NO_MODIFIER),
        (Qt.Key.Key_1, NO_MODIFIER),
        (Qt.Key.Key_S, CONTROL),
        (Qt.Key.Key_L, CONTROL),
    ):
        send(line, key, modifiers)
    forms.driver.settle()
    assert forms.focus is line
    assert line.text() == ""
    assert forms.screen.panel.isHidden()
    assert forms.screen.history.isHidden()
    assert isinstance(forms.driver.window.frame.stack.currentWidget(), FormScreen)
    compose(line, "", "原因")
    assert not line.is_composing
    forms.enter()
    assert forms.screen.wizard.value(ItemPlace("IG.IN", "", "IT.WHY")) == ItemValue(value="原因")
    assert forms.here != "IT.WHY"


def test_a_long_text_and_a_comment_compose_the_same_way(forms: Any) -> None:
    forms.open("F.ALL")
    forms.screen.page.focus_place(ItemPlace("IG.ALL", "", "IT.NOTE"))
    text = forms.focus
    compose(text, "bei'zhu")
    send(text, Qt.Key.Key_Return)
    assert forms.focus is text
    compose(text, "", "备注")
    assert text.toPlainText() == "备注"


def test_terms_are_found_by_what_an_input_method_commits(forms: Any) -> None:
    forms.open("F.EVENT")
    line = forms.focus
    compose(line, "fa're")
    send(line, Qt.Key.Key_Return)
    assert forms.field("IT.TERM").found == ()
    compose(line, "", "发热性")
    assert forms.field("IT.TERM").found == ("FN",)
    forms.enter()
    assert forms.screen.wizard.value(ItemPlace("IG.EVENT", "", "IT.TERM")) == ItemValue(value="FN")
