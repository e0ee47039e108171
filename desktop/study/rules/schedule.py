"""Schedule: the forms of a subject that are due, and when.

An event is due `day` days after the date in its schedule's anchor item, within `before` and `after` days (study
definition, `Schedule`). A form that has an entry is not due. Computed on reading, by the version in force.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import msgspec

from desktop.study.clinical_data import FormContent, FormKey
from desktop.study.definition.base import Text
from desktop.study.definition.events import Schedule, StudyEventDef
from desktop.study.definition.metadata import Definition, groups_of
from desktop.study.expressions import parser
from desktop.study.expressions.type_check import Inference
from desktop.study.expressions.types import Names
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.subject_scope import SubjectScope, subject_names
from desktop.study.values.item_types import PartialDate
from desktop.study.values.item_values import parsed, value_fault

MAX_OCCURRENCES = 500
"""Of one event by one schedule: an answer of nonsense must not make visits without end."""

Contents = Mapping[FormKey, FormContent]


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A form that is expected. The window is `opens` to `closes`, both included."""

    key: FormKey
    label: Text
    due: datetime.date
    opens: datetime.date
    closes: datetime.date
    lapses: datetime.date | None = None
    """The last day on which it can still be made up; later it is missed. None: it never lapses."""

    def is_overdue(self, today: datetime.date) -> bool:
        """Its window is closed and it is still to be made up."""
        return today > self.closes and not self.is_missed(today)

    def is_missed(self, today: datetime.date) -> bool:
        """It can no longer be made up."""
        return self.lapses is not None and today > self.lapses


def due(rules: Rules, contents: Contents, today: datetime.date) -> tuple[Due, ...]:
    """The forms that are expected of a subject and have no entry, by due date: those to come, due, overdue and missed."""
    version = rules.definition.version
    scope = SubjectScope(rules, contents, today)
    if version.ended is not None and scope.holds(version.ended, None, 1, {}):
        return ()
    found: dict[FormKey, Due] = {}
    for event in version.events:
        instances: Counter[str] = Counter()
        for schedule in event.schedules:
            forms = schedule.forms or tuple(ref.form for ref in event.forms if ref.mandatory)
            # The second time that an event expects a repeating form, e.g. a weekly blood count, it is its second instance.
            instances.update(form for form in forms if rules.definition.forms[form].repeating)
            for repeat, day in _days(rules, event, schedule, contents):
                keys = [FormKey(event.oid, repeat, form, instances[form] or 1) for form in forms]
                waiting = [key for key in keys if key not in contents]
                if waiting and (schedule.when is None or scope.holds(schedule.when, event, repeat, {})):
                    for key in waiting:
                        expected = _expected(rules, key, schedule, day)
                        if key not in found or expected.due < found[key].due:
                            found[key] = expected
    order = _study_order(rules.definition)
    return tuple(sorted(found.values(), key=lambda expected: (expected.due, order(expected.key))))


def _study_order(definition: Definition) -> Callable[[FormKey], tuple[int, int, int, int]]:
    """Sorts forms as the study names them: by its events, then as each event lists its forms."""
    events = {event.oid: number for number, event in enumerate(definition.version.events)}
    forms = {
        (event.oid, ref.form): number for event in definition.version.events for number, ref in enumerate(event.forms)
    }
    return lambda key: (
        events[key.event],
        key.event_repeat,
        forms.get((key.event, key.form), len(forms)),
        key.form_repeat,
    )


def groups_read(definition: Definition) -> frozenset[str]:
    """OIDs of the ItemGroups that the schedule reads: those of its anchors, and of its conditions."""
    version = definition.version
    names = subject_names(Names(definition))
    schedules = [schedule for event in version.events for schedule in event.schedules]
    items = {schedule.anchor for schedule in schedules}
    for condition in (version.ended, *(schedule.when for schedule in schedules)):
        if condition is not None:
            inference = Inference(condition, names)
            inference.kind_of(parser.parse(condition))
            for form, name in inference.reads:
                if form in definition.forms:
                    items |= {item.oid for _, _, item in definition.form_items(form) if item.name == name}
    return frozenset(groups_of(definition, items))


def _expected(rules: Rules, key: FormKey, schedule: Schedule, day: datetime.date) -> Due:
    closes = _moved(day, rules.days(schedule.after))
    return Due(
        key=key,
        label=schedule.label,
        due=day,
        opens=_moved(day, -rules.days(schedule.before)),
        closes=closes,
        lapses=None if schedule.lapses is None else _moved(closes, rules.days(schedule.lapses)),
    )


def _days(
    rules: Rules, event: StudyEventDef, schedule: Schedule, contents: Contents
) -> Iterator[tuple[int, datetime.date]]:
    """(occurrence of the event, day on which it is due)."""
    first, every, until = rules.days(schedule.day), rules.days(schedule.every), rules.days(schedule.until)
    for repeat, anchor in _anchors(rules, event, schedule, contents):
        yield repeat, _moved(anchor, first)
        if every > 0:
            for number, day in enumerate(range(first + every, until + 1, every)[:MAX_OCCURRENCES], 2):
                yield number, _moved(anchor, day)


def _moved(date: datetime.date, days: int) -> datetime.date:
    """So many days later, but not beyond the calendar: a date or an answer may be mistyped."""
    ordinal = max(datetime.date.min.toordinal(), min(date.toordinal() + days, datetime.date.max.toordinal()))
    return datetime.date.fromordinal(ordinal)


def _anchors(
    rules: Rules, event: StudyEventDef, schedule: Schedule, contents: Contents
) -> Iterator[tuple[int, datetime.date]]:
    """(occurrence of the event, anchor date): a date within the event's own forms speaks for its own occurrence.

    Of dates elsewhere the last in the order of the study counts for an event that comes once.
    """
    definition = rules.definition
    own = {ref.form for ref in event.forms}
    dates = [
        (key, date)
        for key, content in sorted(contents.items(), key=lambda pair: (rules.order(pair[0]), pair[0]))
        if (key.form, schedule.anchor) in definition.group_of_item
        and schedule.event in (None, key.event)
        and (date := date_in(definition, schedule.anchor, content)) is not None
    ]
    if any(key.event == event.oid and key.form in own for key, _ in dates):
        yield from ((key.event_repeat, date) for key, date in dates if key.event == event.oid)
    elif event.repeating and not schedule.every:
        # Of a repeating event elsewhere, each occurrence of the anchor expects one of this.
        yield from ((key.event_repeat, date) for key, date in dates)
    elif dates:
        yield 1, dates[-1][1]


def date_in(definition: Definition, oid: str, content: FormContent) -> datetime.date | None:
    """The date that the item has in a form: of a partial date the earliest that it can be."""
    item = definition.items[oid]
    for rows in content.values():
        for items in rows.values():
            value = items.get(oid)
            if value is not None and value.value and value_fault(definition, item, value) is None:
                found = parsed(item, value)
                if isinstance(found, PartialDate):
                    return found.earliest
                return found.date() if isinstance(found, datetime.datetime) else found
    return None
