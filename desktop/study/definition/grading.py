"""Normal ranges and grades of laboratory values, as data."""

from desktop.study.definition.base import Part


class RangeKeys(Part, frozen=True, kw_only=True):
    """What a normal range depends on besides laboratory and date: items of the subject."""

    sex: str
    """Item OID; a range may hold for one of its codes."""
    birth: str
    """Item OID of the date of birth, of which only a part may be known."""


class GradeRule(Part, frozen=True, kw_only=True):
    """The grades of one adverse event term that follow from one laboratory item.

    The conditions are CEL over `value`, `lln`, `uln` (limits of the normal range) and `baseline` (the last value before
    treatment), all in the item's first unit. The first that is true, from the highest grade down, is suggested; one
    that reads an unknown limit is unknown and is passed over.
    """

    version: str
    """Version of the criteria, compared with the setting `Grading.version`."""
    term: str
    """Code of the term in the code list of `Grading.term`."""
    item: str
    """OID of the laboratory item."""
    grades: dict[str, str]
    """Grade -> condition."""


class Grading(Part, frozen=True, kw_only=True):
    """Suggested grades. They are never forced: the grade of an adverse event is the investigator's."""

    version: str
    """Name of the setting that says which version of the criteria the study uses."""
    term: str
    """OID of the item whose code list has the terms."""
    baseline: str
    """OID of a date item; the last value up to its earliest date is the baseline."""
    rules: tuple[GradeRule, ...] = ()
