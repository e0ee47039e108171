"""The tour through a site's day: nurse, investigator, manager.

It names the forms and items of the study that the practice site ships with; the windows know none of them.
"""

import datetime
import shutil
import zoneinfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from desktop.practice.practice_site import USERS, vault_of
from desktop.study.clinical_data import ItemPlace
from ui.form.pages.grid_page import GridPage
from ui.screens.base import Where
from ui.screens.casebook.screen import CasebookScreen
from ui.screens.entrance.first_start import StartScreen, Way
from ui.screens.export.screen import ExportScreen
from ui.screens.sync.screen import SyncScreen
from ui.tour.driver import Answers, Tour
from ui.tour.trial import course, open_points

PASSPHRASES = {user.name: user.passphrase for user in USERS}
MANAGER, NURSE, DOCTOR = "Manager", "Study nurse A", "Investigator"
KEY = Qt.Key


def the_day(tour: Tour) -> None:
    """From the first start to the locked window."""
    first_start(tour)
    nurse_begins(tour)
    new_subject(tour)
    blood_count(tour)
    eligibility(tour)
    dosing(tour)
    adverse_event(tour)
    response(tour)
    correction(tour)
    power_cut(tour)
    mistakes(tour)
    looking_around(tour)
    tour.window.sign_out()
    tour.settle()
    tour.sign_in(DOCTOR, PASSPHRASES[DOCTOR])
    course(tour)
    open_points(tour)
    sending(tour)
    manager(tour)


def today(tour: Tour, days: int = 0) -> str:
    """A day counted from today at the site."""
    zone = zoneinfo.ZoneInfo(tour.window.access.session.location.zone)
    return (datetime.datetime.now(zone).date() + datetime.timedelta(days=days)).isoformat()


def first_start(tour: Tour) -> None:
    """Practice, new site, join, restore; then practice is made."""
    start = tour.window.entrance
    tour.expect(isinstance(start, StartScreen), "the first start")
    tour.shoot("first-start", dark=True)
    for way, name in ((Way.NEW, "new-site"), (Way.JOIN, "join"), (Way.RESTORE, "restore")):
        tour.click(f"way_{way.value}")
        tour.shoot(name)
        tour.click("leave_restore" if way is Way.RESTORE else "leave_new_site")
    tour.click(f"way_{Way.PRACTICE.value}")
    tour.click("make_practice")
    tour.shoot("practice")
    tour.click("practice_sign_in")


def nurse_begins(tour: Tour) -> None:
    """A wrong passphrase, then the right one; what the day brings."""
    tour.sign_in(NURSE, "not the passphrase")
    tour.shoot("sign-in")
    tour.sign_in(NURSE, PASSPHRASES[NURSE])
    tour.expect(tour.window.frame is not None, "the nurse to be signed in")
    tour.go(Where.TODAY)
    tour.shoot("today", dark=True)
    tour.go(Where.SUBJECTS)
    tour.shoot("subjects")


def new_subject(tour: Tour) -> None:
    """A subject comes into being with its consent; then who it is."""
    tour.click("new_subject")
    consent: Answers = {
        "IT.ICFVER": "2.1",
        "IT.ICFVDAT": "20250310",
        "IT.ICFDAT": today(tour),
        "IT.ICFTIM": "9:20",
        "IT.ICFCOPY": "Y",
        "IT.ICFSPI": "Y",
        "IT.ICFSPIDT": today(tour),
        "IT.ICFGEN": "Y",
        "IT.ICFGENDT": today(tour),
    }
    tour.fill(consent, until="IT.ICFCOPY")
    tour.shoot("consent")
    tour.fill(consent)
    tour.enter()
    tour.shoot("consent-saved")
    tour.expect(tour.form.wizard is not None and tour.form.wizard.view.exists, "the consent to be recorded")
    subject = tour.form.wizard.view.subject if tour.form.wizard else ""
    tour.enter()
    tour.open(subject, "SE.SCREENING", "F.DM")
    tour.fill({"IT.BRTHDAT": "1990-05", "IT.SEX": "F"})
    tour.shoot("demographics")
    tour.save()
    tour.go(Where.CASEBOOK, subject)
    tour.shoot("casebook-new")


def blood_count(tour: Tour) -> None:
    """A hard check stops, a soft one asks; both beside the field."""
    tour.open("01-A006", "SE.SCREENING", "F.CBC", repeat=2)
    counts = {"IT.LBDAT": today(tour), "IT.LBTIM": "7.40".replace(".", ":"), "IT.WBC": "120", "IT.NEUT": "1.8"}
    tour.fill(counts, until="IT.NEUT")
    tour.press(KEY.Key_F6)
    tour.shoot("soft-check")
    tour.type("Leukapheresis begun at 09:00")
    tour.enter()
    tour.fill({**counts, "IT.HGB": "820"}, until="IT.PLAT")
    tour.save()
    tour.shoot("hard-check", dark=True)
    tour.expect("Not saved" in _message(tour), "the hard check to stop the save")
    tour.fill({"IT.HGB": "82", "IT.PLAT": "54", "IT.BLASTLE": "62"})
    tour.enter()
    _expect_saved(tour)


def eligibility(tour: Tour) -> None:
    """Each criterion with what other forms say; one verdict."""
    tour.open("01-A006", "SE.SCREENING", "F.IE")
    inclusion = {f"IT.INCL0{number}": "MET" for number in range(1, 8)}
    exclusion = {f"IT.EXCL0{number}": "NOT_MET" for number in range(1, 7)}
    others = {"IT.DISSTAT": "RELAPSED", "IT.IEDAT": today(tour)}
    tests = {"IT.IEHIV": "NEGATIVE", "IT.IEHBSAG": "NEGATIVE", "IT.IEHCVAB": "NEGATIVE", "IT.IEHCVRNA": "NEGATIVE"}
    answers = {**inclusion, **exclusion, **others, **tests, "IT.INCL06": "NOT_MET"}
    tour.fill(answers, until="IT.INCL04")
    tour.shoot("eligibility-evidence", dark=True)
    tour.fill(answers, until="IT.INCL06R")
    tour.type("Pleural effusion on CT, drained")
    tour.shoot("eligibility", dark=True)
    tour.fill(answers, until="IT.EXCL04")
    tour.shoot("eligibility-infections")
    tour.fill(answers)
    tour.shoot("eligibility-verdict")
    tour.enter()
    _expect_saved(tour)


def dosing(tour: Tour) -> None:
    """Drugs x days: as planned in one key, a deviation asks its reason."""
    tour.open("01-A005", "SE.CYCLE", "F.EX")
    tour.shoot("dosing-cycle")
    tour.press(KEY.Key_PageDown)
    page = tour.form.page
    tour.expect(isinstance(page, GridPage), "the dosing sheet")
    if not isinstance(page, GridPage):
        return
    day = page.sheet.last_filled()
    page.table.go(("VEN", day))
    tour.press(KEY.Key_Right)
    tour.press(KEY.Key_Space)
    tour.type("20")
    tour.enter()
    tour.press(KEY.Key_F6)
    tour.shoot("dosing-deviation", dark=True)
    tour.press(KEY.Key_1)
    tour.enter()
    tour.type("Voriconazole since yesterday")
    tour.enter()
    tour.press(KEY.Key_D, modifiers=Qt.KeyboardModifier.ControlModifier)
    tour.shoot("dosing", dark=True)
    tour.save()
    tour.shoot("dosing-save")


def adverse_event(tour: Tour) -> None:
    """A term as one types, its grades beside each other, the clock when it is serious, cause and action per drug."""
    tour.open("01-A005", "SE.COMMON", "F.AE", repeat=2)

    def search() -> None:
        page = tour.form.page
        page.focus_first()
        tour.type("feb")

    tour.shoot("adverse-event-search", dark=True, again=search)
    tour.enter()
    tour.fill({"IT.AETOXGR": "3", "IT.AESTDAT": today(tour, -1), "IT.AESTTIM": "2140"}, until="IT.AEMODIFY")
    tour.shoot("adverse-event-grade", dark=True)
    answers = {
        "IT.AESTDAT": today(tour, -1),
        "IT.AESTTIM": "21:40",
        "IT.AEONGO": "Y",
        "IT.AESER": "Y",
        "IT.AESDTH": "N",
        "IT.AESLIFE": "N",
        "IT.AESHOSP": "Y",
        "IT.AEAWDTM": f"{today(tour, -1)} 22:10",
        "IT.AEREL": "POSSIBLE",
        "IT.AEREL/PD1": "NOT",
        "IT.AEREL/TRANSPLANT": "NOT",
        "IT.AEACN": "DOSE NOT CHANGED",
        "IT.AEACN/VEN": "DRUG INTERRUPTED",
        "IT.AEIRAE": "N",
        "IT.AEOUT": "RECOVERING/RESOLVING",
    }
    tour.fill(answers, until="IT.AERPDTM")
    tour.shoot("adverse-event-serious", dark=True)
    tour.fill(answers, until="IT.AEREL/ACLA")
    tour.shoot("adverse-event-cause", dark=True)
    tour.fill(answers)
    tour.enter()
    _expect_saved(tour)


def response(tour: Tour) -> None:
    """The category that follows from the counts stands beside the investigator's."""
    tour.open("01-A004", "SE.EVAL", "F.RS")
    answers = {
        "IT.RSDAT": today(tour),
        "IT.RSADEQ": "ADEQUATE",
        "IT.RSBLAST": "3",
        "IT.RSNOTAPL": "Y",
        "IT.RSEMD": "NONE",
        "IT.RSCBCDT": today(tour),
        "IT.RSNEUT": "0.7",
        "IT.RSPLAT": "120",
        "IT.RSPBLAST": "0",
        "IT.RSTRFYN": "N",
        "IT.RSGCSFYN": "N",
        "IT.RSORRES": "CR",
    }
    tour.fill(answers, until="IT.RSTRFYN")
    tour.shoot("response-counts")
    tour.fill(answers)
    tour.press(KEY.Key_F6)
    tour.shoot("response-category", dark=True)
    tour.type("Neutrophils 1.1 the day after")
    tour.enter()
    tour.fill(answers)
    tour.press(KEY.Key_Escape)


def correction(tour: Tour) -> None:
    """A saved value is changed with a reason, and its history is looked at."""
    tour.open("01-A003", "SE.SCREENING", "F.VS")
    tour.fill({"IT.WEIGHT": "65.5"})
    tour.save()
    tour.type("Misread, see the chart of the ward")
    tour.shoot("reason-for-change", dark=True)
    tour.enter()
    _expect_saved(tour)
    tour.open("01-A003", "SE.SCREENING", "F.VS")
    wizard = tour.form.wizard
    if wizard is not None:
        group = wizard.definition.group_of_item["F.VS", "IT.WEIGHT"]
        tour.form.jump(ItemPlace(group.oid, "", "IT.WEIGHT"))
    tour.press(KEY.Key_F4)
    tour.shoot("history", dark=True)
    tour.press(KEY.Key_Escape, KEY.Key_Escape)


def power_cut(tour: Tour) -> None:
    """A form half-way, the power goes; what the disk then holds is opened, and the draft is there."""
    tour.open("01-A006", "SE.SCREENING", "F.BM")
    tour.fill({"IT.BMDAT": today(tour), "IT.BMLOC": "PSIS", "IT.BMQUAL": "ADEQUATE"}, until="IT.BMCELLS")
    tour.settle()
    # What a power cut leaves is what is on the disk at this moment: the vault is copied while it is open and in use.
    practice = tour.folder / "practice"
    after = tour.folder / "after" / "vault"
    shutil.copytree(vault_of(practice), after)
    tour.window.sign_out()
    tour.settle()
    tour.window.open_folder(after)
    tour.sign_in(NURSE, PASSPHRASES[NURSE])
    tour.open("01-A006", "SE.SCREENING", "F.BM")
    tour.expect(tour.form.wizard is not None and tour.form.wizard.is_changed, "the draft to be there")
    tour.shoot("draft-after-power-cut")
    tour.window.sign_out()
    tour.settle()
    tour.window.open_folder(vault_of(practice))
    tour.sign_in(NURSE, PASSPHRASES[NURSE])


def mistakes(tour: Tour) -> None:
    """A form made by mistake goes out of the casebook, with a reason."""
    screen = tour.go(Where.CASEBOOK, "01-A001")
    tour.shoot("casebook", dark=True)
    if isinstance(screen, CasebookScreen):
        screen.table.choose("F.CBC", 2)
        tour.settle()
        tour.press(KEY.Key_Delete)
        tour.type("Entered for the wrong subject")
        tour.shoot("remove-form")
        tour.enter()


def looking_around(tour: Tour) -> None:
    """Audit trail, discrepancies."""
    tour.go(Where.AUDIT, "01-A001")
    tour.shoot("audit-trail")
    tour.go(Where.DISCREPANCIES)
    tour.shoot("discrepancies")


def sending(tour: Tour) -> None:
    """Entries go to the centre, and come back signed for."""
    tour.settle()
    screen = tour.go(Where.SYNC)
    tour.shoot("sync-before")
    if isinstance(screen, SyncScreen):
        screen.send_now()
        tour.settle()
    tour.shoot("sync", dark=True)
    waiting: list[int] = []
    tour.window.access.ask(lambda site: site.sync_view().entries.waiting, waiting.append, tour.failed)
    tour.settle()
    tour.expect(waiting == [0], "every entry to be received by the centre")


def manager(tour: Tour) -> None:
    """The month's file; a new user; the own passphrase; the locked window."""
    tour.window.sign_out()
    tour.settle()
    tour.sign_in(MANAGER, PASSPHRASES[MANAGER])
    screen = tour.go(Where.EXPORT)
    tour.shoot("export")
    out = tour.folder / "transfer.xlsx"
    if isinstance(screen, ExportScreen):
        screen.write_to(str(out))
        tour.settle()
    tour.expect(out.is_file(), "the month's file to be written")
    tour.shoot("export-written")
    tour.go(Where.ADMINISTRATION)
    tour.click("add_user")
    tour.type("Study nurse C")
    tour.shoot("new-user")
    new_passphrase(tour, "new_user_passphrase")
    tour.shoot("users")
    own_passphrase(tour)
    tour.window.lock()
    tour.settle()
    tour.shoot("locked", dark=True)


def own_passphrase(tour: Tour) -> None:
    """Anyone changes the own passphrase."""
    frame = tour.window.frame
    if frame is None:
        return

    def ask() -> None:
        for dialog in frame.findChildren(QDialog):
            dialog.reject()
        frame.change_passphrase()
        tour.settle()
        tour.type(PASSPHRASES[MANAGER])

    tour.shoot("own-passphrase", again=ask)
    new_passphrase(tour, "own_new_passphrase")
    tour.window.activateWindow()
    tour.settle()


def new_passphrase(tour: Tour, name: str) -> None:
    """The same passphrase in both fields."""
    tour.click(f"{name}_first")
    tour.type("three plain words")
    tour.enter()
    tour.type("three plain words")
    tour.enter()


def _message(tour: Tour) -> str:
    return tour.form.notice.text


def _expect_saved(tour: Tour) -> None:
    tour.answer_checks()
    tour.expect(_message(tour).startswith("Saved"), f"the form to be saved, not: {_message(tour)}")
