"""The study's expressions at work: what names they see, and what unknown means.

Expressions are CEL. *Unknown* means one thing only: a declared item has no value here. It is absent from the context; `&&`
and `||` absorb it; an unknown check does not fire, an unknown skip condition shows the item, an unknown derivation gives no
value. Every other evaluation error is a fault of the definition: loading finds it (`expressions.py`); should one slip
through, it is shown and recorded, never swallowed.

Names: items of the form by name (in a row's expression also those of the row); a repeating group as a list of maps; another
form as the map of one instance (same occurrence of the event, else the last one); `all.NAME` and `others.NAME` as lists of
all instances, with or without the one being filled; `self`, `setting`, `event`, `form`, `today`; the functions of `FUNCTIONS`.
"""

import datetime
import functools
from collections.abc import Callable, Mapping
from typing import Any

import cel

from desktop.study.data import FormContent, FormKey, Row
from desktop.study.definition import DataType, Definition, FormDef, ItemDef, ItemGroupDef
from desktop.study.values import ITEM_TYPES, expression_value

Scope = dict[str, Any]
Timestamp = datetime.datetime

RESERVED = frozenset({"all", "others", "self", "setting", "event", "form", "today"})


def days(first: Timestamp, second: Timestamp) -> float:
    """Days from the first to the second."""
    return (second - first).total_seconds() / 86400


def years(first: Timestamp, second: Timestamp) -> float:
    """Completed years from the first to the second."""
    before_birthday = (second.month, second.day) < (first.month, first.day)
    return float(second.year - first.year - before_birthday)


def plus_days(date: Timestamp, number: float) -> Timestamp:
    """The date that many days later."""
    return date + datetime.timedelta(days=number)


def rounded(number: float, digits: float) -> float:
    """Rounded to so many digits after the point, half away from zero."""
    scale = 10.0 ** int(digits)
    return float(int(abs(number) * scale + 0.5) / scale) * (-1.0 if number < 0 else 1.0)


def least(numbers: list[Any]) -> Any:
    """The least of a list that is not empty."""
    return min(numbers)


def greatest(numbers: list[Any]) -> Any:
    """The greatest of a list that is not empty."""
    return max(numbers)


def total(numbers: list[float]) -> float:
    """The sum of a list."""
    return float(sum(numbers))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "days": days,
    "years": years,
    "plusdays": plus_days,
    "round": rounded,
    "min": least,
    "max": greatest,
    "sum": total,
}


class ExpressionFaultError(Exception):
    """An expression failed for another reason than an unknown value."""


class _Unknown:
    """The result of an expression over a value that is not there."""


UNKNOWN = _Unknown()


class Expression:
    """A compiled expression that is given only the names that it uses."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._program = cel.compile(source)
        self.names = tuple(self._program.variables())
        self.functions = {name: FUNCTIONS[name] for name in self._program.functions() if name in FUNCTIONS}

    def evaluate(self, scope: "Names") -> Any:
        """The value, or `UNKNOWN`. Raises ExpressionFaultError."""
        context: dict[str, Any] = dict(self.functions)
        for name in self.names:
            found = scope.find(name)
            if found is not None:
                context[name] = found
        try:
            return self._program.execute(context)
        except KeyError:
            return UNKNOWN
        except (RuntimeError, ValueError, TypeError) as error:
            if str(error).startswith("Undefined variable"):
                return UNKNOWN
            raise ExpressionFaultError(str(error)) from error


class Names:
    """What an expression of one form sees. Looked up by name, made when first asked for."""

    def __init__(self, form: "FormScope", row: Scope | None = None) -> None:
        self._form = form
        self._row = row

    def find(self, name: str) -> Any:
        """The value of a name; None where it is unknown."""
        if self._row is not None and name in self._row:
            return self._row[name]
        return self._form.find(name)


class FormScope:
    """The values of a form while it is assessed, and the doors to the subject's other forms."""

    def __init__(
        self,
        rules: "Rules",
        key: FormKey,
        content: FormContent,
        others: Mapping[FormKey, FormContent],
        today: datetime.date,
    ) -> None:
        self.rules = rules
        self.key = key
        self.others = others
        self.today = today
        self.form = rules.definition.forms[key.form]
        self.values: Scope = {}
        self.rows: dict[str, dict[str, Scope]] = {}
        for group in rules.definition.form_groups(key.form):
            scopes = {row: rules.row_scope(items) for row, items in content.get(group.oid, {}).items()}
            if group.repeating:
                self.rows[group.oid] = scopes
            else:
                for scope in scopes.values():
                    self.values |= scope
        self._made: Scope = {}

    def names(self, group: ItemGroupDef | None = None, row: str = "") -> Names:
        """What an expression sees; in a row of a repeating group also the row."""
        if group is not None and group.repeating:
            return Names(self, self.rows[group.oid].get(row, {}))
        return Names(self)

    def put(self, group: ItemGroupDef, row: str, name: str, value: Any) -> None:
        """Make a derived value known to what is evaluated after it."""
        if group.repeating:
            self.rows[group.oid].setdefault(row, {})[name] = value
        else:
            self.values[name] = value

    def find(self, name: str) -> Any:
        """The value of a name outside any row; None where it is unknown."""
        if name in self.values:
            return self.values[name]
        group = self.rules.group_names.get((self.key.form, name))
        if group is not None:
            return list(self.rows.get(group, {}).values())
        if name == "self":
            return self.values
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Any:
        match name:
            case "today":
                return datetime.datetime(self.today.year, self.today.month, self.today.day, tzinfo=datetime.UTC)
            case "setting":
                return self.rules.settings
            case "event":
                event = self.rules.definition.events[self.key.event]
                return {"NAME": event.name, "REPEAT": float(self.key.event_repeat)}
            case "form":
                return {"REPEAT": float(self.key.form_repeat)}
            case "all" | "others":
                return self._lists(with_self=name == "all")
            case _:
                form = self.rules.forms_by_name.get(name)
                return None if form is None else self._instance(form)

    def _instance(self, form: FormDef) -> Scope | None:
        """The one instance that a form's name means here."""
        keys = [key for key in self.others if key.form == form.oid]
        here = [key for key in keys if (key.event, key.event_repeat) == (self.key.event, self.key.event_repeat)]
        if not keys:
            return None
        key = max(here or keys, key=self.rules.order)
        return self.rules.form_scope(form, self.others[key])

    def _lists(self, *, with_self: bool) -> dict[str, list[Scope]]:
        lists: dict[str, list[Scope]] = {form.name: [] for form in self.rules.definition.version.forms}
        for key in sorted(self.others, key=self.rules.order):
            form = self.rules.definition.forms.get(key.form)
            if form is not None:
                lists[form.name].append(self._coordinates(key) | self.rules.form_scope(form, self.others[key]))
        if with_self:
            own: Scope = dict(self.values)
            for group in self.rules.definition.form_groups(self.key.form):
                if group.repeating:
                    own[group.name] = list(self.rows.get(group.oid, {}).values())
            lists[self.form.name].append(self._coordinates(self.key) | own)
        return lists

    def _coordinates(self, key: FormKey) -> Scope:
        event = self.rules.definition.events.get(key.event)
        return {
            "EVENT": event.name if event else key.event,
            "EVENT_REPEAT": float(key.event_repeat),
            "FORM_REPEAT": float(key.form_repeat),
        }


class Rules:
    """A definition's expressions, compiled once."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.forms_by_name = {form.name: form for form in definition.version.forms}
        self.group_names = {
            (form.oid, group.name): group.oid
            for form in definition.version.forms
            for group in definition.form_groups(form.oid)
            if group.repeating
        }
        self.settings = {
            setting.name: setting_value(setting.data_type, setting.value) for setting in definition.version.settings
        }
        self._event_order = {event.oid: number for number, event in enumerate(definition.version.events)}
        self._compiled: dict[str, Expression] = {}

    def expression(self, source: str) -> Expression:
        """A compiled expression."""
        if source not in self._compiled:
            self._compiled[source] = Expression(source)
        return self._compiled[source]

    def order(self, key: FormKey) -> tuple[int, int, int]:
        """Forms in the order of the study's events."""
        return (self._event_order.get(key.event, -1), key.event_repeat, key.form_repeat)

    def row_scope(self, items: Row) -> Scope:
        """Item name -> value of one row, without what is unknown."""
        scope: Scope = {}
        for oid, value in items.items():
            item = self.definition.items.get(oid)
            if item is not None:
                seen = expression_value(self.definition, item, value)
                if seen is not None:
                    scope[item.name] = seen
        return scope

    def form_scope(self, form: FormDef, content: FormContent) -> Scope:
        """A saved form as a map."""
        scope: Scope = {}
        for group in self.definition.form_groups(form.oid):
            rows = [self.row_scope(items) for items in content.get(group.oid, {}).values()]
            if group.repeating:
                scope[group.name] = rows
            else:
                for row in rows:
                    scope |= row
        return scope

    @functools.cache  # noqa: B019 - lives as long as the rules
    def derivations(self, form: str) -> tuple[tuple[ItemGroupDef, ItemDef, Expression], ...]:
        """The form's derived items, each after those that it reads."""
        waiting = [
            (group, item, self.expression(item.derivation))
            for group, _, item in self.definition.form_items(form)
            if item.derivation is not None
        ]
        ordered: list[tuple[ItemGroupDef, ItemDef, Expression]] = []
        while waiting:
            for candidate in waiting:
                group, item, expression = candidate
                rest = [other for other in waiting if other is not candidate]
                needed = {other.name for _, other, _ in rest} | {
                    g.name for g, _, _ in rest if g.repeating and g is not group
                }
                if not needed & set(expression.names):
                    ordered.append(candidate)
                    waiting.remove(candidate)
                    break
            else:
                return (*ordered, *waiting)
        return tuple(ordered)


def setting_value(data_type: DataType, text: str) -> Any:
    """A setting as expressions see it."""
    item_type = ITEM_TYPES[data_type]
    bare = ItemDef(oid="", name="", question={}, data_type=data_type)
    return item_type.to_expression(item_type.parse(bare, text))


def derived_text(definition: Definition, item: ItemDef, value: Any) -> str | None:
    """The text of a derived value; None where it is no value of the item's type."""
    match item.data_type, value:
        case DataType.TEXT, str():
            codelist = definition.codelist_of(item)
            return value if codelist is None or value in codelist.by_code else None
        case DataType.FLOAT, int() | float():
            digits = item.significant_digits
            return ITEM_TYPES[DataType.FLOAT].to_text(float(value) if digits is None else rounded(float(value), digits))
        case DataType.INTEGER, int() | float():
            return str(int(rounded(float(value), 0)))
        case DataType.DATE, datetime.datetime():
            return f"{value:%Y-%m-%d}"
        case DataType.DATETIME, datetime.datetime():
            return ITEM_TYPES[DataType.DATETIME].to_text(value.replace(tzinfo=None))
        case DataType.BOOLEAN, bool():
            return "true" if value else "false"
        case _:
            return None
