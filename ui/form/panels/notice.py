"""A message above the page that follows the language."""

from collections.abc import Callable

from PySide6.QtCore import QEvent

from ui.look.style import Tone
from ui.widgets.message import Message


class Notice(Message):
    """A message whose words are made anew when they are needed."""

    def __init__(self) -> None:
        super().__init__()
        self._made: tuple[Tone, Callable[[], str]] | None = None

    def tell(self, tone: Tone, words: Callable[[], str]) -> None:
        """Say what `words` gives, now and in any other language."""
        self._made = (tone, words)
        self.say(tone, words())

    def say_error(self, error: Exception) -> None:
        self._made = None
        super().say_error(error)

    def clear(self) -> None:
        self._made = None
        super().clear()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self._made is not None and self.text:
            self.tell(*self._made)
