"""What is built from the settings: the one place that names adapters."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analysis.books import Books
from analysis.daily_cache import DailyCache
from config.errors import ConfigurationError
from config.factors import load_factor_sets
from config.portfolio import Portfolio
from config.portfolio_files import load_portfolio
from config.profiles import DeviceProfile, load_profiles
from config.settings import Settings
from gateway.embedded import EmbeddedStore
from gateway.operations import Operations
from gateway.ports import Sink, Store
from gateway.spool import Spool
from zaehlwerk.writes_at_once import WritesAtOnce

READINGS_FILE = "readings.sqlite"
COLLECTOR_SPOOL = "spool.sqlite"
SERVER_SPOOL = "spool-serve.sqlite"  # a spool has one process that empties it
_DAYS_ARE_KEPT_FOR = timedelta(minutes=5)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of every process."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """Everything a process works with. `spool` None: the store itself is the sink."""

    settings: Settings
    portfolio: Portfolio
    profiles: Mapping[str, DeviceProfile]
    store: Store
    sink: Sink
    spool: Spool | None
    operations: Operations
    books: Books
    clock: Clock = utc_now
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


@contextmanager
def open_house(
    settings: Settings, *, portfolio: Portfolio | None = None, spool_name: str | None = None
) -> Iterator[House]:
    """Open store, spool and operations database; close them in the end.

    `portfolio` None: the one that the settings name. `spool_name`: the file in which readings wait for InfluxDB; None
    for what writes little and can say at once that the store is away. Raises `ConfigurationError`.
    """
    portfolio = portfolio or load_portfolio(portfolio_folder(settings))
    make_state_folder(settings.state)
    with ExitStack() as stack:
        operations = Operations(settings.database_url.get_secret_value())
        stack.callback(operations.close)
        operations.upgrade()
        store, sink, spool = _store_and_sink(settings, stack, spool_name)
        books = Books(portfolio, store, operations, load_factor_sets(), daily_cache=DailyCache(_DAYS_ARE_KEPT_FOR))
        yield House(settings, portfolio, profiles_of(settings), store, sink, spool, operations, books)


def portfolio_folder(settings: Settings) -> Path:
    """Return the folder of the portfolio; raises `ConfigurationError` if none is named."""
    if settings.portfolio is None:
        raise ConfigurationError("no portfolio: name its folder with --portfolio DIR or ZAEHLWERK_PORTFOLIO")
    return settings.portfolio


def make_state_folder(folder: Path) -> None:
    """Make the folder of spool and databases if it is not there; raises `ConfigurationError` where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be the state folder: {error.strerror}") from error


def profiles_of(settings: Settings) -> dict[str, DeviceProfile]:
    """Return the shipped device tables and those of the portfolio."""
    return load_profiles(settings.portfolio / "devices" if settings.portfolio else None)


def _store_and_sink(settings: Settings, stack: ExitStack, spool_name: str | None) -> tuple[Store, Sink, Spool | None]:
    if settings.influx_url is None:
        embedded = EmbeddedStore(settings.state / READINGS_FILE)
        stack.callback(embedded.close)
        return embedded, embedded, None
    influx = _influx(settings)
    stack.callback(influx.close)
    if spool_name is None:
        return influx, WritesAtOnce(influx), None
    spool = Spool(settings.state / spool_name)
    stack.callback(spool.close)
    return influx, spool, spool


def _influx(settings: Settings) -> Store:
    from gateway.influx import InfluxStore  # noqa: PLC0415  slow to import, and not wanted on the embedded store

    url, token, org, bucket = (
        settings.influx_url,
        settings.influx_token,
        settings.influx_org,
        settings.influx_bucket,
    )
    if url is None or token is None or org is None or bucket is None:
        raise ConfigurationError("InfluxDB needs ZAEHLWERK_INFLUX_URL, _TOKEN, _ORG and _BUCKET together")
    return InfluxStore(url, token.get_secret_value(), org, bucket)
