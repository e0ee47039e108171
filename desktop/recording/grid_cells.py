"""Uniqueness of a grid's cells: no two rows of the group may stand for one row and column of the grid."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from desktop.study.clinical_data import FormContent, ItemPlace
from desktop.study.definition.metadata import Definition


def doubled_cells(
    definition: Definition, form: str, content: FormContent, touched: Collection[tuple[str, str]]
) -> Iterator[ItemPlace]:
    """Where a touched (group, row) stands for a cell of which there is another row already."""
    for group in definition.form_groups(form):
        grid = group.grid
        if grid is None:
            continue
        rows_of: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        for row, items in content.get(group.oid, {}).items():
            name, column = items.get(grid.rows), items.get(grid.columns)
            if name is not None and column is not None and name.value and column.value.isdecimal():
                rows_of[name.value, int(column.value)].append(row)
        for rows in rows_of.values():
            if len(rows) > 1:
                yield from (ItemPlace(group.oid, row, grid.rows) for row in rows if (group.oid, row) in touched)
