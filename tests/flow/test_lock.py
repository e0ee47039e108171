"""A locked site answers nothing and does nothing, whatever is asked."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.actions import SaveForm
from desktop.errors import NotAllowedError
from desktop.reading.find import find
from desktop.site.site import Site
from desktop.site_session import SiteSession
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.study.load import load_definition, locate
from desktop.views.forms import Draft
from tests.conftest import ADMIN, CLINIC, DOCTOR, Clinic

SUBJECT = "01-A001"
DM = FormKey("SE.VISIT", 1, "F.DM", 1)
SAVE = SaveForm(
    subject=SUBJECT,
    key=DM,
    items={
        ItemPlace("IG.DM", "", "IT.ICDAT"): ItemValue(value="2026-11-20"),
        ItemPlace("IG.DM", "", "IT.SEX"): ItemValue(value="M"),
    },
)
OUT = Path("never-written")

ASKED: dict[str, Callable[[Site], Any]] = {
    "record": lambda site: site.record(SAVE),
    "receive": lambda site: site.receive("B-1", []),
    "begin_enrolment": lambda site: site.begin_enrolment("http://127.0.0.1:1", "code"),
    "finish_enrolment": lambda site: site.finish_enrolment(None),  # type: ignore[arg-type]  # refused before it is looked at
    "sync": lambda site: site.sync(),
    "keep_draft": lambda site: site.keep_draft(Draft(subject=SUBJECT, key=DM)),
    "drop_draft": lambda site: site.drop_draft(SUBJECT, DM),
    "shell": lambda site: site.shell(),
    "today": lambda site: site.today(),
    "reassess_next": lambda site: site.reassess_next(),
    "subjects": lambda site: site.subjects(),
    "casebook": lambda site: site.casebook(SUBJECT),
    "form": lambda site: site.form(SUBJECT, DM),
    "study_view": lambda site: site.study_view(),
    "next_subject": lambda site: site.next_subject(),
    "next_repeat": lambda site: site.next_repeat(SUBJECT, "SE.VISIT", 1, "F.DM"),
    "history": lambda site: site.history(SUBJECT),
    "audit": lambda site: site.audit(),
    "users": lambda site: site.users(),
    "discrepancies": lambda site: site.discrepancies(),
    "queries": lambda site: site.queries(),
    "signatures": lambda site: site.signatures(),
    "statistics": lambda site: site.statistics(),
    "new_recovery_code": lambda site: site.new_recovery_code(),
    "share_recovery": lambda site: site.share_recovery([DOCTOR[0]], 1, [DOCTOR[1]]),
    "rehearse_recovery": lambda site: site.rehearse_recovery([DOCTOR[1]]),
    "sync_view": lambda site: site.sync_view(),
    "status": lambda site: site.status(),
    "rehearse": lambda site: site.rehearse(load_definition(locate(str(CLINIC)))),
    "rebuild": lambda site: site.rebuild(),
    "verify": lambda site: site.verify(),
    "backup": lambda site: site.backup(OUT),
    "transfer": lambda site: site.transfer("2026-11"),
    "export_excel": lambda site: site.export_excel("2026-11", OUT),
    "verify_file": lambda site: site.verify_file(Path(__file__)),
    "find": lambda site: find(site, SUBJECT),
    "definition": lambda site: site.definition,
    "user": lambda site: site.user,
}
ANSWERS_WHEN_LOCKED = {"lock", "unlock", "close"}


def test_every_method_is_asked() -> None:
    own = {name for name, _ in inspect.getmembers(Site, inspect.isfunction) if not name.startswith("_")}
    inherited = {name for name, _ in inspect.getmembers(SiteSession, inspect.isfunction)}
    assert own - inherited - ANSWERS_WHEN_LOCKED <= set(ASKED)


@pytest.mark.parametrize("asked", sorted(ASKED))
def test_a_locked_site_refuses(clinic: Clinic, asked: str) -> None:
    with clinic.sign_in(DOCTOR) as site:
        site.record(SAVE)
        # What was looked at before may be remembered.
        site.today()
        site.form(SUBJECT, DM)
        site.lock()
        with pytest.raises(NotAllowedError):
            ASKED[asked](site)
        site.unlock(DOCTOR[1])
        assert len(site.subjects()) == 1
        assert not OUT.exists()


def test_who_manages_is_refused_too(clinic: Clinic) -> None:
    with clinic.sign_in(ADMIN) as site:
        site.lock()
        for asked in ("begin_enrolment", "backup", "users", "export_excel"):
            with pytest.raises(NotAllowedError):
                ASKED[asked](site)


def test_a_locked_site_signs_out(clinic: Clinic) -> None:
    site = clinic.sign_in()
    site.lock()
    site.close()
    with clinic.sign_in() as site:
        assert [line.detail for line in site.audit(limit=3)] == ["Signed in.", "Signed out.", "Locked."]
