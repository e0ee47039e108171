"""Files that are entered: the same rules as the screen."""
