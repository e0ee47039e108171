"""How fast the whole trial is: the definition read and checked, a simulated trial of 40 subjects folded, asked for and rehearsed,
the rules of its largest forms after a keystroke, a search among the terms. Run with `python -m tests.bench.trial`.
"""

import datetime
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from desktop.actions import AddUser
from desktop.practice.simulation import SimulatedSubject, as_act, read_model, simulate
from desktop.site import opening
from desktop.study.clinical_data import FormContent, FormKey, ItemPlace, ItemValue, copy_content
from desktop.study.definition.metadata import NON_REPEATING_ROW, Definition
from desktop.study.load import check_definition, load_definition, locate
from desktop.study.rules.assessment import assess
from desktop.study.rules.form_rules import Rules
from desktop.study.rules.pathway import walk
from desktop.study.rules.schedule import due

STUDY = "pd1-ven-cag"
SUBJECTS = 40
SEED = 7
ROUNDS = 7
NURSE = ("Nurse", "nurse passphrase")


def median_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of several runs, in ms."""
    times: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def say(what: str, milliseconds: float, aim: str = "") -> None:
    print(f"{what:<58}{milliseconds:10.1f} ms{'   aim ' + aim if aim else ''}")


def contents_of(rules: Rules, subject: SimulatedSubject, today: datetime.date) -> dict[FormKey, FormContent]:
    """A subject's forms with what derives from them."""
    contents: dict[FormKey, FormContent] = {}
    for form in subject.forms:
        assessment = assess(rules, form.key, form.content, contents, today)
        contents[form.key] = assessment.with_derived(form.content)
    return contents


def keystrokes(definition: Definition, played: list[SimulatedSubject], today: datetime.date) -> None:
    """One value of a form is another each time, as after a keystroke; the rest stays."""
    rules = Rules(definition)
    subject = max(played, key=lambda one: len(one.forms))
    contents = contents_of(rules, subject, today)
    worst: dict[str, float] = {}
    for form in subject.forms:
        others = {key: content for key, content in contents.items() if key != form.key}
        place = _number_in(definition, form.content) or next(
            ItemPlace(group, row, item) for group, rows in form.content.items() for row in rows for item in rows[row]
        )
        assess(rules, form.key, form.content, others, today)
        times: list[float] = []
        for number in range(ROUNDS):
            typed = copy_content(form.content)
            old = typed[place.group][place.row][place.item]
            if definition.items[place.item].data_type in ("float", "integer"):
                typed[place.group][place.row][place.item] = msgspec.structs.replace(old, value=str(number + 1))
            start = time.perf_counter()
            assess(rules, form.key, typed, others, today)
            times.append((time.perf_counter() - start) * 1000)
        worst[form.key.form] = max(worst.get(form.key.form, 0.0), statistics.median(times))
    for form, milliseconds in sorted(worst.items(), key=lambda pair: -pair[1])[:6]:
        items = sum(1 for _ in definition.form_items(form))
        say(f"rules after a keystroke, {form} ({items} items)", milliseconds, "5")


def _number_in(definition: Definition, content: FormContent) -> ItemPlace | None:
    for group, rows in content.items():
        for row, items in rows.items():
            for item, value in items.items():
                if definition.items[item].data_type == "float" and not value.missing:
                    return ItemPlace(group, row, item)
    return None


def log(definition: Definition, today: datetime.date) -> None:
    """A dosing log of 2,000 rows."""
    rules = Rules(definition)
    key = FormKey("SE.CYCLE", 1, "F.EX", 1)
    start = {"IT.EXSTDAT": ItemValue(value="2026-09-01"), "IT.EXBACKBN": ItemValue(value="CAG")}
    rows = {
        f"r{number}": {
            "IT.EXTRT": ItemValue(value="ARAC"),
            "IT.EXDAY": ItemValue(value=str(number % 60 + 1)),
            "IT.EXDOSE": ItemValue(value=str(10 + number % 20)),
        }
        for number in range(2000)
    }
    content: FormContent = {"IG.EXCYC": {NON_REPEATING_ROW: start}, "IG.EXGRID": rows}
    say(
        "dosing log of 2,000 rows, first look",
        median_ms(lambda: assess(Rules(definition), key, content, {}, today), 3),
        "1000",
    )
    assess(rules, key, content, {}, today)
    times: list[float] = []
    for number in range(5):
        more = copy_content(content)
        more["IG.EXGRID"][f"new{number}"] = rows["r1"] | {"IT.EXDOSE": ItemValue(value=f"{number + 40}")}
        begin = time.perf_counter()
        assess(rules, key, more, {}, today)
        times.append((time.perf_counter() - begin) * 1000)
    say("the same with a row more", statistics.median(times))


def main() -> None:
    today = datetime.date.today()  # noqa: DTZ011 - as the program's own
    where = locate(STUDY)
    say("definition read and checked", median_ms(lambda: load_definition(where)), "300")
    say("definition proved with its cases", median_ms(lambda: check_definition(where), 1))
    definition = load_definition(where)
    data = definition.data
    say("definition read from a vault", median_ms(lambda: Definition.from_bytes(data)))
    model = read_model(STUDY)
    played = list(simulate(definition, model, SUBJECTS, SEED, today))
    forms = sum(len(subject.forms) for subject in played)
    print(f"{SUBJECTS} subjects, {forms} forms")
    keystrokes(definition, played, today)
    log(definition, today)
    rules = Rules(definition)
    longest = contents_of(rules, max(played, key=lambda one: len(one.forms)), today)
    say("pathway of one subject", median_ms(lambda: walk(rules, longest, {}, today)))
    say("schedule of one subject", median_ms(lambda: due(rules, longest, today)))
    with tempfile.TemporaryDirectory() as folder:
        site, _ = opening.create_site(Path(folder) / "vault", definition, "01", "Manager", "manager passphrase")
        with site:
            site.record(AddUser(name=NURSE[0], roles=("entry",), passphrase=NURSE[1]))
        with opening.open_site(Path(folder) / "vault", *NURSE) as site:
            keys: list[str] = []
            start = time.perf_counter()
            for subject in played:
                keys.append(site.next_subject())
                for form in subject.forms:
                    site.record(as_act(keys[-1], form))
            seconds = time.perf_counter() - start
            say(f"a form recorded, mean of {forms}", seconds * 1000 / forms)
            say("fresh fold", median_ms(site.rebuild, 3))
            site.vault.revision += 1
            say("Today, first", median_ms(site.today, 1), "500")
            say("Today, again", median_ms(site.today))

            def fresh_status() -> None:
                site.vault.revision += 1
                site.status()

            say("status", median_ms(fresh_status))
            busiest = keys[max(range(SUBJECTS), key=lambda number: len(played[number].forms))]
            say("casebook of the busiest subject", median_ms(lambda: site.casebook(busiest)))
            say("rehearsal of a version", median_ms(lambda: site.rehearse(definition), 1))


if __name__ == "__main__":
    main()
