"""How a form is drawn: one screen, one way to build it from the definition. The logic is in `desktop.wizard`."""
