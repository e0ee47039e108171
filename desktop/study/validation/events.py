"""Validation of events, pathway, normal ranges and grades: every reference must exist."""

from collections.abc import Iterable

from desktop.study.definition.events import Pathway, PathwayBranch
from desktop.study.definition.grading import Grading
from desktop.study.definition.metadata import MetaDataVersion
from desktop.study.formats.faults import Faults
from desktop.study.values.item_types import DATE_TYPES, NUMBER_TYPES


def validate_course(version: MetaDataVersion, faults: Faults) -> None:
    """Add what is wrong with the references of the course."""
    _Course(version, faults).run()


class _Course:
    def __init__(self, version: MetaDataVersion, faults: Faults) -> None:
        self.version = version
        self.faults = faults
        self.items = {item.oid: item for item in version.items}
        self.events = {event.oid for event in version.events}

    def run(self) -> None:
        version = self.version
        for event in version.events:
            for number, schedule in enumerate(event.schedules, 1):
                if schedule.event is not None:
                    self._known(event.oid, f"schedules.{number}", schedule.event, self.events)
                if schedule.every and not event.repeating:
                    self.faults.of(
                        event.oid,
                        f"schedules.{number}",
                        "Only a repeating event can be due every so many days.",
                    )
        if version.pathway is not None:
            self._pathway(version.pathway)
        if version.normal_ranges is not None:
            for oid in (version.normal_ranges.sex, version.normal_ranges.birth):
                self._known("", "normal_ranges", oid, self.items)
        if version.grading is not None:
            self._grading(version.grading)

    def _known(self, part: str, key: str, oid: str, known: Iterable[str]) -> bool:
        if oid in known or oid in self.faults.lost:
            return True
        self.faults.of(part, key, "There is no {oid} in the study.", oid=oid)
        return False

    def _pathway(self, pathway: Pathway) -> None:
        seen: set[str] = set()
        for step in pathway.steps:
            if step.oid in seen:
                self.faults.of(step.oid, "", "{name} is defined twice.", name=step.oid)
            seen.add(step.oid)
        for step in pathway.steps:
            if step.event is not None:
                self._known(step.oid, "event", step.event, self.events)
            self._branches(step.oid, step.branches, seen)
        self._branches("anywhere", pathway.anywhere, seen)

    def _branches(self, part: str, branches: tuple[PathwayBranch, ...], steps: set[str]) -> None:
        for number, branch in enumerate(branches, 1):
            self._known(part, f"branches.{number}", branch.to, steps)
            for oid in branch.evidence:
                self._known(part, f"branches.{number}", oid, self.items)

    def _grading(self, grading: Grading) -> None:
        of = self.faults.of
        if all(setting.name != grading.version for setting in self.version.settings):
            of("", "", "There is no setting {name}.", name=grading.version)
        self._known("", "", grading.term, self.items)
        self._known("", "", grading.baseline, self.items)
        baseline, term = self.items.get(grading.baseline), self.items.get(grading.term)
        if baseline is not None and baseline.data_type not in DATE_TYPES:
            of("", "", "The baseline {item} is not a date.", item=baseline.oid)
        lists = {codelist.oid: codelist for codelist in self.version.codelists}
        codelist = lists.get(term.codelist or "") if term is not None else None
        for number, rule in enumerate(grading.rules, 1):
            key = f"rules.{number}"
            self._known("grading", key, rule.item, self.items)
            item = self.items.get(rule.item)
            if item is not None and (item.data_type not in NUMBER_TYPES or item.codelist is not None):
                of("grading", key, "{item} is not a number.", item=rule.item)
            if item is not None and rule.unit is not None and rule.unit not in (ref.unit for ref in item.units):
                of("grading", key, "{item} has no unit {unit}.", item=item.oid, unit=rule.unit)
            found = codelist.by_code.get(rule.term) if codelist is not None else None
            if codelist is not None and found is None:
                of(
                    "grading",
                    key,
                    "There is no code {code} in {list}.",
                    code=rule.term,
                    list=codelist.oid,
                )
            if (
                found is not None
                and found.only
                and (unknown := {*rule.grades, *rule.without_baseline} - set(found.only))
            ):
                of(
                    "grading",
                    key,
                    "The term {term} has no grade {grades}.",
                    term=rule.term,
                    grades=", ".join(sorted(unknown)),
                )
