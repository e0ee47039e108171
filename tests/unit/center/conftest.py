"""A centre without its line: a store in a folder, its intake, and devices that were admitted."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from center.intake import Intake, Request
from center.store.store import SetAside, Store
from desktop.study.load import load_definition, locate
from desktop.sync.formats import batch, messages, signed_statement
from desktop.sync.formats.receipt import RECEIPT_TYPE, Receipt
from desktop.sync.formats.sealing import seal, unseal

CLINIC = Path(__file__).parents[2] / "data" / "clinic"


class Desk:
    """A centre, and what devices would send to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store.create(str(folder), load_definition(locate(str(CLINIC))))
        self.intake = Intake(self.store)
        self.study = self.store.study.study

    def request(self, chain: Any, path: str, body: bytes) -> Request:
        """A request, signed by a device."""
        nonce = messages.new_nonce()
        proof = signed_statement.sign_bytes(
            messages.REQUEST_TYPE, messages.request_bytes(chain.device, path, nonce, body), chain.keys.signing
        )
        return Request(path=path, device=chain.device, nonce=nonce, signature=proof.hex(), body=body)

    def enrol_request(self, chain: Any, code: str, **changes: str) -> Request:
        """A wish to join."""
        wish = {
            "code": code,
            "study": self.study,
            "site": chain.site,
            "device": chain.device,
            "letter": chain.device[0],
            "signing_key": chain.keys.signing_public,
            "sealing_key": chain.keys.sealing_public,
            "test": secrets.token_hex(8),
        }
        body = seal(msgspec.json.encode(wish | changes), self.store.keys.sealing_public, messages.ENROL)
        return self.request(chain, messages.ENROL, body)

    def enrol(self, chain: Any, code: str | None = None, **changes: str) -> messages.EnrolAnswer:
        """Join, with a fresh code where none is given."""
        given = self.store.new_code(chain.site)[0] if code is None else code
        test = secrets.token_hex(8)
        answer = self.intake.enrol(self.enrol_request(chain, given, test=test, **changes))
        assert unseal(answer.sealed_test, chain.keys.sealing, messages.ENROL) == test.encode()
        return answer

    def batch(self, chain: Any, first: int = 1, last: int | None = None) -> bytes:
        """A batch of a device's entries."""
        source = batch.Source(study=chain.study, site=chain.site, device=chain.device, directory_version=1)
        raws, before = chain.raws[first - 1 : last], chain.points[first - 1]
        return batch.pack(raws, source, before, chain.keys.signing, self.store.keys.sealing_public)[1]

    def send(self, chain: Any, data: bytes) -> messages.BatchAnswer:
        """Send a batch."""
        answer = self.intake.answer(self.request(chain, messages.BATCH, data))
        return msgspec.json.decode(answer, type=messages.BatchAnswer)

    def receipt(self, answer: messages.BatchAnswer) -> Receipt:
        """The verified receipt of an answer."""
        assert isinstance(answer, messages.BatchReceived)
        return signed_statement.verify(RECEIPT_TYPE, answer.receipt, self.store.keys.signing_public, Receipt)

    def quarantined(self) -> list[SetAside]:
        """What was set aside."""
        with self.store.begin() as connection:
            return self.store.what_was_set_aside(connection)

    def sites(self) -> list[dict[str, Any]]:
        """What the centre tells of its sites."""
        with self.store.begin() as connection:
            return self.store.sites(connection)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A centre of the tiny study."""
    made = Desk(tmp_path / "centre")
    yield made
    made.store.close()


@pytest.fixture
def device(desk: Desk, chain: Callable[..., Any]) -> Any:
    """A device that was admitted, with five entries of its own."""
    made = chain(study=desk.study).grow(5)
    desk.enrol(made)
    return made
