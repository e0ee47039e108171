"""Comparison of two passes: by what a value says, and rows by what tells them apart."""

import msgspec
import pytest

from desktop.casebook.double_entry import compare, equal
from desktop.reading.statistics import interval
from desktop.study.clinical_data import FormContent, ItemPlace, ItemValue, Row
from desktop.study.definition.metadata import (
    CodeList,
    CodeListItem,
    DataType,
    Definition,
    DoubleEntry,
    FormDef,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    MeasurementUnit,
    MetaDataVersion,
    UnitRef,
)

UNITS = (UnitRef(unit="MU.GL"), UnitRef(unit="MU.GDL", factor=10.0))


def item(name: str, data_type: DataType, **more: object) -> ItemDef:
    return ItemDef(oid=f"IT.{name}", name=name, question={"en": name}, data_type=data_type, **more)  # type: ignore[arg-type]


ITEMS = (
    item("TXT", DataType.TEXT),
    item("FLT", DataType.FLOAT, units=UNITS),
    item("PDAT", DataType.PARTIAL_DATE),
    item("TIM", DataType.TIME),
    item("BOO", DataType.BOOLEAN),
    item("MUL", DataType.TEXT, codelist="CL.X", multiple=True),
    item("DRUG", DataType.TEXT),
    item("DAY", DataType.INTEGER),
    item("DOSE", DataType.INTEGER),
)


def study(keys: tuple[str, ...] = ("IT.DRUG", "IT.DAY"), **rule: object) -> Definition:
    single, rows = ITEMS[:6], ITEMS[6:]
    groups = (
        ItemGroupDef(oid="IG.1", name="ONE", title={}, items=tuple(ItemRef(item=one.oid) for one in single)),
        ItemGroupDef(
            oid="IG.R", name="ROWS", title={}, repeating=True, keys=keys, items=tuple(ItemRef(item=r.oid) for r in rows)
        ),
    )
    version = MetaDataVersion(
        study="S",
        oid="MDV.1",
        name="S",
        title={},
        subject_key="{site}-{letter}{number}",
        first_form="F.1",
        first_event="SE.1",
        locations=(),
        events=(),
        forms=(FormDef(oid="F.1", name="F", title={}, groups=("IG.1", "IG.R"), double_entry=True),),
        groups=groups,
        items=ITEMS,
        codelists=(CodeList(oid="CL.X", name="X", items=tuple(CodeListItem(code=c, label={}) for c in "abc")),),
        units=tuple(
            MeasurementUnit(oid=oid, name=name, symbol={}) for oid, name in (("MU.GL", "g/L"), ("MU.GDL", "g/dL"))
        ),
        double_entry=DoubleEntry(**rule),  # type: ignore[arg-type]
    )
    return Definition(version)


STUDY = study()


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        ("FLT", ItemValue(value="1.0", unit="g/L"), ItemValue(value="1", unit="g/L"), True),
        ("FLT", ItemValue(value="10", unit="g/L"), ItemValue(value="1", unit="g/dL"), True),
        ("FLT", ItemValue(value="10", unit="g/L"), ItemValue(value="10", unit="g/dL"), False),
        ("TXT", ItemValue(value=" Fever "), ItemValue(value="fever"), True),
        ("TXT", ItemValue(value="ＡＬＴ１"), ItemValue(value="alt1"), True),
        ("TXT", ItemValue(value="fever"), ItemValue(value="fevers"), False),
        ("PDAT", ItemValue(value="2026-11"), ItemValue(value="2026-11"), True),
        ("PDAT", ItemValue(value="2026-11"), ItemValue(value="2026-11-01"), False),
        ("TIM", ItemValue(value="08:30"), ItemValue(value="08:30:00"), True),
        ("BOO", ItemValue(value="1"), ItemValue(value="true"), True),
        ("MUL", ItemValue(value="a;c"), ItemValue(value="c;a"), True),
        ("MUL", ItemValue(value="a;c"), ItemValue(value="a"), False),
        ("TXT", ItemValue(missing="NOT_DONE"), ItemValue(missing="NOT_DONE"), True),
        ("TXT", ItemValue(missing="NOT_DONE"), ItemValue(missing="UNKNOWN"), False),
        ("TXT", ItemValue(missing="UNKNOWN"), ItemValue(value="UNKNOWN"), False),
        ("TXT", None, ItemValue(value="x"), False),
    ],
)
def test_values_are_compared_by_what_they_say(
    name: str, one: ItemValue | None, other: ItemValue | None, *, same: bool
) -> None:
    definition = STUDY.items[f"IT.{name}"]
    assert equal(STUDY, definition, one, other) is same
    assert equal(STUDY, definition, other, one) is same


def test_text_is_compared_letter_by_letter_where_the_study_says_so() -> None:
    exact = study(text="exact")
    assert not equal(exact, exact.items["IT.TXT"], ItemValue(value="Fever"), ItemValue(value="fever"))


def row(drug: str, day: str, dose: str) -> Row:
    return {oid: ItemValue(value=value) for oid, value in (("IT.DRUG", drug), ("IT.DAY", day), ("IT.DOSE", dose))}


def rows(*given: Row) -> FormContent:
    return {"IG.R": {f"{number}-{id(given)}": one for number, one in enumerate(given)}}


def kinds(definition: Definition, first: FormContent, second: FormContent) -> list[tuple[str, str]]:
    return [(one.kind, one.place.item) for one in compare(definition, "F.1", first, second).different]


def test_rows_are_aligned_by_their_keys_not_by_position() -> None:
    first = rows(row("VEN", "1", "400"), row("VEN", "2", "400"), row("ARA", "1", "20"))
    second = rows(row("ARA", "1", "20"), row("ven", "2", "40"), row("VEN", "1", "400"))
    found = compare(STUDY, "F.1", first, second)
    assert [(one.kind, one.place) for one in found.different] == [
        ("second_entry", ItemPlace("IG.R", list(first["IG.R"])[1], "IT.DOSE"))
    ]
    assert found.compared == {"IT.DRUG": 3, "IT.DAY": 3, "IT.DOSE": 3}


def test_a_row_typed_twice_or_left_out_is_told() -> None:
    once, twice = rows(row("VEN", "1", "400")), rows(row("VEN", "1", "400"), row("VEN", "1", "400"))
    assert kinds(STUDY, once, twice) == [("extra_row", "")]
    assert kinds(STUDY, twice, once) == [("missing_row", "")]
    assert kinds(STUDY, once, {}) == [("missing_row", "")]


def test_without_keys_equal_rows_are_paired_first() -> None:
    bare = study(keys=())
    first = rows(row("VEN", "1", "400"), row("ARA", "1", "20"))
    second = rows(row("ARA", "1", "20"), row("VEN", "1", "40"))
    assert kinds(bare, first, second) == [("second_entry", "IT.DOSE")]


def test_only_the_items_that_the_study_enters_twice_are_compared() -> None:
    form = msgspec.structs.replace(STUDY.version.forms[0], double_entry=False, double_entry_items=("IT.TXT",))
    partly = Definition(msgspec.structs.replace(STUDY.version, forms=(form,)))
    first: FormContent = {"IG.1": {"": {"IT.TXT": ItemValue(value="x"), "IT.TIM": ItemValue(value="08:00")}}}
    second: FormContent = {"IG.1": {"": {"IT.TXT": ItemValue(value="x")}}}
    assert kinds(partly, first, second) == []


@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.30849710781876083),
        (1, 10, 0.002528578544461823, 0.44501611702819506),
        (10, 10, 0.6915028921812392, 1.0),
    ],
)
def test_the_interval_is_the_exact_one(errors: int, trials: int, low: float, high: float) -> None:
    """Values of Clopper and Pearson 1934 as statistical packages give them."""
    assert interval(errors, trials) == (pytest.approx(low, abs=1e-7), pytest.approx(high, abs=1e-7))
