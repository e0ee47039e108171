"""A site and its centre over a real line on loopback: what is sent, lost, sent again, forked and restored."""

import contextlib
import secrets
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from center.store.store import Store
from center.store.tables import entry
from desktop.actions import RedactEntry, SaveForm
from desktop.errors import CancelledError, CentreError, DamagedError, RefusedError
from desktop.journal.bodies import FormSaved, ItemGroupData
from desktop.journal.device_keys import DeviceKeys
from desktop.journal.entry import RawEntry
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.sync.client import enrolment, exchange
from desktop.sync.client.channel import Call, NoAnswerError
from desktop.sync.client.enrolled_centre import agreed_centre, keep_centre
from desktop.sync.formats import batch, messages, signed_statement
from desktop.sync.formats.receipt import RECEIPT_TYPE, Receipt
from desktop.vault import journal_table, outbox_tables
from desktop.vault import vault as vault_module
from desktop.vault.vault import Recording

ADMIN = ("Manager", "manager passphrase")
NURSE = ("Nurse A", "nurse A passphrase")


def register(site: Site, number: int) -> None:
    items = {
        ItemPlace("IG.DM", "", "IT.ICDAT"): ItemValue(value="2026-11-20"),
        ItemPlace("IG.DM", "", "IT.SEX"): ItemValue(value="F"),
    }
    key = FormKey("SE.VISIT", 1, "F.DM", 1)
    site.record(SaveForm(subject=f"01-{site.vault.letter}{number:03}", key=key, items=items))


def own_entries(site: Site) -> list[RawEntry]:
    with site.vault.begin() as connection:
        return journal_table.raw_entries(connection, site.device, 0, 100_000)


def entries_at(store: Store, device: str) -> list[RawEntry]:
    """What the centre has of a device, as a colleague's computer would fetch it."""
    found: list[RawEntry] = []
    reader = DeviceKeys.generate()
    with store.begin() as connection:
        record = store.device_record(connection, device)
        assert record is not None
        while held := store.batch_holding(connection, device, len(found) + 1):
            data = batch.reseal(*held, reader.sealing_public, reader.signing)
            opened = batch.open_batch(data, record.signing_key, reader, reader.signing_public)
            found += [raw for raw, _, point in opened.entries if point.sequence > len(found)]
    return found


def second_computer(folder: Path, joined: Any, centre: Any, letter: str = "B") -> Site:
    site, _ = opening.create_site(
        folder, joined.definition, "01", f"Manager {letter}", "manager passphrase", letter=letter, wall=joined.clock
    )
    centre.enrol(site)
    return site


# Sending


def test_entries_go_from_recorded_to_received(joined: Any, centre: Any) -> None:
    with joined.sign_in() as site:
        register(site, 1)
        before = site.status().entries
        assert (before.recorded, before.received) == (before.waiting, 0)
        seen: list[tuple[int, int]] = []
        result = site.sync(lambda done, total: seen.append((done, total)))
        assert (result.sent, result.batches, result.waiting) == (before.recorded, 1, 0)
        assert seen == [(0, before.recorded), (before.recorded, before.recorded)]
        after = site.status()
        assert (after.entries.received, after.entries.waiting) == (before.recorded, 0)
        assert after.last_receipt is not None
        [told, _] = centre.sites()
        assert (told["entries"], told["subjects"]) == (before.recorded, 1)
        assert entries_at(centre.store, site.device) == own_entries(site)
        found = site.verify()
        assert (found.ok, found.signatures) == (True, 2)
        assert site.history("01-A001")[0].received
        again = site.sync()
        assert (again.sent, again.batches) == (0, 0)


def test_a_receipt_that_was_lost_on_the_way_comes_again_for_the_same_bytes(
    joined: Any, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with joined.sign_in() as site:
        register(site, 1)
        sent: list[bytes] = []
        perform = exchange.Channel.perform

        def losing(channel: Any, call: Call) -> bytes:
            answer = perform(channel, call)
            if call.path.endswith("batch"):
                sent.append(call.body)
                if len(sent) == 1:
                    raise NoAnswerError("The line was cut.")
            return answer

        monkeypatch.setattr(exchange.Channel, "perform", losing)
        with pytest.raises(CentreError, match="cut"):
            site.sync()
        states = site.status().entries
        at_centre = centre.sites()[0]["entries"]
        assert (states.received, states.packed, states.handed_over) == (0, 0, at_centre)
        register(site, 2)
        assert site.sync().sent == at_centre + 1
        assert sent[0] == sent[1]
        assert site.status().entries.waiting == 0
        assert entries_at(centre.store, site.device) == own_entries(site)


def test_a_batch_that_could_not_leave_is_packed_and_goes_later(
    joined: Any, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with joined.sign_in() as site:
        register(site, 1)
        perform = exchange.Channel.perform

        def down(channel: Any, call: Call) -> bytes:
            if call.path.endswith("batch"):
                raise CentreError("The centre cannot be reached.")
            return perform(channel, call)

        monkeypatch.setattr(exchange.Channel, "perform", down)
        with pytest.raises(CentreError):
            site.sync()
        states = site.status().entries
        assert (states.received, states.handed_over, states.packed) == (0, 0, states.waiting)
        monkeypatch.undo()
        site.sync()
        assert site.status().entries.waiting == 0


def test_the_centre_may_be_down_for_weeks(joined: Any, centre: Any) -> None:
    centre.down()
    with joined.sign_in() as site:
        for number in range(1, 4):
            register(site, number)
            with pytest.raises(CentreError, match="cannot be reached"):
                site.sync()
        assert [event.outcome for event in site.sync_view().log] == ["failed"] * 3
        centre.up()
        site.sync()
        assert site.status().entries.waiting == 0
        assert site.sync_view().log[0].outcome == "done"


def test_many_entries_go_in_several_batches_that_can_be_stopped_between(
    joined: Any, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MAX_ENTRIES", 4)
    with joined.sign_in() as site:
        for number in range(1, 11):
            register(site, number)
        total = len(own_entries(site))
        stops = iter([False, False, True])
        with pytest.raises(CancelledError):
            site.sync(cancelled=lambda: next(stops))
        assert site.status().entries.received == 8
        result = site.sync()
        assert (result.sent, result.batches) == (total - 8, -(-(total - 8) // 4))
        assert site.status().entries.waiting == 0
        assert entries_at(centre.store, site.device) == own_entries(site)
        assert site.verify().ok


def test_forms_are_saved_while_a_call_is_on_its_way(joined: Any, centre: Any) -> None:
    """The vault's thread goes on with other work while another thread waits for the centre."""
    with joined.sign_in() as site, ThreadPoolExecutor(1) as network:
        register(site, 1)
        numbers = iter(range(2, 100))

        def carry(call: Callable[[], bytes]) -> bytes:
            answer = network.submit(call)
            register(site, next(numbers))
            return answer.result()

        assert site.sync(carry=carry).sent > 0
        assert site.verify().ok
        site.sync()
        assert site.status().entries.waiting == 0
        assert entries_at(centre.store, site.device) == own_entries(site)


def test_giving_up_on_a_call_leaves_its_batch_to_go_again(joined: Any, centre: Any) -> None:
    with joined.sign_in() as site:
        calls: list[Callable[[], bytes]] = []

        def give_up(call: Callable[[], bytes]) -> bytes:
            calls.append(call)
            if len(calls) == 2:
                raise CancelledError("The exchange was stopped.")
            return call()

        with pytest.raises(CancelledError):
            site.sync(carry=give_up)
        states = site.status().entries
        assert (states.received, states.handed_over) == (0, states.waiting)
        site.sync()
        assert site.status().entries.waiting == 0


LINE = ("deliver", "lose call", "lose answer", "deliver twice", "save")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(LINE), max_size=30))
def test_whatever_the_line_loses_or_doubles_all_entries_arrive_once(joined: Any, centre: Any, line: list[str]) -> None:
    happenings = iter(line)

    def carry(call: Callable[[], bytes]) -> bytes:
        match next(happenings, "deliver"):
            case "lose call":
                raise CentreError("The centre cannot be reached.")
            case "lose answer":
                call()
                raise NoAnswerError("The line was cut.")
            case "deliver twice":
                call()
            case "save":
                register(site, len(site.subjects()) + 1)
        return call()

    with joined.sign_in() as site, pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "MAX_ENTRIES", 2)
        register(site, len(site.subjects()) + 1)
        for _ in line:
            with contextlib.suppress(CentreError):
                site.sync(carry=carry)
        site.sync(carry=carry)
        site.sync()
        assert site.status().entries.waiting == 0
        assert entries_at(centre.store, site.device) == own_entries(site)
        assert site.verify().ok


# Restored, copied, parted


def test_a_centre_restored_from_a_backup_gets_all_again_and_people_are_told(
    joined: Any, centre: Any, tmp_path: Path
) -> None:
    shutil.copytree(centre.folder, tmp_path / "backup")
    with joined.sign_in() as site:
        register(site, 1)
        site.sync()
        second = second_computer(tmp_path / "second", joined, centre)
        second.close()
        site.sync()
        assert site.sync_view().directory_version == 3
        centre.down()
        centre.store.close()
        shutil.rmtree(centre.folder)
        shutil.copytree(tmp_path / "backup", centre.folder)
        centre.store = Store.open(str(centre.folder))
        centre.up()
        register(site, 2)
        result = site.sync()
        assert any("was restored" in event.message for event in result.messages)
        assert site.status().entries.waiting == 0
        assert centre.sites()[0]["subjects"] == 2
        assert entries_at(centre.store, site.device) == own_entries(site)
        assert site.sync_view().directory_version == 4
        assert site.verify().ok
    with opening.open_site(tmp_path / "second", "Manager B", "manager passphrase", wall=joined.clock) as second:
        with pytest.raises(RefusedError, match="does not know this computer"):
            second.sync()
        centre.enrol(second)
        second.sync()
        assert second.status().entries.waiting == 0
        assert [line.subject for line in second.subjects()] == ["01-A001", "01-A002"]


def test_a_copied_folder_that_goes_its_own_way_is_told_and_kept_as_evidence(
    joined: Any, centre: Any, tmp_path: Path
) -> None:
    shutil.copytree(joined.folder, tmp_path / "copy")
    with joined.sign_in() as site:
        register(site, 1)
        site.sync()
    # One copy is shorter than what the centre has, and one is longer.
    for length in (2, 9):
        with opening.open_site(tmp_path / "copy", *NURSE, wall=joined.clock) as site:
            for number in range(len(site.subjects()) + 2, length + 1):
                register(site, number)
            for _ in range(2):
                with pytest.raises(RefusedError, match="parted"):
                    site.sync()
            assert site.status().entries.received == 0
            assert site.verify().ok
            assert len(site.subjects()) == length - 1
            assert "parted" in site.sync_view().log[0].message
    [told, _] = centre.sites()
    assert told["quarantined"] == 1
    with centre.store.begin() as connection:
        assert "parted" in centre.store.what_was_set_aside(connection)[0].reason
    with joined.sign_in() as site:
        site.sync()
        assert site.status().entries.waiting == 0


def test_a_site_restored_from_a_backup_goes_on_as_a_new_computer_and_gets_its_own_entries_back(
    joined: Any, centre: Any, tmp_path: Path
) -> None:
    with joined.sign_in() as site:
        register(site, 1)
        site.backup(tmp_path / "backup.zip")
        register(site, 2)
        site.sync()
        old = own_entries(site)
    restored = opening.restore_site(tmp_path / "backup.zip", tmp_path / "restored", *ADMIN, wall=joined.clock)
    with restored:
        assert [line.subject for line in restored.subjects()] == ["01-A001"]
        with pytest.raises(RefusedError, match="not joined"):
            restored.sync()
        centre.enrol(restored)
        result = restored.sync()
        assert result.fetched > 0
        assert [line.subject for line in restored.subjects()] == ["01-A001", "01-A002"]
        with restored.vault.begin() as connection:
            device = old_device(old)
            assert journal_table.raw_entries(connection, device, 0, 10_000) == old
        assert restored.verify().ok


def old_device(raws: list[RawEntry]) -> str:
    return msgspec.json.decode(raws[0].head)["device"]


# Set aside


def test_what_the_centre_sets_aside_is_packed_again_from_the_journal(
    joined: Any, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that was damaged where it was kept does not stop the record for ever."""
    with joined.sign_in() as site:
        register(site, 1)
        real = outbox_tables.put_batch

        def spoil(connection: Any, first: int, last: int, data: bytes, wall: str) -> outbox_tables.Batch:
            return real(connection, first, last, data[:-1] + bytes([data[-1] ^ 1]), wall)

        monkeypatch.setattr(outbox_tables, "put_batch", spoil)
        with pytest.raises(RefusedError, match=r"could not accept entries 1 to \d+ .*sealed.* Tell the centre"):
            site.sync()
        assert site.status().entries.received == 0
        log = [event.message for event in site.sync_view().log]
        assert any("not those that were sealed" in message for message in log)
        monkeypatch.undo()
        site.sync()
        assert site.status().entries.waiting == 0
        assert centre.sites()[0]["quarantined"] == 2


def test_a_damaged_journal_is_found_before_anything_leaves(
    joined: Any, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with joined.sign_in() as site:
        register(site, 1)
        real = type(site.vault).raw_entries

        def swapped(*arguments: Any) -> list[RawEntry]:
            raws = real(*arguments)
            return [raws[1], raws[0], *raws[2:]]

        monkeypatch.setattr(type(site.vault), "raw_entries", swapped)
        with pytest.raises(DamagedError, match="not the one that the chain holds"):
            site.sync()
        monkeypatch.undo()
        assert centre.sites()[0]["quarantined"] == 0
        site.sync()


# Two computers


def test_two_computers_of_a_site_see_each_others_entries(joined: Any, centre: Any, tmp_path: Path) -> None:
    with joined.sign_in() as site:
        register(site, 1)
        site.sync()
    with second_computer(tmp_path / "second", joined, centre) as second:
        assert second.sync().fetched > 0
        assert [line.subject for line in second.subjects()] == ["01-A001"]
        assert {user.name for user in second.users()} >= {"Manager", "Manager B", "Nurse A"}
        assert second.verify().ok
        assert second.sync().fetched == 0
    with joined.sign_in() as site:
        assert site.sync().fetched > 0
        assert site.verify().ok


def test_what_one_computer_did_does_not_hold_up_what_another_did(joined: Any, centre: Any, tmp_path: Path) -> None:
    with joined.sign_in() as site:
        register(site, 1)
        site.sync()
    with second_computer(tmp_path / "second", joined, centre, "B") as second:
        second.sync()
    # The centre's copy of the first computer's journal is damaged.
    with centre.store.begin() as connection:
        first = entry.c.device.startswith("A-")
        connection.execute(entry.update().where(first, entry.c.sequence == 2).values(body=b"{}"))
    with second_computer(tmp_path / "third", joined, centre, "C") as third:
        with pytest.raises(CentreError, match=r"computer A-.* does not verify"):
            third.sync()
        assert third.status().entries.waiting == 0
        assert any(user.name == "Manager B" for user in third.users())
        assert not any(user.name == "Nurse A" for user in third.users())
        assert third.verify().ok


def test_what_is_blanked_is_forgotten_on_every_computer_and_at_the_centre(
    joined: Any, centre: Any, tmp_path: Path
) -> None:
    secret = "called Zhang Wei"
    with joined.sign_in() as site:
        register(site, 1)
        note = {ItemPlace("IG.DM", "", "IT.NOTE"): ItemValue(value=secret)}
        key = FormKey("SE.VISIT", 1, "F.DM", 1)
        written = site.record(SaveForm(subject="01-A001", key=key, items=note))
        site.sync()
    with second_computer(tmp_path / "second", joined, centre) as second:
        second.sync()
        assert second.form("01-A001", key).content["IG.DM"][""]["IT.NOTE"].value == secret
    with joined.sign_in(ADMIN) as site:
        site.record(RedactEntry(device=written.device, sequence=written.sequence, reason="a name"))
        site.sync()
        assert entries_at(centre.store, site.device) == own_entries(site)
    assert secret.encode() not in (centre.folder / "centre.db").read_bytes()
    with opening.open_site(tmp_path / "second", "Manager B", "manager passphrase", wall=joined.clock) as second:
        second.sync()
        assert "IT.NOTE" not in second.form("01-A001", key).content["IG.DM"][""]
        assert second.verify().ok
    with second_computer(tmp_path / "third", joined, centre, "C") as third:
        third.sync()
        assert "IT.NOTE" not in third.form("01-A001", key).content["IG.DM"][""]
        assert third.verify().ok
        assert third.status().entries.waiting == 0


# Joining


def test_codes_are_used_once_and_letters_are_taken_once(joined: Any, centre: Any, tmp_path: Path) -> None:
    code, _ = centre.store.new_code("01")
    twin, _ = opening.create_site(
        tmp_path / "twin", joined.definition, "01", "Manager two", "manager passphrase", wall=joined.clock
    )
    with twin:
        for wrong in ("AAAA-BBBB-CCCC-DDDD", centre.store.new_code("02")[0]):
            with pytest.raises(RefusedError, match="code"):
                twin.finish_enrolment(twin.begin_enrolment(centre.url, wrong))
        with pytest.raises(RefusedError, match="letter A"):
            twin.finish_enrolment(twin.begin_enrolment(centre.url, code))
        assert not twin.sync_view().enrolled
        with pytest.raises(RefusedError, match="not joined"):
            twin.sync()


def test_an_enrolment_whose_answer_was_lost_is_made_again_with_the_same_code(
    clinic: Any, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _ = centre.store.new_code("01")
    perform = enrolment.Channel.perform

    def losing(channel: Any, call: Call) -> bytes:
        answer = perform(channel, call)
        if call.path.endswith("enrol"):
            raise NoAnswerError("The line was cut.")
        return answer

    with clinic.sign_in(ADMIN) as site:
        monkeypatch.setattr(enrolment.Channel, "perform", losing)
        with pytest.raises(CentreError, match="cut"):
            site.finish_enrolment(site.begin_enrolment(centre.url, code))
        assert not site.sync_view().enrolled
        monkeypatch.undo()
        site.finish_enrolment(site.begin_enrolment(centre.url, code))
        assert site.sync_view().enrolled
        site.sync()
        assert site.verify().ok


def pack_only(site: Site) -> None:
    """A batch is packed for the old centre and does not leave."""
    site.lock()
    site.unlock(ADMIN[1])

    def down(call: Any) -> bytes:
        if call.args[0].path == messages.BATCH:
            raise CentreError("The centre cannot be reached.")
        return call()

    with pytest.raises(CentreError):
        site.sync(carry=down)
    assert site.status().entries.packed > 0


def test_a_site_may_move_to_another_centre_and_all_goes_there(joined: Any, centre: Any, another_centre: Any) -> None:
    with joined.sign_in(ADMIN) as site:
        site.sync()
        pack_only(site)
        another_centre.enrol(site)
        site.sync()
        assert another_centre.sites()[0]["quarantined"] == 0
        assert entries_at(another_centre.store, site.device) == own_entries(site)
        assert site.verify().ok


def test_another_centre_of_the_same_study_is_not_believed(joined: Any, another_centre: Any) -> None:
    with joined.sign_in() as site:
        with site.vault.begin() as connection:
            agreed = agreed_centre(connection)
            assert agreed is not None
            keep_centre(connection, msgspec.structs.replace(agreed, url=another_centre.url))
        with pytest.raises(CentreError, match="not signed"):
            site.sync()
        assert site.status().entries.received == 0


def test_a_receipt_signed_by_another_key_is_not_believed(
    joined: Any, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = DeviceKeys.generate().signing
    sign = signed_statement.sign

    def other_key(kind: str, content: Any, key: Any) -> signed_statement.Signed:
        return sign(kind, content, stranger if isinstance(content, Receipt) else key)

    monkeypatch.setattr(signed_statement, "sign", other_key)
    with joined.sign_in() as site:
        with pytest.raises(CentreError, match="not signed"):
            site.sync()
        assert site.status().entries.received == 0


@pytest.mark.parametrize("field", ["device", "site", "study", "first", "last", "head", "batch_sha256"])
def test_a_receipt_for_something_else_is_not_believed(
    joined: Any, centre: Any, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    sign = signed_statement.sign

    def other_content(kind: str, content: Any, key: Any) -> signed_statement.Signed:
        if isinstance(content, Receipt):
            value = getattr(content, field)
            wrong = value + 1 if isinstance(value, int) else "0" * len(value)
            content = msgspec.structs.replace(content, **{field: wrong})
        return sign(kind, content, key)

    monkeypatch.setattr(signed_statement, "sign", other_content)
    with joined.sign_in() as site:
        with pytest.raises(CentreError, match="not signed"):
            site.sync()
        states = site.status().entries
        assert (states.received, states.handed_over) == (0, states.waiting)


def test_a_restored_computer_sends_what_the_lost_one_had_not_sent(joined: Any, centre: Any, tmp_path: Path) -> None:
    backup = tmp_path / "clinic.sitebook"
    with joined.sign_in() as site:
        register(site, 1)
        site.sync()
        register(site, 2)
        site.backup(backup)
        lost = site.device
        with site.vault.begin() as connection:
            recorded = site.vault.chain_point(connection, lost).sequence
    with opening.restore_site(backup, tmp_path / "new", *ADMIN, wall=joined.clock) as site:
        centre.enrol(site)
        site.sync()
        assert site.verify().ok
    told = {device["device"]: device["sequence"] for device in centre.sites()[0]["devices"]}
    assert told[lost] == recorded
    assert centre.sites()[0]["subjects"] == 2


def test_a_receipt_over_other_entries_does_not_verify(joined: Any, centre: Any) -> None:
    """Signed by the centre, for this batch, but with another chain head."""
    with joined.sign_in() as site:
        register(site, 1)
        site.sync()
        with site.vault.begin() as connection:
            [(first, _, _, kept)] = outbox_tables.receipts(connection)
            signed = msgspec.msgpack.decode(kept, type=signed_statement.Signed)
            receipt = signed_statement.unsafe_read(signed, Receipt)
            forged = msgspec.structs.replace(receipt, head="00" * 32)
            again = signed_statement.sign(RECEIPT_TYPE, forged, centre.store.keys.signing)
            outbox_tables.put_receipt(connection, first, msgspec.msgpack.encode(again), receipt.received)
        [failure] = site.verify().failures
        assert "other entries" in failure.message


def test_an_entry_larger_than_a_batch_goes_in_a_batch_of_its_own(
    joined: Any, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older release recorded without a limit; what follows must leave this computer all the same."""
    monkeypatch.setattr(vault_module, "MAX_RECORDED_BYTES", 1 << 30)
    with joined.sign_in() as site:
        register(site, 1)
        version = site.definition
        text = secrets.token_urlsafe(5 * 1024 * 1024)
        rows = ItemGroupData(group="IG.DM", items={"IT.NOTE": ItemValue(value=text)})
        key = FormKey("SE.VISIT", 1, "F.DM", 1)
        body = FormSaved(
            salt="00", key=key, version=version.version.oid, version_sha256=version.sha256, groups=(rows,), reason="r"
        )
        assert len(text) > batch.MAX_BYTES
        site.vault.record([Recording(body, "01-A001")])
        register(site, 2)
        result = site.sync()
        assert (result.batches, result.waiting) == (3, 0)
        assert entries_at(centre.store, site.device) == own_entries(site)
