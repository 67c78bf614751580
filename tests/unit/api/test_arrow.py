"""Readings and consumption for programs that read columns."""

import io
from datetime import UTC, datetime
from typing import Any

import nanoarrow

from tests.unit.api.client import Client

ARROW = "application/vnd.apache.arrow.stream"


def columns(client: Client, path: str) -> dict[str, list[Any]]:
    answer = client.get(path, accept=ARROW)
    assert (answer.status_code, answer.headers["content-type"]) == (200, ARROW)
    table = nanoarrow.ArrayStream.from_readable(io.BytesIO(answer.content)).read_all()
    names = [field.name for field in table.schema.fields]
    return {name: list(table.child(place).to_pylist()) for place, name in enumerate(names)}


def test_nobody_reads_columns_without_a_token(anonymous: Client) -> None:
    assert anonymous.get("/v1/meters/gs-strom/consumption", accept=ARROW).status_code == 401


def test_consumption_as_arrow_keeps_its_gaps(reader: Client) -> None:
    found = columns(reader, "/v1/meters/gs-strom/consumption?start=2026-03-08&end=2026-03-12")
    assert list(found) == ["start", "end", "value", "quality", "coverage"]
    assert found["value"] == [60.0, 60.0, None, None]
    assert found["quality"] == ["measured", "measured", "missing", "missing"]
    assert found["start"][0].isoformat() == "2026-03-08T00:00:00+01:00"


def test_readings_as_arrow_have_their_instants(reader: Client) -> None:
    found = columns(reader, "/v1/meters/gs-strom/readings?start=2026-03-08&end=2026-03-10")
    assert found["time"] == [datetime(2026, 3, 7, 23, tzinfo=UTC), datetime(2026, 3, 8, 23, tzinfo=UTC)]
    assert found["value"] == [48880.0, 48940.0]


def test_a_time_without_readings_is_an_empty_table(reader: Client) -> None:
    assert columns(reader, "/v1/meters/gs-strom/readings?start=2020-01-01&end=2020-01-02") == {
        "time": [],
        "value": [],
    }
