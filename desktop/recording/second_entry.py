"""Rules of the second entry of a form, and of changes while the first is hidden."""

from desktop.casebook.form_fold import FormFold
from desktop.messages import bilingual
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import Definition

_NOT_TWICE: Text = bilingual("The study does not enter this form twice.")
_FIRST_NOT_COMPLETE: Text = bilingual("The first entry of this form is not complete yet.")
_SAME_PERSON: Text = bilingual("You made the first entry of this form. The second entry is made by another person.")
_BLIND: Text = bilingual(
    "This form awaits its second entry, which you may make. Its first entry can be changed by who made it."
)
SECOND_COMPLETE: Text = bilingual(
    "The second entry of this form is complete. Differences are settled in the list of discrepancies."
)


def refusal(definition: Definition, form: str, saved: FormFold | None, user: str) -> Text | None:
    """Why this person cannot make the second entry of a form; None where they can."""
    if form not in definition.entered_twice:
        return _NOT_TWICE
    if saved is None or saved.removed is not None or not saved.complete:
        return _FIRST_NOT_COMPLETE
    return _SAME_PERSON if user in saved.authors else None


def refusal_of_first(*, is_blind: bool) -> Text | None:
    """Why this person cannot change the first entry; None where they can.

    What a save says of saved values ("unchanged", "a reason is needed") would tell a second typist what they are.
    """
    return _BLIND if is_blind else None
