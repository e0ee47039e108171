"""Words that two people compare on the telephone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.sync.formats.fingerprint import FINGERPRINT_WORDS, fingerprint, head_words, proquints, same_words


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1", "lusab-babad"),
        ("63.84.220.193", "gutih-tugad"),
        ("63.118.7.35", "gutuk-bisog"),
        ("140.98.193.141", "mudof-sakat"),
        ("64.255.6.200", "haguz-biram"),
        ("198.81.129.136", "sinid-makam"),
    ],
)
def test_the_words_are_those_of_the_proposal(address: str, words: str) -> None:
    """Examples of arXiv:0901.4016, section 4."""
    assert proquints(bytes(map(int, address.split("."))), 2) == words


@given(st.binary(min_size=12, max_size=12), st.binary(min_size=12, max_size=12))
def test_different_bytes_have_different_words(first: bytes, second: bytes) -> None:
    assert (proquints(first, 6) == proquints(second, 6)) == (first == second)


def test_a_fingerprint_holds_96_bits_and_is_easily_read_out() -> None:
    words = fingerprint("00" * 32)
    assert len(words.split("-")) == FINGERPRINT_WORDS
    assert re.fullmatch(r"([bdfghjklmnprstvz][aiou]){2}[bdfghjklmnprstvz](-\w{5}){5}", words)
    assert words != fingerprint("00" * 31 + "01")
    assert len(head_words(bytes(32)).split("-")) == 3


def test_words_are_the_same_however_they_are_typed() -> None:
    assert same_words("lusab-babad", "  LUSAB babad ")
    assert not same_words("lusab-babad", "lusab")
    assert not same_words("", "")
    assert not same_words("-", " ")
