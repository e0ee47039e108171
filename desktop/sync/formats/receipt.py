"""The receipt: what the centre has accepted, signed."""

from desktop.sync.formats.base import Message
from desktop.sync.formats.signed_statement import Hex32

RECEIPT_TYPE = "application/vnd.sitebook.receipt+json"


class Receipt(Message, frozen=True, kw_only=True):
    """The centre has these entries on its disk. Signed before the commit, given out only after it."""

    study: str
    site: str
    device: str
    first: int
    last: int
    head: Hex32
    batch_sha256: Hex32
    received: str
    """Wall time of the centre, ISO 8601 with offset."""
