"""The commands that open windows."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from desktop.cli import sign_in
from desktop.cli.app import app
from desktop.cli.app import main as main_of_desktop
from desktop.command_line import JsonOption, say
from desktop.errors import EnvironmentProblemError
from ui.app.open_window import data_folder, open_window, prepare_environment, usual_vault


@app.command()
def window(vault: sign_in.Vault = None) -> None:
    """Open the window: also what `sitebook` does with no argument."""
    raise typer.Exit(open_window(vault or usual_vault()))


@app.command()
def practice(
    dir: Annotated[Path | None, typer.Option("--dir", help="Folder of the practice site.")] = None,  # noqa: A002
    subjects: Annotated[
        int, typer.Option(help="Simulate a trial of so many subjects in a new practice site.", min=0, max=2000)
    ] = 0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same trial.")] = 1,
    no_window: Annotated[bool, typer.Option("--no-window", help="Only make it.")] = False,
    json: JsonOption = False,
) -> None:
    """Make (or reopen) a practice site with a local centre and synthetic subjects."""
    from desktop.practice import practice_site as practising

    folder = dir or data_folder() / "practice"
    site = practising.find(folder)
    if site is None:
        progress = None if json or not sys.stderr.isatty() else _progress
        trial = practising.Trial(subjects=subjects, seed=seed) if subjects else None
        site = practising.make(folder, progress, trial=trial)
    elif subjects:
        raise EnvironmentProblemError("There is a practice site already. Name another folder for the simulated trial.")
    vault = practising.vault_of(folder)
    users = [f"  {user.name}: {user.passphrase}" for user in site.users]
    document = {"vault": str(vault), "users": site.users}
    say(json, document, "\n".join([f"The practice site is in {vault}. Who may sign in:", *users]))
    if not no_window:
        raise typer.Exit(open_window(vault))


@app.command()
def tour(
    out: Annotated[Path, typer.Option("--out", help="Folder for the screenshots.")],
) -> None:
    """Drive the real windows through a site's day, and save a screenshot of every screen."""
    prepare_environment()
    from ui.tour.run import run_tour

    raise typer.Exit(run_tour(out))


def _progress(done: int, total: int) -> None:
    sys.stderr.write(f"\rEntered {done} of {total}" + ("\n" if done == total else ""))


def main() -> None:
    """Run the command line."""
    main_of_desktop()
