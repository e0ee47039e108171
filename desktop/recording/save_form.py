"""Rules of a form save: turns what a person entered into a journal entry, or reports every reason why not.

Pure: the form as it is (a fold), what the person wants (`SaveForm`), the study's rules and the civil date of the site
give either the body of the entry, or nothing (all was so already), or every reason why not.
"""

import datetime
import re
from collections.abc import Container

import msgspec

from desktop.actions import SaveForm
from desktop.casebook.double_entry import NOTHING_HIDDEN, Hidden
from desktop.casebook.fold import SubjectFold
from desktop.casebook.form_fold import CONCURRENT, FormFold
from desktop.errors import RefusedError
from desktop.journal.bodies import FiredCheck, FormSaved, ItemGroupData
from desktop.journal.entry import new_salt
from desktop.messages import bilingual
from desktop.recording.grid_cells import doubled_cells
from desktop.recording.note_text import MAX_NOTE_LENGTH, is_clean_text
from desktop.recording.second_entry import SECOND_COMPLETE, refusal, refusal_of_first
from desktop.study.clinical_data import FormContent, FormKey, ItemPlace, ItemValue, copy_content, value_at
from desktop.study.definition.metadata import NON_REPEATING_ROW, Definition
from desktop.study.rules.assessment import Assessment, Code, Problem, assess, comment_for
from desktop.study.rules.form_rules import Rules
from desktop.study.values.typed_input import has_words

MAX_REPEATS = 9999
MAX_ROW_KEY_LENGTH = 200
LOCKED = "This form is frozen or locked. A manager can unlock it."


class FormRefusedError(RefusedError):
    """A form save that breaks rules. `problems` holds every one; their texts may name values and never reach a log."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("The form was not recorded: {n} points stand against it.", n=len(problems))
        self.problems = problems


class Saver(msgspec.Struct, frozen=True, kw_only=True):
    """Who saves, where and when."""

    user: str
    location: str
    today: datetime.date
    is_blind: bool = False
    """The first pass is hidden from the person."""
    hidden: Hidden = NOTHING_HIDDEN
    """What other forms' hidden first passes must not tell the person."""


def prepare_save(
    rules: Rules, act: SaveForm, fold: SubjectFold, others: dict[FormKey, FormContent], saver: Saver
) -> FormSaved | None:
    """The body to record; None where nothing would change. `others` are the other forms that the person may read.

    Raises FormRefusedError.
    """
    definition = rules.definition
    _refuse(_wrong_coordinates(definition, act, fold, saver.location))
    whole = fold.forms.get(act.key, FormFold())
    _refuse(_wrong_pass(definition, act, whole, saver))
    _refuse(_wrong_places(definition, act))
    form = whole if act.entry_pass == 1 else whole.second or FormFold()
    before: FormContent = {} if form.removed is not None else form.content()
    # A row that is not there needs no removing: the same file may be entered twice.
    there = tuple((group, row) for group, row in act.removed_rows if row in before.get(group, {}))
    act = msgspec.structs.replace(act, removed_rows=there)
    after = merged(before, act)
    assessment = as_heard(assess(rules, act.key, after, others, saver.today), saver.hidden)
    contested = [one.place for one in whole.open_differences if one.kind == CONCURRENT]
    changed = _changed(before, act, contested if act.entry_pass == 1 else ())
    fired = _fired(act, form, changed, assessment)
    problems = [
        problem
        for problem in assessment.problems
        if problem.code != Code.COMMENT_NEEDED
        and (problem.code != Code.MISSING_MANDATORY or (act.complete and _is_asked(definition, act, problem)))
    ]
    problems += [problem for problem, comment in fired if not comment]
    problems += _reasons_needed(before, changed, act)
    problems += _bad_notes(act)
    problems += _doubled_cells(definition, act, after)
    _refuse(problems)
    groups = changed_groups(definition, act, changed, {} if form.removed is not None else form.derived(), assessment)
    checks = _checks(definition, act.key.form, fired)
    exists = form.last is not None and form.removed is None
    if exists and not groups and form.complete == act.complete and set(checks) == set(form.checks):
        return None
    if whole.lock is not None:
        _refuse([_problem(Code.NOT_ALLOWED, act.key.form, LOCKED)])
    if act.entry_pass != 1 and whole.has_both_passes:
        _refuse([Problem(code=Code.NOT_ALLOWED, message=SECOND_COMPLETE, place=None, oid=act.key.form)])
    return FormSaved(
        salt=new_salt(),
        key=act.key,
        version=definition.version.oid,
        version_sha256=definition.sha256,
        entry_pass=act.entry_pass,
        basis=dict(whole.basis if act.basis is None else act.basis),
        groups=groups,
        checks=checks,
        complete=act.complete,
        reason=act.reason.strip(),
    )


def as_heard(assessment: Assessment, hidden: Hidden) -> Assessment:
    """What of an assessment is put to the person, and recorded: a derived value that reads a hidden form stays as it is."""
    if hidden == NOTHING_HIDDEN:
        return assessment
    return msgspec.structs.replace(
        assessment,
        problems=tuple(problem for problem in assessment.problems if problem.check not in hidden.checks),
        derived={place: value for place, value in assessment.derived.items() if place.item not in hidden.items},
    )


def _wrong_pass(definition: Definition, act: SaveForm, form: FormFold, saver: Saver) -> list[Problem]:
    if act.entry_pass == 1:
        message = refusal_of_first(is_blind=saver.is_blind)
    else:
        message = refusal(definition, act.key.form, form, saver.user)
    if message is None:
        return []
    return [Problem(code=Code.NOT_ALLOWED, message=message, place=None, oid=act.key.form)]


def _is_asked(definition: Definition, act: SaveForm, problem: Problem) -> bool:
    """Whether the pass asks for it: of a form that is entered twice in part, the second asks those items alone."""
    if act.entry_pass == 1 or problem.code != Code.MISSING_MANDATORY:
        return True
    return problem.oid in definition.entered_twice[act.key.form]


def coordinates_problem(definition: Definition, key: FormKey) -> Problem | None:
    """Why no form can stand at these coordinates, if none can."""
    event = definition.events.get(key.event)
    form = definition.forms.get(key.form)
    if event is None:
        return _problem(Code.UNKNOWN_OID, key.event, "The study has no such event.")
    if form is None:
        return _problem(Code.UNKNOWN_OID, key.form, "The study has no such form.")
    if all(ref.form != form.oid for ref in event.forms):
        return _problem(Code.UNKNOWN_OID, key.form, "This event does not have this form.")
    for oid, repeating, repeat in (
        (event.oid, event.repeating, key.event_repeat),
        (form.oid, form.repeating, key.form_repeat),
    ):
        if not 1 <= repeat <= (MAX_REPEATS if repeating else 1):
            return _problem(Code.NOT_ALLOWED, oid, "There is no such repeat of it.")
    return None


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise FormRefusedError(tuple(problems))


def _problem(code: Code, oid: str, message: str, place: ItemPlace | None = None) -> Problem:
    return Problem(code=code, message=bilingual(message), place=place, oid=oid)


def _wrong_coordinates(definition: Definition, act: SaveForm, fold: SubjectFold, location: str) -> list[Problem]:
    wrong = coordinates_problem(definition, act.key)
    if wrong is not None:
        return [wrong]
    if any(form.removed is None for form in fold.forms.values()):
        return []
    version = definition.version
    if act.key != FormKey(version.first_event, 1, version.first_form, 1):
        return [
            _problem(
                Code.NOT_ALLOWED,
                act.key.form,
                "This subject is not registered. A subject begins with the study's first form.",
            )
        ]
    if not re.fullmatch(definition.subject_key_regex(location), act.subject):
        return [
            _problem(
                Code.BAD_VALUE,
                act.key.form,
                "The subject key is not one of this site.",
            )
        ]
    return []


def _wrong_places(definition: Definition, act: SaveForm) -> list[Problem]:
    """Items, groups and rows that the form does not have."""
    problems: list[Problem] = []
    groups = {group.oid: group for group in definition.form_groups(act.key.form)}
    rows = {(place.group, place.row) for place in act.items} | set(act.removed_rows)
    for group_oid, row in sorted(rows):
        group = groups.get(group_oid)
        if group is None:
            problems.append(_problem(Code.UNKNOWN_OID, group_oid, "The form has no such group."))
        elif group.repeating == (row == NON_REPEATING_ROW) or len(row) > MAX_ROW_KEY_LENGTH or not row.isprintable():
            problems.append(_problem(Code.BAD_VALUE, group_oid, "The row has no usable key."))
    for place in act.items:
        group = groups.get(place.group)
        if group is not None and all(ref.item != place.item for ref in group.items):
            problems.append(_problem(Code.UNKNOWN_OID, place.item, "The form has no such item.", place))
        elif group is not None and definition.items[place.item].derivation is not None:
            problems.append(
                _problem(
                    Code.NOT_ALLOWED,
                    place.item,
                    "This value is worked out by the program and cannot be entered.",
                    place,
                )
            )
    return problems


def merged(before: FormContent, act: SaveForm) -> FormContent:
    """The content as it would be."""
    after = copy_content(before)
    for group, row in act.removed_rows:
        after.get(group, {}).pop(row, None)
    for place, value in act.items.items():
        if (place.group, place.row) in act.removed_rows:
            continue
        row = after.setdefault(place.group, {}).setdefault(place.row, {})
        if value is None:
            row.pop(place.item, None)
        else:
            row[place.item] = value
    return after


def _changed(
    before: FormContent, act: SaveForm, contested: Container[ItemPlace | None]
) -> dict[ItemPlace, ItemValue | None]:
    """What really changes: not what is entered again as it was, unless that settles a discrepancy."""
    return {
        place: value
        for place, value in act.items.items()
        if (value != value_at(before, place) or place in contested) and (place.group, place.row) not in act.removed_rows
    }


def _fired(
    act: SaveForm, form: FormFold, changed: dict[ItemPlace, ItemValue | None], assessment: Assessment
) -> list[tuple[Problem, str]]:
    """The soft checks that fire, each with the comment that answers it: given now, or before on this check and value."""
    kept = {check.at: check.comment for check in form.checks if check.comment and check.at.place not in changed}
    given = {at: text.strip() for at, text in act.comments.items() if has_words(text)}
    return [
        (problem, comment_for(problem, given) or comment_for(problem, kept))
        for problem in assessment.problems
        if problem.code == Code.COMMENT_NEEDED
    ]


def _reasons_needed(before: FormContent, changed: dict[ItemPlace, ItemValue | None], act: SaveForm) -> list[Problem]:
    """21 CFR 11.10(e), EMA computerised systems 6.2.1: a change of a saved value says why."""
    if has_words(act.reason):
        return []
    problems = [
        _problem(Code.REASON_NEEDED, place.item, "A saved value is changed: say why.", place)
        for place in changed
        if value_at(before, place) is not None
    ]
    problems += [
        _problem(Code.REASON_NEEDED, group, "A saved row is removed: say why.") for group, _ in act.removed_rows
    ]
    return problems


def _doubled_cells(definition: Definition, act: SaveForm, after: FormContent) -> list[Problem]:
    touched = {(place.group, place.row) for place in act.items}
    return [
        _problem(Code.BAD_VALUE, place.item, "Another row has this row and column of the grid already.", place)
        for place in doubled_cells(definition, act.key.form, after, touched)
    ]


def _bad_notes(act: SaveForm) -> list[Problem]:
    """Reasons and comments that cannot be kept as text."""
    problems: list[Problem] = []
    notes = [(act.key.form, act.reason), *((at.place.item, text) for at, text in act.comments.items())]
    for oid, note in notes:
        if len(note) > MAX_NOTE_LENGTH or not is_clean_text(note):
            problems.append(
                _problem(
                    Code.BAD_VALUE,
                    oid,
                    "The reason or comment is too long or holds characters that cannot be kept.",
                )
            )
    return problems


def changed_groups(
    definition: Definition,
    act: SaveForm,
    changed: dict[ItemPlace, ItemValue | None],
    derived_before: FormContent,
    assessment: Assessment,
) -> tuple[ItemGroupData, ...]:
    """What changes, row by row, derived values included."""
    items: dict[tuple[str, str], dict[str, ItemValue | None]] = {}
    derived: dict[tuple[str, str], dict[str, ItemValue | None]] = {}
    for place, value in changed.items():
        items.setdefault((place.group, place.row), {})[place.item] = value
    for place, value in assessment.derived.items():
        if value != value_at(derived_before, place):
            derived.setdefault((place.group, place.row), {})[place.item] = value
    order = {group: number for number, group in enumerate(definition.forms[act.key.form].groups)}
    places = sorted(dict.fromkeys([*items, *derived]), key=lambda place: order[place[0]])
    kept = tuple(
        ItemGroupData(group=group, row=row, items=items.get((group, row), {}), derived=derived.get((group, row), {}))
        for group, row in places
    )
    return kept + tuple(ItemGroupData(group=group, row=row, removed=True) for group, row in act.removed_rows)


def _checks(definition: Definition, form: str, fired: list[tuple[Problem, str]]) -> tuple[FiredCheck, ...]:
    checks: list[FiredCheck] = []
    for problem, comment in fired:
        group = definition.group_of_item[form, problem.oid].oid
        place = problem.place or ItemPlace(group, "", problem.oid)
        checks.append(
            FiredCheck(check=problem.check, item=place.item, group=place.group, row=place.row, comment=comment)
        )
    return tuple(checks)
