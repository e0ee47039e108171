"""Which entries a site has redacted: the fold of the entries that say so, and of who might say it.

A redaction destroys what it names, so it is honoured only where a manager of the site made it and what it names is a form's
save. Whoever was a manager once counts, before or after: so the union of the journals says the same in any order of arrival.
"""

from collections.abc import Iterable

from desktop.journal.bodies import Kind, Redacted, UserAdded, UserChanged
from desktop.journal.entry import Entry
from desktop.views.people import Role

REDACTION_KINDS = (Kind.USER_ADDED, Kind.USER_CHANGED, Kind.REDACTED)
"""The kinds of entries that this fold reads."""

REDACTABLE_KINDS = (Kind.FORM_SAVED,)
"""The kinds of entries that may be redacted."""


def fold_redactions(entries: Iterable[Entry]) -> frozenset[tuple[str, int]]:
    """(device, sequence) of every entry that a manager redacted, whether it is here or not."""
    managers: set[str] = set()
    redacted: list[tuple[str, tuple[str, int]]] = []
    for entry in entries:
        match entry.body:
            case UserAdded() | UserChanged() as person if Role.MANAGER in person.roles:
                managers.add(person.user)
            case Redacted() as redaction:
                redacted.append((entry.head.user, (redaction.device, redaction.sequence)))
            case _:
                pass
    return frozenset(place for user, place in redacted if user in managers)
