"""Kind and time beside each entry, decisions about what was set aside; redactions are read from the entries themselves."""

import msgspec
import sqlalchemy
from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

revision = "0002"
down_revision = "0001"

STEP = 1_000


class Head(msgspec.Struct):
    """What is copied out of an entry's head."""

    kind: str
    time: int


def upgrade() -> None:
    """Add the columns, and fill them from the heads."""
    op.add_column("entry", Column("kind", Text, nullable=False, server_default=""))
    op.add_column("entry", Column("time", BigInteger, nullable=False, server_default="0"))
    op.add_column("quarantine", Column("decision", Text, nullable=False, server_default=""))
    connection = op.get_bind()
    entry = Table(
        "entry",
        MetaData(),
        Column("device", Text),
        Column("sequence", Integer),
        Column("head", LargeBinary),
        Column("kind", Text),
        Column("time", BigInteger),
    )
    of_one = (
        entry.c.device == sqlalchemy.bindparam("of_device"),
        entry.c.sequence == sqlalchemy.bindparam("of_sequence"),
    )
    fill = (
        entry.update().where(*of_one).values(kind=sqlalchemy.bindparam("to_kind"), time=sqlalchemy.bindparam("to_time"))
    )
    for device in connection.scalars(sqlalchemy.select(entry.c.device).distinct()).all():
        after = 0
        query = sqlalchemy.select(entry.c.sequence, entry.c.head).order_by(entry.c.sequence).limit(STEP)
        while rows := connection.execute(query.where(entry.c.device == device, entry.c.sequence > after)).all():
            connection.execute(fill, [_filled(device, row.sequence, row.head) for row in rows])
            after = rows[-1].sequence
    op.create_index("entry_kind", "entry", ["site", "kind"])
    op.drop_table("redaction")


def _filled(device: str, sequence: int, data: bytes) -> dict[str, object]:
    head = msgspec.json.decode(data, type=Head)
    # The column is there for looking entries up; an older release took in times that no column holds.
    return {
        "of_device": device,
        "of_sequence": sequence,
        "to_kind": head.kind,
        "to_time": min(max(head.time, 0), 2**63 - 1),
    }
