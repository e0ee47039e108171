"""Texts of a rehearsal. Never a value."""

from collections.abc import Iterable, Iterator

import msgspec
from PySide6.QtCore import QCoreApplication

from desktop.reading.amendment_rehearsal import FormRehearsal, Rehearsal
from desktop.study.clinical_data import FormKey
from desktop.study.definition.metadata import Definition
from desktop.study.rules.assessment import Code, Problem
from ui.look import language, vocabulary


class RehearsalLine(msgspec.Struct, frozen=True):
    """One thing that would be otherwise."""

    subject: str
    form: str
    """Empty where it is about the whole subject."""
    what: str


def rehearsal_lines(old: Definition, new: Definition, rehearsal: Rehearsal) -> tuple[RehearsalLine, ...]:
    """Everything that would be otherwise, subject by subject, each one's forms in the order of the study's events."""
    place = {event.oid: number for number, event in enumerate((*new.version.events, *old.version.events))}

    def order(form: FormRehearsal) -> tuple[int, FormKey]:
        return place.get(form.key.event, len(place)), form.key

    return tuple(
        RehearsalLine(subject.subject, form, what)
        for subject in rehearsal.subjects
        for form, what in (
            *_way(old, new, subject.step, subject.new_step),
            *(
                (_titled(old, new, form.key), what)
                for form in sorted(subject.forms, key=order)
                for what in _of_form(old, new, form)
            ),
            *((_titled(old, new, key), QCoreApplication.translate("Rehearsal", "would be due")) for key in subject.due),
            *(
                (_titled(old, new, key), QCoreApplication.translate("Rehearsal", "would no longer be due"))
                for key in subject.not_due
            ),
        )
    )


def _way(old: Definition, new: Definition, step: str, new_step: str) -> Iterator[tuple[str, str]]:
    if step != new_step:
        told = QCoreApplication.translate("Rehearsal", "The pathway stands at “{old}” and would stand at “{new}”.")
        yield "", told.format(old=_step(old, step), new=_step(new, new_step))


def _step(definition: Definition, oid: str) -> str:
    pathway = definition.version.pathway
    step = pathway.by_oid.get(oid) if pathway is not None else None
    return (language.words(step.title) if step else oid) or "–"


def _titled(old: Definition, new: Definition, key: FormKey) -> str:
    definition = new if key.form in new.forms and key.event in new.events else old
    return language.joined(vocabulary.form_title(definition, key), vocabulary.where(definition, key))


def _of_form(old: Definition, new: Definition, form: FormRehearsal) -> Iterator[str]:
    translate = QCoreApplication.translate
    if form.is_gone:
        yield translate("Rehearsal", "would no longer be asked; what was entered stays")
    yield from dict.fromkeys(_problem(new, problem) for problem in form.problems)
    if form.not_asked:
        told = translate("Rehearsal", "no longer asked, what was entered stays: {questions}")
        yield told.format(questions=_questions(old, form.not_asked))
    if form.derived:
        told = translate("Rehearsal", "would be worked out otherwise: {questions}")
        yield told.format(questions=_questions(new, form.derived))


def _questions(definition: Definition, items: Iterable[str]) -> str:
    return language.listed([_question(definition, oid) for oid in items])


def _question(definition: Definition, oid: str) -> str:
    item = definition.items.get(oid)
    return language.words(item.question) if item is not None else oid


def _problem(new: Definition, problem: Problem) -> str:
    """What would stand against a form. A problem's own message may repeat a value, so a check says what the study says of it."""
    translate = QCoreApplication.translate
    question = _question(new, problem.place.item if problem.place is not None else problem.oid)
    check = next((c for form in new.version.forms for c in form.checks if c.oid == problem.check), None)
    if problem.code is Code.MISSING_MANDATORY:
        told = translate("Rehearsal", "{question}: a value would be needed")
    elif check is not None:
        message = language.words(check.message)
        if problem.code is Code.COMMENT_NEEDED:
            return translate("Rehearsal", "{question}: would ask for a comment: {message}").format(
                question=question, message=message
            )
        return translate("Rehearsal", "{question}: {message}").format(question=question, message=message)
    elif problem.check.startswith("RANGE."):
        told = translate("Rehearsal", "{question}: would be outside the limits")
    elif problem.check.startswith("SKIPPED."):
        told = translate("Rehearsal", "{question}: would not apply, and has a value")
    elif problem.code is Code.BAD_VALUE:
        told = translate("Rehearsal", "{question}: the value would not be allowed")
    else:
        told = translate("Rehearsal", "{question}: would have to be looked at")
    return told.format(question=question)
