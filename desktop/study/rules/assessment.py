"""Assessment of a form: values, limits, edit checks, derivations and skip conditions together.

Pure: the same form, the same other forms and the same date give the same answer, in the window after each field and in
`Site.record` before anything is written. Nothing is decided here: what stops a save, what asks for a comment and what
only completion waits for, the caller knows by the `Code`.
"""

import datetime
import enum
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import msgspec

from desktop.messages import bilingual
from desktop.study.clinical_data import CheckAt, FormContent, FormKey, ItemPlace, ItemValue, copy_content, value_at
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import (
    NON_REPEATING_ROW,
    DataType,
    Definition,
    EditCheck,
    ItemDef,
    ItemGroupDef,
    ItemRef,
)
from desktop.study.expressions.arithmetic import exact
from desktop.study.expressions.engine import UNKNOWN, Expression, ExpressionFaultError
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.form_scope import FormScope
from desktop.study.rules.laboratory import Flag
from desktop.study.values.item_types import ITEM_TYPES
from desktop.study.values.item_values import CODE_SEPARATOR, number_in_first_unit
from desktop.study.values.personal_data import identifying
from desktop.study.values.range_checks import broken_limits
from desktop.study.values.typed_input import is_blank


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
    """OID of the edit check. The program's own: `RANGE.<item>.<n>`, `NARROWED.<item>`, `SKIPPED.<item>`,
    `IDENTIFYING.<item>`, and `FAULT.<check or item>` where an expression failed."""


def comment_for(problem: Problem, comments: Mapping[CheckAt, str]) -> str:
    """The comment that answers a soft check; empty where none does. A comment on another check at its place does not."""
    place = problem.place or ItemPlace("", "", problem.oid)
    keys = (CheckAt(problem.check, place), CheckAt("", place), CheckAt("", ItemPlace("", "", place.item)))
    return next((text for key in keys if (text := comments.get(key))), "")


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules say about a form."""

    problems: tuple[Problem, ...]
    """Hard ones first. `COMMENT_NEEDED`: soft checks that fire, whether answered or not; `MISSING_MANDATORY`: whether
    or not completion was asked for."""
    derived: dict[ItemPlace, ItemValue | None]
    """Every derived item; None where it is unknown."""
    suggestions: dict[ItemPlace, ItemValue]
    skipped: frozenset[ItemPlace]
    """Items that do not apply."""
    flags: dict[ItemPlace, Flag]
    """Of a laboratory report: normal ranges and suggested grades."""
    allowed: dict[ItemPlace, tuple[str, ...]]
    """Codes left to an item by the item that narrows it."""

    def with_derived(self, content: FormContent) -> FormContent:
        """The content with its derived values, as other forms read it."""
        whole = copy_content(content)
        for place, value in self.derived.items():
            if value is not None:
                whole.setdefault(place.group, {}).setdefault(place.row, {})[place.item] = value
        return whole


_ORDER = {Code.BAD_VALUE: 0, Code.HARD_CHECK: 1, Code.COMMENT_NEEDED: 2, Code.MISSING_MANDATORY: 3}

_MISSING: Text = bilingual("A value, or not done, is needed here.")
_SKIPPED: Text = bilingual("Does not apply because of other answers. Clear it, or say in a comment why it stands.")
_REASON: Text = bilingual("The dose differs from the plan: say why.")


def assess(
    rules: Rules,
    key: FormKey,
    content: FormContent,
    others: Mapping[FormKey, FormContent],
    today: datetime.date,
) -> Assessment:
    """Assess a form.

    `content` is the whole form as it would be, without derived values; `others` are the subject's other saved forms
    with theirs; `today` is the civil date of the site. Values of items that this version of the study does not ask, and
    of derived ones, are left alone: they are history.
    """
    return _Assessor(rules, key, content, others, today).run()


def _code_of(check: EditCheck) -> Code:
    if check.completion:
        return Code.MISSING_MANDATORY
    return Code.COMMENT_NEEDED if check.soft else Code.HARD_CHECK


class _Place(msgspec.Struct, frozen=True):
    """An item of the form, in a row."""

    group: ItemGroupDef
    row: str
    ref: ItemRef
    item: ItemDef
    at: ItemPlace


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
        self.definition: Definition = rules.definition
        self.form = self.definition.forms[key.form]
        self.today = today
        self.problems: list[Problem] = []
        self.places = [
            _Place(group, row, ref, self.definition.items[ref.item], ItemPlace(group.oid, row, ref.item))
            for group in self.definition.form_groups(key.form)
            for row in (content.get(group.oid, {}) if group.repeating else (NON_REPEATING_ROW,))
            for ref in group.items
        ]
        self.values: dict[ItemPlace, ItemValue] = {
            place.at: value
            for place in self.places
            if place.item.derivation is None and (value := value_at(content, place.at)) is not None
        }
        self.sound = self._sound_values()
        entered: FormContent = {group: {row: {} for row in rows} for group, rows in content.items()}
        for at, value in self.sound.items():
            entered[at.group][at.row][at.item] = value
        self.key = key
        self.entered = entered
        self.others = others
        self.scope = FormScope(rules, key, entered, others, today)
        self.derived: dict[ItemPlace, ItemValue | None] = {}

    def run(self) -> Assessment:
        self._derive()
        skipped = frozenset(place.at for place in self.places if self._is_skipped(place))
        allowed = {place.at: only for place in self.places if (only := self._allowed(place))}
        for place in self.places:
            self._check_item(place, is_skipped=place.at in skipped, allowed=allowed.get(place.at, ()))
        for group in self.definition.form_groups(self.form.oid):
            self._check_grid(group)
        for check in self.form.checks:
            self._check(check)
        suggestions = {place.at: value for place in self.places if (value := self._suggestion(place)) is not None}
        self.problems.sort(key=lambda problem: _ORDER[problem.code])
        return Assessment(
            problems=tuple(self.problems),
            derived=self.derived,
            suggestions=suggestions,
            skipped=skipped,
            flags=self.rules.laboratory.flags(self.key, self._with_derived(), self.others),
            allowed=allowed,
        )

    def _add(self, code: Code, message: Text, at: ItemPlace, check: str = "") -> None:
        self.problems.append(Problem(code=code, message=message, place=at, oid=at.item, check=check))

    def _sound_values(self) -> dict[ItemPlace, ItemValue]:
        """The values that are values of their items; the others become problems."""
        sound: dict[ItemPlace, ItemValue] = {}
        for at, value in self.values.items():
            fault = self.rules.read(self.definition.items[at.item], value)[0]
            if fault is None:
                sound[at] = value
            else:
                self._add(Code.BAD_VALUE, fault, at)
        return sound

    def _with_derived(self) -> FormContent:
        """The sound values with those that are derived."""
        whole = copy_content(self.entered)
        for at, value in self.derived.items():
            if value is not None:
                whole.setdefault(at.group, {}).setdefault(at.row, {})[at.item] = value
        return whole

    # Expressions

    def _evaluate(self, source: str | Expression, group: ItemGroupDef | None, at: ItemPlace, name: str) -> object:
        """The outcome of an expression at a place. A fault asks for a comment, so that it is recorded."""
        expression = self.rules.expression(source) if isinstance(source, str) else source
        try:
            return expression.evaluate(self.scope.finder(group, at.row))
        except ExpressionFaultError:
            self._add_fault(at, name)
            return UNKNOWN

    def _holds(self, condition: str, group: ItemGroupDef | None, at: ItemPlace, name: str) -> bool:
        """Whether a condition is true at a place. A fault asks for a comment, so that it is recorded."""
        try:
            return self.rules.condition(condition).holds(self.scope.finder(group, at.row))
        except ExpressionFaultError:
            self._add_fault(at, name)
            return False

    def _add_fault(self, at: ItemPlace, name: str) -> None:
        message = bilingual(
            "The study's rule {name} could not be worked out. Say in a comment that you saw this, and tell the "
            "study's data manager.",
            name=name,
        )
        self._add(Code.COMMENT_NEEDED, message, at, f"FAULT.{name}")

    def _derive(self) -> None:
        rows: dict[str, list[str]] = {}
        for place in self.places:
            if place.item.derivation is not None:
                rows.setdefault(place.item.oid, []).append(place.row)
        for group, item, expression in self.rules.derivations(self.form):
            for row in rows.get(item.oid, ()):
                at = ItemPlace(group.oid, row, item.oid)
                value = self._as_value(item, self._evaluate(expression, group, at, item.oid), at)
                self.derived[at] = value
                if value is not None:
                    self.scope.put(group, row, item, self.rules.read(item, value)[1])

    def _suggestion(self, place: _Place) -> ItemValue | None:
        if place.item.suggestion is None:
            return None
        outcome = self._evaluate(place.item.suggestion, place.group, place.at, place.item.oid)
        return self._as_value(place.item, outcome, place.at)

    def _as_value(self, item: ItemDef, outcome: object, at: ItemPlace) -> ItemValue | None:
        """What an expression gave, as a value of its item; None where it is unknown."""
        if outcome is UNKNOWN or outcome is None or (isinstance(outcome, float) and not math.isfinite(outcome)):
            return None
        if item.multiple:
            text = CODE_SEPARATOR.join(cast("list[str]", outcome))
        else:
            text = ITEM_TYPES[item.data_type].from_expression(item, outcome)
        units = self.definition.unit_names(item)
        value = ItemValue(value=text or "", unit=units[0] if len(units) > 1 else "")
        if self.rules.read(item, value)[0] is not None:
            self._add_fault(at, item.oid)
            return None
        return value

    def _is_skipped(self, place: _Place) -> bool:
        skip = place.ref.skip
        return skip is not None and self._holds(skip, place.group, place.at, place.item.oid)

    def _allowed(self, place: _Place) -> tuple[str, ...]:
        narrowing = self.definition.items.get(place.item.narrowed_by or "")
        chosen = None if narrowing is None else self._now(ItemPlace(place.group.oid, place.row, narrowing.oid))
        codelist = None if narrowing is None else self.definition.codelist_of(narrowing)
        if chosen is None or codelist is None or chosen.value not in codelist.by_code:
            return ()
        return codelist.by_code[chosen.value].only

    def _now(self, at: ItemPlace) -> ItemValue | None:
        """The sound value that stands at a place, entered or derived."""
        return self.sound.get(at) or self.derived.get(at)

    # Checks

    def _check_item(self, place: _Place, *, is_skipped: bool, allowed: tuple[str, ...]) -> None:
        item, at = place.item, place.at
        is_derived = item.derivation is not None
        value = self._now(at)
        if value is None:
            if place.ref.mandatory and not is_derived and not is_skipped and at not in self.values:
                self._add(Code.MISSING_MANDATORY, _MISSING, at)
            return
        if place.ref.mandatory and value.value and is_blank(value.value):
            self._add(Code.MISSING_MANDATORY, _MISSING, at)
        if is_skipped and not is_derived:
            self._add(Code.COMMENT_NEEDED, _SKIPPED, at, f"SKIPPED.{item.oid}")
        if value.missing:
            return
        if allowed and not set(value.value.split(CODE_SEPARATOR)) <= set(allowed):
            self._add(Code.HARD_CHECK, self._not_allowed(item), at, f"NARROWED.{item.oid}")
        for broken in broken_limits(self.definition, item, value, self.today):
            # Nobody typed a derived value: its limits ask for a comment at most.
            code = Code.COMMENT_NEEDED if broken.soft or is_derived else Code.HARD_CHECK
            self._add(code, broken.message, at, f"RANGE.{item.oid}.{broken.number}")
        if item.data_type == DataType.TEXT and item.codelist is None and not is_derived:
            warning = identifying(value.value)
            if warning is not None:
                self._add(Code.COMMENT_NEEDED, warning, at, f"IDENTIFYING.{item.oid}")

    def _not_allowed(self, item: ItemDef) -> Text:
        question = self.definition.items[item.narrowed_by or ""].question
        return bilingual("Does not go with the answer to “{question}”.", question=question)

    def _check_grid(self, group: ItemGroupDef) -> None:
        """A cell of a grid that differs from the plan says why."""
        grid = group.grid
        if grid is None or grid.planned is None or grid.reason is None:
            return
        explained: set[str] = set()
        for row in sorted(self._rows(group), key=lambda row: self._column(group, row)):
            line = self.sound.get(ItemPlace(group.oid, row, grid.rows), ItemValue()).value
            reason = ItemPlace(group.oid, row, grid.reason)
            if not self._differs(group, row):
                explained.discard(line)
            elif reason in self.values:
                explained.add(line)
            elif line not in explained:
                self._add(Code.MISSING_MANDATORY, _REASON, reason)

    def _column(self, group: ItemGroupDef, row: str) -> float:
        assert group.grid is not None  # noqa: S101 - callers ask of grids
        found = self.sound.get(ItemPlace(group.oid, row, group.grid.columns))
        item = self.definition.items[group.grid.columns]
        return (number_in_first_unit(self.definition, item, found) if found else None) or 0.0

    def _differs(self, group: ItemGroupDef, row: str) -> bool:
        """Whether a cell differs from the plan by more than is tolerated."""
        grid = group.grid
        assert grid is not None  # noqa: S101 - callers ask of grids
        value = self.sound.get(ItemPlace(group.oid, row, grid.value))
        planned = self._now(ItemPlace(group.oid, row, grid.planned or ""))
        if value is None or planned is None:
            return False
        given = number_in_first_unit(self.definition, self.definition.items[grid.value], value)
        plan = number_in_first_unit(self.definition, self.definition.items[grid.planned or ""], planned)
        if given is None or plan is None:
            return given is None
        tolerated = exact(plan) * self.rules.days(grid.tolerance) / 100
        return abs(exact(given) - exact(plan)) > tolerated

    def _rows(self, group: ItemGroupDef) -> Iterable[str]:
        return dict.fromkeys(place.row for place in self.places if place.group is group)

    def _check(self, check: EditCheck) -> None:
        group = self.definition.group_of_item[self.form.oid, check.item]
        for row in self._rows_of(check, group):
            at = ItemPlace(group.oid, row, check.item)
            if self._holds(check.expression, group if check.group else None, at, check.oid):
                self._add(_code_of(check), check.message, at, check.oid)

    def _rows_of(self, check: EditCheck, group: ItemGroupDef) -> Iterator[str]:
        if check.group is None:
            yield NON_REPEATING_ROW
        else:
            yield from self._rows(group)
