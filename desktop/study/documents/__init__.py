"""Documents made from a study definition."""
