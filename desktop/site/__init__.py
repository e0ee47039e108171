"""The open site: its ways in (`opening`) and the one object that windows and commands use (`Site`)."""
