"""The study: forms and checks, open points, normal ranges, versions."""
