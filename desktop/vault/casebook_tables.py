"""Reads and writes the casebook tables: one row for each form and each row of an ItemGroup."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, Table, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from desktop.casebook.fold import StudyVersions, SubjectFold, SubjectRecord, no_versions
from desktop.casebook.form_fold import FormFold, GroupState
from desktop.study.clinical_data import FormContent, FormKey
from desktop.study.rules.pathway import Decision
from desktop.vault.tables import (
    CASEBOOK,
    FORM_COORDINATES,
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

_FORM_KEY = FORM_COORDINATES
_GROUP_KEY = (*_FORM_KEY, "item_group", "row")

_INSERT_FORM = insert(form_data)
_PUT_FORM = _INSERT_FORM.on_conflict_do_update(
    index_elements=_FORM_KEY,
    set_={name: _INSERT_FORM.excluded[name] for name in ("state", "removed", "time", "record")},
)
_INSERT_GROUP = insert(item_group_data)
_PUT_GROUP = _INSERT_GROUP.on_conflict_do_update(
    index_elements=_GROUP_KEY, set_={"record": _INSERT_GROUP.excluded.record}
)

_INSERT_SECOND = insert(second_entry_data)
_PUT_SECOND = _INSERT_SECOND.on_conflict_do_update(
    index_elements=_GROUP_KEY, set_={"record": _INSERT_SECOND.excluded.record}
)

_INSERT_RECORD = insert(subject_record)
_PUT_RECORD = _INSERT_RECORD.on_conflict_do_update(
    index_elements=("subject",), set_={"record": _INSERT_RECORD.excluded.record}
)

_INSERT_DECISION = insert(pathway_decision)
_PUT_DECISION = _INSERT_DECISION.on_conflict_do_update(
    index_elements=("subject", "step", "visit"), set_={"record": _INSERT_DECISION.excluded.record}
)

FormRow = dict[str, Any]
GroupRow = dict[str, Any]
DecisionRow = dict[str, Any]
RecordRow = dict[str, Any]


class FormRows(msgspec.Struct, frozen=True):
    """The rows that keep a form: compared row by row when the casebook is verified."""

    form: FormRow
    groups: list[GroupRow]
    second: list[GroupRow]
    """Those of the second pass."""


def rows_of(subject: str, key: FormKey, form: FormFold, touched: set[tuple[str, str]] | None = None) -> FormRows:
    """The rows that keep a form; of its group rows only the `touched` ones, where these are known."""
    where = {
        "subject": subject,
        "event": key.event,
        "event_repeat": key.event_repeat,
        "form": key.form,
        "form_repeat": key.form_repeat,
    }
    second = form.second
    bare = msgspec.structs.replace(form, rows={}, second=second and msgspec.structs.replace(second, rows={}))
    form_row = {
        **where,
        "state": str(form.state),
        "removed": form.removed is not None,
        "time": form.time,
        "record": _ENCODE(bare),
    }

    def group_rows(of: FormFold | None) -> list[GroupRow]:
        return [
            {**where, "item_group": group, "row": row, "record": _ENCODE(state)}
            for (group, row), state in (of.rows.items() if of is not None else ())
            if touched is None or (group, row) in touched
        ]

    return FormRows(form_row, group_rows(form), group_rows(second))


def decision_rows(fold: SubjectFold) -> list[DecisionRow]:
    """The rows that keep a subject's decisions."""
    return [
        {"subject": fold.subject, "step": step, "visit": visit, "record": _ENCODE(decision)}
        for (step, visit), decision in fold.decisions.items()
    ]


def put_decisions(connection: Connection, fold: SubjectFold) -> None:
    """Keep a subject's decisions as folded."""
    rows = decision_rows(fold)
    if rows:
        connection.execute(_PUT_DECISION, rows)


def record_rows(fold: SubjectFold) -> list[RecordRow]:
    """The row that keeps what is about a subject as a whole, if there is anything."""
    if fold.record == SubjectRecord():
        return []
    return [{"subject": fold.subject, "record": _ENCODE(fold.record)}]


def put_record(connection: Connection, fold: SubjectFold) -> None:
    """Keep what is about a subject as a whole."""
    rows = record_rows(fold)
    if rows:
        connection.execute(_PUT_RECORD, rows)


def put_form(
    connection: Connection, subject: str, key: FormKey, form: FormFold, touched: set[tuple[str, str]] | None = None
) -> None:
    """Keep a form as folded; of its group rows only the `touched` ones, where these are known."""
    rows = rows_of(subject, key, form, touched)
    connection.execute(_PUT_FORM, rows.form)
    if rows.groups:
        connection.execute(_PUT_GROUP, rows.groups)
    if rows.second:
        connection.execute(_PUT_SECOND, rows.second)


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
    form_rows: list[FormRow] = []
    group_rows: list[GroupRow] = []
    second_rows: list[GroupRow] = []
    decisions: list[DecisionRow] = []
    records: list[RecordRow] = []
    for fold in folds:
        decisions += decision_rows(fold)
        records += record_rows(fold)
        for key, form in fold.forms.items():
            kept = rows_of(fold.subject, key, form)
            form_rows.append(kept.form)
            group_rows += kept.groups
            second_rows += kept.second
    for table, rows in (
        (form_data, form_rows),
        (item_group_data, group_rows),
        (second_entry_data, second_rows),
        (pathway_decision, decisions),
        (subject_record, records),
    ):
        if rows:
            # Past the statement compiler: this is the bulk of a rebuild.
            names = [column.name for column in table.columns]
            places = ", ".join("?" * len(names))
            quoted = ", ".join(f'"{name}"' for name in names)
            connection.exec_driver_sql(
                f"INSERT INTO {table.name} ({quoted}) VALUES ({places})",  # noqa: S608 - our own names
                [tuple(row[name] for name in names) for row in rows],
            )


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


def stored_rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """All rows of a table of the casebook as they are stored, for comparing."""
    return (dict(row) for row in connection.execute(select(table)).mappings())


def _key(row: Any) -> FormKey:
    return FormKey(row.event, row.event_repeat, row.form, row.form_repeat)


form_row_key = itemgetter(*_FORM_KEY)
group_row_key = itemgetter(*_GROUP_KEY)
decision_row_key = itemgetter("subject", "step", "visit")
