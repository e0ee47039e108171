"""Exchange with the centre: send what it lacks, verify receipts, fetch others' entries.

State moves on verified receipts alone, and batch by batch: wherever the line is cut, the next exchange goes on from
there. A packed batch is kept and sent again byte for byte. If the centre has less than it signed for (it was restored),
the entries are packed again from where it stands. If it has other entries than this computer, the chains have diverged (a fork):
the next batch still goes there, as the centre's evidence, and people on both sides are told.

Between two calls to the centre everything is in the vault, and no transaction is open: `carry` may make a call on another
thread while the vault's own thread goes on with other work.
"""

import hashlib
from collections.abc import Sequence
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
from desktop.journal.hash_chain import ChainPoint, VerifiedEntry
from desktop.progress import Cancelled, Progress, never, no_progress
from desktop.sync.client.channel import UNTRUSTED, Call, Carry, Channel, NoAnswerError, carry_here
from desktop.sync.client.enrolled_centre import agreed_centre, keep_centre, with_directory
from desktop.sync.client.recorded_times import times_of
from desktop.sync.formats import batch, messages, signed_statement
from desktop.sync.formats.receipt import RECEIPT_TYPE, Receipt
from desktop.vault import journal_table, outbox_tables
from desktop.vault.vault import Vault
from desktop.vault.verification import MISSING_BODY
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
JUMP = (
    "The clock of device {device} was wrong by {days} days when entries {first} to {last} were recorded. They count for the "
    "month in which their neighbours were recorded. Put the clock of that computer right."
)
MAX_REPORTED = 5
"""Entries that are named one by one."""
FORK = "The entries are other ones than those that the centre has of this computer: their records have parted."
GAP = "Entries before these are not at the centre: it wants entry {wanted} next."
STOPPED = "The exchange was stopped. What was received stays received."
DONE = "{sent} entries received by the centre, {fetched} fetched."


class Receiver(Protocol):
    """The second door of a site."""

    def receive(self, device: str, entries: Sequence[VerifiedEntry]) -> int:
        """Append verified entries of another device; returns how many there were."""
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
            self._known = {
                device: vault.chain_point(connection, device).sequence for device in journal_table.devices(connection)
            }
            """Device -> sequence of its newest entry that had travelled before this exchange."""
            self._known[vault.device] = outbox_tables.received_to(connection)
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
        computer, where the chains have diverged, or for what it set aside (after all else was done); CancelledError where
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
        self._report_missing_bodies()
        self._report_jumps()
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
        while done < total and not parted:
            self._stop_if_cancelled()
            self._progress(done, total)
            kept = self._kept_or_packed(done)
            match self._offer(kept):
                case messages.BatchReceived(receipt=receipt):
                    self._take_receipt(kept, receipt)
                    done = kept.last
                case messages.BatchForked():
                    parted = True
                case messages.BatchGap() | messages.BatchSetAside() as answer if packed_again:
                    self._put_off(_set_aside(kept, answer))
                    break
                case messages.BatchGap() | messages.BatchSetAside() as answer:
                    # Once more from our own entries: the batch as it was kept may be what the centre cannot read.
                    packed_again = True
                    with self._vault.begin() as connection:
                        wanted_after = answer.wanted - 1 if isinstance(answer, messages.BatchGap) else done
                        outbox_tables.drop_after(connection, wanted_after)
                        done = outbox_tables.received_to(connection)
        if parted:
            if done < total:
                # Once records have parted, the next batch goes as the centre's evidence alone.
                self._offer(self._kept_or_packed(done))
            self._put_off(RefusedError(PARTED, sequence=done))
        self._progress(done, total)

    def _unreceive(self, connection: Connection, sequence: int) -> None:
        """A centre that has less than it signed for was restored from a backup: it gets all again, people are told."""
        received = outbox_tables.received_to(connection)
        if received > sequence:
            outbox_tables.drop_after(connection, sequence)
            fields = {"sequence": str(sequence), "received": str(received)}
            self._tell(connection, "waiting", CENTRE_RESTORED, fields)

    def _kept_or_packed(self, done: int) -> outbox_tables.Batch:
        """The batch that begins after `done`: as it was kept, or packed now."""
        with self._vault.begin() as connection:
            return outbox_tables.batch_from(connection, done + 1) or self._pack(connection, done)

    def _offer(self, kept: outbox_tables.Batch) -> messages.BatchAnswer:
        """Send a batch; where no answer comes back that can be believed, it was handed over all the same."""
        try:
            return self._channel.read_batch_answer(self._call(messages.BATCH, kept.data))
        except (NoAnswerError, CancelledError):
            with self._vault.begin() as connection:
                outbox_tables.mark_handed_over(connection, kept.first)
            raise

    def _pack(self, connection: Connection, done: int) -> outbox_tables.Batch:
        """Pack our own entries that follow `done`, and keep the batch: it travels as it is from now on."""
        packed = self._packed(connection, self._vault.device, self._vault.keys, done)
        return outbox_tables.put_batch(connection, packed.first, packed.last, packed.data, self._wall())

    def _packed(self, connection: Connection, device: str, keys: DeviceKeys, done: int) -> outbox_tables.Batch:
        """The batch of a device's entries that follow `done`. Raises DamagedError where the journal does not hold them."""
        vault = self._vault
        raws = batch.fit(vault.raw_entries(connection, device, done, batch.MAX_ENTRIES))
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

    def _take_receipt(self, kept: outbox_tables.Batch, receipt: signed_statement.Signed) -> None:
        """Keep a receipt. Raises NoAnswerError where it is not for this batch: it was handed over, no more."""
        with self._vault.begin() as connection:
            try:
                verified = self._verify_receipt(connection, self._vault.device, kept, receipt)
            except NoAnswerError as error:
                outbox_tables.mark_handed_over(connection, kept.first)
                problem = error
            else:
                # By the centre's clock: this computer's may be wrong.
                data = msgspec.msgpack.encode(receipt)
                outbox_tables.put_receipt(connection, kept.first, data, verified.received)
                problem = None
        if problem is not None:
            raise problem
        self._count(kept)

    def _count(self, received: outbox_tables.Batch) -> None:
        self._sent += received.last - received.first + 1
        self._batches += 1

    def _verify_receipt(
        self, connection: Connection, device: str, kept: outbox_tables.Batch, receipt: signed_statement.Signed
    ) -> Receipt:
        """What a receipt says. Raises NoAnswerError where it is not the centre's for this very batch."""
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
        return statement

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
            match channel.read_batch_answer(self._carry(partial(channel.perform, call))):
                case messages.BatchReceived(receipt=receipt):
                    with self._vault.begin() as connection:
                        self._verify_receipt(connection, device, packed, receipt)
                case answer:
                    self._put_off(_set_aside(packed, answer))
                    return
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
            opened = batch.open_batch(data, record.signing_key, self._vault.keys, self._directory.centre.signing_key)
            stated = (opened.statement.study, opened.statement.site, opened.statement.device)
            new = [verified for verified in opened.entries if verified.point.sequence > have.sequence]
            if stated != (self._vault.study, self._vault.site, device) or not new:
                raise DamagedError("The batch is not of this study, site and computer.")
            self._fetched += self._receiver.receive(device, new)

    def _report_jumps(self) -> None:
        """Tell of the entries that travelled and that were recorded under a wrong clock."""
        if not self._sent and not self._fetched:
            return
        jumps = times_of(self._vault).jumps
        with self._vault.begin() as connection:
            for device, found in sorted(jumps.items()):
                new = [jump for jump in found if jump.last > self._known.get(device, 0)]
                for jump in new[:MAX_REPORTED]:
                    fields = {
                        "device": device,
                        "first": str(jump.first),
                        "last": str(jump.last),
                        "days": str(jump.days),
                    }
                    self._tell(connection, "waiting", JUMP, fields)

    def _report_missing_bodies(self) -> None:
        with self._vault.begin() as connection:
            for device, sequence in self._vault.missing_bodies(connection)[:MAX_REPORTED]:
                self._tell(connection, "failed", MISSING_BODY, {"device": device, "sequence": str(sequence)})

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


def _set_aside(
    sent: outbox_tables.Batch, answer: messages.BatchGap | messages.BatchForked | messages.BatchSetAside
) -> RefusedError:
    """What a person reads of a batch that the centre did not accept."""
    match answer:
        case messages.BatchGap(wanted=wanted):
            why = RefusedError(GAP, wanted=wanted)
        case messages.BatchForked():
            why = RefusedError(FORK)
        case messages.BatchSetAside(reason=reason, fields=fields):
            why = RefusedError(reason, **fields)
    return RefusedError(SET_ASIDE, first=sent.first, last=sent.last, why=why)


def _chain_value(connection: Connection, device: str, sequence: int) -> str:
    """Our chain value after an entry of a device, hexadecimal; empty where there is no such entry."""
    value = journal_table.chain_value(connection, device, sequence)
    return "" if value is None else value.hex()


def _texts(error: SitebookError) -> dict[str, str]:
    return {name: str(value) for name, value in error.fields.items()}
