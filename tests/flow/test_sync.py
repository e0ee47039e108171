"""A site and its centre over a real line on loopback: what is sent, lost, sent again, forged, forked and restored."""

import http.server
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvicorn

from center.app import make_app
from center.evidence import verify_evidence, write_evidence
from center.store import Store
from desktop import opening
from desktop.acts import SaveForm
from desktop.errors import CancelledError, CentreError, DamagedError, RefusedError
from desktop.journal.entry import decode
from desktop.journal.keys import DeviceKeys
from desktop.site import Site
from desktop.study.data import FormKey, ItemPlace, ItemValue
from desktop.sync import batch, protocol
from desktop.sync.agreed import agreed_centre, keep_centre
from desktop.sync.channel import Channel
from desktop.vault import journal, outbox

ADMIN = ("Manager", "manager passphrase")
NURSE = ("Nurse A", "nurse A passphrase")
DM = FormKey("SE.VISIT", 1, "F.DM", 1)


class Centre:
    """A centre with its own store, that can be taken down and brought up again at the same address."""

    def __init__(self, folder: Path, definition: Any) -> None:
        self.folder = folder
        self.store = Store.create(str(folder), definition)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.thread: threading.Thread | None = None

    def up(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        ready = threading.Event()

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                ready.set()

        self.server = Server(uvicorn.Config(make_app(self.store), log_level="warning", lifespan="off"))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]})
        self.thread.start()
        assert ready.wait(10)

    def down(self) -> None:
        if self.thread is not None:
            self.server.should_exit = True
            self.thread.join()
            self.thread = None

    def sites(self) -> list[dict[str, Any]]:
        with self.store.begin() as connection:
            return self.store.sites(connection)


@pytest.fixture
def centre(tmp_path: Path, clinic: Any) -> Iterator[Centre]:
    made = Centre(tmp_path / "centre", clinic.definition)
    made.up()
    yield made
    made.down()
    made.store.close()


def enrol(site: Site, centre: Centre) -> None:
    code, _ = centre.store.new_code("01")
    enrolment = site.begin_enrolment(centre.url, code)
    assert enrolment.matches(enrolment.fingerprint.upper().replace("-", " "))
    site.finish_enrolment(enrolment)


@pytest.fixture
def joined(clinic: Any, centre: Centre) -> Any:
    """The clinic, enrolled."""
    with clinic.sign_in(ADMIN) as site:
        enrol(site, centre)
    return clinic


def register(site: Site, number: int) -> None:
    items = {
        ItemPlace("IG.DM", "", "IT.ICDAT"): ItemValue(value="2026-11-20"),
        ItemPlace("IG.DM", "", "IT.SEX"): ItemValue(value="F"),
    }
    site.record(SaveForm(subject=f"01-{site.vault.letter}{number:03}", key=DM, items=items))


def test_entries_go_from_recorded_to_received(joined: Any, centre: Centre) -> None:
    with joined.sign_in() as site:
        register(site, 1)
        before = site.status().entries
        assert before.received == 0
        result = site.sync()
        assert result.sent == before.recorded
        after = site.status()
        assert (after.entries.received, after.entries.waiting) == (before.recorded, 0)
        assert after.last_receipt is not None
        [told, _] = centre.sites()
        assert (told["entries"], told["subjects"]) == (before.recorded, 1)
        found = site.verify()
        assert (found.ok, found.signatures) == (True, 2)
        assert site.history("01-A001")[0].received


def test_a_receipt_that_was_lost_on_the_way_comes_again(joined: Any, centre: Centre, monkeypatch: Any) -> None:
    with joined.sign_in() as site:
        register(site, 1)
        real = outbox.put_receipt

        def cut(*_: object) -> None:
            raise CentreError("The line was cut.")

        monkeypatch.setattr(outbox, "put_receipt", cut)
        with pytest.raises(CentreError):
            site.sync()
        monkeypatch.setattr(outbox, "put_receipt", real)
        states = site.status().entries
        assert (states.received, states.packed > 0) == (0, True)
        at_centre = centre.sites()[0]["entries"]
        site.sync()
        assert site.status().entries.received == at_centre
        assert site.status().entries.waiting == 0


def test_the_centre_may_be_down_for_weeks(joined: Any, centre: Centre) -> None:
    centre.down()
    with joined.sign_in() as site:
        for number in range(1, 4):
            register(site, number)
            with pytest.raises(CentreError, match="cannot be reached"):
                site.sync()
        centre.up()
        site.sync()
        assert site.status().entries.waiting == 0


def test_a_centre_restored_from_a_backup_gets_all_again(joined: Any, centre: Centre, tmp_path: Path) -> None:
    shutil.copytree(centre.folder, tmp_path / "backup")
    with joined.sign_in() as site:
        register(site, 1)
        site.sync()
        centre.down()
        centre.store.close()
        shutil.rmtree(centre.folder)
        shutil.copytree(tmp_path / "backup", centre.folder)
        centre.store = Store.open(str(centre.folder))
        centre.up()
        register(site, 2)
        site.sync()
        assert site.status().entries.waiting == 0
        assert centre.sites()[0]["subjects"] == 2
        assert any("restored" in event.message for event in site.sync_view().log)
        assert site.verify().ok


def test_a_copied_folder_that_goes_its_own_way_is_told_and_kept_as_evidence(
    joined: Any, centre: Centre, tmp_path: Path
) -> None:
    shutil.copytree(joined.folder, tmp_path / "copy")
    with joined.sign_in() as site:
        register(site, 1)
        site.sync()
    with opening.open_site(tmp_path / "copy", *NURSE, wall=joined.clock) as site:
        for number in range(2, 9):
            register(site, number)
        with pytest.raises(CentreError, match="parted"):
            site.sync()
        assert site.verify().ok
        assert len(site.subjects()) == 7
    assert centre.sites()[0]["quarantined"] == 1
    with joined.sign_in() as site:
        register(site, 2)
        site.sync()
        assert site.status().entries.waiting == 0


def test_two_computers_of_a_site_see_each_others_entries(joined: Any, centre: Centre, tmp_path: Path) -> None:
    with joined.sign_in() as site:
        register(site, 1)
        site.sync()
    second, _ = opening.create_site(
        tmp_path / "second", joined.definition, "01", "Manager two", "manager passphrase", letter="B", wall=joined.clock
    )
    with second:
        enrol(second, centre)
        result = second.sync()
        assert result.fetched > 0
        assert [line.subject for line in second.subjects()] == ["01-A001"]
        assert {user.name for user in second.users()} >= {"Manager", "Manager two", "Nurse A"}
        assert second.verify().ok
        assert second.sync().fetched == 0
    with joined.sign_in() as site:
        assert site.sync().fetched > 0
        assert site.verify().ok


def test_codes_are_used_once_and_letters_are_taken_once(joined: Any, centre: Centre, tmp_path: Path) -> None:
    code, _ = centre.store.new_code("01")
    twin, _ = opening.create_site(
        tmp_path / "twin", joined.definition, "01", "Manager two", "manager passphrase", wall=joined.clock
    )
    with twin:
        for wrong in ("AAAA-BBBB-CCCC-DDDD", centre.store.new_code("02")[0]):
            with pytest.raises(RefusedError, match="code"):
                twin.finish_enrolment(twin.begin_enrolment(centre.url, wrong))
        with pytest.raises(RefusedError, match="letter A"):
            twin.finish_enrolment(twin.begin_enrolment(centre.url, code))
        assert not twin.sync_view().enrolled
        with pytest.raises(RefusedError, match="not joined"):
            twin.sync()


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
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body", "kind", "headers"),
    [
        (200, b"<html><body>Sign in to the hospital network</body></html>", "text/html", None),
        (302, b"", "text/html", {"Location": "http://127.0.0.1:1/login"}),
        (500, b"oops", "text/plain", None),
        (200, b'{"directory":["",""]}', "application/json", {protocol.SIGNATURE_HEADER: "00"}),
        (200, b"\xff\xfe", "application/json", {protocol.SIGNATURE_HEADER: "zz"}),
    ],
)
def test_what_answers_and_is_not_the_centre(
    joined: Any, status: int, body: bytes, kind: str, headers: dict[str, str] | None
) -> None:
    with joined.sign_in(ADMIN) as site, answering(status, body, kind, headers) as url:
        with pytest.raises(CentreError):
            site.begin_enrolment(url, "AAAA-BBBB-CCCC-DDDD")
        with site.vault.begin() as connection:
            agreed = agreed_centre(connection)
            assert agreed is not None
            keep_centre(connection, msgspec.structs.replace(agreed, url=url))
        with pytest.raises(CentreError):
            site.sync()
        assert site.status().entries.received == 0


def test_another_centre_of_the_same_study_is_not_believed(joined: Any, tmp_path: Path) -> None:
    impostor = Centre(tmp_path / "impostor", joined.definition)
    impostor.up()
    try:
        with joined.sign_in() as site:
            with site.vault.begin() as connection:
                agreed = agreed_centre(connection)
                assert agreed is not None
                keep_centre(connection, msgspec.structs.replace(agreed, url=impostor.url))
            with pytest.raises(CentreError, match="not signed"):
                site.sync()
            assert site.status().entries.received == 0
    finally:
        impostor.down()
        impostor.store.close()


def packed(site: Site, recipient: str) -> bytes:
    with site.vault.begin() as connection:
        point = site.vault.chain_point(connection, site.device)
        raws = site.vault.raw_entries(connection, site.device, 0, 100)
        assert point.sequence == len(raws)
    statement = batch.Statement(
        study=site.vault.study,
        site="01",
        device=site.device,
        recipient="",
        first=1,
        last=len(raws),
        head_before="00" * 32,
        head_after=point.value.hex(),
        count=0,
        entries_sha256="",
        directory_version=1,
    )
    return batch.pack(raws, statement, site.vault.keys.signing, recipient)


def test_a_flipped_byte_anywhere_in_a_batch_is_found(clinic: Any) -> None:
    centre_keys = DeviceKeys.generate()
    with clinic.sign_in() as site:
        data = packed(site, centre_keys.sealing_public)
        device_key = site.vault.keys.signing_public
    assert len(batch.open_batch(data, device_key, centre_keys.sealing).entries) > 3
    for position in range(0, len(data), max(1, len(data) // 200)):
        broken = bytearray(data)
        broken[position] ^= 1
        with pytest.raises(DamagedError):
            batch.open_batch(bytes(broken), device_key, centre_keys.sealing)
    for cut in (0, 10, len(data) // 2, len(data) - 1):
        with pytest.raises(DamagedError):
            batch.open_batch(data[:cut], device_key, centre_keys.sealing)
    with pytest.raises(DamagedError):
        batch.open_batch(data, device_key, DeviceKeys.generate().sealing)
    with pytest.raises(DamagedError):
        batch.open_batch(data, DeviceKeys.generate().signing_public, centre_keys.sealing)


def test_a_bad_batch_is_set_aside_and_the_next_one_is_taken(joined: Any, centre: Centre) -> None:
    with joined.sign_in() as site:
        register(site, 1)
        data = bytearray(packed(site, centre.store.keys.sealing_public))
        data[-5] ^= 1
        channel = Channel(centre.url, site.device, site.vault.keys.signing, centre.store.keys.signing_public)
        try:
            answer = channel.post(protocol.BATCH, bytes(data), protocol.BatchAnswer)
            assert answer.outcome == "quarantined"
            huge = b"x" * (batch.MOST_SEALED_BYTES + 1_000_000)
            with pytest.raises((RefusedError, CentreError)):
                channel.post(protocol.BATCH, huge, protocol.BatchAnswer)
        finally:
            channel.close()
        site.sync()
        assert site.status().entries.waiting == 0
        assert centre.sites()[0]["quarantined"] == 1


def test_a_device_that_is_not_registered_is_refused(joined: Any, centre: Centre) -> None:
    stranger = DeviceKeys.generate()
    channel = Channel(centre.url, "A-stranger", stranger.signing, centre.store.keys.signing_public)
    try:
        with pytest.raises(RefusedError, match="does not know"):
            channel.ask(protocol.MEET, protocol.Meet(nonce="0", directory_version=0), protocol.Meeting)
    finally:
        channel.close()


def test_many_entries_go_in_several_batches_that_can_be_cut(joined: Any, centre: Centre, monkeypatch: Any) -> None:
    monkeypatch.setattr(batch, "MOST_ENTRIES", 4)
    with joined.sign_in() as site:
        for number in range(1, 11):
            register(site, number)
        with site.vault.begin() as connection:
            total = site.vault.chain_point(connection, site.device).sequence
        cuts = iter([False, False, True])
        with pytest.raises(CancelledError):
            site.sync(cancelled=lambda: next(cuts))
        assert site.status().entries.received == 8
        assert site.sync().sent == total - 8
        assert site.status().entries.waiting == 0
        with site.vault.begin() as connection:
            mine = journal.raw_entries(connection, site.device, 0, 100)
    with centre.store.begin() as connection:
        theirs = [
            raw
            for first in range(1, total + 1, 4)
            for raw in (centre.store.batch_holding(connection, mine_device(mine), first) or (None, []))[1]
        ]
    assert theirs == mine


def mine_device(raws: list[Any]) -> str:
    return decode(raws[0]).head.device


def test_the_evidence_verifies_alone_and_tells_of_a_change(joined: Any, centre: Centre, tmp_path: Path) -> None:
    with joined.sign_in() as site:
        register(site, 1)
        site.sync()
        register(site, 2)
        site.sync()
    folder = tmp_path / "evidence"
    assert write_evidence(centre.store, folder) == 2
    assert verify_evidence(folder) == (2, [])
    lines = (folder / "statements.jsonl").read_bytes()
    (folder / "statements.jsonl").write_bytes(b"".join(lines.splitlines(keepends=True)[1:]))
    assert verify_evidence(folder)[1]
    broken = bytearray(lines)
    broken[40] ^= 1
    (folder / "statements.jsonl").write_bytes(broken)
    assert verify_evidence(folder)[1]
