"""Proposes what the columns of a file mean, and says how sure it is. Where two readings are possible, it asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from collector.files.detected_columns import DetectedColumns
from collector.files.detected_dates import DetectedDates
from collector.files.detected_table import Asked, SampledTable, divided
from collector.files.mapping import FileMapping
from collector.files.tables import Layout, Line
from config.portfolio.portfolio import Portfolio
from config.quantities import QUANTITIES, Kind

SAMPLE = 2_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping, how sure it is (0..1), and in words what it rests on that a person should look at."""

    mapping: FileMapping
    certainty: float
    doubts: tuple[str, ...]


def propose(head: Sequence[Line], layout: Layout, portfolio: Portfolio, asked: Asked) -> Proposal:
    """Return what a table's columns mean, from its first lines.

    Raises `InvalidReading` where nothing fits (`wrong_columns`, `unknown_meter`) or two things do
    (`ambiguous_number`, `ambiguous_date`, `ambiguous_column`, `ambiguous_quantity`); the text names the option.
    """
    heading, rows = divided(head)
    return _proposal(SampledTable(heading, rows, layout, portfolio, asked))


def _proposal(table: SampledTable) -> Proposal:
    found, columns = DetectedDates(table), DetectedColumns(table)
    time = found.time()
    dates = found.dates(time)
    form = columns.form(time)
    meter_column, values = columns.values(time, form)
    columns.demand_one_register(meter_column)
    mapping = replace(
        _laid_out(table.layout),
        time=time,
        dates=dates,
        zone=table.asked.zone,
        decimal=form.decimal if table.asked.decimal or columns.show_a_sign(values) else None,
        thousands=form.thousands,
        meter_column=meter_column,
        meters=columns.names(meter_column),
        unit_column=columns.units(values),
        values=columns.aimed(values),
        stamps=found.stamps(time, dates),
    )
    mapping = replace(mapping, values=tuple(columns.checked(one, mapping) for one in mapping.values))
    if any(QUANTITIES[quantity].kind is Kind.AMOUNT for quantity in columns.quantities(mapping.values)):
        mapping = replace(mapping, interval=found.interval(time, dates))
    if len(table.layout.sheets) > 1:
        table.doubts.append(f"the sheet {table.layout.sheet!r} is taken of {', '.join(table.layout.sheets)}")
    return Proposal(mapping, round(0.85 ** len(table.doubts), 2), tuple(table.doubts))


def _laid_out(layout: Layout) -> FileMapping:
    is_text = layout.format != "xlsx"
    return FileMapping(
        format=layout.format,
        encoding=layout.encoding if is_text else None,
        delimiter=layout.delimiter if is_text else None,
        sheet=layout.sheet,
    )
