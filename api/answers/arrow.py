"""Answers as Arrow streams (IPC), for programs that read columns. Source: Arrow columnar format 1.0."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import nanoarrow as arrow
import numpy as np
from nanoarrow.ipc import StreamWriter
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response

from analysis.figures import Consumption
from api.answers.documents import ARROW, tagged
from gateway.reading import milliseconds
from gateway.series import Series

Column = Any  # an array of nanoarrow's, which has no types to check


def readings_arrow(request: Request, series: Series, zone: str) -> Response:
    """Return readings as columns `time` and `value`."""
    return _answer(request, {"time": _instants(series.time_ms, zone), "value": _numbers(series.value)})


def consumption_arrow(request: Request, found: Consumption) -> Response:
    """Return slots as columns `start`, `end`, `value` (null: a gap), `quality` and `coverage`.

    Energy of a fuel has a column `reference` more: Hs or Hi.
    """
    values = [np.nan if slot.value is None else float(slot.value) for slot in found.slots]
    columns = {
        "start": _instants(_time_ms(slot.start for slot in found.slots), found.time_zone),
        "end": _instants(_time_ms(slot.end for slot in found.slots), found.time_zone),
        "value": _numbers(np.array(values, np.float64)),
        "quality": _texts([slot.how for slot in found.slots]),
        "coverage": _numbers(np.array([slot.coverage for slot in found.slots], np.float64)),
    }
    if found.reference is not None:
        columns["reference"] = _texts([found.reference] * len(found.slots))
    return _answer(request, columns)


def _time_ms(moments: Iterable[datetime]) -> NDArray[np.int64]:
    return np.array([milliseconds(moment) for moment in moments], np.int64)


def _instants(time_ms: NDArray[np.int64], zone: str) -> Column:
    buffers = [None, np.ascontiguousarray(time_ms)]
    return arrow.c_array_from_buffers(arrow.timestamp("ms", zone), len(time_ms), buffers)


def _numbers(values: NDArray[np.float64]) -> Column:
    """Nan is a gap and becomes null."""
    known = ~np.isnan(values)
    buffers = [np.packbits(known, bitorder="little"), np.ascontiguousarray(values)]
    return arrow.c_array_from_buffers(arrow.float64(), len(values), buffers, null_count=int((~known).sum()))


def _texts(values: Sequence[str]) -> Column:
    return arrow.c_array([str(value) for value in values], arrow.string())


def _answer(request: Request, columns: Mapping[str, Column]) -> Response:
    """One batch of a stream, with an entity tag."""
    schema = arrow.struct({name: column.schema for name, column in columns.items()})
    length = len(next(iter(columns.values())))
    batch = arrow.c_array_from_buffers(schema, length, [None], children=list(columns.values()))
    out = io.BytesIO()
    with StreamWriter.from_writable(out) as writer:
        writer.write_stream(arrow.c_array_stream(batch))
    return tagged(request, out.getvalue(), ARROW)
