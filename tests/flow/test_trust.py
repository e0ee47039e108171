"""What another computer of the site may send: nothing of it stops this one, and nothing unheard of is believed."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop.actions import AddUser, ChangeUser, RedactEntry, SaveForm
from desktop.errors import DamagedError, NewerReleaseError, RefusedError
from desktop.journal.bodies import Body, FormSaved, ItemGroupData, PathwayDecided, SessionChanged
from desktop.journal.hash_chain import ChainPoint, VerifiedEntry, verified
from desktop.journal.hybrid_clock import hybrid_time
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import CheckAt, FormKey, ItemPlace, ItemValue
from desktop.vault import journal_table, outbox_tables
from desktop.vault.vault import Recording
from tests.unit.conftest import Chain

ADMIN = ("Manager", "manager passphrase")
NURSE = ("Nurse A", "nurse A passphrase")
DM = FormKey("SE.VISIT", 1, "F.DM", 1)


@pytest.fixture
def ward(clinic: Any) -> Any:
    """The clinic, its manager filling forms too."""
    with clinic.sign_in(ADMIN) as site:
        site.record(ChangeUser(user=site.user_oid, roles=("entry", "manager"), suspended=False, reason="a small site"))
    return clinic


def save(site: Site, note: str, subject: str = "01-A001", comment: str = "") -> None:
    items = {
        ItemPlace("IG.DM", "", "IT.ICDAT"): ItemValue(value="2026-11-20"),
        ItemPlace("IG.DM", "", "IT.SEX"): ItemValue(value="F"),
        ItemPlace("IG.DM", "", "IT.NOTE"): ItemValue(value=note),
    }
    comments = {CheckAt("", ItemPlace("IG.DM", "", "IT.ICDAT")): comment} if comment else {}
    site.record(SaveForm(subject=subject, key=DM, items=items, reason="corrected", comments=comments))


def stranger(site: Site) -> Chain:
    return Chain("B-00000001", site.vault.site, site.vault.study)


def form_saved(
    site: Site, *, key: FormKey = DM, item: str = "IT.NOTE", value: str = "from B", **more: Any
) -> FormSaved:
    group = ItemGroupData(group="IG.DM", items={item: ItemValue(value=value)}, **more)
    version = site.definition
    return FormSaved(salt="00", key=key, version=version.version.oid, version_sha256=version.sha256, groups=(group,))


def look_at_everything(site: Site, tmp_path: Path) -> None:
    """Every view, and an export: none may stop."""
    for line in site.subjects():
        site.history(line.subject)
        for summary in site.casebook(line.subject).forms:
            site.form(line.subject, summary.key)
    for question in (
        site.today,
        site.shell,
        site.discrepancies,
        site.users,
        site.status,
        site.sync_view,
        site.study_view,
    ):
        question()
    assert site.audit(limit=1000)
    while site.reassess_next():
        pass
    out = tmp_path / f"{len(list(tmp_path.iterdir()))}.xlsx"
    site.export_excel("2026-11", out)
    assert site.verify_file(out).ok


LOCKED = SessionChanged(salt="00", act="locked")


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (lambda site: form_saved(site, key=FormKey("SE.VISIT", 2**70, "F.DM", 1)), {}),
        (lambda site: form_saved(site, key=FormKey("SE.VISIT", 1, "F.DM", 2**63 - 1)), {}),
        (lambda _: LOCKED, {"time": 2**63 - 1}),
        (lambda _: LOCKED, {"time": 2**62}),
        (lambda _: LOCKED, {"wall": "yesterday"}),
        (lambda _: LOCKED, {"sequence": 7}),
        (lambda _: PathwayDecided(salt="00", step="PW", visit=2**63, to="", reason="r", version="M"), {}),
    ],
)
def test_an_entry_that_breaks_a_rule_changes_nothing(
    ward: Any, make: Callable[[Site], Body], changes: dict[str, Any]
) -> None:
    with ward.sign_in(ADMIN) as site:
        save(site, "first")
        before = site.verify().entries
        body = make(site)
        subject = "01-A001" if type(body).about_subject else None
        chain = stranger(site).add(LOCKED)
        with pytest.raises(DamagedError):
            site.receive(chain.device, chain.add(body, subject, **changes).verified())
        assert site.verify().entries == before
        save(site, "second")
    with ward.sign_in(ADMIN) as site:
        assert site.verify().ok
        assert site.rebuild() == 1


def test_an_entry_of_a_newer_format_is_refused_as_such(ward: Any) -> None:
    with ward.sign_in(ADMIN) as site:
        chain = stranger(site).add(LOCKED, format=2)
        with pytest.raises(NewerReleaseError, match="format 2"):
            site.receive(chain.device, chain.verified())


def test_a_run_that_does_not_follow_is_refused(ward: Any) -> None:
    with ward.sign_in(ADMIN) as site:
        chain = stranger(site).add(LOCKED).add(LOCKED)
        with pytest.raises(DamagedError, match="does not follow"):
            site.receive(chain.device, chain.verified(after=1))
        assert site.receive(chain.device, chain.verified()) == 2
        with pytest.raises(DamagedError, match="does not follow"):
            site.receive(chain.device, chain.verified())


def test_a_session_s_act_of_a_newer_release_is_kept_and_shown(ward: Any) -> None:
    with ward.sign_in(ADMIN) as site:
        chain = stranger(site).add(SessionChanged(salt="00", act="looked_away"))
        assert site.receive(chain.device, chain.verified()) == 1
        [line] = [line for line in site.audit() if line.device == chain.device]
        assert "looked_away" in (line.detail, *line.fields.values())


def test_what_the_study_does_not_know_is_kept_and_stops_nothing(ward: Any, tmp_path: Path) -> None:
    with ward.sign_in(ADMIN) as site:
        save(site, "first")
        chain = stranger(site)
        odd = [
            form_saved(site, key=FormKey("SE.VISIT", 1, "F.NONE", 1)),
            form_saved(site, key=FormKey("SE.NONE", 1, "F.DM", 1)),
            form_saved(site, key=FormKey("SE.VISIT", 7, "F.DM", 9)),
            form_saved(site, item="IT.NONE"),
            form_saved(site, item="IT.ICDAT", value="yesterday"),
            form_saved(site, item="IT.SEX", value="neither"),
            form_saved(site, item="IT.SEX", value="\U0001f600" * 3000),
            FormSaved(salt="00", key=DM, version="MDV.OTHER", version_sha256="0b" * 32),
            FormSaved(
                salt="00",
                key=DM,
                version=site.definition.version.oid,
                version_sha256=site.definition.sha256,
                groups=(
                    ItemGroupData(group="IG.NONE", row="r", items={"IT.SEX": ItemValue(missing="NEVER")}),
                    ItemGroupData(group="IG.DM", row="r", items={"IT.SEX": ItemValue(value="F", unit="kg")}),
                ),
            ),
        ]
        time = hybrid_time(ward.clock())
        for number, body in enumerate(odd):
            chain.add(body, "01-A001" if number % 2 else f"01-B00{number}", time=time + number)
        chain.add(form_saved(site), "not a key of the study", time=time + 100)
        chain.add(
            PathwayDecided(salt="00", step="NO.STEP", visit=1, to="NO.STEP", reason="r", version="M"),
            "01-A001",
            time=time + 200,
        )
        assert site.receive(chain.device, chain.verified()) == len(chain.raws)
        look_at_everything(site, tmp_path)
    with ward.sign_in(ADMIN) as site:
        look_at_everything(site, tmp_path)
        site.rebuild()
        assert site.verify().ok


def append_unjudged(site: Site, chain: Chain) -> None:
    """Put entries into the journal as a release did that took everything in."""
    with site.vault.begin() as connection:
        rows = [(raw, entry.head, point.value) for raw, entry, point in chain.verified()]
        journal_table.append(connection, rows)


@pytest.mark.parametrize(
    "changes", [{"time": 2**63 - 1}, {"time": 2**62 + 5}, {"wall": "yesterday"}, {"wall": "9999-12-31T23:59:59-08:00"}]
)
def test_what_is_in_a_vault_already_stops_nothing(ward: Any, tmp_path: Path, changes: dict[str, Any]) -> None:
    with ward.sign_in(ADMIN) as site:
        save(site, "first")
        append_unjudged(site, stranger(site).add(form_saved(site), "01-A001", **changes).add(LOCKED, **changes))
        site.rebuild()
    with ward.sign_in(ADMIN) as site:
        save(site, "second")
        look_at_everything(site, tmp_path)
        site.rebuild()
        assert site.verify().ok
    with ward.sign_in(ADMIN) as site:
        save(site, "third", "01-A002")


# Redaction


def bodies(site: Site) -> list[bool]:
    with site.vault.begin() as connection:
        return [raw.body is None for raw in journal_table.raw_entries(connection, site.device, 0, 1000)]


def test_only_a_manager_redacts_and_only_a_form_s_save(ward: Any) -> None:
    with ward.sign_in(ADMIN) as site:
        save(site, "first")
        own = bodies(site)
        last = len(own)
        with pytest.raises(RefusedError, match="no entry of a form"):
            site.record(RedactEntry(device=site.device, sequence=2, reason="the study"))
        nurse = stranger(site).redact(site.device, last, role="entry")
        site.receive(nurse.device, nurse.verified())
        assert bodies(site) == own
        manager = Chain("C-00000001", site.vault.site, site.vault.study)
        for sequence in range(1, last):
            manager.redact(site.device, sequence)
        site.receive(manager.device, manager.verified())
        assert bodies(site) == own
        assert site.definition
        manager.redact(site.device, last)
        site.receive(manager.device, manager.verified(after=len(manager.raws) - 1))
        assert bodies(site)[-1]
        assert site.verify().ok


def test_a_redaction_that_came_first_counts_when_its_author_and_its_entry_come(ward: Any) -> None:
    with ward.sign_in(ADMIN) as site:
        chain = stranger(site).add(form_saved(site, value="a name"), "01-A001")
        other = Chain("C-00000001", site.vault.site, site.vault.study).redact(chain.device, 1)
        site.receive(other.device, other.verified())
        site.receive(chain.device, chain.verified())
        with site.vault.begin() as connection:
            assert journal_table.blanked(connection) == [(chain.device, 1, "form_saved")]


def test_a_receive_leaves_packed_batches_alone_unless_they_hold_what_is_redacted(ward: Any) -> None:
    with ward.sign_in(ADMIN) as site:
        save(site, "first")
        save(site, "second")
        last = len(bodies(site))
        site.record(RedactEntry(device=site.device, sequence=last - 1, reason="a name"))
        with site.vault.begin() as connection:
            outbox_tables.put_batch(connection, 1, 3, b"packed", "wall")
            outbox_tables.put_batch(connection, 4, last, b"packed", "wall")
        chain = stranger(site).add(LOCKED)
        site.receive(chain.device, chain.verified())
        with site.vault.begin() as connection:
            assert outbox_tables.batch_from(connection, 1)
            assert outbox_tables.batch_from(connection, 4)
        site.record(RedactEntry(device=site.device, sequence=last, reason="a name"))
        with site.vault.begin() as connection:
            assert outbox_tables.batch_from(connection, 1)
            assert outbox_tables.batch_from(connection, 4) is None


def ahead(ward: Any, days: int) -> int:
    return hybrid_time(ward.clock() + datetime.timedelta(days=days))


def test_what_was_recorded_under_a_clock_far_ahead_is_taken_in_and_later_entries_come_after_it(ward: Any) -> None:
    with ward.sign_in(ADMIN) as site:
        save(site, "first")
        chain = stranger(site).add(form_saved(site), "01-A001", time=ahead(ward, 1000))
        assert site.receive(chain.device, chain.verified()) == 1
        save(site, "corrected here")
        assert site.form("01-A001", DM).content["IG.DM"][""]["IT.NOTE"].value == "corrected here"
        site.rebuild()
        assert site.form("01-A001", DM).content["IG.DM"][""]["IT.NOTE"].value == "corrected here"


# Size


def test_what_is_too_large_to_be_sent_is_not_recorded(ward: Any) -> None:
    with ward.sign_in(NURSE) as site:
        before = site.verify().entries
        with pytest.raises(RefusedError, match=r"too much for one save: 29\d\d kB, where 2048 kB fit"):
            site.vault.record([Recording(form_saved(site, value="x" * 3_000_000), "01-A001")])
        assert site.verify().entries == before


# Bodies that are missing


def blanked(chain: Chain, sequence: int) -> list[VerifiedEntry]:
    """What a centre passes on that blanked a body of its own accord."""
    raws = list(chain.raws)
    raws[sequence - 1] = msgspec.structs.replace(raws[sequence - 1], body=None)
    return list(verified(raws, chain.device, ChainPoint()))


def test_a_body_that_no_redaction_explains_is_a_failure_until_one_does(ward: Any) -> None:
    with ward.sign_in(ADMIN) as site:
        chain = stranger(site).add(form_saved(site), "01-A001").add(LOCKED)
        site.receive(chain.device, blanked(chain, 1))
        found = site.verify()
        assert [(failure.where, "missing" in failure.message) for failure in found.failures] == [
            (f"{chain.device}/1", True)
        ]
        other = Chain("C-00000001", site.vault.site, site.vault.study).redact(chain.device, 1)
        site.receive(other.device, other.verified())
        assert site.verify().ok


def test_a_missing_body_of_another_kind_is_a_failure_whatever_a_redaction_says(ward: Any) -> None:
    with ward.sign_in(ADMIN) as site:
        chain = stranger(site).add(LOCKED)
        site.receive(chain.device, blanked(chain, 1))
        other = Chain("C-00000001", site.vault.site, site.vault.study).redact(chain.device, 1)
        site.receive(other.device, other.verified())
        assert not site.verify().ok


def test_a_body_that_is_here_is_never_taken_away_by_what_comes(ward: Any) -> None:
    with ward.sign_in(ADMIN) as site:
        chain = stranger(site).add(form_saved(site), "01-A001")
        site.receive(chain.device, chain.verified())
        with pytest.raises(DamagedError, match="does not follow"):
            site.receive(chain.device, blanked(chain, 1))
        assert site.form("01-A001", DM).content["IG.DM"][""]["IT.NOTE"].value == "from B"


# A wrong clock


def transferred(site: Site, month: str = "2026-11") -> dict[str, dict[str, str]]:
    """Subject -> values of the demography form in the month's transfer."""
    return {
        form.subject: {item: value.value for item, value in form.content["IG.DM"][""].items()}
        for form in site.transfer(month).forms
    }


def test_a_form_saved_under_a_clock_years_ahead_is_in_the_month_s_transfer_whole(ward: Any) -> None:
    right = ward.clock.now
    with ward.sign_in(ADMIN) as site:
        save(site, "before", "01-A001")
        ward.clock.now = right.replace(year=2029)
        save(site, "first note", "01-A002", comment="the clock says 2029")
        ward.clock.now = right + datetime.timedelta(hours=1)
        assert transferred(site)["01-A002"]["IT.NOTE"] == "first note"
        save_note(site, "second note", "01-A002")
        told = transferred(site)["01-A002"]
        assert (told["IT.NOTE"], told["IT.SEX"], told["IT.ICDAT"]) == ("second note", "F", "2026-11-20")
        assert [line.clock_behind for line in site.audit(limit=3)] == [False, True, False]
        assert not site.today().clock_behind


def save_note(site: Site, note: str, subject: str) -> None:
    items = {ItemPlace("IG.DM", "", "IT.NOTE"): ItemValue(value=note)}
    site.record(SaveForm(subject=subject, key=DM, items=items, reason="corrected"))


def test_a_clock_at_the_epoch_is_named_before_a_form_is_judged(ward: Any) -> None:
    with ward.sign_in(ADMIN) as site:
        ward.clock.now = ward.clock.now.replace(year=1980)
        with pytest.raises(RefusedError, match="clock of this computer says 1980-11-24"):
            save(site, "note")
        assert site.today().clock_behind
        ward.clock.now = ward.clock.now.replace(year=2300)
        with pytest.raises(RefusedError, match="clock of this computer says 2300"):
            save(site, "note")
    with ward.sign_in(ADMIN) as site:
        ward.clock.now = ward.clock.now.replace(year=2026)
        save(site, "note")
        assert not site.today().clock_behind


def test_a_clock_set_back_by_days_is_told(ward: Any) -> None:
    with ward.sign_in(ADMIN) as site:
        ward.clock.now -= datetime.timedelta(days=3)
        assert site.today().clock_behind


# People of two computers


def test_a_person_of_another_computer_is_given_access_here_and_listed_once(ward: Any, tmp_path: Path) -> None:
    other, _ = opening.create_site(tmp_path / "other", ward.definition, "01", *ADMIN, letter="B", wall=ward.clock)
    with other:
        with ward.sign_in(ADMIN) as site, site.vault.begin() as connection:
            raws = journal_table.raw_entries(connection, site.device, 0, 1000)
            device = site.device
        other.receive(device, list(verified(raws, device, ChainPoint())))
        names = [user.name for user in other.users()]
        assert sorted(names) == sorted({*names})
        assert {user.name: user.here for user in other.users()}[NURSE[0]] is False
        with pytest.raises(RefusedError, match="already"):
            other.record(AddUser(name=ADMIN[0], roles=("manager",), passphrase="another passphrase"))
        other.record(AddUser(name=NURSE[0], roles=("entry",), passphrase="nurse's on B now"))
    with opening.open_site(tmp_path / "other", NURSE[0], "nurse's on B now", wall=ward.clock) as site:
        save(site, "from B", "01-B001")
        assert site.verify().ok
    with opening.open_site(tmp_path / "other", *ADMIN, wall=ward.clock) as site:
        # The last manager under two OIDs is one person.
        [manager] = [user for user in site.users() if user.name == ADMIN[0]]
        with pytest.raises(RefusedError, match="last manager"):
            site.record(ChangeUser(user=manager.oid, roles=("manager",), suspended=True, reason="left"))
