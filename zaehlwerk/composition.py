"""What is built from the settings for a process that works figures out; `intake` has what all processes share."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from analysis.books import Books
from analysis.daily_cache import DailyCache
from config.factors import load_factor_sets
from config.portfolio.files import load_portfolio
from config.portfolio.portfolio import Portfolio
from config.profiles.registers import DeviceProfile
from config.settings import Settings
from gateway.beside import Beside, BesideFile
from gateway.operations import Operations
from gateway.ports import AskableStore
from gateway.sourced import AsksSource
from gateway.spool import Spool
from zaehlwerk.intake import (
    COMMANDS_FILE,
    Clock,
    Intake,
    influx_account,
    make_state_folder,
    opened_embedded_store,
    opened_spool,
    portfolio_folder,
    profiles_of,
    utc_now,
)
from zaehlwerk.writes_at_once import WritesAtOnce

_WEATHER_IS_KEPT_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class House:
    """Everything a process works with; see `Intake` for what it shares with one that only takes readings in."""

    settings: Settings
    portfolio: Portfolio
    profiles: Mapping[str, DeviceProfile]
    store: AskableStore
    sink: AsksSource
    spool: Spool | None
    beside: Beside
    operations: Operations
    books: Books
    clock: Clock = utc_now
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def intake(self) -> Intake:
        """The part of it that takes readings in."""
        return Intake(
            settings=self.settings,
            portfolio=self.portfolio,
            profiles=self.profiles,
            sink=self.sink,
            spool=self.spool,
            writer=self.store,
            beside=self.beside,
            records=lambda: self.operations,
            forget=self.books.forget,
            clock=self.clock,
            environ=self.environ,
        )


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
        way = _way_into_the_store(settings, stack, spool_name)
        store = way[0]
        books = Books(
            portfolio,
            store,
            operations,
            load_factor_sets(),
            daily_cache=DailyCache(_WEATHER_IS_KEPT_FOR),
            ledger=operations.ledger,
        )
        yield House(settings, portfolio, profiles_of(settings), *way, operations, books)


def _way_into_the_store(
    settings: Settings, stack: ExitStack, spool_name: str | None
) -> tuple[AskableStore, AsksSource, Spool | None, Beside]:
    account = influx_account(settings)
    if account is None:
        embedded = opened_embedded_store(settings, stack)
        return embedded, embedded, None, embedded.beside
    from gateway.influx.store import InfluxStore  # noqa: PLC0415  slow to import, and not wanted on the embedded store

    influx = InfluxStore(*account)
    stack.callback(influx.close)
    if spool_name is None:
        beside = BesideFile(settings.state / COMMANDS_FILE)
        stack.callback(beside.close)
        return influx, WritesAtOnce(influx, beside), None, beside
    spool = opened_spool(settings, stack, spool_name)
    return influx, spool, spool, spool.beside
