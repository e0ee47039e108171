"""Fingerprint words that two people compare on the telephone (proquints, 16 bits each).

D. S. Wilkerson, "A Proposal for Proquints: Identifiers that are Readable, Spellable, and Pronounceable", arXiv:0901.4016.
"""

import hashlib

CONSONANTS = "bdfghjklmnprstvz"
VOWELS = "aiou"

FINGERPRINT_WORDS = 6
"""96 bits: nobody makes a second key with the same words."""
HEAD_WORDS = 3


def proquints(data: bytes, count: int) -> str:
    """The first `count` words of the data, joined by hyphens."""
    found: list[str] = []
    for index in range(count):
        number = int.from_bytes(data[2 * index : 2 * index + 2], "big")
        found.append(
            CONSONANTS[number >> 12]
            + VOWELS[number >> 10 & 3]
            + CONSONANTS[number >> 6 & 15]
            + VOWELS[number >> 4 & 3]
            + CONSONANTS[number & 15]
        )
    return "-".join(found)


def fingerprint(root_key: str) -> str:
    """The words of a study's root key (hexadecimal)."""
    return proquints(hashlib.sha256(bytes.fromhex(root_key)).digest(), FINGERPRINT_WORDS)


def same_words(first: str, second: str) -> bool:
    """Whether two people have the same words before them, however they were typed."""
    return _letters(first) == _letters(second) != ""


def head_words(chain_value: bytes) -> str:
    """A chain head, short enough to be read out."""
    return proquints(chain_value, HEAD_WORDS)


def _letters(words: str) -> str:
    return "".join(letter for letter in words.lower() if letter.isalpha())
