"""Two passes of one form, settled and locked on two computers: the same entries, the same record, in any order of arrival."""

import random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.casebook.fold import SubjectFold, fold_subject
from desktop.casebook.form_fold import Difference, FormFold
from desktop.journal.bodies import KINDS, Body, DiscrepancySettled, FormSaved, ItemGroupData, RecordLocked
from desktop.journal.entry import Entry, Head
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue, Place
from desktop.study.definition.metadata import (
    DataType,
    Definition,
    FormDef,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    MetaDataVersion,
)
from desktop.views.forms import FormState

KEY = FormKey("SE.1", 1, "F.1", 1)
SUBJECT = "01-A001"
STUDY = Definition(
    MetaDataVersion(
        study="S",
        oid="MDV.1",
        name="S",
        title={},
        subject_key="{site}",
        first_form="F.1",
        first_event="SE.1",
        locations=(),
        events=(),
        forms=(FormDef(oid="F.1", name="F", title={}, groups=("IG.1",), double_entry=True),),
        groups=(ItemGroupDef(oid="IG.1", name="G", title={}, items=(ItemRef(item="IT.1"), ItemRef(item="IT.2"))),),
        items=tuple(ItemDef(oid=f"IT.{n}", name=f"N{n}", question={}, data_type=DataType.TEXT) for n in (1, 2)),
    )
)


class Journal:
    """Entries of several computers, each with the next time."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._sequences: dict[str, int] = {}

    def add(self, device: str, user: str, body: Body) -> Entry:
        sequence = self._sequences[device] = self._sequences.get(device, 0) + 1
        time = len(self.entries) + 1
        head = Head(
            format=1,
            study="S",
            site="01",
            device=device,
            sequence=sequence,
            time=time,
            wall=f"2026-11-24T08:{time % 60:02}:00+08:00",
            user=user,
            kind=KINDS[type(body)],
            subject=SUBJECT,
        )
        entry = Entry(head, body)
        self.entries.append(entry)
        return entry

    def save(self, device: str, user: str, basis: dict[str, int], entry_pass: int = 1, **values: str | None) -> None:
        items = {f"IT.{name[1:]}": None if text is None else ItemValue(value=text) for name, text in values.items()}
        body = FormSaved(
            salt="00",
            key=KEY,
            version="MDV.1",
            version_sha256=STUDY.sha256,
            entry_pass=entry_pass,
            basis=basis,
            groups=(ItemGroupData(group="IG.1", items=items),),
            complete=True,
            reason="r",
        )
        self.add(device, user, body)

    def settle(self, device: str, user: str, basis: dict[str, int], one: Difference, value: str) -> None:
        place = one.place or ItemPlace("IG.1", "", "IT.1")
        decided = ItemValue(value=value)
        body = DiscrepancySettled(
            salt="00",
            key=KEY,
            discrepancy=one.id,
            take="other",
            value=decided,
            version="MDV.1",
            version_sha256=STUDY.sha256,
            basis=basis,
            groups=(ItemGroupData(group=place.group, items={place.item: decided}),),
            reason="source",
        )
        self.add(device, user, body)

    def folded(self) -> SubjectFold:
        return fold_subject(SUBJECT, sorted(self.entries, key=lambda entry: entry.order), versions)

    @property
    def form(self) -> FormFold:
        return self.folded().forms[KEY]


def versions(sha256: str) -> Definition | None:
    return STUDY if sha256 == STUDY.sha256 else None


def kinds(form: FormFold) -> list[str]:
    return [one.kind for one in form.open_differences]


def test_a_second_entry_on_another_computer_while_the_first_is_offline() -> None:
    journal = Journal()
    journal.save("A", "U.1", {}, v1="x", v2="y")
    journal.save("B", "U.2", {"A": 1}, 2, v1="x", v2="z")
    assert journal.form.state == FormState.DISCREPANT
    [one] = journal.form.open_differences
    assert one.place == ItemPlace("IG.1", "", "IT.2")


def test_a_first_pass_that_was_corrected_unseen_is_compared_as_corrected() -> None:
    journal = Journal()
    journal.save("A", "U.1", {}, v1="x")
    journal.save("B", "U.2", {"A": 1}, 2, v1="z")
    assert kinds(journal.form) == ["second_entry"]
    journal.save("A", "U.1", {"A": 1}, v1="z")
    assert journal.form.state == FormState.VERIFIED


def test_one_person_in_both_passes_on_two_computers_is_told() -> None:
    journal = Journal()
    journal.save("A", "U.1", {}, v1="x")
    journal.save("B", "U.1", {"A": 1}, 2, v1="x")
    assert kinds(journal.form) == ["same_person"]


def test_decisions_of_two_computers_that_differ_are_a_discrepancy_again() -> None:
    journal = Journal()
    journal.save("A", "U.1", {}, v1="x")
    journal.save("B", "U.2", {"A": 1}, 2, v1="z")
    [one] = journal.form.open_differences
    seen = {"A": 1, "B": 1}
    journal.settle("A", "U.3", seen, one, "p")
    assert journal.form.state == FormState.VERIFIED
    journal.settle("B", "U.4", seen, one, "q")
    [again] = journal.form.open_differences
    assert again.kind == "concurrent"
    assert again.id != one.id
    journal.settle("A", "U.3", {"A": 2, "B": 2}, again, "q")
    assert journal.form.state == FormState.VERIFIED
    assert journal.form.content()["IG.1"][""]["IT.1"] == ItemValue(value="q")


def test_equal_decisions_of_two_computers_are_one() -> None:
    journal = Journal()
    journal.save("A", "U.1", {}, v1="x")
    journal.save("B", "U.2", {"A": 1}, 2, v1="z")
    [one] = journal.form.open_differences
    journal.settle("A", "U.3", {"A": 1, "B": 1}, one, "p")
    journal.settle("B", "U.4", {"A": 1, "B": 1}, one, "p")
    assert journal.form.state == FormState.VERIFIED


def test_a_change_by_who_did_not_know_of_the_lock_is_told() -> None:
    journal = Journal()
    journal.save("A", "U.1", {}, v1="x")
    journal.save("B", "U.2", {"A": 1}, 2, v1="x")
    journal.add("A", "U.9", RecordLocked(salt="00", act="locked", place=Place(), reason="lock"))
    journal.save("B", "U.2", {"A": 1, "B": 1}, 2, v1="y")
    form = journal.form
    assert "after_lock" in kinds(form)
    assert form.state == FormState.LOCKED


acts = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.sampled_from(["U.1", "U.2", "U.3"]),
        st.sampled_from(["first", "second", "settle", "lock", "unlock"]),
        st.sampled_from("xyz"),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(acts, st.randoms(use_true_random=False))
def test_the_record_does_not_depend_on_the_order_of_arrival(
    steps: list[tuple[str, str, str, str, bool]], shuffle: random.Random
) -> None:
    journal = Journal()
    for device, user, act, value, sees in steps:
        known = journal.folded()
        form = known.forms.get(KEY, FormFold())
        mine = {device: form.basis[device]} if device in form.basis else {}
        basis = dict(form.basis) if sees else mine
        if act in ("lock", "unlock"):
            journal.add(device, user, RecordLocked(salt="00", act=f"{act}ed", place=Place(), reason="r"))
        elif act == "settle" and form.differences:
            journal.settle(device, user, basis, form.differences[-1], value)
        else:
            journal.save(device, user, basis, 2 if act == "second" else 1, v1=value)
    whole = journal.folded()
    arrived = journal.entries * 2
    shuffle.shuffle(arrived)
    once = {(entry.head.device, entry.head.sequence): entry for entry in arrived}
    again = fold_subject(SUBJECT, sorted(once.values(), key=lambda entry: entry.order), versions)
    assert again.forms == whole.forms
    assert again.record == whole.record
    stepwise = SubjectFold(SUBJECT, versions)
    for entry in journal.entries:
        stepwise.apply(entry)
    assert stepwise.forms == whole.forms
    for form in whole.forms.values():
        bare = msgspec.structs.replace(form, rows={}, second=None)
        assert msgspec.json.decode(msgspec.json.encode(bare), type=FormFold) == bare
