"""One form as a printed report, as HTML (for example of a serious adverse event).

It says of whom, from which study and version, by whom and when it was saved, every question with its answer, the comments
that answered checks, and leaves lines for signatures. Nothing is written to a disk here.
"""

import html

import msgspec

from desktop.messages import bilingual, template
from desktop.study.clinical_data import ItemPlace, ItemValue, value_at
from desktop.study.definition.base import Text, words
from desktop.study.definition.metadata import NON_REPEATING_ROW, Definition, ItemGroupDef
from desktop.study.values.item_values import display
from desktop.views.forms import FormState, FormView

_WORDS: dict[str, Text] = {
    "study": bilingual("Study"),
    "protocol": bilingual("Protocol"),
    "site": bilingual("Site"),
    "subject": bilingual("Subject key"),
    "event": bilingual("Event"),
    "number": bilingual("Number"),
    "version": bilingual("Study version"),
    "saved": bilingual("Saved"),
    "printed": bilingual("Printed"),
    "by": template("{who}, {when}"),
    "comments": bilingual("Comments on checks"),
    "none": bilingual("No entry"),
    "signature": bilingual("Investigator: signature, date"),
    "state": bilingual("State"),
    "incomplete": bilingual("Not complete"),
}


class Printing(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says beside the form itself."""

    site: Text
    headline: str
    """Of the subject, e.g. sex and age; empty where there is none."""
    user: str
    """Who prints."""
    now: str
    """When, in words."""


def form_report(definition: Definition, view: FormView, printing: Printing, language: str) -> str:
    """The report as a whole HTML document."""
    form = definition.forms[view.key.form]
    body = [
        f"<h1>{_safe(words(form.title, language))}</h1>",
        _facts(definition, view, printing, language),
        *(_group(definition, view, group, language) for group in definition.form_groups(form.oid)),
        _comments(definition, view, language),
        f'<p class="sign">{_word("signature", language)}: ____________________________</p>',
        f'<p class="foot">{_word("printed", language)}: {_safe(_by(printing.user, printing.now, language))}</p>',
    ]
    return f"<html><head><style>{_STYLE}</style></head><body>{''.join(body)}</body></html>"


_STYLE = """
body { font-size: 10pt; }
h1 { font-size: 15pt; }
.part { font-size: 11pt; font-weight: bold; margin-top: 12px; margin-bottom: 2px; }
.name { color: #444444; }
td, th { padding: 2px 10px 2px 0; vertical-align: top; text-align: left; }
.no { color: #777777; }
.foot { color: #555555; font-size: 8pt; }
.sign { margin-top: 28px; }
"""


def _facts(definition: Definition, view: FormView, printing: Printing, language: str) -> str:
    version, key = definition.version, view.key
    event = definition.events.get(key.event)
    occurrence = words(event.title, language) if event else key.event
    if event is not None and event.repeating:
        occurrence = f"{occurrence} {key.event_repeat}"
    rows = [
        ("study", version.name),
        ("protocol", version.protocol),
        ("site", words(printing.site, language)),
        ("subject", " ".join(part for part in (view.subject, printing.headline) if part)),
        ("event", occurrence),
    ]
    if definition.forms[key.form].repeating:
        rows.append(("number", str(key.form_repeat)))
    rows += [
        ("version", f"{view.version or version.oid}"),
        ("saved", _by(view.user, view.wall.replace("T", " ")[:16], language) if view.wall else _word("none", language)),
    ]
    if view.state in (None, FormState.INCOMPLETE):
        rows.append(("state", _word("incomplete", language)))
    return _table([(f"<b>{_word(name, language)}</b>", _safe(text)) for name, text in rows])


def _group(definition: Definition, view: FormView, group: ItemGroupDef, language: str) -> str:
    title = f'<p class="part">{_safe(words(group.title, language))}</p>'
    if not group.repeating:
        rows = [
            (_safe(words(definition.items[ref.item].question, language)), shown)
            for ref in group.items
            if (shown := _answer(definition, view, ItemPlace(group.oid, NON_REPEATING_ROW, ref.item), language))
            or (ref.skip is None and definition.items[ref.item].derivation is None)
        ]
        empty = f'<span class="no">{_word("none", language)}</span>'
        return title + _table([(question, answer or empty) for question, answer in rows])
    keys = list(view.content.get(group.oid, {}))
    if not keys:
        return f'{title}<p class="no">{_word("none", language)}</p>'
    columns = [
        (ref.item, [_answer(definition, view, ItemPlace(group.oid, key, ref.item), language) for key in keys])
        for ref in group.items
    ]
    # A page is narrow: a column that nothing stands in is left out, as a question that was not asked is.
    columns = [(item, answers) for item, answers in columns if any(answers)]
    heads = "".join(f"<th>{_safe(words(definition.items[item].question, language))}</th>" for item, _ in columns)
    lines = "".join(
        f"<tr>{''.join(f'<td>{answers[row]}</td>' for _, answers in columns)}</tr>" for row in range(len(keys))
    )
    return f"{title}<table><tr>{heads}</tr>{lines}</table>"


def _answer(definition: Definition, view: FormView, place: ItemPlace, language: str) -> str:
    value: ItemValue | None = value_at(view.content, place) or value_at(view.derived, place)
    return _safe(display(definition, definition.items[place.item], value, language)) if value is not None else ""


def _comments(definition: Definition, view: FormView, language: str) -> str:
    rows = [
        (_safe(words(definition.items[check.item].question, language)), _safe(check.comment))
        for check in view.checks
        if check.comment and check.item in definition.items
    ]
    return f"<p class='part'>{_word('comments', language)}</p>{_table(rows)}" if rows else ""


def _table(rows: list[tuple[str, str]]) -> str:
    lines = (f'<tr><td width="34%" class="name">{name}</td><td>{text}</td></tr>' for name, text in rows)
    return f'<table width="100%">{"".join(lines)}</table>'


def _by(who: str, when: str, language: str) -> str:
    return words(_WORDS["by"], language).format(who=who, when=when)


def _word(name: str, language: str) -> str:
    return words(_WORDS[name], language)


def _safe(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
