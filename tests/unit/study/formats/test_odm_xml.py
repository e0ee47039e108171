"""ODM-XML: the tiny study as another program would send it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from desktop.errors import DefinitionError
from desktop.study.definition.metadata import Definition, RangeCheck
from desktop.study.formats.faults import Fault
from desktop.study.load import load_definition, load_with_notes, locate

STUDIES = Path(__file__).parents[3] / "data" / "study"
FILE = STUDIES / "pressure.xml"


@pytest.fixture(scope="module")
def loaded() -> tuple[Definition, tuple[Fault, ...]]:
    return load_with_notes(locate(str(FILE)))


@pytest.fixture(scope="module")
def odm(loaded: tuple[Definition, tuple[Fault, ...]]) -> Definition:
    return loaded[0]


def test_the_file_is_odm(shared: Path) -> None:
    """Against CDISC's own schema, which lies beside a checkout."""
    schema = etree.XMLSchema(etree.parse(shared / "data" / "odm-1.3.2" / "ODM1-3-2.xsd"))
    schema.assertValid(etree.parse(FILE))


def test_the_same_study(odm: Definition, pressure: Definition) -> None:
    """What both can say is the same; events keep the protocol's order, not the file's."""
    assert (odm.version.study, odm.version.oid, odm.version.name) == ("S.PRESSURE", "MDV.1", "PRESSURE")
    assert odm.version.languages == ("en", "zh")
    assert (odm.version.first_event, odm.version.first_form) == ("SE.START", "F.DM")
    assert [(e.oid, e.repeating, e.forms) for e in odm.version.events] == [
        (e.oid, e.repeating, e.forms) for e in pressure.version.events
    ]
    assert [(f.oid, f.name, f.title, f.repeating, f.groups) for f in odm.version.forms] == [
        (f.oid, f.name, f.title, f.repeating, f.groups) for f in pressure.version.forms
    ]
    for group in pressure.version.groups:
        assert (odm.groups[group.oid].title, odm.groups[group.oid].repeating) == (group.title, group.repeating)
        assert [(ref.item, ref.mandatory) for ref in odm.groups[group.oid].items] == [
            (ref.item, ref.mandatory) for ref in group.items
        ]
    assert [ref.skip for ref in odm.groups["IG.DM"].items] == [ref.skip for ref in pressure.groups["IG.DM"].items]
    for item in pressure.version.items:
        found = odm.items[item.oid]
        for name in ("name", "question", "data_type", "length", "significant_digits", "codelist", "derivation"):
            assert getattr(found, name) == getattr(item, name), (item.oid, name)
        limits = [check for check in item.range_checks if check.value != "today"]
        assert [check for check in found.range_checks if check.value != "today"] == limits
    for codelist in pressure.version.codelists:
        assert [(code.code, code.label, code.nci) for code in odm.codelists[codelist.oid].items] == [
            (code.code, code.label, code.nci) for code in codelist.items
        ]
        assert odm.codelists[codelist.oid].nci == codelist.nci
    assert odm.version.units == pressure.version.units


def test_defaults_are_careful(odm: Definition) -> None:
    assert odm.items["IT.NEXTDAT"].range_checks == (RangeCheck(comparator="LE", value="today", soft=True),)
    assert odm.items["IT.EXDAT"].range_checks == ()
    assert [ref.unit for ref in odm.items["IT.WEIGHT"].units] == ["MU.KG"]
    assert {location.zone for location in odm.version.locations} == {"UTC"}
    assert odm.subject_key("01", "A", 1) == "01-A001"


def test_notes(loaded: tuple[Definition, tuple[Fault, ...]]) -> None:
    notes = {(note.oid, note.message["en"][:30]) for note in loaded[1]}
    assert notes == {
        ("", "ODM names no time zones: the s"),
        ("IT.WEIGHT", "ODM does not say how units con"),
        ("MT.SAS", "It has no formal expression in"),
    }
    assert all(note.line > 0 and note.file == "pressure.xml" and note.message["zh"] for note in loaded[1])


def test_it_travels_as_any_other(odm: Definition) -> None:
    assert Definition.from_bytes(odm.data).sha256 == odm.sha256


Edit = Callable[[str], str]


def swap(old: str, new: str, count: int = 1) -> Edit:
    def edit(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, count)

    return edit


def load_edited(folder: Path, edit: Edit) -> tuple[Definition, tuple[Fault, ...]]:
    file = folder / "study.xml"
    file.write_text(edit(FILE.read_text("utf-8")), "utf-8")
    return load_with_notes(file)


@pytest.mark.parametrize(
    ("edit", "oid", "why"),
    [
        (swap("</Study>", ""), "", "neither a folder with study.yaml nor XML"),
        (swap("/v1.3", "/v2.0"), "", "not ODM-XML 1.3"),
        (swap("MetaDataVersion", "Other", 99), "", "defines no study"),
        (swap('OID="IT.SEX" Name="SEX" DataType="text"', 'OID="IT.SEX" Name="SEX" DataType="hexBinary"'), "IT.SEX", "type hexBinary"),
        (swap('DataType="time"', 'DataType="partialTime"'), "IT.VSTIM", "type partialTime"),
        (swap('OID="IT.SEX" Name="SEX"', 'OID="IT.SECS" Name="SEX"'), "IT.SEX", "There is no IT.SEX"),
        (swap('CodeListOID="CL.SEX"', 'CodeListOID="CL.NONE"'), "IT.SEX", "There is no CL.NONE"),
        (swap('CodedValue="M"', 'CodedValue="F"'), "CL.SEX", "The code F stands twice"),
        (swap('DataType="text"', ""), "IT.SEX", "The attribute DataType is missing"),
        (swap('Length="200"', 'Length="long"'), "IT.NOTE", "Length is not a whole number"),
        (swap("<CheckValue>40</CheckValue>", "<CheckValue>low</CheckValue>", 9), "IT.SYSBP", "low is not a value of type integer"),
        (swap("SEX == 'M'", "SEX == 'X'"), "IT.PREG", "there is no code X"),
        (swap("years(BRTHDAT.latest, ICDAT)", "years(BRTHDAT)"), "IT.AGE", "years does not work"),
        (swap("<Protocol>", '<Include StudyOID="S" MetaDataVersionOID="M"/><Protocol>'), "MDV.1", "includes another one"),
        (
            swap('<CodeListItem CodedValue="A">', '<ExternalCodeList Dictionary="X"/><CodeListItem CodedValue="A">'),
            "CL.DRUG",
            "not in the file",
        ),
    ],
)  # fmt: skip
# ruff: noqa: E501 - one fault a line reads as the table that it is
def test_faults(tmp_path: Path, edit: Edit, oid: str, why: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        load_edited(tmp_path, edit)
    found = [fault for fault in raised.value.faults if isinstance(fault, Fault) and why in fault.message["en"]]
    assert found, list(map(str, raised.value.faults))
    assert (found[0].oid, found[0].file) == (oid, "study.xml")
    assert found[0].line > 0
    assert found[0].message["zh"]


@pytest.mark.parametrize(
    "prolog",
    [
        "<!DOCTYPE ODM>",
        '<!DOCTYPE ODM SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE ODM [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        "<!-- a comment --><!DOCTYPE ODM []>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_doctype_is_refused(tmp_path: Path, prolog: str, encoding: str) -> None:
    file = tmp_path / "study.xml"
    file.write_bytes(f'<?xml version="1.0" encoding="{encoding}"?>{prolog}<ODM>&b;&x;</ODM>'.encode(encoding))
    with pytest.raises(DefinitionError) as raised:
        load_definition(file)
    (fault,) = raised.value.faults
    assert isinstance(fault, Fault)
    assert "DOCTYPE" in fault.message["en"]


@pytest.mark.parametrize(
    "data", [b"", b"oid: F.DM", b"PK\x03\x04", b"<a>", b"\xff\xfe", b"<a>\x00</a>", b" " * (17 * 1024 * 1024)]
)
def test_files_that_are_no_studies(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "study.xml"
    file.write_bytes(data)
    with pytest.raises(DefinitionError) as raised:
        load_definition(file)
    assert len(raised.value.faults) == 1


def test_names_that_expressions_cannot_use(tmp_path: Path) -> None:
    """Names with spaces, and forms called alike or like an item, go by their OIDs."""

    def edit(text: str) -> str:
        text = text.replace('OID="F.DM" Name="DM"', 'OID="F.DM" Name="Vital signs"')
        text = text.replace('OID="F.VS" Name="VS"', 'OID="F.VS" Name="AE"')
        text = text.replace('OID="IT.NOTE" Name="NOTE"', 'OID="IT.NOTE" Name="in"')
        text = text.replace('OID="IT.HEIGHT" Name="HEIGHT"', 'OID="IT.HEIGHT"').replace(
            "HEIGHT / 100", "IT_HEIGHT / 100"
        )
        return text.replace("DM.ICDAT", "F_DM.ICDAT")

    definition, _ = load_edited(tmp_path, edit)
    assert [form.name for form in definition.version.forms] == ["F_DM", "F_VS", "F_AE"]
    assert definition.items["IT.NOTE"].name == "IT_NOTE"
    assert definition.items["IT.HEIGHT"].name == "IT_HEIGHT"


def test_a_language_that_some_texts_lack_is_not_a_language_of_the_study(tmp_path: Path) -> None:
    definition, _ = load_edited(tmp_path, swap('<TranslatedText xml:lang="zh-CN">性别</TranslatedText>', ""))
    assert definition.version.languages == ("en",)
    assert definition.items["IT.SEX"].question == {"en": "Sex"}


def test_checks_without_a_single_limit_are_noted(tmp_path: Path) -> None:
    definition, notes = load_edited(
        tmp_path,
        swap('Comparator="GT" SoftHard="Hard"', 'Comparator="IN" SoftHard="Hard"'),
    )
    assert definition.items["IT.HEIGHT"].range_checks == ()
    assert any("no single limit" in note.message["en"] for note in notes)
