"""What the centre answers: one method a message, no HTTP in it.

A batch is accepted only when it extends its device's chain. The same batch again gets the same receipt; a gap is
answered with the sequence that is wanted; a fork is refused and kept as evidence; what cannot be read is set aside with
its reason, and nothing of it blocks the next. A receipt is signed in the transaction that keeps the entries and goes out
after its commit.
"""

import hashlib
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection

from center.store.store import Store, now
from desktop.errors import DamagedError, NewerReleaseError, RefusedError
from desktop.journal.hash_chain import ChainPoint
from desktop.sync.formats import batch, messages, signed_statement
from desktop.sync.formats.directory import DeviceRecord
from desktop.sync.formats.receipt import RECEIPT_TYPE, Receipt
from desktop.sync.formats.sealing import seal, unseal

T = TypeVar("T")

BAD_REQUEST = "The centre could not read the request. The releases may not fit each other."
CHANGED_REQUEST = "The request was changed on its way, or another computer made it. Try again, then ask the centre."
UNKNOWN_DEVICE = "The centre does not know this computer, or it was locked out. Ask the centre."
OTHER_STUDY = "The centre runs another study ({theirs})."
FORK = "The entries are other ones than those that the centre has of this computer: their records have parted."
GAP = "Entries before these are not at the centre: it wants entry {wanted} next."


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came: nothing of it is to be believed before `Intake.authenticate`."""

    path: str
    device: str
    nonce: str
    signature: str
    """Hexadecimal."""
    body: bytes


class Intake:
    """The centre's side of every exchange."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def answer(self, request: Request) -> bytes:
        """Answer a request. Raises RefusedError for what the centre will not do."""
        if request.path == messages.IDENTITY:
            return msgspec.json.encode(self.identity())
        if request.path == messages.ENROL:
            return msgspec.json.encode(self.enrol(request))
        record = self.authenticate(request)
        if request.path == messages.MEET:
            return msgspec.json.encode(self.meet(record, _read(request.body, messages.Meet)))
        if request.path == messages.FETCH:
            return self.fetch(record, _read(request.body, messages.Fetch))
        return msgspec.json.encode(self.take_batch(record, request.body))

    def authenticate(self, request: Request) -> DeviceRecord:
        """Whose request this is. Raises RefusedError for a device that is not registered or did not sign it."""
        with self.store.begin() as connection:
            record = self.store.device_record(connection, request.device)
            if record is None or not record.active:
                raise RefusedError(UNKNOWN_DEVICE)
            _verify(request, record.signing_key)
            self.store.touch(connection, request.device)
        return record

    def identity(self) -> messages.Identity:
        """Who the centre is."""
        with self.store.begin() as connection:
            return messages.Identity(directory=self.store.directory(connection))

    def enrol(self, request: Request) -> messages.EnrolAnswer:
        """Admit a device that has a code and holds the key that it registers.

        Raises RefusedError; then the code is not used up.
        """
        try:
            content = unseal(request.body, self.store.keys.sealing, messages.ENROL)
        except (InvalidTag, ValueError):
            raise RefusedError(BAD_REQUEST) from None
        wish = _read(content, messages.EnrolRequest)
        _verify(request, wish.signing_key)
        if wish.study != self.store.study.study:
            raise RefusedError(OTHER_STUDY, theirs=self.store.study.study)
        record = DeviceRecord(
            device=wish.device,
            site=wish.site,
            letter=wish.letter,
            signing_key=wish.signing_key,
            sealing_key=wish.sealing_key,
        )
        try:
            sealed_test = seal(wish.test.encode(), wish.sealing_key, messages.ENROL)
        except DamagedError:
            raise RefusedError(BAD_REQUEST) from None
        with self.store.begin() as connection:
            self.store.use_code(connection, wish.code, wish.site, wish.device)
            directory = self.store.admit(connection, record)
        return messages.EnrolAnswer(directory=directory, sealed_test=sealed_test)

    def meet(self, record: DeviceRecord, meet: messages.Meet) -> messages.Meeting:
        """How far the centre has every device of the site."""
        with self.store.begin() as connection:
            if self.store.directory_version(connection) < meet.directory_version:
                # This centre was restored from a backup: its next directory must be newer than any that was seen.
                self.store.sign_directory(connection, above=meet.directory_version)
            return messages.Meeting(
                directory=self.store.directory(connection), heads=self.store.heads_of_site(connection, record.site)
            )

    def take_batch(self, record: DeviceRecord, data: bytes) -> messages.BatchAnswer:
        """Take a batch in, or say why not."""
        sha256 = hashlib.sha256(data).hexdigest()
        with self.store.begin() as connection:
            receipt = self.store.receipt_of(connection, sha256)
            if receipt is not None:
                return messages.BatchAnswer(outcome="received", receipt=receipt)
            try:
                return self._take_new(connection, record, data, sha256)
            except (DamagedError, NewerReleaseError) as error:
                self.store.set_aside(connection, record, data, str(error))
                fields = {name: str(value) for name, value in error.fields.items()}
                return messages.BatchAnswer(outcome="quarantined", reason=error.message, fields=fields)

    def _take_new(self, connection: Connection, record: DeviceRecord, data: bytes, sha256: str) -> messages.BatchAnswer:
        envelope = batch.read_envelope(data)
        statement = batch.statement_of(envelope, record.signing_key)
        named = (statement.study, statement.site, statement.device)
        if named != (self.store.study.study, record.site, record.device):
            raise DamagedError("The batch is not of this study, site and computer.")
        head = self.store.head(connection, record.device)
        wanted = head.sequence + 1
        if statement.first > wanted:
            return messages.BatchAnswer(outcome="gap", wanted=wanted, reason=GAP, fields={"wanted": str(wanted)})
        opened = batch.open_batch(data, record.signing_key, self.store.keys)
        if not self._extends(connection, opened, head):
            self.store.set_aside(connection, record, data, FORK)
            return messages.BatchAnswer(outcome="fork", wanted=wanted, reason=FORK)
        self.store.add_entries(connection, [part for part in opened.entries if part[2].sequence > head.sequence])
        made = Receipt(
            study=statement.study,
            site=statement.site,
            device=statement.device,
            first=statement.first,
            last=statement.last,
            head=statement.head_after,
            batch_sha256=sha256,
            received=now(),
        )
        receipt = signed_statement.sign(RECEIPT_TYPE, made, self.store.keys.signing)
        self.store.add_batch(connection, envelope.statement, receipt, made)
        return messages.BatchAnswer(outcome="received", receipt=receipt)

    def _extends(self, connection: Connection, opened: batch.OpenedBatch, head: ChainPoint) -> bool:
        """Whether the batch agrees with everything of the chain that is here already.

        A chain value stands for all before it, so two points suffice: where the batch begins, and the last shared one.
        """
        statement = opened.statement
        before = self.store.chain_value(connection, statement.device, statement.first - 1)
        if before is None or before.hex() != statement.head_before:
            return False
        shared = min(head.sequence, statement.last)
        return all(
            self.store.chain_value(connection, statement.device, shared) == point.value
            for _, _, point in opened.entries
            if point.sequence == shared
        )

    def fetch(self, record: DeviceRecord, wanted: messages.Fetch) -> bytes:
        """The next batch of another device of the same site, sealed to the one that asks, under its own statement.

        Nothing where there is no more.
        """
        with self.store.begin() as connection:
            other = self.store.device_record(connection, wanted.device)
            if other is None or other.site != record.site:
                raise RefusedError(UNKNOWN_DEVICE)
            held = self.store.batch_holding(connection, wanted.device, wanted.after + 1)
        if held is None:
            return b""
        statement, raws = held
        return batch.reseal(statement, raws, record.sealing_key)


def _read(body: bytes, message_type: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=message_type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RefusedError(BAD_REQUEST) from None


def _verify(request: Request, key: str) -> None:
    content = messages.request_bytes(request.path, request.nonce, request.body)
    try:
        signed_statement.verify_bytes(messages.REQUEST_TYPE, content, bytes.fromhex(request.signature), key)
    except (DamagedError, ValueError):
        raise RefusedError(CHANGED_REQUEST) from None
