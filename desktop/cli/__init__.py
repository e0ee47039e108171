"""The command line: `sitebook` without a window."""
