"""Reports parts of a definition that nothing uses, and test cases that fail."""

from collections.abc import Iterator

from desktop.study.definition.metadata import Definition
from desktop.study.formats.faults import Faults


def prove(definition: Definition, faults: Faults) -> None:
    """Add what is there in vain: forms that no event asks for, steps that nothing leads to, code lists of no item."""
    version = definition.version
    asked = {ref.form for event in version.events for ref in event.forms}
    for form in version.forms:
        if form.oid not in asked:
            faults.of(form.oid, "", "No event asks for this form.")
    used = {item.codelist for item in version.items}
    for codelist in version.codelists:
        if codelist.oid not in used:
            faults.of(codelist.oid, "", "No item uses this code list.")
    reached = set(_reached(definition))
    for step in version.pathway.steps if version.pathway is not None else ():
        if step.oid not in reached:
            faults.of(step.oid, "", "Nothing leads to this step of the pathway.")


def _reached(definition: Definition) -> Iterator[str]:
    """The steps that something leads to, from the first."""
    pathway = definition.version.pathway
    if pathway is None:
        return
    waiting = [pathway.steps[0].oid, *(branch.to for branch in pathway.anywhere)]
    seen: set[str] = set()
    while waiting:
        oid = waiting.pop()
        if oid not in seen:
            seen.add(oid)
            yield oid
            waiting += [branch.to for branch in pathway.by_oid[oid].branches]
