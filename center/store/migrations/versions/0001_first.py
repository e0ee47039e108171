"""The store as Sitebook 0.1.0 made it first; it carried no version, so there is nothing to run."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing: such a store is there already."""
