"""Preferences of a person on this computer; nothing about the trial."""

import contextlib
import json
import os
from pathlib import Path
from typing import NamedTuple

from ui.look.language import Language, of_system
from ui.look.style import Choice

IDLE_MINUTES = 10


class Preferences(NamedTuple):
    """The preferences, as they are kept in a small file of their own."""

    language: Language
    theme: Choice = Choice.SYSTEM
    rail_folded: bool = False
    idle_minutes: int = IDLE_MINUTES
    """The window locks itself after so many minutes without a key or the mouse."""
    geometry: str = ""
    """Where the window was and how large, as Qt saves it, in base 64."""

    @classmethod
    def read(cls, file: Path) -> "Preferences":
        """The preferences in a file; the usual ones where it cannot be read, which is no reason to stop."""
        usual = cls(of_system())
        try:
            kept = json.loads(file.read_bytes())
            return usual._replace(
                language=Language(kept["language"]),
                theme=Choice(kept["theme"]),
                rail_folded=bool(kept["rail_folded"]),
                idle_minutes=max(1, int(kept["idle_minutes"])),
                geometry=str(kept.get("geometry", "")),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return usual

    def keep(self, file: Path) -> None:
        """Write them; where that fails they hold for this time only."""
        beside = file.with_suffix(".new")
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(self._asdict()), encoding="utf-8")
            os.replace(beside, file)  # noqa: PTH105 - the same call on every system
