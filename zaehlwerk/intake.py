"""What a process needs that only takes readings in: portfolio, device tables, sink, and the way into the store.

It brings neither analysis nor the operations database along, which would double the memory of `collect`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import ConfigurationError, Unreachable
from config.portfolio.files import load_portfolio
from config.portfolio.portfolio import Portfolio
from config.profiles.files import load_profiles
from config.profiles.registers import DeviceProfile
from config.settings import Settings
from gateway.beside import Beside
from gateway.ports import Askable
from gateway.sourced import AsksSource
from gateway.spool import Spool

if TYPE_CHECKING:
    from gateway.embedded import EmbeddedStore
    from gateway.operations import Operations

READINGS_FILE = "readings.sqlite"
COLLECTOR_SPOOL = "spool.sqlite"
SERVER_SPOOL = "spool-serve.sqlite"  # a spool has one process that empties it
COMMANDS_FILE = "beside.sqlite"  # what commands refuse and replace that write into InfluxDB without a spool

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of every process."""
    return datetime.now(UTC)


def _nothing_kept(_meter: str) -> None:
    """A process that works nothing out keeps nothing of a meter."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything that takes readings in. `spool` None: the store itself is the sink.

    `beside` is what the sink keeps beside the readings; `records` gives the operations database, which may be opened
    by the first call. `forget` is told of each meter whose past has changed.
    """

    settings: Settings
    portfolio: Portfolio
    profiles: Mapping[str, DeviceProfile]
    sink: AsksSource
    spool: Spool | None
    writer: Askable
    beside: Beside
    records: Callable[[], Operations]
    forget: Callable[[str], None] = _nothing_kept
    clock: Clock = utc_now
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


@contextmanager
def open_intake(settings: Settings) -> Iterator[Intake]:
    """Open the sink of `collect`, and InfluxDB behind its spool if it is set; raises `ConfigurationError`."""
    portfolio = load_portfolio(portfolio_folder(settings))
    make_state_folder(settings.state)
    with ExitStack() as stack:
        way = _way_into_the_store(settings, stack)
        records = OperationsAtNeed(settings.database_url.get_secret_value())
        stack.callback(records.close)
        yield Intake(settings, portfolio, profiles_of(settings), *way, records)


class OperationsAtNeed:
    """Opens the operations database when it is first called, once; threads may share it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._operations: Operations | None = None

    def __call__(self) -> Operations:
        """Return the database, its tables brought up to date.

        Raises `Unreachable` also where it is damaged or wrongly set: no reading waits for what is said about it.
        """
        with self._lock:
            if self._operations is None:
                try:
                    self._operations = self._opened()
                except ConfigurationError as error:
                    raise Unreachable(str(error)) from error
        return self._operations

    def _opened(self) -> Operations:
        from gateway.operations import Operations  # noqa: PLC0415  a quarter of the memory of a collector

        operations = Operations(self._url)
        try:
            operations.upgrade()
        except BaseException:
            operations.close()
            raise
        return operations

    def close(self) -> None:
        """Release its connections, if it was opened."""
        with self._lock:
            if self._operations is not None:
                self._operations.close()


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


def influx_account(settings: Settings) -> tuple[str, str, str, str] | None:
    """Return URL, token, organisation and bucket; None: the embedded store.

    Raises `ConfigurationError` where only some of them are set.
    """
    url, token, org, bucket = (
        settings.influx_url,
        settings.influx_token,
        settings.influx_org,
        settings.influx_bucket,
    )
    if url is None:
        return None
    if token is None or org is None or bucket is None:
        raise ConfigurationError("InfluxDB needs ZAEHLWERK_INFLUX_URL, _TOKEN, _ORG and _BUCKET together")
    return url, token.get_secret_value(), org, bucket


def opened_embedded_store(settings: Settings, stack: ExitStack) -> EmbeddedStore:
    """Open the embedded store, to be closed with the stack."""
    from gateway.embedded import EmbeddedStore  # noqa: PLC0415  brings numpy along

    store = EmbeddedStore(settings.state / READINGS_FILE)
    stack.callback(store.close)
    return store


def opened_spool(settings: Settings, stack: ExitStack, name: str) -> Spool:
    """Open a spool, to be closed with the stack."""
    spool = Spool(settings.state / name)
    stack.callback(spool.close)
    return spool


def _way_into_the_store(settings: Settings, stack: ExitStack) -> tuple[AsksSource, Spool | None, Askable, Beside]:
    account = influx_account(settings)
    if account is None:
        store = opened_embedded_store(settings, stack)
        return store, None, store, store.beside
    from gateway.influx.writing import InfluxWriter  # noqa: PLC0415  slow to import

    writer = InfluxWriter(*account)
    stack.callback(writer.close)
    spool = opened_spool(settings, stack, COLLECTOR_SPOOL)
    return spool, spool, writer, spool.beside
