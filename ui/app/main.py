"""Entry point of `sitebook`: without an argument the window, otherwise a command.

Qt is imported when a window opens, and the command line only when there is one to read: the first window must be
there in a tenth of a second.
"""

import sys

from ui.app.open_window import open_window, usual_vault


def main() -> None:
    """Run a command; with none, open the window."""
    if len(sys.argv) == 1:
        sys.exit(open_window(usual_vault()))
    from ui.app import commands

    commands.main()


if __name__ == "__main__":
    main()
