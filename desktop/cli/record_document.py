"""JSON documents of `sitebook show`: a subject's record and its history."""

from typing import Any

from desktop.site.site import Site
from desktop.study.clinical_data import FormContent, FormKey, ItemValue
from desktop.study.definition.metadata import Definition
from desktop.views.forms import PassView

Document = dict[str, Any]


def record(site: Site, subject: str) -> Document:
    """All forms of a subject with the values as they were entered. Raises RefusedError for an unknown subject."""
    casebook = site.casebook(subject)
    forms: list[Document] = []
    for summary in casebook.forms:
        # The second entry of a form is shown where it is made; here stands the first, as far as it may be seen.
        form = site.form(subject, summary.key, entry_pass=1)
        items, groups = _values(site.definition, form.content)
        derived, derived_groups = _values(site.definition, form.derived)
        forms.append(
            {
                **key_document(summary.key),
                "state": str(summary.state),
                "passes": {"first": _pass(summary.first), "second": _pass(summary.second)},
                "sdv": summary.source_verified,
                "items": items,
                "groups": groups,
                "derived": {"items": derived, "groups": derived_groups},
            }
        )
    return {"subject": subject, "forms": forms}


def key_document(key: FormKey) -> Document:
    """The coordinates of a form, as every document of the contract has them."""
    return {
        "event": key.event,
        "event_repeat": key.event_repeat,
        "form": key.form,
        "form_repeat": key.form_repeat,
    }


def _pass(made: PassView | None) -> Document | None:
    return None if made is None else {"user": made.user, "time": made.wall}


def history(site: Site, subject: str) -> list[Document]:
    """Every change of every entered value, oldest first. Raises RefusedError for an unknown subject."""
    changes = [change for change in site.history(subject) if not change.derived]
    if not changes:
        site.casebook(subject)
    return [
        {
            **key_document(change.key),
            "group": change.group,
            "row": change.row or None,
            "item": change.item,
            "old": value_document(change.old),
            "new": value_document(change.new),
            "user": change.user,
            "time": change.wall,
            "reason": change.reason or None,
            **({"pass": change.entry_pass} if change.entry_pass != 1 else {}),
        }
        for change in changes
    ]


def as_lines(document: Document | list[Document]) -> str:
    """The same for a person's eyes."""
    if isinstance(document, list):
        return "\n".join(
            f"{line['time']}  {line['user']}  {line['form']} {line['item']}: {line['old']} -> {line['new']}"
            + (f"  ({line['reason']})" if line["reason"] else "")
            for line in document
        )
    return "\n".join(
        f"{form['event']} {form['event_repeat']}  {form['form']} {form['form_repeat']}  {form['state']}  {form['items']}"
        for form in document["forms"]
    )


def _values(definition: Definition, content: FormContent) -> tuple[Document, Document]:
    """(items of groups that do not repeat, rows of those that do)."""
    items: Document = {}
    groups: Document = {}
    for oid, rows in content.items():
        group = definition.groups.get(oid)
        if group is not None and group.repeating:
            groups[oid] = [
                {"row": key} | {item: value_document(value) for item, value in row.items()} for key, row in rows.items()
            ]
        else:
            for row in rows.values():
                items |= {item: value_document(value) for item, value in row.items()}
    return items, groups


def value_document(value: ItemValue | None) -> Document | str | None:
    """A value as it was entered."""
    if value is None:
        return None
    if value.missing:
        return {"missing": value.missing}
    return {"value": value.value, "unit": value.unit} if value.unit else value.value
