"""One widget for each way of answering an item."""
