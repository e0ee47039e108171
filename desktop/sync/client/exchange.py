"""An exchange with the centre: send what it lacks, verify its receipts, fetch what others did.

State moves on verified receipts alone, and batch by batch: wherever the line is cut, the next exchange goes on from
there. A packed batch is kept and sent again byte for byte. If the centre has less than it signed for (it was restored),
the entries are packed again from where it stands. If it has other entries than this computer, their records have parted:
the next batch still goes there, as the centre's evidence, and people on both sides are told.

Between two calls to the centre everything is in the vault, and no transaction is open: `carry` may make a call on another
thread while the vault's own thread goes on with other work.
"""

import hashlib
from functools import partial
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from desktop.errors import (
    CancelledError,
    CentreError,
    DamagedError,
    NewerReleaseError,
    RefusedError,
    SitebookError,
)
from desktop.journal.device_keys import DeviceKeys
from desktop.journal.entry import RawEntry
from desktop.journal.hash_chain import ChainPoint
from desktop.progress import Cancelled, Progress, never, no_progress
from desktop.sync.client.channel import UNTRUSTED, Call, Carry, Channel, NoAnswerError, carry_here
from desktop.sync.client.enrolled_centre import agreed_centre, keep_centre, with_directory
from desktop.sync.formats import batch, messages, signed_statement
from desktop.sync.formats.receipt import RECEIPT_TYPE, Receipt
from desktop.vault import journal_table, outbox_tables
from desktop.vault.vault import Vault
from desktop.views.sync import SyncEvent

PARTED = (
    "This computer's record and the centre's have parted after entry {sequence}: nothing was overwritten. "
    "Tell the centre; it keeps the evidence."
)
SET_ASIDE = (
    "The centre could not accept entries {first} to {last} and set them aside: {why} "
    "Nothing is lost: they wait on this computer. Tell the centre."
)
CENTRE_RESTORED = (
    "The centre was restored: it has {sequence} of the {received} entries that it had signed for. They go again."
)
NOT_TAKEN_OVER = "What the centre passed on of computer {device} does not verify and was not taken over: {why}"
STOPPED = "The exchange was stopped. What was received stays received."
DONE = "{sent} entries received by the centre, {fetched} fetched."


class Receiver(Protocol):
    """The second door of a site."""

    def receive(self, device: str, raws: list[RawEntry], end: ChainPoint) -> int:
        """Verify and append another device's entries, up to `end`."""
        ...


class SyncResult(msgspec.Struct, frozen=True, kw_only=True):
    """What an exchange did."""

    sent: int = 0
    """Entries for which a receipt was verified in this exchange."""
    batches: int = 0
    fetched: int = 0
    """Entries of other devices that were new."""
    waiting: int = 0
    """Entries for which there is no receipt yet."""
    messages: tuple[SyncEvent, ...] = ()
    """What a person should read of it; also in the log of the sync screen."""


class SyncSession:
    """One exchange. Raises RefusedError where the computer has not joined a centre."""

    def __init__(
        self,
        vault: Vault,
        receiver: Receiver,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
        carry: Carry | None = None,
    ) -> None:
        self._vault = vault
        self._receiver = receiver
        self._progress: Progress = progress or no_progress
        self._cancelled: Cancelled = cancelled or never
        self._carry = carry or carry_here
        with vault.begin() as connection:
            centre = agreed_centre(connection)
        if centre is None:
            raise RefusedError("This computer has not joined a centre yet.")
        self._centre = centre
        self._directory = centre.read_directory()
        self._channel = Channel(centre.url, vault.device, vault.keys.signing, self._directory.centre.signing_key)
        self._sent = self._batches = self._fetched = 0
        self._messages: list[SyncEvent] = []
        self._problem: SitebookError | None = None

    def run(self) -> SyncResult:
        """Send and fetch.

        Raises CentreError where the centre cannot be reached or believed; RefusedError where it does not know this
        computer, where records have parted, or for what it set aside (after all else was done); CancelledError where
        the person stopped. What was received by then stays received.
        """
        try:
            meeting = self._meet()
            self._send(meeting)
            self._send_former(meeting)
            self._fetch(meeting)
        except CancelledError:
            raise
        except SitebookError as error:
            self._note("failed", error)
            raise
        finally:
            self._channel.close()
        with self._vault.begin() as connection:
            if self._sent or self._fetched or self._problem is None:
                self._tell(connection, "done", DONE, {"sent": str(self._sent), "fetched": str(self._fetched)})
            states = outbox_tables.entry_states(connection, self._own_point(connection).sequence)
        if self._problem is not None:
            raise self._problem
        return SyncResult(
            sent=self._sent,
            batches=self._batches,
            fetched=self._fetched,
            waiting=states.waiting,
            messages=tuple(self._messages),
        )

    def _meet(self) -> messages.Meeting:
        message = messages.Meet(directory_version=self._directory.version)
        meeting = self._channel.read(self._call(messages.MEET, msgspec.json.encode(message)), messages.Meeting)
        try:
            self._centre = with_directory(self._centre, meeting.directory)
        except DamagedError as error:
            raise CentreError(UNTRUSTED, url=self._channel.url) from error
        self._directory = self._centre.read_directory()
        with self._vault.begin() as connection:
            keep_centre(connection, self._centre)
        return meeting

    # Sending

    def _send(self, meeting: messages.Meeting) -> None:
        sequence, head = meeting.heads.get(self._vault.device, (0, ""))
        with self._vault.begin() as connection:
            total = self._own_point(connection).sequence
            parted = sequence > 0 and _chain_value(connection, self._vault.device, sequence) != head
            if not parted:
                self._unreceive(connection, sequence)
            # Not from where the centre stands: a batch whose receipt was lost on the way gets it by going again.
            done = outbox_tables.received_to(connection)
        packed_again = False
        while done < total:
            self._stop_if_cancelled()
            self._progress(done, total)
            kept, answer = self._send_one(done, parted=parted)
            if parted or answer.outcome == "fork":
                parted = True
                break
            if answer.outcome == "received":
                done = kept.last
            elif packed_again:
                why = RefusedError(answer.reason, **answer.fields)
                self._put_off(RefusedError(SET_ASIDE, first=kept.first, last=kept.last, why=why))
                break
            else:
                # Once more from our own entries: the batch as it was kept may be what the centre cannot read.
                packed_again = True
                with self._vault.begin() as connection:
                    outbox_tables.drop_after(connection, answer.wanted - 1 if answer.outcome == "gap" else done)
                    done = outbox_tables.received_to(connection)
        if parted:
            self._put_off(RefusedError(PARTED, sequence=done))
        self._progress(done, total)

    def _unreceive(self, connection: Connection, sequence: int) -> None:
        """A centre that has less than it signed for was restored from a backup: it gets all again, people are told."""
        received = outbox_tables.received_to(connection)
        if received > sequence:
            outbox_tables.drop_after(connection, sequence)
            fields = {"sequence": str(sequence), "received": str(received)}
            self._tell(connection, "waiting", CENTRE_RESTORED, fields)

    def _send_one(self, done: int, *, parted: bool) -> tuple[outbox_tables.Batch, messages.BatchAnswer]:
        """Send the batch that begins after `done`, and keep its receipt; once records have parted, only as evidence."""
        with self._vault.begin() as connection:
            kept = outbox_tables.batch_from(connection, done + 1) or self._pack(connection, done)
        try:
            answer = self._channel.read(self._call(messages.BATCH, kept.data), messages.BatchAnswer)
            if answer.outcome == "received" and not parted:
                self._take_receipt(kept, answer.receipt)
        except (NoAnswerError, CancelledError):
            with self._vault.begin() as connection:
                outbox_tables.mark_handed_over(connection, kept.first)
            raise
        return kept, answer

    def _pack(self, connection: Connection, done: int) -> outbox_tables.Batch:
        """Pack our own entries that follow `done`, and keep the batch: it travels as it is from now on."""
        packed = self._packed(connection, self._vault.device, self._vault.keys, done)
        return outbox_tables.put_batch(connection, packed.first, packed.last, packed.data, self._wall())

    def _packed(self, connection: Connection, device: str, keys: DeviceKeys, done: int) -> outbox_tables.Batch:
        """The batch of a device's entries that follow `done`. Raises DamagedError where the journal does not hold them."""
        vault = self._vault
        raws = batch.fit(vault.raw_entries(connection, device, done, batch.MOST_ENTRIES))
        before = ChainPoint(done, bytes.fromhex(_chain_value(connection, device, done))) if done else ChainPoint()
        source = batch.Source(
            study=vault.study,
            site=vault.site,
            device=device,
            directory_version=self._directory.version,
        )
        statement, data = batch.pack(raws, source, before, keys.signing, self._directory.centre.sealing_key)
        if _chain_value(connection, device, statement.last) != statement.head_after:
            # Before anything leaves: a batch of a damaged journal would never be accepted.
            raise DamagedError(
                "Entry {sequence} of device {device} is not the one that the chain holds.",
                sequence=statement.last,
                device=device,
            )
        return outbox_tables.Batch(statement.first, statement.last, data)

    def _take_receipt(self, kept: outbox_tables.Batch, receipt: signed_statement.Signed | None) -> None:
        with self._vault.begin() as connection:
            kept_receipt = self._verified(connection, self._vault.device, kept, receipt)
            outbox_tables.put_receipt(connection, kept.first, msgspec.msgpack.encode(kept_receipt), self._wall())
        self._count(kept)

    def _count(self, received: outbox_tables.Batch) -> None:
        self._sent += received.last - received.first + 1
        self._batches += 1

    def _verified(
        self, connection: Connection, device: str, kept: outbox_tables.Batch, receipt: signed_statement.Signed | None
    ) -> signed_statement.Signed:
        """The receipt, if it is the centre's for this very batch. Raises NoAnswerError."""
        if receipt is None:
            raise NoAnswerError(UNTRUSTED, url=self._channel.url)
        try:
            statement = signed_statement.verify(RECEIPT_TYPE, receipt, self._directory.centre.signing_key, Receipt)
        except DamagedError as error:
            raise NoAnswerError(UNTRUSTED, url=self._channel.url) from error
        promised = (
            self._vault.study,
            self._vault.site,
            device,
            kept.first,
            kept.last,
            _chain_value(connection, device, kept.last),
            hashlib.sha256(kept.data).hexdigest(),
        )
        if promised != (
            statement.study,
            statement.site,
            statement.device,
            statement.first,
            statement.last,
            statement.head,
            statement.batch_sha256,
        ):
            raise NoAnswerError(UNTRUSTED, url=self._channel.url)
        return receipt

    def _send_former(self, meeting: messages.Meeting) -> None:
        """Send what a computer had recorded that was lost and restored here, as far as the centre lacks it.

        It goes under that device's own name and keys, and needs no outbox: where the centre stands says what it lacks.
        """
        with self._vault.begin() as connection:
            former = self._vault.former_devices(connection)
        for device, keys in former:
            record = self._directory.device(device)
            if record is None or not record.active or record.signing_key != keys.signing_public:
                continue  # It had never joined, or was locked out when it was lost: the centre would not hear it.
            done, head = meeting.heads.get(device, (0, ""))
            channel = Channel(self._centre.url, device, keys.signing, self._directory.centre.signing_key)
            try:
                self._send_as(channel, device, keys, done, head)
            finally:
                channel.close()

    def _send_as(self, channel: Channel, device: str, keys: DeviceKeys, done: int, head: str) -> None:
        """Send what follows `done`, where the centre has a device's chain with the value `head`."""
        with self._vault.begin() as connection:
            total = self._vault.chain_point(connection, device).sequence
            parted = 0 < done < total and _chain_value(connection, device, done) != head
        if parted:
            self._put_off(RefusedError(PARTED, sequence=done))
            return
        while done < total:
            self._stop_if_cancelled()
            with self._vault.begin() as connection:
                packed = self._packed(connection, device, keys, done)
            call = Call(messages.BATCH, packed.data)
            answer = channel.read(self._carry(partial(channel.perform, call)), messages.BatchAnswer)
            if answer.outcome != "received":
                why = RefusedError(answer.reason, **answer.fields)
                self._put_off(RefusedError(SET_ASIDE, first=packed.first, last=packed.last, why=why))
                return
            with self._vault.begin() as connection:
                self._verified(connection, device, packed, answer.receipt)
            self._count(packed)
            done = packed.last

    # Fetching

    def _fetch(self, meeting: messages.Meeting) -> None:
        """What one device did never holds up what another did."""
        for device, (sequence, _) in sorted(meeting.heads.items()):
            if device == self._vault.device:
                continue
            try:
                self._fetch_device(device, sequence)
            except (DamagedError, NewerReleaseError) as error:
                self._put_off(CentreError(NOT_TAKEN_OVER, device=device, why=error))

    def _fetch_device(self, device: str, sequence: int) -> None:
        record = self._directory.device(device)
        if record is None:
            raise DamagedError("No directory here names the device {device}.", device=device)
        while True:
            self._stop_if_cancelled()
            with self._vault.begin() as connection:
                have = self._vault.chain_point(connection, device)
            if have.sequence >= sequence:
                return
            message = messages.Fetch(device=device, after=have.sequence)
            data = self._call(messages.FETCH, msgspec.json.encode(message))
            if not data:
                return
            opened = batch.open_batch(data, record.signing_key, self._vault.keys)
            stated = (opened.statement.study, opened.statement.site, opened.statement.device)
            new = [(raw, point) for raw, _, point in opened.entries if point.sequence > have.sequence]
            if stated != (self._vault.study, self._vault.site, device) or not new:
                raise DamagedError("The batch is not of this study, site and computer.")
            self._fetched += self._receiver.receive(device, [raw for raw, _ in new], new[-1][1])

    # Inside

    def _call(self, path: str, body: bytes) -> bytes:
        return self._carry(partial(self._channel.perform, Call(path, body)))

    def _put_off(self, problem: SitebookError) -> None:
        """The rest of the exchange goes on; the first problem is raised at its end."""
        self._note("failed", problem)
        self._problem = self._problem or problem

    def _own_point(self, connection: Connection) -> ChainPoint:
        return self._vault.chain_point(connection, self._vault.device)

    def _stop_if_cancelled(self) -> None:
        if self._cancelled():
            raise CancelledError(STOPPED)

    def _wall(self) -> str:
        return self._vault.clock.wall().isoformat(timespec="seconds")

    def _note(self, outcome: str, error: SitebookError) -> None:
        """Log an error, and apart from it the error that caused it, so that each can be translated."""
        with self._vault.begin() as connection:
            for cause in error.fields.values():
                if isinstance(cause, SitebookError):
                    self._tell(connection, outcome, cause.message, _texts(cause))
            self._tell(connection, outcome, error.message, _texts(error))

    def _tell(self, connection: Connection, outcome: str, message: str, fields: dict[str, str]) -> None:
        event = SyncEvent(wall=self._wall(), channel="network", outcome=outcome, message=message, fields=fields)
        outbox_tables.note(connection, event)
        self._messages.append(event)


def _chain_value(connection: Connection, device: str, sequence: int) -> str:
    """Our chain value after an entry of a device, hexadecimal; empty where there is no such entry."""
    value = journal_table.chain_value(connection, device, sequence)
    return "" if value is None else value.hex()


def _texts(error: SitebookError) -> dict[str, str]:
    return {name: str(value) for name, value in error.fields.items()}
