"""The encrypted folder of a site: key slots, database, drafts, outbox, backup."""
