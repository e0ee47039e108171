"""Data only: study definitions, terminologies, translations, icons."""
