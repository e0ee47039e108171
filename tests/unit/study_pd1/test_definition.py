"""The shipped study: complete, in both languages, and true to its sources."""

import csv
import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from desktop.study.clinical_data import FormContent, FormKey, ItemValue
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import Definition, ItemDef, MetaDataVersion, source_words
from desktop.study.rules.assessment import Code, assess
from desktop.study.rules.form_rules import Rules

HAN = re.compile(r"[\u4e00-\u9fff]")


def texts(part: object, path: str = "") -> Iterator[tuple[str, Text]]:
    """Every text of a part of a definition, with where it stands."""
    if isinstance(part, msgspec.Struct):
        name = getattr(part, "oid", "") or getattr(part, "code", "") or getattr(part, "name", "")
        for field in msgspec.structs.fields(part):
            yield from texts(getattr(part, field.name), f"{path}/{name}.{field.name}")
    elif isinstance(part, dict):
        if part and set(part) <= {"en", "zh"}:
            yield path, part
        else:
            for key, value in part.items():
                yield from texts(value, f"{path}/{key}")
    elif isinstance(part, tuple):
        for value in part:
            yield from texts(value, path)


def test_it_loads_without_a_fault(study: Definition) -> None:
    assert study.version.study == "S.PD1-VEN-CAG"
    assert study.subject_key("01", "A", 1) == "01-A001"
    assert re.fullmatch(study.subject_key_regex("01"), "01-A001")
    assert study.version.first_form == "F.ICF"


def test_it_has_the_forms_of_the_whole_protocol(study: Definition) -> None:
    assert len(study.forms) == 39
    assert set(study.forms) == {
        # Screening
        "F.ICF", "F.DM", "F.MH", "F.VS", "F.ECOG", "F.CBC", "F.CHEM", "F.COAG", "F.VIR", "F.BM", "F.IPH", "F.CYTO",
        "F.FUS", "F.MUT", "F.CT", "F.ECHO", "F.USLN", "F.USABD", "F.ECG", "F.PREG", "F.IE",
        # Treatment, its evaluation, transplant, follow-up, end
        "F.EX", "F.TLS", "F.MRD", "F.RS", "F.TX", "F.TXFU", "F.GVHD", "F.SS", "F.EOT", "F.DD", "F.EOS",
        # Logs
        "F.AE", "F.SAE", "F.CM", "F.TRF", "F.REL", "F.SUBTRT", "F.DV",
    }  # fmt: skip
    assert {ref.form for event in study.version.events for ref in event.forms} == set(study.forms)


def test_every_text_is_in_both_languages(study: Definition) -> None:
    for path, text in texts(study.version):
        assert set(text) == {"en", "zh"}, path
        assert all(words.strip() for words in text.values()), path
        assert not HAN.search(text["en"]) or "pinyin" in text["en"], path


def test_chinese_sentences_have_chinese_punctuation(study: Definition) -> None:
    for path, text in texts(study.version):
        chinese = text["zh"]
        assert not re.search(r"[\u4e00-\u9fff][,;:?!.()]|[,;:?!()][\u4e00-\u9fff]", chinese), (path, chinese)
        assert not re.search("(?<!申)请|！", chinese), (path, chinese)
        assert not re.search(r"\bplease\b|!", text["en"], re.IGNORECASE), (path, text["en"])


def test_no_english_words_stand_in_for_chinese(study: Definition) -> None:
    """Only symbols of units are the same in both languages, and what has no word: abbreviations, codes, names of genes."""
    same = {path: text["en"] for path, text in texts(study.version) if text["en"] == text["zh"]}
    symbols = {path: words for path, words in same.items() if path.endswith(".symbol")}
    assert set(symbols.values()) <= {unit.symbol["en"] for unit in study.version.units}
    assert [path for path, words in same.items() if path not in symbols and re.search("[a-z]{4}", words)] == []


CRITERIA = {
    "IT.INCL01": (("Age >=18",), ("18",), ("18",)),
    "IT.INCL02": (("T-ALL diagnosis before enrollment",), ("T-ALL", "before enrolment"), ("确诊", "T-ALL")),
    "IT.INCL03": (("Refractory T-ALL", "exceed 5%"), ("Refractory", "relapsed"), ("难治", "复发")),
    "IT.INCL04": (("(ECOG)", "0 to 2"), ("ECOG", "0 to 2"), ("ECOG", "0 至 2")),
    "IT.INCL05": (("survival period >=3 months",), ("survival", "3 months"), ("生存期", "3 个月")),
    "IT.INCL06": (("organ function abnormalities",), ("organ dysfunction",), ("脏器功能",)),
    "IT.INCL07": (("sign the informed consent",), ("consent signed",), ("签署知情同意书",)),
    "IT.EXCL01": (("economic conditions",), ("not affordable",), ("经济条件",)),
    "IT.EXCL02": (("heart, lungs, liver, and kidneys",), ("Organ disease",), ("心、肺、肝、肾",)),
    "IT.EXCL03": (("past five years",), ("malignancy within 5 years",), ("五年", "恶性肿瘤")),
    "IT.EXCL04": (("HIV", "HbsAg", "anti-HCV"), ("HIV", "hepatitis B", "hepatitis C"), ("HIV", "乙型", "丙型")),
    "IT.EXCL05": (("understand or comply",), ("understand or comply",), ("理解或遵从",)),
    "IT.EXCL06": (("under 18 years",), ("Under 18",), ("<18",)),
}


def test_every_criterion_has_its_item(study: Definition) -> None:
    asked = [item.oid for _, _, item in study.form_items("F.IE") if re.fullmatch(r"IT\.(INCL|EXCL)\d\d", item.oid)]
    assert asked == list(CRITERIA)
    for oid, (_, english, chinese) in CRITERIA.items():
        question = study.items[oid].question
        assert all(words in question["en"] for words in english), oid
        assert all(words in question["zh"] for words in chinese), oid
        assert f"{oid}R" in study.items


def test_the_criteria_are_those_of_the_protocol(shared: Path) -> None:
    protocol = (shared / "PROTOCOL.txt").read_text(encoding="utf-8")
    inclusion, exclusion = protocol.split("Inclusion Criteria:")[1].split("Study Plan")[0].split("Exclusion Criteria:")
    criteria = {
        f"IT.{kind}{int(number):02}": words
        for kind, text in (("INCL", inclusion), ("EXCL", exclusion))
        for number, words in re.findall(r"^ +(\d)\. (.+)$", text, re.MULTILINE)
    }
    assert set(criteria) == set(CRITERIA)
    for oid, (protocol_words, _, _) in CRITERIA.items():
        assert all(words in criteria[oid] for words in protocol_words), oid


def test_points_that_the_protocol_leaves_open_say_why(study: Definition) -> None:
    settings = {setting.name: setting for setting in study.version.settings}
    assert all(setting.open and setting.why and setting.source for setting in settings.values())
    assert set(settings) >= {
        "BACKBONE", "MCRC_CATEGORIES", "EVALUATION_DAY", "CYCLE_COUNT", "PD1_AGENT", "MRD_METHOD", "MRD_THRESHOLD",
        "CTCAE_VERSION", "OS_START", "TRANSPLANT_DATA", "RESPONSE_CRITERIA", "RELAPSE_BLASTS", "IPD_CHANNEL",
        "EXCLUSION_1", "EXCLUSION_6",
    }  # fmt: skip


def test_the_schedule_is_that_of_the_settings(study: Definition) -> None:
    """Every number of days is a setting of the study, so that an answer of the study team moves it."""
    rules = Rules(study)
    settings = {setting.name: setting.value for setting in study.version.settings}

    def days(event: str) -> list[tuple[int, ...]]:
        return [
            tuple(rules.days(part or 0) for part in (one.day, one.before, one.after, one.every, one.until, one.lapses))
            for one in study.events[event].schedules
        ]

    def of(*names: str) -> list[int]:
        return [int(settings[name]) for name in names]

    [screening] = of("SCREENING_DAYS")
    assert set(days("SE.SCREENING")) == {(0, 0, screening, 0, 0, 0)}
    [first_dose, *counts] = days("SE.CYCLE")
    counts, because = counts[:3], counts[3:]
    assert first_dose == (0, 0, *of("ENROLMENT_TO_DOSE_DAYS"), 0, 0, 0)
    [lapses] = of("COUNT_LAPSES_DAYS")
    # A day of treatment is counted from 1.
    third = [(day - 1, 1, 1, 0, 0, lapses) for day in of("COUNT_DAY_1", "COUNT_DAY_2", "COUNT_DAY_3")]
    assert counts == third
    # The work-up of a cycle, after the days of the venetoclax ramp-up.
    assert set(because[5:]) == {(0, *of("WORKUP_DAYS"), 1, 0, 0, lapses)}
    assert [day for day, *_ in because[:5]] == [0, 0, 1, 2, 3]
    assert days("SE.MAINT") == third[1:2]
    evaluation = (*of("EVALUATION_DAY", "EVALUATION_BEFORE", "EVALUATION_AFTER"), 0, 0, 0)
    assert days("SE.EVAL") == days("SE.MAINTEVAL") == [evaluation]
    assert days("SE.HSCT")[0] == (0, 0, *of("TRANSPLANT_DECISION_DAYS"), 0, 0, 0)
    assert [day for day, *_ in days("SE.HSCT")[1:]] == of("TX_STATUS_1", "TX_STATUS_2")
    every, until, window = of("FOLLOWUP_EVERY_DAYS", "FOLLOWUP_DAYS", "FOLLOWUP_WINDOW_DAYS")
    assert days("SE.FU") == [(every, window, window, every, until, window)]
    assert set(days("SE.END")) == {(day, 0, *of("END_FORM_DAYS"), 0, 0, 0) for day in (0, *of("EOT_AFTER_DAYS"))}
    assert {event.oid for event in study.version.events if not event.schedules} == {"SE.UNS"}


def test_only_the_impossible_is_refused(study: Definition) -> None:
    hard = {
        check.oid for form in study.version.forms for check in form.checks if not check.soft and not check.completion
    }
    assert hard == {
        # An end before its start, an outcome before what it is the outcome of
        "EC.AE.1", "EC.CM.1", "EC.MH.3", "EC.MH.4", "EC.MH.6", "EC.MH.19", "EC.MH.22", "EC.SAE.8", "EC.SUBTRT.1",
        "EC.TX.1", "EC.TX.2",
        # A dose of a day to come
        "EC.EX.3",
        # Numbers that cannot be together
        "EC.TX.3", "EC.VS.5",
        # A criterion answered against definite evidence, one dose in two rows
        "EC.IE.1", "EC.IE.6", "EC.IE.10", "EC.IE.13", "EC.EX.27",
    }  # fmt: skip
    assert all(check.source for form in study.version.forms for check in form.checks)


def test_a_form_can_be_completed_from_what_study_show_tells(study: Definition) -> None:
    for item in study.items.values():
        # Who gives no unit where there are two is asked for it; `study show` tells both, the first one counted in.
        assert len(item.units) <= 2, item.oid
        assert not item.units or item.units[0].factor == 1, item.oid
        assert item.data_type != "boolean", item.oid
    for form in study.forms:
        for _, ref, item in study.form_items(form):
            # An item that other answers may rule out is never mandatory: a caller cannot know from its definition.
            assert not (ref.mandatory and ref.skip), item.oid


def test_a_second_unit_is_the_same_amount(study: Definition) -> None:
    """The factors by themselves: molar masses from the periodic table, powers of ten."""
    molar = {
        # mg/dL in umol/L or mmol/L; ng/dL of thyroxine in pmol/L
        "BILI": 17.1, "BILDIR": 17.1, "CREAT": 88.4, "URATE": 59.48, "GLUC": 0.0555, "CA": 0.2495, "PHOS": 0.3229,
        "MG": 0.4114, "T4FR": 12.87, "TLSCREAT": 88.4, "TLSURATE": 59.48, "TLSPHOS": 0.3229, "TLSCA": 0.2495,
    }  # fmt: skip
    tens = {
        ("g/L", "g/dL"): 10,
        ("mg/L", "mg/dL"): 10,
        ("g/L", "mg/dL"): 0.01,
        ("mg/L", "ug/L"): 0.001,
        ("mm", "cm"): 10,
    }
    several = {item.name: item for item in study.version.items if len(item.units) > 1}
    assert len(several) == 24
    for name, item in several.items():
        first, second = study.unit_names(item)
        assert item.units[1].factor == molar.get(name, tens.get((first, second))), name
    assert set(molar) <= set(several)


def test_c_codes_are_those_of_the_terminology(study: Definition, shared: Path) -> None:
    known: dict[str, set[str]] = {}
    submission: dict[tuple[str, str], str] = {}
    with (shared / "data/ct/sdtm_ct_2025-03-28.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known.setdefault(row["codelist_code"], set()).add(row["term_code"])
            submission[row["codelist_code"], row["submission_value"]] = row["term_code"]
    for codelist in study.version.codelists:
        if not codelist.nci:
            continue
        assert codelist.nci in known, codelist.oid
        for item in codelist.items:
            assert item.nci in known[codelist.nci], (codelist.oid, item.code)
            assert submission.get((codelist.nci, item.code), item.nci) == item.nci, (codelist.oid, item.code)
    for unit in study.version.units:
        assert ("C71620", unit.name) in submission, unit.oid


def test_the_terms_of_ctcae_are_those_of_the_workbook(study: Definition, shared: Path) -> None:
    terms = json.loads((shared / "data/ctcae/ctcae_v5.json").read_text(encoding="utf-8"))
    shipped = study.codelists["CL.CTCAE5"].by_code
    assert len(shipped) == len(terms) == 837
    for term in terms:
        item = shipped[term["meddra_llt_code"]]
        grades = {grade: term[f"grade{grade}"] for grade in "12345" if term[f"grade{grade}"].strip() not in ("", "-")}
        assert item.label["en"] == term["term"]
        assert item.group["en"] == term["soc"]
        assert item.only == tuple(grades) == tuple(item.details)
        for grade, words in grades.items():
            assert (
                item.details[grade]["en"].split()
                == words.replace("10e9 /L", "10^9/L").replace("10e9/L", "10^9/L").split()
            )


@pytest.mark.parametrize(
    ("search", "term"),
    [
        ("fn", "Febrile neutropenia"),
        ("frxzxlxbjs", "Febrile neutropenia"),
        ("粒缺发热", "Febrile neutropenia"),
        ("粒缺", "Neutrophil count decreased"),
        ("xxbjsjd", "Platelet count decreased"),
        ("tls", "Tumor lysis syndrome"),
        ("甲减", "Hypothyroidism"),
        ("免疫性肺炎", "Pneumonitis"),
        ("谷丙转氨酶升高", "Alanine aminotransferase increased"),
    ],
)
def test_terms_are_found_by_what_a_ward_says(study: Definition, search: str, term: str) -> None:
    found = [
        item.label["en"]
        for item in study.codelists["CL.CTCAE5"].items
        if search in {text.casefold() for text in (*item.search, *item.label.values())}
    ]
    assert term in found


def test_every_term_has_a_chinese_name_and_its_initials(study: Definition) -> None:
    for item in study.codelists["CL.CTCAE5"].items:
        assert HAN.search(item.label["zh"]), item.code
        assert any(re.fullmatch("[a-z0-9]+", text) for text in item.search), item.code
    names = [item.label["zh"] for item in study.codelists["CL.CTCAE5"].items]
    assert len(set(names)) == len(names)


def test_human_genetic_resources_are_marked(study: Definition) -> None:
    assert "HGR" in study.items["IT.ICFGEN"].tags


def test_the_version_is_plain_data(study: Definition) -> None:
    assert msgspec.json.decode(study.data, type=MetaDataVersion) == study.version


def test_the_least_that_every_form_asks_completes_it(study: Definition, rules: Rules) -> None:
    """As a caller fills forms who knows `study show` alone: first codes, lowest numbers, today; comments where asked."""
    today = datetime.date(2026, 11, 24)
    filled: dict[FormKey, FormContent] = {}
    for event in study.version.events:
        for ref in event.forms:
            content: FormContent = {}
            for group, place, item in study.form_items(ref.form):
                if place.mandatory:
                    row = "1" if group.repeating else ""
                    content.setdefault(group.oid, {}).setdefault(row, {})[item.oid] = least(study, item, today)
            key = FormKey(event.oid, 1, ref.form, 1)
            problems = assess(rules, key, content, filled, today).problems
            # What the study's own rules ask before completion follows from other answers, e.g. the doses of a plan.
            # A birth of today contradicts the first criterion.
            asked = [problem for problem in problems if problem.code == Code.MISSING_MANDATORY and problem.check]
            asked += [problem for problem in problems if problem.check in ("EC.IE.1", "EC.IE.13")]
            stopping = [problem for problem in problems if problem.code != Code.COMMENT_NEEDED and problem not in asked]
            assert not stopping, ref.form
            filled[key] = content


def least(study: Definition, item: ItemDef, today: datetime.date) -> ItemValue:
    codelist = study.codelist_of(item)
    if codelist is not None:
        return ItemValue(value=codelist.items[0].code)
    low = [check.value for check in item.range_checks if check.comparator == "GE" and not check.soft]
    match item.data_type:
        case "integer" | "float":
            return ItemValue(value=low[0] if low else "0")
        case "date" | "partialDate":
            return ItemValue(value=today.isoformat())
        case _:
            return ItemValue(value="text")


def test_every_source_is_told_in_chinese_or_is_a_citation(study: Definition) -> None:
    """What has no words is the name of a publication: it has a number, or is a name that is the same in Chinese."""
    version = study.version
    sources = {check.source for form in version.forms for check in form.checks}
    sources |= {setting.source for setting in version.settings}
    pathway = version.pathway
    assert pathway is not None
    sources |= {branch.source for step in pathway.steps for branch in step.branches}
    for source in sources:
        for phrase in source.split("; "):
            told = source_words(version, phrase, "zh")
            is_citation = any(letter.isdigit() for letter in phrase) or phrase in (
                "HGNC",
                "ICH E2A",
                "venclextahcp.com, AML",
            )
            assert told != phrase or is_citation or not phrase, phrase
    assert source_words(version, "Protocol: inclusion 3; study setting RELAPSE_BLASTS", "zh") == (
        "方案：入选标准 3；研究设置 RELAPSE_BLASTS"
    )
    assert source_words(version, "Plausibility", "en") == "Plausibility"


def test_the_points_that_no_rule_reads_are_known(study: Definition) -> None:
    """They are answered for the record; the window says so. A new setting is read, or stands here."""
    unread = {setting.name for setting in study.version.settings} - study.settings_read
    assert unread == {
        "CAUSALITY_SCALE",
        "CYCLE_COUNT",
        "DIAGNOSIS_CRITERIA",
        "EXCLUSION_1",
        "EXCLUSION_3",
        "EXCLUSION_6",
        "HBV_DNA_LIMIT",
        "IPD_CHANNEL",
        "NO_RESPONSE_STEP",
        "ORGAN_LIMITS",
        "PD1_AGENT",
        "TRANSPLANT_DATA",
    }
