"""Rules run while data are entered and read: edit checks, derivations, schedule, pathway."""
