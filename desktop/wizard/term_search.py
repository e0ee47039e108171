"""Search for a code by label in any language, synonym or pinyin initials.

Everything is compared without case, width and accents. What begins with the typed words comes before what merely
holds them; within that, the shorter label first, because it is the more general term.
"""

import unicodedata
from collections.abc import Iterable

import msgspec

from desktop.study.definition.metadata import CodeList, CodeListItem

MAX_FOUND = 8

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

    def find(self, typed: str, allowed: Iterable[str] | None = None, most: int = MAX_FOUND) -> tuple[CodeListItem, ...]:
        """The codes that fit best, at most `most`; nothing for nothing typed. `allowed` limits the codes."""
        query = folded(typed)
        if not query:
            return ()
        only = None if allowed is None else set(allowed)
        found: list[tuple[tuple[int, int], int, CodeListItem]] = []
        for number, term in enumerate(self.terms):
            if only is None or term.item.code in only:
                rank = _rank(term, query)
                if rank is not None:
                    found.append((rank, number, term.item))
        found.sort(key=lambda hit: hit[:2])
        return tuple(item for _, _, item in found[:most])


def folded(text: str) -> str:
    """A text without what does not tell words apart: case, width, accents, outer and double spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def _rank(term: _Term, query: str) -> tuple[int, int] | None:
    """How well a term fits: the kind of the match, then the length of what matched; None where it does not."""
    if query not in term.together:
        words = query.split(" ")
        return (_ALL_WORDS, len(term.together)) if len(words) > 1 and all(w in term.together for w in words) else None
    kinds = (
        (_WHOLE, [label for label in term.labels if label == query]),
        (_START, [label for label in term.labels if label.startswith(query)]),
        (_WORD, [label for label in term.labels if f" {query}" in label]),
        (_SYNONYM, [synonym for synonym in term.synonyms if synonym.startswith(query)]),
        (_INSIDE, [text for text in (*term.labels, *term.synonyms) if query in text]),
    )
    return next(((kind, min(map(len, matched))) for kind, matched in kinds if matched), None)
