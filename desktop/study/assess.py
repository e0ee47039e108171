"""Assessment: everything that the study's rules say about a form as it would be.

Pure: the same form, the same other forms and the same date give the same answer, in the window after each field and in
`Site.record` before anything is written. Nothing is decided here: what stops a save, what asks for a comment and what
only completion waits for, the caller knows by the `Code`.
"""

import datetime
import enum
from collections.abc import Iterator, Mapping

import msgspec

from desktop.study.checks import UNKNOWN, Expression, ExpressionFaultError, FormScope, Rules, derived_text
from desktop.study.data import FormContent, FormKey, ItemPlace, ItemValue, value_at
from desktop.study.definition import (
    NON_REPEATING_ROW,
    DataType,
    EditCheck,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    Text,
)
from desktop.study.limits import range_problem
from desktop.study.values import identifying, number_in_first_unit, value_fault


class Code(enum.StrEnum):
    """The kind of a problem: what it asks of the person."""

    UNKNOWN_OID = "unknown_oid"
    BAD_VALUE = "bad_value"
    HARD_CHECK = "hard_check"
    COMMENT_NEEDED = "comment_needed"
    REASON_NEEDED = "reason_needed"
    MISSING_MANDATORY = "missing_mandatory"
    NOT_ALLOWED = "not_allowed"
    NOT_YET = "not_yet"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that stands against a form, at one place."""

    code: Code
    message: Text
    place: ItemPlace | None
    oid: str
    """The item, group, form or event that it is about."""
    check: str = ""
    """OID of the edit check; `RANGE.<item>.<n>`, `SKIPPED.<item>`, `IDENTIFYING.<item>`, `FAULT.<check>` for the program's own."""


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules say about a form."""

    problems: tuple[Problem, ...]
    """Hard ones first. `COMMENT_NEEDED`: soft checks that fire, whether answered or not."""
    derived: dict[ItemPlace, ItemValue | None]
    """Every derived item; None where it is unknown."""
    suggestions: dict[ItemPlace, ItemValue]
    skipped: frozenset[ItemPlace]
    """Items that do not apply."""
    allowed: dict[ItemPlace, tuple[str, ...]]
    """Codes left to an item by the item that narrows it."""


_ORDER = {Code.BAD_VALUE: 0, Code.HARD_CHECK: 1, Code.COMMENT_NEEDED: 2, Code.MISSING_MANDATORY: 3}

_MISSING: Text = {"en": "A value, or not done, is needed here.", "zh": "此项必填，或标记为未做。"}
_SKIPPED: Text = {
    "en": "Does not apply because of other answers. Clear it, or say why it stands.",
    "zh": "根据其他回答，此项不适用。请清除，或说明保留理由。",
}
_NOT_ALLOWED: Text = {"en": "This choice does not go with the one above.", "zh": "该选项与上一项的选择不符。"}
_REASON: Text = {"en": "The dose differs from the plan: say why.", "zh": "与计划剂量不同，须说明原因。"}
_FAULT: Text = {
    "en": "A check of the study could not be evaluated. Tell the data manager of the study.",
    "zh": "研究的一项核查无法执行，须告知研究数据管理员。",
}


def assess(
    rules: Rules,
    key: FormKey,
    content: FormContent,
    others: Mapping[FormKey, FormContent],
    today: datetime.date,
) -> Assessment:
    """Assess a form.

    `content` is the whole form as it would be, without derived values; `others` are the subject's other saved forms with
    theirs; `today` is the civil date of the site.
    """
    return _Assessor(rules, key, content, others, today).run()


class _Assessor:
    def __init__(
        self,
        rules: Rules,
        key: FormKey,
        content: FormContent,
        others: Mapping[FormKey, FormContent],
        today: datetime.date,
    ) -> None:
        self.rules = rules
        self.definition = rules.definition
        self.form = self.definition.forms[key.form]
        self.content = content
        self.today = today
        self.problems: list[Problem] = []
        self.bad: set[ItemPlace] = set()
        self._find_bad_values()
        self.scope = FormScope(rules, key, self._sound(), others, today)

    def run(self) -> Assessment:
        derived = self._derive()
        skipped = frozenset(self._skipped())
        allowed = dict(self._allowed())
        suggestions = dict(self._suggest())
        for group, row, ref, item in self._places():
            place = ItemPlace(group.oid, row, item.oid)
            value = derived.get(place) if item.derivation is not None else value_at(self.content, place)
            self._check_item(ref, item, place, value, skipped)
            if value is not None and place in allowed and value.value and value.value not in allowed[place]:
                self._add(Code.HARD_CHECK, _NOT_ALLOWED, place, f"NARROWED.{item.oid}")
        for group in self.definition.form_groups(self.form.oid):
            self._check_grid(group, derived)
        for check in self.form.checks:
            self._check(check)
        self.problems.sort(key=lambda problem: _ORDER[problem.code])
        return Assessment(
            problems=tuple(self.problems), derived=derived, suggestions=suggestions, skipped=skipped, allowed=allowed
        )

    def _add(self, code: Code, message: Text, place: ItemPlace, check: str = "") -> None:
        self.problems.append(Problem(code=code, message=message, place=place, oid=place.item, check=check))

    # Values

    def _find_bad_values(self) -> None:
        for group, rows in self.content.items():
            for row, items in rows.items():
                for oid, value in items.items():
                    item = self.definition.items.get(oid)
                    fault = None if item is None else value_fault(self.definition, item, value)
                    if fault is not None:
                        place = ItemPlace(group, row, oid)
                        self.bad.add(place)
                        self._add(Code.BAD_VALUE, fault, place)

    def _sound(self) -> FormContent:
        """The content without the values that are none."""
        if not self.bad:
            return self.content
        return {
            group: {
                row: {item: value for item, value in items.items() if ItemPlace(group, row, item) not in self.bad}
                for row, items in rows.items()
            }
            for group, rows in self.content.items()
        }

    def _rows(self, group: ItemGroupDef) -> tuple[str, ...]:
        return tuple(self.content.get(group.oid, {})) if group.repeating else (NON_REPEATING_ROW,)

    def _places(self) -> Iterator[tuple[ItemGroupDef, str, ItemRef, ItemDef]]:
        for group in self.definition.form_groups(self.form.oid):
            for row in self._rows(group):
                for ref in group.items:
                    yield group, row, ref, self.definition.items[ref.item]

    def _evaluate(self, expression: Expression, group: ItemGroupDef, row: str, place: ItemPlace, check: str) -> object:
        try:
            return expression.evaluate(self.scope.names(group, row))
        except ExpressionFaultError:
            self._add(Code.COMMENT_NEEDED, _FAULT, place, f"FAULT.{check}")
            return UNKNOWN

    def _derive(self) -> dict[ItemPlace, ItemValue | None]:
        derived: dict[ItemPlace, ItemValue | None] = {}
        for group, item, expression in self.rules.derivations(self.form.oid):
            for row in self._rows(group):
                place = ItemPlace(group.oid, row, item.oid)
                found = self._evaluate(expression, group, row, place, item.oid)
                text = None if found is UNKNOWN else derived_text(self.definition, item, found)
                derived[place] = None if text is None else ItemValue(value=text)
                if text is not None:
                    seen = self.rules.row_scope({item.oid: ItemValue(value=text)})
                    self.scope.put(group, row, item.name, seen.get(item.name))
        return derived

    def _skipped(self) -> Iterator[ItemPlace]:
        for group, row, ref, item in self._places():
            if ref.skip is not None:
                place = ItemPlace(group.oid, row, item.oid)
                if self._evaluate(self.rules.expression(ref.skip), group, row, place, f"SKIP.{item.oid}") is True:
                    yield place

    def _suggest(self) -> Iterator[tuple[ItemPlace, ItemValue]]:
        for group, row, _, item in self._places():
            if item.suggestion is not None:
                place = ItemPlace(group.oid, row, item.oid)
                found = self._evaluate(self.rules.expression(item.suggestion), group, row, place, f"SUGGEST.{item.oid}")
                text = None if found is UNKNOWN else derived_text(self.definition, item, found)
                if text is not None:
                    yield place, ItemValue(value=text)

    def _allowed(self) -> Iterator[tuple[ItemPlace, tuple[str, ...]]]:
        for group, row, _, item in self._places():
            if item.narrowed_by is None:
                continue
            chosen = value_at(self.content, ItemPlace(group.oid, row, item.narrowed_by))
            codelist = self.definition.codelist_of(self.definition.items[item.narrowed_by])
            if chosen is not None and codelist is not None and chosen.value in codelist.by_code:
                only = codelist.by_code[chosen.value].only
                if only:
                    yield ItemPlace(group.oid, row, item.oid), only

    # Checks

    def _check_item(
        self, ref: ItemRef, item: ItemDef, place: ItemPlace, value: ItemValue | None, skipped: frozenset[ItemPlace]
    ) -> None:
        if place in self.bad:
            return
        if value is None:
            if ref.mandatory and item.derivation is None and place not in skipped:
                self._add(Code.MISSING_MANDATORY, _MISSING, place)
            return
        if place in skipped and item.derivation is None:
            self._add(Code.COMMENT_NEEDED, _SKIPPED, place, f"SKIPPED.{item.oid}")
        if value.missing:
            return
        found = range_problem(self.definition, item, value, self.today)
        if found is not None:
            number, check, message = found
            # Nobody typed a derived value: its limits ask for a comment at most.
            soft = check.soft or item.derivation is not None
            self._add(Code.COMMENT_NEEDED if soft else Code.HARD_CHECK, message, place, f"RANGE.{item.oid}.{number}")
        if item.data_type == DataType.TEXT and item.codelist is None:
            warning = identifying(value.value)
            if warning is not None:
                self._add(Code.COMMENT_NEEDED, warning, place, f"IDENTIFYING.{item.oid}")

    def _check_grid(self, group: ItemGroupDef, derived: dict[ItemPlace, ItemValue | None]) -> None:
        """A cell of a grid that differs from the plan says why."""
        grid = group.grid
        if grid is None or grid.planned is None or grid.reason is None:
            return
        value_item, planned_item = self.definition.items[grid.value], self.definition.items[grid.planned]
        for row, items in self.content.get(group.oid, {}).items():
            value, planned = items.get(grid.value), derived.get(ItemPlace(group.oid, row, grid.planned))
            if value is None or planned is None or grid.reason in items:
                continue
            given = number_in_first_unit(self.definition, value_item, value)
            if given is None or given != number_in_first_unit(self.definition, planned_item, planned):
                self._add(Code.MISSING_MANDATORY, _REASON, ItemPlace(group.oid, row, grid.reason))

    def _check(self, check: EditCheck) -> None:
        expression = self.rules.expression(check.expression)
        group = self.rules.definition.group_of_item[self.form.oid, check.item]
        in_rows = check.group is not None and group.repeating
        for row in self._rows(group) if in_rows else (NON_REPEATING_ROW,):
            where = "" if group.repeating and not in_rows else row
            place = ItemPlace(group.oid, where, check.item)
            if self._evaluate(expression, group, row, place, check.oid) is True:
                code = Code.COMMENT_NEEDED if check.soft else Code.HARD_CHECK
                self._add(code, check.message, place, check.oid)
