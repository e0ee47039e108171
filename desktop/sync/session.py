"""An exchange with the centre: send what it lacks, verify its receipts, fetch what others did.

State moves on verified receipts alone, and batch by batch: wherever the line is cut, the next exchange goes on from there.
A packed batch is kept and sent again byte for byte. If the centre has less than it signed for (it was restored), the
entries are packed again from where it stands; if it has more or other than this computer, their records have parted and
both sides are told.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection

from desktop.casebook.views import SyncEvent
from desktop.errors import CancelledError, CentreError, DamagedError, RefusedError, SitebookError
from desktop.journal.chain import ChainPoint
from desktop.journal.entry import Enrolled, RawEntry, new_salt
from desktop.sync import batch, protocol, signed
from desktop.sync.agreed import AgreedCentre, agreed_centre, keep_centre, with_directory
from desktop.sync.channel import UNTRUSTED, Carry, Channel, carry_here
from desktop.sync.sealing import seal, unseal
from desktop.sync.words import fingerprint, same_words
from desktop.vault import journal, outbox
from desktop.vault.database import Cancelled, Progress, never, no_progress
from desktop.vault.vault import Recording, Vault

PARTED = (
    "This computer's record and the centre's have parted after entry {sequence}: nothing was overwritten. "
    "Tell the centre; it keeps the evidence."
)


class Receiver(Protocol):
    """The second door of a site."""

    def receive(self, device: str, raws: list[RawEntry], end: ChainPoint) -> int: ...


class SyncResult(msgspec.Struct, frozen=True, kw_only=True):
    """What an exchange did."""

    sent: int = 0
    """Entries for which a receipt was verified in this exchange."""
    batches: int = 0
    fetched: int = 0
    """Entries of other devices that were new."""
    waiting: int = 0
    """Entries for which there is no receipt yet."""
    quarantined: tuple[str, ...] = ()
    """Why the centre set batches aside."""


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """Half a joining: the centre has shown its words, and a person has yet to compare them."""

    url: str
    code: str
    directory: protocol.Directory
    signed_directory: signed.Signed

    @property
    def fingerprint(self) -> str:
        """The words to compare."""
        return fingerprint(self.directory.root_key)

    def matches(self, words: str) -> bool:
        """Whether these are the centre's words."""
        return same_words(self.fingerprint, words)


def begin_enrolment(vault: Vault, url: str, code: str) -> Enrolment:
    """Ask who the centre is. The code is not sent yet. Raises CentreError or RefusedError."""
    channel = Channel(url, vault.device, vault.keys.signing, None)
    try:
        identity = channel.ask(protocol.IDENTITY, protocol.Ask(nonce=protocol.new_nonce()), protocol.Identity)
        claimed = signed.unsafe_read(identity.directory, protocol.Directory)
        # It must at least be signed by the key whose words it shows.
        directory = signed.verify(protocol.DIRECTORY_TYPE, identity.directory, claimed.root_key, protocol.Directory)
    except DamagedError as error:
        raise CentreError(UNTRUSTED, url=url) from error
    finally:
        channel.close()
    if directory.study != vault.study:
        raise RefusedError("The centre runs another study ({theirs}).", theirs=directory.study)
    return Enrolment(url=channel.url, code=code, directory=directory, signed_directory=identity.directory)


def finish_enrolment(vault: Vault, enrolment: Enrolment) -> None:
    """Join, after a person compared the words: the code goes out sealed to the centre alone.

    Raises RefusedError for a code that is wrong, used or expired, CentreError for a centre that is not the one shown.
    """
    centre = enrolment.directory.centre
    test = secrets.token_hex(16)
    request = protocol.EnrolRequest(
        nonce=protocol.new_nonce(),
        code=enrolment.code.strip(),
        study=vault.study,
        site=vault.site,
        device=vault.device,
        letter=vault.letter,
        signing_key=vault.keys.signing_public,
        sealing_key=vault.keys.sealing_public,
        test=test,
    )
    channel = Channel(enrolment.url, vault.device, vault.keys.signing, centre.signing_key)
    try:
        body = seal(msgspec.json.encode(request), centre.sealing_key, protocol.ENROL)
        answer = channel.post(protocol.ENROL, body, protocol.EnrolAnswer)
    finally:
        channel.close()
    agreed = AgreedCentre(
        url=enrolment.url, root_key=enrolment.directory.root_key, directory=enrolment.signed_directory
    )
    try:
        agreed = with_directory(agreed, answer.directory)
        mine = agreed.read_directory().device(vault.device)
        opened = unseal(answer.sealed_test, vault.keys.sealing, protocol.ENROL).decode()
    except (DamagedError, InvalidTag, UnicodeDecodeError) as error:
        raise CentreError(UNTRUSTED, url=enrolment.url) from error
    if mine is None or mine.signing_key != vault.keys.signing_public or opened != test:
        raise CentreError(UNTRUSTED, url=enrolment.url)
    body_entry = Enrolled(
        salt=new_salt(),
        url=enrolment.url,
        fingerprint=enrolment.fingerprint,
        signing_key=centre.signing_key,
        sealing_key=centre.sealing_key,
    )
    vault.record([Recording(body_entry)], lambda connection: keep_centre(connection, agreed))


class SyncSession:
    """One exchange."""

    def __init__(
        self,
        vault: Vault,
        receiver: Receiver,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
        carry: Carry | None = None,
    ) -> None:
        self.vault = vault
        self.receiver = receiver
        self.progress: Progress = progress or no_progress
        self.cancelled: Callable[[], bool] = cancelled or never
        with vault.begin() as connection:
            centre = agreed_centre(connection)
        if centre is None:
            raise RefusedError("This computer has not joined a centre yet.")
        self.centre = centre
        self.directory = centre.read_directory()
        key = self.directory.centre.signing_key
        self.channel = Channel(centre.url, vault.device, vault.keys.signing, key, carry or carry_here)
        self.sent = self.batches = self.fetched = 0
        self.quarantined: list[str] = []

    def run(self) -> SyncResult:
        """Send and fetch.

        Raises CentreError where the centre cannot be reached or believed, CancelledError where the person stopped;
        what was received by then stays received.
        """
        try:
            meeting = self._meet()
            self._send(meeting)
            self._fetch(meeting)
        except CancelledError:
            raise
        except SitebookError as error:
            self._note("failed", error.message, {name: str(value) for name, value in error.fields.items()})
            raise
        finally:
            self.channel.close()
        with self.vault.begin() as connection:
            states = outbox.entry_states(connection, self.vault.chain_point(connection, self.vault.device).sequence)
        self._note("done", "{sent} entries received by the centre, {fetched} fetched.", self._counts())
        return SyncResult(
            sent=self.sent,
            batches=self.batches,
            fetched=self.fetched,
            waiting=states.waiting,
            quarantined=tuple(self.quarantined),
        )

    def _counts(self) -> dict[str, str]:
        return {"sent": str(self.sent), "fetched": str(self.fetched)}

    def _meet(self) -> protocol.Meeting:
        message = protocol.Meet(nonce=protocol.new_nonce(), directory_version=self.directory.version)
        meeting = self.channel.ask(protocol.MEET, message, protocol.Meeting)
        try:
            self.centre = with_directory(self.centre, meeting.directory)
        except DamagedError as error:
            raise CentreError(UNTRUSTED, url=self.channel.url) from error
        self.directory = self.centre.read_directory()
        with self.vault.begin() as connection:
            keep_centre(connection, self.centre)
        return meeting

    # Sending

    def _send(self, meeting: protocol.Meeting) -> None:
        sequence, head = meeting.heads.get(self.vault.device, (0, ""))
        with self.vault.begin() as connection:
            total = self.vault.chain_point(connection, self.vault.device).sequence
            agreed = self._agrees(connection, sequence, head)
            if agreed:
                self._unreceive(connection, sequence)
            # Not from where the centre stands: a batch whose receipt was lost on the way gets it by going again.
            done = outbox.received_to(connection)
        if not agreed and done < total:
            # The centre refuses it, keeps it as evidence, and so its people are told as well.
            self._send_one(done)
        if not agreed:
            raise CentreError(PARTED, sequence=done)
        while done < total:
            if self.cancelled():
                raise CancelledError("The exchange was stopped. What was received stays received.")
            self.progress(done, total)
            done = self._send_one(done)
        self.progress(done, total)

    def _agrees(self, connection: Connection, sequence: int, head: str) -> bool:
        """Whether the centre's head is a point of our own chain."""
        if not sequence:
            return True
        mine = journal.chain_value(connection, self.vault.device, sequence)
        return mine is not None and mine.hex() == head

    def _unreceive(self, connection: Connection, sequence: int) -> None:
        """A centre that has less than it signed for was restored from a backup: it gets all again, and people are told."""
        received = outbox.received_to(connection)
        if received > sequence:
            outbox.drop_after(connection, sequence)
            self._note(
                "waiting",
                "The centre was restored: it has {sequence} of the {received} entries that it had signed for. They go again.",
                {"sequence": str(sequence), "received": str(received)},
                connection,
            )

    def _send_one(self, done: int) -> int:
        """Send the batch that begins after `done`; returns up to where the centre has entries now."""
        with self.vault.begin() as connection:
            kept = outbox.batch_from(connection, done + 1) or self._pack(connection, done)
        answer = self.channel.post(protocol.BATCH, kept.data, protocol.BatchAnswer)
        match answer.outcome:
            case "received" if answer.receipt is not None:
                self._take_receipt(kept, answer.receipt)
                self.sent += kept.last - kept.first + 1
                self.batches += 1
                return kept.last
            case "gap" if answer.wanted <= done:
                with self.vault.begin() as connection:
                    outbox.drop_after(connection, answer.wanted - 1)
                return answer.wanted - 1
            case "quarantined":
                self.quarantined.append(answer.reason)
                with self.vault.begin() as connection:
                    # The next exchange packs these entries anew: what was wrong with the batch must not stay in the way.
                    outbox.drop_after(connection, done)
                raise CentreError(
                    "The centre set a batch aside: {why} Nothing is lost; the entries wait here.", why=answer.reason
                )
            case _:
                raise CentreError(PARTED, sequence=done)

    def _pack(self, connection: Connection, done: int) -> outbox.Batch:
        vault = self.vault
        raws = batch.fit(vault.raw_entries(connection, vault.device, done, batch.MOST_ENTRIES))
        last = done + len(raws)
        before = journal.chain_value(connection, vault.device, done) if done else ChainPoint().value
        after = journal.chain_value(connection, vault.device, last)
        if before is None or after is None:
            raise DamagedError(
                "Entry {sequence} of device {device} is missing or out of order.", sequence=last, device=vault.device
            )
        statement = batch.Statement(
            study=vault.study,
            site=vault.site,
            device=vault.device,
            recipient="",
            first=done + 1,
            last=last,
            head_before=before.hex(),
            head_after=after.hex(),
            count=0,
            entries_sha256="",
            directory_version=self.directory.version,
        )
        data = batch.pack(raws, statement, vault.keys.signing, self.directory.centre.sealing_key)
        return outbox.put_batch(connection, done + 1, last, data, vault.clock.wall().isoformat(timespec="seconds"))

    def _take_receipt(self, kept: outbox.Batch, receipt: signed.Signed) -> None:
        try:
            statement = signed.verify(
                protocol.RECEIPT_TYPE, receipt, self.directory.centre.signing_key, protocol.Receipt
            )
        except DamagedError as error:
            raise CentreError(UNTRUSTED, url=self.channel.url) from error
        with self.vault.begin() as connection:
            head = journal.chain_value(connection, self.vault.device, kept.last)
            expected = (self.vault.study, self.vault.device, kept.last, hashlib.sha256(kept.data).hexdigest())
            found = (statement.study, statement.device, statement.last, statement.batch_sha256)
            if found != expected or head is None or statement.head != head.hex():
                raise CentreError(UNTRUSTED, url=self.channel.url)
            wall = self.vault.clock.wall().isoformat(timespec="seconds")
            outbox.put_receipt(connection, kept.first, msgspec.msgpack.encode(receipt), wall)

    # Fetching

    def _fetch(self, meeting: protocol.Meeting) -> None:
        for device, (sequence, _) in sorted(meeting.heads.items()):
            if device == self.vault.device:
                continue
            record = self.directory.device(device)
            if record is None:
                raise CentreError(UNTRUSTED, url=self.channel.url)
            while True:
                if self.cancelled():
                    raise CancelledError("The exchange was stopped. What was received stays received.")
                with self.vault.begin() as connection:
                    have = self.vault.chain_point(connection, device)
                if have.sequence >= sequence:
                    break
                message = protocol.Fetch(nonce=protocol.new_nonce(), device=device, after=have.sequence)
                data = self.channel.ask(protocol.FETCH, message, protocol.Fetched).batch
                if data is None:
                    break
                opened = batch.open_batch(data, record.signing_key, self.vault.keys.sealing)
                new = [(raw, point) for raw, _, point in opened.entries if point.sequence > have.sequence]
                if not new:
                    break
                self.fetched += self.receiver.receive(device, [raw for raw, _ in new], new[-1][1])

    def _note(self, outcome: str, message: str, fields: dict[str, str], connection: Connection | None = None) -> None:
        wall = self.vault.clock.wall().isoformat(timespec="seconds")
        event = SyncEvent(wall=wall, channel="network", outcome=outcome, message=message, fields=fields)
        if connection is not None:
            outbox.note(connection, event)
        else:
            with self.vault.begin() as own:
                outbox.note(own, event)
