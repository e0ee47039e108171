"""Clinical data of a subject (ODM ClinicalData): keys, places and values, shared by every room."""

import msgspec


class ItemValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an item was given: a text as entered with its unit, or a marker in place of a value."""

    value: str = ""
    unit: str = ""
    """Unit name; empty where the item has no unit, or was given without one and has only one."""
    missing: str = ""
    """`NOT_DONE`, `UNKNOWN` or `NOT_APPLICABLE` (`definition.Missing`); then value and unit are empty."""


class FormKey(msgspec.Struct, frozen=True, array_like=True, order=True):
    """The coordinates of one form of one subject: OIDs, and repeats counted from 1."""

    event: str
    event_repeat: int
    form: str
    form_repeat: int


class ItemPlace(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Where in a form an item stands. `row` is empty in a group that does not repeat."""

    group: str
    row: str
    item: str


class CheckAt(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A soft check at one place: what a comment answers."""

    check: str
    """OID of the check; empty: every check that fires there."""
    place: ItemPlace


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where in a casebook something is: what is left out widens it, to a StudyEvent or the whole casebook."""

    event: str = ""
    event_repeat: int = 0
    form: str = ""
    form_repeat: int = 0
    group: str = ""
    row: str = ""
    item: str = ""

    def covers(self, key: FormKey) -> bool:
        """Whether a form lies within it."""
        if self.event and (self.event, self.event_repeat) != (key.event, key.event_repeat):
            return False
        return not self.form or (self.form, self.form_repeat) == (key.form, key.form_repeat)


Row = dict[str, ItemValue]
"""Item OID -> value, of the items that have one."""

FormContent = dict[str, dict[str, Row]]
"""Group OID -> row key -> row, the rows in their order. Replaced, not mutated, by whoever did not build it."""


def value_at(content: FormContent, place: ItemPlace) -> ItemValue | None:
    """The value at a place, if there is one."""
    return content.get(place.group, {}).get(place.row, {}).get(place.item)


def item_in(content: FormContent, item: str) -> ItemValue | None:
    """The first value of an item in a form."""
    for rows in content.values():
        for items in rows.values():
            if item in items:
                return items[item]
    return None


def copy_content(content: FormContent) -> FormContent:
    """A copy that may be mutated without touching the original."""
    return {group: {row: dict(items) for row, items in rows.items()} for group, rows in content.items()}
