"""Endpoints of a subject: values that follow from its whole record, worked out on reading and stored nowhere.

The study gives them as data (`MetaDataVersion.endpoints`): items whose derivation is CEL about a subject, with the names of
conditions about a subject, and `endpoint.NAME` for those that stand before.
"""

import datetime
import math
from collections.abc import Mapping

import msgspec

from desktop.study.clinical_data import FormContent, FormKey, ItemValue
from desktop.study.definition.metadata import ItemDef
from desktop.study.expressions.types import Kind, Names, record_of
from desktop.study.rules.form_rules import Rules, Values
from desktop.study.rules.subject_scope import SubjectScope, subject_names
from desktop.study.values.item_types import ITEM_TYPES


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint and its value; None where it cannot be said yet."""

    item: ItemDef
    value: ItemValue | None


def endpoints(rules: Rules, contents: Mapping[FormKey, FormContent], today: datetime.date) -> tuple[Endpoint, ...]:
    """The endpoints of a subject, in the order of the study."""
    scope = SubjectScope(rules, contents, today)
    known: Values = {}
    found: list[Endpoint] = []
    for item in rules.definition.version.endpoints:
        value = _value(rules, item, scope.outcome(item.derivation or "", {"endpoint": known}))
        found.append(Endpoint(item=item, value=value))
        seen = None if value is None else rules.read(item, value)[1]
        if seen is not None:
            known[item.name] = seen
    return tuple(found)


def _value(rules: Rules, item: ItemDef, outcome: object) -> ItemValue | None:
    if outcome is None or (isinstance(outcome, float) and not math.isfinite(outcome)):
        return None
    text = ITEM_TYPES[item.data_type].from_expression(item, outcome)
    value = ItemValue(value=text or "")
    return None if rules.read(item, value)[0] is not None else value


def endpoint_names(names: Names, item: ItemDef) -> dict[str, Kind]:
    """The kinds of the names that the derivation of an endpoint sees."""
    before: dict[str, Kind] = {}
    for other in names.definition.version.endpoints:
        if other is item:
            break
        before[other.name] = names.item(other)
    return subject_names(names) | {"endpoint": record_of(before)}
