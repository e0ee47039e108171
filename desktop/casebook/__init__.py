"""What it means now: the fold of the journal, and the questions put to it."""
