"""The sheets that explain the others: the data dictionary and the code lists."""

from collections.abc import Iterable

from desktop.export.xlsx.cells import Cell
from desktop.export.xlsx.sheet_model import Cells, Column, Sheet, both
from desktop.study.definition.base import Text, words
from desktop.study.definition.metadata import Definition, RangeCheck

DICTIONARY, CODE_LISTS = "Dictionary", "Code lists"


def dictionary(definition: Definition) -> Sheet:
    """One row an item of a form."""
    heads: tuple[tuple[str, Text, int], ...] = (
        ("Form", {"en": "Form", "zh": "表单"}, 12),
        ("Group", {"en": "Group", "zh": "题组"}, 14),
        ("ItemOID", {"en": "Item", "zh": "项目"}, 18),
        ("Name", {"en": "CDASH name, column", "zh": "CDASH 变量名（列名）"}, 14),
        ("Question", {"en": "Question in English", "zh": "英文问题"}, 44),
        ("Question_ZH", {"en": "Question in Chinese", "zh": "中文问题"}, 36),
        ("DataType", {"en": "Type", "zh": "类型"}, 12),
        ("Length", {"en": "Longest", "zh": "长度"}, 8),
        ("SignificantDigits", {"en": "Digits after the point", "zh": "小数位数"}, 8),
        ("Units", {"en": "Units", "zh": "单位"}, 14),
        ("CodeList", {"en": "Code list", "zh": "编码表"}, 18),
        ("Multiple", {"en": "Several codes", "zh": "可多选"}, 8),
        ("Limits", {"en": "Limits", "zh": "范围"}, 30),
        ("Mandatory", {"en": "Mandatory", "zh": "必填"}, 9),
        ("SkippedIf", {"en": "Not asked if", "zh": "跳过条件"}, 30),
        ("DerivedFrom", {"en": "Worked out from", "zh": "推导公式"}, 40),
        ("SDTM", {"en": "SDTM variable", "zh": "SDTM 变量"}, 14),
        ("NCI", {"en": "NCI C-code", "zh": "NCI 编码"}, 10),
        ("Tags", {"en": "Marks", "zh": "标记"}, 10),
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
    return _listing(DICTIONARY, {"en": "Every item of the study", "zh": "研究的全部项目"}, heads, rows, frozen=4)


def _limit(check: RangeCheck) -> str:
    sign = {"LT": "<", "LE": "≤", "GT": ">", "GE": "≥", "EQ": "=", "NE": "≠"}[check.comparator]
    return f"{sign} {check.value}{' (soft)' if check.soft else ''}"


def code_lists(definition: Definition) -> Sheet:
    """One row a code that some item may take."""
    heads: tuple[tuple[str, Text, int], ...] = (
        ("CodeList", {"en": "Code list", "zh": "编码表"}, 20),
        ("Code", {"en": "Code", "zh": "编码"}, 24),
        ("Decode", {"en": "Meaning in English", "zh": "英文含义"}, 44),
        ("Decode_ZH", {"en": "Meaning in Chinese", "zh": "中文含义"}, 36),
        ("NCI", {"en": "NCI C-code", "zh": "NCI 编码"}, 10),
        ("Group", {"en": "Group", "zh": "分组"}, 36),
    )
    used = {item.codelist for item in definition.version.items}
    rows = [
        _texts(codelist.oid, item.code, words(item.label, "en"), item.label.get("zh", ""), item.nci, both(item.group))
        for codelist in definition.version.codelists
        if codelist.oid in used
        for item in codelist.items
    ]
    return _listing(CODE_LISTS, {"en": "Every code and its meaning", "zh": "全部编码及含义"}, heads, rows, frozen=2)


def _texts(*texts: str) -> Cells:
    return [Cell(text) if text else None for text in texts]


def _listing(
    name: str, title: Text, heads: Iterable[tuple[str, Text, int]], rows: list[Cells], *, frozen: int
) -> Sheet:
    columns = tuple(Column(name=head, label=label, width=width) for head, label, width in heads)
    return Sheet(name=name, title=title, columns=columns, frozen=frozen, count=len(rows), rows=lambda: iter(rows))
