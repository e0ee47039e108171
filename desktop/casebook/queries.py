"""Queries: questions about what was recorded, with their thread."""

import msgspec

from desktop.casebook.form_fold import Writer
from desktop.journal.bodies import QueryChanged
from desktop.study.clinical_data import Place

OPENED, ANSWERED, CLOSED, REOPENED = "opened", "answered", "closed", "reopened"
STATES = {OPENED: "open", ANSWERED: "answered", CLOSED: "closed", REOPENED: "open"}


class QueryAct(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a query's thread."""

    act: str
    text: str
    writer: Writer


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A query as it stands."""

    id: str
    place: Place
    state: str
    """`open`, `answered` or `closed`."""
    due: str
    thread: tuple[QueryAct, ...]


def query_id(device: str, sequence: int) -> str:
    """The ID of the query that an entry opened."""
    return f"Q-{device}-{sequence}"


def apply(queries: dict[str, Query], body: QueryChanged, writer: Writer) -> None:
    """Take in one step. A step of a query that is not here, or of a kind that is not known, changes no state."""
    act = QueryAct(act=body.act, text=body.text, writer=writer)
    if body.act == OPENED:
        of = query_id(writer.device, writer.sequence)
        queries[of] = Query(id=of, place=body.place, state=STATES[OPENED], due=body.due, thread=(act,))
    elif body.query in queries:
        known = queries[body.query]
        queries[body.query] = msgspec.structs.replace(
            known, state=STATES.get(body.act, known.state), thread=(*known.thread, act)
        )
