"""The fold: journal entries about one subject -> what its record is now.

Pure and total: it evaluates no expression, reads no clock, no zone and no row id, and never refuses an entry. Entries are
applied in the order (hybrid time, device, sequence); the same entries give the same record, in whatever order they
arrived. What arrives late makes the subject fold again from its first entry.

The result is kept in the vault as one row a form, one a row of an ItemGroup and one a decision. `FOLD_VERSION`
counts changes of what the fold makes; a vault folded by another version is folded again at opening.
"""

from collections.abc import Iterable

import msgspec

from desktop.journal.bodies import FiredCheck, FormRemoved, FormSaved, ItemGroupData, PathwayDecided
from desktop.journal.entry import Entry
from desktop.study.clinical_data import FormContent, FormKey, ItemPlace, ItemValue
from desktop.study.rules.pathway import Decision
from desktop.views.forms import FormState

FOLD_VERSION = 2


class Writer(msgspec.Struct, frozen=True, array_like=True):
    """The entry that wrote something: enough to say who and when without looking it up."""

    device: str
    sequence: int
    user: str
    wall: str


class StoredValue(msgspec.Struct, frozen=True, array_like=True):
    """What stands at a place, and who put it there. A cleared place keeps its writer."""

    value: ItemValue | None
    writer: Writer


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """Two entries that did not see each other gave one place different contents.

    `place` is None where the form itself was made, or removed, by one and changed by the other.
    """

    place: ItemPlace | None
    kind: str
    """`concurrent`: one value, row or form changed on two computers; `created_twice`: one form begun on two."""
    values: tuple[ItemValue | None, ...]
    writers: tuple[Writer, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One value changed once, as the fold met it."""

    key: FormKey
    place: ItemPlace
    old: ItemValue | None
    new: ItemValue | None
    derived: bool
    entry: Entry
    reason: str


class GroupState(msgspec.Struct):
    """One row of an ItemGroup while it is folded."""

    position: int
    """Counts the rows of the form in the order in which they came."""
    items: dict[str, StoredValue] = {}
    derived: dict[str, ItemValue] = {}
    removed: Writer | None = None


class FormFold(msgspec.Struct):
    """One form of a subject while it is folded."""

    version: str = ""
    version_sha256: str = ""
    complete: bool = False
    removed: Writer | None = None
    first: Writer | None = None
    last: Writer | None = None
    time: int = 0
    basis: dict[str, int] = {}
    """Device -> sequence of its newest entry about this form."""
    checks: tuple[FiredCheck, ...] = ()
    clashes: list[Clash] = []
    rows: dict[tuple[str, str], GroupState] = {}

    @property
    def state(self) -> FormState:
        """The form's state for people."""
        if self.clashes:
            return FormState.DISCREPANT
        return FormState.COMPLETE if self.complete else FormState.INCOMPLETE

    def content(self) -> FormContent:
        """The values that were entered, rows in order."""
        return self._collect(derived=False)

    def derived(self) -> FormContent:
        """The values that were worked out at the last save."""
        return self._collect(derived=True)

    def everything(self) -> FormContent:
        """Entered and worked out values together: what other forms read."""
        content = self._collect(derived=False)
        for group, rows in self._collect(derived=True).items():
            for row, items in rows.items():
                content.setdefault(group, {}).setdefault(row, {}).update(items)
        return content

    def _collect(self, *, derived: bool) -> FormContent:
        content: FormContent = {}
        for (group, row), state in sorted(self.rows.items(), key=lambda pair: pair[1].position):
            if state.removed is None:
                items = (
                    dict(state.derived)
                    if derived
                    else {item: stored.value for item, stored in state.items.items() if stored.value is not None}
                )
                if items or not derived:
                    content.setdefault(group, {})[row] = items
        return content


class SubjectFold:
    """All forms of one subject, and the decisions on its way. `apply` takes entries in fold order."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.forms: dict[FormKey, FormFold] = {}
        self.decisions: dict[tuple[str, int], Decision] = {}
        """(pathway step OID, how manyeth time there) -> the newest decision there."""
        self._contents: dict[FormKey, FormContent] = {}
        """Of forms that did not change since they were last asked for."""

    def apply(self, entry: Entry, changes: list[Change] | None = None) -> FormKey | None:
        """Take in one entry; the form it changed is returned. `changes` collects the history, where wanted."""
        body = entry.body
        head = entry.head
        writer = Writer(head.device, head.sequence, head.user, head.wall)
        if isinstance(body, FormSaved):
            _Save(self.forms.setdefault(body.key, FormFold()), body, writer, entry, changes).run()
        elif isinstance(body, FormRemoved) and body.key in self.forms:
            _remove(self.forms[body.key], body, writer, entry, changes)
        elif isinstance(body, PathwayDecided):
            self.decisions[body.step, body.visit] = Decision(
                to=body.to,
                reason=body.reason,
                user=writer.user,
                wall=writer.wall,
                device=writer.device,
                sequence=writer.sequence,
            )
            return None
        else:
            return None
        self._contents.pop(body.key, None)
        return body.key

    def contents(self) -> dict[FormKey, FormContent]:
        """The content of every form that is there, derived values included. For reading only."""
        found: dict[FormKey, FormContent] = {}
        for key, form in self.forms.items():
            if form.removed is None:
                if key not in self._contents:
                    self._contents[key] = form.everything()
                found[key] = self._contents[key]
        return found


def fold_subject(subject: str, entries: Iterable[Entry]) -> SubjectFold:
    """Fold all entries about one subject, given in fold order."""
    fold = SubjectFold(subject)
    for entry in entries:
        fold.apply(entry)
    return fold


def history(subject: str, entries: Iterable[Entry]) -> list[Change]:
    """Every change of every value of a subject, oldest first."""
    fold = SubjectFold(subject)
    changes: list[Change] = []
    for entry in entries:
        fold.apply(entry, changes)
    return changes


class _Save:
    """Applies one `FormSaved` to its form."""

    def __init__(
        self, form: FormFold, body: FormSaved, writer: Writer, entry: Entry, changes: list[Change] | None
    ) -> None:
        self.form = form
        self.body = body
        self.writer = writer
        self.entry = entry
        self.changes = changes

    def run(self) -> None:
        form, body, writer = self.form, self.body, self.writer
        if form.last is None:
            form.first = writer
        elif not body.basis and form.last.device != writer.device and form.removed is None:
            self._clash(None, "created_twice", (), form.last)
        if form.removed is not None:
            if not self._saw(form.removed):
                self._clash(None, "concurrent", (), form.removed)
            form.removed = None
        for data in body.groups:
            self._apply_row(data)
        form.version, form.version_sha256 = body.version, body.version_sha256
        form.complete = body.complete
        form.checks = body.checks
        form.last = writer
        form.time = self.entry.head.time
        form.basis = {**form.basis, writer.device: writer.sequence}

    def _apply_row(self, data: ItemGroupData) -> None:
        form, writer = self.form, self.writer
        row = form.rows.get((data.group, data.row))
        if row is None:
            row = form.rows[data.group, data.row] = GroupState(len(form.rows))
        if data.removed:
            unseen = [stored.writer for stored in row.items.values() if not self._saw(stored.writer)]
            if unseen:
                self._clash(ItemPlace(data.group, data.row, ""), "concurrent", (), unseen[0])
            _empty(row, data.group, data.row, self.body, self.entry, self.changes)
            row.removed = writer
            return
        if row.removed is not None:
            if not self._saw(row.removed):
                self._clash(ItemPlace(data.group, data.row, ""), "concurrent", (), row.removed)
            row.removed = None
        for item, value in data.items.items():
            before = row.items.get(item)
            if before is not None or form.clashes or self.changes is not None:
                self._compare(ItemPlace(data.group, data.row, item), before, value)
            row.items[item] = StoredValue(value, writer)
        for item, value in data.derived.items():
            if self.changes is not None:
                self._note(ItemPlace(data.group, data.row, item), row.derived.get(item), value, derived=True)
            if value is None:
                row.derived.pop(item, None)
            else:
                row.derived[item] = value

    def _compare(self, place: ItemPlace, before: StoredValue | None, value: ItemValue | None) -> None:
        """A value over a value that this person had not seen is a clash; over one that was seen it settles one."""
        if before is not None and before.value != value and not self._saw(before.writer):
            self._clash(place, "concurrent", (before.value, value), before.writer)
        else:
            self.form.clashes = [clash for clash in self.form.clashes if clash.place != place]
        self._note(place, before.value if before else None, value, derived=False)

    def _saw(self, earlier: Writer) -> bool:
        return earlier.sequence <= self.body.basis.get(earlier.device, 0)

    def _clash(self, place: ItemPlace | None, kind: str, values: tuple[ItemValue | None, ...], other: Writer) -> None:
        clash = Clash(place=place, kind=kind, values=values, writers=(other, self.writer))
        self.form.clashes = [*self.form.clashes, clash]

    def _note(self, place: ItemPlace, old: ItemValue | None, new: ItemValue | None, *, derived: bool) -> None:
        if self.changes is not None and old != new:
            reason = "" if old is None or derived else self.body.reason
            self.changes.append(
                Change(
                    key=self.body.key, place=place, old=old, new=new, derived=derived, entry=self.entry, reason=reason
                )
            )


def _remove(form: FormFold, body: FormRemoved, writer: Writer, entry: Entry, changes: list[Change] | None) -> None:
    """Apply one `FormRemoved`: every row is emptied, the form stays in the history."""
    unseen = [
        stored.writer
        for row in form.rows.values()
        for stored in row.items.values()
        if stored.writer.sequence > body.basis.get(stored.writer.device, 0)
    ]
    form.clashes = [Clash(place=None, kind="concurrent", values=(), writers=(unseen[0], writer))] if unseen else []
    for (group, row_key), row in form.rows.items():
        if row.removed is None:
            _empty(row, group, row_key, body, entry, changes)
            row.removed = writer
    form.removed = writer
    form.complete = False
    form.checks = ()
    form.last = writer
    form.time = entry.head.time
    form.basis = {**form.basis, writer.device: writer.sequence}


def _empty(
    row: GroupState,
    group: str,
    row_key: str,
    body: FormSaved | FormRemoved,
    entry: Entry,
    changes: list[Change] | None,
) -> None:
    """Take all values out of a row, each into the history."""
    if changes is not None:
        kept = [(item, stored.value, False) for item, stored in row.items.items()]
        kept += [(item, value, True) for item, value in row.derived.items()]
        changes.extend(
            Change(
                key=body.key,
                place=ItemPlace(group, row_key, item),
                old=value,
                new=None,
                derived=derived,
                entry=entry,
                reason=body.reason,
            )
            for item, value, derived in kept
            if value is not None
        )
    row.items.clear()
    row.derived.clear()
