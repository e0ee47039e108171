"""Evaluation of a study's expressions for one form.

*Unknown* means one thing only: a declared item has no value here. It is absent from the context; `&&` and `||` absorb
it; an unknown check does not fire, an unknown skip condition shows the item, an unknown derivation gives no value. Every
other error is a fault of the definition: loading finds it; should one slip through, it is shown and recorded.

Names that an expression of a form sees (their kinds: `expressions/types.py`, the functions: `expressions/functions.py`):
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

from desktop.study.clinical_data import FormContent, FormKey, ItemValue, Row
from desktop.study.definition.base import Text
from desktop.study.definition.events import Days
from desktop.study.definition.metadata import Definition, EditCheck, FormDef, ItemDef, ItemGroupDef, Setting
from desktop.study.definition.site_parameters import NOTHING_LOCAL, Local
from desktop.study.expressions.derivation_order import in_order
from desktop.study.expressions.engine import Condition, Expression
from desktop.study.rules.check_reads import groups_read
from desktop.study.rules.laboratory import Laboratory
from desktop.study.values.item_types import ValueFault
from desktop.study.values.item_values import sound_expression_value, value_fault
from desktop.study.values.setting_values import setting_value

REMEMBERED = 20_000
"""Values, and saved forms, that rules remember between two assessments."""

Values = dict[str, object]
"""Name -> value; a name without a value is absent."""


MAX_DAYS = 36_525
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
        self._groups_read: dict[tuple[str, str], frozenset[str]] = {}
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
            self._days[days] = round(max(-MAX_DAYS, min(number, MAX_DAYS)))
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

    def groups_read(self, form: FormDef, check: EditCheck) -> frozenset[str]:
        """The form's item groups that decide whether a check fires."""
        key = (form.oid, check.oid)
        if key not in self._groups_read:
            self._groups_read[key] = groups_read(self.definition, form, check)
        return self._groups_read[key]

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


def _answered(setting: Setting, answer: str | None) -> object:
    """The value of a setting: the site's answer, unless this version asks for another kind of answer than that was."""
    if answer is not None:
        try:
            return setting_value(setting, answer)
        except ValueFault:
            pass
    return setting_value(setting, setting.value)
