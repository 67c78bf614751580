"""Device tables: which register of a device says what. Data, not code: `config/devices/*.yaml`.

A portfolio may bring tables of its own with the same keys; one with the id of a shipped table replaces it.
"""

from pathlib import Path

from config.errors import ConfigurationError, Problem
from config.parsing.schema import validated
from config.parsing.spelling import did_you_mean
from config.parsing.yaml_places import Document, YamlPath, read_document
from config.profiles.registers import DeviceProfile, Register
from config.profiles.schema import ProfileEntry, RegisterEntry

SHIPPED = Path(__file__).parents[1] / "devices"


def load_profiles(extra: Path | None = None) -> dict[str, DeviceProfile]:
    """Load the shipped tables and those in `extra` (a folder of `*.yaml`, or one file; need not exist), by id.

    Raises `ConfigurationError` with every problem of every table.
    """
    problems: list[Problem] = []
    drafts = {**_drafts(SHIPPED, problems), **(_drafts(extra, problems) if extra is not None else {})}
    problems += [problem for draft in drafts.values() for problem in draft.reuse_problems(drafts)]
    if problems:
        raise ConfigurationError(problems)
    return {name: draft.built(drafts) for name, draft in drafts.items()}


class _Draft:
    """A table as it was read, before it borrows the registers of others."""

    def __init__(self, entry: ProfileEntry, document: Document, path: YamlPath) -> None:
        self.entry = entry
        self.document = document
        self.path = path

    def reuse_problems(self, drafts: dict[str, "_Draft"]) -> list[Problem]:
        other = self.entry.alternative_registers_from
        if other is not None and other not in drafts:
            message = f"unknown profile {other!r}{did_you_mean(other, drafts)}"
            return [self.document.problem((*self.path, "alternative_registers_from"), message)]
        seen, name = {self.entry.id}, self.entry.registers_from
        at = (*self.path, "registers_from")
        if name is not None and name not in drafts:
            message = f"unknown profile {name!r}{did_you_mean(name, drafts)}"
            return [self.document.problem(at, message)]
        while name is not None and name in drafts:
            if name in seen:
                return [self.document.problem(at, "the tables borrow from each other in a circle")]
            seen.add(name)
            name = drafts[name].entry.registers_from
        if self.entry.registers_from is None and not self.entry.registers:
            return [self.document.problem(self.path, "a table needs `registers` or `registers_from`")]
        return []

    def lenders(self, drafts: dict[str, "_Draft"]) -> list[ProfileEntry]:
        """The tables this one borrows from, nearest first, after itself."""
        found = [self.entry]
        while (name := found[-1].registers_from) is not None:
            found.append(drafts[name].entry)
        return found

    def built(self, drafts: dict[str, "_Draft"]) -> DeviceProfile:
        chain = self.lenders(drafts)
        registers = self._registers(chain)
        variants = dict.fromkeys(_models(chain), registers)
        other = self.entry.alternative_registers_from
        if other is not None:
            lenders = drafts[other].lenders(drafts)
            variants |= dict.fromkeys(_models(lenders), self._registers(lenders))
        return self.entry.built(registers, relative=any(table.is_relative for table in chain), variants=variants)

    def _registers(self, chain: list[ProfileEntry]) -> tuple[Register, ...]:
        entries: list[RegisterEntry] = []
        for table in chain:  # its own rows stand for the borrowed ones of the same name
            named = {(entry.quantity, entry.phase) for entry in entries}
            rows = (*table.registers, *table.extra_registers)
            entries += [entry for entry in rows if (entry.quantity, entry.phase) not in named]
        patterns = next((table.not_available for table in chain if table.not_available), {})
        rules = {name: rule for table in reversed(chain) for name, rule in table.rules().items()}
        return tuple(entry.built(self.entry, patterns, rules) for entry in entries)


def _models(chain: list[ProfileEntry]) -> list[int]:
    return next((table.sunspec_models for table in chain if table.sunspec_models), [])


def _drafts(place: Path, problems: list[Problem]) -> dict[str, _Draft]:
    found: dict[str, _Draft] = {}
    for file in sorted(place.glob("*.yaml")) if place.is_dir() else [place] if place.is_file() else []:
        try:
            document = read_document(file)
        except ConfigurationError as error:
            problems += error.problems
            continue
        for path in _tables(document):
            entry, mistakes = validated(ProfileEntry, document, path)
            problems += mistakes
            if entry is not None and entry.id in found:
                first = found[entry.id]
                where = f"{first.document.file}:{first.document.line_of(first.path)}"
                problems.append(document.problem((*path, "id"), f"{entry.id!r} stands twice, first in {where}"))
            elif entry is not None:
                found[entry.id] = _Draft(entry, document, path)
    return found


def _tables(document: Document) -> list[YamlPath]:
    # A file is one table, or a collection of them under `profiles`.
    tables = document.value.get("profiles") if isinstance(document.value, dict) else None
    return [("profiles", index) for index in range(len(tables))] if isinstance(tables, list) else [()]
