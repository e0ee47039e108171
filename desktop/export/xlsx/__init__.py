"""The monthly Excel transfer: sheets, writer and verification."""
