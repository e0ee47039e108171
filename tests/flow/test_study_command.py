"""`sitebook study ...` from outside: comparing, adding, rehearsing, activating, documenting, importing; exit statuses."""

import datetime
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

COURSE = Path(__file__).parents[1] / "data" / "study" / "course"
ADMIN, NURSE = "Manager", "Nurse"
SECRETS = {ADMIN: "manager passphrase", NURSE: "nurse passphrase"}
SUBJECT = "01-A001"

TODAY = datetime.datetime.now(datetime.UTC).date()
"""In the ward, in China, it may be the next day already."""


def run(*arguments: str, check: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(
        [sys.executable, "-m", "ui.app.main", *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    assert "Traceback" not in ran.stderr
    assert ran.returncode == check, (arguments, ran.returncode, ran.stdout, ran.stderr)
    return ran


class Ward:
    """A vault of the study with cycles, and an amendment of the study."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vault = folder / "vault"
        self.amendment = folder / "amendment"

    def run(self, *arguments: str, user: str = ADMIN, check: int = 0) -> subprocess.CompletedProcess[str]:
        environment = {"SITEBOOK_USER": user, "SITEBOOK_PASSPHRASE": SECRETS[user], "SITEBOOK_VAULT": str(self.vault)}
        return run(*arguments, check=check, **environment)

    def json(self, *arguments: str, user: str = ADMIN) -> Any:
        return json.loads(self.run(*arguments, "--json", user=user).stdout)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def amendment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 2: the look a week later, and a soft check of an early one."""
    folder = shutil.copytree(COURSE, tmp_path_factory.mktemp("study") / "amendment")
    edit(folder / "study.yaml", "version: MDV.1", "version: MDV.2")
    edit(folder / "study.yaml", 'value: "28"', 'value: "35"')
    check = """\
checks:
  - oid: EC.EX.1
    when: "days(DM.ICDAT, EXDAT) > 5.0"
    item: IT.EXDAT
    message: {en: Begun late., zh: 开始较晚。}
    source: Amendment 1
"""
    with (folder / "forms" / "EX.yaml").open("a", encoding="utf-8") as file:
        file.write(check)
    return folder


@pytest.fixture
def ward(tmp_path: Path, amendment: Path) -> Ward:
    made = Ward(tmp_path)
    shutil.copytree(amendment, made.amendment)
    made.run("init", "--study", str(COURSE), "--site", "01", "--admin", ADMIN)
    secret = tmp_path / "nurse.txt"
    secret.write_text(SECRETS[NURSE])
    made.run("user", "add", NURSE, "--role", "entry", "--new-passphrase-file", str(secret))
    consent, begun = TODAY - datetime.timedelta(days=60), TODAY - datetime.timedelta(days=50)
    lines = [
        {"event": "SE.START", "form": "F.DM", "items": {"IT.ICDAT": str(consent), "IT.FIT": "Y"}},
        {"event": "SE.CYCLE", "form": "F.EX", "items": {"IT.EXDAT": str(begun)}},
    ]
    file = tmp_path / "lines.jsonl"
    file.write_text("\n".join(json.dumps({"subject": SUBJECT} | line) for line in lines), "utf-8")
    assert made.json("enter", str(file), user=NURSE)["recorded"] == 2
    return made


def test_an_amendment_from_its_arrival_to_its_first_form(ward: Ward) -> None:
    # The look after the cycle is overdue, its two blood counts are missed.
    assert "0 due, 1 overdue, 2 missed" in ward.run("status", user=NURSE).stdout

    rehearsed = ward.json("study", "rehearse", str(ward.amendment), user=NURSE)
    assert (rehearsed["version"], rehearsed["looked_at"]) == ("MDV.2", 1)
    [subject] = rehearsed["subjects"]
    assert subject["subject"] == SUBJECT
    assert [problem["check"] for form in subject["forms"] for problem in form["problems"]] == ["EC.EX.1"]
    told = ward.run("study", "rehearse", str(ward.amendment), user=NURSE).stdout
    assert told == f"{SUBJECT} SE.CYCLE/1/F.EX/1: IT.EXDAT: EC.EX.1 would stand against it\n"
    assert str(TODAY.year) not in told
    same = ward.run("study", "rehearse", str(COURSE), user=NURSE).stdout
    assert same == "Nothing would change for any subject.\n"

    approval = ["--approved", str(TODAY), "--reference", "2026-17"]
    refused = ward.run("study", "activate", "MDV.2", *approval, check=1)
    assert refused.stderr == "sitebook: This version of the study is not here.\n"
    assert "right" in ward.run("study", "add", str(ward.amendment), user=NURSE, check=1).stderr
    added = ward.json("study", "add", str(ward.amendment))
    assert (added["version"], added["sha256"]) == ("MDV.2", rehearsed["sha256"])
    assert "here already" in ward.run("study", "add", str(ward.amendment), check=1).stderr
    assert ward.json("study", "show")["version"] == "MDV.1"

    late = str(TODAY + datetime.timedelta(days=2))
    assert (
        "after today" in ward.run("study", "activate", "MDV.2", "--approved", late, "--reference", "x", check=1).stderr
    )
    assert ward.run("study", "activate", "MDV.2", "--approved", str(TODAY), check=2).stdout == ""
    assert "right" in ward.run("study", "activate", "MDV.2", *approval, user=NURSE, check=1).stderr
    assert ward.run("study", "activate", "MDV.2", *approval).stdout == "Version MDV.2 is in force.\n"
    assert ward.json("study", "show")["version"] == "MDV.2"

    second = {"subject": SUBJECT, "event": "SE.CYCLE", "event_repeat": 2, "form": "F.EX"}
    file = ward.folder / "second.jsonl"
    file.write_text(json.dumps(second | {"items": {"IT.EXDAT": str(TODAY - datetime.timedelta(days=20))}}), "utf-8")
    ran = ward.run("enter", str(file), "--json", user=NURSE, check=1)
    assert [(refusal["code"], refusal["oid"]) for refusal in json.loads(ran.stdout)["refused"]] == [
        ("hard_check", "IT.EXDAT")
    ]
    assert ward.json("verify")["ok"]


def test_a_difference_is_told_part_by_part(amendment: Path) -> None:
    told = run("study", "diff", str(COURSE), str(amendment)).stdout
    assert told.splitlines() == ["added check EC.EX.1", "changed setting LOOK_DAY: value"]
    document = json.loads(run("study", "diff", str(COURSE), str(amendment), "--json").stdout)
    assert document == {
        "old": "MDV.1",
        "new": "MDV.2",
        "differences": [
            {"kind": "check", "oid": "EC.EX.1", "change": "added", "what": []},
            {"kind": "setting", "oid": "LOOK_DAY", "change": "changed", "what": ["value"]},
        ],
        "changed_meanings": [],
    }
    assert run("study", "diff", str(COURSE), str(COURSE)).stdout == "No difference.\n"


def test_a_changed_meaning_ends_with_one(amendment: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(amendment, tmp_path / "study")
    edit(folder / "codelists.yaml", "nci: C16576", "nci: C99999")
    ran = run("study", "diff", str(COURSE), str(folder), check=1)
    assert ran.stdout.splitlines()[-1] == "NOT ALLOWED code CL.SEX/F: C16576 is C99999"
    ran = run("study", "diff", str(COURSE), str(folder), "--json", check=1)
    assert json.loads(ran.stdout)["changed_meanings"] == ["code CL.SEX/F: C16576 is C99999"]


def test_a_study_that_is_none(tmp_path: Path) -> None:
    nowhere, broken = str(tmp_path / "no"), shutil.copytree(COURSE, tmp_path / "study")
    edit(broken / "study.yaml", "first_form: F.DM", "first_form: F.NO")
    for arguments in (["diff", str(COURSE)], ["checks", "--out", str(tmp_path / "a.md")]):
        assert "There is no study definition" in run("study", *arguments, nowhere, check=1).stderr
        assert "faults" in run("study", *arguments, str(broken), check=1).stderr
    assert not (tmp_path / "a.md").exists()


def test_the_document_of_the_rules_is_written(tmp_path: Path) -> None:
    out = tmp_path / "checks.md"
    document = json.loads(run("study", "checks", str(COURSE), "--out", str(out), "--json").stdout)
    assert document == {"rules": 3, "out": str(out)}
    text = out.read_text("utf-8")
    assert "| EC.AE.1 | IT.AEGR |" in text
    assert "检验值提示更高分级。" in text
    assert run("study", "checks", str(COURSE), "--out", str(out)).stdout == f"3 rules written to {out}.\n"
    refused = run("study", "checks", str(COURSE), "--out", str(tmp_path / "no" / "checks.md"), check=1)
    assert refused.stderr.startswith("sitebook: ")


def test_terms_are_imported_into_a_study(tmp_path: Path) -> None:
    folder = shutil.copytree(COURSE, tmp_path / "study")
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["MedDRA Code", "MedDRA SOC", "CTCAE Term", *(f"Grade {grade}" for grade in range(1, 6))])
    book.active.append([10002272, "Blood", "Anaemia", "mild", "moderate", "severe", "-", "-"])
    book.active.append([10016558, "General", "Fever", "38", "39", "40", "-", "death"])
    book.save(tmp_path / "terms.xlsx")
    arguments = ["study", "terminology", "import", str(tmp_path / "terms.xlsx"), "--study", str(folder)]
    document = json.loads(run(*arguments, "--codelist", "CL.TERM", "--json").stdout)
    assert document == {"out": "terms.json", "terms": 2, "added": 1, "untranslated": 1}
    assert run(*arguments, "--codelist", "CL.TERM").stdout == (
        "2 terms written to terms.json; 1 have English words only.\n"
    )
    assert run("study", "diff", str(COURSE), str(folder)).stdout.splitlines() == [
        "changed code CL.TERM/10002272: label, details",
        "added code CL.TERM/10016558",
    ]
    refused = run(*arguments, "--codelist", "CL.NY", check=1)
    assert "CL.NY" in refused.stderr
    (tmp_path / "terms.xlsx").write_text("no workbook")
    assert run(*arguments, check=1).stderr == "sitebook: This file is no Excel workbook.\n"
