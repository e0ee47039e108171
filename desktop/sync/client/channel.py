"""HTTP channel to the centre; only answers signed by the enrolled centre are accepted.

A `Channel` touches no vault, so a call may be made on any thread.
"""

import ipaddress
import ssl
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

import httpx2 as httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.errors import CentreError, DamagedError, RefusedError
from desktop.sync.formats import batch, messages, signed_statement

T = TypeVar("T")

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0
"""The longest silence; a large batch on a slow line takes as long as it takes."""
MAX_ANSWER_BYTES = batch.MAX_SEALED_BYTES + 256 * 1024

OK, FAILED = 200, 500

UNREACHABLE = "The centre cannot be reached at {url}. Nothing is lost: the entries wait on this computer."
PLAIN_HTTP = (
    "The centre's address begins with http:// ({url}). Beyond this computer the line must be encrypted: ask the centre for "
    "its https:// address."
)
UNKNOWN_CERTIFICATE = (
    "The certificate of {url} is not one that this computer trusts ({why}). Nothing was sent. The network may look into "
    "encrypted lines: ask whoever runs it, or the centre."
)
EXPIRED_CERTIFICATE = (
    "The certificate of {url} has expired, or this computer's clock is ahead. Nothing was sent. Look at the clock, then tell "
    "the centre."
)
EARLY_CERTIFICATE = (
    "The certificate of {url} is not valid yet: this computer's clock is probably behind. Nothing was sent. "
    "Put the clock right."
)
NO_TLS = "What answers at {url} does not speak https. Nothing was sent. Check the address with the centre."
CERTIFICATE_NOT_YET_VALID, CERTIFICATE_EXPIRED = 9, 10
"""OpenSSL's X509_V_ERR codes."""
CUT = "The line to {url} was cut before the centre answered. Nothing is lost: what it has not signed for goes again."
NOT_THE_CENTRE = "What answers at {url} is not the centre. The network may ask for a sign-in of its own first."
UNTRUSTED = "The answer from {url} is not signed by the centre that this computer joined. Nothing was believed of it."
CENTRE_FAILED = (
    "The centre at {url} cannot take anything at the moment. Nothing is lost: tell the centre, and try later."
)
BAD_ADDRESS = "The address of the centre is not one: it begins with http:// or https://, then a name or a number."


_BATCH_ANSWER: msgspec.json.Decoder[messages.BatchAnswer] = msgspec.json.Decoder(messages.BatchAnswer)


class Call(msgspec.Struct, frozen=True):
    """A request to be made."""

    path: str
    body: bytes


Carry = Callable[[Callable[[], bytes]], bytes]
"""Makes a call, here or on another thread, and returns its answer; may raise CancelledError instead of waiting for it."""


def carry_here(call: Callable[[], bytes]) -> bytes:
    """Wait for the centre on the calling thread."""
    return call()


class NoAnswerError(CentreError):
    """The request left, and no answer came back that can be believed: the centre may have it."""


class Channel:
    """A line to one centre. `device` and `key` sign what is sent; `centre_key` is whose answers are believed.

    Without `centre_key` answers are not verified: for asking who the centre is, before anyone knows.
    """

    def __init__(self, url: str, device: str, key: Ed25519PrivateKey, centre_key: str | None) -> None:
        self.url = checked_url(url)
        if self.url.startswith("http:") and not _is_loopback(self.url):
            raise RefusedError(PLAIN_HTTP, url=self.url)
        self.device = device
        self._key = key
        self._centre_key = centre_key
        try:
            self._client = httpx.Client(
                timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
                follow_redirects=False,
                # A proxy for the world outside cannot reach this computer.
                trust_env=not _is_loopback(self.url),
            )
        except ValueError as error:
            raise CentreError("The proxy that this computer's settings name is not usable.") from error

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def perform(self, call: Call) -> bytes:
        """Make a request and return its verified answer.

        Raises CentreError where nobody can be reached, NoAnswerError where what came back is nothing or not the
        centre's, RefusedError where the centre refuses.
        """
        nonce = messages.new_nonce()
        request = messages.request_bytes(self.device, call.path, nonce, call.body)
        headers = {
            messages.DEVICE_HEADER: self.device,
            messages.NONCE_HEADER: nonce,
            messages.SIGNATURE_HEADER: signed_statement.sign_bytes(messages.REQUEST_TYPE, request, self._key).hex(),
        }
        status, signature, answer = self._exchange(call, headers)
        if self._centre_key is not None:
            content = messages.answer_bytes(request, status, answer)
            try:
                signed_statement.verify_bytes(messages.ANSWER_TYPE, content, bytes.fromhex(signature), self._centre_key)
            except (DamagedError, ValueError) as error:
                raise NoAnswerError(UNTRUSTED, url=self.url) from error
        if status != OK:
            raise self._refusal(status, answer)
        return answer

    def ask(self, path: str, message: msgspec.Struct, answer_type: type[T]) -> T:
        """Send a message and read the answer; raises as `perform` does."""
        return self.read(self.perform(Call(path, msgspec.json.encode(message))), answer_type)

    def read_batch_answer(self, answer: bytes) -> messages.BatchAnswer:
        """Read what became of a batch. Raises NoAnswerError where it does not say."""
        return self._decoded(_BATCH_ANSWER, answer)

    def read(self, answer: bytes, answer_type: type[T]) -> T:
        """Read an answer. Raises NoAnswerError where it is not of this type."""
        return self._decoded(msgspec.json.Decoder(answer_type), answer)

    def _decoded(self, decoder: msgspec.json.Decoder[T], answer: bytes) -> T:
        try:
            return decoder.decode(answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise NoAnswerError(NOT_THE_CENTRE, url=self.url) from error

    def _exchange(self, call: Call, headers: dict[str, str]) -> tuple[int, str, bytes]:
        """Status, signature and bytes of the answer."""
        try:
            with self._client.stream("POST", self.url + call.path, content=call.body, headers=headers) as answer:
                signature = answer.headers.get(messages.SIGNATURE_HEADER, "")
                if not signature:
                    raise NoAnswerError(NOT_THE_CENTRE, url=self.url)
                parts: list[bytes] = []
                size = 0
                for part in answer.iter_bytes():
                    size += len(part)
                    if size > MAX_ANSWER_BYTES:
                        raise NoAnswerError(NOT_THE_CENTRE, url=self.url)
                    parts.append(part)
                return answer.status_code, signature, b"".join(parts)
        except httpx.ConnectError as error:
            raise _connect_problem(error, self.url) from error
        except (httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
            raise CentreError(UNREACHABLE, url=self.url) from error
        except httpx.InvalidURL as error:
            raise RefusedError(BAD_ADDRESS) from error
        except httpx.HTTPError as error:
            raise NoAnswerError(CUT, url=self.url) from error

    def _refusal(self, status: int, answer: bytes) -> RefusedError | CentreError:
        """What a refusal says."""
        refusal = self.read(answer, messages.Refusal)
        if self._centre_key is None:
            # The words could be anyone's.
            return CentreError(NOT_THE_CENTRE, url=self.url)
        if status >= FAILED:
            return CentreError(CENTRE_FAILED, url=self.url)
        return RefusedError(refusal.refused, **refusal.fields)


def _connect_problem(error: BaseException, url: str) -> CentreError:
    """Why no connection came about: the certificate of whoever answers is named as the reason where it is."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            if cause.verify_code == CERTIFICATE_EXPIRED:
                return CentreError(EXPIRED_CERTIFICATE, url=url)
            if cause.verify_code == CERTIFICATE_NOT_YET_VALID:
                return CentreError(EARLY_CERTIFICATE, url=url)
            return CentreError(UNKNOWN_CERTIFICATE, url=url, why=cause.verify_message)
        if isinstance(cause, ssl.SSLError):
            return CentreError(NO_TLS, url=url)
        cause = cause.__cause__ or cause.__context__
    return CentreError(UNREACHABLE, url=url)


def checked_url(url: str) -> str:
    """The address without a final slash. Raises RefusedError where it is none, or holds a name or password."""
    try:
        parts = urlsplit(url.strip() if "://" in url else f"http://{url.strip()}")
        is_sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError as error:
        raise RefusedError(BAD_ADDRESS) from error
    if not is_sound or parts.username is not None or parts.query or parts.fragment:
        raise RefusedError(BAD_ADDRESS)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
