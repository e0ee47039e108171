"""The result of a verification, as shown."""

from desktop.views.base import View


class Failure(View, frozen=True, kw_only=True):
    """Something that did not verify."""

    where: str
    message: str
    """English template of `desktop.messages`."""
    fields: dict[str, str] = {}


class Verification(View, frozen=True, kw_only=True):
    """What `verify` found."""

    ok: bool
    entries: int
    signatures: int
    subjects: int
    failures: tuple[Failure, ...] = ()
