"""What a form save becomes: the rules that stand between a person and the journal.

Pure: the form as it is (a fold), what the person wants (`SaveForm`), the study's rules and the civil date of the site
give either the body of the entry, or nothing (all was so already), or every reason why not.
"""

import datetime
import re

import msgspec

from desktop.actions import SaveForm
from desktop.casebook.fold import FormFold, SubjectFold
from desktop.errors import RefusedError
from desktop.journal.bodies import FiredCheck, FormSaved, ItemGroupData
from desktop.journal.entry import new_salt
from desktop.recording.note_text import LONGEST_NOTE, is_clean_text
from desktop.study.clinical_data import FormContent, FormKey, ItemPlace, ItemValue, copy_content, value_at
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import NON_REPEATING_ROW, Definition
from desktop.study.rules.assessment import Assessment, Code, Problem, assess
from desktop.study.rules.form_rules import Rules

MOST_REPEATS = 9999
LONGEST_ROW_KEY = 200


class FormRefusedError(RefusedError):
    """A form save that breaks rules. `problems` holds every one; their texts may name values and never reach a log."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("The form was not recorded: {n} points stand against it.", n=len(problems))
        self.problems = problems


def prepare_save(
    rules: Rules, act: SaveForm, fold: SubjectFold, location: str, today: datetime.date
) -> FormSaved | None:
    """The body to record; None where nothing would change. Raises FormRefusedError."""
    definition = rules.definition
    _refuse(_wrong_coordinates(definition, act, fold, location))
    _refuse(_wrong_places(definition, act))
    form = fold.forms.get(act.key, FormFold())
    before: FormContent = {} if form.removed is not None else form.content()
    # A row that is not there needs no removing: the same file may be entered twice.
    there = tuple((group, row) for group, row in act.removed_rows if row in before.get(group, {}))
    act = msgspec.structs.replace(act, removed_rows=there)
    after = _merged(before, act)
    others = {key: content for key, content in fold.contents().items() if key != act.key}
    assessment = assess(rules, act.key, after, others, today)
    changed = _changed(before, act)
    comments = _comments(act, form, changed)
    problems = [problem for problem in assessment.problems if _stands(problem, act, comments)]
    problems += _reasons_needed(before, changed, act)
    problems += _bad_notes(act)
    _refuse(problems)
    groups = _groups(definition, act, changed, {} if form.removed is not None else form.derived(), assessment)
    checks = _fired(definition, act.key.form, assessment, comments)
    exists = form.last is not None and form.removed is None
    if exists and not groups and form.complete == act.complete and set(checks) == set(form.checks):
        return None
    return FormSaved(
        salt=new_salt(),
        key=act.key,
        version=definition.version.oid,
        version_sha256=definition.sha256,
        entry_pass=act.entry_pass,
        basis=dict(form.basis if act.basis is None else act.basis),
        groups=groups,
        checks=checks,
        complete=act.complete,
        reason=act.reason.strip(),
    )


def coordinates_problem(definition: Definition, key: FormKey) -> Problem | None:
    """Why no form can stand at these coordinates, if none can."""
    event = definition.events.get(key.event)
    form = definition.forms.get(key.form)
    if event is None:
        return _problem(Code.UNKNOWN_OID, key.event, "The study has no such event.", "研究方案中没有该访视。")
    if form is None:
        return _problem(Code.UNKNOWN_OID, key.form, "The study has no such form.", "研究方案中没有该表单。")
    if all(ref.form != form.oid for ref in event.forms):
        return _problem(Code.UNKNOWN_OID, key.form, "This event does not have this form.", "该访视不包含此表单。")
    for oid, repeating, repeat in (
        (event.oid, event.repeating, key.event_repeat),
        (form.oid, form.repeating, key.form_repeat),
    ):
        if not 1 <= repeat <= (MOST_REPEATS if repeating else 1):
            return _problem(Code.NOT_ALLOWED, oid, "There is no such repeat of it.", "没有该重复序号。")
    return None


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise FormRefusedError(tuple(problems))


def _problem(code: Code, oid: str, english: str, chinese: str, place: ItemPlace | None = None) -> Problem:
    message: Text = {"en": english, "zh": chinese}
    return Problem(code=code, message=message, place=place, oid=oid)


def _wrong_coordinates(definition: Definition, act: SaveForm, fold: SubjectFold, location: str) -> list[Problem]:
    if act.entry_pass != 1:
        return [
            _problem(
                Code.NOT_YET,
                act.key.form,
                "Second entry is not in this release yet.",
                "本版本尚不支持第二次录入。",
            )
        ]
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
                "该受试者尚未登记。请先录入研究的第一份表单。",
            )
        ]
    if not re.fullmatch(definition.subject_key_regex(location), act.subject):
        return [
            _problem(
                Code.BAD_VALUE,
                act.key.form,
                "The subject key is not one of this site.",
                "受试者编号不符合本中心的编号规则。",
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
            problems.append(
                _problem(Code.UNKNOWN_OID, group_oid, "The form has no such group.", "表单中没有该项目组。")
            )
        elif group.repeating == (row == NON_REPEATING_ROW) or len(row) > LONGEST_ROW_KEY or not row.isprintable():
            problems.append(_problem(Code.BAD_VALUE, group_oid, "The row has no usable key.", "该行缺少可用的行标识。"))
    for place in act.items:
        group = groups.get(place.group)
        if group is not None and all(ref.item != place.item for ref in group.items):
            problems.append(
                _problem(Code.UNKNOWN_OID, place.item, "The form has no such item.", "表单中没有该项目。", place)
            )
        elif group is not None and definition.items[place.item].derivation is not None:
            problems.append(
                _problem(
                    Code.NOT_ALLOWED,
                    place.item,
                    "This value is worked out by the program and cannot be entered.",
                    "该值由程序计算得出，不能录入。",
                    place,
                )
            )
    return problems


def _merged(before: FormContent, act: SaveForm) -> FormContent:
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


def _changed(before: FormContent, act: SaveForm) -> dict[ItemPlace, ItemValue | None]:
    """What really changes: not what is entered again as it was."""
    return {
        place: value
        for place, value in act.items.items()
        if value != value_at(before, place) and (place.group, place.row) not in act.removed_rows
    }


def _comments(
    act: SaveForm, form: FormFold, changed: dict[ItemPlace, ItemValue | None]
) -> dict[tuple[str, ItemPlace], str]:
    """(check, place) -> comment: given before and still standing because the value is the same, or `*` given now."""
    known = {
        (check.check, ItemPlace(check.group, check.row, check.item)): check.comment
        for check in form.checks
        if check.comment and ItemPlace(check.group, check.row, check.item) not in changed
    }
    return known | {("*", place): text.strip() for place, text in act.comments.items() if text.strip()}


def _comment_for(problem: Problem, comments: dict[tuple[str, ItemPlace], str]) -> str:
    place = problem.place or ItemPlace("", "", problem.oid)
    return (
        comments.get(("*", place))
        or comments.get(("*", ItemPlace("", "", place.item)))
        or comments.get((problem.check, place), "")
    )


def _stands(problem: Problem, act: SaveForm, comments: dict[tuple[str, ItemPlace], str]) -> bool:
    if problem.code == Code.MISSING_MANDATORY:
        return act.complete
    if problem.code == Code.COMMENT_NEEDED:
        return not _comment_for(problem, comments)
    return True


def _reasons_needed(before: FormContent, changed: dict[ItemPlace, ItemValue | None], act: SaveForm) -> list[Problem]:
    """21 CFR 11.10(e), EMA computerised systems 6.2.1: a change of a saved value says why."""
    if act.reason.strip():
        return []
    english, chinese = "A saved value is changed: say why.", "已保存的数据有修改，须说明修改理由。"
    problems = [
        _problem(Code.REASON_NEEDED, place.item, english, chinese, place)
        for place in changed
        if value_at(before, place) is not None
    ]
    problems += [
        _problem(Code.REASON_NEEDED, group, "A saved row is removed: say why.", "删除已保存的行，须说明理由。")
        for group, _ in act.removed_rows
    ]
    return problems


def _bad_notes(act: SaveForm) -> list[Problem]:
    """Reasons and comments that cannot be kept as text."""
    problems: list[Problem] = []
    notes = [(act.key.form, act.reason), *((place.item, text) for place, text in act.comments.items())]
    for oid, note in notes:
        if len(note) > LONGEST_NOTE or not is_clean_text(note):
            problems.append(
                _problem(
                    Code.BAD_VALUE,
                    oid,
                    "The reason or comment is too long or holds characters that cannot be kept.",
                    "理由或备注过长，或含有无法保存的字符。",
                )
            )
    return problems


def _groups(
    definition: Definition,
    act: SaveForm,
    changed: dict[ItemPlace, ItemValue | None],
    derived_before: FormContent,
    assessment: Assessment,
) -> tuple[ItemGroupData, ...]:
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


def _fired(
    definition: Definition, form: str, assessment: Assessment, comments: dict[tuple[str, ItemPlace], str]
) -> tuple[FiredCheck, ...]:
    fired: list[FiredCheck] = []
    for problem in assessment.problems:
        if problem.code == Code.COMMENT_NEEDED:
            group = definition.group_of_item[form, problem.oid].oid
            place = problem.place or ItemPlace(group, "", problem.oid)
            fired.append(
                FiredCheck(
                    check=problem.check,
                    item=place.item,
                    group=place.group,
                    row=place.row,
                    comment=_comment_for(problem, comments),
                )
            )
    return tuple(fired)
