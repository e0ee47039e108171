"""The list of discrepancies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.reading.summaries import discrepancy
from desktop.vault import casebook_tables
from desktop.views.casebook import Discrepancy
from desktop.views.forms import FormState

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from desktop.site_session import SiteSession


def discrepancies(site: SiteSession) -> tuple[Discrepancy, ...]:
    """What two people or two computers recorded differently."""
    with site.vault.begin() as connection:
        return discrepancies_of(site, connection)


def discrepancies_of(site: SiteSession, connection: Connection) -> tuple[Discrepancy, ...]:
    """The discrepancies of all subjects, read in an open transaction."""
    staff = site.vault.staff(connection)
    return tuple(
        discrepancy(site.definition, staff, subject, key, clash)
        for subject, key, form in casebook_tables.forms(connection, state=FormState.DISCREPANT)
        for clash in form.clashes
    )
