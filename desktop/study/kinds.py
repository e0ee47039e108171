"""What expressions are about: the kinds of value that they read and give, and which names a form's expressions see."""

from collections.abc import Iterable, Mapping

import msgspec

from desktop.study.definition import DataType, Definition, FormDef, ItemDef, ItemGroupDef, Text


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

_CHINESE = {
    "number": "数值",
    "whole number": "整数",
    "text": "文本",
    "truth value": "真假值",
    "date": "日期",
    "duration": "时长",
    "null": "空值",
    "anything": "任意值",
    "partial date": "不完整日期",
    "list": "列表",
    "record": "记录",
}


def kind_words(kind: Kind) -> Text:
    """How a message calls a kind."""
    return {"en": f"a {kind.word}", "zh": _CHINESE[kind.word]}


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


class Names:
    """The names of a study's expressions and their kinds."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self._records: dict[str, Kind] = {}
        settings = {setting.name: _OF_TYPE[setting.data_type] for setting in definition.version.settings}
        self._everywhere: dict[str, Kind] = {"today": MOMENT, "setting": record_of(settings)}

    def item(self, item: ItemDef) -> Kind:
        """What an item is in expressions."""
        codelist = self.definition.codelist_of(item)
        if codelist is None:
            return _OF_TYPE[item.data_type]
        kind = text_of(codelist.by_code)
        return list_of(kind) if item.multiple else kind

    def row(self, group: ItemGroupDef) -> Kind:
        """What a row of a group is."""
        items = (self.definition.items[ref.item] for ref in group.items)
        return record_of({item.name: self.item(item) for item in items}, group.oid)

    def form(self, form: FormDef) -> Kind:
        """What an instance of a form is to other forms."""
        if form.oid not in self._records:
            members: dict[str, Kind] = {}
            for group in self.definition.form_groups(form.oid):
                row = self.row(group)
                members |= {group.name: list_of(row)} if group.repeating else row.members
            self._records[form.oid] = record_of(members)
        return self._records[form.oid]

    def seen(self, form: FormDef, group: ItemGroupDef | None = None) -> dict[str, Kind]:
        """The names that an expression of the form sees; with `group`, one of a row of this repeating group."""
        names = dict(self._everywhere)
        instances = {other.name: list_of(self._instance(other)) for other in self.definition.version.forms}
        names |= {"all": record_of(instances), "others": record_of(instances)}
        names |= {other.name: self.form(other) for other in self.definition.version.forms if other.oid != form.oid}
        names["event"] = record_of({"NAME": text_of(self._events(form)), "REPEAT": NUMBER})
        names["form"] = record_of({"REPEAT": NUMBER})
        names |= self.form(form).members
        names["self"] = record_of(self._own(form), "self")
        return names | (self.row(group).members if group is not None and group.repeating else {})

    def _own(self, form: FormDef) -> dict[str, Kind]:
        groups = self.definition.form_groups(form.oid)
        return {name: kind for group in groups if not group.repeating for name, kind in self.row(group).members.items()}

    def _events(self, form: FormDef) -> list[str]:
        return [
            event.name
            for event in self.definition.version.events
            if any(ref.form == form.oid for ref in event.forms)
        ]

    def _instance(self, form: FormDef) -> Kind:
        coordinates = {"EVENT": text_of(self._events(form)), "EVENT_REPEAT": NUMBER, "FORM_REPEAT": NUMBER}
        return record_of({**self.form(form).members, **coordinates})
