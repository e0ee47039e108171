"""The HTTP interface: requests in, signed answers out."""
