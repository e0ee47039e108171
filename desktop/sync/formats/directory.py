"""The directory: the study's devices, users' keys and centre, signed."""

from desktop.sync.formats.base import Message, SealingKey
from desktop.sync.formats.signed_statement import Hex32

DIRECTORY_TYPE = "application/vnd.sitebook.directory+json"


class CentreRecord(Message, frozen=True, kw_only=True):
    """The centre's public keys, hexadecimal."""

    signing_key: Hex32
    sealing_key: SealingKey


class DeviceRecord(Message, frozen=True, kw_only=True):
    """A device that may send batches. One that is no longer active may not, but what it sent stays verifiable."""

    device: str
    site: str
    letter: str
    signing_key: Hex32
    sealing_key: SealingKey
    active: bool = True


class Directory(Message, frozen=True, kw_only=True):
    """Who may sign what; signed by the study's root key. Each change makes the next version."""

    version: int
    study: str
    root_key: Hex32
    centre: CentreRecord
    devices: tuple[DeviceRecord, ...] = ()

    def device(self, oid: str) -> DeviceRecord | None:
        """The record of a device."""
        return next((record for record in self.devices if record.device == oid), None)
