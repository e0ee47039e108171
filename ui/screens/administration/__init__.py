"""Administration: users, backup, verification, audit trail."""
