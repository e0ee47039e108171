"""Rules of the second entry of a form, and of changes while the first is hidden."""

from desktop.casebook.form_fold import FormFold
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import Definition

_NOT_TWICE: Text = {"en": "The study does not enter this form twice.", "zh": "研究方案未规定该表单需第二次录入。"}
_FIRST_NOT_COMPLETE: Text = {
    "en": "The first entry of this form is not complete yet.",
    "zh": "该表单的第一次录入尚未完成。",
}
_SAME_PERSON: Text = {
    "en": "You made the first entry of this form. The second entry is made by another person.",
    "zh": "您已参与该表单的第一次录入，第二次录入须由他人完成。",
}
_BLIND: Text = {
    "en": "This form awaits its second entry, which you may make. Its first entry can be changed by who made it.",
    "zh": "该表单等待第二次录入，您可以进行第二次录入。第一次录入的内容只能由首次录入者修改。",
}
SECOND_COMPLETE: Text = {
    "en": "The second entry of this form is complete. Differences are settled in the list of discrepancies.",
    "zh": "该表单的第二次录入已完成。差异请在“差异处理”中裁定。",
}


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
