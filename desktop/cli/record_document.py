"""A subject's record and history in the shape that `sitebook show` prints."""

from typing import Any

from desktop.errors import RefusedError
from desktop.site.site import Site
from desktop.study.clinical_data import FormContent, ItemValue
from desktop.study.definition.metadata import Definition

Document = dict[str, Any]


def record(site: Site, subject: str) -> Document:
    """All forms of a subject with the values as they were entered. Raises RefusedError for an unknown subject."""
    casebook = site.casebook(subject)
    forms: list[Document] = []
    for summary in casebook.forms:
        form = site.form(subject, summary.key)
        items, groups = _values(site.definition, form.content)
        derived, derived_groups = _values(site.definition, form.derived)
        forms.append(
            {
                "event": summary.key.event,
                "event_repeat": summary.key.event_repeat,
                "form": summary.key.form,
                "form_repeat": summary.key.form_repeat,
                "state": str(summary.state),
                "items": items,
                "groups": groups,
                "derived": {"items": derived, "groups": derived_groups},
            }
        )
    return {"subject": subject, "forms": forms}


def history(site: Site, subject: str) -> list[Document]:
    """Every change of every entered value, oldest first. Raises RefusedError for an unknown subject."""
    changes = [change for change in site.history(subject) if not change.derived]
    if not changes:
        raise RefusedError("There is no subject of this key.")
    return [
        {
            "event": change.key.event,
            "event_repeat": change.key.event_repeat,
            "form": change.key.form,
            "form_repeat": change.key.form_repeat,
            "group": change.group,
            "row": change.row or None,
            "item": change.item,
            "old": _value(change.old),
            "new": _value(change.new),
            "user": change.user,
            "time": change.wall,
            "reason": change.reason or None,
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
                {"row": key} | {item: _value(value) for item, value in row.items()} for key, row in rows.items()
            ]
        else:
            for row in rows.values():
                items |= {item: _value(value) for item, value in row.items()}
    return items, groups


def _value(value: ItemValue | None) -> Document | str | None:
    if value is None:
        return None
    if value.missing:
        return {"missing": value.missing}
    return {"value": value.value, "unit": value.unit} if value.unit else value.value
