"""Sign-in options shared by all commands."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.errors import EnvironmentProblemError, SignInError

if TYPE_CHECKING:
    from collections.abc import Generator

    from desktop.site.site import Site
    from desktop.study.definition.metadata import Definition

Vault = Annotated[Path | None, typer.Option("--vault", envvar="SITEBOOK_VAULT", help="Folder of the vault.")]
User = Annotated[str | None, typer.Option("--user", envvar="SITEBOOK_USER", help="Name of the acting person.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="File with the acting person's passphrase; or SITEBOOK_PASSPHRASE."),
]


def secret(file: Path | None, variable: str, prompt: str) -> str:
    """A secret from a file (one final newline dropped), from the environment, or from a prompt."""
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise EnvironmentProblemError("The passphrase file cannot be read.") from error
        return text.removesuffix("\n").removesuffix("\r")
    if variable in os.environ:
        return os.environ[variable]
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"{prompt}: give a file, or {variable} in the environment.")
    return str(typer.prompt(prompt, hide_input=True))


def vault_folder(vault: Path | None) -> Path:
    """The vault that a command is about."""
    if vault is None:
        raise typer.BadParameter("Name the vault: --vault DIR or SITEBOOK_VAULT.")
    return vault


def passphrase_of(file: Path | None) -> str:
    """The acting person's passphrase."""
    return secret(file, "SITEBOOK_PASSPHRASE", "Passphrase")


@contextmanager
def signed_in(vault: Path | None, user: str | None, passphrase_file: Path | None) -> Generator[Site]:
    """A site with the acting person signed in, until the command ends."""
    from desktop.site import opening
    from desktop.vault import failed_sign_ins

    folder = vault_folder(vault)
    opening.label(folder)
    if user is None:
        raise typer.BadParameter("Name the acting person: --user NAME or SITEBOOK_USER.")
    passphrase = passphrase_of(passphrase_file)
    try:
        failed_sign_ins.refuse_while_waiting(folder, opening.system_wall())
    except SignInError as error:
        print(f"sitebook: {error}", file=sys.stderr)
        time.sleep(error.wait)
    with opening.open_site(folder, user, passphrase) as site:
        yield site


def find_definition(name_or_path: str) -> Definition:
    """A study definition by its shipped name, its folder or its ODM-XML file."""
    from desktop.study.load import load_definition, locate

    return load_definition(locate(name_or_path))
