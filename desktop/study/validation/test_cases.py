"""Test cases of a definition (`cases/*.yaml`): values, and the checks, derivations and suggestions expected.

They belong to the definition as its proof, and are run by `sitebook study check`. A file is a list of cases:

    - name: Weight of another person
      today: 2026-11-24
      settings: {BSA_FORMULA: DUBOIS}
      forms:
        - SCREENING/VS: {VSDAT: 2026-09-29, WEIGHT: 63}
        - CYCLE/2/VS: {VSDAT: 2026-10-20, WEIGHT: 93}
      fires: [EC.VS.2]
      derived: {SCREENING/VS.BSA: "1.72"}
      suggested: {SCREENING/IE.INCL01: MET}
      ranges: [{item: ALT, low: "0", high: "40"}]
      graded: {CYCLE/2/CHEM.ALT: "1"}
      pathway: PW.EVAL

A form is named EVENT[/repeat]/FORM[/repeat] by the names of the definition, its values by item name, a repeating group by
its name with a list of rows. `!NOT_DONE` is a marker, `{value: 1.1, unit: mg/dL}` a value in a unit. `fires` are exactly
the study's own edit checks that fire in any of the forms, each assessed with all the others; `incomplete` are those that bar
completion, compared where a case says any, or `[]`. `ranges` are normal ranges of
the site (`site_parameters.NormalRange`, the item by its name), since 1900 unless they say otherwise; `graded` is the grade that a
value suggests, `0`, or why it cannot be graded.
"""

import datetime
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any, cast

import msgspec
import yaml

from desktop.study.clinical_data import FormContent, FormKey, ItemPlace, ItemValue
from desktop.study.definition.metadata import NON_REPEATING_ROW, Definition, ItemGroupDef
from desktop.study.definition.site_parameters import Local, NormalRange
from desktop.study.formats.faults import Faults
from desktop.study.formats.yaml_reader import read_yaml
from desktop.study.rules.assessment import Assessment, assess
from desktop.study.rules.endpoints import endpoints
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.laboratory import Flag
from desktop.study.rules.pathway import walk
from desktop.study.values.item_types import ValueFault
from desktop.study.values.setting_values import setting_value

TODAY = datetime.date(2026, 11, 24)
"""The date of cases that name none."""

FOLDER = "cases"


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One case as it is written."""

    name: str
    today: datetime.date = TODAY
    settings: dict[str, str] = {}
    forms: tuple[dict[str, dict[str, Any] | None], ...] = ()
    fires: tuple[str, ...] = ()
    incomplete: tuple[str, ...] | None = None
    derived: dict[str, str] = {}
    suggested: dict[str, str] = {}
    ranges: tuple[dict[str, str], ...] = ()
    graded: dict[str, str] = {}
    endpoints: dict[str, str] = {}
    """Name of the endpoint -> value."""
    pathway: str = ""
    """OID of the step at which the subject is."""


class _CaseError(Exception):
    """The case names what the study does not have."""


def has_cases(folder: Traversable) -> bool:
    """Whether cases are kept beside a definition."""
    return folder.is_dir() and (folder / FOLDER).is_dir()


def run_cases(definition: Definition, folder: Traversable, faults: Faults) -> int:
    """Run every case; what does not come out as it says becomes a fault, and so does a check that no case fires.

    Returns the number of cases.
    """
    fired: set[str] = set()
    count = 0
    for file in sorted((folder / FOLDER).iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".yaml"):
            continue
        for case, line in _read(faults, file):
            count += 1
            wrongs: list[str] = []
            try:
                fired |= _Outcome(definition, case, wrongs).run()
            except _CaseError as error:
                wrongs.append(str(error))
            for wrong in wrongs:
                faults.at(
                    f"{FOLDER}/{file.name}",
                    line,
                    "",
                    "Case “{name}”: {wrong}.",
                    name=case.name,
                    wrong=wrong,
                )
    for form in definition.version.forms:
        for check in form.checks:
            if check.oid not in fired:
                faults.of(check.oid, "", "No case makes this check fire.")
    return count


def _read(faults: Faults, file: Traversable) -> Iterator[tuple[Case, int]]:
    """The cases of a file, with their lines."""
    name = f"{FOLDER}/{file.name}"
    node = read_yaml(faults, name, file.read_bytes())
    if node is None:
        return
    if not isinstance(node, yaml.SequenceNode):
        faults.at(name, node.start_mark.line + 1, "", "Expected a list here.")
        return
    for child in node.value:
        line = child.start_mark.line + 1
        try:
            yield msgspec.convert(_plain(child), Case), line
        except msgspec.ValidationError as error:
            faults.at(name, line, "", "This is no case: {why}.", why=str(error))


def _plain(node: yaml.Node) -> Any:
    """A node as texts, lists and mappings; an empty scalar is None."""
    if isinstance(node, yaml.MappingNode):
        return {cast("str", key.value): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child) for child in node.value]
    text = cast("str", node.value)
    return None if isinstance(node, yaml.ScalarNode) and not node.style and text in ("", "~") else text


class _Outcome:
    """What a case gives, compared with what it says."""

    def __init__(self, definition: Definition, case: Case, wrong: list[str]) -> None:
        """What is wrong is added to `wrong`. Raises _CaseError."""
        self.definition = definition
        self.case = case
        self.rules = Rules(definition, Local(answers=case.settings, ranges=tuple(map(self._range, case.ranges))))
        self.wrong = wrong
        self.events = {event.name: event.oid for event in definition.version.events}
        self.forms = {form.name: form.oid for form in definition.version.forms}

    def run(self) -> set[str]:
        """The edit checks that fired."""
        self._hold_settings()
        entered = dict(self._entered())
        contents: dict[FormKey, FormContent] = dict(entered)
        # Twice, so that what a form derives from a later one is there too.
        assessments: dict[FormKey, Assessment] = {}
        for _ in range(2):
            for key, content in entered.items():
                others = {other: known for other, known in contents.items() if other != key}
                assessments[key] = assess(self.rules, key, content, others, self.case.today)
                contents[key] = assessments[key].with_derived(content)
        checks = {check.oid: check for form in self.definition.version.forms for check in form.checks}
        fired: set[str] = set()
        incomplete: set[str] = set()
        for key, assessment in assessments.items():
            for problem in assessment.problems:
                if problem.check in checks:
                    (incomplete if checks[problem.check].completion else fired).add(problem.check)
                elif problem.check.startswith("FAULT.") or problem.code == "bad_value":
                    words = problem.message["en"].rstrip(".")
                    self.wrong.append(f"{self._named(key)}: {problem.check or problem.oid}: {words}")
        self._compare_checks(self.case.fires, fired)
        if self.case.incomplete is not None:
            self._compare_checks(self.case.incomplete, incomplete)
            fired |= incomplete
        for where, wanted in self.case.derived.items():
            assessment, place = self._assessed(where, assessments)
            self._compare(where, wanted, assessment.derived.get(place))
        for where, wanted in self.case.suggested.items():
            assessment, place = self._assessed(where, assessments)
            self._compare(where, wanted, assessment.suggestions.get(place))
        self._hold_grades(assessments)
        found = {one.item.name: one.value for one in endpoints(self.rules, contents, self.case.today)}
        for name, wanted in self.case.endpoints.items():
            if name not in found:
                raise _CaseError(f"there is no endpoint {name}")
            self._compare(name, wanted, found[name])
        if self.case.pathway:
            stages = walk(self.rules, contents, {}, self.case.today)
            if not stages or stages[-1].step.oid != self.case.pathway:
                self.wrong.append(f"the pathway is at {stages[-1].step.oid if stages else 'nothing'}")
        return fired

    def _compare_checks(self, wanted: tuple[str, ...], found: set[str]) -> None:
        for oid in sorted(set(wanted) - found):
            self.wrong.append(f"{oid} does not fire")
        for oid in sorted(found - set(wanted)):
            self.wrong.append(f"{oid} fires")

    def _hold_grades(self, assessments: Mapping[FormKey, Assessment]) -> None:
        for where, wanted in self.case.graded.items():
            assessment, place = self._assessed(where, assessments)
            flag = assessment.flags.get(place, Flag())
            found = flag.ungraded or flag.grade
            if found != wanted:
                self.wrong.append(f"{where} has grade {found or 'none'}, not {wanted}")

    def _hold_settings(self) -> None:
        """An answer that the rules would pass over proves nothing."""
        settings = {setting.name: setting for setting in self.definition.version.settings}
        for name, answer in self.case.settings.items():
            if name not in settings:
                raise _CaseError(f"there is no setting {name}")
            try:
                setting_value(settings[name], answer)
            except ValueFault:
                raise _CaseError(f"{answer} is no value of the setting {name}") from None

    def _range(self, written: Mapping[str, str]) -> NormalRange:
        items = {item.name: item.oid for item in self.definition.version.items}
        try:
            return msgspec.convert({"since": "1900-01-01", **written, "item": items[written["item"]]}, NormalRange)
        except (KeyError, msgspec.ValidationError):
            raise _CaseError(f"this is no normal range: {written.get('item', '')}") from None

    def _assessed(self, where: str, assessments: Mapping[FormKey, Assessment]) -> tuple[Assessment, ItemPlace]:
        key, place = self._place(where)
        if key not in assessments:
            raise _CaseError(f"the case does not fill the form of {where}")
        return assessments[key], place

    def _compare(self, where: str, wanted: str, found: ItemValue | None) -> None:
        value = "null" if found is None else found.value
        if value != wanted:
            self.wrong.append(f"{where} is {value}, not {wanted}")

    def _entered(self) -> Iterator[tuple[FormKey, FormContent]]:
        for forms in self.case.forms:
            for where, values in forms.items():
                key = self._key(where)
                yield key, self._content(key, values or {})

    def _key(self, where: str) -> FormKey:
        """`EVENT[/repeat]/FORM[/repeat]`."""
        event, *rest = where.split("/")
        event_repeat = int(rest.pop(0)) if len(rest) > 1 and rest[0].isdecimal() else 1
        form = rest.pop(0) if rest else ""
        form_repeat = int(rest.pop(0)) if rest and rest[0].isdecimal() else 1
        if event not in self.events or form not in self.forms or rest:
            raise _CaseError(f"there is no form {where}")
        return FormKey(self.events[event], event_repeat, self.forms[form], form_repeat)

    def _content(self, key: FormKey, values: Mapping[str, Any]) -> FormContent:
        content: FormContent = {group.oid: {} for group in self.definition.form_groups(key.form) if group.repeating}
        groups = {group.name: group for group in self.definition.form_groups(key.form) if group.repeating}
        for name, value in values.items():
            if name in groups and isinstance(value, list):
                for number, row in enumerate(cast("list[Any]", value)):
                    if not isinstance(row, dict):
                        raise _CaseError(f"{name} is no list of rows")
                    values_of_row = cast("dict[str, Any]", row)
                    content[groups[name].oid][str(number)] = {
                        self._item(key, groups[name], item).item: _value(item, text)
                        for item, text in values_of_row.items()
                    }
            else:
                place = self._item(key, None, name)
                content.setdefault(place.group, {}).setdefault(NON_REPEATING_ROW, {})[place.item] = _value(name, value)
        return content

    def _item(self, key: FormKey, within: ItemGroupDef | None, name: str) -> ItemPlace:
        for group, _, item in self.definition.form_items(key.form):
            if item.name == name and (group == within if within is not None else not group.repeating):
                return ItemPlace(group.oid, NON_REPEATING_ROW, item.oid)
        raise _CaseError(f"{self._named(key)} has no item {name}")

    def _place(self, where: str) -> tuple[FormKey, ItemPlace]:
        """`FORM.ITEM` or `FORM.GROUP.row.ITEM`."""
        form, _, rest = where.partition(".")
        key = self._key(form)
        parts = rest.split(".")
        if len(parts) == 1:
            return key, self._item(key, None, parts[0])
        group = next((g for g in self.definition.form_groups(key.form) if g.repeating and g.name == parts[0]), None)
        if group is None or len(parts) != 3:
            raise _CaseError(f"there is no place {where}")
        return key, msgspec.structs.replace(self._item(key, group, parts[2]), row=parts[1])

    def _named(self, key: FormKey) -> str:
        return f"{self.definition.events[key.event].name}/{self.definition.forms[key.form].name}"


def _value(name: str, value: Any) -> ItemValue:
    if isinstance(value, dict) and set(cast("dict[str, Any]", value)) <= {"value", "unit"}:
        return msgspec.convert(value, ItemValue)
    if not isinstance(value, str):
        raise _CaseError(f"what stands at {name} is no value")
    return ItemValue(missing=value[1:]) if value.startswith("!") else ItemValue(value=value)
