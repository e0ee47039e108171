"""Immutable answers of the queries, as windows and commands get them."""
