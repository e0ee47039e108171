"""The state of sync, as shown."""

from desktop.views.base import View


class EntryStates(View, frozen=True, kw_only=True):
    """How far this device's entries have travelled; each entry is in exactly one state."""

    recorded: int = 0
    packed: int = 0
    handed_over: int = 0
    received: int = 0

    @property
    def waiting(self) -> int:
        """Entries that the centre has not signed for."""
        return self.recorded + self.packed + self.handed_over


class SyncEvent(View, frozen=True, kw_only=True):
    """A line of what happened between this computer and the centre."""

    wall: str
    channel: str
    outcome: str
    """`done`, `waiting` or `failed`."""
    message: str
    fields: dict[str, str] = {}


class SyncView(View, frozen=True, kw_only=True):
    """The sync screen."""

    enrolled: bool
    url: str = ""
    fingerprint: str = ""
    entries: EntryStates
    total: int
    last_receipt: str = ""
    """Wall time of the last verified receipt; empty before the first."""
    received_to: int = 0
    """Sequence number up to which the centre has signed."""
    head: str = ""
    """The chain head in words that two people can compare on the telephone."""
    directory_version: int = 0
    log: tuple[SyncEvent, ...] = ()
