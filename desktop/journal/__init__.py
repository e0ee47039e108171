"""What happened: entries, their bodies, hash chain, clock and device keys."""
