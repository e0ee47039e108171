"""Reads a study definition from CDISC ODM-XML 1.3.2.

What ODM cannot say gets a careful default, and what Sitebook cannot use is left out; a *note* tells of both. A document
type is refused whatever it declares: neither entities nor files are ever read for it.
"""

import xml.parsers.expat
from collections import Counter
from collections.abc import Iterator
from typing import Literal

import msgspec
from lxml import etree

from desktop.study.definition.base import Text
from desktop.study.definition.events import FormRef, StudyEventDef
from desktop.study.definition.metadata import (
    CodeList,
    CodeListItem,
    DataType,
    FormDef,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    Location,
    MeasurementUnit,
    MetaDataVersion,
    RangeCheck,
    UnitRef,
)
from desktop.study.expressions.identifiers import usable_name
from desktop.study.formats.faults import Faults
from desktop.study.formats.yaml_layout import COMPARATORS, in_order_of_use
from desktop.study.formats.yaml_reader import MAX_FILE_BYTES
from desktop.study.values.item_types import DATE_TYPES
from desktop.study.values.range_checks import TODAY

NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
EXPRESSIONS = "CEL"
"""`Context` of the formal expressions that Sitebook evaluates."""
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_DATA_TYPES = {data_type.value: data_type for data_type in DataType} | {
    "string": DataType.TEXT,
    "URI": DataType.TEXT,
    "double": DataType.FLOAT,
}
_KINDS: dict[str, Literal["Scheduled", "Unscheduled", "Common"]] = {
    "Scheduled": "Scheduled",
    "Unscheduled": "Unscheduled",
    "Common": "Common",
}


class _DoctypeFoundError(Exception):
    """The document has a document type."""


class _RootFoundError(Exception):
    """The prolog is over."""


def read_odm(faults: Faults, file: str, data: bytes) -> MetaDataVersion | None:
    """Read the study of a file. What is wrong goes to `faults`, what is left out or assumed to `faults.notes`."""
    if len(data) > MAX_FILE_BYTES:
        faults.at(file, 0, "", "The file is too large.")
        return None
    try:
        _refuse_doctype(data)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        root = etree.fromstring(data, parser)
    except _DoctypeFoundError:
        faults.at(file, 1, "", "The file has a DOCTYPE, which is refused.")
        return None
    except (etree.XMLSyntaxError, xml.parsers.expat.ExpatError) as error:
        line = error.lineno or 0
        faults.at(
            file,
            line,
            "",
            "This is neither a folder with study.yaml nor XML.",
        )
        return None
    if root.tag != f"{{{NAMESPACE}}}ODM":
        faults.at(file, 1, "", "This is not ODM-XML 1.3.")
        return None
    return _Reader(faults, file, root).study()


def _refuse_doctype(data: bytes) -> None:
    """Look at the prolog alone, in whatever encoding it is. Raises _DoctypeFoundError or ExpatError."""

    def doctype(*_: object) -> None:
        raise _DoctypeFoundError

    def root(*_: object) -> None:
        raise _RootFoundError

    parser = xml.parsers.expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = root
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat's own signature
    except _RootFoundError:
        return


Element = etree._Element  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the name that lxml gives its elements


class _Reader:
    def __init__(self, faults: Faults, file: str, root: Element) -> None:
        self.faults = faults
        self.file = file
        self.root = root
        self.languages = self._languages()
        self.conditions: dict[str, str] = {}
        self.derivations: dict[str, str] = {}

    def study(self) -> MetaDataVersion | None:
        version = next(iter(reversed(list(self._all(self.root, "Study/MetaDataVersion")))), None)
        study = None if version is None else version.getparent()
        if version is None or study is None:
            self._fault(self.root, "The file defines no study.")
            return None
        self.faults.place("", "", self.file, self._line(version))
        if version.find(f"{{{NAMESPACE}}}Include") is not None:
            self._fault(
                version,
                "The version includes another one: a file must hold all of it.",
            )
        self.conditions = self._expressions(version, "ConditionDef")
        methods = self._expressions(version, "MethodDef")
        self.derivations = {
            ref.get("ItemOID", ""): methods[ref.get("MethodOID", "")]
            for ref in self._all(version, "ItemGroupDef/ItemRef")
            if ref.get("MethodOID") in methods
        }
        order = [self._attribute(ref, "StudyEventOID") for ref in self._in_order(version, "Protocol/StudyEventRef")]
        events = sorted(
            map(self._event, self._all(version, "StudyEventDef")),
            key=lambda event: order.index(event.oid) if event.oid in order else len(order),
        )
        first = events[0] if events else None
        name = self._text(study, "GlobalVariables/StudyName") or self._attribute(study, "OID")
        return MetaDataVersion(
            study=self._attribute(study, "OID"),
            oid=self._attribute(version, "OID"),
            name=name,
            title=self._everywhere(name),
            description=self._everywhere(self._text(study, "GlobalVariables/StudyDescription")),
            protocol=self._text(study, "GlobalVariables/ProtocolName"),
            languages=self.languages,
            subject_key="{site}-{letter}{number:03d}",
            first_event=first.oid if first else "",
            first_form=first.forms[0].form if first and first.forms else "",
            locations=self._locations(),
            events=tuple(events),
            forms=in_order_of_use(events, self._distinctly_named(map(self._form, self._all(version, "FormDef")))),
            groups=tuple(map(self._group, self._all(version, "ItemGroupDef"))),
            items=tuple(map(self._item, self._all(version, "ItemDef"))),
            codelists=tuple(map(self._codelist, self._all(version, "CodeList"))),
            units=tuple(map(self._unit, self._all(study, "BasicDefinitions/MeasurementUnit"))),
        )

    # Elements

    def _locations(self) -> tuple[Location, ...]:
        found = tuple(
            Location(oid=self._attribute(element, "OID"), name=self._everywhere(element.get("Name", "")), zone="UTC")
            for element in self._all(self.root, "AdminData/Location")
            if element.get("LocationType", "Site") == "Site"
        )
        self._note(
            self.root,
            "ODM names no time zones: the sites are taken to be in UTC.",
        )
        return found or (Location(oid="01", name=self._everywhere("01"), zone="UTC"),)

    def _unit(self, element: Element) -> MeasurementUnit:
        name = self._attribute(element, "Name")
        oid = self._placed(element)
        return MeasurementUnit(oid=oid, name=name, symbol=self._words(element, "Symbol") or self._everywhere(name))

    def _event(self, element: Element) -> StudyEventDef:
        return StudyEventDef(
            oid=self._placed(element),
            name=self._attribute(element, "Name"),
            title=self._title(element),
            repeating=element.get("Repeating") == "Yes",
            kind=_KINDS.get(element.get("Type", ""), "Scheduled"),
            forms=tuple(
                FormRef(form=self._attribute(ref, "FormOID"), mandatory=ref.get("Mandatory") == "Yes")
                for ref in self._in_order(element, "FormRef")
            ),
        )

    def _form(self, element: Element) -> FormDef:
        oid = self._placed(element)
        return FormDef(
            oid=oid,
            name=usable_name(self._attribute(element, "Name"), oid),
            title=self._title(element),
            repeating=element.get("Repeating") == "Yes",
            groups=tuple(self._attribute(ref, "ItemGroupOID") for ref in self._in_order(element, "ItemGroupRef")),
        )

    def _distinctly_named(self, forms: Iterator[FormDef]) -> list[FormDef]:
        """Forms of one name are told apart by their OIDs; so are forms called like an item."""
        found = list(forms)
        names = Counter(form.name for form in found)
        items = {self._item_name(element) for element in self._all(self.root, "Study/MetaDataVersion/ItemDef")}
        return [
            msgspec.structs.replace(form, name=usable_name("", form.oid))
            if names[form.name] > 1 or form.name in items
            else form
            for form in found
        ]

    def _group(self, element: Element) -> ItemGroupDef:
        oid = self._placed(element)
        refs: list[ItemRef] = []
        for ref in self._in_order(element, "ItemRef"):
            item = self._attribute(ref, "ItemOID")
            condition = ref.get("CollectionExceptionConditionOID")
            self.faults.place(f"{oid}/{item}", "", self.file, self._line(ref))
            refs.append(
                ItemRef(
                    item=item,
                    mandatory=ref.get("Mandatory") == "Yes" and item not in self.derivations,
                    skip=self.conditions.get(condition or ""),
                )
            )
        return ItemGroupDef(
            oid=oid,
            name=usable_name(self._attribute(element, "Name"), oid),
            title=self._title(element),
            repeating=element.get("Repeating") == "Yes",
            items=tuple(refs),
        )

    def _item_name(self, element: Element) -> str:
        return usable_name(element.get("Name", ""), element.get("OID", ""))

    def _item(self, element: Element) -> ItemDef:
        oid = self._placed(element)
        declared = self._attribute(element, "DataType")
        data_type = _DATA_TYPES.get(declared)
        if data_type is None:
            self._fault(
                element,
                "Items of type {type} cannot be asked here.",
                type=declared,
            )
            data_type = DataType.TEXT
        derivation = self.derivations.get(oid)
        codelist = element.find(f"{{{NAMESPACE}}}CodeListRef")
        checks = tuple(check for part in self._all(element, "RangeCheck") if (check := self._range_check(part)))
        if data_type in DATE_TYPES and derivation is None:
            # ODM does not say which dates lie in the future, e.g. of a planned visit.
            checks = (*checks, RangeCheck(comparator="LE", value=TODAY, soft=True))
        return ItemDef(
            oid=oid,
            name=self._item_name(element),
            question=self._words(element, "Question") or self._title(element),
            data_type=data_type,
            sdtm=element.get("SDSVarName", ""),
            nci=self._nci(element),
            length=self._whole(element, "Length"),
            significant_digits=self._whole(element, "SignificantDigits") if data_type == DataType.FLOAT else None,
            codelist=None if codelist is None else self._attribute(codelist, "CodeListOID"),
            units=self._unit_refs(element),
            range_checks=checks,
            derivation=derivation,
        )

    def _unit_refs(self, element: Element) -> tuple[UnitRef, ...]:
        refs = [self._attribute(ref, "MeasurementUnitOID") for ref in self._all(element, "MeasurementUnitRef")]
        if len(refs) > 1:
            self._note(
                element,
                "ODM does not say how units convert: only the first unit is used.",
            )
        return tuple(UnitRef(unit=oid) for oid in refs[:1])

    def _range_check(self, element: Element) -> RangeCheck | None:
        values = [(value.text or "").strip() for value in self._all(element, "CheckValue")]
        comparator = COMPARATORS.get(element.get("Comparator", ""))
        if comparator is None or len(values) != 1:
            self._note(
                element,
                "This check is left out: it has no single limit.",
            )
            return None
        return RangeCheck(
            comparator=comparator,
            value=values[0],
            soft=element.get("SoftHard") == "Soft",
            message=self._words(element, "ErrorMessage"),
        )

    def _codelist(self, element: Element) -> CodeList:
        oid = self._placed(element)
        if element.find(f"{{{NAMESPACE}}}ExternalCodeList") is not None:
            self._fault(element, "The codes of this list are not in the file.")
        items: list[CodeListItem] = []
        for part in (*self._in_order(element, "CodeListItem"), *self._in_order(element, "EnumeratedItem")):
            code = self._attribute(part, "CodedValue")
            self.faults.place(f"{oid}/{code}", "", self.file, self._line(part))
            label = self._words(part, "Decode") or self._everywhere(code)
            items.append(CodeListItem(code=code, label=label, nci=self._nci(part)))
        return CodeList(oid=oid, name=self._attribute(element, "Name"), nci=self._nci(element), items=tuple(items))

    def _expressions(self, version: Element, tag: str) -> dict[str, str]:
        """OID -> expression, of the conditions or methods that are written for Sitebook."""
        found: dict[str, str] = {}
        for element in self._all(version, tag):
            oid = self._placed(element)
            for part in self._all(element, "FormalExpression"):
                if part.get("Context") == EXPRESSIONS:
                    found[oid] = (part.text or "").strip()
            if oid not in found:
                self._note(
                    element,
                    "It has no formal expression in CEL and is left out.",
                )
        return found

    # Attributes and texts

    def _all(self, element: Element, path: str) -> Iterator[Element]:
        return element.iterfind("/".join(f"{{{NAMESPACE}}}{part}" for part in path.split("/")))

    def _in_order(self, element: Element, path: str) -> list[Element]:
        """Elements by their OrderNumber; those without one stay where they stand, at the end."""
        found = list(self._all(element, path))
        return sorted(found, key=lambda part: self._whole(part, "OrderNumber") or len(found))

    def _attribute(self, element: Element, name: str) -> str:
        value = element.get(name, "").strip()
        if not value:
            self._fault(element, "The attribute {name} is missing.", name=name)
        return value

    def _whole(self, element: Element, name: str) -> int | None:
        text = element.get(name)
        if text is None:
            return None
        if text.isascii() and text.isdigit():
            return int(text)
        self._fault(element, "{name} is not a whole number.", name=name)
        return None

    def _placed(self, element: Element) -> str:
        oid = self._attribute(element, "OID")
        self.faults.place(oid, "", self.file, self._line(element))
        return oid

    def _nci(self, element: Element) -> str:
        return next(
            (alias.get("Name", "") for alias in self._all(element, "Alias") if alias.get("Context") == "nci:ExtCodeID"),
            "",
        )

    def _text(self, element: Element, path: str) -> str:
        return next(((found.text or "").strip() for found in self._all(element, path)), "")

    def _title(self, element: Element) -> Text:
        return self._words(element, "Description") or self._everywhere(self._attribute(element, "Name"))

    def _everywhere(self, text: str) -> Text:
        """A text that is of no language."""
        return dict.fromkeys(self.languages, text) if text else {}

    def _words(self, element: Element, tag: str) -> Text:
        """The words of a child in the study's languages; empty where there are none."""
        found = {_language(part): (part.text or "").strip() for part in self._all(element, f"{tag}/TranslatedText")}
        found = {language: text for language, text in found.items() if text}
        if not found:
            return {}
        spare = found.get("") or next(iter(found.values()))
        return {language: found.get(language, spare) for language in self.languages}

    def _languages(self) -> tuple[str, ...]:
        """The languages that every text has, English first; where there is none, the most frequent one."""
        counts: Counter[str] = Counter()
        parents: Counter[Element] = Counter()
        for part in self.root.iter(f"{{{NAMESPACE}}}TranslatedText"):
            language, parent = _language(part), part.getparent()
            if language and parent is not None:
                counts[language] += 1
                parents[parent] += 1
        complete = [language for language, count in counts.items() if count == len(parents)]
        found = complete or [language for language, _ in counts.most_common(1)] or ["en"]
        return tuple(sorted(found, key=lambda language: (language != "en", language)))

    # Faults

    def _line(self, element: Element) -> int:
        return element.sourceline or 0

    def _fault(self, element: Element, message: str, **fields: str) -> None:
        self.faults.at(self.file, self._line(element), element.get("OID", ""), message, **fields)

    def _note(self, element: Element, message: str) -> None:
        self.faults.note(self.file, self._line(element), element.get("OID", ""), message)


def _language(element: Element) -> str:
    """`zh-CN` and `zh` are one language here."""
    return element.get(_LANG, "").partition("-")[0].lower()
