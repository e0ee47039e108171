"""The screen on which a form is filled in."""
