"""Commands about the people who may use a vault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop.cli.sign_in import PassphraseFile, User, Vault, passphrase_of, secret, signed_in
from desktop.command_line import JsonOption, say
from desktop.errors import RefusedError

if TYPE_CHECKING:
    from desktop.site.site import Site
    from desktop.views.people import UserView

user_app = typer.Typer(help="The people who may use this vault.")

NewPassphraseFile = Annotated[Path | None, typer.Option(help="File with the new passphrase.")]
Roles = Annotated[list[str], typer.Option(help="entry, investigator, manager or monitor; repeatable.")]
More = Annotated[list[str] | None, typer.Argument(hidden=True)]
Reason = Annotated[str, typer.Option(help="Why.")]


def _new_passphrase(file: Path | None) -> str:
    return secret(file, "SITEBOOK_NEW_PASSPHRASE", "New passphrase")


def _named(site: Site, name: str) -> UserView:
    for user in site.users():
        if user.name == name:
            return user
    raise RefusedError("There is no such user.")


@user_app.command("add")
def user_add(
    name: str,
    role: Roles,
    more: More = None,
    new_passphrase_file: NewPassphraseFile = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Let a person use this vault; by a manager."""
    from desktop.actions import AddUser

    roles = [*role, *(more or [])]
    passphrase = _new_passphrase(new_passphrase_file)
    with signed_in(vault, user, passphrase_file) as opened:
        opened.record(AddUser(name=name, roles=tuple(roles), passphrase=passphrase))
    say(json, {"user": name, "roles": roles}, f"Added the user {name}.")


@user_app.command("list")
def user_list(
    vault: Vault = None, user: User = None, passphrase_file: PassphraseFile = None, json: JsonOption = False
) -> None:
    """List the people with their roles and the periods of these."""
    with signed_in(vault, user, passphrase_file) as opened:
        found = [_document(one) for one in opened.users()]
    lines = [f"{one['name']}: {', '.join(one['roles'])}{' (suspended)' if one['suspended'] else ''}" for one in found]
    say(json, found, "\n".join(lines))


def _document(user: UserView) -> dict[str, Any]:
    return {
        "name": user.name,
        "roles": list(user.roles),
        "suspended": user.suspended,
        "trained": [{"date": date, "topic": topic} for date, topic in user.trained],
        "since": user.since,
        "periods": [{"role": str(one.role), "from": one.start, "to": one.end or None} for one in user.periods],
    }


@user_app.command("change")
def user_change(
    name: str,
    role: Roles,
    more: More = None,
    reason: Reason = "roles changed",
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Give a person other roles; by a manager."""
    from desktop.actions import ChangeUser

    roles = (*role, *(more or []))
    with signed_in(vault, user, passphrase_file) as opened:
        known = _named(opened, name)
        opened.record(ChangeUser(user=known.oid, roles=roles, suspended=known.suspended, reason=reason))
        document = _document(_named(opened, name))
    say(json, document, f"{name} has now: {', '.join(roles)}.")


def _suspend(
    name: str, reason: str, site: tuple[Path | None, str | None, Path | None], *, suspended: bool, json: bool
) -> None:
    from desktop.actions import ChangeUser

    with signed_in(*site) as opened:
        known = _named(opened, name)
        opened.record(ChangeUser(user=known.oid, roles=known.roles, suspended=suspended, reason=reason))
        document = _document(_named(opened, name))
    say(json, document, f"{name} is {'suspended' if suspended else 'active'} now.")


@user_app.command("suspend")
def user_suspend(
    name: str,
    reason: Reason,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Take a person's access away; what they recorded stays. By a manager."""
    _suspend(name, reason, (vault, user, passphrase_file), suspended=True, json=json)


@user_app.command("reactivate")
def user_reactivate(
    name: str,
    reason: Reason,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Give a suspended person access again; by a manager."""
    _suspend(name, reason, (vault, user, passphrase_file), suspended=False, json=json)


@user_app.command("train")
def user_train(
    name: str,
    date: Annotated[str, typer.Option(help="YYYY-MM-DD")],
    topic: Annotated[str, typer.Option(help="What the training was about.")],
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Record that a person was trained; by a manager."""
    from desktop.actions import TrainUser

    with signed_in(vault, user, passphrase_file) as opened:
        opened.record(TrainUser(user=_named(opened, name).oid, date=date, topic=topic))
        document = _document(_named(opened, name))
    say(json, document, f"Recorded the training of {name}.")


@user_app.command("reset")
def user_reset(
    name: str,
    new_passphrase_file: NewPassphraseFile = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Give a person who forgot it a new passphrase; by a manager."""
    from desktop.actions import ResetPassphrase

    new = _new_passphrase(new_passphrase_file)
    with signed_in(vault, user, passphrase_file) as opened:
        opened.record(ResetPassphrase(user=_named(opened, name).oid, passphrase=new))
    say(json, {"user": name}, f"{name} has a new passphrase.")


@user_app.command("passphrase")
def user_passphrase(
    new_passphrase_file: NewPassphraseFile = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Change one's own passphrase."""
    from desktop.actions import ChangePassphrase

    new = _new_passphrase(new_passphrase_file)
    old = passphrase_of(passphrase_file)
    with signed_in(vault, user, passphrase_file) as opened:
        opened.record(ChangePassphrase(old=old, new=new))
    say(json, {"user": user}, "Changed your passphrase.")
