"""Request handlers of the centre, one method for each message; no HTTP.

A batch is accepted only when it extends its device's chain. The same batch again gets the same receipt; a gap is
answered with the sequence that is wanted; a fork is refused and kept as evidence; what cannot be read is set aside with
its reason, and nothing of it blocks the next. A receipt is signed in the transaction that keeps the entries and goes out
after its commit.
"""

import datetime
import hashlib
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection

from center.store.store import Store, now
from desktop.errors import DamagedError, NewerReleaseError, RefusedError
from desktop.journal.hash_chain import ChainPoint
from desktop.journal.hybrid_clock import Wall, system_wall
from desktop.journal.trusted_entries import MAX_AHEAD, MAX_RELEASED_AHEAD, TrustedEntries
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

    def content(self) -> bytes:
        """What its device should have signed, and what its answer is bound to."""
        return messages.request_bytes(self.device, self.path, self.nonce, self.body)


class Intake:
    """The centre's side of every exchange."""

    def __init__(self, store: Store, wall: Wall = system_wall) -> None:
        self.store = store
        self._wall = wall

    def answer(self, request: Request) -> bytes:
        """Answer a request. Raises RefusedError for what the centre will not do."""
        match request.path:
            case messages.IDENTITY:
                return msgspec.json.encode(self.identity())
            case messages.ENROL:
                return msgspec.json.encode(self.enrol(request))
            case messages.MEET:
                return msgspec.json.encode(self.meet(self.authenticate(request), _read(request.body, messages.Meet)))
            case messages.FETCH:
                return self.fetch(self.authenticate(request), _read(request.body, messages.Fetch))
            case messages.BATCH:
                return msgspec.json.encode(self.take_batch(self.authenticate(request), request.body))
            case _:
                raise RefusedError(BAD_REQUEST)

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
                return messages.BatchReceived(receipt=receipt)
            try:
                return self._take_new(connection, record, data, sha256)
            except (DamagedError, NewerReleaseError) as error:
                self.store.set_aside(connection, record, data, str(error))
                fields = {name: str(value) for name, value in error.fields.items()}
                return messages.BatchSetAside(reason=error.message, fields=fields)

    def release(self, number: int, reason: str) -> messages.BatchReceived:
        """Accept a batch that was set aside because its device's clock was ahead: a person looked at it, and says why.

        Raises RefusedError where there is none that is open, or DamagedError or NewerReleaseError where another rule is
        broken: that is no person's to allow.
        """
        if not reason.strip():
            raise RefusedError("Say why: the reason is kept.")
        with self.store.begin() as connection:
            record, data = self.store.undecided(connection, number)
            match self._take_new(connection, record, data, hashlib.sha256(data).hexdigest(), ahead=MAX_RELEASED_AHEAD):
                case messages.BatchReceived() as received:
                    self.store.decide(connection, number, f"released: {reason.strip()}")
                    return received
                case messages.BatchGap(wanted=wanted):
                    raise RefusedError(GAP, wanted=wanted)
                case _:
                    raise RefusedError(FORK)

    def reject(self, number: int, reason: str) -> None:
        """Note that a batch that was set aside stays out. Raises RefusedError where there is none that is open."""
        if not reason.strip():
            raise RefusedError("Say why: the reason is kept.")
        with self.store.begin() as connection:
            self.store.undecided(connection, number)
            self.store.decide(connection, number, f"rejected: {reason.strip()}")

    def _take_new(
        self,
        connection: Connection,
        record: DeviceRecord,
        data: bytes,
        sha256: str,
        ahead: datetime.timedelta = MAX_AHEAD,
    ) -> messages.BatchAnswer:
        signed = batch.read_batch(data, record.signing_key)
        statement = signed.statement
        named = (statement.study, statement.site, statement.device)
        if named != (self.store.study.study, record.site, record.device):
            raise DamagedError("The batch is not of this study, site and computer.")
        head = self.store.head(connection, record.device)
        wanted = head.sequence + 1
        if statement.first > wanted:
            return messages.BatchGap(wanted=wanted)
        opened = batch.open_entries(signed, self.store.keys)
        if not self._extends(connection, opened, head):
            self.store.set_aside(connection, record, data, FORK)
            return messages.BatchForked(wanted=wanted)
        trusted = TrustedEntries(
            study=statement.study,
            site=statement.site,
            device=statement.device,
            last_time=self.store.last_time(connection, statement.device),
            wall=self._wall(),
            ahead=ahead,
        )
        trusted.extend(verified for verified in opened.entries if verified.point.sequence > head.sequence)
        self.store.add_entries(connection, trusted.entries)
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
        self.store.add_batch(connection, signed.envelope.statement, receipt, made)
        return messages.BatchReceived(receipt=receipt)

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
        return batch.reseal(statement, raws, record.sealing_key, self.store.keys.signing)


def _read(body: bytes, message_type: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=message_type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RefusedError(BAD_REQUEST) from None


def _verify(request: Request, key: str) -> None:
    content = request.content()
    try:
        signed_statement.verify_bytes(messages.REQUEST_TYPE, content, bytes.fromhex(request.signature), key)
    except (DamagedError, ValueError):
        raise RefusedError(CHANGED_REQUEST) from None
