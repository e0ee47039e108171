"""Site parameters: answers to the protocol's open points, and normal ranges of the site's laboratories.

Both are entries of the journal; here they are what the rules see of them. Nothing that was recorded is rewritten when they
change: what differs then shows as an open check.
"""

import datetime
import decimal
from collections.abc import Iterable

import msgspec


class NormalRange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The normal range of one laboratory item, in the item's first unit."""

    item: str
    """Item OID."""
    since: str
    """First date of samples for which it holds, YYYY-MM-DD."""
    laboratory: str = ""
    """Empty: the site's own."""
    sex: str = ""
    """Code of the study's sex item; empty: both."""
    age_from: int | None = None
    """Completed years, included; None: no limit."""
    age_to: int | None = None
    low: str = ""
    """Decimal text; empty: no lower limit."""
    high: str = ""

    @property
    def lln(self) -> float | None:
        """Lower limit of normal."""
        return float(decimal.Decimal(self.low)) if self.low else None

    @property
    def uln(self) -> float | None:
        """Upper limit of normal."""
        return float(decimal.Decimal(self.high)) if self.high else None


class Local(msgspec.Struct, frozen=True, kw_only=True):
    """A site's own answers and ranges."""

    answers: dict[str, str] = {}
    """Setting name -> value."""
    ranges: tuple[NormalRange, ...] = ()
    """In the order in which they were recorded: of two that fit equally well the later one counts."""


NOTHING_LOCAL = Local()


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """Of whom and when a laboratory value is: what chooses its normal range."""

    laboratory: str
    date: datetime.date
    sex: str = ""
    """Empty where it is not known: only a range for both fits."""
    ages: tuple[int, int] | None = None
    """Least and greatest age in completed years that the subject can have had; None where it is not known."""


def normal_range(ranges: Iterable[NormalRange], item: str, sample: Sample) -> NormalRange | None:
    """The range that holds for a sample: of those that fit, the newest; None where none fits for certain."""
    fitting = [found for found in ranges if found.item == item and _fits(found, sample)]
    return max(enumerate(fitting), key=lambda pair: (pair[1].since, pair[0]))[1] if fitting else None


def _fits(found: NormalRange, sample: Sample) -> bool:
    if found.laboratory.strip().casefold() != sample.laboratory.strip().casefold():
        return False
    if found.since > sample.date.isoformat() or (found.sex and found.sex != sample.sex):
        return False
    if found.age_from is None and found.age_to is None:
        return True
    if sample.ages is None:
        return False
    youngest, oldest = sample.ages
    return (found.age_from is None or found.age_from <= youngest) and (found.age_to is None or oldest <= found.age_to)
