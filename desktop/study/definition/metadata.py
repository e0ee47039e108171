"""MetaDataVersion: forms, item groups, items, code lists, checks; in the shape of CDISC ODM 1.3.2.

A `MetaDataVersion` is one version of a study's definition. It is read from YAML (`load.py`) or from ODM-XML,
travels whole inside the journal as canonical JSON, and is named there by OID and SHA-256: a definition in use
never changes. Every text that a person sees is a `Text`: language code -> words.

Expressions (skip conditions, derivations, edit checks) are CEL; `rules/form_rules.py` gives the names that they may use.
"""

import enum
import functools
import hashlib
import re
from collections.abc import Container, Iterator
from typing import Literal

import msgspec

from desktop.study.definition.base import Part, Text, words
from desktop.study.definition.events import Pathway, StudyEventDef
from desktop.study.definition.grading import Grading, RangeKeys

NON_REPEATING_ROW = ""
"""The row key of the only row of an ItemGroup that does not repeat."""


class DataType(enum.StrEnum):
    """ODM 1.3.2 data types that a study may use. Values are kept as text; see `values/item_values.py`."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    DATE = "date"
    PARTIAL_DATE = "partialDate"
    TIME = "time"
    DATETIME = "datetime"
    BOOLEAN = "boolean"


class Missing(enum.StrEnum):
    """Why an item has no value, where a person said so."""

    NOT_DONE = "NOT_DONE"
    UNKNOWN = "UNKNOWN"
    NOT_APPLICABLE = "NOT_APPLICABLE"


AnswerTone = Literal["", "good", "bad"]


class CodeListItem(Part, frozen=True, kw_only=True):
    """One code. A code, once used, never changes its meaning."""

    code: str
    label: Text
    nci: str = ""
    """NCI C-code of the term, where one exists."""
    search: tuple[str, ...] = ()
    """Synonyms and pinyin initials by which a person may look for it."""
    group: Text = {}
    """Heading under which long lists are shown, e.g. the system organ class."""
    only: tuple[str, ...] = ()
    """Codes of the dependent item that this code allows (see `ItemDef.narrowed_by`)."""
    details: dict[str, Text] = {}
    """Words about a dependent code, e.g. grade -> what that grade means for this term."""
    tone: AnswerTone = ""
    """What the answer means for the subject's way through the study, where it means anything: it is drawn so."""


class CodeList(Part, frozen=True, kw_only=True, dict=True):
    """The codes that an item may take."""

    oid: str
    name: str
    items: tuple[CodeListItem, ...]
    nci: str = ""

    @functools.cached_property
    def by_code(self) -> dict[str, CodeListItem]:
        """Items by their code."""
        return {item.code: item for item in self.items}


class MeasurementUnit(Part, frozen=True, kw_only=True):
    """A unit. `name` is what is stored with a value (CDISC unit code), `symbol` what is shown."""

    oid: str
    name: str
    symbol: Text


class UnitRef(Part, frozen=True, kw_only=True):
    """A unit that an item may be given in. `factor` times the entered number is the number in the item's first unit."""

    unit: str
    factor: float = 1.0
    assumed: bool = False
    """A value that names no unit is in this one: where an item got a second unit, and where one unit is the rule."""


Comparator = Literal["LT", "LE", "GT", "GE", "EQ", "NE"]


class RangeCheck(Part, frozen=True, kw_only=True):
    """A limit of one item. `value` is a number, a date, or `today` (the site's civil date at entry)."""

    comparator: Comparator
    value: str
    soft: bool = False
    message: Text = {}
    """Empty: the program words it from the limits."""


class ItemDef(Part, frozen=True, kw_only=True):
    """One question."""

    oid: str
    name: str
    """CDASH variable name; also the item's name in expressions."""
    question: Text
    data_type: DataType
    sdtm: str = ""
    nci: str = ""
    note: Text = {}
    """Short second line beside the question."""
    help: Text = {}
    """Completion instructions, shown in the evidence column."""
    length: int | None = None
    """Most characters of a text; most digits of a number."""
    significant_digits: int | None = None
    """Most digits after the decimal point of a float (ODM SignificantDigits)."""
    codelist: str | None = None
    multiple: bool = False
    """Several codes may be chosen."""
    narrowed_by: str | None = None
    """Item of the same group whose chosen code says which codes of this item may be chosen."""
    units: tuple[UnitRef, ...] = ()
    range_checks: tuple[RangeCheck, ...] = ()
    derivation: str | None = None
    """CEL expression: the program works the value out; nobody types it."""
    suggestion: str | None = None
    """CEL expression whose value is shown beside the field as what follows from other entries."""
    comparators: bool = False
    """A result beyond what was measured may be entered with its sign: `<0.5`, `>1000`."""
    same_test: str | None = None
    """The item of another form that is the same laboratory test: its normal ranges and grades hold here too."""
    evidence: tuple[str, ...] = ()
    """Item OIDs of any form, shown beside the question with the newest values."""
    tags: tuple[str, ...] = ()
    """Free marks for exports, e.g. `HGR` for human genetic resources information."""


class ItemRef(Part, frozen=True, kw_only=True):
    """An item's place in a group."""

    item: str
    mandatory: bool = False
    skip: str | None = None
    """CEL expression: where it is true the item does not apply and is not asked; unknown shows it."""
    number: str = ""
    """What is printed before the question, e.g. `I5`; empty: counted."""


class Grid(Part, frozen=True, kw_only=True):
    """A repeating group drawn as rows x columns, e.g. drugs x days: each filled cell is one row of the group.

    `rows` and `value` are item OIDs of the group; `columns` is an integer item counted from 1. `planned` and `date`
    are derived items. `reason` is asked where `value` differs from `planned`; one that was given goes on along the row as
    long as the values differ.
    """

    rows: str
    columns: str
    value: str
    planned: str | None = None
    date: str | None = None
    reason: str | None = None
    tolerance: int | str = 0
    """Percent of the planned value by which a value may differ without a reason, or CEL over the settings."""
    note: str | None = None
    column_count: int = 28
    column_label: str = "D"
    context: tuple[str, ...] = ()
    """Items of other forms (lab values) shown as read-only lines under the grid, by date."""


class ItemGroupDef(Part, frozen=True, kw_only=True):
    """Questions that belong together; one page of a form."""

    oid: str
    name: str
    title: Text
    repeating: bool = False
    items: tuple[ItemRef, ...] = ()
    instruction: Text = {}
    grid: Grid | None = None
    lines: bool = False
    """The repeating group has fixed lines: one per code of its first item (e.g. one per drug), all shown at once."""
    keys: tuple[str, ...] = ()
    """Items that tell the rows of a repeating group apart, e.g. drug and date: by them the rows of two passes are aligned."""

    @property
    def key_items(self) -> tuple[str, ...]:
        """`keys`; where there are none, the coordinates of a grid or the item that names the fixed lines."""
        if self.keys or not self.repeating:
            return self.keys
        if self.grid is not None:
            return (self.grid.rows, self.grid.columns)
        return (self.items[0].item,) if self.lines and self.items else ()


class EditCheck(Part, frozen=True, kw_only=True):
    """A rule over several items. It fires where `expression` is true."""

    oid: str
    expression: str
    message: Text
    item: str
    """Where it is shown, and whose comment answers it."""
    group: str | None = None
    """A repeating group: the check is evaluated for each of its rows."""
    soft: bool = False
    completion: bool = False
    """While it fires the form cannot be saved as complete; as incomplete it can. No comment answers it."""
    source: str = ""
    """Protocol section or reference that the rule rests on."""


class FormDef(Part, frozen=True, kw_only=True):
    """A form: pages of questions, with the rules among them."""

    oid: str
    name: str
    title: Text
    repeating: bool = False
    groups: tuple[str, ...] = ()
    checks: tuple[EditCheck, ...] = ()
    verdict: str | None = None
    """Item whose (derived) value is the form's one verdict, shown beside every page."""
    label: str | None = None
    """Item whose value names an instance of a repeating form in lists."""
    deadline: str | None = None
    """Date-time item (mostly derived) until which something must be done; while it has a value, the form shows the time left."""
    double_entry: bool = False
    """Every item that is typed is entered twice, by two persons."""
    double_entry_items: tuple[str, ...] = ()
    """Only these items are entered twice."""
    laboratory: "Laboratory | None" = None


TextRule = Literal["folded", "exact"]


class DoubleEntry(Part, frozen=True, kw_only=True):
    """How the two passes of a form are compared and settled."""

    text: TextRule = "folded"
    """Free text: trimmed, case-folded and with full-width forms as half-width ones; or letter by letter."""
    third_person: bool = False
    """Differences are settled by somebody who made neither pass."""
    query_days: int = 14
    """Days within which a query is to be answered."""


class Laboratory(Part, frozen=True, kw_only=True):
    """Makes a form a laboratory report: its numbers are compared with the normal ranges of the day, and graded."""

    date: str
    """OID of the date of the sample."""
    time: str | None = None
    """OID of its time: of two samples of one day the later one is the baseline."""
    name: str | None = None
    """OID of the item that names the laboratory; without a value it is the site's own."""
    ranges: bool = True
    """Its numbers have normal ranges. Without them it is a measurement that is only graded, e.g. of body weight."""


class Location(Part, frozen=True, kw_only=True):
    """A site (ODM Location): its OID, its name, its IANA time zone."""

    oid: str
    name: Text
    zone: str
    planned_subjects: int | None = None


class Setting(Part, frozen=True, kw_only=True):
    """A point that the protocol leaves open or contradicts itself on: its default and why. `setting.NAME` in expressions."""

    name: str
    question: Text
    value: str
    data_type: DataType = DataType.TEXT
    choices: tuple[str, ...] = ()
    """The answers that the study can work with; of a value that lists several with semicolons, each is one of them."""
    least: str = ""
    """Of a number: not below this."""
    most: str = ""
    """Of a number: not above this."""
    why: Text = {}
    source: str = ""
    open: bool = True
    """The study team has not confirmed it yet."""


class MetaDataVersion(Part, frozen=True, kw_only=True):
    """One version of one study's definition, complete in itself."""

    study: str
    """Study OID."""
    oid: str
    name: str
    """Short name of the study (ODM StudyName)."""
    title: Text
    description: Text = {}
    protocol: str = ""
    languages: tuple[str, ...] = ("en",)
    subject_key: str
    """Pattern with `{site}`, `{letter}` and `{number}` or `{number:03d}`."""
    first_form: str
    first_event: str
    locations: tuple[Location, ...]
    events: tuple[StudyEventDef, ...]
    forms: tuple[FormDef, ...]
    groups: tuple[ItemGroupDef, ...]
    items: tuple[ItemDef, ...]
    codelists: tuple[CodeList, ...] = ()
    units: tuple[MeasurementUnit, ...] = ()
    settings: tuple[Setting, ...] = ()
    headline: tuple[str, ...] = ()
    """Items shown beside a subject's key wherever the subject is named, e.g. sex and age."""
    trends: tuple[str, ...] = ()
    """Numeric items whose course is drawn in the casebook."""
    ended: str | None = None
    """CEL about a subject: its course is at an end and nothing is due any more."""
    endpoints: tuple[ItemDef, ...] = ()
    """What follows from a subject's whole record; the derivation is CEL about a subject (`rules/endpoints.py`)."""
    pathway: Pathway | None = None
    normal_ranges: RangeKeys | None = None
    grading: Grading | None = None
    double_entry: DoubleEntry = DoubleEntry()
    sources: dict[str, Text] = {}
    """Phrases of the sources of rules, as they are written there -> words for people (see `source_words`)."""


def source_words(version: MetaDataVersion, source: str, language: str) -> str:
    """The source of a rule for a person: each of its phrases (parted by `; `) in words, or the longest beginning that has any."""
    between = "；" if language == "zh" else "; "
    return between.join(_phrase(version.sources, phrase, language) for phrase in source.split("; "))


def _phrase(known: dict[str, Text], phrase: str, language: str) -> str:
    if phrase in known:
        return words(known[phrase], language)
    begun = max((key for key in known if phrase.startswith(f"{key} ")), key=len, default="")
    return f"{words(known[begun], language)} {phrase[len(begun) + 1 :]}" if begun else phrase


def groups_of(definition: "Definition", items: Container[str]) -> set[str]:
    """OIDs of the groups that ask any of these items."""
    return {group.oid for group in definition.version.groups if any(ref.item in items for ref in group.items)}


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(MetaDataVersion)


class Definition:
    """A MetaDataVersion with its canonical bytes, its SHA-256 and look-up by OID."""

    def __init__(self, version: MetaDataVersion, data: bytes | None = None) -> None:
        self.version = version
        self.data = _ENCODER.encode(version) if data is None else data
        self.sha256 = hashlib.sha256(self.data).hexdigest()
        self.events = {event.oid: event for event in version.events}
        self.forms = {form.oid: form for form in version.forms}
        self.groups = {group.oid: group for group in version.groups}
        self.items = {item.oid: item for item in version.items}
        self.codelists = {codelist.oid: codelist for codelist in version.codelists}
        self.units = {unit.oid: unit for unit in version.units}
        self.locations = {location.oid: location for location in version.locations}

    @classmethod
    def from_bytes(cls, data: bytes) -> "Definition":
        """Read the canonical JSON that a journal carries.

        Raises msgspec.DecodeError (which includes ValidationError) when it is not one.
        """
        return cls(_DECODER.decode(data), data)

    def form_groups(self, form: str) -> Iterator[ItemGroupDef]:
        """The groups of a form, in order."""
        return (self.groups[oid] for oid in self.forms[form].groups)

    def form_items(self, form: str) -> Iterator[tuple[ItemGroupDef, ItemRef, ItemDef]]:
        """Every item of a form with its group and its place there, in order."""
        for group in self.form_groups(form):
            for ref in group.items:
                yield group, ref, self.items[ref.item]

    @functools.cached_property
    def group_of_item(self) -> dict[tuple[str, str], ItemGroupDef]:
        """(form OID, item OID) -> the group in which the form asks the item."""
        return {(form, item.oid): group for form in self.forms for group, _, item in self.form_items(form)}

    @functools.cached_property
    def entered_twice(self) -> dict[str, frozenset[str]]:
        """Form OID -> OIDs of its items that are entered twice, of the forms that have any."""
        found: dict[str, frozenset[str]] = {}
        for form in self.version.forms:
            typed = frozenset(item.oid for _, _, item in self.form_items(form.oid) if item.derivation is None)
            items = typed if form.double_entry else typed.intersection(form.double_entry_items)
            if items:
                found[form.oid] = items
        return found

    @functools.cached_property
    def laboratory_items(self) -> tuple[str, ...]:
        """OIDs of the items that can have a normal range: the numbers of laboratory forms."""
        return tuple(
            dict.fromkeys(
                item.oid
                for form in self.version.forms
                if form.laboratory is not None and form.laboratory.ranges
                for _, _, item in self.form_items(form.oid)
                if item.data_type == DataType.FLOAT and item.derivation is None and item.same_test is None
            )
        )

    @functools.cached_property
    def measured_items(self) -> frozenset[str]:
        """OIDs of the entered numbers of laboratory forms, those without a normal range of their own included."""
        return frozenset(
            item.oid
            for form in self.version.forms
            if form.laboratory is not None
            for _, _, item in self.form_items(form.oid)
            if item.data_type in (DataType.FLOAT, DataType.INTEGER)
            and item.codelist is None
            and item.derivation is None
        )

    @functools.cached_property
    def settings_read(self) -> frozenset[str]:
        """Names of the settings that a rule, the schedule or the grading reads; another is kept for the record only."""
        version = self.version
        texts = [item.derivation or "" for item in version.items]
        texts += [item.suggestion or "" for item in version.items]
        texts += [item.derivation or "" for item in version.endpoints]
        texts += [ref.skip or "" for group in version.groups for ref in group.items]
        texts += [str(group.grid.tolerance) for group in version.groups if group.grid is not None]
        texts += [check.expression for form in version.forms for check in form.checks]
        for event in version.events:
            for part in event.schedules:
                texts += [
                    str(days) for days in (part.day, part.before, part.after, part.every, part.until, part.lapses)
                ]
                texts.append(part.when or "")
        if version.pathway is not None:
            branches = [*version.pathway.anywhere, *(way for step in version.pathway.steps for way in step.branches)]
            texts += [branch.when or "" for branch in branches]
        texts.append(version.ended or "")
        found = {name for text in texts for name in re.findall(r"\bsetting\.([A-Za-z_0-9]+)", text)}
        return frozenset(found | ({version.grading.version} if version.grading is not None else set()))

    def codelist_of(self, item: ItemDef) -> CodeList | None:
        """The item's code list, if it has one."""
        return None if item.codelist is None else self.codelists[item.codelist]

    def unit_names(self, item: ItemDef) -> tuple[str, ...]:
        """Names of the units that the item may be given in; the first is the one that expressions see."""
        return tuple(self.units[ref.unit].name for ref in item.units)

    def unit_symbol(self, name: str, language: str) -> str:
        """What is shown for the unit of that name."""
        for unit in self.version.units:
            if unit.name == name:
                return words(unit.symbol, language)
        return name

    def subject_key(self, site: str, letter: str, number: int) -> str:
        """The key of a device's `number`-th subject."""
        return self.version.subject_key.format(site=site, letter=letter, number=number)

    def subject_key_regex(self, site: str | None = None) -> str:
        """Regular expression of the keys that subjects of this site (or of any site of the study) have."""
        sites = [site] if site is not None else sorted(self.locations)
        fields = {
            "site": re.escape(sites[0]) if len(sites) == 1 else f"({'|'.join(map(re.escape, sites))})",
            "letter": "[A-Z]",
        }
        number = re.search(r"\{number(?::0(\d+)d)?\}", self.version.subject_key)
        digits = f"[0-9]{{{number[1]}}}" if number and number[1] else "[0-9]+"
        parts = re.split(r"(\{[^}]*\})", self.version.subject_key)
        return (
            "^"
            + "".join(
                (digits if part.startswith("{number") else fields[part[1:-1]])
                if part.startswith("{")
                else re.escape(part)
                for part in parts
            )
            + "$"
        )
