"""The centre over HTTP: reads bytes, lets `Intake` answer, signs the answer. FastAPI, without documents of its own."""

import asyncio
from collections.abc import Callable

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from center.intake import BAD_REQUEST, Intake
from center.store import Store
from desktop.errors import RefusedError, SitebookError
from desktop.sync import batch, protocol, signed

MOST_BODY_BYTES = batch.MOST_SEALED_BYTES + 256 * 1024
WRONG_CODE_SECONDS = 1.0
"""An enrolment that is refused is answered late, so that codes cannot be tried in bulk."""

OK, REFUSED, TOO_LARGE, FAILED = 200, 403, 413, 500


def make_app(store: Store) -> FastAPI:
    """The application over an opened store."""
    intake = Intake(store)
    app = FastAPI(title="Sitebook centre", openapi_url=None, docs_url=None, redoc_url=None)

    def answer(path: str, body: bytes, status: int, content: msgspec.Struct) -> Response:
        encoded = msgspec.json.encode(content)
        signature = signed.sign_bytes(
            protocol.ANSWER_TYPE, protocol.answer_bytes(path, body, status, encoded), store.keys.signing
        )
        headers = {protocol.SIGNATURE_HEADER: signature.hex()}
        return Response(encoded, status_code=status, media_type="application/json", headers=headers)

    async def respond(request: Request, handle: Callable[[bytes], msgspec.Struct]) -> Response:
        path = request.url.path
        body = await _body(request)
        if body is None:
            refusal = protocol.Refusal(refused="The batch is larger than a batch may be.")
            return answer(path, b"", TOO_LARGE, refusal)
        try:
            return answer(path, body, OK, await run_in_threadpool(handle, body))
        except RefusedError as error:
            if path == protocol.ENROL:
                await asyncio.sleep(WRONG_CODE_SECONDS)
            fields = {name: str(value) for name, value in error.fields.items()}
            return answer(path, body, REFUSED, protocol.Refusal(refused=error.message, fields=fields))
        except SitebookError as error:
            return answer(path, body, FAILED, protocol.Refusal(refused=error.message))

    def signed_request(request: Request, body: bytes) -> protocol.DeviceRecord:
        device = request.headers.get(protocol.DEVICE_HEADER, "")
        signature = request.headers.get(protocol.SIGNATURE_HEADER, "")
        return intake.authenticate(device, request.url.path, body, signature)

    def fetch(request: Request, body: bytes) -> protocol.Fetched:
        record = signed_request(request, body)
        try:
            wanted = msgspec.json.decode(body, type=protocol.Fetch)
        except msgspec.DecodeError:
            raise RefusedError(BAD_REQUEST) from None
        return intake.fetch(record, wanted)

    handlers: dict[str, Callable[[Request, bytes], msgspec.Struct]] = {
        protocol.IDENTITY: lambda _request, _body: intake.identity(),
        protocol.ENROL: lambda _request, body: intake.enrol(body),
        protocol.MEET: lambda request, body: intake.meet(signed_request(request, body)),
        protocol.BATCH: lambda request, body: intake.take_batch(signed_request(request, body), body),
        protocol.FETCH: fetch,
    }

    async def endpoint(request: Request) -> Response:
        handle = handlers[request.url.path]
        return await respond(request, lambda body: handle(request, body))

    for path in handlers:
        app.add_api_route(path, endpoint, methods=["POST"])
    return app


async def _body(request: Request) -> bytes | None:
    """The body; None where it is larger than any message may be."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BODY_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)
