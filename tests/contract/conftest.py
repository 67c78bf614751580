"""The adapters that the contract suites run over."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.embedded import EmbeddedStore
from gateway.influx.store import InfluxStore
from gateway.ports import Sink, Store
from gateway.spool import Spool
from tests.servers.influx import InfluxServer

SINKS: dict[str, Callable[[Path], EmbeddedStore | Spool]] = {"embedded": EmbeddedStore, "spool": Spool}


@dataclass
class Clock:
    """The clock of whoever writes; it goes when the test says so."""

    now_s: float = datetime(2026, 3, 29, 12, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    """The clock of the store."""
    return Clock()


@pytest.fixture(params=["embedded", pytest.param("influx", marks=pytest.mark.real_server)])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """An empty store, once per adapter."""
    store: Store
    if request.param == "embedded":
        store = EmbeddedStore(tmp_path / "readings.sqlite", clock_s=clock)
    else:
        server: InfluxServer = request.getfixturevalue("influx")
        bucket: str = request.getfixturevalue("influx_bucket")
        store = InfluxStore(server.url, server.token, server.org, bucket, clock_s=clock)
    yield store
    store.close()


@pytest.fixture(params=SINKS)
def open_sink(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], EmbeddedStore | Spool]:
    """Opens one and the same sink again and again, as restarts do; once per adapter."""
    open_one = SINKS[request.param]
    return lambda: open_one(tmp_path / f"{request.param}.sqlite")


@pytest.fixture
def sink(open_sink: Callable[[], EmbeddedStore | Spool]) -> Iterator[Sink]:
    """An empty sink, once per adapter."""
    sink = open_sink()
    yield sink
    sink.close()
