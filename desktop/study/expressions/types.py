"""Types of CEL values, and the names that each kind of expression can use."""

from collections.abc import Iterable, Mapping

import msgspec

from desktop.messages import bilingual
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import DataType, Definition, FormDef, ItemDef, ItemGroupDef


class Kind(msgspec.Struct, frozen=True):
    """A kind of value."""

    word: str
    values: frozenset[str] | None = None
    """Of a text: the only ones that it can have, where that is known (a code list, or a literal's own)."""
    literal: bool = False
    """Of a text: its values stand in the expression itself."""
    element: "Kind | None" = None
    """Of a list."""
    members: "Mapping[str, Kind]" = {}
    """Of a record."""
    home: str = ""
    """Of a record: what it is the record of; with a member's name this tells what an expression reads."""


NUMBER = Kind("number")
WHOLE = Kind("whole number")
TEXT = Kind("text")
TRUTH = Kind("truth value")
MOMENT = Kind("date")
SPAN = Kind("duration")
NOTHING = Kind("null")
ANY = Kind("anything")
"""Of a part whose fault is reported already, and of the elements of an empty list."""

PARTIAL_DATE = Kind("partial date", members={"earliest": MOMENT, "latest": MOMENT})


def kind_words(kind: Kind) -> Text:
    """How a message calls a kind."""
    return bilingual("a {kind}", kind=bilingual(kind.word))


def text_of(values: Iterable[str], *, literal: bool = False) -> Kind:
    """A text that can only be one of these."""
    return Kind("text", values=frozenset(values), literal=literal)


def list_of(element: Kind) -> Kind:
    """A list of one kind."""
    return Kind("list", element=element)


def record_of(members: Mapping[str, Kind], home: str = "") -> Kind:
    """A map with these members, each of which may be absent."""
    return Kind("record", members=members, home=home)


_OF_TYPE = {
    DataType.TEXT: TEXT,
    DataType.INTEGER: NUMBER,
    DataType.FLOAT: NUMBER,
    DataType.DATE: MOMENT,
    DataType.DATETIME: MOMENT,
    DataType.PARTIAL_DATE: PARTIAL_DATE,
    DataType.TIME: SPAN,
    DataType.BOOLEAN: TRUTH,
}


OWN = "self"
"""Home of the record of a form's own items."""


class Names:
    """The names of a study's expressions and their kinds."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self._records: dict[str, Kind] = {}
        settings = {setting.name: _OF_TYPE[setting.data_type] for setting in definition.version.settings}
        self.everywhere: dict[str, Kind] = {"today": MOMENT, "setting": record_of(settings)}

    def item(self, item: ItemDef) -> Kind:
        """What an item is in expressions."""
        codelist = self.definition.codelist_of(item)
        if codelist is None:
            return _OF_TYPE[item.data_type]
        kind = text_of(codelist.by_code)
        return list_of(kind) if item.multiple else kind

    def form(self, form: FormDef) -> Kind:
        """What an instance of a form is to other forms."""
        if form.oid not in self._records:
            self._records[form.oid] = record_of(self._members(form), form.oid)
        return self._records[form.oid]

    def seen(self, form: FormDef, group: ItemGroupDef | None = None) -> dict[str, Kind]:
        """The names that an expression of the form sees; with `group`, one of a row of this repeating group."""
        others = [other for other in self.definition.version.forms if other.oid != form.oid]
        instances = record_of({other.name: list_of(self.instance(other)) for other in (*others, form)})
        names = self.everywhere | {other.name: self.form(other) for other in others}
        names |= {"all": instances, "others": instances}
        if self.definition.version.grading is not None:
            names["labs"] = list_of(self._graded())
        names["event"] = record_of({"NAME": text_of(self._events(form)), "REPEAT": NUMBER})
        names["form"] = record_of({"REPEAT": NUMBER})
        names["self"] = record_of(self._single(form), OWN)
        names |= self._members(form, is_own=True)
        return names | (self._row(group) if group is not None and group.repeating else {})

    def _graded(self) -> Kind:
        grading = self.definition.version.grading
        term = self.definition.items.get(grading.term) if grading is not None else None
        kind = TEXT if term is None else self.item(term)
        return record_of({"ITEM": TEXT, "TERM": kind, "GRADE": NUMBER, "DATE": MOMENT}, "labs")

    def _row(self, group: ItemGroupDef) -> dict[str, Kind]:
        items = (self.definition.items[ref.item] for ref in group.items)
        return {item.name: self.item(item) for item in items}

    def _single(self, form: FormDef) -> dict[str, Kind]:
        """The items of groups that do not repeat."""
        groups = [group for group in self.definition.form_groups(form.oid) if not group.repeating]
        return {name: kind for group in groups for name, kind in self._row(group).items()}

    def _members(self, form: FormDef, *, is_own: bool = False) -> dict[str, Kind]:
        """Everything of an instance; the rows of the form's own have their group as home."""
        rows = {
            group.name: list_of(record_of(self._row(group), group.oid if is_own else form.oid))
            for group in self.definition.form_groups(form.oid)
            if group.repeating
        }
        return self._single(form) | rows

    def instance(self, form: FormDef) -> Kind:
        """An instance in the lists of all, with its coordinates."""
        coordinates = {"EVENT": text_of(self._events(form)), "EVENT_REPEAT": NUMBER, "FORM_REPEAT": NUMBER}
        return record_of({**self.form(form).members, **coordinates}, form.oid)

    def _events(self, form: FormDef) -> list[str]:
        events = self.definition.version.events
        return [event.name for event in events if any(ref.form == form.oid for ref in event.forms)]
