"""The windows of Sitebook (PySide6)."""
