"""Data of a month's transfer: the fold of the entries recorded up to its end."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from desktop.casebook import double_entry, form_fold
from desktop.errors import RefusedError
from desktop.export.transfer import Transfer, TransferForm
from desktop.journal import entry as e
from desktop.study.clinical_data import FormKey
from desktop.vault import journal_table
from desktop.vault.vault import folds

if TYPE_CHECKING:
    from desktop.site_session import SiteSession


def transfer(site: SiteSession, month: str) -> Transfer:
    """What the entries recorded up to the end of a month in the site's zone add up to.

    When they were recorded is what their neighbours and receipts say: a wrong clock leaves no hole.

    Raises RefusedError where the month is none.
    """
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
        raise RefusedError("A month is written as 2026-11.")
    zone = zoneinfo.ZoneInfo(site.location.zone)
    times = site.recorded_times
    forms: list[TransferForm] = []
    heads: dict[str, int] = {}
    order = {event.oid: number for number, event in enumerate(site.definition.version.events)}

    def within(entries: Iterable[e.Entry]) -> Iterator[e.Entry]:
        for entry in entries:
            recorded = times.of(entry.head.device, entry.head.sequence)
            if f"{recorded.astimezone(zone):%Y-%m}" <= month:
                heads[entry.head.device] = max(heads.get(entry.head.device, 0), entry.head.sequence)
                yield entry

    with site.vault.begin() as connection:
        for fold in folds(within(journal_table.all_by_subject(connection)), site.vault.study_version):
            present = [(key, form) for key, form in fold.forms.items() if form.removed is None]
            present.sort(key=lambda pair: (order.get(pair[0].event, -1), pair[0]))
            forms += [_transfer_form(site, fold.subject, key, form) for key, form in present]
        points = tuple(
            (device, sequence, (journal_table.chain_value(connection, device, sequence) or b"").hex())
            for device, sequence in sorted(heads.items())
        )
    return Transfer(definition=site.definition, location=site.location, month=month, heads=points, forms=tuple(forms))


def _transfer_form(site: SiteSession, subject: str, key: FormKey, form: form_fold.FormFold) -> TransferForm:
    """A form as it stood; nothing of its first pass for somebody who may still make the second."""
    is_blind = site.is_blind(subject, key)
    return TransferForm(
        subject=subject,
        key=key,
        state=str(form.state),
        version=form.version,
        content={} if is_blind else form.content(),
        derived={} if is_blind else double_entry.without(form.derived(), site.hidden(subject).items),
        wall=form.last.wall if form.last else "",
        first_wall=form.first.wall if form.first else "",
        user=form.last.user if form.last else "",
    )
