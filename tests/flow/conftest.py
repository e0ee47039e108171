"""What flows with a centre share: a real one on loopback, that can be taken down and brought up at the same address."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from center.http.app import make_app
from center.store.store import Store
from desktop.site.site import Site

ADMIN = ("Manager", "manager passphrase")


class Centre:
    """A centre with its own store."""

    def __init__(self, folder: Path, definition: Any) -> None:
        self.folder = folder
        self.store = Store.create(str(folder), definition)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread: threading.Thread | None = None

    def up(self) -> None:
        """Answer from now on."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        ready = threading.Event()

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                ready.set()

        self._server = Server(uvicorn.Config(make_app(self.store), log_level="warning", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]})
        self._thread.start()
        assert ready.wait(10)

    def down(self) -> None:
        """Nobody answers from now on."""
        if self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
            self._thread = None

    def sites(self) -> list[dict[str, Any]]:
        """What it tells of its sites."""
        with self.store.begin() as connection:
            return self.store.sites(connection)

    def enrol(self, site: Site) -> None:
        """Let a site's manager join it."""
        code, _ = self.store.new_code("01")
        enrolment = site.begin_enrolment(self.url, code)
        assert enrolment.matches(enrolment.fingerprint.upper().replace("-", " "))
        site.finish_enrolment(enrolment)


@pytest.fixture
def centre(tmp_path: Path, clinic: Any) -> Iterator[Centre]:
    """A centre of the tiny study, answering."""
    made = Centre(tmp_path / "centre", clinic.definition)
    made.up()
    yield made
    made.down()
    made.store.close()


@pytest.fixture
def another_centre(tmp_path: Path, clinic: Any) -> Iterator[Centre]:
    """A second centre of the same study, with keys of its own."""
    made = Centre(tmp_path / "another", clinic.definition)
    made.up()
    yield made
    made.down()
    made.store.close()


@pytest.fixture
def joined(clinic: Any, centre: Centre) -> Any:
    """The clinic, enrolled."""
    with clinic.sign_in(ADMIN) as site:
        centre.enrol(site)
    return clinic
