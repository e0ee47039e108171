"""The line to the centre: addresses, proxies, and what is believed of an answer. Real sockets on loopback."""

import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from desktop.errors import CentreError, RefusedError
from desktop.journal.device_keys import DeviceKeys
from desktop.sync.client.channel import Call, Channel, NoAnswerError, _connect_problem, checked_url
from desktop.sync.formats import messages, signed_statement
from desktop.sync.formats.receipt import Receipt

CENTRE, DEVICE = DeviceKeys.generate(), DeviceKeys.generate()


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("http://centre.example", "http://centre.example"),
        (" https://centre.example:8443/sitebook/ ", "https://centre.example:8443/sitebook"),
        ("centre.example:8000", "http://centre.example:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_an_address_is_tidied(given: str, found: str) -> None:
    assert checked_url(given) == found


@pytest.mark.parametrize(
    "given",
    [
        "",
        "http://",
        "ftp://centre.example",
        "file:///etc/hosts",
        "http://[::1",
        "http://centre.example:99999",
        "http://centre.example:port",
        "http://name:secret@centre.example",
        "http://centre.example/?a=b",
        "http://centre.example/#a",
    ],
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused(given: str) -> None:
    with pytest.raises(RefusedError, match="address"):
        checked_url(given)


@contextmanager
def listening(talk: Callable[[socket.socket, bytes], None], *, read: bool = True) -> Iterator[str]:
    """A server that reads one request a connection, where wanted, and then does what the test says."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                talk(line, _request(line) if read else b"")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _request(line: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = line.recv(65536)
        if not part:
            return data
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(value) for name, value in _headers(head) if name == b"content-length")
    while len(body) < length:
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body


def _headers(head: bytes) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value.strip()) for name, _, value in (row.partition(b":") for row in head.split(b"\r\n"))]


def answer(status: int, body: bytes, *headers: tuple[str, str]) -> bytes:
    rows = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join(rows).encode() + b"\r\n\r\n" + body


def asked(request: bytes, **changes: str) -> bytes:
    """What the request says, as its answer is bound to it; `changes` are of another request under the same nonce."""
    head, _, body = request.partition(b"\r\n\r\n")
    headers = dict(_headers(head))
    said = {
        "device": headers[messages.DEVICE_HEADER.lower().encode()].decode(),
        "path": head.split(b" ")[1].decode(),
        "nonce": headers[messages.NONCE_HEADER.lower().encode()].decode(),
        "body": body.decode(),
    } | changes
    return messages.request_bytes(said["device"], said["path"], said["nonce"], said["body"].encode())


def signed_answer(
    status: int, content: msgspec.Struct, request: bytes, keys: DeviceKeys = CENTRE, **changes: str
) -> bytes:
    """What a centre with these keys would answer."""
    body = msgspec.json.encode(content)
    said = messages.answer_bytes(asked(request, **changes), status, body)
    proof = signed_statement.sign_bytes(messages.ANSWER_TYPE, said, keys.signing)
    return answer(status, body, (messages.SIGNATURE_HEADER, proof.hex()))


@contextmanager
def channel(url: str, centre_key: str | None = CENTRE.signing_public) -> Iterator[Channel]:
    made = Channel(url, "A-1", DEVICE.signing, centre_key)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def line_to(talk: Callable[[socket.socket, bytes], None], key: str | None = CENTRE.signing_public) -> Iterator[Channel]:
    """A line at whose other end the test speaks."""
    with listening(talk) as url, channel(url, key) as made:
        yield made


def saying(status: int, content: msgspec.Struct, keys: DeviceKeys = CENTRE) -> Callable[[socket.socket, bytes], None]:
    """A centre that always says the same."""
    return lambda line, request: line.sendall(signed_answer(status, content, request, keys))


GAP = messages.BatchGap(wanted=7)
CALL = Call(messages.MEET, b"{}")


def test_a_signed_answer_is_believed() -> None:
    with line_to(saying(200, GAP)) as line:
        assert line.ask(messages.MEET, messages.Ask(), messages.BatchGap) == GAP
        with pytest.raises(NoAnswerError, match="not the centre"):
            line.ask(messages.MEET, messages.Ask(), Receipt)


def test_a_signed_refusal_is_told() -> None:
    refusal = messages.Refusal(refused="No {what} today.", fields={"what": "batches"})
    with line_to(saying(403, refusal)) as line, pytest.raises(RefusedError, match="No batches today"):
        line.perform(CALL)
    with line_to(saying(500, refusal)) as line, pytest.raises(CentreError, match="cannot take anything"):
        line.perform(CALL)


def test_the_words_of_an_unknown_centre_are_not_shown() -> None:
    refusal = messages.Refusal(refused="Call this number and read out your passphrase.")
    with line_to(saying(403, refusal), None) as line, pytest.raises(CentreError, match="not the centre"):
        line.perform(CALL)


@pytest.mark.parametrize(
    "changes", [{"device": "B-1"}, {"body": '{"directory_version":1}'}, {"path": messages.FETCH}, {"nonce": "00"}]
)
def test_a_true_answer_to_another_request_is_not_believed(changes: dict[str, str]) -> None:
    """Whoever sits on the line may ask under this request's nonce, and pass on what the centre truly answered."""

    def pass_on(line: socket.socket, request: bytes) -> None:
        line.sendall(signed_answer(200, GAP, request, CENTRE, **changes))

    with line_to(pass_on) as line, pytest.raises(NoAnswerError, match="not signed by the centre"):
        line.perform(CALL)


def test_another_key_is_not_believed() -> None:
    stranger = DeviceKeys.generate()
    talk = saying(200, GAP, stranger)
    with line_to(talk) as line, pytest.raises(NoAnswerError, match="not signed"):
        line.perform(CALL)


def test_the_answer_to_an_earlier_request_is_not_believed() -> None:
    first: list[bytes] = []

    def replay(line: socket.socket, request: bytes) -> None:
        first.append(signed_answer(200, GAP, request))
        line.sendall(first[0].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))

    with line_to(replay) as line:
        assert line.perform(CALL)
        with pytest.raises(NoAnswerError, match="not signed"):
            line.perform(CALL)


@pytest.mark.parametrize("flip", ["status", "body", "signature"])
def test_a_changed_answer_is_not_believed(flip: str) -> None:
    def talk(line: socket.socket, request: bytes) -> None:
        whole = signed_answer(200, GAP, request)
        changed = {
            "status": whole.replace(b" 200 ", b" 403 "),
            "body": whole[:-3] + b"0" + whole[-2:],
            "signature": whole.replace(b"a", b"b", 20),
        }
        line.sendall(changed[flip])

    with line_to(talk) as line, pytest.raises(NoAnswerError):
        line.perform(CALL)


@pytest.mark.parametrize(
    "raw",
    [
        answer(200, b"<html>Sign in</html>", ("Content-Type", "text/html")),
        answer(302, b"", ("Location", "http://127.0.0.1:1/")),
        answer(511, b"sign in"),
        answer(200, b"{}", (messages.SIGNATURE_HEADER, "zz")),
        answer(200, b"{}", (messages.SIGNATURE_HEADER, "00" * 64)),
        answer(200, b"not gzip", ("Content-Encoding", "gzip"), (messages.SIGNATURE_HEADER, "00" * 64)),
        answer(200, b"{}", (messages.SIGNATURE_HEADER, "00" * 64))[:-1],
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"",
    ],
)
def test_what_answers_otherwise_is_not_believed(raw: bytes) -> None:
    with line_to(lambda line, _: line.sendall(raw)) as line, pytest.raises(NoAnswerError):
        line.perform(CALL)


def test_an_answer_without_end_is_left_alone() -> None:
    """A hostile server cannot fill the memory."""

    def pour(line: socket.socket, _: bytes) -> None:
        line.sendall(f"HTTP/1.1 200 X\r\n{messages.SIGNATURE_HEADER}: 00\r\n\r\n".encode())
        try:
            while True:
                line.sendall(bytes(1 << 20))
        except OSError:
            return

    with line_to(pour) as line, pytest.raises(NoAnswerError, match="not the centre"):
        line.perform(CALL)


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{probe.getsockname()[1]}"
    for url in (closed, "https://no-such-host.invalid:8000"):
        with channel(url) as line, pytest.raises(CentreError, match="cannot be reached") as error:
            line.perform(CALL)
        assert not isinstance(error.value, NoAnswerError)


def test_a_proxy_does_not_stand_before_this_computer_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with listening(saying(200, GAP)) as url:
        with channel(url) as line:
            assert line.perform(CALL)
        with channel(url.replace("127.0.0.1", "localhost")) as line:
            assert line.perform(CALL)
    with channel("https://centre.invalid") as line, pytest.raises(CentreError, match="cannot be reached"):
        line.perform(CALL)
    monkeypatch.setenv("all_proxy", "no scheme at all")
    monkeypatch.setenv("http_proxy", "nonsense://x")
    monkeypatch.setenv("https_proxy", "nonsense://x")
    with pytest.raises(CentreError, match="proxy"):
        Channel("https://centre.invalid", "A-1", DEVICE.signing, None)


# Encryption


@pytest.mark.parametrize(
    "url", ["http://centre.example", "centre.example:8000", "http://192.0.2.1:8765", "http://[2001:db8::1]"]
)
def test_a_line_beyond_this_computer_is_encrypted_or_none(url: str) -> None:
    with pytest.raises(RefusedError, match="must be encrypted"):
        Channel(url, "A-1", DEVICE.signing, None)


@contextmanager
def tls_server(folder: Path, start: datetime.timedelta, end: datetime.timedelta) -> Iterator[str]:
    """A server with a certificate of its own, valid from and to so long from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + start)
        .not_valid_after(now + end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, trust = folder / "server.pem", folder / "trust.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    trust.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem.write_bytes(private + trust.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def talk(line: socket.socket, _: bytes) -> None:
        with contextlib.suppress(ssl.SSLError, OSError), context.wrap_socket(line, server_side=True):
            pass

    with listening(talk, read=False) as url:
        yield url.replace("http://127.0.0.1", "https://localhost")


DAYS = datetime.timedelta(days=1)


def test_a_certificate_that_nobody_vouches_for_is_named_so(tmp_path: Path) -> None:
    with tls_server(tmp_path, -2 * DAYS, 2 * DAYS) as url, channel(url) as line:
        with pytest.raises(CentreError, match="not one that this computer trusts") as error:
            line.perform(CALL)
        assert not isinstance(error.value, NoAnswerError)


@pytest.mark.parametrize(("start", "end", "words"), [(-4, -2, "has expired"), (2, 4, "not valid yet")])
def test_a_certificate_out_of_its_time_is_named_so(tmp_path: Path, start: int, end: int, words: str) -> None:
    with tls_server(tmp_path, start * DAYS, end * DAYS) as url:
        host, port = url.removeprefix("https://").split(":")
        trusting = ssl.create_default_context(cafile=tmp_path / "trust.pem")
        with socket.create_connection((host, int(port))) as line, pytest.raises(ssl.SSLError) as refused:
            trusting.wrap_socket(line, server_hostname=host)
    problem = httpx.ConnectError("no connection")
    problem.__cause__ = refused.value
    assert words in str(_connect_problem(problem, url))


def test_what_does_not_speak_https_is_named_so() -> None:
    def talk(line: socket.socket, _: bytes) -> None:
        line.recv(1000)
        line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with listening(talk, read=False) as url, channel(url.replace("http:", "https:")) as line:
        refused = pytest.raises(CentreError, match="does not speak https")
        with refused:
            line.perform(CALL)
