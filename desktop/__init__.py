"""Sitebook without a window: the journal, the casebook, the vault, and `Site`, the one door to them."""

__version__ = "0.1.0"
