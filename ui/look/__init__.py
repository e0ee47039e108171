"""Look and language: style sheet, icons, translation, vocabulary."""
