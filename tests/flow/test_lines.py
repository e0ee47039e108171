"""Lines of `sitebook enter` that a careful reader would refuse, and what a console's encoding does."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop.actions import RedactEntry, SaveForm
from desktop.errors import EnvironmentProblemError, RefusedError
from desktop.imports import json_lines
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.views.forms import Draft
from tests.conftest import ADMIN, CLINIC, NURSE, OTHER_NURSE, Clinic

SUBJECT = "01-A001"
DM = FormKey("SE.VISIT", 1, "F.DM", 1)
AE = FormKey("SE.LOG", 1, "F.AE", 1)
BOM = b"\xef\xbb\xbf"


def line(form: str = "F.DM", event: str = "SE.VISIT", **more: Any) -> bytes:
    items = {"IT.ICDAT": "2026-11-20", "IT.SEX": "M"} if form == "F.DM" else {}
    return json.dumps({"subject": SUBJECT, "event": event, "form": form, "items": items} | more).encode()


def codes(site: Site, *lines: bytes) -> list[tuple[int, str, str]]:
    return [(refusal.line, refusal.code, refusal.oid) for refusal in json_lines.enter(site, lines).refused]


def test_a_key_that_stands_twice_in_one_object_is_refused(clinic: Clinic) -> None:
    twice = line().replace(b'"IT.SEX": "M"', b'"IT.SEX": "M", "IT.SEX": "F"')
    at_the_top = line().replace(b'{"subject"', b'{"form": "F.VS", "subject"')
    with clinic.sign_in() as site:
        assert codes(site, twice, at_the_top) == [(1, "bad_value", "IT.SEX"), (2, "bad_value", "form")]
        assert site.subjects() == ()
        # The same key in two objects is two keys.
        assert codes(site, line(comments={"IT.SEX": "as in the file"})) == []


def test_a_byte_order_mark_before_any_line_is_none_of_its_text(clinic: Clinic) -> None:
    with clinic.sign_in() as site:
        second = line("F.AE", "SE.LOG", items={"IT.AETERM": "cough"})
        assert codes(site, BOM + line(), BOM + second, BOM) == []


@pytest.mark.parametrize("blank", [" ", "\u3000", "\u200b", "\ufeff \u00a0", "\u3164"])
def test_blanks_are_no_mandatory_text_no_reason_and_no_comment(clinic: Clinic, blank: str) -> None:
    with clinic.sign_in() as site:
        assert codes(site, line()) == []
        term = line("F.AE", "SE.LOG", items={"IT.AETERM": blank})
        assert codes(site, term) == [(1, "missing_mandatory", "IT.AETERM")]
        changed = {"IT.ICDAT": "2026-11-19"}
        assert codes(site, line(items=changed, reason=blank)) == [(1, "reason_needed", "IT.ICDAT")]
        with pytest.raises(RefusedError):
            site.record(SaveForm(subject=SUBJECT, key=DM, items={}, removed_rows=(("IG.DM", ""),), reason=blank))
        # Another text comes back as it was entered.
        assert codes(site, line("F.AE", "SE.LOG", items={"IT.AETERM": f"cough{blank}x"})) == []
        assert site.form(SUBJECT, AE).content["IG.AE"][""]["IT.AETERM"].value == f"cough{blank}x"


def test_what_one_line_is_refused_for_does_not_end_the_file(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that is about no place of the form, such as the size of an entry."""
    from desktop.vault import vault

    with clinic.sign_in() as site:
        monkeypatch.setattr(vault, "MAX_RECORDED_BYTES", 450)
        long = line(items={"IT.ICDAT": "2026-11-20", "IT.SEX": "M", "IT.NOTE": "x" * 200})
        entered = json_lines.enter(site, [long, line()])
        assert [(refusal.line, refusal.code) for refusal in entered.refused] == [(1, "not_allowed")]
        assert entered.recorded == 1


def test_a_full_disk_ends_the_file_and_says_which_lines_are_done(clinic: Clinic) -> None:
    terms = [line("F.AE", "SE.LOG", form_repeat=n, items={"IT.AETERM": "x" * 150}) for n in range(1, 500)]
    with clinic.sign_in() as site:
        assert codes(site, line()) == []
        # The database may not grow any more.
        site.vault.driver_connection().execute("PRAGMA max_page_count = 1")
        with pytest.raises(EnvironmentProblemError) as error:
            json_lines.enter(site, [b"[]", *terms])
        site.vault.driver_connection().execute("PRAGMA max_page_count = 1000000")
        recorded = len(site.casebook(SUBJECT).forms) - 1
        assert "full" in str(error.value)
        assert (error.value.fields["recorded"], error.value.fields["refused"]) == (recorded, 1)
        assert error.value.fields["line"] == recorded + 2


def test_a_draft_forgets_what_is_redacted(clinic: Clinic) -> None:
    name = ItemPlace("IG.DM", "", "IT.NOTE")
    items = {"IG.DM||IT.NOTE": ItemValue(value="Zhang San, ward 5"), "IG.DM||IT.SEX": ItemValue(value="F")}
    draft = Draft(subject=SUBJECT, key=DM, items=items, comments={"EC.1!IG.DM||IT.SEX": "as Zhang San said"})
    with clinic.sign_in() as site:
        assert codes(site, line(items={"IT.ICDAT": "2026-11-20", "IT.SEX": "M"})) == []
        values = {name: ItemValue(value="Zhang San")}
        recorded = site.record(SaveForm(subject=SUBJECT, key=DM, items=values))
        site.keep_draft(draft)
    with clinic.sign_in(OTHER_NURSE) as site:
        site.keep_draft(draft)
    with clinic.sign_in(ADMIN) as site:
        site.record(RedactEntry(device=recorded.device, sequence=recorded.sequence, reason="holds a name"))
    for who in (NURSE, OTHER_NURSE):
        with clinic.sign_in(who) as site:
            [kept] = site.today().drafts
            assert kept.items == {"IG.DM||IT.SEX": ItemValue(value="F")}
            assert kept.comments == {}


# The console


def run(encoding: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "ui.app.main", *map(str, arguments)]
    surroundings = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", **environment}
    return subprocess.run(command, check=False, capture_output=True, env=surroundings)


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp1252"])
def test_output_is_utf_8_whatever_the_console(clinic: Clinic, encoding: str) -> None:
    note = "体重 é 👩"
    with clinic.sign_in() as site:
        assert codes(site, line(items={"IT.ICDAT": "2026-11-20", "IT.SEX": "M", "IT.NOTE": note})) == []
    who = {"SITEBOOK_VAULT": str(clinic.folder), "SITEBOOK_USER": NURSE[0], "SITEBOOK_PASSPHRASE": NURSE[1]}
    for arguments in (("show", SUBJECT, "--json"), ("show", SUBJECT)):
        ran = run(encoding, *arguments, **who)
        assert ran.returncode == 0, ran.stderr
        assert note in ran.stdout.decode("utf-8")
    refused = run(encoding, "show", "受试者", **(who | {"SITEBOOK_VAULT": "没有"}))
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert b"Traceback" not in refused.stderr


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_a_vault_in_a_folder_with_a_chinese_name_shows_its_code(tmp_path: Path, encoding: str) -> None:
    folder = tmp_path / "中心 👩🏽‍⚕️"
    arguments = ("init", "--study", CLINIC, "--site", "01", "--admin", "研究者", "--vault", folder, "--json")
    ran = run(encoding, *arguments, SITEBOOK_PASSPHRASE="a long passphrase")
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert document["vault"] == str(folder)
    assert len(document["recovery_code"]) > 30


def test_a_byte_order_mark_is_no_part_of_a_passphrase(clinic: Clinic, tmp_path: Path) -> None:
    """Notepad writes one."""
    file = tmp_path / "passphrase"
    file.write_bytes(BOM + NURSE[1].encode() + b"\r\n")
    ran = run("utf-8", "status", "--vault", clinic.folder, "--user", NURSE[0], "--passphrase-file", file)
    assert ran.returncode == 0, ran.stderr
