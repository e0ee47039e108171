"""Alembic's entry point: migrates within the transaction of whoever opens the store (`center.store.versions`)."""

from alembic import context

from center.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
