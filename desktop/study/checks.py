"""The study's expressions at work: the names that they see, and what they say of a form.

*Unknown* means one thing only: a declared item has no value here. It is absent from the context; `&&` and `||` absorb
it; an unknown check does not fire, an unknown skip condition shows the item, an unknown derivation gives no value. Every
other error is a fault of the definition: loading finds it; should one slip through, it is shown and recorded.

Names that an expression of a form sees (their kinds: `kinds.py`, the functions: `functions.py`):
- the items of its groups that do not repeat, and in a row's expression those of the row, by name; `self`, the map of the
  former, for `has(self.NAME)`;
- its repeating groups by name: lists of maps, one a row;
- another form by name: the map of one instance, that of the same occurrence of the event if there is one, else the last
  in the order of events; empty where there is none;
- `all.NAME` and `others.NAME`: lists of all instances of a form, the one being filled included or not, each with
  `EVENT`, `EVENT_REPEAT` and `FORM_REPEAT`;
- `labs`: the laboratory values that suggest a grade, each with `ITEM`, `TERM`, `GRADE` and `DATE`;
- `setting.NAME`; `today`; `event.NAME`, `event.REPEAT`; `form.REPEAT`.
"""

import datetime
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping

from desktop.study.clinical_data import FormContent, FormKey, ItemValue, Row
from desktop.study.definition.base import Text
from desktop.study.definition.events import Days
from desktop.study.definition.metadata import Definition, FormDef, ItemDef, ItemGroupDef, Setting
from desktop.study.definition.site_parameters import NOTHING_LOCAL, Local
from desktop.study.expressions.derivation_order import in_order
from desktop.study.expressions.engine import Condition, Expression
from desktop.study.itemtypes import ValueFault
from desktop.study.laboratory import Laboratory, as_records
from desktop.study.settings import setting_value
from desktop.study.values import sound_expression_value, value_fault

REMEMBERED = 20_000
"""Values, and saved forms, that rules remember between two assessments."""

Values = dict[str, object]
"""Name -> value; a name without a value is absent."""


LONGEST_DAYS = 36_525
"""No study plans for more than a century: an answer of more days is taken as so many."""


class Rules:
    """A definition's expressions, each compiled when it is first needed."""

    def __init__(self, definition: Definition, local: Local = NOTHING_LOCAL) -> None:
        self.definition = definition
        self.local = local
        self.forms_by_name = {form.name: form for form in definition.version.forms}
        self.settings: Values = {
            setting.name: _answered(setting, local.answers.get(setting.name)) for setting in definition.version.settings
        }
        self.laboratory = Laboratory(definition, local, self.settings)
        self._event_order = {event.oid: number for number, event in enumerate(definition.version.events)}
        self._compiled: dict[str, Expression] = {}
        self._conditions: dict[str, Condition] = {}
        self._derivations: dict[str, tuple[tuple[ItemGroupDef, ItemDef, Expression], ...]] = {}
        self._days: dict[str, int] = {}
        self._read: dict[tuple[str, ItemValue], tuple[Text | None, object]] = {}
        self._saved: dict[tuple[str, int], tuple[FormContent, Values]] = {}

    def expression(self, source: str) -> Expression:
        """The compiled expression."""
        found = self._compiled.get(source)
        if found is None:
            found = self._compiled[source] = Expression(source)
        return found

    def condition(self, source: str) -> Condition:
        """The compiled condition."""
        found = self._conditions.get(source)
        if found is None:
            found = self._conditions[source] = Condition(source)
        return found

    def days(self, days: Days) -> int:
        """A number of days, where it is an expression over the settings its value."""
        if isinstance(days, int):
            return days
        if days not in self._days:
            found = self.expression(days).evaluate(lambda name: self.settings if name == "setting" else None)
            number = found if isinstance(found, float | int) else 0
            self._days[days] = round(max(-LONGEST_DAYS, min(number, LONGEST_DAYS)))
        return self._days[days]

    def coordinates(self, key: FormKey) -> Values:
        """Where a form stands, as lists of instances tell it."""
        event = self.definition.events.get(key.event)
        return {
            "EVENT": event.name if event else key.event,
            "EVENT_REPEAT": float(key.event_repeat),
            "FORM_REPEAT": float(key.form_repeat),
        }

    def derivations(self, form: FormDef) -> tuple[tuple[ItemGroupDef, ItemDef, Expression], ...]:
        """The form's derived items, each after those that it reads."""
        if form.oid not in self._derivations:
            self._derivations[form.oid] = tuple(
                (group, item, self.expression(item.derivation or "")) for group, item in in_order(self.definition, form)
            )
        return self._derivations[form.oid]

    def order(self, key: FormKey) -> tuple[int, int, int]:
        """Sorts forms by the order of the study's events, then by their repeats."""
        return (self._event_order.get(key.event, -1), key.event_repeat, key.form_repeat)

    def row_values(self, row: Row) -> Values:
        """Item name -> value of a row. Items that this version no longer has are left out."""
        values: Values = {}
        for oid, value in row.items():
            item = self.definition.items.get(oid)
            if item is not None:
                seen = self.read(item, value)[1]
                if seen is not None:
                    values[item.name] = seen
        return values

    def read(self, item: ItemDef, value: ItemValue) -> tuple[Text | None, object]:
        """Why this is no value of the item, if it is none, and what expressions see of it."""
        key = (item.oid, value)
        found = self._read.get(key)
        if found is None:
            if len(self._read) >= REMEMBERED:
                self._read.clear()
            fault = value_fault(self.definition, item, value)
            seen = None if fault is not None else sound_expression_value(self.definition, item, value)
            found = self._read[key] = (fault, seen)
        return found

    def saved_values(self, form: FormDef, content: FormContent) -> Values:
        """A saved form as a map, remembered: contents are replaced when they change, never mutated."""
        key = (form.oid, id(content))
        found = self._saved.get(key)
        if found is None or found[0] is not content:
            if len(self._saved) >= REMEMBERED:
                self._saved.clear()
            found = self._saved[key] = (content, self.form_values(form, content))
        return found[1]

    def form_values(self, form: FormDef, content: FormContent) -> Values:
        """A saved form as a map."""
        values: Values = {}
        for group in self.definition.form_groups(form.oid):
            rows = [self.row_values(row) for row in content.get(group.oid, {}).values()]
            if group.repeating:
                values[group.name] = rows
            else:
                for row in rows:
                    values |= row
        return values


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


def _answered(setting: Setting, answer: str | None) -> object:
    """The value of a setting: the site's answer, unless this version asks for another kind of answer than that was."""
    if answer is not None:
        try:
            return setting_value(setting, answer)
        except ValueFault:
            pass
    return setting_value(setting, setting.value)
