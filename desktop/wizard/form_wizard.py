"""State of a form being filled in: what was typed, what follows from it, whether it may be saved.

The wizard holds the form as it stands in the casebook (`FormView`) and what the person changed since. Whoever asks after
a change is told of the whole form assessed anew, so what is shown is always what `Site.record` would say. It knows no Qt,
no database and no clock.

Rows of a repeating group get a random key. The lines of a `lines` group and the cells of a `grid` get a key that follows
from what they stand for, so that two people who fill the same line on two computers meet in one row.
"""

import enum
import secrets
from collections.abc import Mapping

import msgspec

from desktop.actions import SaveForm
from desktop.study.clinical_data import CheckAt, FormContent, ItemPlace, ItemValue, copy_content, value_at
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import NON_REPEATING_ROW, Definition, FormDef, ItemGroupDef
from desktop.study.rules.assessment import Assessment, Code, Problem, assess, comment_for
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.laboratory import Flag
from desktop.study.values.typed_input import has_words
from desktop.views.forms import Draft, FormView

ROW_KEY_BYTES = 6


class PageState(enum.StrEnum):
    """What a page's sign in the list of pages says."""

    EMPTY = "empty"
    PARTIAL = "partial"
    DONE = "done"
    PROBLEM = "problem"
    CHECK = "check"
    """Only checks that a comment answers."""
    SKIPPED = "skipped"


class Page(msgspec.Struct, frozen=True):
    """A page of a form: one ItemGroup."""

    group: str
    title: Text
    state: PageState


class ValueChange(msgspec.Struct, frozen=True):
    """A saved value that will be another. A removed row is one change without an item."""

    place: ItemPlace
    old: ItemValue | None
    new: ItemValue | None


def new_row_key() -> str:
    """A fresh random key for a row of a repeating group."""
    return secrets.token_hex(ROW_KEY_BYTES)


class FormWizard:
    """One person filling one form."""

    def __init__(self, rules: Rules, view: FormView) -> None:
        self.rules = rules
        self.definition: Definition = rules.definition
        self.view = view
        self.form: FormDef = self.definition.forms[view.key.form]
        self.content: FormContent = copy_content(view.content)
        """Everything that was entered, saved or not."""
        self.changes: dict[ItemPlace, ItemValue | None] = {}
        self.removed_rows: list[tuple[str, str]] = []
        self.comments: dict[CheckAt, str] = _given_comments(view)
        self.basis = dict(view.basis)
        self._page = self.form.groups[0] if self.form.groups else ""
        self._left_pages: set[str] = set()
        self._checks_everything = view.exists
        self._checks = {check.oid: check for check in self.form.checks}
        self._problems: dict[ItemPlace | None, tuple[Problem, ...]] = {}
        self._missing: frozenset[ItemPlace] = frozenset()
        if view.draft is not None:
            self._take_up(view.draft)
        self.known: Assessment = self._assess()
        """The last assessment that was made: what was entered since is not in it."""
        self.is_stale = False
        """Whether something was entered since the last assessment."""

    # Where one is

    @property
    def page(self) -> str:
        """OID of the group whose page is shown."""
        return self._page

    @page.setter
    def page(self, group: str) -> None:
        """Go to a page; what waited for the one that is left applies from now on."""
        if group != self._page:
            self._left_pages.add(self._page)
            self._page = group
            self.is_stale = True

    def check_everything(self) -> None:
        """Let no check wait for a page any more: the form is to be saved."""
        if not self._checks_everything:
            self._checks_everything = True
            self.is_stale = True

    # What the window draws

    @property
    def assessment(self) -> Assessment:
        """What the rules say about the form as it is now."""
        self._look_again()
        return self.known

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages with their states, in order."""
        return tuple(
            Page(group.oid, group.title, self._page_state(group))
            for group in self.definition.form_groups(self.form.oid)
        )

    def rows(self, group: str) -> tuple[str, ...]:
        """Row keys of a group in order; the one empty key where the group does not repeat; every line of a `lines` group."""
        found = self.definition.groups[group]
        if not found.repeating:
            return (NON_REPEATING_ROW,)
        if found.lines:
            return tuple(self.lines(group).values())
        return tuple(self.content.get(group, {}))

    def lines(self, group: str) -> dict[str, str]:
        """Code -> row key of a `lines` group: one line for each code of its first item."""
        found = self.definition.groups[group]
        head = found.items[0].item
        codes = self.definition.codelist_of(self.definition.items[head])
        taken = {items[head].value: row for row, items in self.content.get(group, {}).items() if head in items}
        return {code: taken.get(code, code) for code in (codes.by_code if codes else {})}

    def value(self, place: ItemPlace) -> ItemValue | None:
        """What stands at a place: entered, or worked out where the item is derived."""
        if place in self.assessment.derived:
            return self.assessment.derived[place]
        return value_at(self.content, place)

    def saved(self, place: ItemPlace) -> ItemValue | None:
        """What the casebook has at a place."""
        return value_at(self.view.content, place)

    def suggestion(self, place: ItemPlace) -> ItemValue | None:
        """What follows from other entries for a place, where the study says so."""
        return self.assessment.suggestions.get(place)

    def flag(self, place: ItemPlace) -> Flag | None:
        """What is said of the laboratory value at a place."""
        return self.assessment.flags.get(place)

    def codes(self, place: ItemPlace) -> tuple[str, ...] | None:
        """The codes that may be chosen at a place because of another answer; None: all of the code list."""
        return self.assessment.allowed.get(place)

    def is_asked(self, place: ItemPlace) -> bool:
        """Whether the item applies; one that has a value is shown in any case."""
        return place not in self.assessment.skipped or value_at(self.content, place) is not None

    def problems_at(self, place: ItemPlace) -> tuple[Problem, ...]:
        """What is wrong or needs a comment there; not what is merely missing."""
        return self._sorted_problems().get(place, ())

    def stops(self, place: ItemPlace) -> bool:
        """Whether something is wrong there that no comment can answer."""
        return any(problem.code != Code.COMMENT_NEEDED for problem in self.problems_at(place))

    def waits_for_comment(self, place: ItemPlace) -> bool:
        """Whether a soft check fires there that nobody has answered."""
        return bool(self._unanswered(place))

    def comment_at(self, place: ItemPlace) -> str:
        """The comment to show at a place: empty while a check there waits for one."""
        fired = self._soft_problems(place)
        texts = [comment_for(problem, self.comments) for problem in fired]
        return "; ".join(dict.fromkeys(texts)) if all(texts) else ""

    @property
    def open_checks(self) -> tuple[ItemPlace, ...]:
        """The places with a check that nobody has answered, in the order of the pages."""
        self._look_again()
        waiting = (problem for found in self._problems.values() for problem in found)
        places = (
            problem.place
            for problem in self._in_order(tuple(waiting))
            if problem.code == Code.COMMENT_NEEDED and problem.place is not None and not self._is_answered(problem)
        )
        return tuple(dict.fromkeys(places))

    def is_missing(self, place: ItemPlace) -> bool:
        """Whether completion waits for a value there."""
        self._sorted_problems()
        return place in self._missing

    def incomplete(self, place: ItemPlace) -> tuple[Problem, ...]:
        """The study's own rules that stand against completion there."""
        found = self.assessment.problems
        return tuple(p for p in found if p.code == Code.MISSING_MANDATORY and p.place == place and p.check)

    @property
    def missing(self) -> tuple[ItemPlace, ...]:
        """What completion waits for, in the order of the pages."""
        return tuple(
            problem.place
            for problem in self._in_order(self.assessment.problems)
            if problem.code == Code.MISSING_MANDATORY and problem.place is not None
        )

    # What the person does

    def put(self, place: ItemPlace, value: ItemValue | None) -> None:
        """Give a place a value, or clear it (None)."""
        self.put_all({place: value})

    def put_all(self, values: Mapping[ItemPlace, ItemValue | None]) -> None:
        """Give many places values at once, e.g. a whole day of a grid."""
        for place, value in values.items():
            self._put(place, value)
            group = self.definition.groups[place.group]
            if group.lines:
                self._keep_line(group, place.row)
        self.is_stale = True

    def add_row(self, group: str, items: dict[str, ItemValue] | None = None, row: str = "") -> str:
        """Add a row to a repeating group; returns its key, a random one where none is given."""
        row = row or new_row_key()
        self._bring_back(group, row)
        self.content.setdefault(group, {}).setdefault(row, {})
        for item, value in (items or {}).items():
            self._put(ItemPlace(group, row, item), value)
        self.is_stale = True
        return row

    def remove_row(self, group: str, row: str) -> None:
        """Take a row out; if it was saved, the save will ask why."""
        self.remove_rows(group, (row,))

    def remove_rows(self, group: str, rows: tuple[str, ...]) -> None:
        """Take several rows out."""
        for row in rows:
            self._drop_row(group, row)
        self.is_stale = True

    def comment(self, place: ItemPlace, text: str) -> None:
        """Answer the soft checks at a place that wait for a comment; where none waits, all that fire there.

        A check that was answered before keeps its own comment when another one begins to fire beside it. What holds no
        words is no answer.
        """
        for problem in self._unanswered(place) or self._soft_problems(place):
            if has_words(text):
                self.comments[CheckAt(problem.check, place)] = text.strip()
            else:
                self.comments.pop(CheckAt(problem.check, place), None)

    def _soft_problems(self, place: ItemPlace) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems_at(place) if problem.code == Code.COMMENT_NEEDED)

    def _unanswered(self, place: ItemPlace) -> tuple[Problem, ...]:
        return tuple(problem for problem in self._soft_problems(place) if not comment_for(problem, self.comments))

    def turn(self, step: int) -> bool:
        """Go to the next (1) or previous (-1) page that is asked; False where there is none."""
        groups = list(self.form.groups)
        index = groups.index(self.page) + step
        while 0 <= index < len(groups):
            if self._page_state(self.definition.groups[groups[index]]) != PageState.SKIPPED:
                self.page = groups[index]
                return True
            index += step
        return False

    # What may be saved

    @property
    def is_changed(self) -> bool:
        """Whether anything differs from what is saved."""
        return bool(self.changes or self.removed_rows or self._new_comments())

    @property
    def changes_of_saved(self) -> tuple[ValueChange, ...]:
        """Saved values that were changed or cleared, and saved rows that were taken out: a save asks why."""
        order = {group: number for number, group in enumerate(self.form.groups)}
        changed = [
            ValueChange(place, old, new)
            for place, new in self.changes.items()
            if (old := self.saved(place)) is not None
        ]
        removed = [ValueChange(ItemPlace(group, row, ""), None, None) for group, row in self.removed_rows]
        return tuple(sorted(changed + removed, key=lambda change: order.get(change.place.group, -1)))

    @property
    def is_complete(self) -> bool:
        """Whether it may be saved as complete."""
        return not self.obstacles(complete=True)

    def obstacles(self, *, complete: bool) -> tuple[Problem, ...]:
        """What stops a save, or a save as complete, in page order. Empty: it may be saved."""
        stopping = tuple(
            problem
            for problem in self.assessment.problems
            if (problem.code == Code.MISSING_MANDATORY and complete)
            or (problem.code == Code.COMMENT_NEEDED and not self._is_answered(problem))
            or problem.code not in (Code.MISSING_MANDATORY, Code.COMMENT_NEEDED)
        )
        return self._in_order(stopping)

    def save_form(self, *, complete: bool, reason: str = "") -> SaveForm:
        """The act that records what was entered."""
        return SaveForm(
            subject=self.view.subject,
            key=self.view.key,
            items=dict(self.changes),
            removed_rows=tuple(self.removed_rows),
            comments=self._new_comments(),
            complete=complete,
            reason=reason,
            basis=self.basis,
            entry_pass=self.view.entry_pass,
        )

    def draft(self) -> Draft:
        """What to keep until it is saved."""
        return Draft(
            subject=self.view.subject,
            key=self.view.key,
            entry_pass=self.view.entry_pass,
            items={_name(place): value for place, value in self.changes.items()},
            removed_rows=tuple(self.removed_rows),
            comments={_check_name(at): text for at, text in self._new_comments().items()},
            basis=self.basis,
            page=self.page,
        )

    # Inside

    def _take_up(self, draft: Draft) -> None:
        """Go on where the person stopped, seeing what was seen then: a later save elsewhere shows as a discrepancy."""
        self.basis = dict(draft.basis)
        # What was typed under another version of the study, and is not asked any more, could be neither seen nor saved.
        asked = {(group.oid, item.oid) for group, _, item in self.definition.form_items(self.form.oid)}
        for group, row in draft.removed_rows:
            if group in self.form.groups:
                self._drop_row(group, row)
        for where, value in draft.items.items():
            place = _named(where)
            if (place.group, place.item) in asked:
                self._put(place, value)
        for where, text in draft.comments.items():
            at = _named_check(where)
            if (at.place.group, at.place.item) in asked:
                self.comments[at] = text
        if draft.page in self.form.groups:
            self.page = draft.page

    def _put(self, place: ItemPlace, value: ItemValue | None) -> None:
        self._bring_back(place.group, place.row)
        row = self.content.setdefault(place.group, {}).setdefault(place.row, {})
        if value is None:
            row.pop(place.item, None)
        else:
            row[place.item] = value
        if value == self.saved(place):
            self.changes.pop(place, None)
        else:
            self.changes[place] = value
        # A comment was about the value: another value needs another, the saved one has its own again.
        for at in [at for at in self.comments if at.place == place]:
            del self.comments[at]
        if place not in self.changes:
            self.comments |= {at: text for at, text in _given_comments(self.view).items() if at.place == place}

    def _keep_line(self, group: ItemGroupDef, row: str) -> None:
        """A line names its code as soon as it says something, and is gone when it says nothing and was never saved."""
        head = group.items[0].item
        place = ItemPlace(group.oid, row, head)
        items = self.content.get(group.oid, {}).get(row, {})
        if any(item != head for item in items):
            if head not in items:
                self._put(place, ItemValue(value=row))
        elif row not in self.view.content.get(group.oid, {}):
            self._drop_row(group.oid, row)

    def _drop_row(self, group: str, row: str) -> None:
        self.content.get(group, {}).pop(row, None)
        for place in [place for place in self.changes if (place.group, place.row) == (group, row)]:
            del self.changes[place]
        for at in [at for at in self.comments if (at.place.group, at.place.row) == (group, row)]:
            del self.comments[at]
        if row in self.view.content.get(group, {}) and (group, row) not in self.removed_rows:
            self.removed_rows.append((group, row))

    def _bring_back(self, group: str, row: str) -> None:
        """A removed row that is filled again is the same row, with what it now lacks cleared."""
        if (group, row) in self.removed_rows:
            self.removed_rows.remove((group, row))
            for item in self.view.content[group][row]:
                self.changes[ItemPlace(group, row, item)] = None

    def _assess(self) -> Assessment:
        assessment = assess(self.rules, self.view.key, self._with_empty_lines(), self.view.others, self.view.today)
        if self.view.silent_checks:
            heard = tuple(one for one in assessment.problems if one.check not in self.view.silent_checks)
            assessment = msgspec.structs.replace(assessment, problems=heard)
        if self.view.entry_pass != 1:
            assessment = self._of_second_pass(assessment)
        problems: dict[ItemPlace | None, list[Problem]] = {}
        missing: set[ItemPlace] = set()
        for problem in assessment.problems:
            if self._is_about_empty_line(problem.place) or self._is_premature(problem):
                continue
            if problem.code != Code.MISSING_MANDATORY:
                problems.setdefault(problem.place, []).append(problem)
            elif problem.place is not None:
                missing.add(problem.place)
        self._problems = {place: tuple(found) for place, found in problems.items()}
        self._missing = frozenset(missing)
        return assessment

    def _of_second_pass(self, assessment: Assessment) -> Assessment:
        """Of a form that is entered twice in part, the second pass asks those items alone."""
        twice = self.definition.entered_twice.get(self.form.oid, frozenset())
        once = frozenset(
            ItemPlace(group.oid, row, item.oid)
            for group, _, item in self.definition.form_items(self.form.oid)
            for row in (self.content.get(group.oid, {}) if group.repeating else (NON_REPEATING_ROW,))
            if item.derivation is None and item.oid not in twice
        )
        problems = tuple(
            problem for problem in assessment.problems if problem.code != Code.MISSING_MANDATORY or problem.oid in twice
        )
        return msgspec.structs.replace(assessment, problems=problems, skipped=assessment.skipped | once)

    def _sorted_problems(self) -> Mapping[ItemPlace | None, tuple[Problem, ...]]:
        """What is wrong now, by place."""
        self._look_again()
        return self._problems

    def _look_again(self) -> None:
        if self.is_stale:
            self.known = self._assess()
            self.is_stale = False

    def _is_about_empty_line(self, place: ItemPlace | None) -> bool:
        """Whether a problem is about the code of a line that says nothing yet: nobody entered it."""
        if place is None or not self.definition.groups[place.group].lines:
            return False
        head = self.definition.groups[place.group].items[0].item
        return place.item == head and value_at(self.content, place) is None

    def _is_premature(self, problem: Problem) -> bool:
        """Whether a check reads a page that the person has not come to yet: nobody can have satisfied it."""
        check = self._checks.get(problem.check)
        if self._checks_everything or check is None or problem.place is None:
            return False
        to_come = self.rules.groups_read(self.form, check) - self._left_pages - {problem.place.group}
        return any(not any(self.content.get(group, {}).values()) for group in to_come)

    def _with_empty_lines(self) -> FormContent:
        """The content with every line of a `lines` group in it: what no line says yet is missing, too."""
        groups = [group for group in self.definition.form_groups(self.form.oid) if group.lines]
        if not groups:
            return self.content
        content = dict(self.content)
        for group in groups:
            head = group.items[0].item
            there = self.content.get(group.oid, {})
            lines = {
                row: {head: ItemValue(value=code)} for code, row in self.lines(group.oid).items() if row not in there
            }
            content[group.oid] = {**there, **lines}
        return content

    def _in_order(self, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """As a person meets them: page by page, row by row, question by question."""
        pages = {group: number for number, group in enumerate(self.form.groups)}
        row_orders = {group: self._row_order(group) for group in pages}
        item_orders = {group: self._item_order(group) for group in pages}

        def position(problem: Problem) -> tuple[int, int, int]:
            place = problem.place
            if place is None or place.group not in pages:
                return (-1, 0, 0)
            rows, items = row_orders[place.group], item_orders[place.group]
            return (pages[place.group], rows.get(place.row, -1), items.get(place.item, 0))

        return tuple(sorted(problems, key=position))

    def _row_order(self, group: str) -> dict[str, int]:
        return {row: number for number, row in enumerate(self.rows(group))}

    def _item_order(self, group: str) -> dict[str, int]:
        return {ref.item: number for number, ref in enumerate(self.definition.groups[group].items)}

    def _is_answered(self, problem: Problem) -> bool:
        return bool(comment_for(problem, self.comments))

    def _new_comments(self) -> dict[CheckAt, str]:
        known = _given_comments(self.view)
        return {at: text for at, text in self.comments.items() if known.get(at) != text}

    def _page_state(self, group: ItemGroupDef) -> PageState:
        entered = [ref.item for ref in group.items if self.definition.items[ref.item].derivation is None]
        if group.lines:
            entered = entered[1:]
        rows = self.rows(group.oid)
        asked = [place for row in rows for item in entered if self.is_asked(place := ItemPlace(group.oid, row, item))]
        if rows and entered and not asked:
            return PageState.SKIPPED
        open_problems = {
            problem.code
            for found in self._sorted_problems().values()
            for problem in found
            if problem.place is not None and problem.place.group == group.oid and not self._is_answered(problem)
        }
        if open_problems:
            return PageState.CHECK if open_problems == {Code.COMMENT_NEEDED} else PageState.PROBLEM
        if not entered:
            # Nobody enters anything here: what is worked out is all there is.
            asked = [place for place in self.assessment.derived if place.group == group.oid]
        if not any(self.value(place) is not None for place in asked):
            return PageState.EMPTY
        return PageState.PARTIAL if any(map(self.is_missing, asked)) else PageState.DONE


def _given_comments(view: FormView) -> dict[CheckAt, str]:
    return {check.at: check.comment for check in view.checks if check.comment}


def _name(place: ItemPlace) -> str:
    """A place as a key of a draft."""
    return f"{place.group}|{place.row}|{place.item}"


def _named(name: str) -> ItemPlace:
    """The place that `_name` named; only a row's key may hold a bar itself."""
    group, rest = name.split("|", 1)
    row, item = rest.rsplit("|", 1)
    return ItemPlace(group, row, item)


def _check_name(at: CheckAt) -> str:
    """A check at a place as a key of a draft."""
    return f"{at.check}!{_name(at.place)}"


def _named_check(name: str) -> CheckAt:
    """The check and place that `_check_name` named. A key without a check is of release 0.1.0: any check there."""
    check, mark, place = name.partition("!")
    return CheckAt(check, _named(place)) if mark and "|" not in check else CheckAt("", _named(name))
