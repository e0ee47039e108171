"""How a form is filled in: a state machine without widgets."""
