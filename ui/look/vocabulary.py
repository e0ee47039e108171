"""Shown texts for enumerations: states, roles, kinds of entries, form coordinates."""

from PySide6.QtCore import QCoreApplication

from desktop.study.clinical_data import FormKey, ItemValue
from desktop.study.definition.events import StudyEventDef
from desktop.study.definition.metadata import Definition, ItemDef
from desktop.study.values.item_values import display
from desktop.views.forms import FormState
from desktop.views.people import Role
from ui.look import language
from ui.look.icons import Sign


def sign_words(sign: Sign) -> str:
    """What a form's sign means."""
    translate = QCoreApplication.translate
    return {
        Sign.EMPTY: translate("Words", "nothing yet"),
        Sign.DRAFT: translate("Words", "draft or incomplete"),
        Sign.ENTERED: translate("Words", "entered"),
        Sign.AWAITS_SECOND: translate("Words", "waits for second entry"),
        Sign.TWICE: translate("Words", "entered twice and equal"),
        Sign.FLAG: translate("Words", "discrepancy"),
        Sign.QUERY: translate("Words", "query"),
        Sign.SIGNED: translate("Words", "signed"),
        Sign.LOCKED: translate("Words", "locked"),
        Sign.DUE: translate("Words", "due"),
        Sign.OVERDUE: translate("Words", "overdue"),
        Sign.MISSED: translate("Words", "missed"),
        Sign.NOT_APPLICABLE: translate("Words", "does not apply"),
    }[sign]


def state_words(state: FormState) -> str:
    """A form's state, as a person says it."""
    translate = QCoreApplication.translate
    return {
        FormState.INCOMPLETE: translate("Words", "incomplete"),
        FormState.COMPLETE: translate("Words", "complete"),
        FormState.AWAITING_SECOND: translate("Words", "waits for second entry"),
        FormState.DISCREPANT: translate("Words", "discrepancy"),
        FormState.VERIFIED: translate("Words", "entered twice and equal"),
        FormState.SIGNED: translate("Words", "signed"),
        FormState.LOCKED: translate("Words", "locked"),
    }[state]


def role_words(role: Role) -> str:
    """A role, as a person says it."""
    translate = QCoreApplication.translate
    return {
        Role.ENTRY: translate("Words", "data entry"),
        Role.INVESTIGATOR: translate("Words", "investigator"),
        Role.MANAGER: translate("Words", "manager"),
        Role.MONITOR: translate("Words", "monitor"),
    }[role]


def role_help(role: Role) -> str:
    """What a person of this role may do."""
    translate = QCoreApplication.translate
    return {
        Role.ENTRY: translate("Words", "fills forms"),
        Role.INVESTIGATOR: translate("Words", "fills and signs forms, settles discrepancies, exports"),
        Role.MANAGER: translate("Words", "adds users, exports, joins the centre"),
        Role.MONITOR: translate("Words", "reads, checks against the source"),
    }[role]


def event_title(event: StudyEventDef, repeat: int) -> str:
    """`Cycle 2`: a repeating event with its number."""
    title = language.words(event.title)
    if not event.repeating:
        return title
    return f"{title} {repeat}"


def form_title(definition: Definition, key: FormKey) -> str:
    """`Adverse event 2`: a repeating form with its number. One that the study no longer has goes by its OID."""
    form = definition.forms.get(key.form)
    if form is None:
        return key.form
    title = language.words(form.title)
    return f"{title} {key.form_repeat}" if form.repeating else title


def label_words(definition: Definition, form: str, value: str) -> str:
    """What names an instance of a repeating form, e.g. the term of an adverse event: codes as words."""
    item = definition.forms[form].label if form in definition.forms else None
    if item is None or not value:
        return value
    return display(definition, definition.items[item], ItemValue(value=value), language.present())


def where(definition: Definition, key: FormKey) -> str:
    """The event of a form: `Cycle 2`. One that the study no longer has goes by its OID."""
    event = definition.events.get(key.event)
    return f"{key.event} {key.event_repeat}" if event is None else event_title(event, key.event_repeat)


def value_words(definition: Definition, item: ItemDef, value: ItemValue | None) -> str:
    """A value as a person reads it; a dash where there is none."""
    return "–" if value is None else display(definition, item, value, language.present())


def limits_words(low: str, high: str) -> str:
    """The limits of a normal range: `3.5–9.5`, `≥ 3.5`, `≤ 9.5`."""
    if low and high:
        return f"{low}–{high}"
    return f"≥ {low}" if low else f"≤ {high}"


def headline(definition: Definition, values: tuple[ItemValue | None, ...]) -> str:
    """What stands beside a subject's key: `male · 34 years`."""
    shown = [
        value_words(definition, definition.items[oid], value)
        for oid, value in zip(definition.version.headline, values, strict=True)
        if value is not None
    ]
    return language.joined(*shown)
