"""Queries, signatures and the statistics of double entry, as shown."""

from desktop.study.clinical_data import Place
from desktop.views.base import View


class QueryStep(View, frozen=True, kw_only=True):
    """One step of a query's thread."""

    act: str
    user: str
    """Name."""
    wall: str
    text: str


class QueryView(View, frozen=True, kw_only=True):
    """A query with its thread."""

    id: str
    subject: str
    place: Place
    state: str
    """`open`, `answered` or `closed`."""
    due: str
    thread: tuple[QueryStep, ...]


class SignatureView(View, frozen=True, kw_only=True):
    """An electronic signature, and whether it holds."""

    id: str
    subject: str
    user: str
    """Name as of now."""
    name: str
    """Printed name at the signing."""
    meaning: str
    wall: str
    forms: int
    void_since: str = ""
    void_because: str = ""
    fields: dict[str, str] = {}
    """Of the words why it is void."""


class Compared(View, frozen=True, kw_only=True):
    """How many values of two passes were compared, and how many differed."""

    of: str
    """OID of an item or a form, name of a person, or month."""
    compared: int
    different: int


class Statistics(View, frozen=True, kw_only=True):
    """What double entry found."""

    awaiting_second: int
    verified: int
    discrepant: int
    compared: int
    different: int
    rate: float | None
    low: float | None
    """Limits of the exact 95 % interval of the rate (Clopper and Pearson)."""
    high: float | None
    by_item: tuple[Compared, ...]
    by_form: tuple[Compared, ...]
    by_person: tuple[Compared, ...]
    by_month: tuple[Compared, ...]
