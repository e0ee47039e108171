"""The centre over HTTP: everything signed, nothing too large, patience with wrong codes, faults told without content."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import httpx2 as httpx
import msgspec
import pytest
from fastapi import FastAPI

from center.http import app as app_module
from center.http.app import make_app
from center.intake import Intake, Request
from desktop.errors import EnvironmentProblemError
from desktop.sync.formats import messages, signed_statement


def post(app: FastAPI, *calls: tuple[str, bytes, dict[str, str]]) -> list[httpx.Response]:
    """Make calls one after the other, within one loop and from one address."""

    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://centre") as client:
            return [await client.post(path, content=body, headers=headers) for path, body, headers in calls]

    return asyncio.run(run())


def verified(desk: Any, request: Request, answer: httpx.Response, kind: Any) -> Any:
    """The content of an answer that is signed over this request; its bytes where they are not a message."""
    content = messages.answer_bytes(request.content(), answer.status_code, answer.content)
    proof = bytes.fromhex(answer.headers[messages.SIGNATURE_HEADER])
    signed_statement.verify_bytes(messages.ANSWER_TYPE, content, proof, desk.store.keys.signing_public)
    return answer.content if kind is None else msgspec.json.decode(answer.content, type=kind)


def call(request: Any) -> tuple[str, bytes, dict[str, str]]:
    headers = {
        messages.DEVICE_HEADER: request.device,
        messages.NONCE_HEADER: request.nonce,
        messages.SIGNATURE_HEADER: request.signature,
    }
    return request.path, request.body, headers


def test_every_answer_is_signed_over_the_nonce_of_its_request(desk: Any, device: Any) -> None:
    requests = [
        desk.request(device, messages.IDENTITY, b"{}"),
        desk.request(device, messages.MEET, b'{"directory_version":1}'),
        desk.request(device, messages.BATCH, desk.batch(device)),
        desk.request(device, messages.FETCH, msgspec.json.encode(messages.Fetch(device=device.device, after=0))),
    ]
    kinds = (messages.Identity, messages.Meeting, messages.BatchAnswer, None)
    answers = post(make_app(desk.store), *map(call, requests))
    for request, answer, kind in zip(requests, answers, kinds, strict=True):
        assert answer.status_code == 200
        assert verified(desk, request, answer, kind)
    assert desk.sites()[0]["entries"] == 5


def test_refusals_are_signed_too(desk: Any, chain: Callable[..., Any]) -> None:
    request = desk.request(chain(), messages.MEET, b"{}")
    [answer] = post(make_app(desk.store), call(request))
    assert answer.status_code == 403
    assert "does not know" in verified(desk, request, answer, messages.Refusal).refused
    [answer] = post(make_app(desk.store), (messages.MEET, b"", {}))
    nameless = Request(path=messages.MEET, device="", nonce="", signature="", body=b"")
    assert "does not know" in verified(desk, nameless, answer, messages.Refusal).refused


def test_a_body_that_is_too_large_is_refused_before_it_is_read_whole(desk: Any, device: Any) -> None:
    request = desk.request(device, messages.BATCH, b"x" * (app_module.MAX_BODY_BYTES + 1))
    [answer] = post(make_app(desk.store), call(request))
    assert answer.status_code == 413
    unread = msgspec.structs.replace(request, body=b"")
    assert "larger" in verified(desk, unread, answer, messages.Refusal).refused
    assert desk.sites()[0]["quarantined"] == 0
    read = 0

    async def pour() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": bytes(1 << 20), "more_body": True}

    _, send, sent = raw([])
    asyncio.run(make_app(desk.store)(SCOPE, pour, send))
    assert sent[0]["status"] == 413
    assert read <= app_module.MAX_BODY_BYTES / (1 << 20) + 2


SCOPE = {
    "type": "http",
    "method": "POST",
    "path": messages.BATCH,
    "raw_path": b"",
    "query_string": b"",
    "headers": [],
    "http_version": "1.1",
    "scheme": "http",
}


def test_a_batch_as_large_as_may_be_fits_through_the_door(desk: Any, device: Any) -> None:
    """Random bytes do not compress: the largest batch is not refused for its size."""
    request = desk.request(device, messages.BATCH, bytes(app_module.MAX_BODY_BYTES))
    [answer] = post(make_app(desk.store), call(request))
    assert verified(desk, request, answer, messages.BatchAnswer).reason


def test_wrong_codes_take_longer_each_time_and_a_right_one_ends_it(desk: Any, chain: Callable[..., Any]) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    made = chain(study=desk.study)
    wrong = [call(desk.enrol_request(made, "AAAA-BBBB-CCCC-DDDD")) for _ in range(10)]
    right = [call(desk.enrol_request(made, desk.store.new_code("01")[0])) for _ in range(2)]
    app = make_app(desk.store, sleep)
    assert [answer.status_code for answer in post(app, *wrong, *right)] == [403] * 10 + [200, 200]
    assert slept == [1, 2, 4, 8, 16, 16, 16, 16]


def test_wrong_codes_at_once_wait_for_each_other(desk: Any, chain: Callable[..., Any]) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def run() -> list[int]:
        transport = httpx.ASGITransport(app=make_app(desk.store, sleep))
        async with httpx.AsyncClient(transport=transport, base_url="http://centre") as client:
            request = call(desk.enrol_request(chain(study=desk.study), "AAAA-BBBB-CCCC-DDDD"))
            tries = [client.post(request[0], content=request[1], headers=request[2]) for _ in range(6)]
            return [answer.status_code for answer in await asyncio.gather(*tries)]

    assert asyncio.run(run()) == [403] * 6
    assert slept == [1, 2, 4]


@pytest.mark.parametrize("fault", [RuntimeError("01-A001 weighs 70 kg"), EnvironmentProblemError("The disk is full.")])
def test_a_fault_of_the_centre_is_told_as_such_and_logged_without_content(
    desk: Any, device: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(Intake, "take_batch", fail)
    request = desk.request(device, messages.BATCH, desk.batch(device))
    with caplog.at_level(logging.ERROR, "center"):
        [answer] = post(make_app(desk.store), call(request))
    assert answer.status_code == 500
    refusal = verified(desk, request, answer, messages.Refusal)
    assert refusal.refused == "The centre cannot take anything at the moment."
    [record] = caplog.records
    assert record.getMessage().startswith(f"{type(fault).__name__} at test_app.py:")
    assert "kg" not in caplog.text
    caplog.clear()


def test_nothing_else_is_there(desk: Any) -> None:
    async def run() -> list[int]:
        transport = httpx.ASGITransport(app=make_app(desk.store))
        async with httpx.AsyncClient(transport=transport, base_url="http://centre") as client:
            return [(await client.get(path)).status_code for path in ("/", "/docs", "/openapi.json", messages.MEET)]

    assert asyncio.run(run()) == [404, 404, 404, 405]


def raw(messages: list[dict[str, Any]]) -> tuple[Any, Any, list[dict[str, Any]]]:
    """What a server hands to the application: a scope's channels, saying these things and then nothing."""
    sent: list[dict[str, Any]] = []
    waiting = iter(messages)

    async def receive() -> dict[str, Any]:
        try:
            return next(waiting)
        except StopIteration:
            await asyncio.Event().wait()
            raise AssertionError from None

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    return receive, send, sent


HALF = {"type": "http.request", "body": b"half", "more_body": True}


@pytest.mark.parametrize("messages", [[HALF, {"type": "http.disconnect"}], [HALF]])
def test_a_site_that_is_gone_or_says_nothing_any_more_is_let_go(
    desk: Any, monkeypatch: pytest.MonkeyPatch, messages: list[dict[str, Any]]
) -> None:
    monkeypatch.setattr(app_module, "SILENCE_SECONDS", 0.0)
    receive, send, sent = raw(messages)
    asyncio.run(make_app(desk.store)(SCOPE, receive, send))
    assert sent[0]["status"] == 408
    assert desk.sites()[0]["quarantined"] == 0
