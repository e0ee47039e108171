"""The list of discrepancies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.errors import RefusedError
from desktop.reading.summaries import discrepancy
from desktop.vault import casebook_tables
from desktop.views.casebook import Discrepancy

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from desktop.site_session import SiteSession


def discrepancies(site: SiteSession, *, settled: bool = False) -> tuple[Discrepancy, ...]:
    """What two people or two computers recorded differently: what is open, or with what was settled."""
    with site.vault.begin() as connection:
        if not settled:
            return discrepancies_of(site, connection)
        staff = site.vault.staff(connection)
        return tuple(
            discrepancy(site.definition, staff, subject, key, one)
            for subject, key, form in casebook_tables.forms(connection)
            if not form.awaits_second
            for one in form.differences
            if one.settled is not None or one in form.open_differences
        )


def discrepancies_of(site: SiteSession, connection: Connection) -> tuple[Discrepancy, ...]:
    """The open discrepancies of all subjects, read in an open transaction."""
    staff = site.vault.staff(connection)
    return tuple(
        discrepancy(site.definition, staff, subject, key, one)
        for subject, key, form in casebook_tables.open_differences(connection)
        for one in form.open_differences
    )


def discrepancy_of(site: SiteSession, of: str) -> Discrepancy:
    """One that is open or was settled. Raises RefusedError."""
    for one in discrepancies(site, settled=True):
        if one.id == of:
            return one
    raise RefusedError("There is no discrepancy of this ID.")
