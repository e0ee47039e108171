"""How fast entries travel: packed, sent to a real centre in a process of its own, and fetched by another computer.

Packing stands beside what compression of the same bytes alone costs, the bytes on the line beside those recorded, and an
exchange is told by how much of it waits for the centre. Run with `python -m tests.bench.sync`.
"""

import json
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import zstandard

from desktop.journal.bodies import FormSaved, ItemGroupData
from desktop.journal.device_keys import DeviceKeys
from desktop.journal.entry import RawEntry, new_salt
from desktop.journal.hash_chain import ChainPoint
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey, ItemValue
from desktop.study.load import load_definition, locate
from desktop.sync.formats import batch
from desktop.vault.vault import Recording

STUDY = "pd1-ven-cag"
MANAGER = ("Manager", "manager passphrase")
ENTRIES = 20_000
RUNS = 5
COUNT = ("IT.WBC", "IT.NEUT", "IT.LYM", "IT.HGB", "IT.PLAT", "IT.BLASTLE")


def blood_count(number: int) -> Recording:
    """A save as the blood count form makes it: a dozen items, some with units."""
    items = {item: ItemValue(value=f"{secrets.randbelow(2000) / 10}", unit="10^9/L") for item in COUNT}
    body = FormSaved(
        salt=new_salt(),
        key=FormKey("SE.CYCLE", 1 + number % 6, "F.CBC", 1 + number // 6 % 5),
        version="MDV.1",
        version_sha256=bytes(32).hex(),
        basis={"A-00000001": number} if number else {},
        groups=(
            ItemGroupData(group="IG.CBCSAMP", items={"IT.LBDAT": ItemValue(value="2026-10-02")}),
            ItemGroupData(group="IG.CBC", items=dict(items)),
        ),
        complete=True,
    )
    return Recording(body, f"01-A{1 + number // 500:03}")


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def serving(store: Path) -> Iterator[str]:
    """The centre, as a process of its own."""
    arguments = [sys.executable, "-m", "center.command", "serve", "--store", str(store), "--port", "0"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1]
    finally:
        process.terminate()
        process.wait()


def enrol(site: Site, url: str, store: Path) -> None:
    """Join with a fresh code."""
    arguments = [sys.executable, "-m", "center.command", "enrol-code", "--site", "01", "--store", str(store), "--json"]
    code = json.loads(subprocess.run(arguments, capture_output=True, check=True).stdout)
    site.finish_enrolment(site.begin_enrolment(url, code["code"]))


class Wire:
    """Counts what goes over the line; headers left out."""

    def __init__(self) -> None:
        self.sent = self.answered = self.calls = 0
        self.waited = 0.0

    def carry(self, call: Callable[[], bytes]) -> bytes:
        start = time.perf_counter()
        answer = call()
        self.waited += time.perf_counter() - start
        self.calls += 1
        self.sent += len(call.args[0].body)
        self.answered += len(answer)
        return answer


def measure_batch(raws: list[RawEntry]) -> None:
    """The pure functions, beside compression alone."""
    device, centre = DeviceKeys.generate(), DeviceKeys.generate()
    head = msgspec.json.decode(raws[0].head)
    source = batch.Source(study=head["study"], site=head["site"], device=head["device"], directory_version=1)
    before = ChainPoint(head["sequence"] - 1)
    said = sum(len(raw.head) + len(raw.body or b"") for raw in raws) / len(raws)
    plain = msgspec.msgpack.encode(raws)
    alone = statistics.median(timed(lambda: zstandard.ZstdCompressor(level=6).compress(plain)) for _ in range(RUNS))
    pack = statistics.median(
        timed(lambda: batch.pack(raws, source, before, device.signing, centre.sealing_public)) for _ in range(RUNS)
    )
    _, data = batch.pack(raws, source, before, device.signing, centre.sealing_public)
    opening_ = statistics.median(
        timed(lambda: batch.open_batch(data, device.signing_public, centre)) for _ in range(RUNS)
    )
    small = batch.pack(raws[:1], source, before, device.signing, centre.sealing_public)[1]
    print(f"one batch of {len(raws)} entries, {said:.0f} bytes an entry as recorded")
    print(f"  pack            {len(raws) / pack:>10,.0f} entries/s   {pack / alone:.2f} x compression alone")
    print(f"  open and verify {len(raws) / opening_:>10,.0f} entries/s")
    print(
        f"  bytes an entry  {len(data) / len(raws):>10.1f}             {len(data) / len(raws) / said:.2f} x as recorded"
    )
    print(f"  a batch of one entry takes {len(small)} bytes: {len(small) - said:.0f} are signature, keys and statement")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = folder / "centre"
        arguments = [sys.executable, "-m", "center.command", "init", "--study", STUDY, "--store", str(store)]
        subprocess.run(arguments, check=True, capture_output=True)
        definition = load_definition(locate(STUDY))
        first, _ = opening.create_site(folder / "first", definition, "01", *MANAGER)
        second, _ = opening.create_site(folder / "second", definition, "01", *MANAGER, letter="B")
        with first, second, serving(store) as url:
            for site in (first, second):
                enrol(site, url, store)
                site.sync()
            first.vault.record([blood_count(number) for number in range(ENTRIES)])
            with first.vault.begin() as connection:
                known = first.vault.chain_point(connection, first.device).sequence - ENTRIES
                raws = first.vault.raw_entries(connection, first.device, known, batch.MAX_ENTRIES)
            measure_batch(list(batch.fit(raws)))
            for title, site in (("send", first), ("fetch", second)):
                wire = Wire()
                seconds = timed(lambda site=site, wire=wire: site.sync(carry=wire.carry))
                line = wire.sent if site is first else wire.answered
                print(f"{title} {ENTRIES} entries to and from a centre on this computer, {wire.calls} calls")
                print(
                    f"  {ENTRIES / seconds:>10,.0f} entries/s; {wire.waited / seconds:.0%} of it waiting for the centre"
                )
                print(f"  {line / ENTRIES:>10.1f} bytes an entry on the line, headers left out")
            nothing = statistics.median(timed(first.sync) for _ in range(RUNS))
            print(f"an exchange with nothing to send: {nothing * 1000:.0f} ms")
            first.vault.record([blood_count(0)])
            print(f"an exchange with one save to send: {timed(first.sync) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
