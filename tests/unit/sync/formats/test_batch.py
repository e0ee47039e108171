"""The batch: what goes in comes out, and nothing else does."""

from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.errors import DamagedError, NewerReleaseError
from desktop.journal.device_keys import DeviceKeys
from desktop.journal.entry import RawEntry
from desktop.journal.hash_chain import ChainPoint
from desktop.sync.formats import batch, sealing, signed_statement
from desktop.sync.formats.batch import Envelope, Source, Statement

CENTRE = DeviceKeys.generate()


def packed(chain: Any, first: int = 1, last: int | None = None, recipient: str = CENTRE.sealing_public) -> bytes:
    source = Source(study=chain.study, site=chain.site, device=chain.device, directory_version=3)
    raws = chain.raws[first - 1 : last]
    return batch.pack(raws, source, chain.points[first - 1], chain.keys.signing, recipient)[1]


def opened(data: bytes, chain: Any, keys: DeviceKeys = CENTRE, sealer: str | None = None) -> batch.OpenedBatch:
    return batch.open_batch(data, chain.keys.signing_public, keys, sealer)


def passed_on(data: bytes, chain: Any, keys: DeviceKeys) -> batch.OpenedBatch:
    return opened(data, chain, keys, CENTRE.signing_public)


def container(chain: Any, statement: signed_statement.Signed, sealed: bytes) -> bytes:
    """What a hostile program with the device's keys puts together."""
    signature = signed_statement.sign_bytes(
        batch.SEALED_TYPE, batch._sealed_content(statement, sealed), chain.keys.signing
    )
    return batch.MAGIC + msgspec.msgpack.encode(Envelope(batch.FORMAT, statement, sealed, signature))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 20), st.data())
def test_any_run_of_entries_comes_back_as_the_same_bytes(chain: Any, length: int, data: st.DataObject) -> None:
    made = chain().grow(length)
    first = data.draw(st.integers(1, length))
    last = data.draw(st.integers(first, length))
    found = opened(packed(made, first, last), made)
    assert [raw for raw, _, _ in found.entries] == made.raws[first - 1 : last]
    assert [point for _, _, point in found.entries] == made.points[first : last + 1]
    statement = found.statement
    assert (statement.first, statement.last, statement.count) == (first, last, last - first + 1)
    assert bytes.fromhex(statement.head_before) == made.points[first - 1].value
    assert bytes.fromhex(statement.head_after) == made.points[last].value
    assert statement.recipient == batch.key_hash(CENTRE.sealing_public)


def test_what_travels_in_clear_names_no_person_and_no_value(chain: Any) -> None:
    made = chain().grow(5, value="a value that nobody should read")
    data = packed(made)
    for secret in (b"U.Nurse Zhang", b"a value that", b"01-A00", b"IT.1", b"form_saved"):
        assert secret in made.raws[0].head + (made.raws[0].body or b"")
        assert secret not in data
    envelope = batch.read_envelope(data)
    assert set(msgspec.json.decode(envelope.statement.payload)) == set(Statement.__struct_fields__)


def test_a_flipped_bit_at_any_place_is_found(chain: Any) -> None:
    """Container, statement, signature, encapsulated key, ciphertext, tag: each byte of it."""
    made = chain().grow(2)
    data = packed(made)
    for position in range(len(data)):
        broken = bytearray(data)
        broken[position] ^= 1 << position % 8
        with pytest.raises((DamagedError, NewerReleaseError)):
            opened(bytes(broken), made)


def test_a_batch_cut_at_any_length_or_with_more_behind_it_is_refused(chain: Any) -> None:
    made = chain().grow(2)
    data = packed(made)
    for length in range(len(data)):
        with pytest.raises(DamagedError):
            opened(data[:length], made)
    with pytest.raises(DamagedError):
        opened(data + b"\0", made)


@pytest.mark.parametrize(
    "junk", [b"", b"\0" * 100, b"<html></html>", batch.MAGIC, batch.MAGIC + b"\xc1", b"\x91" * 5000]
)
def test_what_is_no_batch_is_refused(chain: Any, junk: bytes) -> None:
    for data in (junk, batch.MAGIC + junk):
        with pytest.raises(DamagedError):
            opened(data, chain().grow(1))


def test_only_the_recipient_opens_it_and_only_the_device_can_have_made_it(chain: Any) -> None:
    made, other = chain().grow(3), chain().grow(3)
    data = packed(made)
    with pytest.raises(DamagedError, match="another recipient"):
        opened(data, made, DeviceKeys.generate())
    with pytest.raises(DamagedError, match="expected key"):
        opened(data, other)


def test_entries_cannot_be_put_beside_another_statement(chain: Any) -> None:
    made = chain().grow(4)
    one, two = (batch.read_envelope(packed(made, first, first + 1)) for first in (1, 3))
    swapped = container(made, one.statement, two.sealed)
    with pytest.raises(DamagedError, match="unsealed"):
        opened(swapped, made)


def resigned(chain: Any, plain: Any = None, **changes: Any) -> bytes:
    """A batch as a faulty or hostile program with the device's keys could make it."""
    _, data = batch.pack(
        chain.raws,
        Source(study=chain.study, site=chain.site, device=chain.device, directory_version=3),
        ChainPoint(),
        chain.keys.signing,
        CENTRE.sealing_public,
    )
    content = msgspec.json.decode(batch.read_envelope(data).statement.payload) | changes
    encoded = batch._write_entries(chain.raws) if plain is None else plain
    payload = msgspec.json.encode(content, order="sorted")
    made = signed_statement.Signed(
        payload, signed_statement.sign_bytes(batch.STATEMENT_TYPE, payload, chain.keys.signing)
    )
    return batch._envelope(made, encoded, CENTRE.sealing_public, chain.keys.signing)


def sha(plain: bytes) -> str:
    import hashlib

    return hashlib.sha256(plain).hexdigest()


def test_a_signed_statement_that_does_not_fit_its_entries_is_refused(chain: Any) -> None:
    made = chain().grow(3)
    assert opened(resigned(made), made)
    for changes in (
        {"count": 2},
        {"last": 4},
        {"first": 2},
        {"head_after": "00" * 32},
        {"head_before": "11" * 32},
        {"entries_sha256": "00" * 32},
        {"site": "02"},
        {"study": "S.Y"},
        {"device": "A-00000002"},
        {"head_before": "not hexadecimal"},
        {"first": 0},
        {"first": -1},
        {"last": 2**70},
        {"count": "3"},
    ):
        with pytest.raises(DamagedError):
            opened(resigned(made, **changes), made)


def test_entries_that_are_not_the_chain_are_refused(chain: Any) -> None:
    made = chain().grow(3)
    raws = made.raws
    stranger = chain().grow(3).raws
    for wrong in ([], raws[:2], [*raws, raws[2]], [raws[1], raws[0], raws[2]], [raws[0], stranger[1], raws[2]]):
        plain = batch._write_entries(wrong)
        with pytest.raises(DamagedError):
            opened(resigned(made, plain, entries_sha256=sha(plain)), made)
    for plain in (b"", b"\xc1", b"\x93\x01\x02\x03", batch._write_entries(raws) + b"\0"):
        with pytest.raises(DamagedError, match="cannot be read"):
            opened(resigned(made, plain, entries_sha256=sha(plain)), made)


def test_entries_in_an_encoding_that_is_not_the_one_are_refused(chain: Any) -> None:
    """Whoever passes them on must be able to make the same bytes again."""
    made = chain().grow(1)
    [raw] = made.raws
    short = batch._write_entries([raw])
    longer = b"\xdc\x00\x01" + short[1:]
    assert msgspec.msgpack.decode(longer) == msgspec.msgpack.decode(short)
    for other in (longer, msgspec.msgpack.encode([raw])):
        with pytest.raises(DamagedError, match="cannot be read"):
            opened(resigned(made, other, entries_sha256=sha(other)), made)


def test_the_same_statement_goes_on_to_another_recipient(chain: Any) -> None:
    made = chain().grow(3)
    colleague = DeviceKeys.generate()
    first = batch.read_envelope(packed(made))
    again = batch.reseal(first.statement, made.raws, colleague.sealing_public, CENTRE.signing)
    assert batch.read_envelope(again).statement == first.statement
    found = passed_on(again, made, colleague)
    assert [raw for raw, _, _ in found.entries] == made.raws
    with pytest.raises(DamagedError, match="another recipient"):
        passed_on(again, made, CENTRE)


def blanked(raws: list[RawEntry], *positions: int) -> list[RawEntry]:
    return [RawEntry(raw.head, None if n in positions else raw.body, raw.body_hash) for n, raw in enumerate(raws)]


def test_what_was_blanked_since_stays_verifiable_and_nothing_else_can_be_taken_out(chain: Any) -> None:
    made = chain().grow(4)
    colleague = DeviceKeys.generate()
    statement = batch.read_envelope(packed(made)).statement
    without = blanked(made.raws, 1, 3)
    found = passed_on(batch.reseal(statement, without, colleague.sealing_public, CENTRE.signing), made, colleague)
    assert [raw for raw, _, _ in found.entries] == without
    assert [point for _, _, point in found.entries] == made.points[1:]
    # The device itself sends what its statement says, bodies and all.
    with pytest.raises(DamagedError, match="not those that its statement names"):
        passed_on(batch.reseal(statement, without, CENTRE.sealing_public, CENTRE.signing), made, CENTRE)
    for wrong in (made.raws[:3], without[:3], [*without, without[0]], [without[1], without[0], *without[2:]]):
        with pytest.raises(DamagedError):
            passed_on(batch.reseal(statement, wrong, colleague.sealing_public, CENTRE.signing), made, colleague)
    changed = [RawEntry(without[0].head, made.raws[2].body, made.raws[0].body_hash), *without[1:]]
    with pytest.raises(DamagedError):
        passed_on(batch.reseal(statement, changed, colleague.sealing_public, CENTRE.signing), made, colleague)


def test_a_device_sends_entries_that_were_blanked_before(chain: Any) -> None:
    made = chain().grow(3)
    made.raws = blanked(made.raws, 0)
    assert [raw for raw, _, _ in opened(packed(made), made).entries] == made.raws


def test_a_newer_release_is_named_as_the_reason(chain: Any) -> None:
    made = chain().grow(1)
    envelope = batch.read_envelope(packed(made))
    newer = batch.MAGIC + msgspec.msgpack.encode([batch.FORMAT + 1, "anything at all"])
    with pytest.raises(NewerReleaseError):
        batch.read_envelope(newer)
    assert envelope.format == batch.FORMAT
    with pytest.raises(NewerReleaseError):
        opened(resigned(made, format=batch.FORMAT + 1), made)


def test_a_batch_is_no_bomb(chain: Any) -> None:
    made = chain().grow(1)
    statement = batch.read_envelope(packed(made)).statement
    for compressed in (
        zstandard.ZstdCompressor().compress(bytes(batch.MAX_OPENED_BYTES + 1)),
        zstandard.ZstdCompressor(write_content_size=False).compress(bytes(batch.MAX_OPENED_BYTES + 1)),
        b"not compressed",
    ):
        sealed = sealing.SUITE.encrypt(compressed, CENTRE.sealing.public_key(), info=batch._bound(statement))
        data = container(made, statement, sealed)
        assert len(data) < 100_000
        with pytest.raises(DamagedError):
            opened(data, made)


def test_a_batch_takes_so_many_entries_and_bytes_and_at_least_one(chain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    raws = chain().grow(10).raws
    size = len(raws[0].head) + len(raws[0].body)
    assert batch.fit(raws) == raws
    monkeypatch.setattr(batch, "MAX_ENTRIES", 4)
    assert batch.fit(raws) == raws[:4]
    monkeypatch.setattr(batch, "MAX_BYTES", 3 * size + 10)
    assert batch.fit(raws) == raws[:3]
    monkeypatch.setattr(batch, "MAX_BYTES", 1)
    assert batch.fit(raws) == raws[:1]
    assert batch.fit([]) == []


def test_packing_is_compact(chain: Any) -> None:
    """The chain is not carried: 500 saves of one item take less on the line than half of what they say."""
    made = chain().grow(500)
    said = sum(len(raw.head) + len(raw.body or b"") for raw in made.raws)
    assert len(packed(made)) < said / 2


def test_damage_of_the_sealed_part_shows_without_a_key_to_unseal_it(chain: Any) -> None:
    made = chain().grow(3)
    envelope = batch.read_envelope(packed(made))
    batch.verify_sealed(envelope, made.keys.signing_public)
    for position in (0, len(envelope.sealed) // 2, -1):
        sealed = bytearray(envelope.sealed)
        sealed[position] ^= 1
        broken = msgspec.structs.replace(envelope, sealed=bytes(sealed))
        with pytest.raises(DamagedError, match="sealed"):
            batch.verify_sealed(broken, made.keys.signing_public, CENTRE.signing_public)
    # The centre seals what it passes on; nobody else's seal counts.
    again = batch.read_envelope(batch.reseal(envelope.statement, made.raws, CENTRE.sealing_public, CENTRE.signing))
    batch.verify_sealed(again, made.keys.signing_public, CENTRE.signing_public)
    with pytest.raises(DamagedError, match="sealed"):
        batch.verify_sealed(again, made.keys.signing_public)
