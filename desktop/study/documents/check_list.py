"""The document of a study's rules: every edit check and derivation with its words, its kind and its source.

Generated from the definition, so that it is what the program does. Markdown, in every language of the study.
"""

from collections.abc import Iterable, Iterator

from desktop.study.definition.base import Text, words
from desktop.study.definition.metadata import Definition, FormDef, source_words

_HEADINGS: dict[str, Text] = {
    "title": {"en": "Edit checks and derivations", "zh": "核查与派生规则"},
    "checks": {"en": "Edit checks", "zh": "逻辑核查"},
    "derived": {"en": "Derived items", "zh": "派生项目"},
    "limits": {"en": "Limits of single items", "zh": "单项限值"},
}
_KINDS: dict[bool, Text] = {
    True: {"en": "asks for a comment", "zh": "须填写说明"},
    False: {"en": "must be met", "zh": "必须满足"},
}
_COMPLETION: Text = {"en": "before completion", "zh": "完成前须满足"}


def checks_document(definition: Definition) -> tuple[str, int]:
    """The document, and how many edit checks and derivations it lists."""
    version = definition.version
    languages = version.languages
    lines = [
        f"# {version.name}: {_both(_HEADINGS['title'], languages)}",
        "",
        f"{version.study}, {version.oid}, SHA-256 {definition.sha256}",
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
