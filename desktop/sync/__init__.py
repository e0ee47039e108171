"""What travels between a site and the coordinating centre."""
