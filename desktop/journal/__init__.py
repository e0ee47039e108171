"""What happened: entries, their hash chain and their clock."""
