"""The command line as its contract gives it, driven from outside: a subprocess, JSON, exit statuses, and what
`study show --json` tells. Nothing here knows a form or an item of the study by name.
"""

import datetime
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

STUDY = "pd1-ven-cag"
ADMIN, NURSE = "Manager 王", "Nurse A"
SECRET, NURSE_SECRET = "a long passphrase", "another passphrase"

Document = dict[str, Any]

TODAY = datetime.datetime.now(datetime.UTC).date().isoformat()


def run(*arguments: str, check: int | None = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(
        [sys.executable, "-m", "ui.app.main", *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    assert "Traceback" not in ran.stderr
    if check is not None:
        assert ran.returncode == check, (arguments, ran.returncode, ran.stderr)
    return ran


class Vault:
    """A vault and the people who act in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, user: str = NURSE, check: int | None = 0) -> subprocess.CompletedProcess[str]:
        secret = SECRET if user == ADMIN else NURSE_SECRET
        return run(
            *arguments, check=check, SITEBOOK_VAULT=str(self.folder), SITEBOOK_USER=user, SITEBOOK_PASSPHRASE=secret
        )

    def json(self, *arguments: str, user: str = NURSE, check: int | None = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", user=user, check=check).stdout)

    def enter(self, *lines: object, check: int | None = None) -> Document:
        file = self.folder.parent / "lines.jsonl"
        texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
        file.write_text("\n".join(texts), encoding="utf-8")
        return self.json("enter", str(file), check=check)


@pytest.fixture(scope="module")
def shown() -> Document:
    """What `study show` tells: all that these tests know."""
    found: Document = json.loads(run("study", "show", STUDY, "--json").stdout)
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, shown: Document) -> Vault:
    """A vault with an administrator and a nurse."""
    folder = tmp_path_factory.mktemp("site")
    vault = Vault(folder / "vault")
    arguments = [
        "--study",
        STUDY,
        "--site",
        shown["sites"][0] if isinstance(shown["sites"][0], str) else shown["sites"][0]["oid"],
    ]
    out = run(
        "init", *arguments, "--admin", ADMIN, "--json", SITEBOOK_VAULT=str(vault.folder), SITEBOOK_PASSPHRASE=SECRET
    )
    document = json.loads(out.stdout)
    assert set(document) == {"vault", "study", "site", "device", "recovery_code"}
    secret = folder / "nurse.txt"
    secret.write_text(NURSE_SECRET + "\n")
    vault.run("user", "add", NURSE, "--role", "entry", "--new-passphrase-file", str(secret), user=ADMIN)
    return vault


def subjects(shown: Document) -> Iterator[str]:
    """Keys that the study's pattern allows."""
    pattern = shown["subject_key"]
    for number in range(1, 1000):
        for letter in "ABC":
            for site in ("01", "02"):
                key = f"{site}-{letter}{number:03}"
                if re.fullmatch(pattern, key):
                    yield key


def plausible(item: Document) -> Any:
    """A value of the item's type and limits, from what `study show` says of it."""
    low, high = item["min"], item["max"]
    if item["codes"]:
        return item["codes"][0]
    match item["type"]:
        case "integer":
            value: Any = str(int(low if low is not None else high if high is not None else 1))
        case "float":
            value = str(low if low is not None else high if high is not None else 1)
        case "date":
            value = high or low or TODAY
        case "partialDate":
            value = (high or low or "1980-06")[:7]
        case "time":
            value = "08:30"
        case "datetime":
            value = (high or TODAY)[:10] + "T00:00"
        case "boolean":
            value = "true"
        case _:
            value = "text 文本"
    return {"value": value, "unit": item["units"][0]} if item["units"] else value


def form_of(shown: Document, oid: str) -> Document:
    return next(form for form in shown["forms"] if form["oid"] == oid)


def first_event(shown: Document) -> str:
    return next(event["oid"] for event in shown["events"] if shown["first_form"] in event["forms"])


def mandatory_items(form: Document) -> Document:
    """What a form must have, outside its tables."""
    return {
        item["oid"]: plausible(item)
        for group in form["groups"]
        if not group["repeating"]
        for item in group["items"]
        if item["mandatory"]
    }


def first_line(shown: Document, subject: str) -> Document:
    """The study's first form with its mandatory items."""
    form = form_of(shown, shown["first_form"])
    return {"subject": subject, "event": first_event(shown), "form": form["oid"], "items": mandatory_items(form)}


def entered(vault: Vault, line: Document) -> None:
    """Enter a line as a careful person would: soft checks get their comment."""
    for _ in range(3):
        result = vault.enter(line)
        if not result["refused"]:
            assert result["recorded"] + result["unchanged"] == 1
            return
        codes = {refusal["code"] for refusal in result["refused"]}
        assert codes == {"comment_needed"}, result
        line = line | {
            "comments": line.get("comments", {}) | {r["oid"]: "checked with the source" for r in result["refused"]}
        }
    pytest.fail("the comments that the refusals asked for were not enough")


@pytest.fixture(scope="module")
def keys(shown: Document) -> Iterator[str]:
    return subjects(shown)


@pytest.fixture
def subject(made: Vault, shown: Document, keys: Iterator[str]) -> str:
    """A registered subject of its own."""
    key = next(keys)
    entered(made, first_line(shown, key))
    return key


def test_study_show_tells_every_oid_that_is_needed(shown: Document) -> None:
    assert set(shown) >= {"study", "version", "sites", "subject_key", "first_form", "events", "forms"}
    forms = {form["oid"] for form in shown["forms"]}
    assert shown["first_form"] in forms
    for event in shown["events"]:
        assert set(event["forms"]) <= forms
    for form in shown["forms"]:
        for group in form["groups"]:
            for item in group["items"]:
                assert set(item) == {"oid", "name", "type", "mandatory", "codes", "units", "min", "max"}
                assert isinstance(item["codes"], list)
                assert isinstance(item["units"], list)


def test_a_subject_is_registered_shown_and_counted(made: Vault, shown: Document, subject: str) -> None:
    record = made.json("show", subject)
    [form] = record["forms"]
    assert record["subject"] == subject
    assert (form["form"], form["event_repeat"], form["form_repeat"]) == (shown["first_form"], 1, 1)
    assert form["state"] in ("complete", "awaiting_second")
    for oid, value in first_line(shown, subject)["items"].items():
        assert form["items"][oid] == value
    status = made.json("status")
    assert set(status) == {
        "site", "device", "subjects", "forms", "awaiting_second", "discrepancies", "queries", "signatures", "sdv", "entries",
        "last_receipt",
    }  # fmt: skip
    assert status["subjects"] >= 1
    assert set(status["entries"]) == {"recorded", "packed", "handed_over", "received"}


def test_every_form_can_be_entered_from_what_study_show_tells(made: Vault, shown: Document, subject: str) -> None:
    """Fill the mandatory items; where rules among them speak up, the codes and OIDs must be known ones."""
    known = {"hard_check", "comment_needed", "missing_mandatory", "not_allowed", "bad_value"}
    lines = [
        first_line(shown, subject)
        | {"event": event["oid"], "form": oid, "complete": False, "reason": "entered again"}
        | {"items": mandatory_items(form_of(shown, oid))}
        for event in shown["events"]
        for oid in event["forms"]
    ]
    result = made.enter(*lines)
    # What stands in the way of one form stops no other.
    stopped = {refusal["line"] for refusal in result["refused"]}
    assert result["recorded"] + result["unchanged"] + len(stopped) == len(lines)
    for refusal in result["refused"]:
        oid = lines[refusal["line"] - 1]["form"]
        items = {item["oid"] for group in form_of(shown, oid)["groups"] for item in group["items"]}
        assert refusal["code"] in known, refusal
        assert refusal["oid"] in items | {oid}, refusal


def test_the_same_line_again_changes_nothing(made: Vault, shown: Document, subject: str) -> None:
    before = made.run("show", subject, "--json").stdout
    result = made.enter(first_line(shown, subject), check=0)
    assert (result["recorded"], result["unchanged"], result["refused"]) == (0, 1, [])
    assert made.run("show", subject, "--json").stdout == before


def text_item(shown: Document, oid: str) -> Document | None:
    for group in form_of(shown, oid)["groups"]:
        if not group["repeating"]:
            for item in group["items"]:
                if item["type"] == "text" and not item["codes"] and not item["mandatory"]:
                    return item
    return None


def any_text_place(shown: Document) -> tuple[str, str, str]:
    """(event, form, item) of a free text that need not be there."""
    for event in shown["events"]:
        for oid in event["forms"]:
            item = text_item(shown, oid)
            if item is not None:
                return event["oid"], oid, item["oid"]
    pytest.fail("the study has no free text")


def test_every_text_comes_back_as_entered_or_is_refused_as_bad(made: Vault, shown: Document, subject: str) -> None:
    event, form, item = any_text_place(shown)
    base = {"subject": subject, "event": event, "form": form, "complete": False, "reason": "trying texts"}
    good = ["emoji 😀👩‍⚕️", "مرحبا بالعالم", "tab\tand\nnewline", "combining e\u0301", "  spaces  ", "=1+1"]
    result = made.enter(*(base | {"items": {item: text}} for text in good), check=0)
    assert result["recorded"] == len(good)
    history = [line["new"] for line in made.json("show", subject, "--history") if line["item"] == item]
    assert history == good
    before = made.run("show", subject, "--json").stdout
    bad = [
        "nul \0",
        "bell \a",
        "a" * 1_000_000,
        5,
        1.5,
        True,
        [],
        {"value": 5},
        {"value": "x", "unit": "mg"},
        {"missing": "LOST"},
        "",
    ]
    result = made.enter(*(base | {"items": {item: value}} for value in bad), check=1)
    assert [(r["line"], r["code"], r["oid"]) for r in result["refused"]] == [
        (number, "bad_value", item) for number in range(1, len(bad) + 1)
    ]
    surrogate = json.dumps(base | {"items": {item: "X"}}).replace('"X"', '"\\ud800"')
    assert [r["code"] for r in made.enter(surrogate, check=1)["refused"]] == ["bad_value"]
    assert made.run("show", subject, "--json").stdout == before


def test_reasons_clearing_marking_and_history(made: Vault, shown: Document, subject: str) -> None:
    event, form, item = any_text_place(shown)
    base = {"subject": subject, "event": event, "form": form, "complete": False}
    entered(made, base | {"items": {item: "first"}})
    for value in ("second", None, {"missing": "UNKNOWN"}):
        result = made.enter(base | {"items": {item: value}}, check=1)
        assert [(r["code"], r["oid"]) for r in result["refused"]] == [("reason_needed", item)]
    entered(made, base | {"items": {item: {"missing": "UNKNOWN"}}, "reason": "not in the file"})
    entered(made, base | {"items": {item: None}, "reason": "typed by mistake"})
    shown_now = [f for f in made.json("show", subject)["forms"] if (f["event"], f["form"]) == (event, form)]
    assert item not in shown_now[0]["items"]
    history = [line for line in made.json("show", subject, "--history") if line["item"] == item]
    assert [(line["old"], line["new"], line["reason"]) for line in history[-3:]] == [
        (None, "first", None),
        ("first", {"missing": "UNKNOWN"}, "not in the file"),
        ({"missing": "UNKNOWN"}, None, "typed by mistake"),
    ]
    for line in history:
        assert set(line) == {
            "event", "event_repeat", "form", "form_repeat", "group", "row", "item", "old", "new", "user", "time", "reason",
        }  # fmt: skip
        assert line["user"] == NURSE
        assert datetime.datetime.fromisoformat(line["time"]).utcoffset() is not None


def test_repeating_rows(made: Vault, shown: Document, subject: str) -> None:
    found = [
        (event["oid"], form["oid"], group)
        for event in shown["events"]
        for form in (form_of(shown, oid) for oid in event["forms"])
        for group in form["groups"]
        if group["repeating"] and any(not item["mandatory"] for item in group["items"])
    ]
    if not found:
        pytest.fail("the study has no repeating group")
    event, form, group = found[0]
    base = {"subject": subject, "event": event, "form": form, "complete": False}
    values = {item["oid"]: plausible(item) for item in group["items"] if item["mandatory"]} or {
        group["items"][0]["oid"]: plausible(group["items"][0])
    }
    rows = [{"row": key, **values} for key in ("b", "a")]
    entered(made, base | {"groups": {group["oid"]: rows[:1]}})
    refusal = made.enter(base | {"groups": {group["oid"]: [{"row": "b", "remove": True}]}}, check=1)["refused"]
    assert [(r["code"], r["oid"]) for r in refusal] == [("reason_needed", group["oid"])]
    entered(made, base | {"groups": {group["oid"]: [{"row": "b", "remove": True}]}, "reason": "typed twice"})
    [form_shown] = [f for f in made.json("show", subject)["forms"] if (f["event"], f["form"]) == (event, form)]
    assert form_shown["groups"].get(group["oid"], []) == []
    assert "b" in {line["row"] for line in made.json("show", subject, "--history")}


def test_lines_that_are_wrong(made: Vault, shown: Document, subject: str) -> None:
    wrong: list[tuple[Document, str]] = [
        ({"event": "SE.NONE"}, "unknown_oid"),
        ({"form": "F.NONE"}, "unknown_oid"),
        ({"items": {"IT.NONE": "x"}}, "unknown_oid"),
        ({"groups": {"IG.NONE": [{"row": "1"}]}}, "unknown_oid"),
        ({"pass": 2}, "not_allowed"),
        ({"event_repeat": 0}, "bad_value"),
        ({"form_repeat": "1"}, "bad_value"),
        ({"complete": "yes"}, "bad_value"),
        ({"surprise": 1}, "bad_value"),
    ]
    result = made.enter(*(first_line(shown, subject) | change for change, _ in wrong), check=1)
    assert [r["code"] for r in result["refused"]] == [code for _, code in wrong]


def test_a_bad_line_does_not_stop_the_next_and_lines_count_from_one(
    made: Vault, shown: Document, keys: Iterator[str]
) -> None:
    key = next(keys)
    result = made.enter("", "not json", "[1]", first_line(shown, key), '{"subject":', check=None)
    assert [refusal["line"] for refusal in result["refused"] if refusal["code"] == "bad_value"] == [2, 3, 5]


def test_another_form_of_a_subject_that_is_not_there(made: Vault, shown: Document, keys: Iterator[str]) -> None:
    other = next(
        (event["oid"], oid) for event in shown["events"] for oid in event["forms"] if oid != shown["first_form"]
    )
    line = {"subject": next(keys), "event": other[0], "form": other[1], "items": {}}
    assert [r["code"] for r in made.enter(line, check=1)["refused"]] == ["not_allowed"]


def test_the_right_to_fill_forms(made: Vault, shown: Document, subject: str, tmp_path: Path) -> None:
    file = tmp_path / "line.jsonl"
    file.write_text(json.dumps(first_line(shown, subject)))
    result = made.json("enter", str(file), user=ADMIN, check=1)
    assert [r["code"] for r in result["refused"]] == ["not_allowed"]
    made.run("export", "excel", "--month", "2026-11", "--out", str(tmp_path / "x.xlsx"), check=1)


def test_exit_statuses(made: Vault, tmp_path: Path) -> None:
    vault = str(made.folder)
    good = {"SITEBOOK_VAULT": vault, "SITEBOOK_USER": NURSE, "SITEBOOK_PASSPHRASE": NURSE_SECRET}
    run("status", check=3, **good | {"SITEBOOK_PASSPHRASE": "wrong passphrase"})
    run("status", check=3, **good | {"SITEBOOK_USER": "Nobody"})
    run("status", check=1, **good | {"SITEBOOK_VAULT": str(tmp_path / "none")})
    run("show", "99-Z999", "--json", check=1, **good)
    run("no-such-command", check=2)
    run("export", "excel", "--month", "2026-11", check=2, **good)
    run("courier", "out", str(tmp_path / "x"), check=1)
    run("export", "odm", "--out", str(tmp_path / "x"), check=1)
    run("sync", check=1, **good)
    run("--vault", vault, "--user", NURSE, "status", "--json", SITEBOOK_PASSPHRASE=NURSE_SECRET)
    secret = tmp_path / "secret"
    secret.write_text(NURSE_SECRET + "\n")
    run("status", "--passphrase-file", str(secret), "--vault", vault, "--user", NURSE)
    for name in ("init", "enter", "show", "status", "sync", "verify", "rebuild", "backup", "restore"):
        assert "--vault" in run(name, "--help").stdout
    short = tmp_path / "short"
    short.write_text("too short")
    made.run("user", "add", "New", "--role", "entry", "--new-passphrase-file", str(short), user=ADMIN, check=1)
    made.run("user", "add", NURSE, "--role", "entry", "--new-passphrase-file", str(secret), user=ADMIN, check=1)
    made.run("user", "add", "New", "--role", "entry", "--new-passphrase-file", str(secret), check=1)


def test_verify_rebuild_backup_and_restore(made: Vault, subject: str, tmp_path: Path) -> None:
    found = made.json("verify")
    assert found["ok"]
    assert found["failures"] == []
    before = made.run("show", subject, "--json").stdout
    made.run("rebuild")
    assert made.run("show", subject, "--json").stdout == before
    backup = tmp_path / "site.backup"
    made.run("backup", str(backup))
    made.run("backup", str(backup), check=1)
    restored = Vault(tmp_path / "restored")
    answer = restored.json("restore", str(backup))
    assert answer["device"] != made.json("status")["device"]
    assert restored.run("show", subject, "--json").stdout == before
    assert restored.json("verify")["ok"]
    restored.run("restore", str(backup), check=1)


def test_study_check(tmp_path: Path) -> None:
    assert run("study", "check", STUDY).stdout.strip() == "OK"
    broken = tmp_path / "broken"
    (broken / "forms").mkdir(parents=True)
    (broken / "study.yaml").write_text("study: S.X\nname: [\n")
    assert "study.yaml" in run("study", "check", str(broken), check=1).stdout
