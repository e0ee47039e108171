"""Discrepancies and how they are settled."""
