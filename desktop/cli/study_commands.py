"""The commands `sitebook study ...`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from desktop.cli.sign_in import PassphraseFile, User, Vault, find_definition, signed_in
from desktop.command_line import JsonOption, say
from desktop.errors import DefinitionError

study_app = typer.Typer(help="Study definitions.")
terminology_app = typer.Typer(help="Code lists from elsewhere.")
study_app.add_typer(terminology_app, name="terminology")


@study_app.command("show")
def study_show(
    name_or_path: Annotated[str | None, typer.Argument(help="Shipped name or path; none: the vault's study.")] = None,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Show what a study asks: its events, forms, groups and items."""
    from desktop.study.documents.study_show import study_show as describe

    if name_or_path is not None:
        document = describe(find_definition(name_or_path), None)
    else:
        with signed_in(vault, user, passphrase_file) as opened:
            document = describe(opened.definition, opened.vault.site)
    forms = ", ".join(form["oid"] for form in document["forms"])
    say(json, document, f"{document['study']} version {document['version']}: {forms}")


@study_app.command("check")
def study_check(
    path: str,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Check a study definition or an ODM-XML file: every fault with file, line and OID, or "OK"."""
    del vault, user, passphrase_file  # No vault is needed; they may stand there all the same, as for every command.
    from desktop.study.load import check_definition, locate

    try:
        checked = check_definition(locate(path))
    except DefinitionError as error:
        if json:
            say(json, {"ok": False, "faults": [msgspec.to_builtins(fault) for fault in error.faults]}, "")
        else:
            for fault in error.faults:
                print(fault)
        raise typer.Exit(1) from None
    document = {"ok": True, "faults": [], "notes": [msgspec.to_builtins(note) for note in checked.notes]}
    say(json, document | {"sha256": checked.definition.sha256, "cases": checked.cases}, "OK")
    if not json:
        for note in checked.notes:
            print(note, file=sys.stderr)


@study_app.command("diff")
def study_diff(
    old: str,
    new: str,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """What a new version of a study changes; ends with 1 where it would change the meaning of what was recorded."""
    del vault, user, passphrase_file
    from desktop.study.documents.version_difference import changed_meanings, differences

    before, after = find_definition(old), find_definition(new)
    found, wrong = differences(before, after), changed_meanings(before, after)
    lines = [
        f"{part.change} {part.kind} {part.oid}" + (f": {', '.join(part.what)}" if part.what else "") for part in found
    ]
    lines += [f"NOT ALLOWED {text}" for text in wrong]
    document = {"old": before.version.oid, "new": after.version.oid, "differences": found, "changed_meanings": wrong}
    say(json, document, "\n".join(lines) or "No difference.")
    if wrong:
        raise typer.Exit(1)


@study_app.command("add")
def study_add(
    path: str,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Bring a new version of the study to this site; it is not in force yet."""
    from desktop.actions import AddStudyVersion

    definition = find_definition(path)
    with signed_in(vault, user, passphrase_file) as opened:
        opened.record(AddStudyVersion(definition=definition))
    document = {"version": definition.version.oid, "sha256": definition.sha256}
    say(
        json, document, f"Version {definition.version.oid} is here. It is not in force before its approval is recorded."
    )


@study_app.command("rehearse")
def study_rehearse(
    path: str,
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """What a version of the study would change for each subject; nothing is recorded."""
    definition = find_definition(path)
    with signed_in(vault, user, passphrase_file) as opened:
        found = opened.rehearse(definition)
    say(json, found, "\n".join(found.lines()) or "Nothing would change for any subject.")


@study_app.command("activate")
def study_activate(
    version: Annotated[str, typer.Argument(help="OID of a version that is here.")],
    approved: Annotated[str, typer.Option(help="Date of the ethics committee's approval, YYYY-MM-DD.")],
    reference: Annotated[str, typer.Option(help="Number or name of the approval document.")],
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Put a version in force, once its approval is recorded."""
    from desktop.actions import ActivateStudyVersion
    from desktop.errors import RefusedError

    with signed_in(vault, user, passphrase_file) as opened:
        known = {record.oid: record.sha256 for record in opened.conduct.versions.values()}
        if version not in known:
            raise RefusedError("This version of the study is not here.")
        opened.record(ActivateStudyVersion(sha256=known[version], approved=approved, reference=reference))
    say(json, {"version": version, "approved": approved}, f"Version {version} is in force.")


@study_app.command("checks")
def study_checks(
    name_or_path: str,
    out: Annotated[Path, typer.Option(help="The document to write, a Markdown file.")],
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Write the document of all edit checks and derivations, in every language of the study."""
    del vault, user, passphrase_file
    from desktop.output_files import write_output
    from desktop.study.documents.check_list import checks_document, is_checks_document

    definition = find_definition(name_or_path)
    text, count = checks_document(definition)
    write_output(out, text.encode(), is_checks_document)
    say(json, {"rules": count, "out": str(out)}, f"{count} rules written to {out}.")


@terminology_app.command("import")
def terminology_import(
    file: Path,
    study: Annotated[Path, typer.Option(help="Folder of the study definition that takes the terms.")],
    codelist: Annotated[
        str, typer.Option(help="OID of the code list; it is made, or brought up to date.")
    ] = "CL.CTCAE5",
    vault: Vault = None,
    user: User = None,
    passphrase_file: PassphraseFile = None,
    json: JsonOption = False,
) -> None:
    """Read the CTCAE workbook of the National Cancer Institute, with its grades, into a study definition."""
    del vault, user, passphrase_file
    from desktop.study.ctcae import import_ctcae

    done = import_ctcae(file, study, codelist)
    line = f"{done.terms} terms written to {done.out}; {done.untranslated} have English words only."
    say(json, done, line)
