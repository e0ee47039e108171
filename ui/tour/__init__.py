"""A tour that drives the real windows and saves a picture of every screen."""
