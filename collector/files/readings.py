"""Readings from files: finds out how a file is made, or is told, and takes it into a sink."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import chain, islice
from pathlib import Path

from collector.files.account import Account
from collector.files.columns import columns_of
from collector.files.detected_table import Asked
from collector.files.detection import SAMPLE, Proposal, propose
from collector.files.mapping import FileMapping
from collector.files.mscons import NoteTaker, take_mscons
from collector.files.numerals import OTHER, NumberFormat, number_format
from collector.files.table_taking import TableTaking
from collector.files.tables import Layout, Line, in_blocks, layout_of, lines_of
from collector.importing import ImportResult, Progress
from config.errors import ConfigurationError, InvalidReading, NotFound
from config.meters.meter import Stamps
from config.portfolio.portfolio import Portfolio
from config.quantities import QUANTITIES
from gateway.ports import Sink
from gateway.reading import milliseconds


@dataclass(frozen=True, slots=True)
class FileImport:
    """What a file was taken for, and what became of it."""

    proposal: Proposal
    result: ImportResult


def import_readings(  # noqa: PLR0913 - the options of the command
    file: Path,
    meter_id: str,
    portfolio: Portfolio,
    sink: Sink,
    *,
    now: datetime,
    quantity: str | None = None,
    zone: tzinfo | None = None,
    stamps: Stamps | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Import a table as readings of one meter; see `import_file`."""
    asked = Asked(meter=meter_id, quantity=quantity, zone=None if zone is None else str(zone), stamps=stamps)
    taken = import_file(file, portfolio, None if dry_run else sink, now=now, asked=asked, progress=progress)
    return taken.result


def import_file(
    file: Path,
    portfolio: Portfolio,
    sink: Sink | None,
    *,
    now: datetime,
    asked: Asked | None = None,
    mapping: FileMapping | None = None,
    notes: NoteTaker | None = None,
    progress: Progress | None = None,
) -> FileImport:
    """Import a file of any kind; `sink` None: a dry run; `DryRun` is one that says what it would replace.

    Without a mapping one is proposed from the first lines and from what is `asked`. Values count in the unit that
    the file names, else in the meter's. Stamps without offset are wall time in the mapping's zone, else in the
    meter's fixed offset, else in the district's zone. Rows that are no readings are refused one by one, the others
    taken. Raises `InvalidReading` for a file that cannot be read or understood without being told more,
    `NotFound` for meter and quantity, `ConfigurationError` for units that do not fit and where meter,
    quantity or column are others than the mapping of a table names, `StorageFull`.
    """
    asked = asked or Asked()
    _demand_known(asked, portfolio)
    if mapping is not None and mapping.format != "mscons":
        _demand_agreement(asked, mapping)
    account = Account(file.name, sink, milliseconds(now))
    layout = layout_of(file, mapping)
    if layout.format == "mscons":
        proposal = Proposal(_overridden(mapping or FileMapping(format="mscons"), asked), 1.0, ())
        take_mscons(
            file,
            account,
            encoding=layout.encoding,
            mapping=proposal.mapping,
            portfolio=portfolio,
            meter=asked.meter,
            notes=notes,
            progress=progress,
        )
    else:
        table = _Table(file, layout, portfolio, asked)
        proposal = table.take(account, mapping, progress=progress)
    return FileImport(proposal, account.result())


@dataclass(frozen=True, slots=True)
class _Table:
    """A file of lines and columns, and what was asked for."""

    file: Path
    layout: Layout
    portfolio: Portfolio
    asked: Asked

    def take(self, account: Account, mapping: FileMapping | None, *, progress: Progress | None) -> Proposal:
        lines = lines_of(self.file, self.layout, progress)
        head: list[Line] = list(islice(lines, SAMPLE))
        proposal = self._proposal(head, mapping)
        used = proposal.mapping
        columns, above = columns_of(head, used)
        form = self._form(used, head[above:], [place for place, _ in columns.values])
        taking = TableTaking(account, columns, used, form, self.portfolio)
        try:
            for block in in_blocks(chain(head[above:], lines)):
                taking.take(block)
        except InvalidReading as error:
            if not account.stored:
                raise
            detail = f"{error.detail}; the {account.stored} readings before it are stored"
            raise InvalidReading(error.code, detail) from error
        return proposal

    def _form(self, mapping: FileMapping, rows: Sequence[Line], places: Sequence[int]) -> NumberFormat:
        if mapping.decimal is not None or mapping.thousands is not None:
            return NumberFormat(mapping.decimal or OTHER[mapping.thousands or ""], mapping.thousands)
        cells = (line.cells[place] for line in rows for place in places if place < len(line.cells))
        texts = [cell for cell in cells if isinstance(cell, str)]
        return number_format(texts, delimiter=self.layout.delimiter if self.layout.format == "csv" else "")

    def _proposal(self, head: Sequence[Line], mapping: FileMapping | None) -> Proposal:
        if mapping is None:
            return propose(head, self.layout, self.portfolio, self.asked)
        return Proposal(_overridden(mapping, self.asked), 1.0, ())


def _overridden(mapping: FileMapping, asked: Asked) -> FileMapping:
    """Let what is asked for this time win over what was saved."""
    return replace(
        mapping,
        zone=asked.zone or mapping.zone,
        stamps=asked.stamps or mapping.stamps,
        decimal=asked.decimal or mapping.decimal,
        dates=asked.dates or mapping.dates,
    )


def _demand_agreement(asked: Asked, mapping: FileMapping) -> None:
    """Raise `ConfigurationError` where the caller wants another meter, quantity or column than a mapping names."""
    said: dict[str, tuple[str | None, set[str | None]]] = {
        "--meter": (asked.meter, {one.meter for one in mapping.values} | {meter for _, meter in mapping.meters}),
        "--quantity": (asked.quantity, {one.quantity for one in mapping.values}),
        "--column": (asked.column, {str(one.column) for one in mapping.values}),
    }
    for option, (wanted, named) in said.items():
        if wanted is not None and wanted not in named:
            told = ", ".join(sorted(name for name in named if name)) or "none"
            raise ConfigurationError(f"{option} {wanted}: the mapping says {told}; change it there, or leave one out")


def _demand_known(asked: Asked, portfolio: Portfolio) -> None:
    if asked.meter is not None:
        portfolio.meter(asked.meter)
    if asked.quantity is not None and asked.quantity not in QUANTITIES:
        raise NotFound("quantity", asked.quantity)


__all__ = ["FileImport", "ImportResult", "InvalidReading", "import_file", "import_readings"]
