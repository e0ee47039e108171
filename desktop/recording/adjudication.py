"""Settling of discrepancies: first, second or another value, with a reason."""

import msgspec

from desktop.actions import SaveForm, SettleDiscrepancy
from desktop.casebook import double_entry
from desktop.casebook.form_fold import CONCURRENT, Difference, FormFold
from desktop.errors import NotAllowedError, RefusedError
from desktop.journal.bodies import DiscrepancySettled
from desktop.journal.entry import new_salt
from desktop.recording.note_text import MAX_NOTE_LENGTH, is_clean_text
from desktop.recording.save_form import LOCKED, FormRefusedError, as_heard, changed_groups, merged
from desktop.recording.users import require_reason
from desktop.site_session import SiteSession
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.study.rules.assessment import Code, assess
from desktop.vault import casebook_tables

_ROW_KINDS = (double_entry.MISSING_ROW, double_entry.EXTRA_ROW)


class Found(msgspec.Struct, frozen=True):
    """A discrepancy with the form that it is about."""

    subject: str
    key: FormKey
    form: FormFold
    difference: Difference


def find(site: SiteSession, discrepancy: str) -> Found:
    """The open or settled discrepancy of an ID. Raises RefusedError."""
    with site.vault.begin() as connection:
        for subject, key, known in casebook_tables.forms(connection, and_removed=True):
            for one in known.differences:
                if one.id == discrepancy and (one.settled is not None or one in known.open_differences):
                    form = site.vault.subject(connection, subject).forms[key]
                    return Found(subject, key, form, one)
    raise RefusedError("There is no discrepancy of this ID.")


def prepare(site: SiteSession, act: SettleDiscrepancy) -> tuple[Found, DiscrepancySettled]:
    """The body to record. Raises NotAllowedError, FormRefusedError or RefusedError."""
    require_reason(act.reason)
    if not is_clean_text(act.source) or len(act.source) > MAX_NOTE_LENGTH or len(act.reason) > MAX_NOTE_LENGTH:
        raise RefusedError("The reason or comment is too long or holds characters that cannot be kept.")
    found = find(site, act.discrepancy)
    form, one = found.form, found.difference
    if one.settled is not None:
        raise RefusedError("This discrepancy is settled already.")
    if form.lock is not None:
        raise NotAllowedError(LOCKED[0])
    authors = {*form.authors, *(form.second.authors if form.second is not None else ())}
    if site.definition.version.double_entry.third_person and site.user_oid in authors:
        raise NotAllowedError("The study asks for a third person here, who made neither entry (not_allowed).")
    save, value = _as_save(found, act)
    rules = site.rules_of(form.version_sha256)
    before = form.content()
    with site.vault.begin() as connection:
        contents = site.visible_contents(site.vault.subject(connection, found.subject))
    others = {key: content for key, content in contents.items() if key != found.key}
    assessment = as_heard(
        assess(rules, found.key, merged(before, save), others, site.civil_date), site.hidden(found.subject)
    )
    if act.take == "other":
        stopping = {Code.BAD_VALUE, Code.HARD_CHECK} | ({Code.MISSING_MANDATORY} if form.complete else set[Code]())
        against = tuple(p for p in assessment.problems if p.place == one.place and p.code in stopping)
        if against:
            raise FormRefusedError(against)
    changed = {place: given for place, given in save.items.items() if (place.group, place.row) not in save.removed_rows}
    groups = changed_groups(rules.definition, save, changed, form.derived(), assessment)
    return found, DiscrepancySettled(
        salt=new_salt(),
        key=found.key,
        discrepancy=one.id,
        take=act.take,
        value=value,
        version=form.version,
        version_sha256=form.version_sha256,
        basis=dict(form.basis),
        groups=groups if changed or save.removed_rows else (),
        reason=act.reason.strip(),
        source=act.source.strip(),
    )


def _as_save(found: Found, act: SettleDiscrepancy) -> tuple[SaveForm, ItemValue | None]:
    """The decision as a save of the form, and the value that it names. Raises RefusedError."""
    one = found.difference
    save = SaveForm(subject=found.subject, key=found.key)
    side = one.second if act.take == "second" else one.first
    place = one.place
    if place is not None and place.item and one.entry_pass == 1:
        value = act.value if act.take == "other" else (None if side is None else side.value)
        return msgspec.structs.replace(save, items={place: value}), value
    if one.kind in _ROW_KINDS and place is not None:
        if act.take == "other" and act.value is not None:
            raise RefusedError("This is about a whole row: take the first or the second, or leave the row out.")
        keeps = act.take == ("first" if one.kind == double_entry.MISSING_ROW else "second")
        if one.kind == double_entry.MISSING_ROW:
            removed = () if keeps else ((place.group, place.row),)
            return msgspec.structs.replace(save, removed_rows=removed), None
        row = one.second.row if keeps and one.second is not None else None
        key = _free_row(found.form, place)
        items: dict[ItemPlace, ItemValue | None] = {
            ItemPlace(place.group, key, item): value for item, value in (row or {}).items()
        }
        return msgspec.structs.replace(save, items=items), None
    if act.take == "other" and one.kind != CONCURRENT:
        raise RefusedError("This is about a whole form: take the first or the second.")
    return save, act.value if act.take == "other" else (None if side is None else side.value)


def _free_row(form: FormFold, place: ItemPlace) -> str:
    """The key of a row of the second pass, or one like it where the first pass has used it."""
    key, number = place.row, 1
    while (place.group, key) in form.rows:
        number += 1
        key = f"{place.row}-{number}"
    return key
