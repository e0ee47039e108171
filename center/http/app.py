"""The centre's HTTP application (FastAPI): passes request bytes to `Intake` and signs its answers."""

import asyncio
import logging
import traceback
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from weakref import WeakValueDictionary

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from center import intake
from center.store.store import Store
from desktop.errors import EnvironmentProblemError, RefusedError
from desktop.sync.formats import batch, messages, signed_statement

MAX_BODY_BYTES = batch.MAX_SEALED_BYTES + 256 * 1024
MAX_NONCE = 64

SILENCE_SECONDS = 60.0
"""The longest pause within a body; a slow line may take as long as it takes."""

OK, REFUSED, GONE, TOO_LARGE, FAILED = 200, 403, 408, 413, 500

PATHS = (messages.IDENTITY, messages.ENROL, messages.MEET, messages.BATCH, messages.FETCH)

FREE_TRIES = 3
MAX_SECONDS = 16.0
MAX_ADDRESSES = 1000

Sleep = Callable[[float], Awaitable[None]]

_log = logging.getLogger("center")


class Patience:
    """Makes whoever gives wrong codes wait longer for each further try; tries from one address follow each other."""

    def __init__(self, sleep: Sleep) -> None:
        self._sleep = sleep
        self._wrong: OrderedDict[str, int] = OrderedDict()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncGenerator[None]:
        """One try. Raising RefusedError within makes it a wrong one."""
        turn = self._turns.setdefault(address, asyncio.Lock())
        async with turn:
            wrong = self._wrong.get(address, 0)
            if wrong >= FREE_TRIES:
                await self._sleep(min(2.0 ** (wrong - FREE_TRIES), MAX_SECONDS))
            try:
                yield
            except RefusedError:
                self._wrong[address] = wrong + 1
                self._wrong.move_to_end(address)
                raise
            self._wrong.pop(address, None)
        while len(self._wrong) > MAX_ADDRESSES:
            self._wrong.popitem(last=False)


def make_app(store: Store, sleep: Sleep = asyncio.sleep) -> FastAPI:
    """The application over an opened store."""
    desk = intake.Intake(store)
    patience = Patience(sleep)

    async def ask(request: intake.Request, address: str) -> bytes:
        if request.path != messages.ENROL:
            return await run_in_threadpool(desk.answer, request)
        async with patience.turn(address):
            return await run_in_threadpool(desk.answer, request)

    async def respond(request: Request) -> Response:
        nonce = request.headers.get(messages.NONCE_HEADER, "")[:MAX_NONCE]
        try:
            body = await _body(request)
        except (ClientDisconnect, TimeoutError, asyncio.CancelledError):
            # The site is gone, says nothing any more, or the centre is ending: nobody is there to be answered.
            return Response(status_code=GONE)
        asked = intake.Request(
            path=request.url.path,
            device=request.headers.get(messages.DEVICE_HEADER, ""),
            nonce=nonce,
            signature=request.headers.get(messages.SIGNATURE_HEADER, ""),
            # Of a body that was not read to its end nothing can be said but that: its answer is bound to an empty one.
            body=b"" if body is None else body,
        )
        if body is None:
            status, content = TOO_LARGE, _told("The batch is larger than a batch may be.")
        else:
            try:
                status, content = OK, await ask(asked, request.client.host if request.client else "")
            except Exception as error:  # noqa: BLE001 - the last place where a site can be told that the fault is not its own
                status, content = _refusal(error)
        signature = signed_statement.sign_bytes(
            messages.ANSWER_TYPE, messages.answer_bytes(asked.content(), status, content), store.keys.signing
        )
        headers = {messages.SIGNATURE_HEADER: signature.hex()}
        return Response(content, status_code=status, media_type="application/octet-stream", headers=headers)

    app = FastAPI(
        title="Sitebook centre",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # What passes here is reported to nobody.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    for path in PATHS:
        app.add_api_route(path, respond, methods=["POST"])
    return app


def _refusal(error: Exception) -> tuple[int, bytes]:
    """Status and words for an error. What is not a rule's refusal is logged by kind and place, never with content."""
    if isinstance(error, RefusedError) and not isinstance(error, EnvironmentProblemError):
        fields = {name: str(value) for name, value in error.fields.items()}
        return REFUSED, _told(error.message, fields)
    place = traceback.extract_tb(error.__traceback__)[-1]
    _log.error("%s at %s:%s", type(error).__name__, Path(place.filename).name, place.lineno)
    return FAILED, _told("The centre cannot take anything at the moment.")


def _told(message: str, fields: dict[str, str] | None = None) -> bytes:
    return msgspec.json.encode(messages.Refusal(refused=message, fields=fields or {}))


async def _body(request: Request) -> bytes | None:
    """The body; None where it is larger than any message may be. Raises TimeoutError where nothing more comes."""
    parts: list[bytes] = []
    size = 0
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                part = await anext(stream)
        except StopAsyncIteration:
            return b"".join(parts)
        size += len(part)
        if size > MAX_BODY_BYTES:
            return None
        parts.append(part)
