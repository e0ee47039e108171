"""One form while it is folded: its first pass and what stands, its second pass, and what was recorded differently.

Pure and total, like the fold of the whole subject (`fold.py`).
"""

import hashlib

import msgspec

from desktop.casebook import double_entry
from desktop.journal.bodies import DiscrepancySettled, FiredCheck, FormRemoved, FormSaved, ItemGroupData
from desktop.journal.entry import Entry
from desktop.study.clinical_data import FormContent, FormKey, ItemPlace, ItemValue, Row
from desktop.study.definition.metadata import Definition
from desktop.views.forms import FormState

CONCURRENT = "concurrent"
CREATED_TWICE = "created_twice"
AFTER_LOCK = "after_lock"
SECOND_PASS = 2


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


class Side(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one of two entries says at a place: a value, or the values of a whole row."""

    value: ItemValue | None = None
    row: Row | None = None
    writer: Writer


class Settlement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was decided about a difference."""

    value: ItemValue | None = None
    take: str = ""
    """`first`, `second` or `other`; empty where a save of the form settled it."""
    reason: str = ""
    source: str = ""
    writer: Writer


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that two entries say differently: two passes of a form, or two computers."""

    id: str
    kind: str
    """`second_entry`, `missing_row`, `extra_row`, `same_person`, `concurrent`, `created_twice` or `after_lock`."""
    place: ItemPlace | None = None
    """None where it is about the form as a whole."""
    second_row: str = ""
    """Key of the row in the second pass."""
    entry_pass: int = 1
    """The pass in which two computers differ; the place is one of that pass."""
    first: Side | None = None
    second: Side | None = None
    settled: Settlement | None = None
    compared_at: str = ""
    """The entry with which both passes were complete, of a difference between passes."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One value changed once, as the fold met it."""

    key: FormKey
    place: ItemPlace
    old: ItemValue | None
    new: ItemValue | None
    derived: bool
    entry: Entry
    reason: str
    entry_pass: int = 1


class GroupState(msgspec.Struct):
    """One row of an ItemGroup while it is folded."""

    position: int
    """Counts the rows of the form in the order in which they came."""
    items: dict[str, StoredValue] = {}
    derived: dict[str, ItemValue] = {}
    removed: Writer | None = None


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """A freeze or a lock that holds."""

    act: str
    """`frozen` or `locked`."""
    writer: Writer


class FormFold(msgspec.Struct, omit_defaults=True):
    """One form of a subject while it is folded: the first pass and, from then on, the form as it stands."""

    version: str = ""
    version_sha256: str = ""
    complete: bool = False
    removed: Writer | None = None
    first: Writer | None = None
    last: Writer | None = None
    authors: tuple[str, ...] = ()
    """OIDs of the users who made an entry of this pass."""
    time: int = 0
    basis: dict[str, int] = {}
    """Device -> sequence of its newest entry about this form."""
    checks: tuple[FiredCheck, ...] = ()
    differences: tuple[Difference, ...] = ()
    twice: bool = False
    """The study has this form entered twice, wholly or in part."""
    second: "FormFold | None" = None
    """The second pass."""
    compared: dict[str, int] = {}
    """Item OID -> how many values of both passes were compared."""
    compared_at: str = ""
    """The entries with which both passes were complete."""
    lock: Lock | None = None
    signatures: tuple[str, ...] = ()
    """IDs of the signatures of the form that hold."""
    verified_by: Writer | None = None
    """The monitor who compared it with the source documents, since nothing changed."""
    rows: dict[tuple[str, str], GroupState] = {}

    @property
    def has_both_passes(self) -> bool:
        """Both passes are complete."""
        return self.complete and self.second is not None and self.second.complete

    @property
    def awaits_second(self) -> bool:
        """The first pass is complete and the second is not."""
        return self.twice and self.complete and self.removed is None and not self.has_both_passes

    @property
    def open_differences(self) -> tuple[Difference, ...]:
        """What is to be settled; nothing is listed of a form whose second pass is not complete."""
        if self.twice and not self.has_both_passes:
            return ()
        return tuple(one for one in self.differences if one.settled is None)

    @property
    def entry_state(self) -> FormState:
        """How far the entry has come, whatever was signed or locked."""
        if self.awaits_second:
            return FormState.AWAITING_SECOND
        if self.open_differences:
            return FormState.DISCREPANT
        if not self.complete:
            return FormState.INCOMPLETE
        return FormState.VERIFIED if self.twice else FormState.COMPLETE

    @property
    def state(self) -> FormState:
        """The form's state for people."""
        if self.lock is not None and self.lock.act == "locked":
            return FormState.LOCKED
        return FormState.SIGNED if self.signatures else self.entry_state

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

    def sha256(self) -> str:
        """Of the folded values: what a signature is bound to."""
        content = (self.version_sha256, self.complete, self.content(), self.derived(), self.checks)
        return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()

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


class FormEntry:
    """Applies one entry about a form to it."""

    def __init__(
        self, subject: str, form: FormFold, entry: Entry, definition: Definition | None, changes: list[Change] | None
    ) -> None:
        head = entry.head
        self.subject = subject
        self.form = form
        self.entry = entry
        self.definition = definition
        self.changes = changes
        self.writer = Writer(head.device, head.sequence, head.user, head.wall)
        self.target = form
        """The pass that the entry is about."""
        self.entry_pass = 1
        self.key = FormKey("", 0, "", 0)
        self.basis: dict[str, int] = {}
        self.reason = ""

    # The kinds of entries

    def save(self, body: FormSaved) -> None:
        """A form was saved."""
        form = self.form
        self._begin(body.key, body.basis, body.reason)
        self._note_lock()
        if body.entry_pass == SECOND_PASS:
            self.entry_pass = SECOND_PASS
            form.second = self.target = form.second or FormFold()
        before = form.second if form.has_both_passes else None
        self._save(body)
        if self.entry_pass == 1:
            form.twice = self.definition is not None and body.key.form in self.definition.entered_twice
            is_changed = not body.complete or any(data.items or data.removed for data in body.groups)
            if before is not None and before.last is not None and is_changed and self._saw(before.last):
                # The first pass was changed by someone who knew of the second: it is to be entered again.
                form.second = None
                form.compared = {}
                self._drop_open_pass_differences()
            elif before is not None and is_changed:
                self._compare_passes()
        self._end()
        if self.entry_pass == SECOND_PASS or before is None:
            self._compare_passes()

    def settle(self, body: DiscrepancySettled) -> None:
        """A difference was settled."""
        form = self.form
        self._begin(body.key, body.basis, body.reason)
        self._note_lock()
        known = next((one for one in form.differences if one.id == body.discrepancy), None)
        place = known.place if known is not None else None
        for data in body.groups:
            self._apply_row(data)
        settlement = Settlement(
            value=body.value, take=body.take, reason=body.reason, source=body.source, writer=self.writer
        )
        earlier = known.settled if known is not None else None
        is_noted = any(one.place == place and one.settled is None for one in form.differences)
        unseen = earlier if earlier is not None and not self._saw(earlier.writer) else None
        if unseen is not None and (unseen.value, unseen.take) != (body.value, body.take) and not is_noted:
            first = Side(value=unseen.value, writer=unseen.writer)
            self._differ(CONCURRENT, place, first, Side(value=body.value, writer=self.writer))
        form.differences = tuple(
            msgspec.structs.replace(one, settled=settlement) if one.id == body.discrepancy else one
            for one in form.differences
        )
        self._end()

    def remove(self, body: FormRemoved) -> None:
        """A form was taken out: every row is emptied, the form stays in the history."""
        form, writer = self.form, self.writer
        self._begin(body.key, body.basis, body.reason)
        self._note_lock()
        unseen = [
            stored.writer for row in form.rows.values() for stored in row.items.values() if not self._saw(stored.writer)
        ]
        form.differences = tuple(one for one in form.differences if one.settled is not None or one.kind == AFTER_LOCK)
        if unseen:
            self._differ(CONCURRENT, None, Side(writer=unseen[0]), Side(writer=writer))
        for (group, row_key), row in form.rows.items():
            if row.removed is None:
                self._empty(row, group, row_key)
                row.removed = writer
        form.removed = writer
        form.complete = False
        form.checks = ()
        form.second = None
        form.compared = {}
        form.authors = ()
        form.last = writer
        self._end()

    # Steps

    def _begin(self, key: FormKey, basis: dict[str, int], reason: str) -> None:
        self.key, self.basis, self.reason = key, basis, reason

    def _end(self) -> None:
        """The form has a newer entry, and what was signed or verified is no longer what stands."""
        self.form.time = self.entry.head.time
        self.form.basis = {**self.form.basis, self.writer.device: self.writer.sequence}
        self.form.verified_by = None

    def _note_lock(self) -> None:
        """Whoever changes a locked form did not know of the lock."""
        lock = self.form.lock
        if lock is not None:
            self._differ(AFTER_LOCK, None, Side(writer=lock.writer), Side(writer=self.writer))

    def _save(self, body: FormSaved) -> None:
        target, writer = self.target, self.writer
        if target.last is None:
            target.first = writer
        elif not body.basis and target.last.device != writer.device and target.removed is None:
            self._differ(CREATED_TWICE, None, Side(writer=target.last), Side(writer=writer))
        if target.removed is not None:
            if not self._saw(target.removed):
                self._differ(CONCURRENT, None, Side(writer=target.removed), Side(writer=writer))
            target.removed = None
        for data in body.groups:
            self._apply_row(data)
        target.version, target.version_sha256 = body.version, body.version_sha256
        target.complete = body.complete
        target.checks = body.checks
        target.last = writer
        if writer.user not in target.authors:
            target.authors = (*target.authors, writer.user)

    def _apply_row(self, data: ItemGroupData) -> None:
        target, writer = self.target, self.writer
        row = target.rows.get((data.group, data.row))
        if row is None:
            row = target.rows[data.group, data.row] = GroupState(len(target.rows))
        if data.removed:
            unseen = [stored.writer for stored in row.items.values() if not self._saw(stored.writer)]
            if unseen:
                place = ItemPlace(data.group, data.row, "")
                self._differ(CONCURRENT, place, Side(writer=unseen[0]), Side(writer=writer))
            self._empty(row, data.group, data.row)
            row.removed = writer
            return
        if row.removed is not None:
            if not self._saw(row.removed):
                place = ItemPlace(data.group, data.row, "")
                self._differ(CONCURRENT, place, Side(writer=row.removed), Side(writer=writer))
            row.removed = None
        for item, value in data.items.items():
            before = row.items.get(item)
            if before is not None or self.form.differences or self.changes is not None:
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
        """A value over a value that this person had not seen is a difference; over one that was seen it settles one."""
        if before is not None and before.value != value and not self._saw(before.writer):
            first, second = Side(value=before.value, writer=before.writer), Side(value=value, writer=self.writer)
            self._differ(CONCURRENT, place, first, second)
        elif self.entry_pass == 1:
            settlement = Settlement(value=value, reason=self.reason, writer=self.writer)
            self.form.differences = tuple(
                msgspec.structs.replace(one, settled=settlement)
                if one.place == place and one.kind == CONCURRENT and one.settled is None
                else one
                for one in self.form.differences
            )
        self._note(place, before.value if before else None, value, derived=False)

    def _saw(self, earlier: Writer) -> bool:
        return earlier.sequence <= self.basis.get(earlier.device, 0)

    def _differ(
        self,
        kind: str,
        place: ItemPlace | None,
        first: Side | None,
        second: Side | None,
        second_row: str = "",
        compared_at: str = "",
    ) -> None:
        sides = [None if side is None else (side.writer.device, side.writer.sequence) for side in (first, second)]
        identity = (self.subject, self.key, kind, place, second_row, sides, compared_at)
        digest = hashlib.sha256(msgspec.json.encode(identity)).hexdigest()
        one = Difference(
            id=f"D-{digest[:16]}",
            kind=kind,
            place=place,
            second_row=second_row,
            entry_pass=self.entry_pass if kind == CONCURRENT else 1,
            first=first,
            second=second,
            compared_at=compared_at,
        )
        if all(known.id != one.id for known in self.form.differences):
            self.form.differences = (*self.form.differences, one)

    def _note(self, place: ItemPlace, old: ItemValue | None, new: ItemValue | None, *, derived: bool) -> None:
        if self.changes is not None and old != new:
            reason = "" if old is None or derived else self.reason
            self.changes.append(self._change(place, old, new, reason, derived=derived))

    def _change(
        self, place: ItemPlace, old: ItemValue | None, new: ItemValue | None, reason: str, *, derived: bool
    ) -> Change:
        return Change(
            key=self.key,
            place=place,
            old=old,
            new=new,
            derived=derived,
            entry=self.entry,
            reason=reason,
            entry_pass=self.entry_pass,
        )

    def _empty(self, row: GroupState, group: str, row_key: str) -> None:
        """Take all values out of a row, each into the history."""
        if self.changes is not None:
            kept = [(item, stored.value, False) for item, stored in row.items.items()]
            kept += [(item, value, True) for item, value in row.derived.items()]
            self.changes.extend(
                self._change(ItemPlace(group, row_key, item), value, None, self.reason, derived=derived)
                for item, value, derived in kept
                if value is not None
            )
        row.items.clear()
        row.derived.clear()

    # Two passes

    def _drop_open_pass_differences(self) -> None:
        self.form.differences = tuple(
            one for one in self.form.differences if one.settled is not None or one.kind not in double_entry.PASS_KINDS
        )

    def _compare_passes(self) -> None:
        """Compare the passes once both are complete."""
        form, second = self.form, self.form.second
        self._drop_open_pass_differences()
        form.compared = {}
        if self.definition is None or second is None or not form.has_both_passes or not form.twice:
            return
        found = double_entry.compare(self.definition, self.key.form, form.content(), second.content())
        form.compared = found.compared
        assert form.last is not None  # noqa: S101 - both passes were saved
        assert second.last is not None  # noqa: S101
        at = form.compared_at = f"{form.last.device}/{form.last.sequence} {second.last.device}/{second.last.sequence}"
        for one in found.different:
            place = one.place
            first_side = second_side = None
            if one.kind != double_entry.EXTRA_ROW:
                first_side = _side(form, place.group, place.row, place.item)
            if one.kind != double_entry.MISSING_ROW:
                second_side = _side(second, place.group, one.second_row, place.item)
            self._differ(one.kind, place, first_side, second_side, one.second_row, at)
        both = [user for user in form.authors if user in second.authors]
        if both:
            sides = (Side(writer=form.last), Side(writer=second.last))
            self._differ(double_entry.SAME_PERSON, None, *sides, compared_at=at)


def _side(form: FormFold, group: str, row: str, item: str) -> Side | None:
    """What a pass says at a place, or in a whole row."""
    state = form.rows.get((group, row))
    assert form.last is not None  # noqa: S101 - a pass that is compared was saved
    if state is None:
        return Side(writer=form.last)
    if item:
        stored = state.items.get(item)
        return Side(writer=form.last) if stored is None else Side(value=stored.value, writer=stored.writer)
    values = {oid: stored.value for oid, stored in state.items.items() if stored.value is not None}
    writer = next((stored.writer for stored in state.items.values()), form.last)
    return Side(row=values, writer=writer)
