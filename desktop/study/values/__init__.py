"""Item values: types, parsing of what was typed, range checks."""
