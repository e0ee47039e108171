"""Locates and loads study definitions: a folder of YAML, or an ODM-XML file.

A study's folder holds `study.yaml`, `codelists.yaml`, `units.yaml`, `forms/*.yaml` (one form a file), where it grades
laboratory values `grading.yaml`, and for further code lists `terminology/*.yaml` or `*.json`. Test cases (`cases/*.yaml`)
are read by `validation/test_cases.py`. Loading reports every fault at once, with file, line and OID.
"""

import importlib.resources
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from desktop.errors import DefinitionError, EnvironmentProblemError
from desktop.study.definition.metadata import CodeList, Definition, MetaDataVersion
from desktop.study.formats.faults import Fault, Faults
from desktop.study.formats.yaml_layout import Parts, read_codelists, read_form, read_study, read_units
from desktop.study.formats.yaml_reader import Entry, read_yaml
from desktop.study.validation.references import validate
from desktop.study.validation.unused_parts import prove

STUDY_FILE = "study.yaml"
_CODELISTS = msgspec.json.Decoder(tuple[CodeList, ...])


def shipped_studies() -> tuple[str, ...]:
    """Names of the studies that come with the program."""
    return tuple(sorted(folder.name for folder in _shipped().iterdir() if (folder / STUDY_FILE).is_file()))


def locate(name_or_path: str) -> Traversable:
    """Where a definition is: a shipped study by its name, else a folder, its study.yaml or a file by its path.

    Raises EnvironmentProblemError when it is neither.
    """
    if name_or_path in shipped_studies():
        return _shipped() / name_or_path
    path = Path(name_or_path)
    if path.name == STUDY_FILE and path.is_file():
        return path.parent
    if (path / STUDY_FILE).is_file() or path.is_file():
        return path
    raise EnvironmentProblemError(
        "There is no study definition {where}. Give a folder with study.yaml, an ODM-XML file, or one of: {shipped}.",
        where=name_or_path,
        shipped=", ".join(shipped_studies()),
    )


def load_definition(where: Traversable) -> Definition:
    """Load a definition. Raises DefinitionError with every fault that it has."""
    return load_with_notes(where)[0]


def load_with_notes(where: Traversable) -> tuple[Definition, tuple[Fault, ...]]:
    """Load a definition, with what was left out or assumed because an ODM-XML file says nothing usable of it.

    Raises DefinitionError with every fault that it has.
    """
    faults = Faults()
    # What ships was proved before it was shipped (`check_definition`, by a test): it is only read.
    shipped = Path(str(_shipped())).resolve()
    definition = _load(faults, where, proved=Path(str(where)).resolve().is_relative_to(shipped))
    if definition is None or len(faults):
        raise _definition_error(faults)
    return definition, tuple(faults.notes)


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A definition that was proved."""

    definition: Definition
    notes: tuple[Fault, ...]
    cases: int
    """How many test cases of its own were run."""


def check_definition(where: Traversable) -> Checked:
    """Load a definition and prove it: nothing stands in vain, and its test cases come out as they say.

    An ODM-XML file may hold what this study does not use: that is a note. Raises DefinitionError with every fault.
    """
    from desktop.study.validation.test_cases import has_cases, run_cases

    faults = Faults()
    definition = _load(faults, where)
    cases = 0
    if definition is not None and not len(faults):
        if where.is_dir():
            prove(definition, faults)
            cases = run_cases(definition, where, faults) if has_cases(where) else 0
        else:
            unused = Faults()
            prove(definition, unused)
            faults.notes += [msgspec.structs.replace(fault, file=where.name) for fault in unused]
    if definition is None or len(faults):
        raise _definition_error(faults)
    return Checked(definition=definition, notes=tuple(faults.notes), cases=cases)


def _load(faults: Faults, where: Traversable, *, proved: bool = False) -> Definition | None:
    """What can be read, and every fault of it; None where it cannot be looked at as a whole."""
    try:
        version = _load_folder(faults, where) if where.is_dir() else _load_file(faults, where)
    except OSError as error:
        raise EnvironmentProblemError("The computer refused: {why}.", why=error.strerror or "") from error
    if version is None:
        return None
    if not proved:
        validate(version, faults)
    return None if len(faults) else Definition(version)


def _definition_error(faults: Faults) -> DefinitionError:
    return DefinitionError("The study definition has {n} faults.", faults=tuple(faults), n=len(faults))


def _shipped() -> Traversable:
    return importlib.resources.files("resources") / "study"


def _load_file(faults: Faults, file: Traversable) -> MetaDataVersion | None:
    # lxml is needed for ODM-XML only.
    from desktop.study.formats.odm_xml import read_odm

    return read_odm(faults, file.name, file.read_bytes())


def _load_folder(faults: Faults, folder: Traversable) -> MetaDataVersion | None:
    study = _entry(faults, folder, STUDY_FILE)
    parts = Parts(faults)
    for node in _list(faults, folder, "units.yaml"):
        read_units(parts, node)
    for node in _list(faults, folder, "codelists.yaml"):
        read_codelists(parts, node)
    for file in _files(folder / "terminology", ".yaml", ".json"):
        if file.name.endswith(".json") and _read_json(parts, file):
            continue
        for node in _list(faults, folder, f"terminology/{file.name}"):
            read_codelists(parts, node)
    for file in _files(folder / "forms", ".yaml"):
        entry = _entry(faults, folder, f"forms/{file.name}")
        if entry is not None:
            read_form(parts, entry)
    grading = _entry(faults, folder, "grading.yaml") if (folder / "grading.yaml").is_file() else None
    return None if study is None else read_study(parts, study, grading)


def _read_json(parts: Parts, file: Traversable) -> bool:
    """Long code lists in JSON, the fast way; False where something is wrong, to be read as YAML with its lines."""
    try:
        parts.codelists += _CODELISTS.decode(file.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _files(folder: Traversable, *endings: str) -> list[Traversable]:
    if not folder.is_dir():
        return []
    return sorted((file for file in folder.iterdir() if file.name.endswith(endings)), key=lambda file: file.name)


def _entry(faults: Faults, folder: Traversable, name: str) -> Entry | None:
    node = read_yaml(faults, name, folder.joinpath(*name.split("/")).read_bytes())
    return None if node is None else Entry(faults, name, node)


def _list(faults: Faults, folder: Traversable, name: str) -> list[Entry]:
    """The mappings of a file that is one list; none where the file is not there."""
    file = folder.joinpath(*name.split("/"))
    if not file.is_file():
        return []
    node = read_yaml(faults, name, file.read_bytes())
    return [] if node is None else Entry.list_of(faults, name, node)
