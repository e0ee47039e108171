"""Versions of the vault's tables, and the way from an older one to this release's.

`SCHEMA_VERSION` counts changes of the tables that cannot be made again: journal, drafts, outbox, properties. `MIGRATIONS[n]`
leads from version n to n + 1 and stays for ever. What can be made again, the casebook and the open checks, has versions of
its own: where one differs, its tables are dropped and made anew.

Before an older vault is touched, its files are copied into a folder beside them. A newer one is refused.
"""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import sqlalchemy
from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects.sqlite import insert

from desktop import __version__
from desktop.casebook.fold import FOLD_VERSION
from desktop.errors import DamagedError, NewerReleaseError
from desktop.files import flush_to_disk, sync_folder
from desktop.vault import key_slots
from desktop.vault.database import BAD_DATABASE, translated
from desktop.vault.tables import CASEBOOK, OPEN_CHECKS, metadata, property_

MIGRATIONS: Mapping[int, Callable[[Connection], None]] = {}
SCHEMA_VERSION = 1
OPEN_CHECKS_VERSION = 1

COPYING = ".sitebook-copy"
"""The folder of a copy while it is made."""

_INSERT = insert(property_)
_PUT = _INSERT.on_conflict_do_update(index_elements=["name"], set_={"value": _INSERT.excluded.value})


class Versions(msgspec.Struct, frozen=True):
    """By which versions a vault's tables were made. A vault that does not say is of the first."""

    schema_version: int = 1
    fold_version: int = 1
    open_checks_version: int = 1

    def is_newer(self, known: "Versions") -> bool:
        """Whether a newer release made any of the tables."""
        return any(mine > theirs for mine, theirs in zip(self.as_tuple(), known.as_tuple(), strict=True))

    def as_tuple(self) -> tuple[int, int, int]:
        """The three of them."""
        return (self.schema_version, self.fold_version, self.open_checks_version)


def current_versions() -> Versions:
    """The versions of this release."""
    return Versions(SCHEMA_VERSION, FOLD_VERSION, OPEN_CHECKS_VERSION)


def read_versions(engine: sqlalchemy.Engine) -> Versions:
    """The versions of a vault that is open. Raises DamagedError."""
    names = Versions.__struct_fields__
    with translated(), engine.begin() as connection:
        rows = connection.execute(select(property_).where(property_.c.name.in_(names))).all()
    try:
        return Versions(**{row.name: int(row.value) for row in rows})
    except ValueError as error:
        raise DamagedError(BAD_DATABASE) from error


def refuse_newer(found: Versions, release: str) -> None:
    """Raises NewerReleaseError for tables that a newer release made; `release` is the one that made the vault."""
    if found.is_newer(current_versions()):
        raise NewerReleaseError(
            key_slots.NEWER,
            theirs=release,
            ours=__version__,
            found=".".join(map(str, found.as_tuple())),
            known=".".join(map(str, current_versions().as_tuple())),
        )


def keep_copy(folder: Path, release: str, found: Versions) -> None:
    """Copy the files of a vault that nobody writes to, once for each state of its tables. Raises EnvironmentProblemError."""
    copy = folder / f"copy-of-{release}-{'.'.join(map(str, found.as_tuple()))}"
    if copy.exists():
        return
    copying = folder / COPYING
    with translated():
        shutil.rmtree(copying, ignore_errors=True)
        copying.mkdir()
        for name in ("journal.db", key_slots.FILE):
            with (folder / name).open("rb") as source, (copying / name).open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
                flush_to_disk(target)
        copying.rename(copy)
        sync_folder(folder)


def upgrade(connection: Connection, found: Versions) -> None:
    """Bring the tables of an older release up to this one's. The casebook is left empty where its fold is another."""
    for version in range(found.schema_version, SCHEMA_VERSION):
        MIGRATIONS[version](connection)
    known = current_versions()
    if found.fold_version != known.fold_version:
        _drop(connection, CASEBOOK)
    if found.open_checks_version != known.open_checks_version:
        _drop(connection, OPEN_CHECKS)
    metadata.create_all(connection)
    # The fold's own version is written by the rebuild that fills it.
    put_versions(connection, msgspec.structs.replace(known, fold_version=found.fold_version))


def put_versions(connection: Connection, versions: Versions) -> None:
    """Write the versions into the vault."""
    values = msgspec.structs.asdict(versions)
    connection.execute(_PUT, [{"name": name, "value": str(value).encode()} for name, value in values.items()])


def _drop(connection: Connection, tables: tuple[Table, ...]) -> None:
    for table in tables:
        table.drop(connection, checkfirst=True)
