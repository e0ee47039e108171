"""Data of a monthly transfer, made by the site and written by `xlsx/writer.py`."""

import datetime
import hashlib

import msgspec

from desktop.study.clinical_data import FormContent, FormKey
from desktop.study.definition.metadata import Definition, Location


class TransferForm(msgspec.Struct, frozen=True, kw_only=True):
    """One form of one subject, as it stood at the end of the month."""

    subject: str
    key: FormKey
    state: str
    version: str
    content: FormContent
    derived: FormContent
    wall: str
    """Wall time of the last save, ISO 8601 with offset."""
    first_wall: str = ""
    """Wall time of the first save."""
    user: str = ""
    """OID of the person who saved it last: names stay in the vault."""


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """A month's transfer: what the entries recorded up to the end of the month add up to."""

    definition: Definition
    location: Location
    month: str
    """YYYY-MM"""
    heads: tuple[tuple[str, int, str], ...]
    """(device, sequence, chain value in hexadecimal) of the newest entry of each device within the month."""
    forms: tuple[TransferForm, ...]
    """By subject, then in the study's order."""

    @property
    def created(self) -> datetime.datetime:
        """The date that the file bears: the last second of the month, so that the same entries give the same bytes."""
        year, month = map(int, self.month.split("-"))
        following = datetime.datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001 - Excel knows no zones
        return following - datetime.timedelta(seconds=1)

    @property
    def sha256(self) -> str:
        """Of the content: what the cover sheet bears and a check of the file computes again."""
        digest = hashlib.sha256()
        for part in (self.definition.sha256, self.location.oid, self.month, self.heads, *self.forms):
            digest.update(msgspec.json.encode(part, order="sorted"))
        return digest.hexdigest()
