"""Base type of all views."""

import msgspec


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all views."""
