"""Queries on an open site, one module a screen or document; they change nothing."""
