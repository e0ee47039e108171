"""Sync with the centre, and enrolment."""
