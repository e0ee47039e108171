"""The commands of `sitebook` that need no window.

What stands here is the contract of the design document, word for word. Every command says in one line what it did; `--json`
prints one document on stdout and nothing else there; errors go to stderr, without a traceback, with the exit status
of their kind.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from desktop.cli import review_commands
from desktop.cli.recovery_commands import recovery_app
from desktop.cli.sign_in import (
    PassphraseFile,
    User,
    Vault,
    find_definition,
    passphrase_of,
    signed_in,
    vault_folder,
)
from desktop.cli.study_commands import study_app
from desktop.cli.user_commands import user_app
from desktop.command_line import JsonOption, run_app, say
from desktop.errors import EnvironmentProblemError, RefusedError

app = typer.Typer(add_completion=False, no_args_is_help=False, pretty_exceptions_enable=False, rich_markup_mode=None)
export_app = typer.Typer(help="What people take away.")
courier_app = typer.Typer(help="Batches by file.")
for name, part in (
    ("user", user_app),
    ("study", study_app),
    ("export", export_app),
    ("courier", courier_app),
    ("recovery", recovery_app),
):
    app.add_typer(part, name=name)
review_commands.register(app)


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Name, version, commit of the build, and its parts.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """The record book of a clinical-trial site."""
    if version:
        from desktop.build import this_build

        build = this_build()
        say(json, build, str(build))
        raise typer.Exit
    if context.invoked_subcommand is None:
        context.fail("Name a command; `sitebook --help` lists them.")


NOT_YET = "This is not in this release yet (not_yet)."


def main(arguments: list[str] | None = None) -> None:
    """Run a command; ends the process with its exit status."""
    run_app(
        app, "sitebook", sys.argv[1:] if arguments is None else arguments, ("--vault", "--user", "--passphrase-file")
    )


def _progress(json: bool, verb: str) -> Callable[[int, int], None] | None:
    """Progress on stderr, where a person watches."""
    if json or not sys.stderr.isatty():
        return None

    def report(done: int, total: int) -> None:
        print(f"\r{verb} {done}" + (f" / {total}" if total else ""), end="", file=sys.stderr)

    return report


@app.command()
def init(
    study: Annotated[str, typer.Option(help="Name of a shipped study, or path of a definition.")],
    site: Annotated[str, typer.Option(help="OID of the site.")],
    admin: Annotated[str, typer.Option(help="Name of the administrator.")],
    device_letter: Annotated[str, typer.Option(help="This computer's letter in subject keys.")] = "A",
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Make a vault in an empty folder; works with no centre."""
    from desktop.site import opening

    del user  # The administrator is the acting person here.
    folder = vault_folder(vault)
    definition = find_definition(study)

    def show_code(device: str, recovery_code: str) -> None:
        document = {
            "vault": str(folder),
            "study": definition.version.study,
            "site": site,
            "device": device,
            "recovery_code": recovery_code,
        }
        line = (
            f"Made the vault in {folder} for site {site}. Recovery code, to be printed and kept apart: {recovery_code}"
        )
        say(json, document, line)

    made, _ = opening.create_site(
        folder,
        definition,
        site,
        admin,
        passphrase_of(passphrase_file),
        letter=device_letter,
        show_code=show_code,
    )
    made.close()


@app.command()
def enrol(
    url: Annotated[str | None, typer.Option(help="Address of the centre.")] = None,
    code: Annotated[str | None, typer.Option(help="One-time code from the centre.")] = None,
    fingerprint: Annotated[
        str | None, typer.Option(help="The centre's fingerprint words, compared beforehand.")
    ] = None,
    request: Annotated[Path | None, typer.Option(help="By file: write the request.")] = None,
    answer: Annotated[Path | None, typer.Option(help="By file: read the answer.")] = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Join the coordinating centre."""
    if request is not None or answer is not None:
        raise RefusedError(NOT_YET)
    if url is None or code is None:
        raise typer.BadParameter("Give the centre's --url and --code.")
    with signed_in(vault, user, passphrase_file) as opened:
        enrolment = opened.begin_enrolment(url, code)
        if fingerprint is None:
            print(f"The centre's fingerprint: {enrolment.fingerprint}", file=sys.stderr)
            if not sys.stdin.isatty() or not typer.confirm("Does the centre read you the same words?", err=True):
                raise RefusedError("Not joined: the words were not compared.")
        elif not enrolment.matches(fingerprint):
            raise RefusedError("Not joined: the centre's words are not these. Ask the centre on the telephone.")
        opened.finish_enrolment(enrolment)
    document = {"url": url, "fingerprint": enrolment.fingerprint}
    say(json, document, f"Joined the centre at {url} ({enrolment.fingerprint}).")


@app.command()
def enter(
    file: Path,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Record form saves from a file, one JSON object a line, through the same rules as the screen."""
    from desktop.imports import json_lines

    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        raise EnvironmentProblemError("The file of form saves cannot be read.") from error
    with signed_in(vault, user, passphrase_file) as opened:
        entered = json_lines.enter(opened, lines)
    say(json, entered, f"Recorded {entered.recorded}, unchanged {entered.unchanged}, refused {len(entered.refused)}.")
    if entered.refused:
        if not json:
            for refusal in entered.refused:
                print(f"line {refusal.line}: {refusal.code} {refusal.oid}: {refusal.message}", file=sys.stderr)
        raise typer.Exit(1)


@app.command()
def show(
    subject: str,
    history: Annotated[bool, typer.Option("--history", help="Every change, oldest first.")] = False,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Show a subject's record, or its history."""
    from desktop.cli import record_document

    with signed_in(vault, user, passphrase_file) as opened:
        document: Any = record_document.history(opened, subject) if history else record_document.record(opened, subject)
    say(json, document, record_document.as_lines(document))


@app.command()
def status(
    vault: Vault = None, user: User = None, passphrase_file: PassphraseFile = None, json: JsonOption = False
) -> None:
    """Count subjects, forms, discrepancies, and how far the entries have travelled."""
    with signed_in(vault, user, passphrase_file) as opened:
        found = opened.status()
    entries, due = found.entries, found.due
    # The document is a contract; what is due is told to people.
    document = {name: value for name, value in msgspec.structs.asdict(found).items() if name != "due"}
    say(
        json,
        document,
        f"Site {found.site}, device {found.device}: {found.subjects} subjects, {sum(found.forms.values())} forms; "
        f"{due['due']} due, {due['overdue']} overdue, {due['missed']} missed; "
        f"{entries.waiting} entries not yet received, {entries.received} received.",
    )


@app.command()
def sync(
    vault: Vault = None, user: User = None, passphrase_file: PassphraseFile = None, json: JsonOption = False
) -> None:
    """Send and fetch; resumes where it was cut."""
    with signed_in(vault, user, passphrase_file) as opened:
        result = opened.sync(_progress(json, "Sent"))
    say(json, result, f"Sent {result.sent} entries in {result.batches} batches, fetched {result.fetched}.")


@courier_app.command("out")
def courier_out(
    file: Path,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Write a batch to a file."""
    del file, vault, user, passphrase_file, json
    raise RefusedError(NOT_YET)


@courier_app.command("in")
def courier_in(
    file: Path,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Read a batch from a file."""
    del file, vault, user, passphrase_file, json
    raise RefusedError(NOT_YET)


@export_app.command("excel")
def export_excel(
    month: Annotated[str, typer.Option(help="YYYY-MM")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Write the monthly transfer."""
    with signed_in(vault, user, passphrase_file) as opened:
        result = opened.export_excel(month, out, _progress(json, "Written"))
    document = {"out": str(out), "month": month, "rows": result.rows, "sha256": result.sha256}
    say(json, document, f"Wrote the transfer of {month} to {out}: {result.rows} rows.")


def _later_export(name: str) -> None:
    @export_app.command(name)
    def refuse(
        out: Annotated[Path | None, typer.Option(help="Where to write.")] = None,
        vault: Vault = None,
        user: User = None,
        passphrase_file: PassphraseFile = None,
        json: JsonOption = False,
    ) -> None:
        """Not in this release yet."""
        del out, vault, user, passphrase_file, json
        raise RefusedError(NOT_YET)


for later in ("odm", "ipd", "pdf"):
    _later_export(later)


@app.command()
def verify(
    path: Annotated[Path | None, typer.Argument(help="A batch, receipt or export file; none: the vault.")] = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Verify chain, signatures and casebook of the vault; or a file."""
    with signed_in(vault, user, passphrase_file) as opened:
        found = opened.verify(_progress(json, "Verified")) if path is None else opened.verify_file(path)
    failures = [
        {"where": failure.where, "message": failure.message.format_map(failure.fields)} for failure in found.failures
    ]
    say(
        json,
        msgspec.to_builtins(found) | {"failures": failures},
        f"{'Verified' if found.ok else 'NOT verified'}: {found.entries} entries, {found.signatures} signatures, "
        f"{found.subjects} subjects, {len(found.failures)} failures.",
    )
    if not found.ok:
        if not json:
            for failure in failures:
                print(f"{failure['where']}: {failure['message']}", file=sys.stderr)
        raise typer.Exit(1)


@app.command()
def rebuild(
    vault: Vault = None, user: User = None, passphrase_file: PassphraseFile = None, json: JsonOption = False
) -> None:
    """Drop the casebook and fold it again."""
    with signed_in(vault, user, passphrase_file) as opened:
        subjects = opened.rebuild(_progress(json, "Folded"))
    say(json, {"subjects": subjects}, f"Folded the casebook of {subjects} subjects again.")


@app.command()
def backup(
    file: Path,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Write an encrypted backup of the vault."""
    with signed_in(vault, user, passphrase_file) as opened:
        opened.backup(file, _progress(json, "Written"))
    say(json, {"backup": str(file)}, f"Wrote the backup {file} and read it back.")


@app.command()
def restore(
    file: Path,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Restore a backup into an empty folder and go on as a new device."""
    from desktop.site import opening

    folder = vault_folder(vault)
    if user is None:
        raise typer.BadParameter("Name the acting person: --user NAME or SITEBOOK_USER.")
    with opening.restore_site(
        file, folder, user, passphrase_of(passphrase_file), progress=_progress(json, "Verified")
    ) as opened:
        document = {"vault": str(folder), "device": opened.device, "site": opened.vault.site}
    say(json, document, f"Restored into {folder}; this computer goes on as device {document['device']}.")
