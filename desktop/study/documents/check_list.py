"""List of a study's edit checks and derivations, with wording, kind and source (CHECKS.md).

Generated from the definition, so that it is what the program does. Markdown, in every language of the study.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from desktop.messages import bilingual
from desktop.study.definition.base import Text, words
from desktop.study.definition.metadata import Definition, FormDef, source_words

_HEADINGS: dict[str, Text] = {
    "title": bilingual("Edit checks and derivations"),
    "checks": bilingual("Edit checks"),
    "derived": bilingual("Derived items"),
    "limits": bilingual("Limits of single items"),
}
_KINDS: dict[bool, Text] = {
    True: bilingual("asks for a comment"),
    False: bilingual("must be met"),
}
_COMPLETION: Text = bilingual("before completion")


MARK = "SHA-256 "
"""Stands in the third line, before the hash of the definition."""
MAX_HEAD_BYTES = 4096


def checks_document(definition: Definition) -> tuple[str, int]:
    """The document, and how many edit checks and derivations it lists."""
    version = definition.version
    languages = version.languages
    lines = [
        f"# {version.name}: {_both(_HEADINGS['title'], languages)}",
        "",
        f"{version.study}, {version.oid}, {MARK}{definition.sha256}",
        "",
    ]
    count = 0
    for form in version.forms:
        checks, derived, limits = _checks(definition, form), _derived(definition, form), _limits(definition, form)
        count += len(form.checks) + len(derived)
        if not (form.checks or derived or limits):
            continue
        lines += [f"## {form.oid} {_both(form.title, languages)}", ""]
        if form.checks:
            lines += [f"### {_both(_HEADINGS['checks'], languages)}", "", *checks, ""]
        if derived:
            lines += [f"### {_both(_HEADINGS['derived'], languages)}", "", *_table(("OID", "", "CEL"), derived), ""]
        if limits:
            lines += [f"### {_both(_HEADINGS['limits'], languages)}", "", *_table(("OID", "", ""), limits), ""]
    return "\n".join(lines), count


def is_checks_document(path: Path) -> bool:
    """Whether a file is such a document. Raises OSError where it cannot be read."""
    with path.open("rb") as stream:
        head = stream.read(MAX_HEAD_BYTES).split(b"\n")
    return head[0].startswith(b"# ") and any(MARK.encode() in line for line in head[:3])


def _both(text: Text, languages: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(words(text, language) for language in languages))


def _checks(definition: Definition, form: FormDef) -> list[str]:
    languages = definition.version.languages
    rows = [
        (
            check.oid,
            check.item,
            "<br>".join(words(check.message, language) for language in languages),
            _both(_COMPLETION if check.completion else _KINDS[check.soft], languages),
            "<br>".join(
                dict.fromkeys(source_words(definition.version, check.source, language) for language in languages)
            ),
            f"`{_flat(check.expression)}`",
        )
        for check in form.checks
    ]
    return list(_table(("OID", "Item", " / ".join(languages), "Severity", "Source", "CEL"), rows))


def _derived(definition: Definition, form: FormDef) -> list[tuple[str, ...]]:
    languages = definition.version.languages
    return [
        (item.oid, _both(item.question, languages), f"`{_flat(item.derivation)}`")
        for _, _, item in definition.form_items(form.oid)
        if item.derivation is not None
    ]


def _limits(definition: Definition, form: FormDef) -> list[tuple[str, ...]]:
    languages = definition.version.languages
    return [
        (
            item.oid,
            _both(item.question, languages),
            f"{check.comparator} {check.value}, {_both(_KINDS[check.soft], languages)}",
        )
        for _, _, item in definition.form_items(form.oid)
        for check in item.range_checks
        if check.value != "today"
    ]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _flat(expression: str) -> str:
    return " ".join(expression.split())
