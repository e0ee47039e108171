"""The state of sync: counts of entries by state, and the log of exchanges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.vault import outbox_tables
from desktop.views.sync import EntryStates, SyncView

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from desktop.site_session import SiteSession

SYNC_LINES = 50


def sync_view(site: SiteSession) -> SyncView:
    """How far this device's entries have travelled."""
    from desktop.sync.client.enrolled_centre import agreed_centre
    from desktop.sync.formats.fingerprint import head_words

    with site.vault.begin() as connection:
        centre = agreed_centre(connection)
        head = site.vault.chain_point(connection, site.device)
        return SyncView(
            enrolled=centre is not None,
            url=centre.url if centre else "",
            fingerprint=centre.fingerprint if centre else "",
            entries=entry_states(site, connection),
            total=head.sequence,
            last_receipt=outbox_tables.last_receipt(connection) or "",
            received_to=outbox_tables.received_to(connection),
            head=head_words(head.value),
            directory_version=centre.read_directory().version if centre else 0,
            log=outbox_tables.log(connection, SYNC_LINES),
        )


def received_to(site: SiteSession) -> int:
    """Sequence number up to which the centre has signed for this device's entries."""
    with site.vault.begin() as connection:
        return outbox_tables.received_to(connection)


def entry_states(site: SiteSession, connection: Connection) -> EntryStates:
    """How many entries of this device are in each state."""
    total = site.vault.chain_point(connection, site.device).sequence
    return outbox_tables.entry_states(connection, total)
