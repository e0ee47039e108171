"""What the centre answers: one method a message, no HTTP in it.

A batch is accepted only when it extends its device's chain. The same batch again gets the same receipt; a gap is answered
with the sequence that is wanted; a fork is refused and kept as evidence; what cannot be read is set aside with its reason,
and nothing of it blocks the next. A receipt is signed in the transaction that keeps the entries and goes out after its commit.
"""

import hashlib

import msgspec
from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection

from center.store import Store, now
from desktop.errors import DamagedError, NewerReleaseError, RefusedError
from desktop.journal.chain import ChainPoint
from desktop.sync import batch, protocol, signed
from desktop.sync.sealing import seal, unseal

BAD_REQUEST = "The centre could not read the request. The releases may not fit each other."
UNKNOWN_DEVICE = "The centre does not know this computer, or it was locked out. Ask the centre."


class Intake:
    """The centre's side of every exchange."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def authenticate(self, device: str, path: str, body: bytes, signature: str) -> protocol.DeviceRecord:
        """Whose request this is. Raises RefusedError for a device that is not registered or did not sign it."""
        with self.store.begin() as connection:
            record = self.store.device_record(connection, device)
            if record is None:
                raise RefusedError(UNKNOWN_DEVICE)
            try:
                content = protocol.request_bytes(path, body)
                signed.verify_bytes(protocol.REQUEST_TYPE, content, bytes.fromhex(signature), record.signing_key)
            except (DamagedError, ValueError):
                raise RefusedError(UNKNOWN_DEVICE) from None
            self.store.touch(connection, device)
        return record

    def identity(self) -> protocol.Identity:
        """Who the centre is."""
        with self.store.begin() as connection:
            return protocol.Identity(directory=self.store.directory(connection))

    def enrol(self, sealed: bytes) -> protocol.EnrolAnswer:
        """Admit a device that has a code. Raises RefusedError; then the code is not used up."""
        try:
            content = unseal(sealed, self.store.keys.sealing, protocol.ENROL)
            request = msgspec.json.decode(content, type=protocol.EnrolRequest)
        except (InvalidTag, ValueError, msgspec.DecodeError):
            raise RefusedError(BAD_REQUEST) from None
        if request.study != self.store.study.study:
            raise RefusedError("The centre runs another study ({theirs}).", theirs=self.store.study.study)
        record = protocol.DeviceRecord(
            device=request.device,
            site=request.site,
            letter=request.letter,
            signing_key=request.signing_key,
            sealing_key=request.sealing_key,
        )
        try:
            sealed_test = seal(request.test.encode(), request.sealing_key, protocol.ENROL)
        except DamagedError:
            raise RefusedError(BAD_REQUEST) from None
        with self.store.begin() as connection:
            self.store.use_code(connection, request.code, request.site, request.device)
            self.store.add_device(connection, record)
            directory = self.store.sign_directory(connection)
        return protocol.EnrolAnswer(directory=directory, sealed_test=sealed_test)

    def meet(self, record: protocol.DeviceRecord) -> protocol.Meeting:
        """How far the centre has every device of the site."""
        with self.store.begin() as connection:
            return protocol.Meeting(
                directory=self.store.directory(connection), heads=self.store.heads_of_site(connection, record.site)
            )

    def take_batch(self, record: protocol.DeviceRecord, data: bytes) -> protocol.BatchAnswer:
        """Take a batch in, or say why not."""
        sha256 = hashlib.sha256(data).hexdigest()
        with self.store.begin() as connection:
            receipt = self.store.receipt_of(connection, sha256)
            if receipt is not None:
                return protocol.BatchAnswer(outcome="received", receipt=receipt)
            try:
                return self._take_new(connection, record, data, sha256)
            except (DamagedError, NewerReleaseError) as error:
                self.store.set_aside(connection, record, data, str(error))
                return protocol.BatchAnswer(outcome="quarantined", reason=str(error))

    def _take_new(
        self, connection: Connection, record: protocol.DeviceRecord, data: bytes, sha256: str
    ) -> protocol.BatchAnswer:
        envelope = batch.read_envelope(data)
        statement = batch.statement_of(envelope, record.signing_key)
        named = (statement.study, statement.site, statement.device)
        if named != (self.store.study.study, record.site, record.device):
            raise DamagedError("The batch is not of this study, site and computer.")
        head = self.store.head(connection, record.device)
        if statement.first > head.sequence + 1:
            return protocol.BatchAnswer(outcome="gap", wanted=head.sequence + 1)
        opened = batch.open_batch(data, record.signing_key, self.store.keys.sealing)
        if not self._extends(connection, record.device, statement, head, opened):
            self.store.set_aside(connection, record, data, "fork")
            return protocol.BatchAnswer(outcome="fork", wanted=head.sequence + 1)
        new = [part for part in opened.entries if part[2].sequence > head.sequence]
        if new:
            self.store.add_entries(connection, record.site, new)
        made = protocol.Receipt(
            study=statement.study,
            site=statement.site,
            device=statement.device,
            first=statement.first,
            last=statement.last,
            head=statement.head_after,
            batch_sha256=sha256,
            received=now(),
        )
        receipt = signed.sign(protocol.RECEIPT_TYPE, made, self.store.keys.signing)
        self.store.add_batch(connection, sha256, envelope.statement, receipt, made)
        return protocol.BatchAnswer(outcome="received", receipt=receipt)

    def _extends(
        self,
        connection: Connection,
        device: str,
        statement: batch.Statement,
        head: ChainPoint,
        opened: batch.OpenedBatch,
    ) -> bool:
        """Whether the batch agrees with everything of the chain that is here already."""
        before = self.store.chain_value(connection, device, statement.first - 1)
        if before is None or before.hex() != statement.head_before:
            return False
        last_known = min(head.sequence, statement.last)
        return all(
            self.store.chain_value(connection, device, point.sequence) == point.value
            for _, _, point in opened.entries
            if point.sequence == last_known
        )

    def fetch(self, record: protocol.DeviceRecord, wanted: protocol.Fetch) -> protocol.Fetched:
        """The next batch of another device of the same site, sealed to the one that asks, under its own statement."""
        with self.store.begin() as connection:
            other = self.store.device_record(connection, wanted.device)
            if other is None or other.site != record.site:
                raise RefusedError(UNKNOWN_DEVICE)
            held = self.store.batch_holding(connection, wanted.device, wanted.after + 1)
        if held is None:
            return protocol.Fetched(batch=None)
        statement, raws = held
        return protocol.Fetched(batch=batch.seal_again(statement, raws, record.sealing_key))
