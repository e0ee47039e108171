"""Shared by the command lines of site and centre: options, output, exit status."""

import io
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer

from desktop import diagnostics
from desktop.errors import DefinitionError, SitebookError

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else there.")]

USAGE = 2
INTERRUPTED = 130


def run_app(app: typer.Typer, name: str, arguments: list[str], options: tuple[str, ...]) -> NoReturn:
    """Run a command line; ends the process with the exit status of the command.

    `options` take a value and belong to every command: they may stand before it. Errors go to stderr, without a traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        # Files and pipes get UTF-8, whatever the code page of the console is.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    diagnostics.install(name)
    started = time.perf_counter()
    try:
        status = app(_options_last(arguments, options), prog_name=name, standalone_mode=False)
    except SitebookError as error:
        fail(name, error)
    except typer.Exit as ended:
        sys.exit(ended.exit_code)
    except typer.Abort:
        print(f"{name}: stopped", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last place where a fault of ours can be told without values
        _usage_or_fault(name, error)
    finally:
        diagnostics.record(f"command {_command(app, arguments)}", seconds=time.perf_counter() - started)
    sys.exit(status if isinstance(status, int) else 0)


def _command(app: typer.Typer, arguments: list[str]) -> str:
    """The name of the command; what else stands in the arguments may be a key or a name."""
    commands = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands} | {
        group.name for group in app.registered_groups
    }
    return next((argument for argument in arguments if argument in commands), "?")


def fail(name: str, error: SitebookError) -> NoReturn:
    """Say what is wrong and end with the status of its kind."""
    diagnostics.record_fault("refused", error)
    print(f"{name}: {error}", file=sys.stderr)
    if isinstance(error, DefinitionError):
        for fault in error.faults:
            print(fault, file=sys.stderr)
    sys.exit(error.exit_status)


def say(json: bool, document: object, line: str) -> None:  # noqa: FBT001 - the one switch that every command has
    """Print the one document, or the one line."""
    if json:
        print(msgspec.json.format(msgspec.json.encode(document), indent=2).decode(), flush=True)
    else:
        print(line, flush=True)


def _options_last(arguments: list[str], options: tuple[str, ...]) -> list[str]:
    """Carry options that stand before the command behind it, where the command reads them."""
    ahead: list[str] = []
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        if rest[0] in options and len(rest) > 1:
            ahead += rest[:2]
            del rest[:2]
        elif rest[0] == "--json" or rest[0].startswith(tuple(f"{option}=" for option in options)):
            ahead.append(rest.pop(0))
        else:
            break
    return rest + ahead


def _usage_or_fault(name: str, error: Exception) -> NoReturn:
    """Usage errors end with 2; anything else is a fault of ours: named, without values, without a traceback."""
    show = getattr(error, "show", None)
    if callable(show):
        show()
        sys.exit(getattr(error, "exit_code", USAGE))
    diagnostics.record_fault("fault", error)
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame is not None else "?"
    print(
        f"{name}: an unexpected fault ({type(error).__name__} at {where}); nothing half-done was kept", file=sys.stderr
    )
    sys.exit(1)
