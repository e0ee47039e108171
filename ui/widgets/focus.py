"""Whose the focus is: what comes late must not take it from a person who types."""

from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget


def types_elsewhere(screen: QWidget) -> bool:
    """Whether the person is typing or choosing outside of a screen."""
    if QApplication.activePopupWidget() is not None:
        return True
    focus = QApplication.focusWidget()
    is_entry = isinstance(focus, QLineEdit | QPlainTextEdit | QTextEdit | QComboBox)
    return is_entry and not screen.isAncestorOf(focus) and focus is not screen
