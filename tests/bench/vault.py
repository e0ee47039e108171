"""How fast a vault is: a form saved, Today after the key is derived, the casebook folded again, verified, backed up.

Saves are compared with the same bytes written raw, in one run and on the same disk: to plain sqlite3 and to sqlcipher3 with the
vault's own settings. Run with `python -m tests.bench.vault`.
"""

import os
import secrets
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlcipher3 import dbapi2

from desktop.actions import AddUser, SaveForm
from desktop.journal.bodies import FormSaved
from desktop.recording.save_form import Saver, prepare_save
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import CheckAt, FormKey, ItemPlace, ItemValue
from desktop.study.load import load_definition, locate
from desktop.vault.database import PRAGMAS
from desktop.vault.vault import Recording

STUDY = "pd1-ven-cag"
NURSE = ("Nurse", "nurse passphrase")
SAVES = 300
FORMS_A_SUBJECT = 10

ICF = FormKey("SE.SCREENING", 1, "F.ICF", 1)
CONSENT = {
    "IT.ICFVER": "2.1",
    "IT.ICFDAT": "2026-10-01",
    "IT.ICFSPI": "Y",
    "IT.ICFSPIDT": "2026-10-01",
    "IT.ICFGEN": "Y",
    "IT.ICFGENDT": "2026-10-01",
}
COUNT = {"IT.WBC": "4.1", "IT.NEUT": "2.2", "IT.LYM": "1.1", "IT.HGB": "98", "IT.PLAT": "120", "IT.BLASTLE": "0"}
UNITS = {"IT.HGB": "g/L", "IT.BLASTLE": "%"}


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def consent(site: Site, subject: str) -> SaveForm:
    items = {
        ItemPlace(site.definition.group_of_item["F.ICF", item].oid, "", item): ItemValue(value=text)
        for item, text in CONSENT.items()
    }
    return SaveForm(subject=subject, key=ICF, items=dict(items))


def blood_count(subject: str, repeat: int) -> SaveForm:
    items = {
        ItemPlace("IG.CBC", "", item): ItemValue(value=text, unit=UNITS.get(item, "10^9/L"))
        for item, text in COUNT.items()
    }
    items[ItemPlace("IG.CBCSAMP", "", "IT.LBDAT")] = ItemValue(value="2026-10-02")
    # Whatever soft check speaks up is answered.
    comments = {CheckAt("", ItemPlace("", "", place.item)): "checked" for place in items}
    key = FormKey("SE.CYCLE", 1, "F.CBC", repeat)
    return SaveForm(subject=subject, key=key, items=dict(items), comments=comments)


def saver(site: Site) -> Saver:
    return Saver(user=site.user_oid, location=site.vault.site, today=site.civil_date)


def raw_writer(connection: sqlite3.Connection | dbapi2.Connection) -> Callable[[bytes, bytes], None]:
    connection.execute("CREATE TABLE journal (head BLOB, body BLOB, body_hash BLOB, chain BLOB)")

    def write(head: bytes, body: bytes) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO journal VALUES (?, ?, ?, ?)", (head, body, bytes(32), bytes(32)))
        connection.execute("COMMIT")

    return write


def saves(site: Site, folder: Path) -> None:
    """Save p50 and p99 against the same bytes written raw."""
    site.record(consent(site, "01-A001"))
    plain = sqlite3.connect(folder / "plain.db", isolation_level=None)
    cipher = dbapi2.connect(str(folder / "cipher.db"), isolation_level=None)
    cipher.execute(f"PRAGMA key = \"x'{secrets.token_hex(32)}'\"")
    for connection in (plain, cipher):
        for pragma in PRAGMAS if connection is cipher else PRAGMAS[1:]:
            connection.execute(pragma).fetchall()
    to_plain, to_cipher = raw_writer(plain), raw_writer(cipher)
    times: dict[str, list[float]] = {"form save, whole": [], "raw sqlcipher3": [], "raw sqlite3": [], "rules alone": []}
    for repeat in range(1, SAVES + 1):
        act = blood_count("01-A001", repeat)
        with site.vault.begin() as connection:
            fold = site.vault.subject(connection, "01-A001")
        times["rules alone"].append(
            timed(lambda act=act, fold=fold: prepare_save(site.rules, act, fold, fold.contents(), saver(site)))
        )
        times["form save, whole"].append(timed(lambda act=act: site.record(act)))
        with site.vault.begin() as connection:
            [raw] = site.vault.raw_entries(
                connection, site.device, site.vault.chain_point(connection, site.device).sequence - 1, 1
            )
        times["raw sqlcipher3"].append(timed(lambda raw=raw: to_cipher(raw.head, raw.body or b"")))
        times["raw sqlite3"].append(timed(lambda raw=raw: to_plain(raw.head, raw.body or b"")))
    base = statistics.median(times["raw sqlcipher3"])
    for name, series in times.items():
        ordered = sorted(series)
        middle, high = statistics.median(ordered), ordered[int(len(ordered) * 0.99)]
        print(f"{name:28} p50 {middle * 1e3:7.2f} ms  p99 {high * 1e3:7.2f} ms  {middle / base:5.2f} x raw sqlcipher3")
    plain.close()
    cipher.close()


def fill(site: Site, subjects: int) -> int:
    """Give the vault many subjects; the rules are run once, the entries written in bulk."""
    with site.vault.begin() as connection:
        empty = site.vault.subject(connection, "none")
    first = prepare_save(site.rules, consent(site, "01-A001"), empty, {}, saver(site))
    assert isinstance(first, FormSaved)
    recordings: list[Recording] = []
    for number in range(subjects):
        subject = f"01-Z{number:03}"
        recordings.append(Recording(first, subject))
        for repeat in range(1, FORMS_A_SUBJECT):
            act = blood_count(subject, repeat)
            body = FormSaved(
                salt=first.salt,
                key=act.key,
                version=first.version,
                version_sha256=first.version_sha256,
                groups=tuple(
                    type(first.groups[0])(
                        group=place.group, items={p.item: v for p, v in act.items.items() if p.group == place.group}
                    )
                    for place in {place.group: place for place in act.items}.values()
                ),
                complete=True,
            )
            recordings.append(Recording(body, subject))
    for start in range(0, len(recordings), 1000):
        site.vault.record(recordings[start : start + 1000])
    return len(recordings)


def many(folder: Path, subjects: int) -> None:
    """Unlock to Today, rebuild, verify and back up a vault of so many subjects."""
    vault = folder / f"vault-{subjects}"
    made(vault)
    with opening.open_site(vault, *NURSE) as site:
        entries = fill(site, subjects)
    start = time.perf_counter()
    with opening.open_site(vault, *NURSE) as site:
        opened = time.perf_counter() - start
        today = timed(site.today)
        again = timed(site.today)
        rebuilt = timed(site.rebuild)
        verified = timed(site.verify)
        backed_up = timed(lambda: site.backup(folder / f"backup-{subjects}"))
    print(
        f"{subjects} subjects, {entries} forms: sign in {opened * 1e3:.0f} ms (Argon2id in it), then Today {today * 1e3:.0f} ms "
        f"(again {again * 1e3:.0f} ms); rebuild {entries / rebuilt:,.0f} entries/s; verify {entries / verified:,.0f} entries/s; "
        f"backup {backed_up * 1e3:.0f} ms"
    )


def made(folder: Path) -> None:
    site, _ = opening.create_site(folder, load_definition(locate(STUDY)), "01", "Manager", "manager passphrase")
    with site:
        site.record(AddUser(name=NURSE[0], roles=("entry",), passphrase=NURSE[1]))


def main() -> None:
    """Print medians and ratios."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        folder = Path(name)
        made(folder / "vault")
        with opening.open_site(folder / "vault", *NURSE) as site:
            saves(site, folder)
        for subjects in (40, 2000):
            many(folder, subjects)


if __name__ == "__main__":
    main()
