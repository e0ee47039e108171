"""Electronic signatures and source data verification: what stands is bound to who looked at it."""

from desktop.actions import SignForms, VerifySource
from desktop.casebook import signatures
from desktop.casebook.queries import STATES
from desktop.errors import RefusedError, SignInError
from desktop.journal.bodies import FormSigned, SourceVerified, is_name
from desktop.journal.entry import new_salt
from desktop.recording import places
from desktop.site_session import SiteSession
from desktop.vault import failed_sign_ins, key_slots
from desktop.vault.key_slots import Slot
from desktop.views.forms import FormState

CLOSED = STATES["closed"]


def prepare(site: SiteSession, act: SignForms, slot: Slot) -> FormSigned:
    """The signed body. Raises SignInError for a wrong passphrase, RefusedError where a form cannot be signed."""
    meaning = act.meaning.strip()
    if not is_name(meaning):
        raise RefusedError("Say what the signature means.")
    if act.name is not None and key_slots.normalised_name(act.name) != slot.name:
        raise SignInError(key_slots.NOT_RIGHT)
    with failed_sign_ins.counted(site.vault.folder, site.vault.clock.wall):
        unlocked = key_slots.unwrap(act.passphrase, slot)
    fold = places.subject_at(site, act.subject, act.place)
    forms = places.forms_at(fold, act.place)
    asked = [query.place for query in fold.record.queries.values() if query.state != CLOSED]
    refused = [
        key
        for key, form in forms.items()
        if form.entry_state in (FormState.INCOMPLETE, FormState.AWAITING_SECOND)
        or form.open_differences
        or any(place.form and place.covers(key) for place in asked)
    ]
    if refused:
        raise RefusedError(
            "Not signed: these forms are incomplete, await their second entry, or have an open discrepancy or query: {forms}.",
            forms=places.named(refused),
        )
    if any(not place.form for place in asked if _touches(act, place.event)):
        raise RefusedError("Not signed: a query about the event or the casebook is open.")
    person = site.user
    with site.vault.begin() as connection:
        signing_key = site.person(connection).signing_key
    body = FormSigned(
        salt=new_salt(),
        place=act.place,
        meaning=meaning,
        name=person.name,
        signed_at=site.vault.clock.wall().isoformat(timespec="seconds"),
        signing_key=signing_key,
        forms=places.content_hashes(site, forms),
    )
    return signatures.sign(unlocked.signing_key, site.vault.study, site.vault.site, act.subject, body)


def _touches(act: SignForms, event: str) -> bool:
    return not event or not act.place.event or act.place.event == event


def prepare_verification(site: SiteSession, act: VerifySource) -> SourceVerified:
    """The body that says that forms agree with the source documents. Raises RefusedError."""
    fold = places.subject_at(site, act.subject, act.place)
    forms = places.forms_at(fold, act.place)
    return SourceVerified(salt=new_salt(), place=act.place, forms=places.content_hashes(site, forms))
