"""Signed statements: the pre-authentication encoding, and that nothing but the very statement passes."""

import json
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.errors import DamagedError
from desktop.sync.formats import signed_statement
from desktop.sync.formats.signed_statement import Signed, pre_authentication_encoding


class Note(msgspec.Struct, frozen=True):
    """A statement."""

    text: str
    number: int = 1


KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw().hex()


def test_the_encoding_is_dsse_s_own_example() -> None:
    """From the protocol document of secure-systems-lab/dsse."""
    encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_a_statement_comes_back() -> None:
    made = signed_statement.sign("note", Note("中心 01", 2), KEY)
    assert signed_statement.verify("note", made, PUBLIC, Note) == Note("中心 01", 2)
    assert made.payload == '{"number":2,"text":"中心 01"}'.encode()


@pytest.mark.parametrize("part", ["payload", "signature"])
def test_every_flipped_bit_is_found(part: str) -> None:
    made = signed_statement.sign("note", Note("x"), KEY)
    whole = getattr(made, part)
    for position in range(len(whole) * 8):
        broken = bytearray(whole)
        broken[position // 8] ^= 1 << position % 8
        with pytest.raises(DamagedError):
            signed_statement.verify("note", msgspec.structs.replace(made, **{part: bytes(broken)}), PUBLIC, Note)


def test_another_key_and_another_type_do_not_pass() -> None:
    made = signed_statement.sign("note", Note("x"), KEY)
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    with pytest.raises(DamagedError, match="expected key"):
        signed_statement.verify("note", made, other, Note)
    with pytest.raises(DamagedError, match="expected key"):
        signed_statement.verify("letter", made, PUBLIC, Note)
    with pytest.raises(DamagedError, match="cannot be read"):
        signed_statement.verify("note", made, "not hexadecimal", Note)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"text":"x","number":1}',
        b'{"number":1, "text":"x"}',
        b'{"number":1.0,"text":"x"}',
        b'{"number":1,"number":1,"text":"x"}',
        b"[1]",
        b"\xff",
        b"",
    ],
)
def test_a_signature_over_bytes_that_are_not_canonical_does_not_help(payload: bytes) -> None:
    made = Signed(payload, KEY.sign(pre_authentication_encoding("note", payload)))
    with pytest.raises(DamagedError, match="canonical"):
        signed_statement.verify("note", made, PUBLIC, Note)


@pytest.mark.parametrize("content", [{"number": 1}, {"number": "1", "text": "x"}, {}])
def test_a_signed_statement_of_another_shape_is_refused(content: dict[str, Any]) -> None:
    payload = json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
    made = Signed(payload, KEY.sign(pre_authentication_encoding("note", payload)))
    with pytest.raises(DamagedError, match="cannot be read"):
        signed_statement.verify("note", made, PUBLIC, Note)
