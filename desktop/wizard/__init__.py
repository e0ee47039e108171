"""How a form is filled: a state machine that the windows only draw."""
