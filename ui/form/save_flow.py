"""The steps of saving a form: what prevents it, what is still asked, and the result."""

from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from desktop.actions import Recorded
from desktop.recording.save_form import FormRefusedError
from desktop.study.clinical_data import FormKey
from desktop.study.rules.assessment import Code, Problem
from desktop.wizard.form_wizard import FormWizard
from ui.background.site_access import SiteAccess
from ui.form.opened_form import OpenedForm, next_form, open_form
from ui.look import language


class Saved(NamedTuple):
    """What came of a save that went through."""

    recorded: Recorded
    opened: OpenedForm
    next_key: FormKey | None
    """The form that the same visit waits for next."""


class Saving(QObject):
    """One save at a time, off the windows' thread."""

    stopped = Signal(object)
    """The problems that must be settled first."""
    asks = Signal()
    """A check is unanswered, something is missing, or a saved value changes: the person is to be asked."""
    recorded = Signal(object)
    """A `Recorded`: the entry survives a power cut from here on."""
    done = Signal(object)
    """A `Saved`: the form as it now stands."""
    refused = Signal(object)
    """The error for which nothing was recorded."""

    def __init__(self, access: SiteAccess, parent: QObject) -> None:
        super().__init__(parent)
        self._access = access
        self.runs = False
        """A save is on its way."""

    def begin(self, wizard: FormWizard) -> None:
        """Record the form, or say what is needed first."""
        if self.runs:
            return
        wizard.check_everything()
        obstacles = [problem for problem in wizard.obstacles(complete=False) if problem.code != Code.COMMENT_NEEDED]
        if obstacles:
            self.stopped.emit(tuple(obstacles))
        elif wizard.open_checks or wizard.missing or wizard.changes_of_saved:
            self.asks.emit()
        else:
            self.go_on(wizard, reason="")

    def go_on(self, wizard: FormWizard, reason: str) -> None:
        """Record the form: everything that was asked is answered."""
        if self.runs:
            return
        self.runs = True
        act = wizard.save_form(complete=not wizard.missing, reason=reason)
        self._access.record(act, partial(self._recorded, wizard), self._refused)

    def saved_words(self, *, changed: bool) -> str:
        """What is said when it is safe."""
        if changed:
            return self.tr("Saved: it is recorded on this computer. The centre has not signed for it yet.")
        return self.tr("Nothing was different from what is saved, so nothing was recorded.")

    def compared_words(self, compared: int, different: int) -> str:
        """What both entries of the form gave."""
        if not different:
            return self.tr("Both entries are equal in all {n} items.").format(n=compared)
        return self.tr(
            "Both entries are equal in {equal} of {n} items. The differences stand in the list of discrepancies."
        ).format(equal=compared - different, n=compared)

    def stopped_words(self, count: int) -> str:
        """What is said when so many answers stand against it."""
        if count == 1:
            return self.tr("Not saved: one answer needs you first. What is the matter stands beside it.")
        return self.tr("Not saved: {count} answers need you first. What is the matter stands beside each.").format(
            count=count
        )

    def refused_words(self, problems: tuple[Problem, ...]) -> str:
        """What the rules said that the form could not know, because something changed elsewhere meanwhile."""
        return language.sentences(*dict.fromkeys(language.words(problem.message) for problem in problems))

    def _recorded(self, wizard: FormWizard, recorded: Recorded) -> None:
        self.recorded.emit(recorded)
        subject, key = wizard.view.subject, wizard.view.key
        self._access.ask(
            lambda site: Saved(recorded, open_form(site, subject, key), next_form(site, subject, key)),
            self._seen,
            self._refused,
        )

    def _seen(self, saved: Saved) -> None:
        self.runs = False
        self.done.emit(saved)

    def _refused(self, error: Exception) -> None:
        self.runs = False
        if isinstance(error, FormRefusedError) and error.problems:
            self.stopped.emit(error.problems)
        self.refused.emit(error)
