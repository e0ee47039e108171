"""Work off the GUI thread: the vault thread, the network thread, jobs with progress."""
