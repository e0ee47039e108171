"""Reads and writes the casebook tables: one row for each form and each row of an ItemGroup."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, Table, delete, func, select

from desktop.casebook.fold import StudyVersions, SubjectFold, SubjectRecord, no_versions
from desktop.casebook.form_fold import FormFold, GroupState
from desktop.study.clinical_data import FormContent, FormKey
from desktop.study.rules.pathway import Decision
from desktop.vault.tables import (
    CASEBOOK,
    form_data,
    item_group_data,
    pathway_decision,
    second_entry_data,
    subject_record,
)
from desktop.views.forms import FormState

_ENCODE = msgspec.json.Encoder(order="sorted").encode
_DECODE_FORM = msgspec.json.Decoder(FormFold).decode
_DECODE_GROUP = msgspec.json.Decoder(GroupState).decode
_DECODE_RECORD = msgspec.json.Decoder(SubjectRecord).decode
_DECODE_DECISION = msgspec.json.Decoder(Decision).decode

Row = tuple[Any, ...]
"""A row of a table, in the order of its columns; the primary key comes first."""


def _insert(table: Table) -> str:
    # Past SQLAlchemy's compiler, which costs more than SQLite itself in a rebuild. All names are our own.
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(table.columns))})"  # noqa: S608


def _put(table: Table) -> str:
    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
    kept = ", ".join(
        f'"{column.name}" = excluded."{column.name}"' for column in table.columns if not column.primary_key
    )
    return f"{_insert(table)} ON CONFLICT ({key}) DO UPDATE SET {kept}"


_INSERTS = {table.name: _insert(table) for table in CASEBOOK}
_PUTS = {table.name: _put(table) for table in CASEBOOK}


class FormRows(msgspec.Struct, frozen=True):
    """The rows that keep a form: compared row by row when the casebook is verified."""

    form: Row
    groups: list[Row]
    second: list[Row]
    """Those of the second pass."""


def rows_of(subject: str, key: FormKey, form: FormFold, touched: set[tuple[str, str]] | None = None) -> FormRows:
    """The rows that keep a form; of its group rows only the `touched` ones, where these are known."""
    where = (subject, key.event, key.event_repeat, key.form, key.form_repeat)
    second = form.second
    bare = msgspec.structs.replace(form, rows={}, second=second and msgspec.structs.replace(second, rows={}))

    def group_rows(of: FormFold | None) -> list[Row]:
        return [
            (*where, group, row, _ENCODE(state))
            for (group, row), state in (of.rows.items() if of is not None else ())
            if touched is None or (group, row) in touched
        ]

    row = (*where, str(form.state), form.removed is not None, form.time, _ENCODE(bare))
    return FormRows(row, group_rows(form), group_rows(second))


def decision_rows(fold: SubjectFold) -> list[Row]:
    """The rows that keep a subject's decisions."""
    return [(fold.subject, step, visit, _ENCODE(decision)) for (step, visit), decision in fold.decisions.items()]


def put_decisions(connection: Connection, fold: SubjectFold) -> None:
    """Keep a subject's decisions as folded."""
    _write(connection, _PUTS, pathway_decision, decision_rows(fold))


def record_rows(fold: SubjectFold) -> list[Row]:
    """The row that keeps what is about a subject as a whole, if there is anything."""
    return [] if fold.record == SubjectRecord() else [(fold.subject, _ENCODE(fold.record))]


def put_record(connection: Connection, fold: SubjectFold) -> None:
    """Keep what is about a subject as a whole."""
    _write(connection, _PUTS, subject_record, record_rows(fold))


def put_form(
    connection: Connection, subject: str, key: FormKey, form: FormFold, touched: set[tuple[str, str]] | None = None
) -> None:
    """Keep a form as folded; of its group rows only the `touched` ones, where these are known."""
    rows = rows_of(subject, key, form, touched)
    _write(connection, _PUTS, form_data, [rows.form])
    _write(connection, _PUTS, item_group_data, rows.groups)
    _write(connection, _PUTS, second_entry_data, rows.second)


def _write(connection: Connection, statements: dict[str, str], table: Table, rows: list[Row]) -> None:
    if rows:
        connection.exec_driver_sql(statements[table.name], rows)


def drop_second(connection: Connection, subject: str, key: FormKey) -> None:
    """Forget the rows of a second pass that no longer counts."""
    table = second_entry_data.c
    connection.execute(
        delete(second_entry_data).where(
            table.subject == subject,
            table.event == key.event,
            table.event_repeat == key.event_repeat,
            table.form == key.form,
            table.form_repeat == key.form_repeat,
        )
    )


def put_subject(connection: Connection, fold: SubjectFold) -> None:
    """Replace all that is kept about a subject."""
    for table in CASEBOOK:
        connection.execute(delete(table).where(table.c.subject == fold.subject))
    insert_subjects(connection, [fold])


def insert_subjects(connection: Connection, folds: Iterable[SubjectFold]) -> None:
    """Keep subjects of whom nothing is kept yet."""
    forms: list[Row] = []
    groups: list[Row] = []
    second: list[Row] = []
    decisions: list[Row] = []
    about: list[Row] = []
    for fold in folds:
        decisions += decision_rows(fold)
        about += record_rows(fold)
        for key, form in fold.forms.items():
            kept = rows_of(fold.subject, key, form)
            forms.append(kept.form)
            groups += kept.groups
            second += kept.second
    _write(connection, _INSERTS, form_data, forms)
    _write(connection, _INSERTS, item_group_data, groups)
    _write(connection, _INSERTS, second_entry_data, second)
    _write(connection, _INSERTS, pathway_decision, decisions)
    _write(connection, _INSERTS, subject_record, about)


def subject_keys(connection: Connection) -> list[str]:
    """Keys of all subjects that have a form, in order."""
    # The primary key begins with the subject: this reads one page for each subject, not one row for each form.
    query = """WITH RECURSIVE keys(subject) AS (
        SELECT min(subject) FROM form_data
        UNION ALL SELECT (SELECT min(subject) FROM form_data WHERE subject > keys.subject) FROM keys
        WHERE keys.subject IS NOT NULL)
    SELECT subject FROM keys WHERE subject IS NOT NULL
      AND EXISTS (SELECT 1 FROM form_data WHERE form_data.subject = keys.subject AND NOT removed)"""
    return list(connection.exec_driver_sql(query).scalars())


def form_states(connection: Connection, subject: str, forms: Iterable[str]) -> list[tuple[FormKey, FormState]]:
    """Keys and states of a subject's forms of these form OIDs, without reading what they hold."""
    query = select(
        form_data.c.event, form_data.c.event_repeat, form_data.c.form, form_data.c.form_repeat, form_data.c.state
    ).where(form_data.c.subject == subject, form_data.c.form.in_(list(forms)), ~form_data.c.removed)
    return [(FormKey(*key), FormState(state)) for *key, state in connection.execute(query)]


def clear(connection: Connection) -> None:
    """Empty the casebook, to fold it again."""
    for table in CASEBOOK:
        connection.execute(delete(table))


def load_subject(connection: Connection, subject: str, versions: StudyVersions = no_versions) -> SubjectFold:
    """The fold of a subject as it was left, ready for the next entry."""
    fold = SubjectFold(subject, versions)
    for row in connection.execute(select(form_data).where(form_data.c.subject == subject)):
        fold.forms[_key(row)] = _DECODE_FORM(row.record)
    for row in connection.execute(select(item_group_data).where(item_group_data.c.subject == subject)):
        fold.forms[_key(row)].rows[row.item_group, row.row] = _DECODE_GROUP(row.record)
    for row in connection.execute(select(second_entry_data).where(second_entry_data.c.subject == subject)):
        second = fold.forms[_key(row)].second
        if second is not None:
            second.rows[row.item_group, row.row] = _DECODE_GROUP(row.record)
    record = connection.scalar(select(subject_record.c.record).where(subject_record.c.subject == subject))
    if record is not None:
        fold.record = _DECODE_RECORD(record)
    for row in connection.execute(select(pathway_decision).where(pathway_decision.c.subject == subject)):
        fold.decisions[row.step, row.visit] = _DECODE_DECISION(row.record)
    return fold


def is_known(connection: Connection, subject: str) -> bool:
    """Whether the subject has a form that was not removed."""
    query = select(form_data.c.subject).where(form_data.c.subject == subject, ~form_data.c.removed).limit(1)
    return connection.execute(query).first() is not None


def all_subjects(connection: Connection) -> tuple[str, ...]:
    """Keys of the subjects that have a form, in order."""
    return tuple(
        connection.scalars(
            select(form_data.c.subject).where(~form_data.c.removed).distinct().order_by(form_data.c.subject)
        )
    )


def keys_ever_used(connection: Connection, prefix: str) -> tuple[str, ...]:
    """Subject keys that begin so, those of removed subjects too: a key is never given twice."""
    query = select(form_data.c.subject).where(form_data.c.subject.startswith(prefix, autoescape=True)).distinct()
    return tuple(connection.scalars(query))


def keys(connection: Connection) -> list[tuple[str, FormKey]]:
    """(subject, key) of every form that is there, by subject."""
    table = form_data.c
    rows = connection.execute(
        select(table.subject, table.event, table.event_repeat, table.form, table.form_repeat)
        .where(~table.removed)
        .order_by(table.subject)
    ).all()
    return [(row[0], FormKey(row[1], row[2], row[3], row[4])) for row in rows]


def forms(
    connection: Connection, *, state: FormState | None = None, form: str | None = None, and_removed: bool = False
) -> Iterator[tuple[str, FormKey, FormFold]]:
    """Forms that are there, without their rows, by subject: all, or those in a state, or those of one definition."""
    query = select(form_data).order_by(form_data.c.subject)
    if not and_removed:
        query = query.where(~form_data.c.removed)
    if state is not None:
        query = query.where(form_data.c.state == str(state))
    if form is not None:
        query = query.where(form_data.c.form == form)
    return ((row.subject, _key(row), _DECODE_FORM(row.record)) for row in connection.execute(query).all())


def awaiting_second(connection: Connection) -> Iterator[tuple[str, FormKey, FormFold]]:
    """Forms that await their second entry, without their rows."""
    states = [str(FormState.AWAITING_SECOND), str(FormState.LOCKED)]
    query = select(form_data).where(~form_data.c.removed, form_data.c.state.in_(states))
    for row in connection.execute(query).all():
        form = _DECODE_FORM(row.record)
        if form.awaits_second:
            yield row.subject, _key(row), form


def open_differences(connection: Connection) -> Iterator[tuple[str, FormKey, FormFold]]:
    """Forms with something to settle, without their rows, by subject."""
    states = [str(FormState.DISCREPANT), str(FormState.LOCKED), str(FormState.SIGNED)]
    query = select(form_data).where(form_data.c.state.in_(states)).order_by(form_data.c.subject)
    for row in connection.execute(query).all():
        form = _DECODE_FORM(row.record)
        if form.open_differences:
            yield row.subject, _key(row), form


def form_of(connection: Connection, subject: str, key: FormKey) -> FormFold | None:
    """One form, without its rows; None where it is not there."""
    table = form_data.c
    record = connection.scalar(
        select(table.record).where(
            ~table.removed,
            table.subject == subject,
            table.event == key.event,
            table.event_repeat == key.event_repeat,
            table.form == key.form,
            table.form_repeat == key.form_repeat,
        )
    )
    return None if record is None else _DECODE_FORM(record)


def count_states(connection: Connection) -> dict[FormState, int]:
    """How many forms are in each state."""
    query = select(form_data.c.state, func.count()).where(~form_data.c.removed).group_by(form_data.c.state)
    return {FormState(state): number for state, number in connection.execute(query)}


def contents_of_groups(
    connection: Connection, groups: Iterable[str], subjects: Iterable[str] | None = None
) -> Iterator[tuple[str, dict[FormKey, FormContent]]]:
    """For every subject, or for these alone, the contents of these ItemGroups, derived values included."""
    query: Select[Any] = (
        select(item_group_data)
        .where(item_group_data.c.item_group.in_(sorted(groups)))
        .order_by(item_group_data.c.subject)
    )
    if subjects is not None:
        query = query.where(item_group_data.c.subject.in_(sorted(subjects)))
    for subject, rows in groupby(connection.execute(query).all(), key=lambda row: row.subject):
        found: dict[FormKey, FormFold] = {}
        for row in rows:
            form = found.setdefault(_key(row), FormFold())
            form.rows[row.item_group, row.row] = _DECODE_GROUP(row.record)
        yield subject, {key: form.everything() for key, form in found.items()}


def records(connection: Connection) -> Iterator[tuple[str, SubjectRecord]]:
    """What is about each subject as a whole, of those about whom there is anything."""
    rows = connection.execute(select(subject_record).order_by(subject_record.c.subject)).all()
    return ((row.subject, _DECODE_RECORD(row.record)) for row in rows)


def stored_rows(connection: Connection, table: Table) -> list[Row]:
    """All rows of a table of the casebook as they are stored, for comparing."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    # The driver's own tuples: SQLAlchemy's rows cost more than reading them.
    cursor = connection.exec_driver_sql(f"SELECT {names} FROM {table.name}").cursor  # noqa: S608 - our own names
    return [] if cursor is None else [tuple(row) for row in cursor.fetchall()]


def _key(row: Any) -> FormKey:
    return FormKey(row.event, row.event_repeat, row.form, row.form_repeat)
