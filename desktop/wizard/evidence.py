"""Evidence from other entries, shown beside a question; never filled in by itself."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from desktop.study.clinical_data import FormContent, FormKey, ItemPlace, ItemValue
from desktop.study.definition.metadata import CodeListItem, DataType, Definition
from desktop.study.rules.form_rules import Rules
from desktop.wizard.form_wizard import FormWizard

WHOLE_DATES = (DataType.DATE, DataType.DATETIME)
DATES = (*WHOLE_DATES, DataType.PARTIAL_DATE)
MIN_QUESTIONS_TO_COUNT = 3


class Evidence(msgspec.Struct, frozen=True):
    """The newest value of an item, and where it stands."""

    item: str
    value: ItemValue
    key: FormKey
    date: str
    """What the form says about its day, as entered; empty where it says nothing."""


class Count(msgspec.Struct, frozen=True):
    """How often one answer was given."""

    answer: CodeListItem
    count: int


class Tally(msgspec.Struct, frozen=True):
    """The answers of a form that ends in one verdict."""

    answers: tuple[Count, ...]
    """In the order of the code lists; answers that nobody gave have 0."""
    open: int
    """Questions that wait for an answer."""


def evidence_for(wizard: FormWizard, item: str) -> tuple[Evidence, ...]:
    """The newest value of each item that the study names as evidence for this one; what nobody entered is left out.

    The form that is being filled counts with what was typed into it so far.
    """
    definition = wizard.definition
    forms: dict[FormKey, FormContent] = {**wizard.view.others, wizard.view.key: everything(wizard)}
    found = (newest(wizard.rules, forms, other) for other in definition.items[item].evidence)
    return tuple(evidence for evidence in found if evidence is not None)


def newest(rules: Rules, forms: Mapping[FormKey, FormContent], item: str) -> Evidence | None:
    """The value of an item by the form's own date, else by the order of the study's events; of rows the last one."""
    best: tuple[tuple[str, tuple[int, int, int]], Evidence] | None = None
    for key, content in forms.items():
        group = rules.definition.group_of_item.get((key.form, item))
        if group is None:
            continue
        for items in content.get(group.oid, {}).values():
            value = items.get(item)
            if value is not None:
                date = form_date(rules.definition, key, content, group.oid, items)
                order = (date, rules.order(key))
                if best is None or order >= best[0]:
                    best = (order, Evidence(item, value, key, date))
    return None if best is None else best[1]


def form_date(
    definition: Definition,
    key: FormKey,
    content: FormContent,
    group: str = "",
    row: Mapping[str, ItemValue] | None = None,
) -> str:
    """The first date that the row, else the form, says about itself, without a time of day.

    Parts of a date count in a log only: elsewhere they are what somebody remembers, such as a month of birth.
    """
    if row is not None and definition.groups[group].repeating:
        for ref in definition.groups[group].items:
            value = row.get(ref.item)
            if value is not None and value.value and definition.items[ref.item].data_type in DATES:
                return value.value[:10]
    kinds = DATES if definition.forms[key.form].repeating else WHOLE_DATES
    for found, ref, item in definition.form_items(key.form):
        if item.data_type in kinds and not found.repeating:
            value = content.get(found.oid, {}).get("", {}).get(ref.item)
            if value is not None and value.value:
                return value.value[:10]
    return ""


def everything(wizard: FormWizard) -> FormContent:
    """What is in the form at this moment, worked out values included."""
    content = {group: {row: dict(items) for row, items in rows.items()} for group, rows in wizard.content.items()}
    for place, value in wizard.assessment.derived.items():
        if value is not None:
            content.setdefault(place.group, {}).setdefault(place.row, {})[place.item] = value
    return content


def tally(wizard: FormWizard) -> Tally | None:
    """The answers counted, for a form that ends in one verdict and asks the same kind of question many times."""
    definition = wizard.definition
    if wizard.form.verdict is None:
        return None
    asked: dict[str, list[ItemPlace]] = {}
    for group, ref, item in definition.form_items(wizard.form.oid):
        place = ItemPlace(group.oid, "", ref.item)
        plain = item.derivation is None and not item.multiple and not group.repeating
        if item.codelist is not None and plain and ref.mandatory and wizard.is_asked(place):
            asked.setdefault(item.codelist, []).append(place)
    counts: list[Count] = []
    waiting = 0
    for codelist, places in asked.items():
        if len(places) >= MIN_QUESTIONS_TO_COUNT:
            values = [wizard.value(place) for place in places]
            given = Counter(value.value for value in values if value is not None)
            counts += [Count(answer, given[answer.code]) for answer in definition.codelists[codelist].items]
            waiting += sum(value is None for value in values)
    return Tally(tuple(counts), waiting) if counts else None


def verdict(wizard: FormWizard) -> ItemValue | None:
    """The form's one verdict as it stands now."""
    if wizard.form.verdict is None:
        return None
    group = wizard.definition.group_of_item[wizard.form.oid, wizard.form.verdict]
    return wizard.value(ItemPlace(group.oid, "", wizard.form.verdict))
