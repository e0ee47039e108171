"""Validation of expressions: each can be evaluated whatever a subject's values will be.

First each part is judged from the kinds of the names (`expressions/type_check.py`); then the engine itself evaluates the
whole, and each part that `&&`, `||`, `?:` and `!` could leave out or absorb, over a sample of every kind.
"""

import datetime
from collections.abc import Iterator

import msgspec

from desktop.messages import bilingual
from desktop.study.definition.metadata import DataType, Definition, FormDef, ItemDef, ItemGroupDef, MetaDataVersion
from desktop.study.expressions import parser
from desktop.study.expressions.derivation_order import derived_from
from desktop.study.expressions.engine import Expression, ExpressionFaultError, ExpressionSyntaxError
from desktop.study.expressions.type_check import Inference, Operand
from desktop.study.expressions.types import ANY, NOTHING, NUMBER, TRUTH, Kind, Names, kind_words
from desktop.study.formats.faults import Faults
from desktop.study.rules.endpoints import endpoint_names
from desktop.study.rules.subject_scope import source_names, subject_names

GRADE_NAMES: dict[str, Kind] = dict.fromkeys(
    ("value", "lln", "uln", "baseline", "baseline_lln", "baseline_uln"), NUMBER
)
"""What the conditions of grades see (`grades.GradeRule`)."""


class Place(msgspec.Struct, frozen=True):
    """An expression and where it stands."""

    part: str
    key: str
    source: str
    form: FormDef | None = None
    """None: it is about a whole subject, or about a laboratory value."""
    group: ItemGroupDef | None = None
    item: ItemDef | None = None
    """The item whose value it gives; None where it gives `wanted`."""
    names: dict[str, Kind] | None = None
    """What it sees where it belongs to no form."""
    wanted: Kind = TRUTH


def expressions(definition: Definition, form: FormDef) -> Iterator[Place]:
    """Every expression of a form."""
    for group, ref, item in definition.form_items(form.oid):
        if ref.skip is not None:
            yield Place(f"{group.oid}/{item.oid}", "skip", ref.skip, form, group, None)
        if item.derivation is not None:
            yield Place(item.oid, "derive", item.derivation, form, group, item)
        if item.suggestion is not None:
            yield Place(item.oid, "suggest", item.suggestion, form, group, item)
    for group in definition.form_groups(form.oid):
        if group.grid is not None and isinstance(group.grid.tolerance, str):
            settings = {"setting": Names(definition).everywhere["setting"]}
            yield Place(group.oid, "grid", group.grid.tolerance, names=settings, wanted=NUMBER)
    for check in form.checks:
        group = definition.groups.get(check.group or "")
        yield Place(check.oid, "when", check.expression, form, group, None)


def course_expressions(version: MetaDataVersion, known: Names) -> Iterator[Place]:
    """Every expression about a subject's course."""
    names = subject_names(known)
    settings = {"setting": names["setting"]}
    for event in version.events:
        for number, schedule in enumerate(event.schedules, 1):
            key = f"schedules.{number}"
            for days in (
                schedule.day,
                schedule.before,
                schedule.after,
                schedule.every,
                schedule.until,
                schedule.lapses,
            ):
                if isinstance(days, str):
                    yield Place(event.oid, key, days, names=settings, wanted=NUMBER)
            if schedule.when is not None:
                source = source_names(known, schedule.anchor if schedule.per_form else "")
                yield Place(event.oid, key, schedule.when, names=names | source)
    yield from _endpoint_expressions(version, known)
    if version.ended is not None:
        yield Place("", "ended", version.ended, names=names)
    if version.pathway is not None:
        named = [(step.oid, step.branches) for step in version.pathway.steps]
        for part, branches in (*named, ("anywhere", version.pathway.anywhere)):
            for number, branch in enumerate(branches, 1):
                if branch.when is not None:
                    yield Place(part, f"branches.{number}", branch.when, names=names)
    if version.grading is not None:
        for number, rule in enumerate(version.grading.rules, 1):
            for condition in (*rule.grades.values(), *rule.without_baseline.values()):
                yield Place("grading", f"rules.{number}", condition, names=GRADE_NAMES)


def _endpoint_expressions(version: MetaDataVersion, known: Names) -> Iterator[Place]:
    for item in version.endpoints:
        yield Place(item.oid, "derive", item.derivation or "", item=item, names=endpoint_names(known, item))


def validate_expressions(definition: Definition, faults: Faults) -> None:
    """Add every fault of every expression, and of the order in which derivations need each other."""
    validation = _Validation(definition, faults)
    for form in definition.version.forms:
        validation.form(form)
    for place in course_expressions(definition.version, validation.names):
        validation.check(place)


class _Validation:
    def __init__(self, definition: Definition, faults: Faults) -> None:
        self.definition = definition
        self.faults = faults
        self.names = Names(definition)
        self._seen: dict[tuple[str, str], dict[str, Kind]] = {}
        self._samples: dict[int, object] = {}
        self._tried: set[tuple[object, ...]] = set()
        """Operands that were evaluated already with the same names."""

    def form(self, form: FormDef) -> None:
        waiting: dict[str, set[str]] = {}
        for place in expressions(self.definition, form):
            reads = self.check(place)
            if place.key == "derive" and place.item is not None and place.group is not None:
                waiting[place.item.oid] = derived_from(self.definition, form, place.group, reads)
        while ready := [oid for oid, needs in waiting.items() if needs.isdisjoint(waiting)]:
            for oid in ready:
                del waiting[oid]
        for oid in waiting:
            self.faults.of(
                oid,
                "derive",
                "This derivation needs its own result, by way of {items}.",
                items=", ".join(sorted(waiting)),
            )

    def check(self, place: Place) -> set[tuple[str, str]]:
        """What an expression reads, after everything that is wrong with it was reported."""
        try:
            node = parser.parse(place.source)
            expression = Expression(place.source, node)
        except (ExpressionSyntaxError, parser.NotReadError) as error:
            self._fault(place, "This is no expression: {why}.", why=str(error))
            return set()
        if not self.faults.lost.isdisjoint(expression.names):
            return set()
        seen = self._names(place)
        inference = Inference(place.source, seen)
        kind = inference.kind_of(node)
        for fault in inference.faults:
            self._fault(place, fault.message, **fault.fields)
        if not inference.faults:
            self._result(place, kind)
            self._evaluate(place, expression, place.source, seen)
            for operand in inference.operands:
                self._try(place, operand, seen)
        return inference.reads

    def _names(self, place: Place) -> dict[str, Kind]:
        if place.form is None:
            return place.names or {}
        key = (place.form.oid, place.group.oid if place.group is not None and place.group.repeating else "")
        if key not in self._seen:
            self._seen[key] = self.names.seen(place.form, place.group)
        return self._seen[key]

    def _result(self, place: Place, kind: Kind) -> None:
        words = kind_words(kind)
        if place.item is None:
            if kind != place.wanted:
                self._fault(
                    place,
                    "The expression gives {kind}, not {wanted}.",
                    kind=words,
                    wanted=bilingual("true or false") if place.wanted == TRUTH else kind_words(place.wanted),
                )
            return
        wanted = self.names.item(place.item)
        codes, found = (wanted.element or wanted).values, (kind.element or kind).values
        if not _fits(place.item, kind, wanted):
            self._fault(
                place,
                "The expression gives {kind}, which is no value of the item's type {type}.",
                kind=words,
                type=place.item.data_type.value,
            )
        elif codes is not None and (found is None or not found <= codes):
            self._fault(
                place,
                "The expression can give a text that is no code of the item: {codes}.",
                codes=", ".join(sorted(found - codes)) if found else "?",
            )

    def _try(self, place: Place, operand: Operand, seen: dict[str, Kind]) -> None:
        node, bound = operand.node, operand.bound
        if isinstance(node, parser.Literal | parser.Name | parser.Select):
            # Nothing is worked out: whether it is there and of which kind was judged already.
            return
        part = place.source[node.start : node.end]
        key = (part, id(seen), *((name, id(kind)) for name, kind in bound.items()))
        if key not in self._tried:
            self._tried.add(key)
            try:
                expression = Expression(part, node)
            except ExpressionSyntaxError:
                self._fault(place, "{part} cannot be evaluated.", part=" ".join(part.split()))
            else:
                self._evaluate(place, expression, part, seen | bound)

    def _evaluate(self, place: Place, expression: Expression, part: str, seen: dict[str, Kind]) -> None:
        try:
            expression.evaluate(lambda name: self._sample(seen[name]) if name in seen else None)
        except ExpressionFaultError:
            self._fault(place, "{part} cannot be evaluated.", part=" ".join(part.split()))

    def _sample(self, kind: Kind) -> object:
        """A value of a kind, with everything in it that can be there."""
        if kind.members and id(kind) in self._samples:
            return self._samples[id(kind)]
        if kind.element is not None:
            return [self._sample(kind.element)]
        if kind.members:
            self._samples[id(kind)] = {name: self._sample(member) for name, member in kind.members.items()}
            return self._samples[id(kind)]
        return min(kind.values) if kind.values else _SAMPLES.get(kind.word)

    def _fault(self, place: Place, message: str, **fields: object) -> None:
        self.faults.of(place.part, place.key, message, **fields)


_SAMPLES: dict[str, object] = {
    "number": 2.0,
    "whole number": 2,
    "text": "text",
    "truth value": True,
    "date": datetime.datetime(2026, 1, 15, 12, tzinfo=datetime.UTC),
    "duration": datetime.timedelta(hours=9),
    "record": {},
}


def _fits(item: ItemDef, kind: Kind, wanted: Kind) -> bool:
    if kind in (ANY, NOTHING):
        return False
    if wanted.element is not None:
        return kind.element is not None and kind.element.word == wanted.element.word
    if item.data_type == DataType.PARTIAL_DATE:
        return kind.word in ("partial date", "date")
    return kind.word == wanted.word or (wanted.word == "number" and kind.word == "whole number")
