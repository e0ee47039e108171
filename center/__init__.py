"""The coordinating centre's endpoint."""
