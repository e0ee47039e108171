"""Commands about what was recorded: discrepancies, statistics, queries, signatures, source verification, locks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from desktop.cli.record_document import key_document, value_document
from desktop.cli.sign_in import PassphraseFile, User, Vault, passphrase_of, secret, signed_in
from desktop.command_line import JsonOption, say

if TYPE_CHECKING:
    from desktop.study.clinical_data import Place
    from desktop.views.casebook import Discrepancy, DiscrepancySettlement, DiscrepancySide
    from desktop.views.review import Compared, QueryView, SignatureView

Event = Annotated[str | None, typer.Option(help="OID of the event; none: the whole casebook.")]
EventRepeat = Annotated[int, typer.Option(min=1, help="Repeat of the event, from 1.")]
Form = Annotated[str | None, typer.Option(help="OID of the form; none: the whole event.")]
FormRepeat = Annotated[int, typer.Option(min=1, help="Repeat of the form, from 1.")]
Item = Annotated[str | None, typer.Option(help="OID of an item of the form.")]
Group = Annotated[str | None, typer.Option(help="OID of the item's group, where it repeats.")]
Row = Annotated[str | None, typer.Option(help="Key of the row.")]
Reason = Annotated[str, typer.Option(help="Why.")]

query_app = typer.Typer(help="Queries about what was recorded.")


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (discrepancies, settle, statistics, sign, signatures, sdv, freeze, lock, unlock):
        app.command()(command)
    app.add_typer(query_app, name="query")


def place_of(
    event: str | None,
    event_repeat: int,
    form: str | None,
    form_repeat: int,
    item: str | None = None,
    group: str | None = None,
    row: str | None = None,
) -> Place:
    """PLACE of the command line: what is left out widens it."""
    from desktop.study.clinical_data import Place

    if (form or item or group or row) and not event:
        raise typer.BadParameter("Name the event too: --event OID.")
    if (item or group or row) and not form:
        raise typer.BadParameter("Name the form too: --form OID.")
    return Place(
        event=event or "",
        event_repeat=event_repeat if event else 0,
        form=form or "",
        form_repeat=form_repeat if form else 0,
        group=group or "",
        row=row or "",
        item=item or "",
    )


def _whole_forms(item: str | None, group: str | None, row: str | None) -> None:
    if item or group or row:
        raise typer.BadParameter("This is about whole forms: leave out --item, --group and --row.")


# Discrepancies


def discrepancies(
    every: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """List what two passes or two computers recorded differently."""
    with signed_in(vault, user, passphrase_file) as opened:
        found = [discrepancy_document(one) for one in opened.discrepancies(settled=every)]
    lines = [f"{one['id']}  {one['kind']}  {one['subject']}  {one['form']}  {one['item'] or ''}" for one in found]
    say(json, found, "\n".join([*lines, f"{len(found)} discrepancies."]))


def settle(
    discrepancy: Annotated[str, typer.Argument(metavar="ID")],
    reason: Reason,
    take: Annotated[str | None, typer.Option(help="first or second.")] = None,
    value: Annotated[str | None, typer.Option(help="Another value.")] = None,
    unit: Annotated[str | None, typer.Option(help="Unit of the value.")] = None,
    missing: Annotated[str | None, typer.Option(help="NOT_DONE, UNKNOWN or NOT_APPLICABLE.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Leave the item without a value.")] = False,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Decide what stands where two passes or two computers differ."""
    from desktop.actions import SettleDiscrepancy
    from desktop.recording.save_form import FormRefusedError
    from desktop.study.clinical_data import ItemValue
    from desktop.study.definition.base import words

    if sum((take is not None, value is not None, missing is not None, clear)) != 1 or (unit and value is None):
        raise typer.BadParameter("Give one of --take, --value (with --unit), --missing and --clear.")
    if take not in (None, "first", "second"):
        raise typer.BadParameter("--take is first or second.")
    given = None if clear or take else ItemValue(value=value or "", unit=unit or "", missing=missing or "")
    choice: Literal["first", "second", "other"] = "first" if take == "first" else "second" if take else "other"
    act = SettleDiscrepancy(discrepancy=discrepancy, take=choice, value=given, reason=reason)
    with signed_in(vault, user, passphrase_file) as opened:
        try:
            opened.record(act)
        except FormRefusedError as error:
            for problem in error.problems:
                print(f"{problem.code} {problem.oid}: {words(problem.message, 'en')}", file=sys.stderr)
            raise
        [settled] = [one for one in opened.discrepancies(settled=True) if one.id == discrepancy]
    say(json, discrepancy_document(settled), f"Settled {discrepancy}.")


def statistics(
    vault: Vault = None, user: User = None, passphrase_file: PassphraseFile = None, json: JsonOption = False
) -> None:
    """Tell the error rate of double entry with its exact 95 % interval."""
    with signed_in(vault, user, passphrase_file) as opened:
        found = opened.statistics()

    def table(name: str, rows: tuple[Compared, ...]) -> list[dict[str, Any]]:
        return [{name: row.of, "compared": row.compared, "different": row.different} for row in rows]

    document = {
        "forms": {
            "awaiting_second": found.awaiting_second,
            "verified": found.verified,
            "discrepant": found.discrepant,
        },
        "items": {"compared": found.compared, "different": found.different},
        "rate": found.rate,
        "low": found.low,
        "high": found.high,
        "by_item": table("item", found.by_item),
        "by_form": table("form", found.by_form),
        "by_person": table("user", found.by_person),
        "by_month": table("month", found.by_month),
    }
    rate = "" if found.rate is None else f" ({found.rate:.4%}, {found.low:.4%} to {found.high:.4%})"
    say(json, document, f"{found.different} of {found.compared} values differed{rate}.")


def discrepancy_document(one: Discrepancy) -> dict[str, Any]:
    """A discrepancy as the contract has it."""
    place = one.place
    return {
        "id": one.id,
        "kind": one.kind,
        "subject": one.subject,
        **key_document(one.key),
        "group": (place.group or None) if place is not None else None,
        "row": (place.row or None) if place is not None else None,
        "item": (place.item or None) if place is not None else None,
        "first": _side(one.first, place.row if place is not None else ""),
        "second": _side(one.second, place.row if place is not None else ""),
        "settled": _settled(one.settled),
    }


def _side(side: DiscrepancySide | None, row: str) -> dict[str, Any] | None:
    if side is None:
        return None
    value: Any = value_document(side.value)
    if side.row is not None:
        value = {"row": row} | {item: value_document(one) for item, one in side.row.items()}
    return {"value": value, "user": side.user, "time": side.wall}


def _settled(settled: DiscrepancySettlement | None) -> dict[str, Any] | None:
    if settled is None:
        return None
    return {
        "value": value_document(settled.value),
        "user": settled.user,
        "time": settled.wall,
        "reason": settled.reason,
    }


# Queries


@query_app.command("open")
def query_open(
    subject: str,
    text: Annotated[str, typer.Option(help="What is asked.")],
    event: Event = None,
    event_repeat: EventRepeat = 1,
    form: Form = None,
    form_repeat: FormRepeat = 1,
    item: Item = None,
    group: Group = None,
    row: Row = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Ask about what was recorded; by a monitor."""
    from desktop.actions import OpenQuery

    place = place_of(event, event_repeat, form, form_repeat, item, group, row)
    with signed_in(vault, user, passphrase_file) as opened:
        made = opened.record(OpenQuery(subject=subject, place=place, text=text))
    say(json, {"id": made.id}, made.id)


def _change(
    query: str,
    act: Literal["answered", "closed", "reopened"],
    text: str,
    site: tuple[Path | None, str | None, Path | None],
    *,
    json: bool,
) -> None:
    from desktop.actions import ChangeQuery

    with signed_in(*site) as opened:
        opened.record(ChangeQuery(query=query, act=act, text=text))
        [changed] = [one for one in opened.queries(closed=True) if one.id == query] or [None]
    say(json, {"id": query} if changed is None else query_document(changed), f"The query {query} is {act} now.")


@query_app.command("answer")
def query_answer(
    query: Annotated[str, typer.Argument(metavar="ID")],
    text: Annotated[str, typer.Option(help="The answer.")],
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Answer a query; by who fills forms."""
    _change(query, "answered", text, (vault, user, passphrase_file), json=json)


@query_app.command("close")
def query_close(
    query: Annotated[str, typer.Argument(metavar="ID")],
    text: Annotated[str, typer.Option(help="A last word.")] = "",
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Close a query; by who may open one."""
    _change(query, "closed", text, (vault, user, passphrase_file), json=json)


@query_app.command("reopen")
def query_reopen(
    query: Annotated[str, typer.Argument(metavar="ID")],
    text: Annotated[str, typer.Option(help="Why.")],
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Open a query again; by who may open one."""
    _change(query, "reopened", text, (vault, user, passphrase_file), json=json)


@query_app.command("list")
def query_list(
    every: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """List the queries that are not closed."""
    with signed_in(vault, user, passphrase_file) as opened:
        found = [query_document(one) for one in opened.queries(closed=every)]
    lines = [f"{one['id']}  {one['state']}  {one['subject']}  due {one['due']}" for one in found]
    say(json, found, "\n".join([*lines, f"{len(found)} queries."]))


def query_document(query: QueryView) -> dict[str, Any]:
    """A query as the contract has it."""
    place = query.place
    return {
        "id": query.id,
        "subject": query.subject,
        "event": place.event or None,
        "event_repeat": place.event_repeat or None,
        "form": place.form or None,
        "form_repeat": place.form_repeat or None,
        "group": place.group or None,
        "row": place.row or None,
        "item": place.item or None,
        "state": query.state,
        "due": query.due,
        "thread": [{"act": step.act, "user": step.user, "time": step.wall, "text": step.text} for step in query.thread],
    }


# Signatures and source verification


def sign(
    subject: str,
    meaning: Annotated[str, typer.Option(help="What the signature means.")],
    event: Event = None,
    event_repeat: EventRepeat = 1,
    form: Form = None,
    form_repeat: FormRepeat = 1,
    item: Item = None,
    group: Group = None,
    row: Row = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Sign every form of a place as it stands; by an investigator."""
    from desktop.actions import SignForms

    _whole_forms(item, group, row)
    place = place_of(event, event_repeat, form, form_repeat)
    # A command is a session of its own: its first signing takes the name and the passphrase.
    passphrase = passphrase_of(passphrase_file)
    act = SignForms(subject=subject, place=place, meaning=meaning, passphrase=passphrase, name=user)
    with signed_in(vault, user, passphrase_file) as opened:
        made = opened.record(act)
        [signature] = [one for one in opened.signatures(subject) if one.id == made.id]
    say(json, signature_document(signature), f"Signed {signature.forms} forms of {subject} ({made.id}).")


def signatures(
    subject: Annotated[str | None, typer.Argument()] = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """List signatures, and whether each holds."""
    with signed_in(vault, user, passphrase_file) as opened:
        found = [signature_document(one) for one in opened.signatures(subject)]
    lines = [f"{one['id']}  {one['name']}  {one['meaning']}  {one['void_because'] or 'valid'}" for one in found]
    say(json, found, "\n".join([*lines, f"{len(found)} signatures."]))


def signature_document(one: SignatureView) -> dict[str, Any]:
    """A signature as the contract has it."""
    return {
        "id": one.id,
        "user": one.user,
        "name": one.name,
        "meaning": one.meaning,
        "time": one.wall,
        "forms": one.forms,
        "valid": not one.void_since,
        "void_since": one.void_since or None,
        "void_because": one.void_because.format_map(one.fields) if one.void_since else None,
    }


def sdv(
    subject: str,
    event: Event = None,
    event_repeat: EventRepeat = 1,
    form: Form = None,
    form_repeat: FormRepeat = 1,
    item: Item = None,
    group: Group = None,
    row: Row = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Record that forms were compared with the source documents; by a monitor."""
    from desktop.actions import VerifySource

    _whole_forms(item, group, row)
    place = place_of(event, event_repeat, form, form_repeat)
    with signed_in(vault, user, passphrase_file) as opened:
        opened.record(VerifySource(subject=subject, place=place))
    say(json, {"subject": subject}, f"Source data of {subject} verified.")


# Locks


def freeze(
    subject: str,
    reason: Reason,
    event: Event = None,
    event_repeat: EventRepeat = 1,
    form: Form = None,
    form_repeat: FormRepeat = 1,
    item: Item = None,
    group: Group = None,
    row: Row = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Freeze forms: they take no change but answers to queries; by a manager."""
    _whole_forms(item, group, row)
    place = place_of(event, event_repeat, form, form_repeat)
    _lock(subject, place, "frozen", reason, (vault, user, passphrase_file), json=json)


def lock(
    subject: str,
    reason: Reason,
    event: Event = None,
    event_repeat: EventRepeat = 1,
    form: Form = None,
    form_repeat: FormRepeat = 1,
    item: Item = None,
    group: Group = None,
    row: Row = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Lock forms: they take no change at all; by a manager."""
    _whole_forms(item, group, row)
    place = place_of(event, event_repeat, form, form_repeat)
    _lock(subject, place, "locked", reason, (vault, user, passphrase_file), json=json)


def _lock(
    subject: str,
    place: Place,
    act: Literal["frozen", "locked"],
    reason: str,
    site: tuple[Path | None, str | None, Path | None],
    *,
    json: bool,
) -> None:
    from desktop.actions import LockForms

    with signed_in(*site) as opened:
        opened.record(LockForms(subject=subject, place=place, act=act, reason=reason))
    say(json, {"subject": subject, "act": act}, f"{subject}: {act}.")


def unlock(
    subject: str,
    reason: Reason,
    second_user: Annotated[str, typer.Option(help="Name of the second person.")],
    second_passphrase_file: Annotated[Path | None, typer.Option(help="File with their passphrase.")] = None,
    event: Event = None,
    event_repeat: EventRepeat = 1,
    form: Form = None,
    form_repeat: FormRepeat = 1,
    item: Item = None,
    group: Group = None,
    row: Row = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Unlock forms; by a manager and a second person."""
    from desktop.actions import UnlockForms

    _whole_forms(item, group, row)
    place = place_of(event, event_repeat, form, form_repeat)
    second = secret(second_passphrase_file, "SITEBOOK_SECOND_PASSPHRASE", "Second person's passphrase")
    act = UnlockForms(subject=subject, place=place, reason=reason, second_user=second_user, second_passphrase=second)
    with signed_in(vault, user, passphrase_file) as opened:
        opened.record(act)
    say(json, {"subject": subject, "act": "unlocked"}, f"{subject}: unlocked.")
