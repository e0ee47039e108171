"""The `sitebook-center` command line."""

import ipaddress
import signal
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from center.store.store import Store
from desktop.command_line import JsonOption, run_app, say
from desktop.errors import EnvironmentProblemError, RefusedError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

ENDING_SECONDS = 3
"""What is under way may end; a line that says nothing any more does not hold up the end."""

StoreOption = Annotated[
    str | None, typer.Option("--store", envvar="SITEBOOK_CENTER_STORE", help="Folder or database URL of the store.")
]


def main() -> None:
    """Run a command; ends the process with its exit status."""
    run_app(app, "sitebook-center", sys.argv[1:], ("--store",))


def _where(store: str | None) -> str:
    if store is None:
        raise typer.BadParameter("Name the store: --store DIR_OR_URL or SITEBOOK_CENTER_STORE.")
    return store


def is_loopback(host: str) -> bool:
    """Whether an address to listen at is this computer's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _opened(store: str | None) -> Generator[Store]:
    """The store that a command is about, until the command ends."""
    opened = Store.open(_where(store))
    try:
        yield opened
    finally:
        opened.close()


@app.command()
def init(
    study: Annotated[str, typer.Option(help="Name of a shipped study, or path of a definition.")],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Make the store of a centre for a study."""
    from desktop.study.load import load_definition, locate
    from desktop.sync.formats.fingerprint import fingerprint

    made = Store.create(_where(store), load_definition(locate(study)))
    words = fingerprint(made.root_public)
    document = {"study": made.study.study, "sites": list(made.study.sites), "fingerprint": words}
    say(json, document, f"Made the centre of {made.study.study}. Its fingerprint: {words}")
    made.close()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 picks one.", min=0, max=65535)] = 8765,
    behind_proxy: Annotated[
        bool,
        typer.Option("--behind-proxy", help="A proxy on the way here ends TLS: listen beyond loopback without it."),
    ] = False,
    store: StoreOption = None,
) -> None:
    """Answer sites until SIGTERM."""
    import uvicorn

    from center.http.app import make_app

    if not behind_proxy and not is_loopback(host):
        raise RefusedError(
            "The centre does not listen at {host} without encryption. Let a proxy that ends TLS stand before it and say "
            "--behind-proxy, or listen at 127.0.0.1.",
            host=host,
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with _opened(store) as opened, socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise EnvironmentProblemError(
                "The centre cannot listen at {host}:{port}: {why}.", host=host, port=port, why=error.strerror
            ) from error
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listener.getsockname()[1]}"

        class Announcing(uvicorn.Server):
            """Says where it listens once it does."""

            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                print(f"ready {url}", flush=True)

        config = uvicorn.Config(
            make_app(opened),
            lifespan="off",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=ENDING_SECONDS,
        )
        server = Announcing(config)

        def stop(_signal: int, _frame: object) -> None:
            server.should_exit = True

        signal.signal(signal.SIGTERM, stop)
        server.run(sockets=[listener])


@app.command("enrol-code")
def enrol_code(
    site: Annotated[str, typer.Option(help="OID of the site.")], store: StoreOption = None, json: JsonOption = False
) -> None:
    """Make a one-time code for a site's next computer."""
    from desktop.sync.formats.fingerprint import fingerprint

    with _opened(store) as opened:
        made, expires = opened.new_code(site)
        words = fingerprint(opened.root_public)
    document = {"code": made, "expires": expires, "fingerprint": words}
    say(json, document, f"Code for site {site}: {made}, until {expires}. Fingerprint to compare: {words}")


@app.command()
def sites(store: StoreOption = None, json: JsonOption = False) -> None:
    """Tell what the centre has of every site."""
    with _opened(store) as opened, opened.begin() as connection:
        told = opened.sites(connection)
        aside = opened.what_was_set_aside(connection)
        missing = opened.missing_bodies(connection)
        jumps = opened.clock_jumps(connection)
    lines = [
        f"{site['site']}: {site['entries']} entries, {site['subjects']} subjects, {site['quarantined']} set aside"
        for site in told
    ]
    lines += [f"Set aside {found.received} from {found.device} ({found.site}): {found.reason}" for found in aside]
    lines += [
        f"The content of entry {sequence} of {device} ({site}) is missing, and no manager of the site blanked it."
        for site, device, sequence in missing
    ]
    lines += [
        f"The clock of {device} ({site}) was wrong by {jump.days} days at entries {jump.first} to {jump.last}."
        for site, device, jump in jumps
    ]
    say(json, told, "\n".join(lines))


quarantine = typer.Typer(help="What could not be accepted, and what a person decides about it.")
app.add_typer(quarantine, name="quarantine")

ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept.")]


@quarantine.command("list")
def quarantine_list(store: StoreOption = None, json: JsonOption = False) -> None:
    """Tell what was set aside."""
    with _opened(store) as opened, opened.begin() as connection:
        aside = opened.what_was_set_aside(connection)
    document = [
        {
            "id": found.number,
            "site": found.site,
            "device": found.device,
            "received": found.received,
            "reason": found.reason,
            "bytes": found.bytes,
            "decision": found.decision,
        }
        for found in aside
    ]
    lines = [
        f"{found.number}: {found.received} from {found.device} ({found.site}): {found.reason} {found.decision}".rstrip()
        for found in aside
    ]
    say(json, document, "\n".join(lines) or "Nothing was set aside.")


@quarantine.command("release")
def quarantine_release(number: int, reason: ReasonOption, store: StoreOption = None, json: JsonOption = False) -> None:
    """Accept what was set aside because a computer's clock was ahead."""
    from center.intake import Intake

    with _opened(store) as opened:
        Intake(opened).release(number, reason)
    say(json, {"id": number, "decision": "released"}, f"Released {number}.")


@quarantine.command("reject")
def quarantine_reject(number: int, reason: ReasonOption, store: StoreOption = None, json: JsonOption = False) -> None:
    """Note that what was set aside stays out."""
    from center.intake import Intake

    with _opened(store) as opened:
        Intake(opened).reject(number, reason)
    say(json, {"id": number, "decision": "rejected"}, f"Rejected {number}.")


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="New folder to write to.")],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Write statements, receipts and public keys, for anyone to verify."""
    from center.ledger.evidence import write_evidence

    with _opened(store) as opened:
        count = write_evidence(opened, out)
    say(json, {"out": str(out), "statements": count}, f"Wrote {count} statements to {out}.")


@app.command()
def verify(folder: Path, store: StoreOption = None, json: JsonOption = False) -> None:
    """Verify an exported folder, with what lies in it alone."""
    from center.ledger.evidence import verify_evidence

    del store
    found = verify_evidence(folder)
    verdict = "Verified" if found.ok else "NOT verified"
    line = f"{verdict}: {found.statements} statements, {len(found.failures)} failures. Fingerprint: {found.fingerprint}"
    say(json, found, line)
    if not found.ok:
        if not json:
            for failure in found.failures:
                print(f"{failure['where']}: {failure['message']}", file=sys.stderr)
        raise typer.Exit(1)


if __name__ == "__main__":
    main()
