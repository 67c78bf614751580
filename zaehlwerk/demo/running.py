"""The demo: web pages at once, then broker and history, then simulated meters and everything that follows."""

import asyncio
import logging
import os
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from analysis.days.daily_ledger import catch_up
from api.application import application
from api.services import Progress
from config.errors import Unreachable
from config.portfolio.sources import ModbusTcpBus, MqttBroker
from config.settings import Settings, load_settings
from gateway.embedded import EmbeddedStore
from zaehlwerk.composition import House, open_house
from zaehlwerk.demo.broker import demo_broker
from zaehlwerk.demo.district import on_ports, sample_portfolio
from zaehlwerk.demo.history.counters import History
from zaehlwerk.demo.living import living, mails_go_to
from zaehlwerk.demo.loading import anchor_of, history_of, load, within
from zaehlwerk.demo.ports import free_ports
from zaehlwerk.intake import make_state_folder, utc_now
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.running import Job, run_jobs, stop_on_signals
from zaehlwerk.processes.web import services_of
from zaehlwerk.processes.web_server import listening_socket, serve
from zaehlwerk.progress_bar import progress_bar

logger = logging.getLogger(__name__)

_HOST = "127.0.0.1"
_PORT_TRIES = 3
_READINGS_TAKE = 0.7  # of the time of loading


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How the demo was called. `seconds` None: until somebody stops it. `state` None: forgotten in the end.

    `watched`: somebody sits at a terminal; a bar is drawn, and the browser is opened if there is a display.
    """

    port: int
    seconds: float | None = None
    state: Path | None = None
    watched: bool = False

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://{_HOST}:{self.port}"


class _Stopped(Exception):
    """Somebody wants the demo to end while it is still loading."""


async def run_demo(options: DemoOptions) -> None:
    """Run the demo to its end; raises `ConfigurationError` if the port is taken."""
    stop = asyncio.Event()
    with listening_socket(_HOST, options.port) as listener, _state_of(options) as state, stop_on_signals(stop):
        settings = _embedded(load_settings(state=state, public_url=options.url))
        year = anchor_of(state, utc_now()).year
        portfolio = sample_portfolio(year)
        portfolio = on_ports(portfolio, free_ports(portfolio.sources))
        with open_house(settings, portfolio=portfolio) as house:
            live = Live(loading=Progress(0.0, "Die Beispieldaten werden erzeugt"))
            app = application(services_of(house, live, demo=True))
            demo = _Demo(house, live, options, stop)
            await run_jobs({"web": lambda: serve(app, listener), "demo": demo.run}, stop)
    logger.info("demo ended")


@dataclass(frozen=True, slots=True)
class _Demo:
    """What happens behind the pages."""

    house: House
    live: Live
    options: DemoOptions
    stop: asyncio.Event

    async def run(self) -> None:
        """Load, then simulate, collect and watch until `stop` is set."""
        typer.echo(f"Zählwerk mit Beispieldaten: {self.options.url}  (Ende mit Strg-C)")
        _open_browser(self.options)
        async with AsyncExitStack() as stack:
            for broker in (one for one in self.house.portfolio.sources if isinstance(one, MqttBroker)):
                port = int(broker.url.rsplit(":", 1)[1])
                remark = await stack.enter_async_context(demo_broker(port, self.house.settings.state))
                self.live.remarks[broker.id] = remark
            history = await self._load()
            jobs = await self._come_to_life(history, stack)
            self._ready()
            await run_jobs(jobs, self.stop)

    async def _come_to_life(self, history: History, stack: AsyncExitStack) -> Mapping[str, Job]:
        """Open everything live; a port that somebody took while the history was loading is left to them."""
        house = self.house
        for _ in range(_PORT_TRIES):
            try:
                return await stack.enter_async_context(living(house, self.live, history, url=self.options.url))
            except Unreachable as error:
                logger.warning("other ports for the simulated meters: %s", error)
                buses = [source for source in house.portfolio.sources if isinstance(source, ModbusTcpBus)]
                house = replace(house, portfolio=on_ports(house.portfolio, free_ports(buses)))
        raise Unreachable("no free ports for the simulated meters")

    def _ready(self) -> None:
        self.live.loading = None
        typer.echo(f"Bereit. {mails_go_to(self.house)}")
        if self.options.seconds is not None:
            asyncio.get_running_loop().call_later(self.options.seconds, self.stop.set)

    async def _load(self) -> History:
        with progress_bar("Lade drei Jahre Beispieldaten", watched=self.options.watched) as draw:
            cancelled = threading.Event()
            work = asyncio.ensure_future(asyncio.to_thread(self._load_in_thread, draw, cancelled))
            try:
                return await asyncio.shield(work)
            except asyncio.CancelledError:
                cancelled.set()  # the thread must not write into a store that is closed
                await asyncio.wait([work])
                work.exception()
                raise

    def _load_in_thread(self, draw: Callable[[float, str], None], cancelled: threading.Event) -> History:
        def progress(share: float, step: str) -> None:
            if cancelled.is_set():
                raise _Stopped
            self.live.loading = Progress(share, step)
            draw(share, step)

        now, house = self.house.clock(), self.house
        history = history_of(house.portfolio, anchor=anchor_of(house.settings.state, now), now=now)
        if isinstance(house.store, EmbeddedStore):
            read = within(progress, 0.0, _READINGS_TAKE)
            count = load(history, house.store, house.operations, now=now, progress=read)
            derived = catch_up(
                house.books,
                house.portfolio.meters.values(),
                now=now,
                progress=within(progress, _READINGS_TAKE, 1.0, title="Tageswerte"),
            )
            logger.info("%d readings of sample data loaded, %d days derived", count, derived.new_days)
        return history


@contextmanager
def _state_of(options: DemoOptions) -> Iterator[Path]:
    if options.state is not None:
        make_state_folder(options.state)
        yield options.state
        return
    with tempfile.TemporaryDirectory(prefix="zaehlwerk-demo-") as folder:
        yield Path(folder)


def _embedded(settings: Settings) -> Settings:
    """Return the settings without anybody's InfluxDB, database and portfolio: sample data stay among themselves."""
    database = f"sqlite:///{settings.state / 'operations.sqlite'}"
    here = {"state": settings.state, "public_url": settings.public_url, "database_url": database}
    return load_settings({}, **here, smtp_url=settings.smtp_url)


def _open_browser(options: DemoOptions) -> None:
    has_display = sys.platform in {"darwin", "win32"} or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    if options.watched and has_display:
        webbrowser.open(options.url)
