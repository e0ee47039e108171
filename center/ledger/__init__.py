"""What the centre can prove: its statements, exported and verified with public keys alone."""
