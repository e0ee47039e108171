"""How fast the passes of double-entered forms are compared: blood counts, every hundredth different in one value."""

import time

from desktop.casebook.double_entry import compare
from desktop.study.clinical_data import FormContent, ItemValue
from desktop.study.load import load_definition, locate

FORMS = 10_000
FORM = "F.CBC"


def contents(number: int) -> tuple[FormContent, FormContent]:
    """The two passes of one form: every hundredth differs in one value."""
    definition = load_definition(locate("pd1-ven-cag"))
    first: FormContent = {}
    for group, _, item in definition.form_items(FORM):
        if item.derivation is None:
            value = ItemValue(value="2026-11-24" if item.data_type == "date" else "5.1")
            first.setdefault(group.oid, {}).setdefault("", {})[item.oid] = value
    second = {group: {row: dict(values) for row, values in rows.items()} for group, rows in first.items()}
    if number % 100 == 0:
        second["IG.CBC"][""]["IT.WBC"] = ItemValue(value="51")
    return first, second


def main() -> None:
    """Print what 10,000 comparisons take."""
    definition = load_definition(locate("pd1-ven-cag"))
    equal, different = contents(1), contents(100)
    began = time.perf_counter()
    found = sum(
        len(compare(definition, FORM, *(different if number % 100 == 0 else equal)).different)
        for number in range(FORMS)
    )
    seconds = time.perf_counter() - began
    assert found == FORMS // 100
    print(f"compare {FORMS} double-entered forms: {seconds:.2f} s, {found} differences")


if __name__ == "__main__":
    main()
