"""Formats of what travels, shared by site and centre: pure, no database, no network."""
