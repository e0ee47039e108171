"""What the centre answers: to whom, and that a device's chain only ever grows."""

import datetime
import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from center.intake import Request
from center.store.tables import code as code_table
from desktop.errors import DamagedError, RefusedError
from desktop.journal.bodies import Body, FormSaved, SessionChanged
from desktop.journal.device_keys import DeviceKeys
from desktop.journal.entry import RawEntry
from desktop.journal.hybrid_clock import hybrid_time
from desktop.study.clinical_data import FormKey
from desktop.sync.formats import batch, messages, signed_statement
from desktop.sync.formats.directory import DIRECTORY_TYPE, DeviceRecord, Directory

# Enrolment


def directory(desk: Any, answer: messages.EnrolAnswer | messages.Meeting) -> Directory:
    return signed_statement.verify(DIRECTORY_TYPE, answer.directory, desk.store.root_public, Directory)


def test_a_device_joins_with_a_code_and_stands_in_the_next_directory(desk: Any, chain: Callable[..., Any]) -> None:
    made = chain(study=desk.study)
    found = directory(desk, desk.enrol(made))
    assert found.version == 2
    record = found.device(made.device)
    assert record is not None
    assert (record.site, record.letter, record.signing_key) == ("01", "A", made.keys.signing_public)


def test_a_code_is_used_once_but_its_answer_may_be_asked_for_again(desk: Any, chain: Callable[..., Any]) -> None:
    """An answer that was lost on the way must not cost the site its letter."""
    code, _ = desk.store.new_code("01")
    made, other = chain(study=desk.study), chain("B-00000001", study=desk.study)
    first = desk.enrol(made, code)
    assert directory(desk, desk.enrol(made, code.lower().replace("-", " "))) == directory(desk, first)
    with pytest.raises(RefusedError, match="used already"):
        desk.enrol(other, code)
    with pytest.raises(RefusedError, match="registered otherwise"):
        desk.enrol(made, code, sealing_key=DeviceKeys.generate().sealing_public)


def test_codes_that_do_not_fit_are_refused_and_a_good_one_stays_good(desk: Any, chain: Callable[..., Any]) -> None:
    made = chain(study=desk.study)
    code, _ = desk.store.new_code("01")
    for wrong in ("", "AAAA-BBBB-CCCC-DDDD", desk.store.new_code("02")[0], code[:-1]):
        with pytest.raises(RefusedError, match="not one of this site's"):
            desk.enrol(made, wrong)
    with pytest.raises(RefusedError, match="another study"):
        desk.enrol(made, code, study="S.OTHER")
    desk.enrol(made, code)
    with pytest.raises(RefusedError, match="no site 99"):
        desk.store.new_code("99")


def test_a_code_expires(desk: Any, chain: Callable[..., Any]) -> None:
    code, expires = desk.store.new_code("01")
    assert expires > "2026"
    with desk.store.begin() as connection:
        connection.execute(code_table.update().values(expires="2020-01-01T00:00:00+00:00"))
    with pytest.raises(RefusedError, match="expired"):
        desk.enrol(chain(study=desk.study), code)


def test_a_code_is_long_enough_and_not_kept(desk: Any) -> None:
    code, _ = desk.store.new_code("01")
    letters = code.replace("-", "")
    assert len(letters) == 16
    assert len({desk.store.new_code("01")[0] for _ in range(50)}) == 50
    data = (desk.folder / "centre.db").read_bytes()
    assert code.encode() not in data
    assert letters.encode() not in data


def test_a_letter_is_one_computer_s(desk: Any, device: Any, chain: Callable[..., Any]) -> None:
    twin = chain("A-00000009", study=desk.study)
    code, _ = desk.store.new_code("01")
    with pytest.raises(RefusedError, match=r"letter A .*A-00000001"):
        desk.enrol(twin, code)
    elsewhere = chain("A-00000009", site="02", study=desk.study)
    desk.enrol(elsewhere)
    assert desk.enrol(chain("B-00000001", study=desk.study), code)


def test_nobody_registers_a_key_that_he_does_not_hold(desk: Any, device: Any, chain: Callable[..., Any]) -> None:
    made = chain("B-00000001", study=desk.study)
    code, _ = desk.store.new_code("01")
    with pytest.raises(RefusedError, match="changed on its way"):
        desk.enrol(made, code, signing_key=device.keys.signing_public)
    desk.enrol(made, code)


@pytest.mark.parametrize(
    "changes",
    [
        {"signing_key": "zz"},
        {"sealing_key": "00" * 1216},
        {"sealing_key": "00"},
        {"letter": "a"},
        {"letter": "AB"},
        {"device": ""},
        {"device": "A\n-1"},
        {"device": "x" * 65},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(desk: Any, chain: Callable[..., Any], changes: dict[str, str]) -> None:
    with pytest.raises(RefusedError, match=r"could not read|registered|changed"):
        desk.enrol(chain(study=desk.study), **changes)
    assert desk.sites()[0]["devices"] == []


def test_an_enrolment_sealed_to_another_centre_is_refused(desk: Any, chain: Callable[..., Any]) -> None:
    made = chain(study=desk.study)
    for body in (b"", b"x" * 5000):
        with pytest.raises(RefusedError, match="could not read"):
            desk.intake.enrol(desk.request(made, messages.ENROL, body))


# Who asks


def test_only_a_registered_device_is_heard_and_only_with_its_own_signature(
    desk: Any, device: Any, chain: Callable[..., Any]
) -> None:
    stranger = chain("C-00000001", study=desk.study)
    with pytest.raises(RefusedError, match="does not know this computer"):
        desk.intake.answer(desk.request(stranger, messages.MEET, b'{"directory_version":0}'))
    good = desk.request(device, messages.MEET, b'{"directory_version":0}')
    assert desk.intake.answer(good)
    for changes in (
        {"body": b'{"directory_version":1}'},
        {"nonce": "0"},
        {"path": messages.FETCH},
        {"signature": "00" * 64},
        {"signature": "zz"},
        {"signature": ""},
    ):
        with pytest.raises(RefusedError, match="changed on its way"):
            desk.intake.answer(msgspec.structs.replace(good, **changes))


def test_a_device_that_was_locked_out_is_not_heard_but_what_it_sent_stays(
    desk: Any, device: Any, chain: Callable[..., Any]
) -> None:
    from center.store.tables import device as device_table

    desk.receipt(desk.send(device, desk.batch(device)))
    other = chain("B-00000001", study=desk.study)
    desk.enrol(other)
    with desk.store.begin() as connection:
        connection.execute(device_table.update().where(device_table.c.device == device.device).values(active=False))
    with pytest.raises(RefusedError, match="locked out"):
        desk.send(device, desk.batch(device))
    with pytest.raises(RefusedError, match="locked out"):
        desk.enrol(device)
    fetched = desk.intake.answer(desk.request(other, messages.FETCH, fetch(device, 0)))
    assert batch.open_batch(fetched, device.keys.signing_public, other.keys, desk.store.keys.signing_public).entries


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"\xff", b'{"device":1}', b'{"after":-1,"device":"A"}', b"[" * 9999]
)
def test_a_request_that_cannot_be_read_is_refused(desk: Any, device: Any, body: bytes) -> None:
    for path in (messages.MEET, messages.FETCH):
        with pytest.raises(RefusedError, match="could not read"):
            desk.intake.answer(desk.request(device, path, body))


# Batches


def test_a_batch_is_received_and_again_with_the_same_receipt(desk: Any, device: Any) -> None:
    data = desk.batch(device)
    first = desk.send(device, data)
    receipt = desk.receipt(first)
    assert (receipt.first, receipt.last, receipt.head) == (1, 5, device.points[5].value.hex())
    assert msgspec.json.encode(desk.send(device, data)) == msgspec.json.encode(first)
    [site, _] = desk.sites()
    assert site["entries"] == 5
    assert site["subjects"] == len({msgspec.json.decode(raw.head)["subject"] for raw in device.raws})
    assert site["devices"][0]["sequence"] == 5
    assert site["devices"][0]["head"] == device.points[5].value.hex()
    assert site["devices"][0]["last_contact"] is not None


def test_a_gap_is_answered_with_what_is_wanted(desk: Any, device: Any) -> None:
    answer = desk.send(device, desk.batch(device, 4, 5))
    assert answer == messages.BatchGap(wanted=1)
    desk.receipt(desk.send(device, desk.batch(device, 1, 2)))
    assert desk.send(device, desk.batch(device, 4, 5)).wanted == 3
    desk.receipt(desk.send(device, desk.batch(device, 3, 5)))
    assert desk.sites()[0]["quarantined"] == 0


def test_batches_that_overlap_and_agree_are_received(desk: Any, device: Any) -> None:
    """After a lost outbox the site packs the same entries in other batches."""
    for first, last in ((1, 3), (1, 2), (2, 3), (3, 5), (1, 5), (2, 4)):
        assert desk.receipt(desk.send(device, desk.batch(device, first, last))).last == last
    assert desk.sites()[0]["entries"] == 5


@pytest.mark.parametrize(("at", "first", "last"), [(0, 1, 2), (3, 4, 5), (3, 1, 5), (5, 6, 6), (2, 3, 7)])
def test_a_fork_is_refused_and_kept_as_evidence_once(desk: Any, device: Any, at: int, first: int, last: int) -> None:
    desk.receipt(desk.send(device, desk.batch(device)))
    twin = device.twin(at).grow(7 - at, value="6")
    data = desk.batch(twin, first, last)
    if (at, first) == (5, 6):
        # A copy that goes on from where the centre stands has not parted yet; the original has, when it goes on.
        desk.receipt(desk.send(twin, data))
        twin, data = device, desk.batch(device.grow(1), 6, 6)
    for _ in range(2):
        answer = desk.send(twin, data)
        assert isinstance(answer, messages.BatchForked)
    [site, _] = desk.sites()
    assert site["quarantined"] == 1
    with desk.store.begin() as connection:
        [kept] = desk.store.what_was_set_aside(connection)
    assert "parted" in kept.reason
    assert kept.device == device.device


def test_what_cannot_be_accepted_is_set_aside_and_blocks_nothing(
    desk: Any, device: Any, chain: Callable[..., Any]
) -> None:
    good = desk.batch(device)
    broken = bytearray(good)
    broken[-1] ^= 1
    elsewhere = chain(site="02", study=desk.study).grow(1)
    elsewhere.keys = device.keys
    foreign = batch.pack(
        device.raws,
        batch.Source(study=desk.study, site="01", device=device.device, directory_version=1),
        device.points[0],
        device.keys.signing,
        DeviceKeys.generate().sealing_public,
    )[1]
    newer = batch.MAGIC + msgspec.msgpack.encode([batch.FORMAT + 1, b""])
    cases = {
        bytes(broken): "sealed",
        desk.batch(elsewhere): "study, site and computer",
        foreign: "another recipient",
        newer: "a newer release",
        b"nothing": "not a batch",
        good[:-1]: "damaged",
    }
    for data, reason in cases.items():
        answer = desk.send(device, data)
        assert isinstance(answer, messages.BatchSetAside)
        assert reason in answer.reason
    assert desk.sites()[0]["quarantined"] == len(cases)
    desk.receipt(desk.send(device, good))
    assert isinstance(desk.send(device, bytes(broken)), messages.BatchSetAside)
    assert desk.sites()[0]["quarantined"] == len(cases)


def test_another_device_s_batch_does_not_pass_as_one_s_own(desk: Any, device: Any, chain: Callable[..., Any]) -> None:
    other = chain("B-00000001", study=desk.study)
    desk.enrol(other)
    answer = desk.send(other, desk.batch(device))
    assert isinstance(answer, messages.BatchSetAside)
    assert "expected key" in answer.reason
    assert desk.sites()[0]["entries"] == 0


def test_many_at_once_get_one_receipt_each_and_nothing_twice(desk: Any, device: Any) -> None:
    device.grow(35)
    batches = [desk.batch(device, first, first + 4) for first in range(1, 41, 5)] * 3
    answers: list[messages.BatchAnswer] = []

    def send() -> None:
        while True:
            try:
                data = batches.pop()
            except IndexError:
                return
            answers.append(desk.send(device, data))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(answer, messages.BatchReceived | messages.BatchGap) for answer in answers)
    for first in range(1, 41, 5):
        desk.receipt(desk.send(device, desk.batch(device, first, first + 4)))
    assert entries_of(desk, device) == device.raws


# Handing on


def met(desk: Any, chain: Any, version: int) -> messages.Meeting:
    body = msgspec.json.encode(messages.Meet(directory_version=version))
    return msgspec.json.decode(desk.intake.answer(desk.request(chain, messages.MEET, body)), type=messages.Meeting)


def fetch(chain: Any, after: int) -> bytes:
    return msgspec.json.encode(messages.Fetch(device=chain.device, after=after))


def entries_of(desk: Any, chain: Any) -> list[RawEntry]:
    """All that the centre has of a device, as a colleague's computer would fetch it."""
    found: list[RawEntry] = []
    with desk.store.begin() as connection:
        end = desk.store.head(connection, chain.device).sequence
    reader = DeviceKeys.generate()
    while len(found) < end:
        with desk.store.begin() as connection:
            held = desk.store.batch_holding(connection, chain.device, len(found) + 1)
        assert held is not None
        data = batch.reseal(*held, reader.sealing_public, reader.signing)
        opened = batch.open_batch(data, chain.keys.signing_public, reader, reader.signing_public)
        found += [raw for raw, _, point in opened.entries if point.sequence > len(found)]
    return found


def test_a_colleague_s_computer_gets_the_original_statement_and_entries(
    desk: Any, device: Any, chain: Callable[..., Any]
) -> None:
    other, stranger = chain("B-00000001", study=desk.study), chain("A-00000002", site="02", study=desk.study)
    desk.enrol(other)
    desk.enrol(stranger)
    data = desk.batch(device)
    desk.send(device, data)
    assert met(desk, other, 0).heads == {device.device: (5, device.points[5].value.hex())}
    answer = desk.intake.answer(desk.request(other, messages.FETCH, fetch(device, 2)))
    assert batch.read_envelope(answer).statement == batch.read_envelope(data).statement
    opened = batch.open_batch(answer, device.keys.signing_public, other.keys, desk.store.keys.signing_public)
    assert [raw for raw, _, _ in opened.entries] == device.raws
    with pytest.raises(DamagedError):
        batch.open_batch(answer, device.keys.signing_public, stranger.keys, desk.store.keys.signing_public)
    assert desk.intake.answer(desk.request(other, messages.FETCH, fetch(device, 5))) == b""
    for nobody in (stranger, chain("X-00000001")):
        with pytest.raises(RefusedError, match="does not know"):
            desk.intake.answer(desk.request(other, messages.FETCH, fetch(nobody, 0)))
    assert met(desk, stranger, 0).heads == {}


def test_a_restored_centre_signs_a_directory_newer_than_any_that_was_seen(desk: Any, device: Any) -> None:
    def seen(version: int) -> Directory:
        return directory(desk, met(desk, device, version))

    assert seen(0).version == seen(2).version == 2
    assert seen(7).version == 8
    assert seen(8).version == 8
    assert seen(8).device(device.device) is not None


# Blanking


def test_what_a_site_blanks_is_forgotten_here_and_stays_verifiable(
    desk: Any, device: Any, chain: Callable[..., Any]
) -> None:
    secret = "the patient's name"
    device.grow(1, value=secret)
    desk.receipt(desk.send(device, desk.batch(device)))
    assert secret.encode() in entries_of(desk, device)[5].body
    other, elsewhere = chain("B-00000001", study=desk.study), chain("A-00000009", site="02", study=desk.study)
    for made in (other, elsewhere):
        made.redact(device.device, 6)
        desk.enrol(made)
    desk.receipt(desk.send(elsewhere, desk.batch(elsewhere)))
    assert entries_of(desk, device)[5].body is not None
    desk.receipt(desk.send(other, desk.batch(other)))
    found = entries_of(desk, device)
    assert found[5] == RawEntry(device.raws[5].head, None, device.raws[5].body_hash)
    assert found[:5] == device.raws[:5]
    # The device, which has not heard of it, goes on.
    desk.receipt(desk.send(device.grow(1), desk.batch(device, 7)))
    desk.receipt(desk.send(device, desk.batch(device, 5)))
    assert entries_of(desk, device)[5].body is None


def test_the_word_of_blanking_may_come_before_the_entry(desk: Any, device: Any, chain: Callable[..., Any]) -> None:
    other = chain("B-00000001", study=desk.study)
    other.redact(device.device, 2)
    desk.enrol(other)
    desk.receipt(desk.send(other, desk.batch(other)))
    desk.receipt(desk.send(device, desk.batch(device)))
    bodies = [raw.body for raw in entries_of(desk, device)]
    assert [body is None for body in bodies] == [False, True, False, False, False]


def test_only_a_manager_blanks_and_only_what_a_form_says(desk: Any, device: Any, chain: Callable[..., Any]) -> None:
    device.add(SessionChanged(salt="00", act="locked"))
    desk.receipt(desk.send(device, desk.batch(device)))
    nurse, manager = chain("B-00000001", study=desk.study), chain("C-00000001", study=desk.study)
    for made in (nurse, manager):
        desk.enrol(made)
    desk.receipt(desk.send(nurse, desk.batch(nurse.redact(device.device, 2, role="entry"))))
    desk.receipt(desk.send(manager.redact(device.device, 6), desk.batch(manager)))
    assert entries_of(desk, device) == device.raws


def test_a_path_that_the_centre_does_not_know_is_refused(desk: Any, device: Any) -> None:
    with pytest.raises(RefusedError, match="could not read"):
        desk.intake.answer(desk.request(device, "/v1/other", desk.batch(device)))
    assert desk.sites()[0]["entries"] == 0


# The trust boundary


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        (FormSaved(salt="00", key=FormKey("SE.1", 2**70, "F.1", 1), version="M", version_sha256="00"), {}),
        (SessionChanged(salt="00", act="locked"), {"time": 2**63 - 1}),
        (SessionChanged(salt="00", act="locked"), {"time": 1}),
        (SessionChanged(salt="00", act="locked"), {"wall": "yesterday"}),
        (SessionChanged(salt="00", act="locked"), {"format": 2}),
    ],
)
def test_entries_that_break_a_rule_are_set_aside_and_what_came_before_stays(
    desk: Any, device: Any, body: Body, changes: dict[str, Any]
) -> None:
    desk.receipt(desk.send(device, desk.batch(device)))
    device.add(body, "01-A001" if isinstance(body, FormSaved) else None, **changes)
    answer = desk.send(device, desk.batch(device, 6))
    assert isinstance(answer, messages.BatchSetAside)
    assert desk.sites()[0]["quarantined"] == 1
    assert "6" in RefusedError(answer.reason, **answer.fields).args[0].format_map(answer.fields)
    assert len(entries_of(desk, device)) == 5


def test_entries_a_day_ahead_are_set_aside_and_a_person_may_release_them(desk: Any, device: Any) -> None:
    desk.receipt(desk.send(device, desk.batch(device)))
    ahead = hybrid_time(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1000))
    device.add(SessionChanged(salt="00", act="locked"), time=ahead)
    answer = desk.send(device, desk.batch(device, 6))
    assert isinstance(answer, messages.BatchSetAside)
    assert answer.fields["days"] in ("999", "1000")
    [kept] = desk.quarantined()
    assert desk.intake.release(kept.number, "the battery was changed")
    assert len(entries_of(desk, device)) == 6
    # What follows is no further jump, and the very entries may be sent again in another batch.
    device.add(SessionChanged(salt="00", act="unlocked"), time=ahead + 1)
    assert desk.receipt(desk.send(device, desk.batch(device, 6))).last == 7
    assert [found.decision for found in desk.quarantined()] == ["released: the battery was changed"]
    with pytest.raises(RefusedError, match="decided"):
        desk.intake.release(kept.number, "again")


# All of it


@st.composite
def exchanges(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Runs (first, last) of 30 entries in any order: splits, re-sends, overlaps, gaps."""
    firsts = st.integers(1, 30)
    return [(first, draw(st.integers(first, 30))) for first in draw(st.lists(firsts, max_size=12))]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exchanges(), st.integers(0, 2**32))
def test_however_entries_are_split_lost_and_sent_again_the_centre_ends_with_the_same(
    desk: Any, chain: Callable[..., Any], runs: list[tuple[int, int]], letter: int
) -> None:
    made = chain(f"A-{letter:08x}-{len(desk.sites()[0]['devices'])}", study=desk.study).grow(30)
    with desk.store.begin() as connection:
        desk.store.admit(connection, record_of(made))
    have = 0
    for first, last in runs:
        answer = desk.send(made, desk.batch(made, first, last))
        if first > have + 1:
            assert answer == messages.BatchGap(wanted=have + 1)
        else:
            assert desk.receipt(answer).last == last
            have = max(have, last)
        with desk.store.begin() as connection:
            assert desk.store.head(connection, made.device) == made.points[have]
    desk.receipt(desk.send(made, desk.batch(made, have + 1 if have < 30 else 30)))
    assert entries_of(desk, made) == made.raws


def record_of(chain: Any) -> DeviceRecord:
    """Of a device at a letter that nobody else has."""
    return DeviceRecord(
        device=chain.device,
        site="01",
        letter=chain.device,
        signing_key=chain.keys.signing_public,
        sealing_key=chain.keys.sealing_public,
    )


def test_a_request_says_nothing_that_is_believed_unsigned() -> None:
    assert set(Request.__struct_fields__) == {"path", "device", "nonce", "signature", "body"}
