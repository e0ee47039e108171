"""The exceptions of Sitebook, one tree.

    SitebookError                 a sentence that the person at the keyboard can act on
    ├── RefusedError              a rule or a right says no; nothing was changed          exit 1
    │   ├── NotAllowedError         the person lacks the right
    │   ├── FormRefusedError        a form save that breaks rules, with each problem
    │   └── EnvironmentProblemError disk full, folder read-only, file not there
    ├── DefinitionError           a study definition with faults, all of them at once     exit 1
    ├── SignInError               wrong passphrase or no such user                        exit 3
    ├── DamagedError              bytes that are not what was written                     exit 4
    ├── InUseError                the vault is open elsewhere                             exit 5
    ├── NewerReleaseError         written by a release that is newer than this one        exit 6
    ├── CentreError               the centre cannot be reached, or is not to be trusted   exit 7
    └── CancelledError            the person cancelled; nobody needs to be told

A message is an English sentence with named fields; the windows and the command line translate it
through `desktop.messages`. No message carries a value of a subject, a passphrase or a note: what is
shown to a person beside a field is a `Problem`, which never reaches a log.
"""

from collections.abc import Mapping
from typing import ClassVar


class SitebookError(Exception):
    """Root of everything that Sitebook raises on purpose.

    `message` is an English sentence with `{named}` places, `fields` fills them.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, **fields: object) -> None:
        super().__init__(message)
        self.message = message
        self.fields: Mapping[str, object] = fields

    def __str__(self) -> str:
        return self.message.format_map(self.fields) if self.fields else self.message


class RefusedError(SitebookError):
    """A rule says no; nothing was changed."""


class NotAllowedError(RefusedError):
    """The person signed in lacks the right for this act."""


class EnvironmentProblemError(RefusedError):
    """The computer says no: a full disk, a folder that cannot be written, a file that is not there."""


class DefinitionError(SitebookError):
    """A study definition that cannot be used. `faults` holds every fault found."""

    def __init__(self, message: str, faults: tuple[object, ...] = (), **fields: object) -> None:
        super().__init__(message, **fields)
        self.faults = faults


class SignInError(SitebookError):
    """Wrong passphrase or no such user: the two are not told apart to whoever is guessing.

    `wait` is the number of seconds before the next try will be looked at.
    """

    exit_status = 3

    def __init__(self, message: str, wait: int = 0, **fields: object) -> None:
        super().__init__(message, wait=wait, **fields)
        self.wait = wait


class DamagedError(SitebookError):
    """Bytes on the disk or on the way are not what was written."""

    exit_status = 4


class InUseError(SitebookError):
    """Another Sitebook has this vault open."""

    exit_status = 5


class NewerReleaseError(SitebookError):
    """The file was made by a newer release; reading it with this one could lose what it cannot know."""

    exit_status = 6


class CentreError(SitebookError):
    """The centre cannot be reached, or what answered there is not the centre that was enrolled with."""

    exit_status = 7


class CancelledError(SitebookError):
    """The person cancelled a long work; nothing is shown."""
