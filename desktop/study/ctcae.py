"""Reads the CTCAE workbook of the US National Cancer Institute into a code list.

The workbook (v5.0 of 27 November 2017; later versions have the same family of columns) has one term a row: MedDRA code,
system organ class, term, and a text for each grade; a grade without text is not available for the term. Words in other
languages, synonyms and initials that the study has already are kept by MedDRA code.
"""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from desktop.errors import DefinitionError, EnvironmentProblemError, RefusedError
from desktop.output_files import refuse_program_folder
from desktop.study.definition.base import Text
from desktop.study.definition.metadata import CodeList, CodeListItem, Definition
from desktop.study.formats.faults import Faults
from desktop.study.load import load_definition
from desktop.study.validation.references import validate

MAX_WORKBOOK_BYTES = 64 * 1024 * 1024
"""Bytes. The workbook of v5.0 has some 200,000."""

GRADES = ("1", "2", "3", "4", "5")
FIRST_ROWS = 10
"""The head of the table stands among these."""


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did."""

    out: str
    terms: int
    added: int
    """Terms that the study did not have."""
    untranslated: int
    """Terms without words in a language of the study other than English."""


class _Columns(msgspec.Struct, frozen=True):
    code: int
    group: int
    term: int
    grades: dict[str, int]


def import_ctcae(workbook: Path, study: Path, codelist: str) -> Imported:
    """Bring a code list of a study's folder up to date with a workbook.

    Raises RefusedError where the file is no such workbook, DefinitionError where the study has faults or would have
    some with these terms, or EnvironmentProblemError. Nothing is written then.
    """
    definition = load_definition(study)
    known = definition.codelists.get(codelist)
    languages = definition.version.languages
    old = known.by_code if known is not None else {}
    items = [_merged(item, old.get(item.code), languages) for item in read_workbook(workbook)]
    if not items:
        raise RefusedError("The workbook has no term.")
    kept = [item for code, item in old.items() if all(code != new.code for new in items)]
    made = CodeList(
        oid=codelist,
        name=known.name if known is not None else workbook.stem,
        nci=known.nci if known is not None else "",
        # A code, once used, stays: a term that a later version drops may stand in a form.
        items=(*items, *kept),
    )
    refuse_program_folder(study)
    out, others = _file_of(study, codelist, is_known=known is not None)
    _hold(definition, made, out.name)
    text = json.dumps(msgspec.to_builtins([*others, made]), ensure_ascii=False, indent=1) + "\n"
    try:
        out.parent.mkdir(exist_ok=True)
        fresh = out.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(out)
    except OSError as error:
        raise EnvironmentProblemError("The computer refused: {why}.", why=error.strerror or "") from error
    return Imported(
        out=out.name,
        terms=len(items),
        added=sum(item.code not in old for item in items),
        untranslated=sum(_is_untranslated(item, languages) for item in items),
    )


def read_workbook(workbook: Path) -> Iterator[CodeListItem]:
    """The terms of the first sheet that has them. Raises RefusedError or EnvironmentProblemError."""
    try:
        if workbook.stat().st_size > MAX_WORKBOOK_BYTES:
            raise RefusedError("The file is too large.")
        book = openpyxl.load_workbook(workbook, read_only=True, data_only=True, keep_links=False)
    except OSError as error:
        raise EnvironmentProblemError("The computer refused: {why}.", why=error.strerror or "") from error
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise RefusedError("This file is no Excel workbook.") from error
    try:
        for sheet in book.worksheets:
            rows = sheet.iter_rows(values_only=True)
            columns = next((found for row in _first(rows) if (found := _columns(row)) is not None), None)
            if columns is not None:
                yield from _terms(rows, columns)
                return
    finally:
        book.close()
    raise RefusedError("No sheet of the workbook has the columns MedDRA Code, SOC, Term and Grade 1 to 5.")


def _first(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for _, row in zip(range(FIRST_ROWS), rows, strict=False):
        yield row


def _columns(row: Iterable[Any]) -> _Columns | None:
    heads = [_text(cell).casefold() for cell in row]

    def of(pattern: str) -> int | None:
        return next((n for n, head in enumerate(heads) if re.search(pattern, head)), None)

    code, group, term = of(r"meddra.*code"), of(r"\bsoc\b"), of(r"ctcae.*term|^term")
    grades = {grade: at for grade in GRADES if (at := of(rf"^grade {grade}\b")) is not None}
    if code is None or group is None or term is None or len(grades) != len(GRADES):
        return None
    return _Columns(code, group, term, grades)


def _terms(rows: Iterable[tuple[Any, ...]], columns: _Columns) -> Iterator[CodeListItem]:
    for row in rows:
        cells = [_text(cell) for cell in row]
        code = cells[columns.code] if columns.code < len(cells) else ""
        if not re.fullmatch(r"[0-9]{8}", code) or len(cells) <= max(columns.grades.values()):
            continue
        texts = {grade: text for grade, at in columns.grades.items() if (text := _lines(row[at])) not in ("", "-")}
        yield CodeListItem(
            code=code,
            label={"en": cells[columns.term]},
            group={"en": cells[columns.group]},
            only=tuple(texts),
            details={grade: {"en": text} for grade, text in texts.items()},
        )


def _lines(cell: Any) -> str:
    """The text of a grade with its lines, which part groups of patients."""
    return "\n".join(line for part in str(cell or "").splitlines() if (line := _text(part)))


def _text(cell: Any) -> str:
    text = str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell) if cell is not None else ""
    return " ".join(text.replace("\xa0", " ").replace("_x000D_", " ").split())


def _merged(new: CodeListItem, old: CodeListItem | None, languages: Iterable[str]) -> CodeListItem:
    """The workbook's English words, with the words of other languages that the study has; else the English ones."""

    def words_of(text: Text, known: Text) -> Text:
        return {
            language: text["en"] if language == "en" else known.get(language) or text["en"] for language in languages
        }

    details = old.details if old is not None else {}
    return msgspec.structs.replace(
        new,
        label=words_of(new.label, old.label if old is not None else {}),
        group=words_of(new.group, old.group if old is not None else {}),
        details={grade: words_of(text, details.get(grade, {})) for grade, text in new.details.items()},
        search=old.search if old is not None else (),
        nci=old.nci if old is not None else "",
        tone=old.tone if old is not None else "",
    )


def _is_untranslated(item: CodeListItem, languages: Iterable[str]) -> bool:
    return any(item.label[language] == item.label["en"] for language in languages if language != "en")


def _hold(definition: Definition, made: CodeList, file: str) -> None:
    """Raises DefinitionError where the study does not hang together with the new code list."""
    faults = Faults()
    faults.place("", "", file, 0)
    others = (codelist for codelist in definition.version.codelists if codelist.oid != made.oid)
    validate(msgspec.structs.replace(definition.version, codelists=(*others, made)), faults)
    if len(faults):
        raise DefinitionError("The study definition has {n} faults.", faults=tuple(faults), n=len(faults))


def _file_of(study: Path, codelist: str, *, is_known: bool) -> tuple[Path, list[CodeList]]:
    """The terminology file that holds the code list, with the others that it holds; or a new one.

    Raises RefusedError where the code list stands in a file that people write.
    """
    folder = study / "terminology"
    for file in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            lists = msgspec.json.decode(file.read_bytes(), type=list[CodeList])
        except (msgspec.DecodeError, UnicodeDecodeError):
            # It was read as YAML.
            continue
        if any(found.oid == codelist for found in lists):
            return file, [found for found in lists if found.oid != codelist]
    if is_known:
        raise RefusedError(
            "The code list {codelist} stands in a YAML file of the study. Move it to terminology/*.json first.",
            codelist=codelist,
        )
    return folder / f"{codelist.removeprefix('CL.').lower()}.json", []
