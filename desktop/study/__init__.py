"""What the trial asks: its definition, how it is read, checked and evaluated."""
