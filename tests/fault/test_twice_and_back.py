"""The vault is opened twice; the clock is set back a year; lines to be entered are nonsense."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop.actions import SaveForm
from desktop.errors import InUseError, SignInError
from desktop.imports import json_lines
from desktop.recording.save_form import FormRefusedError
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import ItemPlace, ItemValue
from desktop.study.rules.assessment import Code
from desktop.vault.failed_sign_ins import MAX_WAIT_SECONDS
from desktop.vault.vault import LOCK
from desktop.views.forms import FormState
from tests.conftest import DOCTOR, NURSE, OTHER_NURSE
from tests.fault import worker

SUBJECT = "01-A001"


def weigh(kilograms: str, subject: str = SUBJECT, reason: str = "weighed again") -> SaveForm:
    value = ItemValue(value=kilograms, unit="kg")
    return SaveForm(subject=subject, key=worker.VS, items={worker.WEIGHT: value}, reason=reason)


def register(site: Site, subject: str = SUBJECT) -> None:
    values = {"IT.ICDAT": "2026-11-20", "IT.SEX": "M"}
    items = {ItemPlace("IG.DM", "", item): ItemValue(value=value) for item, value in values.items()}
    site.record(SaveForm(subject=subject, key=worker.DM, items=items))


def weight(site: Site) -> str:
    return site.form(SUBJECT, worker.VS).content["IG.VS"][""]["IT.WEIGHT"].value


# Opened twice


def test_opened_twice_in_one_program(clinic: Any) -> None:
    with clinic.sign_in() as site:
        before = (clinic.folder / "journal.db").read_bytes()
        for who in (NURSE, OTHER_NURSE):
            with pytest.raises(InUseError):
                clinic.sign_in(who)
        with pytest.raises(InUseError):
            opening.recover_site(clinic.folder, clinic.recovery_code, NURSE[0], "a new passphrase", wall=clinic.clock)
        assert (clinic.folder / "journal.db").read_bytes() == before
        # Who may open it is seen all the same, and the one who has it goes on.
        assert NURSE[0] in opening.label(clinic.folder).users
        register(site)
        assert site.verify().ok
    with clinic.sign_in(OTHER_NURSE) as site:
        assert len(site.subjects()) == 1


def test_opened_twice_by_two_programs_one_of_which_is_killed(clinic: Any) -> None:
    with clinic.sign_in() as site:
        register(site)
    holding = (
        "import sys; from pathlib import Path; from desktop.site import opening;"
        f"site = opening.open_site(Path(sys.argv[1]), *{NURSE!r}); print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", holding, str(clinic.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(InUseError):
            clinic.sign_in(OTHER_NURSE)
        ran = subprocess.run(
            [sys.executable, "-m", "ui.app.main", "--vault", str(clinic.folder), "--user", OTHER_NURSE[0], "status"],
            env={**os.environ, "SITEBOOK_PASSPHRASE": OTHER_NURSE[1]},
            check=False,
            capture_output=True,
            text=True,
        )
        assert (ran.returncode, ran.stdout) == (5, "")
        assert "Traceback" not in ran.stderr
        other.kill()
    # The lock belongs to the process, not to the file that it leaves behind.
    assert (clinic.folder / LOCK).exists()
    with clinic.sign_in(OTHER_NURSE) as site:
        assert site.verify().ok


def test_a_wrong_passphrase_and_a_vault_in_use_are_two_messages(clinic: Any) -> None:
    with clinic.sign_in():
        with pytest.raises(SignInError):
            clinic.sign_in((OTHER_NURSE[0], "a wrong passphrase"))
        with pytest.raises(InUseError):
            clinic.sign_in(OTHER_NURSE)


# The clock


def test_the_clock_is_set_back(clinic: Any) -> None:
    with clinic.sign_in() as site:
        register(site)
        site.record(weigh("70.0"))
        assert not site.today().clock_behind
    clinic.clock.advance(days=-10)
    with clinic.sign_in() as site:
        assert site.today().clock_behind
        # What is saved later counts as later, whatever the clock says.
        site.record(weigh("71.0"))
        site.record(weigh("72.0"))
        assert weight(site) == "72.0"
        assert [change.new.value for change in site.history(SUBJECT, worker.VS) if change.new] == [
            "70.0",
            "71.0",
            "72.0",
        ]
        told = [change.clock_behind for change in site.history(SUBJECT, worker.VS)]
        assert told == [False, True, True]
        assert site.verify().ok
        site.rebuild()
        assert weight(site) == "72.0"
        assert site.verify().ok
        # A date that was today is in the future now: it is stopped, with the limit named.
        with pytest.raises(FormRefusedError) as error:
            register(site, "01-A002")
        assert {problem.code for problem in error.value.problems} == {Code.HARD_CHECK}
    clinic.clock.advance(days=11)
    with clinic.sign_in() as site:
        site.record(weigh("73.0"))
        assert weight(site) == "73.0"
        assert not site.today().clock_behind
        assert [change.clock_behind for change in site.history(SUBJECT, worker.VS)] == [False, True, True, False]
        assert site.verify().ok


def test_the_clock_is_set_back_while_the_vault_is_open(clinic: Any) -> None:
    with clinic.sign_in() as site:
        register(site)
        for number, days in enumerate((-10, 1000, -700, -1, 2)):
            clinic.clock.advance(days=days)
            site.record(weigh(f"{70 + number}.0"))
        assert weight(site) == "74.0"
        assert site.verify().ok
        site.rebuild()
        assert weight(site) == "74.0"


def test_a_clock_set_back_locks_nobody_out_for_longer(clinic: Any) -> None:
    wrong = (NURSE[0], "a wrong passphrase")
    for _ in range(6):
        with pytest.raises(SignInError) as error:
            clinic.sign_in(wrong)
        clinic.clock.advance(seconds=error.value.wait)
    with pytest.raises(SignInError) as error:
        clinic.sign_in(wrong)
    clinic.clock.advance(days=-365)
    with pytest.raises(SignInError) as error:
        clinic.sign_in()
    assert 0 < error.value.wait <= MAX_WAIT_SECONDS
    # The pause runs from the first look by the clock of now: it is not a year.
    clinic.clock.advance(seconds=error.value.wait)
    clinic.sign_in().close()


# Lines that are nonsense

NONSENSE = [
    b"",
    b"   ",
    b"[]",
    b"null",
    b"{",
    b'"text"',
    b'{"subject": "\xb5\xc4"}',
    '{"subject": "受试者"}'.encode("gbk"),
    b"\xff\xfe{\x00}\x00",
    b"\x00",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    json.dumps({"subject": SUBJECT, "event": "SE.VISIT", "form": "F.DM", "items": []}).encode(),
    json.dumps({"subject": SUBJECT, "event": "SE.VISIT", "form": "F.DM", "event_repeat": 10**30}).encode(),
    json.dumps({"subject": 1, "event": None, "form": {}, "items": {"IT.SEX": {"value": ["F"]}}}).encode(),
    json.dumps({"subject": "x" * 1_000_000, "event": "SE.VISIT", "form": "F.DM"}).encode(),
    b'{"subject": "01-A001", "event": "SE.VISIT", "form": "F.DM", "items": {"IT.NOTE": "\\ud800"}}',
    json.dumps({"subject": SUBJECT, "event": "SE.VISIT", "form": "F.DM", "items": {"IT.NOTE": "\x00"}}).encode(),
]


def test_a_line_of_nonsense_is_refused_and_the_next_is_read(clinic: Any) -> None:
    codes = {"bad_value", "unknown_oid", "not_allowed", "missing_mandatory"}
    with clinic.sign_in() as site:
        for number, line in enumerate(NONSENSE, 1):
            items = {"IT.ICDAT": "2026-11-20", "IT.SEX": "M"}
            good = {"subject": f"01-A{number:03}", "event": "SE.VISIT", "form": "F.DM", "items": items}
            entered = json_lines.enter(site, [line, json.dumps(good).encode()])
            assert entered.recorded == 1, line[:80]
            assert {refusal.line for refusal in entered.refused} == ({1} if line.strip() else set()), line[:80]
            assert {refusal.code for refusal in entered.refused} <= codes, line[:80]
        assert len(site.subjects()) == len(NONSENSE)
        assert site.verify().ok


def test_text_in_any_script_comes_back_as_it_was(clinic: Any, tmp_path: Path) -> None:
    notes = [
        "👩🏽‍⚕️ emoji",
        "עברית وعربي",
        "\u202eright to left\u202c",
        "中文，全角　空格",
        "a\u0301 combined",
        "=1+1",
        "line\nline\ttab",
    ]
    with clinic.sign_in() as site:
        for number, note in enumerate(notes, 1):
            items = {"IT.ICDAT": "2026-11-20", "IT.SEX": "M", "IT.NOTE": note}
            line = {"subject": f"01-A{number:03}", "event": "SE.VISIT", "form": "F.DM", "items": items}
            assert json_lines.enter(site, [json.dumps(line).encode()]).recorded == 1
    with clinic.sign_in(DOCTOR) as site:
        kept = [site.form(line.subject, worker.DM).content["IG.DM"][""]["IT.NOTE"].value for line in site.subjects()]
        assert kept == notes
        assert site.status().forms == {FormState.COMPLETE: len(notes)}
        site.export_excel("2026-11", tmp_path / "out.xlsx")
        assert site.verify_file(tmp_path / "out.xlsx").ok
