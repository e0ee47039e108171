"""The HTTP way to the centre. Whoever answers is believed only if the answer is signed by the enrolled centre."""

import ipaddress
from collections.abc import Callable
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2 as httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.errors import CentreError, DamagedError, RefusedError
from desktop.sync import protocol, signed

T = TypeVar("T")

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
OK = 200
MOST_ANSWER_BYTES = 16 * 1024 * 1024

UNREACHABLE = "The centre cannot be reached at {url}. Nothing is lost: the entries wait on this computer."
NOT_THE_CENTRE = "What answers at {url} is not the centre. The network may ask for a sign-in of its own first."
UNTRUSTED = "The answer from {url} is not signed by the centre that this computer joined. Nothing was believed of it."


Carry = Callable[[Callable[[], httpx.Response]], httpx.Response]
"""Does what waits for the network, here or on another thread."""


def carry_here(send: Callable[[], httpx.Response]) -> httpx.Response:
    """Wait for the network on the calling thread."""
    return send()


class Channel:
    """A line to one centre. `device` and `key` sign what is sent; `centre_key` is whose answers are believed."""

    def __init__(
        self, url: str, device: str, key: Ed25519PrivateKey, centre_key: str | None, carry: Carry = carry_here
    ) -> None:
        self._carry = carry
        self.url = checked_url(url)
        self.device = device
        self._key = key
        self._centre_key = centre_key
        self._client = httpx.Client(
            base_url=self.url,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            # A proxy for the world outside cannot reach this computer.
            trust_env=not _is_loopback(self.url),
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def ask(self, path: str, message: msgspec.Struct, answer_type: type[T]) -> T:
        """Send a JSON message and read the signed answer.

        Raises CentreError where nobody answers or the answer is not the centre's, RefusedError where the centre refuses.
        """
        return self.post(path, msgspec.json.encode(message), answer_type)

    def post(self, path: str, body: bytes, answer_type: type[T]) -> T:
        """Send bytes and read the signed answer; raises as `ask` does."""
        signature = signed.sign_bytes(protocol.REQUEST_TYPE, protocol.request_bytes(path, body), self._key)
        headers = {protocol.DEVICE_HEADER: self.device, protocol.SIGNATURE_HEADER: signature.hex()}
        try:
            answer = self._carry(partial(self._client.post, path, content=body, headers=headers))
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise CentreError(UNREACHABLE, url=self.url) from error
        signature_text = answer.headers.get(protocol.SIGNATURE_HEADER, "")
        if not signature_text or len(answer.content) > MOST_ANSWER_BYTES:
            raise CentreError(NOT_THE_CENTRE, url=self.url)
        if self._centre_key is not None:
            self._verify(path, body, answer, signature_text)
        try:
            if answer.status_code != OK:
                refusal = msgspec.json.decode(answer.content, type=protocol.Refusal)
                raise RefusedError(refusal.refused, **refusal.fields)
            return msgspec.json.decode(answer.content, type=answer_type)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise CentreError(NOT_THE_CENTRE, url=self.url) from error

    def _verify(self, path: str, body: bytes, answer: httpx.Response, signature: str) -> None:
        assert self._centre_key is not None  # noqa: S101 - the caller looked
        content = protocol.answer_bytes(path, body, answer.status_code, answer.content)
        try:
            signed.verify_bytes(protocol.ANSWER_TYPE, content, bytes.fromhex(signature), self._centre_key)
        except (DamagedError, ValueError) as error:
            raise CentreError(UNTRUSTED, url=self.url) from error


def checked_url(url: str) -> str:
    """The address without a final slash. Raises RefusedError where it is none."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RefusedError("The address of the centre begins with http:// or https://.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
