"""Finding one code among many by what a person types: label in any language, synonym, pinyin initials.

Everything is compared without case, width and accents. What begins with the typed words comes before what merely
holds them; within that, the shorter label first, because it is the more general term.
"""

import unicodedata
from collections.abc import Iterable

import msgspec

from desktop.study.definition import CodeList, CodeListItem

MOST_FOUND = 8

_WHOLE, _START, _WORD, _SYNONYM, _INSIDE, _ALL_WORDS = range(6)


class _Term(msgspec.Struct, frozen=True):
    """A code with what it may be found by."""

    item: CodeListItem
    labels: tuple[str, ...]
    synonyms: tuple[str, ...]
    together: str
    """Labels and synonyms in one text: what does not stand in it need not be looked at twice."""


class TermIndex:
    """The codes of one list, ready to be searched as a person types."""

    def __init__(self, codelist: CodeList) -> None:
        self.terms = tuple(
            _Term(
                item=item,
                labels=(labels := tuple(map(folded, item.label.values()))),
                synonyms=(synonyms := tuple(map(folded, item.search))),
                together="\n".join((*labels, *synonyms)),
            )
            for item in codelist.items
        )

    def find(
        self, typed: str, allowed: Iterable[str] | None = None, most: int = MOST_FOUND
    ) -> tuple[CodeListItem, ...]:
        """The codes that fit best, at most `most`; nothing for nothing typed. `allowed` limits the codes."""
        query = folded(typed)
        if not query:
            return ()
        only = None if allowed is None else set(allowed)
        found: list[tuple[int, int, int, CodeListItem]] = []
        for number, term in enumerate(self.terms):
            if only is None or term.item.code in only:
                rank = _rank(term, query)
                if rank is not None:
                    found.append((rank, min(map(len, term.labels), default=0), number, term.item))
        found.sort(key=lambda hit: hit[:3])
        return tuple(hit[3] for hit in found[:most])


def folded(text: str) -> str:
    """A text without what does not tell words apart: case, width, accents, outer and double spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def _rank(term: _Term, query: str) -> int | None:
    if query not in term.together:
        words = query.split(" ")
        return _ALL_WORDS if len(words) > 1 and all(word in term.together for word in words) else None
    if query in term.labels:
        return _WHOLE
    if any(label.startswith(query) for label in term.labels):
        return _START
    if any(f" {query}" in label for label in term.labels):
        return _WORD
    if any(synonym.startswith(query) for synonym in term.synonyms):
        return _SYNONYM
    return _INSIDE
