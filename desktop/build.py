"""What this build is made of: version, commit, and the versions of what it stands on."""

import importlib.metadata
import json
import platform
import subprocess
from pathlib import Path

import msgspec

from desktop import __version__

PROGRAM = Path(__file__).resolve().parent.parent
BUILD_FILE = PROGRAM / "resources" / "build.json"
"""Written when the program is built: `{"commit": ...}`. A clone has none, and asks git."""
UNKNOWN = "unknown"


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a build, by version."""

    name: str = "sitebook"
    version: str
    commit: str
    qt: str
    sqlcipher: str
    python: str

    def __str__(self) -> str:
        """One line for people."""
        return (
            f"{self.name} {self.version} (commit {self.commit}; Qt {self.qt}, SQLCipher {self.sqlcipher}, "
            f"Python {self.python})"
        )


def this_build() -> Build:
    """What runs here."""
    return Build(
        version=__version__, commit=_commit(), qt=_qt(), sqlcipher=_sqlcipher(), python=platform.python_version()
    )


def _commit() -> str:
    try:
        return str(json.loads(BUILD_FILE.read_bytes())["commit"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    try:
        command = ["git", "-C", str(PROGRAM), "rev-parse", "--short=12", "HEAD"]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)  # noqa: S603 - none of it comes from outside
    except (OSError, subprocess.SubprocessError):
        return UNKNOWN
    return ran.stdout.strip() or UNKNOWN


def _qt() -> str:
    try:
        return importlib.metadata.version("PySide6-Essentials")
    except importlib.metadata.PackageNotFoundError:
        return UNKNOWN


def _sqlcipher() -> str:
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(":memory:")
    try:
        [(version,)] = connection.execute("PRAGMA cipher_version").fetchall()
    finally:
        connection.close()
    return str(version)
