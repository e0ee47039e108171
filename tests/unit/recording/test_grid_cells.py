"""No two rows for one cell of a grid."""

import pytest

from desktop.recording.grid_cells import doubled_cells
from desktop.study.clinical_data import ItemPlace, ItemValue
from tests.gui.form.study import definition


def row(drug: str, day: str) -> dict[str, ItemValue]:
    return {"IT.DRUG": ItemValue(value=drug), "IT.DAY": ItemValue(value=day), "IT.GIVEN": ItemValue(value="1")}


def form_of_grid() -> str:
    return next(form.oid for form in definition().forms.values() if "IG.GRID" in form.groups)


@pytest.mark.parametrize(
    ("rows", "touched", "doubled"),
    [
        ({"a": row("D1", "1"), "b": row("D1", "2"), "c": row("D2", "1")}, "abc", ""),
        ({"a": row("D1", "1"), "b": row("D1", "1")}, "b", "b"),
        ({"a": row("D1", "1"), "b": row("D1", "01")}, "ab", "ab"),
        # What is doubled already does not stop another row from being saved.
        ({"a": row("D1", "1"), "b": row("D1", "1"), "c": row("D1", "2")}, "c", ""),
        ({"a": row("D1", "x"), "b": row("D1", "x"), "c": {}, "d": {}}, "abcd", ""),
    ],
)
def test_a_cell_has_one_row(rows: dict[str, dict[str, ItemValue]], touched: str, doubled: str) -> None:
    found = doubled_cells(definition(), form_of_grid(), {"IG.GRID": rows}, {("IG.GRID", key) for key in touched})
    assert set(found) == {ItemPlace("IG.GRID", key, "IT.DRUG") for key in doubled}
