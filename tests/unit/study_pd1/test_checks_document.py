"""The document of the study's rules lies beside it and is what the definition says."""

from pathlib import Path

from desktop.study.definition.metadata import Definition
from desktop.study.documents.check_list import checks_document

DOCUMENT = Path(__file__).parents[3] / "resources" / "study" / "pd1-ven-cag" / "CHECKS.md"


def test_the_document_of_the_rules_is_up_to_date(study: Definition) -> None:
    """`sitebook study checks pd1-ven-cag --out resources/study/pd1-ven-cag/CHECKS.md` writes it."""
    text, count = checks_document(study)
    assert DOCUMENT.read_text(encoding="utf-8") == text
    assert count >= 120
    for form in study.version.forms:
        for check in form.checks:
            assert f"| {check.oid} |" in text
            assert check.source
