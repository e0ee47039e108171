"""What a form screen needs of the Site to show a form; asked on the vault's thread."""

from typing import NamedTuple

from desktop.errors import RefusedError
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey
from desktop.study.rules.form_rules import Rules
from desktop.views.forms import FormView
from desktop.views.sync import SyncView


class OpenedForm(NamedTuple):
    """A form as it stands, with the rules by which it is filled."""

    view: FormView
    rules: Rules
    """Of the study version that it was entered under; of the one in force where it is new."""
    sync: SyncView

    def is_older(self, in_force: str) -> bool:
        """Whether the form keeps to another study version than the one in force (its SHA-256)."""
        return self.rules.definition.sha256 != in_force


def open_form(site: Site, subject: str, key: FormKey) -> OpenedForm:
    """Look a form up. Raises RefusedError where the study has no such form, or not the version that it was entered under."""
    view = site.form(subject, key)
    rules = site.rules_of(view.version_sha256) if view.version_sha256 else site.rules
    if key.form not in rules.definition.forms or key.event not in rules.definition.events:
        raise RefusedError("The study version in force does not have this form any more.")
    return OpenedForm(view, rules, site.sync_view())
