"""Commands about recovery: the printed code, several people together, and rehearsing it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from desktop.cli.sign_in import PassphraseFile, User, Vault, secret, signed_in, vault_folder
from desktop.command_line import JsonOption, say

recovery_app = typer.Typer(help="Ways to open the vault without a user's passphrase.")

SecretFiles = Annotated[
    list[Path] | None,
    typer.Option("--secret-file", help="File with the code, or with one person's passphrase; repeatable."),
]
VARIABLE = "SITEBOOK_SECRET"


def _secrets(files: list[Path] | None, prompts: list[str] | None = None) -> list[str]:
    """Secrets from files; else one from the environment; else from prompts, an empty line ends them."""
    if files:
        return [secret(file, "", "") for file in files]
    if VARIABLE in os.environ:
        return [os.environ[VARIABLE]]
    if not sys.stdin.isatty():
        raise typer.BadParameter("Give the secrets: --secret-file F, repeatable.")
    if prompts is not None:
        return [str(typer.prompt(prompt, hide_input=True)) for prompt in prompts]
    found: list[str] = []
    while given := str(typer.prompt("Recovery code or passphrase (none: done)", hide_input=True, default="")):
        found.append(given)
    return found


@recovery_app.command("code")
def recovery_code(
    vault: Vault = None, user: User = None, passphrase_file: PassphraseFile = None, json: JsonOption = False
) -> None:
    """Make a new recovery code to be printed; the old one is void."""
    with signed_in(vault, user, passphrase_file) as opened:
        code = opened.new_recovery_code()
    say(json, {"recovery_code": code}, f"Recovery code, to be printed and kept apart: {code}")


@recovery_app.command("share")
def recovery_share(
    people: Annotated[list[str], typer.Option(help="Names of the people.")],
    needed: Annotated[int, typer.Option(help="How many of them open it together.")],
    more: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    secret_file: SecretFiles = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Let several people open the vault together; each gives their passphrase, in the order in which they are named."""
    names = [*people, *(more or [])]
    secrets = _secrets(secret_file, [f"Passphrase of {name}" for name in names])
    with signed_in(vault, user, passphrase_file) as opened:
        count = opened.share_recovery(names, needed, secrets)
    document = {"people": names, "needed": needed, "combinations": count}
    say(json, document, f"Any {needed} of {', '.join(names)} open the vault together now.")


@recovery_app.command("rehearse")
def recovery_rehearse(
    secret_file: SecretFiles = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Prove that a code, or several people, open the vault, and record it."""
    secrets = _secrets(secret_file)
    with signed_in(vault, user, passphrase_file) as opened:
        opened.rehearse_recovery(secrets)
    say(json, {"opens": True}, "They open the vault; the rehearsal is recorded.")


@recovery_app.command("open")
def recovery_open(
    new_admin: Annotated[str, typer.Option(help="Name of the new administrator.")],
    new_passphrase_file: Annotated[Path | None, typer.Option(help="File with their passphrase.")] = None,
    secret_file: SecretFiles = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Open the vault by a code, or by several people, and make a person its manager."""
    from desktop.site.recovery import open_by_recovery

    del user, passphrase_file  # Nobody is signed in yet.
    folder = vault_folder(vault)
    passphrase = secret(new_passphrase_file, "SITEBOOK_NEW_PASSPHRASE", "New passphrase")
    with open_by_recovery(folder, _secrets(secret_file), new_admin, passphrase) as opened:
        document = {"user": opened.user.name, "roles": list(opened.user.roles)}
    say(json, document, f"{new_admin} is a manager now.")
