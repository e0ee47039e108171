"""Export of the monthly transfer."""
