"""The entry format: for ever, so every bend of it is a test."""

import hashlib
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import DamagedError
from desktop.journal.bodies import Body, FormSaved, ItemGroupData, SessionChanged, UnknownBody
from desktop.journal.entry import FORMAT, Head, RawEntry, decode, encode, is_canonical, new_salt, schema
from desktop.journal.hash_chain import START, ChainPoint, next_value, verified
from desktop.study.clinical_data import FormKey, ItemValue

SCHEMA = Path(__file__).parents[2] / "data" / "journal-schema.json"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.builds(ItemValue, value=texts, unit=texts) | st.builds(ItemValue, missing=texts) | st.none()


def head(sequence: int = 1, kind: str = "session_changed", **changes: object) -> Head:
    whole = Head(
        format=FORMAT,
        study="S.X",
        site="01",
        device="A-1",
        sequence=sequence,
        time=sequence,
        wall="2026-11-24T08:00:00.000+08:00",
        user="U.1",
        kind=kind,
        subject=None,
    )
    return msgspec.structs.replace(whole, **changes)


def raw(made: Head, body: Body) -> RawEntry:
    encoded = encode(body)
    return RawEntry(encode(made), encoded, hashlib.sha256(encoded).digest())


def run(length: int) -> list[RawEntry]:
    return [raw(head(n), SessionChanged(salt=new_salt(), act="locked", count=n)) for n in range(1, length + 1)]


def test_the_schema_of_all_entries_is_the_committed_one() -> None:
    """A change of the format is a decision: regenerate the file only with a new `FORMAT` or an added field."""
    assert json.loads(json.dumps(schema())) == json.loads(SCHEMA.read_text(encoding="utf-8"))


@given(st.dictionaries(texts, values, max_size=5), texts, st.booleans())
def test_what_is_written_is_canonical_and_comes_back(
    items: dict[str, ItemValue | None], reason: str, complete: bool
) -> None:
    body = FormSaved(
        salt=new_salt(),
        key=FormKey("SE.1", 2, "F.1", 3),
        version="MDV.1",
        version_sha256="00",
        groups=(ItemGroupData(group="IG", row="r", items=items),),
        complete=complete,
        reason=reason,
    )
    made = raw(head(kind="form_saved"), body)
    assert is_canonical(made.head)
    assert made.body is not None
    assert is_canonical(made.body)
    assert decode(made).body == body


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1.0}',
        b'{"a":[{"b":0.5}]}',
        b'{"a":1,"a":1}',
        b'{"a":"\\u4e2d"}',
        b"[1]",
        b"",
        b'{"a":1}\n',
        b"\xff",
        b'{"a":"\xed\xa0\x80"}',
        b"[" * 100_000,
    ],
)
def test_bytes_that_say_the_same_differently_are_refused(data: bytes) -> None:
    assert not is_canonical(data)


def test_an_unknown_kind_is_kept_as_it_is() -> None:
    encoded = b'{"new_field":[1,2],"salt":"00"}'
    made = RawEntry(encode(head(kind="from_the_future")), encoded, hashlib.sha256(encoded).digest())
    [(kept, entry, _)] = verified([made], "A-1", ChainPoint())
    assert kept.body == encoded
    assert isinstance(entry.body, UnknownBody)


def test_the_chain_verifies_and_its_values_depend_on_every_byte() -> None:
    points = [point for _, _, point in verified(run(5), "A-1", ChainPoint())]
    assert [point.sequence for point in points] == [1, 2, 3, 4, 5]
    assert len({point.value for point in points} | {START}) == 6


def test_a_redacted_body_leaves_the_chain_whole() -> None:
    entries = run(3)
    whole = [point for _, _, point in verified(entries, "A-1", ChainPoint())]
    entries[1] = RawEntry(entries[1].head, None, entries[1].body_hash)
    blanked = list(verified(entries, "A-1", ChainPoint()))
    assert [point for _, _, point in blanked] == whole
    assert blanked[1][1].body is None


@given(st.data())
def test_a_flipped_bit_anywhere_is_found(data: st.DataObject) -> None:
    entries = run(3)
    end = list(verified(entries, "A-1", ChainPoint()))[-1][2]
    index = data.draw(st.integers(0, 2))
    part = data.draw(st.sampled_from(["head", "body", "body_hash"]))
    victim = bytearray(getattr(entries[index], part))
    victim[data.draw(st.integers(0, len(victim) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    entries[index] = RawEntry(
        **{name: getattr(entries[index], name) for name in RawEntry.__struct_fields__} | {part: bytes(victim)}
    )
    try:
        found = list(verified(entries, "A-1", ChainPoint()))[-1][2]
    except DamagedError:
        return
    assert found != end


@pytest.mark.parametrize("wrong", [[0, 2], [1, 0], [0, 0], [1]])
def test_a_run_that_does_not_follow_is_refused(wrong: list[int]) -> None:
    entries = run(3)
    with pytest.raises(DamagedError):
        list(verified([entries[index] for index in wrong], "A-1", ChainPoint()))


def test_an_entry_of_another_device_is_refused() -> None:
    with pytest.raises(DamagedError):
        list(verified(run(1), "B-1", ChainPoint()))


def test_the_chain_value_is_sha256_of_previous_head_and_body() -> None:
    [entry] = run(1)
    head_hash = hashlib.sha256(entry.head).digest()
    assert next_value(START, entry) == hashlib.sha256(START + head_hash + entry.body_hash).digest()


def test_bytes_that_are_no_entry_are_named_so() -> None:
    with pytest.raises(DamagedError):
        decode(RawEntry(b"{}", b"{}", b""))
