"""The data dictionary and code list sheets."""

from collections.abc import Iterable

from desktop.export.xlsx.cells import Cell
from desktop.export.xlsx.sheet_model import Cells, Column, Sheet, both
from desktop.messages import bilingual
from desktop.study.definition.base import Text, words
from desktop.study.definition.metadata import Definition, RangeCheck

DICTIONARY, CODE_LISTS = "Dictionary", "Code lists"


def dictionary(definition: Definition) -> Sheet:
    """One row an item of a form."""
    heads: tuple[tuple[str, Text, int], ...] = (
        ("Form", bilingual("Form"), 12),
        ("Group", bilingual("Group"), 14),
        ("ItemOID", bilingual("Item"), 18),
        ("Name", bilingual("CDASH name, column"), 14),
        ("Question", bilingual("Question in English"), 44),
        ("Question_ZH", bilingual("Question in Chinese"), 36),
        ("DataType", bilingual("Type"), 12),
        ("Length", bilingual("Longest"), 8),
        ("SignificantDigits", bilingual("Digits after the point"), 8),
        ("Units", bilingual("Units"), 14),
        ("CodeList", bilingual("Code list"), 18),
        ("Multiple", bilingual("Several codes"), 8),
        ("Limits", bilingual("Limits"), 30),
        ("Mandatory", bilingual("Mandatory"), 9),
        ("SkippedIf", bilingual("Not asked if"), 30),
        ("DerivedFrom", bilingual("Worked out from"), 40),
        ("SDTM", bilingual("SDTM variable"), 14),
        ("NCI", bilingual("NCI C-code"), 10),
        ("Tags", bilingual("Marks"), 10),
    )
    rows = [
        _texts(
            form.oid,
            group.oid,
            item.oid,
            item.name,
            words(item.question, "en"),
            item.question.get("zh", ""),
            item.data_type,
            "" if item.length is None else str(item.length),
            "" if item.significant_digits is None else str(item.significant_digits),
            "; ".join(definition.unit_names(item)),
            item.codelist or "",
            "Y" if item.multiple else "",
            "; ".join(map(_limit, item.range_checks)),
            "Y" if ref.mandatory else "",
            ref.skip or "",
            item.derivation or "",
            item.sdtm,
            item.nci,
            "; ".join(item.tags),
        )
        for form in definition.version.forms
        for group, ref, item in definition.form_items(form.oid)
    ]
    return _listing(DICTIONARY, bilingual("Every item of the study"), heads, rows, frozen=4)


def _limit(check: RangeCheck) -> str:
    sign = {"LT": "<", "LE": "≤", "GT": ">", "GE": "≥", "EQ": "=", "NE": "≠"}[check.comparator]
    return f"{sign} {check.value}{' (soft)' if check.soft else ''}"


def code_lists(definition: Definition) -> Sheet:
    """One row a code that some item may take."""
    heads: tuple[tuple[str, Text, int], ...] = (
        ("CodeList", bilingual("Code list"), 20),
        ("Code", bilingual("Code"), 24),
        ("Decode", bilingual("Meaning in English"), 44),
        ("Decode_ZH", bilingual("Meaning in Chinese"), 36),
        ("NCI", bilingual("NCI C-code"), 10),
        ("Group", bilingual("Grouping"), 36),
    )
    used = {item.codelist for item in definition.version.items}
    rows = [
        _texts(codelist.oid, item.code, words(item.label, "en"), item.label.get("zh", ""), item.nci, both(item.group))
        for codelist in definition.version.codelists
        if codelist.oid in used
        for item in codelist.items
    ]
    return _listing(CODE_LISTS, bilingual("Every code and its meaning"), heads, rows, frozen=2)


def _texts(*texts: str) -> Cells:
    return [Cell(text) if text else None for text in texts]


def _listing(
    name: str, title: Text, heads: Iterable[tuple[str, Text, int]], rows: list[Cells], *, frozen: int
) -> Sheet:
    columns = tuple(Column(name=head, label=label, width=width) for head, label, width in heads)
    return Sheet(name=name, title=title, columns=columns, frozen=frozen, count=len(rows), rows=lambda: iter(rows))
