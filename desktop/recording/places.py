"""Places in a casebook: whether one is there, and which forms it covers."""

from desktop.casebook.fold import SubjectFold
from desktop.casebook.form_fold import FormFold
from desktop.errors import RefusedError
from desktop.journal.bodies import FormContentHash
from desktop.site_session import SiteSession
from desktop.study.clinical_data import FormKey, Place
from desktop.vault import casebook_tables, journal_table


def subject_at(site: SiteSession, subject: str, place: Place) -> SubjectFold:
    """The subject, once the place is known to be in its casebook. Raises RefusedError."""
    definition = site.definition
    with site.vault.begin() as connection:
        if not casebook_tables.is_known(connection, subject):
            raise RefusedError("There is no subject of this key.")
        fold = site.vault.subject(connection, subject)
    if (place.form or place.item) and not place.event:
        raise RefusedError("Name the event of the form.")
    if place.item and not place.form:
        raise RefusedError("Name the form of the item.")
    if place.event and place.event not in definition.events:
        raise RefusedError("The study has no such event.")
    if place.form:
        key = FormKey(place.event, place.event_repeat, place.form, place.form_repeat)
        form = fold.forms.get(key)
        if form is None or form.removed is not None:
            raise RefusedError("There is no such form.")
        if place.item and not _asks(site, form, place):
            raise RefusedError("The form has no such item.")
    return fold


def _asks(site: SiteSession, form: FormFold, place: Place) -> bool:
    group = site.definition_of(form.version_sha256).group_of_item.get((place.form, place.item))
    if group is None or (place.group and place.group != group.oid):
        return False
    return not group.repeating or not place.row or (group.oid, place.row) in form.rows


def forms_at(fold: SubjectFold, place: Place) -> dict[FormKey, FormFold]:
    """The forms that a place covers, in their order. Raises RefusedError where there is none."""
    found = {key: form for key, form in sorted(fold.forms.items()) if form.removed is None and place.covers(key)}
    if not found:
        raise RefusedError("There is no form there.")
    return found


def content_hashes(site: SiteSession, forms: dict[FormKey, FormFold]) -> tuple[FormContentHash, ...]:
    """The forms as they stand, bound to the newest entries about them."""
    found: list[FormContentHash] = []
    with site.vault.begin() as connection:
        for key, form in forms.items():
            heads = {
                device: (journal_table.chain_value(connection, device, sequence) or b"").hex()
                for device, sequence in form.basis.items()
            }
            found.append(FormContentHash(key=key, sha256=form.sha256(), basis=dict(form.basis), heads=heads))
    return tuple(found)


def named(keys: list[FormKey]) -> str:
    """Forms in words that name no value."""
    return ", ".join(f"{key.event}/{key.event_repeat}/{key.form}/{key.form_repeat}" for key in keys)
