"""Sitebook without a window."""

__version__ = "0.1.0"
RELEASED = "2026-11-01"
"""No clock that says an earlier day is right: this release was not made then."""
