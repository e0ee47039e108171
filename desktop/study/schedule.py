"""What the schedule expects: the forms of a subject that are due, and when.

An event is due `day` days after the date in its schedule's anchor item, within `before` and `after` days (study
definition, `Schedule`). A form that has an entry is not due. Computed on reading, by the version in force.
"""

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from desktop.study.data import FormContent, FormKey
from desktop.study.definition import Definition, Schedule, StudyEventDef, Text
from desktop.study.itemtypes import PartialDate
from desktop.study.values import parsed, value_fault


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A form that is expected. The window is `opens` to `closes`, both included."""

    key: FormKey
    label: Text
    due: datetime.date
    opens: datetime.date
    closes: datetime.date


def due(definition: Definition, contents: Mapping[FormKey, FormContent], today: datetime.date) -> tuple[Due, ...]:
    """The forms that are expected of a subject and have no entry, by due date; those that open later than today too."""
    del today
    found: dict[FormKey, Due] = {}
    for event in definition.version.events:
        instances: Counter[str] = Counter()
        for schedule in event.schedules:
            forms = schedule.forms or tuple(ref.form for ref in event.forms if ref.mandatory)
            # The second time that an event expects a repeating form, e.g. a weekly blood count, it is its second instance.
            instances.update(form for form in forms if definition.forms[form].repeating)
            for repeat, date in _anchors(definition, event, schedule, contents):
                for form in forms:
                    key = FormKey(event.oid, repeat, form, instances[form] or 1)
                    day = date + datetime.timedelta(days=schedule.day)
                    expected = Due(
                        key=key,
                        label=schedule.label,
                        due=day,
                        opens=day - datetime.timedelta(days=schedule.before),
                        closes=day + datetime.timedelta(days=schedule.after),
                    )
                    if key not in contents and (key not in found or expected.due < found[key].due):
                        found[key] = expected
    return tuple(sorted(found.values(), key=lambda expected: (expected.due, expected.key)))


def _anchors(
    definition: Definition, event: StudyEventDef, schedule: Schedule, contents: Mapping[FormKey, FormContent]
) -> Iterator[tuple[int, datetime.date]]:
    """(occurrence of the event, anchor date): a date within the event's own forms speaks for its own occurrence."""
    own = {ref.form for ref in event.forms}
    dates = [
        (key, date)
        for key, content in sorted(contents.items())
        if (date := _date_in(definition, schedule.anchor, content)) is not None
    ]
    if any(key.event == event.oid and key.form in own for key, _ in dates):
        yield from ((key.event_repeat, date) for key, date in dates if key.event == event.oid)
    elif event.repeating:
        # Of a repeating event elsewhere, each occurrence of the anchor expects one of this.
        yield from ((key.event_repeat, date) for key, date in dates)
    elif dates:
        yield 1, dates[-1][1]


def _date_in(definition: Definition, oid: str, content: FormContent) -> datetime.date | None:
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
