"""Folds journal entries into the current state: casebook, users and devices, study conduct. Pure functions."""
