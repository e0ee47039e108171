"""Evaluation order of a form's derived items: each after those that it reads."""

import functools

from desktop.study.definition.metadata import Definition, FormDef, ItemDef, ItemGroupDef
from desktop.study.expressions import parser
from desktop.study.expressions.type_check import Inference
from desktop.study.expressions.types import OWN, Names


def derived_from(definition: Definition, form: FormDef, group: ItemGroupDef, reads: set[tuple[str, str]]) -> set[str]:
    """OIDs of the form's items that an expression of the group reads, by what `Inference.reads` names."""
    found: set[str] = set()
    for other, _, item in definition.form_items(form.oid):
        homes = {other.oid} if other.repeating else {OWN, ""}
        if other.oid == group.oid:
            homes.add("")
        found |= {item.oid for home in homes if (home, item.name) in reads}
    return found


def in_order(definition: Definition, form: FormDef) -> tuple[tuple[ItemGroupDef, ItemDef], ...]:
    """The derived items of a sound definition's form, each after those that it reads."""
    return _in_order(definition, form.oid)


@functools.lru_cache(256)
def _in_order(definition: Definition, oid: str) -> tuple[tuple[ItemGroupDef, ItemDef], ...]:
    # A definition never changes, and each of its test cases has rules of its own.
    form = definition.forms[oid]
    names = Names(definition)
    waiting: dict[str, tuple[ItemGroupDef, ItemDef, set[str]]] = {}
    for group, _, item in definition.form_items(form.oid):
        if item.derivation is not None:
            inference = Inference(item.derivation, names.seen(form, group))
            inference.kind_of(parser.parse(item.derivation))
            waiting[item.oid] = (group, item, derived_from(definition, form, group, inference.reads))
    ordered: list[tuple[ItemGroupDef, ItemDef]] = []
    while ready := [oid for oid, (_, _, needs) in waiting.items() if needs.isdisjoint(waiting)]:
        ordered += [waiting.pop(oid)[:2] for oid in ready]
    return tuple(ordered)
