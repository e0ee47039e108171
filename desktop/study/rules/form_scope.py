"""Names that the expressions of a form can use, with their values."""

import datetime
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping

from desktop.study.clinical_data import FormContent, FormKey
from desktop.study.definition.metadata import FormDef, ItemDef, ItemGroupDef
from desktop.study.rules.form_rules import Rules, Values
from desktop.study.rules.laboratory import as_records


class FormScope:
    """What the expressions of a form see while it is assessed. Made name by name, as they ask.

    `content` holds sound values only.
    """

    def __init__(
        self,
        rules: Rules,
        key: FormKey,
        content: FormContent,
        others: Mapping[FormKey, FormContent],
        today: datetime.date,
    ) -> None:
        self._rules = rules
        self._key = key
        self._form = rules.definition.forms[key.form]
        self._content = content
        self._others = others
        self._today = today
        self._single: Values = {}
        self._rows: dict[str, dict[str, Values]] = {}
        self._groups: dict[str, str] = {}
        for group in rules.definition.form_groups(key.form):
            rows = {row: rules.row_values(items) for row, items in content.get(group.oid, {}).items()}
            if group.repeating:
                self._rows[group.oid] = rows
                self._groups[group.name] = group.oid
            else:
                for values in rows.values():
                    self._single |= values
        self._made: Values = {}

    def finder(self, group: ItemGroupDef | None, row: str) -> Callable[[str], object | None]:
        """Finds the value of a name for an expression of the form, or of a row of this repeating group."""
        if group is None or not group.repeating:
            return self.find
        return functools.partial(self._find_in_row, self._rows[group.oid].get(row, {}))

    def put(self, group: ItemGroupDef, row: str, item: ItemDef, value: object) -> None:
        """Make a derived value known to what is evaluated after it."""
        values = self._rows[group.oid].setdefault(row, {}) if group.repeating else self._single
        values[item.name] = value

    def find(self, name: str) -> object | None:
        """The value of a name outside any row; None where it has none."""
        if name in self._single:
            return self._single[name]
        if name in self._groups:
            return list(self._rows[self._groups[name]].values())
        if name == "self":
            return self._single
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _find_in_row(self, values: Values, name: str) -> object | None:
        return values[name] if name in values else self.find(name)

    def _make(self, name: str) -> object | None:
        match name:
            case "today":
                return datetime.datetime.combine(self._today, datetime.time(), datetime.UTC)
            case "setting":
                return self._rules.settings
            case "event":
                event = self._rules.definition.events[self._key.event]
                return {"NAME": event.name, "REPEAT": float(self._key.event_repeat)}
            case "form":
                return {"REPEAT": float(self._key.form_repeat)}
            case "labs":
                return as_records(self._rules.laboratory.graded({**self._others, self._key: self._content}))
            case "all" | "others":
                make = functools.partial(self._instances, with_own=name == "all")
                return Instances(make, self._rules.forms_by_name)
            case _:
                form = self._rules.forms_by_name.get(name)
                return None if form is None else self._instance(form)

    def _instance(self, form: FormDef) -> Values:
        """The one instance that a form's name means here."""
        keys = [key for key in self._others if key.form == form.oid]
        here = [key for key in keys if (key.event, key.event_repeat) == (self._key.event, self._key.event_repeat)]
        if not keys:
            return self._rules.form_values(form, {})
        return self._saved(form, max(here or keys, key=self._rules.order))

    def _instances(self, name: str, *, with_own: bool) -> list[Values]:
        """All instances of the form of that name, in order; the one being filled last."""
        form = self._rules.forms_by_name[name]
        keys = sorted((key for key in self._others if key.form == form.oid), key=self._rules.order)
        found = [self._saved(form, key) | self._rules.coordinates(key) for key in keys]
        if with_own and form is self._form:
            rows: Values = {group: list(self._rows[oid].values()) for group, oid in self._groups.items()}
            found.append(self._single | rows | self._rules.coordinates(self._key))
        return found

    def _saved(self, form: FormDef, key: FormKey) -> Values:
        return self._rules.saved_values(form, self._others[key])


class Instances(Mapping[str, list[Values]]):
    """Form name -> all its instances; a list is made when an expression asks for it."""

    def __init__(self, make: Callable[[str], list[Values]], names: Iterable[str]) -> None:
        self._make = make
        self._names = frozenset(names)

    def __getitem__(self, name: str) -> list[Values]:
        if name not in self._names:
            raise KeyError(name)
        return self._make(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
