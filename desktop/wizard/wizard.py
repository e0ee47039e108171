"""How a form is filled: what was typed, what it leads to, and whether it may be saved. A window only draws this.

The wizard holds the form as it stands in the casebook (`FormView`) and what the person changed since. After each change
the whole form is assessed anew (under 5 ms), so what is shown is always what `Site.record` would say. It knows no Qt, no
database and no clock.
"""

import enum
import secrets

import msgspec

from desktop.acts import SaveForm
from desktop.casebook.views import Draft, FormView
from desktop.study.assess import Assessment, Code, Problem, assess
from desktop.study.checks import Rules
from desktop.study.data import FormContent, ItemPlace, ItemValue, copy_content, value_at
from desktop.study.definition import NON_REPEATING_ROW, Definition, FormDef, ItemGroupDef, Text

ROW_KEY_BYTES = 6


class PageState(enum.StrEnum):
    """What a page's sign in the list of pages says."""

    EMPTY = "empty"
    PARTIAL = "partial"
    DONE = "done"
    PROBLEM = "problem"
    SKIPPED = "skipped"


class Page(msgspec.Struct, frozen=True):
    """A page of a form: one ItemGroup."""

    group: str
    title: Text
    state: PageState


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
        self.changes: dict[ItemPlace, ItemValue | None] = {}
        self.removed_rows: list[tuple[str, str]] = []
        self.comments: dict[ItemPlace, str] = {
            ItemPlace(check.group, check.row, check.item): check.comment for check in view.checks if check.comment
        }
        self.basis = dict(view.basis)
        self.assessment: Assessment
        self.page = self.form.groups[0] if self.form.groups else ""
        if view.draft is not None:
            self._take_up(view.draft)
        self._assess()

    # What the window draws

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages with their states, in order."""
        return tuple(
            Page(group.oid, group.title, self._page_state(group))
            for group in self.definition.form_groups(self.form.oid)
        )

    def rows(self, group: str) -> tuple[str, ...]:
        """Row keys of a group in order; the one empty key where the group does not repeat."""
        if not self.definition.groups[group].repeating:
            return (NON_REPEATING_ROW,)
        return tuple(self.content.get(group, {}))

    def value(self, place: ItemPlace) -> ItemValue | None:
        """What stands at a place: entered, or worked out where the item is derived."""
        if place in self.assessment.derived:
            return self.assessment.derived[place]
        return value_at(self.content, place)

    def saved(self, place: ItemPlace) -> ItemValue | None:
        """What the casebook has at a place."""
        return value_at(self.view.content, place)

    def is_asked(self, place: ItemPlace) -> bool:
        """Whether the item applies; one that has a value is shown in any case."""
        return place not in self.assessment.skipped or value_at(self.content, place) is not None

    def problems_at(self, place: ItemPlace) -> tuple[Problem, ...]:
        """What is wrong or needs a comment there; not what is merely missing."""
        return tuple(
            problem
            for problem in self.assessment.problems
            if problem.place == place and problem.code != Code.MISSING_MANDATORY
        )

    def is_missing(self, place: ItemPlace) -> bool:
        """Whether completion waits for a value there."""
        return any(p.place == place and p.code == Code.MISSING_MANDATORY for p in self.assessment.problems)

    # What the person does

    def put(self, place: ItemPlace, value: ItemValue | None) -> None:
        """Give a place a value, or clear it (None)."""
        self._put(place, value)
        self._assess()

    def put_all(self, values: dict[ItemPlace, ItemValue | None]) -> None:
        """Give many places values at once, e.g. a whole day of a grid."""
        for place, value in values.items():
            self._put(place, value)
        self._assess()

    def add_row(self, group: str, items: dict[str, ItemValue] | None = None) -> str:
        """Add a row to a repeating group; returns its key."""
        row = new_row_key()
        self.content.setdefault(group, {})[row] = {}
        for item, value in (items or {}).items():
            self._put(ItemPlace(group, row, item), value)
        self._assess()
        return row

    def remove_row(self, group: str, row: str) -> None:
        """Take a row out; if it was saved, the save will ask why."""
        self.content.get(group, {}).pop(row, None)
        for place in [place for place in self.changes if (place.group, place.row) == (group, row)]:
            del self.changes[place]
        if row in self.view.content.get(group, {}):
            self.removed_rows.append((group, row))
        self._assess()

    def comment(self, place: ItemPlace, text: str) -> None:
        """Answer the soft checks at a place."""
        if text.strip():
            self.comments[place] = text
        else:
            self.comments.pop(place, None)

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
    def needs_reason(self) -> tuple[ItemPlace, ...]:
        """Saved values that were changed, cleared or removed; then a save asks why."""
        changed = tuple(place for place in self.changes if self.saved(place) is not None)
        removed = tuple(ItemPlace(group, row, "") for group, row in self.removed_rows)
        return changed + removed

    def obstacles(self, *, complete: bool) -> tuple[Problem, ...]:
        """What stops a save, or a save as complete, in page order. Empty: it may be saved."""
        stopping = [
            problem
            for problem in self.assessment.problems
            if (problem.code == Code.MISSING_MANDATORY and complete)
            or (problem.code == Code.COMMENT_NEEDED and not self._is_answered(problem))
            or problem.code not in (Code.MISSING_MANDATORY, Code.COMMENT_NEEDED)
        ]
        order = {group: number for number, group in enumerate(self.form.groups)}
        return tuple(sorted(stopping, key=lambda p: order.get(p.place.group, -1) if p.place else -1))

    def save_form(self, *, complete: bool, reason: str = "") -> SaveForm:
        """The act that records what was entered."""
        return SaveForm(
            subject=self.view.subject,
            key=self.view.key,
            items=dict(self.changes),
            removed_rows=tuple(self.removed_rows),
            comments=dict(self.comments),
            complete=complete,
            reason=reason,
            basis=self.basis,
        )

    def draft(self) -> Draft:
        """What to keep until it is saved."""
        return Draft(
            subject=self.view.subject,
            key=self.view.key,
            items={"|".join((place.group, place.row, place.item)): value for place, value in self.changes.items()},
            removed_rows=tuple(self.removed_rows),
            comments={"|".join((p.group, p.row, p.item)): text for p, text in self._new_comments().items()},
            basis=self.basis,
            page=self.page,
        )

    # Inside

    def _take_up(self, draft: Draft) -> None:
        """Go on where the person stopped, seeing what was seen then: a later save elsewhere shows as a discrepancy."""
        self.basis = dict(draft.basis)
        for group, row in draft.removed_rows:
            if self.content.get(group, {}).pop(row, None) is not None:
                self.removed_rows.append((group, row))
        for where, value in draft.items.items():
            self._put(ItemPlace(*where.split("|", 2)), value)
        for where, text in draft.comments.items():
            self.comments[ItemPlace(*where.split("|", 2))] = text
        if draft.page in self.form.groups:
            self.page = draft.page

    def _put(self, place: ItemPlace, value: ItemValue | None) -> None:
        row = self.content.setdefault(place.group, {}).setdefault(place.row, {})
        if value is None:
            row.pop(place.item, None)
        else:
            row[place.item] = value
        if value == self.saved(place):
            self.changes.pop(place, None)
        else:
            self.changes[place] = value
        self.comments.pop(place, None)

    def _assess(self) -> None:
        self.assessment = assess(self.rules, self.view.key, self.content, self.view.others, self.view.today)

    def _is_answered(self, problem: Problem) -> bool:
        return problem.place is not None and problem.place in self.comments

    def _new_comments(self) -> dict[ItemPlace, str]:
        known = {ItemPlace(check.group, check.row, check.item): check.comment for check in self.view.checks}
        return {place: text for place, text in self.comments.items() if known.get(place) != text}

    def _page_state(self, group: ItemGroupDef) -> PageState:
        places = [
            ItemPlace(group.oid, row, ref.item)
            for row in self.rows(group.oid)
            for ref in group.items
            if self.definition.items[ref.item].derivation is None
        ]
        asked = [place for place in places if self.is_asked(place)]
        if places and not asked:
            return PageState.SKIPPED
        if any(
            problem.place is not None
            and problem.place.group == group.oid
            and problem.code != Code.MISSING_MANDATORY
            and not self._is_answered(problem)
            for problem in self.assessment.problems
        ):
            return PageState.PROBLEM
        filled = [place for place in asked if value_at(self.content, place) is not None]
        if not filled:
            return PageState.EMPTY
        return PageState.PARTIAL if any(map(self.is_missing, asked)) else PageState.DONE
