"""Validation of a study definition when it is loaded, and by its test cases."""
