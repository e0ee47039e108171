"""A study with every type of item, and transfers of it, for the tests of this room."""

from pathlib import Path

import msgspec
import openpyxl

from desktop.export.transfer import Transfer, TransferForm
from desktop.export.xlsx.sheet_model import HEAD_ROWS
from desktop.study.clinical_data import FormContent, FormKey, ItemValue
from desktop.study.definition.events import FormRef, StudyEventDef
from desktop.study.definition.metadata import (
    CodeList,
    CodeListItem,
    DataType,
    Definition,
    FormDef,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    Location,
    MeasurementUnit,
    MetaDataVersion,
    UnitRef,
)
from desktop.views.forms import FormState

KG, GRAM = UnitRef(unit="MU.KG"), UnitRef(unit="MU.G", factor=0.001)


def item(name: str, data_type: DataType = DataType.TEXT, **more: object) -> ItemDef:
    return ItemDef(
        oid=f"IT.{name}", name=name, question={"en": f"{name}?", "zh": f"{name}？"}, data_type=data_type, **more
    )


ITEMS = (
    item("TXT", length=100_000),
    item("INT", DataType.INTEGER),
    item("FLT", DataType.FLOAT, units=(KG,)),
    item("DAT", DataType.DATE),
    item("PDAT", DataType.PARTIAL_DATE),
    item("TIM", DataType.TIME),
    item("DTM", DataType.DATETIME),
    item("BOO", DataType.BOOLEAN),
    item("COD", codelist="CL.GRADE"),
    item("MUL", codelist="CL.GRADE", multiple=True),
    item("WGT", DataType.FLOAT, units=(KG, GRAM)),
    item("BMI", DataType.FLOAT, derivation="WGT / 2.0"),
)
ROW_ITEMS = (item("DOSE", DataType.FLOAT), item("DOSDAT", DataType.PARTIAL_DATE), item("WHY"))


def group(name: str, items: tuple[ItemDef, ...], **more: object) -> ItemGroupDef:
    refs = tuple(ItemRef(item=one.oid) for one in items)
    return ItemGroupDef(oid=f"IG.{name}", name=name, title={"en": name, "zh": name}, items=refs, **more)


def study(**changes: object) -> Definition:
    """A study with every type of item, one form, one repeating group."""
    version = MetaDataVersion(
        study="S.X",
        oid="MDV.1",
        name="X & Y",
        title={"en": "Everything", "zh": "全部"},
        subject_key="{site}-{letter}{number}",
        first_form="F.ALL",
        first_event="SE.1",
        locations=(Location(oid="01", name={"en": "One", "zh": "一"}, zone="Asia/Shanghai"),),
        events=(StudyEventDef(oid="SE.1", name="ONE", title={"en": "One"}, forms=(FormRef(form="F.ALL"),)),),
        forms=(FormDef(oid="F.ALL", name="ALL", title={"en": "All", "zh": "全部"}, groups=("IG.MAIN", "IG.DOSES")),),
        groups=(group("MAIN", ITEMS), group("DOSES", ROW_ITEMS, repeating=True)),
        items=(*ITEMS, *ROW_ITEMS),
        codelists=(
            CodeList(
                oid="CL.GRADE",
                name="GRADE",
                items=tuple(
                    CodeListItem(code=str(n), label={"en": f"Grade {n}", "zh": f"{n} 级"}) for n in range(1, 4)
                ),
            ),
        ),
        units=(
            MeasurementUnit(oid="MU.KG", name="kg", symbol={"en": "kg"}),
            MeasurementUnit(oid="MU.G", name="g", symbol={"en": "g"}),
        ),
    )
    return Definition(msgspec.structs.replace(version, **changes))


STUDY = study()
HEADS = (("A-12345678", 7, "ab" * 32),)
WALL = "2026-11-24T08:00:00.000+08:00"


def form(content: FormContent, derived: FormContent | None = None, subject: str = "01-A001") -> TransferForm:
    return TransferForm(
        subject=subject,
        key=FormKey("SE.1", 1, "F.ALL", 1),
        state=FormState.COMPLETE,
        version="MDV.1",
        content=content,
        derived=derived or {},
        wall=WALL,
        first_wall=WALL,
        user="U.A-12345678.1",
    )


def transfer(*forms: TransferForm, definition: Definition = STUDY) -> Transfer:
    location = definition.version.locations[0]
    return Transfer(definition=definition, location=location, month="2026-11", heads=HEADS, forms=forms)


def main(**values: str | ItemValue) -> FormContent:
    given_values = {
        f"IT.{name}": ItemValue(value=value) if isinstance(value, str) else value for name, value in values.items()
    }
    return {"IG.MAIN": {"": given_values}}


def written(path: Path, sheet: str, column: str, row: int = HEAD_ROWS + 1) -> openpyxl.cell.cell.Cell:
    """A cell of a data row by the name of its column."""
    opened = openpyxl.load_workbook(path)[sheet]
    names = [cell.value for cell in opened[1]]
    return opened.cell(row, names.index(column) + 1)
