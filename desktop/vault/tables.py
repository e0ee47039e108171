"""Tables of `journal.db`. The journal is permanent; everything else can be folded or fetched again.

Triggers refuse every change and deletion of a journal row, save one: blanking the body of a redacted entry, whose hash
stays.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

journal = Table(
    "journal",
    metadata,
    Column("device", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("body", LargeBinary),
    Column("body_hash", LargeBinary, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    # Copied out of the head, for looking entries up; `verify` compares them with it.
    Column("time", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text),
    UniqueConstraint("device", "sequence"),
)
Index("journal_subject", journal.c.subject, journal.c.time, sqlite_where=journal.c.subject.is_not(None))
Index("journal_staff", journal.c.kind, journal.c.time, sqlite_where=journal.c.subject.is_(None))

APPEND_ONLY = (
    """CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
    WHEN NEW.body IS NOT NULL OR OLD.device IS NOT NEW.device OR OLD.sequence IS NOT NEW.sequence
      OR OLD.head IS NOT NEW.head OR OLD.body_hash IS NOT NEW.body_hash OR OLD.chain IS NOT NEW.chain
      OR OLD.time IS NOT NEW.time OR OLD.kind IS NOT NEW.kind OR OLD.subject IS NOT NEW.subject
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
)

FORM_COORDINATES = ("subject", "event", "event_repeat", "form", "form_repeat")
"""The columns that say which form of which subject a row is about."""


def _form_coordinates() -> tuple[Column[str] | Column[int], ...]:
    return (
        Column("subject", Text, nullable=False),
        Column("event", Text, nullable=False),
        Column("event_repeat", Integer, nullable=False),
        Column("form", Text, nullable=False),
        Column("form_repeat", Integer, nullable=False),
    )


form_data = Table(
    "form_data",
    metadata,
    *_form_coordinates(),
    Column("state", Text, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("time", Integer, nullable=False),
    # `FormFold` without its rows, as JSON.
    Column("record", LargeBinary, nullable=False),
    PrimaryKeyConstraint(*FORM_COORDINATES),
    sqlite_with_rowid=False,
)

item_group_data = Table(
    "item_group_data",
    metadata,
    *_form_coordinates(),
    Column("item_group", Text, nullable=False),
    Column("row", Text, nullable=False),
    # `GroupState` as JSON.
    Column("record", LargeBinary, nullable=False),
    PrimaryKeyConstraint(*FORM_COORDINATES, "item_group", "row"),
    sqlite_with_rowid=False,
)

second_entry_data = Table(
    "second_entry_data",
    metadata,
    *_form_coordinates(),
    Column("item_group", Text, nullable=False),
    Column("row", Text, nullable=False),
    # `GroupState` of the second pass as JSON.
    Column("record", LargeBinary, nullable=False),
    PrimaryKeyConstraint(*FORM_COORDINATES, "item_group", "row"),
    sqlite_with_rowid=False,
)

subject_record = Table(
    "subject_record",
    metadata,
    Column("subject", Text, primary_key=True),
    # `SubjectRecord` as JSON: queries, signatures, locks.
    Column("record", LargeBinary, nullable=False),
)

pathway_decision = Table(
    "pathway_decision",
    metadata,
    Column("subject", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("visit", Integer, nullable=False),
    # `Decision` as JSON.
    Column("record", LargeBinary, nullable=False),
    PrimaryKeyConstraint("subject", "step", "visit"),
    sqlite_with_rowid=False,
)

draft = Table(
    "draft",
    metadata,
    Column("user", Text, nullable=False),
    *_form_coordinates(),
    Column("pass", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
    PrimaryKeyConstraint("user", *FORM_COORDINATES, "pass"),
    sqlite_with_rowid=False,
)

open_check = Table(
    "open_check",
    metadata,
    Column("subject", Text, primary_key=True),
    # The subject's newest entry when its forms were assessed, and the definition by which.
    Column("time", Integer, nullable=False),
    Column("version_sha256", Text, nullable=False),
    # List of `OpenForm` as JSON.
    Column("record", LargeBinary, nullable=False),
)
"""Checks that fire on reading though nobody was asked at the save, because another form changed since. Found in idle time."""

open_decision = Table(
    "open_decision",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("step", Text, nullable=False),
)
"""Subjects at a step of the pathway where the study leaves to a person what follows. Found in idle time, with the open checks."""

property_ = Table(
    "property",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""What the device itself needs: its private keys, and the version of the fold that made the casebook."""

CASEBOOK = (form_data, item_group_data, second_entry_data, pathway_decision, subject_record)
"""The tables that a rebuild empties and folds again."""

OPEN_CHECKS = (open_check, open_decision)
"""What is found in idle time, and can be found again."""
