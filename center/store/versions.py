"""The version of a store: known from a table in it, brought up to date by Alembic, refused where it is newer."""

import shutil
from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection, text

from center.store.database import DAMAGED
from center.store.tables import setting
from desktop import __version__
from desktop.errors import DamagedError, EnvironmentProblemError, NewerReleaseError

STORE_VERSION = "0002"
"""The newest revision in `migrations`: what this release makes and needs."""

FIRST_VERSION = "0001"
VERSION_TABLE = "alembic_version"

MIGRATIONS = Path(__file__).parent / "migrations"


def read_version(connection: Connection) -> str:
    """The version of a store. Raises DamagedError where it is none."""
    inspector = sqlalchemy.inspect(connection)
    if not inspector.has_table(setting.name):
        raise DamagedError(DAMAGED)
    if not inspector.has_table(VERSION_TABLE):
        # The first release wrote none.
        return FIRST_VERSION
    version = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant
    if version is None:
        raise DamagedError(DAMAGED)
    return str(version)


def migrate(connection: Connection, version: str, file: Path | None) -> None:
    """Bring a store of another version up to this release's; a store that is a file is copied beside itself before.

    Raises NewerReleaseError where a newer release made it.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix().replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version not in known:
        release = connection.scalar(sqlalchemy.select(setting.c.value).where(setting.c.name == "release"))
        raise NewerReleaseError(
            "The store was made by Sitebook {theirs} (store version {their_version}), which is newer than this Sitebook "
            "{ours} (store version {our_version}). Install the newer release.",
            theirs=(release or b"?").decode(),
            their_version=version,
            ours=__version__,
            our_version=STORE_VERSION,
        )
    if file is not None:
        try:
            shutil.copy2(file, file.with_name(f"{file.name}.version-{version}"))
        except OSError as error:
            raise EnvironmentProblemError("The store cannot be copied: {why}.", why=error.strerror) from error
    if not sqlalchemy.inspect(connection).has_table(VERSION_TABLE):
        command.stamp(config, version)
    command.upgrade(config, STORE_VERSION)


def stamp(connection: Connection) -> None:
    """Note that a store which was just made is of this release's version."""
    connection.execute(text(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text(f"INSERT INTO {VERSION_TABLE} VALUES (:version)"), {"version": STORE_VERSION})  # noqa: S608 - a constant
