"""When the entries of a site were recorded, and where a clock was wrong."""

import datetime

import msgspec
from sqlalchemy import Connection

from desktop import RELEASED
from desktop.errors import DamagedError, RefusedError
from desktop.journal import recorded_times as bounded
from desktop.journal.hybrid_clock import JUMP, parse_wall
from desktop.sync.formats import signed_statement
from desktop.sync.formats.receipt import Receipt
from desktop.sync.formats.signed_statement import Signed
from desktop.vault import journal_table, outbox_tables
from desktop.vault.vault import Vault

LAST_SENSIBLE_YEAR = 2200
BEFORE_RELEASE = (
    "The clock of this computer says {now}, which is before this Sitebook was made ({then}). "
    "Put the clock right, then enter."
)
FAR_AHEAD = "The clock of this computer says {now}, which cannot be. Put the clock right, then enter."

FAR_FUTURE = datetime.datetime(9000, 1, 1, tzinfo=datetime.UTC)

SET_BACK = datetime.timedelta(days=30)
"""What is farther ahead of the clock was a wrong date, not a clock that was set back."""


class RecordedTimes(msgspec.Struct, frozen=True):
    """The time of every entry here, by device and in sequence, and where its clock was wrong."""

    times: dict[str, list[datetime.datetime]]
    jumps: dict[str, list[bounded.ClockJump]]

    def of(self, device: str, sequence: int) -> datetime.datetime:
        """When an entry was recorded."""
        return self.times[device][sequence - 1]

    def was_off(self, device: str, sequence: int) -> bool:
        """Whether an entry was recorded under a wrong clock."""
        return any(jump.first <= sequence <= jump.last for jump in self.jumps.get(device, ()))


def times_of(vault: Vault) -> RecordedTimes:
    """When the entries of a vault were recorded."""
    with vault.begin() as connection:
        walls = journal_table.walls(connection)
        receipts = receipt_times(connection)
    # What is a little ahead of the clock shows that the clock was set back; a clock that cannot be right bounds nothing.
    present = FAR_FUTURE if clock_problem(vault) else vault.clock.wall() + SET_BACK
    present = max([present, *(received for _, received in receipts)])
    times: dict[str, list[datetime.datetime]] = {}
    jumps: dict[str, list[bounded.ClockJump]] = {}
    for device, said in walls.items():
        bounds = [present] * len(said)
        if device == vault.device:
            for last, received in reversed(receipts):
                bounds[:last] = [received] * min(last, len(bounds))
        times[device] = bounded.recorded_times(said, bounds)
        jumps[device] = bounded.clock_jumps(said, times[device])
    return RecordedTimes(times, jumps)


def receipt_times(connection: Connection) -> list[tuple[int, datetime.datetime]]:
    """(sequence, the centre's time) up to which and when the centre signed for this device's entries, oldest first."""
    found: list[tuple[int, datetime.datetime]] = []
    for _, last, _, kept in outbox_tables.receipts(connection):
        try:
            receipt = signed_statement.unsafe_read(msgspec.msgpack.decode(kept, type=Signed), Receipt)
        except (DamagedError, msgspec.DecodeError):
            continue  # `verify` reports it.
        received = parse_wall(receipt.received)
        if received is not None:
            found.append((last, received))
    return found


def clock_problem(vault: Vault) -> RefusedError | None:
    """Why the computer's clock cannot be right, in one sentence; None where nothing contradicts it."""
    now = vault.clock.wall()
    built = datetime.datetime.fromisoformat(RELEASED).replace(tzinfo=datetime.UTC)
    if now < built - bounded.TOLERANCE:
        return RefusedError(BEFORE_RELEASE, now=f"{now:%Y-%m-%d %H:%M}", then=f"{built:%Y-%m-%d}")
    if now.year > LAST_SENSIBLE_YEAR:
        return RefusedError(FAR_AHEAD, now=f"{now:%Y-%m-%d %H:%M}")
    return None


def is_behind(vault: Vault) -> bool:
    """Whether the clock is before what was recorded lately, or before the centre's last receipt.

    A far date that was put right is no reason. Nothing is refused for it: it may be the centre's clock that is wrong.
    """
    now = vault.clock.wall()
    with vault.begin() as connection:
        said = journal_table.last_walls(connection, vault.device)
        receipts = receipt_times(connection)
    if any(now < received - bounded.TOLERANCE for _, received in receipts):
        return True
    return any(wall is not None and now + JUMP < wall < now + SET_BACK for wall in said)
