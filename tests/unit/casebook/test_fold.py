"""The fold: the same entries, the same record, in whatever order they came."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.casebook.fold import SubjectFold, fold_subject, history
from desktop.journal.bodies import Body, FormRemoved, FormSaved, ItemGroupData
from desktop.journal.entry import Entry, Head
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.views.forms import FormState

KEY = FormKey("SE.1", 1, "F.1", 1)
OTHER = FormKey("SE.1", 1, "F.2", 1)


def at(time: int, device: str, sequence: int, body: Body) -> Entry:
    kind = "form_removed" if isinstance(body, FormRemoved) else "form_saved"
    head = Head(
        format=1,
        study="S",
        site="01",
        device=device,
        sequence=sequence,
        time=time,
        wall=f"2026-11-24T08:00:{time % 60:02}+08:00",
        user=f"U.{device}",
        kind=kind,
        subject="01-A001",
    )
    return Entry(head, body)


def save(
    values: dict[str, str | None],
    *,
    basis: dict[str, int] | None = None,
    row: str = "",
    removed: bool = False,
    key: FormKey = KEY,
    complete: bool = True,
    reason: str = "",
) -> FormSaved:
    items = {item: None if value is None else ItemValue(value=value) for item, value in values.items()}
    data = ItemGroupData(group="IG.1", row=row, items=items, removed=removed)
    return FormSaved(
        salt="00",
        key=key,
        version="MDV.1",
        version_sha256="",
        basis=basis or {},
        groups=(data,),
        complete=complete,
        reason=reason,
    )


def folded(*entries: Entry) -> SubjectFold:
    return fold_subject("01-A001", sorted(entries, key=lambda entry: entry.order))


def test_values_add_up_and_the_newest_stands() -> None:
    fold = folded(
        at(1, "A", 1, save({"IT.1": "5", "IT.2": "x"}, complete=False)),
        at(2, "A", 2, save({"IT.1": "6", "IT.2": None}, basis={"A": 1})),
    )
    form = fold.forms[KEY]
    assert form.content() == {"IG.1": {"": {"IT.1": ItemValue(value="6")}}}
    assert form.state == FormState.COMPLETE
    assert form.basis == {"A": 2}


def test_rows_keep_their_order_and_can_be_removed() -> None:
    fold = folded(
        at(1, "A", 1, save({"IT.1": "1"}, row="z")),
        at(2, "A", 2, save({"IT.1": "2"}, row="a", basis={"A": 1})),
        at(3, "A", 3, save({"IT.1": "3"}, row="m", basis={"A": 2})),
        at(4, "A", 4, save({}, row="a", removed=True, basis={"A": 3}, reason="typed twice")),
    )
    assert list(fold.forms[KEY].content()["IG.1"]) == ["z", "m"]


def test_two_computers_that_did_not_see_each_other_clash_and_a_later_look_settles_it() -> None:
    entries = [
        at(1, "A", 1, save({"IT.1": "5"})),
        at(2, "A", 2, save({"IT.1": "6"}, basis={"A": 1})),
        at(3, "B", 1, save({"IT.1": "7"}, basis={"A": 1})),
    ]
    form = folded(*entries).forms[KEY]
    [clash] = form.open_differences
    assert clash.place == ItemPlace("IG.1", "", "IT.1")
    assert clash.first is not None
    assert clash.second is not None
    assert (clash.first.value, clash.second.value) == (ItemValue(value="6"), ItemValue(value="7"))
    assert (clash.first.writer.device, clash.second.writer.device) == ("A", "B")
    assert form.state == FormState.DISCREPANT
    entries.append(at(4, "A", 3, save({"IT.1": "8"}, basis={"A": 2, "B": 1})))
    assert folded(*entries).forms[KEY].state == FormState.COMPLETE


def test_the_same_value_from_two_computers_is_no_clash() -> None:
    form = folded(
        at(1, "A", 1, save({"IT.1": "5"})),
        at(2, "A", 2, save({"IT.1": "6"}, basis={"A": 1})),
        at(3, "B", 1, save({"IT.1": "6"}, basis={"A": 1})),
    ).forms[KEY]
    assert not form.open_differences


def test_one_form_begun_on_two_computers_is_told() -> None:
    form = folded(at(1, "A", 1, save({"IT.1": "5"})), at(2, "B", 1, save({"IT.2": "x"}))).forms[KEY]
    assert [clash.kind for clash in form.open_differences] == ["created_twice"]


def test_a_removed_form_is_gone_and_its_history_stays() -> None:
    entries = [
        at(1, "A", 1, save({"IT.1": "5"})),
        at(2, "A", 2, FormRemoved(salt="00", key=KEY, basis={"A": 1}, reason="wrong subject")),
    ]
    fold = folded(*entries)
    assert fold.contents() == {}
    assert [(change.old, change.new, change.reason) for change in history("01-A001", entries)] == [
        (None, ItemValue(value="5"), ""),
        (ItemValue(value="5"), None, "wrong subject"),
    ]


def test_a_change_after_a_removal_elsewhere_is_a_clash() -> None:
    form = folded(
        at(1, "A", 1, save({"IT.1": "5"})),
        at(2, "A", 2, FormRemoved(salt="00", key=KEY, basis={"A": 1}, reason="wrong")),
        at(3, "B", 1, save({"IT.1": "6"}, basis={"A": 1})),
    ).forms[KEY]
    assert form.removed is None
    assert form.state == FormState.DISCREPANT


def test_a_redacted_entry_is_passed_over() -> None:
    entry = at(1, "A", 1, save({"IT.1": "5"}))
    assert folded(Entry(entry.head, None)).forms == {}


steps = st.lists(
    st.tuples(
        st.sampled_from("AB"),
        st.sampled_from(["IT.1", "IT.2"]),
        st.sampled_from(["", "r1", "r2"]),
        st.sampled_from(["1", "2", None, "remove row", "remove form"]),
        st.booleans(),
    ),
    max_size=12,
)


@given(steps, st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_arrival_order_does_not_matter_and_history_replays_to_the_same_values(
    script: list[tuple[str, str, str, str | None, bool]], shuffle: random.Random
) -> None:
    """Stepwise application, and folding again after a late arrival, come to the same record (G43)."""
    sequences = {"A": 0, "B": 0}
    entries: list[Entry] = []
    for time, (device, item, row, what, saw_all) in enumerate(script, 1):
        basis = dict(sequences) if saw_all else {device: sequences[device]}
        sequences[device] += 1
        body: Body
        if what == "remove form":
            body = FormRemoved(salt="00", key=KEY, basis=basis, reason="r")
        elif what == "remove row":
            body = save({}, row=row, removed=True, basis=basis, reason="r")
        else:
            body = save({item: what}, row=row, basis=basis, reason="r")
        entries.append(at(time, device, sequences[device], body))
    whole = folded(*entries)
    stepwise = SubjectFold("01-A001")
    for entry in entries:
        stepwise.apply(entry)
    assert stepwise.forms == whole.forms
    arrived = entries[:]
    shuffle.shuffle(arrived)
    assert folded(*arrived).forms == whole.forms
    values: dict[tuple[FormKey, ItemPlace], ItemValue | None] = {}
    for change in history("01-A001", entries):
        assert values.get((change.key, change.place)) == change.old
        values[change.key, change.place] = change.new
    standing = {place: value for place, value in values.items() if value is not None}
    assert standing == {
        (key, ItemPlace(group, row, item)): value
        for key, content in whole.contents().items()
        for group, rows in content.items()
        for row, items in rows.items()
        for item, value in items.items()
    }
