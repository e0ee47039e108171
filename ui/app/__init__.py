"""The `sitebook` script: command line, and the start of the window."""
