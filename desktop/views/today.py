"""Today and the state of the site, as shown."""

import datetime

from desktop.views.base import View
from desktop.views.casebook import DecisionNeeded, Discrepancy
from desktop.views.forms import Draft, DueForm, FormState, FormSummary
from desktop.views.people import UserView
from desktop.views.sync import EntryStates


class ShellView(View, frozen=True, kw_only=True):
    """What the frame around every screen shows."""

    study: str
    site: str
    user: UserView
    entries: EntryStates
    enrolled: bool
    due: int
    discrepancies: int


class Today(View, frozen=True, kw_only=True):
    """The home screen."""

    date: datetime.date
    due: tuple[DueForm, ...]
    drafts: tuple[Draft, ...]
    incomplete: tuple[FormSummary, ...]
    awaiting_second: tuple[FormSummary, ...]
    """Forms whose second entry the person may make, oldest first."""
    open_checks: tuple[FormSummary, ...]
    decisions: tuple[DecisionNeeded, ...]
    """As far as idle time has looked."""
    discrepancies: tuple[Discrepancy, ...]
    entries: EntryStates
    enrolled: bool
    last_receipt: str
    subjects: int
    planned_subjects: int | None
    subjects_by_month: tuple[tuple[str, int], ...]
    """(YYYY-MM, subjects registered up to its end), the last eight months."""
    forms_complete: int
    forms_total: int
    clock_behind: bool


class Status(View, frozen=True, kw_only=True):
    """The numbers of `sitebook status`."""

    site: str
    device: str
    subjects: int
    forms: dict[FormState, int]
    due: dict[str, int]
    """`due`, `overdue` and `missed` forms."""
    awaiting_second: int
    discrepancies: int
    queries: int
    signatures: dict[str, int]
    """`valid` and `void`."""
    sdv: dict[str, int]
    """Forms whose source data are verified (`done`), and complete ones that are not (`due`)."""
    entries: EntryStates
    last_receipt: str | None
