"""A site whose line leads somewhere else: sign-in pages, gateways, nothing at all. Real sockets on loopback."""

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from desktop.errors import CentreError, RefusedError
from desktop.site.site import Site
from desktop.sync.client.enrolled_centre import agreed_centre, keep_centre
from desktop.sync.formats import messages

ADMIN = ("Manager", "manager passphrase")


@contextmanager
def answering(status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> Iterator[str]:
    """Something at a free port that answers everything with the same bytes."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def lead_to(site: Site, url: str) -> None:
    """The centre's address leads elsewhere from now on."""
    with site.vault.begin() as connection:
        agreed = agreed_centre(connection)
        assert agreed is not None
        keep_centre(connection, msgspec.structs.replace(agreed, url=url))


ANSWERS: list[tuple[int, bytes, str, dict[str, str] | None]] = [
    (200, b"<html><body>Sign in to the hospital network</body></html>", "text/html", None),
    (302, b"", "text/html", {"Location": "http://127.0.0.1:1/login"}),
    (500, b"oops", "text/plain", None),
    (200, b'{"directory":["",""]}', "application/json", {messages.SIGNATURE_HEADER: "00"}),
    (200, b"\xff\xfe", "application/json", {messages.SIGNATURE_HEADER: "zz"}),
    (403, b'{"refused":"Ring this number."}', "application/json", {messages.SIGNATURE_HEADER: "00"}),
]


def test_what_answers_and_is_not_the_centre_is_told_and_costs_nothing(joined: Any) -> None:
    with joined.sign_in(ADMIN) as site:
        for answer in ANSWERS:
            with answering(*answer) as url:
                with pytest.raises(CentreError, match="not the centre"):
                    site.begin_enrolment(url, "AAAA-BBBB-CCCC-DDDD")
                lead_to(site, url)
                with pytest.raises(CentreError, match=r"not the centre|not signed"):
                    site.sync()
        states = site.status().entries
        assert (states.received, states.packed, states.handed_over) == (0, 0, 0)
        assert len(site.sync_view().log) == len(ANSWERS)
        assert site.sync_view().enrolled


def test_an_address_where_nobody_is(joined: Any, centre: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with joined.sign_in(ADMIN) as site:
        for url in (nobody, "https://no-such-host.invalid"):
            with pytest.raises(CentreError, match="cannot be reached"):
                site.begin_enrolment(url, "AAAA-BBBB-CCCC-DDDD")
            lead_to(site, url)
            with pytest.raises(CentreError, match="cannot be reached"):
                site.sync()
        for url in ("ftp://centre", "http://", ""):
            with pytest.raises(RefusedError, match="address"):
                site.begin_enrolment(url, "AAAA-BBBB-CCCC-DDDD")
        lead_to(site, centre.url)
        site.sync()
        assert site.status().entries.waiting == 0


def test_a_centre_of_another_study_is_refused_before_the_code_goes_out(
    joined: Any, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with centre.store.begin() as connection:
        centre.store.study = msgspec.structs.replace(centre.store.study, study="S.OTHER")
        centre.store.sign_directory(connection)
    with joined.sign_in(ADMIN) as site:
        with pytest.raises(RefusedError, match="another study"):
            site.begin_enrolment(centre.url, "AAAA-BBBB-CCCC-DDDD")
        with pytest.raises(CentreError, match="another study"):
            site.sync()
