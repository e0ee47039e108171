"""Loading from YAML: the tiny study as it is, and broken in every way."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.errors import DefinitionError, EnvironmentProblemError
from desktop.study import load
from desktop.study.clinical_data import ItemValue
from desktop.study.definition.metadata import DataType, Definition, RangeCheck
from desktop.study.formats.faults import Fault
from desktop.study.load import load_definition, locate, shipped_studies

Edit = Callable[[str], str]


def test_what_is_read(pressure: Definition) -> None:
    version = pressure.version
    assert (version.study, version.oid, version.languages) == ("S.PRESSURE", "MDV.1", ("en", "zh"))
    assert [form.oid for form in version.forms] == ["F.DM", "F.VS", "F.AE"]
    assert pressure.items["IT.ICDAT"].name == "ICDAT"
    assert pressure.items["IT.PREG"].data_type == DataType.TEXT
    assert pressure.items["IT.VSDAT"].range_checks[-1] == RangeCheck(comparator="LE", value="today")
    assert pressure.items["IT.NEXTDAT"].range_checks == ()
    assert pressure.items["IT.EXDAT"].range_checks == ()
    assert [ref.factor for ref in pressure.items["IT.WEIGHT"].units] == [1.0, 0.001]
    assert pressure.groups["IG.DM"].items[4].skip == "SEX == 'M'"
    assert [ref.mandatory for ref in pressure.events["SE.VISIT"].forms] == [True, False]
    assert pressure.codelists["CL.TERM"].by_code["HEADACHE"].only == ("1", "2", "3")
    assert pressure.groups["IG.EX"].grid is not None
    assert pressure.groups["IG.EX"].grid.column_count == 7


def test_the_same_bytes_come_back(pressure: Definition) -> None:
    again = Definition.from_bytes(pressure.data)
    assert (again.version, again.sha256) == (pressure.version, pressure.sha256)


def test_the_names_of_files_do_not_matter(pressure_folder: Path, pressure: Definition, tmp_path: Path) -> None:
    folder = shutil.copytree(pressure_folder, tmp_path / "study")
    for number, file in enumerate(sorted((folder / "forms").iterdir(), reverse=True)):
        file.rename(file.with_name(f"{number}.yaml"))
    assert load_definition(folder).sha256 == pressure.sha256


def test_codes_in_json_are_the_same_codes(pressure_folder: Path, pressure: Definition, tmp_path: Path) -> None:
    folder = shutil.copytree(pressure_folder, tmp_path / "study")
    lists = [json.loads(line) for line in _as_json(pressure, "CL.DRUG")]
    text = (folder / "codelists.yaml").read_text("utf-8")
    (folder / "codelists.yaml").write_text(text[: text.index("- {oid: CL.DRUG")], "utf-8")
    (folder / "terminology").mkdir()
    (folder / "terminology" / "drugs.json").write_text(json.dumps(lists), "utf-8")
    assert load_definition(folder).sha256 == pressure.sha256
    lists[0]["items"][1]["colour"] = "red"
    (folder / "terminology" / "drugs.json").write_text(json.dumps(lists, indent=1), "utf-8")
    (fault,) = faults_of(folder)
    assert (fault.file, fault.oid) == ("terminology/drugs.json", "CL.DRUG")
    assert "colour" in fault.message["en"]
    assert '"colour"' in (folder / "terminology" / "drugs.json").read_text("utf-8").splitlines()[fault.line - 1]


def _as_json(definition: Definition, oid: str) -> list[str]:
    import msgspec

    return [msgspec.json.encode(definition.codelists[oid]).decode()]


def test_shipped_studies_load() -> None:
    assert "pd1-ven-cag" in shipped_studies()
    for name in shipped_studies():
        assert load_definition(locate(name)).version.forms


def test_where_a_study_is(pressure_folder: Path, tmp_path: Path) -> None:
    assert locate(str(pressure_folder)) == pressure_folder
    assert locate(str(pressure_folder / "study.yaml")) == pressure_folder
    for nowhere in ("no-such-study", str(tmp_path)):
        with pytest.raises(EnvironmentProblemError, match="pd1-ven-cag"):
            locate(nowhere)


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(DefinitionError) as raised:
        load_definition(folder)
    assert str(raised.value) == f"The study definition has {len(raised.value.faults)} faults."
    return raised.value.faults  # type: ignore[return-value]


BILLION_LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 12))


def swap(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert text.count(old) >= 1, old
        return text.replace(old, new, 1)

    return edit


BROKEN = [
    # Shape
    ("forms/DM.yaml", swap("title: {en: Demog", "x: &a [*a]\ntitle: {en: Demog"), "", "An alias"),
    ("units.yaml", lambda _: BILLION_LAUGHS, "", "An alias"),
    ("forms/DM.yaml", swap("title: {en: Demog", "title: {en: [Demog"), "", "This is not YAML"),
    ("forms/DM.yaml", swap("oid: F.DM\n", "oid: F.DM\noid: F.DM\n"), "F.DM", "stands here twice"),
    ("forms/DM.yaml", swap("mandatory: true}", "mandatroy: true}"), "IT.ICDAT", "no key mandatroy here. Perhaps mandatory"),
    ("forms/DM.yaml", swap("mandatory: true}", "mandatory: yes}"), "IT.ICDAT", "Expected true or false"),
    ("forms/DM.yaml", swap("length: 200", "length: long"), "IT.NOTE", "Expected a whole number"),
    ("forms/DM.yaml", swap("name: DMMAIN\n", "\n"), "IG.DM", "The key name is missing"),
    ("forms/DM.yaml", swap("type: date,", "type: dat,"), "IT.ICDAT", "There is no type dat; there are: text,"),
    ("forms/DM.yaml", swap("question: {en: Consent, zh: 知情同意日期}", "question: Consent"), "IT.ICDAT", "words by language"),
    ("forms/DM.yaml", swap("groups:\n", "groups: 5\nothers:\n"), "F.DM", "Expected a list here"),
    ("forms/DM.yaml", swap("oid: F.DM", "oid: [F.DM]"), "", "Expected a single text"),
    ("forms/VS.yaml", swap("{gt: 0}", "{gt: 0, lt: 5}"), "IT.HEIGHT", "exactly one of: lt, le, gt, ge, eq, ne"),
    ("forms/VS.yaml", swap("{gt: 0}", "{}"), "IT.HEIGHT", "exactly one of"),
    ("study.yaml", swap("settings:\n", "settings:\n  - {name: N1, question: {en: N, zh: N}, value: a, choices: [b, c]}\n"), "N1", "Should be one of: b, c"),
    ("study.yaml", swap("settings:\n", "settings:\n  - {name: N1, question: {en: N, zh: N}, value: a, least: b}\n"), "N1", "Expected a number"),
    ("forms/VS.yaml", swap("factor: 0.001", "factor: small"), "IT.WEIGHT", "Expected a number"),
    ("units.yaml", lambda _: "oid: MU.MG\n", "", "Expected a list here"),
    ("units.yaml", lambda _: "", "", "The file is empty"),
    ("codelists.yaml", swap("- {oid: CL.DRUG", "- 5\n- {oid: CL.DRUG"), "", "Expected keys with values"),
    # Identity
    ("forms/DM.yaml", swap("oid: IT.SEX", "oid: IT.ICDAT"), "IT.ICDAT", "IT.ICDAT is defined twice"),
    ("forms/DM.yaml", swap("oid: IT.SEX", "oid: IT SEX"), "IT SEX", "no spaces"),
    ("forms/DM.yaml", swap("oid: F.DM\nname: DM", "oid: F.DM\nname: VS"), "VS", "VS is defined twice"),
    ("forms/DM.yaml", swap("oid: EC.DM.2", "oid: EC.DM.1"), "EC.DM.1", "defined twice"),
    ("forms/DM.yaml", swap("oid: IT.NOTE,", "oid: IT.NOTE, name: SEX,"), "IT.NOTE", "SEX means something else"),
    ("forms/DM.yaml", swap("oid: IT.NOTE,", "oid: IT.NOTE, name: VS,"), "IT.NOTE", "VS means something else"),
    ("forms/DM.yaml", swap("oid: IT.NOTE,", "oid: IT.NOTE, name: today,"), "IT.NOTE", "no reserved word"),
    ("forms/DM.yaml", swap("oid: IT.NOTE,", "oid: IT.NOTE, name: in,"), "IT.NOTE", "no reserved word"),
    ("forms/DM.yaml", swap("oid: IT.NOTE,", "oid: IT.NOTE, name: A-B,"), "IT.NOTE", "letters, digits and _"),
    ("study.yaml", swap("name: ARM", "name: HIGH"), "HIGH", "HIGH is defined twice"),
    ("study.yaml", swap("name: ARM", "name: A.M"), "A.M", "letters, digits and _"),
    ("study.yaml", swap('oid: "02"', 'oid: "01"'), "01", "defined twice"),
    ("units.yaml", swap("name: g,", "name: kg,"), "kg", "kg is defined twice"),
    # Texts
    ("forms/DM.yaml", swap("{en: Consent, zh: 知情同意日期}", "{en: Consent}"), "IT.ICDAT", "The question has no words in zh"),
    ("forms/DM.yaml", swap("zh: 未成年。", "zh: ' '"), "EC.DM.2", "The message has no words in zh"),
    ("forms/VS.yaml", swap("instruction: {en: Without shoes., zh: 脱鞋测量。}", "instruction: {zh: 脱鞋}"), "IG.VS", "no words in en"),
    ("codelists.yaml", swap("{en: Mild, zh: 轻度}", "{en: Mild}"), "HEADACHE", "The details has no words in zh"),
    ("units.yaml", swap("{en: kg, zh: 公斤}", "{en: kg}"), "MU.KG", "The symbol has no words in zh"),
    ("study.yaml", swap("{en: High from, zh: 高血压下限}", "{en: High}"), "HIGH", "The question has no words in zh"),
    # The study
    ("study.yaml", swap("{letter}{number:02d}", "{number}"), "", "subject keys"),
    ("study.yaml", swap("{number:02d}", "{number:2x}"), "", "subject keys"),
    ("study.yaml", swap("{number:02d}", "{number"), "", "subject keys"),
    ("study.yaml", swap("{site}", "{site!r}"), "", "subject keys"),
    ("study.yaml", swap("first_event: SE.START", "first_event: SE.NONE"), "", "There is no SE.NONE"),
    ("study.yaml", swap("first_form: F.DM", "first_form: F.AE"), "", "F.AE is not a form of the first event"),
    ("study.yaml", swap("Asia/Urumqi", "Asia/Fuzhou"), "02", "no time zone Asia/Fuzhou"),
    ("study.yaml", swap("languages: [en, zh]", "languages: [en, zh, Deutsch]"), "", "Deutsch is no language code"),
    ("study.yaml", swap("headline: [IT.SEX", "headline: [IT.SECS"), "", "There is no IT.SECS"),
    ("study.yaml", swap("trends: [IT.SYSBP]", "trends: [IT.NOTE]"), "", "IT.NOTE is not a number"),
    ("study.yaml", swap('value: "140"', "value: high"), "HIGH", "not of type float"),
    # Events
    ("study.yaml", swap("forms: [F.DM, F.VS]", "forms: [F.DM, F.VX, F.VS]"), "SE.START", "There is no F.VX"),
    ("study.yaml", swap("forms: [F.DM, F.VS]", "forms: [F.DM, F.VS, F.VS]"), "SE.START", "stands twice in this event"),
    ("study.yaml", swap("repeating: true", "kind: Sometimes"), "SE.VISIT", "no kind Sometimes"),
    ("study.yaml", swap("anchor: IT.ICDAT, day: 0", "anchor: IT.NOTE, day: 0"), "SE.START", "IT.NOTE is not a date"),
    ("study.yaml", swap("anchor: IT.ICDAT, day: 0", "anchor: IT.NONE, day: 0"), "SE.START", "There is no IT.NONE"),
    ("study.yaml", swap("before: 3", "before: -3"), "SE.VISIT", "no negative days"),
    ("study.yaml", swap("forms: [F.AE]}", "forms: [F.DM]}"), "SE.VISIT", "F.DM, which is not a form of this event"),
    # Forms and groups
    ("forms/VS.yaml", swap("label: IT.VSDAT", "label: IT.SEX"), "F.VS", "IT.SEX is not an item of form F.VS"),
    ("forms/VS.yaml", swap("label: IT.VSDAT", "verdict: IT.SEX"), "F.VS", "IT.SEX is not an item of form F.VS"),
    ("forms/VS.yaml", swap("label: IT.VSDAT", "deadline: IT.SEX"), "F.VS", "IT.SEX is not an item of form F.VS"),
    ("forms/VS.yaml", swap("label: IT.VSDAT", "deadline: IT.VSDAT"), "F.VS", "IT.VSDAT is no date and time"),
    ("codelists.yaml", swap("{code: Y, label", "{code: Y, tone: loud, label"), "CL.NY", "There is no tone loud"),
    ("forms/DM.yaml", swap("      - {oid: IT.NOTE", "      - IT.SEX\n      - {oid: IT.NOTE"), "IT.SEX", "stands twice in form F.DM"),
    ("forms/DM.yaml", swap("      - {oid: IT.NOTE", "      - IT.NONE\n      - {oid: IT.NOTE"), "IT.NONE", "There is no IT.NONE"),
    ("forms/DM.yaml", swap('derive: "years', 'mandatory: true, derive: "years'), "IT.AGE", "cannot be mandatory"),
    ("forms/DM.yaml", swap("item: IT.NEXTDAT, message", "item: IT.WEIGHT, message"), "EC.DM.1", "IT.WEIGHT is not an item of form F.DM"),
    ("forms/VS.yaml", swap("item: IT.DIABP, group: IG.BP", "item: IT.DIABP"), "EC.VS.1", "name it as the check's group"),
    ("forms/VS.yaml", swap("item: IT.DIABP, group: IG.BP", "item: IT.VSDAT, group: IG.BP"), "EC.VS.1", "repeating group of its item"),
    ("forms/VS.yaml", swap("    repeating: true\n", "    repeating: true\n    lines: true\n"), "IG.BP", "Fixed lines need"),
    ("forms/AE.yaml", swap("columns: IT.EXDAY", "columns: IT.EXTRT"), "IG.EX", "columns item IT.EXTRT is not a whole number"),
    ("forms/AE.yaml", swap("rows: IT.EXTRT", "rows: IT.EXDAY"), "IG.EX", "rows item IT.EXDAY has no code list"),
    ("forms/AE.yaml", swap("value: IT.EXDOSE", "value: IT.AETERM"), "IG.EX", "IT.AETERM is not an item of the group"),
    ("forms/AE.yaml", swap("date: IT.EXDAT", "date: IT.EXADJ"), "IG.EX", "IT.EXADJ is not a derived item"),
    ("forms/AE.yaml", swap("column_count: 7", "column_count: 0"), "IG.EX", "at least one column"),
    ("forms/AE.yaml", swap("column_count: 7", "context: [IT.NONE]"), "IG.EX", "There is no IT.NONE"),
    # Items
    ("forms/DM.yaml", swap("codelist: CL.SEX", "codelist: CL.NONE"), "IT.SEX", "There is no CL.NONE"),
    ("forms/DM.yaml", swap("codelist: CL.SEX", "type: date, codelist: CL.SEX"), "IT.SEX", "code list is of type text"),
    ("forms/DM.yaml", swap("type: text, length: 200", "multiple: true"), "IT.NOTE", "needs a code list"),
    ("forms/DM.yaml", swap("length: 200", "length: 0"), "IT.NOTE", "at least 1"),
    ("forms/DM.yaml", swap("length: 200", "digits: 1"), "IT.NOTE", "Only a float has digits"),
    ("forms/DM.yaml", swap("length: 200", "units: [MU.KG]"), "IT.NOTE", "Only a number has units"),
    ("forms/DM.yaml", swap("length: 200", "checks: [{ge: 5}]"), "IT.NOTE", "Only numbers, dates and times"),
    ("forms/VS.yaml", swap("units: [MU.MMHG]", "units: [MU.NONE]"), "IT.SYSBP", "There is no MU.NONE"),
    ("forms/VS.yaml", swap("units: [MU.KG,", "units: [MU.G,"), "IT.WEIGHT", "A unit stands twice"),
    ("forms/VS.yaml", swap("factor: 0.001", "factor: 0"), "IT.WEIGHT", "factor of a unit is above 0"),
    ("forms/VS.yaml", swap("[MU.KG,", "[{unit: MU.KG, factor: 2},"), "IT.WEIGHT", "that of the first unit is 1"),
    ("forms/VS.yaml", swap("evidence: [IT.BMI]", "evidence: [IT.BMX]"), "IT.TOLD", "There is no IT.BMX"),
    ("forms/VS.yaml", swap('suggest: "BMICAT"', 'suggest: "BMICAT", derive: "BMICAT"'), "IT.TOLD", "needs no suggestion"),
    ("forms/VS.yaml", swap("{ge: 40}, {le: 300}", "{ge: forty}, {le: 300}"), "IT.SYSBP", "forty is not a value of type integer"),
    ("forms/VS.yaml", swap("{ge: 2020-01-01}", "{ge: 2020-02-30}"), "IT.VSDAT", "2020-02-30 is not a value of type date"),
    ("forms/VS.yaml", swap('{ge: "06:00"}', "{ge: today}"), "IT.VSTIM", "today is not a value of type time"),
    ("forms/VS.yaml", swap("{ge: 40}, {le: 300}", "{ge: 400}, {le: 300}"), "IT.SYSBP", "lowest limit is above the highest"),
    ("forms/AE.yaml", swap("narrowed_by: IT.AETERM", "narrowed_by: IT.EXTRT"), "IT.AEGR", "not an item of the same group"),
    ("forms/AE.yaml", swap("narrowed_by: IT.AETERM", "narrowed_by: IT.AEDRUGS"), "IT.AEGR", "Only a single choice"),
    ("forms/AE.yaml", swap("narrowed_by: IT.AETERM", "narrowed_by: IT.AEGR"), "IT.AEGR", "cannot narrow itself"),
    # Code lists
    ("codelists.yaml", swap("{code: M,", "{code: F,"), "CL.SEX", "The code F stands twice"),
    ("codelists.yaml", swap("{code: B, label", "{code: B;C, label"), "B;C", "joined by ;"),
    ("codelists.yaml", swap("{code: B, label", "{code: ' B', label"), " B", "without spaces"),
    ("codelists.yaml", swap('only: ["3"]', 'only: ["4"]'), "STROKE", "CL.GRADE has no code 4"),
    ("codelists.yaml", swap('details: {"1"', 'details: {"4"'), "HEADACHE", "CL.GRADE has no code 4"),
    ("codelists.yaml", swap("name: DRUG, items: [", "name: DRUG, items: []}\n- {oid: CL.X, name: X, items: ["), "CL.DRUG", "has no codes"),
    # Expressions
    ("forms/DM.yaml", swap("AGE < 18.0", "AGE < "), "EC.DM.2", "This is no expression: column"),
    ("forms/DM.yaml", swap("AGE < 18.0", "{'a': AGE}.a < 18.0"), "EC.DM.2", "This is no expression: column 1"),
    ("forms/DM.yaml", swap("AGE < 18.0", "AGES < 18.0"), "EC.DM.2", "There is no AGES here"),
    ("forms/DM.yaml", swap("AGE < 18.0", "AGE < 18.0 || VS.MAXBPX > 1.0"), "EC.DM.2", "VS has no MAXBPX"),
    ("forms/DM.yaml", swap("AGE < 18.0", "AGE"), "EC.DM.2", "gives a number, not true or false"),
    ("forms/DM.yaml", swap("AGE < 18.0", "AGE < 18.0 || NOTE.matches('(')"), "EC.DM.2", "NOTE.matches('(') cannot be evaluated"),
    ("forms/DM.yaml", swap("SEX == 'M'", "SEX"), "IT.PREG", "gives a text, not true or false"),
    ("forms/DM.yaml", swap("SEX == 'M'", "SEX == 'm'"), "IT.PREG", "there is no code m"),
    ("forms/DM.yaml", swap("years(BRTHDAT.latest, ICDAT)", "ICDAT"), "IT.AGE", "gives a date, which is no value of the item's type integer"),
    ("forms/DM.yaml", swap("years(BRTHDAT.latest, ICDAT)", "null"), "IT.AGE", "gives a null, which is no value"),
    ("forms/VS.yaml", swap('suggest: "BMICAT"', 'suggest: "BMI"'), "IT.TOLD", "no value of the item's type boolean"),
    ("forms/AE.yaml", swap("codelist: CL.GRADE,", "codelist: CL.GRADE, suggest: \"AETERM == 'OTHER' ? '1' : '9'\","), "IT.AEGR", "no code of the item: 9"),
    ("forms/VS.yaml", swap("SYSBP < setting.HIGH", "SYSBP < setting.LOW"), "IT.BPWHY", "setting has no LOW"),
    ("forms/VS.yaml", swap("v.VSDAT == VSDAT", "v.VSDT == VSDAT"), "EC.VS.3", "v has no VSDT"),
    ("forms/VS.yaml", swap('derive: "WEIGHT / power', 'derive: "BMI / power'), "IT.BMI", "needs its own result, by way of"),
    ("forms/VS.yaml", swap("DIABP + (SYSBP", "MAXBP + (SYSBP"), "IT.MEANBP", "needs its own result, by way of IT.MAXBP, IT.MEANBP"),
]  # fmt: skip
# ruff: noqa: E501 - one fault a line reads as the table that it is


@pytest.mark.parametrize(
    ("file", "edit", "oid", "why"), BROKEN, ids=[f"{n}-{why[:40]}" for n, (*_, why) in enumerate(BROKEN)]
)
def test_broken(pressure_folder: Path, tmp_path: Path, file: str, edit: Edit, oid: str, why: str) -> None:
    """The fault is found, at its file, line and OID, and said in both languages."""
    folder = shutil.copytree(pressure_folder, tmp_path / "study")
    before = (folder / file).read_text("utf-8")
    after = edit(before)
    (folder / file).write_text(after, "utf-8")
    faults = faults_of(folder)
    found = [fault for fault in faults if why in fault.message["en"]]
    assert found, list(map(str, faults))
    assert found[0].oid == oid
    assert found[0].message["zh"]
    assert found[0].message["zh"] != found[0].message["en"]
    assert found[0].file == file or "defined twice" in why or "no code" in why
    if found[0].file == file and after:
        changed = {n for n, line in enumerate(after.splitlines(), 1) if line not in before.splitlines()}
        near = {n + step for n in changed for step in (-1, 0, 1)}
        whole = "twice" in why or "missing" in why or "exactly one" in why
        assert found[0].line in near or whole or not changed, (found[0].line, changed)
        assert str(found[0]).startswith(f"{file}:{found[0].line}: ")


def test_every_fault_at_once(pressure_folder: Path, tmp_path: Path) -> None:
    """One file that cannot be read hides nothing but itself."""
    folder = shutil.copytree(pressure_folder, tmp_path / "study")
    for file, edit in {
        "forms/AE.yaml": swap("oid: F.AE", "oid: {F.AE"),
        "forms/DM.yaml": swap("AGE < 18.0", "AGES < 18.0"),
        "forms/VS.yaml": swap("{gt: 0}", "{gt: zero}"),
        "study.yaml": swap("Asia/Urumqi", "Asia/Fuzhou"),
        "units.yaml": swap("{en: kg, zh: 公斤}", "{en: kg}"),
    }.items():
        (folder / file).write_text(edit((folder / file).read_text("utf-8")), "utf-8")
    faults = faults_of(folder)
    assert [fault.file for fault in faults] == [
        "forms/AE.yaml",
        "forms/DM.yaml",
        "forms/VS.yaml",
        "study.yaml",
        "units.yaml",
    ]
    assert [fault.oid for fault in faults] == ["", "EC.DM.2", "IT.HEIGHT", "02", "MU.KG"]


def test_no_study_file_no_study(pressure_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(pressure_folder, tmp_path / "study")
    (folder / "study.yaml").write_text("[", "utf-8")
    assert [fault.file for fault in faults_of(folder)] == ["study.yaml"]


@pytest.mark.parametrize(
    ("data", "line", "why"),
    [
        (b"oid: F.DM\nname: \xff", 2, "not UTF-8"),
        (b"oid: F.DM\nname: \x00", 0, "not YAML"),
        (b"- " * 100_000, 1, "not YAML"),
        (b"a: &a [*a]\nb: *a\nc: !!python/object:os.system x", 1, "An alias"),
        (b"a: [x]\nc: !!python/object:os.system x", 1, "key"),
        (b"# " + b"x" * (17 * 1024 * 1024), 0, "too large"),
        (b"a: 1\n---\nb: 2", 2, "not YAML"),
        ("\ufeffoid: F.DM\n".encode(), 1, "key name is missing"),
    ],
)
def test_files_that_are_no_forms(pressure_folder: Path, tmp_path: Path, data: bytes, line: int, why: str) -> None:
    folder = shutil.copytree(pressure_folder, tmp_path / "study")
    (folder / "forms" / "DM.yaml").write_bytes(data)
    found = [(fault.line, fault.message["en"]) for fault in faults_of(folder) if fault.file == "forms/DM.yaml"]
    assert any(place == line and why in message for place, message in found), found


def test_importing_the_definition_stays_light() -> None:
    script = (
        "import sys, desktop.study.definition.metadata, desktop.study.clinical_data;"
        "print(sorted({'cel', 'cel.cel', 'yaml', 'lxml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_units_and_keys(pressure: Definition) -> None:
    import re

    assert pressure.subject_key("01", "B", 7) == "01-B07"
    assert re.fullmatch(pressure.subject_key_regex("01"), "01-B07")
    assert not re.fullmatch(pressure.subject_key_regex("02"), "01-B07")
    assert re.fullmatch(pressure.subject_key_regex(), "02-Z99")
    assert pressure.unit_symbol("kg", "zh") == "公斤"
    assert ItemValue(value="1").unit == ""


def test_a_folder_beside_the_shipped_studies_is_not_taken_for_one_of_them(
    pressure_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped, beside = tmp_path / "study", tmp_path / "study-new"
    shutil.copytree(pressure_folder, beside / "mine")
    shutil.copytree(pressure_folder, shipped / "theirs")
    form = beside / "mine" / "forms" / "DM.yaml"
    form.write_text(form.read_text("utf-8").replace("IT.SEX", "IT.NONE", 1), "utf-8")
    monkeypatch.setattr(load, "_shipped", lambda: shipped)
    with pytest.raises(DefinitionError):
        load_definition(beside / "mine")
