"""The practice site and its simulated subjects."""
