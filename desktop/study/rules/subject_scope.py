"""Names that expressions about a whole subject can use: conditions of schedule and pathway.

- a form by name: the map of its last instance in the order of events; empty where there is none;
- `here.NAME`: the form's instance at this very occurrence of the event, the last one where it repeats;
- `all.NAME`: the list of all its instances, each with `EVENT`, `EVENT_REPEAT` and `FORM_REPEAT`;
- `event.NAME`, `event.REPEAT`: the occurrence that is asked about;
- `gone.NAME`: how many occurrences of an event the pathway has gone through before;
- `setting.NAME`; `today`.
"""

import datetime
from collections.abc import Callable, Mapping

from desktop.study.clinical_data import FormContent, FormKey
from desktop.study.definition.events import StudyEventDef
from desktop.study.expressions.engine import UNKNOWN, ExpressionFaultError
from desktop.study.expressions.types import NUMBER, Kind, Names, list_of, record_of, text_of
from desktop.study.rules.form_rules import Rules, Values
from desktop.study.rules.form_scope import Instances


class SubjectScope:
    """A subject's forms as conditions see them. Made name by name, as they ask.

    `contents` are all forms that are there, derived values included.
    """

    def __init__(self, rules: Rules, contents: Mapping[FormKey, FormContent], today: datetime.date) -> None:
        self._rules = rules
        self._contents = contents
        self._today = datetime.datetime.combine(today, datetime.time(), datetime.UTC)

    def holds(
        self,
        condition: str,
        event: StudyEventDef | None,
        repeat: int,
        gone: Mapping[str, int],
        source: FormKey | None = None,
    ) -> bool:
        """Whether a condition is true at an occurrence, because of a form; not where it is unknown, or fails."""
        try:
            return self._rules.condition(condition).holds(self._finder(event, repeat, gone, source))
        except ExpressionFaultError:
            # Loading has held the expression to the kinds of its names, so this is a fault of the engine: no way leads on.
            return False

    def outcome(self, source: str, more: Mapping[str, object]) -> object | None:
        """What an expression about the subject gives, which sees `more` too; None where that is unknown, or fails."""
        find = self._finder(None, 1, {}, None)
        try:
            found = self._rules.expression(source).evaluate(lambda name: more[name] if name in more else find(name))
        except ExpressionFaultError:
            # Loading has held the expression to the kinds of its names: this is a fault of the engine, and no value.
            return None
        return None if found is UNKNOWN else found

    def _finder(
        self, event: StudyEventDef | None, repeat: int, gone: Mapping[str, int], source: FormKey | None
    ) -> Callable[[str], object | None]:
        def find(name: str) -> object | None:
            match name:
                case "today":
                    return self._today
                case "setting":
                    return self._rules.settings
                case "event":
                    return {} if event is None else {"NAME": event.name, "REPEAT": float(repeat)}
                case "gone":
                    return {
                        other.name: float(gone.get(other.oid, 0)) for other in self._rules.definition.version.events
                    }
                case "here":
                    return {} if event is None else self._here(event, repeat)
                case "source":
                    return None if source is None else self._of(source) | self._rules.coordinates(source)
                case "all":
                    return Instances(self._instances, self._rules.forms_by_name)
                case _:
                    return self._last(name)

        return find

    def _last(self, name: str) -> Values | None:
        form = self._rules.forms_by_name.get(name)
        if form is None:
            return None
        keys = [key for key in self._contents if key.form == form.oid]
        return self._of(max(keys, key=self._rules.order)) if keys else self._rules.form_values(form, {})

    def _here(self, event: StudyEventDef, repeat: int) -> Values:
        keys = sorted(key for key in self._contents if (key.event, key.event_repeat) == (event.oid, repeat))
        empty: Values = {form.name: {} for form in self._rules.forms_by_name.values()}
        forms = self._rules.definition.forms
        return empty | {forms[key.form].name: self._of(key) for key in keys if key.form in forms}

    def _instances(self, name: str) -> list[Values]:
        form = self._rules.forms_by_name[name]
        keys = sorted((key for key in self._contents if key.form == form.oid), key=self._rules.order)
        return [self._of(key) | self._rules.coordinates(key) for key in keys]

    def _of(self, key: FormKey) -> Values:
        return self._rules.saved_values(self._rules.definition.forms[key.form], self._contents[key])


def subject_names(names: Names) -> dict[str, Kind]:
    """The kinds of the names that a condition about a subject sees."""
    definition = names.definition
    forms = definition.version.forms
    events = definition.version.events
    found = {form.name: names.form(form) for form in forms}
    found["here"] = record_of({form.name: names.form(form) for form in forms})
    found["all"] = record_of({form.name: list_of(names.instance(form)) for form in forms})
    found["event"] = record_of({"NAME": text_of(event.name for event in events), "REPEAT": NUMBER})
    found["gone"] = record_of({event.name: NUMBER for event in events})
    return names.everywhere | found


def source_names(names: Names, anchor: str) -> dict[str, Kind]:
    """What a condition sees beside them because of one form: of the first that asks the item `anchor`; nothing for no item."""
    definition = names.definition
    for form in definition.version.forms:
        if (form.oid, anchor) in definition.group_of_item:
            return {"source": names.instance(form)}
    return {}
