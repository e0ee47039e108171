"""What a person prefers on this computer: language, theme and the like; nothing about the trial."""

import contextlib
import os
from pathlib import Path
from typing import Self

import msgspec

from ui.language import Language, of_system
from ui.style import Choice

IDLE_MINUTES = 10


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """The preferences, as they are kept in a small file of their own."""

    language: Language = msgspec.field(default_factory=of_system)
    theme: Choice = Choice.SYSTEM
    rail_folded: bool = False
    idle_minutes: int = IDLE_MINUTES
    """The window locks itself after so many minutes without a key or the mouse."""

    @classmethod
    def read(cls, file: Path) -> Self:
        """The preferences in a file; the usual ones where it cannot be read, which is no reason to stop."""
        try:
            return msgspec.json.decode(file.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError):
            return cls()

    def keep(self, file: Path) -> None:
        """Write them; where that fails they hold for this time only."""
        beside = file.with_suffix(".new")
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(msgspec.json.encode(self))
            os.replace(beside, file)  # noqa: PTH105 - the same call on every system
