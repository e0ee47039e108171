"""What the form screen needs from the site to show a form, read on the vault thread."""

from typing import NamedTuple

from desktop.errors import RefusedError
from desktop.reading.sync import received_to
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey
from desktop.study.rules.form_rules import Rules
from desktop.views.forms import FormView


class OpenedForm(NamedTuple):
    """A form as it stands, with the rules by which it is filled."""

    view: FormView
    rules: Rules
    """Of the study version that it was entered under; of the one in force where it is new."""
    received_to: int
    """Sequence number of this device up to which the centre has signed for its entries."""

    def is_older(self, in_force: str) -> bool:
        """Whether the form keeps to another study version than the one in force (its SHA-256)."""
        return self.rules.definition.sha256 != in_force


def next_form(site: Site, subject: str, key: FormKey) -> FormKey | None:
    """The form that the same visit waits for after this one, in the order of the study; none where it waits for none."""
    book = site.casebook(subject)
    waiting = [
        due.key
        for due in book.due
        if (due.key.event, due.key.event_repeat) == (key.event, key.event_repeat) and not due.missed
    ]
    order = [ref.form for ref in site.definition.events[key.event].forms] if key.event in site.definition.events else []
    forms = {form: number for number, form in enumerate(order)}
    here = forms.get(key.form, -1)
    waiting.sort(key=lambda each: (forms.get(each.form, len(forms)) < here, forms.get(each.form, len(forms))))
    return next((each for each in waiting if each != key), None)


def open_form(site: Site, subject: str, key: FormKey) -> OpenedForm:
    """Look a form up. Raises RefusedError where the study has no such form, or not the version that it was entered under."""
    view = site.form(subject, key)
    rules = site.rules_for_form(view.version_sha256)
    if key.form not in rules.definition.forms or key.event not in rules.definition.events:
        raise RefusedError("The study version in force does not have this form any more.")
    return OpenedForm(view, rules, received_to(site))
