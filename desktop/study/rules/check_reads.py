"""Which item groups of its form an edit check reads, itself or through derived items."""

from desktop.study.definition.metadata import Definition, EditCheck, FormDef, ItemGroupDef
from desktop.study.expressions import parser
from desktop.study.expressions.derivation_order import derived_from
from desktop.study.expressions.type_check import Inference
from desktop.study.expressions.types import Names


def groups_read(definition: Definition, form: FormDef, check: EditCheck) -> frozenset[str]:
    """OIDs of the form's item groups whose answers decide whether the check fires."""
    names = Names(definition)
    groups = definition.form_groups(form.oid)
    items = {item.oid: (group, item) for group, _, item in definition.form_items(form.oid)}
    home = definition.group_of_item[form.oid, check.item]
    found: set[str] = set()
    seen: set[str] = set()
    waiting: list[tuple[ItemGroupDef, str]] = [(home, check.expression)]
    while waiting:
        group, source = waiting.pop()
        inference = Inference(source, names.seen(form, group))
        inference.kind_of(parser.parse(source))
        found |= {each.oid for each in groups if each.repeating and ("", each.name) in inference.reads}
        for oid in derived_from(definition, form, group, inference.reads) - seen:
            seen.add(oid)
            where, item = items[oid]
            if item.derivation is None:
                found.add(where.oid)
            else:
                waiting.append((where, item.derivation))
    return frozenset(found)
