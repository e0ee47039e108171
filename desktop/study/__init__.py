"""What the trial asks: study definitions, their checks and their schedule."""
