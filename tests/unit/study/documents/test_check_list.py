"""The document of a study's rules."""

import re

from desktop.study.definition.metadata import Definition
from desktop.study.documents.check_list import checks_document
from desktop.study.load import load_definition, locate


def rows(text: str) -> dict[str, list[str]]:
    """OID -> cells of its row."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and re.match(r"(EC|IT)\.", cells[0]):
            assert cells[0] not in found
            found[cells[0]] = cells
    return found


def test_a_check_stands_there_with_its_words_kind_source_and_expression(course: Definition) -> None:
    text, count = checks_document(course)
    assert count == 3
    assert rows(text) == {
        "EC.DM.1": [
            "EC.DM.1",
            "IT.BRTHDAT",
            "Born after consent.<br>出生晚于知情同意。",
            "must be met / 必须满足",
            "Logic",
            "`BRTHDAT.earliest > ICDAT`",
        ],
        "EC.AE.1": [
            "EC.AE.1",
            "IT.AEGR",
            "The laboratory values say a higher grade.<br>检验值提示更高分级。",
            "asks for a comment / 须填写说明",
            # A bar in a cell is no column.
            "Criteria 5.0 | laboratory",
            "`labs.exists(l, l.TERM == AETERM && l.GRADE > double(AEGR))`",
        ],
        "IT.RSGOOD": ["IT.RSGOOD", "Good / 良好", "`RSRES == 'FULL' ? 'Y' : 'N'`"],
    }
    assert f"S.COURSE, MDV.1, SHA-256 {course.sha256}" in text
    # A form without a rule is left out.
    assert "F.SS" not in text


def test_limits_of_single_items_are_listed(pressure: Definition) -> None:
    text, _ = checks_document(pressure)
    for item in pressure.version.items:
        for check in item.range_checks:
            kind = "asks for a comment / 须填写说明" if check.soft else "must be met / 必须满足"
            row = f"| {item.oid} | {item.question['en']} / {item.question['zh']} | {check.comparator} {check.value}, {kind} |"
            # That nothing lies after today holds of every date and is not listed.
            assert (row in text) == (check.value != "today"), item.oid
    assert "| IT.EXDOSE | Dose / 剂量 | LE 100, must be met / 必须满足 |" in text


def test_every_rule_of_the_shipped_study_is_in_the_document() -> None:
    study = load_definition(locate("pd1-ven-cag"))
    text, count = checks_document(study)
    checks = [check for form in study.version.forms for check in form.checks]
    derived = [item for item in study.version.items if item.derivation is not None]
    assert count >= len(checks) + len(derived)
    for check in checks:
        assert f"| {check.oid} |" in text, check.oid
        assert check.source.replace("|", "\\|") in text, check.oid
        for language in ("en", "zh"):
            assert check.message[language].replace("|", "\\|") in text, check.oid
    for item in derived:
        assert f"| {item.oid} |" in text, item.oid
    # One row a line: no message breaks its table.
    assert all(line.endswith("|") for line in text.splitlines() if line.startswith("|"))
