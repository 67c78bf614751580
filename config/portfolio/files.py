"""Reads a portfolio: `district.yaml`, `properties/*.yaml` and device tables of its own in `devices/*.yaml`."""

from collections.abc import Iterable
from pathlib import Path

from config.errors import ConfigurationError, Problem
from config.parsing.schema import Model, validated
from config.parsing.yaml_places import Document, read_document
from config.portfolio.building import portfolio_of
from config.portfolio.checks import reference_problems
from config.portfolio.drafts import Drafts
from config.portfolio.portfolio import Portfolio
from config.portfolio.schema import DistrictFile, PropertyFile
from config.profiles.files import load_profiles
from config.profiles.registers import DeviceProfile

FOLDERS = ("properties", "devices")


def load_portfolio(folder: Path) -> Portfolio:
    """Read and check everything that a portfolio declares.

    Raises `ConfigurationError` with every mistake of every file, each with file, line, path and what is allowed.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            [Problem(folder.as_posix(), 1, ".", "is not a folder (`zaehlwerk init DIR` makes one)")]
        )
    problems: list[Problem] = list(_wrongly_named(folder))
    profiles = _profiles(folder, problems)
    district = _read(folder / "district.yaml", problems)
    files = sorted((folder / "properties").glob("*.yaml"))
    properties = [document for file in files if (document := _read(file, problems)) is not None]
    readable = district if district and isinstance(district.value, dict) else None
    drafts = Drafts(readable, tuple(properties), profiles, complete=len(properties) == len(files))

    district_entry = _checked(DistrictFile, district, problems) if district else None
    property_entries = [_checked(PropertyFile, document, problems) for document in properties]
    problems += reference_problems(drafts)
    if problems or district_entry is None:
        raise ConfigurationError(sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line)))
    return portfolio_of(district_entry, [entry for entry in property_entries if entry is not None])


def _profiles(folder: Path, problems: list[Problem]) -> dict[str, DeviceProfile]:
    try:
        return load_profiles(folder / "devices")
    except ConfigurationError as error:
        problems += error.problems
        return load_profiles()


def _read(file: Path, problems: list[Problem]) -> Document | None:
    if not file.exists():
        problems.append(
            Problem(file.as_posix(), 1, ".", "there is no such file; `zaehlwerk init` writes a first one")
        )
        return None
    try:
        return read_document(file)
    except ConfigurationError as error:
        problems += error.problems
        return None


def _checked(model: type[Model], document: Document, problems: list[Problem]) -> Model | None:
    entry, found = validated(model, document)
    problems += found
    return entry


def _wrongly_named(folder: Path) -> Iterable[Problem]:
    # A file that is silently passed over would be a property that nobody misses.
    for name in FOLDERS:
        for file in sorted((folder / name).rglob("*")):
            if file.suffix.lower() not in {".yaml", ".yml"} or file.name.startswith("."):
                continue
            if file.suffix != ".yaml":
                yield Problem(file.as_posix(), 1, ".", "would not be read: the name must end in .yaml")
            elif file.parent != folder / name:
                yield Problem(file.as_posix(), 1, ".", f"would not be read: it must stand in {name} itself")
    if (folder / "district.yml").exists():
        yield Problem((folder / "district.yml").as_posix(), 1, ".", "would not be read: the name must end in .yaml")
