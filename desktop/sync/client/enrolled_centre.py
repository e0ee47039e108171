"""The enrolled centre: its keys and newest directory, kept in the vault."""

import msgspec
from sqlalchemy import Connection

from desktop.errors import CentreError
from desktop.sync.formats import signed_statement
from desktop.sync.formats.directory import DIRECTORY_TYPE, Directory
from desktop.sync.formats.fingerprint import fingerprint
from desktop.sync.formats.signed_statement import Signed
from desktop.vault import outbox_tables

CENTRE = "centre"


class AgreedCentre(msgspec.Struct, frozen=True, kw_only=True):
    """The centre that this device joined."""

    url: str
    root_key: str
    directory: Signed

    @property
    def fingerprint(self) -> str:
        """The words of the study's root key."""
        return fingerprint(self.root_key)

    def read_directory(self) -> Directory:
        """The directory, its signature verified. Raises DamagedError."""
        return signed_statement.verify(DIRECTORY_TYPE, self.directory, self.root_key, Directory)


def agreed_centre(connection: Connection) -> AgreedCentre | None:
    """The centre that this device joined; None before enrolment."""
    kept = outbox_tables.read_peer(connection, CENTRE)
    return None if kept is None else msgspec.msgpack.decode(kept, type=AgreedCentre)


def keep_centre(connection: Connection, centre: AgreedCentre) -> None:
    """Keep what was agreed."""
    outbox_tables.put_peer(connection, CENTRE, msgspec.msgpack.encode(centre))


def with_directory(centre: AgreedCentre, newer: Signed) -> AgreedCentre:
    """The agreement with the directory that the centre just sent.

    Raises DamagedError where the study's root key did not sign it, CentreError for another study's, an older version
    than was seen, or other content under the version that was seen.
    """
    known = centre.read_directory()
    directory = signed_statement.verify(DIRECTORY_TYPE, newer, centre.root_key, Directory)
    if directory.study != known.study or directory.root_key != centre.root_key:
        raise CentreError("The centre's directory is that of another study.")
    if directory.version < known.version or (directory.version == known.version and directory != known):
        raise CentreError(
            "The centre sent an older directory than this computer has seen. Ask the centre what happened."
        )
    return msgspec.structs.replace(centre, directory=newer)
