"""A watched folder: files that lie complete in `new` are imported and moved to `done`, or to `refused` with reasons.

`*.mapping.yaml` beside the three folders tell what the columns of a file mean; each names its files by a pattern.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path

from collector.files import FileMapping, import_file, load_mapping
from collector.files.mscons import NoteTaker
from collector.files.uncounted import uncounted
from collector.importing import ImportResult
from config.errors import ConfigurationError, StorageFull, Unreachable, ZaehlwerkError
from config.portfolio.portfolio import Portfolio
from gateway.legible import legible
from gateway.ports import Sink

EVERY_S = 2.0
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".swp", "~")
_REASONS = ".reasons.txt"
_REMARKS = ".remarks.txt"
_MOST_REASONS = 1_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file; `moved_to` None: it stays and is tried again."""

    name: str
    moved_to: Path | None
    reasons: tuple[str, ...] = ()


class Inbox:
    """The watched folder. Raises `ConfigurationError` if its folders cannot be made."""

    def __init__(
        self,
        folder: Path,
        portfolio: Portfolio,
        sink: Sink,
        *,
        clock: Callable[[], datetime],
        notes: NoteTaker | None = None,
    ) -> None:
        self._folder = folder
        self._portfolio = portfolio
        self._sink = sink
        self._clock = clock
        self._notes = notes
        self._seen: dict[str, tuple[int, int]] = {}
        self._waits_for_storage = False
        try:
            for name in ("new", "done", "refused"):
                (folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"ZAEHLWERK_INBOX: {folder} cannot be used: {error.strerror}") from error

    async def run(self) -> None:
        """Look into the folder every two seconds until cancelled; a file that was begun is finished."""
        while True:
            looking = asyncio.ensure_future(asyncio.to_thread(self.take_complete))
            try:
                await asyncio.shield(looking)
            except asyncio.CancelledError:
                await looking
                raise
            await asyncio.sleep(EVERY_S)

    def take_complete(self) -> list[Taken]:
        """Import every file whose size has not changed since the last look."""
        try:
            found = {file.name: file for file in sorted((self._folder / "new").iterdir()) if _is_a_file(file)}
            sizes = {name: _state(file) for name, file in found.items()}
        except OSError as error:
            log.warning("inbox %s cannot be read: %s", self._folder, error)
            return []
        complete = [name for name, state in sizes.items() if self._seen.get(name) == state]
        self._seen = sizes
        return [self._take(found[name]) for name in complete]

    def _take(self, file: Path) -> Taken:
        try:
            mapping = self._mapping_for(file)
            taken = import_file(
                file, self._portfolio, self._sink, now=self._clock(), mapping=mapping, notes=self._notes
            )
        except (StorageFull, Unreachable) as error:
            if not self._waits_for_storage:
                log.warning("inbox: %s waits: %s", legible(file.name), error)
            self._waits_for_storage = True
            return Taken(file.name, None, (str(error),))
        except (ZaehlwerkError, OSError) as error:
            return self._moved(file, "refused", [f"not imported: {error}"])
        self._waits_for_storage = False
        result = taken.result
        remarks = list(uncounted(result, self._portfolio))
        if result.refused or not (result.accepted or result.known or result.missing):
            return self._moved(file, "refused", _reasons(result), remarks)
        log.info("inbox: %s done, %d readings", legible(file.name), result.accepted)
        return self._moved(file, "done", [], remarks)

    def _mapping_for(self, file: Path) -> FileMapping:
        fitting: list[tuple[Path, FileMapping]] = []
        broken: list[str] = []
        for candidate in sorted(self._folder.glob("*.mapping.yaml")):
            try:
                mapping = load_mapping(candidate, self._portfolio)
            except ConfigurationError as error:
                broken.append(str(error))
                continue
            pattern = mapping.files or candidate.name.removesuffix(".mapping.yaml") + "*"
            if fnmatch(file.name.lower(), pattern.lower()):
                fitting.append((candidate, mapping))
        if len(fitting) > 1:
            raise ConfigurationError(f"several mappings fit: {', '.join(path.name for path, _ in fitting)}")
        if not fitting:
            raise ConfigurationError("\n".join(["no *.mapping.yaml names files like this one", *broken]))
        return fitting[0][1]

    def _moved(self, file: Path, where: str, reasons: list[str], remarks: Sequence[str] = ()) -> Taken:
        target = _free(self._folder / where, file.name)
        reasons = [legible(one) for one in reasons]
        if reasons:
            log.warning("inbox: %s refused: %s", legible(file.name), reasons[0])
        for remark in remarks:
            log.warning("inbox: %s: %s", legible(file.name), remark)
        try:
            _write_beside(target, _REASONS, reasons)
            _write_beside(target, _REMARKS, remarks)
            file.rename(target)
        except OSError as error:
            log.warning("inbox: %s cannot be moved: %s", legible(file.name), error)
            return Taken(file.name, None, (str(error),))
        self._seen.pop(file.name, None)
        return Taken(file.name, target, tuple(reasons))


def _is_a_file(file: Path) -> bool:
    return file.is_file() and not file.name.startswith((".", "~$")) and not file.name.lower().endswith(_UNFINISHED)


def _state(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_size, found.st_mtime_ns


def _free(folder: Path, name: str) -> Path:
    target, number = folder / name, 2
    while target.exists():
        target = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
        number += 1
    return target


def _write_beside(target: Path, ending: str, lines: Sequence[str]) -> None:
    if lines:
        target.with_name(target.name + ending).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _reasons(result: ImportResult) -> list[str]:
    stored = result.accepted + (result.known or 0)
    reasons = [f"{result.refused} lines refused, {stored} readings stored"]
    reasons += [f"line {one.line}: {one.reason}: {one.detail}" for one in result.refused_lines]
    return reasons[: _MOST_REASONS + 1]
