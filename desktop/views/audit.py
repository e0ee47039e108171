"""The audit trail, as shown."""

from desktop.study.clinical_data import FormKey, ItemValue
from desktop.views.base import View


class Change(View, frozen=True, kw_only=True):
    """One value changed once: a line of the history, and of the audit trail."""

    subject: str
    key: FormKey
    group: str
    row: str
    item: str
    old: ItemValue | None
    new: ItemValue | None
    derived: bool
    user: str
    """Name."""
    user_oid: str
    wall: str
    """ISO 8601 with offset."""
    clock_behind: bool
    """The computer's clock had been set back when this was recorded."""
    reason: str
    device: str
    sequence: int
    received: bool
    """The centre has signed for the entry."""
    entry_pass: int = 1


class AuditLine(View, frozen=True, kw_only=True):
    """One journal entry shown to a person."""

    order: tuple[int, str, int]
    """Its place in the fold: pass the last one shown to `Site.audit` for the next lines."""
    device: str
    sequence: int
    kind: str
    wall: str
    user: str
    subject: str | None
    key: FormKey | None
    detail: str
    """English template of `desktop.messages`."""
    fields: dict[str, str] = {}
    reason: str = ""
    clock_behind: bool = False
