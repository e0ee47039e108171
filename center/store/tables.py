"""Tables of the centre's store."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()

setting = Table(
    "setting", metadata, Column("name", Text, primary_key=True), Column("value", LargeBinary, nullable=False)
)
"""The study, the private keys, the directory as it was last signed."""

device = Table(
    "device",
    metadata,
    Column("device", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("letter", Text, nullable=False),
    Column("signing_key", Text, nullable=False),
    Column("sealing_key", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("last_contact", Text),
    UniqueConstraint("site", "letter"),
)

code = Table(
    "code",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Column("used_by", Text),
)
"""One-time codes, only as hashes; `used_by` is the device that was admitted."""

entry = Table(
    "entry",
    metadata,
    Column("device", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("site", Text, nullable=False),
    Column("subject", Text),
    Column("head", LargeBinary, nullable=False),
    Column("body", LargeBinary),
    Column("body_hash", LargeBinary, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    # Copied out of the head, for looking entries up.
    Column("kind", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
    UniqueConstraint("device", "sequence"),
)
Index("entry_kind", entry.c.site, entry.c.kind)

batch = Table(
    "batch",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("device", Text, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("statement", LargeBinary, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
)
"""What was accepted: the statement as it came, and the receipt as it was given. `sha256` is that of the whole batch."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("site", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("received", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("decision", Text, nullable=False, server_default=""),
)
"""What could not be accepted, whole, with the reason; forks too, as evidence. `decision`: a person's, with why; empty: open."""
